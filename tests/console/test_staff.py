"""登录 and leaving: without a session every page leads to the log-in, which tells what is wrong (P2)."""

import asyncio

import pytest

from care.states import Role
from tests.console.browsers import ROUTE, Desk


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


async def test_leaving_ends_the_session(at_desk: Desk) -> None:
    await at_desk.client.post("/console/logout", data={"csrf": at_desk.csrf}, headers=ROUTE)
    answer = await at_desk.client.get("/console/chats", allow_redirects=False)
    assert answer.status == 303


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


async def test_n3_who_comes_by_an_address_that_is_not_encrypted_is_told_where_the_log_in_holds(at_desk: Desk) -> None:
    """The director set the address of the pages, and goes on by the one of the local net: browsers keep no log-in
    there.
    """
    jar, form = at_desk.client.session.cookie_jar, {"login": "chen", "password": "long-enough"}
    jar.clear()
    assert "密码是对的" not in await (await at_desk.client.get("/console/login")).text()
    at_desk.home.house.public_url = "https://jiashu.example.cn"
    page = await (await at_desk.client.post("/console/login", data=form, headers=ROUTE)).text()
    assert "密码是对的，但这个地址没有加密" in page
    assert "https://jiashu.example.cn/console/" in page
    at_desk.home.house.public_url = ""
    await at_desk.logs_in()
    await at_desk.client.post("/console/logout", data={"csrf": at_desk.csrf}, headers=ROUTE)
    assert "密码是对的" not in await (await at_desk.client.get("/console/login")).text()


async def test_n3_what_is_refused_in_the_first_start_is_said_on_the_page(at_desk: Desk) -> None:
    at_desk.client.session.cookie_jar.clear()
    await at_desk.home.staff(Role.DIRECTOR, "沈国平", "shen")
    form = {"login": "shen", "password": "long-enough"}
    await at_desk.client.post("/console/login", data=form, headers=ROUTE)
    for step in ("home", "account", "domain", "menu", "check"):
        page = await at_desk.get(f"/setup/{step}")
        assert page.count('id="problem"') == 1, step


async def test_n3_a_second_click_on_the_very_first_button_leads_to_the_door(at_desk: Desk) -> None:
    await at_desk.home.staff(Role.DIRECTOR, "沈国平", "shen")
    at_desk.client.session.cookie_jar.clear()
    form = {"code": "ABCD-EFGH", "name": "沈国平", "login": "shen", "password": "four plain words"}
    answer = await at_desk.client.post("/console/start", data=form, headers=ROUTE)
    assert (answer.status, answer.url.path) == (200, "/console/login")
