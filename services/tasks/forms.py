"""What is filled in about a task or a note; each form is the command of one service."""

from datetime import datetime

from services.form import Form


class AddTask(Form, frozen=True, kw_only=True):
    """One line: what, for whom (`me`, `staff:7`, `role:nurse`, `floor:2`, or nothing for the whole house), until when
    by the clock of the home, and what it is about.
    """

    what: str
    whom: str = ""
    due: datetime | None = None
    resident: int = 0
    talk: int = 0
    case: int = 0


class ActOnTask(Form, frozen=True, kw_only=True):
    """我来, 做好了, 撤销: nothing but what the button was drawn from."""


class HandTask(Form, frozen=True, kw_only=True):
    """To whom it goes, as in `AddTask`, and why if somebody wants to say so."""

    whom: str
    why: str = ""


class EditTask(Form, frozen=True, kw_only=True):
    """Other words, or another time; no time = whenever there is one."""

    what: str
    due: datetime | None = None


class GiveBack(Form, frozen=True, kw_only=True):
    """Why it cannot be done, or is not wanted any more."""

    why: str


class AddNote(Form, frozen=True, kw_only=True):
    """A line about a resident; `inside`: only for colleagues, never a line of the letter."""

    words: str
    inside: bool = False
