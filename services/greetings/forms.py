"""What is filled in on the page of the days; each form is the command of one service."""

from datetime import datetime

from services.form import Form


class BookVisit(Form, frozen=True, kw_only=True):
    """Which relative comes, and when; without a time zone by the clock of the home (R1)."""

    person: int
    at: datetime | None


class DecidePlan(Form, frozen=True, kw_only=True):
    """Nothing but what the buttons were drawn from; which one it was is in the address."""
