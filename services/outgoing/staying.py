"""Why something that is ready does not leave now: the person sleeps or has had enough today, it is too old, somebody
else speaks on the phone, nobody follows (F3, F16).
"""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from care import quiet_hours
from care.quiet_hours import Quiet
from care.ways import Terms
from services.outgoing import by_hand, purposes, sms
from services.outgoing.outbox import EXPIRED, UNFOLLOWED, advance, finish
from services.outgoing.purposes import Purpose
from services.outgoing.ready import Ready
from storage import tables
from storage.store import Store
from storage.types import moment

MOST_A_DAY: Final = 3
"""Messages of machines a day, to one person; answers and alarms do not count (domain.md 5)."""
ENOUGH: Final = "今天已经给这位发过三条，不再打扰"
ASLEEP: Final = "轮到的时候对方在休息，等到早上就过时了"
NO_PHONE: Final = MappingProxyType({"state": "cancelled", "why": "没有关注公众号，微信里找不到这位"})
"""Nobody writes into it: it stands for every message of this process."""
NOT_SPEAKING: Final = "手机是两人共用的，现在不是本人在说；本人一说话就自动发"


def sleeps(store: Store, row: Ready, purpose: Purpose, now: datetime, quiet: Quiet) -> bool:
    """What came to its turn too late in the evening waits for the morning, or is not said when it is untrue by then
    (F16).
    """
    awake = quiet_hours.next_allowed(now, ZoneInfo(row.zone), row.kind, quiet)
    if awake <= now:
        return False
    if row.expires_at is not None and moment(row.expires_at) <= awake:
        finish(store, row.id, row.person, row.queue, now, **unsent(purpose))
        by_hand.ask(store, row.id, row.home_id, row.person, purpose, ASLEEP, now)
    else:
        store.update(tables.Outbox, row.id, person=row.person, state="planned", not_before=awake)
        advance(store, row.person, row.queue)
        store.hint(f"person:{row.person}")
    return True


def enough(store: Store, row: Ready, now: datetime, terms: Terms) -> bool:
    """Three messages of machines a day are enough: the next one waits for the morning, or is not said when it is untrue
    by then (F16).
    """
    zone = ZoneInfo(row.zone)
    begun = datetime.combine(now.astimezone(zone).date(), time(), zone)
    words = purposes.of_machines()
    marks = ", ".join("?" * len(words)) or "NULL"
    found = store.row(
        f"""SELECT count(*) FROM outbox WHERE person_id = ? AND state = 'sent' AND settled_at >= ?
            AND purpose IN ({marks})""",
        row.person,
        begun,
        *words,
    )
    if found is None or found[0] < MOST_A_DAY:
        return False
    tomorrow = quiet_hours.next_allowed(begun + timedelta(days=1), zone, row.kind, terms.quiet)
    if row.expires_at is not None and moment(row.expires_at) <= tomorrow:
        finish(store, row.id, row.person, row.queue, now, state="cancelled", why=ENOUGH)
        by_hand.ask(store, row.id, row.home_id, row.person, purposes.of(row.purpose), ENOUGH, now)
    else:
        store.update(tables.Outbox, row.id, person=row.person, state="planned", not_before=tomorrow)
        advance(store, row.person, row.queue)
        store.hint(f"person:{row.person}")
    return True


def unsent(purpose: Purpose) -> dict[str, str]:
    """What becomes of a message that was true only then."""
    state, why = purpose.unsent
    return {"state": state, "why": why}


def stays(store: Store, row: Ready, purpose: Purpose, now: datetime, terms: Terms) -> bool:
    """Whether it does not leave now, whatever the window says: too old, another one speaks, nobody follows. Who does
    not is told by an SMS where one may go.
    """
    if row.expires_at is not None and moment(row.expires_at) <= now:
        end: Mapping[str, str] = {"state": "given_up", "why": EXPIRED} if purpose.parks else unsent(purpose)
        finish(store, row.id, row.person, row.queue, now, **end)
        if purpose.parks:
            by_hand.ask(store, row.id, row.home_id, row.person, purpose, EXPIRED, now)
        return True
    if _not_speaking(store, row, now):
        end = {"state": "parked", "why": NOT_SPEAKING} if purpose.parks else unsent(purpose)
    elif row.holder not in {None, row.person} and not _held(store, row):
        return True
    elif row.follower is None or not row.following:
        if (none := sms.why_not(store, row, purpose, now, terms)) == "":
            sms.tell(store, row, now, terms)
            return True
        end = {"state": "given_up", "why": UNFOLLOWED} if row.follower is not None else NO_PHONE
        if none:
            end = {**end, "why": f"{end['why']}；短信不行：{none}"}
    else:
        return False
    finish(store, row.id, row.person, row.queue, now, **end)
    by_hand.ask(store, row.id, row.home_id, row.person, purpose, end["why"], now)
    return True


def _not_speaking(store: Store, row: Ready, now: datetime) -> bool:
    """Whether somebody shares a phone on which they are not taken to speak now: what is theirs alone waits (F3)."""
    if row.follower is not None:
        theirs = row.place is not None and row.person != row.place
        return theirs and (row.until is None or moment(row.until) <= now)
    mine = """SELECT 1 FROM common_phone s JOIN resident r ON r.id IN (s.one_id, s.two_id) WHERE r.person_id = ?
              LIMIT 1"""
    return store.row(mine, row.person) is not None


def _held(store: Store, row: Ready) -> bool:
    """What is said to a phone of several is counted under the lock of who speaks on it; False when that changed."""
    store.lock_persons(*(one for one in [row.holder] if one is not None))
    now = store.row("SELECT person_id, session_left, scene_left FROM follower WHERE id = ?", row.follower)
    return now == (row.holder, row.session_left, row.scene_left)
