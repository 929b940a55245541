"""How what is queued leaves: claimed under a lease when its person may be reached, settled once the platform has spoken
(decision 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from care import quiet_hours, ways
from care.quiet_hours import Quiet
from care.ways import Facts, Way, Window
from services.outgoing import by_hand, purposes, templates
from services.outgoing.outbox import EXPIRED, SOUND, SPOKEN, UNFOLLOWED, advance, finish
from services.outgoing.purposes import Purpose
from services.outgoing.templates import Filled
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
IN_TURN: Final = "ORDER BY CASE o.queue WHEN 'alarm' THEN 0 WHEN 'conversation' THEN 1 ELSE 2 END, o.id"
TURNS: Final = ("alarm", "conversation", "notice", SPOKEN)
ALARMS: Final = TURNS[:1]
PHONE: Final = """coalesce((SELECT id FROM follower WHERE person_id = o.person_id
    ORDER BY CASE binding WHEN 'shared' THEN 1 ELSE 0 END, id DESC LIMIT 1),
    (SELECT follower_id FROM common_phone WHERE place_id = o.person_id))"""
"""By which phone somebody is reached: their newest own one; what belongs to a phone of several, by that one, whoever
speaks on it.
"""
WINDOW_CLOSED: Final = "超过 48 小时没来信，微信不让发；对方一来信就自动发"
USED_UP: Final = "这次来信后能发的条数用完了；对方一来信就自动发"
NOT_SPEAKING: Final = "手机是两人共用的，现在不是本人在说；本人一说话就自动发"
CUT: Final = "cut"
"""In place of an errcode: what waits because the account may not send; the house lets it go, or takes it back."""
WAITS_FOR_US: Final = "公众号停发中，恢复以后再发"
MOST_A_DAY: Final = 3
"""Messages of machines a day, to one person; answers and alarms do not count (domain.md 5)."""
ENOUGH: Final = "今天已经给这位发过三条，不再打扰"
ASLEEP: Final = "轮到的时候对方在休息，等到早上就过时了"
UNREADABLE: Final = "内容打不开，没有发出，请重写一遍"


@dataclass(frozen=True, slots=True)
class Terms:
    """What of the home decides how things leave: when it is silent, its telephone for a template that has a field for
    it, and whether nothing may leave by WeChat at all (F17).
    """

    quiet: Quiet = quiet_hours.USUAL
    phone: str = ""
    cut: bool = False


USUAL: Final = Terms()


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
    template: Filled | None = None
    """Where it goes by a template message."""


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
    terms: Terms = USUAL,
    turns: tuple[str, ...] = TURNS,
) -> list[Claim]:
    """Lease ready rows whose person may be reached now; park, with the reason, those that cannot.

    `turns`: only rows of these queues; `phone`: the home's, for a template that has a field for it. `now` is business
    time (windows, expiry), `machine_now` the machine's own (leases). The message is counted in the quota here; a
    refusal by the platform gives it back. After a restore nothing is claimed until the director has confirmed
    (services.epochs).
    """
    if store.row("SELECT 1 FROM epoch WHERE confirmed_at IS NULL LIMIT 1") is not None:
        return []
    _fall_due(store, now)
    while True:
        rows = _ready(store, now, limit, turns)
        claims = _lease_or_park(store, rows, now, machine_now, terms)
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
    home_id: int
    created_at: int


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
                  coalesce(p.timezone, h.timezone), f.person_id, s.place_id, s.until, o.home_id, o.created_at
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
        finish(store, row.id, row.person, row.queue, now, **unsent(purpose))
        by_hand.ask(store, row.id, row.home_id, row.person, purpose, ASLEEP, now)
    else:
        store.update(tables.Outbox, row.id, person=row.person, state="planned", not_before=awake)
        advance(store, row.person, row.queue)
    return True


def _enough(store: Store, row: _Ready, now: datetime, terms: Terms) -> bool:
    """Three messages of machines a day are enough: the next one waits for the morning, or is not said when it is untrue
    by then (F16).
    """
    zone = ZoneInfo(row.zone)
    begun = datetime.combine(now.astimezone(zone).date(), time(), zone)
    words = purposes.of_machines()
    marks = ", ".join("?" * len(words))
    found = store.row(
        f"SELECT count(*) FROM outbox WHERE person_id = ? AND state = 'sent' AND settled_at >= ? AND purpose IN ({marks})",
        row.person,
        begun,
        *words,
    )
    if found is None or found[0] < MOST_A_DAY:
        return False
    tomorrow = quiet_hours.next_allowed(begun + timedelta(days=1), zone, row.kind, terms.quiet)
    if row.expires_at is not None and moment(row.expires_at) <= tomorrow:
        finish(store, row.id, row.person, row.queue, now, state="cancelled", why=ENOUGH)
    else:
        store.update(tables.Outbox, row.id, person=row.person, state="planned", not_before=tomorrow)
        advance(store, row.person, row.queue)
        store.hint(f"person:{row.person}")
    return True


def unsent(purpose: Purpose) -> dict[str, str]:
    """What becomes of a message that was true only then."""
    state, why = purpose.unsent
    return {"state": state, "why": why}


def _lease_or_park(
    store: Store, rows: Sequence[_Ready], now: datetime, machine_now: datetime, terms: Terms
) -> list[Claim]:
    claims: list[Claim] = []
    spent: dict[int, list[int]] = {}
    for row in rows:
        person, follower, purpose = row.person, row.follower, purposes.of(row.purpose)
        if purpose.by_day and (_sleeps(store, row, purpose, now, terms.quiet) or _enough(store, row, now, terms)):
            continue
        open_session = row.session_until is not None and moment(row.session_until) > now
        open_scene = row.scene_until is not None and moment(row.scene_until) > now
        reserve = KEPT_FOR_WORDS if purpose is SOUND else KEPT_FOR_STAFF
        if row.staff_id is not None or row.queue == "alarm":
            reserve = 0
        if _stays(store, row, purpose, now) or follower is None:
            continue
        left, pot, filled = spent.setdefault(follower, [row.session_left or 0, row.scene_left or 0]), "", None
        if terms.cut:
            _another_way(store, row, purpose, now, Window.CLOSED, terms)
            continue
        if open_scene and left[1] > 0:
            pot, left[1] = "scene", left[1] - 1
            store.update(tables.Follower, follower, person=person, scene_left=left[1])
        elif open_session and left[0] > reserve:
            pot, left[0] = "session", left[0] - 1
            store.update(tables.Follower, follower, person=person, session_left=left[0])
        else:
            filled = _another_way(store, row, purpose, now, Window.USED_UP if open_session else Window.CLOSED, terms)
            if filled is None:
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
            way="custom" if filled is None else "template",
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
                filled,
            )
        )
    return claims


def _another_way(
    store: Store, row: _Ready, purpose: Purpose, now: datetime, window: Window, terms: Terms
) -> Filled | None:
    """The template by which it goes, since the window is shut; else it waits, or somebody does it by hand."""
    filled, none = templates.fill(store, row.home_id, purpose, row.id, moment(row.created_at), row.zone, terms.phone)
    template = None if not purpose.template else "" if filled is not None else none
    decision = ways.decide(Facts(window, template, parks=purpose.parks, last=purpose.last, cut=terms.cut))
    if decision.way is Way.TEMPLATE:
        return filled
    if decision.way is Way.PARK:
        finish(
            store,
            row.id,
            row.person,
            row.queue,
            now,
            state="parked",
            why=WAITS_FOR_US if terms.cut else USED_UP if window is Window.USED_UP else WINDOW_CLOSED,
            code=CUT if terms.cut else "",
        )
    else:
        finish(store, row.id, row.person, row.queue, now, **unsent(purpose))
    by_hand.ask(store, row.id, row.home_id, row.person, purpose, decision.why, now)
    return None


def _stays(store: Store, row: _Ready, purpose: Purpose, now: datetime) -> bool:
    """Whether it does not leave now, whatever the window says: too old, another one speaks, nobody follows."""
    if row.expires_at is not None and moment(row.expires_at) <= now:
        end = unsent(purpose) if purpose is SOUND else {"state": "given_up", "why": EXPIRED}
    elif _not_speaking(store, row, now):
        end = {"state": "parked", "why": NOT_SPEAKING} if purpose.parks else unsent(purpose)
    elif row.holder not in {None, row.person} and not _held(store, row):
        return True
    elif row.follower is None or not row.following:
        end = {"state": "given_up", "why": UNFOLLOWED}
    else:
        return False
    finish(store, row.id, row.person, row.queue, now, **end)
    if end["state"] == "given_up":
        by_hand.ask(store, row.id, row.home_id, row.person, purpose, end["why"], now)
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
