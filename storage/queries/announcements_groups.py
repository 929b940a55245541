"""Who is in which group, who wants to hear of activities and offers, and who writes to the home without a tie (B2)."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from care.states import PersonKind
from storage import tables
from storage.queries import families
from storage.queries.families import Who
from storage.tables.announcements_groups import AudienceGroup, AudienceMember, OfferConsent
from storage.tables.tasks import Task
from storage.unit import Unit

STOP: Final = "stop"
"""The matter of a task: somebody wrote 退订."""
GUESTS: Final = 3_000
"""Of those who write to the home without a tie, so many stand in the list, who wrote last first."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group with how many are in it."""

    row: AudienceGroup
    many: int


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody in the list of all people."""

    who: Who
    groups: frozenset[int]
    wants: datetime | None
    """Since when they want to hear of activities and offers."""
    stopped: bool
    """They wrote 退订 since."""


def groups(db: Unit, home_id: int) -> list[Group]:
    """Those in use, by name."""
    table, member = AudienceGroup, AudienceMember
    many = dict.fromkeys(db.scalars(select(table.id).where(table.home_id == home_id)), 0)
    for row in db.execute(
        select(member.group_id, func.count().label("many")).where(member.group_id.in_(many)).group_by(member.group_id)
    ):
        many[row.group_id] = row.many
    rows = db.scalars(select(table).where(table.home_id == home_id, table.gone_at.is_(None)).order_by(table.name))
    return [Group(row, many[row.id]) for row in rows]


def members(db: Unit, group_id: int) -> set[int]:
    """The people of a group."""
    return set(db.scalars(select(AudienceMember.person_id).where(AudienceMember.group_id == group_id)))


def willing(db: Unit, home_id: int) -> set[int]:
    """Everybody who said that they want to hear of activities and offers."""
    table = OfferConsent
    return set(db.scalars(select(table.person_id).where(table.home_id == home_id, table.ended_at.is_(None))))


def wanting(db: Unit, people: Collection[int]) -> dict[int, datetime]:
    """Which of these want to hear of activities and offers, and since when; who wrote 退订 since then does not."""
    table = OfferConsent
    rows = db.execute(
        select(table.person_id, table.given_at).where(table.person_id.in_(people), table.ended_at.is_(None))
    )
    found: dict[int, datetime] = {}
    for person, at in rows:
        found[person] = max(at, found.get(person, at))
    stopped = _stopped(db, found)
    return {person: at for person, at in found.items() if stopped.get(person, at) <= at}


def _stopped(db: Unit, people: Collection[int]) -> dict[int, datetime]:
    """When each of these wrote 退订 last."""
    rows = db.execute(
        select(Task.talk_of, func.max(Task.made_at).label("at"))
        .where(Task.talk_of.in_(people), Task.source == STOP)
        .group_by(Task.talk_of)
    )
    return {row.talk_of: row.at for row in rows}


def guests(db: Unit, home_id: int, people: Collection[int] | None = None) -> list[Who]:
    """Who writes to the home and belongs to nobody who lives here: of these people all, else the last ones."""
    person, phone = tables.Person, tables.Follower
    mine = (person.home_id == home_id, person.kind == PersonKind.GUEST.value, phone.following)
    asked = select(person, phone).join(phone, phone.person_id == person.id).where(*mine)
    asked = asked.where(person.id.in_(people)) if people is not None else asked.limit(GUESTS)
    rows = db.execute(asked.order_by(phone.heard_at.desc(), person.id)).all()
    stops = set(
        db.scalars(
            select(tables.Stop.person_id).where(
                tables.Stop.person_id.in_([who.id for who, _ in rows]), tables.Stop.lifted_at.is_(None)
            )
        )
    )
    found = {
        who.id: Who(
            person_id=who.id,
            resident_id=0,
            name=db.words(who, "name", "没写姓名"),
            elder="",
            place="",
            sex=None,
            born="",
            is_elder=False,
            status="",
            stopped=who.id in stops,
            serious=False,
            scopes=frozenset({"daily"}),
            following=one.following,
            window_until=one.session_until,
            left=one.session_left,
            timezone=who.timezone,
        )
        for who, one in rows
    }
    return list(found.values())


def everybody(db: Unit, home_id: int) -> list[Listed]:
    """All whom a group may hold: residents, relatives, and who writes to the home; each once."""
    there = {who.person_id: who for who in families.people(db, home_id, everybody=True)}
    there |= {who.person_id: who for who in guests(db, home_id) if who.person_id not in there}
    table, member, use = OfferConsent, AudienceMember, AudienceGroup
    of = defaultdict[int, set[int]](set)
    for group, person in db.execute(
        select(member.group_id, member.person_id)
        .join(use, use.id == member.group_id)
        .where(use.home_id == home_id, use.gone_at.is_(None))
    ):
        of[person].add(group)
    given = {
        person: at
        for person, at in db.execute(
            select(table.person_id, table.given_at)
            .where(table.home_id == home_id, table.ended_at.is_(None))
            .order_by(table.given_at)
        ).all()
        if person in there
    }
    said = _stopped(db, given)
    return [
        Listed(
            who,
            frozenset(of.get(number, ())),
            given.get(number),
            number in given and number in said and said[number] > given[number],
        )
        for number, who in there.items()
    ]
