"""What a home begins with, and how stored rows become values of `care.duty`."""

from collections.abc import Iterable
from datetime import time
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care import duty
from storage import tables
from storage.tables.roster import DutyPost, DutyShift
from storage.types import new_id
from storage.unit import Unit

STARTER: Final = (
    ("白", "08:00", "20:00", True),
    ("夜", "20:00", "08:00", True),
    ("早", "07:00", "15:00", True),
    ("中", "15:00", "23:00", True),
    ("后夜", "23:00", "07:00", True),
    ("24小时", "08:00", "08:00", True),
    ("住楼", "00:00", "00:00", True),
    ("休", "00:00", "00:00", False),
)
"""三班, 12/24, 24/24 and living in (F53): a home throws out what it does not have."""
WHOLE: Final = "全院"
"""The post of who is put without one."""


def of_home(db: Unit, home_id: int) -> list[DutyShift]:
    """The kinds of shift that a home offers, in their order; in a home that has none yet, what it begins with."""
    return shifts(db, home_id) or starter(home_id)


def starter(home_id: int) -> list[DutyShift]:
    """Rows that nobody has written down yet."""
    return [
        DutyShift(id=new_id(), home_id=home_id, name=name, begins=begins, ends=ends, works=works, place=place)
        for place, (name, begins, ends, works) in enumerate(STARTER, 1)
    ]


def begin(db: Unit, home_id: int) -> list[DutyShift]:
    """The same, written down; the rota is held."""
    found = shifts(db, home_id)
    if not found:
        found = starter(home_id)
        db.add_all(found)
        db.flush()
    return found


def shifts(db: Unit, home_id: int, *, gone: bool = False) -> list[DutyShift]:
    """The kinds of shift of a home; with `gone` also those that the past has."""
    wanted = select(DutyShift).where(DutyShift.home_id == home_id).order_by(DutyShift.place, DutyShift.id)
    return list(db.scalars(wanted if gone else wanted.where(DutyShift.gone_at.is_(None))))


def posts(db: Unit, home_id: int, *, gone: bool = False) -> list[DutyPost]:
    """The posts of a home in the order of the page."""
    wanted = select(DutyPost).where(DutyPost.home_id == home_id).order_by(DutyPost.place, DutyPost.id)
    return list(db.scalars(wanted if gone else wanted.where(DutyPost.gone_at.is_(None))))


def kind_of(row: DutyShift) -> duty.Kind:
    """A kind of shift as a value."""
    return duty.Kind(row.id, row.name, time.fromisoformat(row.begins), time.fromisoformat(row.ends), row.works)


def kinds_of(rows: Iterable[DutyShift]) -> dict[int, duty.Kind]:
    """Kinds of shift by their id."""
    return {row.id: kind_of(row) for row in rows}


def post_of(row: DutyPost) -> duty.Post:
    """A post as a value."""
    return duty.Post(
        row.id,
        row.min_people,
        tuple(int(one) for one in row.shifts.split()),
        frozenset(int(one) - 1 for one in row.weekdays),
    )


def zone_of(home: tables.Home) -> ZoneInfo:
    """The clock of the home as it is now."""
    return ZoneInfo(home.timezone)
