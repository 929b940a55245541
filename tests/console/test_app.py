"""What holds on every page of the console: forms of other sites, headers, errors as sentences, the number of
questions to the database.
"""

import pytest
from sqlalchemy import event

from console import words
from storage.sqlite import SqliteDatabase
from tests.console.browsers import Desk


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


@pytest.mark.parametrize(
    ("path", "most"),
    [("/chats", 7), ("/chats/{person}", 22), ("/complaints", 8), ("/complaints/C261122-01", 17)],
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


@pytest.mark.parametrize("path", ["/chats/list?open=abc", "/chats/list?open=99999999999999999999"])
async def test_a_crooked_address_is_no_fault_of_ours(at_desk: Desk, path: str) -> None:
    assert await at_desk.get(path)
