"""A complaint from its first word: registered, written on, made more serious by what is told later (C1 … C4, C9)."""

from typing import Any, Final

from care import severity, sla
from care.severity import Level
from care.sla import Kind
from care.stages import Stage
from conversations.effects import (
    AddToComplaint,
    NoteOnComplaint,
    OpenComplaint,
)
from conversations.engine import FlowError
from conversations.events import Done, Message, Text, line_of
from services.accusations import accusations
from services.context import Context
from services.promises import promises
from services.records import records
from storage import tables
from storage.store import Question
from storage.types import Row, new_id

TITLE: Final = 24
OPEN: Final = Question(
    tables.Complaint,
    ("id", "level", "category", "cautious", "hide_name", "number", "feedback_at", "owner_id"),
    "closed_at",
    by="id",
    newest_first=True,
)
"""A person's complaints that have not come to their end, the newest first."""
ALL_FIELDS: Final = ("about", "when", "name", "phone")


def open_complaint(context: Context, effect: OpenComplaint) -> Done:
    """Register a complaint: number, level by rule, the clocks of 1 h (15 min) and 24 h from the first word (C1 … C4,
    C9).

    While the person's last case still waits for its first feedback the words join it: one matter, one number (F9).
    """
    store, home = context.store, context.house.home
    waiting = next((complaint for complaint in store.about(OPEN, context.person_id) if complaint[6] is None), None)
    if waiting is not None:
        add(context, waiting, effect.event)
        due = promises.open_one(store, context.person_id, Kind.FIRST_FEEDBACK)
        return promises.promised(
            context, due[1] if due else context.now, ref=waiting[5], how="joined", known=ALL_FIELDS
        )
    words = line_of(effect.event)
    assessed = severity.assess([words])
    day = context.said_at.astimezone(home.zone).date()
    sequence = store.change(
        tables.ComplaintCounter,
        """INSERT INTO case_counter (id, home_id, day, last) VALUES (?, ?, ?, 1)
           ON CONFLICT (home_id, day) DO UPDATE SET last = case_counter.last + 1 RETURNING last""",
        new_id(),
        context.home_id,
        day,
        persons=(),
    )[0][0]
    case_id, number = new_id(), f"C{day:%y%m%d}-{sequence:02d}"
    seal = store.seal
    title = words.strip().replace("\n", " ")
    store.insert(
        tables.Complaint,
        id=case_id,
        home_id=context.home_id,
        person_id=context.person_id,
        day=day,
        sequence=sequence,
        number=number,
        stage=Stage.RECEIVED,
        level=int(assessed.level),
        category=assessed.category,
        why=seal(tables.Complaint, "why", case_id, "；".join(assessed.why)),
        cautious=assessed.cautious,
        hide_name=assessed.hide_name,
        title=seal(tables.Complaint, "title", case_id, title[:TITLE] + ("…" if len(title) > TITLE else "")),
        said_at=context.said_at,
        opened_at=context.now,
    )
    records.heard(context, case_id, "story", words)
    accusations.mark(context, case_id)
    figures = context.house.figures
    first = sla.first_feedback_due(context.said_at, assessed.level, figures)
    for kind, due_at in ((Kind.FIRST_FEEDBACK, first), (Kind.RESULT, sla.result_due(context.said_at, figures))):
        promises.make(
            store,
            home_id=context.home_id,
            person_id=context.person_id,
            kind=kind,
            made_at=context.said_at,
            due_at=due_at,
            case_id=case_id,
            inbox_id=context.inbox_id,
        )
    known = _fill_from_binding(context, case_id)
    store.audit(context.home_id, context.now, f"person:{context.person_id}", "open_case", f"case:{case_id}")
    store.hint("cases", f"case:{case_id}")
    return Done(ref=number, due_at=first, how="new", known=known)


def add_to_complaint(context: Context, effect: AddToComplaint) -> None:
    """Keep a message as a record; words that make the case more serious bring its clock forward."""
    add(context, _complaint(context, effect.complaint), effect.event)


def note_on_complaint(context: Context, effect: NoteOnComplaint) -> None:
    """Write an answer into the case (C2)."""
    if effect.field not in {"about", "occurred", "name", "contact"}:
        raise FlowError("complaint", "-", f"a case has no field {effect.field}")
    case_id = _complaint(context, effect.complaint)[0]
    sealed = context.store.seal(tables.Complaint, effect.field, case_id, effect.text)
    context.store.update(tables.Complaint, case_id, person=context.person_id, **{effect.field: sealed})


def _complaint(context: Context, number: str) -> Row:
    """The case that a talk names. Numbers of before 2027 have no year: of two the one that is open is meant, else the
    newest (D8).
    """
    running = next(
        (complaint for complaint in context.store.about(OPEN, context.person_id) if complaint[5] == number), None
    )
    row = running or context.store.row(
        f"SELECT {', '.join(OPEN.columns)} FROM complaint WHERE person_id = ? AND number = ? ORDER BY id DESC LIMIT 1",
        context.person_id,
        number,
    )
    if row is None:
        raise FlowError("complaint", "-", f"the person has no case {number}")
    return row


def add(context: Context, complaint: Row, event: Message) -> None:
    """Write a message into a complaint."""
    words = line_of(event)
    records.heard(context, complaint[0], "story", words)
    accusations.mark(context, complaint[0], complaint[7])
    if isinstance(event, Text):
        _reassess(context, complaint, words)
    context.store.hint(f"case:{complaint[0]}", "cases")


def _reassess(context: Context, complaint: Row, words: str) -> None:
    store = context.store
    assessed = severity.assess([words])
    case_id, level, category, cautious, hide = complaint[:5]
    changes: dict[str, Any] = {}
    if assessed.category != severity.UNKNOWN and (assessed.level < level or category == severity.UNKNOWN):
        changes = {"level": min(level, int(assessed.level)), "category": assessed.category}
        changes["why"] = store.seal(tables.Complaint, "why", case_id, "；".join(assessed.why))
    if assessed.cautious and not cautious:
        changes["cautious"] = True
    if assessed.hide_name and not hide:
        changes["hide_name"] = True
    if changes:
        store.update(tables.Complaint, case_id, person=context.person_id, **changes)
    if changes.get("level", level) < level and assessed.level is Level.S1:
        due = sla.first_feedback_due(context.said_at, assessed.level, context.house.figures)
        promises.bring_forward(store, case_id, context.person_id, Kind.FIRST_FEEDBACK, due)


def _fill_from_binding(context: Context, case_id: int) -> tuple[str, ...]:
    """What the house knows about a bound relative or resident is not asked (C2); gives the names of the slots that are
    known.
    """
    if context.kind == "guest":
        return ()
    store, seal = context.store, context.store.seal
    row = store.row("SELECT name, phone FROM person WHERE id = ?", context.person_id)
    elders = store.rows(
        """SELECT p.id, p.name, r.room, r.bed, r.id FROM resident r JOIN person p ON p.id = r.person_id
           WHERE r.person_id = ? OR r.id IN (SELECT resident_id FROM kinship WHERE person_id = ?) LIMIT 2""",
        context.person_id,
        context.person_id,
    )
    known: dict[str, str] = {}
    if len(elders) == 1 and elders[0][1] is not None:
        name = store.open(tables.Person, "name", elders[0][0], elders[0][1]).decode()
        known["about"] = f"{name} {elders[0][2]} 室 {elders[0][3]} 床（按登记）"
    for slot, column in (("name", 0), ("phone", 1)):
        if row and row[column] is not None:
            known[slot] = store.open(tables.Person, slot, context.person_id, row[column]).decode()
    columns = {"about": "about", "name": "name", "phone": "contact"}
    values: dict[str, object] = {
        columns[slot]: seal(tables.Complaint, columns[slot], case_id, text) for slot, text in known.items()
    }
    if "about" in known:
        values["resident_id"] = elders[0][4]
    if values:
        store.update(tables.Complaint, case_id, person=context.person_id, **values)
    return tuple(known)
