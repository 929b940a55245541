"""What is filled in about where a resident is; each form is the command of one service."""

from services.form import Form


class SetStatus(Form, frozen=True, kw_only=True):
    """The status; a death asks for the name once more."""

    status: str
    name: str = ""
    place: int | None = None
    """The bed of who comes back."""


class Move(Form, frozen=True, kw_only=True):
    """The id of the bed to which somebody moves."""

    place: int | None = None


class Hush(Form, frozen=True, kw_only=True):
    """静默 set or lifted (F11)."""

    on: bool
