"""What is filled in about messages that leave; each form is the command of one service."""

from services.form import Form


class BindTemplate(Form, frozen=True, kw_only=True):
    """Which template of the account stands for a reason, and what goes into which of its fields."""

    kind: str
    template: str = ""
    lines: frozenset[str] = frozenset()
    """`thing1=elder`: what goes into which field."""


class SettleByHand(Form, frozen=True, kw_only=True):
    """What became of a call or a sheet: spoken, no_answer, printed, not_needed."""

    outcome: str
