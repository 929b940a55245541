"""Relatives without a WeChat: registered by a colleague, found by the last four digits, told nothing (A4, F13, F14,
F29).
"""

from functools import partial
from typing import Any

import pytest

from care import families, phones
from care.errors import Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.families import disputes, relatives, sheets
from services.families.forms import AddRelative, EndDispute, StartDispute
from services.search import search
from storage.queries import families_ties as queries
from tests import houses
from tests.conftest import HomeUnderTest
from tests.services.evenings import resident

SCENE = {
    "staff": [],
    "people": [],
    "residents": [["306", "1", "王桂兰", "女", "1944-10-14"], ["201", "2", "何秀英", "女", "1938-11-25"]],
}


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


async def adds(home: HomeUnderTest, who: Viewer, room: str = "306", **fields: Any) -> int:
    number = await resident(home, room)
    form = AddRelative(**{"name": "李静", "relation": "女儿", "phone": "13912346021"} | fields)
    person: int = await home.database.write(lambda db: relatives.add(db, who, number, form, home.clock()).id)
    return person


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("139 1234 6021", "13912346021"),
        ("+86-139-1234-6021", "13912346021"),
        ("１３９１２３４６０２１", "13912346021"),
        ("0571 8800 1234", "0571-88001234"),
        ("（010）65021234 转 8", "010-65021234-8"),
        ("021-62345678", "021-62345678"),
        ("1381234567", None),
        ("O1391234602", None),
        ("12912346021", None),
        ("88001234", None),
        ("0571-1234567", None),
        ("没有", None),
    ],
)
def test_a4_a_number_is_read_as_people_write_it_and_a_wrong_one_is_none(words: str, expected: str | None) -> None:
    assert phones.read(words) == expected


async def test_a4_a_relative_without_wechat_is_registered_and_found_by_the_last_four(house: HomeUnderTest) -> None:
    desk = await house.staff()
    person = await adds(house, desk, scopes=("daily", "health"), way="paper")
    second = await adds(house, desk, name="李明", relation="儿子", phone="", order=1, primary=True)
    assert await house.rows("SELECT kind FROM person WHERE id = ?", person) == [("family",)]
    number = await resident(house)
    ties = await house.database.read(lambda db: queries.ties(db, number))
    assert [(tie.person_id, tie.position, tie.is_primary, tie.scopes) for tie in ties] == [
        (second, 1, True, ""),
        (person, 2, False, "daily health"),
    ]
    assert await house.rows("SELECT scopes, way, person_id FROM consent ORDER BY id") == [
        ("daily", "paper", person),
        ("health", "paper", person),
    ]
    found = await house.database.read(lambda db: search.look(db, desk, "6021"))
    assert [(hit.who.name, hit.resident_id, hit.talks) for hit in found.people] == [("李静", number, False)]
    assert "13912346021" not in str(await house.rows("SELECT * FROM person"))
    for table in ("outbox", "plan", "promise"):
        assert await house.one(f"SELECT count(*) FROM {table}") == 0
    traces = await house.rows("SELECT action FROM audit WHERE subject = ?", f"resident:{number}")
    assert traces == [("add_relative",), ("add_relative",)]


async def test_a4_the_daughter_of_two_is_one_person_and_twice_with_one_is_said(house: HomeUnderTest) -> None:
    desk = await house.staff()
    first = await adds(house, desk)
    assert await adds(house, desk, room="201", phone="139-1234-6021") == first
    assert await adds(house, desk, room="201", name="李敬") != first
    with pytest.raises(Invalid, match="登记过了"):
        await adds(house, desk)
    assert await house.one("SELECT count(*) FROM kinship") == 3


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"name": "  "}, "姓名"),
        ({"name": "13912346021"}, "姓名"),
        ({"relation": ""}, "什么人"),
        ({"phone": "1391234602"}, "11 位"),
        ({"scopes": ("daily", "health")}, "健康情况要"),
        ({"scopes": ("daily", "health"), "way": "agent"}, "健康情况要"),
        ({"scopes": ("billing", "photos")}, "账单、照片要先有同意"),
        ({"scopes": ("all",), "way": "paper"}, "能看什么"),
        ({"scopes": ("daily",), "way": "sms"}, "怎么同意"),
    ],
)
async def test_f14_what_is_wrong_is_said_and_nothing_is_kept(
    house: HomeUnderTest, fields: dict[str, Any], why: str
) -> None:
    desk = await house.staff()
    with pytest.raises(Invalid, match=why):
        await adds(house, desk, **fields)
    assert await house.one("SELECT count(*) FROM kinship") == 0


async def test_a4_a_second_press_registers_nobody_twice_also_without_a_phone(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    form = AddRelative(name="周建国", relation="儿子")
    await house.database.write(lambda db: relatives.add(db, desk, number, form, house.clock()))
    with pytest.raises(Invalid, match="儿子周建国已经登记过了"):
        await house.database.write(lambda db: relatives.add(db, desk, number, form, house.clock()))
    grandson = AddRelative(name="周建国", relation="孙子")
    await house.database.write(lambda db: relatives.add(db, desk, number, grandson, house.clock()))
    namesake = AddRelative(name="周建国", relation="儿子", phone="13912346077")
    await house.database.write(lambda db: relatives.add(db, desk, number, namesake, house.clock()))
    found = await house.database.read(lambda db: queries.relatives(db, number))
    assert [one.relation for one in found if one.name == "周建国"] == ["儿子", "孙子", "儿子"]


async def test_p4_a_carer_and_another_floor_register_nobody(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    below = await house.staff(Role.DESK, "唐雨", "tang", "2")
    for who in (carer, below):
        with pytest.raises(NotFound):
            await adds(house, who)
    assert await house.one("SELECT count(*) FROM kinship") == 0


async def test_f13_in_a_dispute_nobody_is_added_until_a_lead_ends_it(house: HomeUnderTest) -> None:
    desk, lead = await house.staff(), await house.staff(Role.SUPERVISOR, "沈国平", "shen")
    number = await resident(house)
    with pytest.raises(NotFound):
        await house.database.write(
            lambda db: disputes.start(db, desk, number, StartDispute(why="兄妹争执"), house.clock())
        )
    with pytest.raises(Invalid, match="为什么"):
        await house.database.write(lambda db: disputes.start(db, lead, number, StartDispute(why=" "), house.clock()))
    await house.database.write(lambda db: disputes.start(db, lead, number, StartDispute(why="兄妹争执"), house.clock()))
    assert "兄妹" not in str(await house.rows("SELECT * FROM dispute"))
    with pytest.raises(Invalid, match="争议中"):
        await adds(house, desk)
    await house.database.write(lambda db: disputes.end(db, lead, number, EndDispute(), house.clock()))
    assert await adds(house, desk)
    await house.database.write(lambda db: disputes.start(db, lead, number, StartDispute(why="分" * 201), house.clock()))
    row = await house.database.read(lambda db: disputes.open_one(db, number))
    assert row is not None
    again = await house.database.read(lambda db: db.open(row, "why"))
    assert again == "分" * 200


def test_f14_each_scope_and_each_way_has_its_sentence_in_one_place() -> None:
    assert list(families.SCOPES) == ["daily", "health", "billing", "photos", "emergency"]
    assert families.GIVES.keys() == families.WAYS.keys()
    assert families.names({"photos", "daily"}) == "日常、照片"


async def test_f13_a_second_sheet_for_the_same_relative_ends_the_first(house: HomeUnderTest) -> None:
    desk, number = await house.staff(), await resident(house)
    person, other = await adds(house, desk), await adds(house, desk, name="李明", relation="儿子", phone="")
    for whom in (person, other, 0, person):
        await house.database.write(
            partial(sheets.one, viewer=desk, resident_id=number, person_id=whom, now=house.clock())
        )
        house.clock.on(minutes=1)
    ended = await house.rows("SELECT meant_for, revoked_at IS NOT NULL FROM invitation ORDER BY id")
    assert [(whom, bool(over)) for whom, over in ended] == [
        (person, True),
        (other, False),
        (None, False),
        (person, False),
    ]
