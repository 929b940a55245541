"""Whom a running questionnaire reaches after its first day: who could not be told then is told once they can be, and
who has not answered is reminded once. That somebody answered is known, never what (M1, M4).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select

from care.states import Launch
from conversations.effects import say
from services.families.reach import why_not
from services.house import House
from services.outgoing import outbox
from services.surveys.surveys import AFTERWARDS, LATER, SURVEY, key_of, link, tell
from storage import tables
from storage.queries import families, launch
from storage.queries import surveys as queries
from storage.queries.families import Who, grave
from storage.unit import Unit

ASKS_FOR: Final = timedelta(days=14)
"""So long after it began somebody is still told of it."""
NOT_TOLD: Final = frozenset({"cancelled", "given_up"})
REMINDS_AFTER: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Round:
    """One person to be told, or to be reminded."""

    person_id: int
    again: bool
    key: int = 1
    """By which key: a first message that could not leave is told anew by another."""


def due(db: Unit, home_id: int, now: datetime) -> list[Round]:
    """Whom the questionnaire that runs may reach now."""
    row = _running(db, home_id, now)
    return [] if row is None else _rounds(db, row, families.people(db, home_id), now)


def say_to(db: Unit, house: House, person_id: int, now: datetime) -> bool:
    """Tell or remind one of them, asked again under the lock of the person."""
    db.lock_persons(person_id)
    home_id = db.get_one(tables.Person, person_id).home_id
    row = _running(db, home_id, now)
    found = [] if row is None else _rounds(db, row, families.of_person(db, home_id, person_id), now)
    if row is None or not found:
        return False
    if not found[0].again:
        tell(db, house, row, person_id, now, found[0].key)
        return True
    words = say("survey.again", month=str(int(row.period[-2:])), link=link(house.public_url))
    outbox.enqueue(
        db.store,
        home_id=home_id,
        person_id=person_id,
        purpose=SURVEY,
        dedup_key=key_of(row, person_id, 2),
        text=house.words([words], now),
        now=now,
        queue="notice",
        expires_at=now + timedelta(days=1),
    )
    return True


def _running(db: Unit, home_id: int, now: datetime) -> tables.Campaign | None:
    row = queries.running(db, home_id)
    return row if row is not None and now - row.opened_at <= ASKS_FOR else None


def _rounds(db: Unit, row: tables.Campaign, people: Sequence[Who], now: datetime) -> list[Round]:
    """Of these people, each once: who was never told, and who was told long enough ago and has not answered."""
    on, table = launch.launched(db, row.home_id), tables.Outbox
    may = {
        who.person_id
        for who in people
        if who.phone and not who.is_elder and on.holds(Launch.SURVEYS, who.floor) and not why_not(who, "survey", now)
    }
    took = select(tables.Participation.person_id).where(tables.Participation.campaign_id == row.id)
    may -= set(db.scalars(took)) | _complained(db, row, may, now)
    keys = {key_of(row, person, n): (person, n) for person in may for n in (1, 2, LATER)}
    queued = {keys[one.dedup_key]: one for one in db.scalars(select(table).where(table.dedup_key.in_(keys)))}
    found = []
    for person in sorted(may):
        first, later = queued.get((person, 1)), queued.get((person, LATER))
        told = later or first
        if told is None or (later is None and told.state in NOT_TOLD):
            found.append(Round(person, again=False, key=1 if first is None else LATER))
        elif (person, 2) not in queued and told.state == "sent" and _over(told, now):
            found.append(Round(person, again=True))
    return found


def _complained(db: Unit, row: tables.Campaign, people: Collection[int], now: datetime) -> set[int]:
    """Whose grave complaint was open since it began, or until a day ago: the end of the case asks them (C-6)."""
    case = tables.Complaint
    late = or_(case.closed_at.is_(None), case.closed_at > min(row.opened_at, now - AFTERWARDS))
    return set(db.scalars(select(case.person_id).where(case.person_id.in_(people), grave(), late)))


def _over(row: tables.Outbox, now: datetime) -> bool:
    return row.settled_at is not None and now - row.settled_at >= REMINDS_AFTER
