"""What is planned for a day: greetings and reminders, each once for a person, an occasion and its period; visits."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Date,
    Index,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped

from care.states import PlanState
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link


class Plan(Base):
    """One greeting or reminder for one person: exactly one row for an occasion in its period, whoever plans and however
    often.
    """

    __tablename__ = "plan"
    after_practice = After.GONE
    __table_args__ = (
        UniqueConstraint("person_id", "occasion", "period"),
        Index("ix_plan_due", "state", "due_at"),
        Index("ix_plan_day", "home_id", "day"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who gets it")
    resident_id: Mapped[int] = link("resident.id", "whose day it is", index=True)
    occasion: Mapped[str] = column(Word(24), "spring-festival, birthday, birthday-soon, visit …")
    period: Mapped[str] = column(String(24), "the occasion's own cycle (2027-lunar), never its date")
    day: Mapped[date] = column(Date, "the home's day of the occasion")
    due_at: Mapped[datetime] = column(Moment, "when it is said, outside the person's silent hours")
    state: Mapped[str] = closed(PlanState, String(10), "planned until its day; skipped has its reason")
    why: Mapped[str | None] = column(String(80), "in plain Chinese, without a fact about health", nullable=True)
    decided_by: Mapped[int | None] = column(BigInteger, "who held or cancelled it", nullable=True)
    decided_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)


class Visit(Base):
    """A relative said when they come."""

    __tablename__ = "visit"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who comes", index=True)
    resident_id: Mapped[int] = link("resident.id", "to whom", index=True)
    at: Mapped[datetime] = column(Moment, "when")
    booked_by: Mapped[int] = column(BigInteger, "the colleague who wrote it down")
    booked_at: Mapped[datetime] = column(Moment, "when it was written down")
    cancelled_at: Mapped[datetime | None] = column(Moment, "when it was called off", nullable=True)
