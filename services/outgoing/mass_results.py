"""What becomes of a mass send: written down person by person, some at a time, once the platform has answered, and again
when its event tells how many got it (H1; wechat.md 6).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care.states import MassState
from services.outgoing import by_hand, purposes
from services.outgoing.masses import NOBODY_KNOWS
from services.outgoing.outbox import AT_ONCE, finish
from services.outgoing.staying import unsent
from storage import tables
from storage.store import Store

KIND: Final = "masssendjobfinish"
"""The event that tells how it went."""
LATELY: Final = timedelta(hours=2)
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
    handed = "" if told_at is None else "OR (o.state = 'sent' AND o.proof = 'handed')"
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
        store.update(tables.MassSend, number, next_at=None)
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
        if row.state == "sending":
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


def told(store: Store, home_id: int, fields: Mapping[str, str], now: datetime) -> None:
    """The event: how many got it, or why nobody did. It may come before the answer to the call, and with number 0: then
    it belongs to the only one of which nothing was told lately; of two nothing is guessed.
    """
    number, status = (fields.get("MsgID") or fields.get("MsgId") or "").strip(), fields.get("Status", "").strip()
    mass = _told_of(store, home_id, number, now)
    if mass is None or not status:
        return
    good = status.replace(" ", "") == "sendsuccess"
    sent = fields.get("SentCount", "")
    reached = int(sent) if sent.isdecimal() else None
    why = None if good and reached != 0 else RESULTS.get(status, REFUSED)
    store.change(
        tables.MassSend,
        """UPDATE mass_send SET state = ?, told_at = ?, reached = ?, next_at = ?, settled_at = coalesce(settled_at, ?),
           lease_until = NULL, ref = coalesce(ref, ?), why = ?, code = ? WHERE id = ? RETURNING id""",
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


def _told_of(store: Store, home_id: int, number: str, now: datetime) -> int | None:
    if number not in NO_NUMBER:
        row = store.row("SELECT id FROM mass_send WHERE ref = ? AND told_at IS NULL", number[:32])
        if row is not None:
            return int(row[0])
    states = "'sending', 'sent'" if number in NO_NUMBER else "'sending', 'waiting', 'unknown'"
    ref = "" if number in NO_NUMBER else "AND ref IS NULL AND tries > 0"
    rows = store.rows(
        f"""SELECT id FROM mass_send WHERE home_id = ? AND told_at IS NULL AND made_at > ? AND state IN ({states}) {ref}
            ORDER BY id LIMIT 2""",
        home_id,
        now - LATELY,
    )
    return int(rows[0][0]) if len(rows) == 1 else None
