"""A matter that somebody wrote of becomes a task, in the transaction of the message: under its name, for those who can
do it, with the words (A12, A17).
"""

import re
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care import severity
from care.matters import JOINS, MACHINE, Matter, table
from care.states import Role
from conversations.effects import FileMatter, say
from conversations.events import Done, Voice, line_of
from services.context import Context
from services.tasks import filed
from storage.store import Store
from storage.tables.tasks import Assignment, Task
from storage.types import new_id

LONGEST: Final = 200
LATER: Final = 100
"""What comes later is cut here, so that of the first words something stays; the talk has all of them."""
LEADS: Final = (Role.SUPERVISOR, Role.DIRECTOR)
HERE: Final = frozenset({"在住", "病危"})
STAND_IN: Final = (Role.DESK, Role.SUPERVISOR, Role.DIRECTOR)
"""Who is asked where nobody of the kind works in the house; what is for a lead goes to no one below."""
HARMLESS: Final = frozenset({severity.UNKNOWN, "餐饮", "环境设施", "活动探视"})
"""Categories of complaint of which praise speaks as well."""
HIDDEN: Final = "说到同事，请看会话"
"""Stands for words that accuse somebody: only who may read them in the talk does (A4)."""
OF_MESSAGES: Final = frozenset({"stop", "unbind"})
"""What is about our messages: who says 「不要粥」 or 「您别也跟我说不要」 wants something else."""
_MESSAGES: Final = re.compile("发|消息|信息|提醒|微信|公众号|绑|推送|打扰|关注|退订|^td$|取消", re.IGNORECASE)
ENQUIRES: Final = ("lead", "tour")
"""What an enquirer wants, and tells more of."""
OPEN: Final = """SELECT id, body FROM task WHERE talk_of = ? AND source = ? AND made_by = ? AND ended_at IS NULL
    AND made_at > ? ORDER BY id DESC LIMIT 1"""
ADD: Final = "UPDATE task SET body = ? WHERE id = ? AND body = ? AND ended_at IS NULL RETURNING owner_id, role, floor"


class About(NamedTuple):
    """The resident of whom it is, as far as the house knows: at most one, else where the phone stands."""

    resident_id: int | None = None
    floor: str = ""
    status: str = ""
    lives: bool = False
    """Whether who speaks lives in the house; at the device of a room too."""


def file(context: Context, effect: FileMatter) -> Done:
    """One task for one matter; what comes within two hours is added to it while it is open."""
    words = " ".join(line_of(context.event).split()) if context.event is not None else ""
    intent = _meant(effect.intent, words)
    about = _about(context)
    if intent in OF_MESSAGES and not _MESSAGES.search(words):
        enquiry = enquires(context.store, context.home_id, context.person_id, context.now)
        intent = "request" if about.lives else enquiry or intent
    matter = table().matters[intent]
    role, floor = _post(context, matter, about)
    words = HIDDEN if context.accused is not None else words
    added = context.accused is None and _added(context, intent, words)
    if not added:
        _write(context, intent, matter, about, (role, floor), words)
    context.store.hint("tasks", f"person:{context.person_id}")
    asks = context.kind == "guest" and not about.lives and intent == "private"
    whose = table().post(role, "" if about.lives else floor)
    of_stranger = "more" if added else "enquiry" if context.kind == "guest" and not about.lives else ""
    chooses = intent == "stop" and context.kind == "family" and not added
    new = (intent in ENQUIRES and of_stranger) or ("added" if added else "chooses" if chooses else "new")
    how = _how(context, matter, about, whose) or ("guest" if asks else new)
    return Done(how=how, known=(matter.name, whose))


def enquires(store: Store, home_id: int, person_id: int, now: datetime) -> str:
    """The newest enquiry of a person that is open and young enough to be added to; "" without one."""
    row = store.row(
        """SELECT source FROM task WHERE home_id = ? AND ended_at IS NULL AND talk_of = ? AND source IN (?, ?)
           AND made_by = ? AND made_at > ? ORDER BY id DESC LIMIT 1""",
        home_id,
        person_id,
        *ENQUIRES,
        MACHINE,
        now - JOINS,
    )
    return "" if row is None else str(row[0])


def _meant(intent: str, words: str) -> str:
    """Praise in which something bad is told may be irony, or misread: somebody answers it."""
    if table().matters[intent].reply or severity.of_words(words).category in HARMLESS:
        return intent
    return "suggestion"


def _how(context: Context, matter: Matter, about: About, whose: str) -> str:
    if context.attended and (about.lives or not matter.reply):
        return "silent"
    if about.lives and context.accused is not None:  # who is accused may stand beside the phone (F5)
        return "noted"
    if about.lives and isinstance(
        context.event, Voice
    ):  # who talks is answered by a sentence of which there is a sound
        spoken = context.house.words([say("matter.elder", who=whose)], context.now, elder=True)
        return "noted" if not matter.reply else "elder" if spoken in context.house.recorded else "aloud"
    if about.lives:
        return "elder"
    if about.status == "去世":
        return "mourning"
    return "" if matter.reply else "praise"


def _about(context: Context) -> About:
    """Of whom it is: the elder, the one resident of a relative, or nobody whom the house would name to a stranger."""
    store, person = context.store, context.person_id
    found = store.rows(
        """SELECT r.id, r.floor, r.status FROM resident r WHERE r.person_id = ?
           OR r.id IN (SELECT resident_id FROM kinship WHERE person_id = ?) ORDER BY r.id LIMIT 2""",
        person,
        person,
    )
    if len(found) == 1:
        return About(found[0][0], found[0][1], found[0][2], context.elder)
    place = store.row("SELECT floor FROM common_phone WHERE place_id = ?", person)
    return About(lives=context.elder) if place is None else About(None, str(place[0]), "在住", lives=True)


def _post(context: Context, matter: Matter, about: About) -> tuple[Role, str]:
    """For whom it is: who may read it before who would do it; nobody is asked for who is not in the house."""
    known = table()
    if context.accused is not None or about.status == "去世":
        return _working(context.store, context.home_id, known.grave, "")
    if not matter.of_floor:
        return _working(context.store, context.home_id, matter.role, "")
    if about.status not in HERE or not about.floor:
        return _working(context.store, context.home_id, known.elsewhere, "")
    return _working(context.store, context.home_id, matter.role, about.floor)


def _working(store: Store, home_id: int, role: Role, floor: str) -> tuple[Role, str]:
    """The role itself, or where the house has nobody of it the next who can be asked."""
    rows = store.rows("SELECT role, floors FROM staff WHERE home_id = ? AND left_at IS NULL", home_id)
    there = {Role(one) for one, floors in rows if not floor or not floors or floor in floors.split()}
    if role in there:
        return role, floor
    return next(((one, "") for one in (LEADS if role in LEADS else STAND_IN) if one in there), (role, floor))


def _due(context: Context, matter: Matter, about: About) -> datetime:
    if about.lives and matter.elder_minutes:
        return context.said_at + timedelta(minutes=matter.elder_minutes)
    length = timedelta(hours=matter.hours)
    return context.said_at + length if matter.by_night else context.house.figures.hours.after(context.said_at, length)


def _write(context: Context, intent: str, matter: Matter, about: About, post: tuple[Role, str], words: str) -> None:
    role, floor = post
    filed.write(
        context.store,
        home_id=context.home_id,
        words=_cut(f"{matter.name}：{words}", LONGEST),
        source=intent,
        now=context.now,
        due_at=_due(context, matter, about),
        role=role.value,
        floor=floor,
        resident_id=about.resident_id,
        talk_of=context.person_id,
    )


def _added(context: Context, intent: str, words: str) -> bool:
    """Whether the words went to the task that is open; one that a colleague changes in this moment is left to her."""
    store = context.store
    row = store.row(OPEN, context.person_id, intent, MACHINE, context.now - JOINS)
    if row is None:
        return False
    number, sealed = row
    before, more = store.open(Task, "body", number, sealed).decode(), _cut(words, LATER)
    if words and words in before:
        return True
    body = f"{_cut(before, LONGEST - len(more) - 1)}；{more}"
    changed = store.change(Task, ADD, store.seal(Task, "body", number, body), number, sealed, persons=())
    if not changed:
        return False
    line = new_id()
    store.insert(
        Assignment,
        id=line,
        home_id=context.home_id,
        thing="task",
        thing_id=number,
        from_id=changed[0][0],
        to_id=changed[0][0],
        by_id=MACHINE,
        why="edited",
        reason=store.seal(Assignment, "reason", line, f"又来信：{more}"),
        at=context.now,
    )
    store.audit(context.home_id, context.now, "machine", "edit_task", f"task:{number}")
    return True


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else words[: most - 1] + "…"
