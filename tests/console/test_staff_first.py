"""The first log-in: a password of one's own, the pledge, codes; no page and no act before (P6); and 我的账号."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from aiohttp import ClientSession

from care.states import Role
from services.staff import codes, colleagues, sessions, staff
from services.staff.forms import AddColleague
from storage import tables
from tests.console.browsers import ROUTE, Colleague, House

NEW = "four plain words"


class Newcomer:
    """Somebody who was added a moment ago, at a browser of her own."""

    def __init__(self, house: House, client: ClientSession, login: str, password: str) -> None:
        self.house, self.client, self.login, self.password = house, client, login, password

    async def logs_in(self, password: str = "") -> str:
        data = {"login": self.login, "password": password or self.password}
        answer = await self.client.post("/console/login", data=data, headers=ROUTE)
        return str(answer.url.path)

    async def get(self, path: str) -> tuple[str, str]:
        answer = await self.client.get(f"/console{path}")
        return str(answer.url.path), await answer.text()

    async def sends(self, path: str, **fields: str) -> tuple[str, str]:
        _, page = await self.get(path)
        token = re.search(r'name="csrf" value="([^"]+)"', page)
        assert token, page[:400]
        answer = await self.client.post(f"/console{path}", data=fields | {"csrf": token[1]}, headers=ROUTE)
        return str(answer.url.path), await answer.text()

    async def settles(self, *, later: bool = True) -> None:
        await self.logs_in()
        await self.sends("/first/password", password=NEW, again=NEW)
        path, _ = await self.sends("/first/pledge")
        if later and path == "/console/first/codes":
            await self.sends("/first/codes", later="1")


async def newcomer(house: House, client: ClientSession, role: str = "护士", login: str = "tang") -> Newcomer:
    home = house.home
    director = await home.staff(Role.DIRECTOR, f"沈国平{login}", f"shen-{login}")
    form = AddColleague(name=f"唐雨{login}", login=login, role=role)
    _, password = await home.database.write(lambda db: colleagues.add(db, director, form, home.clock()))
    return Newcomer(house, client, login, password)


@pytest.fixture
async def tang(house: House) -> AsyncIterator[Newcomer]:
    async with house.browser() as client:
        yield await newcomer(house, client)


async def test_p6_until_the_password_is_her_own_and_the_pledge_is_given_no_page_opens_and_no_act_counts(
    tang: Newcomer,
) -> None:
    assert await tang.logs_in() == "/console/first/password"
    for path in ("/today", "/chats", "/residents", "/me", "/first/pledge", "/live?topics=inbox"):
        assert (await tang.get(path))[0] == "/console/first/password", path
    answer = await tang.client.post("/console/alarms/x/go", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"].startswith("/console/first/password")
    for password, again, why in (
        (NEW, "another", "两次写的不一样"),
        ("short", "short", "至少 8 位"),
        ("aaaaaaaaa", "aaaaaaaaa", "太容易猜到"),
        (tang.password, tang.password, "发给您的那一个"),
    ):
        path, page = await tang.sends("/first/password", password=password, again=again)
        assert why in page, password
        assert path == "/console/first/password"
    path, page = await tang.sends("/first/password", password=NEW, again=NEW, to="/console/letters")
    assert path == "/console/first/pledge"
    assert "不拍屏幕" in page
    assert "不用来排名" in page, "F44: what is kept of her is told with the pledge"
    assert (await tang.get("/today"))[0] == "/console/first/pledge"
    assert (await tang.sends("/first/pledge", to="/console/letters"))[0] == "/console/letters"
    assert (await tang.get("/first/pledge"))[0] == "/console/today", "what is done is done"
    home = tang.house.home
    assert await home.one("SELECT pledge FROM staff WHERE login = 'tang'") == "v1"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'pledge'") == 1


async def test_p6_the_pledge_is_asked_again_after_a_year_and_never_in_the_middle_of_a_shift(tang: Newcomer) -> None:
    await tang.settles()
    clock = tang.house.home.clock
    pledged = clock()
    clock.on(days=364, hours=13)
    assert await tang.logs_in(NEW) == "/console/first/pledge", "it would run out within this shift"
    _, page = await tang.get("/first/pledge")
    assert "上次承诺是" in page
    await tang.sends("/first/pledge")
    assert (await tang.get("/today"))[0] == "/console/today"
    assert clock() - pledged < timedelta(days=365)


async def test_n3_codes_are_led_to_put_off_for_a_week_and_then_asked_for(house: House) -> None:
    async with house.browser() as client:
        lead = await newcomer(house, client, "主管", "he")
        await lead.logs_in()
        await lead.sends("/first/password", password=NEW, again=NEW)
        path, _ = await lead.sends("/first/pledge")
        assert path == "/console/first/codes"
        assert (await lead.get("/today"))[0] == "/console/first/codes"
        assert (await lead.sends("/first/codes", later="1"))[0] == "/console/today"
        _, page = await lead.get("/today")
        assert "登录验证码还没设" in page, "a red line says until when"
        house.home.clock.on(days=6)
        assert await lead.logs_in(NEW) == "/console/today"
        house.home.clock.on(days=2)
        assert await lead.logs_in(NEW) == "/console/first/codes"
        path, page = await lead.get("/first/codes")
        assert "以后再设" not in page
        _, page = await lead.sends("/first/codes", later="1")
        assert "已经过了 7 天" in page


async def test_n3_a_code_is_good_once_and_a_recovery_code_as_well(house: House) -> None:
    async with house.browser() as client:
        lead = await newcomer(house, client, "主管", "he")
        await lead.logs_in()
        await lead.sends("/first/password", password=NEW, again=NEW)
        await lead.sends("/first/pledge")
        _, page = await lead.get("/first/codes")
        secret = re.search(r'name="secret" value="(\w+)"', page)
        assert secret
        assert "<svg" in page
        totp, clock = pyotp.TOTP(secret[1]), house.home.clock
        _, page = await lead.sends("/first/codes", secret=secret[1], code="000000")
        assert "这个码不对" in page
        assert secret[1] in page, "the same picture stays"
        _, page = await lead.sends("/first/codes", secret=secret[1], code=totp.at(clock()))
        recovery = re.findall(r"<code>(\w{4}-\w{4})</code>", page)
        assert len(recovery) == 10
        kept = b"".join(bytes(row[0]) for row in await house.home.rows("SELECT totp FROM staff WHERE login = 'he'"))
        assert secret[1].encode() not in kept
        assert await lead.logs_in(NEW) == "/console/login/code"
        assert (await lead.get("/today"))[0] == "/console/login/code"
        _, page = await lead.sends("/login/code", code=totp.at(clock()))
        assert "每个码只能用一次" in page, "the code of the setup is used up"
        clock.on(seconds=40)
        assert (await lead.sends("/login/code", code=totp.at(clock())))[0] == "/console/today"
        for again, path in ((recovery[0].upper(), "/console/today"), (recovery[0], "/console/login/code")):
            await lead.logs_in(NEW)
            assert (await lead.sends("/login/code", code=again))[0] == path
        assert await house.home.one("SELECT count(*) FROM recovery_code WHERE used_at IS NULL") == 9


async def test_n3_five_wrong_codes_end_the_log_in_and_are_told_to_the_lead(house: House) -> None:
    async with house.browser() as client:
        lead = await newcomer(house, client, "主管", "he")
        await lead.settles()
        await _codes_on(house, "he")
        assert await lead.logs_in(NEW) == "/console/login/code"
        for left in (4, 3, 2, 1):
            assert f"还可以试 {left} 次" in (await lead.sends("/login/code", code="123456"))[1]
        _, page = await lead.sends("/login/code", code="123456")
        assert "15 分钟后再试" in page
        assert (await lead.get("/today"))[0] == "/console/login"
        assert await lead.logs_in(NEW) == "/console/login/code"
        assert "15 分钟后再试" in (await lead.sends("/login/code", code="123456"))[1]
        locks = await house.home.database.read(lambda db: staff.locks(db, house.home.ids.home_id, house.home.clock()))
        assert [lock.name for lock in locks] == ["唐雨he"]


async def _codes_on(house: House, login: str) -> str:
    home, secret = house.home, codes.new_secret()

    def work(db: Any) -> None:
        row = db.get_one(tables.Staff, staff.find(db, login)[0])  # type: ignore[index]
        db.seal(row, "totp", secret)
        row.totp_at = home.clock()

    await home.database.write(work)
    return secret


async def test_p2_who_is_not_there_for_half_an_hour_is_out_and_streams_keep_nobody_in(house: House) -> None:
    await house.home.staff(Role.NURSE, "唐雨", "tang")
    async with house.browser("tang") as client:
        clock = house.home.clock
        polls = {"HX-Request": "true"}
        for minutes in (9, 18, 27):
            clock.on(minutes=9)
            async with client.get("/console/counts", headers=polls | {"X-Idle": str(minutes * 60)}) as answer:
                assert answer.status == 200
                assert "HX-Redirect" not in answer.headers
        clock.on(minutes=4)
        answer = await client.get("/console/today")
        assert answer.url.path == "/console/login"
        assert "很久没有动" in await answer.text()
    async with house.browser("tang") as client:
        for _ in range(5):
            clock.on(minutes=20)
            token = re.search(r'"X-CSRF": "([^"]+)"', await (await client.get("/console/today")).text())
            assert token, "who works stays in"
            clock.on(minutes=20)
            answer = await client.post("/console/active", headers={"X-CSRF": token[1]})
            assert answer.status == 204, "who types as well"


async def test_n3_on_my_account_the_password_is_asked_before_anything_changes(house: House) -> None:
    await house.home.staff(Role.NURSE, "唐雨", "tang")
    async with house.browser("tang") as client, house.browser("tang") as elsewhere:
        me = Colleague(client, house)
        page = await me.get("/me")
        assert "登录着的地方 2" in page
        house.home.clock.on(minutes=11)
        await elsewhere.get("/console/today")
        answer = await me.post("/me/pin", {"pin": "274916"})
        assert "再输一次密码" in await answer.text()
        assert answer.status == 422
        assert (await me.post("/me/prove", {"password": "wrong"})).status == 401
        assert (await me.post("/me/prove", {"password": "long-enough"})).status == 200
        for pin in ("12345", "123456", "777777", "abcdef"):
            assert (await me.post("/me/pin", {"pin": pin})).status == 422, pin
        assert "值班台密码设好了" in await (await me.post("/me/pin", {"pin": "274916"})).text()
        assert "274916" not in str(await house.home.rows("SELECT pin FROM staff"))
        wrong = {"old": "wrong", "password": NEW, "again": NEW}
        assert (await me.post("/me/password", wrong)).status == 401
        assert "别处的登录都退出了" in await (await me.post("/me/password", wrong | {"old": "long-enough"})).text()
        answer = await elsewhere.get("/console/today")
        assert "请用新密码登录" in await answer.text()
        page = await (await me.post("/me/codes/begin")).text()
        secret = re.search(r'name="secret" value="(\w+)"', page)
        assert secret
        code = pyotp.TOTP(secret[1]).at(house.home.clock())
        page = await (await me.post("/me/codes", {"secret": secret[1], "code": code})).text()
        assert len(re.findall(r"<code>(\w{4}-\w{4})</code>", page)) == 10
        page = await (await me.post("/me/codes/recovery")).text()
        assert len(re.findall(r"<code>(\w{4}-\w{4})</code>", page)) == 10
        assert "验证码关掉了" in await (await me.post("/me/codes/off")).text()
        assert (await me.post("/me/codes/recovery")).status == 422


async def test_n3_one_of_my_log_ins_or_all_others_end(house: House) -> None:
    who = await house.home.staff(Role.NURSE, "唐雨", "tang")
    other = await house.home.staff(Role.NURSE, "罗建华", "luo")
    async with house.browser("tang") as client, house.browser("tang") as lost, house.browser("luo") as luo:
        me = Colleague(client, house)
        rows = await house.home.rows("SELECT id FROM staff_session WHERE staff_id = ? ORDER BY created_at, id", who.id)
        mine, theirs = rows[0][0], rows[1][0]
        foreign = await house.home.one("SELECT id FROM staff_session WHERE staff_id = ?", other.id)
        assert (await me.post(f"/me/sessions/{foreign}/end")).status == 404
        assert (await me.post(f"/me/sessions/{mine}/end")).status == 422
        assert (await me.post(f"/me/sessions/{theirs}/end")).status == 200
        assert (await lost.get("/console/today")).url.path == "/console/login"
        assert (await luo.get("/console/today")).url.path == "/console/today"
    async with house.browser("tang") as client, house.browser("tang") as lost:
        assert (await Colleague(client, house).post("/me/sessions/end")).status == 200
        assert "被退出了" in await (await lost.get("/console/today")).text()


def test_p2_a_session_owes_one_thing_at_a_time() -> None:
    assert not sessions.Owes.NOTHING
    assert [bool(one) for one in sessions.Owes] == [False, True, True, True, True]


async def test_n3_papers_and_codes_say_the_name_and_the_address_that_were_set_in_the_console(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    named: list[str] = []
    real = codes.address_of

    def told(secret: str, login: str, home: str) -> str:
        named.append(home)
        return real(secret, login, home)

    monkeypatch.setattr(codes, "address_of", told)
    await house.home.staff(Role.DIRECTOR, "沈国平", "shen")
    async with house.browser("shen") as client:
        shen = Colleague(client, house)
        house.home.house.public_url = "https://jiashu.example.cn/"
        house.home.house.home = replace(house.home.house.home, name="青禾颐养院二部")
        await shen.get("/staff/new")
        added = await shen.post("/staff/new", {"name": "唐雨", "login": "tangyu", "role": "nurse"})
        assert "https://jiashu.example.cn/console/" in await added.text()
        await shen.post("/me/prove", {"password": "long-enough"})
        assert (await shen.post("/me/codes/begin")).status == 200
    assert named == ["青禾颐养院二部"]
