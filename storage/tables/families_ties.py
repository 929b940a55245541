"""What happens to a tie: proofs of consent, narrowing and removal, dispute, wishes, refused scans, and two persons that
became one.
"""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, Text
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, Word, Words, column, link, sealed


class ConsentProof(Base):
    """The photographed paper, page or recording by which consent was given; the file lies sealed in the media folder
    under this id (F14).
    """

    __tablename__ = "consent_proof"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose consent it proves", index=True)
    mime: Mapped[str] = column(String(32), "by its first bytes")
    size: Mapped[int] = column(Integer, "bytes")
    sha256: Mapped[str] = column(String(64), "the file is the one that was handed in")
    added_by: Mapped[int] = column(BigInteger, "who handed it in")
    added_at: Mapped[datetime] = column(Moment, "when")


class TieChange(Base):
    """A relative may know less, or belongs here no more: who wanted it and why, which the relative never learns (F13,
    F50).
    """

    __tablename__ = "tie_change"
    after_practice = After.THEIRS

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose matters they are", index=True)
    about: Mapped[int] = link("person.id", "the relative")
    kind: Mapped[str] = column(Word(12), "narrowed, withdrawn or removed")
    before: Mapped[str] = column(Words(64), "what they might know until then")
    after: Mapped[str] = column(Words(64), "what they may know from then on")
    asked_by: Mapped[str] = column(Word(12), "elder, guardian, director or the relative")
    why: Mapped[bytes] = sealed("the reason, for who works here alone")
    relation: Mapped[bytes | None] = sealed("the tie that was removed: a family tie is personal", nullable=True)
    changed_by: Mapped[int] = column(BigInteger, "the colleague")
    changed_at: Mapped[datetime] = column(Moment, "when")


class Dispute(Base):
    """争议: relatives are at odds; until it ends nobody is added and nobody may know more (F13)."""

    __tablename__ = "dispute"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose family it is", index=True)
    why: Mapped[bytes] = sealed("what it is about: a note about people")
    began_at: Mapped[datetime] = column(Moment, "since when")
    began_by: Mapped[int] = column(BigInteger, "who wrote it down")
    ended_at: Mapped[datetime | None] = column(Moment, "when it was settled", nullable=True)
    ended_by: Mapped[int | None] = column(BigInteger, "who wrote that down", nullable=True)


class ElderWish(Base):
    """「先别告诉我闺女」: what an elder asked of us, shown before a call or a letter; it never stops what must be told
    (F34).
    """

    __tablename__ = "elder_wish"
    after_practice = After.THEIRS

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose wish it is", index=True)
    words: Mapped[bytes] = sealed("in the elder's own words")
    about: Mapped[int | None] = link("person.id", "the relative whom it concerns; null = all", nullable=True)
    noted_at: Mapped[datetime] = column(Moment, "when it was said")
    noted_by: Mapped[int] = column(BigInteger, "who wrote it down")
    ended_at: Mapped[datetime | None] = column(Moment, "when it was taken back", nullable=True)
    ended_by: Mapped[int | None] = column(BigInteger, "who wrote that down", nullable=True)


class RefusedScan(Base):
    """Somebody came with a code that is worth nothing: used, expired, revoked, or of nobody (F49)."""

    __tablename__ = "refused_scan"
    after_practice = After.GONE
    __table_args__ = (Index("ix_refused_scan_recent", "home_id", "at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    who: Mapped[int] = link("person.id", "who came with it")
    invitation_id: Mapped[int | None] = link("invitation.id", "the sheet, where there is one", nullable=True)
    why: Mapped[str] = column(Word(12), "used, expired, revoked, wrong or already")
    at: Mapped[datetime] = column(Moment, "when")


class Alias(Base):
    """The guest who chatted is the relative whom the house had registered: two persons became one (engineering 18)."""

    __tablename__ = "alias"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    was: Mapped[int] = link("person.id", "the guest; the row stays", index=True)
    became: Mapped[int] = link("person.id", "the registered relative", index=True)
    application_id: Mapped[int | None] = link("application.id", "the request with which it happened", nullable=True)
    moved: Mapped[str] = column(Text, "table and ids of what went over, as JSON, so that it can go back for a day")
    joined_at: Mapped[datetime] = column(Moment, "when")
    joined_by: Mapped[int] = column(BigInteger, "who confirmed it")
    undone_at: Mapped[datetime | None] = column(Moment, "when it was undone", nullable=True)
    undone_by: Mapped[int | None] = column(BigInteger, "who did that", nullable=True)
