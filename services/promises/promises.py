"""Promised times: made, brought forward, kept by a named human (C4, C9, Q4, U9)."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care import sla
from care.sla import Kind, Mark
from care.stages import Stage
from conversations.events import Done
from services.context import Context
from services.outgoing import by_hand, outbox
from services.outgoing.purposes import Sent
from storage import tables
from storage.questions import Question
from storage.store import Store
from storage.types import moment

KEPT_BY_WORDS: Final = (Kind.REPLY, Kind.FIRST_FEEDBACK)
AT_MOST: Final = timedelta(hours=2)
"""What came in between gets as long as what was asked before, without the night that lay in that."""
TOLD_LATE: Final = (*KEPT_BY_WORDS, Kind.CALL)
"""Kinds whose breach the person is told."""


class Unkept(NamedTuple):
    """A promise that is not kept yet; `due_at` in µs since 1970."""

    id: int
    kind: str
    due_at: int


OPEN: Final = Question(tables.Promise, Unkept, "kept_at", by="due_at")
"""What a person was promised and has not got yet."""


def make(  # noqa: PLR0913  (a row is declared once, by keywords)
    store: Store,
    *,
    home_id: int,
    person_id: int,
    kind: Kind,
    made_at: datetime,
    due_at: datetime,
    case_id: int | None = None,
    inbox_id: int | None = None,
) -> int:
    """Write a promise. The person is locked."""
    store.hint("promises", f"person:{person_id}")
    return store.insert(
        tables.Promise,
        home_id=home_id,
        person_id=person_id,
        case_id=case_id,
        inbox_id=inbox_id,
        kind=kind.value,
        made_at=made_at,
        due_at=due_at,
        mark=Mark.FRESH.value,
        look_at=made_at + (due_at - made_at) * sla.HALF,
    )


class _Kept(NamedTuple):
    id: int
    home_id: int
    case_id: int | None
    kind: str
    made_at: int
    due_at: int


def open_one(store: Store, person_id: int, kind: Kind) -> tuple[int, datetime] | None:
    """The id and due time of a person's promise that is not yet kept."""
    found = next((one for one in store.about(OPEN, person_id) if one.kind == kind.value), None)
    return (found.id, moment(found.due_at)) if found else None


def earliest(store: Store, person_id: int) -> datetime | None:
    """When the first of a person's promises of words is due: a reply, or the first feedback."""
    return next((moment(one.due_at) for one in store.about(OPEN, person_id) if one.kind in KEPT_BY_WORDS), None)


def ahead(store: Store, person_id: int, now: datetime) -> datetime | None:
    """When the first promise of words is due that has not been missed."""
    dues = (moment(one.due_at) for one in store.about(OPEN, person_id) if one.kind in KEPT_BY_WORDS)
    return next((due for due in dues if due > now), None)


def next_call(store: Store, person_id: int, now: datetime) -> tuple[int, datetime] | None:
    """The id and due time of the call that a person waits for, where it has not been missed."""
    calls = ((one.id, moment(one.due_at)) for one in store.about(OPEN, person_id) if one.kind == Kind.CALL.value)
    return next((one for one in calls if one[1] > now), None)


def has_been_told(store: Store, person_id: int) -> bool:
    """Whether this person knows of a promise that was missed and is still not kept: they hear it once."""
    kinds = ", ".join(f"'{kind.value}'" for kind in TOLD_LATE)
    found = f"SELECT 1 FROM promise WHERE person_id = ? AND kind IN ({kinds}) AND kept_at IS NULL AND mark = ? LIMIT 1"
    return store.row(found, person_id, Mark.BREACHED.value) is not None


def breach(store: Store, home_id: int, person_id: int, promise_id: int, now: datetime) -> None:
    """Write down that a promise was missed; the staff see it until it is kept. The person is locked."""
    store.update(tables.Promise, promise_id, person=person_id, mark=Mark.BREACHED.value, look_at=None)
    store.audit(home_id, now, "machine", "breach", f"promise:{promise_id}")


def call(context: Context, case_id: int | None = None) -> datetime:
    """Promise a telephone call, once; gives until when. No message keeps it (C10, U9)."""
    known = next_call(context.store, context.person_id, context.now)
    if known is not None:
        return known[1]
    due = sla.reply_due(context.said_at, context.house.figures)
    make(
        context.store,
        home_id=context.home_id,
        person_id=context.person_id,
        kind=Kind.CALL,
        made_at=context.said_at,
        due_at=due,
        case_id=case_id,
        inbox_id=context.inbox_id,
    )
    return due


def bring_forward(store: Store, case_id: int, person_id: int, kind: Kind, due_at: datetime) -> None:
    """A case became more serious: its clock runs out earlier, never later."""
    found = store.one_of(
        _Kept,
        f"SELECT {', '.join(_Kept._fields)} FROM promise WHERE case_id = ? AND kind = ? AND kept_at IS NULL",
        case_id,
        kind.value,
    )
    if found and moment(found.due_at) > due_at:
        made = moment(found.made_at)
        store.update(
            tables.Promise,
            found.id,
            person=person_id,
            due_at=due_at,
            mark=Mark.FRESH.value,
            look_at=made + (due_at - made) * sla.HALF,
        )


def keep(
    store: Store, person_id: int, staff_id: int, now: datetime, *, how: str, written_at: datetime | None = None
) -> None:
    """A named human reached the person by a delivered message or a logged call: answers and first feedback are given
    (C4); a call only by a call.

    Only what had been asked when the words were written is answered by them; what came in between gets a clock of its
    own.
    """
    written_at = written_at or now
    kinds = ", ".join(f"'{kind.value}'" for kind in (TOLD_LATE if how == "call" else KEPT_BY_WORDS))
    changed = store.change(
        tables.Promise,
        f"""UPDATE promise SET kept_at = ?, kept_by = ?, kept_how = ?, look_at = NULL
            WHERE person_id = ? AND kept_at IS NULL AND kind IN ({kinds}) AND made_at <= ?
            RETURNING {", ".join(_Kept._fields)}""",
        now,
        staff_id,
        how,
        person_id,
        written_at,
        persons=[person_id],
    )
    kept = [_Kept(*row) for row in changed]
    for one in kept:
        cancel_late_words(store, one.id, person_id, now)
        if one.kind == Kind.FIRST_FEEDBACK.value and one.case_id is not None:
            store.update(
                tables.Complaint,
                one.case_id,
                person=person_id,
                feedback_at=now,
                feedback_by=staff_id,
                stage=Stage.ASSESSMENT,
            )
            store.hint("cases", f"case:{one.case_id}")
    replies = [one for one in kept if one.kind == Kind.REPLY.value]
    heard = store.row("SELECT heard_at FROM conversation WHERE person_id = ?", person_id)
    if (
        replies
        and heard
        and heard[0] is not None
        and moment(heard[0]) > written_at
        and open_one(store, person_id, Kind.REPLY) is None
    ):
        first = replies[0]
        make(
            store,
            home_id=first.home_id,
            person_id=person_id,
            kind=Kind.REPLY,
            made_at=moment(heard[0]),
            due_at=moment(heard[0]) + min(moment(first.due_at) - moment(first.made_at), AT_MOST),
        )
    if kept:
        store.hint("promises", f"person:{person_id}")


def keep_first(store: Store, case_id: int, person_id: int, staff_id: int, now: datetime, *, how: str) -> None:
    """The first answer to one case, and no other promise: of what else was asked the words say nothing (F41)."""
    row = store.row(
        "SELECT id FROM promise WHERE case_id = ? AND kind = ? AND kept_at IS NULL", case_id, Kind.FIRST_FEEDBACK.value
    )
    if row is None:
        return
    store.update(tables.Promise, row[0], person=person_id, kept_at=now, kept_by=staff_id, kept_how=how, look_at=None)
    cancel_late_words(store, row[0], person_id, now)
    store.update(
        tables.Complaint, case_id, person=person_id, feedback_at=now, feedback_by=staff_id, stage=Stage.ASSESSMENT
    )
    store.hint("cases", f"case:{case_id}", "promises", f"person:{person_id}")


class _Whose(NamedTuple):
    home_id: int
    inbox_id: int | None


def promise_call(store: Store, case_id: int, person_id: int, now: datetime, due_at: datetime) -> None:
    """A call about a case that was told to the family with its hour; one that they wait for already is enough. The
    person is locked.
    """
    if next_call(store, person_id, now) is not None:
        return
    row = store.one_of(
        _Whose,
        "SELECT home_id, inbox_id FROM promise WHERE case_id = ? AND kind = ?",
        case_id,
        Kind.FIRST_FEEDBACK.value,
    )
    if row is not None:
        make(
            store,
            home_id=row.home_id,
            person_id=person_id,
            kind=Kind.CALL,
            made_at=now,
            due_at=due_at,
            case_id=case_id,
            inbox_id=row.inbox_id,
        )


def reached(store: Store, sent: Sent) -> None:
    """A colleague's words arrived: promises of words are kept."""
    keep(store, sent.person_id, sent.staff_id, sent.now, how=sent.how, written_at=sent.written_at)


def open_result(store: Store, case_id: int, promised_by: datetime | None = None) -> int | None:
    """The id of the promised result that is not given yet; of one that was promised by a moment, where it is given."""
    row = store.row(
        f"""SELECT id FROM promise WHERE case_id = ? AND kind = 'result' AND kept_at IS NULL
            {"" if promised_by is None else "AND made_at <= ?"} ORDER BY due_at LIMIT 1""",
        case_id,
        *([] if promised_by is None else [promised_by]),
    )
    return row[0] if row else None


def put_off(store: Store, person_id: int, promise_id: int, due_at: datetime) -> None:
    """A new date, told to the family with the reason and decided by the director; the old one
    stays on the case (C9).
    """
    row = store.row("SELECT made_at FROM promise WHERE id = ?", promise_id)
    made = moment(row[0]) if row else due_at
    store.update(
        tables.Promise,
        promise_id,
        person=person_id,
        due_at=due_at,
        mark=Mark.FRESH.value,
        look_at=made + (due_at - made) * sla.HALF,
    )
    store.hint("promises", "cases")


KEPT: Final = {
    "message": "发微信",
    "sms": "发短信",
    "call": "电话",
    "visit": "面谈",
    "paper": "书面",
    "answer": "家属回复",
    "decided": "已批",
    "reopened": "重新处理",
}
"""How a promise was kept, by its stored word. Older rows have the Chinese word itself."""


def told_result(
    store: Store,
    case_id: int,
    person_id: int,
    staff_id: int,
    now: datetime,
    *,
    how: str,
    written_at: datetime | None = None,
) -> None:
    """The family has the result: the 24 h clock stops, and they are asked whether they agree (C9, C10). A result that
    was written before they were promised another one, and arrives late, does not keep that one.
    """
    row_id = open_result(store, case_id, written_at)
    if row_id is not None:
        store.update(
            tables.Promise, row_id, person=person_id, kept_at=now, kept_by=staff_id, kept_how=how, look_at=None
        )
    told = store.change(
        tables.Complaint,
        "UPDATE complaint SET stage = ? WHERE id = ? AND stage = ? RETURNING home_id",
        Stage.OPINION,
        case_id,
        Stage.RESULT,
        persons=[person_id],
    )
    for (home_id,) in told:
        make(
            store,
            home_id=home_id,
            person_id=person_id,
            kind=Kind.OPINION,
            made_at=now,
            due_at=now + sla.OPINION_AFTER,
            case_id=case_id,
        )
    store.hint("promises", "cases", f"case:{case_id}")


def heard_opinion(store: Store, case_id: int, person_id: int, now: datetime) -> None:
    """The family said what they think of the result: nobody has to call and ask."""
    store.change(
        tables.Promise,
        """UPDATE promise SET kept_at = ?, kept_how = 'answer', look_at = NULL
           WHERE case_id = ? AND kind = 'opinion' AND kept_at IS NULL RETURNING id""",
        now,
        case_id,
        persons=[person_id],
    )


def late_key(promise_id: int) -> str:
    """The key of the words that tell a breach; a promise is told late once."""
    return f"promise:{promise_id}:late:1"


def cancel_late_words(store: Store, promise_id: int, person_id: int, now: datetime) -> None:
    """An apology for being late is not sent after the person was reached."""
    rows = store.change(
        tables.Outbox,
        """UPDATE outbox SET state = 'cancelled', why = '已经联系上了，这句不用再发'
           WHERE dedup_key = ? AND state IN ('planned', 'held', 'waiting', 'ready', 'parked') RETURNING id, queue""",
        late_key(promise_id),
        persons=[person_id],
    )
    for row_id, queue in rows:
        by_hand.dropped(store, row_id, person_id, now)
        outbox.advance(store, person_id, queue)


def promised(context: Context, due_at: datetime, *, how: str, ref: str = "", known: tuple[str, ...] = ()) -> Done:
    """A promise to tell; a moment that has passed is never told as if it lay ahead."""
    if due_at <= context.now and how != "attended":
        return Done(ref=ref, due_at=None, how="overdue", known=known)
    return Done(ref=ref, due_at=due_at, how=how, known=known)
