"""The rare calls of the account against the stand-in platform: menus, tags, QR codes (N3, engineering 7)."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.desk import Desk
from bot.tokens import Tokens
from services.ports import NoAccount, PlatformRefused
from settings import Wechat
from tests.simulator.conftest import APP_ID, ELDER, SECRET, Platform, platform

__all__ = ["platform"]
LETTER = [{"type": "click", "name": "今天的家书", "key": "LETTER"}]
NURSE = [{"type": "click", "name": "叫护士", "key": "NURSE"}]


def of(wechat: Wechat, http: aiohttp.ClientSession) -> Desk:
    desk = Desk()
    desk.use(wechat, Tokens(wechat, http))
    return desk


@pytest.fixture
async def desk(platform: Platform) -> AsyncIterator[Desk]:
    async with aiohttp.ClientSession() as http:
        yield of(Wechat(APP_ID, SECRET, api_base_url=platform.base), http)


async def test_n3_the_menu_of_before_is_read_and_ours_takes_its_place(desk: Desk) -> None:
    assert "button" in await desk.menu(), "somebody made one by hand"
    await desk.put_menu(LETTER)
    shown = (await desk.menu())["button"]
    assert [one["name"] for one in shown] == ["今天的家书"]
    await desk.remove_menus()
    assert await desk.menu() == {}


async def test_n3_elders_have_a_menu_of_their_own_by_their_tag(desk: Desk, platform: Platform) -> None:
    tag = await desk.tag("老人")
    assert await desk.tag("老人") == tag, "found again, not made twice"
    with pytest.raises(PlatformRefused):
        await desk.put_menu_for(tag, NURSE)  # the platform wants one for everybody first
    await desk.put_menu(LETTER)
    assert await desk.put_menu_for(tag, NURSE)
    await desk.mark(ELDER, tag)
    assert platform.world.phones[ELDER].tags == [tag]
    await desk.unmark(ELDER, tag)
    assert platform.world.phones[ELDER].tags == []


async def test_n3_a_token_that_ran_out_is_renewed_once(desk: Desk) -> None:
    await desk.tag("老人")
    desk._tokens._token = "gone"
    assert await desk.tag("老人")


async def test_n3_a_code_for_a_relative_is_made_by_the_platform(desk: Desk) -> None:
    assert (await desk.qr("bind:ABCD2345", 600)).startswith("http")


async def test_n3_a_platform_that_does_not_answer_is_a_sentence() -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(PlatformRefused, match="连不上微信"):
            await of(Wechat(APP_ID, SECRET, api_base_url="http://127.0.0.1:1"), http).menu()


async def test_n3_before_there_is_an_account_it_says_so() -> None:
    async with aiohttp.ClientSession() as http:
        with pytest.raises(NoAccount, match="开始使用"):
            await of(Wechat(), http).menu()
