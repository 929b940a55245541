"""What is to be sent: three queues a person, the first row of each is ready, and a fourth for sound (architecture,
decision 3).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final, NamedTuple

from care.errors import Conflict, Invalid
from services.outgoing import by_hand, purposes
from services.outgoing.purposes import Purpose
from services.outgoing.stops import STOPPED, stopped
from storage import tables
from storage.seal import Unreadable
from storage.store import Store

LIMIT_BYTES: Final = 2000
"""A customer-service text of more is refused by the platform (45002, measured at 2048)."""
WHY: Final = 160
"""Signs of a reason that are kept."""
GATHERS: Final = timedelta(seconds=2)
"""Late answers wait for each other, so that a person gets them as one message."""
EXPIRES: Final = timedelta(days=7)
SPOKEN: Final = "spoken"
"""A recorded sentence that an elder hears after the same words were read; the sender finds the sound by its words (F2,
F5).
"""
HEARD_WITHIN: Final = timedelta(minutes=2)
AT_ONCE: Final = 200
"""Rows of one transaction: an alarm between them never waits for the rest."""
UNFINISHED: Final = "('waiting', 'ready', 'sending')"
KEPT: Final = "kept"
"""In place of an errcode: parked words that only a colleague lets go (D9)."""
READ: Final = "语音没放出去；同样的话已经用文字说了"
SOUND: Final = Purpose(SPOKEN, words="放给老人听的", parks=False, unsent=("cancelled", READ))
LATE_ANSWER: Final = Purpose("late_answer", words="补发的回话")
BY_A_PERSON: Final = "家里有丧事或静默中：不发消息，请用自己的话打电话说"
UNFOLLOWED: Final = "对方取消了关注，只能打电话"
PAPER: Final = "要一份纸的"
EXPIRED: Final = "等到过时了对方也没来信，没有发出"


def fits(words: str) -> None:
    """Raises Invalid when a message is longer than the platform takes, which counts bytes and not signs (W5)."""
    size = len(words.encode())
    if size > LIMIT_BYTES:
        many = -(-(size - LIMIT_BYTES) // 3)
        raise Invalid(
            why=f"太长了：微信按字节算，一条最多 {LIMIT_BYTES} 字节（汉字每个 3 字节，字母和数字 1 字节，表情 4 字节），现在 {size} 字节，"
            f"大约要减 {many} 个汉字。请分成两条发。"
        )


def enqueue(  # noqa: PLR0913  (a row is declared once, by keywords)
    store: Store,
    *,
    home_id: int,
    person_id: int,
    purpose: Purpose,
    dedup_key: str,
    text: str,
    now: datetime,
    queue: str = "conversation",
    staff_id: int | None = None,
    not_before: datetime | None = None,
    expires_at: datetime | None = None,
    fields: Mapping[str, str] | None = None,
) -> int | None:
    """Put words in a person's queue; None when the same cause has queued the same words before. The person is locked.
    `fields`: what a template message may say of it, by the words of `care.templates`.

    Raises Conflict when the same cause comes with other words: they must not be lost without a sentence.
    """
    known = store.row(
        "SELECT o.id, b.body FROM outbox o JOIN outbox_body b ON b.id = o.id WHERE o.dedup_key = ?", dedup_key
    )
    if known is not None:
        if store.open(tables.OutboxBody, "body", *known).decode() != text:
            raise Conflict
        return None
    begins = not_before or now
    silent = purpose.machine and stopped(store, person_id)
    row_id = store.insert(
        tables.Outbox,
        home_id=home_id,
        person_id=person_id,
        queue=queue,
        purpose=purpose.name,
        dedup_key=dedup_key,
        state="cancelled" if silent else "planned" if begins - now > GATHERS else "waiting",
        why=STOPPED if silent else None,
        staff_id=staff_id,
        created_at=now,
        not_before=begins,
        expires_at=expires_at or begins + EXPIRES,
        tries=0,
    )
    told = store.seal(tables.OutboxBody, "fields", row_id, json.dumps(fields)) if fields else None
    store.insert(tables.OutboxBody, id=row_id, body=store.seal(tables.OutboxBody, "body", row_id, text), fields=told)
    advance(store, person_id, queue)
    store.hint("outbox", f"person:{person_id}", "inbox")
    return row_id


def answer_late(store: Store, inbox_ids: Iterable[int], now: datetime) -> int:
    """Stored answers that could not be given in time leave as one message a person; gives how many were still to give.

    Whoever wins the UPDATE sends: an answer that a later try of the platform was given stays where it is. What comes
    within a moment joins the message that waits; the same sentence is said once.
    """
    rows = store.rows_locked(
        0,
        f"""SELECT i.person_id, i.id, i.home_id, i.answer FROM inbox i WHERE i.id {store.AMONG}
           AND i.answer_state = 'stored' ORDER BY i.person_id, i.created_at, i.id""",
        store.many(list(inbox_ids)),
    )
    for person, mine in groupby(rows, key=lambda row: row[0]):
        told: list[str] = []
        for _, inbox_id, home, sealed in mine:
            store.update(tables.Inbox, inbox_id, person=person, answer_state="outbox")
            try:
                told.append(json.loads(store.open(tables.Inbox, "answer", inbox_id, sealed))["text"])
            except Unreadable:
                continue
            latest, home_id = inbox_id, home
        if told:
            _say_late(store, home_id, person, f"inbox:{latest}:answer", told, now)
    return len(rows)


def speak(store: Store, *, home_id: int, person_id: int, words: str, cause: str, now: datetime) -> None:
    """Let a recorded sentence be heard, in a queue of its own: it holds up no words, and one that still waits gives way
    to it. The person is locked.
    """
    store.change(
        tables.Outbox,
        """UPDATE outbox SET state = 'cancelled', why = ?, settled_at = ?
           WHERE person_id = ? AND purpose = ? AND state IN ('waiting', 'ready') RETURNING id""",
        READ,
        now,
        person_id,
        SPOKEN,
        persons=[person_id],
    )
    enqueue(
        store,
        home_id=home_id,
        person_id=person_id,
        purpose=SOUND,
        queue=SPOKEN,
        dedup_key=f"{cause}:spoken",
        text=words,
        now=now,
        expires_at=now + HEARD_WITHIN,
    )


def _say_late(store: Store, home_id: int, person: int, key: str, told: Sequence[str], now: datetime) -> None:
    waiting = store.row(
        """SELECT o.id, b.body FROM outbox o JOIN outbox_body b ON b.id = o.id
           WHERE o.person_id = ? AND o.purpose = 'late_answer' AND o.state IN ('waiting', 'ready') AND o.tries = 0
           ORDER BY o.id DESC LIMIT 1""",
        person,
    )
    before = [] if waiting is None else store.open(tables.OutboxBody, "body", *waiting).decode().split("\n\n")
    text = "\n\n".join(dict.fromkeys([*before, *told]))
    if waiting is not None and len(text.encode()) <= LIMIT_BYTES:
        store.update(tables.OutboxBody, waiting[0], body=store.seal(tables.OutboxBody, "body", waiting[0], text))
        return
    parts: list[str] = []
    for one in dict.fromkeys(told):
        if parts and len(f"{parts[-1]}\n\n{one}".encode()) <= LIMIT_BYTES:
            parts[-1] += f"\n\n{one}"
        else:
            parts.append(one)
    for number, part in enumerate(parts, 1):
        enqueue(
            store,
            home_id=home_id,
            person_id=person,
            purpose=LATE_ANSWER,
            dedup_key=f"{key}:{number}",
            now=now,
            not_before=now + GATHERS,
            text=part,
        )


def stop_machine(store: Store, people: Iterable[int], now: datetime) -> None:
    """Take back what machines queued for these people and what has not left (F11)."""
    machine = purposes.of_machines()
    marks = ", ".join("?" * len(machine)) or "NULL"
    store.lock_persons(*people)
    for person in people:
        by_hand.forget(store, person, machine, now)
        rows = store.change(
            tables.Outbox,
            f"""UPDATE outbox SET state = 'cancelled', why = ?, settled_at = ?
                WHERE person_id = ? AND purpose IN ({marks}) AND state IN ('planned', 'held', 'waiting', 'ready',
                'parked') RETURNING queue""",
            STOPPED,
            now,
            person,
            *machine,
            persons=[person],
        )
        for queue in {str(row[0]) for row in rows}:
            advance(store, person, queue)
        _by_a_person(store, person, now)
        store.hint("outbox", f"person:{person}")


def _by_a_person(store: Store, person: int, now: datetime) -> None:
    """What was written to many is not said to a family in mourning by a message: a person telephones, and for who died
    nobody needs to (F42).
    """
    words = purposes.to_many()
    marks = ", ".join("?" * len(words)) or "NULL"
    rows = store.rows(
        f"""SELECT id, home_id, queue, purpose FROM outbox WHERE person_id = ? AND purpose IN ({marks})
            AND state IN ('planned', 'held', 'waiting', 'ready', 'parked')""",
        person,
        *words,
    )
    dead = store.row("SELECT 1 FROM resident WHERE person_id = ? AND status = '去世'", person) is not None
    for row_id, home, queue, purpose in rows:
        finish(store, row_id, person, queue, now, state="given_up", why=BY_A_PERSON)
        if not dead:
            by_hand.ask(store, row_id, home, person, purposes.of(purpose), BY_A_PERSON, now)
    if dead:
        by_hand.forget(store, person, None, now)


def advance(store: Store, person_id: int, queue: str) -> None:
    """Make the first unfinished row of a queue ready."""
    store.change(
        tables.Outbox,
        f"""UPDATE outbox SET state = 'ready' WHERE state = 'waiting' AND id = (
            SELECT min(id) FROM outbox WHERE person_id = ? AND queue = ? AND mass_id IS NULL
            AND state IN {UNFINISHED}) RETURNING id""",
        person_id,
        queue,
        persons=[person_id],
    )


def keep_parked(store: Store, person_id: int, why: str) -> None:
    """Words that wait do not leave in the middle of a cry or a complaint: a colleague looks at
    them and decides (D9).
    """
    rows = store.change(
        tables.Outbox,
        "UPDATE outbox SET code = ?, why = ? WHERE person_id = ? AND state = 'parked' RETURNING id",
        KEPT,
        f"{why}，这句先没有发。合适的话请点「现在发」",
        person_id,
        persons=[person_id],
    )
    if rows:
        store.hint("outbox", f"person:{person_id}", "inbox")


class _Row(NamedTuple):
    home_id: int
    person_id: int
    queue: str
    state: str


def send_kept(store: Store, row_id: int, now: datetime) -> bool:
    """A colleague has looked at words that were kept back: they leave as soon as they may.

    False when they are not kept any more.
    """
    whose = store.one_of(_Row, f"SELECT {', '.join(_Row._fields)} FROM outbox WHERE id = ?", row_id)
    if whose is None:
        return False
    store.lock_persons(whose.person_id)
    rows = store.change(
        tables.Outbox,
        "UPDATE outbox SET state = 'waiting', code = NULL, why = NULL, not_before = ? WHERE id = ? AND state = "
        "'parked' AND code = ? RETURNING id",
        now,
        row_id,
        KEPT,
        persons=[whose.person_id],
    )
    advance(store, whose.person_id, whose.queue)
    store.hint("outbox", f"person:{whose.person_id}", "inbox")
    return bool(rows)


def release_parked(store: Store, person_id: int, now: datetime) -> None:
    """The person wrote: what was parked leaves first, in its old order."""
    rows = store.change(
        tables.Outbox,
        """UPDATE outbox SET state = 'waiting', not_before = ?, why = NULL, code = NULL, way = NULL, proof = NULL
           WHERE person_id = ? AND state = 'parked' AND coalesce(code, '') <> ? RETURNING queue""",
        now,
        person_id,
        KEPT,
        persons=[person_id],
    )
    for queue in {str(row[0]) for row in rows}:
        store.change(
            tables.Outbox,
            "UPDATE outbox SET state = 'waiting' WHERE person_id = ? AND queue = ? AND state = 'ready' RETURNING id",
            person_id,
            queue,
            persons=[person_id],
        )
        advance(store, person_id, queue)
    if rows:
        store.hint("outbox", f"person:{person_id}")


def give_up_parked(store: Store, now: datetime, person_id: int | None = None) -> int:
    """Parked rows that are no longer true, or whose person left, say so instead of promising to leave one day."""
    clause, value, why = (
        ("person_id = ?", person_id, UNFOLLOWED)
        if person_id is not None
        else ("coalesce(code, '') <> 'mass' AND expires_at <= ?", now, EXPIRED)
    )
    rows = store.rows_locked(
        1,
        f"""SELECT id, person_id, queue, home_id, purpose FROM outbox WHERE state = 'parked' AND {clause}
            LIMIT {AT_ONCE}""",
        value,
    )
    for row_id, person, queue, home, purpose in rows:
        finish(store, row_id, person, queue, now, state="given_up", why=why)
        by_hand.ask(store, row_id, home, person, purposes.of(purpose), why, now)
    return len(rows)


def finish(  # noqa: PLR0913
    store: Store, row_id: int, person: int, queue: str, now: datetime, *, state: str, why: str, code: str = ""
) -> None:
    """A row has come to its end; the next of its queue is ready. The person is locked."""
    store.update(
        tables.Outbox,
        row_id,
        person=person,
        state=state,
        settled_at=now,
        lease_until=None,
        why=why[:WHY] or None,
        code=code or None,
    )
    advance(store, person, queue)
    store.hint("outbox", f"person:{person}")


def cancel(store: Store, row_id: int, now: datetime) -> bool:
    """Take back what has not left; False when it was too late."""
    whose = store.row("SELECT person_id FROM outbox WHERE id = ?", row_id)
    if whose is None:
        return False
    store.lock_persons(whose[0])
    row = store.one_of(_Row, f"SELECT {', '.join(_Row._fields)} FROM outbox WHERE id = ?", row_id)
    if row is None or row.state not in {"planned", "held", "waiting", "ready", "parked"}:
        return False
    finish(store, row_id, row.person_id, row.queue, now, state="cancelled", why="没有发出")
    by_hand.dropped(store, row_id, row.person_id, now)
    return True


def take_back(store: Store, dedup_key: str, now: datetime) -> bool:
    """Take back by its cause what has not left."""
    row = store.row("SELECT id FROM outbox WHERE dedup_key = ?", dedup_key)
    return row is not None and cancel(store, row[0], now)


def take_back_all(store: Store, person_id: int, begins: str, now: datetime) -> None:
    """The same of all causes of a person that begin so, whichever version of the words they were queued for, and what a
    colleague shall say or print of it. Compared sign by sign: an order of signs depends on the database. The person is
    locked.
    """
    found = store.rows(
        """SELECT id FROM outbox WHERE person_id = ? AND substr(dedup_key, 1, ?) = ?
           AND state IN ('planned', 'held', 'waiting', 'ready', 'parked')""",
        person_id,
        len(begins),
        begins,
    )
    for (row_id,) in found:
        cancel(store, row_id, now)
    by_hand.take_back(store, person_id, begins, now)


def on_paper(store: Store, row_id: int, purpose: Purpose, now: datetime) -> None:
    """Words that are wanted on paper, whatever way is open: a card to be printed. The person is locked."""
    row = store.one_of(_Row, f"SELECT {', '.join(_Row._fields)} FROM outbox WHERE id = ?", row_id)
    if row is not None and row.state != "cancelled":
        finish(store, row_id, row.person_id, row.queue, now, state="cancelled", why=PAPER)
        by_hand.ask(store, row_id, row.home_id, row.person_id, purpose, PAPER, now)
