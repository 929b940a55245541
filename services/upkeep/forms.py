"""What is filled in after a restore; each form is the command of one service."""

from services.form import Form


class ConfirmEpoch(Form, frozen=True, kw_only=True):
    """The four words that open the way out."""

    words: str
