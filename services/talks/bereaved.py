"""After a death the machine says one sentence and is silent until a colleague has spoken (F59, A6): who leads the house
is asked by name to call within minutes, by night too.
"""

from typing import Final, NamedTuple

from care.sla import Kind
from care.states import Role
from conversations.effects import OpenComplaint
from conversations.events import Done
from conversations.flows.talks_bereaved import Mourn
from conversations.routing import Intent, understand
from services.complaints import filing
from services.context import Context
from services.emergencies.alarms import CALL_WITHIN
from services.outgoing import outbox
from services.promises import promises
from services.talks.envelope import Envelope
from services.talks.talks import BEREAVED, Talk
from storage.tables.tasks import Assignment, Task
from storage.types import new_id
from understanding.cascade import Decision

PULLED: Final = frozenset({Intent.LETTER, Intent.CONTACT})
"""What is given to who asks for it by a button or by its very word: last letters stay readable (F60)."""
SOMEBODY: Final = "同事"
MACHINE: Final = 0
"""Who wrote a task that nobody wrote."""
TO_DO: Final = "马上打电话：对方家里有老人去世。机器人不再说话，等您先打"
TO_SEE: Final = "马上去看这位老人：说到家里有人去世。机器人不再说话，等您先去"


def is_told(talk: Talk, envelope: Envelope, decision: Decision | None) -> bool:
    """Whether a message is one of somebody who was bereaved: it says so, or it is said in the silence after."""
    if decision is not None and decision.intent == Intent.BEREAVED:
        return True
    return talk.grieves and envelope.intent not in PULLED


def mourn(context: Context, _: Mourn) -> Done:
    """The words are kept where they belong, a call is promised to somebody by name, and nothing of a machine leaves."""
    store, person = context.store, context.person_id
    _keep_words(context)
    before = store.row("SELECT flow FROM conversation WHERE person_id = ?", person)
    if before is not None and before[0] == BEREAVED:
        return Done(how="silent")
    due, known = context.now + CALL_WITHIN, promises.next_call(store, person, context.now)
    if known is None:
        promises.make(
            store,
            home_id=context.home_id,
            person_id=person,
            kind=Kind.CALL,
            made_at=context.now,
            due_at=due,
            inbox_id=context.inbox_id,
        )
    elif known[1] > due:
        promises.put_off(store, person, known[0], due)
    outbox.stop_machine(store, [person], context.now)
    if context.attended:
        return Done(how="attended")
    who = _who_calls(context)
    if who is None:
        return Done(how="told", ref=SOMEBODY)
    _ask(context, who)
    return Done(how="told", ref=f"{Role(who.role).words}{who.name}")


def _keep_words(context: Context) -> None:
    """What is said to an open complaint belongs to it, and words that accuse somebody are one; no number is told."""
    event = context.event
    if event is None:
        return
    complaint = next(iter(context.store.about(filing.OPEN, context.person_id)), None)
    if complaint is not None:
        filing.add(context, complaint, event)
    elif understand(event) == Intent.COMPLAINT or (context.accused is not None and not context.elder):
        filing.open_complaint(context, OpenComplaint(event))


class Caller(NamedTuple):
    """A colleague who may call."""

    id: int
    name: str
    role: str


def _who_calls(context: Context) -> Caller | None:
    """A lead who is on duty now, else the director, else another lead; never whom this person accuses."""
    there = {watch.name for watch in context.house.on_duty(context.now)}
    found = context.store.all_of(
        Caller,
        """SELECT s.id, s.name, s.role FROM staff s WHERE s.home_id = ? AND s.left_at IS NULL
           AND s.role IN ('director', 'supervisor') AND NOT EXISTS (SELECT 1 FROM accused a WHERE a.person_id = ?
           AND a.state <> 'lifted' AND (a.staff_id = s.id OR (a.staff_id IS NULL AND a.role = s.role)))
           ORDER BY s.role, s.id""",
        context.home_id,
        context.person_id,
    )
    return min(found, key=lambda one: one.name not in there, default=None)


def _ask(context: Context, who: Caller) -> None:
    """It stands in the hands of who was named, beside the clock of the call."""
    store, row_id, line = context.store, new_id(), new_id()
    body = TO_SEE if context.elder and not context.away else TO_DO
    store.insert(
        Task,
        id=row_id,
        home_id=context.home_id,
        body=store.seal(Task, "body", row_id, body),
        talk_of=context.person_id,
        owner_id=who.id,
        due_at=context.now + CALL_WITHIN,
        source=BEREAVED,
        made_by=MACHINE,
        made_at=context.now,
    )
    store.insert(
        Assignment,
        id=line,
        home_id=context.home_id,
        thing="task",
        thing_id=row_id,
        to_id=who.id,
        by_id=MACHINE,
        why="given",
        at=context.now,
    )
    store.audit(context.home_id, context.now, "machine", "add_task", f"task:{row_id}")
    store.hint("tasks")
