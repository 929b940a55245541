"""Which phones the people of the house speak on, whose each is, and who speaks there now (F3)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select

from care.states import Binding
from storage import tables
from storage.queries.residents import GONE
from storage.queries.sight import Sight
from storage.tables.families_phones import CommonPhone
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Here:
    """A place where several speak: who lives there as (name, bed), and the rooms."""

    kind: str
    names: tuple[str, ...]
    beds: tuple[str, ...]
    rooms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone on the page of a resident: `kind` is elder, shared or room."""

    follower: tables.Follower
    row: CommonPhone | None
    kind: str
    names: str
    speaks: str
    """Who speaks now on a phone of two; "" while nobody has said."""


def places(db: Unit, people: Collection[int]) -> dict[int, Here]:
    """Those of these people who are a phone of several."""
    rows = db.scalars(select(CommonPhone).where(CommonPhone.place_id.in_(people))).all()
    return {row.place_id: here(db, row) for row in rows}


def here(db: Unit, row: CommonPhone) -> Here:
    """Who speaks on this one, and where."""
    found = _residents(db, row)
    names = tuple(db.words(person, "name", "老人") for _, person in found)
    beds = tuple(f"{resident.bed} 床" for resident, _ in found)
    rooms = tuple(dict.fromkeys(resident.room for resident, _ in found if resident.room)) or (row.room,)
    return Here("room" if row.one_id is None else "shared", names, beds, rooms)


def who_live_at(db: Unit, place_id: int) -> list[tables.Resident]:
    """Who lives where a phone of several hangs, or shares it."""
    row = db.scalars(select(CommonPhone).where(CommonPhone.place_id == place_id)).first()
    return [resident for resident, _ in _residents(db, row)] if row is not None else []


def _residents(db: Unit, row: CommonPhone) -> list[tuple[tables.Resident, tables.Person]]:
    table = tables.Resident
    asked = select(table, tables.Person).join(tables.Person, tables.Person.id == table.person_id)
    room = (table.home_id == row.home_id) & (table.room == row.room) & (table.floor == row.floor)
    both = [one for one in (row.one_id, row.two_id) if one is not None]
    whose = table.id.in_(both) if both else room
    found = db.execute(asked.where(whose, table.status.not_in(GONE)).order_by(table.bed, table.id)).all()
    pairs = [(one[0], one[1]) for one in found]
    return sorted(pairs, key=lambda one: one[0].id != row.one_id) if row.one_id is not None else pairs


def of_resident(db: Unit, resident: tables.Resident, now: datetime) -> list[Phone]:
    """The phones on which a resident may speak: their own, one of two, the devices of their room."""
    shared = or_(CommonPhone.one_id == resident.id, CommonPhone.two_id == resident.id)
    room = (CommonPhone.room == resident.room) & (CommonPhone.floor == resident.floor) & CommonPhone.one_id.is_(None)
    mine = (CommonPhone.home_id == resident.home_id) & or_(shared, room & (resident.room != ""))
    common = db.execute(
        select(CommonPhone, tables.Follower)
        .join(tables.Follower, tables.Follower.id == CommonPhone.follower_id)
        .where(mine)
        .order_by(CommonPhone.id)
    ).all()
    own = db.scalars(
        select(tables.Follower)
        .where(tables.Follower.person_id == resident.person_id, tables.Follower.binding == Binding.OWN.value)
        .order_by(tables.Follower.id)
    )
    found = [Phone(one, None, "elder", "", "") for one in own]
    for row, follower in common:
        seen = here(db, row)
        speaks = ""
        if row.one_id is not None and follower.person_id != row.place_id and row.until and row.until > now:
            speaks = db.words(db.get_one(tables.Person, follower.person_id), "name", "老人")
        found.append(Phone(follower, row, seen.kind, "、".join(seen.names), speaks))
    return found


def said_on(db: Unit, person_id: int) -> str:
    """Whose phone it is on which an elder, or whoever holds a phone of several, speaks; "" for everybody else."""
    place = places(db, [person_id]).get(person_id)
    if place is not None:
        return "房间里的设备" if place.kind == "room" else f"两人共用：{'、'.join(place.names)}"
    resident = db.scalars(select(tables.Resident).where(tables.Resident.person_id == person_id)).first()
    if resident is None:
        return ""
    shared = or_(CommonPhone.one_id == resident.id, CommonPhone.two_id == resident.id)
    found = [f"两人共用：{'、'.join(here(db, row).names)}" for row in db.scalars(select(CommonPhone).where(shared))]
    own = select(tables.Follower.id).where(
        tables.Follower.person_id == person_id, tables.Follower.binding == Binding.OWN.value
    )
    return "；".join(["本人的手机", *found] if db.scalars(own).first() is not None else found)


def is_used(db: Unit, person_id: int) -> tables.Follower | None:
    """The phone of two on which somebody may speak who is not speaking now."""
    mine = select(tables.Resident.id).where(tables.Resident.person_id == person_id)
    return db.scalars(
        select(tables.Follower)
        .join(CommonPhone, CommonPhone.follower_id == tables.Follower.id)
        .where(or_(CommonPhone.one_id.in_(mine), CommonPhone.two_id.in_(mine), CommonPhone.place_id == person_id))
        .order_by(tables.Follower.id.desc())
    ).first()


def others(db: Unit, resident: tables.Resident, sight: Sight) -> list[tuple[int, str]]:
    """Who may be the second one of a phone: everybody who lives here, the same room first."""
    table = tables.Resident
    found = db.execute(
        select(table, tables.Person)
        .join(tables.Person, tables.Person.id == table.person_id)
        .where(sight.resident(), table.id != resident.id, table.status.not_in(GONE))
        .order_by(table.floor, table.room, table.bed, table.id)
    ).all()
    rows = [(one.id, f"{one.room}-{one.bed} {db.words(person, 'name', '老人')}", one.room) for one, person in found]
    return [row[:2] for row in sorted(rows, key=lambda row: row[2] != resident.room)]
