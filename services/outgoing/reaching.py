"""What a colleague did by hand for a message for which no way was open: she said it on the phone, or brought it
printed (C11, F45).
"""

from datetime import datetime
from typing import Final

from care.errors import Decided, Invalid
from care.states import HandOutcome, SmsKind
from care.ways import Last
from services.access import Viewer, name_of
from services.house import House
from services.outgoing import purposes, sms
from services.outgoing.access import access_by_hand
from services.outgoing.forms import SettleByHand
from services.outgoing.outbox import finish
from services.outgoing.purposes import Sent
from storage import tables
from storage.unit import Unit

WAITS: Final = frozenset({"planned", "held", "waiting", "ready", "parked"})
SAID: Final = "在电话里说过了，没有再发"
BROUGHT: Final = "印好送过去了，没有再发"
NOT_NEEDED: Final = "不用说了，没有发"
NO_ANSWER: Final = "no_answer"
ENDS: Final = {
    HandOutcome.SPOKEN: (Last.PHONE, SAID),
    HandOutcome.PRINTED: (Last.PRINT, BROUGHT),
    HandOutcome.NOT_NEEDED: (None, NOT_NEEDED),
}


def settle(db: Unit, viewer: Viewer, number: int, form: SettleByHand, now: datetime) -> None:
    """Said, brought, or not needed any more: the message is not sent a second time. 没人接 leaves it on the list.

    Raises Invalid, Decided, NotFound.
    """
    row = access_by_hand(db, viewer, number, lock=True)
    if row.settled_at is not None:
        who = name_of(db, row.settled_by) if row.settled_by else "系统"
        what = "办好了这一条" if row.settled_by else "对方收到了" if row.outcome == "arrived" else "这一条不用说了"
        raise Decided(who=who, what=what)
    db.store.hint("reach")
    if form.outcome == NO_ANSWER:
        if row.kind != Last.PHONE.value:
            raise Invalid(why="这一条是打印的，不用打电话。")
        row.tries += 1
        _noted(db, viewer, row, "by_hand_no_answer", now)
        return
    outcome = next((one for one in ENDS if one.value == form.outcome), None)
    if outcome is None or ENDS[outcome][0] not in {None, Last(row.kind)}:
        raise Invalid(why="请选一个结果。")
    message = db.get_one(tables.Outbox, row.outbox_id, populate_existing=True)
    if message.state == "sending":
        raise Invalid(why="微信正在发这一条，过几秒再看。")
    row.settled_at, row.settled_by, row.outcome = now, viewer.id, outcome.value
    db.flush()
    if message.state in WAITS:
        finish(db.store, message.id, row.person_id, message.queue, now, state="cancelled", why=ENDS[outcome][1])
    if outcome is not HandOutcome.NOT_NEEDED:
        db.store.update(tables.Outbox, message.id, person=row.person_id, way="hand", proof=outcome.value)
    if outcome is HandOutcome.SPOKEN and message.staff_id is not None:
        sent = Sent(message.id, row.person_id, viewer.id, message.created_at, now, "call")
        purposes.reached(db.store, row.home_id, purposes.of(message.purpose), sent)
    _noted(db, viewer, row, f"by_hand_{outcome.value}", now)


def ask_back(db: Unit, viewer: Viewer, house: House, number: int, now: datetime) -> None:
    """Nobody answered: an SMS asks for a call, by the home's name and the colleague's, without what it is about; once
    for a message (F52). A machine never does.

    Raises Invalid, Decided, NotFound.
    """
    row = access_by_hand(db, viewer, number, lock=True)
    if row.settled_at is not None:
        raise Decided(who=name_of(db, row.settled_by) if row.settled_by else "系统", what="办好了这一条")
    if house.terms.sms is None:
        raise Invalid(why="还没有接短信。")
    if row.kind != Last.PHONE.value or not row.tries:
        raise Invalid(why="先打一次电话；没人接再发短信请回电。")
    why = sms.unreachable(db.store, row.home_id, row.person_id, house.terms.sms, now, proved=False)
    if why:
        raise Invalid(why=f"短信发不了：{why}。")
    who = db.get_one(tables.Person, row.person_id)
    at = sms.awake(now, who.timezone or house.home.timezone, who.kind, house.quiet)
    wanted = sms.Wanted(row.home_id, row.person_id, row.outbox_id, SmsKind.CALL, at, viewer.id)
    sms.order(db.store, wanted, now)
    _noted(db, viewer, row, "sms_call_back", now)


def _noted(db: Unit, viewer: Viewer, row: tables.ByHand, act: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"outbox:{row.outbox_id}")
    db.store.hint(f"person:{row.person_id}", "inbox")
