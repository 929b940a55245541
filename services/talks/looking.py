"""请看一眼: a colleague looks at a message that may matter, or looks in on somebody who says the same once more (F26, F28).

The task says what is to be done; the words stay with the message, for who may read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from care import quiet_hours
from care.accusations import Accusation
from care.errors import NotFound
from care.states import DoubtCourse, DoubtEnd, Role
from care.triage import Audience, Triage, Urgency
from services.access import Viewer
from services.accusations import accusations
from services.context import Context
from services.emergencies import alarms
from services.house import House
from services.tasks import filed, tasks
from services.tasks.access import access_task
from services.tasks.forms import ActOnTask
from storage.store import Store
from storage.tables.talks_doubts import Doubt
from storage.unit import Unit

LOOK: Final = "look"
"""The source of such tasks."""
BY_DAY: Final = timedelta(minutes=5)
AT_NIGHT: Final = timedelta(minutes=15)
JOINS: Final = timedelta(hours=2)
ABUSE: Final = "侵害"
UNSAID: Final = "可能要紧"
"""Of a message that sounds like no kind of danger before others."""
WORDS: Final = "请看一眼来信"
LOOK_IN: Final = "请进去看一眼，人好不好"
BEDSIDE: Final = (Role.NURSE, Role.CARER, Role.SUPERVISOR, Role.DIRECTOR)


@dataclass(frozen=True, slots=True)
class Whom:
    """About whom somebody speaks: one resident, or several of them and a floor."""

    resident_id: int | None = None
    floor: str = ""
    lives_here: bool = False


class _Lives(NamedTuple):
    id: int
    floor: str
    status: str


def of_whom(store: Store, person_id: int) -> Whom:
    """The resident who speaks or to whom the speaker belongs; the floor of a phone of several."""
    rows = store.all_of(
        _Lives,
        """SELECT r.id, r.floor, r.status FROM resident r WHERE r.status NOT IN ('退住', '去世') AND (r.person_id = ?
           OR r.id IN (SELECT k.resident_id FROM kinship k WHERE k.person_id = ?)) ORDER BY r.id""",
        person_id,
        person_id,
    )
    if not rows:
        place = store.row("SELECT floor FROM common_phone WHERE place_id = ?", person_id)
        return Whom() if place is None else Whom(floor=str(place[0]), lives_here=True)
    floors = {row.floor for row in rows}
    return Whom(
        rows[0].id if len(rows) == 1 else None,
        floors.pop() if len(floors) == 1 else "",
        any(row.status == "在住" for row in rows),
    )


def show(context: Context, kind: str, accused: Accusation | None, doubt_id: int | None = None) -> None:
    """A task for the nurse of the floor, for the desk where nobody of ours is meant, for the lead where a colleague may
    be; further words of the same person within two hours join it. `doubt_id`: a question that was answered.
    """
    about = of_whom(context.store, context.person_id)
    if kind == ABUSE or accused is not None:
        role, floor = above(context.house, accused), ""
    elif about == Whom():
        role, floor = Role.DESK.value, ""
    else:
        role, floor = Role.NURSE.value, about.floor
    task_id = _running(context, role)
    if task_id is None:
        task_id = _task(context, WORDS, role, floor, about)
    if doubt_id is None:
        _kept(context, DoubtCourse.SHOWN, kind, task_id)
        return
    store, person = context.store, context.person_id
    store.update(Doubt, doubt_id, person=person, task_id=task_id)
    store.audit(context.home_id, context.now, "machine", "show", f"inbox:{context.inbox_id}")


def look_in(context: Context, accused: Accusation | None, kind: str = ABUSE, *, once: bool = False) -> None:
    """Somebody who is not meant goes in and looks; what was said stays with the lead. `once`: not while such a task is
    open.
    """
    about = of_whom(context.store, context.person_id)
    if once and (about == Whom() or _looked_in_for(context)):
        return
    task_id = _task(context, LOOK_IN, bedside(context.house, accused, about.floor), about.floor, about)
    _kept(context, DoubtCourse.LOOKED, kind, task_id)


def _looked_in_for(context: Context) -> bool:
    asked = """SELECT 1 FROM task t JOIN doubt d ON d.task_id = t.id WHERE d.person_id = ? AND d.course = 'looked'
               AND t.ended_at IS NULL AND t.made_at > ? LIMIT 1"""
    return context.store.row(asked, context.person_id, context.now - JOINS) is not None


def calls_lead(db: Unit, viewer: Viewer, task_id: int, form: ActOnTask, now: datetime) -> None:
    """Who looked in says that the lead must come: the look is done, the lead is rung anew (F28). Raises NotFound for
    another task, Decided, Changed.
    """
    access_task(db, viewer, task_id)
    found = db.scalars(
        select(Doubt).where(Doubt.task_id == task_id, Doubt.course == DoubtCourse.LOOKED.value).order_by(Doubt.id)
    ).first()
    if found is None:
        raise NotFound
    home, person, inbox = found.home_id, found.person_id, found.inbox_id
    tasks.done(db, viewer, task_id, form, now)
    db.lock_persons(person)
    db.flush()
    alarms.sound(db.store, home, person, inbox, Triage(Urgency.P0, ABUSE, "看过的同事请您来", Audience.LEAD), now)


def above(house: House, accused: Accusation | None) -> str:
    """The lead, or the director where every lead may be meant."""
    return _first(house, accused, (Role.SUPERVISOR, Role.DIRECTOR), "")


def bedside(house: House, accused: Accusation | None, floor: str) -> str:
    """The kind of colleague who goes: the first of which somebody on the floor is not meant."""
    return _first(house, accused, BEDSIDE, floor)


def _first(house: House, accused: Accusation | None, roles: Iterable[Role], floor: str) -> str:
    wanted = tuple(role.value for role in roles)
    if accused is None:
        return wanted[0]
    free = {
        one.role
        for one in house.names.colleagues.values()
        if (not floor or not one.floors or floor in one.floors) and not accusations.means(accused, one)
    }
    return next((role for role in wanted if role in free), wanted[-1])


def _running(context: Context, role: str) -> int | None:
    row = context.store.row(
        """SELECT id FROM task WHERE talk_of = ? AND source = ? AND role = ? AND ended_at IS NULL AND made_at > ?
           AND id IN (SELECT task_id FROM doubt WHERE person_id = ? AND course <> 'looked')
           ORDER BY id DESC LIMIT 1""",
        context.person_id,
        LOOK,
        role,
        context.now - JOINS,
        context.person_id,
    )
    return None if row is None else int(row[0])


def _task(context: Context, words: str, role: str, floor: str, about: Whom) -> int:
    home = context.house.home
    night = quiet_hours.is_night(context.now, home.zone, context.house.quiet)
    return filed.write(
        context.store,
        home_id=context.home_id,
        words=words,
        source=LOOK,
        now=context.now,
        due_at=context.now + (AT_NIGHT if night else BY_DAY),
        role=role,
        floor=floor,
        resident_id=about.resident_id,
        talk_of=context.person_id,
    )


def _kept(context: Context, course: DoubtCourse, kind: str, task_id: int) -> None:
    store = context.store
    store.insert(
        Doubt,
        home_id=context.home_id,
        person_id=context.person_id,
        inbox_id=context.inbox_id,
        course=course.value,
        kind=kind or UNSAID,
        at=context.now,
        due_at=None,
        ended_at=context.now,
        ended_how=DoubtEnd.SHOWN.value,
        task_id=task_id,
    )
    store.audit(context.home_id, context.now, "machine", "show", f"inbox:{context.inbox_id}")
    store.hint(f"person:{context.person_id}", "inbox")
