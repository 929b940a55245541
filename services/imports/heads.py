"""Which row is the head of a sheet, of whom the sheet tells, and what each of its columns is."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Final

import msgspec

from services.imports import values
from services.imports.book import Cell, Line, Sheet
from services.imports.fields import BY_WORD, FIELDS, NAMED, SYNONYMS, Kind, plain

LOOKS: Final = 15
SAMPLE: Final = 40
DAYS: Final = 3
"""Columns of days that make a rota a table of names by days."""
SHORTEST: Final = 2
CLEAR: Final = 0.6
NOTES: Final = frozenset({"怎么填", "填写说明", "说明"})


class Plan(msgspec.Struct):
    """How one sheet is read: which row is its head, of whom it tells, column by column which field; `hidden`: hidden
    rows too.
    """

    name: str
    head: int
    kind: Kind | None
    wanted: bool
    far: int
    """Cells right of the last column that is read."""
    columns: list[str] = []
    heads: list[str] = []
    hidden: bool = False
    remembered: bool = False
    days: dict[int, str] = {}
    """Columns of a rota that are days."""


def plan(sheet: Sheet, today: date, memory: Mapping[str, Sequence[str]] | None = None) -> Plan:
    """The best guess for a sheet."""
    head, kind = _head(sheet, today)
    found = Plan(sheet.name, head, kind, wanted=not sheet.hidden and sheet.name not in NOTES, far=sheet.far)
    return mapped(sheet, found, kind, today, memory or {}) if kind is not None else found


def mapped(
    sheet: Sheet, found: Plan, kind: Kind, today: date, memory: Mapping[str, Sequence[str]] | None = None
) -> Plan:
    """The columns of a sheet whose head and kind are known."""
    line = next((one for one in sheet.lines if one.number == found.head), None)
    width = max((len(one.cells) for one in sheet.lines), default=0)
    heads = [values.text(cell) for cell in line.cells] if line else []
    found.heads = heads + [""] * (width - len(heads))
    below = [one for one in sheet.lines if one.number > found.head][:SAMPLE]
    before = (memory or {}).get(digest(kind, found.heads))
    if before is not None and len(before) == len(found.heads):
        found.columns, found.remembered = list(before), True
    else:
        found.columns = _columns(kind, found.heads, below, today)
    if kind is Kind.ROTA:
        found.days = _days(line.cells if line else [], today)
        found.columns = ["" if at in found.days else word for at, word in enumerate(found.columns)]
    return found


def digest(kind: Kind, heads: Sequence[str]) -> str:
    """Which set of heads it is."""
    return hashlib.sha256("\n".join([kind.value, *map(plain, heads)]).encode()).hexdigest()


def _head(sheet: Sheet, today: date) -> tuple[int, Kind | None]:
    best: tuple[float, int, Kind | None] = (SHORTEST - 1, 0, None)
    for line in sheet.lines[:LOOKS]:
        heads = [plain(cell) for cell in line.cells]
        days = len(_days(line.cells, today))
        for kind in Kind:
            known = {SYNONYMS[kind][head] for head in heads if head in SYNONYMS[kind]}
            score = float(len(known))
            if kind is Kind.ROTA and days >= DAYS and "name" in known:
                score = 4 + days / 10
            elif not _enough(kind, known):
                continue
            if score >= SHORTEST:
                score += 1.5 * (re.search(NAMED[kind], sheet.name) is not None)
            if score > best[0]:
                best = (score, line.number, kind)
    return best[1], best[2]


def _enough(kind: Kind, known: AbstractSet[str]) -> bool:
    """Whether the heads can only be of this kind."""
    match kind:
        case Kind.ROTA:
            return "shift" in known
        case Kind.RELATIVES:
            return {"elder", "name", "relation"} <= known
        case Kind.STAFF:
            return "role" in known or "login" in known
        case _:
            return "name" in known


def _columns(kind: Kind, heads: Sequence[str], below: Sequence[Line], today: date) -> list[str]:
    """Each field once: by its heads, then by the kind of its values, then by a head that contains it."""
    found = [""] * len(heads)
    used: set[str] = set()

    def take(at: int, word: str | None) -> None:
        if word and not found[at] and word not in used:
            found[at] = word
            used.add(word)

    for at, head in enumerate(heads):
        take(at, SYNONYMS[kind].get(plain(head), ""))
    for at in range(len(heads)):
        if not found[at]:
            take(at, _by_values(kind, [line.cells[at] for line in below if at < len(line.cells)], heads[at], today))
    for at, head in enumerate(heads):
        if not found[at] and len(word := plain(head)) >= SHORTEST:
            near = [
                field.word
                for field in FIELDS[kind]
                if field.word not in used
                and any(len(one := plain(other)) >= SHORTEST and (one in word or word in one) for other in field.heads)
            ]
            take(at, near[0] if len(near) == 1 else "")
    return found


def _by_values(kind: Kind, cells: Sequence[Cell], head: str, today: date) -> str | None:
    full = [cell for cell in cells if values.text(cell)]
    if len(full) < SHORTEST:
        return None
    fields = BY_WORD[kind]

    def most(of: Sequence[object]) -> bool:
        return sum(map(bool, of)) / len(full) > CLEAR

    if "identity" in fields and most([(r := values.identity(c)).value or r.why == values.LOST for c in full]):
        return "identity"
    phones = "phone" if kind is not Kind.RESIDENTS else "kin_phone"
    if most([len(values.phone(c).value) == 11 for c in full]):
        return phones
    if "sex" in fields and most([values.text(c).lower() in values.SEXES for c in full]):
        return "sex"
    if "relation" in fields and most([values.text(c) in values.RELATIONS for c in full]):
        return "relation"
    days = [values.day(c, today, birth=True).value for c in full]
    if "born" in fields and not head and most(days):
        return "born" if int(max(days)[:4]) < today.year - 40 else "admitted_on"
    if "place" in fields and most(["-" in values.text(c) and values.bed(values.text(c)) is not None for c in full]):
        return "place"
    return None


_SHORT: Final = re.compile(r"(?:(\d{1,2})[-/.月])?(\d{1,2})[日号]?(?:\s*[(（]?(?:周|星期)?[一二三四五六日天][)）]?)?")


def _days(cells: Sequence[Cell], today: date) -> dict[int, str]:
    """Columns whose head is a day: 2026-12-01, 12-1, 12月1日; a year that is not written is the nearest one."""
    found: dict[int, str] = {}
    for at, cell in enumerate(cells):
        words = values.text(cell)
        whole = values.day(cell, today)
        if whole.value and not words.isdigit():
            found[at] = whole.value
        elif (short := _SHORT.fullmatch(words)) and short[1]:
            near = _nearest(int(short[1]), int(short[2]), today)
            if near is not None:
                found[at] = near.isoformat()
        elif isinstance(cell, int | float) and whole.value:
            found[at] = whole.value
    return found


def _nearest(month: int, of_month: int, today: date) -> date | None:
    made = []
    for year in (today.year - 1, today.year, today.year + 1):
        try:
            made.append(date(year, month, of_month))
        except ValueError:
            continue
    return min(made, key=lambda one: abs(one - today), default=None) if made else None
