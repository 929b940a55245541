"""老人, 家书, 日程, 问卷 in the console, through real requests: forms, photos, what is refused, what is live (F12, F20, H1,
M1).
"""

import io
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, FormData

from services.access import Role
from tests.console.test_access import House, house

__all__ = ["house"]
PNG = b"\x89PNG\r\n\x1a\n a flower of paper" + bytes(range(256)) * 8192  # 2 MiB, as a phone takes them


class Colleague:
    """A browser of one colleague."""

    def __init__(self, client: ClientSession, home: House) -> None:
        self.client, self.house, self.headers = client, home, {"HX-Request": "true"}

    async def get(self, path: str, status: int = 200) -> str:
        async with self.client.get(f"/console{path}") as answer:
            assert answer.status == status, path
            return await answer.text()

    async def drawn(self, path: str) -> str:
        """The revision that the form of a page carries."""
        found = re.search(r'name="drawn" value="(\w+)"', await self.get(path))
        assert found
        return found[1]

    async def post(self, path: str, data: Any = None) -> ClientResponse:
        if "X-CSRF" not in self.headers:
            found = re.search(r'"X-CSRF": "([^"]+)"', await self.get("/today"))
            assert found
            self.headers["X-CSRF"] = found[1]
        answer = await self.client.post(f"/console{path}", data=data, headers=self.headers)
        await answer.read()
        return answer


@pytest.fixture
async def colleagues(house: House) -> AsyncIterator[dict[str, Colleague]]:
    roles = {
        "zhou": (Role.CARER, "周敏", "3"),
        "tang": (Role.NURSE, "唐雨", ""),
        "chen": (Role.DESK, "陈晓雯", ""),
        "shen": (Role.DIRECTOR, "沈国平", ""),
    }
    for login, (role, name, floors) in roles.items():
        await house.home.staff(role, name, login, floors)
    import contextlib

    async with contextlib.AsyncExitStack() as stack:
        yield {login: Colleague(await stack.enter_async_context(house.browser(login)), house) for login in roles}


async def resident(house: House, room: str = "306") -> int:
    return int(await house.home.one("SELECT id FROM resident WHERE room = ?", room))


def files(folder: Path) -> list[Path]:
    return list(folder.rglob("*.sealed"))


async def test_f20_a_letter_with_a_photo_goes_on_to_the_next_and_a_refused_one_leaves_no_file(
    house: House, colleagues: dict[str, Colleague], tmp_path: Path
) -> None:
    carer, number = colleagues["zhou"], await resident(house)
    form = FormData({"meals": "大半", "taps": "5", "drawn": await carer.drawn(f"/letters/{number}")})
    form.add_field("photos", io.BytesIO(PNG), filename="a.png", content_type="image/png")
    answer = await carer.post(f"/letters/{number}", form)
    assert (answer.status, answer.headers["HX-Redirect"]) == (204, "/console/letters")
    (kept,) = files(tmp_path)
    assert PNG not in kept.read_bytes()
    page = await carer.get(f"/letters/{number}")
    shown = re.search(r'<img src="(/console/letters/\d+/\d+)"', page)
    assert shown
    async with carer.client.get(shown[1]) as photo:
        assert (photo.status, await photo.read(), photo.content_type) == (200, PNG, "image/png")
    for content, says in ((b"GIF89a", "JPG 和 PNG"), (PNG, "平安")):
        form = FormData({"sentence": "今日平安", "drawn": await carer.drawn(f"/letters/{number}")})
        form.add_field("photos", io.BytesIO(content), filename="b.png", content_type="image/png")
        answer = await carer.post(f"/letters/{number}", form)
        assert answer.status == 422
        assert says in await answer.text()
        assert files(tmp_path) == [kept]
    assert (await carer.post(f"{shown[1].removeprefix('/console')}/drop")).status == 200
    assert files(tmp_path) == []
    assert (await carer.post(f"/letters/{await resident(house, '201')}", {"meals": "大半"})).status == 404


async def test_u4_a_held_letter_is_let_go_by_a_nurse_who_called_and_a_letter_is_withdrawn(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, nurse, number = colleagues["zhou"], colleagues["tang"], await resident(house)
    await carer.post(f"/letters/{number}", {"meals": "两顿没吃", "drawn": await carer.drawn(f"/letters/{number}")})
    assert "请护士或主管打电话" in await carer.get(f"/letters/{number}")
    letter = int(await house.home.one("SELECT id FROM letter"))
    assert "先打电话" in await nurse.get("/today/list")
    called = {"called": "和李静说了", "drawn": await nurse.drawn(f"/letters/{number}")}
    assert (await nurse.post(f"/letters/{letter}/call", called)).status == 204
    drawn = {"drawn": await carer.drawn(f"/letters/{number}")}
    assert (await carer.post(f"/letters/{letter}/withdraw", drawn)).status == 204
    assert "已收回" in await carer.get("/letters/list?open=1")
    assert (await carer.post(f"/letters/{letter}/withdraw", drawn)).status == 409


async def test_fault_d5_an_older_form_never_lifts_what_waits_for_a_call(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    carer, nurse, number = colleagues["zhou"], colleagues["tang"], await resident(house)
    page = f"/letters/{number}"
    older = {"meals": "全部", "drawn": await carer.drawn(page)}
    assert (await nurse.post(page, {"meals": "两顿没吃", "drawn": await nurse.drawn(page)})).status == 204
    refused = await carer.post(page, older)
    assert refused.status == 409
    assert "唐雨刚刚改过这封家书，现在要先打电话，您这次没有存。写好的都还在" in await refused.text()
    assert await house.home.one("SELECT state FROM letter") == "held"
    again = await carer.post(page, older | {"drawn": refused.headers["X-Drawn"]})
    assert again.status == 204, "having read that, she may save her own words"
    assert await house.home.one("SELECT state FROM letter") == "held", "and the call is still to be made"
    letter = int(await house.home.one("SELECT id FROM letter"))
    assert (await nurse.post(f"/letters/{letter}/call", {"called": "和李静说了"})).status == 409, (
        "a form without a revision is none of ours"
    )
    told = {"called": "和李静说了", "drawn": await nurse.drawn(page)}
    assert (await nurse.post(f"/letters/{letter}/call", told)).status == 204
    assert await house.home.one("SELECT state FROM letter") == "ready"


async def test_fault_d6_an_older_form_never_unnames_the_accused(house: House, colleagues: dict[str, Colleague]) -> None:
    home, desk, director = house.home, colleagues["chen"], colleagues["shen"]
    await home.hears("我要投诉，饭菜太凉了")
    complaint = int(await home.one("SELECT id FROM complaint"))
    assert (await desk.post(f"/complaints/{complaint}/call", {"text": "打通了，在查"})).status == 200
    page = f"/complaints/{complaint}"
    carer = int(await home.one("SELECT id FROM staff WHERE login = 'zhou'"))
    form = {
        "category": "餐饮",
        "level": "2",
        "scope": "ours",
        "passed_to": "",
        "why": "",
        "owner": await home.one("SELECT id FROM staff WHERE login = 'chen'"),
        "drawn": await desk.drawn(page),
    }
    older = form | {"drawn": await director.drawn(page)}
    assert (await desk.post(f"{page}/step/assess", form | {"accused": str(carer)})).status == 200
    refused = await director.post(f"{page}/step/assess", older)
    assert refused.status == 409
    assert "陈晓雯刚刚改过这件投诉，您这次没有存" in await refused.text()
    assert await home.rows("SELECT staff_id, state FROM accused") == [(carer, "confirmed")]


async def test_f13_a_sheet_is_printed_and_a_relative_confirmed_or_not(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, number = colleagues["chen"], await resident(house)
    codes = []
    for _ in range(2):
        answer = await desk.post(f"/residents/{number}/sheet", {})
        found = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", await answer.text())
        assert found
        codes.append(found[1])
    assert (await colleagues["zhou"].post(f"/residents/{number}/sheet", {})).status == 404
    for openid, given, name in (("first", codes[0], "罗敏"), ("second", codes[1], "罗强")):
        for words in (given, "孩子", name):
            await house.home.hears(words, openid)
    assert "等核实的家属 2" in await desk.get("/residents")
    assert "等核实的家属" not in await colleagues["zhou"].get("/residents")
    one, two = [row[0] for row in await house.home.rows("SELECT id FROM application ORDER BY id")]
    answer = await desk.post(f"/applications/{one}/confirm", {"scopes": "health", "way": "none"})
    assert (answer.status, "健康情况要" in await answer.text()) == (422, True)
    answer = await desk.post(f"/applications/{one}/confirm", {"scopes": "daily", "way": "none"})
    assert "等核实的家属 1" in await answer.text()
    assert "等核实的家属" not in await (await desk.post(f"/applications/{two}/refuse", {"why": "电话没打通"})).text()
    assert "罗敏" in await desk.get(f"/residents/{number}")


async def test_r1_l2_a_visit_is_booked_the_schedule_tells_why_not_and_hush_stops_it(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    desk, nurse, number = colleagues["chen"], colleagues["tang"], await resident(house)
    person = await house.home.person("kin3")
    assert (await desk.post(f"/residents/{number}/visit", {"person": str(person), "at": "someday"})).status == 422
    answer = await desk.post(f"/residents/{number}/visit", {"person": str(person), "at": "2026-11-25T15:00"})
    assert "李静 11月25日 周三 15:00" in await answer.text()
    page = await desk.get("/days")
    assert "48 小时没来信" in page
    await house.home.hears("你好", "kin3")
    assert "提醒您：" in await desk.get("/days/list")
    assert "静默中" in await (await nurse.post(f"/residents/{number}/hush", {"on": "1"})).text()
    assert "静默中" in await desk.get("/days")
    plan = int(await house.home.one("SELECT id FROM plan"))
    shown = re.search(rf'/days/{plan}/held" hx-vals=.{{"drawn": "(\w+)"', await desk.get("/days/list"))
    assert shown
    assert "先不发" in await (await desk.post(f"/days/{plan}/held", {"drawn": shown[1]})).text()
    late = await desk.post(f"/days/{plan}/cancelled", {"drawn": shown[1]})
    assert late.status == 409
    assert "陈晓雯刚刚改成了「先不发」" in await late.text(), "the button was drawn before"
    assert (await nurse.post(f"/days/{plan}/planned")).status == 404
    lifted = await nurse.post(f"/residents/{number}/hush", {"on": "0", "drawn": "drawn-before"})
    assert lifted.status == 409, "nobody lifts a 静默 that was not on the page"
    assert "刚刚按了静默" in await lifted.text()
    assert (
        await nurse.post(f"/residents/{number}/hush", {"on": "0", "drawn": lifted.headers["X-Drawn"]})
    ).status == 200


async def test_l2_a_death_asks_for_the_name_and_the_resident_is_found_among_those_who_left(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    director, number = colleagues["shen"], await resident(house)
    assert (await director.post(f"/residents/{number}/status", {"status": "去世", "name": ""})).status == 422
    died = {"status": "去世", "name": "王桂兰", "drawn": await director.drawn(f"/residents/{number}")}
    away = await colleagues["chen"].post(f"/residents/{number}/status", {"status": "住院", "drawn": died["drawn"]})
    assert away.status == 200
    late = await director.post(f"/residents/{number}/status", died)
    assert late.status == 409
    assert "刚刚把状态改成了「住院」" in await late.text()
    assert (await director.post(f"/residents/{number}/status", died | {"drawn": late.headers["X-Drawn"]})).status == 200
    assert "王桂兰" not in await director.get("/residents")
    assert "王桂兰" in await director.get("/residents?show=left")
    assert "去世，今天不写家书" in await director.get(f"/letters/{number}")


async def test_m1_a_questionnaire_is_started_once_and_closed(house: House, colleagues: dict[str, Colleague]) -> None:
    director = colleagues["shen"]
    assert "还没有发过问卷" in await director.get("/surveys")
    assert (await colleagues["chen"].post("/surveys/begin")).status == 404
    assert (await director.post("/surveys/begin")).status == 204
    assert (await director.post("/surveys/begin")).status == 409
    assert "不到 5 份不显示" in await director.get("/surveys/2026-11")
    await director.get("/surveys/2026-10", 404)
    number = int(await house.home.one("SELECT id FROM campaign"))
    assert (await director.post(f"/surveys/{number}/end")).status == 204
    assert "已经收了" in await director.get("/surveys")
