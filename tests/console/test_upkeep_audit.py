"""审计: what it tells of looks, log-ins and notes, in words that can be read (P5, S4, C-11)."""

import re
from typing import Final

from care.states import Role
from console.routes import Anybody
from console.words import subject
from services.access import HANDLERS, page_at
from services.subject import gathered
from services.upkeep import audit_looks
from tests.conftest import HomeUnderTest
from tests.console.browsers import Desk, House
from tests.console.front import HERS, RIGHT, WRONG, Front, front, quick
from tests.console.test_routes import served
from tests.frozen import words as frozen

__all__ = ["front", "quick"]
CHINESE: Final = re.compile(r"[一-鿿]")


async def told(home: HomeUnderTest) -> list[tuple[str, str, str]]:
    """Everything that is written by now: who, what, to what."""
    await audit_looks.write_down(home.database, home.clock())
    rows = await home.rows("SELECT actor, action, subject FROM audit ORDER BY id")
    return [(who, action, what) for who, action, what in rows]


async def test_fault_s4_who_reads_the_audit_is_itself_in_the_audit(house: House) -> None:
    auditor = await house.home.staff(Role.AUDITOR, "马文静", "ma")
    async with house.browser("ma") as client:
        assert "审计" in await (await client.get("/console/audit")).text()
        assert (f"staff:{auditor.id}", "view", "page:/audit") in await told(house.home)
        assert "页面 审计" in await (await client.get("/console/audit")).text()


async def test_fault_s4_messages_a_case_body_and_a_list_are_told_and_a_refused_page_is_not(house: House) -> None:
    desk, carer = await house.home.staff(), await house.home.staff(Role.CARER, "周敏", "zhou", "3")
    await house.home.hears("我要投诉饭菜", "kin3")
    person, case = await house.home.person("kin3"), await house.home.one("SELECT id FROM complaint")
    async with house.browser("chen") as client:
        for path in (f"/chats/{person}/messages", f"/complaints/{case}/body", "/residents"):
            assert (await client.get(f"/console{path}")).status == 200
    async with house.browser("zhou") as client:
        assert (await client.get("/console/complaints")).status == 404
        assert (await client.get(f"/console/complaints/{case}")).status == 404
    looks = [(who, what) for who, action, what in await told(house.home) if action == "view"]
    for what in (f"person:{person}", f"case:{case}", "page:/residents"):
        assert (f"staff:{desk.id}", what) in looks
    assert {what for who, what in looks if who == f"staff:{carer.id}"} <= {"page:/today", "page:/chats"}


async def test_fault_s4_every_address_that_shows_a_list_leaves_a_look(house: House) -> None:
    """Each GET without an object in it, those of later subjects too; what names an object is noted by its door."""
    await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    known, silent = 0, []
    async with house.browser("shen") as client:
        for method, path, may in served(house):
            if method != "GET" or isinstance(may, Anybody) or may is None or re.search(r"/1(?=/|$)", path):
                continue
            house.home.clock.on(minutes=11)
            before = len(await told(house.home))
            async with client.get(path, allow_redirects=False) as answer:
                if answer.status == 200:
                    known += 1
                    new = (await told(house.home))[before:]
                    silent += [] if any(action == "view" for _, action, _ in new) else [path]
    assert silent == []
    assert known > 50


async def test_fault_s4_wrong_passwords_and_log_outs_are_rows_and_no_typed_name_is_kept(front: Front) -> None:
    for left in (4, 3):
        assert f"还可以试 {left} 次" in (await front.tries("tang", WRONG))[1]
    for name in ("root", "admin", "mein-geheimes-passwort"):
        await front.tries(name, WRONG, HERS)
    await front.enters("shen")
    failed = [(who, what) for who, action, what in await told(front.home) if action == "log_in_failed"]
    assert failed == [*[("machine", f"staff:{front.nurse.id}")] * 2, ("machine", "login:")]
    async with front.http.post(
        front.server.make_url("/console/login"), data={"login": "shen", "password": RIGHT}, allow_redirects=False
    ) as answer:
        cookie = {"Cookie": f"jiashu={answer.cookies['jiashu'].value}"}
    async with front.http.get(front.server.make_url("/console/audit?show=log_in"), headers=cookie) as answer:
        page = await answer.text()
    for words in ("登录没成功", "还可以试 3 次", "没有这个登录名", HERS):
        assert words in page
    assert "mein-geheimes" not in page
    token = re.search(r'"X-CSRF": "([^"]+)"', page)
    assert token
    async with front.http.post(
        front.server.make_url("/console/logout"), headers=cookie | {"X-CSRF": token[1]}
    ) as answer:
        assert answer.status == 200
    assert ("staff:" + str(front.director.id), "log_out", f"staff:{front.director.id}") in await told(front.home)


async def test_fault_c11_a_note_in_a_case_is_a_row(at_desk: Desk) -> None:
    await at_desk.home.hears("我要投诉饭菜")
    case = await at_desk.home.one("SELECT id FROM complaint")
    assert (await at_desk.post(f"/complaints/{case}/note", text="问过厨房")).status == 200
    assert (f"staff:{at_desk.who.id}", "note", f"case:{case}") in await told(at_desk.home)


def test_fault_c11_every_act_that_the_code_writes_and_what_it_is_done_to_has_a_chinese_word() -> None:
    actions, things = gathered(lambda one: one.actions), gathered(lambda one: one.things)
    stored = frozen.stored()
    assert {act for act in stored["audit"] if not CHINESE.search(actions.get(act, ""))} == set()
    kinds = {kind for kind in stored["subjects"] if "{" not in kind} | _looked_at()
    assert {kind for kind in kinds if not CHINESE.search(things.get(kind, ""))} == set()
    assert "add_evidence" in stored["audit"] & set(actions), "the words are found in the code at all"


def _looked_at() -> set[str]:
    """What doors note, by the text of the code."""
    found = set[str]()
    for file in frozen._files():
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'looks\(db, viewer, "(\w+)"', text))
        for call in re.findall(r"\b(?:db\.look|Look)\((.{,160})", text, re.DOTALL):
            found |= set(re.findall(r'"(\w+):', call))
    assert {"person", "case", "letter", "media", "search", "page", "login"} <= found
    return found


def test_fault_c11_subjects_can_be_read() -> None:
    assert subject("search:2.0.13") == "搜索：2 人、0 件投诉、13 条消息"
    assert subject("search:") == "搜索"
    assert subject("page:/audit") == "页面 审计"
    assert subject("page:/gone") == "页面 /gone"
    assert subject("case:C1122-01") == "投诉 C1122-01"
    page = page_at("/complaints")
    assert page is not None
    assert page.may == HANDLERS
