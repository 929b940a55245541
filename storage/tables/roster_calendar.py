"""The home's own calendar: holidays and days that are made up for them, the years that are known, and hours (N8)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import DayKind, DaySource
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link


class CalendarDay(Base):
    """A day that is not what its weekday says."""

    __tablename__ = "calendar_day"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "day"),)

    home_id: Mapped[int] = link("home.id", "which home")
    day: Mapped[date] = column(Date, "which day")
    kind: Mapped[str] = closed(DayKind, String(8), "workday, holiday, makeup")
    name: Mapped[str] = column(String(16), "国庆节, 家属开放日", default="", server_default="")
    source: Mapped[str] = closed(DaySource, String(8), "filled from the published list, or by hand")
    by_id: Mapped[int] = column(BigInteger, "who set it by hand; 0 = the machine", default=0, server_default="0")
    reason: Mapped[str] = column(String(80), "why it was set by hand", default="", server_default="")
    at: Mapped[datetime] = column(Moment, "when it was written")


class CalendarYear(Base):
    """A year whose holidays are known; without a row it is not, and the page says so."""

    __tablename__ = "calendar_year"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "year"),)

    home_id: Mapped[int] = link("home.id", "which home")
    year: Mapped[int] = column(Integer, "which year")
    source: Mapped[str] = closed(DaySource, String(8), "filled from the published list, or checked by hand")
    by_id: Mapped[int] = column(BigInteger, "who checked it; 0 = the machine", default=0, server_default="0")
    at: Mapped[datetime] = column(Moment, "when")


class ServiceHours(Base):
    """When the desk is there on a weekday, and when machines are silent; without a row as it is in the code."""

    __tablename__ = "service_hours"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "name"),)

    home_id: Mapped[int] = link("home.id", "which home")
    name: Mapped[str] = column(
        Word(16), "desk-1 (Monday) to desk-7, desk-holiday, quiet-elder, quiet-nap, quiet-family"
    )
    hours: Mapped[str] = column(String(64), "08:30-12:00 13:30-17:30; empty = closed")
    by_id: Mapped[int] = column(BigInteger, "who set it")
    at: Mapped[datetime] = column(Moment, "when")
