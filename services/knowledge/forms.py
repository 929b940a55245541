"""What is filled in on the page of the knowledge; each form is the command of one service."""

from datetime import date

from services.form import Form


class SaveEntry(Form, frozen=True, kw_only=True):
    """An entry: its question, its answer, one way of asking a line; `revision`: how often it was changed before."""

    question: str
    answer: str
    asked: str
    revision: int | None
    messages: str = ""
    """The messages that a new entry is begun from: their words are taught with it."""


class SwitchEntry(Form, frozen=True, kw_only=True):
    """Say it, or not."""

    enabled: bool


class RestoreEntry(Form, frozen=True, kw_only=True):
    """An entry as it came."""

    revision: int


class FillBlank(Form, frozen=True, kw_only=True):
    """A blank, its value, the last day on which it is true; `key`: the entry that is open beside it."""

    name: str
    value: str
    until: date | None = None
    key: str = ""


class Teach(Form, frozen=True, kw_only=True):
    """Messages, by comma, and what they are taught for: the id of an entry, or = and an intent."""

    messages: str
    key: str


class TryKnowledge(Form, frozen=True, kw_only=True):
    """What somebody might ask."""

    text: str
