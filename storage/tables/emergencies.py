"""Alarms, and signed pushes that name nobody."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Index, Integer, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import EndedHow
from care.triage import Audience, Urgency
from storage.tables.base import After, Base
from storage.types import Moment, Said, closed, column, link, sealed, searchable


class Alarm(Base):
    """An emergency from the words to the nurse at the bed (F2): raised, 我去, 已到. One open alarm a person; repeats join
    it. Of one that a colleague raised each press is a row of its own (F9).
    """

    __tablename__ = "alarm"
    after_practice = After.GONE
    __table_args__ = (
        CheckConstraint("(inbox_id IS NULL) = (raised_by IS NOT NULL)", name="whose"),
        Index("ix_alarm_open", "arrived_at", "home_id"),
        Index("ix_alarm_person", "person_id", "arrived_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int | None] = link(
        "person.id", "who spoke, or for whom a colleague calls; null = a place", nullable=True
    )
    inbox_id: Mapped[int | None] = link("inbox.id", "the first words; null = a colleague raised it", nullable=True)
    latest_id: Mapped[int | None] = link("inbox.id", "the newest words; null = a colleague raised it", nullable=True)
    count: Mapped[int] = column(SmallInteger, "messages that joined it")
    level: Mapped[int] = closed((Urgency.P0, Urgency.P1), SmallInteger, "0 rings at once, 1 within 5 min")
    kind: Mapped[str] = column(Said(16), "跌倒受伤, 呼救 …")
    audience: Mapped[str] = closed(Audience, String(8), "floor or lead: who may see it (F5)")
    brief: Mapped[bool] = column(Boolean, "only what is wrong is shown: the words name somebody (F5)")
    raised_at: Mapped[datetime] = column(Moment, "when the words arrived")
    latest_at: Mapped[datetime] = column(Moment, "when the newest words arrived: it rings again")
    going_at: Mapped[datetime | None] = column(Moment, "when somebody said 我去", nullable=True)
    going_by: Mapped[int | None] = column(BigInteger, "who goes", nullable=True)
    arrived_at: Mapped[datetime | None] = column(Moment, "已到: it stops", nullable=True)
    arrived_by: Mapped[int | None] = column(BigInteger, "who is there", nullable=True)
    told_at: Mapped[datetime | None] = column(Moment, "when the elder was told that we still call", nullable=True)
    ended_how: Mapped[str | None] = closed(EndedHow, String(10), "null while it rings", nullable=True)
    calmed_id: Mapped[int | None] = column(BigInteger, "the message by which they took it back: 没事了", nullable=True)
    again: Mapped[int] = column(
        SmallInteger,
        "how often the same was said after it had ended: somebody looked in (F28)",
        default=0,
        server_default="0",
    )
    ended_why: Mapped[bytes | None] = sealed("the reason, where one was asked", nullable=True)
    raised_by: Mapped[int | None] = column(BigInteger, "the colleague who raised it first", nullable=True)
    floor: Mapped[str | None] = column(String(16), "whose floor, where a colleague named a place", nullable=True)


class AlarmPress(Base):
    """紧急 by a colleague: she is there and needs others. Each press of it, so that a repeat says what is new (F9)."""

    __tablename__ = "alarm_press"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("home_id", "token"), Index("ix_alarm_press_alarm", "alarm_id", "id"))

    home_id: Mapped[int] = link("home.id", "which home")
    alarm_id: Mapped[int] = link("alarm.id", "which alarm")
    token: Mapped[str] = searchable(40, "the form that was pressed: sent twice it is one")
    staff_id: Mapped[int] = column(BigInteger, "who pressed")
    at: Mapped[datetime] = column(Moment, "when")
    place: Mapped[bytes] = sealed("where the others go")
    words: Mapped[bytes | None] = sealed("what she said of it", nullable=True)


class Unreadable(Base):
    """A signed push that names nobody: kept as it came, never given to an invented person; a colleague looks at it
    (W1).
    """

    __tablename__ = "unreadable"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("account_id", "key"), Index("ix_unreadable_seen", "home_id", "seen_at", "id"))

    home_id: Mapped[int] = link("home.id", "which home")
    account_id: Mapped[int] = link("wechat_account.id", "where it arrived")
    key: Mapped[str] = searchable(80, "digest of its bytes: a redelivery is the same")
    arrived_at: Mapped[datetime] = column(Moment, "when it was committed here")
    raw: Mapped[bytes] = sealed("what came")
    words: Mapped[bytes | None] = sealed("what of it looks like words", nullable=True)
    urgency: Mapped[int] = closed(Urgency, SmallInteger, "what the words say: 0 rings at once … 3 is talk")
    audience: Mapped[str] = closed(Audience, String(8), "who may read the words: floor, lead or none")
    rings: Mapped[bool] = column(Boolean, "whether it rang: at most one a minute")
    more: Mapped[int] = column(Integer, "further ones of its day that were counted and not kept", default=0)
    seen_at: Mapped[datetime | None] = column(Moment, "when a colleague took note", nullable=True)
    seen_by: Mapped[int | None] = column(BigInteger, "who took note", nullable=True)
