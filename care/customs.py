"""How somebody keeps festivals, as they or their family say: nothing of it is guessed (H1; domain.md 5)."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from typing import Any, Final

import msgspec

from care.errors import Invalid

XIAONIAN: Final = {"north": "腊月廿三", "south": "腊月廿四", "none": "不过小年"}
PARENTS: Final = {"yes": "过", "no": "不提"}
NOT_ASKED: Final = "没问过"
_ASKED: Final = {"mothers-day": "女", "fathers-day": "男"}
"""Festivals on which nobody is greeted who was not asked: a machine does not know who lost a child."""
_XIAONIAN: Final = {"xiaonian-north": "north", "xiaonian-south": "south"}


@dataclass(frozen=True, slots=True)
class Customs:
    """What was said; "" = nobody has asked."""

    xiaonian: str = ""
    parents: str = ""
    """Mother's and father's day."""
    christmas: bool = False
    """They keep it, and want to hear of it; of a faith nothing is kept."""
    plain: bool = False
    """No festival is to be mentioned to them."""

    @property
    def told(self) -> list[tuple[str, str]]:
        """What was said, in words, for the page."""
        found = [("小年", XIAONIAN.get(self.xiaonian, "")), ("母亲节、父亲节", PARENTS.get(self.parents, ""))]
        found.append(("圣诞节", "过" if self.christmas else ""))
        found.append(("节日", "都不提" if self.plain else ""))
        return [(name, words) for name, words in found if words]


NOTHING: Final = Customs()


def read(text: str | None) -> Customs:
    """What is kept; words that a newer release has written are left out."""
    kept: dict[str, Any] = msgspec.json.decode(text) if text else {}
    known = {name: kept[name] for name in asdict(NOTHING) if name in kept}
    return Customs(**known)


def written(customs: Customs) -> str | None:
    """As it is kept. Raises Invalid for a word that is not offered."""
    offered = ((customs.xiaonian, XIAONIAN), (customs.parents, PARENTS))
    if any(word and word not in words for word, words in offered):
        raise Invalid(why="没有这个选项，请刷新再选一次。")
    return None if customs == NOTHING else msgspec.json.encode(asdict(customs)).decode()


def why_not(customs: Customs, festival: str, sex: str | None, chosen: Collection[str]) -> str:
    """Why this resident, and who asks after them, is not greeted on a festival; "" when they are. `chosen`: the
    festivals on which the home greets.
    """
    if customs.plain:
        return "家里说不提节日"
    if festival in _XIAONIAN:
        if customs.xiaonian:
            return "" if customs.xiaonian == _XIAONIAN[festival] else "不在这一天过小年"
        return "没问过哪天过小年" if set(_XIAONIAN) <= set(chosen) else ""
    if festival in _ASKED:
        if sex != _ASKED[festival]:
            return "不是这一位的节日"
        return "" if customs.parents == "yes" else "没问过要不要过"
    if festival == "christmas":
        return "" if customs.christmas else "没说过圣诞"
    return ""
