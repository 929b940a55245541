"""What is said of menu, activities, free beds and prices on a day; what has run out is not (A8)."""

from datetime import date, timedelta

import pytest

from care import week
from care.week import Cost, Dish, Event

SUNDAY = date(2026, 11, 22)
MONDAY = SUNDAY + timedelta(days=1)


def dish(day: date, meal: str, dishes: str, diet: str = "") -> Dish:
    return Dish(day, meal, diet, dishes)


def cost(item: str, amount: str, unit: str = "元/月", since: date = SUNDAY, until: date = MONDAY) -> Cost:
    return Cost(item, amount, unit, "", since, until)


def test_a8_the_menu_of_today_and_tomorrow_is_said_meal_by_meal_and_diets_after_it() -> None:
    dishes = [
        dish(SUNDAY, "dinner", "面条"),
        dish(SUNDAY, "lunch", "杂粮饭", "糖尿病餐"),
        dish(SUNDAY, "breakfast", "小米粥、鸡蛋"),
        dish(MONDAY, "lunch", "红烧鱼"),
        dish(MONDAY + timedelta(days=1), "lunch", "排骨"),
    ]
    assert week.menu_said(dishes, SUNDAY) == (
        "今天（11月22日 周日）早餐：小米粥、鸡蛋；晚餐：面条；糖尿病餐午餐：杂粮饭。明天（11月23日 周一）午餐：红烧鱼"
    )
    assert week.menu_said(dishes[:3], SUNDAY).endswith("杂粮饭")


def test_a8_a_day_without_a_menu_says_nothing_not_even_of_tomorrow_or_of_one_diet() -> None:
    assert week.menu_said([dish(MONDAY, "lunch", "鱼")], SUNDAY) == ""
    assert week.menu_said([dish(SUNDAY, "lunch", "软饭", "软食")], SUNDAY) == ""
    assert week.menu_said([], SUNDAY) == ""


def test_a8_something_between_the_meals_is_said_only_in_the_week_that_has_it() -> None:
    assert week.snack_said([dish(SUNDAY, "snack", "苹果")], SUNDAY) == "有加餐"
    assert week.snack_said([dish(SUNDAY, "snack", "苹果")], MONDAY) == ""


def test_a8_activities_are_said_for_seven_days_and_a_cancelled_one_as_cancelled() -> None:
    events = [
        Event(SUNDAY, "09:30", "10:10", "做操", "三楼大厅"),
        Event(SUNDAY, "15:00", "", "合唱", "活动室", ("2", "3"), cancelled=True, why="老师请假"),
        Event(MONDAY, "14:30", "", "书画", "", ("2",)),
        Event(MONDAY + timedelta(days=2), "14:00", "", "电影", "", cancelled=True),
        Event(SUNDAY + timedelta(days=7), "09:00", "", "太晚", ""),
    ]
    assert week.activities_said(events, SUNDAY) == (
        "今天（11月22日 周日）9:30 做操（三楼大厅）、15:00 合唱取消了（老师请假）；"
        "明天（11月23日 周一）14:30 书画（2 楼）；周三（11月25日）14:00 电影取消了"
    )
    assert Event(SUNDAY, "10:00", "", "散步", "").words == "10:00 散步"


def test_a8_a_day_without_activities_is_said_as_such_only_in_a_week_that_was_written() -> None:
    tuesday = MONDAY + timedelta(days=1)
    both = [Event(MONDAY, "09:00", "", "做操", ""), Event(tuesday + timedelta(days=1), "09:00", "", "做操", "")]
    assert week.activities_said(both, tuesday) == "今天（11月24日 周二）没有安排；明天（11月25日 周三）9:00 做操"
    assert week.activities_said([Event(MONDAY, "09:00", "", "做操", "")], SUNDAY) == "明天（11月23日 周一）9:00 做操"
    assert week.activities_said(both, SUNDAY - timedelta(days=30)) == ""


def test_a8_free_beds_are_told_with_the_day_of_the_check_small_rooms_first() -> None:
    free = {"双人间": 5, "单人间": 2, "失智专护双人间": 1, "多人间": 0, "套间": 1}
    said = week.beds_said(free, SUNDAY)
    assert said == "单人间 2 张，双人间 5 张，失智专护双人间 1 张，套间 1 张（11月22日核对）"
    assert week.beds_said({"单人间": 0}, SUNDAY) == "都住满了（11月22日核对）"
    assert [week.kind_of(beds) for beds in (1, 2, 3, 4, 6)] == ["单人间", "双人间", "三人间", "四人间", "多人间"]


def test_a8_a_future_price_is_said_from_its_day_on_and_one_that_ran_out_is_empty() -> None:
    costs = [cost("餐费", "900"), cost("餐费", "1,000", since=MONDAY, until=MONDAY + timedelta(days=9))]
    assert week.prices_said(costs, SUNDAY) == {"餐费": "900 元"}
    assert week.prices_said(costs, MONDAY) == {"餐费": "1,000 元"}
    assert week.prices_said(list(reversed(costs)), MONDAY) == {"餐费": "1,000 元"}
    assert week.prices_said(costs, MONDAY + timedelta(days=10)) == {"餐费": ""}
    assert week.prices_said([*costs, cost("押金", "8,000", "元")], SUNDAY) == {"餐费": "900 元", "押金": "8,000 元"}


@pytest.mark.parametrize(
    ("item", "unit", "said"),
    [
        ("床位费 双人间", "元/月", {"床位费": "双人间 80 元"}),
        ("双人间", "元/月", {"双人间": "80 元/月", "双人间月费": "80 元"}),
        ("试住", "元/天", {"试住": "80 元/天", "试住价格": "80 元"}),
        ("餐费", "元/天", {"餐费": "80 元/天"}),
        ("伙食费 普食", "元/月", {"伙食费": "普食 80 元/月", "餐费": "普食 80 元"}),
        ("陪诊", "元/次", {"陪诊": "80 元/次", "陪诊价格": "80 元/次"}),
        ("陪诊 市外", "元/次", {"陪诊": "市外 80 元/次"}),
        ("押金", "元", {"押金": "80 元"}),
        ("1 号楼", "元", {}),
    ],
)
def test_a8_a_price_fills_the_blank_of_its_name_and_of_what_else_it_is_called(
    item: str, unit: str, said: dict[str, str]
) -> None:
    assert week.prices_said([cost(item, "80", unit)], SUNDAY) == said


def test_a8_what_is_too_long_for_a_message_is_left_to_a_colleague() -> None:
    costs = [cost(f"床位费 {n}号楼的很长很长的名字", "2,200") for n in range(40)]
    said = week.prices_said(costs, SUNDAY)["床位费"]
    assert said.endswith("、其余的请问同事")
    assert len(said) < 420


@pytest.mark.parametrize(("signs", "whole"), [(185, True), (186, False)])
def test_a8_what_just_fits_into_a_message_is_said_whole(signs: int, whole: bool) -> None:
    costs = [cost("餐费 1", "1" * 186), cost("餐费 2", "2" * signs)]
    said = week.prices_said(costs, SUNDAY)["餐费"]
    assert said.endswith("2 元" if whole else "、其余的请问同事")
    assert (len(said) == week.MOST) is whole


def test_a8_a_price_is_true_on_its_first_and_its_last_day_and_the_one_that_began_last_counts() -> None:
    one = cost("餐费", "900", since=SUNDAY, until=MONDAY)
    days = [SUNDAY + timedelta(days=n) for n in (-1, 0, 1, 2)]
    assert [bool(week.in_force([one], day)) for day in days] == [False, True, True, False]
    old, new = cost("餐费", "800", since=SUNDAY - timedelta(days=1)), cost("餐费", "900", since=SUNDAY)
    for both in ([old, new], [new, old]):
        assert week.in_force(both, SUNDAY) == [new]
    sorted_ = week.in_force([cost("餐费", "1"), cost("床位费 乙", "2"), cost("床位费 甲", "3")], SUNDAY)
    assert [one.item for one in sorted_] == ["床位费 乙", "床位费 甲", "餐费"]


@pytest.mark.parametrize(
    ("item", "blanks"),
    [
        ("长" * 16, ["长" * 16]),
        ("长" * 17, []),
        ("陪诊费", ["陪诊费", "陪诊价格"]),
        ("照料护理费 甲", ["照料护理费", "护理费"]),
    ],
)
def test_a8_a_blank_has_a_short_name(item: str, blanks: list[str]) -> None:
    assert week.blanks(item) == blanks


def test_a8_today_and_tomorrow_are_called_so_and_no_other_day() -> None:
    called = [week.called(SUNDAY + timedelta(days=n), SUNDAY) for n in (-1, 0, 1, 2)]
    assert called == ["周六（11月21日）", "今天（11月22日 周日）", "明天（11月23日 周一）", "周二（11月24日）"]
    assert week.days_of(SUNDAY)[-1] == SUNDAY + timedelta(days=6), "a week"
    assert week.monday(SUNDAY) == MONDAY - timedelta(days=7)
    assert week.snack_said([dish(MONDAY - timedelta(days=7), "snack", "苹果")], SUNDAY) == "有加餐"
    assert week.snack_said([dish(MONDAY - timedelta(days=8), "snack", "苹果")], SUNDAY) == ""
