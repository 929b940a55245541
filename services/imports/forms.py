"""What is filled in about a sheet and an export; each form is the command of one service."""

from collections.abc import Mapping

from services.form import Form


class PlanSheet(Form, frozen=True, kw_only=True):
    """How a sheet is read: its head, of whom it tells, and by `c0`, `c1` … what each column is."""

    head: int = 0
    kind: str = ""
    wanted: bool = False
    hidden: bool = False
    columns: Mapping[str, frozenset[str]] = {}


class FixRow(Form, frozen=True, kw_only=True):
    """One field of a row: filled in, left empty, or decided; `back`: as it stood in the sheet."""

    field: str
    value: str = ""
    back: bool = False


class TakeGuesses(Form, frozen=True, kw_only=True):
    """Every guess of a sheet is taken."""

    sheet: int = 0


class LayBeds(Form, frozen=True, kw_only=True):
    """Lay out the beds of the sheet that the house does not have."""


class ApplyRun(Form, frozen=True, kw_only=True):
    """Write what may be written. `changes`: what the page showed of people who are there already."""

    changes: str | None = None


class UndoRun(Form, frozen=True, kw_only=True):
    """Take a file back, row by row."""


class AskExport(Form, frozen=True, kw_only=True):
    """What is to go out, and what for."""

    kind: str = ""
    reason: str = ""


class DecideExport(Form, frozen=True, kw_only=True):
    """Let it out, or not."""

    release: bool = False
