"""Announcements that colleagues write, and whom each of them reached (N4, N6)."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped

from care.announcements import Repeat, Stage, Whom
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link, sealed


class Announcement(Base):
    """Words for many, at a moment, once or again and again."""

    __tablename__ = "announcement"
    after_practice = After.GONE
    __table_args__ = (Index("ix_announcement_due", "home_id", "state", "due_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    urgent: Mapped[bool] = column(Boolean, "要紧: reaches everybody, by whatever way (F42)")
    words: Mapped[bytes] = sealed("what is said; never a fact about one resident")
    whom: Mapped[str] = closed(Whom, String(8), "families, elders or both")
    floor: Mapped[str] = column(String(16), "one floor; empty = the whole house", default="", server_default="")
    resident_id: Mapped[int | None] = link("resident.id", "one resident and their family", nullable=True, index=True)
    group_id: Mapped[int | None] = link("audience_group.id", "one group of people", nullable=True, index=True)
    offer: Mapped[bool] = column(
        Boolean, "activities and offers: only to who wants them (B2)", default=False, server_default=false()
    )
    repeat: Mapped[str] = closed(Repeat, String(8), "once, weekly, monthly")
    first_at: Mapped[datetime] = column(Moment, "when it is said first")
    due_at: Mapped[datetime] = column(Moment, "when it is said next")
    round: Mapped[int] = column(Integer, "how often it was said", default=0, server_default="0")
    state: Mapped[str] = closed(Stage, String(10), "planned, held, leaving, released or cancelled")
    made_by: Mapped[int] = column(BigInteger, "who wrote it")
    made_at: Mapped[datetime] = column(Moment, "when it was written")
    changed_by: Mapped[int | None] = column(BigInteger, "who changed or decided it last", nullable=True)
    revision: Mapped[int] = column(Integer, "counts the changes", default=0, server_default="0")
    ended_at: Mapped[datetime | None] = column(Moment, "when everybody had an end", nullable=True)


class AnnouncementReach(Base):
    """One person of one round: the message that was queued, or why there is none."""

    __tablename__ = "announcement_reach"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("announcement_id", "round", "person_id"),)

    announcement_id: Mapped[int] = link("announcement.id", "which one")
    round: Mapped[int] = column(Integer, "which time")
    person_id: Mapped[int] = link("person.id", "to whom", index=True)
    outbox_id: Mapped[int | None] = link("outbox.id", "the message", nullable=True, index=True)
    why: Mapped[str] = column(String(80), "why it is not said to them", default="", server_default="")
    at: Mapped[datetime] = column(Moment, "when it was decided")
