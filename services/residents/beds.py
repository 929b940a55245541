"""Beds: laid out by floors, added, closed; who has which one. A bed is freed by the exit, never by a wish to leave."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Final

from sqlalchemy import select

from care.errors import Busy, Changed, Invalid, NotFound
from care.identity import plain
from care.states import Role
from services.access import LEADS, Viewer
from services.form import Form
from storage import revision, tables
from storage.tables.residents import Bed, BedStay
from storage.types import micros, new_id
from storage.unit import Unit

LAYS: Final = LEADS | {Role.ADMIN}
"""Who says which rooms there are: the lead, and who sets the house up."""
MOST_FLOORS, MOST_ROOMS, MOST_BEDS = 60, 60, 12
_ROOMS: Final = "rooms"
"""Where a transaction keeps the beds that it has read."""
ALIKE: Final = str.maketrans("lIiOoQ|", "1110001")
"""Letters that are taken for digits."""


class LayOut(Form, frozen=True, kw_only=True):
    """Floors with the same number of rooms, rooms with the same number of beds."""

    building: str = ""
    floors: str = ""
    rooms: int
    beds: int


class AddBed(Form, frozen=True, kw_only=True):
    """One bed; its room may be new."""

    building: str = ""
    floor: str
    room: str
    name: str


class CloseBed(Form, frozen=True, kw_only=True):
    """A bed in which nobody is put until it is opened again."""

    closed: bool


@dataclass(frozen=True, slots=True)
class Where:
    """A bed as people name it."""

    building: str
    floor: str
    room: str
    name: str

    @property
    def copy(self) -> str:
        """The room as alarms, letters and lists tell it: with its building where there are several."""
        return self.building + self.room


def lay_out(db: Unit, viewer: Viewer, form: LayOut, now: datetime) -> int:
    """Beds 1 to n in rooms 301, 302 … of each floor; what is there stays. How many were added. Raises Invalid."""
    _may_lay(viewer)
    building, floors = _short(form.building, 8, "楼名"), floors_of(form.floors)
    _of_hers(viewer, *floors)
    if not 1 <= form.rooms <= MOST_ROOMS:
        raise Invalid(why=f"每层几间房，请填 1 到 {MOST_ROOMS}。")
    if not 1 <= form.beds <= MOST_BEDS:
        raise Invalid(why=f"每间几张床，请填 1 到 {MOST_BEDS}。")
    wanted = [
        Where(building, floor, f"{floor}{room:02d}", str(bed))
        for floor in floors
        for room in range(1, form.rooms + 1)
        for bed in range(1, form.beds + 1)
    ]
    return lay_these(db, viewer, wanted, now)


def lay_these(db: Unit, viewer: Viewer, wanted: Sequence[Where], now: datetime) -> int:
    """Single beds of many rooms, as a sheet of the house has them; what is there stays. How many were added."""
    _may_lay(viewer)
    _of_hers(viewer, *(one.floor for one in wanted))
    there = {(bed.building, bed.room, bed.name) for bed in every(db, viewer.home_id)}
    added = [one for one in wanted if (one.building, one.room, one.name) not in there]
    _put(db, viewer.home_id, added, now)
    if added:
        _written(db, viewer, "lay_out_beds", f"{len(added)} 张床", now)
    return len(added)


def floors_of(text: str) -> list[str]:
    """`1-5`, `1 2 3`, `2、3、5`, `A B`: the floors in their order, each once. Raises Invalid."""
    found: list[str] = []
    joined = re.sub(r"\s*[-~至到—–]\s*", "-", text.replace("～", "~").replace("楼", " ").replace("层", " "))
    for part in re.split(r"[\s,，、;；]+", joined):
        span = re.fullmatch(r"(\d{1,2})-(\d{1,2})", part, re.ASCII)
        if span:
            found += [str(number) for number in range(int(span[1]), int(span[2]) + 1)]
        elif re.fullmatch(r"[A-Za-z]?\d{0,2}[A-Za-z]?", part, re.ASCII) and part:
            found.append(part.upper())
        elif part:
            raise Invalid(why=f"看不懂楼层「{part[:20]}」。请写 1-5，或 1 2 3。")
    if not found:
        raise Invalid(why="请写有哪几层，例如 1-5，或 1 2 3。")
    if len(found) > MOST_FLOORS:
        raise Invalid(why=f"一次最多 {MOST_FLOORS} 层，请分几次加。")
    return list(dict.fromkeys(found))


def add_bed(db: Unit, viewer: Viewer, form: AddBed, now: datetime) -> None:
    """One bed more. Raises Invalid when it is there."""
    _may_lay(viewer)
    where = Where(
        _short(form.building, 8, "楼名"),
        _short(form.floor, 8, "楼层"),
        _short(form.room, 8, "房号"),
        _short(form.name, 8, "床号"),
    )
    if not (where.floor and where.room and where.name):
        raise Invalid(why="楼层、房号、床号都要填。")
    _of_hers(viewer, where.floor)
    there = (select(Bed.closed_at)).where(
        Bed.home_id == viewer.home_id, Bed.building == where.building, Bed.room == where.room, Bed.name == where.name
    )
    known = db.execute(there).first()
    if known is not None:
        more = "，已经停用，请在下面重新启用" if known[0] else ""
        raise Invalid(why=f"{where.copy} 室 {where.name} 床已经有了{more}。")
    _put(db, viewer.home_id, [where], now)
    _written(db, viewer, "add_bed", f"{where.copy}-{where.name}", now)


def revision_of(bed: Bed) -> str:
    """What the button of a bed is drawn from."""
    return revision.of(bed.closed_at)


def close(db: Unit, viewer: Viewer, bed_id: int, form: CloseBed, now: datetime) -> None:
    """Nobody is put into a closed bed; one that somebody has is not closed. Raises Invalid, Changed, NotFound."""
    _may_lay(viewer)
    bed = db.lock_row(select(Bed).where(Bed.id == bed_id, Bed.home_id == viewer.home_id))
    if bed is None:
        raise NotFound
    if form.drawn not in {None, revision_of(bed)} and form.closed != (bed.closed_at is not None):
        raise Changed(who="有同事", what="改过这张床", revision=revision_of(bed))
    _of_hers(viewer, bed.floor)
    if form.closed and taken_by(db, bed.id):
        raise Invalid(why="这张床上还有人，先给老人换床，再停用。")
    bed.closed_at = now if form.closed else None
    _written(db, viewer, "close_bed" if form.closed else "open_bed", f"{bed.building}{bed.room}-{bed.name}", now)


# -- who has which bed -----------------------------------------------------------------------------------------------


def every(db: Unit, home_id: int) -> Sequence[Bed]:
    """All beds of a home, also closed ones, in the order of the house."""
    return db.scalars(
        select(Bed).where(Bed.home_id == home_id).order_by(Bed.building, Bed.floor, Bed.room, Bed.name)
    ).all()


def taken_by(db: Unit, bed_id: int) -> tables.Resident | None:
    """Who has a bed now."""
    whose = select(BedStay.resident_id).where(BedStay.bed_id == bed_id, BedStay.ended_at.is_(None))
    return db.scalars(select(tables.Resident).where(tables.Resident.id.in_(whose))).first()


def bed_of(db: Unit, resident_id: int) -> Bed | None:
    """The bed that somebody has now."""
    which = select(BedStay.bed_id).where(BedStay.resident_id == resident_id, BedStay.ended_at.is_(None))
    return db.scalars(select(Bed).where(Bed.id.in_(which))).first()


def find(db: Unit, home_id: int, building: str, room: str, name: str) -> Bed:
    """The bed that somebody means: 301, 301 室, 301-1, 1 床. Raises Invalid with the nearest room that there is."""
    wanted, bed_name, house = (_bare(text) for text in (room, name, building))
    if not bed_name and "-" in wanted:
        wanted, _, bed_name = wanted.rpartition("-")
    if not wanted:
        raise Invalid(why="请选房间和床位。")
    rooms = _rooms(db, home_id)
    found = [bed for bed in rooms.get(wanted, ()) if not house or bed.building.upper() == house]
    if not found:
        raise Invalid(why=_no_room(room.strip(), wanted, rooms))
    if len({bed.building for bed in found}) > 1:
        names = "、".join(sorted({bed.building or "没写楼名的" for bed in found}))
        raise Invalid(why=f"{names}都有 {wanted} 室，请写是哪一栋。")
    if not bed_name:
        if len(found) == 1:
            return found[0]
        raise Invalid(why=f"{wanted} 室有 {len(found)} 张床，请写几床。")
    named = [bed for bed in found if bed.name.upper() == bed_name]
    if not named:
        there = "、".join(bed.name for bed in found)
        raise Invalid(why=f"{wanted} 室没有 {name.strip() or bed_name} 床，有 {there} 床。")
    return named[0]


def may_be_given(db: Unit, viewer: Viewer, bed: Bed) -> None:
    """Raises Invalid where a bed is closed, taken, or on a floor of others."""
    place = f"{bed.building}{bed.room} 室 {bed.name} 床"
    if viewer.floors and bed.floor not in viewer.floors:
        raise Invalid(why=f"{place}不在您负责的楼层，请让那一层的同事来办。")
    _is_free(db, bed)


def _is_free(db: Unit, bed: Bed) -> None:
    place = f"{bed.building}{bed.room} 室 {bed.name} 床"
    if bed.closed_at is not None:
        raise Invalid(why=f"{place}停用着，请换一张，或先在「床位」里启用。")
    if (there := taken_by(db, bed.id)) is not None:
        name = db.open(db.get_one(tables.Person, there.person_id), "name") or "别的老人"
        raise Invalid(why=f"{place}已经住着{name}，请换一张空床。")


def claim(db: Unit, bed: Bed, resident_id: int, now: datetime) -> None:
    """Give a bed to somebody who has none. Two at once: a unique key lets the first have it. Raises Invalid, Busy."""
    held = db.fresh(select(Bed).where(Bed.id == bed.id).with_for_update(read=True)).one()
    stay = new_id()
    if held.closed_at is not None:
        _is_free(db, held)
    db.store.insert_missing(
        BedStay,
        ("id", "home_id", "resident_id", "bed_id", "began_at"),
        [(stay, bed.home_id, resident_id, bed.id, micros(now))],
    )
    if db.scalars(select(BedStay.id).where(BedStay.id == stay)).first() is None:
        _is_free(db, held)  # who was first is there by now
        raise Busy


def leave(db: Unit, resident_id: int, now: datetime) -> None:
    """The bed is free from now on."""
    for stay in db.scalars(select(BedStay).where(BedStay.resident_id == resident_id, BedStay.ended_at.is_(None))):
        stay.ended_at = now
    db.flush()


def stand_in(resident: tables.Resident, bed: Bed) -> None:
    """Write the copy that alarms, letters and lists read."""
    resident.room, resident.bed, resident.floor = bed.building + bed.room, bed.name, bed.floor


def _rooms(db: Unit, home_id: int) -> dict[str, list[Bed]]:
    """Beds under the names of their rooms, with and without the building; read once in a transaction, since an import
    asks for each row.
    """
    kept: dict[str, list[Bed]] | None = db.info.get(_ROOMS)
    if kept is None:
        kept = db.info[_ROOMS] = {}
        for bed in every(db, home_id):
            for name in {bed.room.upper(), (bed.building + bed.room).upper()}:
                kept.setdefault(name, []).append(bed)
    return kept


def _put(db: Unit, home_id: int, beds: Sequence[Where], now: datetime) -> None:
    db.store.insert_missing(
        Bed,
        ("id", "home_id", "building", "floor", "room", "name", "created_at"),
        [(new_id(), home_id, one.building, one.floor, one.room, one.name, micros(now)) for one in beds],
    )
    db.info.pop(_ROOMS, None)


def _written(db: Unit, viewer: Viewer, action: str, detail: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", action, f"home:{viewer.home_id}", detail)
    db.store.hint("residents")


def _may_lay(viewer: Viewer) -> None:
    if viewer.role not in LAYS:
        raise NotFound


def _of_hers(viewer: Viewer, *floors: str) -> None:
    """Who leads some floors says which beds there are on these. Raises Invalid."""
    others = [one for one in floors if viewer.floors and one not in viewer.floors]
    if others:
        raise Invalid(why=f"{'、'.join(others[:6])} 楼不在您负责的楼层，请让那一层的主管或院长来排。")


def _short(text: str, most: int, what: str) -> str:
    words = plain(text).upper().removesuffix("室").removesuffix("床") if what != "楼名" else plain(text).upper()
    if what == "楼层":
        words = words.removesuffix("楼").removesuffix("层")
    if len(words) > most:
        raise Invalid(why=f"{what}「{words[:12]}…」太长，最多 {most} 个字。")
    return words


def _bare(text: str) -> str:
    return re.sub(r"(室|房间?|号?床|号)$", "", plain(text).upper())


def _no_room(typed: str, wanted: str, rooms: dict[str, list[Bed]]) -> str:
    shown = re.sub(r"(室|房间?)$", "", plain(typed))
    alike = shown.translate(ALIKE).upper()
    near = next((one for one in (alike, *get_close_matches(wanted, rooms, n=1, cutoff=0.6)) if one in rooms), None)
    if near:
        return f"没有 {shown} 室，是 {rooms[near][0].building}{rooms[near][0].room} 吗？"
    if rooms:
        return f"没有 {shown} 室。请看「床位」里有哪些房间。"
    return "院里还没有床位。请先在「床位」里排好楼层和房间。"
