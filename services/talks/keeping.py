"""What is kept of a message beside the talk: its row, its answer, and what may be sent after it."""

import logging
from datetime import datetime, timedelta
from typing import Final

import msgspec

from conversations import events
from conversations.effects import say
from conversations.events import Followed, Notice, Unfollowed
from conversations.routing import Intent
from services.house import House
from services.media import media
from services.outgoing import outbox
from services.talks.envelope import Answer, Envelope, Receipt
from services.talks.talks import SESSION, Talk
from storage import tables
from storage.seal import Unreadable
from storage.store import Store
from storage.types import Row, micros, moment, new_id

log = logging.getLogger("jiashu.receive")
SCENE: Final = (3, timedelta(minutes=1))
MINUTE: Final = 60_000_000
ANSWER: Final = events.Text("［问卷的回答］")
"""Stands in the inbox for what was answered to a questionnaire."""


def busy(house: House, arrived_at: datetime) -> Answer:
    """The spool's sentence, said only of what is fsynced; the same for every try of one push (architecture, When the
    database is away).
    """
    said = say("receive.spooled" if house.home.phone else "receive.spooled_here")
    return Answer(house.words([said], arrived_at), int(arrived_at.timestamp()))


def again(store: Store, house: House, known: Row) -> Receipt:
    """The stored answer of a message that is here already; one that cannot be unsealed is committed all the same."""
    row_id, sealed, state, arrived = known
    if state == "outbox":
        return Receipt(busy(house, moment(arrived)), repeat=True, inbox_id=row_id, elsewhere=True)
    try:
        found = (
            None
            if sealed is None
            else msgspec.json.decode(store.open(tables.Inbox, "answer", row_id, sealed), type=Answer)
        )
    except Unreadable:
        log.exception("a stored answer cannot be unsealed", extra={"action": "unreadable", "inbox": row_id})
        found = None
    return Receipt(found, repeat=True, inbox_id=row_id)


def quota(store: Store, talk: Talk, envelope: Envelope, *, cries: bool = False) -> None:
    """What may be sent after this (wechat.md 4): 5 in 48 h after a message; 3 in 1 min after menu, follow, scan or a
    menu message.

    Five that were given within the same minute are not given again: a quick talk leaves the row as it is, the window
    ends up to 59 s early.
    """
    event, now = envelope.event, envelope.arrived_at
    if isinstance(event, Notice | events.Noted):
        return
    if isinstance(event, Unfollowed | Followed) and _late(store, talk, envelope):
        return
    if isinstance(event, Unfollowed):
        store.update(
            tables.Follower, talk.follower_id, person=talk.person_id, following=False, session_left=0, scene_left=0
        )
        outbox.give_up_parked(store, now, talk.person_id)
        return
    if isinstance(event, events.TAPS) or (isinstance(event, events.Text) and event.menu_id):
        left, length = SCENE
        store.update(
            tables.Follower,
            talk.follower_id,
            person=talk.person_id,
            following=True,
            scene_left=left,
            scene_until=now + length,
        )
    elif talk.full_at is None or talk.full_at // MINUTE != micros(now) // MINUTE:
        left, length = SESSION
        store.update(
            tables.Follower,
            talk.follower_id,
            person=talk.person_id,
            following=True,
            session_left=left,
            session_until=now + length,
            heard_at=now,
        )
    if talk.has_parked:
        complains = envelope.intent == Intent.COMPLAINT or (talk.stored is not None and talk.stored[0] == "complaint")
        if cries or complains:
            outbox.keep_parked(store, talk.person_id, "对方在呼救" if cries else "对方在投诉")
        else:
            outbox.release_parked(store, talk.person_id, now)


def _late(store: Store, talk: Talk, envelope: Envelope) -> bool:
    """Whether the person is known to have followed, or left, since this was done: events come late and out of order
    (W3).
    """
    later = (
        "('event:unsubscribe')"
        if isinstance(envelope.event, Followed)
        else "('event:subscribe', 'event:scan', 'event:click', 'event:view')"
    )
    spoke = "" if isinstance(envelope.event, Followed) else "OR kind NOT LIKE 'event%'"
    found = store.row(
        f"SELECT 1 FROM inbox WHERE person_id = ? AND account_id = ? AND created_at > ? AND (kind IN {later} {spoke}) "
        f"LIMIT 1",
        talk.person_id,
        envelope.account_id,
        envelope.created_at,
    )
    return found is not None


def is_nameless(house: House, talk: Talk, envelope: Envelope) -> bool:
    """An answer to a questionnaire is kept apart from who gave it: the talk holds that there was one, never which
    (practice 7).
    """
    if talk.snapshot is None or talk.snapshot.flow != "survey" or not isinstance(envelope.event, events.Text):
        return False
    return envelope.intent != Intent.HUMAN and house.registry.of(talk.snapshot).takes(talk.snapshot, envelope.event)


def keep_message(
    store: Store,
    envelope: Envelope,
    person: int,
    act: str = "receive",
    set_aside: str | None = None,
    *,
    nameless: bool = False,
) -> int:
    """The message itself, before anything that refers to it: a parent that comes after its children makes SQLite search
    them all.
    """
    event, raw = (ANSWER, b"") if nameless else (envelope.event, envelope.raw)
    seal, row, now, inbox_id = store.seal, tables.Inbox, envelope.arrived_at, new_id()
    store.insert(
        row,
        id=inbox_id,
        account_id=envelope.account_id,
        key=envelope.key,
        home_id=envelope.home_id,
        person_id=person,
        kind=envelope.kind,
        created_at=envelope.created_at,
        arrived_at=now,
        event=seal(row, "event", inbox_id, events.dump(event)),
        raw=seal(row, "raw", inbox_id, raw),
        answer=None,
        answer_state="none",
        set_aside=set_aside,
    )
    if isinstance(envelope.event, events.FILES):
        media.want(store, envelope.home_id, envelope.account_id, person, inbox_id, envelope.event, now)
    store.audit(envelope.home_id, now, f"person:{person}", act, f"inbox:{inbox_id}")
    store.hint(f"person:{person}", "inbox")
    return inbox_id


def keep_answer(store: Store, person: int, inbox_id: int, answer: Answer) -> None:
    """The answer, so that every redelivery gets the same."""
    sealed = store.seal(tables.Inbox, "answer", inbox_id, msgspec.json.encode(answer))
    store.update(tables.Inbox, inbox_id, person=person, answer=sealed, answer_state="stored")
