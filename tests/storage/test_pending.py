"""Rows that are held are never missed: a read sees them, the last word wins, and what a savepoint undoes is gone."""

from datetime import date, timedelta
from functools import partial

import pytest

from care.sla import Kind
from care.stages import Stage
from services.promises import promises
from storage import tables
from storage.pending import Pending
from storage.store import Store
from tests.conftest import HomeUnderTest


@pytest.fixture(params=["sqlite", "postgres"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _person(home: HomeUnderTest, store: Store) -> int:
    return store.insert(tables.Person, home_id=home.ids.home_id, kind="guest", created_at=home.clock())


async def test_a_read_sees_what_was_written_before_it_and_children_may_come_first(home: HomeUnderTest) -> None:
    def work(store: Store) -> list[tuple[object, ...]]:
        person = _person(home, store)
        talk = store.insert(
            tables.Conversation, home_id=home.ids.home_id, person_id=person, version=0, revision=0, state="", trail=""
        )
        store.update(tables.Conversation, talk, person=person, state="story")
        assert store.row("SELECT kind FROM person WHERE id = ?", person) == ("guest",)
        store.update(tables.Conversation, talk, person=person, revision=1)
        store.update(tables.Conversation, talk, person=person, state="when", revision=2)
        store.update(tables.Conversation, talk, person=person, state="name")
        store.update(tables.Conversation, talk, person=person, state="call", revision=3)
        return store.rows("SELECT state, revision FROM conversation WHERE id = ?", talk)

    assert await home.database.store(work) == [("call", 3)]


async def test_what_a_savepoint_undoes_is_gone_and_what_came_before_stays(home: HomeUnderTest) -> None:
    def _raise(store: Store, kept: int) -> None:
        store.update(tables.Person, kept, kind="elder")
        _person(home, store)
        raise KeyError

    def work(store: Store) -> int:
        kept = _person(home, store)
        with pytest.raises(KeyError), store.savepoint():
            _raise(store, kept)
        _person(home, store)
        assert store.row("SELECT kind FROM person WHERE id = ?", kept) == ("guest",)
        return int((store.row("SELECT count(*) FROM person") or (0,))[0])

    assert await home.database.store(work) == 2


async def test_what_is_known_of_a_person_is_kept_true_by_what_is_written(home: HomeUnderTest) -> None:
    now, hour = home.clock(), timedelta(hours=1)

    def work(store: Store) -> None:
        one, other = _person(home, store), _person(home, store)
        for person in (one, other):
            store.learn(promises.OPEN, person, [])
        promise = partial(promises.make, store, home_id=home.ids.home_id, person_id=one, made_at=now)
        later = promise(kind=Kind.RESULT, due_at=now + 3 * hour)
        first = promise(kind=Kind.REPLY, due_at=now + 2 * hour)
        assert promises.earliest(store, one) == now + 2 * hour
        assert [row[0] for row in store.about(promises.OPEN, one)] == [first, later], "in the order of the question"
        store.update(tables.Promise, later, person=one, due_at=now + hour, mark="half")
        assert promises.open_one(store, one, Kind.RESULT) == (later, now + hour)
        assert [row[0] for row in store.about(promises.OPEN, one)] == [later, first]
        assert promises.earliest(store, other) is None

    await home.database.store(work)


async def test_what_is_known_is_asked_anew_when_something_closes_or_is_changed_by_a_statement(
    home: HomeUnderTest,
) -> None:
    now, hour = home.clock(), timedelta(hours=1)

    def work(store: Store) -> None:
        person = _person(home, store)
        store.learn(promises.OPEN, person, [])
        made = [
            promises.make(
                store, home_id=home.ids.home_id, person_id=person, kind=Kind.REPLY, made_at=now, due_at=now + n * hour
            )
            for n in (1, 2, 3)
        ]
        store.update(tables.Promise, made[0], person=person, kept_at=now, kept_how="call", look_at=None)
        assert [row[0] for row in store.about(promises.OPEN, person)] == made[1:]
        store.update(tables.Promise, made[0], person=person, kept_at=None)
        assert [row[0] for row in store.about(promises.OPEN, person)] == made, "what is open again is there again"
        promises.keep(store, person, 1, now + hour, how="call")
        assert store.about(promises.OPEN, person) == []

    await home.database.store(work)


async def test_a_row_that_changes_many_times_is_as_it_was_said_last_whatever_each_change_names(
    home: HomeUnderTest,
) -> None:
    def work(store: Store) -> list[tuple[object, ...]]:
        person = _person(home, store)
        complaint = store.insert(
            tables.Complaint,
            home_id=home.ids.home_id,
            person_id=person,
            day=date(2026, 11, 25),
            sequence=1,
            number="C1125-01",
            stage=Stage.RECEIVED,
            level=3,
            category="待定",
            why=b"w",
            cautious=False,
            hide_name=False,
            title=b"t",
            said_at=home.clock(),
            opened_at=home.clock(),
        )
        store.flush()
        store.update(tables.Complaint, complaint, person=person, level=2, category="饮食")
        store.update(tables.Complaint, complaint, person=person, cautious=True, about=b"\x00\xff who")
        store.update(tables.Complaint, complaint, person=person, level=1)
        other = _person(home, store)
        store.update(tables.Person, person, kind="family", name="名字".encode())
        store.flush()
        store.update(tables.Person, other, kind="elder")
        assert store.rows("SELECT kind, name FROM person ORDER BY id") == [("family", "名字".encode()), ("elder", None)]
        return store.rows(
            "SELECT level, category, cautious, about, title, rounds, number, feedback_at FROM complaint WHERE id = ?",
            complaint,
        )

    assert await home.database.store(work) == [(1, "饮食", True, b"\x00\xff who", b"t", 0, "C1125-01", None)]


async def test_a_column_that_does_not_exist_is_refused_on_every_engine(home: HomeUnderTest) -> None:
    with pytest.raises(ValueError, match="has no column"):
        await home.database.store(
            lambda store: store.insert(tables.Person, home_id=home.ids.home_id, knid="guest", created_at=home.clock())
        )


def test_a_change_that_makes_room_does_not_wait_and_changes_of_a_row_are_one() -> None:
    held = Pending()
    held.insert(tables.Person, {"id": 1, "kind": "guest"})
    assert held.update(tables.Person, 1, {"kind": "family"})
    assert held.update(tables.Complaint, 7, {"stage": 2})
    assert held.update(tables.Complaint, 7, {"level": 1})
    assert not held.update(tables.Audit, 9, {"position": 4})
    assert held.take() == (
        {tables.Person: {1: {"id": 1, "kind": "family"}}},
        {tables.Complaint: {7: {"stage": 2, "level": 1}}},
    )
    assert held.take() == ({}, {})
    assert not held.tables
