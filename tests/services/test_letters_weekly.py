"""每周家书: the whole of a week once, and how it goes with somebody in hospital (U1, U2, U3, F20, F45, N7)."""

from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest

from care import weekly as rules
from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Role
from care.weekly import Kind
from conversations import events
from services.access import Viewer
from services.families import consents, ties
from services.families.access import access_tie
from services.families.forms import EditRelative
from services.letters import letters, weekly, weekly_today
from services.letters.forms import LetGo, WithdrawLetter, WriteWeekly
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from storage import tables
from storage.queries import letters_weekly as queries
from storage.queries import residents_timeline
from storage.tables.letters_weekly import WeeklyLetter
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.evenings import house, releases, resident, writes

__all__ = ["house"]
SUNDAY = date(2026, 11, 22)
TICKED = {
    "mind": frozenset({"想家"}),
    "content": frozenset({"满意"}),
    "needs": frozenset({"换季衣服", "想家人来看看"}),
    "body": frozenset({"平稳"}),
}
BED = {
    "body": frozenset({"好转"}),
    "mood": frozenset({"平静"}),
    "meals": frozenset({"一半"}),
    "sleep": frozenset({"好"}),
}
WORDS = "这一周学会了折纸花，天天念叨外孙女。"


async def carer(home: HomeUnderTest) -> Viewer:
    return await home.staff(Role.CARER, "周敏", "zhou", "3")


async def pens(home: HomeUnderTest, who: Viewer, day: date = SUNDAY, **more: object) -> WeeklyLetter:
    number = await resident(home)
    form = msgspec.convert(
        {"day": day, "kind": "week", "ticked": TICKED, "sentence": WORDS, "plan": "周三理发。"} | more, WriteWeekly
    )
    row: WeeklyLetter = await home.database.write(
        lambda db: weekly.write(db, home.house, who, number, form, home.clock())
    )
    return row


async def goes(home: HomeUnderTest) -> int:
    """What the job does: those of a week, then those of the day."""
    found = await home.database.read(lambda db: weekly.due(db, home.house, home.ids.home_id, home.clock()))
    opened = 0
    for number in found:
        opened += await home.database.write(
            lambda db, n=number: weekly.release(db, home.house, n, home.clock())  # type: ignore[misc]
        )
    await releases(home)
    return opened


async def reads(home: HomeUnderTest, openid: str, number: int) -> queries.Page:
    page: queries.Page = await home.database.write(
        lambda db: weekly.opened(db, letters.who_reads(db, openid), number, home.clock())
    )
    return page


def at_letters(home: HomeUnderTest, day: date = SUNDAY) -> None:
    home.clock.now = max(home.clock(), letters.release_at(home.settings.home, day))


async def said(home: HomeUnderTest) -> list[tuple[str, str]]:
    return [(who, words) for who, words in await home.send_all() if "家书" in words or "医院" in words]


async def test_u1_on_sunday_evening_one_message_tells_of_the_week_and_of_the_day(house: HomeUnderTest) -> None:
    who = await carer(house)
    await house.hears("你好", "daughter")
    await writes(house, who)
    row = await pens(house, who)
    assert await goes(house) == 0
    with pytest.raises(NotFound):
        await reads(house, "daughter", row.id)
    at_letters(house)
    assert await goes(house) == 1
    assert await said(house) == [("daughter", "王桂兰这一周的家书到了，（网页还没有配好，请问同事）")]
    assert await goes(house) == 0
    menu = await house.hears(events.Click("LETTER"), "niece")
    assert "王桂兰，11月22日" in menu
    assert "王桂兰，这一周（11月22日）" in menu


async def test_u2_a_week_counts_itself_and_each_reads_what_was_agreed(house: HomeUnderTest) -> None:
    who = await carer(house)
    await writes(house, who, ticked={"meals": frozenset({"全部"}), "doing": frozenset({"唱歌"})})
    row = await pens(house, who)
    at_letters(house)
    await goes(house)
    daughter, niece = await reads(house, "daughter", row.id), await reads(house, "niece", row.id)
    assert (daughter.sheet.title, niece.sheet.title) == ("妈妈的一周", "王桂兰的一周")
    assert [name for name, _ in daughter.sheet.facts] == ["心里", "住得满意吗", "想要的", "身体"]
    assert [name for name, _ in niece.sheet.facts] == ["心里", "住得满意吗", "想要的"]
    assert (daughter.sheet.days, daughter.sheet.did) == (1, [("活动", "唱歌 1 次")])
    meals = daughter.sheet.trend[0]
    assert (meals.name, meals.levels, meals.words) == ("吃饭", (0, 0, 0, 0, 0, 0, 1.0), "全部 1 天")
    assert daughter.sheet.today
    with pytest.raises(NotFound):
        await reads(house, "cousin", row.id)
    page = await house.database.write(
        lambda db: weekly.react(db, letters.who_reads(db, "daughter"), row.id, "谢谢", house.clock())
    )
    assert page.reaction == "谢谢"
    with pytest.raises(Invalid, match="四个"):
        await house.database.write(
            lambda db: weekly.react(db, letters.who_reads(db, "daughter"), row.id, "好", house.clock())
        )
    shelf, _ = await house.database.read(lambda db: queries.shelf(db, letters.who_reads(db, "niece")))
    assert [(one[1], one[2], one[4]) for one in shelf] == [("王桂兰的一周", SUNDAY - timedelta(days=6), True)]


async def test_u2_what_was_not_asked_is_not_sent(house: HomeUnderTest) -> None:
    who = await carer(house)
    with pytest.raises(Invalid, match="还没有点：心里"):
        await pens(house, who, ticked=TICKED | {"mind": frozenset()})
    with pytest.raises(Invalid, match="只属于这位老人"):
        await pens(house, who, sentence="好")
    with pytest.raises(Invalid, match="留一样"):
        await pens(house, who, ticked=TICKED | {"needs": frozenset({"不缺什么", "鞋袜"})})
    with pytest.raises(Invalid, match="300 个字"):
        await pens(house, who, sentence="好" * 301)
    with pytest.raises(Invalid, match="120 个字"):
        await pens(house, who, plan="好" * 121)
    with pytest.raises(Invalid, match="过了日子"):
        await pens(house, who, day=SUNDAY + timedelta(days=7))
    with pytest.raises(Invalid, match="刷新"):
        await pens(house, who, kind="hospital")
    await pens(house, who)
    house.clock.on(days=1)
    with pytest.raises(Invalid, match="上一封一样"):
        await pens(house, who, day=SUNDAY + timedelta(days=7))


async def test_f12_bad_news_of_a_week_waits_for_a_call(house: HomeUnderTest) -> None:
    who, nurse = await carer(house), await house.staff(Role.NURSE, "何苗", "he", "3")
    row = await pens(house, who, ticked=TICKED | {"body": frozenset({"比上周差"})})
    assert (row.state, row.held_why) == ("held", "身体变差了")
    again = await pens(house, who, sentence="改过的一句话，天天念叨外孙女。")
    assert again.state == "held"  # only the call lets it go
    at_letters(house)
    assert await goes(house) == 0
    call = LetGo(called="和李静说了，膝盖疼")
    with pytest.raises(Invalid, match="护士或主管"):
        await house.database.write(lambda db: weekly.let_go(db, who, row.id, call, house.clock()))
    with pytest.raises(Invalid, match="和谁说的"):
        await house.database.write(lambda db: weekly.let_go(db, nurse, row.id, LetGo(called=" "), house.clock()))
    await house.database.write(lambda db: weekly.let_go(db, nurse, row.id, call, house.clock()))
    with pytest.raises(Decided, match="放行"):
        await house.database.write(lambda db: weekly.let_go(db, nurse, row.id, call, house.clock()))
    assert await goes(house) == 1
    assert (await reads(house, "daughter", row.id)).sheet.sentence.startswith("改过")


async def test_d5_who_writes_over_another_is_told_who_was_first(house: HomeUnderTest) -> None:
    who = await carer(house)
    row = await pens(house, who, drawn=weekly.revision_of(None))
    with pytest.raises(Changed, match="周敏"):
        await pens(house, who, drawn=weekly.revision_of(None), sentence="另一个人写的一句话。")
    stands = weekly.revision_of(row)
    taken = await house.database.write(
        lambda db: weekly.withdraw(db, who, row.id, WithdrawLetter(drawn=stands), house.clock())
    )
    assert taken.state == "withdrawn"
    with pytest.raises(Decided, match="收回"):
        await house.database.write(lambda db: weekly.withdraw(db, who, row.id, WithdrawLetter(), house.clock()))
    with pytest.raises(Decided, match="收回"):
        await house.database.write(lambda db: weekly.let_go(db, who, row.id, LetGo(called="好"), house.clock()))
    with pytest.raises(Changed, match="收回"):
        await pens(house, who, drawn=stands)
    at_letters(house)
    assert await goes(house) == 0


async def test_u1_what_was_read_and_is_corrected_says_so_and_what_became_bad_is_taken_back(
    house: HomeUnderTest,
) -> None:
    who = await carer(house)
    await house.hears("你好", "daughter")
    row = await pens(house, who)
    at_letters(house)
    await goes(house)
    number = await resident(house)
    shown, _ = await house.database.read(
        lambda db: residents_timeline.timeline(db, who.sight, db.get_one(tables.Resident, number), "letter")
    )
    assert [entry.words for entry in shown] == ["到 2026-11-22 的一周，家里能看"]
    again = await pens(house, who, sentence="写错了一处，这一句才对。")
    assert (again.state, again.corrected) == ("released", True)
    worse = await pens(house, who, sentence="昨天夜里摔了一跤，今天好些。")
    assert worse.state == "held"
    with pytest.raises(NotFound):
        await reads(house, "daughter", row.id)
    assert await said(house) == []


@pytest.mark.parametrize("what", ["away", "hushed", "lawyer"])
async def test_f11_nobody_is_written_about_who_is_away_or_left_in_peace(house: HomeUnderTest, what: str) -> None:
    who, lead = await carer(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    row = await pens(house, who)
    number = await resident(house)
    if what == "away":
        status = SetStatus(status="请假")
        await house.database.write(lambda db: residents.set_status(db, lead, number, status, house.clock()))
    elif what == "hushed":
        await house.database.write(lambda db: residents.hush(db, lead, number, Hush(on=True), house.clock()))
    else:
        for words in ("我要投诉", "护工态度很差，我要找律师", "就这些"):
            await house.hears(words, "daughter")
        assert await house.one("SELECT cautious FROM complaint")
    at_letters(house)
    assert await goes(house) == 0
    why = await house.one("SELECT held_why FROM weekly_letter WHERE id = ?", row.id)
    assert {"away": "请假", "hushed": "静默", "lawyer": "主管看过"}[what] in str(why)
    if what == "lawyer":
        nurse = await house.staff(Role.NURSE, "何苗", "he", "3")
        call = LetGo(called="说过了")
        with pytest.raises(Invalid, match="主管看过"):
            await house.database.write(lambda db: weekly.let_go(db, nurse, row.id, call, house.clock()))
    if what == "away":
        with pytest.raises(Invalid, match="不写每周家书"):
            await pens(house, who)


async def test_n7_who_wants_changes_alone_hears_of_no_week_and_paper_goes_to_who_wants_it(house: HomeUnderTest) -> None:
    who, lead = await carer(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    number = await resident(house)
    for openid, name, relation, more in (
        ("daughter", "李静", "女儿", {"frequency": "changes"}),
        ("niece", "孙玉", "侄女", {"paper": True}),
    ):
        await house.hears("你好", openid)
        person = await house.person(openid)
        form = msgspec.convert({"name": name, "relation": relation} | more, EditRelative)
        await house.database.write(
            lambda db, p=person, f=form: ties.edit(db, lead, number, p, f, house.clock())  # type: ignore[misc]
        )
    await writes(house, who)
    await pens(house, who)
    at_letters(house)
    await goes(house)
    assert [openid for openid, _ in await said(house)] == ["niece"]
    rows = await house.rows("SELECT purpose, state FROM outbox WHERE purpose LIKE 'weekly%' ORDER BY purpose")
    assert [tuple(row) for row in rows] == [("weekly", "sent"), ("weekly_paper", "cancelled")]
    cards = "SELECT count(*) FROM by_hand WHERE settled_at IS NULL"
    assert await house.one(cards) == 1  # wanted on paper, though her window is open
    niece = await house.person("niece")
    await house.database.write(
        lambda db: consents.stop_letters(db, access_tie(db, lead, number, niece, lock=True)[0], house.clock())
    )
    assert await house.one(cards) == 0


async def test_n7_a_page_for_who_has_no_wechat_is_a_card_to_be_printed(house: HomeUnderTest) -> None:
    who, lead = await carer(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    number, person = await resident(house), await house.person("daughter")
    form = EditRelative(name="李静", relation="女儿", paper=True)
    await house.database.write(lambda db: ties.edit(db, lead, number, person, form, house.clock()))
    await writes(house, who)
    written = await pens(house, who)
    at_letters(house)
    await goes(house)
    await house.send_all()
    cards = "SELECT count(*) FROM by_hand h JOIN outbox o ON o.id = h.outbox_id WHERE o.purpose = 'weekly_paper'"
    assert await house.one(cards) == 1

    def paper(db: Unit) -> str:
        row, lives = db.get_one(WeeklyLetter, written.id), db.get_one(tables.Resident, number)
        return weekly.on_paper(queries.sheet(db, row, lives, ("daily",), "女儿"))

    sheet = await house.database.read(paper)
    assert sheet.splitlines()[0] == "妈妈的一周（2026年11月16日—11月22日）"
    assert "下周：周三理发。" in sheet
    assert "身体" not in sheet


async def test_u3_of_somebody_in_hospital_four_things_are_told_and_the_family_is_asked(house: HomeUnderTest) -> None:
    who, lead = await carer(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    number = await resident(house)
    await house.hears("你好", "daughter")
    await house.database.write(
        lambda db: residents.set_status(db, lead, number, SetStatus(status="住院"), house.clock())
    )
    with pytest.raises(Invalid, match="请刷新"):
        await pens(house, who)
    row = await pens(house, who, kind="hospital", ticked=BED, sentence="小周陪着，能坐起来喝粥了。", plan="")
    assert row.state == "ready"  # that she is in hospital is no news
    bad = await pens(house, who, kind="hospital", ticked=BED, sentence="夜里抢救了一次，现在稳住了。", plan="")
    assert bad.held_why == "话里有坏消息"
    nurse = await house.staff(Role.NURSE, "何苗", "he", "3")
    call = LetGo(called="和李静说了")
    await house.database.write(lambda db: weekly.let_go(db, nurse, row.id, call, house.clock()))
    at_letters(house)
    assert await goes(house) == 1
    told = await said(house)
    assert [openid for openid, _ in told] == ["daughter"]
    assert "这几天在医院" in told[0][1]
    page = await reads(house, "daughter", row.id)
    assert (page.sheet.title, page.sheet.kind, page.sheet.days) == ("妈妈在医院", Kind.HOSPITAL, 0)
    assert "在医院" in await house.hears(events.Click("LETTER"), "daughter")
    assert weekly.opinion(" 想转院\n") == "想转院"
    for wrong in (" ", "好" * 301):
        with pytest.raises(Invalid):
            weekly.opinion(wrong)
    board = await house.database.read(lambda db: queries.board(db, who.sight, SUNDAY, SUNDAY + timedelta(days=1)))
    mine = next(one for one in board if one.line.id == number)
    assert (mine.kind, mine.due, mine.read) == (Kind.HOSPITAL, False, 1)
    board = await house.database.read(lambda db: queries.board(db, who.sight, SUNDAY, SUNDAY + timedelta(days=7)))
    assert next(one for one in board if one.line.id == number).due


async def test_f20_a_sixth_of_the_house_is_written_about_each_day(house: HomeUnderTest) -> None:
    who = await carer(house)
    number = await resident(house)
    turn = SUNDAY - timedelta(days=6 - rules.turn(number))
    for day, due in ((turn, True), (turn - timedelta(days=1), False)):
        if day >= SUNDAY - timedelta(days=6):
            board = await house.database.read(
                lambda db, d=day: queries.board(db, who.sight, SUNDAY, d)  # type: ignore[misc]
            )
            assert next(one for one in board if one.line.id == number).due is due
    shown = await house.database.read(lambda db: weekly_today.lines(db, who, house.clock()))
    assert (shown[0].look, shown[0].title) == ("bad", "还有 6 位没写")  # it is Sunday
    await pens(house, who)
    shown = await house.database.read(lambda db: weekly_today.lines(db, who, house.clock()))
    assert shown[0].title == "还有 5 位没写"
    desk = await house.staff(Role.DESK, "陈姐", "chen")
    assert await house.database.read(lambda db: weekly_today.lines(db, desk, house.clock())) == []
    everybody = await house.staff(Role.NURSE, "何苗", "he")
    at = datetime(2026, 11, 16, 4, tzinfo=UTC)
    assert all(
        one.look == "line" for one in await house.database.read(lambda db: weekly_today.lines(db, everybody, at))
    )


def test_u1_until_tuesday_the_last_week_may_still_be_written() -> None:
    assert rules.open_weeks(date(2026, 11, 24)) == (date(2026, 11, 29), SUNDAY)
    assert rules.open_weeks(date(2026, 11, 25)) == (date(2026, 11, 29),)
    assert rules.sunday_of(SUNDAY) == SUNDAY
    assert {rules.turn(n) for n in range(12)} == {0, 1, 2, 3, 4, 5}


def test_u2_a_week_is_drawn_of_what_was_ticked_and_nothing_else() -> None:
    days = [
        {"sleep": ("差",), "care": ("洗澡",)},
        None,
        {"sleep": ("好",), "care": ("洗澡", "理发")},
        {},
        None,
        None,
        None,
    ]
    row = rules.trend(days)[0]
    assert (row.name, row.words) == ("睡眠", "好 1 天、差 1 天")
    assert [round(level, 2) for level in row.levels] == [0.33, 0, 1, 0, 0, 0, 0]
    assert rules.did(days) == [("照顾", "洗澡 2 次、理发 1 次")]
    assert rules.trend([None] * 7) == []
    assert rules.did([None] * 7) == []
