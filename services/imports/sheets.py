"""The rows of a workbook, streamed: values, hidden rows, merged cells and formulas without a result in one pass.

openpyxl tells the sheets, the shared strings and which formats are days; the rows are read from the XML by expat, so
that a million formatted empty rows or one cell in the last corner cost nothing (anchors 1, tests 7 to 9).
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from typing import IO, BinaryIO, Final
from xml.parsers import expat
from zipfile import ZipFile

from openpyxl import load_workbook
from openpyxl.utils import column_index_from_string, range_boundaries
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.worksheet import Worksheet

from services.imports.book import COLUMNS, NO_VALUE, ROWS, SIGNS, WORDS, Book, Cell, Line, Refused, Sheet, trimmed
from services.imports.parcel import kind, lines_of

LETTERS: Final = re.compile(r"[A-Z]+")
TITLES: Final = 50
"""Lines over the cap that may be titles and sums."""
DOWN: Final = 60
"""Rows that one merged cell may stand for."""
CHUNK: Final = 1 << 16
DIGITS: Final = 18
"""A number with more has lost its tail in Excel, and does not fit into 64 bits."""
ENTITIES: Final = "这个文件里有不该有的内容（实体声明），没有读。请在 Excel 里另存一份再放上来。"
TOO_MANY: Final = f"这张表有 {ROWS:,} 行以上，一次最多 {ROWS:,} 行。请分成几张，一张一张放。"


class Room:
    """What may still be read of one book."""

    def __init__(self) -> None:
        self.rows, self.signs = ROWS + TITLES, WORDS

    def take(self, cells: Sequence[Cell]) -> None:
        """Raises Refused when there is no room left."""
        self.rows -= 1
        self.signs -= sum(len(cell) for cell in cells if isinstance(cell, str))
        if self.rows < 0:
            raise Refused(TOO_MANY)
        if self.signs < 0:
            raise Refused("这张表里的字太多了，不像名册。请只留要登记的几列，再放上来。")


def read(file: BinaryIO) -> Book:
    """A workbook or a CSV. Raises Refused."""
    room = Room()
    if kind(file) == "csv":
        file.seek(0)
        return Book([_text(file.read(), room)])
    file.seek(0)
    book = load_workbook(file, read_only=True, keep_links=False)
    found = []
    for one in book.worksheets:
        if (path := getattr(one, "_worksheet_path", None)) is None:
            continue
        reader = _Reader(one, room)
        with ZipFile(file) as parcel, parcel.open(path) as source:
            reader.read(source)
        found.append(Sheet(one.title, reader.done(), one.sheet_state != "visible", reader.far))
    return Book([sheet for sheet in found if sheet.lines])


class _Reader:
    """One sheet as expat tells it."""

    def __init__(self, sheet: Worksheet, room: Room) -> None:
        book = sheet.parent
        self._strings, self._epoch = vars(sheet)["_shared_strings"], book.epoch
        self._days, self._spans = vars(book)["_date_formats"], vars(book)["_timedelta_formats"]
        self._room, self._columns = room, dict[str, int]()
        self._rows: dict[int, Line] = {}
        self._merged: list[str] = []
        self.far = 0
        self._row, self._hidden, self._cells = 0, False, dict[int, Cell]()
        self._at, self._type, self._style, self._formula = 0, "n", 0, False
        self._words: list[str] | None = None
        self._value: str | None = None
        self._sounds = False
        """Within the pinyin over a word."""
        self._starts: dict[str, Callable[[dict[str, str]], None]] = {
            "row": self._row_begins,
            "c": self._cell_begins,
            "v": self._value_begins,
            "t": self._value_begins,
            "f": self._has_formula,
            "rPh": self._sounds_begin,
            "mergeCell": lambda attrs: self._merged.append(attrs.get("ref", "")),
        }
        self._ends: dict[str, Callable[[], None]] = {
            "row": self._row_ends,
            "c": self._cell_ends,
            "v": self._value_ends,
            "t": self._value_ends,
            "rPh": self._sounds_end,
        }

    def read(self, source: IO[bytes]) -> None:
        """Stream it. Raises Refused and expat.ExpatError."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._said
        parser.EntityDeclHandler = _refuse_entities
        while chunk := source.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)

    def done(self) -> list[Line]:
        """The lines in their order; a cell merged over rows stands in each of them."""
        for ref in self._merged:
            left, top, _, bottom = range_boundaries(ref)
            first = self._rows.get(top)
            if first is None or bottom - top > DOWN or left > len(first.cells):
                continue
            for number in range(top + 1, bottom + 1):
                line = self._rows.get(number)
                if line is not None:
                    line.cells += [None] * (left - len(line.cells))
                    if line.cells[left - 1] is None:
                        line.cells[left - 1] = first.cells[left - 1]
        return [self._rows[number] for number in sorted(self._rows)]

    def _start(self, name: str, attrs: dict[str, str]) -> None:
        begins = self._starts.get(name) or self._starts.get(name.rpartition(":")[2])
        if begins is not None:
            begins(attrs)

    def _end(self, name: str) -> None:
        ends = self._ends.get(name) or self._ends.get(name.rpartition(":")[2])
        if ends is not None:
            ends()

    def _said(self, words: str) -> None:
        if self._words is not None:
            self._words.append(words)

    def _row_begins(self, attrs: dict[str, str]) -> None:
        self._row = int(attrs.get("r", self._row + 1))
        self._hidden, self._at = attrs.get("hidden") in {"1", "true"}, 0

    def _row_ends(self) -> None:
        if self._cells:
            cells = trimmed([self._cells.get(at) for at in range(1, max(self._cells) + 1)])
            self._room.take(cells)
            self._rows[self._row] = Line(self._row, cells, self._hidden)
            self._cells = {}

    def _cell_begins(self, attrs: dict[str, str]) -> None:
        where = LETTERS.match(attrs.get("r", ""))
        if where is None:
            self._at += 1
        else:
            letters = where.group()
            at = self._columns.get(letters)
            self._at = at if at is not None else self._columns.setdefault(letters, column_index_from_string(letters))
        self._type, self._style = attrs.get("t", "n"), int(attrs.get("s", 0))
        self._formula, self._value = False, None

    def _has_formula(self, _: dict[str, str]) -> None:
        self._formula = True

    def _sounds_begin(self, _: dict[str, str]) -> None:
        self._sounds = True

    def _sounds_end(self) -> None:
        self._sounds = False

    def _value_begins(self, _: dict[str, str]) -> None:
        self._words = None if self._sounds else []

    def _value_ends(self) -> None:
        self._value = (self._value or "") + "".join(self._words or ())
        self._words = None

    def _cell_ends(self) -> None:
        value: Cell = NO_VALUE if self._formula else None
        if self._value:
            value = self._read(self._value)
        if value is None:
            return
        if self._at > COLUMNS:
            self.far += 1
        else:
            self._cells[self._at] = value

    def _read(self, text: str) -> Cell:
        match self._type:
            case "s":
                return _words(self._strings[int(text)])
            case "b":
                return "是" if text == "1" else "否"
            case "n":
                return self._number(text)
            case _:
                return _words(text)

    def _number(self, text: str) -> Cell:
        number = float(text) if set(text) & set(".eE") or len(text) > DIGITS else int(text)
        if self._style in self._days:
            try:
                found = from_excel(number, self._epoch, timedelta=self._style in self._spans)
            except (ValueError, OverflowError):
                return number
            return _moment(found)
        return number


def _moment(found: object) -> Cell:
    match found:
        case datetime():
            plain = not (found.hour or found.minute)
            return found.date().isoformat() if plain else f"{found:%Y-%m-%d %H:%M}"
        case date():
            return found.isoformat()
        case time():
            return f"{found:%H:%M}"
        case timedelta():
            return str(found)
        case _:
            return None


def _words(text: str) -> Cell:
    return text.strip()[:SIGNS] or None


def _refuse_entities(*_: object) -> None:
    raise Refused(ENTITIES)


def _text(data: bytes, room: Room) -> Sheet:
    def parse(text: str) -> list[list[str]]:
        head = text[:4096]
        between = max(",\t;", key=head.count)
        lines: list[list[str]] = []
        filled = 0
        for row in csv.reader(io.StringIO(text, newline=None), delimiter=between, strict=True):
            if any(cell.strip() for cell in row):
                filled += 1
                if filled > ROWS + TITLES:
                    raise Refused(TOO_MANY)
                lines.append(row)
            else:
                lines.append([])
        return lines

    try:
        rows = lines_of(data, parse)
    except csv.Error as error:
        raise Refused("这个 CSV 读不下去，里面有不成对的引号。请在 Excel 里另存为 .xlsx 再放上来。") from error
    found, far = [], 0
    for number, row in enumerate(rows, 1):
        cells = trimmed([_words(cell) for cell in row[:COLUMNS]])
        far += sum(bool(cell.strip()) for cell in row[COLUMNS:])
        if cells:
            if any("\x00" in cell for cell in cells if isinstance(cell, str)):
                raise Refused("这不是表格，里面不是文字。请放 .xlsx 或 .csv。")
            room.take(cells)
            found.append(Line(number, cells))
    return Sheet("CSV", found, far=far)
