"""A house whose families read letters: somebody writes one, the evening releases them."""

from collections.abc import Sequence

import msgspec
import pytest

from services.access import Viewer
from services.letters import letters
from services.letters.forms import WriteLetter
from services.letters.photos import Photo
from storage import tables
from tests import houses
from tests.conftest import HomeUnderTest

SCENE = {
    "staff": [],
    "people": [
        {"openid": "grandma", "name": "王桂兰", "kind": "elder", "room": "306", "bed": "1", "sex": "女"},
        {
            "openid": "daughter",
            "name": "李静",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily health photos"}],
        },
        {
            "openid": "niece",
            "name": "孙玉",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "侄女", "scopes": "daily"}],
        },
        {
            "openid": "cousin",
            "name": "赵磊",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "表弟", "scopes": "billing"}],
        },
    ],
    "residents": [[f"30{n}", "2", f"老人{n}", "男", "1940-01-01"] for n in range(1, 6)],
}


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


async def resident(home: HomeUnderTest, room: str = "306") -> int:
    return int(await home.one("SELECT id FROM resident WHERE room = ?", room))


async def writes(
    home: HomeUnderTest,
    who: Viewer,
    room: str = "306",
    sentence: str = "上午折了六朵纸花。",
    photos: Sequence[Photo] = (),
    **more: object,
) -> int:
    number, day = await resident(home, room), letters.today(home.settings.home, home.clock())
    ticked = {"meals": frozenset({"大半"}), "body": frozenset({"平稳"})}
    form = msgspec.convert({"ticked": ticked, "sentence": sentence, "taps": 5, "alone": True} | more, WriteLetter)
    row: tables.Letter = await home.database.write(
        lambda db: letters.write(db, who, number, day, form, home.clock(), photos)
    )
    return row.id


async def evening(home: HomeUnderTest) -> int:
    at = letters.release_at(home.settings.home, letters.today(home.settings.home, home.clock()))
    home.clock.now = max(home.clock(), at)
    return await releases(home)


async def releases(home: HomeUnderTest) -> int:
    numbers = await home.database.read(lambda db: letters.due(db, home.house, home.ids.home_id, home.clock()))
    opened = 0
    for number in numbers:
        opened += await home.database.write(
            lambda db, n=number: letters.release(db, home.house, n, home.clock())  # type: ignore[misc]
        )
    return opened
