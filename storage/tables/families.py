"""Who is whose relative, how they are bound, and what they agreed to."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, SmallInteger, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped

from care.families import Frequency
from care.states import Verdict
from storage.tables.base import After, Base
from storage.types import Moment, Word, Words, closed, column, link, sealed, searchable


class Kinship(Base):
    """Who belongs to a resident, and what each may know (F13, F14)."""

    __tablename__ = "kinship"
    after_practice = After.THEIRS
    __table_args__ = (UniqueConstraint("person_id", "resident_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "the relative")
    resident_id: Mapped[int] = link("resident.id", "the resident", index=True)
    relation: Mapped[bytes | None] = sealed("女儿, 儿子, 老伴 …: a family tie is personal", nullable=True)
    is_primary: Mapped[bool] = column(Boolean, "the primary contact may invite and propose")
    scopes: Mapped[str] = column(Words(64), "words of daily health billing photos emergency, by blanks")
    created_at: Mapped[datetime] = column(Moment, "when it was bound")
    position: Mapped[int] = column(SmallInteger, "who is called first", default=0, server_default="0")
    proof: Mapped[str | None] = column(
        Word(12), "how the kinship was proved; null = not asked yet (F49)", nullable=True
    )
    proved_by: Mapped[int | None] = column(BigInteger, "the colleague who looked or asked", nullable=True)
    proved_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    rang_at: Mapped[datetime | None] = column(
        Moment, "when the number rang in the relative's hand (F49)", nullable=True
    )
    frequency: Mapped[str] = closed(
        Frequency, String(8), "how often a letter is announced (N7)", default="daily", server_default="daily"
    )
    hour: Mapped[int | None] = column(
        SmallInteger,
        "the hour of the relative's own clock at which it is; null = when the letter is there",
        nullable=True,
    )
    paper: Mapped[bool] = column(
        Boolean, "the letter of the week is printed for them (N7)", default=False, server_default=false()
    )


class Invitation(Base):
    """A one-time code on paper that lets one relative ask to be bound to one resident (F13, F23)."""

    __tablename__ = "invitation"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose relative it is for", index=True)
    digest: Mapped[str] = searchable(64, "keyed hash of the code: the code itself is only on the paper", unique=True)
    made_by: Mapped[int] = column(BigInteger, "who printed it")
    made_at: Mapped[datetime] = column(Moment, "when")
    expires_at: Mapped[datetime] = column(Moment, "30 days later it is worth nothing")
    used_at: Mapped[datetime | None] = column(Moment, "when a relative asked with it; never twice", nullable=True)
    meant_for: Mapped[int | None] = link("person.id", "the registered relative for whom it was printed", nullable=True)
    revoked_at: Mapped[datetime | None] = column(Moment, "when the sheet was made worthless by hand", nullable=True)
    revoked_by: Mapped[int | None] = column(BigInteger, "who did it", nullable=True)


class Application(Base):
    """A relative who sent a code waits until a colleague has made sure who it is."""

    __tablename__ = "application"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who asks", index=True)
    resident_id: Mapped[int] = link("resident.id", "about whom", index=True)
    invitation_id: Mapped[int] = link("invitation.id", "with which code", unique=True)
    relation: Mapped[bytes] = sealed("the tie, in the person's own words")
    name: Mapped[bytes] = sealed("how the person is called")
    asked_at: Mapped[datetime] = column(Moment, "when it was asked")
    verdict: Mapped[str | None] = closed(Verdict, String(10), "null until somebody made sure", nullable=True)
    decided_by: Mapped[int | None] = column(BigInteger, "the colleague who made sure", nullable=True)
    decided_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    proof: Mapped[str | None] = column(Word(12), "how the kinship was proved, once somebody has (F49)", nullable=True)
    rang: Mapped[bool] = column(Boolean, "the number rang in the hand (F49)", default=False, server_default=false())
    phone_is: Mapped[str | None] = column(
        Word(12),
        "whose phone it is, as it was answered at confirmation: family, elder, shared, room (F3)",
        nullable=True,
    )


class Consent(Base):
    """Who agreed that a relative may know what, and in which way it was given (F14, P4)."""

    __tablename__ = "consent"
    after_practice = After.THEIRS

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose matters they are", index=True)
    person_id: Mapped[int] = link("person.id", "the relative who may know", index=True)
    scopes: Mapped[str] = column(Words(64), "words of daily health billing photos emergency, by blanks")
    way: Mapped[str] = column(Word(12), "own, voice, paper, agent, guardian, or none for what needs no consent")
    recorded_by: Mapped[int] = column(BigInteger, "who wrote it down")
    recorded_at: Mapped[datetime] = column(Moment, "when")
    withdrawn_at: Mapped[datetime | None] = column(Moment, "when it was taken back", nullable=True)
    withdrawn_by: Mapped[int | None] = column(BigInteger, "who wrote that down", nullable=True)
    ends_on: Mapped[date | None] = column(
        Date, "the end that somebody set; null = it runs with the agreement", nullable=True
    )
    proof_id: Mapped[int | None] = link("consent_proof.id", "the photographed paper or page", nullable=True)
    looked_at: Mapped[datetime | None] = column(
        Moment, "when somebody last looked it through and found that it holds (F47)", nullable=True
    )
    looked_by: Mapped[int | None] = column(BigInteger, "who did", nullable=True)
