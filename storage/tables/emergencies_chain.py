"""What rings after the screens: who took a shift over, how far an alarm has gone up, each call, what is known of each
number, and the last clean round of who audits all of it (F1, F2, F43).
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.chain import Step
from care.group_posts import PostEnd, PostWhy
from care.states import CallOutcome, CallWay, TakeoverEnd
from storage.tables.base import After, Base
from storage.types import Moment, Words, closed, column, link, sealed, searchable


class Takeover(Base):
    """接班: from now on a colleague hears what rings on this screen. Proven by the sound that she heard, by the pulse of
    the page, and by her phone, which was rung once.
    """

    __tablename__ = "takeover"
    after_practice = After.GONE
    __table_args__ = (
        Index("ix_takeover_open", "home_id", "ended_at"),
        Index("ix_takeover_session", "session_id", "ended_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    staff_id: Mapped[int] = link("staff.id", "who took it over")
    post_id: Mapped[int | None] = link("duty_post.id", "for which post; null = the whole house", nullable=True)
    session_id: Mapped[int] = column(BigInteger, "the log-in, that is the screen")
    begun_at: Mapped[datetime] = column(Moment, "when it was pressed")
    heard_at: Mapped[datetime | None] = column(Moment, "when she said that she hears the sound", nullable=True)
    seen_at: Mapped[datetime | None] = column(Moment, "the last pulse of the page with its sound on", nullable=True)
    phone_good_at: Mapped[datetime | None] = column(Moment, "when a key was pressed on the phone", nullable=True)
    ended_at: Mapped[datetime | None] = column(Moment, "handed over", nullable=True)
    ended_how: Mapped[str | None] = closed(TakeoverEnd, String(8), "null while it lasts", nullable=True)


class AlarmRun(Base):
    """How far an alarm has gone up the ladder. An open one always has a next moment, which a CHECK holds: whatever
    process dies, the next one goes on there.
    """

    __tablename__ = "alarm_run"
    after_practice = After.GONE
    __table_args__ = (
        CheckConstraint("(ended_at IS NULL) = (next_at IS NOT NULL)", name="goes_on"),
        Index("ix_alarm_run_next", "home_id", "next_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    alarm_id: Mapped[int] = link("alarm.id", "which alarm", unique=True)
    round: Mapped[int] = column(SmallInteger, "how often the whole ladder was gone through", default=0)
    step: Mapped[int] = column(SmallInteger, "the step that comes next", default=0)
    count: Mapped[int] = column(SmallInteger, "cries that were known when it was last looked at", default=1)
    begun_at: Mapped[datetime] = column(Moment, "when it was taken up")
    next_at: Mapped[datetime | None] = column(Moment, "when it goes on", nullable=True)
    went_at: Mapped[datetime | None] = column(Moment, "the 我去 that stopped it, to see a new one", nullable=True)
    late_at: Mapped[datetime | None] = column(
        Moment, "since when who said 我去 is not there: it rings again, one level up", nullable=True
    )
    nobody_at: Mapped[datetime | None] = column(
        Moment, "since when there is nobody left who could be rung", nullable=True
    )
    ended_at: Mapped[datetime | None] = column(Moment, "the alarm is over", nullable=True)


class AlarmCall(Base):
    """Somebody was asked to come, by telephone, or said on a screen that she cannot; or a phone was rung to test it."""

    __tablename__ = "alarm_call"
    after_practice = After.GONE
    __table_args__ = (
        UniqueConstraint("alarm_id", "round", "step", "digest"),
        CheckConstraint("(alarm_id IS NULL) <> (takeover_id IS NULL)", name="for_one"),
        Index("ix_alarm_call_open", "ended_at", "home_id"),
        Index("ix_alarm_call_number", "home_id", "digest", "asked_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    alarm_id: Mapped[int | None] = link("alarm.id", "for which alarm", nullable=True)
    takeover_id: Mapped[int | None] = link("takeover.id", "the shift whose phone is tested", nullable=True, index=True)
    round: Mapped[int] = column(SmallInteger, "the round of the ladder", default=0)
    step: Mapped[int] = column(SmallInteger, "the step of the ladder", default=0)
    of_step: Mapped[str] = closed(Step, String(8), "whom the step rings")
    channel: Mapped[str] = closed(CallWay, String(8), "phone or screen")
    staff_id: Mapped[int | None] = link("staff.id", "who is asked; null = whoever has the phone", nullable=True)
    post_id: Mapped[int | None] = link("duty_post.id", "the post whose phone it is", nullable=True)
    digest: Mapped[str] = searchable(64, "keyed hash of the number, or of who answered on a screen")
    number: Mapped[bytes | None] = sealed("the number; null on a screen", nullable=True)
    asked_at: Mapped[datetime] = column(Moment, "when the step came")
    dialed_at: Mapped[datetime | None] = column(Moment, "when it was handed to the telephone company", nullable=True)
    rang_at: Mapped[datetime | None] = column(Moment, "when the company said that it rings", nullable=True)
    ended_at: Mapped[datetime | None] = column(Moment, "when it was over", nullable=True)
    outcome: Mapped[str | None] = closed(CallOutcome, String(16), "null while it goes on", nullable=True)
    ref: Mapped[str | None] = searchable(64, "the company's number of the call", nullable=True)
    code: Mapped[str | None] = column(String(64), "what the company said", nullable=True)


class GroupPost(Base):
    """The robot of the colleagues' group was to tell of an alarm: place and level alone (F15). Nobody counts as reached
    by it.
    """

    __tablename__ = "group_post"
    after_practice = After.GONE
    __table_args__ = (
        UniqueConstraint("alarm_id", "reason", "times"),
        Index("ix_group_post_open", "ended_at", "home_id"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    alarm_id: Mapped[int | None] = link("alarm.id", "of which alarm; null when a colleague tries it", nullable=True)
    reason: Mapped[str] = closed(PostWhy, String(8), "why the group is told")
    times: Mapped[int] = column(SmallInteger, "cries that were known by then", default=0)
    asked_at: Mapped[datetime] = column(Moment, "when it was ordered")
    taken_at: Mapped[datetime | None] = column(Moment, "when a process began with it", nullable=True)
    ended_at: Mapped[datetime | None] = column(Moment, "when it was over", nullable=True)
    outcome: Mapped[str | None] = closed(PostEnd, String(8), "null while it goes on", nullable=True)
    code: Mapped[str | None] = column(String(64), "what the company said", nullable=True)
    why: Mapped[str | None] = column(String(120), "what that means, for the staff", nullable=True)


class PhoneCheck(Base):
    """What is known of a number: a key that was pressed proves it, a number that is switched off is suspect."""

    __tablename__ = "phone_check"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("home_id", "digest"),)

    home_id: Mapped[int] = link("home.id", "which home")
    digest: Mapped[str] = searchable(64, "keyed hash of the number")
    good_at: Mapped[datetime | None] = column(Moment, "the last key that was pressed on it", nullable=True)
    bad_at: Mapped[datetime | None] = column(Moment, "the last time that it could not be rung", nullable=True)
    bad_how: Mapped[str | None] = closed(CallOutcome, String(16), "why it could not be rung", nullable=True)


class ChainRound(Base):
    """The auditor's own pulse: only a round that found nothing overdue moves `clean_at`, and the watchdog outside reads
    that.
    """

    __tablename__ = "chain_round"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", unique=True)
    looked_at: Mapped[datetime] = column(Moment, "the last round, by the clock of the machine")
    clean_at: Mapped[datetime | None] = column(Moment, "the last round that found nothing", nullable=True)
    overdue: Mapped[str] = column(Words(80), "what was overdue in the last round", default="", server_default="")
