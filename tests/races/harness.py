"""Plays two rivals against each other and compares what came of it with what one after the other would have brought.

A play begins with the same rows, kept in memory and put back before each (`Rows`). Both sides look first (the form is
on two screens,
the job has its list), then both act: one after the other, which tells what may come of it, or *forced*: on PostgreSQL a
side stops at a
named point inside its transaction while the other runs or waits for its lock, or at random. On SQLite one thread
writes, so there the
two sessions look, meet, and write in either order. What came of a play is every row that is not as it was, and what
each side was told.

The points, wrapped around the store and the unit of a play, so that the product has no line for them: `found` before
the first lock,
`held` right after it, `written` before COMMIT.
"""

import asyncio
import json
import random
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Literal

import asyncpg
from sqlalchemy import Boolean, LargeBinary, Table
from sqlalchemy.util import await_only

from bot.inbound import Account, Inbound
from bot.pushes import Push
from bot.reading import read
from care.errors import JiashuError
from conversations import events
from services import install
from services.access import Role, Viewer
from services.accusations import accusations
from services.house import House
from services.talks.receive import Envelope, receive_batch
from settings import Database as Where
from settings import Home, Media, Security, Settings, Wechat
from storage import seal, tables
from storage.database import Database
from storage.open import open_database
from storage.seal import Sealer, Unreadable
from storage.sqlite import SqliteDatabase
from storage.store import Store
from storage.types import Moment
from storage.unit import Unit
from tests.conftest import HomeUnderTest, Moves

Values = dict[str, Any]
Rows = dict[str, dict[int, Values]]
"""All rows of a database by table and id, alike on both engines: bytes as `\\x…`, truth as 0 and 1, moments as
microseconds.
"""
End = dict[str, list[Values]]
"""The rows that a play left new, changed or gone, with their words opened, by table."""
Told = tuple[str, str]
"""What a side was told: the class of the error and its sentence; "" when it went through, with what it gave where that
is yes or no.
"""
Point = Literal["found", "held", "written"]
SERVER: Final = "500"
"""What nobody may ever be told: an error that is not ours, or says that the house failed."""
HOME: Final = Home(name="青禾颐养院", phone="0571-8800-0101")
PATIENCE: Final = 15.0
BLOCKED_WITHIN: Final = 0.25
"""Seconds after which a rival that neither ended nor waits for a lock counts as beginning again and again."""
STAFF: Final = {
    Role.DESK: ("陈晓雯", "高远"),
    Role.SUPERVISOR: ("何志远", "方宁"),
    Role.DIRECTOR: ("沈国平", "陆明"),
    Role.NURSE: ("唐雨", "周敏"),
}
"""Two of each, so that each side has a colleague of its own."""
DRAWN: Final = {
    "audit": {"mac", "position", "chain"},
    "staff_session": {"token_hash", "csrf"},
    "invitation": {"digest"},
    "staff": {"password"},
}
"""Columns whose values are drawn anew each time, or follow from an id."""
LEFT_OUT: Final = frozenset({"gram", "search_mark", "pulse"})


# -- what a scenario is made of ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Turn:
    """What a side knows when it acts: the house, the hour, the ids of the stage, whether it is the first or the second
    of its kind.
    """

    house: House
    ids: install.Installed
    now: datetime
    facts: dict[str, int]
    nth: int = 0
    seen: Any = None

    def __getitem__(self, name: str) -> int:
        return self.facts[name]

    def who(self, role: Role) -> Viewer:
        """The colleague of this side."""
        return Viewer(self.facts[f"{role}{self.nth}"], self.ids.home_id, STAFF[role][self.nth], role)

    def hears(self, event: events.Arrival | str, openid: str = "daughter", key: str = "") -> Envelope:
        """A push of a person, understood by the webhook itself."""
        arrival = events.Text(event) if isinstance(event, str) else event
        nothing: Any = None
        inbound = Inbound(nothing, Account(self.ids.account_id, self.ids.home_id), lambda: self.now, nothing, nothing)
        inbound.names = self.house.names
        push = Push(
            to_user="gh_races",
            openid=openid,
            key=key or f"race:{openid}:{self.nth}",
            kind=type(arrival).__name__.lower(),
            event=arrival,
            raw=b"<xml/>",
            created_at=self.now.replace(microsecond=0),
        )
        return inbound._envelope(push, self.now, read(push.event, inbound.names))


@dataclass(frozen=True)
class Side:
    """One side: the act of the table that it is (`act`), in what kind of transaction it runs, and what it read before
    on its page.
    """

    act: str
    how: Literal["unit", "store", "arrives"]
    does: Callable[[Turn, Any], object]
    look: Callable[[Turn, Unit], object] | None = None
    skips: bool = False
    """Whether it leaves what somebody holds to its next round: then it may as well not have come yet."""


@dataclass(frozen=True)
class Stage:
    """A moment in a home: how it comes about from an earlier one; `builds` gives the ids that sides need."""

    name: str
    builds: Callable[[HomeUnderTest, dict[str, int]], Awaitable[dict[str, int]]]
    after: "Stage | None" = None


@dataclass(frozen=True)
class Pair:
    """Two rivals on one stage. `told`: what the second one is told when the first went through, for `b` after `a` and
    for `a` after `b`.
    """

    stage: Stage
    a: Side
    b: Side
    told: tuple[str, str] = ("", "")
    fault: str = ""
    check: Callable[[End], str] | None = None
    """What is wrong with an end, whatever one after the other would bring; "" when nothing is."""
    more: str = ""
    idle: str = ""
    """Which side, by itself, changes nothing here: `a`, `b` or `ab`."""

    @property
    def name(self) -> str:
        """As tests and figures call it."""
        return f"{self.a.act} x {self.b.act}{f' ({self.more})' if self.more else ''}"

    @property
    def acts(self) -> frozenset[str]:
        """The two acts of the table."""
        return frozenset({self.a.act, self.b.act})


# -- rows ----------------------------------------------------------------------------------------------------------


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
        store.rows(f"DELETE FROM {name} WHERE id {store.AMONG}", store.many(rows))
    for table in _tables():
        names = table.columns.keys()
        marks = ", ".join("?" * len(names))
        for values in back.get(table.name, ()):
            store.rows(f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({marks})", *_native(table, values))


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


# -- points --------------------------------------------------------------------------------------------------------


class Watch:
    """Where one side of a play is stopped. Who never locks is stopped before its COMMIT."""

    def __init__(self, point: Point | None = None, dice: random.Random | None = None) -> None:
        self._point, self._dice = point, dice
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    def at(self, point: Point) -> None:
        """The transaction is here. Called in its greenlet."""
        if self._dice is not None:
            await_only(asyncio.sleep(self._dice.random() * 0.004))
        if self._point is not None and not self.reached.is_set() and point in {self._point, "written"}:
            self.reached.set()
            await_only(self.go_on.wait())

    def follow(self, store: Store, db: Unit | None = None) -> None:
        """Stop at the points of this transaction; on SQLite there is nobody to wait for."""
        if not store.shared:
            return
        for name in ("lock_persons", "lock_free", "lock_phones"):
            self._wrap(store, name)
        if db is not None and hasattr(db, "hold"):
            self._wrap(db, "hold")
        commit = store.commit

        def last() -> None:
            store.flush()
            self.at("written")
            commit()

        setattr(store, "commit", last)  # noqa: B010  (mypy: a method is no attribute)

    def _wrap(self, whose: object, name: str) -> None:
        real = getattr(whose, name)

        def locks(*args: object) -> object:
            self.at("found")
            found = real(*args)
            self.at("held")
            return found

        setattr(whose, name, locks)


# -- the ground ----------------------------------------------------------------------------------------------------


@dataclass
class Played:
    """What came of one play."""

    how: str
    end: End
    told: tuple[Told, Told]
    overlapped: bool

    @cached_property
    def sum(self) -> str:
        """Two plays with the same sum are alike for everybody."""
        return json.dumps([self.end, self.told], ensure_ascii=False, sort_keys=True)


class Ground:
    """A database on which plays take place: one object on SQLite, two on PostgreSQL, as two processes have them."""

    def __init__(self, databases: Sequence[Database], house: House, observer: Any = None) -> None:
        self.databases, self.house, self._observer = tuple(databases), house, observer
        self._stands: Rows | None = None
        self.sealer = databases[0].sealer
        self.shared = databases[0].shared

    async def play(
        self, pair: Pair, set_: "Set", mode: str, first: int = 0, point: Point = "found", seed: int = 0
    ) -> Played:
        """One play: `alone`, `serial`, `forced`, `together` or `random`, `first` being 0 for `a`."""
        await self.prepare(set_)
        turns = [Turn(self.house, set_.ids, set_.now, set_.facts, nth) for nth in (0, 1)]
        turns = [
            replace(turn, seen=await self._look(side, turn)) for side, turn in zip((pair.a, pair.b), turns, strict=True)
        ]
        mode = mode if self.shared or mode in {"alone", "random"} else "serial"
        told, overlapped = await asyncio.wait_for(self._run(pair, turns, mode, first, point, seed), PATIENCE)
        how = f"{mode}, first {'ab'[first]}" + (
            f", {point}" if mode == "forced" else f", seed {seed}" if mode == "random" else ""
        )
        return Played(how, await self.end(set_), told, overlapped)

    async def prepare(self, set_: "Set") -> None:
        """Put the rows of a stage back."""
        stands, self._stands = self._stands, None
        await self.databases[0].store(lambda store: write_rows(store, set_.rows, stands))
        if not self.house.names.colleagues:  # the colleagues are the same on every stage
            self.house.names = await self.databases[0].read(lambda db: accusations.names(db, set_.ids.home_id))

    async def end(self, set_: "Set") -> End:
        """What is not as it was on the stage."""
        after = self._stands = await self.databases[0].store(read_rows)
        return end_of(set_.rows, after, self.sealer)

    async def _look(self, side: Side, turn: Turn) -> Any:
        look = side.look
        return None if look is None else await self.databases[-1].read(lambda db: look(turn, db))

    async def _run(
        self, pair: Pair, turns: list[Turn], mode: str, first: int, point: Point, seed: int
    ) -> tuple[tuple[Told, Told], bool]:
        sides, order = (pair.a, pair.b), (first, 1 - first)
        dice = random.Random(seed)  # noqa: S311  (which jitter)
        stops: dict[str, list[Point | None]] = {"forced": [point, None], "together": ["found", "found"]}
        points = dict(zip(order, stops.get(mode, [None, None]), strict=True))
        watches = [Watch(points[nth], dice if mode == "random" and self.shared else None) for nth in (0, 1)]
        told: dict[int, Told] = {0: ("", ""), 1: ("", "")}
        overlapped = not self.shared

        async def acts(nth: int, delay: float = 0.0) -> None:
            await asyncio.sleep(delay)
            told[nth] = await act(self.databases[nth % len(self.databases)], sides[nth], turns[nth], watches[nth])

        if mode in {"alone", "serial"}:
            for nth in order[: 1 if mode == "alone" else 2]:
                await acts(nth)
        elif mode == "random":
            await asyncio.gather(*(acts(nth, dice.random() * 0.004) for nth in order))
            overlapped = True
        else:
            tasks = {order[0]: asyncio.create_task(acts(order[0]))}
            overlapped = await until(watches[order[0]], tasks[order[0]])
            tasks[order[1]] = asyncio.create_task(acts(order[1]))
            await self.ends_or_waits(tasks[order[1]], watches[order[1]])
            for nth in order:
                watches[nth].go_on.set()
            await asyncio.gather(*tasks.values())
        return (told[0], told[1]), overlapped

    async def ends_or_waits(self, task: "asyncio.Task[Any]", watch: "Watch | None" = None) -> None:
        """Until the rival has ended, or is at a point of its own, or is seen waiting for a lock, or begins again and
        again.
        """
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        ends = asyncio.get_running_loop().time() + BLOCKED_WITHIN
        while not task.done() and asyncio.get_running_loop().time() < ends:
            if (watch is not None and watch.reached.is_set()) or await self._observer.fetchval(waiting):
                return
            await asyncio.wait({task}, timeout=0.003)


async def until(watch: Watch, task: "asyncio.Task[Any]") -> bool:
    """Whether a side is at its point, and not at its end."""
    reached = asyncio.create_task(watch.reached.wait())
    await asyncio.wait({reached, task}, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    return watch.reached.is_set()


async def act(database: Database, side: Side, turn: Turn, watch: Watch) -> Told:
    """One side acts; what it is told."""
    try:
        if side.how == "unit":

            def work(db: Unit) -> object:
                watch.follow(db.store, db)
                return side.does(turn, db)

            found = await database.write(work)
        elif side.how == "store":

            def raw(store: Store) -> object:
                watch.follow(store)
                return side.does(turn, store)

            found = await database.store(raw)
        else:
            found = await _arrives(database, side, turn, watch)
    except JiashuError as error:
        return (
            (type(error).__name__, error.sentence)
            if error.status < 500
            else (SERVER, f"{type(error).__name__}: {error.sentence}")
        )
    except Exception as error:  # whatever it is, nobody should see it
        return SERVER, f"{type(error).__name__}: {str(error)[:200]}"
    return "", str(found) if isinstance(found, bool) else ""


async def _arrives(database: Database, side: Side, turn: Turn, watch: Watch) -> object:
    handle = database.handle

    def watched(store: Store, batch: Sequence[Any]) -> Sequence[Any]:
        watch.follow(store)
        return handle(store, batch)

    database.handle = watched
    try:
        return await database.receive(side.does(turn, None))  # type: ignore[arg-type]
    finally:
        database.handle = handle


# -- stages --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Set:
    """A stage as it stands: its rows, its ids, its hour."""

    rows: Rows
    ids: install.Installed
    now: datetime
    facts: dict[str, int]


class Stages:
    """Builds each stage once, on a SQLite file beside, and keeps its rows for both engines."""

    def __init__(self, folder: Path, schema: Path) -> None:
        self.folder = folder
        self.sealer = seal.load(folder / "races.keys", may_create=True)
        self.file = folder / "stages.db"
        self.file.write_bytes(schema.read_bytes())
        self._known: dict[str, Set] = {}

    def settings(self, url: str) -> Settings:
        """A home as it is configured."""
        return Settings(
            wechat=Wechat(app_id="wx0123456789abcdef", app_secret="s", token="tok", encoding_aes_key="a" * 43),
            database=Where(url),
            security=Security(key_file=str(self.folder / "races.keys")),
            media=Media(self.folder / "media"),
            home=HOME,
        )

    async def of(self, stage: Stage) -> Set:
        """A stage."""
        if stage.name not in self._known:
            before = None if stage.after is None else await self.of(stage.after)
            self._known[stage.name] = await self._build(stage, before)
        return self._known[stage.name]

    async def _build(self, stage: Stage, before: Set | None) -> Set:
        settings, house = self.settings(f"sqlite:///{self.file}"), House(HOME)
        database = open_database(
            settings.database.url, self.sealer, lambda store, batch: receive_batch(store, house, batch)
        )
        await database.start()
        try:
            clock = Moves()
            if before is None:
                ids = await database.write(lambda db: install.install(db, settings, clock()))
            else:
                await database.store(lambda store: write_rows(store, before.rows))
                ids, clock.now = before.ids, before.now
                house.names = await database.read(lambda db: accusations.names(db, ids.home_id))
            home = HomeUnderTest(database, house, clock, ids, settings, count=len(self._known) * 100)
            facts = dict(before.facts) if before is not None else {}
            facts |= await stage.builds(home, facts)
            return Set(await database.store(read_rows), ids, clock(), facts)
        finally:
            await database.close()


@asynccontextmanager
async def ground(url: str, sealer: Sealer) -> AsyncIterator[Ground]:
    """A ground on a migrated database."""
    house = House(HOME)
    count = 1 if url.startswith("sqlite") else 2
    databases = [
        open_database(url, sealer, lambda store, batch: receive_batch(store, house, batch)) for _ in range(count)
    ]
    observer = None if count == 1 else await asyncpg.connect(url)
    try:
        for database in databases:
            await database.start()
            if isinstance(database, SqliteDatabase):
                database._connection.execute("PRAGMA synchronous=OFF")  # nothing here has to outlive the machine
        yield Ground(databases, house, observer)
    finally:
        for database in databases:
            await database.close()
        if observer is not None:
            await observer.close()


# -- the judgement -------------------------------------------------------------------------------------------------


@dataclass
class Report:
    """What a pair showed."""

    name: str
    plays: int = 0
    forced: int = 0
    overlapped: int = 0
    wrong: list[str] = field(default_factory=list)

    def see(self, played: Played, allowed: dict[str, str], pair: Pair) -> None:
        """Judge one play that was not one after the other."""
        self.plays += 1
        if played.sum not in allowed:
            self.wrong.append(f"{self.name}: {played.how}: as no order one after the other: {_shown(played, allowed)}")
        self.judge(played, pair)

    def judge(self, played: Played, pair: Pair) -> None:
        """What must hold in every play."""
        for side, told in zip("ab", played.told, strict=True):
            if told[0] == SERVER:
                self.wrong.append(f"{self.name}: {played.how}: {side} fails: {told[1]}")
        if any(row.get("set_aside") for row in played.end.get("inbox", ())):
            self.wrong.append(f"{self.name}: {played.how}: a message is set aside")
        why = pair.check(played.end) if pair.check is not None else ""
        if why:
            self.wrong.append(f"{self.name}: {played.how}: {why}")


def _shown(played: Played, allowed: dict[str, str]) -> str:
    """What differs from the nearest allowed play, for who has to mend it."""
    mine = set(re.findall(r"[^{}]+", played.sum))
    near = min(allowed, key=lambda one: len(mine ^ set(re.findall(r"[^{}]+", one))), default="")
    theirs = set(re.findall(r"[^{}]+", near))
    cut = [piece[:400] for piece in sorted(mine - theirs) if len(piece) > 4]
    lacks = [piece[:400] for piece in sorted(theirs - mine) if len(piece) > 4]
    return f"told {played.told}\n  here only: {cut[:8]}\n  in {allowed.get(near, '-')} only: {lacks[:8]}"


MODES: Final[tuple[tuple[str, int, Point], ...]] = (
    ("forced", 0, "found"),
    ("forced", 1, "found"),
    ("forced", 0, "written"),
    ("forced", 1, "written"),
    ("together", 0, "found"),
    ("together", 1, "found"),
    ("forced", 0, "held"),
    ("forced", 1, "held"),
)


async def allowed_ends(where: Ground, stages: Stages, pair: Pair, report: Report) -> dict[str, str]:
    """What one after the other brings; who comes second there is told what the table says."""
    set_, allowed = await stages.of(pair.stage), dict[str, str]()
    for first in (0, 1):
        played = await where.play(pair, set_, "serial", first)
        allowed[played.sum] = f"{'ab'[first]} then {'ba'[first]}"
        report.judge(played, pair)
        if played.told[first][0]:
            report.wrong.append(f"{pair.name}: alone {'ab'[first]} is told {played.told[first]}")
        if played.told[1 - first][0] != pair.told[first]:
            report.wrong.append(
                f"{pair.name}: second, {'ba'[first]} is told {played.told[1 - first]}, not "
                f"{pair.told[first] or 'nothing'}"
            )
        if (pair.b, pair.a)[first].skips:
            alone = await where.play(pair, set_, "alone", first)
            allowed[alone.sum] = f"{'ab'[first]} alone, {'ba'[first]} in its next round"
    return allowed


async def race(
    where: Ground,
    stages: Stages,
    pair: Pair,
    forced: int,
    randoms: int,
    *,
    alone: bool = False,
    judge: Ground | None = None,
) -> Report:
    """Play a pair: one after the other, so many forced, so many at random; `alone`: also each by itself, which has to
    change something.

    `judge`: another ground on which one after the other is played: the engines have to agree.
    """
    report, set_ = Report(pair.name), await stages.of(pair.stage)
    allowed = await allowed_ends(judge or where, stages, pair, report)
    for first in (0, 1) if alone else ():
        played = await where.play(pair, set_, "alone", first)
        if not played.end and "ab"[first] not in pair.idle:
            report.wrong.append(f"{pair.name}: alone, {'ab'[first]} changes nothing")
    for number in range(forced):
        mode, first, point = MODES[number % len(MODES)]
        played = await where.play(pair, set_, mode, first, point)
        report.see(played, allowed, pair)
        report.forced += 1
        report.overlapped += played.overlapped
        if not played.overlapped:
            report.wrong.append(f"{pair.name}: {played.how}: the two did not overlap")
    for number in range(randoms):
        report.see(await where.play(pair, set_, "random", number % 2, seed=number), allowed, pair)
    return report


def deadlocks(folder: Path) -> int:
    """How many deadlocks a server has found, by its own log."""
    with suppress(FileNotFoundError):
        return (folder / "log").read_text(errors="replace").count("deadlock detected")
    return 0


# -- two processes -------------------------------------------------------------------------------------------------


class Process:
    """A process of its own with a database object of its own; it plays one side at a time, as it
    is told line by line.
    """

    def __init__(self, url: str, keys: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.races.harness", url, str(keys)],
            cwd=Path(__file__).parents[2],
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def say(self, **what: object) -> None:
        """Send a line."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    async def hear(self) -> dict[str, Any]:
        """The next line. Raises RuntimeError when the process is gone."""
        assert self._process.stdout is not None
        line = await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), PATIENCE)
        if not line:
            raise RuntimeError("a process of the race is gone")
        found: dict[str, Any] = json.loads(line)
        return found

    def stop(self) -> None:
        """Close its input: it ends."""
        self._process.communicate(timeout=PATIENCE)


async def play_apart(
    where: Ground, stages: Stages, pair: Pair, processes: Sequence[Process], first: int, point: Point
) -> Played:
    """A forced play whose sides run in two processes: the first stops at its point, the second runs or waits, the first
    goes on.
    """
    set_ = await stages.of(pair.stage)
    await where.prepare(set_)
    order = (first, 1 - first)
    for nth, stop in zip(order, (point, None), strict=True):
        processes[nth].say(
            pair=pair.name,
            nth=nth,
            point=stop,
            home=set_.ids.home_id,
            account=set_.ids.account_id,
            now=set_.now.isoformat(),
            facts=set_.facts,
        )
        if stop is not None:
            overlapped = (await processes[nth].hear())["reached"]
    rival = asyncio.create_task(processes[order[1]].hear())
    await where.ends_or_waits(rival)
    processes[first].say(go=True)
    told = {first: (await processes[first].hear())["told"], order[1]: (await rival)["told"]}
    end = await where.end(set_)
    return Played(f"two processes, first {'ab'[first]}, {point}", end, (_told(told[0]), _told(told[1])), overlapped)


def _told(line: Sequence[str]) -> Told:
    return line[0], line[1]


async def _serve(url: str, keys: Path) -> None:
    """In the process: one side after the other, until the input ends."""
    from tests.races.scenarios import PAIRS

    pairs, sealer, house = {pair.name: pair for pair in PAIRS}, seal.load(keys, may_create=False), House(HOME)
    database = open_database(url, sealer, lambda store, batch: receive_batch(store, house, batch))
    await database.start()
    try:
        while line := await asyncio.to_thread(sys.stdin.readline):
            what = json.loads(line)
            pair, nth = pairs[what["pair"]], what["nth"]
            ids, now = install.Installed(what["home"], what["account"]), datetime.fromisoformat(what["now"])
            house.names = await database.read(
                lambda db, home=ids.home_id: accusations.names(db, home)  # type: ignore[misc]
            )
            watch = Watch(what["point"])
            side = (pair.a, pair.b)[nth]
            task = asyncio.create_task(act(database, side, Turn(house, ids, now, what["facts"], nth), watch))
            if what["point"] is not None:
                _line(reached=await until(watch, task))
                await asyncio.to_thread(sys.stdin.readline)
                watch.go_on.set()
            _line(told=await task)
    finally:
        await database.close()


def _line(**what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1], Path(sys.argv[2])))
