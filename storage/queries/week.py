"""What the notice board asks: the meals and activities of days, prices, which rooms have how many free beds."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, select

from care.week import kind_of
from storage import tables
from storage.tables.residents import Bed, BedStay
from storage.tables.week import Activity, BedCheck, MenuMeal, Price, RoomKind, WeekSheet
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Room:
    """A room with beds in use, and how many of them nobody has."""

    building: str
    floor: str
    room: str
    beds: int
    free: int
    kind: str
    told: bool
    """Whether the home said what kind it is; else the number of its beds does."""


def meals(db: Unit, home_id: int, first: date, last: date) -> Sequence[MenuMeal]:
    """What there is to eat on some days."""
    row = MenuMeal
    return db.fresh(
        select(row).where(row.home_id == home_id, row.day.between(first, last)).order_by(row.day, row.diet, row.meal)
    ).all()


def activities(db: Unit, home_id: int, first: date, last: date) -> Sequence[Activity]:
    """What takes place on some days, cancelled ones too."""
    row = Activity
    return db.fresh(
        select(row)
        .where(row.home_id == home_id, row.day.between(first, last))
        .order_by(row.day, row.begins, row.title, row.id)
    ).all()


def prices(db: Unit, home_id: int) -> Sequence[Price]:
    """All prices, past and future ones too; engines order Chinese in their own ways."""
    found = db.fresh(select(Price).where(Price.home_id == home_id))
    return sorted(found, key=lambda row: (row.item, row.valid_from))


def check(db: Unit, home_id: int) -> BedCheck | None:
    """When somebody compared the free beds with the house."""
    return db.fresh(select(BedCheck).where(BedCheck.home_id == home_id)).first()


def sheet(db: Unit, home_id: int, name: str) -> WeekSheet | None:
    """The last change of a sheet."""
    return db.fresh(select(WeekSheet).where(WeekSheet.home_id == home_id, WeekSheet.name == name)).first()


def used(db: Unit, home_id: int) -> frozenset[str]:
    """Which of the tables the home has begun: menu, activities, prices, beds."""
    begun = {
        name
        for name, row in (("menu", MenuMeal), ("activities", Activity), ("prices", Price), ("beds", BedCheck))
        if db.scalars(select(row.id).where(row.home_id == home_id).limit(1)).first() is not None
    }
    sheets = db.scalars(select(WeekSheet.name).where(WeekSheet.home_id == home_id))
    return frozenset(begun | {name.partition("-")[0] for name in sheets})


def kinds(db: Unit, home_id: int) -> dict[tuple[str, str], RoomKind]:
    """What the home said of rooms, by building and room."""
    found = db.fresh(select(RoomKind).where(RoomKind.home_id == home_id))
    return {(row.building, row.room): row for row in found}


def rooms(db: Unit, home_id: int) -> list[Room]:
    """All rooms with a bed in use, in the order of the house."""
    rows = db.execute(
        select(Bed.building, Bed.floor, Bed.room, BedStay.id)
        .outerjoin(BedStay, and_(BedStay.bed_id == Bed.id, BedStay.ended_at.is_(None)))
        .where(Bed.home_id == home_id, Bed.closed_at.is_(None))
        .order_by(Bed.building, Bed.floor, Bed.room)
    ).all()
    told = kinds(db, home_id)
    beds, free, floors = Counter[tuple[str, str]](), Counter[tuple[str, str]](), dict[tuple[str, str], str]()
    for building, floor, room, stay in rows:
        beds[building, room] += 1
        free[building, room] += stay is None
        floors[building, room] = floor
    return [
        Room(
            key[0],
            floors[key],
            key[1],
            count,
            free[key],
            told[key].kind if key in told else kind_of(count),
            key in told,
        )
        for key, count in beds.items()
    ]


def names(db: Unit, home_id: int) -> dict[int, str]:
    """How colleagues are called."""
    return {row.id: row.name for row in db.scalars(select(tables.Staff).where(tables.Staff.home_id == home_id))}
