"""The notice board is written once: a week, its copy, a pasted table, each taken back; who is late is told (A8)."""

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from care.errors import Changed, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.week import activities, menu, pasting, prices, sheets, vacancies
from services.week.forms import (
    CancelActivity,
    CheckBeds,
    CopySheet,
    DropActivity,
    DropPrice,
    PasteSheet,
    PutActivity,
    SaveMenu,
    UndoSheet,
)
from storage.queries import week as queries
from tests.conftest import HomeUnderTest
from tests.services.boards import (
    MONDAY,
    NEXT,
    SUNDAY,
    THIS,
    YEAR_END,
    adds,
    cells,
    desk,
    does,
    lead,
    price,
    writes_menu,
)

__all__ = ["desk", "lead"]


async def test_a8_a_week_is_copied_into_what_is_empty_and_taken_back(home: HomeUnderTest, desk: Viewer) -> None:
    with pytest.raises(Invalid, match="没有菜单可抄"):
        await does(home, lambda db, now: menu.copy(db, desk, CopySheet(first=NEXT), now))
    await writes_menu(home, desk, lunch="红烧鱼", dinner="面条")
    await writes_menu(home, desk, "软食", lunch="鱼羹")
    form = SaveMenu(first=NEXT, cells={f"{SUNDAY + timedelta(days=7)}-lunch": frozenset({"鸡汤"})})
    assert await home.database.write(lambda db: menu.save(db, desk, form, home.clock())) == NEXT
    await does(home, lambda db, now: menu.copy(db, desk, CopySheet(first=NEXT), now))
    read = "SELECT dishes FROM menu_meal WHERE day > ? ORDER BY diet, meal"
    assert await home.rows(read, SUNDAY) == [("面条",), ("鸡汤",), ("鱼羹",)]
    with pytest.raises(Invalid, match="没有可抄的空格"):
        await does(home, lambda db, now: menu.copy(db, desk, CopySheet(first=NEXT), now))
    undo = UndoSheet(sheet=f"menu-{NEXT}")
    await does(home, lambda db, now: sheets.undo(db, desk, undo, now))
    assert await home.rows(read, SUNDAY) == [("鸡汤",)]
    with pytest.raises(Invalid, match="没有可以撤销的"):
        await does(home, lambda db, now: sheets.undo(db, desk, undo, now))
    assert await home.one("SELECT revision FROM week_sheet WHERE name = ?", undo.sheet) == 3


async def test_a8_who_saves_an_older_week_is_told_who_was_first_and_another_diet_is_not_in_the_way(
    home: HomeUnderTest, desk: Viewer, lead: Viewer
) -> None:
    drawn = menu.drawn([], "")
    await writes_menu(home, desk, "软食", lunch="鱼羹")
    first = SaveMenu(first=THIS, cells=cells(lunch="红烧鱼"), drawn=drawn)
    await does(home, lambda db, now: menu.save(db, desk, first, now))
    with pytest.raises(Changed, match="陈晓雯刚刚改过这张菜单"):
        await does(home, lambda db, now: menu.save(db, lead, first, now))
    stale = UndoSheet(sheet=f"menu-{THIS}", drawn=drawn)
    with pytest.raises(Changed, match="改过这张菜单"):
        await does(home, lambda db, now: sheets.undo(db, lead, stale, now))
    changes = await home.one("SELECT count(*) FROM audit WHERE action = 'edit_week'")
    await does(home, lambda db, now: menu.save(db, lead, replace(first, drawn=None), now))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'edit_week'") == changes, "nothing has changed"
    assert await home.one("SELECT by_id FROM menu_meal WHERE diet = ''") == desk.id
    await does(home, lambda db, now: menu.save(db, lead, SaveMenu(first=THIS, cells={}), now))
    assert await home.rows("SELECT diet FROM menu_meal") == [("软食",)], "an empty cell is no meal"


@pytest.mark.parametrize(
    ("form", "says_"),
    [
        (SaveMenu(first=None), "请选哪一周"),
        (SaveMenu(first=date(2028, 1, 3)), "太远了"),
        (SaveMenu(first=THIS, diet="一种特别特别长的餐"), "餐别"),
        (SaveMenu(first=THIS, cells={f"{SUNDAY}-lunch": frozenset({"长" * 121})}), "11月22日午餐写了 121 个字"),
    ],
)
async def test_a8_a_week_that_cannot_be_kept_says_why(
    home: HomeUnderTest, desk: Viewer, form: SaveMenu, says_: str
) -> None:
    with pytest.raises(Invalid, match=says_):
        await does(home, lambda db, now: menu.save(db, desk, form, now))
    assert menu.diet_of(" 普食 ") == ""


async def test_a8_activities_are_changed_copied_and_taken_out_and_each_is_told_who_was_first(
    home: HomeUnderTest, desk: Viewer, lead: Viewer
) -> None:
    number = await adds(home, desk, SUNDAY, "合唱", "2、3 楼")
    rows = await home.database.read(lambda db: queries.activities(db, home.ids.home_id, THIS, SUNDAY))
    drawn = activities.activity_revision(rows[0])
    form = PutActivity(activity=number, day=SUNDAY, begins="9点半", ends="10:30", title="合唱", drawn=drawn)
    await does(home, lambda db, now: activities.put(db, lead, form, now))
    assert await home.rows("SELECT begins, ends, floors FROM activity") == [("09:30", "10:30", "")]
    with pytest.raises(Changed, match="沈国平刚刚改过「合唱」"):
        await does(home, lambda db, now: activities.drop(db, desk, DropActivity(activity=number, drawn=drawn), now))
    await does(home, lambda db, now: activities.copy(db, desk, CopySheet(first=NEXT), now))
    with pytest.raises(Invalid, match="没有可抄的"):
        await does(home, lambda db, now: activities.copy(db, desk, CopySheet(first=NEXT), now))
    await does(home, lambda db, now: activities.drop(db, desk, DropActivity(activity=number), now))
    assert await home.rows("SELECT title FROM activity") == [("合唱",)]
    with pytest.raises(Invalid, match="没有活动可抄"):
        await does(home, lambda db, now: activities.copy(db, desk, CopySheet(first=THIS), now))
    with pytest.raises(Invalid, match="刚刚删掉了"):
        await does(home, lambda db, now: activities.put(db, lead, form, now))
    with pytest.raises(NotFound):
        await does(home, lambda db, now: activities.drop(db, lead, DropActivity(activity=number), now))


@pytest.mark.parametrize(
    ("more", "says_"),
    [
        ({"day": None}, "请选哪一天"),
        ({"begins": "25:00"}, "请写几点开始"),
        ({"begins": "24:00"}, "请写几点开始"),
        ({"ends": "x"}, "请写几点结束"),
        ({"ends": "08:00"}, "结束要晚于开始"),
        ({"title": " "}, "请写是什么活动"),
        ({"title": "长" * 25}, "活动最多 24 个字"),
        ({"floors": "老人"}, "请写楼层"),
        ({"floors": " ".join(f"A{n}" for n in range(99))}, "楼层太多"),
        ({"day": MONDAY, "activity": 1}, "只能改在同一周里"),
    ],
)
async def test_a8_an_activity_that_cannot_be_kept_says_why(
    home: HomeUnderTest, desk: Viewer, more: dict[str, object], says_: str
) -> None:
    values: dict[str, object] = {"day": SUNDAY, "begins": "9:30", "title": "做操", "floors": "全院"} | more
    if "activity" in values:
        values["activity"] = await adds(home, desk, SUNDAY, "做操")
    with pytest.raises(Invalid, match=says_):
        await does(home, lambda db, now: activities.put(db, desk, PutActivity(**values), now))  # type: ignore[arg-type]


async def test_a8_a_reason_is_short_and_a_week_has_an_end(
    home: HomeUnderTest, desk: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = await adds(home, desk, SUNDAY, "做操")
    long = CancelActivity(activity=number, cancelled=True, why="长" * 41)
    with pytest.raises(Invalid, match="原因最多 40 个字"):
        await does(home, lambda db, now: activities.cancel(db, desk, long, now))
    monkeypatch.setattr(activities, "MOST", 1)
    with pytest.raises(Invalid, match="已经有 1 项活动"):
        await adds(home, desk, SUNDAY, "散步")


async def test_a8_prices_are_set_by_the_lead_with_a_last_day_and_who_was_first(
    home: HomeUnderTest, lead: Viewer, desk: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Forbidden):
        await does(home, lambda db, now: prices.put(db, desk, price("餐费", "900"), now))
    await does(home, lambda db, now: prices.put(db, lead, price("餐费", "900"), now))
    number: int = await home.one("SELECT id FROM price")
    rows = await home.database.read(lambda db: queries.prices(db, home.ids.home_id))
    drawn = prices.price_revision(rows[0])
    other = price("餐费", "1000", price=number, drawn=drawn)
    await does(home, lambda db, now: prices.put(db, lead, other, now))
    with pytest.raises(Changed, match="沈国平刚刚把「餐费」改成了 1,000 元/月"):
        await does(home, lambda db, now: prices.put(db, lead, other, now))
    with pytest.raises(Invalid, match="已经有了"):
        await does(home, lambda db, now: prices.put(db, lead, price("餐费", "1100"), now))
    monkeypatch.setattr(prices, "MOST", 1)
    with pytest.raises(Invalid, match="最多 1 条价目"):
        await does(home, lambda db, now: prices.put(db, lead, price("押金", "8000", unit=""), now))
    await does(home, lambda db, now: prices.drop(db, lead, DropPrice(price=number), now))
    with pytest.raises(Invalid, match="刚刚删掉了"):
        await does(home, lambda db, now: prices.put(db, lead, other, now))
    with pytest.raises(NotFound):
        await does(home, lambda db, now: prices.drop(db, lead, DropPrice(price=number), now))
    with pytest.raises(Forbidden):
        await does(home, lambda db, now: sheets.undo(db, desk, UndoSheet(sheet="prices"), now))
    await does(home, lambda db, now: sheets.undo(db, lead, UndoSheet(sheet="prices"), now))
    assert await home.rows("SELECT item, amount, id FROM price") == [("餐费", "1,000", number)]


@pytest.mark.parametrize(
    ("more", "says_"),
    [
        ({"item": ""}, "项目和价格都要写"),
        ({"item": "长" * 25}, "项目最多 24 个字"),
        ({"note": "{餐费}"}, "不能有花括号"),
        ({"valid_until": None}, "请写这个价格有效到哪天"),
        ({"valid_until": SUNDAY - timedelta(days=1)}, "已经过了"),
        ({"valid_until": date(2028, 12, 31)}, "最长一年"),
        ({"valid_from": date(2027, 1, 9)}, "有效期要晚于起始日"),
        ({"valid_from": date(2029, 1, 9)}, "像是选错了年份"),
    ],
)
async def test_a8_a_price_that_cannot_be_kept_says_why(
    home: HomeUnderTest, lead: Viewer, more: dict[str, object], says_: str
) -> None:
    form = price(**({"item": "餐费", "amount": "900"} | more))  # type: ignore[arg-type]
    with pytest.raises(Invalid, match=says_):
        await does(home, lambda db, now: prices.put(db, lead, form, now))


async def test_a8_a_pasted_table_is_written_as_it_was_shown_and_taken_back_whole(
    home: HomeUnderTest, lead: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await writes_menu(home, lead, lunch="旧的", dinner="面条")
    pasted = PasteSheet(first=THIS, text="日期\t午餐\t加餐\n周日\t红烧鱼\t苹果")
    await does(home, lambda db, now: pasting.write(db, lead, "menu", pasted, now))
    read = "SELECT dishes FROM menu_meal ORDER BY meal"
    assert await home.rows(read) == [("面条",), ("红烧鱼",), ("苹果",)]
    await does(home, lambda db, now: sheets.undo(db, lead, UndoSheet(sheet=f"menu-{THIS}"), now))
    assert await home.rows(read) == [("面条",), ("旧的",)]
    played = PasteSheet(first=THIS, text="周日\t9:00\t做操\n周日\t9:00\t做操\n周日\t10:00\t散步")
    for _ in range(2):
        await does(home, lambda db, now: pasting.write(db, lead, "activities", played, now))
    assert await home.one("SELECT count(*) FROM activity") == 2, "what is there is not written again"
    costs = PasteSheet(text="项目\t价格\n餐费\t900元/月\n押金\t8000元", until=YEAR_END)
    for form in (costs, replace(costs, text=costs.text.replace("900", "950"))):
        await does(home, lambda db, now, f=form: pasting.write(db, lead, "prices", f, now))  # type: ignore[misc]
    assert await home.rows("SELECT amount FROM price ORDER BY amount") == [("8,000",), ("950",)]
    for form, why in (
        (replace(costs, until=None), "有效到哪天"),
        (replace(costs, until=SUNDAY - timedelta(days=1)), "今天以后"),
        (replace(costs, text="没有表格"), "没有看到表格"),
        (replace(costs, text="项目\t价格\n餐费\t待定"), "没有一行看得懂"),
    ):
        with pytest.raises(Invalid, match=why):
            await does(home, lambda db, now, f=form: pasting.write(db, lead, "prices", f, now))  # type: ignore[misc]
    monkeypatch.setattr(prices, "MOST", 1)
    monkeypatch.setattr(activities, "MOST", 1)
    for sheet, form in (("prices", costs), ("activities", played)):
        with pytest.raises(Invalid, match="会超过 1"):
            await does(
                home,
                lambda db, now, s=sheet, f=form: pasting.write(db, lead, s, f, now),  # type: ignore[misc]
            )


async def test_a8_a_nurse_reads_the_notice_board_and_writes_nothing_on_it(home: HomeUnderTest) -> None:
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    auditor = await home.staff(Role.AUDITOR, "韩冰", "han")
    with pytest.raises(Forbidden):
        await writes_menu(home, nurse, lunch="鱼")
    with pytest.raises(Forbidden):
        await does(home, lambda db, now: vacancies.check(db, nurse, CheckBeds(days=1), now))
    from services.week.access import access_week

    await home.database.read(lambda db: access_week(db, nurse))
    with pytest.raises(NotFound):
        await home.database.read(lambda db: access_week(db, auditor))


async def test_a8_an_activity_pressed_twice_stands_there_once(home: HomeUnderTest, desk: Viewer) -> None:
    await adds(home, desk, SUNDAY, "做操")
    with pytest.raises(Invalid, match="「做操」已经写上了"):
        await adds(home, desk, SUNDAY, "做操")
    assert await home.one("SELECT count(*) FROM activity") == 1


async def test_a8_a_week_has_an_end_also_by_copying_and_by_diets(
    home: HomeUnderTest, desk: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities, "MOST", 1)
    monkeypatch.setattr(menu, "DIETS", 1)
    await adds(home, desk, SUNDAY, "合唱")
    await adds(home, desk, SUNDAY + timedelta(days=7), "做操")
    with pytest.raises(Invalid, match="会超过 1 项"):
        await does(home, lambda db, now: activities.copy(db, desk, CopySheet(first=NEXT), now))
    for diet in ("软食", "普食", "软食"):
        form = SaveMenu(first=THIS, diet=diet, cells=cells(lunch="蒸蛋"))
        await does(home, lambda db, now, f=form: menu.save(db, desk, f, now))  # type: ignore[misc]
    with pytest.raises(Invalid, match="最多 1 种餐别，已经有软食"):
        await does(home, lambda db, now: menu.save(db, desk, SaveMenu(first=THIS, diet="糊状"), now))
