"""What the house knows already, against which a sheet is read: rooms and beds, who lives where, who works here."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date

from services.imports.values import Bed, looked


@dataclass(frozen=True, slots=True)
class Lives:
    """Somebody who lives here: of the house (`h:id`), or of this run (`r:id`)."""

    ref: str
    name: str
    bed: Bed
    identity: str = ""
    born: str = ""
    line: int = 0
    kin: frozenset[str] = frozenset()
    facts: Mapping[str, str] = field(default_factory=dict)
    """What the house has of them, by the words of a sheet."""

    @property
    def where(self) -> str:
        """How two of one name are told apart."""
        return self.bed.words or self.born or ("院里" if self.ref.startswith("h") else f"第 {self.line} 行")


@dataclass(frozen=True, slots=True)
class Works:
    """A colleague: of the house, or of this run."""

    ref: str
    name: str
    login: str
    line: int = 0


@dataclass(slots=True)
class Known:
    """The house as it is now. `rooms`: the beds of each room; None = nobody asked, and any place will do."""

    today: date
    rooms: Mapping[tuple[str, str], frozenset[str]] | None = None
    people: tuple[Lives, ...] = ()
    staff: tuple[Works, ...] = ()
    logins: frozenset[str] = frozenset()
    posts: frozenset[str] = frozenset()
    shifts: Mapping[str, str] | None = None
    levels: tuple[str, ...] = ()

    def rooms_called(self, room: str, building: str = "") -> list[tuple[str, str]]:
        """The rooms of a name; in one building when it was written."""
        return [
            key
            for key in self.rooms or ()
            if room in {key[1], key[0] + key[1]} and building in {"", key[0], key[0].rstrip("栋楼座")}
        ]

    def nearest(self, wanted: Bed, taken: AbstractSet[Bed]) -> Bed | None:
        """The one room that was meant, when only one can be: a letter for a digit, another storey, one sign off;
        `taken`: beds that the sheet itself gives to others.
        """
        for candidates in (
            [key for key in self.rooms or () if key[1] == looked(wanted.room)],
            [key for key in self.rooms or () if _one_off(key[1], wanted.room) and self._free(key, wanted.bed, taken)],
        ):
            if len(candidates) == 1:
                (building, room) = candidates[0]
                return Bed(building, room, wanted.bed)
        return None

    def _free(self, key: tuple[str, str], bed: str, taken: AbstractSet[Bed]) -> bool:
        gone = {one.bed.bed for one in self.people if (one.bed.building, one.bed.room) == key}
        there = (self.rooms or {})[key]
        gone |= {name for name in there if Bed(*key, name) in taken}
        return (bed in there and bed not in gone) if bed else bool(there - gone)


def _one_off(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1
