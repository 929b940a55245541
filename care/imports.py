"""How far an import and its rows have come; the values are stored."""

from enum import StrEnum


class ImportState(StrEnum):
    """How far an import has come; `gone`: never applied, and forgotten."""

    STAGED = "staged"
    APPLYING = "applying"
    DONE = "done"
    UNDONE = "undone"
    GONE = "gone"


class ImportedRow(StrEnum):
    """What became of one row of a sheet; `kept`: it could not be undone any more."""

    STAGED = "staged"
    DONE = "done"
    LEFT = "left"
    UNDONE = "undone"
    KEPT = "kept"
