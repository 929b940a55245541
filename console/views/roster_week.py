"""Seven days of the rota as the page draws them: rows by building and post, a line for each kind of shift."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from care import duty
from conversations.phrases import WEEKDAYS
from storage.queries.roster import Member, Turn
from storage.tables.roster import DutyPost, DutyShift

WEEK: Final = 7
NIGHT: Final = 18
"""A shift that begins at this hour or later, or before four, is told as a night."""
SHORT: Final = {"two": "两个岗位", "long": "超 24 小时", "rest": "歇不够"}


@dataclass(frozen=True, slots=True)
class Cell:
    """One seat on one day: who, whether somebody is missing, which rules it goes against."""

    day: date
    shift: int
    word: str
    night: bool
    names: tuple[str, ...]
    gap: str
    """没人, 差 1 人, 02:00 到 08:00 没人; empty when all are there."""
    rules: str
    here: bool
    past: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A post with its lines, each of seven cells."""

    post: int
    name: str
    building: str
    lines: tuple[tuple[Cell, ...], ...]
    first: int
    """The kind of shift that a new turn is offered for."""


@dataclass(frozen=True, slots=True)
class Here:
    """Who is at a post now, and until when."""

    place: str
    names: tuple[str, ...]
    until: datetime
    missing: int = 0


@dataclass
class _Found:
    names: dict[int, str] = field(default_factory=dict)
    turns: list[Turn] = field(default_factory=list)
    gaps: list[Turn] = field(default_factory=list)


def rows(
    posts: Sequence[DutyPost],
    shifts: Sequence[DutyShift],
    turns: Sequence[Turn],
    days: Sequence[date],
    now: datetime,
    zone: ZoneInfo,
) -> list[Row]:
    """The rows of the page."""
    found: dict[tuple[int, date, int], _Found] = {}
    for turn in turns:
        there = found.setdefault((turn.post, turn.day, turn.shift), _Found())
        if turn.staff is None:
            there.gaps.append(turn)
        else:
            there.names[turn.staff] = turn.name
            there.turns.append(turn)
    works = _works(turns)
    order = {row.id: row for row in shifts}
    made = []
    for post in posts:
        wanted = {int(one) for one in post.shifts.split()} | {shift for where, _, shift in found if where == post.id}
        lines = tuple(
            tuple(_cell(order[shift], day, found.get((post.id, day, shift)), works, now, zone) for day in days)
            for shift in sorted(wanted & order.keys(), key=lambda one: (order[one].place, one))
        )
        offered = next((row.id for row in shifts if row.id not in wanted and row.gone_at is None), shifts[0].id)
        made.append(Row(post.id, post.name, post.building, lines, offered))
    return sorted(made, key=lambda row: [one.building for one in made].index(row.building))


def _works(turns: Iterable[Turn]) -> dict[int, list[duty.Work]]:
    found: dict[int, list[duty.Work]] = {}
    for turn in turns:
        if turn.staff is not None and turn.works:
            found.setdefault(turn.staff, []).append(duty.Work(turn.post, turn.begins, turn.ends))
    return found


def _cell(
    shift: DutyShift,
    day: date,
    found: _Found | None,
    works: dict[int, list[duty.Work]],
    now: datetime,
    zone: ZoneInfo,
) -> Cell:
    kind = duty.Kind(shift.id, shift.name, _clock(shift.begins), _clock(shift.ends), shift.works)
    begins, ends = kind.hours(day, zone)
    there = found or _Found()
    broken: list[str] = []
    for turn in there.turns:
        mine = duty.Work(turn.post, turn.begins, turn.ends)
        others = [one for one in works.get(turn.staff or 0, []) if one != mine]
        broken += [rule for rule in duty.against(mine, others) if rule not in broken] if turn.works else []
    gaps = [gap for gap in there.gaps if gap.ends > now]
    return Cell(
        day,
        shift.id,
        shift.name,
        is_night(shift),
        tuple(there.names.values()),
        gap_words(gaps, begins, ends, zone, anybody=bool(there.names)) if gaps else "",
        "，".join(SHORT[rule] for rule in broken) if ends > now else "",
        begins <= now < ends and bool(there.names) and shift.works,
        ends <= now,
    )


def is_night(shift: DutyShift) -> bool:
    """Whether it is told in the colour of the night."""
    hour = _clock(shift.begins).hour
    return shift.works and shift.begins != shift.ends and (hour >= NIGHT or hour < 4)


def gap_words(gaps: Sequence[Turn], begins: datetime, ends: datetime, zone: ZoneInfo, *, anybody: bool) -> str:
    """没人; 差 1 人; or from when to when, where it is a part of the shift."""
    first = min(gaps, key=lambda gap: gap.begins)
    few = f"差 {first.missing} 人" if first.missing > 1 or anybody else "没人"
    if len(gaps) == 1 and first.ends == ends and (first.begins == begins or not anybody):
        return few
    return f"{first.begins.astimezone(zone):%H:%M} 到 {first.ends.astimezone(zone):%H:%M} {few}"


def here(turns: Sequence[Turn]) -> list[Here]:
    """Posts at this moment, in the order of the page."""
    found: dict[int, list[Turn]] = {}
    for turn in turns:
        if turn.works:
            found.setdefault(turn.post, []).append(turn)
    made = []
    for there in found.values():
        names = dict.fromkeys(turn.name for turn in there if turn.staff is not None)
        missing = sum(turn.missing for turn in there)
        made.append(Here(there[0].place, tuple(names), min(turn.ends for turn in there), missing))
    return made


def called(day: date, today: date) -> str:
    """今天, 明天, 周四（26 日）."""
    near = {0: "今天", 1: "明天"}.get((day - today).days)
    return near or f"周{WEEKDAYS[day.weekday()]}（{day.day} 日）"


def spoken(gap: Turn, today: date, zone: ZoneInfo) -> str:
    """周四（26 日）夜班 2 楼没人."""
    begins, ends = gap.begins.astimezone(zone), gap.ends.astimezone(zone)
    few = "没人" if gap.missing == 1 else f"差 {gap.missing} 人"
    return f"{called(gap.day, today)}{gap.word}班 {begins:%H:%M} 到 {ends:%H:%M}，{gap.place}{few}"


def beside(gap: Turn, turns: Sequence[Turn]) -> list[str]:
    """Who else is on duty while nobody is there: 唐雨（护士）."""
    names = [
        f"{turn.name}（{turn.place}）"
        for turn in turns
        if turn.staff is not None and turn.works and turn.begins < gap.ends and turn.ends > gap.begins
    ]
    return list(dict.fromkeys(names))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A colleague who may be put or asked, with what speaks against it."""

    member: Member
    note: str
    rules: str
    near: bool
    """Works on the floor of the post."""
    asked: bool


def busy(member: Member, day: date, turns: Sequence[Turn], role: str) -> str:
    """What she does on that day: 护理 · 白班 2 楼; 那天没排."""
    that_day = [turn for turn in turns if turn.staff == member.id and turn.day == day]
    words = "、".join(f"{turn.word}{'班' if turn.works else ''} {turn.place}" for turn in that_day)
    return f"{role} · {words or '那天没排'}"


def days_of(first: date, count: int = WEEK) -> list[date]:
    """Days from one on."""
    return [first + timedelta(days=n) for n in range(count)]


def _clock(text: str) -> time:
    return time.fromisoformat(text)
