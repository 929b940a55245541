"""The register as colleagues read it: bed by bed, two of one name told apart, the first contact first (F12, F14)."""

from dataclasses import replace
from datetime import date

import pytest

from care.states import Role
from storage.queries import families, greetings, residents, upkeep
from tests import houses
from tests.conftest import HomeUnderTest
from tests.services.evenings import SCENE

PEOPLE = SCENE | {
    "residents": [
        ["302", "2", "王桂兰", "女", "1938-05-06"],
        ["301", "2", "张建国", "男", "1940-01-01"],
        ["301", "1", "李大山", "男", ""],
    ]
}


@pytest.fixture
async def register(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, PEOPLE, home.clock()))
    return home


async def test_f12_the_list_goes_from_bed_to_bed_and_tells_two_of_one_name_apart(register: HomeUnderTest) -> None:
    who = await register.staff(Role.DIRECTOR, "沈国平", "shen")
    lines = await register.database.read(lambda db: residents.lines(db, who.sight))
    assert [(line.place, line.name) for line in lines] == [
        ("301-1", "李大山"),
        ("301-2", "张建国"),
        ("302-2", "王桂兰"),
        ("306-1", "王桂兰"),
    ]
    assert [line.twin for line in lines[:3]] == ["", "", "1938 年生"]
    assert lines[3].twin == "生年没填"
    assert [(line.relatives, line.waiting) for line in lines] == [(0, 0)] * 3 + [(3, 0)]
    await register.rows("UPDATE resident SET status = '去世' WHERE room = '302'")
    left = await register.database.read(lambda db: residents.lines(db, who.sight))
    assert [(line.place, line.twin) for line in left[2:]] == [("306-1", "")]
    gone = await register.database.read(lambda db: residents.lines(db, who.sight, residents.GONE))
    assert [line.place for line in gone] == ["302-2"]


async def test_f14_relatives_stand_with_what_they_may_know_the_first_contact_first(
    register: HomeUnderTest,
) -> None:
    number = int(await register.one("SELECT id FROM resident WHERE room = '306'"))
    found = await register.database.read(lambda db: residents.relatives(db, number))
    assert [(one.name, one.relation, one.scopes, one.primary) for one in found] == [
        ("李静", "女儿", ("daily", "health", "photos"), True),
        ("孙玉", "侄女", ("daily",), False),
        ("赵磊", "表弟", ("billing",), False),
    ]
    niece = await register.person("niece")
    await register.rows("UPDATE kinship SET position = CASE WHEN person_id = ? THEN 0 ELSE 9 END", niece)
    again = await register.database.read(lambda db: residents.relatives(db, number))
    assert again[0].name == "孙玉", "in the order of contact"


async def test_f10_whom_something_may_be_sent_is_known_with_all_that_forbids_it(register: HomeUnderTest) -> None:
    everybody = await register.database.read(lambda db: families.people(db, register.ids.home_id))
    assert sorted(who.name for who in everybody) == ["孙玉", "李静", "王桂兰", "赵磊"], (
        "who has no phone is sent nothing"
    )
    kinds = {who.name: (who.kind, who.elder, who.place, who.stopped, who.serious, who.following) for who in everybody}
    assert kinds["王桂兰"][:2] == ("elder", "王桂兰")
    assert kinds["李静"] == ("family", "王桂兰", "306-1", False, False, True)
    number, daughter = everybody[0].resident_id, await register.person("daughter")
    one = await register.database.read(lambda db: families.one(db, daughter, number))
    assert one == next(who for who in everybody if who.name == "李静")
    await register.hears("护工打我妈，我要投诉", "daughter")
    after = await register.database.read(lambda db: families.one(db, daughter, number))
    assert after is not None
    assert (after.serious, replace(after, serious=False).scopes) == (True, frozenset({"daily", "health", "photos"}))
    niece = await register.person("niece")
    other = await register.database.read(lambda db: families.one(db, niece, number))
    assert other is not None
    assert not other.serious, "of a sister's complaint it says nothing"
    another = int(await register.one("SELECT id FROM resident WHERE room = '302'"))
    assert await register.database.read(lambda db: families.one(db, niece, another)) is None


async def test_h1_birthdays_are_known_of_everybody_who_lives_here_with_a_phone_or_without(
    register: HomeUnderTest,
) -> None:
    who = await register.staff(Role.DIRECTOR, "沈国平", "shen")
    await register.rows("UPDATE resident SET born = NULL WHERE room = '301' AND bed = '1'")
    births = await register.database.read(lambda db: greetings.births(db, who.sight))
    assert [(name, place, born) for _, name, place, born in births][:2] == [
        ("张建国", "301-2", "1940-01-01"),
        ("王桂兰", "302-2", "1938-05-06"),
    ]
    planned = await register.database.read(lambda db: greetings.planned(db, date(2026, 1, 1), [1]))
    assert planned == set()


async def test_p5_the_audit_is_read_by_who_did_what_and_what_machines_did_only_when_it_is_asked_for(
    register: HomeUnderTest,
) -> None:
    who, home = await register.staff(), register.ids.home_id
    now = register.clock()

    def did(action: str, actor: str, subject: str) -> object:
        return register.database.store(lambda store: store.audit(home, now, actor, action, subject))

    me = f"staff:{who.id}"
    for action, actor, subject in (
        ("log_in", me, me),
        ("view", me, "page:today"),
        ("answer", me, "person:1234567"),
        ("answer", "machine", "person:1234567"),
        ("log_in_failed", "door", "login:nobody"),
        ("answer", "staff:999", "person:1234567"),
    ):
        await did(action, actor, subject)  # type: ignore[misc]

    async def shown(show: str) -> list[tuple[str, str, str]]:
        rows = await register.database.read(lambda db: upkeep.rows(db, home, show))
        return [(row.action, row.actor, row.subject) for row in rows if "log_in" in row.action or row.at == now][::-1]

    mine = [
        ("log_in", "陈晓雯", "staff:陈晓雯"),
        ("view", "陈晓雯", "page:today"),
        ("answer", "陈晓雯", "person:34567"),
        ("answer", "已离职的同事", "person:34567"),
    ]
    assert [row for row in await shown("") if row in mine] == mine
    assert all(actor for _, actor, _ in await shown("")), "no machine"
    assert [row for row in await shown("change") if row in mine] == mine[2:]
    assert [row[0] for row in await shown("log_in")] == ["log_in", "log_in_failed"]
    assert await shown("answer") == mine[2:]
    assert ("answer", "", "person:34567") in await shown("all")
