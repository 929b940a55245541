"""What was read of a workbook: sheets, lines, cells. The child process tells it to the service in this form."""

from typing import Final

import msgspec

Cell = str | int | float | None
"""Days and moments are ISO text, truth is 是 or 否."""
NO_VALUE: Final = "\u0002"
"""A formula whose result the file does not hold: told, never taken for an empty cell."""
ROWS: Final = 5_000
COLUMNS: Final = 200
SIGNS: Final = 500
"""What is longer in one cell is cut: no field of ours is."""
BYTES: Final = 20 * 1024 * 1024
WORDS: Final = 6_000_000
"""Signs in all cells together."""


class Line(msgspec.Struct, array_like=True):
    """A row with something in it, by its number in the sheet."""

    number: int
    cells: list[Cell]
    hidden: bool = False


class Sheet(msgspec.Struct, array_like=True):
    """One sheet: its rows, and what of it was not read."""

    name: str
    lines: list[Line]
    hidden: bool = False
    far: int = 0
    """Cells right of the last column that is read."""


class Book(msgspec.Struct, array_like=True):
    """A workbook, or the sentence that says why it is none."""

    sheets: list[Sheet] = []
    why: str = ""


class Refused(Exception):
    """The file cannot be read; its words are a sentence for who uploaded it."""


def trimmed(cells: list[Cell]) -> list[Cell]:
    """Without the empty cells at the end."""
    while cells and cells[-1] is None:
        cells.pop()
    return cells
