"""Whom a running questionnaire reaches after its first day: who could not be told then is told once they can be, and
who has not answered is reminded once. That somebody answered is known, never what (M1, M4).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select

from care.states import Launch
from conversations.effects import say
from services.families.reach import why_not
from services.house import House
from services.outgoing import outbox
from services.surveys.surveys import AFTERWARDS, SURVEY, key_of, link, tell
from storage import tables
from storage.queries import families, launch
from storage.queries import surveys as queries
from storage.queries.families import Who, grave
from storage.unit import Unit

ASKS_FOR: Final = timedelta(days=14)
"""So long after it began somebody is still told of it."""
REMINDS_AFTER: Final = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Round:
    """One person to be told, or to be reminded."""

    person_id: int
    again: bool


def due(db: Unit, home_id: int, now: datetime) -> list[Round]:
    """Whom the questionnaire that runs may reach now."""
    row = queries.running(db, home_id)
    if row is None or now - row.opened_at > ASKS_FOR:
        return []
    people = {who.person_id for who in _may(db, home_id, now)} - _complained(db, row, now)
    answered = set(db.scalars(select(tables.Participation.person_id).where(tables.Participation.campaign_id == row.id)))
    found = []
    for person in sorted(people - answered):
        first, second = (_queued(db, key_of(row, person, n)) for n in (1, 2))
        if first is None:
            found.append(Round(person, again=False))
        elif second is None and first.state == "sent" and _over(first, now):
            found.append(Round(person, again=True))
    return found


def say_to(db: Unit, house: House, person_id: int, now: datetime) -> bool:
    """Tell or remind one of them, asked again under the lock of the person."""
    db.lock_persons(person_id)
    home_id = db.get_one(tables.Person, person_id).home_id
    row = queries.running(db, home_id)
    one = next((one for one in due(db, home_id, now) if one.person_id == person_id), None)
    if row is None or one is None:
        return False
    if not one.again:
        tell(db, house, row, person_id, now)
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


def _may(db: Unit, home_id: int, now: datetime) -> list[Who]:
    on = launch.launched(db, home_id)
    return [
        who
        for who in families.people(db, home_id)
        if not who.is_elder and on.holds(Launch.SURVEYS, who.floor) and not why_not(who, "survey", now)
    ]


def _complained(db: Unit, row: tables.Campaign, now: datetime) -> set[int]:
    """Whose grave complaint was open since it began, or until a day ago: the end of the case asks them (C-6)."""
    case = tables.Complaint
    late = or_(case.closed_at.is_(None), case.closed_at > min(row.opened_at, now - AFTERWARDS))
    return set(db.scalars(select(case.person_id).where(case.home_id == row.home_id, grave(), late)))


def _queued(db: Unit, key: str) -> tables.Outbox | None:
    return db.scalars(select(tables.Outbox).where(tables.Outbox.dedup_key == key)).first()


def _over(row: tables.Outbox, now: datetime) -> bool:
    return row.settled_at is not None and now - row.settled_at >= REMINDS_AFTER
