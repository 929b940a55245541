"""What the family says to a result and to a follow-up, and how far a complaint is; carried out in the transaction of
their message (C10, C11, C15).
"""

from datetime import datetime
from typing import Final, NamedTuple

from care import sla
from care.severity import Level
from care.sla import Kind
from care.stages import Stage
from conversations.effects import ShowProgress, TakeVerdict, say
from conversations.events import Done
from services.context import Context
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.promises import promises
from services.records import records
from storage import tables
from storage.store import Store
from storage.types import moment

FOLLOW_UP: Final = Purpose(
    "follow_up",
    words="办好以后回访",
    machine=True,
    by_day=True,
    template="matter",
    matter="想问问上次的事办好了没有",
    brief="请回复",
)
SECOND: Final = 2
UP: Final = ("desk", "supervisor", "director")
ROLES: Final = {"desk": "客服", "supervisor": "主管", "director": "院长"}
"""A result that is refused twice goes one level up (domain.md 6b)."""
STEPS: Final = ("new", "checking", "checking", "deciding", "deciding", "telling", "asking", "following", "following")
"""What a family hears of each stage."""


class Judged(NamedTuple):
    """A complaint on whose result the family, or a colleague for it, gives a verdict."""

    id: int
    number: str
    level: int
    rounds: int
    stage: int


def take(context: Context, effect: TakeVerdict) -> Done:
    """认可 ends the asking and begins the follow-ups; 不认可, 没好, 又发生了 begin a new round; 请来电 is a promise.

    Never closed by silence.
    """
    store = context.store
    complaint = store.one_of(
        Judged,
        f"""SELECT {", ".join(Judged._fields)} FROM complaint
           WHERE person_id = ? AND stage IN (?, ?) AND closed_at IS NULL ORDER BY id DESC LIMIT 1""",
        context.person_id,
        Stage.OPINION,
        Stage.FOLLOW_UP,
    )
    if complaint is None or (complaint.stage == Stage.FOLLOW_UP and not _asked_again(store, complaint.id)):
        return Done(how="none" if not effect.nod else "quiet" if context.attended else "nod")
    if effect.word == "unclear":
        return Done(how="which" if complaint.stage == Stage.OPINION else "which_again")
    case_id, number = complaint.id, complaint.number
    store.hint("cases", f"case:{case_id}", f"person:{context.person_id}")
    store.audit(
        context.home_id, context.now, f"person:{context.person_id}", f"verdict_{effect.word}", f"case:{case_id}"
    )
    if complaint.stage == Stage.FOLLOW_UP:
        if effect.word != "accepted":
            due, lead = _again(context, complaint, "回访：没有真的解决")
            return Done(ref=number, due_at=due, how="again", known=(lead,))
        records.heard(context, case_id, "family", "回访：现在好了")
        followed(store, context.person_id, case_id, context.now, how="answer")
        return Done(ref=number, how="better")
    if effect.word == "declined":
        due, lead = _again(context, complaint, "对结果不认可")
        return Done(ref=number, due_at=due, how="declined", known=(lead,))
    if effect.word == "call":
        records.heard(context, case_id, "family", "请来电")
        return Done(ref=number, due_at=promises.call(context, case_id), how="call")
    records.heard(context, case_id, "family", "认可")
    accept(store, context.house, context.home_id, context.person_id, complaint, context.now, elder=context.elder)
    return Done(ref=number, how="accepted")


def show(context: Context, _: ShowProgress) -> Done:
    """The step in plain words and the next promise that lies ahead."""
    store = context.store
    complaint = store.one_of(
        Judged,
        f"""SELECT {", ".join(Judged._fields)} FROM complaint
           WHERE person_id = ? AND closed_at IS NULL ORDER BY id DESC LIMIT 1""",
        context.person_id,
    )
    if complaint is None:
        return Done(how="none")
    due = store.row(
        "SELECT min(due_at) FROM promise WHERE case_id = ? AND kept_at IS NULL AND kind IN ('first_feedback', "
        "'result') AND due_at > ?",
        complaint.id,
        context.now,
    )
    at = moment(due[0]) if due and due[0] is not None else None
    return Done(
        ref=complaint.number,
        due_at=at if complaint.stage < Stage.OPINION else None,
        how=STEPS[complaint.stage - 1],
    )


def accept(
    store: Store, house: House, home_id: int, person_id: int, complaint: Judged, now: datetime, *, elder: bool
) -> None:
    """The family agreed: a follow-up is a clock for the house and a question on the phone, after 3 and 7 days.

    The person is locked.
    """
    case_id = complaint.id
    promises.heard_opinion(store, case_id, person_id, now)
    store.update(tables.Complaint, case_id, person=person_id, stage=Stage.FOLLOW_UP, accepted_at=now)
    for days, at in sla.follow_ups(now, Level(complaint.level), house.home.zone):
        promises.make(
            store,
            home_id=home_id,
            person_id=person_id,
            kind=Kind.FOLLOW_UP,
            made_at=now,
            due_at=at + house.figures.result,
            case_id=case_id,
        )
        outbox.enqueue(
            store,
            home_id=home_id,
            person_id=person_id,
            purpose=FOLLOW_UP,
            dedup_key=f"case:{case_id}:follow_up:{int(now.timestamp())}-{days}",
            text=house.words([say("verdict.follow_up", days=str(days), number=complaint.number)], at, elder=elder),
            now=now,
            not_before=at,
            queue="notice",
        )


def followed(
    store: Store, person_id: int, case_id: int, now: datetime, *, how: str, staff_id: int | None = None
) -> None:
    """One follow-up is done; after the last one the lesson is due. The person is locked."""
    row = store.row(
        "SELECT id FROM promise WHERE case_id = ? AND kind = 'follow_up' AND kept_at IS NULL ORDER BY due_at LIMIT 1",
        case_id,
    )
    if row is not None:
        store.update(
            tables.Promise, row[0], person=person_id, kept_at=now, kept_by=staff_id, kept_how=how, look_at=None
        )
    left = store.row(
        "SELECT count(*) FROM promise WHERE case_id = ? AND kind = 'follow_up' AND kept_at IS NULL", case_id
    )
    if left and left[0] == 0:
        store.update(tables.Complaint, case_id, person=person_id, stage=Stage.LESSON)


def reopen(
    store: Store,
    house: House,
    home_id: int,
    person_id: int,
    complaint: Judged,
    now: datetime,
    inbox_id: int | None = None,
) -> tuple[datetime, str]:
    """A new round: inquiry again by somebody one level up, a new result in 24 h, more serious from the second time on.

    Gives when the result is due and who answers for it, as the family is told (C10).
    """
    case_id, level, rounds = complaint.id, complaint.level, complaint.rounds
    due = sla.result_due(now, house.figures)
    promises.heard_opinion(store, case_id, person_id, now)
    higher = max(1, level - 1) if rounds + 1 >= SECOND else level
    store.update(
        tables.Complaint,
        case_id,
        person=person_id,
        stage=Stage.INQUIRY,
        rounds=rounds + 1,
        level=higher,
        accepted_at=None,
    )
    store.change(
        tables.Promise,
        """UPDATE promise SET kept_at = ?, kept_how = 'reopened', look_at = NULL
           WHERE case_id = ? AND kind = 'follow_up' AND kept_at IS NULL RETURNING id""",
        now,
        case_id,
        persons=[person_id],
    )
    for (row_id,) in store.rows(
        "SELECT id FROM outbox WHERE person_id = ? AND dedup_key LIKE ? AND state IN ('planned', 'held', 'waiting', "
        "'ready', 'parked')",
        person_id,
        f"case:{case_id}:follow_up:%",
    ):
        outbox.cancel(store, row_id, now)
    promises.make(
        store,
        home_id=home_id,
        person_id=person_id,
        kind=Kind.RESULT,
        made_at=now,
        due_at=due,
        case_id=case_id,
        inbox_id=inbox_id,
    )
    return due, _hand_up(store, home_id, person_id, case_id)


class _Next(NamedTuple):
    id: int
    name: str


def _hand_up(store: Store, home_id: int, person_id: int, case_id: int) -> str:
    """The next one up answers for it from now on: 客服 → 主管 → 院长, never somebody whom the case is about."""
    owner = store.row("SELECT s.role FROM complaint c JOIN staff s ON s.id = c.owner_id WHERE c.id = ?", case_id)
    for role in UP[UP.index(owner[0]) :] if owner and owner[0] in UP else UP[1:]:
        found = store.one_of(
            _Next,
            """SELECT s.id, s.name FROM staff s WHERE s.home_id = ? AND s.role = ? AND s.left_at IS NULL
               AND s.id NOT IN (SELECT staff_id FROM accused WHERE person_id = ? AND case_id = ?
               AND staff_id IS NOT NULL AND state <> 'lifted') AND s.id <> (SELECT coalesce(owner_id, 0) FROM complaint
               WHERE id = ?)
               ORDER BY s.id LIMIT 1""",
            home_id,
            role,
            person_id,
            case_id,
            case_id,
        )
        if found is not None and (owner is None or owner[0] != role):
            store.update(tables.Complaint, case_id, person=person_id, owner_id=found.id)
            return ROLES[role] + found.name
    return "院长" if owner and owner[0] == "director" else "上一级"


def _again(context: Context, complaint: Judged, words: str) -> tuple[datetime, str]:
    records.heard(context, complaint.id, "family", words)
    return reopen(
        context.store, context.house, context.home_id, context.person_id, complaint, context.now, context.inbox_id
    )


def _asked_again(store: Store, case_id: int) -> bool:
    """Whether a follow-up question has left: before it a bare 1 is no answer to us."""
    return (
        store.row(
            "SELECT 1 FROM outbox WHERE dedup_key LIKE ? AND state = 'sent' LIMIT 1", f"case:{case_id}:follow_up:%"
        )
        is not None
    )
