"""Storage on a real SQLite file: declared columns, seals, person locks, one writer, migrations."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from care.errors import Busy, DatabaseInUse, KeysMissing
from conversations import events
from services import install
from services.points import armed, none, parse
from services.talks import answering
from storage import migrate, seal, sqlite, tables
from storage.seal import Unreadable
from storage.sqlite import SqliteDatabase
from storage.sqlite_store import SqliteStore
from storage.store import PersonNotLocked, Store
from storage.types import micros, moment, new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest, MakeHome, put

MARKER = "青禾记号XYZZY"


def test_p2_every_column_says_how_it_is_kept_and_why() -> None:
    for table in tables.Base.metadata.tables.values():
        for column in table.columns:
            assert column.info.get("kept") in {"plain", "searchable", "sealed"}, f"{table.name}.{column.name}"
            assert len(column.info["why"]) > 3, f"{table.name}.{column.name}"
    sealed = {
        f"{t.name}.{c.name}"
        for t in tables.Base.metadata.tables.values()
        for c in t.columns
        if c.info["kept"] == "sealed"
    }
    assert sealed >= {
        "person.name",
        "person.phone",
        "inbox.event",
        "inbox.raw",
        "inbox.answer",
        "conversation.slots",
        "outbox_body.body",
        "case_record.body",
        "complaint.title",
        "complaint.contact",
        "wechat_account.token",
        "kinship.relation",
    }


def test_f19_people_and_cases_carry_a_home() -> None:
    for name in (
        "person",
        "complaint",
        "promise",
        "outbox",
        "inbox",
        "staff",
        "audit",
        "stop",
        "media",
        "conversation",
    ):
        assert "home_id" in tables.Base.metadata.tables[name].columns


def test_the_migrations_make_the_tables_that_the_code_declares(migrated: Path) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{migrated}")
    with engine.connect() as connection:
        differences = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), tables.Base.metadata
        )
    engine.dispose()
    assert differences == []
    assert migrate.current(migrated) == migrate.head()
    assert migrate.current(migrated.with_name("none.db")) is None


def test_a_message_of_the_release_before_is_known_after_the_upgrade(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    migrate.upgrade(path, "0002")
    renamed = {
        "m:oA:123": "m:123:oA",
        "e:oA:CLICK:1795:MENU": "e:1795:oA:CLICK:MENU",
        "e:oA:VIEW:1795:http://x:80/y": "e:1795:oA:VIEW:http://x:80/y",
        "e:oA:" + "f" * 64: "e:oA:" + "f" * 64,
    }
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO home (id, key, name, timezone, created_at) VALUES (1, 'h', 'h', 'UTC', 0)")
        connection.execute(
            "INSERT INTO wechat_account (id, home_id, key, app_id, created_at) VALUES (1, 1, '', 'wx', 0)"
        )
        connection.execute(
            "INSERT INTO person (id, home_id, kind, timezone, created_at) VALUES (1, 1, 'guest', 'UTC', 0)"
        )
        for number, key in enumerate(renamed, 1):
            connection.execute(
                "INSERT INTO inbox (id, account_id, key, home_id, person_id, kind, created_at, arrived_at, event, "
                "raw, answer_state)"
                " VALUES (?, 1, ?, 1, 1, 'text', 0, 0, x'', x'', 'none')",
                (number, key),
            )
    migrate.upgrade(path)
    with closing(sqlite3.connect(path)) as connection:
        assert [key for (key,) in connection.execute("SELECT key FROM inbox ORDER BY id")] == list(renamed.values())


def test_a_naive_time_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        micros(datetime(2026, 1, 1))  # noqa: DTZ001
    now = datetime(2026, 11, 22, 8, 0, 0, 123456, tzinfo=UTC)
    assert moment(micros(now)) == now


def test_ids_rise_and_fit_into_63_bits() -> None:
    ids = [new_id() for _ in range(5000)]
    assert ids == sorted(set(ids))
    assert 0 < ids[-1] < 2**63


def test_p2_a_seal_opens_only_where_it_was_made(tmp_path: Path) -> None:
    sealer = seal.load(tmp_path / "keys", may_create=True)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o600
    sealed = sealer.seal("person", "name", 7, b"secret")
    assert sealed != sealer.seal("person", "name", 7, b"secret")
    assert sealer.open("person", "name", 7, sealed) == b"secret"
    for table, column, row in (("person", "name", 8), ("person", "phone", 7), ("staff", "name", 7)):
        with pytest.raises(Unreadable):
            sealer.open(table, column, row, sealed)
    with pytest.raises(Unreadable):
        sealer.open("person", "name", 7, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(Unreadable):
        sealer.open("person", "name", 7, b"")
    with pytest.raises(KeysMissing):
        seal.load(tmp_path / "gone", may_create=False)
    assert sealer.sign("ab", "c") != sealer.sign("a", "bc")


async def test_p2_no_word_of_a_person_lies_in_the_files(home: HomeUnderTest) -> None:
    await home.hears(f"我要投诉，{MARKER}")
    await home.hears("好了")
    await home.hears(f"{MARKER} 306")
    viewer = await home.staff()
    person = await home.person()
    await home.database.write(lambda db: answering.answer(db, viewer, person, MARKER, "k", home.clock()))
    folder = home.file.parent
    for file in folder.iterdir():
        assert MARKER.encode() not in file.read_bytes(), file.name


async def test_p5_audit_rows_are_signed_and_a_changed_one_is_found(home: HomeUnderTest) -> None:
    await home.hears("我要投诉")
    rows = await home.rows("SELECT id, home_id, at, actor, action, subject, mac FROM audit")
    assert len(rows) >= 2
    for *fields, mac in rows:
        assert home.database.sealer.sign(*fields, b"") == mac
    changed = [*rows[0][:4], "another", rows[0][5]]
    assert home.database.sealer.sign(*changed, b"") != rows[0][6]


async def test_a_write_for_a_person_without_the_lock_raises(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person = await home.person()

    def raw(store: Store) -> None:
        store.insert(tables.Outbox, home_id=home.ids.home_id, person_id=person)

    def raw_update(store: Store) -> None:
        store.update(tables.Person, person, kind="family")

    def orm(db: Unit) -> None:
        db.scalars(select(tables.Conversation).where(tables.Conversation.person_id == person)).one().attended_by = 5

    def statement(db: Unit) -> None:
        db.execute(update(tables.Conversation).values(attended_by=5))

    for work in (raw, raw_update):
        with pytest.raises(PersonNotLocked):
            await home.database.store(work)
    for unit_work in (orm, statement):
        with pytest.raises(PersonNotLocked):
            await home.database.write(unit_work)
    assert await home.one("SELECT attended_by FROM conversation") is None

    def proper(db: Unit) -> None:
        db.lock_persons(person)
        orm(db)

    await home.database.write(proper)
    assert await home.one("SELECT attended_by FROM conversation") == 5


async def test_a_reading_unit_cannot_write(home: HomeUnderTest) -> None:
    with pytest.raises(RuntimeError):
        await home.database.read(lambda db: db.lock_persons(1))


async def test_a_second_process_is_kept_out(home: HomeUnderTest) -> None:
    other = SqliteDatabase(home.file, home.database.sealer, lambda _store, _batch: [])
    with pytest.raises(DatabaseInUse, match="请先停掉服务"):
        await other.start()


async def test_what_a_job_raises_undoes_the_job_and_nothing_else(home: HomeUnderTest) -> None:
    def work(db: Unit) -> None:
        db.add(tables.Home(id=new_id(), key="x", name="x", timezone="UTC", created_at=home.clock()))
        db.flush()
        raise LookupError

    with pytest.raises(LookupError):
        await home.database.write(work)
    assert await home.one("SELECT count(*) FROM home") == 1


async def test_while_the_database_is_away_messages_wait_in_order_and_jobs_say_busy(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PATIENCE", 0.4)
    holder = sqlite3.connect(home.file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    waiting = [
        home.database.receive(home.envelope(events.Text(words))) for words in ("我要投诉", "没人来", "等了一小时")
    ]
    with pytest.raises(Busy):
        await home.database.store(lambda store: store.rows("SELECT 1"))
    assert home.database.away_since is not None
    assert not any(future.done() for future in waiting)
    holder.execute("ROLLBACK")
    holder.close()
    answers = [(await future).answer.text for future in waiting]
    assert "编号" in answers[0]
    assert home.database.away_since is None
    order = await home.rows("SELECT key FROM inbox ORDER BY id")
    assert [key for (key,) in order] == [f"m:daughter:{n}" for n in (1, 2, 3)]


async def test_who_waits_when_the_service_stops_hears_that_nothing_was_committed(home: HomeUnderTest) -> None:
    holder = sqlite3.connect(home.file, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    waiting = home.database.receive(home.envelope(events.Text("你好")))
    await asyncio.sleep(0.5)
    await home.database.close()
    with pytest.raises(Busy):
        await waiting
    holder.close()


async def test_too_many_who_wait_are_busy_at_once(home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "MOST_WAITING", 0)
    with pytest.raises(Busy):
        await home.database.receive(home.envelope(events.Text("你好")))


async def test_whatever_a_message_raises_the_writer_goes_on(
    home: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = home.database.handle

    def broken(_store: Store, _batch: object) -> object:
        raise RuntimeError

    monkeypatch.setattr(home.database, "handle", broken)
    with pytest.raises(RuntimeError):
        await home.database.receive(home.envelope(events.Text("你好")))
    monkeypatch.setattr(home.database, "handle", real)
    assert await home.hears("你好")


async def test_a_unit_that_writes_raw_only_is_committed(home: HomeUnderTest) -> None:
    await home.database.write(lambda db: db.store.audit(home.ids.home_id, home.clock(), "machine", "test", "x:1"))
    assert await home.database.write(lambda db: db.store.rows("SELECT count(*) FROM audit WHERE action = 'test'")) == [
        (1,)
    ]


async def test_a_stored_answer_that_cannot_be_read_is_still_a_repeat(home: HomeUnderTest) -> None:
    await home.hears("你好", key="m:daughter:1")
    await home.database.store(lambda store: put(store, "UPDATE inbox SET answer = x'00'"))
    assert await home.hears("你好", key="m:daughter:1") == ""
    assert await home.one("SELECT count(*) FROM inbox") == 1


async def test_hints_are_told_after_commit_and_only_then(home: HomeUnderTest) -> None:
    told: list[frozenset[str]] = []
    home.database.listen(told.append)

    def failing(store: Store) -> None:
        store.hint("person:1")
        raise LookupError

    with pytest.raises(LookupError):
        await home.database.store(failing)
    await home.database.store(lambda store: store.hint("person:2"))
    await asyncio.sleep(0.05)
    assert told == [frozenset({"person:2"})]


async def test_installing_twice_makes_one_home(make_home: MakeHome) -> None:
    home: HomeUnderTest = await make_home()
    again = await home.database.write(lambda db: install.install(db, home.settings, home.clock()))
    assert again == home.ids


def test_points_are_read_and_unknown_ones_refused() -> None:
    assert parse("before_commit=kill@5, after_send=hold:0.01") == {
        "before_commit": ("kill", 5),
        "after_send": ("hold:0.01", 1),
    }
    with pytest.raises(ValueError, match="no point"):
        parse("nowhere=kill")
    reach = armed("after_send=hold:0.01@2")
    for _ in range(3):
        reach("after_send")
        reach("before_commit")
    none("after_send")


def test_a_store_knows_its_columns(migrated: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(migrated)) as connection:
        store = SqliteStore(connection, seal.load(tmp_path / "k", may_create=True))
        with pytest.raises(ValueError, match="no column"):
            store.insert(tables.Home, nonsense=1)
        with pytest.raises(ValueError, match="no column"):
            store.update(tables.Home, 1, nonsense=1)
