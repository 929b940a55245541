"""What time alone does to promises: half of it is gone, little is left, it is over."""

from datetime import datetime
from typing import Final, NamedTuple

from care import quiet_hours, sla
from care.sla import Kind, Mark
from care.states import AWAY
from care.ways import Last
from conversations.effects import say
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.promises import promises
from storage import tables
from storage.store import Store
from storage.types import moment

LATE: Final = Purpose(
    "late",
    words="结果要晚",
    machine=True,
    by_day=True,
    template="matter",
    sms=True,
    matter="您说的事要晚一点答复",
    brief="要晚一点",
    last=Last.PHONE,
)


def look_at_promises(store: Store, house: House, now: datetime, limit: int = 100) -> int:
    """Mark the promises that reached 50 %, 80 % or their end; a breach is told to the person once, and to the staff at
    once.
    """
    rows = store.rows_locked(
        2,
        """SELECT r.id, r.home_id, r.person_id, r.case_id, r.kind, r.made_at, r.due_at, r.inbox_id, p.kind
           FROM promise r
           JOIN person p ON p.id = r.person_id
           WHERE r.kept_at IS NULL AND r.look_at <= ? ORDER BY r.look_at LIMIT ?""",
        now,
        limit,
    )
    for row_id, home, person, case_id, kind, made_raw, due_raw, asked_by, who in rows:
        made, due = moment(made_raw), moment(due_raw)
        reached = sla.mark(made, due, now)
        nexts = {
            Mark.HALF: made + (due - made) * sla.NEAR,
            Mark.NEAR: due,
            Mark.BREACHED: None,
            Mark.FRESH: made + (due - made) * sla.HALF,
        }
        told = reached is Mark.BREACHED and kind in promises.TOLD_LATE
        again = told and promises.has_been_told(store, person)
        if told:
            promises.breach(store, home, person, row_id, now)
        else:
            store.update(tables.Promise, row_id, person=person, mark=reached.value, look_at=nexts[reached])
        store.hint("promises", f"person:{person}", *([f"case:{case_id}", "cases"] if case_id else []))
        if told and not again and (asked_by is not None or kind != Kind.CALL):  # else nobody was told of a call
            _say_late(store, house, _Late(row_id, home, person, Kind(kind), made, who), now)
    return len(rows)


class _Late(NamedTuple):
    """A promise that was missed: of which kind, to whom."""

    id: int
    home_id: int
    person_id: int
    kind: Kind
    made_at: datetime
    who: str


def _say_late(store: Store, house: House, late: _Late, now: datetime) -> None:
    """Say it by day, once, with a new time that has a clock of its own (A15); the old one goes on to stand as missed.
    An elder who was told to wait for the morning is given as long as by day.
    """
    elder, figures = late.who == "elder", house.figures
    at = quiet_hours.next_allowed(now, house.home.zone, "elder" if elder else "family", house.quiet)
    if elder and at > now:
        at += figures.serious_feedback
    known = promises.ahead(store, late.person_id, at) if late.kind is not Kind.CALL else None
    due = known or sla.reply_due(at, figures, elder=elder)
    outbox.enqueue(
        store,
        home_id=late.home_id,
        person_id=late.person_id,
        purpose=LATE,
        dedup_key=promises.late_key(late.id),
        text=house.words([say("promise.late", by=due)], at, elder=elder, away=_is_away(store, late.person_id, elder)),
        now=now,
        not_before=at,
        queue="notice",
    )
    if known is None and late.kind is not Kind.FIRST_FEEDBACK:  # a case has its own clock
        promises.make(
            store,
            home_id=late.home_id,
            person_id=late.person_id,
            kind=late.kind,
            made_at=late.made_at,
            due_at=due,
        )


def _is_away(store: Store, person_id: int, elder: bool) -> bool:
    row = store.row("SELECT status FROM resident WHERE person_id = ?", person_id) if elder else None
    return row is not None and row[0] in AWAY
