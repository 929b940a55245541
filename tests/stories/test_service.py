"""The service as a process: configured by the environment alone, spoken to by a client that shares no code with it."""

import asyncio
import contextlib
import signal
import sys
import time
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from benchmarks.kills import POINTS, prove
from scripts.stage import APP_ID, Stage, stage
from settings.clock import wall
from simulator.codec import Keys
from tests.choice import Choice

SAMPLE_C = {
    "signature": "16120ec1b8dbb870f510d87ce6bc2463eae6ca1a",
    "timestamp": "1409735669",
    "nonce": "1320562132",
    "encrypt_type": "aes",
    "msg_signature": "5d197aaffba7e9b25a30732f161a50dee96bd5fa",
}
ENCRYPT = (
    "hyzAe4OzmOMbd6TvGdIOO6uBmdJoD0Fk53REIHvxYtJlE2B655HuD0m8KUePWB3+LrPXo87wzQ1QLvbeUgmBM4x6F8PGHQHFVAFm"
    "OD2LdJF9FrXpbUAh0B5GIItb52sn896wVsMS"
    "HGuPE328HnRGBcrS7C41IzDWyWNlZkyyXwon8T332jisa+h6tEDYsVticbSnyU8dKOIbgU6ux5VTjg3yt+WGzjlpKn6NPhRjpA91"
    "2xMezR4kw6KWwMrCVKSVCZciVGCgavjIQ6X8"
    "tCOp3yZbGpy0VxpAe+77TszTfRd5RJSVO/HTnifJpXgCSUdUue1v6h0EIBYYI1BD1DlD+C0CR8e6OewpusjZ4uBl9FyJvnhvQl+q"
    "5rv1ixrcpCumEPo5MJSgM9ehVsNPfUM669Wu"
    "MyVWQLCzpu9GhglF2PE="
)
DAUGHTER = "oSim_lijing_0000000000000001"


async def post_sample_c(used: Stage) -> tuple[int, str]:
    encrypted = f"<Encrypt><![CDATA[{ENCRYPT}]]></Encrypt>"
    body = f"<xml><ToUserName><![CDATA[gh_10f6c3c3ac5a]]></ToUserName><Content>forged</Content>{encrypted}</xml>"
    async with used.http.post(f"{used.url}/wechat", params=SAMPLE_C, data=body.encode()) as answer:
        return answer.status, await answer.text()


SAMPLE = {
    "JIASHU_WECHAT__TOKEN": "spamtest",
    "JIASHU_WECHAT__APP_ID": "wx2c2769f8efd9abc2",
    "JIASHU_WECHAT__MODE": "compatible",
    "JIASHU_WECHAT__ENCODING_AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}


async def test_official_sample_c_is_answered_without_an_age_limit_and_refused_with_the_default() -> None:
    keys = Keys("wx2c2769f8efd9abc2", "s", "spamtest", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "compatible")
    async with stage(SAMPLE | {"JIASHU_WECHAT__MAX_AGE_SECONDS": "0"}) as used:
        status, text = await post_sample_c(used)
        reply = keys.reply(text)
        assert status == 200
        assert reply is not None
        assert reply["ToUserName"] == "oyORnuP8q7ou2gfYjqLzSIWZf0rs"
        assert "回您" in reply["Content"]
        assert used.rows("SELECT count(*) FROM inbox") == [(1,)]
        assert (await post_sample_c(used))[0] == 200
        assert used.rows("SELECT count(*) FROM inbox") == [(1,)]
    async with stage(SAMPLE) as used:
        assert await post_sample_c(used) == (403, "")
        assert used.rows("SELECT count(*) FROM inbox") == [(0,)]


async def test_fault_w1_403_without_detail_until_the_signature_holds_and_after_it_everything_is_kept() -> None:
    async with stage() as used:
        keys = Keys(APP_ID, "s", "stagetoken", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "secure")

        for inner in (
            "hello",
            "<xml><MsgType>text</MsgType></xml>",
            "<!DOCTYPE x><xml></xml>",
            "<xml><Content>救命</Content></xml>",
        ):
            query, body = keys.envelope(inner, DAUGHTER, "gh_1", time.time())
            for _ in range(2):
                async with used.http.post(f"{used.url}/wechat", params=query, data=body) as answer:
                    assert (answer.status, await answer.text()) == (200, "success")
            async with used.http.post(
                f"{used.url}/wechat", params=query | {"msg_signature": "0" * 40}, data=body
            ) as answer:
                assert (answer.status, await answer.text()) == (403, "")
            async with used.http.post(
                f"{used.url}/wechat", params=query, data=b"\x1f\x8bno", headers={"Content-Encoding": "gzip"}
            ) as answer:
                assert (answer.status, await answer.text()) == (403, "")
        async with used.http.post(f"{used.url}/wechat", params=query, data=b"x" * (256 * 1024 + 1)) as answer:
            assert answer.status == 413
        long = (
            f"<xml><ToUserName>gh_1</ToUserName><FromUserName>{DAUGHTER}</FromUserName><CreateTime>1</CreateTime>"
            f"<MsgType>text</MsgType><Content><![CDATA[{'我' * 20_000}]]></Content><MsgId>1</MsgId></xml>"
        )
        query, body = keys.envelope(long, DAUGHTER, "gh_1", time.time())
        async with used.http.post(f"{used.url}/wechat", params=query, data=body) as answer:
            assert answer.status == 200
        stamp = str(int(time.time()))
        greeting = {"timestamp": stamp, "nonce": "1", "echostr": "4375120948345356249"}
        async with used.http.get(
            f"{used.url}/wechat", params=greeting | {"signature": keys.signature(stamp, "1")}
        ) as answer:
            assert await answer.text() == "4375120948345356249"
        async with used.http.get(f"{used.url}/wechat", params=greeting | {"signature": "0"}) as answer:
            assert (answer.status, await answer.text()) == (403, "")
        assert used.rows("SELECT count(*) FROM inbox") == [(1,)], "the long one"
        assert used.rows("SELECT count(*), sum(rings) FROM unreadable") == [(4, 1)]


async def test_redeliveries_after_the_reply_and_while_the_first_is_held_before_commit_are_identical() -> None:
    async with stage(service=False) as used:
        await used.start_service("before_commit=hold:1.5@8")
        await used.act("fault", name="duplicate", on=True)
        for n in range(30):
            await used.act("text", openid=DAUGHTER, text=f"我要投诉，第{n}句")
        await used.until(
            lambda: sum(line["direction"] == "push" for line in used.journal()) >= 60, "not all were pushed"
        )
        oracle = (await used.state())["oracle"]
        assert (oracle["repeated"], oracle["identical"], oracle["lost"]) == (30, 30, 0)
        assert sum(map(len, used.records().values())) == 30


async def test_a_delayed_answer_is_pushed_again_and_the_phone_shows_it_once() -> None:
    async with stage() as used:
        await used.act("fault", name="drop", on=True)
        await used.act("text", openid=DAUGHTER, text="我要投诉")
        await used.until(
            lambda: sum(line["direction"] == "push" for line in used.journal()) >= 2, "it was not pushed again"
        )
        lines = [line for line in used.journal() if line["direction"] == "push"]
        assert [(line["try"], line["ok"]) for line in lines] == [(1, False), (2, True)]
        assert len(used.records()["C" + lines[1]["answer"].split("编号 C")[1][:9]]) == 1
        assert sum("编号" in line for line in await used.chat(DAUGHTER)) == 1


async def test_kill_9_at_every_point_loses_nothing_and_handles_nothing_twice(chosen: Choice) -> None:
    """One of the points a day; all of them in `make soak`."""
    points = chosen.of(POINTS, len(POINTS))
    proof = await prove(rounds=1, points=points)
    assert proof.holds(), f"killed at {points}, {chosen.told()}: {proof.line()}"


async def test_c1_c4_with_the_clock_moved_on_silence_and_breach_are_caught_up() -> None:
    async with stage() as used:
        now = wall().astimezone(ZoneInfo("Asia/Shanghai"))
        morning = now.replace(hour=9, minute=30, second=0) + timedelta(days=1)
        await used.act("clock", seconds=int((morning - now).total_seconds()))  # overdue words are said by day
        await used.act("text", openid=DAUGHTER, text="饭菜太凉了，我要投诉")
        await used.until(lambda: used.rows("SELECT count(*) FROM complaint") == [(1,)], "no case")
        await used.act("clock", seconds=7200)
        await used.until(
            lambda: used.rows("SELECT count(*) FROM promise WHERE mark = 'breached'") == [(1,)], "no breach"
        )

        async def both_arrived() -> bool:
            words = "".join(await used.chat(DAUGHTER))
            return "都记下了" in words and "还没" in words and "对不起" in words

        await used.until(both_arrived, "silence and breach were not told")
        assert (await used.state())["oracle"]["twice"] == 0


async def test_a_second_process_on_the_same_file_says_what_to_do() -> None:
    async with stage() as used:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            "serve",
            env=used.settings({"JIASHU_HTTP__PORT": "1"}),
            stderr=asyncio.subprocess.PIPE,
        )
        _, error = await child.communicate()
        assert child.returncode == 1
        assert "请先停掉服务" in error.decode()


async def test_a_lost_key_file_is_never_replaced_by_a_new_one() -> None:
    async with stage(staff=True) as used:
        await used.stop(used.service)
        (used.folder / "jiashu.keys").unlink()
        with pytest.raises(RuntimeError, match="钥匙"):
            await used.start_service()
        used.service = None


async def test_no_log_line_holds_a_word_of_a_person_or_a_secret() -> None:
    async with stage() as used:
        await used.act("text", openid=DAUGHTER, text="我要投诉，悄悄话")
        await used.act("errcode", code=45015)
        await used.until(lambda: used.rows("SELECT count(*) FROM inbox") == [(1,)], "not heard")
        with contextlib.suppress(ProcessLookupError):
            await used.stop(used.service, signal.SIGTERM)
        log = (used.folder / "service.log").read_text()
        for secret in ("悄悄话", "stage-secret", "stagetoken", "abcdefghijklmnopqrstuvwxyz", DAUGHTER):
            assert secret not in log
