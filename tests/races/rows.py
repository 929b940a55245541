"""All rows of a database, read and put back, and what came of a play: every row that is not as it was."""

import json
import re
from functools import cache
from typing import Any, Final

from sqlalchemy import Boolean, LargeBinary, Table

from storage import tables
from storage.seal import Sealer, Unreadable
from storage.store import Store
from storage.types import Moment
from tests.conftest import put as put_in

Values = dict[str, Any]
Rows = dict[str, dict[int, Values]]
"""All rows of a database by table and id, alike on both engines: bytes as `\\x…`, truth as 0 and 1, moments as
microseconds.
"""
End = dict[str, list[Values]]
"""The rows that a play left new, changed or gone, with their words opened, by table."""
DRAWN: Final = {
    "audit": {"mac", "position", "chain"},
    "staff_session": {"token_hash", "csrf"},
    "invitation": {"digest"},
    "staff": {"password"},
}
"""Columns whose values are drawn anew each time, or follow from an id."""
LEFT_OUT: Final = frozenset({"gram", "search_mark", "pulse"})


@cache
def _tables() -> tuple[Table, ...]:
    return tuple(table for table in tables.Base.metadata.sorted_tables if table.name not in LEFT_OUT)


@cache
def _kinds(table: str) -> dict[str, str]:
    """How each column is compared: sealed, drawn, moment, number, text."""
    found: dict[str, str] = {}
    for column in tables.Base.metadata.tables[table].columns:
        kind = (
            "moment"
            if isinstance(column.type, Moment)
            else "sealed"
            if column.info.get("kept") == "sealed"
            else "plain"
        )
        found[column.name] = "drawn" if column.name in DRAWN.get(table, ()) else kind
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    return int(value) if isinstance(value, bool) else value


_parsed: Final[dict[tuple[str, object], Values]] = {}
"""Rows that were read before: most are the same in every play."""


def read_rows(store: Store) -> Rows:
    """All rows as they are now."""
    found: Rows = {table.name: {} for table in _tables()}
    if store.shared:
        store.rows(
            "SELECT set_config('enable_seqscan', 'on', true), set_config('jit', 'off', true)"
        )  # tables are read whole here
        for name, document in store.rows(_everything()):
            values = _parsed.get((name, document))
            if values is None:
                values = _parsed[name, document] = {key: _plain(value) for key, value in json.loads(document).items()}
            found[name][values["id"]] = values
        return found
    for table in _tables():
        names, rows = table.columns.keys(), found[table.name]
        for row in store.rows(f"SELECT {', '.join(names)} FROM {table.name}"):
            values = _parsed.get((table.name, row))
            if values is None:
                values = _parsed[table.name, row] = dict(zip(names, map(_plain, row), strict=True))
            rows[values["id"]] = values
    return found


@cache
def _everything() -> str:
    return " UNION ALL ".join(f"SELECT '{table.name}', to_jsonb(t)::text FROM {table.name} t" for table in _tables())


def _differs(one: Values | None, other: Values) -> bool:
    return one is not other and one != other


def write_rows(store: Store, wanted: Rows, now: Rows | None = None) -> None:
    """Make the database as it was: only rows that differ are touched.

    `now` is what stands there, where that is known.
    """
    now = now or read_rows(store)
    gone = {
        name: [row for row, values in rows.items() if _differs(wanted[name].get(row), values)]
        for name, rows in now.items()
    }
    back = {
        name: [values for row, values in rows.items() if _differs(now[name].get(row), values)]
        for name, rows in wanted.items()
    }
    gone, back = (
        {name: rows for name, rows in gone.items() if rows},
        {name: rows for name, rows in back.items() if rows},
    )
    if store.shared:  # two ways to the server, however many tables; references are looked at at COMMIT
        if gone:
            taken = ", ".join(
                f"d_{name} AS (DELETE FROM {name} WHERE id = ANY(ARRAY(SELECT jsonb_array_elements_text($1::jsonb -> "
                f"'{name}')::bigint)))"
                for name in gone
            )
            store.rows(f"WITH {taken} SELECT 1", json.dumps(gone))
        if back:
            put = ", ".join(
                f"i_{name} AS (INSERT INTO {name} SELECT * FROM jsonb_populate_recordset(NULL::{name}, $1::jsonb -> "
                f"'{name}'))"
                for name in back
            )
            store.rows(f"WITH {put} SELECT 1", json.dumps(back))
        return
    store.rows("PRAGMA defer_foreign_keys=ON")
    for name, rows in gone.items():
        put_in(store, f"DELETE FROM {name} WHERE id {store.AMONG}", store.many(rows))
    for table in _tables():
        names = table.columns.keys()
        marks = ", ".join("?" * len(names))
        for values in back.get(table.name, ()):
            put_in(store, f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", *_native(table, values))


def _native(table: Table, values: Values) -> list[object]:
    blobs = {column.name for column in table.columns if isinstance(column.type, LargeBinary)}
    truths = {column.name for column in table.columns if isinstance(column.type, Boolean)}
    return [
        bytes.fromhex(value[2:])
        if name in blobs and value is not None
        else bool(value)
        if name in truths and value is not None
        else value
        for name, value in ((column.name, values[column.name]) for column in table.columns)
    ]


LONG: Final = re.compile(r"\d{13,}")
"""Ids and random numbers in keys and subjects; a moment in seconds is shorter."""


def end_of(before: Rows, after: Rows, sealer: Sealer) -> End:
    """What is not as it was. Ids of the stage stay, new ones are called by their table, so that two plays can be
    compared.
    """
    labels: dict[int, str] = {}
    for name, rows in after.items():
        labels |= {row: f"<{name}>" for row in rows if row not in before[name]}
    known = {row for rows in before.values() for row in rows}
    found: End = {}
    for name, rows in after.items():
        old = before[name]
        lines: list[Values] = [
            {"*": "changed" if row in old else "new"} | _words(name, values, labels, known, sealer)
            for row, values in rows.items()
            if _differs(old.get(row), values)
        ]
        lines += [{"*": "gone", "id": row} for row in old if row not in rows]
        if lines:
            found[name] = sorted(lines, key=lambda line: json.dumps(line, ensure_ascii=False, sort_keys=True))
    return found


def _words(table: str, values: Values, labels: dict[int, str], known: set[int], sealer: Sealer) -> Values:
    def named(found: re.Match[str]) -> str:
        number = int(found.group())
        return labels.get(number) or (str(number) if number in known else "#")

    told: Values = {}
    for name, value in values.items():
        kind = _kinds(table).get(name, "plain")
        if kind == "drawn":
            continue
        if kind == "sealed" and value is not None:
            told[name] = LONG.sub(named, _opened(sealer, table, name, values["id"], bytes.fromhex(value[2:])))
        elif kind == "moment" or not isinstance(value, int | str):
            told[name] = value
        elif isinstance(value, int):
            told[name] = labels.get(value) or (value if value in known or value < 10**12 else "#")
        else:
            told[name] = LONG.sub(named, value)
    return told


def _opened(sealer: Sealer, table: str, column: str, row: int, value: bytes) -> str:
    try:
        return sealer.open(table, column, row, value).decode(errors="replace")
    except Unreadable:
        return "<unreadable>"
