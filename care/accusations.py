"""Whom words accuse: a colleague by name or nickname, a role with its floor, or somebody who is not named (F5, F27;
faults S1, A4).

It is better to hide a message from a colleague for an hour than to let her read what was said about her: until
somebody above decides, doubt counts as yes. Whether anybody goes to the bed is not decided here; the place of a
danger is never hidden.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from care import harm, severity
from care.names import DOUBLE
from care.triage import Audience, Triage, Urgency


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of staff, as far as words can mean her. `role` is the stored word, no floors mean the whole house."""

    id: int
    name: str
    role: str
    floors: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Accusation:
    """Who is meant: colleagues by id, roles with the floor that was said ("" = not said). Neither: somebody, nobody
    knows who.

    `grave`: a body, a meal, a door, money, and not told of long ago or feared. `danger`: somebody may be hurt at this
    moment.
    """

    staff: frozenset[int] = frozenset()
    roles: frozenset[tuple[str, str]] = frozenset()
    why: str = ""
    grave: bool = False
    danger: bool = False


ABUSE: Final = "侵害"
LOOK: Final = "请去看"
"""The kind of an alarm whose words are for the lead: the floor gets a place (F27)."""
_ROLES: Final = {
    "supervisor": "护士长|主管|组长|领班",
    "nurse": "护士",
    "carer": "护工|护理员?|照护员?|看护|保姆|阿姨",
    "desk": "客服|前台|接待",
    "director": "院长|领导|老板|负责人|经理",
}
_ROLE: Final = re.compile("|".join(f"(?P<{role}>{words})" for role, words in _ROLES.items()))
_ROLE_WORDS: Final = "|".join(_ROLES.values())
_TITLES: Final = ("姐", "哥", "姨", "叔", "嫂", "师傅", "大姐", "大哥", "阿姨", "老师", "医生", "大夫", "主任")
_FLOOR: Final = re.compile(r"([一二两三四五六七八九十]|\d{1,2})(?:层|楼)(?:的|那个?|值班的?|夜班的?|上的?){0,3}$")
FLOOR_SIGNS: Final = 12
"""The longest of them: 12 楼值班的夜班的值班的."""
_FIGURES: Final = {sign: str(number) for number, sign in enumerate("一二三四五六七八九十", 1)} | {"两": "2"}
_RESIDENT: Final = re.compile(r"奶奶|爷爷|大爷|大妈|老太|大娘|伯伯|[室床号]")
_SOFT: Final = re.compile(
    r"骂|吼|凶|态度|不耐烦|嫌|甩脸|翻白眼|不管|不理|不问|欺负|敷衍|偷懒|睡(?:觉|着)|玩手机|聊天|冷漠|恶劣|说话[^，。]{0,3}(?:冲|难听|呛|狠)|威胁|吓|羞辱|侮辱|骗|推卸|推脱|拿了|收了|"
    r"要钱|红包|没来|喊不动|叫不动|误会"
)
_PRAISE: Final = re.compile(
    r"谢谢|感谢|多亏|幸亏|辛苦|表扬|真好|特别好|很好|挺好|锦旗|细心|耐心(?!都没)|贴心|负责(?!人)|热情|夸"
)
_TOLD: Final = re.compile(r"(?:跟|和|找|问|请|告诉|叫|喊|让|麻烦|通知|给)(?:你们|咱们|院里|那个?|值班){0,2}的?$")
TOLD_SIGNS: Final = 7
"""The longest of them: 通知院里值班的."""
_SAYS: Final = re.compile(
    r"(?:今天|上午|下午|刚才|昨天|已经|来|就|也|都|老师){0,3}(?:说|讲|告诉|回|打了?电话|电话|联系|答应|保证|登记|记|安排|帮|接|通知|解释|道歉|处理)"
)
_COMPLAINS: Final = re.compile(r"投诉|举报|讨(?:个)?说法|告(?:她|他|你们)")
_ELSEWHERE: Final = re.compile(
    r"去年|前年|上个?月|以前|从前|小时候|年轻的?时候|听说|电视|新闻|电影|小说|梦|怕|会不会|有没有|如果|万一|要是|吗[?？]?$"
)
"""Told of long ago, of others, of fear, or asked: nobody is rung by it."""
_NOW: Final = re.compile(
    r"正在|现在|还在|又在|刚|快来|快点|流血|出血|血|断了|起不来|昏|不动了?|喘|救|青了|肿了|疼|痛|这会儿"
)
_INJURY: Final = re.compile(r"血|断了|起不来|昏|不动|喘|青|紫|肿|疼|痛|破|烫|伤")
_ONGOING: Final = re.compile(r"正在|现在|还在打|快来|快点|救|这会儿")
_CLAUSE: Final = re.compile(r"[^，。！？；,.!?;\n…]+")


class Names:
    """How people call the colleagues of a house, as one pattern; made when staff change, not for each message."""

    def __init__(self, colleagues: Iterable[Colleague] = ()) -> None:
        self.colleagues = {one.id: one for one in colleagues}
        self._whose: dict[str, set[int]] = {}
        for one in self.colleagues.values():
            for word in _called(one.name):
                self._whose.setdefault(word, set()).add(one.id)
        longest = sorted(self._whose, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, longest))) if longest else None

    def called_in(self, words: str) -> bool:
        """Whether anybody is called at all, by name or by role."""
        return _ROLE.search(words) is not None or (
            self._pattern is not None and self._pattern.search(words) is not None
        )

    def found(self, clause: str) -> list[tuple[int, int, frozenset[int]]]:
        """Where somebody is called, from … to …, and who that may be; a resident of the same name is none."""
        if self._pattern is None:
            return []
        return [
            (match.start(), match.end(), self._narrowed(clause, match.start(), match.end(), self._whose[match.group()]))
            for match in self._pattern.finditer(clause)
            if not _RESIDENT.match(clause, match.end())
        ]

    def _narrowed(self, clause: str, begin: int, end: int, whose: set[int]) -> frozenset[int]:
        """Of several with one name, those of the role and floor that stand beside it; all of them
        when nothing tells.
        """
        for fits in (_role_beside(clause, begin, end), _floor_before(clause, begin)):
            narrowed = {
                one for one in whose if self.colleagues[one].role == fits or fits in self.colleagues[one].floors
            }
            whose = narrowed or whose
        return frozenset(whose)


def _called(name: str) -> set[str]:
    """周敏: the name, 小周 老周 周姐 周护士 …, 小敏 敏姐; of 陈晓雯 also 晓雯."""
    family = name[:2] if name[:2] in DOUBLE else name[:1]
    given = name[len(family) :]
    words = {name}
    if not given:
        return words
    words |= {f"{before}{family}" for before in ("小", "老", "阿", "大")}
    after = (*_TITLES, *_ROLE_WORDS.replace("?", "").split("|"))
    words |= {f"{family}{one}" for one in after}
    last = given[-1]
    words |= {f"小{last}", f"阿{last}", f"{last}姐", f"{last}哥", f"{last}{last}"}
    if len(given) > 1:
        words |= {given, f"小{given}"}
    return words


def _role_beside(clause: str, begin: int, end: int) -> str | None:
    """The role that stands right before or behind a name."""
    for match in _ROLE.finditer(clause, max(0, begin - 5), end + 4):
        if match.end() >= begin - 1 and match.start() <= end + 1:
            return match.lastgroup
    return None


def _floor_before(clause: str, at: int) -> str | None:
    """The floor that is said before a place of a clause: 三楼, 3 层."""
    found = _FLOOR.search(clause[max(0, at - FLOOR_SIGNS) : at].rstrip())
    return None if found is None else _FIGURES.get(found[1], found[1])


def read(text: str, names: Names, *, complaint: bool = False, hurt: bool = False) -> Accusation | None:
    """Whom a message accuses; None for nobody. `complaint`: it belongs to one, so any grievance counts. `hurt`: it
    rings the floor.
    """
    harmful = harm.SIGNS.search(text) is not None
    if not (harmful or complaint or _SOFT.search(text)):
        return None
    words = harm.plain(text)
    hits = [(pattern, found.group()) for pattern in harm.GRAVE if (found := pattern.search(words))] if harmful else []
    grave = hits[0][1] if hits else ""
    soft = _SOFT.search(words)
    if not (grave or soft or (complaint and names.called_in(words) and _grieves(words))):
        return None
    staff: set[int] = set()
    roles: set[tuple[str, str]] = set()
    for clause in _CLAUSE.findall(words):
        acts = _SOFT.search(clause) is not None or any(pattern.search(clause) for pattern, _ in hits)
        if _PRAISE.search(clause) and not acts:
            continue
        called = [place for place in names.found(clause) if acts or not _is_told(clause, place[0], place[1])]
        beside = {sign for begin, end, _ in called for sign in range(begin - 5, end + 4)}
        staff |= frozenset[int]().union(*(whose for _, _, whose in called))
        for match in _ROLE.finditer(clause):
            named = match.start() in beside and match.end() - 1 in beside  # 护工周敏: the name says who
            if not named and (acts or not _is_told(clause, match.start(), match.end())):
                roles.add((match.lastgroup or "", _floor_before(clause, match.start()) or ""))
    fresh = bool(grave) and _ELSEWHERE.search(text) is None
    if not (staff or roles or fresh):
        return None
    why = grave or (soft.group() if soft else "")
    return Accusation(
        frozenset(staff), frozenset(roles), why, fresh, danger=hurt or (fresh and _NOW.search(words) is not None)
    )


def in_complaint(text: str, names: Names) -> Accusation | None:
    """Whom words accuse that belong to a complaint; where nobody is called, that changes nothing."""
    return read(text, names, complaint=True) if names.called_in(text) else None


def matter(text: str) -> frozenset[str]:
    """What an accusation is about, for comparing it with an earlier one: the kinds of harm and the words of injury."""
    words = harm.plain(text)
    kinds = {f"{number}" for number, one in enumerate(harm.ALL) if one.search(words)}
    return frozenset(kinds | set(_INJURY.findall(words)))


def is_going_on(text: str) -> bool:
    """Whether it is happening while it is told."""
    return _ONGOING.search(text) is not None


def _grieves(words: str) -> bool:
    """Whether words within a complaint complain; asked only where somebody is called."""
    return _COMPLAINS.search(words) is not None or severity.of_words(words).category != severity.UNKNOWN


def heard(rung: Triage, accused: Accusation | None) -> Triage:
    """What rings by a message that accuses: words for the lead alone, and, where somebody may be hurt, the place for
    the floor (F5, F27).
    """
    if accused is None or (rung.audience is Audience.LEAD and not accused.danger):
        return rung
    if rung.rings and rung.audience is Audience.FLOOR:
        lead = Triage(Urgency.P0, ABUSE, accused.why, Audience.LEAD)
        return rung if rung.also is not None else replace(rung, also=lead)
    if not accused.grave:
        return rung
    lead = rung if rung.rings else Triage(Urgency.P0, ABUSE, accused.why, Audience.LEAD)
    return Triage(Urgency.P0, LOOK, accused.why, Audience.FLOOR, also=lead) if accused.danger else lead


def _is_told(clause: str, begin: int, end: int) -> bool:
    """Whether somebody is only spoken to, or only passes something on: 跟小周说了, 小周打电话来说."""
    return _TOLD.search(clause, max(0, begin - TOLD_SIGNS), begin) is not None or _SAYS.match(clause, end) is not None
