"""每周家书: the whole of a week once (U1, U2), and how it goes with somebody in hospital (U3). What may be said, and the
checks before anybody reads it.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from care import letters
from care.letters import Facts, Field, Looked


class Kind(StrEnum):
    """What such a letter is about; stored, never renamed."""

    WEEK = "week"
    HOSPITAL = "hospital"


FIELDS: Final[Mapping[Kind, tuple[Field, ...]]] = {
    Kind.WEEK: (
        Field("mind", "心里", ("开朗", "平静", "想家", "低落", "烦躁"), "q"),
        Field("content", "住得满意吗", ("满意", "还可以", "有意见"), "w"),
        Field(
            "needs", "想要的", ("不缺什么", "换季衣服", "鞋袜", "日用品", "水果点心", "想家人来看看", "想打电话"),
            "e", many=True,
        ),
        Field("body", "身体", ("平稳", "比上周好", "比上周差"), "r", scope="health"),
    ),
    Kind.HOSPITAL: (
        Field("body", "身体", ("平稳", "好转", "加重"), "q", scope="health"),
        Field("mood", "情绪", ("开心", "平静", "低落", "烦躁"), "w"),
        Field("meals", "饮食", ("正常", "大半", "一半", "少量", "按医嘱不吃"), "e"),
        Field("sleep", "睡眠", ("好", "一般", "差"), "r"),
    ),
}  # fmt: skip
WORSE: Final = frozenset({"比上周差", "加重"})
SAD: Final = frozenset({"低落", "烦躁", "想家"})
UNHAPPY: Final = "有意见"
LONGEST: Final = 300
PLAN: Final = 120
"""Signs of what is planned for next week."""
SHORTEST: Final = 6
AGAIN: Final = timedelta(days=7)
"""Somebody in hospital is written about at least so often."""
STILL_LAST: Final = 1
"""Until this weekday (Tuesday) the letter of last week may still be written."""
LEVELS: Final = ("meals", "water", "sleep", "mood")
"""Rows of the daily letters of which a week is drawn, the best word of each first."""


def sunday_of(day: date) -> date:
    """The last day of its week."""
    return day + timedelta(days=6 - day.weekday())


def open_weeks(today: date) -> tuple[date, ...]:
    """The Sundays of the weeks that may be written about: this one, and until Tuesday the last one."""
    this = sunday_of(today)
    return (this, this - timedelta(days=7)) if today.weekday() <= STILL_LAST else (this,)


def turn(resident_id: int) -> int:
    """The weekday (0 = Monday … 5 = Saturday) on which it is a resident's turn: a sixth of the house each day."""
    return resident_id % 6


def known(kind: Kind, ticked: Mapping[str, Collection[str]]) -> dict[str, tuple[str, ...]]:
    """The ticks that the form has, in its order; of a single choice the first."""
    found = {
        field.id: (field, tuple(option for option in field.options if option in ticked.get(field.id, ())))
        for field in FIELDS[kind]
    }
    return {name: values if field.many else values[:1] for name, (field, values) in found.items() if values}


def look(kind: Kind, facts: Facts, sentence: str, plan: str, *, before: str, others: Collection[str]) -> Looked:
    """Check one before it is kept. `before`: the sentence of the one before; `others`: those about other residents."""
    missing = [field.name for field in FIELDS[kind] if field.id not in facts]
    asked = "请写一句只属于这位老人的话，至少几个字。" if kind is Kind.WEEK else "请写一句这几天在医院怎么样。"
    found = (
        (bool(missing), f"还没有点：{'、'.join(missing)}。每周一次要说全。"),
        (len(sentence) < SHORTEST, asked),
        (len(sentence) > LONGEST, f"这段话有 {len(sentence)} 个字，请写在 {LONGEST} 个字以内。"),
        (len(plan) > PLAN, f"下周的安排有 {len(plan)} 个字，请写在 {PLAN} 个字以内。"),
        (bool(sentence) and sentence == before, "这句话和上一封一样，请换一句。"),
        (bool(sentence) and sentence in others, "这句话已经用在别的老人那里了，请写一句只属于这位老人的。"),
        (
            facts.get("needs", ())[:1] == ("不缺什么",) and len(facts["needs"]) > 1,
            "点了「不缺什么」，又点了想要的东西，请留一样。",
        ),
    )
    return Looked(tuple(words for wrong, words in found if wrong), _hold(kind, facts, f"{sentence}\n{plan}"))


def _hold(kind: Kind, facts: Facts, words: str) -> str:
    """Bad news is told by phone first."""
    if WORSE & set(facts.get("body", ())):
        return "身体变差了"
    bad = letters.grave_news(words) if kind is Kind.HOSPITAL else letters.bad_news(words)
    return "话里有坏消息" if bad else ""


def may_read(kind: Kind, scopes: Collection[str]) -> bool:
    """Whether a relative may read one: of a week who knows the daily things, of a stay in hospital who knows of
    health.
    """
    return ("daily" if kind is Kind.WEEK else "health") in scopes


def readable(kind: Kind, facts: Facts, scopes: Collection[str]) -> list[tuple[str, str]]:
    """The ticks that a relative may read, as (name, words)."""
    return [
        (field.name, "、".join(facts[field.id]))
        for field in FIELDS[kind]
        if field.id in facts and field.scope in scopes
    ]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the picture of a week: for each day from Monday how well it went (1 … the best), 0 where nothing was
    written; and the same in words.
    """

    name: str
    levels: tuple[float, ...]
    words: str


def trend(days: Sequence[Facts | None]) -> list[Row]:
    """The picture of a week of daily letters, Monday first; a row of which nothing was ticked is absent."""
    found: list[Row] = []
    for name in LEVELS:
        field = letters.BY_ID[name]
        ticked = [(facts or {}).get(name, ("",))[0] for facts in days]
        if not any(ticked):
            continue
        many = len(field.options)
        levels = tuple((many - field.options.index(word)) / many if word in field.options else 0.0 for word in ticked)
        found.append(Row(field.name, levels, _counted(ticked, field.options, "天")))
    return found


def did(days: Sequence[Facts | None]) -> list[tuple[str, str]]:
    """What was done in the week, and how often: 唱歌 3 次."""
    found: list[tuple[str, str]] = []
    for name in ("doing", "care"):
        field = letters.BY_ID[name]
        ticked = [word for facts in days for word in (facts or {}).get(name, ())]
        if ticked:
            found.append((field.name, _counted(ticked, field.options, "次")))
    return found


def _counted(ticked: Sequence[str], options: Sequence[str], unit: str) -> str:
    many = Counter(ticked)
    return "、".join(f"{word} {many[word]} {unit}" for word in options if many[word])


def title(kind: Kind, relation: str, sex: str | None, name: str) -> str:
    """妈妈的一周, for children; else the name."""
    whose = letters.title(relation, sex, name).removesuffix("的一天")
    return f"{whose}的一周" if kind is Kind.WEEK else f"{whose}在医院"
