"""What becomes of a mass send: written down person by person, some at a time, once the platform has answered, and again
when its event tells how many got it (H1; wechat.md 6).
"""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care.states import MassState
from services.outgoing import by_hand, purposes
from services.outgoing.masses import CUT, MASS, NOBODY_KNOWS, change
from services.outgoing.outbox import AT_ONCE, finish
from services.outgoing.staying import unsent
from storage import tables
from storage.store import Store

log = logging.getLogger("jiashu.masses")
KIND: Final = "masssendjobfinish"
"""The event that tells how it went."""
LATELY: Final = timedelta(hours=24)
"""Longer than that none is asked for."""
NO_NUMBER: Final = frozenset({"", "0"})
RESULTS: Final = {
    "err(40001)": "管理员在手机上拒绝了这次群发",
    "err(40002)": "群发要管理员在手机上确认，三十分钟没有确认",
    "err(20013)": "微信认为内容涉嫌违规，没有群发",
    "err(20008)": "微信认为内容涉嫌欺诈，没有群发",
    "err(20004)": "微信认为内容涉嫌社会，没有群发",
    "err(20002)": "微信认为内容涉嫌色情，没有群发",
    "err(20001)": "微信认为内容涉嫌政治，没有群发",
    "err(10001)": "微信认为内容涉嫌广告，没有群发",
    "err(21000)": "微信认为内容涉嫌其他违规，没有群发",
}
REFUSED: Final = "微信没有群发出去"


class _Joined(NamedTuple):
    id: int
    person_id: int
    home_id: int
    queue: str
    purpose: str
    state: str


def spread(store: Store, now: datetime) -> int:
    """Write down what became of it for its people, some at a time; how many."""
    found = store.row(
        """SELECT id, state, why, code, told_at, reached, people FROM mass_send WHERE next_at <= ? AND state IN
           ('sent', 'failed', 'unknown') ORDER BY next_at LIMIT 1""",
        now,
    )
    if found is None:
        return 0
    number, state, why, code, told_at, reached, people = found
    end = MassState(state)
    proof = "refused" if end is MassState.FAILED else _proof(told_at, reached, people)
    handed = "" if told_at is None else "OR o.state = 'unknown' OR (o.state = 'sent' AND o.proof = 'handed')"
    rows = [
        _Joined(*row)
        for row in store.rows_locked(
            1,
            f"""SELECT o.id, o.person_id, o.home_id, o.queue, o.purpose, o.state FROM outbox o
                WHERE o.mass_id = ? AND (o.state = 'sending' {handed}) ORDER BY o.id LIMIT {AT_ONCE}""",
            number,
        )
    ]
    for row in rows:
        _write(store, row, end, proof, why or REFUSED, code or "", now)
    if len(rows) < AT_ONCE:
        store.change(
            tables.MassSend,
            "UPDATE mass_send SET next_at = NULL WHERE id = ? AND state = ? AND coalesce(told_at, 0) = ? RETURNING id",
            number,
            state,
            told_at or 0,
            persons=(),
        )  # else its event came meanwhile, and there is another round
        store.hint("reach")
    return len(rows)


def _proof(told_at: int | None, reached: int | None, people: int) -> str:
    """Delivered, where the platform says so of all of them; it tells no names."""
    if told_at is None:
        return "handed"
    return "delivered" if reached is not None and reached >= people else "unheard"


def _write(store: Store, row: _Joined, end: MassState, proof: str, why: str, code: str, now: datetime) -> None:
    store.hint("outbox", f"person:{row.person_id}")
    if end is MassState.SENT:
        if row.state != "sent":
            finish(store, row.id, row.person_id, row.queue, now, state="sent", why="")
            by_hand.arrived(store, row.id, row.person_id, now)
        store.update(tables.Outbox, row.id, person=row.person_id, proof=proof)
        return
    if end is MassState.UNKNOWN:
        finish(store, row.id, row.person_id, row.queue, now, state="unknown", why=NOBODY_KNOWS)
        return
    purpose = purposes.of(row.purpose)
    state = "given_up" if purpose.parks else unsent(purpose)["state"]
    store.update(tables.Outbox, row.id, person=row.person_id, proof=proof)
    finish(store, row.id, row.person_id, row.queue, now, state=state, why=why, code=code)
    by_hand.ask(store, row.id, row.home_id, row.person_id, purpose, why, now)


def stop(store: Store, now: datetime) -> int:
    """The account is blocked: rows that are not submitted yet are cancelled and never sent later (F17); rows that were
    submitted without a response become unknown.
    """
    rows = store.rows_locked(
        1,
        f"""SELECT id, person_id, queue FROM outbox WHERE state = 'parked' AND code = '{MASS}'
            ORDER BY id LIMIT {AT_ONCE}""",
    )
    for row_id, person, queue in rows:
        finish(store, row_id, person, queue, now, state="cancelled", why=CUT)
    for number, asked in store.rows("SELECT id, asked_at FROM mass_send WHERE state IN ('joining', 'waiting')"):
        state, why = (MassState.FAILED, CUT) if asked is None else (MassState.UNKNOWN, NOBODY_KNOWS)
        change(store, number, state, now, why=why)
    return len(rows)


def told(store: Store, home_id: int, fields: Mapping[str, str], now: datetime) -> None:
    """The event: how many got it, or why nobody did. It may come before the answer to the call, with number 0, twice,
    or of a mass send that somebody made in the platform's own console: what is not surely ours changes nothing.
    """
    number, status = (fields.get("MsgID") or fields.get("MsgId") or "").strip(), fields.get("Status", "").strip()
    mass = _told_of(store, home_id, number, fields.get("TotalCount", ""), now)
    if mass is None or not status:
        log.warning("a result of no mass send of ours", extra={"action": "mass_result", "status": status[:32]})
        return
    good = status.replace(" ", "") == "sendsuccess"
    sent = fields.get("SentCount", "")
    reached = int(sent) if sent.isdecimal() else None
    why = None if good and reached != 0 else RESULTS.get(status, REFUSED)
    store.change(
        tables.MassSend,
        """UPDATE mass_send SET state = ?, told_at = ?, reached = ?, next_at = ?, settled_at = coalesce(settled_at, ?),
           lease_until = NULL, ref = coalesce(ref, ?), why = ?, code = ? WHERE id = ? AND told_at IS NULL
           RETURNING id""",
        (MassState.SENT if why is None else MassState.FAILED).value,
        now,
        reached,
        now,
        now,
        None if number in NO_NUMBER else number[:32],
        why,
        None if why is None else status[:16],
        mass,
        persons=(),
    )
    store.hint("outbox", "reach")


class _Known(NamedTuple):
    id: int
    told_at: int | None


class _Asked(NamedTuple):
    id: int
    people: int


def _told_of(store: Store, home_id: int, number: str, total: str, now: datetime) -> int | None:
    """The mass send with this msg_id; else the only one without a result that was submitted to as many people."""
    if number not in NO_NUMBER:
        row = store.one_of(
            _Known, "SELECT id, told_at FROM mass_send WHERE ref = ? AND home_id = ?", number[:32], home_id
        )
        if row is not None:
            return row.id if row.told_at is None else None
    states = "'sending', 'sent', 'unknown'" if number in NO_NUMBER else "'sending', 'waiting', 'unknown'"
    ref = "" if number in NO_NUMBER else "AND ref IS NULL AND asked_at IS NOT NULL"
    rows = store.all_of(
        _Asked,
        f"""SELECT id, people FROM mass_send WHERE home_id = ? AND told_at IS NULL AND made_at > ?
            AND state IN ({states}) {ref} ORDER BY id LIMIT 2""",
        home_id,
        now - LATELY,
    )
    ours = len(rows) == 1 and (not total or total == str(rows[0].people))
    return rows[0].id if ours else None
