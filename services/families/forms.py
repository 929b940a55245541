"""What is filled in about who a relative is; each form is the command of one service."""

from services.form import Form


class ConfirmBinding(Form, frozen=True, kw_only=True):
    """What the relative may know, and how the resident agreed to it (F13)."""

    scopes: frozenset[str]
    way: str


class RefuseBinding(Form, frozen=True, kw_only=True):
    """Why it could not be made sure; the relative reads it."""

    why: str
