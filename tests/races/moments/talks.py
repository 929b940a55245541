"""Moments of a talk: somebody asked, waits, says no more; and what colleagues and jobs do about it."""

from typing import Final

from services.promises import clocks
from services.talks import answering, doubts, silence
from storage.store import Store
from storage.tables.talks_doubts import Doubt
from tests.conftest import HomeUnderTest
from tests.races.model import Stage
from tests.races.moments.home import START, D, Facts, in_store, in_unit, turn_of


async def _answered(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter asked, a colleague's answer waits for the sender."""
    await home.hears("有没有空床", "daughter")
    home.clock.on(seconds=5)
    row = await home.database.write(
        lambda db: answering.answer(
            db, turn_of(home, facts).who(D), facts["daughter"], "有的，您来看看", "stage", home.clock()
        )
    )
    home.clock.on(seconds=1)
    return {"outbox": row}  # type: ignore[dict-item]


async def _asked(home: HomeUnderTest, _: Facts) -> Facts:
    """The daughter asked and waits; half of the promised time is over."""
    await home.hears("有没有空床", "daughter")
    home.clock.on(minutes=61)
    return {}


async def _silent(home: HomeUnderTest, _: Facts) -> Facts:
    """The daughter began a complaint and says no more; the talk goes on by itself now."""
    await home.hears("我要投诉", "daughter")
    home.clock.on(hours=3)
    return {}


async def _doubted(home: HomeUnderTest, facts: Facts) -> Facts:
    """An elder was asked whether somebody shall come, and the minute is over."""
    await home.hears("头有点昏", "grandma")
    inbox = await home.one("SELECT max(id) FROM inbox")

    def ask(store: Store) -> None:
        store.lock_persons(facts["grandma"])
        store.insert(
            Doubt,
            home_id=home.ids.home_id,
            person_id=facts["grandma"],
            inbox_id=inbox,
            course="asked",
            kind="脑",
            at=home.clock(),
            due_at=home.clock() + doubts.ELDER_ANSWERS,
            ended_at=None,
            ended_how=None,
            task_id=None,
        )

    await home.database.store(ask)
    home.clock.on(minutes=2)
    return {}


DOUBTED: Final = Stage("doubted", _doubted, START)
ASKED: Final = Stage("asked", _asked, START)
ANSWERED: Final = Stage("answered", _answered, START)
SILENT: Final = Stage("silent", _silent, START)
ANSWERS: Final = in_unit(
    "chat.answer",
    lambda t, db: answering.answer(db, t.who(D), t["daughter"], f"您好{t.nth}", f"form{t.nth}", t.now),
)
"""Where colleagues spoke before: the form is drawn in the same moment."""
SIDES: Final = (
    in_unit(
        "chat.answer",
        lambda t, db: answering.answer(db, t.who(D), t["daughter"], f"您好{t.nth}", f"form{t.nth}", t.now, drawn="0"),
    ),
    in_unit("chat.call", lambda t, db: answering.log_call(db, t.who(D), t["daughter"], f"说了{t.nth}", t.now)),
    in_unit("chat.hand_back", lambda t, db: answering.hand_back(db, t.who(D), t["daughter"], t.now)),
    in_store("job.silence", lambda t, store: silence.act_on_silence(store, t.house, t.now) and None),
    in_store("job.asked", lambda t, store: doubts.act_on_silence(store, t.house, t.now) and None),
    in_store("job.promises", lambda t, store: clocks.look_at_promises(store, t.house, t.now) and None),
)
