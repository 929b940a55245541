"""One row of a sheet as it is looked at: what of it is understood, what is not, and what may be done about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from services.imports import values
from services.imports.book import Cell
from services.imports.changes import Change
from services.imports.fields import BY_WORD, Kind
from services.imports.heads import Plan
from services.imports.values import Read

SKIP, TWIN, ELDER, SAID = "_skip", "_twin", "_elder", "_said"
"""What a colleague decided of a row as a whole: leave it out; two people of one name; whose relative; and what the
house said when it was to be written."""
SUMS: Final = re.compile(r"合计|总计|小计|共计|制表|填表|说明[:：]|备注[:：]|^注[:：]|^共\s*\d+")


class Verdict(StrEnum):
    """What becomes of a row; the four add up to the sheet."""

    READY = "ready"
    FIXED = "fixed"
    LOOK = "look"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not sure. `leave`: it may stay empty; `asks`: what to choose from, with its words."""

    field: str
    name: str
    bad: str
    why: str
    guess: str
    hint: str
    leave: bool
    asks: tuple[tuple[str, str, str], ...]
    """Label, key and value of each answer."""
    typed: bool
    """Whether it can be filled in by hand."""


@dataclass(slots=True)
class Row:
    """A line of a sheet with what was decided of it."""

    id: int
    sheet: int
    number: int
    cells: Sequence[Cell]
    hidden: bool = False
    fixed: dict[str, str] = field(default_factory=dict)
    drawn: str = ""
    """What its buttons are drawn from."""


@dataclass(slots=True)
class Judged:
    """A row as it was understood. `draft`: what will be written."""

    row: Row
    kind: Kind | None
    who: str = ""
    verdict: Verdict = Verdict.READY
    why: str = ""
    faults: list[Fault] = field(default_factory=list)
    draft: dict[str, Any] = field(default_factory=dict)
    kin: list[dict[str, Any]] = field(default_factory=list)
    """Relatives that stand in the row of a resident; or shifts that stand in the row of a colleague."""
    place: values.Bed = field(default_factory=values.Bed)
    updates: str = ""
    """Whom the house already has, `h:id`, where the row tells of them."""
    changes: list[Change] = field(default_factory=list)
    """What of them it would change."""

    @property
    def follows(self) -> bool:
        """Whether it only waits for another row: a relative for the resident, a shift for the colleague."""
        return bool(self.faults) and all(not (one.typed or one.asks or one.guess) for one in self.faults)

    @property
    def skipped(self) -> bool:
        """Whether it is not written."""
        return self.verdict is Verdict.SKIP

    def skip(self, why: str) -> "Judged":
        """It is not written, and why."""
        self.verdict, self.why = Verdict.SKIP, why
        return self

    def fault(
        self,
        word: str,
        bad: Cell,
        read: Read,
        *,
        name: str = "",
        leave: bool = True,
        asks: tuple[tuple[str, str, str], ...] = (),
        typed: bool = True,
    ) -> None:
        """Something that is not sure; what a colleague has left empty is settled."""
        if leave and not self.row.fixed.get(word, "?"):
            return
        known = BY_WORD[self.kind].get(word) if self.kind else None
        shown = known.name if known else name or word
        said = values.text(bad)[:40]
        self.faults.append(Fault(word, shown, said, read.why, read.guess, read.hint, leave, asks, typed))

    def settle(self) -> "Judged":
        """The verdict after everything was looked at."""
        if self.verdict is not Verdict.SKIP:
            said = {key for key in self.row.fixed if key != SAID}
            self.verdict = Verdict.LOOK if self.faults else Verdict.FIXED if said else Verdict.READY
        return self


class Cells:
    """The values of a row by their fields, what was filled in by hand first."""

    def __init__(self, plan: Plan, row: Row) -> None:
        self._fixed = row.fixed
        self._at = {word: at for at, word in enumerate(plan.columns) if word}
        self._cells = row.cells

    def __call__(self, word: str) -> Cell:
        """The cell of a field; None where there is none."""
        if word in self._fixed:
            return self._fixed[word]
        at = self._at.get(word, len(self._cells))
        return self._cells[at] if at < len(self._cells) else None

    def text(self, word: str) -> str:
        """As words."""
        return values.text(self(word))
