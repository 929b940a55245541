"""What 19125a6 stored and what is asked of it: the folder of the sample, `expected.json`, and what a later commit
changed on purpose.
"""

import hashlib
import json
import re
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from tests.conftest import HomeUnderTest

SAMPLE: Final = Path(__file__).parent / "19125a6"
NAME: Final = "jiashu.db"
"""The database that holds the sample; any other name is an empty one."""
MOVED: Final[dict[str, str]] = {}
"""table or table.column as it was stored -> where it is today, for what a proven migration has moved."""
REWORDED: Final[dict[str, str]] = {
    r"记进 C\d{4}-\d{2} 了。您接着说，说完了请回「好了」。": "记下了，您接着说。",
    r"(说好的时间到了，还没回您，对不起。)这件事在同事那里已标成超时。(.*)": r"\1您的话还在等同事，HH:MM 前回您。\2",
}
"""a line of 19125a6, as a pattern -> what is said today instead (C-12)."""
ENDED: Final = {("talk-complaint-story", "返回"): "仍会有人处理"}
"""what a talk of 19125a6 is told and ends with today, where it stayed: 返回 before any question asks no more (A18)"""
LATER: Final = {(("out-late-b", "到时间发（late）"), 21600): 79200}
"""what left at one moment and leaves at another, in seconds after the end: overdue words are said by day (A15)"""
REPLACED: Final[dict[tuple[str, str], str]] = {}
"""(table.column, word of 19125a6) -> the word that a proven migration has put in its place."""


@cache
def expected() -> Any:
    return json.loads((SAMPLE / "expected.json").read_text(encoding="utf-8"))


def leaves() -> list[dict[str, Any]]:
    """What leaves at which moment, as it does today."""
    found = [{**one, "left": [tuple(pair) for pair in one["left"]]} for one in expected()["leaves"]]
    for (pair, before), after in LATER.items():
        next(one for one in found if one["after_s"] == before)["left"].remove(pair)
        later = next(one for one in found if one["after_s"] == after)
        later["left"] = sorted([*later["left"], pair])
    return found


def at(after: timedelta = timedelta(0)) -> datetime:
    """A moment after the end of the sample."""
    return datetime.fromisoformat(expected()["ends_at"]) + after


def place(column: str) -> tuple[str, str]:
    """The table and the column of today, for SQL."""
    table, name = MOVED.get(column, column).split(".")
    return MOVED.get(table, table), name


def yearless(words: str) -> str:
    """A number of a case as 19125a6 gave it: since then it carries its year (D8)."""
    return re.sub(r"\bC26(\d{4}-\d{2})\b", r"C\1", words)


def today(words: str) -> str:
    """A sentence as it is said now."""
    for old, new in REWORDED.items():
        words = re.sub(rf"^{old}$", new, words, flags=re.MULTILINE)
    return words


def timeless(words: str) -> str:
    """A sentence without the time until which it promises: today one that was missed has a new one (A15, A16)."""
    return re.sub(r"[^，。]+(?= 前(?:答复|回)您)", "HH:MM", words)


def told(value: bytes) -> tuple[str, str]:
    """A sealed value in both forms in which expected.json may have it."""
    return value.decode(errors="replace"), f"sha256:{hashlib.sha256(value).hexdigest()}"


async def asked(home: HomeUnderTest, questions: dict[str, str]) -> dict[str, list[Any]]:
    """Many questions in one transaction."""
    found: dict[str, list[Any]] = await home.database.store(
        lambda store: {name: store.rows(sql) for name, sql in questions.items()}
    )
    return found


async def opens(home: HomeUnderTest, but: frozenset[str] = frozenset()) -> int:
    """Compare every sealed value that expected.json names; gives how many."""
    columns, opened = {column: values for column, values in expected()["sealed"].items() if column not in but}, 0
    found = await asked(
        home, {column: "SELECT id, {1} FROM {0} WHERE {1} IS NOT NULL".format(*place(column)) for column in columns}
    )
    for column, values in columns.items():
        (table, name), rows = column.split("."), dict(found[column])
        for row, words in values.items():
            assert words in told(home.database.sealer.open(table, name, int(row), bytes(rows[int(row)]))), (
                f"{column} of {row}"
            )
            opened += 1
    return opened


async def counts(home: HomeUnderTest) -> dict[str, int]:
    found = await asked(home, {name: f"SELECT count(*) FROM {MOVED.get(name, name)}" for name in expected()["counts"]})
    return {name: int(rows[0][0]) for name, rows in found.items()}


async def talk_with(home: HomeUnderTest, openid: str) -> dict[str, Any]:
    """The talk as it is stored."""
    ((row, flow, version, state, trail, slots),) = await home.rows(
        "SELECT c.id, c.flow, c.version, c.state, c.trail, c.slots FROM conversation c WHERE c.person_id = ?",
        await home.person(openid),
    )
    data = (
        None
        if slots is None
        else json.loads(yearless(home.database.sealer.open("conversation", "slots", row, bytes(slots)).decode()))
    )
    return {"flow": flow, "version": version, "state": state, "trail": trail, "slots": data}
