"""SMS against the stand-in company on loopback: what is asked, what its answers mean, reports and answers (V3, F15)."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as some

from bot import aliyun, texter
from bot.sms_sender import SmsReports, SmsSender
from bot.texter import reports
from care.states import SmsKind, SmsState
from services.outgoing import sending
from services.ports import NoTexter, SmsReply, SmsReport, Texted
from settings import Sms
from simulator.codec import Keys
from simulator.sms import SmsCompany
from simulator.telephone_gateway import Gateway
from simulator.world import World
from tests.bot.logged import actions
from tests.conftest import HomeUnderTest
from tests.services.replies import reply
from tests.services.texts import LI, NUMBER, Texts, furnished

ROOT = Path(__file__).parents[2]
SECRET = "a-secret-end-of-the-address"
SET = Sms(provider="aliyun", key_id="LTAI", key_secret="no", sign="青禾颐养院", words_text="SMS_1", call_text="SMS_2")
WORDS = {"matter": "您反映的事有了处理结果", "code": "aB3dE6gH9k"}


@dataclass
class Line:
    """An account of the company, a sender of ours, and where the reports arrive."""

    company: SmsCompany
    aliyun: texter.Aliyun
    sender: SmsSender
    texts: Texts
    http: aiohttp.ClientSession
    base: str

    async def send(self, number: str = NUMBER, kind: SmsKind = SmsKind.WORDS, own: str = "7", **words: str) -> Texted:
        return await self.aliyun.send(number, kind, words or WORDS, own)

    async def until(self, state: str) -> None:
        async with asyncio.timeout(10):
            while True:
                if await self.texts.home.one("SELECT state FROM sms") == state:
                    return
                await asyncio.sleep(0.01)


@pytest.fixture
async def line(home: HomeUnderTest) -> AsyncIterator[Line]:
    world = World(Keys("wx0123456789abcdef", "s", "t", "a" * 43, "plain"), ROOT / "bot" / "sample" / "home.toml", "")
    texts, ours, theirs = await furnished(home), web.Application(), web.Application()
    async with aiohttp.ClientSession() as http, aiohttp.ClientSession() as calling:
        sending: list[SmsSender] = []

        async def report(request: web.Request) -> web.Response:
            return await SmsReports(SECRET, sending[0]).post(request)

        ours.router.add_post("/sms/{secret}", report)
        async with TestServer(ours) as told:
            gateway = Gateway(world, SET.key_id, SET.key_secret)
            receipts = str(told.make_url(f"/sms/{SECRET}"))
            company = SmsCompany(
                world, calling, gateway, receipts=receipts, base="https://home.example", seconds=0.01, holds=0.3
            )
            company.routes(theirs.router)
            async with TestServer(theirs) as server:
                found = texter.Aliyun(replace(SET, url=f"http://127.0.0.1:{server.port}/sms"), http, within=2.0)
                sending.append(SmsSender(home.database, found, home.ids.home_id, home.clock))
                yield Line(company, found, sending[0], texts, http, str(told.make_url("")))
            await company.close()


async def test_v3_an_sms_arrives_with_the_approved_text_and_says_nothing_more(line: Line) -> None:
    texted = await line.send()
    assert (texted.state, bool(texted.ref)) == (SmsState.HANDED, True)
    (text,) = line.company.texts
    assert text.text == (
        "【青禾颐养院】您反映的事有了处理结果。24 小时内点 https://home.example/p/s/aB3dE6gH9k 看，"
        "看时要填本机号码后四位。拒收请回复R"
    )
    assert (await line.send(kind=SmsKind.CALL, name="陈晓雯")).state is SmsState.HANDED
    assert line.company.texts[-1].text == "【青禾颐养院】我们打过您的电话。请回电院里，找陈晓雯。"


@pytest.mark.parametrize("code", sorted(set(texter.TABLE) - {aliyun.PRACTICE, aliyun.NO_ANSWER, aliyun.NO_CONNECTION}))
def test_v3_each_documented_refusal_tells_the_staff_what_it_is(code: str) -> None:
    found = texter.meaning(code)
    assert found.state in {SmsState.FAILED, SmsState.ORDERED}
    assert re.search(r"[一-龥]{4}", found.why)
    assert found.code == code


def test_v3_an_unknown_code_fails_and_one_of_no_company_names_the_setting() -> None:
    assert (texter.meaning("isv.NEW").state, texter.meaning("isv.NEW").account) == (SmsState.FAILED, False)
    assert "isv.NEW" in texter.meaning("isv.NEW").why
    assert "[sms] url" in texter.meaning("http-404").why


@pytest.mark.parametrize(
    ("does", "state", "account"),
    [
        ("throttled", SmsState.FAILED, False),
        ("refuses", SmsState.FAILED, False),
        ("hangs", SmsState.HANDED, False),
    ],
)
async def test_v3_what_a_number_does_is_told(line: Line, does: str, state: SmsState, account: bool) -> None:
    line.company.does[NUMBER] = does
    texted = await line.send()
    assert (texted.state, texted.account) == (state, account)


async def test_v3_a_company_that_hangs_may_have_sent_it(line: Line) -> None:
    line.company.does[NUMBER] = "hangs"
    line.company.holds = 5.0
    quick = texter.Aliyun(line.aliyun._settings, line.http, within=0.2)
    assert (await quick.send(NUMBER, SmsKind.WORDS, WORDS, "7")).state is SmsState.UNKNOWN
    assert len(line.company.texts) == 1


async def test_v3_nobody_there_was_not_heard_and_none_set_refuses(line: Line) -> None:
    nobody = texter.Aliyun(replace(SET, url="http://127.0.0.1:1"), line.http)
    assert (await nobody.send(NUMBER, SmsKind.WORDS, WORDS, "7")).state is SmsState.ORDERED
    none = texter.of(Sms(), line.http)
    assert isinstance(none, NoTexter)
    assert (await none.send(NUMBER, SmsKind.WORDS, WORDS, "7")).state is SmsState.FAILED
    assert texter.of(SET, line.http).connected


async def test_v3_a_wrong_key_or_a_word_too_many_is_a_refusal_of_the_account(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = texter.Aliyun(replace(line.aliyun._settings, key_secret="other"), line.http)
    texted = await wrong.send(NUMBER, SmsKind.WORDS, WORDS, "7")
    assert (texted.code, texted.account) == ("SignatureDoesNotMatch", True)
    assert (await line.send(matter="很" * 36, code="x")).code == "isv.PARAM_LENGTH_LIMIT"
    assert (await line.send(matter="很")).code == "isv.TEMPLATE_MISSING_PARAMETERS"
    assert (await line.send(number="057188000101")).code == "isv.MOBILE_NUMBER_ILLEGAL"
    assert set(actions(caplog)) == {"SendSms_refused"}
    assert NUMBER not in caplog.text


async def test_v3_the_report_comes_back_and_what_failed_is_telephoned(line: Line) -> None:
    home = line.texts.home
    who = await home.staff()
    await home.hears("你好", LI)
    home.clock.on(hours=49)
    line.company.does[NUMBER] = "off"
    await reply(home, who, "管子换好了", "a", LI)
    now, terms = home.clock(), replace(home.house.terms, sms=500)
    await home.database.store(lambda store: sending.claim(store, now, now, terms=terms))
    assert await line.sender.begin()
    await line.sender.finish()
    await line.until("failed")
    assert "MK:0012" in await home.one("SELECT why FROM by_hand")
    assert line.texts.sent == []


async def test_v3_who_answers_r_is_left_alone(line: Line) -> None:
    home = line.texts.home
    async with line.http.post(f"{line.base}/sms/{SECRET}", json=[{"phone_number": NUMBER, "content": "R"}]) as answer:
        assert (answer.status, await answer.json()) == (200, {"code": 0, "msg": "成功"})
    assert await home.one("SELECT count(*) FROM sms_refusal") == 1


async def test_v3_one_report_that_is_none_of_ours_does_not_take_the_others_with_it(line: Line) -> None:
    strange = {"out_id": str(2**64), "success": True, "err_code": "DELIVERED", "sms_size": "1"}
    batch = [strange, {"phone_number": NUMBER, "content": "R"}]
    async with line.http.post(f"{line.base}/sms/{SECRET}", json=batch) as answer:
        assert answer.status == 200
    assert await line.texts.home.one("SELECT count(*) FROM sms_refusal") == 1


async def test_v3_who_does_not_know_the_address_or_pushes_nonsense_is_refused(line: Line) -> None:
    for end, body, status in (("x", b"[]", 404), (SECRET, b"{}", 400), (SECRET, b"[]", 200)):
        async with line.http.post(f"{line.base}/sms/{end}", data=body) as answer:
            assert answer.status == status, (end, body)


def test_v3_reports_of_both_kinds_are_read_and_what_is_none_is_passed_over() -> None:
    good: dict[str, Any] = {"out_id": "7", "success": True, "err_code": "DELIVERED", "sms_size": "2", "biz_id": "b^0"}
    up = {"phone_number": NUMBER, "content": "R", "sign_name": "青禾", "dest_code": "1", "sequence_id": 7}
    failed = good | {"success": False, "err_code": "MK:0012"}
    odd: list[Any] = [None, 1, "x", [], {}, good | {"out_id": ""}, good | {"success": "true"}, good | {"out_id": 1.5}]
    found = reports(json.dumps([good, up, *odd, failed, good | {"sms_size": "99999"}]).encode())
    assert found == [
        SmsReport("7", delivered=True, parts=2),
        SmsReply(NUMBER, "R"),
        SmsReport("7", delivered=False, code="MK:0012", parts=2),
        SmsReport("7", delivered=True, parts=None),
    ]


@given(
    some.binary()
    | some.lists(some.dictionaries(some.text(), some.text() | some.integers() | some.none())).map(
        lambda entries: json.dumps(entries).encode()
    )
)
def test_v3_whatever_is_pushed_raises_nothing_but_that_it_is_no_push(body: bytes) -> None:
    try:
        found = reports(body)
    except ValueError:
        return
    assert all(isinstance(one, SmsReport | SmsReply) for one in found)
