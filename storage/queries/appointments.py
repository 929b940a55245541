"""What 就医 asks: what is ahead, what nobody has said the end of, and whom a resident's relatives are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, UnaryExpression, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from care import appointments as rules
from care.appointments import Every, Stage
from care.states import HandOutcome, OutboxState, Status
from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.appointments import Appointment
from storage.unit import Unit

PAST: Final = 50
MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class One:
    """An appointment with its words."""

    row: Appointment
    name: str
    where: str
    """Room and bed."""
    status: str
    what: str
    place: str
    caution: str
    told: str
    """Which relative is told; "" = nobody."""
    result: str
    reminded: str
    """How the reminder went; "" = none was queued."""
    heard: str
    """The same of how it was."""


def ahead(db: Unit, sight: Sight) -> list[One]:
    """What is planned, the first one first; what has begun and has no end yet among them."""
    table = Appointment
    return _with_words(db, sight, [table.stage == Stage.PLANNED.value], table.at, table.id)


def past(db: Unit, sight: Sight, page: int = 0) -> tuple[list[One], bool]:
    """A page of what is over, the last one first, and whether there is more."""
    table = Appointment
    over, order = [table.stage != Stage.PLANNED.value], (table.at.desc(), table.id)
    found = _with_words(db, sight, over, *order, most=PAST + 1, skip=page * PAST)
    return found[:PAST], len(found) > PAST


def of_resident(db: Unit, sight: Sight, resident_id: int) -> list[One]:
    """What one resident has ahead."""
    table = Appointment
    wanted = [table.stage == Stage.PLANNED.value, table.resident_id == resident_id]
    return _with_words(db, sight, wanted, table.at, table.id)


def _with_words(
    db: Unit,
    sight: Sight,
    where: Sequence[ColumnElement[bool]],
    *order: UnaryExpression[Any] | InstrumentedAttribute[Any],
    most: int = MOST,
    skip: int = 0,
) -> list[One]:
    table, home, person = Appointment, tables.Resident, tables.Person
    rows = db.execute(
        select(table, home, person)
        .join(home, home.id == table.resident_id)
        .join(person, person.id == home.person_id)
        .where(table.home_id == sight.home_id, sight.resident(), *where)
        .order_by(*order)
        .limit(most)
        .offset(skip)
    ).all()
    kin = {row.told_id for row, _, _ in rows if row.told_id is not None}
    names = {one.id: db.words(one, "name", "家属") for one in db.scalars(select(person).where(person.id.in_(kin)))}
    ways = _ways(db, [row for row, _, _ in rows if row.told_id is not None])
    return [
        One(
            row,
            db.words(who, "name", "老人"),
            f"{lives.room}-{lives.bed}",
            lives.status,
            db.words(row, "what"),
            db.words(row, "place"),
            db.words(row, "caution"),
            names.get(row.told_id or 0, ""),
            db.words(row, "result"),
            *ways.get(row.id, ("", "")),
        )
        for row, lives, who in rows
    ]


def _ways(db: Unit, rows: Sequence[Appointment]) -> dict[int, tuple[str, str]]:
    """How the newest reminder and the word of how it was went, by appointment."""
    out, hand = tables.Outbox, tables.ByHand
    by_number = {str(row.id): row for row in rows}
    told = out.person_id.in_({row.told_id for row in rows}) & out.purpose.in_(["appointment", "care_result"])
    found: dict[int, tuple[str, str]] = {}
    states = select(out.dedup_key, out.state, hand.id, hand.settled_at, hand.outcome)
    for key, state, card, settled, outcome in db.execute(
        states.outerjoin(hand, hand.outbox_id == out.id).where(told).order_by(out.id)
    ):
        _, number, whose, *_ = key.split(":")
        row, words = by_number.get(number), _way(state, card is not None and settled is None, outcome)
        if row is None or not words:
            continue
        reminded, heard = found.get(row.id, ("", ""))
        if whose == "result":
            found[row.id] = reminded, words
        elif whose == str(row.told_id) and not key.endswith(":off"):
            found[row.id] = words, heard
    return found


def _way(state: str, waits: bool, outcome: str | None) -> str:
    if waits:
        return "等打电话告诉"
    if outcome == HandOutcome.SPOKEN:
        return "电话里告诉了"
    if state in {OutboxState.SENT, OutboxState.UNKNOWN}:
        return "发给了"
    return "" if state == OutboxState.CANCELLED else "还没送到"


def relatives(db: Unit, resident_id: int) -> list[tuple[int, str, str]]:
    """(person, name, relation) of who may know of health, in the order in which they are called."""
    return relatives_of(db, [resident_id]).get(resident_id, [])


def relatives_of(db: Unit, residents: Collection[int]) -> dict[int, list[tuple[int, str, str]]]:
    """The same of several residents."""
    tie, person = tables.Kinship, tables.Person
    rows = db.execute(
        select(tie, person)
        .join(person, person.id == tie.person_id)
        .where(tie.resident_id.in_(residents))
        .order_by(tie.position, tie.is_primary.desc(), tie.id)
    )
    found: dict[int, list[tuple[int, str, str]]] = {}
    for row, who in rows:
        if "health" in row.scopes.split():
            one = who.id, db.words(who, "name", "家属"), db.words(row, "relation", "家属")
            found.setdefault(row.resident_id, []).append(one)
    return found


def due(db: Unit, home_id: int, now: datetime, number: int | None = None) -> list[int]:
    """Of which a relative is to be reminded now: its evening has come, or it had and the resident was not here, or the
    handover was not signed, and that is over. `number`: this one alone.
    """
    table, home = Appointment, tables.Resident
    waited = table.why.in_([rules.NOT_SIGNED, *(rules.NOT_HERE.format(status=one) for one in Status)])
    here = (home.status == Status.LIVING.value) & home.back_at.is_(None)
    again = table.remind_at.is_(None) & waited & here & (table.at >= now + rules.SHORT)
    wanted = (table.home_id == home_id, table.stage == Stage.PLANNED.value, or_(table.remind_at <= now, again))
    one = (table.id == number,) if number is not None else ()
    found = select(table.id).join(home, home.id == table.resident_id).where(*wanted, *one)
    return list(db.scalars(found.order_by(table.id).limit(200)))


def come_again(db: Unit, home_id: int, now: datetime) -> list[int]:
    """What comes again and is over, and nobody has said how it was."""
    table = Appointment
    wanted = (table.home_id == home_id, table.stage == Stage.PLANNED.value, table.at <= now - rules.LATE)
    return list(
        db.scalars(select(table.id).where(*wanted, table.every != Every.ONCE.value).order_by(table.id).limit(200))
    )


def open_of(db: Unit, sight: Sight, until: datetime) -> list[tuple[datetime, str]]:
    """(when, place of the resident) of what is planned until a moment, of those who live here."""
    table, home = Appointment, tables.Resident
    rows = db.execute(
        select(table.at, home.room, home.bed)
        .join(home, home.id == table.resident_id)
        .where(
            table.home_id == sight.home_id,
            table.stage == Stage.PLANNED.value,
            table.at < until,
            home.status.in_(LIVING),
            sight.resident(),
        )
        .order_by(table.at)
    )
    return [(at, f"{room}-{bed}") for at, room, bed in rows]
