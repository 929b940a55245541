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
