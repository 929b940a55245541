"""What a director sets is in the next answer of a service that runs: no restart, on every process (N3)."""

import asyncio
import re

from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import TestServer

from bot.main import Service
from care.states import Role
from conversations.effects import say
from services.staff import staff
from tests.conftest import SETTLED, HomeUnderTest, Moves
from tests.service import service

__all__ = ["service"]


async def test_n3_a_changed_sentence_is_in_the_next_answer_of_the_running_service(service: Service) -> None:
    here = HomeUnderTest(service.database, service.house, Moves(service.clock()), service.ids, service.settings)
    await service.database.write(
        lambda db: (
            staff.add(
                db, here.ids.home_id, "shen", "沈国平", Role.DIRECTOR, "long-enough", here.clock(), "", SETTLED
            ).id
        )
    )
    assert await here.hears("谢谢") == "不客气，应该的。"
    server = TestServer(service.application())
    await server.start_server()
    try:
        async with ClientSession(server.make_url("/"), cookie_jar=CookieJar(unsafe=True)) as browser:
            service.house.opened = True
            entry = await (await browser.get("/console/login")).text()
            found = re.search(r'name="csrf" value="([^"]*)"', entry)
            form = {"login": "shen", "password": "long-enough", "csrf": found[1] if found else ""}
            await browser.post("/console/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
            page = await (await browser.get("/console/settings/phrases/desk.thanks")).text()
            token, drawn = re.search(r'"X-CSRF": "([^"]+)"', page), re.search(r'name="drawn" value="(\w+)"', page)
            assert token
            assert drawn
            answer = await browser.post(
                "/console/settings/phrases/desk.thanks",
                data={"text": "别客气，{院名}都在。", "drawn": drawn[1]},
                headers={"X-CSRF": token[1], "HX-Request": "true"},
            )
            assert answer.status == 200, await answer.text()
        for _ in range(200):  # two seconds
            if service.house.choices.phrases:
                break
            await asyncio.sleep(0.01)
        assert await here.hears("谢谢", "son") == "别客气，青禾颐养院都在。"
        assert service.house.edition().words([say("desk.thanks")], here.clock()) == "别客气，青禾颐养院都在。"
    finally:
        await server.close()
