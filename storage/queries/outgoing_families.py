"""How each family was truly reached last: they wrote, opened a letter, or talked to somebody (practice 4.4; F45)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select

from care.families import Frequency
from care.states import HandOutcome
from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.followups import FollowUpTalk
from storage.tables.letters_weekly import WeeklyReading
from storage.tables.outgoing_sms import Sms
from storage.unit import Unit

WEEK: Final = timedelta(days=7)
SILENCE: Final = timedelta(days=14)
"""After so long somebody calls, by herself."""
RARELY: Final = timedelta(days=60)
"""The same of who wants to hear of changes alone: measured by what the family chose (F45)."""
A_WEEK: Final = 10
"""So many calls a week; a list of eighty calls is no list (F45)."""
WROTE, OPENED, READ, CALLED, TALKED = "来信", "看了家书", "点开了短信", "打过电话", "回访过"
BY_VOICE: Final = frozenset({CALLED, TALKED})


@dataclass(frozen=True, slots=True)
class Silence:
    """One resident's family: since when nobody has reached any of them whom the viewer may know."""

    row: tables.Resident
    elder: tables.Person
    tie: tables.Kinship
    """Who is called first."""
    who: tables.Person
    last: datetime | None
    how: str
    since: datetime
    """Bound since then: a family that came yesterday has not been silent for long."""
    quiet: bool
    """A death, or 静默, here or at another elder of theirs: no list sends anybody to call them."""
    tried: bool
    """Somebody called within the week and nobody answered."""

    def length(self, now: datetime) -> timedelta:
        """How long nobody has reached them."""
        return now - (self.last or self.since)

    def wants(self, now: datetime) -> bool:
        """Whether somebody should call."""
        long = RARELY if self.tie.frequency == Frequency.CHANGES else SILENCE
        return not self.quiet and self.length(now) >= long


@dataclass(frozen=True, slots=True)
class Family:
    """A family, as the page shows it."""

    resident: int
    person: int
    name: str
    relation: str
    elder: str
    place: str
    last: datetime | None
    how: str
    days: int
    """How long nobody has reached them."""
    quiet: bool


@dataclass(frozen=True, slots=True)
class Reach:
    """The page: how many were reached within the week, whom to call, and everybody."""

    reached: int
    families: int
    call: list[Family]
    waiting: int
    """Who is silent for as long, behind those of this week."""
    all: list[Family]
    nobody: int
    """Residents without a relative whom the viewer may know."""


def reach(db: Unit, sight: Sight, now: datetime) -> Reach:
    """Of the residents whom the viewer works with; the longest silence first."""
    found, homes = _silences(db, sight, now)
    call, waiting = _to_call(found, now)
    return Reach(
        sum(one.last is not None and now - one.last < WEEK for one in found),
        len(found),
        [_shown(db, one, now) for one in call],
        waiting,
        [_shown(db, one, now) for one in found],
        homes - len(found),
    )


def how_many(db: Unit, sight: Sight, now: datetime) -> int:
    """How many families somebody should call this week; nobody's name is opened."""
    return len(_to_call(_silences(db, sight, now)[0], now)[0])


def _to_call(found: list[Silence], now: datetime) -> tuple[list[Silence], int]:
    """Those of this week, less the calls that were made; who did not answer goes behind."""
    made = sum(one.how in BY_VOICE and one.last is not None and now - one.last < WEEK for one in found)
    silent = sorted((one for one in found if one.wants(now)), key=lambda one: one.tried)
    call = silent[: max(0, A_WEEK - made)]
    return call, len(silent) - len(call)


def _silences(db: Unit, sight: Sight, now: datetime) -> tuple[list[Silence], int]:
    table, person = tables.Resident, tables.Person
    homes = db.execute(
        select(table, person)
        .join(person, person.id == table.person_id)
        .where(table.home_id == sight.home_id, table.status.in_(LIVING), sight.resident())
        .order_by(table.room, table.bed, table.id)
    ).all()
    ties = _ties(db, sight, [row.id for row, _ in homes])
    people = {tie.person_id for found in ties.values() for tie, _ in found}
    last, talked, tried = _last(db, people), _talked(db, people), _tried(db, people, now)
    hushed = _hushed(db, people | {row.person_id for row, _ in homes})
    found = []
    for row, elder in homes:
        if row.id not in ties:
            continue
        first, who = ties[row.id][0]
        theirs = [one[tie.person_id] for tie, _ in ties[row.id] for one in (last, talked) if tie.person_id in one]
        at, how = max(theirs, default=(None, ""), key=lambda one: one[0] or now)
        since = min(tie.created_at for tie, _ in ties[row.id])
        everybody = {row.person_id, *(tie.person_id for tie, _ in ties[row.id])}
        quiet, called = bool(everybody & hushed), bool(everybody & tried)
        found.append(Silence(row, elder, first, who, at, how, since, quiet, called))
    return sorted(found, key=lambda one: one.length(now), reverse=True), len(homes)


def _shown(db: Unit, one: Silence, now: datetime) -> Family:
    return Family(
        one.row.id,
        one.tie.person_id,
        db.words(one.who, "name", "家属"),
        db.words(one.tie, "relation", "家属"),
        db.words(one.elder, "name", "老人"),
        f"{one.row.room}-{one.row.bed}",
        one.last,
        one.how,
        one.length(now).days,
        one.quiet,
    )


def _ties(db: Unit, sight: Sight, residents: Sequence[int]) -> dict[int, list[tuple[tables.Kinship, tables.Person]]]:
    """The relatives of each whom the viewer may know, who is called first before the others."""
    tie, person = tables.Kinship, tables.Person
    rows = db.execute(
        select(tie, person)
        .join(person, person.id == tie.person_id)
        .where(tie.resident_id.in_(residents), sight.person(tie.person_id))
        .order_by(tie.position, tie.is_primary.desc(), tie.id)
    )
    found: dict[int, list[tuple[tables.Kinship, tables.Person]]] = {}
    for row, who in rows:
        found.setdefault(row.resident_id, []).append((row, who))
    return found


def _hushed(db: Unit, people: Collection[int]) -> set[int]:
    """Towards whom machines are silent: themselves, for an elder of theirs wherever that one is, or a death that they
    told.
    """
    stop, home, tie, talk = tables.Stop, tables.Resident, tables.Kinship, tables.Conversation
    stopped = set(db.scalars(select(stop.person_id).where(stop.lifted_at.is_(None))))
    kin = select(tie.person_id).join(home, home.id == tie.resident_id).where(home.person_id.in_(stopped))
    told = select(talk.person_id).where(talk.flow == "bereaved")
    return (stopped | set(db.scalars(kin)) | set(db.scalars(told))) & set(people)


def _last(db: Unit, people: Collection[int]) -> dict[int, tuple[datetime, str]]:
    """By which of these each was reached last."""
    inbox, out, hand, reading = tables.Inbox, tables.Outbox, tables.ByHand, tables.LetterReading
    weekly = WeeklyReading
    newest = select(func.max(inbox.id)).where(inbox.person_id.in_(people), _acted()).group_by(inbox.person_id)
    asked = (
        (WROTE, select(inbox.person_id, inbox.created_at).where(inbox.id.in_(newest))),
        (
            OPENED,
            select(reading.person_id, func.max(reading.opened_at))
            .where(reading.person_id.in_(people))
            .group_by(reading.person_id),
        ),
        (
            OPENED,
            select(weekly.person_id, func.max(weekly.opened_at))
            .where(weekly.person_id.in_(people))
            .group_by(weekly.person_id),
        ),
        (
            READ,
            select(Sms.person_id, func.max(Sms.opened_at)).where(Sms.person_id.in_(people)).group_by(Sms.person_id),
        ),
        (
            CALLED,
            select(out.person_id, func.max(out.settled_at))
            .where(out.person_id.in_(people), out.way == "call")
            .group_by(out.person_id),
        ),
        (
            CALLED,
            select(hand.person_id, func.max(hand.settled_at))
            .where(hand.person_id.in_(people), hand.outcome == HandOutcome.SPOKEN.value)
            .group_by(hand.person_id),
        ),
    )
    found: dict[int, tuple[datetime, str]] = {}
    for how, question in asked:
        for number, at in db.execute(question):
            if at is not None and (number not in found or at > found[number][0]):
                found[number] = at, how
    return found


def _acted() -> ColumnElement[bool]:
    """What a person did: a message, or a tap on the menu; not what the platform tells of a send."""
    kind = tables.Inbox.kind
    return or_(kind.not_like("event%"), kind.like("%click%"), kind.like("%CLICK%"))


def _talked(db: Unit, people: Collection[int]) -> dict[int, tuple[datetime, str]]:
    table = FollowUpTalk
    asked = (
        select(table.person_id, func.max(table.at))
        .where(table.person_id.in_(people), table.outcome == "talked")
        .group_by(table.person_id)
    )
    return {number: (at, TALKED) for number, at in db.execute(asked) if number is not None}


def _tried(db: Unit, people: Collection[int], now: datetime) -> set[int]:
    table = FollowUpTalk
    asked = select(table.person_id).where(
        table.person_id.in_(people), table.outcome == "no_answer", table.at > now - WEEK
    )
    return {number for number in db.scalars(asked) if number is not None}
