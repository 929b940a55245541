"""What the board 绑定日 asks: which sheets lie about, who waits with which proofs, who was bound, what was refused."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, true

from storage import tables
from storage.queries import families_ties
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.families_ties import Alias, RefusedScan
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Candidate:
    """A registered relative who may be the one who asks, the likeliest first."""

    person_id: int
    words: str
    scopes: frozenset[str]
    likely: bool


@dataclass(frozen=True, slots=True)
class Waiting:
    """Somebody who sent a code or scanned a sheet, and waits."""

    id: int
    person_id: int
    name: str
    relation: str
    resident_id: int
    elder: str
    place: str
    floor: str
    asked_at: datetime
    candidates: tuple[Candidate, ...]
    disputed: bool


@dataclass(frozen=True, slots=True)
class Out:
    """A sheet that nobody has used."""

    name: str
    elder: str
    place: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """Somebody was bound."""

    id: int
    name: str
    elder: str
    place: str
    by: str
    at: datetime
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A code that was worth nothing."""

    why: str
    elder: str
    at: datetime


def floors(db: Unit, sight: Sight) -> list[str]:
    """The floors where the viewer works and somebody lives."""
    found = select(tables.Resident.floor).where(sight.resident(), tables.Resident.status.in_(LIVING)).distinct()
    return sorted(db.scalars(found))


def waiting(db: Unit, sight: Sight, floor: str = "", only: int = 0) -> list[Waiting]:
    """Who waits, the longest first, with the registered relatives whom they may be."""
    found = db.execute(
        select(tables.Application, tables.Resident, tables.Person, tables.Invitation.meant_for)
        .join(tables.Resident, tables.Resident.id == tables.Application.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .join(tables.Invitation, tables.Invitation.id == tables.Application.invitation_id)
        .where(
            tables.Application.verdict.is_(None),
            sight.resident(),
            tables.Resident.floor == floor if floor else true(),
            tables.Application.id == only if only else true(),
        )
        .order_by(tables.Application.asked_at, tables.Application.id)
    )
    rows = []
    for row, resident, person, meant in found:
        name, relation = db.words(row, "name"), db.words(row, "relation")
        rows.append(
            Waiting(
                row.id,
                row.person_id,
                name,
                relation,
                resident.id,
                db.words(person, "name", "没写姓名"),
                f"{resident.room}-{resident.bed}",
                resident.floor,
                row.asked_at,
                _candidates(db, resident.id, meant, name),
                families_ties.dispute(db, resident.id) is not None,
            )
        )
    return rows


def _candidates(db: Unit, resident_id: int, meant: int | None, name: str) -> tuple[Candidate, ...]:
    found = [
        Candidate(
            one.person_id,
            f"{one.name}（{one.relation}{'，' + one.phone if one.phone else ''}）",
            one.scopes,
            one.person_id == meant or (one.name == name and not one.bound),
        )
        for one in families_ties.relatives(db, resident_id)
    ]
    return tuple(sorted(found, key=lambda one: (one.person_id != meant, not one.likely)))


def out(db: Unit, sight: Sight, now: datetime, floor: str = "") -> list[Out]:
    """Sheets that still open something, by room."""
    found = db.execute(
        select(tables.Invitation, tables.Resident, tables.Person)
        .join(tables.Resident, tables.Resident.id == tables.Invitation.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(
            tables.Invitation.used_at.is_(None),
            tables.Invitation.revoked_at.is_(None),
            tables.Invitation.expires_at > now,
            sight.resident(),
            tables.Resident.floor == floor if floor else true(),
        )
        .order_by(tables.Resident.room, tables.Resident.bed, tables.Invitation.id)
    )
    return [
        Out(
            who(db, resident.id, row.meant_for) if row.meant_for else "",
            db.words(person, "name", "没写姓名"),
            f"{resident.room}-{resident.bed}",
            row.made_at,
        )
        for row, resident, person in found
    ]


def done(db: Unit, sight: Sight, since: datetime, floor: str = "") -> list[Done]:
    """Who was bound since then, the latest first."""
    found = db.execute(
        select(tables.Application, tables.Resident, tables.Person, tables.Staff.name, Alias.id)
        .join(tables.Resident, tables.Resident.id == tables.Application.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Application.decided_by)
        .outerjoin(Alias, (Alias.application_id == tables.Application.id) & Alias.undone_at.is_(None))
        .where(
            tables.Application.verdict == "confirmed",
            tables.Application.decided_at >= since,
            sight.resident(),
            tables.Resident.floor == floor if floor else true(),
        )
        .order_by(tables.Application.decided_at.desc(), tables.Application.id)
    )
    return [
        Done(
            row.id,
            db.words(row, "name"),
            db.words(person, "name", "没写姓名"),
            f"{resident.room}-{resident.bed}",
            by or "",
            row.decided_at,
            alias is not None,
        )
        for row, resident, person, by, alias in found
        if row.decided_at is not None
    ]


def refused(db: Unit, sight: Sight, since: datetime) -> list[Refused]:
    """Codes that were worth nothing, and who was not proved, the latest first; of a sheet only for who works with its
    resident.
    """
    scans = db.execute(
        select(RefusedScan, tables.Resident, tables.Person)
        .outerjoin(tables.Invitation, tables.Invitation.id == RefusedScan.invitation_id)
        .outerjoin(tables.Resident, tables.Resident.id == tables.Invitation.resident_id)
        .outerjoin(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(
            RefusedScan.home_id == sight.home_id,
            RefusedScan.at >= since,
            RefusedScan.invitation_id.is_(None) | sight.resident(),
        )
        .order_by(RefusedScan.at.desc())
        .limit(40)
    )
    people = db.execute(
        select(tables.Application.decided_at, tables.Person)
        .join(tables.Resident, tables.Resident.id == tables.Application.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(
            tables.Application.verdict == "refused",
            tables.Application.decided_at >= since,
            sight.resident(),
        )
        .order_by(tables.Application.decided_at.desc())
        .limit(40)
    )
    found = [
        Refused(row.why, (db.words(person, "name")) if resident is not None else "", row.at)
        for row, resident, person in scans
    ]
    found += [Refused("unproved", db.words(person, "name"), at) for at, person in people if at is not None]
    return sorted(found, key=lambda one: one.at, reverse=True)


def unbound(db: Unit, sight: Sight, floor: str) -> list[tuple[int, int]]:
    """(resident, relative) of a floor without a WeChat, by room and by the order in which they are called."""
    bound = select(tables.Follower.person_id)
    found = db.execute(
        select(tables.Kinship.resident_id, tables.Kinship.person_id)
        .join(tables.Resident, tables.Resident.id == tables.Kinship.resident_id)
        .where(
            sight.resident(),
            tables.Resident.floor == floor,
            tables.Resident.status.in_(LIVING),
            tables.Kinship.person_id.not_in(bound),
        )
        .order_by(tables.Resident.room, tables.Resident.bed, tables.Kinship.position)
    )
    return [(resident, person) for resident, person in found]


def family(db: Unit, resident_id: int) -> list[int]:
    """The elder and the relatives of a resident."""
    resident = db.get_one(tables.Resident, resident_id)
    return [resident.person_id, *(tie.person_id for tie in families_ties.ties(db, resident_id))]


def who(db: Unit, resident_id: int, person_id: int) -> str:
    """女儿 李静, as it stands on a sheet."""
    tie = db.scalars(
        select(tables.Kinship).where(tables.Kinship.resident_id == resident_id, tables.Kinship.person_id == person_id)
    ).first()
    name = db.open(db.get_one(tables.Person, person_id), "name") or ""
    return f"{db.open(tie, 'relation') or ''} {name}".strip() if tie else name
