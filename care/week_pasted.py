"""A table that somebody copies from a sheet and pastes: which cell is a day, a meal, a clock, a price (A8)."""

import csv
import io
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import takewhile
from typing import Final

from care.week import Cost, Dish, Event, days_of

LONGEST: Final = 20_000
ROWS: Final = 300
_DAY: Final = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_DATE: Final = re.compile(r"(?:(\d{4})[年/.-])?(\d{1,2})[月/.-](\d{1,2})")
_CLOCK: Final = re.compile(r"(上午|下午|中午|晚上|早上)?\s*(\d{1,2})\s*(?:[:：]\s*(\d{2})|[点时](半|\d{1,2})?)")
_HOURS: Final = re.compile(r"\d{1,2}[:：]\d{2}")
_AMOUNT: Final = re.compile(r"[\d,，.]+(?:\s*[-–~～至到]\s*[\d,，.]+)?")
_MEALS: Final = (
    ("snack", re.compile(r"加餐|点心|下午茶|水果|夜宵")),
    ("breakfast", re.compile(r"早")),
    ("lunch", re.compile(r"午|中餐|中饭|^中$")),
    ("dinner", re.compile(r"晚")),
)
_HEADS: Final = {
    "activities": (
        ("day", r"日期|星期|周几|哪天|日子"),
        ("ends", r"结束|止"),
        ("begins", r"时间|几点|开始|时段"),
        ("place", r"地点|地方|场地|哪里|在哪"),
        ("floors", r"楼|谁|对象|参加"),
        ("title", r"活动|内容|项目|名称|做什么"),
    ),
    "prices": (
        ("valid_from", r"起|生效|开始|从"),
        ("valid_until", r"止|有效|截止|到"),
        ("unit", r"单位"),
        ("note", r"备注|说明|附注"),
        ("amount", r"价格|收费|金额|单价|标准|元"),
        ("item", r"项目|名称|服务|内容|品名"),
    ),
}


@dataclass(slots=True)
class Pasted:
    """What was found, and what could not be read, as sentences with the number of their row."""

    dishes: list[Dish] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    costs: list[Cost] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows would be written."""
        return len(self.dishes) + len(self.events) + len(self.costs)


def rows_of(text: str) -> list[list[str]]:
    """Rows and cells as a sheet gives them: tabs between, quotes around what has a line break. Raises ValueError with
    a sentence.
    """
    if len(text) > LONGEST:
        message = f"贴进来的有 {len(text)} 个字，最多 {LONGEST} 个。请只复制要的那几列。"
        raise ValueError(message)
    if "\t" not in text:
        message = "没有看到表格。请在 Excel 里选中那几格，复制，再粘贴到这里。"
        raise ValueError(message)
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    if plain.count('"') % 2:  # a quote that is no quote: every line is a row
        found = [line.split("\t") for line in plain.split("\n")]
    else:
        found = list(csv.reader(io.StringIO(plain, newline=""), delimiter="\t"))
    rows = [[" ".join(cell.replace("\n", "、").split()).strip('、 "') for cell in row] for row in found]
    rows = [row for row in rows if any(row)]
    if len(rows) > ROWS:
        message = f"有 {len(rows)} 行，一次最多 {ROWS} 行。"
        raise ValueError(message)
    return rows


def menu(rows: list[list[str]], first: date, diet: str) -> Pasted:
    """A menu: days above and meals at the side, or the other way round."""
    found = Pasted()
    at = next((n for n, row in enumerate(rows) if sum(_day(cell, first) is not None for cell in row) >= 2), None)
    across = at is not None
    if at is None:
        at = next((n for n, row in enumerate(rows) if sum(_meal(cell) != "" for cell in row) >= 2), None)
    if at is None:
        found.faults.append(
            "看不出哪里是周几、哪里是三餐。请把写着「周一、周二……」或「早餐、午餐……」的那一行一起复制。"
        )
        return found
    there = _crossed(rows, at, first, across, found.faults)
    week = set(days_of(first))
    for (one, which), dishes in there.items():
        if one not in week:
            found.faults.append(f"{one.month}月{one.day}日不在这一周，没有写进去。")
        elif len(dishes) > 120:
            found.faults.append(f"{one.month}月{one.day}日的菜有 {len(dishes)} 个字，最多 120 个，没有写进去。")
        else:
            found.dishes.append(Dish(one, which, diet, dishes))
    found.faults = list(dict.fromkeys(found.faults))
    return found


def _crossed(
    rows: list[list[str]], at: int, first: date, across: bool, faults: list[str]
) -> dict[tuple[date, str], str]:
    """What stands where a day and a meal cross; a row without a name goes on with the one above it."""
    heads, there, side = rows[at], dict[tuple[date, str], str](), ""
    for number, row in enumerate(rows[at + 1 :], at + 2):
        side = row[0] or side
        if not (_meal(side) if across else _day(side, first)):
            faults.append(f"第 {number} 行「{side[:12]}」：看不出是哪一{'餐' if across else '天'}，没有写进去。")
            continue
        for head, cell in zip(heads[1:], row[1:], strict=False):
            day, meal = (_day(head, first), _meal(side)) if across else (_day(side, first), _meal(head))
            if cell and day is not None and meal:
                there[day, meal] = "、".join(filter(None, (there.get((day, meal)), cell)))
    return there


def activities(rows: list[list[str]], first: date) -> Pasted:
    """Activities, a row each; a day that is not repeated goes on."""
    found, day = Pasted(), None
    heads, body = _heads("activities", rows)
    for number, row in body:
        named = _by_heads(heads, row) if heads else _guessed(row, first)
        day = _day(named.get("day", ""), first) or _day(named.get("begins", ""), first) or day
        begins, ends = _clocks(named.get("begins", ""), named.get("ends", ""))
        title = named.get("title", "")
        problem = (
            "没写是什么活动"
            if not title
            else "看不出是哪一天"
            if day is None
            else "看不出几点"
            if not begins
            else f"{day.month}月{day.day}日不在这一周"
            if day not in days_of(first)
            else "名字最多 24 个字"
            if len(title) > 24
            else ""
        )
        if problem or day is None:
            found.faults.append(
                f"第 {number} 行「{(title or ' '.join(filter(None, row)))[:12]}」：{problem}，没有写进去。"
            )
            continue
        floors = tuple(re.findall(r"[A-Za-z]?\d{1,2}", named.get("floors", "")))
        found.events.append(Event(day, begins, ends, title, named.get("place", "")[:16], floors))
    return found


def prices(rows: list[list[str]], today: date, until: date) -> Pasted:
    """Prices, a row each; where the sheet names no days they begin today and end on `until`."""
    found = Pasted()
    heads, body = _heads("prices", rows)
    for number, row in body:
        named = _by_heads(heads, row) if heads else dict(zip(("item", "amount", "unit", "note"), row, strict=False))
        item, (amount, unit) = named.get("item", ""), _amount(named.get("amount", ""))
        begins = _date(named.get("valid_from", ""), today) or today
        ends = _date(named.get("valid_until", ""), begins) or until
        unit = named.get("unit", "") or unit or "元"
        problem = (
            "没写是什么项目"
            if not item
            else "看不出价格"
            if not amount
            else "项目名最多 24 个字"
            if len(item) > 24
            else "有效期已经过了"
            if ends < today
            else "起始日晚于截止日"
            if ends < begins
            else ""
        )
        if problem:
            found.faults.append(
                f"第 {number} 行「{(item or ' '.join(filter(None, row)))[:12]}」：{problem}，没有写进去。"
            )
            continue
        found.costs.append(Cost(item, amount[:24], unit[:12], named.get("note", "")[:60], begins, ends))
    return found


def _heads(sheet: str, rows: list[list[str]]) -> tuple[dict[int, str], list[tuple[int, list[str]]]]:
    """Which column is what by the first row that names two, and the rows after it; without such a row all of them."""
    for at, row in enumerate(rows[:5]):
        heads: dict[int, str] = {}
        for column, cell in enumerate(row):
            name = next((name for name, words in _HEADS[sheet] if re.search(words, cell)), "")
            if name and name not in heads.values() and len(cell) <= 12 and not re.search(r"\d", cell):
                heads[column] = name
        if len(heads) >= 2:
            return heads, list(enumerate(rows[at + 1 :], at + 2))
    return {}, list(enumerate(rows, 1))


def _by_heads(heads: dict[int, str], row: list[str]) -> dict[str, str]:
    return {name: row[column] for column, name in heads.items() if column < len(row)}


def _guessed(row: list[str], first: date) -> dict[str, str]:
    """Without a row of names: what looks like a day is one, what looks like a clock is one, then what and where."""
    named: dict[str, str] = {}
    for cell in filter(None, row):
        kind = (
            "begins"
            if _CLOCK.search(cell) and "begins" not in named
            else "day"
            if _day(cell, first) is not None and "day" not in named
            else next((name for name in ("title", "place", "floors") if name not in named), "")
        )
        if kind:
            named[kind] = cell
    return named


def _meal(cell: str) -> str:
    return next((meal for meal, words in _MEALS if len(cell) <= 8 and words.search(cell)), "")


def _day(cell: str, first: date) -> date | None:
    """The day that a cell names: a weekday of the week, or a date."""
    if len(cell) > 24:
        return None
    if (exact := _date(cell, first)) is not None:
        return exact
    found = _DAY.search(cell)
    return first + timedelta(days="一二三四五六日".index(found[1].replace("天", "日"))) if found else None


def _date(cell: str, near: date) -> date | None:
    found = _DATE.search(_HOURS.sub(" ", cell))
    if found is None:
        return None
    try:
        day = date(int(found[1] or near.year), int(found[2]), int(found[3]))
    except ValueError:
        return None
    if not found[1] and day < near - timedelta(days=180):
        return day.replace(year=day.year + 1)
    return day


def _clocks(begins: str, ends: str) -> tuple[str, str]:
    """09:30 and 10:30 of 「9:30-10:30」, 「下午2点半」."""
    found, half = list[str](), ""
    for part, hours, minutes, more in _CLOCK.findall(f"{begins} {ends}"):
        half = part or half
        hour = int(hours) + (12 if half in {"下午", "晚上"} and int(hours) < 12 else 0)
        minute = 30 if more == "半" else int(minutes or more or 0)
        if hour < 24 and minute < 60:
            found.append(f"{hour:02}:{minute:02}")
    return (found[0] if found else ""), (found[1] if len(found) > 1 and found[1] > found[0] else "")


def _amount(cell: str) -> tuple[str, str]:
    """2,200 and 元/月 of 「2200元/月」."""
    found = _AMOUNT.search(cell)
    if found is None:
        return ("免费", "") if "免" in cell else ("", "")
    rest = cell[found.end() :].strip()
    unit = "".join(takewhile(lambda sign: sign not in "（(，,；; ", rest))
    return grouped(found[0]), unit


def grouped(amount: str) -> str:
    """2,200 for 2200; 600–3,400 for 600-3400."""
    bare = re.sub(r"\s+", "", amount.replace(",", "").replace("，", ""))
    bare = re.sub(r"[-~～至到]", "–", bare)
    return re.sub(r"(?<![\d.])\d{4,}", lambda found: f"{int(found[0]):,}", bare)
