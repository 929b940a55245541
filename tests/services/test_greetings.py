"""Greetings and reminders: once each, with a reason for everybody who gets none, and never after a death (H1, B1, R1,
L2).
"""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from care.choices import Choices
from care.errors import Conflict, Invalid, NotFound, TooLate
from care.states import Role
from services.access import Viewer
from services.families.reach import why_not
from services.greetings import occasions
from services.greetings.forms import BookVisit, DecidePlan
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from storage import tables
from storage.queries import families
from tests import houses
from tests.conftest import HomeUnderTest
from tests.services.hints import Hints

SCENE = {
    "staff": [],
    "people": [
        {
            "openid": "grandma",
            "name": "王桂兰",
            "kind": "elder",
            "room": "306",
            "bed": "1",
            "sex": "女",
            "born": "1944-11-30",
        },
        {
            "openid": "daughter",
            "name": "李静",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily"}],
        },
        {
            "openid": "abroad",
            "name": "李明",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "儿子", "scopes": "daily"}],
        },
        {
            "openid": "cousin",
            "name": "赵磊",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "表弟", "scopes": "billing"}],
        },
    ],
    "residents": [["201", "2", "何秀英", "女", "1938-11-25"]],
}


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


async def plans(home: HomeUnderTest) -> int:
    wanted = await home.database.read(lambda db: occasions.missing(db, home.house, home.ids.home_id, home.clock()))
    return await home.database.write(lambda db: occasions.plan(db, home.house, home.ids.home_id, wanted))


async def release(home: HomeUnderTest) -> int:
    numbers = await home.database.read(lambda db: occasions.due(db, home.ids.home_id, home.clock()))
    said = 0
    for number in numbers:
        said += await home.database.write(
            lambda db, n=number: occasions.release(db, home.house, n, home.clock())  # type: ignore[misc]
        )
    return said


async def states(home: HomeUnderTest, occasion: str) -> dict[str, tuple[str, str | None]]:
    rows = await home.rows(
        "SELECT f.openid, p.state, p.why FROM plan p JOIN follower f ON f.person_id = p.person_id WHERE p.occasion = "
        "? ORDER BY f.openid",
        occasion,
    )
    return {openid: (state, why) for openid, state, why in rows}


async def everybody_writes(home: HomeUnderTest) -> None:
    for openid in ("grandma", "daughter", "abroad", "cousin"):
        await home.hears("你好", openid)


async def left(home: HomeUnderTest) -> list[tuple[str, str]]:
    """Why each thing that a machine said by itself was said, and its words."""
    rows = await home.rows(
        "SELECT id, purpose FROM outbox "
        "WHERE purpose IN ('greeting', 'greeting_elder', 'birthday_soon', 'reminder') ORDER BY id"
    )
    bodies = await home.database.read(
        lambda db: {row.id: db.open(row, "body") for row in db.scalars(select(tables.OutboxBody))}
    )
    return [(purpose, bodies[number] or "") for number, purpose in rows]


def at_home(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


async def test_b1_a_birthday_is_planned_once_told_once_and_the_family_is_asked_three_days_before(
    house: HomeUnderTest,
) -> None:
    assert await plans(house) == 5  # herself, three relatives to be asked, and who has no phone in WeChat
    assert await plans(house) == 0
    house.clock.now = at_home(date(2026, 11, 27), 9)
    await everybody_writes(house)
    assert await release(house) == 2
    assert await states(house, "birthday-soon") == {
        "abroad": ("sent", None),
        "cousin": ("skipped", "没有同意看日常"),
        "daughter": ("sent", None),
    }
    assert "11月30日是王桂兰的生日" in dict(await house.send_all())["daughter"]
    house.clock.now = at_home(date(2026, 11, 30), 8, 30)
    await house.hears("早", "grandma")
    assert await release(house) == 1
    assert dict(await house.send_all()) == {"grandma": "王奶奶，生日好。青禾颐养院的同事祝您身体硬朗、天天开心。"}
    assert await release(house) == 0
    house.clock.on(days=1)
    assert await plans(house) == 0


async def test_b1_what_is_late_or_cannot_be_sent_is_left_to_a_person(house: HomeUnderTest) -> None:
    await plans(house)
    house.clock.now = at_home(date(2026, 11, 30), 8, 30)
    hints = Hints(house)
    assert await release(house) == 1
    assert "days" in await hints.told(), "the open pages show why at once"
    assert await states(house, "birthday") == {"grandma": ("sent", None)}
    assert await house.send_all() == []
    assert await house.rows("SELECT kind, settled_at FROM by_hand") == [("print", None)], "a card for the bedside"
    assert {why for _, why in (await states(house, "birthday-soon")).values()} == {"过了那一天，不补发"}


async def test_l2_nobody_is_greeted_after_a_death_in_hospital_or_hush(house: HomeUnderTest) -> None:
    director = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    number = int(await house.one("SELECT id FROM resident WHERE room = '306'"))
    await plans(house)
    house.clock.now = at_home(date(2026, 11, 30), 8, 0)
    await everybody_writes(house)

    async def becomes(status: str) -> str:
        await house.database.write(
            lambda db: residents.set_status(
                db, director, number, SetStatus(status=status, name="王桂兰"), house.clock()
            )
        )
        who = await house.database.read(lambda db: families.one(db, int(grandma), number))
        return why_not(who, "birthday", house.clock()) if who else "没有这个人"

    grandma = await house.person("grandma")
    assert await becomes("住院") == "老人住院，不发欢快的话"
    assert await becomes("在住") == "刚出院，回院交接还没签"
    assert await becomes("去世") == "老人已去世"
    house.clock.now = at_home(date(2026, 11, 30), 8, 30)
    assert await release(house) == 0
    assert await states(house, "birthday") == {"grandma": ("skipped", "老人已去世")}
    house.clock.now = at_home(date(2027, 1, 20), 9)
    assert await plans(house) == 1  # nothing new is ever planned about the dead; the other one has a festival
    assert (
        await house.one("SELECT count(*) FROM plan WHERE occasion = 'spring-festival' AND resident_id = ?", number) == 0
    )
    assert [words for _, words in await house.send_all()] == []


async def test_h1_spring_festival_goes_to_elders_and_families_in_words_of_their_own(house: HomeUnderTest) -> None:
    house.clock.now = at_home(date(2027, 1, 20), 9)
    assert await plans(house) == 5
    house.clock.now = at_home(date(2027, 2, 6), 9)
    await everybody_writes(house)
    assert await release(house) == 4
    told = dict(await house.send_all())
    cards = await house.one("SELECT count(*) FROM by_hand WHERE kind = 'print'")
    assert cards == 1, "who has no phone in WeChat gets a card for the bedside"
    assert told["grandma"].startswith("王奶奶，过年好。青禾颐养院的同事给您拜年")
    assert "王桂兰在这里有我们照看" in told["daughter"]
    assert "cousin" not in told
    assert await house.rows("SELECT DISTINCT period FROM plan WHERE occasion = 'spring-festival'") == [("2027-lunar",)]


async def test_h1_n3_a_home_chooses_its_festivals_and_one_that_it_gave_up_is_not_said(house: HomeUnderTest) -> None:
    house.house.choices = Choices(festivals=frozenset({"womens-day", "chuxi"}))
    house.clock.now = at_home(date(2027, 2, 4), 9)
    assert await plans(house) == 5, "除夕, and not 春节; the women's day is too far"
    house.clock.now = at_home(date(2027, 2, 25), 9)
    assert await plans(house) == 2, "the two women alone: no man and no family is greeted on that day"
    await everybody_writes(house)
    house.house.choices = Choices(festivals=frozenset())
    house.clock.now = at_home(date(2027, 3, 8), 9)
    await everybody_writes(house)
    assert await release(house) == 0
    assert await states(house, "womens-day") == {"grandma": ("skipped", "这一天院里不问候")}


async def test_f16_a_son_abroad_is_not_woken(house: HomeUnderTest) -> None:
    await house.rows("UPDATE person SET timezone = 'Europe/London' WHERE id = ?", await house.person("abroad"))
    await plans(house)
    due = dict(
        await house.rows(
            "SELECT f.openid, p.due_at FROM plan p JOIN follower f ON f.person_id = p.person_id WHERE p.occasion = "
            "'birthday-soon'"
        )
    )
    assert due["daughter"] == int(at_home(date(2026, 11, 27), 9).timestamp() * 1e6)
    assert due["abroad"] == int(at_home(date(2026, 11, 27), 16).timestamp() * 1e6)  # eight in the morning in London


async def test_h1_a_colleague_holds_cancels_and_lets_go_and_what_left_stays(house: HomeUnderTest) -> None:
    desk, carer = await house.staff(), await house.staff(Role.CARER, "周敏", "zhou", "3")
    await plans(house)
    herself = await house.person("grandma")
    number = int(await house.one("SELECT id FROM plan WHERE occasion = 'birthday' AND person_id = ?", herself))

    async def decide(who: Viewer, verdict: str) -> None:
        await house.database.write(lambda db: occasions.decide(db, who, number, verdict, DecidePlan(), house.clock()))

    for verdict, state in (("held", "held"), ("cancelled", "cancelled"), ("planned", "planned"), ("held", "held")):
        await decide(desk, verdict)
        assert await house.one("SELECT state FROM plan WHERE id = ?", number) == state
    house.clock.now = at_home(date(2026, 11, 30), 9)
    await house.hears("早", "grandma")
    assert await release(house) == 0
    with pytest.raises(NotFound):
        await decide(carer, "planned")
    with pytest.raises(Invalid):
        await decide(desk, "maybe")
    await decide(desk, "planned")
    assert await release(house) == 1
    await decide(desk, "held")  # it is queued and has not left: it is taken back
    assert await house.send_all() == []
    await decide(desk, "planned")
    assert await release(house) == 1
    assert len(await house.send_all()) == 1
    with pytest.raises(TooLate):
        await decide(desk, "held")
    assert await house.one("SELECT state FROM plan WHERE id = ?", number) == "sent"


async def test_fault_c6_an_open_complaint_pauses_greetings_for_who_complained_alone(house: HomeUnderTest) -> None:
    await plans(house)
    house.clock.now = at_home(date(2026, 11, 27), 8, 0)
    await everybody_writes(house)
    await house.hears("护工打我妈，我要投诉", "daughter")
    house.clock.now = at_home(date(2026, 11, 27), 9)
    assert await release(house) == 1
    assert await states(house, "birthday-soon") == {
        "abroad": ("sent", None),
        "cousin": ("skipped", "没有同意看日常"),
        "daughter": ("skipped", "先问过主管再说"),
    }, "and nobody learns from the schedule that there is a complaint (C14)"
    house.clock.now = at_home(date(2026, 11, 30), 8, 30)
    await house.hears("早", "grandma")
    assert await release(house) == 1
    assert await states(house, "birthday") == {"grandma": ("sent", None)}


async def test_r1_each_visit_is_reminded_with_its_own_time(house: HomeUnderTest) -> None:
    desk = await house.staff()
    number, person = int(await house.one("SELECT id FROM resident WHERE room = '306'")), await house.person("daughter")
    for day, hour in ((24, 10), (29, 15)):
        visit = at_home(date(2026, 11, day), hour)
        await house.database.write(
            lambda db, at=visit: occasions.book_visit(  # type: ignore[misc]
                db, house.house, desk, number, BookVisit(person=person, at=at), house.clock()
            )
        )
    with pytest.raises(Conflict):
        await house.database.write(
            lambda db: occasions.book_visit(
                db,
                house.house,
                desk,
                number,
                BookVisit(person=person, at=at_home(date(2026, 11, 29), 15)),
                house.clock(),
            )
        )
    house.clock.now = at_home(date(2026, 11, 28), 18)
    await house.hears("你好", "daughter")
    await release(house)
    assert [words for _, words in await house.send_all() if "提醒您" in words] == [
        "提醒您：明天 15:00 来看王桂兰。请错开午休；感冒、发热请改天，或改成视频。来不了，回一句就行。"
    ]


async def test_r1_a_visit_is_reminded_the_evening_before(house: HomeUnderTest) -> None:
    desk = await house.staff()
    number, person = int(await house.one("SELECT id FROM resident WHERE room = '306'")), await house.person("daughter")
    visit = at_home(date(2026, 11, 25), 15)
    await house.database.write(
        lambda db: occasions.book_visit(
            db, house.house, desk, number, BookVisit(person=person, at=visit), house.clock()
        )
    )
    for whom, at in ((person, house.clock() - timedelta(hours=1)), (await house.person("grandma"), visit)):
        with pytest.raises((Invalid, NotFound)):
            await house.database.write(
                lambda db, w=whom, a=at: occasions.book_visit(  # type: ignore[misc]
                    db, house.house, desk, number, BookVisit(person=w, at=a), house.clock()
                )
            )
    house.clock.now = at_home(date(2026, 11, 24), 18)
    await house.hears("你好", "daughter")
    assert await release(house) == 1
    told = dict(await house.send_all())
    assert (
        told["daughter"]
        == "提醒您：明天 15:00 来看王桂兰。请错开午休；感冒、发热请改天，或改成视频。来不了，回一句就行。"
    )


def test_b1_people_are_called_as_in_the_house() -> None:
    assert [occasions.called(name, sex) for name, sex in (("王桂兰", "女"), ("欧阳明", "男"), ("王桂兰", None))] == [
        "王奶奶",
        "欧阳爷爷",
        "王桂兰",
    ]


async def test_fault_t_what_left_is_stored_as_a_wish_or_as_a_reminder(house: HomeUnderTest) -> None:
    desk = await house.staff()
    number, person = int(await house.one("SELECT id FROM resident WHERE room = '306'")), await house.person("daughter")
    visit = BookVisit(person=person, at=at_home(date(2026, 12, 1), 15))
    await house.database.write(lambda db: occasions.book_visit(db, house.house, desk, number, visit, house.clock()))
    await plans(house)
    for at in (at_home(date(2026, 11, 27), 9), at_home(date(2026, 11, 30), 9), at_home(date(2026, 11, 30), 18)):
        house.clock.now = at
        await everybody_writes(house)
        await release(house)
    purposes = {words[:6]: why for why, words in await left(house)}
    assert purposes == {"11月30日": "birthday_soon", "王奶奶，生日": "greeting_elder", "提醒您：明天": "reminder"}


async def test_fault_c4_a_visit_lies_ahead_and_within_a_year(house: HomeUnderTest) -> None:
    desk = await house.staff()
    number, person = int(await house.one("SELECT id FROM resident WHERE room = '306'")), await house.person("daughter")
    for at, why in (
        (datetime.fromisoformat("2025-11-23T10:00"), "已经过了"),
        (datetime.fromisoformat("2036-01-01T10:00"), "一年以后"),
        (datetime.fromisoformat("9999-12-31T23:59"), "一年以后"),
        (datetime.fromisoformat("0001-01-01T00:00"), "已经过了"),
    ):
        with pytest.raises(Invalid, match=why):
            await house.database.write(
                lambda db, a=at: occasions.book_visit(  # type: ignore[misc]
                    db, house.house, desk, number, BookVisit(person=person, at=a), house.clock()
                )
            )


async def test_fault_t_a_hush_and_its_end_are_told_apart_in_the_trace(house: HomeUnderTest) -> None:
    nurse = await house.staff(Role.NURSE, "唐雨", "tang")
    number = int(await house.one("SELECT id FROM resident WHERE room = '306'"))
    for on in (True, False):
        form = Hush(on=on)
        await house.database.write(
            lambda db, form=form: residents.hush(db, nurse, number, form, house.clock())  # type: ignore[misc]
        )
    traces = await house.rows("SELECT action FROM audit WHERE subject = ? ORDER BY id", f"resident:{number}")
    assert [action for (action,) in traces] == ["hush", "lift_hush"]


async def test_f10_who_accuses_a_colleague_is_not_wished_a_happy_day_while_it_is_open(house: HomeUnderTest) -> None:
    await house.staff(Role.CARER, "周敏", "zhou")
    house.clock.now = at_home(date(2026, 11, 30), 8, 0)
    await everybody_writes(house)
    await house.hears("周敏掐我妈胳膊", "daughter")
    number = int(await house.one("SELECT id FROM resident WHERE room = '306'"))

    async def left_out(openid: str) -> str:
        person = await house.person(openid)
        who = await house.database.read(lambda db: families.one(db, person, number))
        return why_not(who, "spring-festival", house.clock()) if who else ""

    assert await left_out("daughter") == "先问过主管再说"
    assert await left_out("abroad") == "", "her brother learns nothing of it"
    await house.rows("UPDATE accused SET state = 'lifted'")
    assert await left_out("daughter") == ""
    await house.rows("UPDATE accused SET state = 'confirmed'")
    assert await left_out("daughter") == "", "decided, and no case is open"
