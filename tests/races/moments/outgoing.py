"""Moments of what leaves: in the sender's hand, parked, kept back, owed; and what each side does with it."""

from typing import Final

from sqlalchemy import select

from services.outgoing import outbox, sending, settling
from services.talks import answering
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import Stage, Turn
from tests.races.moments.home import SENT, START, D, Facts, in_store, in_unit, overdue, turn_of
from tests.races.moments.talks import ANSWERED


async def sends(home: HomeUnderTest, _: Facts) -> Facts:
    await home.send_all()
    home.clock.on(seconds=5)
    return {}


async def claims(home: HomeUnderTest, _: Facts) -> Facts:
    """The sender has them in its hand."""
    await home.database.store(lambda store: sending.claim(store, home.clock(), home.clock()))
    home.clock.on(seconds=1)
    return {"outbox": await home.one("SELECT max(id) FROM outbox WHERE state = 'sending'")}


async def _parked(home: HomeUnderTest, facts: Facts) -> Facts:
    """An answer waits for the next message of the daughter, whose window has closed; its week is over."""
    home.clock.on(days=3)
    await home.database.write(
        lambda db: answering.answer(db, turn_of(home, facts).who(D), facts["daughter"], "有的", "parked", home.clock())
    )
    await home.send_all()
    home.clock.on(days=8)
    return {}


async def _kept(home: HomeUnderTest, facts: Facts) -> Facts:
    """An answer waited for the daughter, who wrote a complaint: it was kept back, and its week is over."""
    home.clock.on(days=3)
    row = await home.database.write(
        lambda db: answering.answer(db, turn_of(home, facts).who(D), facts["daughter"], "有的", "kept", home.clock())
    )
    await home.send_all()
    await home.hears("饭菜太凉了，我要投诉", "daughter")
    home.clock.on(days=8)
    return {"outbox": row or 0}


async def _owed(home: HomeUnderTest, _: Facts) -> Facts:
    """The answer to a push is stored and was not given."""
    await home.hears("有没有空床", "daughter", key="owed")
    home.clock.on(seconds=15)
    return {"inbox": await home.one("SELECT id FROM inbox WHERE key = 'owed'")}


CLAIMED: Final = Stage("claimed", claims, ANSWERED)
LATE: Final = Stage("late", overdue, CLAIMED)
PARKED: Final = Stage("parked", _parked, START)
KEPT: Final = Stage("kept", _kept, START)
OWED: Final = Stage("owed", _owed, START)


def _in_hand(turn: Turn, db: Unit) -> sending.Claim:
    """What the sender holds of the row that it took."""
    row, follower = db.execute(
        select(tables.Outbox, tables.Follower)
        .join(tables.Follower, tables.Follower.person_id == tables.Outbox.person_id)
        .where(tables.Outbox.id == turn["outbox"])
    ).one()
    until = follower.session_until
    return sending.Claim(
        row.id,
        row.person_id,
        follower.id,
        follower.openid,
        "",
        row.tries,
        "session",
        None if until is None else int(until.timestamp() * 10**6),
        row.purpose,
    )


SIDES: Final = (
    in_unit("outgoing.send_kept", lambda t, db: answering.send_kept(db, t.who(D), t["outbox"], t.now) and None),
    in_unit("outgoing.take_back", lambda t, db: answering.take_back(db, t.who(D), t["outbox"], t.now) and None),
    in_store("job.parked", lambda t, store: outbox.give_up_parked(store, t.now) and None),
    in_store("job.debts", lambda t, store: outbox.answer_late(store, [t["inbox"]], t.now) and None),
    in_store("sender.claim", lambda t, store: sending.claim(store, t.now, t.now) and None, skips=True),
    in_store("sender.settle", lambda t, store: settling.settle(store, t.seen, SENT, t.now), _in_hand),
    in_store("sender.abandoned", lambda t, store: settling.abandoned(store, t.now, t.now) and None),
)
