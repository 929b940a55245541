"""Moments of an alarm, and what each side does about it."""

from typing import Final

from care.triage import CALM, Audience
from services.emergencies import alarms, unreadable
from tests.conftest import HomeUnderTest
from tests.races.model import Stage
from tests.races.moments.home import START, Facts, N, in_store, in_unit, turn_of


async def _ended(home: HomeUnderTest, facts: Facts) -> Facts:
    """Somebody went and arrived."""
    for side in (GOES, ARRIVES):
        await home.database.write(lambda db, side=side: side.does(turn_of(home, facts), db))  # type: ignore[misc]
        home.clock.on(minutes=1)
    return {}


async def _stranger(home: HomeUnderTest, facts: Facts) -> Facts:
    """Somebody unknown cries."""
    await home.database.receive(turn_of(home, facts).hears("救命，我摔倒了", "stranger", "stranger"))
    home.clock.on(minutes=1)
    return {}


async def _alarm(home: HomeUnderTest, facts: Facts) -> Facts:
    """The elder fell and called four minutes ago; nobody goes yet."""
    await home.database.receive(turn_of(home, facts).hears("我摔倒了", "grandma", "cry"))
    home.clock.on(minutes=4)
    return {}


async def _unreadable(home: HomeUnderTest, _: Facts) -> Facts:
    ids = home.ids
    await home.database.store(
        lambda store: unreadable.keep(store, ids.home_id, ids.account_id, "k", b"x", "", CALM, home.clock())
    )
    return {"unreadable": await home.one("SELECT id FROM unreadable")}


ALARM: Final = Stage("alarm", _alarm, START)
ENDED: Final = Stage("ended", _ended, ALARM)
STRANGER: Final = Stage("stranger", _stranger, START)
UNREADABLE: Final = Stage("unreadable", _unreadable, START)
GOES: Final = in_unit("alarm.go", lambda t, db: alarms.go(db, t.house, t.who(N), "grandma", Audience.FLOOR, t.now))
ARRIVES: Final = in_unit("alarm.arrive", lambda t, db: alarms.arrive(db, t.who(N), "grandma", Audience.FLOOR, t.now))
SIDES: Final = (
    GOES,
    ARRIVES,
    in_unit(
        "alarm.dismiss",
        lambda t, db: alarms.end(db, t.who(N), "grandma", Audience.FLOOR, "false", f"点错了{t.nth}", t.now),
    ),
    in_unit(
        "alarm.mute",
        lambda t, db: alarms.end(db, t.who(N), "stranger", Audience.FLOOR, "muted", f"打过电话了{t.nth}", t.now),
    ),
    in_unit("alarm.undo", lambda t, db: alarms.undo(db, t.who(N), "grandma", Audience.FLOOR, t.now)),
    in_unit("unreadable.seen", lambda t, db: unreadable.take_note(db, t.who(N), t["unreadable"], t.now)),
    in_store("job.alarms", lambda t, store: alarms.still_calling(store, t.house, t.now) and None),
)
