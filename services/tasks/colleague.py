"""What a colleague's own WeChat does: 接班, 我的任务, 「1 好了」, 记一笔, in the transaction of her message (F39).

Each asks first who she is now. Names go out as 王奶奶 with the room; nothing is told of anybody's body.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care.named import Living, meant
from care.states import NoteUse, TaskEnd
from conversations.events import Done
from conversations.flows.tasks import LONGEST, ActOnTask, KeepNote, ShowShift, ShowTasks, TakeBackNote
from conversations.phrases import moment
from services.access import Viewer
from services.context import Context
from services.staff.wechat import standing
from services.tasks.notes import stays_inside
from storage.queries import tasks_wechat as queries
from storage.store import Store
from storage.tables.tasks import Assignment, Note, Task
from storage.types import new_id

BYTES: Final = 1900
"""Of the 2,048 that a message may have; the phrase around it needs some."""
LAST_SHIFT: Final = timedelta(hours=12)
SHOWN: Final = 9
CHOICES: Final = 9
NAMING: Final = 12
"""An answer that only names somebody is no longer than this; a longer one is what the photo shows as well."""
BACK: Final = timedelta(days=1)
TAKE: Final = "UPDATE task SET owner_id = ? WHERE id = ? AND owner_id IS NULL AND ended_at IS NULL RETURNING id"
DONE: Final = """UPDATE task SET ended_at = ?, ended_by = ?, ended_how = 'done' WHERE id = ? AND ended_at IS NULL
    AND (owner_id = ? OR owner_id IS NULL) RETURNING id"""
UNDO: Final = """UPDATE task SET ended_at = NULL, ended_by = NULL, ended_how = NULL
    WHERE id = ? AND ended_by = ? AND ended_at > ? RETURNING id"""


def shift(context: Context, _: ShowShift) -> Done:
    """Who is there, what is open, who needs a look; nothing else, and nothing that fills more than one message."""
    who = standing(context)
    if isinstance(who, str):
        return Done(how=who)
    store, now = context.store, context.now
    lines = [_told(context, f"{'、'.join(sorted(who.floors))} 楼" if who.floors else "全院")]
    lines += _on_duty(context, who)
    found = queries.looks(store, who.home_id, who.floors, now - LAST_SHIFT)
    lines.append("要看一眼：" if found else "上一班没有要特别看的。")
    lines += [f"{one.who.told}：{one.why}{_at(context, one.at)}" for one in found]
    mine = queries.mine(store, who.home_id, who.id, who.role.value, who.floors)
    late = sum(one.due_at is not None and one.due_at <= now for one in mine)
    lines.append(f"任务 {len(mine)} 件{f'，{late} 件过了时间' if late else ''}。回「我的任务」看。")
    held = queries.held_letters(store, who.home_id, who.floors)
    if held:
        lines.append(f"{held} 封家书要先打电话，请到电脑上看。")
    _looked(context, who, "wechat_shift")
    return Done(ref=_fitted(lines))


def tasks(context: Context, _: ShowTasks) -> Done:
    """Her list, numbered from 1, the most pressing first."""
    who = standing(context)
    if isinstance(who, str):
        return Done(how=who)
    mine = queries.mine(context.store, who.home_id, who.id, who.role.value, who.floors)
    _looked(context, who, "wechat_tasks")
    shown = mine[:SHOWN]
    lines = [f"{place}. {_line(context, one)}" for place, one in enumerate(shown, start=1)]
    if len(mine) > SHOWN:
        lines.append(f"还有 {len(mine) - SHOWN} 件，请到电脑上看。")
    return Done(ref=_fitted(lines), known=tuple(str(one.id) for one in shown))


def act(context: Context, effect: ActOnTask) -> Done:
    """Done, taken or undone, once; who comes second is told."""
    who = standing(context)
    if isinstance(who, str):
        return Done(how=who)
    number = int(effect.task)
    if effect.act == "undo":
        return _undo(context, who, number)
    mine = {one.id: one for one in queries.mine(context.store, who.home_id, who.id, who.role.value, who.floors)}
    one = mine.get(number)
    if one is None:
        return Done(how="gone", ref="这件已经有人做了，或交给别人了。回「我的任务」再看一眼。")
    what = f"{one.who} {one.words}".strip()
    if effect.act == "take":
        if one.hers:
            return Done(how="taken", ref=what)
        changed = _changed(context.store, TAKE, who.id, number)
        word, action = "taken", "take_task"
    else:
        changed = _changed(context.store, DONE, context.now, who.id, number, who.id)
        word, action = TaskEnd.DONE.value, "done_task"
    if not changed:
        return Done(how="gone", ref="这件刚刚有同事动过。回「我的任务」再看一眼。")
    owner = who.id if one.hers else None
    _went(context, who, number, (owner, who.id if word == "taken" else owner), word)
    context.store.audit(who.home_id, context.now, f"staff:{who.id}", action, f"task:{number}", "微信")
    return Done(how=word, ref=what, known=(str(number),))


class _Given(NamedTuple):
    body: bytes
    owner_id: int | None


def _undo(context: Context, who: Viewer, number: int) -> Done:
    row = context.store.one_of(
        _Given, "SELECT body, owner_id FROM task WHERE id = ? AND home_id = ?", number, who.home_id
    )
    if row is None or not _changed(context.store, UNDO, number, who.id, context.now - BACK):
        return Done(how="gone", ref="这件撤销不了了：过了一天，或别人动过。")
    _went(context, who, number, (row.owner_id, row.owner_id), "undone")
    context.store.audit(who.home_id, context.now, f"staff:{who.id}", "undo_task", f"task:{number}", "微信")
    return Done(how="undone", ref=context.store.open(Task, "body", number, row.body).decode())


def _changed(store: Store, sql: str, *values: object) -> bool:
    return bool(store.change(Task, sql, *values, persons=()))


def _went(context: Context, who: Viewer, number: int, hands: tuple[int | None, int | None], word: str) -> None:
    context.store.insert(
        Assignment,
        home_id=who.home_id,
        thing="task",
        thing_id=number,
        from_id=hands[0],
        to_id=hands[1],
        by_id=who.id,
        why=word,
        at=context.now,
    )
    context.store.hint("tasks")


# -- notes -------------------------------------------------------------------------------------------------------------


def keep(context: Context, effect: KeepNote) -> Done:
    """A line about whom it names among those on her floors; who cannot be told apart is asked back."""
    who = standing(context)
    if isinstance(who, str):
        return Done(how=who)
    if context.accused is not None:
        return Done(how="lead")
    people = queries.living(context.store, who.home_id, who.floors)
    chosen = next((one for one in people if str(one.id) == effect.resident), None)
    about = [chosen] if chosen else meant(effect.who, people)
    inbox = str(context.inbox_id or "") if effect.inbox == "now" else effect.inbox
    if len(about) != 1:
        lines = "\n".join(f"{place}. {one.told}" for place, one in enumerate(about[:CHOICES], start=1))
        asked = (effect.words, effect.kind, inbox, *(str(one.id) for one in about[:CHOICES]))
        return Done(how="which" if about else "nobody", ref=lines, known=asked)
    words = effect.words or (effect.who if effect.kind != "words" and len(effect.who) > NAMING else "")
    return _kept(context, who, about[0], (effect.kind, words[:LONGEST], int(inbox) if inbox else None))


def _kept(context: Context, who: Viewer, about: Living, line: tuple[str, str, int | None]) -> Done:
    store, row_id = context.store, new_id()
    kind, words, inbox = line
    use = NoteUse.INSIDE if stays_inside(words) else NoteUse.OFFERED
    store.insert(
        Note,
        id=row_id,
        home_id=who.home_id,
        resident_id=about.id,
        day=context.said_at.astimezone(context.house.home.zone).date(),
        kind=kind,
        body=store.seal(Note, "body", row_id, words),
        by_id=who.id,
        at=context.said_at,
        use=use.value,
        inbox_id=inbox,
    )
    store.audit(who.home_id, context.now, f"staff:{who.id}", "add_note", f"note:{row_id}", "微信")
    store.hint("notes")
    return Done(how=use.value, ref=about.told, known=(str(row_id),))


def take_back(context: Context, effect: TakeBackNote) -> Done:
    """Her own, until a letter has it."""
    who = standing(context)
    if isinstance(who, str):
        return Done(how=who)
    number = int(effect.note)
    changed = context.store.change(
        Note,
        """UPDATE note SET use = 'taken_back', settled_at = ?, settled_by = ? WHERE by_id = ? AND id = ?
           AND use IN ('offered', 'inside') RETURNING id""",
        context.now,
        who.id,
        who.id,
        number,
        persons=(),
    )
    if not changed:
        return Done(how="used")
    context.store.audit(who.home_id, context.now, f"staff:{who.id}", "take_back_note", f"note:{number}", "微信")
    context.store.hint("notes")
    return Done(how="back")


# -- words -------------------------------------------------------------------------------------------------------------


def _told(context: Context, where: str) -> str:
    return f"{context.now.astimezone(context.house.home.zone):%H:%M} {where}"


def _on_duty(context: Context, who: Viewer) -> list[str]:
    zone = context.house.home.zone
    there = [
        watch
        for watch in context.house.on_duty(context.now)
        if not who.floors or not watch.floors or watch.floors & who.floors
    ]
    lines = [
        f"{watch.place}：{watch.name or '没有人'}，到 {watch.ends.astimezone(zone):%H:%M}" for watch in there[:SHOWN]
    ]
    return lines or ["这会儿没有排班，谁在班上请问主管。"]


def _at(context: Context, at: datetime | None) -> str:
    return f"，{moment(at, context.now, context.house.home.zone)}" if at is not None else ""


def _line(context: Context, one: queries.Mine) -> str:
    due = ""
    if one.due_at is not None:
        late = "过了时间，" if one.due_at <= context.now else ""
        due = f"（{late}{moment(one.due_at, context.now, context.house.home.zone)}前）"
    return f"{one.who} {one.words[:60]}{due}{'' if one.hers else '，还没人接'}".strip()


def _fitted(lines: list[str]) -> str:
    """As many lines as one message holds."""
    kept: list[str] = []
    for place, line in enumerate(lines):
        if len("\n".join([*kept, line]).encode()) > BYTES:
            return "\n".join([*kept, f"还有 {len(lines) - place} 行，请到电脑上看。"])
        kept.append(line)
    return "\n".join(kept)


def _looked(context: Context, who: Viewer, action: str) -> None:
    """Reading is written down as well (S4)."""
    context.store.audit(who.home_id, context.now, f"staff:{who.id}", action, f"staff:{who.id}")
