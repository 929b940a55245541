"""What is filled in about an appointment; each form is the command of one service."""

from datetime import datetime

from services.form import Form


class WriteAppointment(Form, frozen=True, kw_only=True):
    """When a resident is to be seen; `told`: the relative who is told, 0 for nobody."""

    resident: int
    at: datetime | None = None
    what: str = ""
    place: str = ""
    caution: str = ""
    companion: str = "house"
    every: str = "once"
    told: int = 0


class EditAppointment(Form, frozen=True, kw_only=True):
    """The same of one that stands."""

    at: datetime | None = None
    what: str = ""
    place: str = ""
    caution: str = ""
    companion: str = "house"
    every: str = "once"
    told: int = 0


class EndAppointment(Form, frozen=True, kw_only=True):
    """How it was. `told`: the relative hears of it by a message; `news`: whether it is bad: "good", or "called" when
    she was telephoned about it; "" = nobody has said.

    `again`: when it is to be done again, where the doctor said so.
    """

    stage: str
    result: str = ""
    told: bool = False
    news: str = ""
    again: datetime | None = None
    over: bool = False
    """It is not done again, though it came every week."""
