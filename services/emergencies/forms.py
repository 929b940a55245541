"""What is filled in on a strip and at 接班; each form is the command of one service."""

from services.form import Form


class Act(Form, frozen=True, kw_only=True):
    """Why it is false or muted, where one is asked."""

    why: str = ""


class TakeOver(Form, frozen=True, kw_only=True):
    """接班 for a post; 0 = the whole house."""

    post: int = 0
