"""The calendar of the home: filled where the year is published, set by hand with a reason, red when nobody knows
(N8).
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest

from care.errors import Changed, Forbidden, Invalid
from care.quiet_hours import is_quiet, next_allowed
from care.states import DayKind, Role
from services.access import Viewer
from services.promises import promises
from services.roster import days, hours, subject, today
from services.roster.forms import CheckYear, SetDay, SetHours
from services.subject import Running
from storage.store import Store
from storage.types import moment
from tests.conftest import HomeUnderTest

OFFICE = {
    f"desk-{n}-{part}": frozenset({clock})
    for n in range(1, 6)
    for part, clock in zip("abcd", ("08:30", "12:00", "13:30", "17:30"), strict=True)
} | {"quiet-elder-a": frozenset({"20:00"}), "quiet-elder-b": frozenset({"07:00"})}
FAMILIES = {"quiet-family-a": frozenset({"21:00"}), "quiet-family-b": frozenset({"08:30"})}
ALL = OFFICE | FAMILIES


@pytest.fixture
async def lead(home: HomeUnderTest) -> Viewer:
    return await home.staff(Role.DIRECTOR, "沈国平", "shen")


async def fills(home: HomeUnderTest) -> None:
    await subject.fill_years(Running(home.database, home.house, home.ids.home_id, home.settings), home.clock())


async def learns(home: HomeUnderTest) -> None:
    """What `bot.looks` does."""
    now, number = home.clock(), home.ids.home_id
    home.house.desk, home.house.quiet = await home.database.read(
        lambda db: (hours.desk(db, number, now), hours.quiet(db, number))
    )


async def sets(home: HomeUnderTest, viewer: Viewer, form: SetDay | CheckYear | SetHours) -> None:
    act = {SetDay: days.set_day, CheckYear: days.check_year, SetHours: hours.set_hours}[type(form)]
    await home.database.write(lambda db: act(db, viewer, form, home.clock()))  # type: ignore[operator]


async def kinds(home: HomeUnderTest, *wanted: date) -> list[DayKind | None]:
    found = await home.database.read(lambda db: days.workdays(db, home.ids.home_id, date(2026, 1, 1)))
    return [found.kind(day) for day in wanted]


async def test_n8_a_published_year_is_filled_once_and_what_was_set_by_hand_stays(
    home: HomeUnderTest, lead: Viewer
) -> None:
    national, made_up, plain = date(2026, 10, 1), date(2026, 10, 10), date(2026, 12, 26)
    await sets(home, lead, SetDay(day=plain, kind="workday", name="家属开放日", reason="家属开放日，客服上班"))
    await fills(home)
    assert await kinds(home, national, made_up, plain) == [DayKind.HOLIDAY, DayKind.MAKEUP, DayKind.WORKDAY]
    rows = await home.one("SELECT count(*) FROM calendar_day")
    await fills(home)
    assert await home.one("SELECT count(*) FROM calendar_day") == rows
    assert await home.rows("SELECT year, source FROM calendar_year") == [(2026, "filled")]


async def test_n8_a_day_is_set_with_a_reason_and_taken_back_to_what_is_published(
    home: HomeUnderTest, lead: Viewer
) -> None:
    day = date(2026, 12, 31)
    with pytest.raises(Invalid, match="请写一句原因"):
        await sets(home, lead, SetDay(day=day, kind="holiday"))
    drawn = days.day_revision(None)
    await sets(home, lead, SetDay(day=day, kind="holiday", name="院庆", reason="院庆放一天", drawn=drawn))
    with pytest.raises(Changed, match="沈国平刚刚把这一天改成了「放假」"):
        await sets(home, lead, SetDay(day=day, kind="makeup", reason="补班", drawn=drawn))
    await sets(home, lead, SetDay(day=day, kind="makeup", name="补班", reason="院庆改到下周"))
    assert await home.rows("SELECT kind, name FROM calendar_day WHERE day = ?", day) == [("makeup", "补班")]
    await sets(home, lead, SetDay(day=day, kind="plain"))
    assert await kinds(home, day) == [None]
    with pytest.raises(Invalid, match="已经过了"):
        await sets(home, lead, SetDay(day=date(2026, 11, 1), kind="holiday", reason="补记"))
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises(Forbidden):
        await sets(home, nurse, SetDay(day=day, kind="holiday", reason="想放假"))


async def test_n8_a_year_without_its_days_is_red_from_december_on_and_never_guessed(
    home: HomeUnderTest, lead: Viewer
) -> None:
    await fills(home)

    async def red() -> list[str]:
        now = home.clock()
        return [line.title for line in await home.database.read(lambda db: today.lines(db, lead, now))][1:]

    assert await red() == []
    home.clock.now = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)  # midnight in the home
    assert await red() == ["2027 年的放假和调休还没有数据"]
    with pytest.raises(Invalid, match="还没填全"):
        await sets(home, lead, CheckYear(year=2027))
    for n in range(7):
        await sets(home, lead, SetDay(day=date(2027, 2, 5) + timedelta(days=n), kind="holiday", reason="国务院通知"))
    await sets(home, lead, CheckYear(year=2027))
    assert await red() == []


async def test_n8_q4_the_machine_promises_by_the_hours_of_the_desk(home: HomeUnderTest, lead: Viewer) -> None:
    await fills(home)
    home.clock.now = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)  # 22:10
    assert "明天 09:00 前" in await home.hears("你们的窗帘多久洗一次", "before")
    await sets(home, lead, SetHours(hours=ALL))
    await learns(home)
    assert "明天 09:30 前" in await home.hears("你们的窗帘多久洗一次")
    await sets(home, lead, SetDay(day=date(2026, 11, 24), kind="holiday", name="院庆", reason="院庆"))
    await learns(home)
    assert "后天 09:30 前" in await home.hears("你们的窗帘多久洗一次", "another")


async def test_n8_f16_quiet_hours_are_the_homes_own_and_keep_the_night(home: HomeUnderTest, lead: Viewer) -> None:
    await sets(home, lead, SetHours(hours=ALL))
    await learns(home)
    quiet, zone = home.house.quiet, home.house.home.zone
    at = datetime(2026, 11, 23, 13, 15, tzinfo=UTC)  # 21:15
    assert is_quiet(at, zone, "family", quiet)
    assert not is_quiet(at, zone, "family")
    assert next_allowed(at, zone, "family", quiet) == datetime(2026, 11, 24, 0, 30, tzinfo=UTC)
    assert is_quiet(datetime(2026, 11, 23, 4, 30, tzinfo=UTC), zone, "elder", quiet)  # noon stays
    wrong: list[tuple[Mapping[str, frozenset[str]], str]] = [
        (ALL | {"quiet-family-b": frozenset({"03:00"})}, "夜里机器人不说话"),
        (ALL | {"desk-1-b": frozenset({"08:00"})}, "周一：08:30 到 08:00，止要晚于起"),
        (ALL | {"desk-2-c": frozenset({"11:00"})}, "周二的两段时间叠在一起了"),
        (ALL | {"desk-3-a": frozenset({"早上"})}, "周三：请写几点到几点"),
        (FAMILIES | {"quiet-elder-a": frozenset({"20:00"})}, "一周七天都没有人"),
        (ALL | {"quiet-nap-a": frozenset({"10:00"}), "quiet-nap-b": frozenset({"14:00"})}, "在 11:00 到 15:30 之间"),
    ]
    for given, why in wrong:
        with pytest.raises(Invalid, match=why):
            await sets(home, lead, SetHours(hours=given))


async def test_n8_f16_the_rest_at_noon_is_the_homes_own_too_and_it_may_have_none(
    home: HomeUnderTest, lead: Viewer
) -> None:
    noon, later = (datetime(2026, 11, 23, hour, 30, tzinfo=UTC) for hour in (4, 5))  # 12:30, 13:30
    for begin, end, silent in (("12:00", "13:00", [True, False]), ("", "", [False, False])):
        nap = {"quiet-nap-a": frozenset({begin}), "quiet-nap-b": frozenset({end})}
        await sets(home, lead, SetHours(hours=ALL | nap))
        await learns(home)
        quiet, zone = home.house.quiet, home.house.home.zone
        assert [is_quiet(at, zone, "elder", quiet) for at in (noon, later)] == silent
    await sets(home, lead, SetHours(hours=ALL))
    await learns(home)
    assert not is_quiet(noon, home.house.home.zone, "elder", home.house.quiet), "a form without it leaves it as it is"


async def test_n8_q4_what_comes_in_while_a_colleague_answers_the_night_does_not_get_the_nights_length(
    home: HomeUnderTest, lead: Viewer
) -> None:
    await sets(home, lead, SetHours(hours=ALL))
    await learns(home)
    home.clock.now = datetime(2026, 11, 23, 14, 10, tzinfo=UTC)  # 22:10
    await home.hears("你们的窗帘多久洗一次")
    home.clock.now = written = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # nine in the morning
    home.clock.on(minutes=5)
    await home.hears("还想问一下被子多久晒一次")
    person = await home.person()

    def keep(store: Store) -> None:
        store.lock_persons(person)
        promises.keep(store, person, lead.id, home.clock(), how="message", written_at=written)

    await home.database.store(keep)
    due = await home.one("SELECT due_at FROM promise WHERE kept_at IS NULL AND kind = 'reply'")
    assert moment(due) == home.clock() + timedelta(hours=2)
