"""家属 in the console: a sheet is printed, and a relative is confirmed or refused (F13)."""

import re

import pytest

from console.views import families_day, families_phones
from conversations.events import Followed, Scanned
from tests.console.browsers import Colleague, House, resident


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
    answer = await desk.post(f"/applications/{one}/confirm", {"scopes": "health", "way": "none", "proof": "card"})
    assert (answer.status, "健康情况要" in await answer.text()) == (422, True)
    answer = await desk.post(f"/applications/{one}/confirm", {"scopes": "daily", "way": "none", "proof": "card"})
    assert "1 位等您核对" in await answer.text()
    board = await (await desk.post(f"/applications/{two}/refuse", {"why": "电话没打通"})).text()
    assert "没有人在等" in board
    assert "没核实，答复过了（王桂兰家的）" in board
    assert "罗敏" in await desk.get(f"/residents/{number}/families/brief")


class Account:
    """An account that makes codes and marks phones, and writes down what it was asked."""

    def __init__(self) -> None:
        self.scenes: list[str] = []
        self.marked: list[tuple[str, int]] = []

    async def qr(self, scene: str, seconds: int) -> str:
        self.scenes.append(scene)
        return f"http://weixin.example/q/{seconds}"

    async def tag(self, name: str) -> int:
        return len(name)

    async def mark(self, openid: str, tag: int) -> None:
        self.marked.append((openid, tag))

    async def unmark(self, openid: str, tag: int) -> None:
        self.marked.remove((openid, tag))


async def test_f49_a_binding_day_from_a_print_of_a_floor_to_twenty_at_once(
    house: House, colleagues: dict[str, Colleague], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number, account = colleagues["chen"], await resident(house), Account()
    monkeypatch.setattr(families_day, "account", lambda _: account)
    for name, phone in (("李明", "13912346021"), ("李响", "13912346022")):
        form = {"name": name, "relation": "儿子", "phone": phone, "scopes": "daily", "way": "none"}
        assert (await desk.post(f"/residents/{number}/families", form)).status == 200
    paper = await (await desk.post("/binding/print", {"floor": "3"})).text()
    codes = re.findall(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", paper)
    assert [scene.removeprefix("bind:") for scene in account.scenes] == [code.replace("-", "") for code in codes]
    assert (len(codes), paper.count("<svg"), re.search(r"给\s+儿子 李响", paper) is not None) == (2, 2, True)
    assert "还没扫 2" in await desk.get("/binding?floor=3")
    assert (await colleagues["zhou"].post("/binding/print", {"floor": "3"})).status == 404
    assert "登记过的家属都绑好了" in await (await desk.post("/binding/print", {"floor": "2"})).text()
    assert "怎么称呼" not in await house.home.hears(Followed(account.scenes[0]), "phone1")
    assert "码对上了" in await house.home.hears(Scanned(account.scenes[1]), "phone2")
    for openid, name in (("phone1", "李明"), ("phone2", "李响")):
        await house.home.hears("儿子", openid)
        await house.home.hears(name, openid)
    await house.home.hears(Scanned(account.scenes[0]), "phone3")
    one, two = [str(row[0]) for row in await house.home.rows("SELECT id FROM application ORDER BY id")]
    board = await desk.get("/binding?floor=3")
    assert "2 位等您核对" in board
    assert "用过的单子又来一次" in board
    people = {row[1]: row[0] for row in await house.home.rows("SELECT person_id, position FROM kinship")}
    mine = re.findall(r'<option value="(\d+)"\s+selected>(李\w)（', board)
    assert [name for _, name in mine] == ["李明", "李响"]
    assert {int(number) for number, _ in mine} <= set(people.values())
    ticked = {"applications": [one, two], f"proof-{one}": "card", f"proof-{two}": "card", f"rang-{one}": "1"}
    ticked |= {f"person-{which}": number for which, (number, _) in zip((one, two), mine, strict=True)}
    answer = await (await desk.post("/binding/confirm", ticked)).text()
    assert "1 位绑好了" in answer
    assert "没当面打响" in answer
    assert (
        await house.home.one("SELECT count(*) FROM kinship WHERE person_id = ?", await house.home.person("phone1")) == 1
    )
    guest = await house.home.one("SELECT was FROM alias")
    async with desk.client.get(f"/console/chats/{guest}") as there:
        assert there.url.path == f"/console/chats/{await house.home.person('phone1')}"
    assert "说是王桂兰的儿子" in await desk.get(f"/binding/{two}")
    answer = await (await desk.post(f"/applications/{two}/confirm", {"phone_is": "elder"})).text()
    assert "绑好了" in answer
    assert account.marked == [("phone2", 2)]
    assert "撤回了" in await (await desk.post(f"/applications/{one}/undo", {})).text()
    assert "还没有勾" in await (await desk.post("/binding/confirm", {})).text()


async def test_f3_a_phone_of_two_stands_on_the_page_of_each_and_is_changed_there(
    house: House, colleagues: dict[str, Colleague], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, number, account = colleagues["chen"], await resident(house), Account()
    for view in (families_day, families_phones):
        monkeypatch.setattr(view, "account", lambda _: account)
    other = int(await house.home.one("SELECT id FROM resident WHERE id <> ? ORDER BY id", number))
    page = await (await desk.post(f"/residents/{number}/sheet", {})).text()
    found = re.search(r"<b>([0-9A-Z]{4}-[0-9A-Z]{4})</b>", page)
    assert found
    for words in (found[1], "本人", "王桂兰"):
        await house.home.hears(words, "both")
    asked = await house.home.one("SELECT id FROM application")
    assert f'<option value="{other}">' in await desk.get(f"/binding/{asked}")
    answer = await desk.post(f"/applications/{asked}/confirm", {"phone_is": "shared"})
    assert (answer.status, "请选另一位是谁" in await answer.text()) == (422, True)
    assert (
        await desk.post(f"/applications/{asked}/confirm", {"phone_is": "shared", "other": str(other)})
    ).status == 200
    assert account.marked == [("both", 2)]
    for one in (number, other):
        assert "两人共用" in await desk.get(f"/residents/{one}/phones")
    follower, place = (await house.home.rows("SELECT id, person_id FROM follower WHERE openid = 'both'"))[0]
    assert "两人共用：王桂兰、" in await desk.get(f"/chats/{place}")
    seen = await colleagues["zhou"].get(f"/residents/{number}/phones")
    assert ("两人共用" in seen, "改一下" in seen) == (True, False)
    at = f"/residents/{number}/phones/{follower}"
    assert (await colleagues["zhou"].post(at, {"phone_is": "elder"})).status == 404
    drawn = re.findall(r'name="drawn" value="([^"]*)"', await desk.get(f"/residents/{number}/phones"))[-1]
    changed = await (await desk.post(at, {"phone_is": "room", "drawn": drawn})).text()
    assert "手机上的菜单也换了" in changed
    assert "谁说话先问是谁" in changed
    assert account.marked == []
    again = await desk.post(at, {"phone_is": "elder", "drawn": drawn})
    assert (again.status, "改过这部手机" in await again.text()) == (409, True)
