"""Tasks: written in one line, taken, handed over, given back with a reason, done, taken back (engineering 19, F30).

A task belongs to no person: its row is held, then read again. Each change of hands is a line of `assignment`.
"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care.errors import Changed, Decided, Invalid
from care.matters import MACHINE
from care.states import ROLES, Role, TaskEnd
from care.words import legal, whole
from services.access import LEADS, WORKS, Viewer, access_page, access_person, name_of
from services.form import coming
from services.residents.access import access_resident
from services.staff.access import colleague_here
from services.tasks.access import TASKS, access_of_case, access_task
from services.tasks.forms import ActOnTask, AddTask, EditTask, GiveBack, HandTask
from storage import revision, tables
from storage.tables.tasks import Assignment, Task
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = 200
BACK: Final = timedelta(days=1)
"""So long what was done by mistake is opened again by a tap."""
AGAIN: Final = timedelta(minutes=2)
"""So long the same line by the same colleague is one and not two."""
Post = tuple[int | None, str, str]
"""Whose it is: a colleague, or a role and a floor."""
Hands = tuple[int | None, int | None]
"""Out of whose, into whose."""


def add(db: Unit, viewer: Viewer, form: AddTask, now: datetime, source: str = "hand") -> Task:
    """Something to do. Raises Invalid with a sentence; NotFound for what it is about."""
    access_page(viewer, TASKS)
    words, due_at = _words(form.what), _due(db, viewer, form.due, now)
    resident = access_resident(db, viewer, form.resident) if form.resident else None
    talk = access_person(db, viewer, form.talk) if form.talk else None
    case = access_of_case(db, viewer, form.case) if form.case else None
    owner_id, role, floor = _post(db, viewer, form.whom)
    known = _just_written(db, viewer, (words, form), (owner_id, role, floor), now)
    if known is not None:
        return known
    about = "complaint" if case else "talk" if talk else "resident" if resident else ""
    row = Task(
        id=new_id(),
        home_id=viewer.home_id,
        resident_id=resident.id if resident else None,
        talk_of=talk.id if talk else None,
        case_id=case.id if case else None,
        owner_id=owner_id,
        role=role,
        floor=floor or (resident.floor if resident and not (owner_id or role) else ""),
        due_at=due_at,
        source=about if about and source == "hand" else source,
        made_by=viewer.id,
        made_at=now,
    )
    db.seal(row, "body", words)
    db.add(row)
    if owner_id is not None:
        _went(db, viewer, row, (None, owner_id), "given", now)
    _told(db, viewer, row, "add_task", now)
    return row


def take(db: Unit, viewer: Viewer, task_id: int, form: ActOnTask, now: datetime) -> Task:
    """我来: it is hers from now on. Raises Decided, Changed, NotFound."""
    row = _open(db, viewer, task_id, form.drawn)
    if row.owner_id == viewer.id:
        return row
    if row.owner_id is not None and not manages(viewer, row):
        raise Decided(who=name_of(db, row.owner_id), what="接了这件事")
    _went(db, viewer, row, (row.owner_id, viewer.id), "taken", now)
    row.owner_id = viewer.id
    _told(db, viewer, row, "take_task", now)
    return row


def hand_over(db: Unit, viewer: Viewer, task_id: int, form: HandTask, now: datetime) -> Task:
    """Into other hands, by who has it, who wrote it, or a lead. Raises Invalid, Changed, NotFound."""
    row = _open(db, viewer, task_id, form.drawn)
    if row.owner_id not in {None, viewer.id} and not manages(viewer, row):
        raise Invalid(why=f"这件事在{name_of(db, row.owner_id)}手上，要交给别人请主管来交。")
    if not form.whom.strip():
        raise Invalid(why="请选交给谁。")
    owner_id, role, floor = _post(db, viewer, form.whom)
    if owner_id is not None and owner_id == row.owner_id:
        return row
    _went(db, viewer, row, (row.owner_id, owner_id), "handed", now, form.why)
    row.owner_id = owner_id
    if owner_id is None:
        row.role, row.floor = role, floor
    _told(db, viewer, row, "hand_task", now)
    return row


def hand_to(db: Unit, viewer: Viewer, task_id: int, to_id: int, now: datetime) -> None:
    """What a colleague left, to another by name, by a lead (F30). Raises Invalid, NotFound."""
    hand_over(db, viewer, task_id, HandTask(whom=f"staff:{to_id}"), now)


def give_back(db: Unit, viewer: Viewer, task_id: int, form: GiveBack, now: datetime) -> Task:
    """It cannot be done: nobody's again, with the reason beside it. Raises Invalid, Changed, NotFound."""
    row = _open(db, viewer, task_id, form.drawn)
    if row.owner_id != viewer.id:
        raise Invalid(why="这件事不在您手上，不用退。")
    if not form.why.strip():
        raise Invalid(why="请写一句为什么做不了，接着做的人要看。")
    _went(db, viewer, row, (viewer.id, None), "back", now, form.why)
    row.owner_id = None
    _told(db, viewer, row, "give_back_task", now)
    return row


def edit(db: Unit, viewer: Viewer, task_id: int, form: EditTask, now: datetime) -> Task:
    """Other words, or another time, by who has it, who wrote it, or a lead. Raises Invalid, Changed, NotFound."""
    row = _open(db, viewer, task_id, form.drawn)
    if row.owner_id != viewer.id and not manages(viewer, row):
        raise Invalid(why="要改这件事，请写它的人、接了它的人或主管来改。")
    words, before = _words(form.what), db.open(row, "body")
    stands = form.due is not None and row.due_at is not None and _in_zone(db, viewer, form.due) == row.due_at
    due_at = row.due_at if stands else _due(db, viewer, form.due, now)
    if (words, due_at) == (before, row.due_at):
        return row
    db.seal(row, "body", words)
    row.due_at = due_at
    _went(
        db, viewer, row, (row.owner_id, row.owner_id), "edited", now, "" if words == before else f"原来写的是：{before}"
    )
    _told(db, viewer, row, "edit_task", now)
    return row


def done(db: Unit, viewer: Viewer, task_id: int, form: ActOnTask, now: datetime) -> Task:
    """做好了, whoever had it. Raises Decided, Changed, NotFound."""
    row = _open(db, viewer, task_id, form.drawn)
    _end(db, viewer, row, TaskEnd.DONE, now)
    return row


def drop(db: Unit, viewer: Viewer, task_id: int, form: GiveBack, now: datetime) -> Task:
    """不用做了, by who wrote it or a lead, with a reason. Raises Invalid, Changed, NotFound."""
    row = _open(db, viewer, task_id, form.drawn)
    if not manages(viewer, row):
        raise Invalid(why="不用做了，要由写它的人或主管来定；机器人记的，接了再点。做不了请点「退回」。")
    if not form.why.strip():
        raise Invalid(why="请写一句为什么不用做了。")
    _end(db, viewer, row, TaskEnd.DROPPED, now, form.why)
    return row


def undo(db: Unit, viewer: Viewer, task_id: int, form: ActOnTask, now: datetime) -> Task:
    """Not done after all: open again, for a day, by who ended it or a lead. Raises Invalid, Changed, NotFound."""
    row = access_task(db, viewer, task_id, lock=True)
    if row.ended_at is None:
        return row
    _as_drawn(db, row, form.drawn)
    if row.ended_by != viewer.id and viewer.role not in LEADS:
        raise Invalid(why=f"这是{name_of(db, row.ended_by)}点的，要撤销请主管来点。")
    if now - row.ended_at > BACK:
        raise Invalid(why="过了一天，不能撤销了；要再做请重新写一件。")
    _went(db, viewer, row, (row.owner_id, row.owner_id), "undone", now)
    row.ended_at, row.ended_by, row.ended_how = None, None, None
    _told(db, viewer, row, "undo_task", now)
    return row


def revision_of(row: Task) -> str:
    """What a form of a task is drawn from."""
    return revision.of(row.owner_id, row.role, row.floor, row.due_at, row.ended_at, row.body)


def post_of(row: Task) -> str:
    """For whom it is, while nobody has it, as people say it: 2 楼护理, 护士, 全院."""
    floor = f" {row.floor} 楼" if row.floor else ""
    return f"{floor}{ROLES[Role(row.role)] if row.role else ''}" or "全院"


def _just_written(db: Unit, viewer: Viewer, asked: tuple[str, AddTask], post: Post, now: datetime) -> Task | None:
    """The same line pressed once more, since the answer was lost on its way: it is there."""
    words, form = asked
    mine = Task.home_id == viewer.home_id, Task.made_by == viewer.id, Task.made_at > now - AGAIN
    for row in db.scalars(select(Task).where(*mine, Task.ended_at.is_(None)).order_by(Task.id.desc())):
        about = row.resident_id or 0, row.talk_of or 0, row.case_id or 0
        there = row.owner_id, row.role, row.floor if form.whom.strip() else ""
        until = None if form.due is None else _in_zone(db, viewer, form.due)
        same = (about, there, row.due_at) == ((form.resident, form.talk, form.case), post, until)
        if same and db.open(row, "body") == words:
            return row
    return None


def _words(text: str) -> str:
    words = " ".join(legal(text).split())
    if not words:
        raise Invalid(why="请写一句要做什么。")
    if len(words) > LONGEST:
        raise Invalid(why=f"这件事写了 {len(words)} 个字，请写在 {LONGEST} 个字以内。")
    return words


def _in_zone(db: Unit, viewer: Viewer, at: datetime) -> datetime:
    return at.replace(tzinfo=ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone))


def _due(db: Unit, viewer: Viewer, at: datetime | None, now: datetime) -> datetime | None:
    """A time that lies ahead, by the clock of the home. Raises Invalid."""
    if at is None:
        return None
    due_at = _in_zone(db, viewer, at)
    coming(due_at.date(), now.astimezone(due_at.tzinfo).date(), "到期的日子")
    if due_at <= now:
        raise Invalid(why=f"到期的时间（{due_at:%H:%M}）已经过了，请选后面的时间。")
    return due_at


def _post(db: Unit, viewer: Viewer, whom: str) -> Post:
    """Raises Invalid for who is not here."""
    kind, _, which = whom.strip().partition(":")
    if kind == "me":
        return viewer.id, "", ""
    if kind == "staff":
        to = colleague_here(db, viewer, whole(which) or 0)
        if to.role not in WORKS:
            raise Invalid(why=f"{to.name}不管老人的事，请换一位。")
        return to.id, "", ""
    if kind == "role" and which in {role.value for role in WORKS}:
        return None, which, ""
    if kind == "floor" and 0 < len(which) <= 8:
        return None, "", which
    if kind:
        raise Invalid(why="请再选一次交给谁。")
    return None, "", ""


def _open(db: Unit, viewer: Viewer, task_id: int, drawn: str | None) -> Task:
    row = access_task(db, viewer, task_id, lock=True)
    if row.ended_at is not None:
        what = "做好了这件事" if row.ended_how == TaskEnd.DONE else "说不用做了"
        raise Decided(who=name_of(db, row.ended_by), what=what)
    _as_drawn(db, row, drawn)
    return row


def _as_drawn(db: Unit, row: Task, drawn: str | None) -> None:
    if drawn in {None, "", revision_of(row)}:
        return
    table = Assignment
    last = db.scalars(
        select(table.by_id).where(table.thing == "task", table.thing_id == row.id).order_by(table.id.desc())
    ).first()
    raise Changed(who=name_of(db, last), what="动过这件事", revision=revision_of(row))


def manages(viewer: Viewer, row: Task) -> bool:
    """Who may change a task or say that it need not be done: a lead, who wrote it; of what the machine made of a
    message, since it may have read it wrongly, who has it.
    """
    return viewer.role in LEADS or row.made_by == viewer.id or (row.made_by == MACHINE and row.owner_id == viewer.id)


def _end(db: Unit, viewer: Viewer, row: Task, how: TaskEnd, now: datetime, why: str = "") -> None:
    row.ended_at, row.ended_by, row.ended_how = now, viewer.id, how.value
    _went(db, viewer, row, (row.owner_id, row.owner_id), how.value, now, why)
    _told(db, viewer, row, f"{how.value}_task", now)


def _went(db: Unit, viewer: Viewer, row: Task, hands: Hands, word: str, now: datetime, why: str = "") -> None:
    before, after = hands
    line = Assignment(
        id=new_id(),
        home_id=viewer.home_id,
        thing="task",
        thing_id=row.id,
        from_id=before,
        to_id=after,
        by_id=viewer.id,
        why=word,
        at=now,
    )
    db.seal(line, "reason", " ".join(legal(why).split())[:LONGEST] or None)
    db.add(line)


def _told(db: Unit, viewer: Viewer, row: Task, action: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", action, f"task:{row.id}")
    db.store.hint("tasks")
