"""The menu of before, ours, and the way back (N3)."""

import json

from care.states import Role
from services.setup import menu, settings
from tests.conftest import HomeUnderTest

BEFORE = {
    "button": [
        {"type": "click", "name": "今天的家书", "key": "LETTER"},
        {"name": "服务", "sub_button": {"list": [{"type": "view", "name": "官网", "url": "https://a.example.cn"}]}},
        {"type": "news", "name": "简介", "value": "x", "news_info": {"list": []}},
    ]
}


def test_n3_a_menu_is_read_in_the_form_in_which_it_is_made_and_what_only_a_hand_can_make_is_named() -> None:
    shown = menu.shown(BEFORE)
    assert shown[1] == {"name": "服务", "sub_button": [{"type": "view", "name": "官网", "url": "https://a.example.cn"}]}
    assert menu.by_hand(shown) == ["简介"]
    assert menu.by_hand(list(menu.FAMILY)) == menu.by_hand(list(menu.ELDER)) == []
    assert menu.shown({}) == []


async def test_n3_the_menu_of_before_is_kept_once_and_goes_when_it_is_back(home: HomeUnderTest) -> None:
    who = await home.staff(Role.DIRECTOR, "沈国平", "shen")

    async def kept() -> dict[str, str | None]:
        return await home.database.read(lambda db: settings.stored(db, who.home_id))

    await home.database.write(lambda db: menu.remember(db, who, menu.shown(BEFORE), home.clock()))
    await home.database.write(lambda db: menu.remember(db, who, list(menu.FAMILY), home.clock()))
    assert json.loads((await kept())["setup.menu_before"] or "")[0]["name"] == "今天的家书"
    await home.database.write(lambda db: menu.pushed(db, who, "wx1", 101, home.clock()))
    assert ((await kept())["setup.menu"], (await kept())["setup.elders_tag"]) == ("wx1", "101")
    await home.database.write(lambda db: menu.undone(db, who, home.clock()))
    assert ((await kept())["setup.menu"], (await kept())["setup.menu_before"]) == (None, None)
