"""Calls of the simulator's telephone company, from the first ring to the receipt of what became of them (F1)."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import ClientTimeout
from playwright.async_api import async_playwright, expect

from scripts.browser import launch
from simulator.telephone_calls import DOES
from tests.simulator.telephone_line import COLLEAGUE, OTHER, TEXT, WORDS, Line, Start, line

__all__ = ["line"]


@pytest.mark.parametrize(("does", "key"), [("key1", "1"), ("key2", "2")])
async def test_f1_a_number_that_presses_a_key_is_reported_with_it(line: Line, does: str, key: str) -> None:
    assert await line.act("number", number=COLLEAGUE, does=does) == 200
    call_id = await line.rung()
    steps, record = await line.told(call_id)
    assert steps == ["200101", "200201", "200102", "300000", "200100"]
    pressed = next(each for each in line.receiver.taken if each["status_code"] == "300000")
    assert set(pressed) == {"call_id", "status_code", "status_time", "out_id", "dtmf"}
    assert (pressed["dtmf"], pressed["out_id"]) == (key, "own-7")
    assert set(record) == {
        *("call_id", "start_time", "end_time", "duration", "caller", "callee", "status_code", "hangup_direction"),
        *("status_msg", "out_id", "dtmf", "voice_type", "originate_time", "ring_time"),
    }
    wanted = {"status_code": "200000", "dtmf": key, "callee": COLLEAGUE, "caller": "05718800101", "out_id": "own-7"}
    assert record | wanted == record
    began = datetime.strptime(record["originate_time"] + " +0800", "%Y-%m-%d %H:%M:%S %z")
    assert abs((datetime.now(UTC) - began).total_seconds()) < 60
    call = (await line.state())["calls"][0]
    assert (call["text"], call["words"], call["key"], call["state"]) == (TEXT, WORDS, key, "ended")
    journal = [(each["direction"], each["kind"]) for each in line.company.world.journal]
    assert {("call", "IvrCall"), ("push", "VoiceCallReport"), ("push", "VoiceReport")} <= set(journal)


@pytest.mark.parametrize(
    ("does", "code", "rings"),
    [
        ("voicemail", "200000", True),
        ("silent", "200003", True),
        ("person", "200003", True),
        ("rejects", "200005", False),
        ("busy", "200002", False),
        ("off", "200010", False),
        ("away", "200007", False),
        ("suspended", "200011", False),
        ("nobody", "200004", False),
        ("limited", "200119", False),
    ],
)
async def test_f1_who_presses_no_key_is_told_apart_by_the_code(line: Line, does: str, code: str, rings: bool) -> None:
    await line.act("number", number=COLLEAGUE, does=does)
    steps, record = await line.told(await line.rung())
    assert (record["status_code"], record["dtmf"], bool(record["ring_time"])) == (code, "", rings)
    assert ("200201" in steps) == rings
    assert (record["start_time"] == "") == (does != "voicemail")
    assert (record["duration"] == "0") or does == "voicemail"


@pytest.mark.parametrize(
    ("acts", "code", "key", "by"),
    [
        ([("press", "2")], "200000", "2", "机器"),
        ([("answer", ""), ("answer", ""), ("press", "1")], "200000", "1", "机器"),
        ([("hang_up", "")], "200005", "", "用户"),
        ([("answer", "")], "200008", "", "机器"),
        ([("answer", ""), ("hang_up", "")], "200001", "", "用户"),
        ([("press", "1"), ("hang_up", "")], "200001", "1", "用户"),
    ],
)
async def test_f1_a_person_takes_a_call_on_the_page(
    line: Line, acts: list[tuple[str, str]], code: str, key: str, by: str
) -> None:
    call_id = await line.rung()
    await line.became(call_id, "rings")
    for act, pressed in acts:
        assert await line.act(act, call_id=call_id, key=pressed) == 200
    _, record = await line.told(call_id)
    assert (record["status_code"], record["dtmf"], record["hangup_direction"]) == (code, key, by)
    assert await line.act("press", call_id=call_id, key="1") == 409
    assert await line.act("press", call_id="1^1", key="1") == 404


async def test_f1_only_keys_of_the_menu_are_heard(line: Line) -> None:
    await line.act("number", number=OTHER, does="key2")
    words = json.dumps({"home": "青禾颐养院"}, ensure_ascii=False)
    only: dict[str, Any] = {"MenuKeyMap.2.Key": None, "StartTtsParams": words}
    _, answer = await line.call(OTHER, **only)
    _, record = await line.told(answer["CallId"])
    assert (record["status_code"], record["dtmf"]) == ("200008", "")
    assert (await line.state())["calls"][0]["text"] == "青禾颐养院 接班试铃，听到请按 1。"
    call_id = (await line.call(COLLEAGUE, **only))[1]["CallId"]
    await line.became(call_id, "rings")
    assert await line.act("press", call_id=call_id, key="2") == 422
    assert await line.act("press", call_id=call_id, key="1") == 200


async def test_f1_a_call_whose_answer_was_not_waited_for_rings_all_the_same(line: Line) -> None:
    await line.act("number", number=COLLEAGUE, does="hangs")
    line.http._timeout = ClientTimeout(total=0.1)
    with pytest.raises(TimeoutError):
        await line.call()
    line.http._timeout = ClientTimeout(total=10)
    call = (await line.state())["calls"][0]
    assert (call["state"], call["out_id"]) == ("asked", "own-7")
    await line.became(call["call_id"], "rings")
    await line.act("press", call_id=call["call_id"], key="1")
    assert (await line.told(call["call_id"]))[1]["dtmf"] == "1"


async def test_f1_of_a_lost_call_nobody_hears_again(line: Line) -> None:
    await line.act("number", number=COLLEAGUE, does="lost")
    call_id = await line.rung()
    await line.told(await line.rung(OTHER))
    assert [each for each in line.receiver.taken if each["call_id"] == call_id] == []
    assert (await line.became(call_id, "lost"))["code"] == ""


async def test_f1_a_phone_that_is_in_a_call_is_busy_for_the_next(line: Line) -> None:
    await line.act("account", limited=False)
    first = await line.rung()
    await line.became(first, "rings")
    assert (await line.told(await line.rung()))[1]["status_code"] == "200002"
    assert await line.act("press", call_id=first, key="1") == 200
    assert (await line.told(first))[1]["dtmf"] == "1"


async def test_f1_a_receipt_is_pushed_three_times_until_it_is_taken(line: Line) -> None:
    await line.act("number", number=COLLEAGUE, does="off")
    line.receiver.says = [(500, ""), (200, '{"code": 1}'), (200, "[]")]
    call_id = await line.rung()
    _, record = await line.told(call_id)
    assert record["status_code"] == "200010"
    journal = [each for each in line.company.world.journal if each["direction"] == "push"]
    assert sum(not each["ok"] for each in journal) == 3
    assert len(line.receiver.pushes) == len(journal)
    line.receiver.says = [(302, "")] * 9
    before = len(line.receiver.pushes)
    await line.act("number", number=OTHER, does="busy")
    await line.rung(OTHER)
    await line.until(lambda: len(line.receiver.pushes) == before + 9)
    await asyncio.sleep(0.3)
    assert len(line.receiver.pushes) == before + 9, "three batches, three tries each"
    assert line.company.world.oracle()["lost"] == 3


async def test_f1_receipts_come_in_batches_and_twice_where_the_fault_says_so(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("simulator.receipts.LINGER", 30.0)
    await line.act("number", number=COLLEAGUE, does="key1")
    await line.act("number", number=OTHER, does="key1")
    line.company.world.faults["duplicate"] = True
    one, other = await asyncio.gather(line.rung(), line.rung(OTHER))
    assert (await line.told(one))[1]["dtmf"] == (await line.told(other))[1]["dtmf"] == "1"
    await line.until(lambda: len([each for each in line.receiver.taken if "callee" in each]) == 4)
    assert any({each["call_id"] for each in batch} == {one, other} for batch in line.receiver.pushes)
    line.company.world.faults |= {"duplicate": False, "drop": True}
    await line.told(await line.rung("13700000003"))
    assert not line.company.world.faults["drop"]


async def test_f1_a_call_that_nobody_expected_is_told_apart(line: Line) -> None:
    await line.rung("13700000003")
    assert (await line.state())["unexpected"] == []
    await line.act("expect", numbers=[COLLEAGUE])
    await line.rung()
    call_id = await line.rung(OTHER)
    state = await line.state()
    assert ([each["call_id"] for each in state["unexpected"]], state["expected"]) == ([call_id], [COLLEAGUE])
    await line.act("expect", numbers=None)
    assert (await line.state())["expected"] is None


@pytest.mark.browser
@pytest.mark.parametrize("line", [Start(seconds=0.3)], indirect=True)
@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844)])
async def test_f1_a_telephone_rings_on_the_page_and_somebody_presses_two(line: Line, width: int, height: int) -> None:
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(viewport={"width": width, "height": height}, locale="zh-CN")
        await page.goto(line.base)
        if width < 760:
            await page.get_by_role("button", name="电话").click()
        await expect(page.get_by_text("还没有打过电话")).to_be_visible()
        call_id = await line.rung()
        ringing = page.get_by_role("article", name=f"来电 {COLLEAGUE}")
        await expect(ringing).to_contain_text("响铃")
        await expect(ringing).to_contain_text(TEXT)
        await page.get_by_role("button", name="开铃声").click()
        await ringing.get_by_role("button", name="接听").click()
        await expect(ringing).to_contain_text("通话中")
        await ringing.get_by_role("button", name="按 2").click()
        await expect(ringing).to_have_count(0)
        await expect(page.locator("#numbers")).to_contain_text("按了 2，用户听完语音")
        await page.get_by_label("138 0000 0001").select_option(DOES["voicemail"])
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert (await line.told(call_id))[1]["dtmf"] == "2"
        assert line.company.does == {COLLEAGUE: "voicemail"}
        await browser.close()
