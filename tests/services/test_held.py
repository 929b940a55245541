"""Rows that are held are never missed: a read sees them, the last word wins, and what a savepoint undoes is gone."""

from datetime import timedelta

import pytest

from care.sla import Kind
from services import promises
from storage import tables
from storage.held import Held
from storage.store import Store
from tests.conftest import HomeUnderTest


def _person(home: HomeUnderTest, store: Store) -> int:
    return store.insert(tables.Person, home_id=home.ids.home_id, kind="guest", created_at=home.clock())


async def test_a_read_sees_what_was_written_before_it_and_children_may_come_first(home: HomeUnderTest) -> None:
    def work(store: Store) -> list[tuple[object, ...]]:
        person = _person(home, store)
        talk = store.insert(tables.Conversation, home_id=home.ids.home_id, person_id=person, version=0, revision=0, state="", trail="")
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


async def test_an_answer_known_for_a_batch_is_forgotten_when_something_is_written(home: HomeUnderTest) -> None:
    now = home.clock()

    def work(store: Store) -> None:
        people = [_person(home, store) for _ in range(4)]
        store.ahead(promises.OPEN, people)
        assert [store.about(promises.OPEN, one) for one in people] == [[], [], [], []]
        promises.make(store, home_id=home.ids.home_id, person_id=people[1], kind=Kind.REPLY, made_at=now, due_at=now + timedelta(hours=1))
        assert promises.earliest(store, people[1]) == now + timedelta(hours=1)
        assert promises.earliest(store, people[2]) is None

    await home.database.store(work)


def test_a_change_that_makes_room_and_a_second_way_to_change_a_row_do_not_wait() -> None:
    held = Held()
    held.insert(tables.Person, {"id": 1, "kind": "guest"})
    assert held.update(tables.Person, 1, {"kind": "family"})
    assert held.update(tables.Case, 7, {"stage": 2})
    assert not held.update(tables.Case, 7, {"level": 1})
    assert not held.update(tables.Audit, 9, {"position": 4})
    assert [(sql.split(" ")[0], rows) for sql, rows in held.drain()] == [("INSERT", [(1, "family")]), ("UPDATE", [(2, 7)])]
    assert list(held.drain()) == []
