"""Announcements: to whom, by which way, one end for each person (N4, N6, F42)."""

from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
import pytest

from care.announcements import Repeat, next_due
from care.errors import Changed, Invalid, NotFound, TooLate
from care.states import Role
from services.access import Viewer
from services.announcements import announcements, audience, subject
from services.announcements.access import access_announcement
from services.announcements.forms import Announce, Decide
from services.outgoing.outbox import BY_A_PERSON
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from services.subject import Running
from services.upkeep import epochs
from storage.queries import announcements as queries
from tests import houses
from tests.conftest import HomeUnderTest

HOME = ZoneInfo("Asia/Shanghai")
SCENE: dict[str, list[dict[str, object]]] = {
    "staff": [],
    "people": [
        {"kind": "elder", "name": "王桂兰", "openid": "elder3", "room": "306", "bed": "1"},
        {"kind": "elder", "name": "何秀英", "openid": "elder2", "room": "201", "bed": "2"},
        {"kind": "family", "name": "李静", "openid": "kin3", "kin": [{"of": "王桂兰", "relation": "女儿"}]},
        {"kind": "family", "name": "何平", "openid": "kin2", "kin": [{"of": "何秀英", "relation": "儿子"}]},
    ],
}
WATER = "明天上午 9 点到 12 点停水。"


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


@pytest.fixture
async def lead(house: HomeUnderTest) -> Viewer:
    return await house.staff(Role.SUPERVISOR, "何志远", "he")


async def writes(house: HomeUnderTest, who: Viewer, form: Announce) -> int:
    row = await house.database.write(lambda db: announcements.write(db, house.house, who, form, house.clock()).id)
    return int(row)


async def job(house: HomeUnderTest, times: int = 1) -> None:
    running = Running(house.database, house.house, house.ids.home_id, house.settings)
    for _ in range(times):
        await subject._release(running, house.clock())


async def ends(house: HomeUnderTest) -> dict[str, tuple[str, str]]:
    """By phone: the state of the message and why."""
    rows = await house.rows(
        "SELECT f.openid, o.state, o.purpose FROM outbox o JOIN follower f ON f.person_id = o.person_id ORDER BY o.id"
    )
    return {openid: (state, purpose) for openid, state, purpose in rows}


async def test_n4_what_is_urgent_reaches_every_family_by_a_message_a_template_or_a_call(
    house: HomeUnderTest, lead: Viewer
) -> None:
    await house.hears("你好", "kin3")
    number = await writes(house, lead, Announce(words=WATER, urgent=True))
    await job(house)
    assert await house.send_all() == [("kin3", f"{WATER}\n青禾颐养院")]
    assert (await ends(house))["kin2"] == ("parked", "notice"), "he has not written: it waits, and is called"
    assert await house.rows("SELECT kind FROM by_hand WHERE settled_at IS NULL") == [("phone",)]
    row = await house.one("SELECT state FROM announcement")
    assert row == "released"
    shown = await house.database.read(lambda db: queries.reached(db, access_announcement(db, lead, number), 0))
    assert [(one.who.name if one.who else "", one.state, one.hand) for one in shown] == [
        ("何平", "parked", "phone"),
        ("李静", "sent", ""),
    ], "who is not reached stands first"


async def test_n4_the_rest_goes_where_a_message_goes_and_bothers_nobody_else(
    house: HomeUnderTest, lead: Viewer
) -> None:
    await house.hears("你好", "kin3")
    await writes(house, lead, Announce(words="周六下午包饺子。"))
    await job(house)
    assert [openid for openid, _ in await house.send_all()] == ["kin3"]
    assert (await ends(house))["kin2"][0] == "cancelled"
    assert await house.one("SELECT count(*) FROM by_hand") == 0


async def test_f42_a_family_in_mourning_hears_what_is_urgent_from_a_person_and_nothing_else(
    house: HomeUnderTest, lead: Viewer
) -> None:
    await house.hears("你好", "kin3")
    person = await house.person("kin3")
    resident = int(await house.one("SELECT id FROM resident WHERE room = '306'"))
    await house.database.write(lambda db: residents.hush(db, lead, resident, Hush(on=True), house.clock()))
    await writes(house, lead, Announce(words="周六下午包饺子。"))
    await writes(house, lead, Announce(words=WATER, urgent=True))
    await job(house)
    assert await house.send_all() == []
    rows = await house.rows(
        "SELECT r.why, r.outbox_id IS NULL FROM announcement_reach r WHERE r.person_id = ? ORDER BY r.id", person
    )
    assert sorted((why, bool(none)) for why, none in rows) == [
        (BY_A_PERSON, False),
        (audience.QUIET, True),
    ]
    assert await house.one("SELECT count(*) FROM by_hand WHERE person_id = ?", person) == 1


@pytest.mark.parametrize(
    ("form", "gets"),
    [
        (Announce(words="三楼今天换窗帘。", floor="3"), {"kin3"}),
        (Announce(words="大家好。", whom="elder"), {"elder3", "elder2"}),
        (Announce(words="大家好。", whom="both", floor="2"), {"elder2", "kin2"}),
    ],
)
async def test_n6_a_floor_elders_or_both_and_nobody_else(
    house: HomeUnderTest, lead: Viewer, form: Announce, gets: set[str]
) -> None:
    for openid in ("kin3", "kin2", "elder3", "elder2"):
        await house.hears("你好", openid)
    await writes(house, lead, form)
    await job(house)
    assert {openid for openid, _ in await house.send_all()} == gets


async def test_n6_one_family_at_its_hour_and_not_before(house: HomeUnderTest, lead: Viewer) -> None:
    await house.hears("你好", "kin3")
    resident = int(await house.one("SELECT id FROM resident WHERE room = '306'"))
    local = (house.clock() + timedelta(hours=2)).astimezone(HOME).replace(tzinfo=None)
    await writes(house, lead, Announce(words="冬衣请带来。", resident=resident, at=local))
    await job(house)
    assert await house.send_all() == []
    house.clock.on(hours=2, minutes=1)
    await job(house, 2)
    assert [openid for openid, _ in await house.send_all()] == ["kin3"]
    await job(house, 3)
    assert await house.one("SELECT count(*) FROM outbox") == 1, "nobody is told twice"


async def test_n6_every_week_at_the_same_hour_and_what_was_missed_is_not_said_twice(
    house: HomeUnderTest, lead: Viewer
) -> None:
    number = await writes(house, lead, Announce(words="周五有书法课。", repeat="weekly"))
    for _ in range(2):
        await house.hears("你好", "kin3")
        await job(house)
        await house.send_all()
        house.clock.on(days=7)
    assert await house.one("SELECT count(*) FROM announcement_reach WHERE round = 0") == 2
    await job(house)
    assert await house.one("SELECT round FROM announcement") == 3
    house.clock.on(days=40)
    await job(house)
    assert await house.one("SELECT round FROM announcement") == 4, "five weeks away: once, not five times"
    due = await house.one("SELECT due_at FROM announcement WHERE id = ?", number)
    assert datetime.fromtimestamp(due / 1_000_000, UTC) > house.clock()


@pytest.mark.parametrize(
    ("first", "last", "repeat", "then"),
    [
        ("2027-01-31 09:00", "2027-01-31 09:00", Repeat.MONTHLY, "2027-02-28 09:00"),
        ("2027-01-31 09:00", "2027-02-28 09:00", Repeat.MONTHLY, "2027-03-31 09:00"),
        ("2026-12-05 18:30", "2026-12-05 18:30", Repeat.MONTHLY, "2027-01-05 18:30"),
        ("2026-12-05 18:30", "2026-12-05 18:30", Repeat.WEEKLY, "2026-12-12 18:30"),
    ],
)
def test_n6_the_31st_of_a_short_month_is_its_last_day(first: str, last: str, repeat: Repeat, then: str) -> None:
    def at(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=HOME)

    assert next_due(at(first), at(last), repeat, HOME) == at(then)
    assert next_due(at(first), at(last), Repeat.ONCE, HOME) is None


async def test_f42_the_desk_writes_what_is_urgent_and_a_lead_lets_it_go(house: HomeUnderTest, lead: Viewer) -> None:
    desk = await house.staff()
    number = await writes(house, desk, Announce(words=WATER, urgent=True))
    await job(house)
    assert await house.one("SELECT state FROM announcement") == "held"
    with pytest.raises(Invalid, match="放行"):
        await house.database.write(
            lambda db: announcements.decide(db, desk, number, "planned", Decide(), house.clock())
        )
    await house.database.write(lambda db: announcements.decide(db, lead, number, "planned", Decide(), house.clock()))
    await job(house)
    assert await house.one("SELECT state FROM announcement") == "released"
    with pytest.raises(TooLate):
        await house.database.write(lambda db: announcements.decide(db, lead, number, "held", Decide(), house.clock()))
    nurse = await house.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises(NotFound):
        await house.database.write(lambda db: announcements.decide(db, nurse, number, "held", Decide(), house.clock()))


async def test_d12_who_changes_an_older_one_is_told_who_was_first(house: HomeUnderTest, lead: Viewer) -> None:
    later = (house.clock() + timedelta(days=1)).astimezone(HOME).replace(tzinfo=None)
    number = await writes(house, lead, Announce(words=WATER, at=later))
    drawn = await house.database.read(lambda db: announcements.revision_of(access_announcement(db, lead, number)))
    form = Announce(words="改到后天。", at=later, drawn=drawn)
    await house.database.write(lambda db: announcements.change(db, house.house, lead, number, form, house.clock()))
    with pytest.raises(Changed):
        await house.database.write(lambda db: announcements.change(db, house.house, lead, number, form, house.clock()))
    with pytest.raises(Changed):
        await house.database.write(
            lambda db: announcements.decide(db, lead, number, "held", Decide(drawn=drawn), house.clock())
        )
    await house.database.write(lambda db: announcements.decide(db, lead, number, "cancelled", Decide(), house.clock()))
    house.clock.on(days=2)
    await job(house)
    assert await house.one("SELECT count(*) FROM outbox") == 0


async def test_n4_the_preview_says_who_and_how_and_keeps_nothing(house: HomeUnderTest, lead: Viewer) -> None:
    await house.hears("你好", "kin3")
    form = Announce(words=WATER, urgent=True)
    found = await house.database.read(lambda db: announcements.preview(db, house.house, lead, form, house.clock()))
    assert audience.people(found) == (1, 1, 0)
    assert await house.one("SELECT count(*) FROM announcement") == 0


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (Announce(words="  "), "要说的话"),
        (Announce(words="长" * 501), "太长"),
        (Announce(words="好", floor="9"), "没有「9」"),
        (Announce(words="好", resident=7), "没有这位老人"),
        (Announce(words="好", whom="all"), "发给谁"),
        (Announce(words="好", at=datetime(2020, 1, 1, 9, 0, tzinfo=HOME)), "已经过了"),
        (Announce(words="好", at=datetime(2031, 1, 1, 9, 0, tzinfo=HOME)), "年份"),
    ],
)
async def test_n6_a_form_that_cannot_be_meant_says_what_to_write(
    house: HomeUnderTest, lead: Viewer, form: Announce, says: str
) -> None:
    with pytest.raises(Invalid, match=says):
        await writes(house, lead, form)
    assert await house.one("SELECT count(*) FROM announcement") == 0


async def test_l2_after_a_death_the_family_hears_what_was_queued_from_a_person_and_nobody_prints_for_the_dead(
    house: HomeUnderTest, lead: Viewer
) -> None:
    director = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    await writes(house, lead, Announce(words=WATER, urgent=True, whom="both", floor="3"))
    await job(house, 2)
    await house.send_all()
    assert await house.one("SELECT count(*) FROM by_hand WHERE settled_at IS NULL") == 2
    resident = int(await house.one("SELECT id FROM resident WHERE room = '306'"))
    died = SetStatus(status="去世", name="王桂兰")
    await house.database.write(lambda db: residents.set_status(db, director, resident, died, house.clock()))
    assert await house.rows("SELECT kind FROM by_hand WHERE settled_at IS NULL") == [("phone",)]
    await house.hears("你好", "kin3")
    await house.hears("你好", "elder3")
    assert await house.send_all() == [], "no machine tells them of the water"


async def test_f59_who_has_just_told_of_a_death_hears_of_no_water(house: HomeUnderTest, lead: Viewer) -> None:
    await house.hears("你好", "kin3")
    await house.rows("UPDATE conversation SET flow = 'bereaved' WHERE person_id = ?", await house.person("kin3"))
    await writes(house, lead, Announce(words=WATER, urgent=True))
    found = await house.database.read(
        lambda db: announcements.preview(db, house.house, lead, Announce(words=WATER, urgent=True), house.clock())
    )
    assert {one.who.name: one.not_said for one in found}["李静"] == BY_A_PERSON
    await job(house, 2)
    assert await house.send_all() == []


async def test_n4_who_has_one_parent_here_and_one_moved_out_is_told(home: HomeUnderTest) -> None:
    kin = [{"of": "王桂兰", "relation": "女儿"}, {"of": "何秀英", "relation": "外甥女"}]
    scene = {
        "staff": [],
        "people": [*SCENE["people"][:2], {"kind": "family", "name": "李静", "openid": "kin", "kin": kin}],
    }
    await home.database.write(lambda db: houses.furnish(db, home.ids, scene, home.clock()))
    lead = await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.hears("你好", "kin")
    await home.rows("UPDATE resident SET status = '退住' WHERE room = '306'")
    await writes(home, lead, Announce(words=WATER, urgent=True))
    await job(home, 2)
    assert [openid for openid, _ in await home.send_all()] == ["kin"]


async def test_p7_a_restored_copy_tells_nobody_a_second_time(house: HomeUnderTest, lead: Viewer) -> None:
    await house.hears("你好", "kin3")
    await writes(house, lead, Announce(words=WATER, urgent=True))
    await house.database.write(lambda db: epochs.begin(db, house.clock(), []))
    assert await house.one("SELECT state FROM announcement") == "held"
    await job(house, 2)
    assert await house.one("SELECT count(*) FROM outbox") == 0


async def test_p2_who_looks_after_a_floor_writes_to_it_alone_and_sees_no_other(house: HomeUnderTest) -> None:
    desk = await house.staff(Role.DESK, "陈晓雯", "chen", "3")
    with pytest.raises(Invalid, match="自己的楼层"):
        await writes(house, desk, Announce(words="大家好。"))
    with pytest.raises(Invalid, match="自己的楼层"):
        await house.database.read(
            lambda db: announcements.preview(db, house.house, desk, Announce(words="好", floor="2"), house.clock())
        )
    lead = await house.staff(Role.SUPERVISOR, "何志远", "he")
    number = await writes(house, lead, Announce(words="二楼好。", floor="2"))
    with pytest.raises(NotFound):
        await house.database.read(lambda db: access_announcement(db, desk, number))


async def test_n4_words_for_nobody_are_not_kept(house: HomeUnderTest, lead: Viewer) -> None:
    await house.rows("UPDATE resident SET status = '退住'")
    with pytest.raises(Invalid, match="一位也没有"):
        await writes(house, lead, Announce(words=WATER))


async def test_fault_c2_of_one_resident_the_body_is_told_to_who_may_know_of_it(
    house: HomeUnderTest, lead: Viewer
) -> None:
    resident = await house.one("SELECT id FROM resident WHERE room = '306'")
    ill = Announce(words="王桂兰今天发烧 38.5 度，医生看过，开了药。", urgent=True, resident=resident)
    with pytest.raises(Invalid, match="请先打电话"):
        await writes(house, lead, ill)
    called = msgspec.structs.replace(ill, called=True)

    async def said() -> list[str]:
        found = await house.database.read(
            lambda db: announcements.preview(db, house.house, lead, called, house.clock())
        )
        return [one.not_said for one in found]

    assert await said() == ["说到身体，没有同意知道身体情况"]
    await writes(house, lead, called)
    await job(house, 3)
    assert await house.one("SELECT count(*) FROM outbox") == 0
    assert await house.one("SELECT why FROM announcement_reach") == "说到身体，没有同意知道身体情况"
    await house.rows("UPDATE kinship SET scopes = 'daily health'")
    assert await said() == [""]
    winter = Announce(words="冬衣请带来。", resident=resident)
    found = await house.database.read(lambda db: announcements.preview(db, house.house, lead, winter, house.clock()))
    assert [one.not_said for one in found] == [""]


async def test_fault_c2_a_residents_name_goes_to_everybody_only_when_somebody_says_so(
    house: HomeUnderTest, lead: Viewer
) -> None:
    wrong = Announce(words="王桂兰家属请来交费。")
    with pytest.raises(Invalid, match="里面有「王桂兰」"):
        await writes(house, lead, wrong)
    await writes(house, lead, msgspec.structs.replace(wrong, words="祝王桂兰生日快乐。", named=True))
    ill = msgspec.structs.replace(wrong, words="何秀英昨晚摔了，骨折送医院，探视改时间。", named=True, urgent=True)
    with pytest.raises(Invalid, match="又说到身体"):
        await writes(house, lead, ill)
    wang, he = [await house.one("SELECT id FROM resident WHERE room = ?", room) for room in ("306", "201")]
    quarrel = Announce(words="王桂兰和何秀英拌嘴了。", resident=wang)
    with pytest.raises(Invalid, match="里面有「何秀英」"):
        await writes(house, lead, quarrel)
    with pytest.raises(Invalid, match="又说到身体"):
        await writes(house, lead, msgspec.structs.replace(quarrel, words="何秀英尿失禁，王桂兰帮她。", named=True))
    await writes(house, lead, msgspec.structs.replace(ill, resident=he, called=True, named=False))
    floor = await house.staff(Role.DESK, "林可", "lin", "3")
    with pytest.raises(Invalid, match="里面有「何秀英」"):
        await writes(house, floor, Announce(words="何秀英家属请来交费。", floor="3"))


async def test_c8_announcements_that_have_left_are_on_pages(house: HomeUnderTest, lead: Viewer) -> None:
    for number in range(queries.PAGE + 2):
        row = await writes(house, lead, Announce(words=f"第 {number} 条"))
        cancel = partial(announcements.decide, viewer=lead, number=row, verdict="cancelled", form=Decide())
        await house.database.write(partial(cancel, now=house.clock()))
    ahead = await writes(house, lead, Announce(words="还没发"))
    lines, more = await house.database.read(lambda db: queries.listed(db, lead.sight))
    assert (lines[0].row.id, len(lines)) == (ahead, queries.PAGE + 1)
    rest, last = await house.database.read(lambda db: queries.listed(db, lead.sight, more))
    assert ([line.words for line in rest], last) == (["第 1 条", "第 0 条"], 0)
