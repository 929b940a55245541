"""Who opens a page: the platform's web login, a sealed cookie, and nothing for anybody else (F15, wechat.md 6)."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer

from care import notice
from care.states import Role
from pages import app as pages
from pages.door import OPENS, STRANGER, Door
from services.families import narrowing
from services.families import notice as notices
from services.families.forms import NarrowScope, RemoveRelative
from services.letters.photos import Photo
from services.media import media
from services.outgoing import sms
from services.ports import CodeUsed, NotIdentified
from settings import Http, Media, Wechat
from storage.queries import families_notice
from storage.types import new_id
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, resident, writes

__all__ = ["house"]
PLATFORM = "https://weixin.example.cn/authorize"
PICTURE = b"\x89PNG\r\n\x1a\n picture"


class Reader:
    """A browser inside WeChat."""

    def __init__(self, client: ClientSession, server: TestServer) -> None:
        self.client, self.server = client, server

    async def get(self, path: str) -> tuple[int, str, str]:
        async with self.client.get(self.server.make_url(path), allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", ""), await answer.text()

    async def post(self, path: str, **more: str) -> tuple[int, str]:
        async with self.client.post(
            self.server.make_url(path), data={"word": "请来电"}, headers=more, allow_redirects=False
        ) as answer:
            return answer.status, await answer.text()

    async def enters(self, path: str, code: str) -> tuple[int, str]:
        """Follow the platform's redirect with a code of ours."""
        status, location, _ = await self.get(path)
        assert status == 303
        state = parse_qs(urlsplit(location).query)["state"][0]
        status, back, text = await self.get(f"/p/in?code={code}&state={state}")
        return status, back or text

    async def reads_notice(self, back: str = "/p/letters", version: str = notice.VERSION) -> tuple[int, str]:
        """看过了，打开."""
        form = {"version": version, "back": back}
        async with self.client.post(self.server.make_url("/p/notice"), data=form, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location", "") or await answer.text()


@pytest.fixture
async def server(house: HomeUnderTest, tmp_path: Path) -> AsyncIterator[TestServer]:
    used: set[str] = set()

    async def identify(code: str) -> str:
        if code == "virtual":
            raise NotIdentified
        if code.startswith("once-"):
            if code in used:
                raise CodeUsed
            used.add(code)
        return code.removeprefix("once-")

    async def ask(openid: str, words: str, key: str) -> str:
        return f"{openid} {words} {key}"

    app = web.Application()
    settings = replace(
        house.settings,
        http=Http(public_url="http://home.example.cn"),
        wechat=Wechat(app_id="wx1", authorize_url=PLATFORM),
        media=Media(tmp_path),
    )
    house.house.use(settings)
    app.add_subapp("/p", pages.build(house.database, house.house, settings, house.clock, identify, ask))
    running = TestServer(app)
    await running.start_server()
    yield running
    await running.close()


@pytest.fixture
async def reader(server: TestServer) -> AsyncIterator[Reader]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        yield Reader(client, server)


@pytest.fixture
async def letter(house: HomeUnderTest, tmp_path: Path) -> tuple[int, int]:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    photo = new_id()
    media.write_file(tmp_path, house.database.sealer, photo, PICTURE)
    number = await writes(house, carer, photos=[Photo(photo, "image/png", len(PICTURE))])
    await evening(house)
    for who in ("daughter", "cousin"):  # the notice is a story of its own
        await house.database.write(
            lambda db, o=who: notices.saw(db, o, notice.VERSION, house.clock())  # type: ignore[misc]
        )
    return number, photo


async def test_p2_each_address_says_for_whom_it_is_and_one_that_does_not_is_refused(
    server: TestServer, reader: Reader
) -> None:
    """Whoever is not known is led to the platform, and writes nothing; what was added without a word does not exist."""
    (pages_,) = [one._app for one in server.app.router.resources() if isinstance(one, web.PrefixedSubAppResource)]
    strangers, many = set(), 0
    for route in pages_.router.routes():
        resource = route.resource
        if resource is None or isinstance(resource, web.StaticResource) or route.method == "HEAD":
            continue
        opens, many = pages_[OPENS][route.handler], many + 1
        path = re.sub(r"\{secret\}", "A" * sms.LENGTH, re.sub(r"\{(?!secret)\w+\}", "1", resource.canonical))
        if opens is STRANGER:
            strangers.add(path)
        elif route.method == "GET":
            status, location, _ = await reader.get(path)
            assert (status, location.partition("?")[0]) == (303, PLATFORM), path
        else:
            assert (await reader.post(path))[0] == 403, path
    async with reader.client.head(server.make_url("/p/letters"), allow_redirects=False) as answer:
        assert answer.status == 403, "a monitor is told, as before"
    assert strangers == {"/p/in", f"/p/s/{'A' * sms.LENGTH}"}
    assert many > 15

    async def forgotten(_: web.Request) -> web.Response:
        return web.Response(text="open")

    pages_.router._frozen = False
    pages_.router.add_get("/forgotten", forgotten)
    assert (await reader.get("/p/forgotten"))[0] == 404


async def test_f15_the_daughter_is_sent_to_the_platform_once_and_then_reads_her_letter(
    house: HomeUnderTest, reader: Reader, letter: tuple[int, int]
) -> None:
    number, photo = letter
    _, location, _ = await reader.get(f"/p/letters/{number}")
    asked = parse_qs(urlsplit(location).query)
    assert location.startswith(PLATFORM)
    assert list(asked) == ["appid", "redirect_uri", "response_type", "scope", "state"]
    assert (asked["scope"], asked["redirect_uri"]) == (["snsapi_base"], ["http://home.example.cn/p/in"])
    assert len(asked["state"][0]) <= 128
    assert await reader.enters(f"/p/letters/{number}", "daughter") == (303, f"/p/letters/{number}")
    status, _, page = await reader.get(f"/p/letters/{number}")
    assert status == 200
    assert "妈妈的一天" in page
    assert "折了六朵纸花" in page
    async with reader.client.get(reader.server.make_url(f"/p/letters/{number}/{photo}")) as answer:
        assert (answer.status, await answer.read(), answer.content_type) == (200, PICTURE, "image/png")
    assert (await reader.get(f"/p/letters/{number}/{number}"))[0] == 404
    assert "妈妈的一天" in (await reader.get("/p/letters"))[2]
    status, page = await reader.post(f"/p/letters/{number}")
    assert status == 200
    assert f"p:letter:{number}:请来电:daughter" in page
    assert 'data-size="big"' in (await reader.get(f"/p/letters/{number}?size=big"))[2]
    assert 'data-size="big"' in (await reader.get(f"/p/letters/{number}"))[2]
    house.clock.on(hours=7)
    assert (await reader.get(f"/p/letters/{number}"))[0] == 303  # the cookie is over


async def test_f15_strangers_virtual_identities_and_forwarded_links_see_the_same_nothing(
    reader: Reader, server: TestServer, letter: tuple[int, int]
) -> None:
    number, photo = letter
    status, text = await reader.enters(f"/p/letters/{number}", "virtual")
    assert status == 403
    assert "再点一次" in text
    assert (await reader.get(f"/p/letters/{number}"))[0] == 303  # still nobody
    assert (await reader.post(f"/p/letters/{number}"))[0] == 403
    for openid in ("cousin", "stranger"):
        async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
            other = Reader(client, server)
            await other.enters("/p/letters", openid)
            closed, none = await other.get(f"/p/letters/{number}"), await other.get("/p/letters/999")
            assert (closed[0], closed[2]) == (none[0], none[2])
            assert closed[0] == 404
            assert (await other.get(f"/p/letters/{number}/{photo}"))[0] == 404


async def test_f15_a_login_belongs_to_the_browser_that_began_it(
    reader: Reader, server: TestServer, letter: tuple[int, int]
) -> None:
    _, location, _ = await reader.get(f"/p/letters/{letter[0]}")
    state = parse_qs(urlsplit(location).query)["state"][0]
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        assert (await Reader(client, server).get(f"/p/in?code=daughter&state={state}"))[0] == 403
    for bad in ("", "x" * 40, state[:-4] + "AAAA"):
        assert (await reader.get(f"/p/in?code=daughter&state={bad}"))[0] == 403


async def test_f15_another_site_cannot_answer_for_a_reader_and_the_pages_load_nothing_from_outside(
    reader: Reader, letter: tuple[int, int]
) -> None:
    await reader.enters("/p/letters", "daughter")
    assert (await reader.post(f"/p/letters/{letter[0]}", **{"Sec-Fetch-Site": "cross-site"}))[0] == 403
    page = (await reader.get(f"/p/letters/{letter[0]}"))[2]
    assert all(ours.startswith("/p/static/") for ours in re.findall(r'<script[^>]*src="([^"]*)"', page))
    assert page.count("<script") == page.count("<script src=")
    assert not re.search(r'(?:src|href)="https?:', page)


async def callback(reader: Reader, path: str, code: str) -> str:
    """The address that the platform sends this browser back to."""
    _, location, _ = await reader.get(path)
    return f"/p/in?code={code}&state={parse_qs(urlsplit(location).query)['state'][0]}"


async def test_fault_w8_a_log_in_that_comes_twice_lets_in(reader: Reader, letter: tuple[int, int]) -> None:
    page = f"/p/letters/{letter[0]}"
    back = await callback(reader, page, "once-daughter")
    for _ in range(3):  # the redirect, the same again, the button back
        assert (await reader.get(back))[:2] == (303, page)
        assert (await reader.get(page))[0] == 200


async def test_fault_w8_a_log_in_whose_first_answer_was_lost_begins_once_more_and_not_for_ever(
    reader: Reader, server: TestServer, letter: tuple[int, int]
) -> None:
    page = f"/p/letters/{letter[0]}"
    back = await callback(reader, page, "once-daughter")
    knock = reader.client.cookie_jar.filter_cookies(server.make_url("/p"))["jiashu_knock"].value
    assert (await reader.get(back))[0] == 303
    reader.client.cookie_jar.clear()
    reader.client.cookie_jar.update_cookies({"jiashu_knock": knock}, server.make_url("/p"))
    status, location, _ = await reader.get(back)
    assert (status, location.startswith(PLATFORM)) == (303, True), "to the platform, which asks nothing"
    state = parse_qs(urlsplit(location).query)["state"][0]
    assert (await reader.get(f"/p/in?code=once-daughter&state={state}"))[0] == 403, "no circle"
    assert (await reader.get(f"/p/in?code=daughter&state={state}"))[:2] == (303, page), "a good code still leads on"


async def test_fault_w8_a_log_in_of_somebody_else_is_refused_kindly_with_or_without_a_cookie(
    reader: Reader, server: TestServer, letter: tuple[int, int]
) -> None:
    back = await callback(reader, f"/p/letters/{letter[0]}", "daughter")
    assert (await reader.get(back))[0] == 303
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as client:
        other = Reader(client, server)
        status, _, text = await other.get(back)
        assert status == 403
        assert "还没认出您" in text
        assert "再点一次" in text
        assert re.search(r'<a [^>]*href="/p/letters">再试一次', text)
        assert (await other.enters("/p/letters", "cousin"))[0] == 303
        status, _, text = await other.get(back)
        assert (status, "还没认出您" in text) == (403, True), "a cookie of another log-in"
        assert (await other.get(f"/p/letters/{letter[0]}"))[0] == 404, "she stays who she is"


async def test_fault_w8_a_cookie_of_the_last_release_still_opens_and_is_of_no_log_in(
    house: HomeUnderTest, reader: Reader, server: TestServer, letter: tuple[int, int]
) -> None:
    door = Door(house.house, PLATFORM, house.database.sealer, house.clock, null_identify)
    place = server.make_url("/p")
    reader.client.cookie_jar.update_cookies({"jiashu_page": door._write("daughter")}, place)
    assert (await reader.get(f"/p/letters/{letter[0]}"))[0] == 200
    assert (await reader.get("/p/in?code=daughter&state="))[0] == 403
    reader.client.cookie_jar.clear()
    reader.client.cookie_jar.update_cookies({"jiashu_knock": door._write("n0nce /p/survey")}, place)
    assert (await reader.get("/p/in?code=daughter&state=n0nce"))[:2] == (303, "/p/letters")


async def null_identify(_: str) -> str:
    raise NotIdentified


async def test_l5_f50_an_open_letter_follows_what_its_reader_may_know_and_closes(
    house: HomeUnderTest, reader: Reader, letter: tuple[int, int]
) -> None:
    number, photo = letter
    desk, room, person = await house.staff(), await resident(house), await house.person("daughter")
    await reader.enters(f"/p/letters/{number}", "daughter")
    page = (await reader.get(f"/p/letters/{number}"))[2]
    drawn = re.search(rf'data-still="/p/letters/{number}/still" data-as="(\w+)"', page)
    assert drawn
    assert (await reader.get(f"/p/letters/{number}/still"))[2] == drawn[1]
    shelf = (await reader.get("/p/letters/still"))[2]
    less = NarrowScope(scope="photos", asked_by="elder", why="她不想")
    await house.database.write(lambda db: narrowing.narrow(db, house.house, desk, room, person, less, house.clock()))
    assert (await reader.get(f"/p/letters/{number}/still"))[2] != drawn[1]
    assert (await reader.get(f"/p/letters/{number}/{photo}"))[0] == 404
    gone = RemoveRelative(asked_by="elder", why="她不想")
    await house.database.write(lambda db: narrowing.remove(db, house.house, desk, room, person, gone, house.clock()))
    assert (await reader.get(f"/p/letters/{number}/still"))[0] == 404
    assert (await reader.get("/p/letters/still"))[2] != shelf
    status, text = await reader.post(f"/p/letters/{number}")
    assert (status, "现在不给这部手机看" in text) == (404, True)


async def test_f48_the_notice_stands_before_the_first_page_and_again_when_it_says_something_else(
    house: HomeUnderTest, reader: Reader, letter: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = f"/p/letters/{letter[0]}"
    await reader.enters(page, "niece")
    shown = (await reader.get(page))[2]
    assert "我们怎么用您的信息" in shown
    assert "念给我听" in shown
    assert "折了六朵纸花" not in shown, "nothing of the letter before the tap"
    assert (await reader.get("/p/letters"))[2].count("看过了，打开") == 1
    assert await house.one("SELECT count(*) FROM letter_reading") == 0
    status, told = await reader.reads_notice(page, "v0")
    assert (status, "有改动" in told) == (200, True), "a text that is no more"
    assert await reader.reads_notice("https://elsewhere.example.cn/") == (303, "/p/letters")
    assert await reader.reads_notice(page) == (303, page), "twice is once"
    assert "折了六朵纸花" in (await reader.get(page))[2]
    assert "看过了，打开" not in (await reader.get("/p/notice"))[2], "it can be read again"
    person = await house.person("niece")
    seen = await house.database.read(lambda db: families_notice.newest(db, [person]))
    assert (seen[person].version, seen[person].seen_at) == (notice.VERSION, house.clock())
    assert (
        await house.one("SELECT count(*) FROM audit WHERE action = 'see_notice' AND actor = ?", f"person:{person}") == 2
    )
    monkeypatch.setattr(notice, "VERSION", "v2")
    assert "我们怎么用您的信息" in (await reader.get(page))[2]


async def test_f48_who_belongs_to_nobody_meets_no_notice_and_learns_nothing(
    house: HomeUnderTest, reader: Reader, letter: tuple[int, int]
) -> None:
    await house.hears("你好", "passer")
    await reader.enters("/p/letters", "passer")
    assert "看过了" not in (await reader.get("/p/letters"))[2]
    assert "我们怎么用您的信息" in (await reader.get("/p/notice"))[2], "but may read it"
    assert (await reader.get(f"/p/letters/{letter[0]}"))[0] == 404


async def test_fault_s11_a_body_that_nobody_can_read_is_told_in_a_sentence(
    reader: Reader, letter: tuple[int, int], caplog: pytest.LogCaptureFixture
) -> None:
    number, _ = letter
    await reader.enters(f"/p/letters/{number}", "daughter")
    for path in ("/p/notice", f"/p/letters/{number}", "/p/survey"):
        for kind, body in (
            ("application/x-www-form-urlencoded; charset=nonsense", b"a=b"),
            ("multipart/form-data", b"x"),
            ("multipart/form-data; boundary=a", b"--a\r\n\r\nx"),
        ):
            headers = {"Content-Type": kind}
            async with reader.client.post(reader.server.make_url(path), data=body, headers=headers) as answer:
                assert answer.status == 400, (path, kind)
    assert [one.message for one in caplog.records if one.levelname == "ERROR"] == []
