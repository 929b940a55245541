"""短信: who is outside of everything that the account may send is told by an SMS that words wait, and reads them behind
an address that opens once, for who knows the last digits of the number (V3, Q1, F15).

The words themselves never stand in an SMS. The message waits in the outbox under the code SMS as anything parked does:
it leaves by WeChat should its person write meanwhile. An SMS is never asked for twice: without an answer nobody can
know whether it arrived.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from care import families, phones, preferences, quiet_hours
from care.quiet_hours import Quiet
from care.states import PersonKind, SmsKind, SmsState
from care.ways import Terms
from services.outgoing.outbox import finish
from services.outgoing.purposes import Purpose
from services.outgoing.ready import Ready
from storage import tables
from storage.queries.outgoing_costs import month
from storage.queries.outgoing_sms import hashed
from storage.seal import Unreadable
from storage.store import Store
from storage.tables.outgoing_sms import Sms
from storage.types import moment

SMS: Final = "sms"
"""In place of an errcode, of a message for which an SMS was ordered."""
WAITS: Final = "先发短信告诉对方，点开就看得到"
OPENS_FOR: Final = timedelta(hours=24)
"""An address outside of WeChat opens nothing after it (F15)."""
LOOKED_AT: Final = timedelta(hours=4)
"""Nobody has opened it for so long: somebody telephones."""
AGES: Final = families.NUMBER_AGES
BRAKE: Final = timedelta(minutes=10)
"""After the company refused for a reason of the account itself, nothing is asked of it for so long."""
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


def why_not(store: Store, row: Ready, purpose: Purpose, now: datetime, terms: Terms) -> str | None:
    """Why an SMS cannot say it: empty where it can, None for what never goes by one."""
    if not purpose.sms or terms.sms is None or row.kind != PersonKind.FAMILY.value:
        return None
    if not terms.page:
        return NO_PAGE
    if preferences.Declined.CARDS in preferences.read(row.declines):
        return preferences.BY_TELEPHONE
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
    if proved and not proved_number(store, person_id, now):
        return NOT_PROVED
    refused = "SELECT 1 FROM sms_refusal WHERE home_id = ? AND number = ? AND lifted_at IS NULL"
    if store.row(refused, home_id, hashed(store.sealer, number)) is not None:
        return REFUSED
    if used(store, home_id, now) >= most:
        return SPENT
    return ILL if brake(store, home_id, now) else ""


def proved_number(store: Store, person_id: int, now: datetime) -> bool:
    """Whether the number rang in the hand of somebody who is still a relative, within the year: carriers give a number
    that is not used to somebody else.
    """
    asked = "SELECT 1 FROM kinship WHERE person_id = ? AND rang_at > ? LIMIT 1"
    return store.row(asked, person_id, now - AGES) is not None


def no_cards(store: Store, person_id: int) -> bool:
    """Whether what cannot wait shall be said to her on the telephone instead (N7)."""
    row = store.row("SELECT declines FROM person WHERE id = ?", person_id)
    return row is not None and preferences.Declined.CARDS in preferences.read(row[0])


def number_of(store: Store, person_id: int) -> str:
    """The number of a person; "" where there is none, or none that can be opened."""
    row = store.row("SELECT phone FROM person WHERE id = ?", person_id)
    if row is None or row[0] is None:
        return ""
    try:
        return store.open(tables.Person, "phone", person_id, row[0]).decode()
    except Unreadable:
        return ""


def used(store: Store, home_id: int, now: datetime) -> int:
    """What the company charges for this month, as far as it is known: those that it took, and those of which nobody
    knows; and what is ordered.
    """
    zone = store.row("SELECT timezone FROM home WHERE id = ?", home_id)
    found = store.row(
        """SELECT coalesce(sum(coalesce(parts, 1)), 0) FROM sms WHERE home_id = ? AND made_at >= ?
           AND state NOT IN ('failed', 'dropped')""",
        home_id,
        month(now, ZoneInfo(zone[0] if zone else "Asia/Shanghai"))[0],
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


def brake(store: Store, home_id: int, now: datetime) -> datetime | None:
    """Until when nothing is asked of the company, since it refuses whatever the account asks for."""
    refused = store.row(
        "SELECT max(asked_at) FROM sms WHERE home_id = ? AND made_at > ? AND state = 'failed' AND asked_at > ? "
        "AND code LIKE '!%'",
        home_id,
        now - BRAKE - timedelta(days=1),
        now - BRAKE,
    )
    return moment(refused[0]) + BRAKE if refused is not None and refused[0] is not None else None
