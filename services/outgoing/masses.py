"""群发: the same words to all whose window is shut, by one call of the platform (H1; wechat.md 6).

Who can only be reached so waits as `parked` under the code MASS, and leaves by a message of their own should they write
meanwhile. A mass send joins those who wait, is asked for under a number that the platform knows for 24 hours, so that a
call without an answer is made again and nobody hears it twice, and is then written down person by person, some at a
time: an alarm comes between.
"""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from care import preferences, quiet_hours
from care.quiet_hours import Quiet
from care.states import MassState
from care.ways import Way
from services.outgoing import by_hand, purposes
from services.outgoing.outbox import AT_ONCE, UNFOLLOWED, finish
from services.outgoing.purposes import Purpose
from services.outgoing.stops import STOPPED, stopped
from services.ports import Fate, Outcome
from storage import tables
from storage.seal import Unreadable
from storage.store import Store
from storage.types import moment

MASS: Final = "mass"
"""Stored in place of an errcode while a row waits for its mass send; also the key of its text in `fields`."""
WAITS: Final = "等着一起群发；对方一来信就单独发"
MOST_A_MONTH: Final = 4
"""Mass sends that reach one person in a calendar month; the platform drops the fifth (wechat.md 6)."""
SPENT: Final = "这个月的 4 次群发用完了"
NO_WORDS: Final = "没有能发给大家的话"
SHARED: Final = "手机是几个人共用的，不群发"
LEAST: Final = 2
"""The platform refuses a list of one (40130)."""
MOST: Final = 10_000
LONELY: Final = "只有一位要群发，微信至少要两位，没有发"
GATHERS: Final = timedelta(seconds=60)
LEASE: Final = timedelta(seconds=60)
ONCE_FOR: Final = timedelta(hours=23)
"""The platform knows our number for 24 hours."""
BACK_OFF: Final = (5.0, 20.0, 60.0, 300.0)
NEVER_TAKEN: Final = "到了晚上微信都没接，没有发"
NOT_TODAY: Final = "到过了那天也没能群发，没有发"
ASLEEP: Final = "轮到群发的时候对方在休息，等到早上就过时了"
CUT: Final = "公众号停发中，没有群发，也不补发"
NOBODY_KNOWS: Final = "群发时微信没应答，不确定送到没有；没有重发"
_BEIJING: Final = ZoneInfo("Asia/Shanghai")
"""Months of the ledger are the platform's."""


class _Waiting(NamedTuple):
    id: int
    person_id: int
    home_id: int
    queue: str
    purpose: str
    settled_at: int
    expires_at: int
    fields: bytes | None
    declines: str | None


@dataclass(frozen=True, slots=True)
class Ask:
    """A mass send under lease, with what its call needs."""

    id: int
    own: str
    text: str
    openids: tuple[str, ...]
    unanswered: bool
    """Whether an earlier call has had no answer: what the platform says now tells nothing of that one."""


def why_not(store: Store, person_id: int, purpose: Purpose, fields: bytes | None, now: datetime) -> str | None:
    """Why a message may not wait for a mass send: empty where it may, None for a purpose that never goes by one."""
    if not purpose.mass:
        return None
    if fields is None:
        return NO_WORDS
    if store.row("SELECT 1 FROM follower WHERE person_id = ? AND binding = 'shared' LIMIT 1", person_id) is not None:
        return SHARED
    return SPENT if taken(store, person_id, now) >= MOST_A_MONTH else ""


def taken(store: Store, person_id: int, now: datetime) -> int:
    """Mass sends of this calendar month that may have reached a person."""
    begun = now.astimezone(_BEIJING).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    found = store.row(
        "SELECT count(*) FROM outbox WHERE person_id = ? AND way = ? AND state IN ('sent', 'sending', 'unknown') "
        "AND created_at >= ?",
        person_id,
        Way.MASS.value,
        begun,
    )
    return int(found[0]) if found else 0


def join(store: Store, now: datetime) -> int:
    """Join those who wait to mass sends of the same words; how many were looked at. One transaction joins some hundred;
    when nobody waits any more whom it could join, what was joined may leave.
    """
    rows = [
        _Waiting(*row)
        for row in store.rows_locked(
            1,
            f"""SELECT o.id, o.person_id, o.home_id, o.queue, o.purpose, o.settled_at, o.expires_at, b.fields,
                p.declines FROM outbox o JOIN outbox_body b ON b.id = o.id JOIN person p ON p.id = o.person_id
                WHERE o.state = 'parked' AND o.code = '{MASS}' ORDER BY o.home_id, o.purpose, o.id LIMIT {AT_ONCE}""",
        )
    ]
    if rows and now - moment(min(row.settled_at for row in rows)) < GATHERS:
        return 0
    lonely = 0
    worded = [
        (row.home_id, row.purpose, _words(store, row), row)
        for row in rows
        if _holds(store, row, now, LONELY if len(rows) < LEAST else NOT_TODAY)
    ]
    worded.sort(key=lambda one: one[:3])
    for (home, purpose, words), some in groupby(worded, key=lambda one: one[:3]):
        lonely += _join(store, home, purpose, words, [row for *_, row in some], now)
    waits = store.row(f"SELECT count(*) FROM outbox WHERE state = 'parked' AND code = '{MASS}'")
    if waits is None or waits[0] <= lonely:  # else another process joins some of them just now
        store.change(
            tables.MassSend,
            "UPDATE mass_send SET state = 'waiting', next_at = ? WHERE state = 'joining' RETURNING id",
            now,
            persons=(),
        )
    return len(rows)


def _holds(store: Store, row: _Waiting, now: datetime, why: str) -> bool:
    """Whether it may still be said; what may not comes to its end."""
    purpose = purposes.of(row.purpose)
    if stopped(store, row.person_id):
        finish(store, row.id, row.person_id, row.queue, now, state="cancelled", why=STOPPED)
    elif purpose.topic in preferences.read(row.declines):
        finish(store, row.id, row.person_id, row.queue, now, state="cancelled", why=preferences.NOT_WANTED)
    elif moment(row.expires_at) <= now:
        finish(store, row.id, row.person_id, row.queue, now, state="cancelled", why=why)
        by_hand.ask(store, row.id, row.home_id, row.person_id, purpose, why, now)
    else:
        return True
    return False


def _words(store: Store, row: _Waiting) -> str:
    try:
        told = json.loads(store.open(tables.OutboxBody, "fields", row.id, row.fields)) if row.fields else {}
    except Unreadable:
        told = {}
    return str(told.get(MASS, ""))


def _join(store: Store, home: int, purpose: str, words: str, rows: list[_Waiting], now: datetime) -> int:
    """Into a mass send that is being joined, else into a new one; how many are left, since the platform takes no list
    of one.
    """
    if not words:
        return len(rows)
    number = next((one for one in _joining(store, home, purpose, words) if _takes(store, one, len(rows), now)), None)
    if number is None:
        if len(rows) < LEAST:
            return len(rows)
        number = _new(store, home, purpose, words, min(row.expires_at for row in rows), now)
        _takes(store, number, len(rows), now)
    for row in rows:
        store.update(
            tables.Outbox,
            row.id,
            person=row.person_id,
            state="sending",
            way=Way.MASS.value,
            mass_id=number,
            why=None,
            code=None,
            settled_at=None,
        )
        store.update(tables.OutboxBody, row.id, body=store.seal(tables.OutboxBody, "body", row.id, words))
        store.hint(f"person:{row.person_id}")
    return 0


def _takes(store: Store, number: int, many: int, now: datetime) -> bool:
    """Whether a mass send is still being joined and has room; one that is full may leave."""
    return bool(
        store.change(
            tables.MassSend,
            f"""UPDATE mass_send SET people = people + ?,
                state = CASE WHEN people + ? > {MOST - AT_ONCE} THEN 'waiting' ELSE state END,
                next_at = CASE WHEN people + ? > {MOST - AT_ONCE} THEN ? ELSE next_at END
                WHERE id = ? AND state = 'joining' RETURNING id""",
            many,
            many,
            many,
            now,
            number,
            persons=(),
        )
    )


def _joining(store: Store, home: int, purpose: str, words: str) -> list[int]:
    rows = store.rows(
        f"SELECT id, body FROM mass_send WHERE state = '{MassState.JOINING}' AND home_id = ? AND purpose = ?",
        home,
        purpose,
    )
    return [number for number, body in rows if store.open(tables.MassSend, "body", number, body).decode() == words]


def _new(store: Store, home: int, purpose: str, words: str, expires_at: int, now: datetime) -> int:
    number = store.insert(
        tables.MassSend,
        home_id=home,
        purpose=purpose,
        state=MassState.JOINING.value,
        body=b"",
        own=secrets.token_hex(16),
        made_at=now,
        expires_at=moment(expires_at),
        tries=0,
        people=0,
    )
    store.update(tables.MassSend, number, body=store.seal(tables.MassSend, "body", number, words))
    return number


class _Row(NamedTuple):
    id: int
    home_id: int
    own: str
    body: bytes
    state: str
    asked_at: int | None
    expires_at: int
    tries: int


def claim(store: Store, now: datetime, machine_now: datetime, quiet: Quiet = quiet_hours.USUAL) -> Ask | None:
    """A mass send that may be asked for now, under lease; those that are too old come to their end. Whoever may not be
    spoken to any more, sleeps, or cannot be reached so, is left out of the list.
    """
    if store.row("SELECT 1 FROM epoch WHERE confirmed_at IS NULL LIMIT 1") is not None:
        return None
    row = store.one_of(
        _Row,
        f"""SELECT {", ".join(_Row._fields)} FROM mass_send WHERE next_at <= ? AND (state = 'waiting' OR
            (state = 'sending' AND lease_until < ?)) ORDER BY next_at LIMIT 1""",
        now,
        machine_now,
    )
    if row is None:
        return None
    unanswered = row.asked_at is not None
    if unanswered and machine_now - moment(row.asked_at or 0) >= ONCE_FOR:
        change(store, row.id, MassState.UNKNOWN, now, why=NOBODY_KNOWS)
        return None
    openids = _list(store, row.id, now, quiet, unanswered=unanswered)
    over = moment(row.expires_at) <= now
    if over or len(openids) < LEAST:
        state, why = (MassState.UNKNOWN, NOBODY_KNOWS) if unanswered else (MassState.FAILED, NEVER_TAKEN)
        change(store, row.id, state, now, why=why if over or unanswered else LONELY)
        return None
    taken_over = store.change(
        tables.MassSend,
        """UPDATE mass_send SET state = 'sending', tries = tries + 1, people = ?, lease_until = ?,
           asked_at = coalesce(asked_at, ?) WHERE id = ? AND state = ? AND tries = ? RETURNING id""",
        len(openids),
        machine_now + LEASE,
        machine_now,
        row.id,
        row.state,
        row.tries,
        persons=(),
    )
    if not taken_over:
        return None
    text = store.open(tables.MassSend, "body", row.id, row.body).decode()
    return Ask(row.id, row.own, text, openids, unanswered)


class _Listed(NamedTuple):
    id: int
    person_id: int
    queue: str
    openid: str | None
    following: bool | int | None
    binding: str | None
    kind: str
    zone: str
    purpose: str
    declines: str | None
    hour_from: int | None
    hour_until: int | None


def _list(store: Store, number: int, now: datetime, quiet: Quiet, *, unanswered: bool) -> tuple[str, ...]:
    """Whom it goes to. Of who is left out after a call without an answer nobody can know whether they heard it."""
    rows = store.all_of(
        _Listed,
        """SELECT o.id, o.person_id, o.queue, f.openid, f.following, f.binding, p.kind,
           coalesce(p.timezone, h.timezone), o.purpose, p.declines, p.hour_from, p.hour_until
           FROM outbox o JOIN person p ON p.id = o.person_id JOIN home h ON h.id = o.home_id
           LEFT JOIN follower f ON f.id = (SELECT max(id) FROM follower WHERE person_id = o.person_id)
           WHERE o.mass_id = ? AND o.state = 'sending' ORDER BY o.id""",
        number,
    )
    silent = {row[0] for row in store.rows(SILENT, number)}
    found: list[str] = []
    out: dict[int, str] = {}
    for row in rows:
        if row.person_id in silent:
            out[row.id] = STOPPED
        elif row.openid is None or not row.following:
            out[row.id] = UNFOLLOWED
        elif row.binding == "shared":
            out[row.id] = SHARED
        elif purposes.of(row.purpose).topic in preferences.read(row.declines):
            out[row.id] = preferences.NOT_WANTED
        elif quiet_hours.is_quiet(
            now, ZoneInfo(row.zone), row.kind, preferences.within(quiet, row.hour_from, row.hour_until)
        ):
            out[row.id] = ASLEEP
        else:
            found.append(row.openid)
    store.lock_persons(*sorted(row.person_id for row in rows if row.id in out))
    for row in rows:
        if row.id in out:
            state, why = ("unknown", NOBODY_KNOWS) if unanswered else ("cancelled", out[row.id])
            finish(store, row.id, row.person_id, row.queue, now, state=state, why=why)
    return tuple(found)


SILENT: Final = """SELECT o.person_id FROM outbox o WHERE o.mass_id = ? AND o.state = 'sending' AND
    (o.person_id IN (SELECT person_id FROM stop WHERE lifted_at IS NULL)
     OR o.person_id IN (SELECT k.person_id FROM kinship k JOIN resident r ON r.id = k.resident_id
        JOIN stop s ON s.person_id = r.person_id WHERE s.lifted_at IS NULL)
     OR o.person_id IN (SELECT person_id FROM conversation WHERE flow = 'bereaved'))"""


def settle(store: Store, ask: Ask, outcome: Outcome, now: datetime) -> None:
    """What the platform answered. Without an answer it is asked again under the same number."""
    if outcome.fate is Fate.SENT:
        change(store, ask.id, MassState.SENT, now, ref=outcome.ref[:32] or None)
    elif outcome.fate in {Fate.GIVEN_UP, Fate.PARKED}:
        state, why = (MassState.UNKNOWN, NOBODY_KNOWS) if ask.unanswered else (MassState.FAILED, outcome.why[:160])
        change(store, ask.id, state, now, why=why, code=outcome.code)
    elif outcome.fate is Fate.REVIEW:
        change(store, ask.id, MassState.SENT, now, why=outcome.why[:160], code=outcome.code)
    else:
        tries = store.row("SELECT tries FROM mass_send WHERE id = ?", ask.id)
        wait = outcome.retry_after or BACK_OFF[min(tries[0] if tries else 1, len(BACK_OFF)) - 1]
        said_no = outcome.fate is Fate.RETRY and not ask.unanswered
        store.change(
            tables.MassSend,
            f"""UPDATE mass_send SET state = 'waiting', lease_until = NULL, next_at = ?, why = ?, code = ?
                {", asked_at = NULL" if said_no else ""} WHERE id = ? AND state = 'sending' RETURNING id""",
            now + timedelta(seconds=wait),
            outcome.why[:160],
            outcome.code or None,
            ask.id,
            persons=(),
        )


def change(
    store: Store,
    number: int,
    state: MassState,
    now: datetime,
    *,
    ref: str | None = None,
    why: str | None = None,
    code: str | None = None,
) -> None:
    """Its end, unless the platform's event has told it already; its people are written down next."""
    store.change(
        tables.MassSend,
        """UPDATE mass_send SET state = ?, settled_at = ?, next_at = ?, lease_until = NULL, ref = coalesce(ref, ?),
           why = ?, code = ? WHERE id = ? AND state IN ('joining', 'waiting', 'sending') RETURNING id""",
        state.value,
        now,
        now,
        ref,
        why,
        code or None,
        number,
        persons=(),
    )
