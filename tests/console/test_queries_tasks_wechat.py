"""What a colleague's own WeChat is told: hers first, then what waits for her kind on her floors; nothing of the other
floors (F39).
"""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from care.states import Role
from conversations.events import Text
from services.access import Viewer
from services.tasks import tasks
from services.tasks.forms import AddTask
from storage import tables
from storage.queries import tasks_wechat as queries
from storage.types import new_id
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE
from understanding.cascade import triage

ALL: frozenset[str] = frozenset()


@pytest.fixture
async def lead(home: HomeUnderTest) -> Viewer:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return await home.staff(Role.DIRECTOR, "沈国平", "shen")


async def resident(home: HomeUnderTest, room: str) -> int:
    return int(await home.one("SELECT id FROM resident WHERE room = ?", room))


async def test_f39_of_what_is_open_she_is_told_what_is_hers_and_what_waits_for_her_kind_and_floor(
    home: HomeUnderTest, lead: Viewer
) -> None:
    zhou = await home.staff(Role.CARER, "周敏", "zhou", "3")
    third, second = await resident(home, "306"), await resident(home, "201")

    async def adds(**form: Any) -> None:
        await home.database.write(lambda db: tasks.add(db, lead, AddTask(**form), home.clock()))

    await adds(what="三楼的人", whom="floor:3", resident=third)
    await adds(what="三楼的事", whom="floor:3", due=datetime.fromisoformat("2026-11-23T09:00"))
    await adds(what="二楼的事", whom="floor:2")
    await adds(what="护士的事", whom="role:nurse")
    await adds(what="护理的事", whom="role:carer")
    await adds(what="护理二楼的人", whom="role:carer", resident=second)
    await adds(what="谁都行")
    await adds(what="院长的事", whom="me")
    await adds(what="她的事", whom=f"staff:{zhou.id}", resident=second)

    async def told(staff: int, role: str, floors: frozenset[str]) -> list[str]:
        found = await home.database.store(lambda store: queries.mine(store, home.ids.home_id, staff, role, floors))
        assert [one.hers for one in found] == sorted((one.hers for one in found), reverse=True)
        assert all(one.hers == (one.words == "她的事") for one in found)
        return [f"{one.words} {one.who}".strip() for one in found]

    hers, waits = ["她的事 201-2 何老人"], ["三楼的事", "三楼的人 306-1 王老人", "护理的事"]
    assert await told(zhou.id, "carer", frozenset("3")) == hers + waits
    assert await told(zhou.id, "carer", frozenset("2")) == [*hers, "二楼的事", "护理的事", "护理二楼的人 201-2 何老人"]
    assert await told(0, "nurse", ALL) == ["三楼的事", "三楼的人 306-1 王老人", "二楼的事", "护士的事"]
    due = await home.database.store(lambda store: queries.mine(store, home.ids.home_id, 0, "carer", frozenset("3")))
    assert [one.due_at is not None for one in due] == [True, False, False]


@pytest.mark.parametrize(
    ("how", "why"), [(None, "叫过人，还没有人到"), ("arrived", "叫过人，到了"), ("false", "叫过人，是误报")]
)
async def test_f39_who_called_is_told_to_her_floor_with_what_became_of_it(
    home: HomeUnderTest, lead: Viewer, how: str | None, why: str
) -> None:
    del lead
    now = home.clock()
    for openid, words in (("elder3", "我摔倒了"), ("kin2", "我妈摔倒了")):
        heard = triage(words)
        envelope = replace(home.envelope(Text(words), openid), heard=heard, meant=heard)
        await home.database.receive(envelope)
    if how:
        await home.rows("UPDATE alarm SET ended_how = ?, arrived_at = raised_at RETURNING id", how)

    async def told(floors: frozenset[str], since: timedelta = timedelta(hours=-1)) -> list[tuple[str, str]]:
        found = await home.database.store(lambda store: queries.looks(store, home.ids.home_id, floors, now + since))
        assert all(one.at == now for one in found)
        return [(one.who.room, one.why) for one in found]

    assert sorted(await told(ALL)) == [("201", why), ("306", why)]
    assert await told(frozenset("3")) == [("306", why)]
    assert await told(frozenset("2")) == [("201", why)], "by the son, about his mother"
    assert await told(frozenset("4")) == []
    assert await told(ALL, timedelta()) == [], "that was before"


async def test_f39_who_is_critically_ill_needs_a_look_on_her_floor_alone(home: HomeUnderTest, lead: Viewer) -> None:
    del lead
    await home.rows("UPDATE resident SET status = '病危' WHERE room = '201' RETURNING id")
    since = home.clock()
    for floors, rooms in ((ALL, ["201"]), (frozenset("2"), ["201"]), (frozenset("3"), [])):
        found = await home.database.store(
            lambda store, of=floors: queries.looks(store, home.ids.home_id, of, since)  # type: ignore[misc]
        )
        assert [(one.who.room, one.why, one.at) for one in found] == [(room, "病危", None) for room in rooms]
        living = await home.database.store(
            lambda store, of=floors: queries.living(store, home.ids.home_id, of)  # type: ignore[misc]
        )
        assert [one.room for one in living] == {ALL: ["201", "306"]}.get(floors, rooms or ["306"])


async def test_f10_f39_letters_that_wait_for_a_call_are_counted_and_those_for_the_lead_are_not(
    home: HomeUnderTest, lead: Viewer
) -> None:
    rows: list[tuple[str, int, str, str | None]] = [
        ("306", 20, "held", "发热"),
        ("306", 21, "held", "主管看过再发"),
        ("201", 20, "held", "发热"),
    ]
    rows += [("201", 21, "released", None)]
    for room, day, state, why in rows:
        number = await resident(home, room)

        def keep(db: Unit, about: tuple[int, int, str, str | None] = (number, day, state, why)) -> None:
            letter = tables.Letter(
                id=new_id(),
                home_id=home.ids.home_id,
                resident_id=about[0],
                day=date(2026, 11, about[1]),
                state=about[2],
                held_why=about[3],
                written_by=lead.id,
                written_at=home.clock(),
            )
            db.seal(letter, "facts", "{}")
            db.add(letter)
            db.store.hint("letters")
            db.store.audit(home.ids.home_id, home.clock(), "machine", "write_letter", f"resident:{about[0]}")

        await home.database.write(keep)
    counts = [
        await home.database.store(
            lambda store, of=floors: queries.held_letters(store, home.ids.home_id, of)  # type: ignore[misc]
        )
        for floors in (ALL, frozenset("3"), frozenset("2"), frozenset("4"))
    ]
    assert counts == [2, 1, 1, 0]
