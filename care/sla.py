"""The clocks of the house: when a promise is due, and what has been reached of it (C4, C9, Q4).

All times are aware and in UTC.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from care.severity import Level
from care.workdays import Hours


class Kind(StrEnum):
    """What was promised; the values are stored."""

    REPLY = "reply"
    FIRST_FEEDBACK = "first_feedback"
    RESULT = "result"
    APPROVAL = "approval"
    FOLLOW_UP = "follow_up"
    BINDING = "binding"
    CALL = "call"
    OPINION = "opinion"


class Mark(StrEnum):
    """How far a promise has run."""

    FRESH = "fresh"
    HALF = "half"
    NEAR = "near"
    BREACHED = "breached"


NEAR = 0.8
HALF = 0.5


@dataclass(frozen=True, slots=True)
class Figures:
    """The lengths that a home promises; the defaults of the source rules are in the settings."""

    first_feedback: timedelta
    serious_feedback: timedelta
    result: timedelta
    reply: timedelta
    approval: timedelta = timedelta(hours=4)
    hours: Hours = field(default_factory=Hours)
    """When the desk is there: what it answers by words runs only then. Clocks of complaints run by day and night."""


def first_feedback_due(said_at: datetime, level: Level, figures: Figures) -> datetime:
    """When a named human must have answered: 1 h from the first word, 15 min by phone for S1 (C4, domain.md 6b)."""
    return said_at + (figures.serious_feedback if level is Level.S1 else figures.first_feedback)


def result_due(said_at: datetime, figures: Figures) -> datetime:
    """When the result or a reasoned interim reply must be there: 24 h (C9)."""
    return said_at + figures.result


def reply_due(said_at: datetime, figures: Figures, *, elder: bool = False) -> datetime:
    """When a colleague answers what the machine could not (Q4): in time of the desk (N8); an elder in the house is
    looked after sooner, by day and by night.
    """
    if elder:
        return said_at + min(figures.reply, figures.serious_feedback)
    return figures.hours.after(said_at, figures.reply)


def binding_due(asked_at: datetime, figures: Figures) -> datetime:
    """When a relative who sent a code knows whether it was confirmed: within a day; when the desk is shut all that day,
    as soon as it has been there for as long as an answer takes.
    """
    return max(asked_at + figures.result, figures.hours.after(asked_at, figures.reply))


def approval_due(made_at: datetime, result_at: datetime | None, figures: Figures) -> datetime:
    """When a plan is decided: 4 h, inside the 24 h while they run (C8)."""
    due = made_at + figures.approval
    return min(due, result_at) if result_at is not None and result_at > made_at else due


OPINION_AFTER = timedelta(hours=24)
"""A family that was told a result and says nothing is called: no answer is not consent (C10)."""
FOLLOW_UP_DAYS = (3, 7)
SERIOUS_FOLLOW_UP_DAYS = (3, 7, 30)


def follow_ups(accepted_at: datetime, level: Level, zone: tzinfo) -> list[tuple[int, datetime]]:
    """The days after acceptance on which we ask again, at ten in the morning of the house (C11, domain.md 6b)."""
    day = accepted_at.astimezone(zone)
    days = SERIOUS_FOLLOW_UP_DAYS if level is Level.S1 else FOLLOW_UP_DAYS
    return [
        (n, (day + timedelta(days=n)).replace(hour=10, minute=0, second=0, microsecond=0).astimezone(UTC)) for n in days
    ]


def share(made_at: datetime, due_at: datetime, now: datetime) -> float:
    """The part of the time that is used, 0 and more; a promise without length counts as used up."""
    length = (due_at - made_at).total_seconds()
    return 1.0 if length <= 0 else max(0.0, (now - made_at).total_seconds() / length)


def mark(made_at: datetime, due_at: datetime, now: datetime) -> Mark:
    """Fresh, at 50 %, at 80 %, or breached."""
    used = share(made_at, due_at, now)
    if used >= 1:
        return Mark.BREACHED
    return Mark.NEAR if used >= NEAR else Mark.HALF if used >= HALF else Mark.FRESH


def said_at(created: datetime, arrived: datetime, believable: timedelta = timedelta(hours=24)) -> datetime:
    """The platform's CreateTime, unless it lies in the future or further back than its retries can explain."""
    return created if arrived - believable <= created <= arrived else arrived
