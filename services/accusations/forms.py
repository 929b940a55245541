"""What is filled in about whom words accuse; each form is the command of one service."""

from services.form import Form


class DecideAccused(Form, frozen=True, kw_only=True):
    """`confirm`, or `lift` with the reason (S1)."""

    verdict: str
    why: str = ""
