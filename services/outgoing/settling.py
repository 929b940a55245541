"""What became of what was sent: written down once, the quota corrected, and what follows from it (decision 3)."""

from collections.abc import Container
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care.ways import Way
from services.outgoing import by_hand, proofs, purposes, templates
from services.outgoing.outbox import SOUND, SPOKEN, finish
from services.outgoing.purposes import Purpose, Sent
from services.outgoing.sending import Claim
from services.outgoing.staying import unsent
from services.outgoing.stops import STOPPED, stopped
from services.ports import Fate, Outcome
from storage import tables
from storage.store import Store
from storage.types import moment

TRIES_FOR: Final = timedelta(hours=2)
BACK_OFF: Final = (1.0, 5.0, 20.0, 60.0, 300.0)
HOLD: Final = 60.0
CRASHED: Final = "程序中断时正在发送，不确定送到没有；没有重发，请看一下对方是否收到"
NEVER_TAKEN: Final = "试了 2 小时微信都没接，没有发出，请打电话"


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
    if claimed.template is not None:
        outcome = _of_template(store, row, outcome, now)
    purpose = purposes.of(row.purpose)
    fate, why = outcome.fate, outcome.why
    used_up = outcome.window_closed or outcome.quota_used_up
    if used_up and _renewed(store, claimed):
        fate, why, used_up = Fate.RETRY, "对方刚又来信，马上再发", False
    elif (
        fate is Fate.RETRY
        and not outcome.account_waits
        and now - moment(row.created_at) > TRIES_FOR
        and not _just_opened(store, now)
    ):
        fate, why = Fate.GIVEN_UP, NEVER_TAKEN
    if fate in {Fate.RETRY, Fate.GIVEN_UP, Fate.PARKED} and not used_up:
        _give_back(store, claimed)
    _corrected(store, claimed, outcome, used_up=used_up)
    if purpose.machine and fate in {Fate.RETRY, Fate.PARKED} and stopped(store, claimed.person_id):
        finish(store, claimed.id, claimed.person_id, row.queue, now, state="cancelled", why=STOPPED)
        return
    if fate is Fate.RETRY:
        _again(store, claimed, outcome, why, now)
        return
    _ends(store, row, claimed, replace(outcome, fate=fate, why=why), now)


def _ends(store: Store, row: _Sending, claimed: Claim, outcome: Outcome, now: datetime) -> None:
    """It is not tried again: sent, parked, given up, or nobody knows; and what follows from it."""
    purpose, fate = purposes.of(row.purpose), outcome.fate
    end = {"state": fate.value, "why": outcome.why}
    if (not purpose.parks and fate is Fate.PARKED) or (purpose is SOUND and fate is not Fate.SENT):
        end = unsent(purpose)
    finish(store, claimed.id, claimed.person_id, row.queue, now, code=outcome.code, **end)
    if fate is Fate.SENT:
        _arrived(store, row, purpose, claimed, outcome, now)
    elif end["state"] not in {"unknown", "review"}:
        by_hand.ask(store, claimed.id, row.home_id, claimed.person_id, purpose, end["why"], now)


def _again(store: Store, claimed: Claim, outcome: Outcome, why: str, now: datetime) -> None:
    """It is tried again after a while. A card without an answer keeps the moment at which it was asked first: until the
    platform has said something no other way may say the same.
    """
    wait = outcome.retry_after or (HOLD if outcome.account_waits else BACK_OFF[min(claimed.tries, len(BACK_OFF)) - 1])
    answered = {} if why == templates.AGAIN else {"asked_at": None}
    store.update(
        tables.Outbox,
        claimed.id,
        person=claimed.person_id,
        state="ready",
        lease_until=None,
        code=outcome.code,
        why=why,
        not_before=now + timedelta(seconds=wait),
        **answered,
    )
    store.hint(f"person:{claimed.person_id}")


def _of_template(store: Store, row: _Sending, outcome: Outcome, now: datetime) -> Outcome:
    """What became of a template message: without an answer it is sent again, since its number is known; one that the
    platform does not take any more is left alone, and the message goes another way at once.
    """
    if outcome.code in templates.BROKEN:
        templates.broke(store, row.home_id, purposes.of(row.purpose).template, outcome.code, now)
        return replace(
            outcome, fate=Fate.RETRY, why=f"{outcome.why}；改走别的办法", account_waits=False, retry_after=0.001
        )
    if outcome.code == templates.REFUSED_WORDS:
        return replace(outcome, fate=Fate.RETRY, why=f"{templates.NOT_THESE}；改走别的办法", retry_after=0.001)
    if outcome.fate is Fate.UNKNOWN:  # for as long as its number is known; the next claim looks at that
        return replace(outcome, fate=Fate.RETRY, why=templates.AGAIN)
    return outcome


def _corrected(store: Store, claimed: Claim, outcome: Outcome, *, used_up: bool) -> None:
    """What the platform knows better than we: that nothing is left, or that nobody follows."""
    if used_up or outcome.unfollowed:
        store.update(tables.Follower, claimed.follower_id, person=claimed.person_id, session_left=0, scene_left=0)
    if outcome.unfollowed:
        store.update(tables.Follower, claimed.follower_id, person=claimed.person_id, following=False)


def _arrived(store: Store, row: _Sending, purpose: Purpose, claimed: Claim, outcome: Outcome, now: datetime) -> None:
    """The platform took it: nobody needs to telephone, and what a colleague's words keep is kept."""
    by_hand.arrived(store, claimed.id, claimed.person_id, now)
    if claimed.template is not None:
        proofs.handed(store, claimed.id, claimed.person_id, outcome.ref)
        return  # what it keeps is kept when the platform says that it arrived (services.outgoing.proofs)
    if row.staff_id is not None:
        sent = Sent(claimed.id, claimed.person_id, row.staff_id, moment(row.created_at), now)
        purposes.reached(store, row.home_id, purpose, sent)


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
    """The platform did not take it: the message goes back into the pot that it came from; a template has none."""
    if not claimed.pot:
        return
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
        f"""SELECT id, person_id, queue, purpose, way, asked_at FROM outbox WHERE state = 'sending' AND mass_id IS NULL
            {clause}""",
        *([] if everything else [machine_now]),
    )
    dead = [row for row in rows if row[0] not in under_way]
    for row_id, person, queue, word, way, asked_at in dead:
        if word == SPOKEN:
            finish(store, row_id, person, queue, now, **unsent(SOUND))
        elif way == Way.TEMPLATE and asked_at is not None and machine_now - moment(asked_at) < templates.ONCE_FOR:
            store.update(tables.Outbox, row_id, person=person, state="ready", lease_until=None)
            store.hint("outbox", f"person:{person}")
        else:
            finish(store, row_id, person, queue, now, state="unknown", why=CRASHED)
    return len(dead)
