"""Whom the simulator's telephone company does not ring: signatures as the official SDK makes them, its refusals, its
limits (F1).
"""

import hashlib
import json
import sys
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from simulator.__main__ import arguments
from simulator.telephone_gateway import signature
from tests.simulator.conftest import APP_ID, Platform
from tests.simulator.telephone_line import COLLEAGUE, DOOR, OTHER, Line, Start, line

__all__ = ["line"]
EMPTY = hashlib.sha256(b"").hexdigest()


def test_f1_a_call_is_signed_as_the_official_sdk_signs_it() -> None:
    """The proof is what alibabacloud_tea_openapi 0.4.6 makes of these parameters."""
    headers = {
        "host": "dyvmsapi.aliyuncs.com",
        "x-acs-version": "2017-05-25",
        "x-acs-action": "IvrCall",
        "user-agent": "AlibabaCloud (Linux; x86_64)",
        "x-acs-date": "2026-11-30T04:47:02Z",
        "x-acs-signature-nonce": "0123456789abcdef",
        "accept": "application/json",
        "x-acs-content-sha256": EMPTY,
    }
    query = {
        "CalledNumber": "13800000001",
        "CalledShowNumber": "05718800101",
        "StartCode": "TTS_1234",
        "StartTtsParams": '{"place": "二楼 203 床~*", "level": "红色急呼"}',
        "MenuKeyMap.1.Key": "1",
        "MenuKeyMap.2.Key": "2",
        "PlayTimes": "2",
        "Timeout": "5000",
        "OutId": "own-1",
    }
    proof = signature("topsecret", "/", query.items(), headers, ";".join(sorted(headers)), EMPTY)
    assert proof == "41941da42a7d450694edf83c787798e892c60ae9d091d6627f1586ecc999c012"


@pytest.mark.parametrize(
    ("how", "status", "code"),
    [
        ({"proof": "another"}, 400, "SignatureDoesNotMatch"),
        ({"after": "&PlayTimes=1"}, 400, "SignatureDoesNotMatch"),
        ({"headers": {"x-acs-content-sha256": "0" * 64}}, 400, "SignatureDoesNotMatch"),
        ({"unsigned": {"x-acs-security-token": "x"}}, 400, "SignatureDoesNotMatch"),
        ({"unsigned": {"Authorization": ""}}, 400, "IncompleteSignature"),
        ({"unsigned": {"Authorization": "ACS3-HMAC-SHA256 Credential=x"}}, 400, "IncompleteSignature"),
        ({"headers": {"x-acs-version": "2019-01-01"}}, 400, "InvalidVersion"),
        ({"headers": {"x-acs-action": "SingleCallByTts"}}, 404, "InvalidAction.NotFound"),
        ({"headers": {"x-acs-date": "yesterday"}}, 400, "InvalidTimeStamp.Expired"),
        ({"headers": {"x-acs-date": "2020-01-01T00:00:00Z"}}, 400, "InvalidTimeStamp.Expired"),
    ],
)
async def test_f1_a_call_that_the_account_has_not_signed_rings_nobody(
    line: Line, how: dict[str, Any], status: int, code: str
) -> None:
    got, answer = await line.call(**how)
    assert (got, answer["Code"], set(answer)) == (status, code, {"RequestId", "Code", "Message"})
    assert (await line.state())["calls"] == []


async def test_f1_a_signature_holds_once_for_one_key_by_either_clock(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    nonce = {"x-acs-signature-nonce": "once"}
    assert (await line.call(headers=nonce))[1]["Code"] == "OK"
    assert (await line.call(OTHER, headers=nonce))[1]["Code"] == "SignatureNonceUsed"
    monkeypatch.setattr(line.company.gateway, "key_id", "LTAIanother")
    status, answer = await line.call()
    assert (status, answer["Code"]) == (404, "InvalidAccessKeyId.NotFound")
    monkeypatch.undo()
    monkeypatch.setattr(line.company.world, "offset", lambda: 7 * 86_400.0)
    moved = (datetime.now(UTC) + timedelta(days=7)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (await line.call())[1]["Code"] == "OK"
    assert (await line.call(OTHER, headers={"x-acs-date": moved}))[1]["Code"] == "OK"


async def test_f1_the_address_may_end_with_a_stroke_or_not_and_parameters_may_stand_in_the_body(line: Line) -> None:
    assert (await line.call(path="/telephone"))[1]["Code"] == "OK"
    form = urlencode({"CalledNumber": OTHER, "OutId": "in-the-body"})
    status, answer = await line.call(uri="/telephone/", form=form, CalledNumber=None, OutId=None)
    assert (status, answer["Code"]) == (200, "OK")
    assert [(call["number"], call["out_id"]) for call in (await line.state())["calls"]] == [
        (COLLEAGUE, "own-7"),
        (OTHER, "in-the-body"),
    ]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"number": "1380000000"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"number": "0571-8800-0101"}, "isv.MOBILE_NUMBER_ILLEGAL"),
        ({"CalledShowNumber": ""}, "isv.DISPLAY_NUMBER_ILLEGAL"),
        ({"StartCode": "1234"}, "isv.TTS_TEMPLATE_ILLEGAL"),
        ({"StartTtsParams": None}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"StartTtsParams": '{"place": "203"}'}, "isv.TEMPLATE_MISSING_PARAMETERS"),
        ({"StartTtsParams": "[1]"}, "isv.INVALID_PARAMETERS"),
        ({"StartTtsParams": "place"}, "isv.INVALID_PARAMETERS"),
        ({"MenuKeyMap.1.Key": None, "MenuKeyMap.2.Key": None}, "isv.INVALID_PARAMETERS"),
        ({"MenuKeyMap.1.Key": "12"}, "isv.INVALID_PARAMETERS"),
        ({"PlayTimes": "4"}, "isv.INVALID_PARAMETERS"),
        ({"Timeout": "soon"}, "isv.INVALID_PARAMETERS"),
        ({"OutId": "1234567890123456"}, "isv.INVALID_PARAMETERS"),
    ],
)
async def test_f1_a_call_beyond_the_documentation_is_refused_in_the_companys_words(
    line: Line, more: dict[str, Any], code: str
) -> None:
    status, answer = await line.call(**more)
    assert (status, answer["Code"], "CallId" in answer) == (200, code, False)
    assert answer["Message"]
    assert [each["ok"] for each in line.company.world.journal if each["kind"] == "IvrCall"] == [False]


@pytest.mark.parametrize("line", [Start(seconds=1.0)], indirect=True)
async def test_f1_one_number_is_rung_once_a_minute_and_five_times_an_hour_and_twenty_a_day_even_if_it_is_busy(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    moved = [0.0]
    monkeypatch.setattr(line.company.world, "offset", lambda: moved[0])
    monkeypatch.setattr("simulator.telephone_gateway.VALID", 10 * 86_400)
    await line.act("number", number=COLLEAGUE, does="busy")

    async def heard(after: float) -> str:
        moved[0] += after
        return (await line.call())[1]["Message"]

    minute, hour, day = (f"触发{word}级流控Permits:{most}" for word, most in (("分钟", 1), ("小时", 5), ("天", 20)))
    assert [await heard(after) for after in (0, 50, 11)] == ["OK", minute, "OK"]
    assert [await heard(after) for after in (61, 61, 61, 61)] == ["OK", "OK", "OK", hour]
    assert (await line.call(OTHER))[1]["Code"] == "OK"
    assert [await heard(3601 if place == 0 else 721) for place in range(16)] == ["OK"] * 15 + [day]
    refused = (await line.state())["calls"][-1]
    assert (refused["state"], refused["code"], refused["call_id"]) == ("refused", "isv.BUSINESS_LIMIT_CONTROL", "")
    assert await line.act("account", limited=False) == 200
    assert await heard(1) == "OK"


async def test_f1_the_company_refuses_for_a_number_and_for_the_whole_account(line: Line) -> None:
    await line.act("number", number=COLLEAGUE, does="throttled")
    await line.act("number", number=OTHER, does="refuses")
    assert (await line.call())[1]["Code"] == "isv.BUSINESS_LIMIT_CONTROL"
    assert (await line.call(OTHER))[1]["Code"] == "isp.SYSTEM_ERROR"
    await line.act("account", refuses="isv.AMOUNT_NOT_ENOUGH")
    assert (await line.call("13700000003"))[1] | {"RequestId": ""} == {
        "RequestId": "",
        "Code": "isv.AMOUNT_NOT_ENOUGH",
        "Message": "账户余额不足",
    }
    assert await line.act("account", refuses="isv.SOMETHING") == 422
    assert await line.act("account", refuses="") == 200
    assert (await line.call("13700000003"))[1]["Code"] == "OK"
    assert await line.act("number", number=OTHER, does="sings") == 422
    assert line.receiver.pushes == []


@pytest.mark.parametrize("line", [Start(door=True)], indirect=True)
async def test_f1_beside_a_home_that_practises_calls_need_a_signature_and_the_page_its_key(line: Line) -> None:
    assert (await line.call())[1]["Code"] == "OK"
    assert (await line.call(OTHER, proof="another"))[1]["Code"] == "SignatureDoesNotMatch"
    async with line.http.get(f"{line.base}/api/telephone") as answer:
        assert answer.status == 403
    assert await line.act("expect", numbers=[]) == 403
    async with line.http.get(f"{line.base}/api/state", headers={"X-Door": DOOR}) as answer:
        assert len((await answer.json())["telephone"]["calls"]) == 1


async def test_f1_without_keys_there_is_no_telephone_company(platform: Platform) -> None:
    status, text = await platform.raw("POST", "/telephone/", b"", CalledNumber=COLLEAGUE)
    assert (status, json.loads(text)["errcode"]) == (200, 40066)
    status, text = await platform.raw("GET", "/api/state")
    assert json.loads(text)["telephone"] is None


def test_f1_receipts_go_to_this_machine_only_and_half_a_key_is_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("SIMULATOR_SECRET", "SIMULATOR_TOKEN", "SIMULATOR_TELEPHONE_KEY", "SIMULATOR_TELEPHONE_SECRET"):
        monkeypatch.setenv(name, "x")
    words = ["simulator", "--app-id", APP_ID, "--scene", "x.toml", "--telephone-receipts"]
    monkeypatch.setattr(sys, "argv", [*words, "http://127.0.0.1:8080/telephone/abc", "--telephone-seconds", "0.1"])
    assert arguments().telephone_seconds == 0.1
    monkeypatch.setattr(sys, "argv", [*words, "http://example.cn/telephone/abc"])
    with pytest.raises(SystemExit):
        arguments()
    assert "loopback only" in capsys.readouterr().err
    monkeypatch.setattr(sys, "argv", words[:-1])
    monkeypatch.setenv("SIMULATOR_TELEPHONE_RECEIPTS", "http://127.0.0.1:8080/telephone/secret")
    assert arguments().telephone_receipts.endswith("/secret")
    monkeypatch.delenv("SIMULATOR_TELEPHONE_SECRET")
    with pytest.raises(SystemExit):
        arguments()
    assert "or none" in capsys.readouterr().err
