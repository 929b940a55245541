"""What is filled in about who a relative is; each form is the command of one service."""

from services.form import Form


class ConfirmBinding(Form, frozen=True, kw_only=True):
    """What the relative may know, and how the resident agreed to it (F13)."""

    scopes: frozenset[str]
    way: str


class RefuseBinding(Form, frozen=True, kw_only=True):
    """Why it could not be made sure; the relative reads it."""

    why: str


class AddRelative(Form, frozen=True, kw_only=True):
    """A relative of a resident, with a WeChat or without one (A4). `order` is the place in the row, 0 = the end."""

    name: str
    relation: str
    phone: str = ""
    scopes: tuple[str, ...] = ()
    way: str = "none"
    primary: bool = False
    order: int = 0


class StartDispute(Form, frozen=True, kw_only=True):
    """Why nothing is widened from now on; colleagues read it."""

    why: str


class EndDispute(Form, frozen=True, kw_only=True):
    """It is settled."""
