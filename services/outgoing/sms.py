"""短信: who is outside of everything that the account may send is told by an SMS that words wait, and reads them behind
an address that opens once, for who knows the last digits of the number (V3, Q1, F15).

The words themselves never stand in an SMS. The message waits in the outbox under the code SMS as anything parked does:
it leaves by WeChat should its person write meanwhile. An SMS is never asked for twice: without an answer nobody can
know whether it arrived.
"""

import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from care import phones, quiet_hours
from care.quiet_hours import Quiet
from care.states import PersonKind, SmsKind, SmsState
from care.ways import Terms
from services.outgoing import by_hand, purposes
from services.outgoing.outbox import advance, finish
from services.outgoing.purposes import Purpose
from services.outgoing.ready import Ready
from services.outgoing.stops import stopped
from services.ports import Texted
from storage import tables
from storage.seal import Sealer, Unreadable
from storage.store import Store
from storage.tables.outgoing_sms import Sms
from storage.types import moment

SMS: Final = "sms"
"""In place of an errcode, of a message for which an SMS was ordered."""
WAITS: Final = "发短信告诉对方；点开就看得到，一来信就从微信发"
OPENS_FOR: Final = timedelta(hours=24)
"""An address outside of WeChat opens nothing after it (F15)."""
LOOKED_AT: Final = timedelta(hours=4)
"""Nobody has opened it for so long: somebody telephones."""
AGES: Final = timedelta(days=400)
"""So long a number counts that rang in her hand."""
LEASE: Final = timedelta(seconds=30)
AGAIN: Final = timedelta(seconds=60)
TRIES: Final = 3
BRAKE: Final = timedelta(minutes=10)
"""After the company refused for a reason of the account itself, nothing is asked of it for so long."""
ALPHABET: Final = string.ascii_letters + string.digits
LENGTH: Final = 10
"""60 bits: nobody finds one by trying."""
NO_PAGE: Final = "没有家属页的网址，点不开"
ONCE: Final = "短信已经发过一次"
NO_NUMBER: Final = "没有登记手机号"
LANDLINE: Final = "登记的不是手机号"
NOT_PROVED: Final = "登记的号码没有在家属手里响过，或是一年多以前的事，不敢发链接"
REFUSED: Final = "对方说过不收短信"
SPENT: Final = "这个月的短信用完了"
TOO_SHORT: Final = "短信一天里点开都算，这件事等不了"
UNOPENED: Final = "短信发了 4 小时没有点开"
NOT_TAKEN: Final = "短信没发出去"
ILL: Final = "短信公司刚刚不收我们的短信"
GONE: Final = "用不着发了"


@dataclass(frozen=True, slots=True)
class Order:
    """An SMS under lease, with what the company needs."""

    id: int
    number: str
    kind: SmsKind
    words: dict[str, str]
    """What fills the blanks of the approved text."""

    @property
    def own(self) -> str:
        """Our number of it, which comes back with the report."""
        return str(self.id)


class _Row(NamedTuple):
    id: int
    home_id: int
    person_id: int
    outbox_id: int
    kind: str
    state: str
    number: str
    staff_id: int | None
    tries: int


FIELDS: Final = ", ".join(_Row._fields)


def hashed(sealer: Sealer, value: str) -> str:
    """What stands for a number or for the end of an address where it is compared."""
    return sealer.sign("sms", value).hex()


def why_not(store: Store, row: Ready, purpose: Purpose, now: datetime, terms: Terms) -> str | None:
    """Why an SMS cannot say it: empty where it can, None for what never goes by one."""
    if not purpose.sms or terms.sms is None or row.kind != PersonKind.FAMILY.value:
        return None
    if not terms.page:
        return NO_PAGE
    before = store.row("SELECT state FROM sms WHERE outbox_id = ? AND kind = 'words'", row.id)
    if before is not None and before[0] not in {SmsState.DROPPED.value, SmsState.ORDERED.value}:
        return ONCE
    at = awake(now, row.zone, row.kind, terms.quiet)
    if row.expires_at is not None and moment(row.expires_at) <= at + OPENS_FOR:
        return TOO_SHORT
    return unreachable(store, row.home_id, row.person, terms.sms, now, proved=True)


def tell(store: Store, row: Ready, now: datetime, terms: Terms) -> None:
    """An SMS says that a message waits; the message does. The person is locked."""
    at = awake(now, row.zone, row.kind, terms.quiet)
    order(store, Wanted(row.home_id, row.person, row.id, SmsKind.WORDS, at), now)
    finish(store, row.id, row.person, row.queue, now, state="parked", why=WAITS, code=SMS)


def unreachable(store: Store, home_id: int, person_id: int, most: int, now: datetime, *, proved: bool) -> str:
    """Why nobody can be reached by an SMS; "" where they can. `proved`: the number must have rung in the relative's
    hand, since what stands behind the address is for nobody else.
    """
    number = number_of(store, person_id)
    if not number:
        return NO_NUMBER
    if not phones.MOBILE.fullmatch(number):
        return LANDLINE
    if proved and not store.row("SELECT 1 FROM kinship WHERE person_id = ? AND rang_at IS NOT NULL LIMIT 1", person_id):
        return NOT_PROVED
    refused = "SELECT 1 FROM sms_refusal WHERE home_id = ? AND number = ? AND lifted_at IS NULL"
    if store.row(refused, home_id, hashed(store.sealer, number)) is not None:
        return REFUSED
    if used(store, home_id, now) >= most:
        return SPENT
    return ILL if _brake(store, home_id, now) else ""


def proved_number(store: Store, person_id: int, now: datetime) -> bool:
    """Whether the number rang in the hand of somebody who is still a relative, within the year: carriers give a number
    that is not used to somebody else.
    """
    asked = "SELECT 1 FROM kinship WHERE person_id = ? AND rang_at > ? LIMIT 1"
    return store.row(asked, person_id, now - AGES) is not None


def number_of(store: Store, person_id: int) -> str:
    """The number of a person; "" where there is none, or none that can be opened."""
    row = store.row("SELECT phone FROM person WHERE id = ?", person_id)
    if row is None or row[0] is None:
        return ""
    try:
        return store.open(tables.Person, "phone", person_id, row[0]).decode()
    except Unreadable:
        return ""


def begun(now: datetime, zone: str) -> datetime:
    """When this month began."""
    return now.astimezone(ZoneInfo(zone)).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def used(store: Store, home_id: int, now: datetime) -> int:
    """What the company charges for this month, as far as it is known: those that it took, and those of which nobody
    knows; and what is ordered.
    """
    zone = store.row("SELECT timezone FROM home WHERE id = ?", home_id)
    found = store.row(
        """SELECT coalesce(sum(coalesce(parts, 1)), 0) FROM sms WHERE home_id = ? AND made_at >= ?
           AND state NOT IN ('failed', 'dropped')""",
        home_id,
        begun(now, zone[0] if zone else "Asia/Shanghai"),
    )
    return int(found[0]) if found else 0


def awake(now: datetime, zone: str, kind: str, quiet: Quiet) -> datetime:
    """When an SMS may ring: never at night, whoever wrote the words."""
    return quiet_hours.next_allowed(now, ZoneInfo(zone), kind, quiet)


@dataclass(frozen=True, slots=True)
class Wanted:
    """An SMS that shall be sent: for which message, of which kind, not before when; `staff_id`: who asks for a call."""

    home_id: int
    person_id: int
    outbox_id: int
    kind: SmsKind
    at: datetime
    staff_id: int | None = None


def order(store: Store, wanted: Wanted, now: datetime) -> None:
    """An SMS shall be sent; one for a message, and never a second of its kind. The person is locked."""
    person, kind = wanted.person_id, wanted.kind.value
    known = store.row("SELECT id, state FROM sms WHERE outbox_id = ? AND kind = ?", wanted.outbox_id, kind)
    number = hashed(store.sealer, number_of(store, person))
    fresh = {"state": SmsState.ORDERED.value, "next_at": wanted.at, "number": number}
    if known is None:
        store.insert(
            Sms,
            home_id=wanted.home_id,
            person_id=person,
            outbox_id=wanted.outbox_id,
            kind=kind,
            staff_id=wanted.staff_id,
            made_at=now,
            wrong=0,
            tries=0,
            **fresh,
        )
    elif known[1] in {SmsState.DROPPED.value, SmsState.ORDERED.value}:
        store.update(Sms, known[0], person=person, made_at=now, tries=0, code=None, why=None, **fresh)
    store.hint("sms", "outbox", "reach")


def claim(store: Store, now: datetime, machine_now: datetime) -> Order | None:
    """The next SMS that is due, under lease; what is not needed any more is dropped, and what may not go any more is
    decided anew. After a restore nothing leaves until the director has confirmed.
    """
    if store.row("SELECT 1 FROM epoch WHERE confirmed_at IS NULL LIMIT 1") is not None:
        return None
    due = "state = 'ordered' AND next_at <= ?"
    while True:
        first = store.row(f"SELECT id, person_id FROM sms WHERE {due} ORDER BY next_at LIMIT 1", now)
        if first is None:
            return None
        store.lock_persons(first[1])
        row = store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ? AND person_id = ? AND {due}", *first, now)
        if row is None:
            return None  # another process has it, or it went over to somebody else
        if brake := _brake(store, row.home_id, now):
            store.update(Sms, row.id, person=row.person_id, next_at=brake)
            continue
        found = _asked(store, row, now)
        if found is not None:
            return _leased(store, row, *found, now, machine_now)
        store.update(Sms, row.id, person=row.person_id, state=SmsState.DROPPED.value, next_at=None, why=GONE)
        if row.kind == SmsKind.WORDS.value:
            _decide_anew(store, row, now)


def _brake(store: Store, home_id: int, now: datetime) -> datetime | None:
    """Until when nothing is asked of the company, since it refuses whatever the account asks for."""
    refused = store.row(
        "SELECT max(asked_at) FROM sms WHERE home_id = ? AND made_at > ? AND state = 'failed' AND asked_at > ? "
        "AND code LIKE '!%'",
        home_id,
        now - BRAKE - timedelta(days=1),
        now - BRAKE,
    )
    return moment(refused[0]) + BRAKE if refused is not None and refused[0] is not None else None


def _decide_anew(store: Store, row: _Row, now: datetime) -> None:
    """A message that waits for an SMS which does not go: its way is chosen again, from what is true now."""
    changed = store.change(
        tables.Outbox,
        """UPDATE outbox SET state = 'waiting', code = NULL, why = NULL, way = NULL, proof = NULL, not_before = ?
           WHERE id = ? AND state = 'parked' AND code = ? RETURNING queue""",
        now,
        row.outbox_id,
        SMS,
        persons=[row.person_id],
    )
    for (queue,) in changed:
        advance(store, row.person_id, queue)
        store.hint("outbox", f"person:{row.person_id}")


def _asked(store: Store, row: _Row, now: datetime) -> tuple[str, dict[str, str]] | None:
    """The number and the words of an SMS; None where it is not needed any more, its number is another one, or nobody
    may be told by it any more.
    """
    number = number_of(store, row.person_id)
    if not number or hashed(store.sealer, number) != row.number:
        return None
    if row.kind == SmsKind.CALL.value:
        waits = store.row("SELECT 1 FROM by_hand WHERE outbox_id = ? AND settled_at IS NULL", row.outbox_id)
        who = store.row("SELECT name FROM staff WHERE id = ?", row.staff_id)
        if waits is None or who is None:
            return None
        return number, {"name": str(who[0])}
    message = store.row("SELECT purpose, state, code, expires_at FROM outbox WHERE id = ?", row.outbox_id)
    if message is None or message[1:3] != ("parked", SMS) or (message[3] and moment(message[3]) <= now):
        return None
    purpose = purposes.of(message[0])
    if (purpose.machine and stopped(store, row.person_id)) or not proved_number(store, row.person_id, now):
        return None
    return number, {"matter": purpose.matter}


def _leased(store: Store, row: _Row, number: str, words: dict[str, str], now: datetime, machine_now: datetime) -> Order:
    kind = SmsKind(row.kind)
    more: dict[str, object] = {}
    if kind is SmsKind.WORDS:
        words["code"] = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        more = {"secret": hashed(store.sealer, words["code"]), "expires_at": now + OPENS_FOR}
    store.update(
        Sms,
        row.id,
        person=row.person_id,
        state=SmsState.SENDING.value,
        next_at=None,
        lease_until=machine_now + LEASE,
        asked_at=now,
        tries=row.tries + 1,
        **more,
    )
    return Order(row.id, number, kind, words)


def settle(store: Store, asked: Order, answer: Texted, now: datetime) -> None:
    """What the company answered."""
    row = _locked(store, asked.id)
    if row is None or row.state != SmsState.SENDING.value:
        return
    if answer.state is SmsState.ORDERED and row.tries < TRIES:
        store.update(
            Sms,
            row.id,
            person=row.person_id,
            state=SmsState.ORDERED.value,
            next_at=now + AGAIN,
            lease_until=None,
            code=answer.code or None,
        )
    elif answer.state in {SmsState.FAILED, SmsState.ORDERED}:
        failed(store, row.id, now, code=answer.code, why=answer.why, account=answer.account)
    else:
        _taken(store, row, answer.state, now, ref=answer.ref, code=answer.code, why=answer.why)


def _taken(
    store: Store, row: _Row, state: SmsState, now: datetime, *, ref: str = "", code: str = "", why: str = ""
) -> None:
    """It is under way, or nobody knows: somebody looks again when it was not opened."""
    looks = now + LOOKED_AT if row.kind == SmsKind.WORDS.value else None
    store.update(
        Sms,
        row.id,
        person=row.person_id,
        state=state.value,
        lease_until=None,
        next_at=looks,
        ref=ref[:64] or None,
        code=code[:64] or None,
        why=why[:160] or None,
    )
    if row.kind == SmsKind.WORDS.value:
        _noted(store, row, "handed" if state is SmsState.HANDED else None)
    store.hint("outbox", f"person:{row.person_id}", "reach")


def _noted(store: Store, row: _Row, proof: str | None) -> None:
    store.change(
        tables.Outbox,
        "UPDATE outbox SET way = 'sms', proof = ? WHERE id = ? AND state = 'parked' RETURNING id",
        proof,
        row.outbox_id,
        persons=[row.person_id],
    )


def _locked(store: Store, number: int) -> _Row | None:
    whose = store.row("SELECT person_id FROM sms WHERE id = ?", number)
    if whose is None:
        return None
    store.lock_persons(whose[0])
    return store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ?", number)


def abandoned(store: Store, now: datetime, machine_now: datetime) -> int:
    """SMS whose sender died: nobody can know whether the company was asked, and it is not asked again."""
    rows = store.rows_locked(
        1, "SELECT id, person_id FROM sms WHERE state = 'sending' AND lease_until < ? LIMIT 200", machine_now
    )
    for number, _ in rows:
        row = store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ? AND state = 'sending'", number)
        if row is not None:
            _taken(store, row, SmsState.UNKNOWN, now, why="程序中断时正在发短信，不确定发出没有；没有重发")
    return len(rows)


def failed(store: Store, number: int, now: datetime, *, code: str, why: str, account: bool = False) -> None:
    """It does not arrive: the message goes on waiting where it may, and somebody telephones. `account`: the company
    refuses everything of ours, so nothing more is asked of it for a while. The person is locked.
    """
    row = store.one_of(_Row, f"SELECT {FIELDS} FROM sms WHERE id = ?", number)
    if row is None:
        return
    store.update(
        Sms,
        number,
        person=row.person_id,
        state=SmsState.FAILED.value,
        lease_until=None,
        next_at=None,
        told_at=now,
        code=f"{'!' if account else ''}{code}"[:64] or None,
        why=why[:160],
    )
    store.hint("outbox", f"person:{row.person_id}", "reach")
    if row.kind != SmsKind.WORDS.value:
        return
    message = store.row("SELECT queue, purpose, code FROM outbox WHERE id = ? AND state = 'parked'", row.outbox_id)
    if message is None or message[2] != SMS:
        return
    queue, word, _ = message
    purpose, told = purposes.of(word), f"{NOT_TAKEN}：{why}"[:160]
    phone = store.row("SELECT session_until FROM follower WHERE person_id = ? AND following LIMIT 1", row.person_id)
    if phone is not None and phone[0] is not None and moment(phone[0]) > now:
        _decide_anew(store, row, now)
        return
    if purpose.parks and phone is not None:
        store.update(tables.Outbox, row.outbox_id, person=row.person_id, code=None, why=told, way=None, proof=None)
    else:
        finish(store, row.outbox_id, row.person_id, queue, now, state="given_up", why=told)
    by_hand.ask(store, row.outbox_id, row.home_id, row.person_id, purpose, told, now)
