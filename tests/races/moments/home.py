"""The first moment, with whom there is in the home, and how moments and sides are made."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from care.states import Role
from conversations import events
from services.ports import Fate, Outcome
from services.staff.pledge import PLEDGE
from storage import tables
from storage.store import Store
from storage.types import new_id
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.races.model import STAFF, Side, Stage, Turn
from tests.races.rows import End

SCENE: Final[dict[str, Any]] = {
    "staff": [],
    "people": [
        {
            "openid": "grandma",
            "name": "王桂兰",
            "kind": "elder",
            "room": "306",
            "bed": "1",
            "sex": "女",
            "born": "1944-11-30",
        },
        {
            "openid": "daughter",
            "name": "李静",
            "kind": "family",
            "phone": "13800002107",
            "kin": [{"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily health"}],
        },
        {
            "openid": "niece",
            "name": "孙玉",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "侄女", "scopes": "daily"}],
        },
    ],
    "residents": [["201", "2", "何秀英", "女", "1938-11-25"]],
}
Facts = dict[str, int]
SENT: Final = Outcome(Fate.SENT, "")
ALIVE: Final = {"planned", "waiting", "ready", "sending", "sent", "parked"}
D, S, C, N = Role.DESK, Role.SUPERVISOR, Role.DIRECTOR, Role.NURSE


async def _home(home: HomeUnderTest, _: Facts) -> Facts:
    """Three people with phones, two of each kind of staff; everybody wrote a minute ago."""
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    found: Facts = {}
    for role, names in STAFF.items():
        for nth, name in enumerate(names):
            found[f"{role}{nth}"] = new_id()
            row = tables.Staff(
                id=found[f"{role}{nth}"],
                home_id=home.ids.home_id,
                login=f"{role}{nth}",
                name=name,
                role=role.value,
                password="-",
                floors="",
                created_at=home.clock(),
                first_password=False,
                pledged_at=home.clock(),
                pledge=PLEDGE,
                totp_by=home.clock() + timedelta(days=365),
            )
            await home.database.write(lambda db, row=row: db.add(row))  # type: ignore[misc]
    for openid in ("grandma", "daughter", "niece"):
        await home.hears("你好", openid)
        found[openid] = await home.person(openid)
    for room in ("306", "201"):
        found[f"room{room}"] = await home.one("SELECT id FROM resident WHERE room = ?", room)
    home.clock.on(minutes=1)
    return found


def turn_of(home: HomeUnderTest, facts: Facts, nth: int = 0) -> Turn:
    return Turn(home.house, home.ids, home.clock(), facts, nth)


def brought_by(work: Callable[[Turn, Unit], object]) -> Callable[[HomeUnderTest, Facts], Any]:
    """A stage that one act of a colleague brings about."""

    async def builds(home: HomeUnderTest, facts: Facts) -> Facts:
        await home.database.write(lambda db: work(turn_of(home, facts), db))
        home.clock.on(minutes=1)
        return {}

    return builds


async def overdue(home: HomeUnderTest, _: Facts) -> Facts:
    """Nobody decided in time."""
    home.clock.on(hours=5)
    return {}


START: Final = Stage("home", _home)


def in_unit(act: str, does: Callable[[Turn, Unit], object], look: Callable[[Turn, Unit], object] | None = None) -> Side:
    return Side(act, "unit", does, look)


def in_store(
    act: str,
    does: Callable[[Turn, Store], object],
    look: Callable[[Turn, Unit], object] | None = None,
    *,
    skips: bool = False,
) -> Side:
    return Side(act, "store", does, look, skips)


def says(words: events.Arrival | str, openid: str = "daughter", key: str = "", act: str = "push") -> Side:
    return Side(act, "arrives", lambda turn, _: turn.hears(words, openid, key))


CRY: Final = says("我摔倒了起不来", "grandma")
ASKS: Final = says("周末能来看吗")


def alive(end: End, purpose: str) -> int:
    return sum(row["purpose"] == purpose and row["state"] in ALIVE for row in end.get("outbox", ()))
