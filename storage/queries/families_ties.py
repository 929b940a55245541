"""What the page 家属 asks: who belongs to a resident, in the order in which they are called, and how each was agreed
to.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, or_, select

from care import phones
from storage import tables
from storage.grams import digest
from storage.queries import search
from storage.tables.appointments import Appointment
from storage.tables.families_ties import ConsentProof, Dispute, ElderWish, TieChange
from storage.tables.letters_weekly import WeeklyLetter
from storage.unit import Unit

_LETTERS: Final[Mapping[str, type[tables.Letter | WeeklyLetter]]] = {"letter": tables.Letter, "weekly": WeeklyLetter}
"""With which word the causes begin by which letters are told of."""
_TOLD: Final = ("letter", "weekly", "weekly_paper", "hospital")
"""And for which purposes."""


@dataclass(frozen=True, slots=True)
class Relative:
    """One relative as the page shows them."""

    tie: tables.Kinship
    person: tables.Person
    name: str
    relation: str
    phone: str
    """139****6021, or nothing."""
    scopes: frozenset[str]
    bound: bool
    """Whether a WeChat is bound; `follows` whether it follows the account."""
    follows: bool

    @property
    def person_id(self) -> int:
        """Who it is."""
        return self.person.id


@dataclass(frozen=True, slots=True)
class Given:
    """A consent that holds."""

    id: int
    person_id: int
    name: str
    scopes: tuple[str, ...]
    way: str
    by: str
    at: datetime
    ends_on: date | None
    proof: ConsentProof | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A printed sheet that nobody has used."""

    id: int
    name: str
    by: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """A relative may know less, or was removed: for colleagues alone."""

    name: str
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    asked_by: str
    why: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Wished:
    """What an elder asked of us."""

    id: int
    words: str
    about: str
    by: str
    at: datetime


def ties(db: Unit, resident_id: int) -> list[tables.Kinship]:
    """The ties of a resident, who is called first first."""
    found = select(tables.Kinship).where(tables.Kinship.resident_id == resident_id)
    return list(db.fresh(found.order_by(tables.Kinship.position, tables.Kinship.is_primary.desc(), tables.Kinship.id)))


def relatives(db: Unit, resident_id: int) -> list[Relative]:
    """The relatives of a resident, in the order in which they are called."""
    found = db.execute(
        select(tables.Kinship, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Kinship.person_id)
        .where(tables.Kinship.resident_id == resident_id)
        .order_by(tables.Kinship.position, tables.Kinship.is_primary.desc(), tables.Kinship.id)
    ).all()
    phone_of: dict[int, bool] = {}
    for person_id, following in db.execute(
        select(tables.Follower.person_id, tables.Follower.following).where(
            tables.Follower.person_id.in_([person.id for _, person in found])
        )
    ):
        phone_of[person_id] = phone_of.get(person_id, False) or following
    return [
        Relative(
            tie,
            person,
            db.words(person, "name", "没写姓名"),
            db.words(tie, "relation"),
            phones.masked(db.words(person, "phone")),
            frozenset(tie.scopes.split()),
            person.id in phone_of,
            phone_of.get(person.id, False),
        )
        for tie, person in found
    ]


def consents(db: Unit, resident_id: int) -> list[Given]:
    """The consents that hold, relative by relative."""
    found = db.execute(
        select(tables.Consent, tables.Person, tables.Staff.name, ConsentProof)
        .join(tables.Kinship, tables.Kinship.person_id == tables.Consent.person_id)
        .join(tables.Person, tables.Person.id == tables.Consent.person_id)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Consent.recorded_by)
        .outerjoin(ConsentProof, ConsentProof.id == tables.Consent.proof_id)
        .where(
            tables.Consent.resident_id == resident_id,
            tables.Kinship.resident_id == resident_id,
            tables.Consent.withdrawn_at.is_(None),
        )
        .order_by(tables.Kinship.position, tables.Consent.id)
    )
    return [
        Given(
            row.id,
            person.id,
            db.words(person, "name"),
            tuple(row.scopes.split()),
            row.way,
            by or "",
            row.recorded_at,
            row.ends_on,
            proof,
        )
        for row, person, by, proof in found
    ]


def open_sheets(db: Unit, resident_id: int, now: datetime) -> list[tables.Invitation]:
    """Sheets of a resident that still open something."""
    found = select(tables.Invitation).where(
        tables.Invitation.resident_id == resident_id,
        tables.Invitation.used_at.is_(None),
        tables.Invitation.revoked_at.is_(None),
        tables.Invitation.expires_at > now,
    )
    return list(db.fresh(found.order_by(tables.Invitation.id)))


def sheets(db: Unit, resident_id: int, now: datetime) -> list[Sheet]:
    """The same as the page shows them."""
    rows = open_sheets(db, resident_id, now)
    meant = _names(db, [row.meant_for for row in rows])
    by = _staff(db, [row.made_by for row in rows])
    return [
        Sheet(row.id, meant.get(row.meant_for or 0, ""), by.get(row.made_by, ""), row.made_at, row.expires_at)
        for row in rows
    ]


def changes(db: Unit, resident_id: int) -> list[Change]:
    """Who may know less, the latest first."""
    rows = db.scalars(select(TieChange).where(TieChange.resident_id == resident_id).order_by(TieChange.id.desc())).all()
    names, by = _names(db, [row.about for row in rows]), _staff(db, [row.changed_by for row in rows])
    return [
        Change(
            names.get(row.about, ""),
            row.kind,
            tuple(row.before.split()),
            tuple(row.after.split()),
            row.asked_by,
            db.words(row, "why"),
            by.get(row.changed_by, ""),
            row.changed_at,
        )
        for row in rows
    ]


def wishes(db: Unit, resident_id: int) -> list[Wished]:
    """What the elder asked of us and has not taken back."""
    return _wished(db, ElderWish.resident_id == resident_id)


def wishes_before(db: Unit, person_id: int) -> list[Wished]:
    """What stands before a word to somebody: the wishes of the elder who they are, or whose relative they are (F34)."""
    mine = select(tables.Kinship.resident_id).where(tables.Kinship.person_id == person_id)
    own = select(tables.Resident.id).where(tables.Resident.person_id == person_id)
    told = ElderWish.about.is_(None) | (ElderWish.about == person_id)
    return _wished(db, ElderWish.resident_id.in_(own) | (ElderWish.resident_id.in_(mine) & told))


def _wished(db: Unit, which: ColumnElement[bool]) -> list[Wished]:
    found = db.execute(
        select(ElderWish, tables.Person, tables.Staff.name)
        .outerjoin(tables.Person, tables.Person.id == ElderWish.about)
        .outerjoin(tables.Staff, tables.Staff.id == ElderWish.noted_by)
        .where(which, ElderWish.ended_at.is_(None))
        .order_by(ElderWish.id)
    )
    return [
        Wished(row.id, db.words(row, "words"), db.words(about, "name") if about else "", by or "", row.noted_at)
        for row, about, by in found
    ]


def dispute(db: Unit, resident_id: int) -> tuple[Dispute, str, str] | None:
    """The dispute that is going on, what it is about, and who wrote it down."""
    row = db.scalars(select(Dispute).where(Dispute.resident_id == resident_id, Dispute.ended_at.is_(None))).first()
    if row is None:
        return None
    return row, db.words(row, "why"), _staff(db, [row.began_by]).get(row.began_by, "")


def letter_keys(db: Unit, resident_id: int, person_id: int) -> list[str]:
    """What was queued to tell one relative of letters of a resident and has not left, and what shall be printed."""
    begins = tuple(
        f"{word}:{one}:"
        for word, table in _LETTERS.items()
        for one in db.scalars(select(table.id).where(table.resident_id == resident_id))
    )
    out = tables.Outbox
    printed = select(tables.ByHand.outbox_id).where(
        tables.ByHand.person_id == person_id, tables.ByHand.settled_at.is_(None)
    )
    rows = db.scalars(
        select(out.dedup_key).where(
            out.person_id == person_id,
            out.purpose.in_(_TOLD),
            or_(out.state.in_(("planned", "held", "waiting", "ready", "parked")), out.id.in_(printed)),
        )
    )
    return [key for key in rows if key.startswith(begins)]


def appointments_of(db: Unit, resident_id: int, person_id: int) -> list[int]:
    """Appointments of a resident of which this relative is told."""
    table = Appointment
    return list(db.scalars(select(table.id).where(table.resident_id == resident_id, table.told_id == person_id)))


def follows(db: Unit, person_id: int) -> bool:
    """Whether something can be sent to a person at all."""
    found = select(tables.Follower.id).where(tables.Follower.person_id == person_id, tables.Follower.following)
    return db.scalars(found).first() is not None


def by_last_four(db: Unit, home_id: int, last: str) -> Sequence[tables.Person]:
    """The registered relatives whose number ends so."""
    ids = search.with_all(db, [digest(db.sealer, home_id, "person", f"tel:{last}")])
    found = select(tables.Person).where(
        tables.Person.id.in_(ids), tables.Person.home_id == home_id, tables.Person.kind == "family"
    )
    return db.scalars(found.order_by(tables.Person.id)).all()


def _names(db: Unit, ids: Sequence[int | None]) -> dict[int, str]:
    found = db.scalars(select(tables.Person).where(tables.Person.id.in_([one for one in ids if one])))
    return {person.id: db.words(person, "name", "没写姓名") for person in found}


def _staff(db: Unit, ids: Sequence[int]) -> dict[int, str]:
    found = db.execute(select(tables.Staff.id, tables.Staff.name).where(tables.Staff.id.in_(ids)))
    return {row.id: row.name for row in found}
