"""What families fill in on their pages; each form is what one handler is given. Nothing of them is drawn from a row
that somebody else edits: a tap is said once, and the newest counts.
"""

from collections.abc import Mapping

from services.form import Form


class SeenNotice(Form, frozen=True, kw_only=True):
    """看过了，打开: which edition was read, and where it leads on."""

    version: str
    back: str


class SayWord(Form, frozen=True, kw_only=True):
    """收到, 谢谢, 有疑问, 请来电."""

    word: str


class SayOfWeek(Form, frozen=True, kw_only=True):
    """The same under a letter of a week, or, without a word, what she thinks of news from hospital."""

    word: str
    opinion: str


class OpenWords(Form, frozen=True, kw_only=True):
    """The last digits of the number that an SMS reached."""

    digits: str


class AnswerSheet(Form, frozen=True, kw_only=True):
    """The questionnaire: a mark for each question by its id, a wish, whether she wants to be called."""

    wish: str
    call: str
    marks: Mapping[str, frozenset[str]]
