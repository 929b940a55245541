"""What is filled in on a strip; each form is the command of one service."""

from services.form import Form


class Act(Form, frozen=True, kw_only=True):
    """Why it is false or muted, where one is asked."""

    why: str = ""
