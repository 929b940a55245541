"""What the family is sent of a case: the result and the interim reply, and what stops when they arrive."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.errors import Conflict
from care.ways import Last
from conversations.effects import say
from services.access import Viewer
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose, Sent
from services.promises import promises
from services.records import records
from storage import tables
from storage.store import Store
from storage.unit import Unit


def approved_plan(db: Unit, case_id: int) -> tables.Proposal:
    """The newest plan that was approved. Raises Conflict when there is none."""
    plans = select(tables.Proposal).where(tables.Proposal.case_id == case_id, tables.Proposal.kind == "plan")
    row = db.scalars(plans.where(tables.Proposal.verdict == "approved").order_by(tables.Proposal.id.desc())).first()
    if row is None:
        raise Conflict
    return row


def question(house: House, now: datetime, *, elder: bool) -> str:
    """What every result ends with (C10)."""
    return house.words([say("verdict.ask")], now, elder=elder)


def _told(store: Store, sent: Sent) -> None:
    """The result arrived: besides what every answer keeps, the 24 h clock stops (C9)."""
    promises.reached(store, sent)
    for (case_id,) in store.rows(
        "SELECT case_id FROM case_record WHERE outbox_id = ? AND kind = 'result'", sent.row_id
    ):
        promises.told_result(
            store, case_id, sent.person_id, sent.staff_id, sent.now, how=sent.how, written_at=sent.written_at
        )


RESULT: Final = Purpose(
    "result",
    words="处理结果",
    on_sent=_told,
    template="matter",
    sms=True,
    matter="您反映的事有了处理结果",
    last=Last.PHONE,
)
INTERIM: Final = Purpose(
    "interim",
    words="阶段答复",
    on_sent=promises.reached,
    template="matter",
    sms=True,
    matter="您反映的事有了新进展",
    last=Last.PHONE,
)


def send(
    db: Unit,
    viewer: Viewer,
    complaint: tables.Complaint,
    row: tables.Proposal,
    words: str,
    purpose: Purpose,
    now: datetime,
) -> None:
    """Into the person's queue, once; whether it arrived is on the case. A talk that still asks for the story ends: the
    next words answer us.
    """
    talk = db.scalars(select(tables.Conversation).where(tables.Conversation.person_id == complaint.person_id)).one()
    talk.flow, talk.slots, talk.idle_at = None, None, None
    db.flush()
    sent = outbox.enqueue(
        db.store,
        home_id=complaint.home_id,
        person_id=complaint.person_id,
        purpose=purpose,
        dedup_key=f"proposal:{row.id}:{purpose.name}:1",
        text=words,
        now=now,
        staff_id=viewer.id,
        fields={"number": complaint.number},
    )
    if sent is not None:
        records.written(
            db, viewer, complaint.id, "result" if purpose is RESULT else "feedback", words, now, outbox_id=sent
        )
