"""The first start and the settings of a home: who may open it, once; what is set holds on every process (N3)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from ipaddress import IPv4Address, IPv6Address

import msgspec
import pytest
from sqlalchemy import select, text

from care.errors import Invalid, JiashuError, NotFound
from care.states import Role
from services.access import Viewer
from services.setup import first_start, settings, steps
from services.setup.first_start import CodeDead, Opened, WrongCode
from services.setup.forms import Claim, SetAccount, SetDomain, SetHome
from services.setup.subject import announcement
from services.staff import staff
from services.subject import Running
from settings import Http, Settings
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest

OPEN = frozenset(
    {"home.name", "home.phone", "home.timezone", "http.public_url"}
    | {f"wechat.{key}" for key in ("app_id", "app_secret", "token", "encoding_aes_key", "mode")}
)
BASE = Settings(open=OPEN)
WRONG = "2222-2222"


def named(code: str, login: str = "shen") -> Claim:
    return Claim(code=code, name="沈国平", login=login, password="long-enough")


def _run(change: str, db: Unit) -> None:
    db.execute(text(change))


async def new_code(home: HomeUnderTest) -> str:
    code = await home.database.write(lambda db: first_start.new_code(db, home.ids.home_id, home.clock()))
    assert code
    return code


async def claim(home: HomeUnderTest, form: Claim) -> Opened | JiashuError:
    return await home.database.write(lambda db: first_start.claim(db, home.ids.home_id, form, home.clock()))


async def director(home: HomeUnderTest) -> Viewer:
    return await home.staff(Role.DIRECTOR, "沈国平", "shen")


@pytest.mark.parametrize(
    ("form", "why"),
    [
        ({"name": "\u200b"}, "请写姓名"),
        ({"name": "国" * 33}, "姓名太长了"),
        ({"login": "x" * 65}, "登录名用 2–32 个"),
        ({"login": "sh en"}, "登录名用 2–32 个"),
        ({"password": "12345678"}, "太容易猜到"),
        ({"password": "shenshen", "login": "shenshen"}, "太容易猜到"),
        ({"password": "four plain words " * 20}, "最多 256 位"),
    ],
)
async def test_n3_the_first_director_has_a_name_and_a_password_with_which_she_gets_in_again(
    home: HomeUnderTest, form: dict[str, str], why: str
) -> None:
    code = await new_code(home)
    with pytest.raises(Invalid) as refused:
        await claim(home, msgspec.structs.replace(named(code), **form))
    assert why in refused.value.sentence
    assert isinstance(await claim(home, named(code)), Opened)  # the code is as good as before


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://jiashu.example.cn/console/setup/domain", "https://jiashu.example.cn"),
        (" jiashu.example.cn/wechat\u200b", "https://jiashu.example.cn"),
        ("https://example.cn:8443/home/", "https://example.cn:8443/home"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
        ('https://evil.example/"><script>', ""),
        ("https://user:word@example.cn", ""),
        ("https://example.cn?q=1", ""),
        ("javascript:alert(1)", ""),
        ("https://", ""),
    ],
)
async def test_n3_the_address_of_the_pages_is_a_domain_whatever_was_copied(
    home: HomeUnderTest, typed: str, kept: str
) -> None:
    who, form = await director(home), SetDomain(public_url=typed)

    async def sets() -> str:
        await home.database.write(lambda db: steps.set_domain(db, who, BASE, form, home.clock()))
        return (await home.database.read(lambda db: settings.now(db, BASE, who.home_id))).http.public_url

    if kept:
        assert await sets() == kept
    else:
        with pytest.raises(Invalid):
            await sets()


async def test_n3_who_knows_the_code_is_the_first_director_and_nobody_is_the_second(home: HomeUnderTest) -> None:
    code = await new_code(home)
    wide = "".join(chr(ord(sign) + 0xFEE0) for sign in code[4:])  # as a Chinese keyboard writes it
    opened = await claim(home, named(f" {code[:4].lower()}-{wide} "))
    assert isinstance(opened, Opened)
    with pytest.raises(NotFound):
        await claim(home, named(code, "li"))
    assert await home.database.write(lambda db: first_start.new_code(db, home.ids.home_id, home.clock())) is None


async def test_n3_two_who_claim_at_once_are_one_director(home: HomeUnderTest) -> None:
    code = await new_code(home)
    ends = await asyncio.gather(*(claim(home, named(code, login)) for login in ("shen", "li")), return_exceptions=True)
    assert sorted(type(end).__name__ for end in ends) == ["NotFound", "Opened"]
    directors = select(tables.Staff.login).where(tables.Staff.role == "director")
    assert len(await home.database.read(lambda db: db.scalars(directors).all())) == 1


async def test_n3_five_wrong_tries_end_every_code_and_each_says_how_many_are_left(home: HomeUnderTest) -> None:
    codes = [await new_code(home), await new_code(home)]
    for left in (4, 3, 2, 1):
        wrong = await claim(home, named(WRONG))
        assert isinstance(wrong, WrongCode)
        assert f"还可以试 {left} 次" in wrong.sentence
    assert isinstance(await claim(home, named(WRONG)), CodeDead)
    for code in codes:
        assert isinstance(await claim(home, named(code)), CodeDead)
    assert isinstance(await claim(home, named(await new_code(home))), Opened), "the terminal gives another"


async def test_n3_a_code_is_worth_nothing_after_an_hour(home: HomeUnderTest) -> None:
    code = await new_code(home)
    home.clock.on(minutes=59, seconds=59)
    other = await new_code(home)
    home.clock.on(seconds=1)
    assert isinstance(await claim(home, named(code)), WrongCode)
    assert isinstance(await claim(home, named(other)), Opened)


async def test_n3_a_bad_password_costs_no_code_and_makes_nobody(home: HomeUnderTest) -> None:
    code = await new_code(home)
    with pytest.raises(Invalid, match="密码至少"):
        await claim(home, Claim(code=code, name="沈国平", login="shen", password="short"))
    assert isinstance(await claim(home, named(code)), Opened)


async def test_n3_a_director_who_left_or_changed_the_role_does_not_open_the_home_again(home: HomeUnderTest) -> None:
    who = await director(home)
    for change in ("UPDATE staff SET left_at = 1", "UPDATE staff SET role = 'nurse'", "DELETE FROM staff"):
        await home.database.write(partial(_run, change))
        assert await home.database.write(lambda db: first_start.new_code(db, home.ids.home_id, home.clock())) is None
        with pytest.raises(NotFound):
            await claim(home, named(WRONG))
    assert (await home.database.read(lambda db: settings.edition(db, who.home_id)))[1]


async def test_n3_the_code_stands_nowhere(home: HomeUnderTest) -> None:
    code = await new_code(home)
    rows = await home.database.read(lambda db: db.execute(select(tables.StartCode.digest)).scalars().all())
    assert rows
    assert all(code not in row for row in rows)


async def test_n3_what_is_set_holds_with_its_history_and_the_audit_says_which_not_what(home: HomeUnderTest) -> None:
    who = await director(home)
    before, _ = await home.database.read(lambda db: settings.edition(db, who.home_id))

    async def put(name: str) -> Settings:
        form = SetHome(name=name, phone="0571-88000101")
        await home.database.write(lambda db: steps.set_home(db, who, BASE, form, home.clock()))
        return await home.database.read(lambda db: settings.now(db, BASE, who.home_id))

    assert (await put("青禾颐养院")).home.name == "青禾颐养院"
    assert (await put("青禾颐养院")).home.phone == "0571-88000101"
    assert (await put("青禾颐养中心")).home.name == "青禾颐养中心"
    after, _ = await home.database.read(lambda db: settings.edition(db, who.home_id))
    assert after == before + 2, "what stays as it is is no new edition"
    kept = select(tables.Setting.revision).where(tables.Setting.key == "home.name").order_by(tables.Setting.revision)
    assert await home.database.read(lambda db: db.scalars(kept).all()) == [1, 2]
    told = select(tables.Audit).where(tables.Audit.action == "set_settings").order_by(tables.Audit.id)
    lines = await home.database.read(lambda db: [db.open(row, "detail") for row in db.scalars(told)])
    assert lines == ["home.name home.phone home.timezone", "home.name"]


async def test_n3_what_the_operator_fixed_stays_and_the_page_says_so(home: HomeUnderTest) -> None:
    who = await director(home)
    fixed = Settings(open=OPEN - {"home.name", "home.phone", "home.timezone"})
    with pytest.raises(Invalid, match="配置文件"):
        await home.database.write(
            lambda db: steps.set_home(db, who, fixed, SetHome(name="别的院", phone="1"), home.clock())
        )
    await home.database.write(lambda db: settings.put(db, who, {"home.phone": "0571-1111"}, home.clock()))
    found = await home.database.read(lambda db: settings.now(db, fixed, who.home_id))
    assert found.home.phone == fixed.home.phone


@pytest.mark.parametrize(
    ("form", "words"),
    [
        (SetAccount(app_id="wx1", app_secret="s"), "AppID"),
        (SetAccount(app_id="wx0123456789abcdef"), "AppSecret"),
        (SetAccount(app_id="wx0123456789abcdef", app_secret="s", token="!"), "Token"),
        (SetAccount(app_id="wx0123456789abcdef", app_secret="s", encoding_aes_key="short"), "43"),
    ],
)
async def test_n3_a_wrong_key_is_a_sentence_and_nothing_is_set(
    home: HomeUnderTest, form: SetAccount, words: str
) -> None:
    who = await director(home)
    with pytest.raises(Invalid, match=words):
        await home.database.write(lambda db: steps.set_account(db, who, BASE, form, home.clock()))
    assert await home.database.read(lambda db: settings.stored(db, who.home_id)) == {}


async def test_n3_the_account_gets_its_token_and_key_and_a_secret_that_is_left_empty_stays(
    home: HomeUnderTest,
) -> None:
    who = await director(home)

    async def put(**fields: str) -> Settings:
        form = SetAccount(app_id="wx0123456789abcdef", **fields)
        await home.database.write(lambda db: steps.set_account(db, who, BASE, form, home.clock()))
        return await home.database.read(lambda db: settings.now(db, BASE, who.home_id))

    first = (await put(app_secret="secret-one")).wechat
    assert (len(first.token), len(first.encoding_aes_key), first.app_secret) == (16, 43, "secret-one")
    assert (await put()).wechat == first
    assert (await put(app_secret="secret-two")).wechat.token == first.token
    rows = await home.database.read(lambda db: db.execute(select(tables.Setting.value)).scalars().all())
    assert not any(b"secret-" in row for row in rows if row)


async def test_n3_half_an_account_is_none(home: HomeUnderTest) -> None:
    who = await director(home)
    await home.database.write(lambda db: settings.put(db, who, {"wechat.app_id": "wx0123456789abcdef"}, home.clock()))
    found = await home.database.read(lambda db: settings.now(db, BASE, who.home_id))
    assert found.wechat == BASE.wechat


async def test_n3_the_platforms_greeting_counts_for_the_keys_it_came_with(home: HomeUnderTest) -> None:
    who = await director(home)
    form = SetAccount(app_id="wx0123456789abcdef", app_secret="s")
    await home.database.write(lambda db: steps.set_account(db, who, BASE, form, home.clock()))
    await home.database.write(lambda db: steps.saw_greeting(db, who.home_id, BASE, home.clock()))
    found = await home.database.read(lambda db: steps.state(db, who, BASE))
    assert found.greeted
    assert who.name in str(found), "who directs this home"
    other = SetAccount(app_id="wx0123456789abcdef", token="another")
    await home.database.write(lambda db: steps.set_account(db, who, BASE, other, home.clock()))
    assert not (await home.database.read(lambda db: steps.state(db, who, BASE))).greeted


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("MP_verify.txt", b"A1"),
        ("MP_verify_A1.txt", b"<b>"),
        ("MP_verify_A1.txt", b"x" * 65),
        ("../MP_verify_A1.txt", b"A1"),
    ],
)
async def test_n3_only_the_platforms_own_file_is_served(home: HomeUnderTest, name: str, data: bytes) -> None:
    who = await director(home)
    with pytest.raises(Invalid, match="MP_verify_"):
        await home.database.write(lambda db: steps.keep_proof(db, who, name, data, home.clock()))
    await home.database.write(lambda db: steps.keep_proof(db, who, "MP_verify_A1.txt", b"A1\n", home.clock()))
    assert (await home.database.read(lambda db: steps.state(db, who, BASE))).proof == "MP_verify_A1.txt A1"


async def test_n3_pages_that_families_open_are_encrypted(home: HomeUnderTest) -> None:
    who = await director(home)
    with pytest.raises(Invalid, match="https://"):
        await home.database.write(
            lambda db: steps.set_domain(db, who, BASE, SetDomain(public_url="http://a.example.cn"), home.clock())
        )
    await home.database.write(
        lambda db: steps.set_domain(db, who, BASE, SetDomain(public_url="jiashu.example.cn/"), home.clock())
    )
    found = await home.database.read(lambda db: settings.now(db, BASE, who.home_id))
    assert found.http.public_url == "https://jiashu.example.cn"


async def test_n3_a_nurse_finds_no_first_start(home: HomeUnderTest) -> None:
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    with pytest.raises(NotFound):
        await home.database.read(lambda db: steps.state(db, nurse, BASE))
    with pytest.raises(NotFound):
        await home.database.write(
            lambda db: steps.set_home(db, nurse, BASE, SetHome(name="x", phone="1"), home.clock())
        )


async def test_n3_a_director_made_by_a_command_ends_the_code(home: HomeUnderTest) -> None:
    code = await new_code(home)
    number, now = home.ids.home_id, home.clock()
    await home.database.write(
        lambda db: staff.add(db, number, "li", "李主任", Role.DIRECTOR, "long-enough", now + timedelta(0))
    )
    with pytest.raises(NotFound):
        await claim(home, named(code))


@pytest.mark.parametrize(
    ("host", "place"),
    [(str(IPv4Address(0)), "127.0.0.1"), (f"[{IPv6Address(0)}]", "127.0.0.1"), ("10.0.0.5", "10.0.0.5")],
)
async def test_n3_the_address_of_the_first_start_can_be_opened(home: HomeUnderTest, host: str, place: str) -> None:
    found = replace(home.settings, http=Http(host=host, port=8080))
    shown = announcement(Running(home.database, home.house, home.ids.home_id, found), "ABCD2345")
    assert f"  http://{place}:8080/console/start#ABCD-2345" in shown
