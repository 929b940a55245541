"""A complaint from its first word: registered, written on, made more serious by what is told later (C1 … C4, C9)."""

from typing import Any, Final, NamedTuple

import msgspec

from care import severity, sla
from care.severity import Level
from care.sla import Kind
from care.stages import Stage
from conversations.effects import (
    AddToComplaint,
    NoteOnComplaint,
    OpenComplaint,
    Withdraw,
)
from conversations.engine import FlowError
from conversations.events import Done, Message, Text, line_of
from conversations.flows.complaints import ELDER, HUSHED
from services.accusations import accusations
from services.complaints import earlier
from services.context import Context
from services.promises import promises
from services.records import records
from storage import tables
from storage.questions import Question
from storage.types import new_id

TITLE: Final = 24
BRIEF: Final = 6
"""Signs of 「我要投诉」: what was said before it names the case."""


class Unclosed(NamedTuple):
    """A complaint that has not come to its end, as a step needs it; `feedback_at` in µs since 1970."""

    id: int
    level: int
    category: str
    cautious: bool | int
    hide_name: bool | int
    number: str
    feedback_at: int | None
    owner_id: int | None
    stage: int


OPEN: Final = Question(tables.Complaint, Unclosed, "closed_at", by="id", newest_first=True)
"""A person's complaints that have not come to their end, the newest first."""
ALL_FIELDS: Final = ("about", "when", "name", "phone")


def open_complaint(context: Context, effect: OpenComplaint) -> Done:
    """Register a complaint: number, level by rule, the clocks of 1 h (15 min) and 24 h from the first word (C1 … C4,
    C9).

    While the person's last case still waits for its first feedback the words join it: one matter, one number (F9).
    """
    store, home = context.store, context.house.home
    waiting = next((one for one in store.about(OPEN, context.person_id) if one.feedback_at is None), None)
    if waiting is not None:
        add(context, waiting, effect.event)
        due = promises.open_one(store, context.person_id, Kind.FIRST_FEEDBACK)
        return promises.promised(
            context, due[1] if due else context.now, ref=waiting.number, how="joined", known=ALL_FIELDS + _who(context)
        )
    before, words = earlier.said(context), line_of(effect.event)
    assessed = severity.assess([*(one.words for one in before if one.tells), words])
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
    named = next((one.words for one in reversed(before) if one.tells), "") if len(words) <= BRIEF else ""
    title = f"{named} {words}".strip().replace("\n", " ")
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
    for one in before:
        then = msgspec.structs.replace(context, said_at=one.at, inbox_id=one.inbox_id)
        records.heard(then, case_id, "story", one.words)
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
    return Done(ref=number, due_at=first, how="new", known=known + _who(context))


def _who(context: Context) -> tuple[str, ...]:
    """That it is an elder, where it is one, and whether she accused somebody."""
    if not context.elder:
        return ()
    return (ELDER, HUSHED) if accusations.lately(context) else (ELDER,)


def add_to_complaint(context: Context, effect: AddToComplaint) -> None:
    """Keep a message as a record; words that make the case more serious bring its clock forward."""
    add(context, _complaint(context, effect.complaint), effect.event)


def withdraw(context: Context, effect: Withdraw) -> Done:
    """The author complains no more: kept as words of the case, which only a colleague closes with them (A18)."""
    running = next(iter(context.store.about(OPEN, context.person_id)), None)
    if running is None:
        return Done(how="none")
    add(context, running, effect.event)
    return Done(ref=running.number, how="stands")


def note_on_complaint(context: Context, effect: NoteOnComplaint) -> None:
    """Write an answer into the case (C2)."""
    if effect.field not in {"about", "occurred", "name", "contact"}:
        raise FlowError("complaint", "-", f"a case has no field {effect.field}")
    case_id = _complaint(context, effect.complaint).id
    sealed = context.store.seal(tables.Complaint, effect.field, case_id, effect.text)
    context.store.update(tables.Complaint, case_id, person=context.person_id, **{effect.field: sealed})


def _complaint(context: Context, number: str) -> Unclosed:
    """The case that a talk names. Numbers of before 2027 have no year: of two the one that is open is meant, else the
    newest (D8).
    """
    running = next((one for one in context.store.about(OPEN, context.person_id) if one.number == number), None)
    found = running or context.store.one_of(
        Unclosed,
        f"SELECT {', '.join(OPEN.columns)} FROM complaint WHERE person_id = ? AND number = ? ORDER BY id DESC LIMIT 1",
        context.person_id,
        number,
    )
    if found is None:
        raise FlowError("complaint", "-", f"the person has no case {number}")
    return found


def add(context: Context, complaint: Unclosed, event: Message) -> None:
    """Write a message into a complaint."""
    words = line_of(event)
    records.heard(context, complaint.id, "story", words)
    accusations.mark(context, complaint.id, complaint.owner_id)
    if isinstance(event, Text):
        _reassess(context, complaint, words)
    context.store.hint(f"case:{complaint.id}", "cases")


def _reassess(context: Context, complaint: Unclosed, words: str) -> None:
    store = context.store
    assessed = severity.of_words(words)
    changes: dict[str, Any] = {}
    if assessed.category != severity.UNKNOWN and (
        assessed.level < complaint.level or complaint.category == severity.UNKNOWN
    ):
        changes = {"level": min(complaint.level, int(assessed.level)), "category": assessed.category}
        changes["why"] = store.seal(tables.Complaint, "why", complaint.id, "；".join(assessed.why))
    if assessed.cautious and not complaint.cautious:
        changes["cautious"] = True
    if assessed.hide_name and not complaint.hide_name:
        changes["hide_name"] = True
    if changes:
        store.update(tables.Complaint, complaint.id, person=context.person_id, **changes)
    if changes.get("level", complaint.level) <= Level.S2 < complaint.level:
        _not_by_a_tap(context, complaint.id, Level(changes["level"]))
    if assessed.level is Level.S1:
        due = sla.first_feedback_due(context.said_at, assessed.level, context.house.figures)
        promises.bring_forward(store, complaint.id, context.person_id, Kind.FIRST_FEEDBACK, due)


def _not_by_a_tap(context: Context, case_id: int, level: Level) -> None:
    """It has become grave, and all that anybody has said is that it was seen (F41): it wants a human voice, under a
    clock of its own, and who is in charge is told anew.
    """
    store = context.store
    talked = """SELECT 1 FROM case_record r WHERE r.case_id = c.id AND r.kind IN ('call', 'feedback')
                AND r.said_at > c.seen_at"""
    row = store.row(
        f"""SELECT c.person_id FROM complaint c WHERE c.id = ? AND c.seen_by IS NOT NULL AND c.feedback_by = c.seen_by
            AND NOT EXISTS ({talked})""",
        case_id,
    )
    if row is None:
        return
    store.update(
        tables.Complaint, case_id, person=row[0], feedback_at=None, feedback_by=None, told_at=None, told_id=None
    )
    promises.make(
        store,
        home_id=context.home_id,
        person_id=row[0],
        kind=Kind.FIRST_FEEDBACK,
        made_at=context.said_at,
        due_at=sla.first_feedback_due(context.said_at, level, context.house.figures),
        case_id=case_id,
    )


class _Elder(NamedTuple):
    person_id: int
    name: bytes | None
    room: str
    bed: str
    resident_id: int


def _fill_from_binding(context: Context, case_id: int) -> tuple[str, ...]:
    """What the house knows about a bound relative or resident is not asked (C2); gives the names of the slots that are
    known.
    """
    if context.kind == "guest":
        return ()
    store, seal = context.store, context.store.seal
    known: dict[str, str] = {}
    own = store.row("SELECT name, phone FROM person WHERE id = ?", context.person_id) or (None, None)
    for slot, sealed in zip(("name", "phone"), own, strict=True):
        if sealed is not None:
            known[slot] = store.open(tables.Person, slot, context.person_id, sealed).decode()
    elders = store.all_of(
        _Elder,
        """SELECT p.id, p.name, r.room, r.bed, r.id FROM resident r JOIN person p ON p.id = r.person_id
           WHERE r.person_id = ? OR r.id IN (SELECT resident_id FROM kinship WHERE person_id = ?) LIMIT 2""",
        context.person_id,
        context.person_id,
    )
    elder = elders[0] if len(elders) == 1 else None
    if elder is not None and elder.name is not None:
        name = store.open(tables.Person, "name", elder.person_id, elder.name).decode()
        known["about"] = f"{name} {elder.room} 室 {elder.bed} 床（按登记）"
    columns = {"about": "about", "name": "name", "phone": "contact"}
    values: dict[str, object] = {
        columns[slot]: seal(tables.Complaint, columns[slot], case_id, text) for slot, text in known.items()
    }
    if elder is not None and "about" in known:
        values["resident_id"] = elder.resident_id
    if values:
        store.update(tables.Complaint, case_id, person=context.person_id, **values)
    return tuple(known)
