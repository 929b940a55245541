"""What a message asks of the database is found by an index: a look that goes through a whole table is quick in a test
and slow in a home (S3).
"""

import re
import sqlite3
from typing import Any, Final

from care.states import Role
from tests.conftest import HomeUnderTest

GROW: Final = frozenset(
    {"inbox", "outbox", "promise", "complaint", "case_record", "audit", "evidence", "accused", "alarm", "doubt"}
    | {"media", "conversation", "follower", "person", "task", "note", "letter"}
)
"""Tables that have more rows every day."""
SAID: Final = (
    ("daughter", "你好"),
    ("daughter", "怎么收费"),
    ("daughter", "我要投诉，饭菜太凉了"),
    ("daughter", "昨天也是凉的，护工小李说话还凶"),
    ("daughter", "你们今天必须给我说法"),
    ("daughter", "妈妈今天怎么样"),
    ("daughter", "灯坏了能修一下吗"),
    ("daughter", "救命"),
    ("daughter", "没事了，发错了"),
    ("son", "我要投诉，我爸被打了"),
    ("son", "请给我回电话"),
    ("son", "谢谢"),
)


async def test_s3_no_message_goes_through_a_whole_table(home: HomeUnderTest) -> None:
    await home.staff(Role.CARER, "李小梅", "li")
    asked: set[str] = set()
    connection: sqlite3.Connection = home.database._connection  # type: ignore[attr-defined]
    connection.set_trace_callback(asked.add)
    try:
        for openid, words in SAID:
            await home.hears(words, openid)
            home.clock.on(seconds=40)
    finally:
        connection.set_trace_callback(None)
    assert len(asked) > 50
    assert await home.rows("SELECT 1 FROM case_record")
    assert await home.rows("SELECT 1 FROM promise")
    whole = {
        f"{table}: {' '.join(sql.split())[:300]}"
        for sql in asked
        if sql.lstrip()[:6].upper() in {"SELECT", "UPDATE", "DELETE"}
        for table in scanned(connection, sql)
    }
    assert whole == set()


def scanned(connection: sqlite3.Connection, sql: str) -> set[str]:
    """The growing tables that a statement goes through from end to end."""
    rows: list[tuple[Any, ...]] = connection.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
    names: dict[str, str] = dict(re.findall(r"\b(?:FROM|JOIN)\s+(\w+)\s+(\w+)?", sql, re.IGNORECASE))
    own = {other: table for table, other in names.items()} | {table: table for table in GROW}
    found = {str(match[1]) for row in rows if (match := re.match(r"SCAN (\w+)", row[3]))}
    return {own.get(one, one) for one in found} & GROW
