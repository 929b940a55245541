"""How what is queued leaves: claimed under a lease when its person may be reached, settled once the platform has spoken
(decision 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from care import preferences, ways
from care.ways import USUAL, Facts, Last, Terms, Way, Window
from services.outgoing import by_hand, masses, purposes, sms, templates
from services.outgoing.outbox import AT_ONCE, SOUND, SPOKEN, advance, finish
from services.outgoing.purposes import Purpose
from services.outgoing.ready import Ready
from services.outgoing.staying import enough, sleeps, stays, unsent
from services.outgoing.templates import Filled
from storage import tables
from storage.seal import Unreadable
from storage.store import Store
from storage.types import moment

LEASE: Final = timedelta(seconds=30)
ROUNDS: Final = 10
"""Looks of one transaction at rows that cannot leave."""
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
CUT: Final = "cut"
"""In place of an errcode: what waits because the account may not send; the house lets it go, or takes it back."""
WAITS_FOR_US: Final = "公众号停发中，恢复以后再发"
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
    for _ in range(ROUNDS):
        rows = _ready(store, now, limit, turns)
        claims = _lease_or_park(store, rows, now, machine_now, terms)
        if claims or not rows:
            return claims
    store.hint("outbox")  # what parks or sleeps was looked at for long enough: an alarm comes between
    return []


def _fall_due(store: Store, now: datetime) -> None:
    """What was planned for a later day takes its place in the queue when its time comes: until then it holds nobody
    up.
    """
    rows = store.rows_locked(
        1,
        f"""SELECT id, person_id, queue FROM outbox WHERE state = 'planned' AND not_before <= ?
            ORDER BY not_before LIMIT {AT_ONCE}""",
        now,
    )
    for row_id, person, queue in rows:
        store.update(tables.Outbox, row_id, person=person, state="waiting", created_at=now)
        advance(store, person, queue)


def _ready(store: Store, now: datetime, limit: int, turns: tuple[str, ...]) -> list[Ready]:
    """Ready rows of people whom this process has locked; those whom another process works for are left to it."""
    room = max(AHEAD, 3 * limit) if store.shared else limit
    first = store.rows(_heads(turns), *[value for _ in turns for value in (now, room)], room)
    if not first:
        return []
    free = store.lock_free(row[0] for row in first)
    rows = store.all_of(
        Ready,
        f"""SELECT o.id, o.person_id, o.queue, o.staff_id, o.expires_at, o.tries, o.purpose, b.body, f.id, f.openid,
            f.following, f.session_left, f.session_until, f.scene_left, f.scene_until, p.kind,
            coalesce(p.timezone, h.timezone), f.person_id, s.place_id, s.until, o.home_id, o.created_at, o.asked_at,
            o.code, b.fields, p.declines, p.hour_from, p.hour_until
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


def _lease_or_park(
    store: Store, rows: Sequence[Ready], now: datetime, machine_now: datetime, terms: Terms
) -> list[Claim]:
    spent: dict[int, list[int]] = {}
    claims = [_lease_or_end(store, row, now, machine_now, terms, spent) for row in rows]
    return [one for one in claims if one is not None]


def _lease_or_end(
    store: Store, row: Ready, now: datetime, machine_now: datetime, terms: Terms, spent: dict[int, list[int]]
) -> Claim | None:
    """One row under way; None where it waits, has come to its end, or is for a colleague. `spent`: what is left of each
    phone's window and of its taps.
    """
    purpose = purposes.of(row.purpose)
    if row.asked_at is not None:
        filled = _once_more(store, row, purpose, now, machine_now, terms)
        return None if filled is None else _lease(store, row, "", filled, now, machine_now)
    if purpose.topic in preferences.read(row.declines):
        finish(store, row.id, row.person, row.queue, now, state="cancelled", why=preferences.NOT_WANTED)
        return None
    if row.hour_from is not None or row.hour_until is not None:
        terms = replace(terms, quiet=preferences.within(terms.quiet, row.hour_from, row.hour_until))
    if purpose.by_day and (sleeps(store, row, purpose, now, terms.quiet) or enough(store, row, now, terms)):
        return None
    if stays(store, row, purpose, now, terms) or row.follower is None:
        return None
    if terms.cut:
        _another_way(store, row, purpose, now, Window.CLOSED, terms)
        return None
    pot, window = ("", Window.NOT_FOR_THIS) if purpose.only_mass else _pot(store, row, purpose, now, spent)
    if pot:
        return _lease(store, row, pot, None, now, machine_now)
    filled = _another_way(store, row, purpose, now, window, terms)
    return None if filled is None else _lease(store, row, "", filled, now, machine_now)


def _pot(store: Store, row: Ready, purpose: Purpose, now: datetime, spent: dict[int, list[int]]) -> tuple[str, Window]:
    """Out of which quota a customer-service message goes, counted down; "" where none is left, and why."""
    follower = row.follower or 0
    left = spent.setdefault(follower, [row.session_left or 0, row.scene_left or 0])
    open_session = row.session_until is not None and moment(row.session_until) > now
    open_scene = row.scene_until is not None and moment(row.scene_until) > now
    reserve = KEPT_FOR_WORDS if purpose is SOUND else KEPT_FOR_STAFF
    if row.staff_id is not None or row.queue == "alarm":
        reserve = 0
    if open_scene and left[1] > 0:
        left[1] -= 1
        store.update(tables.Follower, follower, person=row.person, scene_left=left[1])
        return "scene", Window.OPEN
    if open_session and left[0] > reserve:
        left[0] -= 1
        store.update(tables.Follower, follower, person=row.person, session_left=left[0])
        return "session", Window.OPEN
    return "", Window.USED_UP if open_session else Window.CLOSED


def _lease(
    store: Store, row: Ready, pot: str, filled: Filled | None, now: datetime, machine_now: datetime
) -> Claim | None:
    """The row is under way; None where its words cannot be opened."""
    person, follower = row.person, row.follower or 0
    try:
        text = store.open(tables.OutboxBody, "body", row.id, row.body).decode()
    except Unreadable:
        finish(store, row.id, person, row.queue, now, state="given_up", why=UNREADABLE)
        return None
    store.update(
        tables.Outbox,
        row.id,
        person=person,
        state="sending",
        tries=row.tries + 1,
        lease_until=machine_now + LEASE,
        way="custom" if filled is None else "template",
        **({} if filled is None else {"asked_at": row.asked_at or machine_now}),
    )
    store.hint(f"person:{person}")
    return Claim(
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


def _once_more(
    store: Store, row: Ready, purpose: Purpose, now: datetime, machine_now: datetime, terms: Terms
) -> Filled | None:
    """A card that had no answer goes again under its number, and no other way, while the platform knows that; after it
    nobody can know whether it arrived.
    """
    young = machine_now - moment(row.asked_at or 0) < templates.ONCE_FOR
    filled, _ = _fill(store, row, purpose, terms) if young and row.follower is not None else (None, "")
    if filled is None:
        finish(store, row.id, row.person, row.queue, now, state="unknown", why=templates.NOBODY_KNOWS)
    return filled


def _fill(store: Store, row: Ready, purpose: Purpose, terms: Terms) -> tuple[Filled | None, str]:
    if purpose.template and not terms.page:
        return None, templates.NO_PAGE
    if purpose.last is Last.PHONE and preferences.Declined.CARDS in preferences.read(row.declines):
        return None, preferences.BY_TELEPHONE
    if row.code == templates.REFUSED_WORDS:
        return None, templates.NOT_THESE
    return templates.fill(store, row.home_id, purpose, row.id, moment(row.created_at), row.zone, terms.phone)


def _another_way(
    store: Store, row: Ready, purpose: Purpose, now: datetime, window: Window, terms: Terms
) -> Filled | None:
    """The template by which it goes, since the window is shut; else it waits, or somebody does it by hand."""
    filled, none = _fill(store, row, purpose, terms)
    template = None if not purpose.template else "" if filled is not None else none
    mass = masses.why_not(store, row.person, purpose, row.fields, now)
    text = sms.why_not(store, row, purpose, now, terms)
    decision = ways.decide(Facts(window, template, mass, text, parks=purpose.parks, last=purpose.last, cut=terms.cut))
    if decision.way is Way.TEMPLATE:
        return filled
    if decision.way is Way.MASS:
        finish(store, row.id, row.person, row.queue, now, state="parked", why=masses.WAITS, code=masses.MASS)
        return None
    if decision.way is Way.SMS:
        sms.tell(store, row, now, terms)
        return None
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
        end = unsent(purpose) | ({"why": f"{decision.why}；不补发"[:160]} if purpose.mass else {})
        finish(store, row.id, row.person, row.queue, now, **end)
    by_hand.ask(store, row.id, row.home_id, row.person, purpose, decision.why, now)
    return None
