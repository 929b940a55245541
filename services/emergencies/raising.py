"""紧急 by a colleague: she is with somebody, or at a place, and needs others there at once (F9).

It is shown on every screen before anything is written down; a repeat at the same place joins it and rings again. She is
there herself, so that neither her screen nor her telephone counts as somebody who could come.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, and_, select

from care.errors import Forbidden, Invalid
from care.triage import Audience, Urgency
from services.access import WORKS, Viewer
from services.emergencies.forms import Raise
from services.emergencies.strip import RAISED, Alarm, Cry, Place
from storage import tables
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
PLACE: Final = 40
WORDS: Final = 120
PERSON: Final = re.compile(
    r"[\u4e00-\u9fff]{1,3}?(?:老太太|老先生|奶奶|爷爷|婆婆|阿婆|阿公|外婆|外公|大爷|大妈|大娘|阿姨|叔叔|伯伯|老师|先生|女士)"
)
"""What names somebody and stands in no list."""
ROOM: Final = re.compile(r"(?<!\d)\d{2,4}(?!\d)")


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
    if not place:
        raise Invalid(why="请写哪里要人：房间、老人的名字，或者「二楼活动室」这样的地方。")
    if len(place) > PLACE or len(words) > WORDS:
        raise Invalid(why=f"地方最多 {PLACE} 个字，情况最多 {WORDS} 个字。")
    if form.kind not in KINDS:
        raise Invalid(why="请点一下是什么事。")
    if not re.fullmatch(r"[0-9a-f]{16,40}", form.token):
        raise Invalid(why="这一页太旧了，请刷新再按。真要人现在就喊、就打电话。")
    press = Press(new_id(), form.token, form.kind, place, words)
    return press if db is None else _found(db, viewer, press)


def _found(db: Unit, viewer: Viewer, press: Press) -> Press:
    table, person = tables.Resident, tables.Person
    rooms = ROOM.findall(press.place)
    rows = db.execute(
        select(table, person)
        .join(person, person.id == table.person_id)
        .where(table.home_id == viewer.home_id, table.room != "")
        .order_by(table.id)
    ).all()
    here = [(row, db.words(who, "name")) for row, who in rows if not rooms or row.room in rooms]
    named = [(row, name) for row, name in here if name and name in press.place]
    floors = {row.floor for row, _ in (named or (here if rooms else []))}
    one = named[0] if len({row.id for row, _ in named}) == 1 else None
    return Press(
        press.number,
        press.token,
        press.kind,
        press.place,
        press.words,
        None if one is None else (one[0].person_id, one[1], bed_of(one[0])),
        floors.pop() or "" if len(floors) == 1 else "",
    )


def strip(viewer: Viewer, press: Press, now: datetime) -> Alarm:
    """The press as a strip of its own."""
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
        person_id=press.resident[0] if press.resident else None,
    )


def where(by: str, place: str, resident: tuple[str, str], floors: frozenset[str]) -> Place:
    """Where the others go; `resident` with name and bed, where it is one.

    What a telephone says and a screen for visitors shows is the bed or the room, never a name (F15).
    """
    (name, bed), rooms = resident, ROOM.findall(place)
    without = bed or " ".join(f"{room} 室" for room in rooms) or PERSON.sub("", place).strip()
    calls = f"{by}在那里叫人"
    if not name:
        return Place(place, calls, without, floors=floors)
    more = re.sub(rf"{re.escape(name)}|(?<!\d)\d{{2,4}}(?!\d) ?室?|\d 床", "", place).strip(" ，,·")
    return Place(name, " · ".join(filter(None, (f"{bed} {more}".strip(), calls))), without, floors=floors)


def bed_of(row: tables.Resident) -> str:
    """306 室 1 床."""
    return f"{row.room} 室 {row.bed} 床" if row.bed else f"{row.room} 室"


def write(db: Unit, viewer: Viewer, number: int, press: Press, now: datetime) -> None:
    """The press in the database, once: into the alarm `number` while that rings, else into a new one."""
    known = select(AlarmPress.id).where(AlarmPress.home_id == viewer.home_id, AlarmPress.token == press.token)
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    if db.scalars(known).first() is not None:
        return
    table = tables.Alarm
    row = db.lock_row(select(table).where(table.id == number, table.home_id == viewer.home_id))
    if press.resident is not None:
        db.lock_persons(press.resident[0])
        row = db.fresh(select(table).where(table.id == number, table.home_id == viewer.home_id)).first()
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
    found = db.lock_row(select(tables.Alarm).where(of_source(source)))
    if found is not None and found.person_id is not None:
        db.lock_persons(found.person_id)
