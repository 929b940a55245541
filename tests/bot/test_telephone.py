"""The telephone company: what a call asks of it, what its answers mean, and what it reports afterwards (F1)."""

import asyncio
import json
import re
import socket
import struct
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from unittest.mock import AsyncMock

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from hypothesis import given
from hypothesis import strategies as some

from bot import telephone
from bot.aliyun import authorization, canonical
from bot.telephone import Aliyun, of, reports
from bot.way import LeavesTheHouse
from care.states import CallOutcome
from services.ports import CallReport, CallText, NoTelephone, Placed
from settings import Telephone
from tests.bot.logged import actions

VECTORS: Final = json.loads((Path(__file__).parent / "telephone_vectors.json").read_text(encoding="utf-8"))["vectors"]
NUMBER, OWN, KEY, SECRET = "13800000000", "c1", VECTORS[0]["key_id"], VECTORS[0]["key_secret"]
WORDS: Final = {"place": "三楼东 305 床", "level": "立刻去"}
TEXTS: Final = {"alarm_text": "TTS_100000001", "check_text": "TTS_100000002"}
SET: Final = Telephone(provider="aliyun", key_id=KEY, key_secret=SECRET, caller="05710000000", **TEXTS)
REF: Final = "116012345678^102012345678"
RINGS: Final = {"Code": "OK", "Message": "OK", "RequestId": "r", "CallId": REF}


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    """Everything that our loggers were told."""
    return " ".join(f"{record.__dict__}" for record in caplog.records if record.name.startswith("jiashu."))


class Company:
    """Stands in for the company: notes what it is asked, and says what it is told to."""

    def __init__(self) -> None:
        self.says: object = RINGS
        self.status, self.headers = 200, dict[str, str]()
        self.asked: list[web.Request] = []

    async def take(self, request: web.Request) -> web.Response:
        assert await request.read() == b""
        self.asked.append(request)
        body = self.says if isinstance(self.says, bytes) else json.dumps(self.says).encode()
        return web.Response(body=body, status=self.status, headers=self.headers)


@pytest.fixture
async def company() -> AsyncIterator[tuple[Company, Aliyun]]:
    stand_in, app = Company(), web.Application()
    app.router.add_route("*", "/", stand_in.take)
    async with TestServer(app) as server, aiohttp.ClientSession() as http:
        yield stand_in, Aliyun(replace(SET, url=f"http://127.0.0.1:{server.port}"), http)


async def call(aliyun: Aliyun) -> Placed:
    return await aliyun.call(NUMBER, CallText.ALARM, WORDS, OWN)


async def call_at(url: str, within: float = 4.0, **session: Any) -> Placed:
    """What comes of a call to whoever is at an address."""
    async with aiohttp.ClientSession(**session) as http:
        return await call(Aliyun(replace(SET, url=url), http, within))


@asynccontextmanager
async def somebody(does: Callable[[asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[tuple[str, list[bytes]]]:
    """Whoever hears a whole request and then does something else than to answer."""
    heard: list[bytes] = []
    hearing: list[asyncio.Task[None] | None] = []

    async def hear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hearing.append(asyncio.current_task())
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        try:
            await does(writer)
        finally:
            writer.close()

    async with await asyncio.start_server(hear, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", heard
        for task in filter(None, hearing):
            task.cancel()


# -- the signature ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vector", VECTORS)
def test_f1_the_signature_of_a_call_is_that_of_the_official_sdk_and_of_the_manual(vector: dict[str, Any]) -> None:
    query, keys = canonical(vector["query"]), (vector["key_id"], vector["key_secret"])
    assert authorization("/", query, vector["headers"], *keys) == vector["authorization"]


@pytest.mark.parametrize("vector", VECTORS[:3])
async def test_f1_a_call_asks_word_for_word_what_the_sdk_asks_and_signs_what_it_sends(
    vector: dict[str, Any], company: tuple[Company, Aliyun]
) -> None:
    (played, aliyun), case = company, vector["case"]
    await aliyun.call(case["number"], CallText(case["text"]), case["words"], case["own"])
    asked = played.asked[0]
    assert (asked.method, dict(asked.query)) == ("POST", vector["query"])
    proof, sent = asked.headers["Authorization"], {name.lower(): value for name, value in asked.headers.items()}
    signed = {name: sent[name] for name in re.findall(r"SignedHeaders=([^,]+),", proof)[0].split(";")}
    assert set(vector["headers"]) - set(signed) == {"user-agent", "x-acs-credentials-provider"}, "who tells that, signs"
    assert proof == authorization("/", asked.rel_url.raw_query_string, signed, KEY, SECRET)
    constant = ("accept", "x-acs-action", "x-acs-content-sha256", "x-acs-version")
    assert {name: signed[name] for name in constant} == {name: vector["headers"][name] for name in constant}
    assert "content-type" not in sent
    assert abs(datetime.now(UTC) - datetime.fromisoformat(signed["x-acs-date"])) < timedelta(minutes=1)


async def test_f1_no_two_calls_have_the_same_nonce_or_share_a_connection(company: tuple[Company, Aliyun]) -> None:
    played, aliyun = company
    for _ in range(3):
        await call(aliyun)
    assert len({asked.headers["x-acs-signature-nonce"] for asked in played.asked}) == 3
    assert {asked.headers["Connection"] for asked in played.asked} == {"close"}


# -- what the company says -------------------------------------------------------------------------------------------


async def test_f1_a_call_that_rings_has_the_companys_own_number(
    company: tuple[Company, Aliyun], caplog: pytest.LogCaptureFixture
) -> None:
    played, aliyun = company
    assert aliyun.connected
    assert await call(aliyun) == Placed(ref=REF)
    played.says = {"Code": "OK"}
    assert await call(aliyun) == Placed(), "it rings, and its reports are known by our number"
    assert actions(caplog) == []


async def test_f1_a_number_over_its_quota_is_throttled_not_refused_and_one_that_is_none_is_off(
    company: tuple[Company, Aliyun],
) -> None:
    played, aliyun = company
    for code, outcome in {"BUSINESS_LIMIT_CONTROL": "throttled", "MOBILE_NUMBER_ILLEGAL": "off"}.items():
        played.says, played.status = {"Code": f"isv.{code}", "Message": NUMBER}, 400
        placed = await call(aliyun)
        assert (placed.outcome, placed.code) == (CallOutcome(outcome), f"isv.{code}")
        assert NUMBER not in placed.why


@pytest.mark.parametrize("status", [200, 400, 403, 500, 503])
async def test_f1_each_documented_refusal_tells_the_staff_what_to_do_whatever_the_status(
    status: int, company: tuple[Company, Aliyun], caplog: pytest.LogCaptureFixture
) -> None:
    played, aliyun = company
    played.status = status
    refusals = sorted(set(telephone.TABLE) - {"isv.BUSINESS_LIMIT_CONTROL", "isv.MOBILE_NUMBER_ILLEGAL"})
    for code in refusals:
        played.says = {"Code": code, "Message": "no", "RequestId": "r", "HostId": "h"}
        placed = await call(aliyun)
        assert (placed.outcome, placed.code, placed.ref) == (CallOutcome.REFUSED, code, "")
        assert re.search(r"请|联系|过一会儿", placed.why), placed.why
    assert len(played.asked) == len(refusals), "none is tried twice"
    assert set(actions(caplog)) == {"IvrCall_refused"}


@pytest.mark.parametrize("code", ["isv.NEW_ONE", f"isv.{NUMBER}", "a b", "<b>", "x" * 65, "号码"])
async def test_f1_an_unknown_code_is_a_refusal_that_names_it_if_it_looks_like_one(
    code: str, company: tuple[Company, Aliyun], caplog: pytest.LogCaptureFixture
) -> None:
    played, aliyun = company
    played.says = {"Code": code, "Message": f"called {NUMBER}"}
    placed, looks = await call(aliyun), code == "isv.NEW_ONE"
    assert (placed.outcome, placed.code) == (CallOutcome.REFUSED, code if looks else "unreadable")
    assert (code in placed.why) is looks
    assert (code in _logged(caplog)) is looks


@pytest.mark.parametrize("status", [302, 401, 404, 405, 429])
async def test_f1_who_has_no_code_and_takes_no_calls_has_refused_and_is_not_followed(
    status: int, company: tuple[Company, Aliyun]
) -> None:
    played, aliyun = company
    played.says, played.status, played.headers = b"<html>", status, {"Location": "/"} if status == 302 else {}
    placed = await call(aliyun)
    assert (placed.outcome, placed.code) == (CallOutcome.REFUSED, f"http-{status}")
    assert len(played.asked) == 1


NO_CODES: Final = [b"", b"<html>", b"[]", b"1", b"{}", b'{"Code": null}', b'{"Code": 7}', b'{"Code": ""}', b"\xff"]


@pytest.mark.parametrize("status", [200, 500, 502])
async def test_f1_an_answer_without_a_code_or_without_an_end_leaves_open_whether_it_rings(
    status: int, company: tuple[Company, Aliyun]
) -> None:
    played, aliyun = company
    played.status = status
    for body in [*NO_CODES, b"[" * 60_000, b'{"Code": "OK", "Message": "' + b"x" * 3_000_000 + b'"}']:
        played.says = body
        assert await call(aliyun) == telephone.NO_ANSWER
    assert len(played.asked) == len(NO_CODES) + 2


# -- what the network says -------------------------------------------------------------------------------------------


async def _reset(writer: asyncio.StreamWriter) -> None:
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"])
async def test_f1_a_company_that_hangs_is_left_in_time_and_nobody_knows_whether_it_rings(
    said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    async def drop_by_drop(writer: asyncio.StreamWriter) -> None:
        writer.write(said)
        while True:
            await asyncio.sleep(0.1)
            writer.write(said[-1:])

    began = time.monotonic()
    async with somebody(drop_by_drop) as (url, heard):
        assert await call_at(url, within=0.3) == telephone.NO_ANSWER
        assert time.monotonic() - began < 3
        assert len(heard) == 1
    assert actions(caplog) == ["IvrCall_unanswered"]


async def test_f1_five_seconds_are_kept_since_no_time_out_is_rounded_up() -> None:
    async with aiohttp.ClientSession() as http:
        within = Aliyun(SET, http).account.within
    assert (within.connect or 9.0) < (within.total or 9.0) < 5.0 < within.ceil_threshold


ODD: Final = [
    None,
    b"",
    b"\x00\xff\r\n\r\n",
    b"HTTP/1.1 abc\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
    b"HTTP/1.1 200 OK\r\nX: " + b"y" * 90_000 + b"\r\n\r\n",
]


async def test_f1_a_line_that_breaks_after_the_request_was_heard_leaves_open_whether_it_rings() -> None:
    for said in ODD:

        async def says(writer: asyncio.StreamWriter, said: bytes = said or b"") -> None:
            writer.write(said)

        async with somebody(_reset if said is None else says) as (url, heard):
            assert await call_at(url) == telephone.NO_ANSWER, said
            assert len(heard) == 1, "and it is not tried again"


@pytest.mark.parametrize("after", [0.0, 5.0])
async def test_f1_a_name_that_is_not_found_or_not_in_time_is_a_refusal(after: float) -> None:
    async def resolve(*_: object, **__: object) -> None:
        await asyncio.sleep(after)
        raise OSError

    connector = aiohttp.TCPConnector(resolver=AsyncMock(resolve=resolve))
    assert await call_at("https://company.invalid/", 0.3, connector=connector) == telephone.NOT_REACHED


@pytest.mark.parametrize("url", ["nobody listens", "", "nonsense", "http://", "ftp://127.0.0.1"])
async def test_f1_where_nobody_listens_nothing_was_written_and_nobody_is_rung(url: str) -> None:
    assert await call_at(f"http://127.0.0.1:{unused_port()}" if " " in url else url) == telephone.NOT_REACHED
    assert telephone.NOT_REACHED.outcome == CallOutcome.REFUSED


async def test_f1_in_practice_nobody_is_rung() -> None:
    async def held(_: aiohttp.ClientRequest, __: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        raise LeavesTheHouse

    assert await call_at("http://127.0.0.1", middlewares=(held,)) == telephone.PRACTISING


async def test_f1_neither_numbers_nor_keys_are_logged(
    company: tuple[Company, Aliyun], caplog: pytest.LogCaptureFixture
) -> None:
    played, aliyun = company
    for says in (RINGS, {"Code": "isv.COMPLAINT_REJECT", "Message": f"{NUMBER} {SECRET}"}, b"<html>"):
        played.says = says
        await call(aliyun)
    async with somebody(_reset) as (url, _):
        await call_at(url)
    assert len(actions(caplog)) == 3
    assert not [secret for secret in (NUMBER, SECRET, KEY, WORDS["level"]) if secret in _logged(caplog)]


async def test_f1_who_has_set_no_company_rings_nobody() -> None:
    async with aiohttp.ClientSession() as http:
        assert isinstance(of(SET, http), Aliyun)
        assert isinstance(of(replace(SET, provider=""), http), NoTelephone)


# -- what it reports afterwards --------------------------------------------------------------------------------------


def during(code: object, **more: object) -> dict[str, object]:
    """A VoiceCallReport, as the company's manual shows it."""
    return {"status_code": code, "status_time": "2026-11-22 09:55:02", "out_id": OWN, "call_id": REF} | more


def ended(code: object, **more: object) -> dict[str, object]:
    """A VoiceReport."""
    times = {"originate_time": "2026-11-22 09:55:00", "start_time": "", "end_time": "2026-11-22 09:55:40"}
    return times | during(code) | {"callee": NUMBER, "duration": "10", "voice_type": "voice", "dtmf": ""} | more


def told(*entries: object) -> list[CallReport]:
    return reports(json.dumps(entries).encode())


@pytest.mark.parametrize(
    ("outcome", "codes"),
    [
        (CallOutcome.NO_KEY, "200000 200001 200008"),
        (CallOutcome.BUSY, "200002"),
        (CallOutcome.NO_ANSWER, "200003 200005 200007"),
        (CallOutcome.OFF, "200004 200010 200011"),
        (CallOutcome.THROTTLED, "200118 200119 200121"),
        (CallOutcome.UNKNOWN, "200006 200012 200100 200102 200117 400 482 999999"),
    ],
)
def test_f1_a_call_without_a_key_ended_as_its_code_says(outcome: CallOutcome, codes: str) -> None:
    for code in codes.split():
        for dtmf in ("", None, "#", "3", "*1"):
            assert told(ended(code, dtmf=dtmf)) == [CallReport(OWN, REF, outcome=outcome, code=code)]
        assert told(ended(int(code)))[0].code == code
        assert told(during(code))[0].outcome is None, "what comes during a call ends none"


@pytest.mark.parametrize(
    ("dtmf", "outcome"),
    [("1", "key_go"), ("1#", "key_go"), (" 1", "key_go"), (1, "key_go"), ("2", "key_cannot"), ("2#", "key_cannot")],
)
def test_f1_a_key_counts_as_soon_as_it_is_pressed_and_however_the_call_ends(dtmf: object, outcome: str) -> None:
    pressed = told(during("300000", dtmf=dtmf), *(ended(code, dtmf=dtmf) for code in ("200000", "200001", "200012")))
    assert [report.outcome for report in pressed] == [CallOutcome(outcome)] * 4


def test_f1_what_happens_during_a_call_is_told_and_ends_nothing() -> None:
    found = told(*map(during, ("200101", "200201", "200102", "300000", "200100")), ended("200003", duration=0))
    assert [report.code for report in found if report.ringing] == ["200201"]
    assert [report.outcome for report in found] == [None] * 5 + [CallOutcome.NO_ANSWER]


def test_f1_what_is_no_report_of_a_call_is_passed_over() -> None:
    odd: list[object] = [None, 1, "x", [], {}, [during("200201")], during("200000", duration="9", record_file="x.wav")]
    for name in ("out_id", "call_id"):
        odd += [
            during("200201", **{name: bad}) for bad in (None, "", True, 1.5, ["x"], {"x": 1}, "x" * 129, "号", "a\0")
        ]
        odd.append({key: value for key, value in during("200201").items() if key != name})
    for wrong in (True, 1.5, ["1"], {"1": 1}):
        odd += [during(wrong), ended("200000", dtmf=wrong)]
    assert told(*odd, during("200201")) == [CallReport(OWN, REF, ringing=True, code="200201")]
    assert told(during(NUMBER), during(None)) == [CallReport(OWN, REF)] * 2, "a number is no code"


def test_f1_a_push_that_is_no_array_is_refused() -> None:
    bodies = [b"", b"{}", b"null", b"x", b"[", b"[1,]", b"[{]", b'{"a": [1]}', b"[] []", b'["\\ud800"]']
    for body in [*bodies, b"[" * 100_000, b'[{"a":' * 20_000, b"[" + b" " * 262_143 + b"]"]:
        with pytest.raises(ValueError, match=r"."):
            reports(body)
    assert reports(b"[" + b" " * 262_142 + b"]") == []


some_plain = some.none() | some.booleans() | some.integers() | some.floats(-9, 9) | some.text()
some_json = some.recursive(
    some_plain, lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner), max_leaves=5
)
fields = some.sampled_from(["out_id", "call_id", "status_code", "dtmf", "duration", "callee", "record_file"])
some_entries = some.lists(
    some.dictionaries(fields, some_json, max_size=2).map(lambda odd: ended("200000") | odd) | some_json
)


@given(some.binary() | some_entries.map(lambda entries: json.dumps(entries).encode()))
def test_f1_whatever_is_pushed_raises_nothing_but_that_it_is_no_push(body: bytes) -> None:
    try:
        found = reports(body)
    except ValueError:
        return
    assert all(report.own and report.ref for report in found)
