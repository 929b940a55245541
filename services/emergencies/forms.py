"""What is filled in on a strip and at 接班; each form is the command of one service."""

from services.form import Form


class Act(Form, frozen=True, kw_only=True):
    """Why it is false or muted, where one is asked."""

    why: str = ""


class Raise(Form, frozen=True, kw_only=True):
    """紧急 by a colleague: where, what, and what else there is to say."""

    token: str = ""
    place: str = ""
    kind: str = ""
    words: str = ""


class TakeOver(Form, frozen=True, kw_only=True):
    """接班 for a post; 0 = the whole house."""

    post: int = 0
