"""What the rota asks: the spans of some days, who is there now, where nobody is, who was asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from storage import tables
from storage.queries.residents import LIVING
from storage.tables.roster import DutyPost, DutyShift, DutySpan, RotaChange
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Turn:
    """A span with its names; without `staff` a gap."""

    post: int
    place: str
    building: str
    floors: str
    shift: int
    word: str
    works: bool
    day: date
    staff: int | None
    name: str
    begins: datetime
    ends: datetime
    missing: int


@dataclass(frozen=True, slots=True)
class Asked:
    """A colleague was asked and has not said anything yet."""

    id: int
    staff: int
    name: str
    by: str
    post: int
    place: str
    shift: int
    word: str
    begins: str
    ends: str
    day: date
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A colleague who may be put on the rota."""

    id: int
    name: str
    role: str
    floors: frozenset[str]


def on_days(db: Unit, home_id: int, first: date, last: date) -> list[Turn]:
    """Everybody and every gap of shifts that begin on these days."""
    return _turns(db, home_id, DutySpan.day.between(first, last))


def between(db: Unit, home_id: int, begin: datetime, end: datetime) -> list[Turn]:
    """Everybody and every gap within these moments."""
    return _turns(db, home_id, and_(DutySpan.ends_at > begin, DutySpan.begins_at < end))


def gaps(db: Unit, home_id: int, begin: datetime, end: datetime) -> list[Turn]:
    """Where too few are, the next one first."""
    where = and_(DutySpan.staff_id.is_(None), DutySpan.ends_at > begin, DutySpan.begins_at < end)
    return sorted(_turns(db, home_id, where), key=lambda turn: (turn.begins, turn.ends))


def _turns(db: Unit, home_id: int, where: ColumnElement[bool]) -> list[Turn]:
    rows = db.execute(
        select(DutySpan, DutyPost, DutyShift, tables.Staff.name, tables.Staff.left_at)
        .join(DutyPost, DutyPost.id == DutySpan.post_id)
        .join(DutyShift, DutyShift.id == DutySpan.shift_id)
        .outerjoin(tables.Staff, tables.Staff.id == DutySpan.staff_id)
        .where(DutySpan.home_id == home_id, where)
        .order_by(DutyPost.place, DutyPost.id, DutySpan.begins_at, DutyShift.place, DutySpan.id)
    )
    return [
        Turn(
            post.id,
            post.name,
            post.building,
            post.floors,
            shift.id,
            shift.name,
            shift.works,
            span.day,
            span.staff_id,
            name or "",
            span.begins_at,
            span.ends_at,
            span.missing,
        )
        for span, post, shift, name, left_at in rows
        if left_at is None or left_at > span.begins_at  # who has just left is nobody, before the job has seen it
    ]


def members(db: Unit, home_id: int) -> list[Member]:
    """Who works here now, by name."""
    row = tables.Staff
    found = db.scalars(select(row).where(row.home_id == home_id, row.left_at.is_(None)).order_by(row.name, row.id))
    return [Member(one.id, one.name, one.role, frozenset(one.floors.split())) for one in found]


def asked(db: Unit, home_id: int, since: date, staff_id: int | None = None) -> list[Asked]:
    """Who was asked about a day from here on; with `staff_id` what one colleague was asked."""
    by, whom = tables.Staff.__table__.alias("by"), tables.Staff
    wanted = (
        select(RotaChange, DutyPost, DutyShift, whom.name, by.c.name)
        .join(DutyPost, DutyPost.id == RotaChange.post_id)
        .join(DutyShift, DutyShift.id == RotaChange.shift_id)
        .join(whom, whom.id == RotaChange.in_id)
        .outerjoin(by, by.c.id == RotaChange.by_id)
        .where(
            RotaChange.home_id == home_id,
            RotaChange.kind == "ask",
            RotaChange.accepted_at.is_(None),
            RotaChange.refused_at.is_(None),
            RotaChange.day >= since,
            whom.left_at.is_(None),
            DutyPost.gone_at.is_(None),
        )
        .order_by(RotaChange.day, RotaChange.id)
    )
    rows = db.execute(wanted if staff_id is None else wanted.where(RotaChange.in_id == staff_id))
    return [
        Asked(
            row.id,
            row.in_id or 0,
            name,
            asker or "主管",
            post.id,
            post.name,
            shift.id,
            shift.name,
            shift.begins,
            shift.ends,
            row.day,
            row.at,
        )
        for row, post, shift, name, asker in rows
    ]


def words_about(db: Unit, post: int, day: date, shift: int) -> list[tuple[RotaChange, str]]:
    """Everything that was decided about a seat, with who decided it, the newest first."""
    rows = db.execute(
        select(RotaChange, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == RotaChange.by_id)
        .where(RotaChange.post_id == post, RotaChange.day == day, RotaChange.shift_id == shift)
        .order_by(RotaChange.at.desc(), RotaChange.id.desc())
    )
    return [(row, name or "有同事") for row, name in rows]


def residents_on(db: Unit, home_id: int, floors: Sequence[str]) -> int:
    """How many live on these floors; without floors in the whole house."""
    row = tables.Resident
    where = [row.home_id == home_id, row.status.in_(LIVING)]
    if floors:
        where.append(or_(*(row.floor == floor for floor in floors)))
    return db.scalar(select(func.count()).select_from(row).where(*where)) or 0


def names(db: Unit, home_id: int) -> dict[int, str]:
    """How everybody is called who ever worked here."""
    row = tables.Staff
    return {one.id: one.name for one in db.scalars(select(row).where(row.home_id == home_id))}


def floors(db: Unit, home_id: int) -> list[str]:
    """The floors on which somebody lives, the lowest first."""
    row = tables.Resident
    found = db.scalars(select(row.floor).where(row.home_id == home_id, row.floor != "").distinct())
    return sorted(found, key=lambda floor: (not floor.isdigit(), int(floor) if floor.isdigit() else 0, floor))
