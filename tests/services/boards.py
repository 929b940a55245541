"""Somebody who writes on the notice board of a home, and somebody who asks."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from msgspec.structs import replace

from care.states import Role
from conversations import events
from services.access import Viewer
from services.knowledge import shelves
from services.week import activities, menu
from services.week.forms import (
    PutActivity,
    PutPrice,
    SaveMenu,
)
from storage.unit import Unit
from tests.conftest import HomeUnderTest

SUNDAY = date(2026, 11, 22)
"""Of START, which is 16:00 by the clock of the home."""
MONDAY = SUNDAY + timedelta(days=1)
THIS, NEXT = SUNDAY - timedelta(days=6), MONDAY
YEAR_END = date(2026, 12, 31)


@pytest.fixture
async def lead(home: HomeUnderTest) -> Viewer:
    return await home.staff(Role.DIRECTOR, "沈国平", "shen")


@pytest.fixture
async def desk(home: HomeUnderTest) -> Viewer:
    return await home.staff()


async def does(home: HomeUnderTest, work: Callable[[Unit, datetime], object]) -> None:
    await home.database.write(lambda db: work(db, home.clock()))


async def learned(home: HomeUnderTest, at: datetime | None = None) -> shelves.Shelf:
    day = (at or home.clock()).astimezone(home.settings.home.zone).date()
    return await home.database.read(lambda db: shelves.shelf(db, home.ids.home_id, home.settings.home, day))


async def says(home: HomeUnderTest, text: str, openid: str = "daughter", kept: shelves.Shelf | None = None) -> str:
    """What a stranger hears, by the knowledge of now or by one that was learned before."""
    snapshot = (kept or await learned(home)).snapshot
    envelope = home.envelope(events.Text(text), openid)
    asked = replace(envelope, look_up=partial(shelves.ask, snapshot, text, envelope.arrived_at))
    receipt = await home.database.receive(asked)
    return receipt.answer.text if receipt.answer else ""


def cells(**meals: str) -> dict[str, frozenset[str]]:
    return {f"{SUNDAY}-{meal}": frozenset({words}) for meal, words in meals.items()}


async def writes_menu(home: HomeUnderTest, who: Viewer, diet: str = "", **meals: str) -> None:
    form = SaveMenu(first=THIS, diet=diet, cells=cells(**meals))
    await does(home, lambda db, now: menu.save(db, who, form, now))


async def adds(home: HomeUnderTest, who: Viewer, day: date, title: str, floors: str = "", begins: str = "15:00") -> int:
    form = PutActivity(day=day, begins=begins, title=title, place="大厅", floors=floors)
    await does(home, lambda db, now: activities.put(db, who, form, now))
    number: int = await home.one("SELECT id FROM activity WHERE title = ? AND day = ?", title, day)
    return number


def price(item: str, amount: str, **more: object) -> PutPrice:
    usual: dict[str, object] = {"item": item, "amount": amount, "unit": "元/月", "valid_until": YEAR_END}
    return PutPrice(**(usual | more))  # type: ignore[arg-type]
