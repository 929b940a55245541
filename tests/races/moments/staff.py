"""Moments at the door of the console, and what each side does there."""

from typing import Final

from services.staff import colleagues, sessions, staff, unit
from services.staff.access import access_colleague
from services.staff.forms import EditColleague, SetUnit
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import Stage, Turn
from tests.races.moments.home import START, C, D, Facts, S, in_unit, turn_of


def _knock(turn: Turn) -> staff.Knock:
    """Somebody at the door with the name of the first at the desk."""
    return staff.Knock("desk0", "192.0.2.7", "", turn[f"{D}0"], None)


async def _throttle(home: HomeUnderTest, facts: Facts) -> Facts:
    """Somebody has tried once."""
    await home.database.write(lambda db: staff.count(db, _knock(turn_of(home, facts)), home.clock()))
    return {}


async def _locked(home: HomeUnderTest, facts: Facts) -> Facts:
    """The name is locked in this place."""
    for _number in range(staff.FAILS - 1):
        await home.database.write(lambda db: staff.count(db, _knock(turn_of(home, facts)), home.clock()))
    await home.database.write(lambda db: staff.lock(db, _knock(turn_of(home, facts)), home.clock()))
    home.clock.on(minutes=1)
    return {"lock": await home.one("SELECT id FROM login_throttle")}


THROTTLE: Final = Stage("throttle", _throttle, START)
LOCKED: Final = Stage("locked", _locked, THROTTLE)


def _row(turn: Turn, db: Unit) -> tables.Staff:
    """The first at the desk, as the page of colleagues shows her."""
    return access_colleague(db, turn.who(C), turn[f"{D}0"])


def _edit(turn: Turn, db: Unit) -> object:
    form = EditColleague(name="陈晓雯", role=D.value, floors=str(turn.nth + 2), drawn=turn.seen)
    return colleagues.edit(db, turn.who(C), turn[f"{D}0"], form, turn.now) and None


def _unit(turn: Turn, db: Unit) -> object:
    form = SetUnit(lead=turn[f"{S}0"], procedure=f"办法{turn.nth}", drawn=turn.seen)
    return unit.set_unit(db, turn.who(C), form, turn.now) and None


SIDES: Final = (
    in_unit("colleague.edit", _edit, lambda t, db: colleagues.revision_of(_row(t, db))),
    in_unit("colleague.out", lambda t, db: colleagues.put_out(db, t.who(C), t[f"{D}0"], t.now) and None),
    in_unit("unit.set", _unit, lambda t, db: unit.revision_of(unit.latest(db, t.who(C).home_id))),
    in_unit("lock.seen", lambda t, db: staff.took_note(db, t.who(S), t["lock"], t.now)),
    in_unit("lock.unlock", lambda t, db: staff.unlock(db, t.who(S), t["lock"], t.now)),
)
TRIES: Final = in_unit("log_in", lambda t, db: staff.count(db, _knock(t), t.now) and None)
COMES_IN: Final = in_unit("log_in", lambda t, db: sessions.log_in(db, _knock(t), t.now, 12) and None)
