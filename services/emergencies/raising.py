"""紧急 by a colleague: she is with somebody, or at a place, and needs others there at once (F9).

It is shown on every screen before anything is written down; a repeat at the same place joins it and rings again. She is
there herself, so that neither her screen nor her telephone counts as somebody who could come.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, select

from care import places
from care.accusations import ABUSE, Accusation, Names, read
from care.errors import Forbidden, Invalid
from care.triage import Audience, Urgency
from services.access import WORKS, Viewer
from services.accusations import accusations
from services.emergencies.forms import Raise
from services.emergencies.strip import RAISED, Alarm, Cry, Place
from storage import tables
from storage.seal import Unreadable
from storage.tables.emergencies import AlarmPress
from storage.types import new_id
from storage.unit import Unit

KINDS: Final = (
    "跌倒受伤",
    "噎呛",
    "呼吸心脏",
    "急病",
    "出血烫伤",
    "走失",
    "火情",
    "燃气",
    "侵害",
    "自伤",
    "要人帮忙",
)
"""What a colleague may say with one tap; most of them begin with the plan of the same name."""
COME: Final = "快来人"
"""What a press says by itself."""
NOWHERE: Final = "没写地方，问她"
"""A press without a place: with both hands full nobody types."""
PLACE: Final = 40
WORDS: Final = 120


@dataclass(frozen=True, slots=True)
class Press:
    """What was pressed, checked: the alarm that it makes where it joins none, and where the others go."""

    number: int
    token: str
    kind: str
    place: str
    words: str
    resident: tuple[int, str, str] | None = None
    """The person of the resident, the name, and the bed."""
    floor: str = ""


def checked(db: Unit | None, viewer: Viewer, form: Raise) -> Press:
    """The press, with the resident or the floor where the words name one; without a database (None) the words stand as
    they are. Raises Invalid, Forbidden.
    """
    if viewer.role not in WORKS:
        raise Forbidden
    place, words = " ".join(form.place.split()), " ".join(form.words.split())
    place = place or NOWHERE
    if len(place) > PLACE or len(words) > WORDS:
        raise Invalid(why=f"地方最多 {PLACE} 个字，情况最多 {WORDS} 个字。")
    if form.kind not in KINDS:
        raise Invalid(why="请点一下是什么事。")
    if not re.fullmatch(r"[0-9a-f]{16,40}", form.token):
        raise Invalid(why="这一页太旧了，请刷新再按。真要人现在就喊、就打电话。")
    press = Press(new_id(), form.token, form.kind, place, words)
    return press if db is None else _found(db, viewer, press)


def _found(db: Unit, viewer: Viewer, press: Press) -> Press:
    """The resident where one alone is named, and whose floor it is: the one that the words name, else that of the room,
    else that of the resident who is named without another place.
    """
    table, person = tables.Resident, tables.Person
    rows = db.execute(
        select(table, person)
        .join(person, person.id == table.person_id)
        .where(table.home_id == viewer.home_id, table.room != "")
        .order_by(table.id)
    ).all()
    named = [(row, name) for row, who in rows if len(name := _name(db, who)) > 1 and name in press.place]
    longest = [(row, name) for row, name in named if not any(name != other and name in other for _, other in named)]
    there = places.said(press.place)
    here = [row for row, _ in rows if _is_in(row.room, there)]
    both = [one for one in longest if one[0] in here] if here else longest
    one = both[0] if len(both) == 1 else None
    floors = {row.floor for row in here} if here else {one[0].floor} if one is not None and not there else set()
    known = {row.floor for row, _ in rows}
    floor = next(iter(floors)) if len(floors) == 1 else ""
    said = places.floor(press.place)
    return Press(
        press.number,
        press.token,
        press.kind,
        press.place,
        press.words,
        None if one is None else (one[0].person_id, one[1], bed_of(one[0])),
        said if said in known else floor,
    )


def _name(db: Unit, who: tables.Person) -> str:
    """A name that cannot be unsealed holds up no alarm."""
    try:
        return db.words(who, "name")
    except Unreadable:
        return ""


def _is_in(room: str, there: str) -> bool:
    """Whether a room, with its building where it has one, stands among the places of the words."""
    digits = re.sub(r"\D", "", room)
    building = room.removesuffix(digits)
    return bool(digits) and re.search(rf"(?<!\\d){digits} 室", there) is not None and building in there


def strip(viewer: Viewer, press: Press, now: datetime, names: Names | None = None) -> Alarm:
    """The press as a strip of its own; `names` of the colleagues, whom its words may accuse (F27)."""
    meant = accusation_in(f"{press.words} {press.place}", press.kind, names or Names())
    floors = frozenset({press.floor}) if press.floor else frozenset[str]()
    return Alarm(
        f"{RAISED}{press.number}",
        Audience.FLOOR,
        int(Urgency.P0),
        press.kind,
        (Cry(int(Urgency.P0), press.kind, press.words or COME, now),),
        now,
        now,
        where(viewer.name, press.place, press.resident[1:] if press.resident else ("", ""), floors),
        uncommitted=frozenset({press.token}),
        raised_by=viewer.id,
        callers=frozenset({viewer.id}),
        person_id=press.resident[0] if press.resident else None,
        brief=meant is not None,
        staff=meant.staff if meant else frozenset(),
        roles=meant.roles if meant else frozenset(),
    )


def where(by: str, place: str, resident: tuple[str, str], floors: frozenset[str]) -> Place:
    """Where the others go; `resident` with name and bed, where it is one.

    What a telephone says and a screen for visitors shows are the places of the words alone; the bed, where no other
    place is named (F15). Nothing known is nothing said: the screens of colleagues have the words.
    """
    name, bed = resident
    there = places.said(place)
    calls = f"{by}在那里叫人"
    if not name:
        return Place(place, calls, there, floors=floors)
    more = " ".join(place.replace(name, " ").split())
    shown = more if there else bed
    return Place(name, " · ".join(filter(None, (shown, calls))), there or bed, floors=floors)


def bed_of(row: tables.Resident) -> str:
    """306 室 1 床."""
    return f"{row.room} 室 {row.bed} 床" if row.bed else f"{row.room} 室"


def write(db: Unit, viewer: Viewer, number: int, press: Press, now: datetime) -> None:
    """The press in the database, once: into the alarm `number` while that rings, else into a new one."""
    known = select(AlarmPress.id).where(AlarmPress.home_id == viewer.home_id, AlarmPress.token == press.token)
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    if db.scalars(known).first() is not None:
        db.store.hint("alarms")  # another process has written it: this one's strip takes its row over
        return
    table = tables.Alarm
    mine = select(table).where(table.id == number, table.home_id == viewer.home_id)
    row = db.fresh(mine).first()
    people = {one for one in (press.resident[0] if press.resident else None, row.person_id if row else None) if one}
    if people:
        db.lock_persons(*people)
        row = db.fresh(mine).first()
    else:
        row = db.lock_row(mine)
    if row is None or row.arrived_at is not None:
        row = table(
            id=number if row is None else new_id(),
            home_id=viewer.home_id,
            person_id=press.resident[0] if press.resident else None,
            count=0,
            level=int(Urgency.P0),
            kind=press.kind,
            audience=Audience.FLOOR.value,
            brief=False,
            raised_at=now,
            latest_at=now,
            raised_by=viewer.id,
            floor=press.floor or None,
            again=0,
        )
        db.add(row)
    row.count, row.kind, row.latest_at = row.count + 1, press.kind, max(row.latest_at, now)
    row.raised_at = min(row.raised_at, now)
    row.brief = row.brief or accused_by(db, viewer.home_id, press) is not None
    db.flush()
    one = AlarmPress(
        id=new_id(), home_id=viewer.home_id, alarm_id=row.id, token=press.token, staff_id=viewer.id, at=now
    )
    db.seal(one, "place", press.place)
    db.seal(one, "words", press.words or None)
    db.add(one)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "alarm", f"alarm:{row.id}")
    db.store.hint("alarms", f"person:{row.person_id or 0}")


def pressed(db: Unit, alarms: list[int]) -> dict[int, list[tuple[AlarmPress, str]]]:
    """The presses of these alarms in their order, with who pressed."""
    if not alarms:
        return {}
    rows = db.execute(
        select(AlarmPress, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == AlarmPress.staff_id)
        .where(AlarmPress.alarm_id.in_(alarms))
        .order_by(AlarmPress.id)
    ).all()
    found: dict[int, list[tuple[AlarmPress, str]]] = {}
    for row, name in rows:
        found.setdefault(row.alarm_id, []).append((row, name or "有同事"))
    return found


def number_of(source: str) -> int:
    """The row that a strip of a colleague stands for."""
    return int(source.removeprefix(RAISED))


def of_source(source: str) -> ColumnElement[bool]:
    """Which rows a strip stands for: one that a colleague raised, or those of whoever speaks from a phone."""
    table, phone = tables.Alarm, tables.Follower
    if source.startswith(RAISED):
        return and_(table.id == number_of(source), table.raised_by.is_not(None))
    return and_(table.raised_by.is_(None), table.person_id.in_(select(phone.person_id).where(phone.openid == source)))


def lock(db: Unit, source: str) -> None:
    """Lock whose the alarm is: the people, or the row of a place, which belongs to nobody."""
    if not source.startswith(RAISED):
        db.lock_whose(select(tables.Follower.person_id).where(tables.Follower.openid == source))
        return
    found = db.fresh(select(tables.Alarm).where(of_source(source))).first()
    if found is not None:
        lock_row_or_person(db, found)


def lock_row_or_person(db: Unit, alarm: tables.Alarm) -> None:
    """Lock the person of an alarm; the row of one for a place alone."""
    if alarm.person_id is not None:
        db.lock_persons(alarm.person_id)
    else:
        db.lock_row(select(tables.Alarm).where(tables.Alarm.id == alarm.id))


def callers(db: Unit, alarm: tables.Alarm) -> frozenset[int]:
    """Who pressed: they are there themselves, and are not rung."""
    if alarm.raised_by is None:
        return frozenset()
    found = db.scalars(select(AlarmPress.staff_id).where(AlarmPress.alarm_id == alarm.id))
    return frozenset({alarm.raised_by, *found})


def accused_by(db: Unit, home_id: int, press: Press) -> Accusation | None:
    """Whom a press accuses: its words are then for the lead, and whom they mean is not rung (F5, F27)."""
    return accusation_in(f"{press.words} {press.place}", press.kind, accusations.names(db, home_id))


def accusation_in(words: str, kind: str, names: Names) -> Accusation | None:
    """The same of any words; a press for 侵害 accuses somebody, whoever it is."""
    return read(words, names, hurt=True) or (Accusation(why=kind, danger=True) if kind == ABUSE else None)


def accused_of(db: Unit, alarm: tables.Alarm) -> tuple[frozenset[int], frozenset[tuple[str, str]]]:
    """Whom the presses of an alarm accuse: colleagues, and roles with their floor."""
    staff, roles = frozenset[int](), frozenset[tuple[str, str]]()
    if not alarm.brief:
        return staff, roles
    names = accusations.names(db, alarm.home_id)
    for press, _ in pressed(db, [alarm.id]).get(alarm.id, []):
        try:
            found = accusation_in(f"{db.words(press, 'words')} {db.words(press, 'place')}", alarm.kind, names)
        except Unreadable:
            continue
        if found is not None:
            staff, roles = staff | found.staff, roles | found.roles
    return staff, roles
