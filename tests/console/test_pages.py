"""The console page by page: doors, CSRF, what a closed window leaves, files, live hints, and the number of questions to
the database.
"""

import asyncio
import contextlib
import html
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from msgspec.structs import replace
from sqlalchemy import event

from care.triage import triage
from console import app as console
from console import words
from conversations import events
from services.access import Role, Viewer
from services.emergencies.board import Alarm, Board
from services.media import media
from services.talks import desk
from services.upkeep import pulse
from storage import tables
from storage.sqlite import SqliteDatabase
from storage.unit import Unit
from tests.conftest import HomeUnderTest

ROUTE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Desk:
    home: HomeUnderTest
    client: "TestClient[Any, Any]"
    who: Viewer
    csrf: str = ""
    board: Board = field(default_factory=Board)

    async def get(self, path: str) -> str:
        answer = await self.client.get(f"/console{path}")
        assert answer.status == 200, path
        return await answer.text()

    async def post(self, path: str, **fields: str) -> ClientResponse:
        return await self.client.post(
            f"/console{path}", data=fields, headers={"X-CSRF": self.csrf, "HX-Request": "true"}
        )


@pytest.fixture
async def at_desk(home: HomeUnderTest) -> AsyncIterator[Desk]:
    from aiohttp import web

    async def decode(data: bytes) -> bytes:
        if data == b"#!AMR\nbroken":
            raise ValueError
        return b"ID3" + data

    outer, board = web.Application(), Board()
    outer.add_subapp("/console", console.build(home.database, home.house, board, home.settings, home.clock, decode))
    async with TestClient(TestServer(outer)) as client:
        who = await home.staff()
        used = Desk(home, client, who, board=board)
        answer = await client.post(
            "/console/login", data={"login": "chen", "password": "long-enough", "to": ""}, headers=ROUTE
        )
        page = await answer.text()
        found = re.search(r'"X-CSRF": "([^"]+)"', page)
        assert found, page[:500]
        used.csrf = found[1]
        yield used


async def test_p2_without_a_session_every_page_leads_to_the_log_in(at_desk: Desk) -> None:
    at_desk.client.session.cookie_jar.clear()
    for path in ("/", "/chats", "/chats/1", "/complaints", "/complaints/C261122-01", "/media/1", "/live?topics=inbox"):
        answer = await at_desk.client.get(f"/console{path}", allow_redirects=False)
        assert answer.status == 303, path
        assert answer.headers["Location"].startswith("/console/login")
    answer = await at_desk.client.post("/console/chats/1/answer", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/console/login"


async def test_p2_the_log_in_tells_wrong_words_tries_and_the_lock(at_desk: Desk) -> None:
    at_desk.client.session.cookie_jar.clear()
    seen = []
    for _ in range(6):
        answer = await at_desk.client.post("/console/login", data={"login": "chen", "password": "wrong"}, headers=ROUTE)
        seen.append((answer.status, await answer.text()))
    assert [status for status, _ in seen] == [401] * 4 + [429] * 2
    assert "还可以试 4 次" in seen[0][1]
    assert "15 分钟后再试" in seen[5][1]
    answer = await at_desk.client.post(
        "/console/login", data={"login": "chen", "password": "long-enough"}, headers=ROUTE
    )
    assert answer.status == 429


@pytest.mark.parametrize(
    ("to", "goes"),
    [
        ("/console/complaints", "/console/complaints"),
        ("//evil.example/", "/console/"),
        ("https://evil.example", "/console/"),
    ],
)
async def test_after_the_log_in_only_a_page_of_ours_is_gone_to(at_desk: Desk, to: str, goes: str) -> None:
    answer = await at_desk.client.post(
        "/console/login",
        data={"login": "chen", "password": "long-enough", "to": to},
        headers=ROUTE,
        allow_redirects=False,
    )
    assert answer.headers["Location"] == goes
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


async def test_p2_a_form_of_another_site_is_refused(at_desk: Desk) -> None:
    await at_desk.home.hears("你好")
    person = await at_desk.home.person()
    path = f"/console/chats/{person}/answer"
    for headers in ({"X-CSRF": "guess"}, {"X-CSRF": at_desk.csrf, "Sec-Fetch-Site": "cross-site"}, {}):
        answer = await at_desk.client.post(path, data={"text": "x", "key": "k"}, headers=headers)
        assert answer.status == 403
        assert "刷新页面" in await answer.text()
    assert await at_desk.home.one("SELECT count(*) FROM outbox") == 0
    foreign = await at_desk.client.post(
        "/console/login", data={"login": "chen"}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert foreign.status == 403


async def test_p2_every_answer_carries_the_headers(at_desk: Desk) -> None:
    for path in ("/chats", "/static/app.css", "/nothing", "/login"):
        answer = await at_desk.client.get(f"/console{path}", allow_redirects=False)
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"], path
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_c13_the_list_puts_the_most_pressing_first(at_desk: Desk) -> None:
    home = at_desk.home
    assert "还没有人来信" in await at_desk.get("/chats")
    await home.hears("有没有空床", "son")
    home.clock.on(minutes=1)
    await home.hears("你们把我妈摔了，我要投诉")
    await home.hears("谢谢", "stranger")
    page = await at_desk.get("/chats")
    assert page.index("首次反馈") < page.index("有没有空床") < page.index("机器人已答")
    assert '等回复 <span id="n-waiting">2</span>' in page
    waiting = await at_desk.get("/chats?show=waiting")
    assert "谢谢" not in waiting


async def test_the_thread_shows_words_states_and_the_quota(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("<script>alert(1)</script> 你好")
    person = await home.person()
    page = await at_desk.get(f"/chats/{person}")
    assert "&lt;script&gt;" in page
    assert "<script>alert" not in page
    assert "还可发 <b>5</b> 条" in page
    assert "未绑定" in page
    answer = await at_desk.post(f"/chats/{person}/answer", text="您好", key="k1")
    assert answer.status == 200
    body = await answer.text()
    assert "您好" in body
    assert "发送中" in body
    await home.send_all()
    page = await at_desk.get(f"/chats/{person}/messages")
    assert "已送达微信" in page
    assert "交回机器人" in await at_desk.get(f"/chats/{person}")
    assert (await at_desk.post(f"/chats/{person}/hand-back")).headers["HX-Refresh"] == "true"
    assert 'data-open="1"' in page
    assert "还可发 <b>4</b> 条" in await at_desk.get(f"/chats/{person}/composer")


async def test_a_closed_window_leaves_only_the_routes_that_exist(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    home.clock.on(hours=10)
    assert "还可发" in await at_desk.get(f"/chats/{person}/composer")
    await home.database.write(lambda db: desk.answer(db, at_desk.who, person, "一", "a", home.clock()))
    home.clock.on(hours=1)
    await home.database.store(lambda store: store.rows("UPDATE follower SET session_until = 0"))
    page = await at_desk.get(f"/chats/{person}/composer")
    assert "现在不能直接发消息" in page
    assert "打电话" in page
    assert "等对方来信自动发" in page
    assert "服务通知" not in page
    await home.send_all()
    assert "等对方来信自动发：超过 48 小时没来信" in await at_desk.get(f"/chats/{person}/messages")
    row = await home.one("SELECT id FROM outbox")
    assert (await at_desk.post(f"/outgoing/{row}/take-back")).status == 204
    assert "已撤回" in await at_desk.get(f"/chats/{person}/messages")
    called = await at_desk.post(f"/chats/{person}/call", note="打通了")
    assert "打通了" in await called.text()
    await home.hears(events.Unfollowed())
    assert "取消了关注" in await at_desk.get(f"/chats/{person}/composer")


async def test_every_kind_of_message_is_drawn(at_desk: Desk) -> None:
    home = at_desk.home
    for arrival in (
        events.Voice("v", heard="听到的话"),
        events.Image("i"),
        events.Video("x"),
        events.Location(1, 2, "公园"),
        events.Link("标题"),
        events.Other("file"),
        events.Click("CONTACT"),
        events.Followed(),
        events.Scanned("s"),
    ):
        await home.hears(arrival)
    person = await home.person()
    ids = [row[0] for row in await home.rows("SELECT id FROM media ORDER BY id")]
    page = await at_desk.get(f"/chats/{person}")
    for part in (
        "语音，正在取",
        "照片，正在取",
        "位置：公园",
        "链接：标题",
        "（file）这里看不了",
        "点了菜单「联系我们」",
        "关注了公众号",
        "扫了二维码",
    ):
        assert part in page
    files = {ids[0]: b"#!AMR\n123", ids[1]: b"\x89PNG\r\n\x1a\n123"}
    for media_id, data in files.items():
        media.write_file(home.settings.media.path, home.database.sealer, media_id, data)
        want = media.Wanted(media_id, person, 0, "", 0, home.clock())
        await home.database.store(lambda store, w=want, d=data: media.kept(store, w, d))  # type: ignore[misc]
    page = await at_desk.get(f"/chats/{person}")
    assert "<audio" in page
    assert "以原声为准" in page
    assert "发来的照片" in page
    sound = await at_desk.client.get(f"/console/media/{ids[0]}")
    assert (sound.content_type, await sound.read()) == ("audio/mpeg", b"ID3#!AMR\n123")
    part_of = await at_desk.client.get(f"/console/media/{ids[0]}", headers={"Range": "bytes=0-2"})
    assert (part_of.status, await part_of.read()) == (206, b"ID3")
    assert (await at_desk.client.get(f"/console/media/{ids[1]}")).content_type == "image/png"
    assert (await at_desk.client.get(f"/console/media/{ids[2]}")).status == 404
    media.write_file(home.settings.media.path, home.database.sealer, ids[0], b"#!AMR\nbroken")
    assert (await at_desk.client.get(f"/console/media/{ids[0]}")).status == 422
    media.file_of(home.settings.media.path, ids[0]).unlink()
    assert (await at_desk.client.get(f"/console/media/{ids[0]}")).status == 404


async def test_c4_the_case_page_stops_the_clock_by_message_and_by_phone(at_desk: Desk) -> None:
    home = at_desk.home
    assert "现在没有在办投诉" in await at_desk.get("/complaints")
    await home.hears("你们把我妈摔了，我要投诉")
    page = await at_desk.get("/complaints")
    assert "C261122-01" in page
    assert "1 级" in page
    assert "16:15 前要有人联系" in page
    complaint = await at_desk.get("/complaints/C261122-01")
    for part in ("首次反馈，请打电话", "还没说", "受理", "总结", "打开会话", "因为提到「摔」"):
        assert part in complaint
    home.clock.on(minutes=20)
    assert "1 件已超时" in await at_desk.get("/complaints/list")
    answer = await at_desk.post("/complaints/C261122-01/call", text="打通了，向家属道歉，下午给方案")
    assert "已首次反馈" in await answer.text()
    answer = await at_desk.post("/complaints/C261122-01/note", text="先看录像")
    assert "先看录像" in await answer.text()
    answer = await at_desk.post("/complaints/C261122-01/answer", text="方案下午发您", key="k")
    assert "方案下午发您" in await answer.text()
    await home.send_all()
    assert "已送达微信" in await at_desk.get("/complaints/C261122-01/body")
    assert (await at_desk.client.get("/console/complaints/C0101-01")).status == 404


async def test_c14_a_hidden_name_is_hidden_on_the_complaint_pages(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("护工态度差，我要投诉，别说是我说的")
    assert "不公开姓名" in await at_desk.get("/complaints")
    assert "不公开姓名，请不要转告" in await at_desk.get("/complaints/C261122-01")


async def test_p2_a_nurse_sees_no_complaints(at_desk: Desk) -> None:
    await at_desk.home.hears("我要投诉")
    await at_desk.home.staff(Role.NURSE, "唐雨", "tang")
    await at_desk.client.post("/console/login", data={"login": "tang", "password": "long-enough"}, headers=ROUTE)
    assert "/console/complaints" not in await at_desk.get("/chats")
    for path in ("/complaints", "/complaints/C261122-01"):
        answer = await at_desk.client.get(f"/console{path}")
        assert answer.status == 404
        assert "不在您能看的范围里" in await answer.text()


async def test_errors_are_sentences_and_keep_what_was_typed(at_desk: Desk) -> None:
    await at_desk.home.hears("你好")
    person = await at_desk.home.person()
    answer = await at_desk.post(f"/chats/{person}/answer", text="   ", key="k")
    assert (answer.status, answer.headers["HX-Retarget"]) == (422, "#problem")
    assert "请先写几个字再发" in await answer.text()
    assert (await at_desk.client.get("/console/chats/999")).status == 404


async def test_what_nobody_foresaw_is_told_without_detail(at_desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def broken(_work: object) -> None:
        raise ZeroDivisionError("a secret")

    good = at_desk.home.database.read
    calls = 0

    async def once(work: object) -> object:
        nonlocal calls
        calls += 1
        return await (good(work) if calls == 1 else broken(work))  # type: ignore[arg-type]

    monkeypatch.setattr(at_desk.home.database, "read", once)
    answer = await at_desk.client.get("/console/chats")
    page = await answer.text()
    assert answer.status == 500
    assert "出了点问题" in page
    assert "secret" not in page


async def test_what_changed_between_a_page_and_its_stream_is_asked_for_once(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    page = await (await at_desk.client.get(f"/console/chats/{person}")).text()
    address = re.search(r'sse-connect="([^"]+)"', page)
    assert address
    url = html.unescape(address[1])
    await home.hears("第二句")
    for since, missed in (
        (url, True),
        (re.sub(r"since=\w+", "since=another", url), True),
        (url.split("&since")[0], False),
    ):
        stream = await at_desk.client.get(since)
        seen = await stream.content.readuntil(b"\r\n\r\n")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(0.5):
                while f"event: person-{person}".encode() not in seen:
                    seen += await stream.content.readuntil(b"\r\n\r\n")
        stream.close()
        assert (f"event: person-{person}".encode() in seen) == missed, since
    again = re.search(r'sse-connect="([^"]+)"', await (await at_desk.client.get(f"/console/chats/{person}")).text())
    assert again
    stream = await at_desk.client.get(html.unescape(again[1]))
    await stream.content.readuntil(b"\r\n\r\n")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await stream.content.readuntil(b"\r\n\r\n")
    stream.close()


async def test_live_hints_reach_the_open_page_as_names_without_content(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    stream = await at_desk.client.get(f"/console/live?topics=inbox,person:{person}")
    assert b"event: alarms" in await stream.content.readuntil(b"\r\n\r\n")
    await home.hears("第二句悄悄话")
    seen = b""
    async with asyncio.timeout(5):
        while b"person-" not in seen or b"inbox" not in seen:
            seen += await stream.content.readuntil(b"\r\n\r\n")
    assert f"event: person-{person}".encode() in seen
    assert "悄悄话".encode() not in seen
    stream.close()
    for topics in ("person:1", "case:1", "secret"):
        assert (await at_desk.client.get(f"/console/live?topics={topics}")).status == 404


async def test_leaving_ends_the_session(at_desk: Desk) -> None:
    await at_desk.client.post("/console/logout", data={"csrf": at_desk.csrf}, headers=ROUTE)
    answer = await at_desk.client.get("/console/chats", allow_redirects=False)
    assert answer.status == 303


@pytest.mark.parametrize(
    ("path", "most"), [("/chats", 7), ("/chats/{person}", 16), ("/complaints", 6), ("/complaints/C261122-01", 15)]
)
async def test_a_page_asks_the_database_the_same_number_of_questions_however_much_there_is(
    at_desk: Desk, path: str, most: int
) -> None:
    home = at_desk.home
    counts = []
    for openids in (["daughter"], [f"p{n}" for n in range(12)]):
        for openid in openids:
            for words_said in ("我要投诉", "还有一句", "再一句"):
                await home.hears(words_said, openid)
        asked: list[str] = []

        def note(_c: object, _u: object, sql: str, *_more: object, to: list[str] = asked) -> None:
            to.append(sql)

        assert isinstance(home.database, SqliteDatabase)
        event.listen(home.database._reading, "before_cursor_execute", note)
        await at_desk.get(path.format(person=await home.person()))
        event.remove(home.database._reading, "before_cursor_execute", note)
        counts.append(len(asked))
    assert counts[0] == counts[1] <= most, counts


def test_words_of_the_console() -> None:
    assert [words.length(seconds) for seconds in (59, 1320, 7500, 7200, 400_000)] == [
        "0 分",
        "22 分",
        "2 时 5 分",
        "2 时",
        "4 天",
    ]
    assert words.masked("13800002107") == "138****2107"
    assert words.masked("8800") == "8800"
    assert [words.greeting(hour) for hour in (2, 8, 10, 13, 16, 22, 24)] == [
        "夜深了",
        "早上好",
        "上午好",
        "中午好",
        "下午好",
        "晚上好",
        "您好",
    ]


async def test_p5_the_whole_number_is_shown_on_request_and_written_down(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    person = await home.person()
    assert (await at_desk.post(f"/chats/{person}/phone")).status == 404

    def give(db: Unit) -> None:
        db.lock_persons(person)
        db.seal(db.get_one(tables.Person, person), "phone", "13800002107")

    await home.database.write(give)
    page = await at_desk.get(f"/chats/{person}")
    assert "138****2107" in page
    assert "13800002107" not in page
    assert (await at_desk.post(f"/chats/{person}/phone")).status == 422
    assert "tel:13800002107" in await (await at_desk.post(f"/chats/{person}/phone", reason="回电话")).text()
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'show_phone'") == 1


async def test_p2_a_nurse_sees_that_somebody_waits_and_no_word_of_a_case(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("我要投诉")
    await home.staff(Role.NURSE, "唐雨", "tang")
    await at_desk.client.post("/console/login", data={"login": "tang", "password": "long-enough"}, headers=ROUTE)
    page = await at_desk.get("/chats")
    assert "C261122-01" not in page
    assert "首次反馈" not in page
    assert "剩 " in page
    assert "没有投诉" not in await at_desk.get(f"/chats/{await home.person()}")


async def test_the_quota_line_follows_every_message(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("你好")
    await home.hears(events.Followed())
    person = await home.person()
    fresh = await at_desk.get(f"/chats/{person}/messages")
    assert 'id="quota" hx-swap-oob="true"' in fresh
    assert "还可发 <b>5</b> 条" in fresh
    assert "另有 3 条，1 分钟内" in fresh


async def test_p2_a_burst_of_guesses_counts_each(at_desk: Desk) -> None:
    at_desk.client.session.cookie_jar.clear()
    guesses = [{"login": "chen", "password": f"guess-{n}"} for n in range(8)] + [
        {"login": "chen", "password": "long-enough"}
    ]
    answers = await asyncio.gather(
        *(at_desk.client.post("/console/login", data=guess, headers=ROUTE, allow_redirects=False) for guess in guesses)
    )
    assert 303 not in [answer.status for answer in answers]
    await at_desk.home.staff(Role.NURSE, "唐雨", "tang")
    other = await at_desk.client.post(
        "/console/login", data={"login": "tang", "password": "long-enough"}, headers=ROUTE, allow_redirects=False
    )
    assert other.status == 303, "one person's wrong passwords lock that name, not the house"


@pytest.mark.parametrize("path", ["/chats/list?open=abc", "/chats/list?open=99999999999999999999"])
async def test_a_crooked_address_is_no_fault_of_ours(at_desk: Desk, path: str) -> None:
    assert await at_desk.get(path)


async def test_a_closing_house_lets_the_open_pages_go(at_desk: Desk) -> None:
    stream = await at_desk.client.get("/console/live?topics=inbox")
    await stream.content.readuntil(b"\r\n\r\n")
    started = asyncio.get_running_loop().time()
    await at_desk.client.server.close()
    assert asyncio.get_running_loop().time() - started < 3


async def test_q3_the_knowledge_page_lists_fills_saves_tries_and_teaches(at_desk: Desk) -> None:
    home = at_desk.home
    await home.hears("能不能开发票")
    page = await at_desk.get("/knowledge")
    assert "13/40 已填" in page
    assert "能不能开发票" in page
    assert "差 3 空" in await at_desk.get("/knowledge/faq-01")
    for name, value in (("床位费", "2,000 元"), ("护理费", "600 元"), ("餐费", "900 元")):
        drawn = re.search(
            rf'value="{name}"><input type="hidden" name="drawn" value="(\w+)"', await at_desk.get("/knowledge/faq-01")
        )
        assert drawn
        answer = await at_desk.post(
            "/knowledge/blanks", key="faq-01", name=name, value=value, until="2027-12-31", drawn=drawn[1]
        )
        assert answer.status == 200
        late = await at_desk.post("/knowledge/blanks", key="faq-01", name=name, value="别的", until="", drawn=drawn[1])
        assert late.status == 409
        assert f"把「{name}」填成了「{value}」" in await late.text()
    filled = await answer.text()
    assert "14/40 已填" in filled
    assert 'id="row-faq-01"' in filled
    assert "床位费2,000 元" in (await (await at_desk.post("/knowledge/try", text="怎么收费")).text()).replace("，", "")
    assert "前一定答复" in await (await at_desk.post("/knowledge/try", text="今天会不会下雨")).text()
    assert "没填，所以转人工" in await (await at_desk.post("/knowledge/try", text="有空床吗")).text()
    assert (await at_desk.post("/knowledge/try", text=" ")).status == 422
    saved = await at_desk.post(
        "/knowledge/new", question="能开发票吗？", answer="能，找前台。", asked="开发票", revision="0"
    )
    assert saved.headers["HX-Location"] == "/console/knowledge/own-1"
    assert (await at_desk.post("/knowledge/own-1", question="q", answer="a", asked="", revision="x")).status == 422
    assert (
        await at_desk.post("/knowledge/own-1", question="能开发票吗？", answer="能。", asked="开发票", revision="0")
    ).status == 409
    await at_desk.post("/knowledge/learn", key="own-1", phrase="能不能开发票")
    assert "能不能开发票</b>" not in await at_desk.get("/knowledge")
    await at_desk.post("/knowledge/own-1/switch", enabled="0")
    assert "已停用" in await at_desk.get("/knowledge/own-1")
    assert (await at_desk.post("/knowledge/own-1/restore", revision="1")).status == 409
    assert (await at_desk.post("/knowledge/own-1/restore", revision="3")).headers["HX-Location"] == "/console/knowledge"
    assert (await at_desk.client.get("/console/knowledge/own-1")).status == 404
    assert (await at_desk.post("/knowledge/blanks", key="faq-01", name="餐费", value="1", until="明天")).status == 422
    assert "自带的" in await at_desk.get("/knowledge?show=missing")
    assert "七天内没有到期的" in await at_desk.get("/knowledge?show=soon")
    assert "看看发票" in await at_desk.get("/knowledge/new?asked=看看发票")


async def test_q3_a_nurse_has_no_knowledge_page(at_desk: Desk) -> None:
    await at_desk.home.staff(Role.NURSE, "唐雨", "tang")
    at_desk.client.session.cookie_jar.clear()
    await at_desk.client.post(
        "/console/login", data={"login": "tang", "password": "long-enough", "to": ""}, headers=ROUTE
    )
    assert (await at_desk.client.get("/console/knowledge")).status == 404
    assert "知识库" not in await at_desk.get("/chats")


async def rings(desk: Desk, words: str = "我摔倒了") -> Alarm:
    board, now = desk.board, desk.home.clock()
    board.ring("daughter", f"k:{words}", triage(words), words, now)
    return board.seen_by(desk.who)[0]


async def test_e2_the_strip_is_shown_and_answered_without_the_database(
    at_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = at_desk.home
    alarm = await rings(at_desk)
    stream = await at_desk.client.get("/console/live?topics=inbox")
    first = await stream.content.readuntil(b"\r\n\r\n")
    assert "我摔倒了" in first.decode()
    assert "未入库" in first.decode()

    def gone(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(home.database, "read", gone)
    answer = await at_desk.post(f"/alarms/{alarm.ref}/go")
    assert "陈晓雯</b>" in await answer.text()
    assert "陈晓雯" in (await stream.content.readuntil(b"\r\n\r\n")).decode()
    stream.close()
    assert (await at_desk.client.get("/console/chats")).status == 500
    assert (await at_desk.post(f"/alarms/{alarm.ref}/arrive")).status == 422, (
        "a tap right after the change was meant for what stood there"
    )
    at_desk.home.clock.on(seconds=6)
    await at_desk.post(f"/alarms/{alarm.ref}/arrive")
    assert at_desk.board.seen_by(at_desk.who) == []
    assert (await at_desk.post(f"/alarms/{alarm.ref}/arrive")).status == 404


async def test_e2_what_was_said_on_the_strip_is_written_down_as_soon_as_the_message_is_there(at_desk: Desk) -> None:
    home = at_desk.home
    alarm = await rings(at_desk)
    await at_desk.post(f"/alarms/{alarm.ref}/go")
    await home.database.receive(replace(home.envelope(events.Text("我摔倒了")), heard=triage("我摔倒了")))
    for _ in range(40):
        await asyncio.sleep(0.05)
        if await home.one("SELECT going_by FROM alarm"):
            break
    assert await home.one("SELECT going_by FROM alarm") == at_desk.who.id


async def test_f4_downtime_is_told_until_somebody_takes_note(at_desk: Desk) -> None:
    home, now = at_desk.home, at_desk.home.clock()
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now))
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now + timedelta(minutes=10)))
    at_desk.board.downtimes = await home.database.read(lambda db: pulse.unseen(db, home.ids.home_id))
    assert "停机 16:00–16:10" in await at_desk.get("/chats")
    answer = await at_desk.post(f"/downtimes/{at_desk.board.downtimes[0].id}/seen")
    assert "停机" not in await answer.text()
    assert "停机" not in await at_desk.get("/alarms")
