"""Moments of a birthday, and what each side does with its greeting."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

from services.greetings import occasions
from services.greetings.forms import DecidePlan
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import Stage, Turn
from tests.races.moments.home import START, D, Facts, alive, brought_by, in_unit
from tests.races.rows import End


async def _birthday(home: HomeUnderTest, _: Facts) -> Facts:
    """The morning of the elder's birthday; she wrote, the greeting is due."""
    wishes = await home.database.read(lambda db: occasions.missing(db, home.house, home.ids.home_id, home.clock()))
    await home.database.write(lambda db: occasions.plan(db, home.house, home.ids.home_id, wishes))
    home.clock.now = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
    await home.hears("早", "grandma")
    home.clock.on(seconds=5)
    herself = await home.person("grandma")
    mine = "SELECT id FROM plan WHERE occasion = 'birthday' AND person_id = ? AND due_at <= ?"
    return {"plan": await home.one(mine, herself, home.clock())}


def _day(verdict: str) -> Callable[[Turn, Unit], None]:
    return lambda turn, db: occasions.decide(
        db, turn.who(D), turn["plan"], verdict, DecidePlan(drawn=turn.seen), turn.now
    )


def _day_buttons(turn: Turn, db: Unit) -> str:
    return occasions.revision_of(db.get_one(tables.Plan, turn["plan"]))


BIRTHDAY: Final = Stage("birthday", _birthday, START)
GREETED: Final = Stage(
    "greeted", brought_by(lambda turn, db: occasions.release(db, turn.house, turn["plan"], turn.now)), BIRTHDAY
)
HELD_DAY: Final = Stage("held day", brought_by(_day("held")), BIRTHDAY)
CANCELLED_DAY: Final = Stage("cancelled day", brought_by(_day("cancelled")), BIRTHDAY)
SIDES: Final = (
    in_unit("day.held", _day("held"), _day_buttons),
    in_unit("day.cancelled", _day("cancelled"), _day_buttons),
    in_unit("day.planned", _day("planned"), _day_buttons),
    in_unit(
        "job.days",
        lambda t, db: occasions.plan(db, t.house, t.ids.home_id, t.seen) and None,
        lambda t, db: occasions.missing(db, t.house, t.ids.home_id, t.now),
    ),
    in_unit("job.greetings", lambda t, db: occasions.release(db, t.house, t["plan"], t.now)),
)


def not_greeted(end: End) -> str:
    """D4."""
    states = {row["state"] for row in end.get("plan", ())}
    return (
        ""
        if states == {"held"} and not alive(end, "greeting_elder")
        else f"the plan is {states}, {alive(end, 'greeting')} greetings go out"
    )
