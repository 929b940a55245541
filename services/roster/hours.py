"""When the desk is there by weekday, and when machines are silent, as the lead sets it; and what follows from it for
promises (N8, F16).
"""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Final

from sqlalchemy import select

from care import workdays
from care.errors import Changed, Invalid
from care.quiet_hours import ELDER, FAMILY, Quiet
from care.workdays import DAY, Desk, Span
from services.access import Viewer, name_of
from services.roster import days, kinds
from services.roster.forms import SetHours
from storage import revision, tables
from storage.tables.roster_calendar import ServiceHours
from storage.types import new_id
from storage.unit import Unit

DESK: Final = {
    "1": "周一",
    "2": "周二",
    "3": "周三",
    "4": "周四",
    "5": "周五",
    "6": "周六",
    "7": "周日",
    workdays.HOLIDAY: "节假日",
}
USUAL: Final = {
    **dict.fromkeys("12345", "08:30-12:00 13:30-17:30"),
    "6": "09:00-17:30",
    "7": "09:00-17:30",
    workdays.HOLIDAY: "09:00-12:00",
}
"""Offered to a home that has said nothing yet; nothing of it counts before it is saved."""
QUIET: Final = {"elder": "老人", "family": "家属"}
NIGHT: Final = (23 * 60, 5 * 60)
"""From 23:00 to 5:00 no machine may speak to anybody."""
NAP: Final = (11 * 60, 15 * 60 + 30)
"""Between these the elders' rest at noon lies, where a home has one."""
LATEST: Final = 11 * 60
EARLIEST: Final = 18 * 60


def stored(db: Unit, home_id: int) -> dict[str, ServiceHours]:
    """What a home has said, by name."""
    return {row.name: row for row in db.scalars(select(ServiceHours).where(ServiceHours.home_id == home_id))}


def hours_revision(rows: Mapping[str, ServiceHours]) -> str:
    """What the form is drawn from."""
    return revision.of(*sorted((row.name, row.hours) for row in rows.values()))


def desk(db: Unit, home_id: int, now: datetime) -> Desk:
    """The desk as a value; a home that has said nothing is always there, as it was before it could say so."""
    rows = stored(db, home_id)
    home = db.get_one(tables.Home, home_id)
    today = now.astimezone(kinds.zone_of(home)).date()
    hours = {name: workdays.spans_of(rows[f"desk-{name}"].hours) for name in DESK if f"desk-{name}" in rows}
    return Desk(hours, days.workdays(db, home_id, today))


def quiet(db: Unit, home_id: int) -> Quiet:
    """When machines are silent; what a home has not said is as usual."""
    rows = stored(db, home_id)
    elder, nap, family = rows.get("quiet-elder"), rows.get("quiet-nap"), rows.get("quiet-family")
    night = _times(elder.hours) if elder else ELDER[0]
    noon = ELDER[1:] if nap is None else (_times(nap.hours),) if nap.hours else ()
    return Quiet((night, *noon), (_times(family.hours),) if family else FAMILY)


def _times(text: str) -> tuple[time, time]:
    begin, _, end = text.partition("-")
    return time.fromisoformat(begin), time.fromisoformat(end)


def set_hours(db: Unit, viewer: Viewer, form: SetHours, now: datetime) -> None:
    """When the desk is there and when machines are silent, from now on. Raises Forbidden, Invalid, Changed."""
    home = days.lock_calendar(db, viewer)
    known = stored(db, home.id)
    if form.drawn not in {None, hours_revision(known)}:
        last = max(known.values(), key=lambda row: row.at, default=None)
        who = name_of(db, last.by_id) if last else "有同事"
        raise Changed(who=who, what="改过服务时间", revision=hours_revision(known))
    given = {name: next(iter(values), "") for name, values in form.hours.items()}
    wanted = {f"desk-{name}": _desk(given, name, words) for name, words in DESK.items()}
    if not any(wanted.values()):
        raise Invalid(why="一周七天都没有人，家属的话就没有人答了。请至少填一天。")
    wanted |= {f"quiet-{name}": _night(given, name, words) for name, words in QUIET.items()}
    if "quiet-nap-a" in given:
        wanted["quiet-nap"] = _nap(given)
    for name, hours in wanted.items():
        row = known.get(name)
        if row is None:
            row = ServiceHours(id=new_id(), home_id=home.id, name=name, hours="", by_id=viewer.id, at=now)
            db.add(row)
        if row.hours != hours:
            row.hours, row.by_id, row.at = hours, viewer.id, now
    db.store.audit(home.id, now, f"staff:{viewer.id}", "set_hours", f"home:{home.id}")
    db.store.hint("calendar")


def _desk(given: Mapping[str, str], name: str, words: str) -> str:
    spans: list[Span] = []
    for first, second in (("a", "b"), ("c", "d")):
        begin, end = given.get(f"desk-{name}-{first}", "").strip(), given.get(f"desk-{name}-{second}", "").strip()
        if not begin and not end:
            continue
        from_, to = _minute(begin, words), _minute(end, words) or DAY
        if to <= from_:
            raise Invalid(why=f"{words}：{begin} 到 {end}，止要晚于起。整天都有人就填 0:00 到 24:00。")
        spans.append((from_, to))
    spans.sort()
    if len(spans) == 2 and spans[1][0] < spans[0][1]:
        raise Invalid(why=f"{words}的两段时间叠在一起了。")
    return workdays.words_of(tuple(spans))


def _night(given: Mapping[str, str], name: str, words: str) -> str:
    begin = _minute(given.get(f"quiet-{name}-a", "").strip(), f"{words}不打扰")
    end = _minute(given.get(f"quiet-{name}-b", "").strip(), f"{words}不打扰")
    if not EARLIEST <= begin <= NIGHT[0] or not NIGHT[1] <= end <= LATEST:
        raise Invalid(why=f"{words}不打扰：从 18:00 到 23:00 之间开始，到 5:00 到 11:00 之间为止；夜里机器人不说话。")
    return f"{workdays.clock(begin)}-{workdays.clock(end)}"


def _nap(given: Mapping[str, str]) -> str:
    """Empty for a home that has none."""
    first, last = given["quiet-nap-a"].strip(), given.get("quiet-nap-b", "").strip()
    if not first and not last:
        return ""
    begin, end = _minute(first, "老人午睡"), _minute(last, "老人午睡")
    if not NAP[0] <= begin < end <= NAP[1]:
        raise Invalid(why="老人午睡：在 11:00 到 15:30 之间；不午睡就把两格都空着。")
    return f"{workdays.clock(begin)}-{workdays.clock(end)}"


def _minute(text: str, words: str) -> int:
    try:
        return workdays.minute_of(text)
    except ValueError as error:
        raise Invalid(why=f"{words}：请写几点到几点，例如 08:30 到 17:30。") from error
