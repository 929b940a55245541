"""A house in memory: what the services would write is written there first, and lands in the real one in one short
transaction, or not at all (N3).

5,000 rows through the services take many seconds, in which the only writer of SQLite could hear nobody: so they run
against a copy of the people, rooms and rotas of the house, in a thread of their own. Triggers of the copy note every
row that is added, changed or taken away. Ids are made by the application and seals are bound to them, so the rows are
good as they are.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import Boolean, Column, Date, Select, Table, create_engine, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.pool import StaticPool

from care.errors import JiashuError
from storage import tables
from storage.seal import Sealer
from storage.sqlite_store import SqliteStore
from storage.types import Moment, Row, day_of, micros, moment
from storage.unit import Unit

Stamp = dict[str, str]
"""What stood in each table, as a short word."""
APART: Final = frozenset(
    (
        "alarm",
        "audit",
        "complaint_record",
        "conversation",
        "downtime",
        "evidence",
        "gram",
        "import_map",
        "import_row",
        "import_run",
        "inbox",
        "job_run",
        "knowledge_entry",
        "letter",
        "letter_photo",
        "letter_photo_person",
        "letter_reading",
        "login_throttle",
        "mark",
        "media",
        "notice_seen",
        "outbox",
        "outbox_body",
        "participation",
        "plan",
        "promise",
        "proposal",
        "pulse",
        "search_mark",
        "staff_session",
        "unreadable",
        "weekly_letter",
        "weekly_reading",
        "export_ask",
    )
)
"""Tables of what is said and done day by day: they are large, and no service that writes people down asks them."""
ALIVE: Final = frozenset({"follower", "home", "person"})
"""They change with every message; what of them matters is kept apart by unique keys and by the others."""
CHUNK: Final = 900
MANY: Final = 2_000
"""Of larger tables only new rows are noticed; what else may go wrong there, unique keys refuse."""
NOTED: Final = "shadow_noted"


class Moved(Exception):
    """The house has changed since it was copied."""


class Change(NamedTuple):
    """One row that is added (`before` is None), changed, or taken away (`after` is None). Its values stand in the order
    of the columns, in the form that SQLite keeps: moments and truth as numbers, days as text.
    """

    table: str
    id: int
    at: int
    """Which step wrote it."""
    before: Row | None
    after: Row | None


@dataclass(slots=True)
class Written:
    """What the steps wrote, and what they had read."""

    changes: list[Change] = field(default_factory=list)
    hints: frozenset[str] = frozenset()
    stamp: Stamp = field(default_factory=dict)
    """Of the tables that were read, when the house was copied."""


class Shadow:
    """A copy of the house. `step` runs a service in it; `written` is what came of all."""

    def __init__(self, sealer: Sealer, rows: Mapping[str, Sequence[Mapping[str, Any]]], stamp: Stamp) -> None:
        self._stamp, self._at = stamp, 0
        self._original = {name: {row["id"]: row for row in found} for name, found in rows.items()}
        self._connection = sqlite3.connect(
            ":memory:", isolation_level=None, check_same_thread=False, cached_statements=512
        )
        self._engine = create_engine("sqlite://", creator=lambda: self._connection, poolclass=StaticPool)
        tables.Base.metadata.create_all(self._engine)
        with self._engine.begin() as connection:
            for table in tables.Base.metadata.sorted_tables:
                if found := list(rows.get(table.name, ())):
                    connection.execute(table.insert(), found)
        self._note()
        self._read: set[str] = set()
        self._connection.set_authorizer(self._reads)
        self._store = SqliteStore(self._connection, sealer)
        self._unit = Unit(self._engine, sealer, self._store)
        self._store.begin()

    def step(self, work: Callable[[Unit], object], at: int) -> JiashuError | None:
        """Run one service; what it refuses leaves nothing behind and is given back."""
        if at != self._at:
            self._connection.execute(f"UPDATE {NOTED}_at SET at = ?", (at,))
            self._at = at
        self._store.locked.clear()
        try:
            with self._store.savepoint():
                work(self._unit)
                self._unit.flush()
        except JiashuError as error:
            self._unit.expunge_all()
            return error
        self._unit.expunge_all()
        return None

    def written(self) -> Written:
        """All changes, parents first."""
        self._store.flush()
        self._connection.set_authorizer(None)
        first: dict[str, dict[int, int]] = {}
        for name, row_id, at in self._connection.execute(f"SELECT name, row, at FROM {NOTED} ORDER BY rowid"):
            first.setdefault(name, {}).setdefault(row_id, at)
        found: list[Change] = []
        for table in tables.Base.metadata.sorted_tables:
            name, steps = str(table.name), first.get(table.name, {})
            before = self._original.get(name, {})
            for part in _parts(list(steps)):
                now = {row[0]: row for row in self._connection.execute(_rows_sql(table, len(part)), part)}
                for row_id in part:
                    old = _raw(before[row_id].values()) if row_id in before else None
                    if old != now.get(row_id):
                        found.append(Change(name, row_id, steps[row_id], old, now.get(row_id)))
        stamp = {name: word for name, word in self._stamp.items() if name in self._read - ALIVE}
        return Written(found, frozenset(self._store.hints), stamp)

    def close(self) -> None:
        """Forget it."""
        self._unit.close()
        self._engine.dispose()
        self._connection.close()

    def _note(self) -> None:
        run = self._connection.execute
        run(f"CREATE TABLE {NOTED} (name TEXT, row INTEGER, at INTEGER)")
        run(f"CREATE TABLE {NOTED}_at (at INTEGER)")
        run(f"INSERT INTO {NOTED}_at VALUES (0)")
        for name in tables.Base.metadata.tables:
            for word, which in (("INSERT", "NEW"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
                run(
                    f'CREATE TRIGGER "{NOTED}_{name}_{word}" AFTER {word} ON "{name}" BEGIN'
                    f" INSERT INTO {NOTED} SELECT '{name}', {which}.id, at FROM {NOTED}_at; END"
                )

    def _reads(self, action: int, name: str | None, *_: object) -> int:
        if action == sqlite3.SQLITE_READ and name:
            self._read.add(name)
        return sqlite3.SQLITE_OK


def copied(db: Unit) -> tuple[dict[str, list[dict[str, Any]]], Stamp]:
    """The rows of the house that services read when they write people down, and their stamp. A question."""
    connection, rows = db.connection(), dict[str, list[dict[str, Any]]]()
    for table in tables.Base.metadata.sorted_tables:
        if table.name not in APART:
            rows[str(table.name)] = [dict(row) for row in connection.execute(_all(table)).mappings()]
    gram, person = tables.Gram.__table__, tables.Person.__table__
    asked = select(gram).where(gram.c.subject.in_(select(person.c.id)))
    rows["gram"] = [dict(row) for row in connection.execute(asked).mappings()]
    return rows, {name: _stamp(list(found)) for name, found in rows.items() if name not in ALIVE | {"gram"}}


def land(db: Unit, written: Written) -> None:
    """Write the changes into the real house, in the open transaction. Raises Moved when what they rest on is no more
    what it was.
    """
    connection = db.connection()
    by_name = tables.Base.metadata.tables
    for name, word in written.stamp.items():
        if _stamp([dict(row) for row in connection.execute(_all(by_name[name])).mappings()]) != word:
            raise Moved
    new = {one.id for one in written.changes if one.table == "person" and one.before is None}
    people = _people(one for one in written.changes if one.before is not None) - new
    if people:
        db.lock_persons(*sorted(people))
    db.store.locked |= new
    _put(db, written.changes)
    db.store.hint(*written.hints)


def undo(db: Unit, changes: Sequence[Change]) -> None:
    """The reverse of changes, in the open transaction; who calls has made sure that nothing rests on them."""
    if people := _people(changes):
        db.lock_persons(*sorted(people))
    _put(db, [Change(one.table, one.id, one.at, one.after, one.before) for one in changes])


def stands(db: Unit, changes: Sequence[Change]) -> dict[tuple[str, int], bool]:
    """Whether each row is still as it was written."""
    connection, found = db.connection(), dict[tuple[str, int], bool]()
    for table, some in _by_table(changes):
        now: dict[int, Row] = {}
        for part in _parts([one.id for one in some]):
            now |= {row[0]: _raw(row) for row in connection.execute(_all(table).where(table.c.id.in_(part)))}
        for one in some:
            found[one.table, one.id] = now.get(one.id) == one.after
    return found


def leaning(db: Unit, changes: Sequence[Change]) -> dict[tuple[str, int], set[tuple[str, int]]]:
    """Rows of the house that refer to rows which were added: by whom they are leaned upon, (table, id)."""
    connection = db.connection()
    added: dict[str, list[int]] = {}
    for one in changes:
        if one.before is None and one.after is not None:
            added.setdefault(one.table, []).append(one.id)
    found: dict[tuple[str, int], set[tuple[str, int]]] = {}
    for table in tables.Base.metadata.sorted_tables:
        for column, target in _links(table):
            for part in _parts(added.get(target, [])):
                for row_id, at in connection.execute(select(table.c.id, column).where(column.in_(part))):
                    found.setdefault((target, at), set()).add((str(table.name), row_id))
    return found


def _links(table: Table) -> Iterator[tuple[Column[Any], str]]:
    for column in table.columns:
        for key in column.foreign_keys:
            yield column, key.column.table.name


def _put(db: Unit, changes: Sequence[Change]) -> None:
    connection = db.connection()
    for table, some in _by_table(changes):
        if new := [one.after for one in some if one.before is None and one.after is not None]:
            _insert(db, table, new)
        for one in some:
            if one.before is not None and one.after is not None:
                old, values = one.before, _typed(table, one.after)
                values = {
                    name: value for (name, value), was in zip(values.items(), old, strict=True) if _differs(value, was)
                }
                done = connection.execute(table.update().where(table.c.id == one.id).values(values))
                if done.rowcount != 1:
                    raise Moved
    for table, some in reversed(list(_by_table(changes))):
        for part in _parts([one.id for one in some if one.after is None]):
            connection.execute(table.delete().where(table.c.id.in_(part)))


def _insert(db: Unit, table: Table, rows: list[Row]) -> None:
    if not db.store.shared:
        columns = [str(column.name) for column in table.columns]
        known = " ON CONFLICT DO NOTHING" if table.name == "gram" else ""
        values = ", ".join("?" * len(columns))
        db.connection().exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({values}){known}", rows
        )
        return
    put: Any = postgresql.insert(table).on_conflict_do_nothing() if table.name == "gram" else table.insert()
    db.connection().execute(put, [_typed(table, row) for row in rows])


def _typed(table: Table, row: Row) -> dict[str, Any]:
    return {str(column.name): _value(column, value) for column, value in zip(table.columns, row, strict=True)}


def _value(column: Column[Any], value: object) -> object:
    match column.type, value:
        case Moment(), int(number):
            return moment(number)
        case Date(), str() | date() as day:
            return day_of(day)
        case Boolean(), int(truth):
            return bool(truth)
        case _:
            return value


def _raw(values: Iterable[Any]) -> Row:
    return tuple(_kept(value) for value in values)


def _kept(value: object) -> object:
    match value:
        case datetime():
            return micros(value)
        case date():
            return value.isoformat()
        case bool():
            return int(value)
        case _:
            return value


def _differs(value: object, was: object) -> bool:
    return _kept(value) != was


def _all(table: Table) -> Select[Any]:
    return select(*table.columns)


def _rows_sql(table: Table, many: int) -> str:
    columns = ", ".join(str(column.name) for column in table.columns)
    return f"SELECT {columns} FROM {table.name} WHERE id IN ({', '.join('?' * many)})"


def _people(changes: Iterable[Change]) -> set[int]:
    found = set()
    for one in changes:
        names = [str(column.name) for column in tables.Base.metadata.tables[one.table].columns]
        at = 0 if one.table == "person" else names.index("person_id") if "person_id" in names else None
        if at is not None:
            found |= {row[at] for row in (one.before, one.after) if row is not None}
    return found


def _by_table(changes: Iterable[Change]) -> Iterator[tuple[Table, list[Change]]]:
    found: dict[str, list[Change]] = {}
    for one in changes:
        found.setdefault(one.table, []).append(one)
    for table in tables.Base.metadata.sorted_tables:
        if table.name in found:
            yield table, found[table.name]


def _stamp(rows: Sequence[Mapping[str, Any]]) -> str:
    if len(rows) > MANY:
        return f"{len(rows)} {max(row['id'] for row in rows)}"
    words = sorted(repr(tuple(row.values())) for row in rows)
    return hashlib.blake2b("\n".join(words).encode(), digest_size=16).hexdigest()


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
