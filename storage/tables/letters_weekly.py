"""每周家书, and who has read them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import LetterState, Reaction
from care.weekly import Kind
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link, sealed


class WeeklyLetter(Base):
    """What a family reads about a week of their elder (U1, U2), or about days in hospital (U3)."""

    __tablename__ = "weekly_letter"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("resident_id", "kind", "day"),)

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "about whom")
    kind: Mapped[str] = closed(Kind, String(10), "a week, or how it goes in hospital")
    day: Mapped[date] = column(Date, "the Sunday of the week; of a stay in hospital the day of writing", index=True)
    facts: Mapped[bytes] = sealed("the ticked facts as JSON")
    sentence: Mapped[bytes] = sealed("the writer's own words for the family")
    plan: Mapped[bytes | None] = sealed("what is planned for next week", nullable=True)
    state: Mapped[str] = closed(
        LetterState, String(10), "ready, or held until the family was called; then released or withdrawn"
    )
    held_why: Mapped[str | None] = column(String(60), "which rule holds it, in Chinese, without a fact", nullable=True)
    called: Mapped[bytes | None] = sealed("what was said in the call before it went out", nullable=True)
    written_by: Mapped[int] = column(BigInteger, "the colleague, whose name stands under it")
    written_at: Mapped[datetime] = column(Moment, "when it was written last")
    released_at: Mapped[datetime | None] = column(Moment, "since when families may read it", nullable=True)
    corrected: Mapped[bool] = column(Boolean, "changed after families could read it", default=False)


class WeeklyReading(Base):
    """That a relative opened one, and what they said to it."""

    __tablename__ = "weekly_reading"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("weekly_id", "person_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    weekly_id: Mapped[int] = link("weekly_letter.id", "which one")
    person_id: Mapped[int] = link("person.id", "who read it", index=True)
    opened_at: Mapped[datetime] = column(Moment, "first opened")
    reaction: Mapped[str | None] = closed(Reaction, String(8), "one tap; null while only opened", nullable=True)
    reacted_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
