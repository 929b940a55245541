"""Which resident a colleague's line is about: by name, by the way people call them, by room (F39).

Nothing is guessed: more than one is asked back, and who is not named is nobody.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from care.names import DOUBLE
from care.states import Sex

HERS: Final = ("奶奶", "阿姨", "大妈", "婆婆", "老太太", "大娘", "外婆")
HIS: Final = ("爷爷", "叔叔", "大爷", "公公", "老爷子", "伯伯", "大伯", "外公")
ANYBODY: Final = ("老师", "老人", "老", "教授", "医生", "师傅")
_ROOM: Final = re.compile(
    r"(?<![0-9.:：])([0-9]{2,4})(?:\s*[-－—]\s*([0-9]{1,2})|\s*[室房号]?\s*([0-9]{1,2})\s*床)?(?![0-9.:：]|\s*[点分年月日度℃%毫])"
)


@dataclass(frozen=True, slots=True)
class Living:
    """Somebody who lives here, as a line may name them."""

    id: int
    name: str
    room: str
    bed: str
    sex: str | None

    @property
    def surname(self) -> str:
        """王, or 欧阳."""
        return self.name[:2] if self.name[:2] in DOUBLE and len(self.name) > 2 else self.name[:1]

    @property
    def called(self) -> str:
        """王奶奶: what goes into WeChat instead of the whole name."""
        return self.surname + {Sex.FEMALE.value: "奶奶", Sex.MALE.value: "爷爷"}.get(self.sex or "", "老人")

    @property
    def told(self) -> str:
        """306-1 王奶奶."""
        return f"{self.room}-{self.bed} {self.called}" if self.room else self.called


def meant(words: str, people: Sequence[Living]) -> list[Living]:
    """Whom the words may be about: nobody, one, or those who must be told apart."""
    by_name = _by_name(words, people)
    by_room = _by_room(words, people)
    both = [one for one in by_name if one in by_room]
    if both:
        return both
    return [*by_name, *(one for one in by_room if one not in by_name)]


def _by_name(words: str, people: Iterable[Living]) -> list[Living]:
    whole = [one for one in people if len(one.name) > 1 and one.name in words]
    if whole:
        return whole
    called = [one for one in people if any(f"{one.surname}{title}" in words for title in _titles(one))]
    if called:
        return called
    given = ((one, one.name[len(one.surname) :]) for one in people)
    return [one for one, name in given if len(name) > 1 and name in words]


def _titles(one: Living) -> tuple[str, ...]:
    sexes = {Sex.FEMALE.value: HERS, Sex.MALE.value: HIS}
    return (*sexes.get(one.sex or "", (*HERS, *HIS)), *ANYBODY[:2], *ANYBODY[3:])


def _by_room(words: str, people: Iterable[Living]) -> list[Living]:
    rooms = [(match[1], match[2] or match[3]) for match in _ROOM.finditer(words)]
    return [one for one in people if any(room == one.room and bed in {None, one.bed} for room, bed in rooms)]
