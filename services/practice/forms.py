"""What is filled in for practice; each form is the command of one service."""

from services.form import Form


class GoOver(Form, frozen=True, kw_only=True):
    """Discard what was said and go live: the home's name as it is written, and who of the simulated phones stays."""

    words: str
    stays: frozenset[str] = frozenset()
