"""The labelled messages of `understanding/data/`, and what is refused of them: a family in two splits, a line twice, a
template with more than ten lines, a line of the independent test set or near it (engineering, 17).
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from zlib import crc32

from understanding.classes import DANGERS, KINDS, MARK
from understanding.text import plain

DATA: Final = Path(__file__).parent.parent / "understanding" / "data"
NEAR: Final = 0.7
"""Jaccard likeness of pieces of three characters above which two lines count as one."""
COLUMNS: Final = ("voice", "who", "open", "intent", "danger", "kind", "entry", "family", "text")


@dataclass(frozen=True, slots=True)
class Line:
    """One message with its labels. `danger` is ring, ask, look or no; `kind` a kind of danger, or trap, plain, grave.

    An empty `intent` is not known (lines that were labelled for danger alone).
    """

    voice: str
    who: str
    open: str
    intent: str
    danger: str
    kind: str
    entry: str
    family: str
    text: str

    @property
    def rings(self) -> bool:
        """Whether somebody must hear of it now."""
        return self.danger == "ring"

    @property
    def label(self) -> str:
        """The class of the reading: the kind of a danger, else the intent; "" where it is not known."""
        return MARK + self.kind if self.rings and self.kind else "" if self.rings else self.intent


def read(folder: Path) -> list[Line]:
    """All lines of the files of a folder, in the order of their names."""
    return [line for file in sorted(folder.glob("*.tsv")) for line in _of(file)]


def _of(file: Path) -> Iterator[Line]:
    with file.open(encoding="utf-8", newline="") as source:
        rows = csv.reader(source, delimiter="\t", quoting=csv.QUOTE_NONE)
        if tuple(next(rows)) != COLUMNS:
            raise ValueError(f"{file.name}: the columns are not {COLUMNS}")
        for number, row in enumerate(rows, 2):
            line = Line(*row)
            if line.danger not in DANGERS or (line.rings and line.kind not in KINDS and line.kind):
                raise ValueError(f"{file.name}, line {number}: danger {line.danger!r}, kind {line.kind!r}")
            yield line


def grams(text: str) -> frozenset[str]:
    """Pieces of three characters of what can be read in a text."""
    signs = "^" + "".join(sign for sign in plain(text) if sign.isalnum()) + "$"
    return frozenset(signs[at : at + 3] for at in range(max(1, len(signs) - 2)))


def near(lines: Iterable[Line], texts: Iterable[str]) -> list[Line]:
    """The lines that are one of the texts, or nearly."""
    cut = [grams(text) for text in texts]
    index: dict[str, list[int]] = defaultdict(list)
    for number, pieces in enumerate(cut):
        for piece in pieces:
            index[piece].append(number)
    found = []
    for line in lines:
        pieces = grams(line.text)
        shared = Counter(number for piece in pieces for number in index.get(piece, ()))
        if any(many / (len(pieces) + len(cut[number]) - many) > NEAR for number, many in shared.items()):
            found.append(line)
    return found


def unlike(lines: Iterable[Line]) -> list[Line]:
    """The lines without those that are nearly one before them."""
    kept: list[Line] = []
    cut: list[frozenset[str]] = []
    index: dict[str, list[int]] = defaultdict(list)
    for line in lines:
        pieces = grams(line.text)
        shared = Counter(number for piece in pieces for number in index.get(piece, ()))
        if any(many / (len(pieces) + len(cut[number]) - many) > NEAR for number, many in shared.items()):
            continue
        for piece in pieces:
            index[piece].append(len(cut))
        cut.append(pieces)
        kept.append(line)
    return kept


EVERYDAY: Final = frozenset(
    [
        "private",
        "faq",
        "request",
        "letter",
        "visit",
        "leave",
        "other",
        "hazard",
        "suggestion",
        "stop",
        "contact",
        "greeting",
        "offtopic",
        "lead",
        "tour",
        "rights",
        "bind",
    ]
)
BESIDE: Final = {
    "verdict": (EVERYDAY, 13),
    "survey": (EVERYDAY - {"other", "suggestion", "greeting", "offtopic"}, 13),
    "answered": (EVERYDAY | {"complaint"}, 17),
    "alarm": (EVERYDAY | {"complaint", "askback", "emergency"}, 17),
}
"""What people write while something is open and it is not about that: which intents, and of how many lines one."""


def meanwhile(lines: Iterable[Line]) -> list[Line]:
    """Lines of every day once more, each while something is open: few were written so, and a model of those alone
    takes whatever comes then for an answer.
    """
    return [
        replace(line, open=name)
        for number, (name, (intents, one_of)) in enumerate(BESIDE.items())
        for line in lines
        if not line.open and line.who != "stranger" and line.intent in intents
        if crc32(line.text.encode()) % one_of == number
    ]


def labelled(line: Line, label: str) -> Line:
    """The line with the class that a model gave it."""
    return replace(line, kind=label.removeprefix(MARK)) if line.rings else replace(line, intent=label)
