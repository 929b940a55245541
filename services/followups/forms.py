"""What is filled in after a talk; the form is the command of the service."""

from services.form import Form


class WriteTalk(Form, frozen=True, kw_only=True):
    """With whom (0 = the resident), how, what came of it, and what was said; only what was asked is filled in."""

    resident: int
    person: int = 0
    manner: str = "face"
    outcome: str = "talked"
    content: str = ""
    life: str = ""
    body: str = ""
    wish: str = ""
