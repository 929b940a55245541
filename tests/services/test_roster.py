"""The rota: each word is added, the spans follow, the past is frozen, rules warn and never block (L6, F53)."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from care.duty import Watch
from care.errors import Changed, Decided, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.roster import kinds, posts, roster, seats, subject, today, watches
from services.roster.forms import AnswerAsk, CopyWeek, EditPost, Place, PutShift, Swap
from services.subject import Running
from storage import tables
from storage.tables.roster import DutyPost
from storage.unit import Unit
from tests.conftest import HomeUnderTest

SUNDAY = date(2026, 11, 22)
"""The day of the tests, four in the afternoon."""
MONDAY = SUNDAY + timedelta(days=1)
Span = tuple[str, str, str, str]


class Rota:
    """A home with a lead, two carers, and a post that is filled by day and by night."""

    def __init__(self, home: HomeUnderTest, lead: Viewer, zhou: Viewer, wang: Viewer) -> None:
        self.home, self.lead, self.zhou, self.wang = home, lead, zhou, wang

    async def does(self, act: object, viewer: Viewer, *form: object) -> None:
        now = self.home.clock()
        await self.home.database.write(lambda db: act(db, viewer, *form, now))  # type: ignore[operator]

    async def put(self, who: Viewer, day: date, shift: str, post: str = "2 楼", reason: str | None = None) -> None:
        await self.does(
            roster.put, self.lead, PutShift(staff_id=who.id, day=day, shift=shift, post=post, reason=reason)
        )

    async def seat(self, day: date, shift: str) -> dict[str, object]:
        def ask(db: Unit) -> dict[str, object]:
            home = db.get_one(tables.Home, self.lead.home_id)
            post = next(one for one in kinds.posts(db, home.id) if one.name == "2 楼")
            kind = next(one for one in kinds.shifts(db, home.id) if one.name == shift)
            return {
                "post": post.id,
                "day": day,
                "shift": kind.id,
                "drawn": seats.revision_of(db, (post, day, kind)),
            }

        return await self.home.database.read(ask)

    async def spans(self, first: date, days: int = 1) -> list[Span]:
        """Who is on the post on these days, as the home's clock shows it; 没人 is a gap."""
        rows = await self.home.rows(
            "SELECT sp.day, s.name, sp.begins_at, sp.ends_at FROM duty_span sp LEFT JOIN staff s ON s.id = sp.staff_id "
            "JOIN duty_post p ON p.id = sp.post_id WHERE p.name = '2 楼' ORDER BY sp.begins_at, sp.ends_at, sp.id"
        )
        wanted = {str(first + timedelta(days=n)) for n in range(days)}
        kept = [row for row in rows if str(row[0]) in wanted]
        return [(str(day)[8:], name or "没人", clock(begin), clock(end)) for day, name, begin, end in kept]

    async def job(self) -> None:
        running = Running(self.home.database, self.home.house, self.home.ids.home_id, self.home.settings)
        await subject.go_on(running, self.home.clock())


def clock(micros: int) -> str:
    at = datetime.fromtimestamp(micros / 1_000_000, UTC) + timedelta(hours=8)
    return f"{at:%d %H:%M}"


@pytest.fixture
async def rota(home: HomeUnderTest) -> Rota:
    made = Rota(
        home,
        await home.staff(Role.SUPERVISOR, "何志远", "he"),
        await home.staff(Role.CARER, "周敏", "zhou", "2"),
        await home.staff(Role.CARER, "王慧", "wang", "2"),
    )
    form = EditPost(
        post=0, name="2 楼", floors="2", shifts=frozenset({"白", "夜"}), weekdays=frozenset(map(str, range(1, 8)))
    )
    await made.does(posts.edit_post, made.lead, form)
    return made


async def test_l6_a_post_without_anybody_is_a_gap_and_who_is_put_fills_it_over_midnight(rota: Rota) -> None:
    assert await rota.spans(SUNDAY) == [
        ("22", "没人", "22 16:00", "22 20:00"),
        ("22", "没人", "22 20:00", "23 08:00"),
    ]
    await rota.put(rota.zhou, SUNDAY, "夜班", "2层")
    assert await rota.spans(SUNDAY) == [
        ("22", "没人", "22 16:00", "22 20:00"),
        ("22", "周敏", "22 20:00", "23 08:00"),
    ]
    await rota.put(rota.zhou, SUNDAY, "夜")
    assert await rota.home.one("SELECT count(*) FROM rota_change") == 1
    assert len({day for day, *_ in await rota.spans(SUNDAY, 60)}) == 28


async def test_l6_the_past_is_frozen_and_who_is_put_into_a_running_shift_is_there_from_now_on(rota: Rota) -> None:
    with pytest.raises(Invalid, match="已经过了"):
        await rota.put(rota.zhou, SUNDAY - timedelta(days=1), "白")
    await rota.put(rota.zhou, SUNDAY, "白")
    rota.home.clock.on(hours=2)
    form = Place(**await rota.seat(SUNDAY, "白"), out=rota.zhou.id, staff=rota.wang.id)  # type: ignore[arg-type]
    await rota.does(roster.place, rota.lead, form)
    by_day = [span for span in await rota.spans(SUNDAY) if span[3] <= "22 20:00"]
    assert by_day == [("22", "周敏", "22 16:00", "22 18:00"), ("22", "王慧", "22 18:00", "22 20:00")]
    rota.home.clock.on(days=40)
    before = await rota.spans(SUNDAY)
    await rota.job()
    assert await rota.spans(SUNDAY) == before


async def test_l6_a_colleague_who_left_is_nobody_and_the_shift_is_a_gap_again(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    await rota.put(rota.zhou, SUNDAY, "夜")
    await rota.put(rota.zhou, monday, "夜")
    rota.home.clock.on(hours=6)
    now = rota.home.clock()
    await rota.home.database.write(lambda db: setattr(db.get_one(tables.Staff, rota.zhou.id), "left_at", now))
    await rota.job()
    assert [span for span in await rota.spans(SUNDAY, 2) if span[2] >= "22 20:00" and "08:00" in span[3]] == [
        ("22", "没人", "22 22:00", "23 08:00"),
        ("23", "没人", "23 20:00", "24 08:00"),
    ]
    assert ("22", "周敏", "22 20:00", "22 22:00") in await rota.spans(SUNDAY)
    with pytest.raises(Invalid, match="周敏已经停用"):
        await rota.put(rota.zhou, SUNDAY + timedelta(days=3), "夜")


async def test_l6_when_the_clock_of_the_home_is_set_the_days_ahead_follow(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    await rota.put(rota.zhou, monday, "夜")
    await rota.home.database.write(
        lambda db: setattr(db.get_one(tables.Home, rota.lead.home_id), "timezone", "Asia/Urumqi")
    )
    await rota.job()
    assert ("23", "周敏", "23 22:00", "24 10:00") in await rota.spans(monday)
    assert ("23", "周敏", "23 20:00", "24 08:00") not in await rota.spans(monday)
    changed = await rota.home.one("SELECT count(*) FROM duty_span")
    await rota.job()
    assert await rota.home.one("SELECT count(*) FROM duty_span") == changed


async def test_l6_rules_warn_and_ask_for_a_reason_and_never_block(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    await rota.put(rota.zhou, monday, "白")
    await rota.put(rota.zhou, monday, "夜")
    seat = await rota.seat(monday + timedelta(days=1), "白")
    with pytest.raises(seats.AgainstRule, match="周敏连着超过 24 小时"):
        await rota.does(roster.place, rota.lead, Place(**seat, staff=rota.zhou.id))  # type: ignore[arg-type]
    await rota.does(roster.place, rota.lead, Place(**seat, staff=rota.zhou.id, reason="王慧发烧"))  # type: ignore[arg-type]
    rules, reason = (await rota.home.rows("SELECT rules, reason FROM rota_change ORDER BY id DESC"))[0]
    assert rules == "long"
    assert "发烧".encode() not in bytes(reason)
    await rota.put(rota.zhou, monday + timedelta(days=1), "夜")  # a line of a sheet: nobody can be asked
    assert await rota.home.one("SELECT count(*) FROM rota_change") == 4


async def test_l6_only_her_yes_fills_a_gap(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    seat = await rota.seat(monday, "夜")
    for who in (rota.zhou, rota.wang):
        await rota.does(roster.place, rota.lead, Place(**seat, ask=True, staff=who.id))  # type: ignore[arg-type]
    with pytest.raises(Invalid, match="已经问过了"):
        await rota.does(roster.place, rota.lead, Place(**seat, ask=True, staff=rota.zhou.id))  # type: ignore[arg-type]
    assert ("23", "没人", "23 20:00", "24 08:00") in await rota.spans(monday)
    first, second = [number for (number,) in await rota.home.rows("SELECT id FROM rota_change ORDER BY id")]
    with pytest.raises(Forbidden):
        await rota.does(roster.answer, rota.wang, first, "yes", AnswerAsk())
    await rota.does(roster.answer, rota.zhou, first, "yes", AnswerAsk())
    assert ("23", "周敏", "23 20:00", "24 08:00") in await rota.spans(monday)
    with pytest.raises(Decided, match="周敏刚刚已经顶上了这一班"):
        await rota.does(roster.answer, rota.wang, second, "yes", AnswerAsk())
    await rota.does(roster.answer, rota.wang, second, "no", AnswerAsk())


async def test_l6_two_colleagues_swap_as_one_act_and_a_week_is_copied(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    await rota.put(rota.zhou, monday, "白")
    await rota.put(rota.wang, monday, "夜")
    night = await rota.seat(monday, "夜")
    there = f"{night['post']}.{monday}.{night['shift']}.{rota.wang.id}"
    form = Swap(**await rota.seat(monday, "白"), out=rota.zhou.id, there=there)  # type: ignore[arg-type]
    await rota.does(roster.swap, rota.lead, form)
    assert [(name, begin) for _, name, begin, _ in await rota.spans(monday)] == [
        ("王慧", "23 08:00"),
        ("周敏", "23 20:00"),
    ]
    await rota.does(roster.copy_week, rota.lead, CopyWeek(first=monday + timedelta(days=7)))
    assert [name for _, name, *_ in await rota.spans(monday + timedelta(days=7))] == ["王慧", "周敏"]
    with pytest.raises(Invalid, match="没有可以照抄的"):
        await rota.does(roster.copy_week, rota.lead, CopyWeek(first=monday + timedelta(days=7)))
    for far in (date.min, date.max, SUNDAY + timedelta(days=400)):
        with pytest.raises(Invalid, match="太远了"):
            await rota.does(roster.copy_week, rota.lead, CopyWeek(first=far))
    there = f"{'9' * 30}.{monday}.1.1"
    form = Swap(**await rota.seat(monday, "夜"), out=rota.zhou.id, there=there)  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        await rota.does(roster.swap, rota.lead, form)


async def test_l6_who_saves_an_older_page_is_told_who_was_first_and_only_the_lead_edits(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    seat = await rota.seat(monday, "白")
    await rota.put(rota.zhou, monday, "白")
    with pytest.raises(Changed, match="何志远刚刚把这一班改成了周敏"):
        await rota.does(roster.place, rota.lead, Place(**seat, staff=rota.wang.id))  # type: ignore[arg-type]
    with pytest.raises(Forbidden):
        await rota.does(roster.put, rota.zhou, PutShift(staff_id=rota.zhou.id, day=monday, shift="夜"))


async def test_n3_a_line_of_a_sheet_that_names_nothing_we_know_is_told_what_there_is(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    with pytest.raises(Invalid, match="没有「大夜」这种班。现有：白、夜、早"):
        await rota.put(rota.zhou, monday, "大夜")
    with pytest.raises(Invalid, match="没有「9 楼」这个岗位。现有：2 楼"):
        await rota.put(rota.zhou, monday, "白", "9 楼")
    with pytest.raises(Invalid, match="太远了"):
        await rota.put(rota.zhou, date(2036, 11, 23), "白")
    await rota.put(rota.zhou, monday, "休息", "")
    names = await rota.home.database.read(lambda db: [row.name for row in db.scalars(posts.listed(rota.lead.home_id))])
    assert names == ["2 楼", "全院"]
    assert DutyPost.__tablename__ == "duty_post"


async def test_q7_l6_who_is_on_duty_now_is_named_to_whoever_asks_how_to_reach_us(rota: Rota) -> None:
    assert "现在值班" not in await rota.home.hears("联系我们")
    form = EditPost(post=0, name="护士", shifts=frozenset({"白"}), weekdays=frozenset(map(str, range(1, 8))))
    await rota.does(posts.edit_post, rota.lead, form)
    await rota.put(rota.zhou, SUNDAY, "白", "护士")
    await rota.put(rota.wang, SUNDAY, "白", "2 楼")
    house, now = rota.home.house, rota.home.clock()
    house.watches = await rota.home.database.read(lambda db: watches.soon(db, rota.lead.home_id, now))
    said = await rota.home.hears("联系我们")
    assert "0571-8800-0101。\n现在值班：周敏（护士）。\n也可以在这里留言" in said
    rota.home.clock.on(hours=5)
    assert "现在值班" not in await rota.home.hears("联系我们")


async def test_q7_l6_where_no_post_is_for_the_whole_house_two_of_the_floors_are_named(rota: Rota) -> None:
    begins, ends = rota.home.clock() - timedelta(hours=1), rota.home.clock() + timedelta(hours=1)
    rota.home.house.watches = [
        Watch(place, name, begins, ends, frozenset({floor}))
        for place, floor, name in (
            ("2 楼", "2", "周敏"),
            ("3 楼", "3", ""),
            ("4 楼", "4", "王芳"),
            ("5 楼", "5", "刘洋"),
        )
    ]
    assert "现在值班：周敏（2 楼）、王芳（4 楼）。" in await rota.home.hears("联系我们")


async def test_l6_of_two_leads_who_fill_one_seat_at_once_the_second_is_told(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    seat = await rota.seat(monday, "夜")
    forms = [Place(**seat, staff=who.id) for who in (rota.zhou, rota.wang)]  # type: ignore[arg-type]
    acts = [rota.does(roster.place, rota.lead, form) for form in forms]
    ends = await asyncio.gather(*acts, return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["Changed", "NoneType"]
    assert len([span for span in await rota.spans(monday) if span[1] != "没人"]) == 1


async def test_n3_many_lines_are_put_at_once_and_each_that_is_not_says_why(rota: Rota) -> None:
    monday = SUNDAY + timedelta(days=1)
    lines = [
        PutShift(staff_id=rota.zhou.id, day=monday, shift="白", post="2 楼"),
        PutShift(staff_id=rota.zhou.id, day=monday, shift="晚", post="2 楼"),
        PutShift(staff_id=rota.wang.id, day=SUNDAY - timedelta(days=1), shift="白", post="2 楼"),
        PutShift(staff_id=rota.wang.id, day=monday, shift="夜", post="2 楼"),
    ]
    now = rota.home.clock()
    told = await rota.home.database.write(lambda db: roster.put_all(db, rota.lead, lines, now))
    assert [bool(one) for one in told] == [False, True, True, False]
    assert "没有「晚」这种班" in told[1]
    assert [name for _, name, *_ in await rota.spans(monday)] == ["周敏", "王慧"]


async def test_l6_the_next_gaps_stand_on_the_page_of_today_by_their_day(rota: Rota) -> None:
    async def lines(who: Viewer) -> list[tuple[str, str, str]]:
        now = rota.home.clock()
        found = await rota.home.database.read(lambda db: today.lines(db, who, now))
        return [(line.look, line.title, line.act) for line in found if line.tag in {"没人", "排班", "请您顶"}]

    assert await lines(rota.zhou) == [
        ("bad", "今天白班（16:00 到 20:00）2 楼没人", "去看"),
        ("bad", "今天夜班（20:00 到 08:00）2 楼没人", "去看"),
        ("bad", "明天白班（08:00 到 20:00）2 楼没人", "去看"),
        ("bad", "今后七天另外还有 12 处没人", "去看"),
    ]
    for who, day, shift in ((rota.zhou, SUNDAY, "白"), (rota.wang, SUNDAY, "夜"), (rota.zhou, MONDAY, "白")):
        await rota.put(who, day, shift)
    await rota.put(rota.wang, MONDAY, "夜")
    assert (await lines(rota.lead))[0] == ("bad", "周二（24 日）白班（08:00 到 20:00）2 楼没人", "去排")
    auditor = await rota.home.staff(Role.AUDITOR, "马文静", "ma")
    assert await lines(auditor) == []
