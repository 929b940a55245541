"""A table that is pasted from a sheet: read as people lay it out, and what cannot be read is said by row (A8)."""

from datetime import date

import pytest

from care import week_pasted
from care.week import Cost, Dish, Event
from care.week_pasted import grouped, rows_of

MONDAY, TUESDAY, WEDNESDAY = date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25)
END = date(2026, 12, 31)


def table(*rows: str) -> list[list[str]]:
    return rows_of("\n".join("\t".join(cell.strip() for cell in row.split("|")) for row in rows))


def test_a8_a_menu_with_the_days_above_is_read_and_rows_without_a_name_go_on() -> None:
    rows = table(
        "本周菜单 | ", "餐次 | 周一 | 星期二 | 礼拜天", "早餐 | 粥 | 豆浆 | ", "中 | 鱼 | 肉 | 鸡", " | 青菜 | | 汤"
    )
    found = week_pasted.menu(rows, MONDAY, "软食")
    assert found.dishes == [
        Dish(MONDAY, "breakfast", "软食", "粥"),
        Dish(TUESDAY, "breakfast", "软食", "豆浆"),
        Dish(MONDAY, "lunch", "软食", "鱼、青菜"),
        Dish(TUESDAY, "lunch", "软食", "肉"),
        Dish(date(2026, 11, 29), "lunch", "软食", "鸡、汤"),
    ]
    assert (found.faults, found.count) == ([], 5)


def test_a8_a_menu_with_the_meals_above_is_read_by_its_dates() -> None:
    rows = table(
        "日期 | 早饭 | 中饭 | 晚饭 | 下午茶",
        "11月23日 | 粥 | 鱼 | 面 | 苹果",
        "2026/11/24 | 包子 | 肉 | 粥 | ",
        "12-2 | x | x | x | ",
        "合计 | 1 | 2 | 3 | ",
        f"11.25 | {'长' * 121} | | | ",
    )
    found = week_pasted.menu(rows, MONDAY, "")
    assert [(one.day, one.meal) for one in found.dishes] == [
        *((MONDAY, meal) for meal in ("breakfast", "lunch", "dinner", "snack")),
        *((TUESDAY, meal) for meal in ("breakfast", "lunch", "dinner")),
    ]
    assert found.faults == [
        "第 5 行「合计」：看不出是哪一天，没有写进去。",
        "12月2日不在这一周，没有写进去。",
        "11月25日的菜有 121 个字，最多 120 个，没有写进去。",
    ]


def test_a8_what_is_no_menu_is_said_in_a_sentence() -> None:
    assert "看不出哪里是周几" in week_pasted.menu(table("甲 | 乙", "丙 | 丁"), MONDAY, "").faults[0]
    found = week_pasted.menu(table("x | 周一 | 周二", "甜品 | 糕 | 饼"), MONDAY, "")
    assert found.faults == ["第 2 行「甜品」：看不出是哪一餐，没有写进去。"]


def test_a8_activities_are_read_by_their_heads_and_a_day_goes_on() -> None:
    rows = table(
        "日期 | 时间 | 活动内容 | 地点 | 参加对象",
        "周一 | 9:30-10:30 | 做操 | 大厅 | 2、3楼",
        " | 下午2点半 | 合唱 | | ",
        "周二 | 上午10点到11点 | 书画",
        "周三 | | 电影",
        "周三 | 9:00 | ",
        f"周三 | 9:00 | {'长' * 25}",
        "12月9日 | 9:00 | 远足",
    )
    found = week_pasted.activities(rows, MONDAY)
    assert found.events == [
        Event(MONDAY, "09:30", "10:30", "做操", "大厅", ("2", "3")),
        Event(MONDAY, "14:30", "", "合唱", ""),
        Event(TUESDAY, "10:00", "11:00", "书画", ""),
    ]
    assert found.faults == [
        "第 5 行「电影」：看不出几点，没有写进去。",
        "第 6 行「周三 9:00」：没写是什么活动，没有写进去。",
        f"第 7 行「{'长' * 12}」：名字最多 24 个字，没有写进去。",
        "第 8 行「远足」：12月9日不在这一周，没有写进去。",
    ]


def test_a8_activities_without_heads_are_read_by_what_their_cells_look_like() -> None:
    found = week_pasted.activities(
        table("周一 | 9:30 | 做操 | 大厅 | 3楼 | 备注", "周二 15:00 | 合唱", "25:00 | 做梦 | "), MONDAY
    )
    assert found.events == [
        Event(MONDAY, "09:30", "", "做操", "大厅", ("3",)),
        Event(TUESDAY, "15:00", "", "合唱", ""),
    ]
    assert found.faults == ["第 3 行「做梦」：看不出几点，没有写进去。"]
    assert week_pasted.activities(table("9:00 | 做操"), MONDAY).faults == [
        "第 1 行「做操」：看不出是哪一天，没有写进去。"
    ]


def test_a8_prices_are_read_with_their_units_and_days() -> None:
    rows = table(
        "项目 | 价格 | 备注 | 起 | 有效期",
        "床位费 双人间 | 2200元/月（含水电） | 朝南 | 2027-1-1 | 2027-6-30",
        "护理费 | 600-3400 元/月",
        "参观 | 免费",
        "押金 | 待定",
        " | 30元",
        f"{'长' * 25} | 1元",
        "旧价 | 1元 | | | 2026-11-1",
        "反了 | 1元 | | 2027-3-1 | 2027-1-1",
    )
    found = week_pasted.prices(rows, MONDAY, END)
    assert found.costs == [
        Cost("床位费 双人间", "2,200", "元/月", "朝南", date(2027, 1, 1), date(2027, 6, 30)),
        Cost("护理费", "600–3,400", "元/月", "", MONDAY, END),
        Cost("参观", "免费", "元", "", MONDAY, END),
    ]
    assert [fault.partition("：")[2] for fault in found.faults] == [
        "看不出价格，没有写进去。",
        "没写是什么项目，没有写进去。",
        "项目名最多 24 个字，没有写进去。",
        "有效期已经过了，没有写进去。",
        "起始日晚于截止日，没有写进去。",
    ]


def test_a8_two_heads_are_enough() -> None:
    found = week_pasted.prices(table("项目 | 价格", "理发 | 20 元/次"), MONDAY, END)
    assert ([(one.item, one.words()) for one in found.costs], found.faults) == ([("理发", "20 元/次")], [])


def test_a8_prices_without_heads_stand_in_the_usual_order() -> None:
    found = week_pasted.prices(table("理发 | 20 | 元/次 | 周三来", "洗衣 | 3.5"), MONDAY, END)
    assert [(one.item, one.words(), one.note) for one in found.costs] == [
        ("理发", "20 元/次", "周三来"),
        ("洗衣", "3.5 元", ""),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [("没有表格", "没有看到表格"), ("字\t" * 11_000, "最多 20000 个"), ("甲\t乙\n" * 301, "一次最多 300 行")],
)
def test_a8_what_is_no_table_is_refused_with_what_to_do(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        rows_of(text)


def test_a8_cells_with_line_breaks_stay_one_cell_and_quotes_that_do_not_close_harm_nothing() -> None:
    assert rows_of('周一\t"粥\n鸡蛋"\r\n\t\r\n') == [["周一", "粥、鸡蛋"]]
    assert rows_of('周一\t"粥\r周二\t面') == [["周一", "粥"], ["周二", "面"]]


def test_a8_a_date_without_a_year_is_the_nearest_one_and_no_day_is_made_up() -> None:
    assert week_pasted._date("1月1日", MONDAY) == date(2027, 1, 1)
    assert week_pasted._date("5月27日", MONDAY) == date(2026, 5, 27), "half a year ago"
    assert week_pasted._date("5月26日", MONDAY) == date(2027, 5, 26)
    assert week_pasted._date("2月30日", MONDAY) is None
    assert week_pasted._date("10:05-11:30", MONDAY) is None
    assert week_pasted._day("周一" + "长" * 22, MONDAY) == MONDAY
    assert week_pasted._day("周一" + "长" * 23, MONDAY) is None, "a sentence is no day"


@pytest.mark.parametrize(
    ("typed", "said"), [("2200", "2,200"), ("600-3400", "600–3,400"), ("12,000", "12,000"), ("3.50", "3.50")]
)
def test_a8_amounts_are_written_alike(typed: str, said: str) -> None:
    assert grouped(typed) == said


def test_a8_a_table_may_be_as_long_as_it_says_and_its_rows_are_counted_whatever_they_are() -> None:
    assert len(rows_of("甲\t" + "长" * 19_998)) == 1, "20 000 signs"
    assert len(rows_of("甲\t乙\n" * 300)) == 300
    both = week_pasted.Pasted([Dish(MONDAY, "lunch", "", "鱼")] * 2, [Event(MONDAY, "", "", "操", "")], [])
    both.costs += [Cost("押金", "1", "元", "", MONDAY, END)] * 4
    assert both.count == 7


def test_a8_two_meals_or_two_days_make_a_menu_and_dishes_may_have_120_signs() -> None:
    found = week_pasted.menu(table("日期 | 早餐 | 午餐", f"周一 | 粥 | {'长' * 120}"), MONDAY, "")
    assert [(one.meal, len(one.dishes)) for one in found.dishes] == [("breakfast", 1), ("lunch", 120)]
    assert week_pasted.menu(table("x | 周一 | x", "早餐 | 粥 | x"), MONDAY, "").dishes == [], "one day is no head"
    far = week_pasted.menu(table("x | 周一 | 周二", f"{'甜' * 30} | 糕 | 饼"), MONDAY, "")
    assert far.faults == [f"第 2 行「{'甜' * 12}」：看不出是哪一餐，没有写进去。"]
    assert week_pasted._meal("早餐" + "长" * 6) == "breakfast"
    assert week_pasted._meal("早餐" + "长" * 7) == "", "a sentence is no meal"


def test_a8_names_of_24_signs_are_taken_and_longer_words_are_cut_where_the_page_cuts_them() -> None:
    rows = table("日期 | 时间 | 活动 | 地点", f"周一 | 9:00 | {'操' * 24} | {'厅' * 20}", f"{'长' * 30} | 9:00")
    found = week_pasted.activities(rows, MONDAY)
    assert found.events == [Event(MONDAY, "09:00", "", "操" * 24, "厅" * 16)]
    assert found.faults == [f"第 3 行「{'长' * 12}」：没写是什么活动，没有写进去。"]
    rows = table(
        "项目 | 价格 | 单位 | 备注",
        f"{'项' * 24} | {'9' * 30} | {'位' * 20} | {'注' * 70}",
        f"{'长' * 30} | 1",
        f" | {'无' * 30}",
    )
    priced = week_pasted.prices(rows, MONDAY, END)
    (cost,) = priced.costs
    assert (cost.item, len(cost.amount), cost.unit, cost.note) == ("项" * 24, 24, "位" * 12, "注" * 60)
    assert [fault[:19] for fault in priced.faults] == [f"第 3 行「{'长' * 12}」", f"第 4 行「{'无' * 12}」"]


def test_a8_a_price_may_end_on_the_day_on_which_it_begins_and_today_is_not_over() -> None:
    rows = table("项目 | 价格 | 起 | 有效期", "今天 | 1元 | | 2026-11-23", "一天 | 1元 | 2027-1-1 | 2027-1-1")
    found = week_pasted.prices(rows, MONDAY, END)
    assert [(one.item, one.valid_from, one.valid_until) for one in found.costs] == [
        ("今天", MONDAY, MONDAY),
        ("一天", date(2027, 1, 1), date(2027, 1, 1)),
    ]
    assert found.faults == []


@pytest.mark.parametrize(
    ("head", "is_one"),
    [
        ("项目 | 价格", True),
        (f"项目{'长' * 10} | 价格", True),
        (f"项目{'长' * 11} | 价格", False),
        ("项目1 | 价格", False),
        ("项目 | 项目", False),
        ("项目 | 甲", False),
    ],
)
def test_a8_a_row_of_two_short_names_is_the_head(head: str, is_one: bool) -> None:
    heads, body = week_pasted._heads("prices", table(head, "理发 | 20"))
    assert (set(heads.values()) == {"item", "amount"}) is is_one
    assert [number for number, _ in body] == ([2] if is_one else [1, 2])


def test_a8_the_head_is_looked_for_in_the_first_five_rows() -> None:
    above = ["收费公示 | "] * 4
    heads, body = week_pasted._heads("prices", table(*above, "项目 | 价格", "理发 | 20"))
    assert (heads, body) == ({0: "item", 1: "amount"}, [(6, ["理发", "20"])])
    heads, body = week_pasted._heads("prices", table(*above, "收费公示 | ", "项目 | 价格"))
    assert (heads, len(body)) == ({}, 6)


@pytest.mark.parametrize(
    ("begins", "ends", "clocks"),
    [
        ("0:00-23:59", "", ("00:00", "23:59")),
        ("24:00", "", ("", "")),
        ("9:60", "", ("", "")),
        ("9:59", "", ("09:59", "")),
        ("下午3点", "4点一刻", ("15:00", "16:00")),
        ("晚上12:30", "", ("12:30", "")),
        ("下午11点", "", ("23:00", "")),
        ("中午12点", "下午1点", ("12:00", "13:00")),
        ("10:00", "9:00", ("10:00", "")),
        ("10:00", "10:00", ("10:00", "")),
        ("9点5", "", ("09:05", "")),
    ],
)
def test_a8_a_clock_of_an_activity_is_one_of_the_day_and_it_ends_after_it_begins(
    begins: str, ends: str, clocks: tuple[str, str]
) -> None:
    assert week_pasted._clocks(begins, ends) == clocks
