"""What hangs at the notice board: the menu, the activities, which beds are free, what things cost; each with the day
until which it is true (A8). Public words, no person in them.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, Word, column, link


class MenuMeal(Base):
    """What there is at one meal of one day; true on that day alone."""

    __tablename__ = "menu_meal"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "day", "meal", "diet"),)

    home_id: Mapped[int] = link("home.id", "which home")
    day: Mapped[date] = column(Date, "which day, the only one on which it is true")
    meal: Mapped[str] = column(Word(12), "breakfast, lunch, dinner, snack")
    diet: Mapped[str] = column(String(8), "软食, 糖尿病餐; empty = what everybody gets", default="", server_default="")
    dishes: Mapped[str] = column(String(120), "what there is")
    by_id: Mapped[int] = column(BigInteger, "who wrote it")
    at: Mapped[datetime] = column(Moment, "when")


class Activity(Base):
    """Something that takes place on a day; a cancelled one stays, so that it is said."""

    __tablename__ = "activity"
    after_practice = After.KEPT
    __table_args__ = (Index("ix_activity_day", "home_id", "day"),)

    home_id: Mapped[int] = link("home.id", "which home")
    day: Mapped[date] = column(Date, "which day, the last on which it is true")
    begins: Mapped[str] = column(String(5), "09:30")
    ends: Mapped[str] = column(String(5), "10:30; empty = open", default="", server_default="")
    title: Mapped[str] = column(String(24), "what")
    place: Mapped[str] = column(String(16), "where", default="", server_default="")
    floors: Mapped[str] = column(
        String(64), "for whom: floors with a blank between; empty = all", default="", server_default=""
    )
    cancelled_at: Mapped[datetime | None] = column(Moment, "since when it does not take place", nullable=True)
    cancelled_why: Mapped[str] = column(String(40), "why, as it is said", default="", server_default="")
    by_id: Mapped[int] = column(BigInteger, "who wrote it last")
    at: Mapped[datetime] = column(Moment, "when")


class Price(Base):
    """What something costs from a day until a day; a later price of the same thing stands beside it."""

    __tablename__ = "price"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "item", "valid_from"),)

    home_id: Mapped[int] = link("home.id", "which home")
    item: Mapped[str] = column(String(24), "床位费 双人间, 陪诊")
    amount: Mapped[str] = column(String(24), "2,200 or 600–3,400, as it is said")
    unit: Mapped[str] = column(String(12), "what the money is for: 元/月, 元/次")
    note: Mapped[str] = column(String(60), "what is to be known with it", default="", server_default="")
    valid_from: Mapped[date] = column(Date, "the first day on which it is true")
    valid_until: Mapped[date] = column(Date, "the last one")
    by_id: Mapped[int] = column(BigInteger, "who wrote it last")
    at: Mapped[datetime] = column(Moment, "when")


class BedCheck(Base):
    """That somebody compared the free beds with the house; without it, and after its last day, none is told."""

    __tablename__ = "bed_check"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    checked_on: Mapped[date] = column(Date, "on which day")
    valid_until: Mapped[date] = column(Date, "the last day on which the count is told")
    by_id: Mapped[int] = column(BigInteger, "who counted and confirmed")
    at: Mapped[datetime] = column(Moment, "when")


class RoomKind(Base):
    """What kind of room it is where the number of its beds does not say it."""

    __tablename__ = "room_kind"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "building", "room"),)

    home_id: Mapped[int] = link("home.id", "which home")
    building: Mapped[str] = column(String(16), "as at the bed", default="", server_default="")
    room: Mapped[str] = column(String(16), "as at the bed")
    kind: Mapped[str] = column(String(12), "失智专护双人间")
    by_id: Mapped[int] = column(BigInteger, "who said so")
    at: Mapped[datetime] = column(Moment, "when")


class WeekSheet(Base):
    """The last change of one sheet (the menu of a week, its activities, the prices): how it was before, so that it can
    be taken back, and how often it was changed.
    """

    __tablename__ = "week_sheet"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "name"),)

    home_id: Mapped[int] = link("home.id", "which home")
    name: Mapped[str] = column(Word(24), "menu-2026-11-30, activities-2026-11-30, prices")
    revision: Mapped[int] = column(Integer, "counts the changes", default=0, server_default="0")
    what: Mapped[str] = column(String(24), "what the last change was, as it is shown")
    before: Mapped[str | None] = column(Text, "the rows before it, as JSON; null = taken back", nullable=True)
    after: Mapped[str] = column(String(16), "the digest of the rows after it")
    by_id: Mapped[int] = column(BigInteger, "who changed it")
    at: Mapped[datetime] = column(Moment, "when")
