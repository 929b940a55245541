"""How each family was truly reached last: they wrote, opened a letter, or talked to somebody (practice 4.4; F45)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from care.states import HandOutcome
from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.followups import FollowUpTalk
from storage.unit import Unit

WEEK: Final = timedelta(days=7)
SILENCE: Final = timedelta(days=14)
"""After so long somebody calls, by herself."""
A_WEEK: Final = 10
"""So many are put before colleagues; a list of eighty calls is no list (F45)."""
WROTE, OPENED, CALLED, TALKED = "来信", "看了家书", "打过电话", "回访过"


@dataclass(frozen=True, slots=True)
class Family:
    """One resident's family: who is called first, and when anybody of them was reached last."""

    resident: int
    person: int
    name: str
    relation: str
    elder: str
    place: str
    last: datetime | None
    how: str
    since: datetime
    """Bound since then: a family that came yesterday has not been silent for long."""
    quiet: bool
    """In mourning, or 静默: a machine's list does not send anybody to call them."""

    def silent_for(self, now: datetime) -> timedelta:
        """How long nobody has reached them."""
        return now - (self.last or self.since)


@dataclass(frozen=True, slots=True)
class Reach:
    """The page: how many were reached within the week, whom to call, and everybody."""

    reached: int
    families: int
    call: list[Family]
    waiting: int
    """Who is silent for as long, behind those ten."""
    all: list[Family]
    nobody: int
    """Residents without a relative who is known."""


def reach(db: Unit, sight: Sight, now: datetime) -> Reach:
    """Of the residents whom the viewer works with; the longest silence first."""
    table, person = tables.Resident, tables.Person
    homes = db.execute(
        select(table, person)
        .join(person, person.id == table.person_id)
        .where(table.home_id == sight.home_id, table.status.in_(LIVING), sight.resident())
        .order_by(table.room, table.bed, table.id)
    ).all()
    ties = _ties(db, [row.id for row, _ in homes])
    people = {tie.person_id for found in ties.values() for tie, _ in found}
    last, talked = _last(db, people), _talked(db, list(ties))
    hushed = set(db.scalars(select(tables.Stop.person_id).where(tables.Stop.lifted_at.is_(None))))
    found = []
    for row, elder in homes:
        if row.id not in ties:
            continue
        first, who = ties[row.id][0]
        theirs = [last[tie.person_id] for tie, _ in ties[row.id] if tie.person_id in last]
        theirs += [talked[row.id]] if row.id in talked else []
        at, how = max(theirs, default=(None, ""), key=lambda one: one[0] or now)
        quiet = row.person_id in hushed or any(tie.person_id in hushed for tie, _ in ties[row.id])
        found.append(
            Family(
                row.id,
                first.person_id,
                db.words(who, "name", "家属"),
                db.words(first, "relation", "家属"),
                db.words(elder, "name", "老人"),
                f"{row.room}-{row.bed}",
                at,
                how,
                min(tie.created_at for tie, _ in ties[row.id]),
                quiet,
            )
        )
    found.sort(key=lambda one: one.silent_for(now), reverse=True)
    silent = [one for one in found if not one.quiet and one.silent_for(now) >= SILENCE]
    reached = sum(one.last is not None and now - one.last < WEEK for one in found)
    return Reach(reached, len(found), silent[:A_WEEK], max(0, len(silent) - A_WEEK), found, len(homes) - len(found))


def _ties(db: Unit, residents: Sequence[int]) -> dict[int, list[tuple[tables.Kinship, tables.Person]]]:
    """The relatives of each, who is called first before the others."""
    tie, person = tables.Kinship, tables.Person
    rows = db.execute(
        select(tie, person)
        .join(person, person.id == tie.person_id)
        .where(tie.resident_id.in_(residents))
        .order_by(tie.position, tie.is_primary.desc(), tie.id)
    )
    found: dict[int, list[tuple[tables.Kinship, tables.Person]]] = {}
    for row, who in rows:
        found.setdefault(row.resident_id, []).append((row, who))
    return found


def _last(db: Unit, people: Collection[int]) -> dict[int, tuple[datetime, str]]:
    """By which of these each was reached last."""
    inbox, out, hand, reading = tables.Inbox, tables.Outbox, tables.ByHand, tables.LetterReading
    newest = (
        select(func.max(inbox.id))
        .where(inbox.person_id.in_(people), inbox.kind.not_like("event%") | inbox.kind.like("%click%"))
        .group_by(inbox.person_id)
    )
    asked = (
        (WROTE, select(inbox.person_id, inbox.created_at).where(inbox.id.in_(newest))),
        (
            OPENED,
            select(reading.person_id, func.max(reading.opened_at))
            .where(reading.person_id.in_(people))
            .group_by(reading.person_id),
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


def _talked(db: Unit, residents: Sequence[int]) -> dict[int, tuple[datetime, str]]:
    table = FollowUpTalk
    asked = (
        select(table.resident_id, func.max(table.at))
        .where(table.resident_id.in_(residents), table.person_id.is_not(None), table.outcome == "talked")
        .group_by(table.resident_id)
    )
    return {number: (at, TALKED) for number, at in db.execute(asked)}
