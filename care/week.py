"""What is said of the menu, the activities, the free beds and the prices: what is true on a day, in words (A8)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

MEALS: Final[Mapping[str, str]] = {"breakfast": "早餐", "lunch": "午餐", "dinner": "晚餐", "snack": "加餐"}
DIETS: Final = ("软食", "糊状", "糖尿病餐", "低盐餐", "素食", "清真餐")
"""What a menu may have beside what everybody gets."""
WEEKDAYS: Final = "一二三四五六日"
AHEAD: Final = 7
"""Days of activities that are told, today among them."""
MOST: Final = 380
"""Signs of one value: with the sentence around it a message of the platform holds it."""
BY_BEDS: Final[Mapping[int, str]] = {1: "单人间", 2: "双人间", 3: "三人间", 4: "四人间"}
MANY: Final = "多人间"
MONTHLY: Final = ("床位费", "护理费", "餐费", "最低月费", "最高月费", "双人间月费")
DAILY: Final = ("试住价格",)
OTHER: Final = ("押金", "陪诊价格")
PRICED: Final = (*MONTHLY, *DAILY, *OTHER)
"""Blanks of the starter knowledge that a price fills by its name."""
ALSO: Final[Mapping[str, str]] = {
    "双人间": "双人间月费",
    "陪诊": "陪诊价格",
    "陪诊费": "陪诊价格",
    "试住": "试住价格",
    "伙食费": "餐费",
    "照料护理费": "护理费",
}
"""What else people call them."""


@dataclass(frozen=True, slots=True)
class Dish:
    """What there is at a meal of a day; `diet` empty = for everybody."""

    day: date
    meal: str
    diet: str
    dishes: str


@dataclass(frozen=True, slots=True)
class Event:
    """An activity; without floors it is for all."""

    day: date
    begins: str
    ends: str
    title: str
    place: str
    floors: tuple[str, ...] = ()
    cancelled: bool = False
    why: str = ""

    @property
    def words(self) -> str:
        """9:30 做操（三楼大厅，2、3 楼）; 15:00 合唱取消了（下雨）."""
        where = [self.place] if self.place else []
        if self.floors:
            where.append(f"{'、'.join(self.floors)} 楼")
        told = f"{clock(self.begins)} {self.title}"
        if self.cancelled:
            return f"{told}取消了（{self.why}）" if self.why else f"{told}取消了"
        return f"{told}（{'，'.join(where)}）" if where else told


@dataclass(frozen=True, slots=True)
class Cost:
    """A price and the days on which it is true."""

    item: str
    amount: str
    unit: str
    note: str
    valid_from: date
    valid_until: date

    def words(self, *, per: str = "") -> str:
        """2,200 元/月; without its 「/月」 where the sentence says it (`per`)."""
        unit = self.unit.removesuffix(f"/{per}") if per else self.unit
        return f"{self.amount} {unit}".strip()


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def days_of(first: date, count: int = 7) -> list[date]:
    """Days from one on."""
    return [first + timedelta(days=n) for n in range(count)]


def clock(text: str) -> str:
    """9:30 for 09:30."""
    return text.removeprefix("0")


def called(day: date, today: date) -> str:
    """今天（11月29日 周日）, 周三（12月2日）."""
    near = {0: "今天", 1: "明天"}.get((day - today).days)
    week, date_ = f"周{WEEKDAYS[day.weekday()]}", f"{day.month}月{day.day}日"
    return f"{near}（{date_} {week}）" if near else f"{week}（{date_}）"


def menu_said(dishes: Iterable[Dish], today: date) -> str:
    """What there is today and, where it is written, tomorrow; nothing while today has no menu."""
    there = list(dishes)
    if not any(one.day == today and not one.diet for one in there):
        return ""
    said = [
        f"{called(day, today)}{words}" for day in days_of(today, 2) if (words := "；".join(meals_of(there, day))) != ""
    ]
    return _within(said, "。")


def meals_of(dishes: Iterable[Dish], day: date) -> list[str]:
    """早餐：小米粥、鸡蛋, one for each meal, in the order of the day; then the diets, each with its meals."""
    found = [one for one in dishes if one.day == day]
    order = list(MEALS)
    found.sort(key=lambda one: (one.diet != "", one.diet, order.index(one.meal)))
    return [f"{one.diet}{MEALS[one.meal]}：{one.dishes}" for one in found]


def snack_said(dishes: Iterable[Dish], today: date) -> str:
    """Whether the menu of this week has something between the meals."""
    week = set(days_of(monday(today)))
    return "有加餐" if any(one.meal == "snack" and one.day in week for one in dishes) else ""


def activities_said(events: Iterable[Event], today: date) -> str:
    """The activities from today on for a week, cancelled ones as such; nothing where none is written down."""
    there = sorted(events, key=lambda one: (one.day, one.begins, one.title))
    coming = [one for one in there if today <= one.day < today + timedelta(days=AHEAD)]
    if not coming:
        return ""
    week = set(days_of(monday(today)))
    idle = not any(one.day == today for one in coming) and any(one.day in week for one in there)
    said = [f"{called(today, today)}没有安排"] if idle else []
    said += [
        f"{called(day, today)}{'、'.join(one.words for one in coming if one.day == day)}"
        for day in dict.fromkeys(one.day for one in coming)
    ]
    return _within(said, "；")


def kind_of(beds: int) -> str:
    """What a room with so many beds is called."""
    return BY_BEDS.get(beds, MANY)


def beds_said(free: Mapping[str, int], checked: date) -> str:
    """单人间 2 张，双人间 5 张（11月28日核对）."""
    there = "，".join(f"{kind} {count} 张" for kind, count in sorted(free.items(), key=by_size) if count)
    return f"{there or '都住满了'}（{checked.month}月{checked.day}日核对）"


def by_size(kind: tuple[str, int]) -> tuple[int, str]:
    """Small rooms first, by what they are called."""
    known = {name: size for size, name in BY_BEDS.items()} | {MANY: len(BY_BEDS) + 1}
    return next((size for name, size in known.items() if kind[0].endswith(name)), len(known) + 1), kind[0]


def in_force(costs: Iterable[Cost], today: date) -> list[Cost]:
    """The price of each thing on a day: of those that are true then the one that began last."""
    found: dict[str, Cost] = {}
    for one in costs:
        if one.valid_from <= today <= one.valid_until:
            known = found.get(one.item)
            if known is None or known.valid_from < one.valid_from:
                found[one.item] = one
    return sorted(found.values(), key=lambda one: (_named(one.item)[0], one.item))


def prices_said(costs: Sequence[Cost], today: date) -> dict[str, str]:
    """What prices say, by the name of the blank; one that has run out is there and empty, so that nothing else is said
    in its place.
    """
    names = dict.fromkeys(name for one in costs for name in blanks(one.item))
    true = in_force(costs, today)
    return {name: _of(name, true) for name in names}


def _of(name: str, costs: Sequence[Cost]) -> str:
    per = "月" if name in MONTHLY else "天" if name in DAILY else ""
    parts = []
    for one in costs:
        if name in blanks(one.item):
            kind = _named(one.item)[1]
            parts.append(f"{kind} {one.words(per=per)}" if kind else one.words(per=per))
    return _within(parts, "、")


def blanks(item: str) -> list[str]:
    """The blanks that an item fills: by its name, and by what else it is called."""
    head, kind = _named(item)
    found = [head] if re.fullmatch(r"[^\W\d]\w{0,15}", head) else []
    if (not kind and head in ALSO) or (head in ALSO and ALSO[head] in {"餐费", "护理费"}):
        found.append(ALSO[head])
    return found


def _named(item: str) -> tuple[str, str]:
    """床位费 双人间: what it is, and which kind of it."""
    head, _, kind = item.partition(" ")
    return head, kind


def _within(parts: Sequence[str], between: str) -> str:
    """Parts, as many as a message holds; the first always."""
    said = ""
    for part in parts:
        more = f"{said}{between}{part}" if said else part
        if said and len(more) > MOST:
            return f"{said}{between}其余的请问同事"
        said = more
    return said
