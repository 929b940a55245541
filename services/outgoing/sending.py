"""How what is queued leaves: claimed under a lease when its person may be reached, settled once the platform has spoken
(decision 3).
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from care import quiet_hours
from care.quiet_hours import Quiet
from services.outgoing import purposes
from services.outgoing.outbox import EXPIRED, SOUND, SPOKEN, UNFOLLOWED, advance, finish
from services.outgoing.purposes import Purpose, Sent
from services.ports import Fate, Outcome
from storage import tables
from storage.seal import Unreadable
from storage.store import Store
from storage.types import moment

LEASE: Final = timedelta(seconds=30)
KEPT_FOR_STAFF: Final = 1
KEPT_FOR_WORDS: Final = 2
"""Messages of the window that sound never takes: who comes must still be written."""
AHEAD: Final = 6
"""People who are looked at, at least, where several processes send: the first may be somebody else's. They are locked
meanwhile.
"""
TRIES_FOR: Final = timedelta(hours=2)
BACK_OFF: Final = (1.0, 5.0, 20.0, 60.0, 300.0)
HOLD: Final = 60.0
IN_TURN: Final = "ORDER BY CASE o.queue WHEN 'alarm' THEN 0 WHEN 'conversation' THEN 1 ELSE 2 END, o.id"
TURNS: Final = ("alarm", "conversation", "notice", SPOKEN)
ALARMS: Final = TURNS[:1]
PHONE: Final = """coalesce((SELECT id FROM follower WHERE person_id = o.person_id
    ORDER BY CASE binding WHEN 'shared' THEN 1 ELSE 0 END, id DESC LIMIT 1),
    (SELECT follower_id FROM common_phone WHERE place_id = o.person_id))"""
"""By which phone somebody is reached: their newest own one; what belongs to a phone of several, by that one, whoever
speaks on it.
"""
CRASHED: Final = "程序中断时正在发送，不确定送到没有；没有重发，请看一下对方是否收到"
WINDOW_CLOSED: Final = "超过 48 小时没来信，微信不让发；对方一来信就自动发"
USED_UP: Final = "这次来信后能发的条数用完了；对方一来信就自动发"
NOT_SPEAKING: Final = "手机是两人共用的，现在不是本人在说；本人一说话就自动发"
NEVER_TAKEN: Final = "试了 2 小时微信都没接，没有发出，请打电话"
UNREADABLE: Final = "内容打不开，没有发出，请重写一遍"


@dataclass(frozen=True, slots=True)
class Claim:
    """A row under lease, with what a send needs."""

    id: int
    person_id: int
    follower_id: int
    openid: str
    text: str
    tries: int
    pot: str
    session_until: int | None
    purpose: str = ""
    queue: str = "notice"


@cache
def _heads(turns: tuple[str, ...]) -> str:
    """The first ready rows of these queues, each in its own order: by an index that holds ready rows alone, however
    many wait behind them.
    """
    each = " UNION ALL ".join(
        f"""SELECT * FROM (SELECT o.person_id, {turn} AS turn, o.id FROM outbox o WHERE o.state = 'ready'
            AND o.queue = '{queue}'
            AND o.not_before <= ? ORDER BY o.id LIMIT ?) q{turn}"""
        for turn, queue in enumerate(turns)
    )
    return f"{each} ORDER BY turn, id LIMIT ?"


def claim(
    store: Store,
    now: datetime,
    machine_now: datetime,
    limit: int = 20,
    quiet: Quiet = quiet_hours.USUAL,
    turns: tuple[str, ...] = TURNS,
) -> list[Claim]:
    """Lease ready rows whose person may be reached now; park, with the reason, those that cannot.

    `turns`: only rows of these queues. `now` is business time (windows, expiry), `machine_now` the machine's own
    (leases). The message is counted in the quota here; a refusal by the platform gives it back. After a restore nothing
    is claimed until the director has confirmed (services.epochs).
    """
    if store.row("SELECT 1 FROM epoch WHERE confirmed_at IS NULL LIMIT 1") is not None:
        return []
    _fall_due(store, now)
    while True:
        rows = _ready(store, now, limit, turns)
        claims = _lease_or_park(store, rows, now, machine_now, quiet)
        if claims or not rows:
            return claims


def _fall_due(store: Store, now: datetime) -> None:
    """What was planned for a later day takes its place in the queue when its time comes: until then it holds nobody
    up.
    """
    rows = store.rows_locked(
        1, "SELECT id, person_id, queue FROM outbox WHERE state = 'planned' AND not_before <= ?", now
    )
    for row_id, person, queue in rows:
        store.update(tables.Outbox, row_id, person=person, state="waiting", created_at=now)
        advance(store, person, queue)


class _Ready(NamedTuple):
    """A ready row with who gets it; moments in µs since 1970."""

    id: int
    person: int
    queue: str
    staff_id: int | None
    expires_at: int | None
    tries: int
    purpose: str
    body: bytes
    follower: int | None
    openid: str
    following: bool | int | None
    session_left: int | None
    session_until: int | None
    scene_left: int | None
    scene_until: int | None
    kind: str
    zone: str
    holder: int | None
    """Whose the phone is now: on a phone of several perhaps another one."""
    place: int | None
    """The phone of several as somebody; None for everybody's own."""
    until: int | None
    """Until when who spoke last on it is taken to speak."""


def _ready(store: Store, now: datetime, limit: int, turns: tuple[str, ...]) -> list[_Ready]:
    """Ready rows of people whom this process has locked; those whom another process works for are left to it."""
    room = max(AHEAD, 3 * limit) if store.shared else limit
    first = store.rows(_heads(turns), *[value for _ in turns for value in (now, room)], room)
    if not first:
        return []
    free = store.lock_free(row[0] for row in first)
    rows = store.all_of(
        _Ready,
        f"""SELECT o.id, o.person_id, o.queue, o.staff_id, o.expires_at, o.tries, o.purpose, b.body, f.id, f.openid,
            f.following,
                  f.session_left, f.session_until, f.scene_left, f.scene_until, p.kind,
                  coalesce(p.timezone, h.timezone), f.person_id, s.place_id, s.until
           FROM outbox o JOIN outbox_body b ON b.id = o.id JOIN person p ON p.id = o.person_id JOIN home h
           ON h.id = o.home_id
           LEFT JOIN follower f ON f.id = {PHONE}
           LEFT JOIN common_phone s ON s.follower_id = f.id
           WHERE o.id {store.AMONG} AND o.state = 'ready' AND o.not_before <= ? {IN_TURN} LIMIT ?""",
        store.many([row_id for person, _, row_id in first if person in free]),
        now,
        limit,
    )
    return [
        row for row in rows if row.person in free
    ]  # whose row went over to somebody else meanwhile is taken next time


def _sleeps(store: Store, row: _Ready, purpose: Purpose, now: datetime, quiet: Quiet) -> bool:
    """What came to its turn too late in the evening waits for the morning, or is not said when it is untrue by then
    (F16).
    """
    awake = quiet_hours.next_allowed(now, ZoneInfo(row.zone), row.kind, quiet)
    if awake <= now:
        return False
    if row.expires_at is not None and moment(row.expires_at) <= awake:
        finish(store, row.id, row.person, row.queue, now, **_unsent(purpose))
    else:
        store.update(tables.Outbox, row.id, person=row.person, state="planned", not_before=awake)
        advance(store, row.person, row.queue)
    return True


def _unsent(purpose: Purpose) -> dict[str, str]:
    """What becomes of a message that was true only then."""
    state, why = purpose.unsent
    return {"state": state, "why": why}


def _lease_or_park(
    store: Store, rows: Sequence[_Ready], now: datetime, machine_now: datetime, quiet: Quiet
) -> list[Claim]:
    claims: list[Claim] = []
    spent: dict[int, list[int]] = {}
    for row in rows:
        person, follower, purpose = row.person, row.follower, purposes.of(row.purpose)
        if purpose.by_day and _sleeps(store, row, purpose, now, quiet):
            continue
        open_session = row.session_until is not None and moment(row.session_until) > now
        open_scene = row.scene_until is not None and moment(row.scene_until) > now
        reserve = KEPT_FOR_WORDS if purpose is SOUND else KEPT_FOR_STAFF
        if row.staff_id is not None or row.queue == "alarm":
            reserve = 0
        if _stays(store, row, purpose, now) or follower is None:
            continue
        left = spent.setdefault(follower, [row.session_left or 0, row.scene_left or 0])
        if open_scene and left[1] > 0:
            pot, left[1] = "scene", left[1] - 1
            store.update(tables.Follower, follower, person=person, scene_left=left[1])
        elif open_session and left[0] > reserve:
            pot, left[0] = "session", left[0] - 1
            store.update(tables.Follower, follower, person=person, session_left=left[0])
        elif not purpose.parks:
            finish(store, row.id, person, row.queue, now, **_unsent(purpose))
            continue
        else:
            why = USED_UP if open_session else WINDOW_CLOSED
            finish(store, row.id, person, row.queue, now, state="parked", why=why)
            continue
        try:
            text = store.open(tables.OutboxBody, "body", row.id, row.body).decode()
        except Unreadable:
            finish(store, row.id, person, row.queue, now, state="given_up", why=UNREADABLE)
            continue
        store.update(
            tables.Outbox,
            row.id,
            person=person,
            state="sending",
            tries=row.tries + 1,
            lease_until=machine_now + LEASE,
            way="custom",
        )
        store.hint(f"person:{person}")
        claims.append(
            Claim(
                row.id,
                person,
                follower,
                row.openid,
                text,
                row.tries + 1,
                pot,
                row.session_until,
                row.purpose,
                row.queue,
            )
        )
    return claims


def _stays(store: Store, row: _Ready, purpose: Purpose, now: datetime) -> bool:
    """Whether it does not leave now, whatever the window says: too old, another one speaks, nobody follows."""
    if row.expires_at is not None and moment(row.expires_at) <= now:
        end = _unsent(purpose) if purpose is SOUND else {"state": "given_up", "why": EXPIRED}
    elif _not_speaking(store, row, now):
        end = {"state": "parked", "why": NOT_SPEAKING} if purpose.parks else _unsent(purpose)
    elif row.holder not in {None, row.person} and not _held(store, row):
        return True
    elif row.follower is None or not row.following:
        end = {"state": "given_up", "why": UNFOLLOWED}
    else:
        return False
    finish(store, row.id, row.person, row.queue, now, **end)
    return True


def _not_speaking(store: Store, row: _Ready, now: datetime) -> bool:
    """Whether somebody shares a phone on which they are not taken to speak now: what is theirs alone waits (F3)."""
    if row.follower is not None:
        theirs = row.place is not None and row.person != row.place
        return theirs and (row.until is None or moment(row.until) <= now)
    mine = """SELECT 1 FROM common_phone s JOIN resident r ON r.id IN (s.one_id, s.two_id) WHERE r.person_id = ?
              LIMIT 1"""
    return store.row(mine, row.person) is not None


def _held(store: Store, row: _Ready) -> bool:
    """What is said to a phone of several is counted under the lock of who speaks on it; False when that changed."""
    store.lock_persons(*(one for one in [row.holder] if one is not None))
    now = store.row("SELECT person_id, session_left, scene_left FROM follower WHERE id = ?", row.follower)
    return now == (row.holder, row.session_left, row.scene_left)


class _Sending(NamedTuple):
    queue: str
    state: str
    staff_id: int | None
    home_id: int
    created_at: int
    purpose: str


def settle(store: Store, claimed: Claim, outcome: Outcome, now: datetime) -> None:
    """Write down what became of a send, correct the quota; what a colleague's words keep by arriving is their
    purpose's to say.
    """
    store.lock_persons(claimed.person_id)
    row = store.one_of(_Sending, f"SELECT {', '.join(_Sending._fields)} FROM outbox WHERE id = ?", claimed.id)
    if row is None or row.state != "sending":
        return
    purpose = purposes.of(row.purpose)
    fate, why = outcome.fate, outcome.why
    used_up = outcome.window_closed or outcome.quota_used_up
    if used_up and _renewed(store, claimed):
        fate, why, used_up = Fate.RETRY, "对方刚又来信，马上再发", False
    elif (
        fate is Fate.RETRY
        and not outcome.hold
        and now - moment(row.created_at) > TRIES_FOR
        and not _just_opened(store, now)
    ):
        fate, why = Fate.GIVEN_UP, NEVER_TAKEN
    if fate in {Fate.RETRY, Fate.GIVEN_UP, Fate.PARKED} and not used_up:
        _give_back(store, claimed)
    if used_up or outcome.unfollowed:
        store.update(tables.Follower, claimed.follower_id, person=claimed.person_id, session_left=0, scene_left=0)
    if outcome.unfollowed:
        store.update(tables.Follower, claimed.follower_id, person=claimed.person_id, following=False)
    if fate is Fate.RETRY:
        wait = outcome.retry_after or (HOLD if outcome.hold else BACK_OFF[min(claimed.tries, len(BACK_OFF)) - 1])
        store.update(
            tables.Outbox,
            claimed.id,
            person=claimed.person_id,
            state="ready",
            lease_until=None,
            code=outcome.code,
            why=why,
            not_before=now + timedelta(seconds=wait),
        )
        store.hint(f"person:{claimed.person_id}")
        return
    end = {"state": fate.value, "why": why}
    if (not purpose.parks and fate is Fate.PARKED) or (purpose is SOUND and fate is not Fate.SENT):
        end = _unsent(purpose)
    finish(store, claimed.id, claimed.person_id, row.queue, now, code=outcome.code, **end)
    if fate is Fate.SENT and row.staff_id is not None:
        sent = Sent(claimed.id, claimed.person_id, row.staff_id, moment(row.created_at), now)
        _reached(store, row.home_id, purpose, sent)


def _reached(store: Store, home_id: int, purpose: Purpose, sent: Sent) -> None:
    if purpose.on_sent is not None:
        purpose.on_sent(store, sent)
    store.audit(home_id, sent.now, f"staff:{sent.staff_id}", "reach", f"person:{sent.person_id}")


def _just_opened(store: Store, now: datetime) -> bool:
    """Whether the way out was opened only now, after a restore: what waited behind it has not
    been tried for so long.
    """
    return store.row("SELECT 1 FROM epoch WHERE confirmed_at > ? LIMIT 1", now - TRIES_FOR) is not None


def _renewed(store: Store, claimed: Claim) -> bool:
    """Whether the person wrote while the message was under way: the platform judged the window before that."""
    row = store.row("SELECT session_until FROM follower WHERE id = ?", claimed.follower_id)
    return row is not None and row[0] is not None and row[0] != claimed.session_until


def _give_back(store: Store, claimed: Claim) -> None:
    """The platform did not take it: the message goes back into the pot that it came from."""
    column, most = ("session_left", 5) if claimed.pot == "session" else ("scene_left", 3)
    store.change(
        tables.Follower,
        f"UPDATE follower SET {column} = {column} + 1 WHERE id = ? AND {column} < {most} RETURNING id",
        claimed.follower_id,
        persons=[claimed.person_id],
    )


def abandoned(
    store: Store,
    now: datetime,
    machine_now: datetime,
    *,
    all_of_them: bool = False,
    under_way: Container[int] = frozenset(),
) -> int:
    """Rows whose sender died: nobody can know whether they arrived, so they are *unknown* and a task for staff, never
    resent. `under_way`: ids of rows that this process is sending.
    """
    everything = all_of_them and not store.shared  # where others send too, only a lease that ran out tells
    clause = "" if everything else "AND lease_until < ?"
    rows = store.rows_locked(
        1,
        f"SELECT id, person_id, queue, purpose FROM outbox WHERE state = 'sending' {clause}",
        *([] if everything else [machine_now]),
    )
    dead = [row for row in rows if row[0] not in under_way]
    for row_id, person, queue, word in dead:
        if word == SPOKEN:
            finish(store, row_id, person, queue, now, **_unsent(SOUND))
        else:
            finish(store, row_id, person, queue, now, state="unknown", why=CRASHED)
    return len(dead)
