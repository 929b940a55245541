"""How each effect is carried out, in the transaction of the message that caused it."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from care import severity, sla
from care.severity import Level
from care.sla import Kind
from conversations.effects import AddToCase, AskHuman, Effect, NoteOnCase, OpenCase, Quiet
from conversations.engine import FlowError
from conversations.events import Done, Image, Link, Location, Message, Refused, Text, Video, Voice
from services import promises
from storage import tables
from storage.store import Store
from storage.types import new_id

if TYPE_CHECKING:
    from services.house import Executor
    from services.receive import Context

TITLE = 24


def carry_out(context: "Context", effect: Effect) -> Done | Refused | None:
    """Do what a flow wants; Done or Refused where the effect answers. Raises FlowError for an effect nobody can do."""
    if isinstance(effect, Quiet):
        return None
    executor = context.house.executors.get(type(effect)) or EXECUTORS.get(type(effect))
    if executor is None:
        raise FlowError("-", "-", f"nobody carries out {type(effect).__name__}")
    return executor(context, effect)


def words_of(event: Message) -> str:
    """A message as one line of a case."""
    match event:
        case Text(body):
            return body
        case Image():
            return "［照片］"
        case Voice(heard=heard):
            return f"［语音］{heard}"
        case Video():
            return "［视频］"
        case Location(label=label):
            return f"［位置］{label}"
        case Link(title=title):
            return f"［链接］{title}"
        case _:
            return "［其他内容］"


def open_case(context: "Context", effect: OpenCase) -> Done:
    """Register a complaint: number, level by rule, the clocks of 1 h (15 min) and 24 h from the first word (C1 … C4, C9).

    While the person's last case still waits for its first feedback the words join it: one matter, one number (F9).
    """
    store, home = context.store, context.house.home
    waiting = store.row(
        "SELECT id, number FROM complaint WHERE person_id = ? AND feedback_at IS NULL AND closed_at IS NULL ORDER BY id DESC LIMIT 1",
        context.person_id,
    )
    if waiting is not None:
        _add(context, waiting[0], effect.event)
        due = promises.open_one(store, context.person_id, Kind.FIRST_FEEDBACK)
        return Done(ref=waiting[1], due_at=due[1] if due else None, how="joined")
    words = words_of(effect.event)
    assessed = severity.assess([words])
    day = context.said_at.astimezone(home.zone).date()
    sequence = store.rows(
        """INSERT INTO case_counter (id, home_id, day, last) VALUES (?, ?, ?, 1)
           ON CONFLICT (home_id, day) DO UPDATE SET last = last + 1 RETURNING last""",
        new_id(), context.home_id, day,
    )[0][0]  # fmt: skip
    case_id, number = new_id(), f"C{day:%m%d}-{sequence:02d}"
    seal = store.seal
    title = words.strip().replace("\n", " ")
    store.insert(
        tables.Case, id=case_id, home_id=context.home_id, person_id=context.person_id, resident_id=_only_resident(context), day=day,
        sequence=sequence, number=number, stage=1, level=int(assessed.level), category=assessed.category,
        why=seal(tables.Case, "why", case_id, "；".join(assessed.why)), cautious=assessed.cautious, hide_name=assessed.hide_name,
        title=seal(tables.Case, "title", case_id, title[:TITLE] + ("…" if len(title) > TITLE else "")),
        said_at=context.said_at, opened_at=context.now,
    )  # fmt: skip
    _record(context, case_id, "story", words)
    figures = context.house.figures
    first = sla.first_feedback_due(context.said_at, assessed.level, figures)
    for kind, due_at in ((Kind.FIRST_FEEDBACK, first), (Kind.RESULT, sla.result_due(context.said_at, figures))):
        promises.make(
            store, home_id=context.home_id, person_id=context.person_id, kind=kind, made_at=context.said_at, due_at=due_at,
            case_id=case_id, inbox_id=context.inbox_id,
        )  # fmt: skip
    store.audit(context.home_id, context.now, f"person:{context.person_id}", "open_case", f"case:{case_id}")
    store.hint("cases", f"case:{case_id}")
    return Done(ref=number, due_at=first, how="new")


def add_to_case(context: "Context", effect: AddToCase) -> None:
    """Keep a message as a record; words that make the case more serious bring its clock forward."""
    _add(context, _case(context, effect.case), effect.event)


def note_on_case(context: "Context", effect: NoteOnCase) -> None:
    """Write an answer into the case (C2)."""
    if effect.field not in {"about", "occurred", "name", "contact"}:
        raise FlowError("complaint", "-", f"a case has no field {effect.field}")
    case_id = _case(context, effect.case)
    sealed = context.store.seal(tables.Case, effect.field, case_id, effect.text)
    context.store.update(tables.Case, case_id, person=context.person_id, **{effect.field: sealed})


def ask_human(context: "Context", _effect: AskHuman) -> Done:
    """A promise with a clock: the first question makes it, the next ones join it; words of an open complaint join the case too."""
    store = context.store
    case = store.row("SELECT id FROM complaint WHERE person_id = ? AND closed_at IS NULL ORDER BY id DESC LIMIT 1", context.person_id)
    if case is not None and context.event is not None:
        _add(context, case[0], context.event)
    running = promises.open_one(store, context.person_id, Kind.REPLY)
    if running is not None:
        return Done(due_at=running[1], how="attended" if context.attended else "again")
    due_at = sla.reply_due(context.said_at, context.house.figures)
    promises.make(
        store, home_id=context.home_id, person_id=context.person_id, kind=Kind.REPLY, made_at=context.said_at, due_at=due_at,
        inbox_id=context.inbox_id,
    )  # fmt: skip
    return Done(due_at=due_at, how="attended" if context.attended else "first")


def want_media(  # noqa: PLR0913
    store: Store, home_id: int, account_id: int, person_id: int, inbox_id: int, event: Image | Voice | Video, now: datetime
) -> None:
    """Remember a file to fetch at once; the platform forgets it after 3 days."""
    media_id = event.media_id_16k or event.media_id if isinstance(event, Voice) else event.media_id
    store.insert(
        tables.Media, home_id=home_id, account_id=account_id, person_id=person_id, inbox_id=inbox_id, media_id=media_id,
        kind=type(event).__name__.lower(), state="wanted", tries=0, try_at=now,
    )  # fmt: skip
    store.hint("media")


def _case(context: "Context", number: str) -> int:
    row = context.store.row(
        "SELECT id FROM complaint WHERE person_id = ? AND number = ? ORDER BY id DESC LIMIT 1", context.person_id, number
    )
    if row is None:
        raise FlowError("complaint", "-", f"the person has no case {number}")
    return int(row[0])


def _add(context: "Context", case_id: int, event: Message) -> None:
    words = words_of(event)
    _record(context, case_id, "story", words)
    if isinstance(event, Text):
        _reassess(context, case_id, words)
    context.store.hint(f"case:{case_id}", "cases")


def _reassess(context: "Context", case_id: int, words: str) -> None:
    store = context.store
    assessed = severity.assess([words])
    row = store.row("SELECT level, category, cautious, hide_name FROM complaint WHERE id = ?", case_id)
    if row is None:
        return
    level, category, cautious, hide = row
    changes: dict[str, Any] = {}
    if assessed.level < level or (category == "待定" and assessed.category != "待定"):
        changes = {"level": min(level, int(assessed.level)), "category": assessed.category}
        changes["why"] = store.seal(tables.Case, "why", case_id, "；".join(assessed.why))
    if assessed.cautious and not cautious:
        changes["cautious"] = True
    if assessed.hide_name and not hide:
        changes["hide_name"] = True
    if changes:
        store.update(tables.Case, case_id, person=context.person_id, **changes)
    if changes.get("level", level) < level and assessed.level is Level.S1:
        due = sla.first_feedback_due(context.said_at, assessed.level, context.house.figures)
        promises.bring_forward(store, case_id, context.person_id, Kind.FIRST_FEEDBACK, due)


def _record(context: "Context", case_id: int, kind: str, words: str) -> None:
    row_id = new_id()
    context.store.insert(
        tables.CaseRecord, id=row_id, case_id=case_id, home_id=context.home_id, said_at=context.said_at, kind=kind,
        inbox_id=context.inbox_id, body=context.store.seal(tables.CaseRecord, "body", row_id, words),
    )  # fmt: skip


def _only_resident(context: "Context") -> int | None:
    """The elder of a relative who has just one here; with two, it is asked."""
    rows = context.store.rows("SELECT resident_id FROM kinship WHERE person_id = ? LIMIT 2", context.person_id)
    return int(rows[0][0]) if len(rows) == 1 else None


EXECUTORS: "dict[type[Effect], Executor]" = {
    OpenCase: open_case, AddToCase: add_to_case, NoteOnCase: note_on_case, AskHuman: ask_human,
}  # fmt: skip
