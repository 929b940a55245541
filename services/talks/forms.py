"""What is filled in in a talk; each form is the command of one service."""

from services.form import Form


class Answer(Form, frozen=True, kw_only=True):
    """A colleague's words; `key` is the form's own, so that it is queued once however often it is sent."""

    text: str
    key: str


class LogCall(Form, frozen=True, kw_only=True):
    """What was said on the phone."""

    note: str


class ShowPhone(Form, frozen=True, kw_only=True):
    """Why the whole number is needed (P5)."""

    reason: str


class Line(Form, frozen=True, kw_only=True):
    """Words from the page of a complaint: an answer, a call or an internal line."""

    text: str
    key: str = ""


class WriteCanned(Form, frozen=True, kw_only=True):
    """Words that are said again and again; `reply` is the one that is changed, 0 = a new one, `own` or of the house."""

    words: str
    reply: int = 0
    whose: str = ""


class MoveCanned(Form, frozen=True, kw_only=True):
    """Up or down."""

    reply: int
    way: str


class RemoveCanned(Form, frozen=True, kw_only=True):
    """Which one is not needed any more."""

    reply: int
