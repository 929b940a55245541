"""What is filled in about a date of the house; each form is the command of one service."""

from datetime import date

from services.form import Form


class KeepDate(Form, frozen=True, kw_only=True):
    """What runs out, and on which day."""

    name: str
    day: date | None = None


class RenewDate(Form, frozen=True, kw_only=True):
    """It was renewed: the new day; without one it is over."""

    day: date | None = None
