"""Outbound against the stand-in platform on loopback: tokens, errcodes, media, and what no answer means."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot import errcodes
from bot.fetcher import Fetcher
from bot.gateway import Gateway
from bot.sender import Sender
from bot.tokens import TokenRefused, Tokens
from conversations import events
from services.media import media
from services.ports import CodeUsed, Fate, MediaGone, MediaLater, NotIdentified, NullPlatform, null_decode
from services.talks import answering
from settings import Wechat
from simulator.api import Api
from simulator.codec import Keys
from simulator.world import World
from speech import decode
from storage.seal import Sealer
from tests.conftest import HomeUnderTest

ROOT = Path(__file__).parents[2]
DAUGHTER = "oSim_lijing_0000000000000001"
ANSWERS = {"garbage": "<html>", "list": "[]", "empty": "{}", "number": "0"}
"""What is no answer of the platform, though it came with status 200."""


@dataclass
class Outside:
    world: World
    gateway: Gateway
    wechat: Wechat
    http: aiohttp.ClientSession
    fail: list[str]
    posts: list[str]


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    world = World(
        Keys("wx0123456789abcdef", "secret", "tok", "a" * 43, "secure"),
        ROOT / "bot" / "sample" / "home.toml",
        "http://127.0.0.1:1/wechat",
    )
    fail: list[str] = []
    posts: list[str] = []

    @web.middleware
    async def faulty(request: web.Request, handler: object) -> web.StreamResponse:
        posts.append(request.path)
        if fail and request.path.endswith("send"):
            how = fail.pop(0)
            if how == "500":
                return web.Response(status=500)
            if how in ANSWERS:
                return web.Response(text=ANSWERS[how])
            if how == "reset":
                assert request.transport is not None
                request.transport.abort()
        return await handler(request)  # type: ignore[operator, no-any-return]

    app = web.Application(middlewares=[faulty])
    Api(world).routes(app.router)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    wechat = Wechat(
        app_id="wx0123456789abcdef", app_secret="secret", api_base_url=f"http://127.0.0.1:{runner.addresses[0][1]}"
    )
    async with aiohttp.ClientSession() as http:
        yield Outside(world, Gateway(wechat, http), wechat, http, fail, posts)
    await runner.cleanup()


async def test_a_message_arrives_and_counts(outside: Outside) -> None:
    outside.world.spoke(DAUGHTER, scene=False)
    outcome = await outside.gateway.send_text(DAUGHTER, "您好，😀")
    assert outcome.fate is Fate.SENT
    assert outside.world.phones[DAUGHTER].chat[-1]["content"] == "您好，😀"
    assert outside.world.phones[DAUGHTER].session_left == 4


@pytest.mark.parametrize("code", [code for code in errcodes.TABLE if code not in {0, 40001, 40014, 42001, 41001}])
async def test_every_errcode_has_its_fate_and_a_sentence(outside: Outside, code: int) -> None:
    outside.world.spoke(DAUGHTER, scene=False)
    outside.world.errcodes.append(code)
    outcome = await outside.gateway.send_text(DAUGHTER, "您好")
    assert outcome == errcodes.TABLE[code].outcome
    assert outcome.why
    assert outcome.code == str(code)


async def test_an_unknown_errcode_is_shown_and_given_up(outside: Outside) -> None:
    outside.world.errcodes.append(99999)
    outcome = await outside.gateway.send_text(DAUGHTER, "您好")
    assert outcome.fate is Fate.GIVEN_UP
    assert "99999" in outcome.why


async def test_werobot_288_many_senders_fetch_one_token(outside: Outside) -> None:
    outside.world.spoke(DAUGHTER, scene=False)
    outcomes = await asyncio.gather(*(outside.gateway.send_text(DAUGHTER, str(n)) for n in range(5)))
    assert [outcome.fate for outcome in outcomes] == [Fate.SENT] * 5
    assert outside.posts.count("/cgi-bin/stable_token") == 1


async def test_wxjava_1381_an_expired_token_is_renewed_once_and_never_in_a_loop(outside: Outside) -> None:
    outside.world.spoke(DAUGHTER, scene=False)
    await outside.gateway.tokens.get()
    outside.world.tokens.clear()
    assert (await outside.gateway.send_text(DAUGHTER, "一")).fate is Fate.SENT
    outside.world.errcodes.extend([40001, 40001, 40001])
    outcome = await outside.gateway.send_text(DAUGHTER, "二")
    assert outcome.fate is Fate.RETRY
    assert outside.posts.count("/cgi-bin/message/custom/send") == 4


@pytest.mark.parametrize("how", ["500", "reset", *ANSWERS])
async def test_wxjava_2098_no_answer_is_unknown_never_a_blind_retry(outside: Outside, how: str) -> None:
    outside.fail.append(how)
    outcome = await outside.gateway.send_text(DAUGHTER, "一")
    assert outcome == errcodes.NO_ANSWER
    assert outside.posts.count("/cgi-bin/message/custom/send") == 1


async def test_nobody_there_is_a_retry(outside: Outside) -> None:
    gateway = Gateway(
        Wechat(app_id="wx0123456789abcdef", app_secret="s", api_base_url="http://127.0.0.1:1"), outside.http
    )
    assert await gateway.send_text(DAUGHTER, "一") == errcodes.NOT_REACHED
    gateway.tokens._token, gateway.tokens._until = "t", float("inf")
    assert await gateway.send_text(DAUGHTER, "一") == errcodes.NOT_REACHED
    with pytest.raises(MediaLater):
        await gateway.fetch_media("m")


async def test_a_wrong_secret_is_told_and_holds_everything(outside: Outside) -> None:
    wrong = Gateway(
        Wechat(app_id="wx0123456789abcdef", app_secret="wrong", api_base_url=outside.wechat.api_base_url), outside.http
    )
    outcome = await wrong.send_text(DAUGHTER, "一")
    assert outcome.account_waits
    assert outcome.code == "40125"
    with pytest.raises(TokenRefused):
        await Tokens(Wechat(app_id="x", app_secret="y", api_base_url=outside.wechat.api_base_url), outside.http).get()


async def test_media_comes_or_is_gone_and_says_which(outside: Outside) -> None:
    media_id = outside.world.keep_media("voice", b"#!AMR\n123")
    assert await outside.gateway.fetch_media(media_id) == b"#!AMR\n123"
    outside.world.tokens.clear()
    assert await outside.gateway.fetch_media(media_id) == b"#!AMR\n123"
    with pytest.raises(MediaGone):
        await outside.gateway.fetch_media("nobody")


async def test_the_sender_sends_what_is_ready_and_the_fetcher_keeps_files_sealed(
    outside: Outside, home: HomeUnderTest, tmp_path: Path
) -> None:
    voice = (ROOT / "simulator" / "static" / "sample.amr").read_bytes()
    media_id = outside.world.keep_media("voice", voice)
    outside.world.spoke(DAUGHTER, scene=False)
    who = await home.staff()
    await home.hears(events.Voice(media_id, "amr"), DAUGHTER)
    await home.hears(events.Image("gone"), DAUGHTER)
    person = await home.person(DAUGHTER)
    fates: list[Fate] = []
    sender = Sender(home.database, outside.gateway, home.clock, sent=fates.append)
    fetcher = Fetcher(home.database, outside.gateway, tmp_path / "media", home.clock)
    loops = [asyncio.create_task(sender.run()), asyncio.create_task(fetcher.run())]
    await home.database.write(lambda db: answering.answer(db, who, person, "听到了", "k", home.clock()))
    sender.wake()
    fetcher.wake()
    for _ in range(100):
        await asyncio.sleep(0.05)
        if (
            await home.one("SELECT count(*) FROM media WHERE state = 'wanted'") == 0
            and await home.one("SELECT state FROM outbox") == "sent"
        ):
            break
    assert fates == [Fate.SENT], "and it is counted"
    for loop in loops:
        loop.cancel()
    assert outside.world.phones[DAUGHTER].chat[-1]["content"] == "听到了"
    rows = await home.rows("SELECT id, state, mime, why FROM media ORDER BY id")
    assert [row[1:] for row in rows] == [("kept", "audio/amr", None), ("lost", None, "微信那边已经没有这份文件了")]
    file = media.file_of(tmp_path / "media", rows[0][0])
    assert voice[:60] not in file.read_bytes()
    assert media.read_file(tmp_path / "media", home.database.sealer, rows[0][0]) == voice


async def test_c6_a_file_that_cannot_be_written_harms_no_other_of_its_round(
    outside: Outside, home: HomeUnderTest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("one", "two"):
        await home.hears(events.Image(outside.world.keep_media("image", f"\xff\xd8\xff{name}".encode("latin-1"))))
    first = await home.one("SELECT min(id) FROM media")
    write = media.write_file

    def full(folder: Path, sealer: Sealer, media_id: int, data: bytes) -> None:
        if media_id == first:
            raise MemoryError
        write(folder, sealer, media_id, data)

    monkeypatch.setattr(media, "write_file", full)
    assert await Fetcher(home.database, outside.gateway, tmp_path, home.clock).round() == 2
    assert await home.rows("SELECT state, tries FROM media ORDER BY id") == [("wanted", 1), ("kept", 1)]


async def test_a_file_that_cannot_be_fetched_is_tried_for_three_days_and_then_lost(home: HomeUnderTest) -> None:
    await home.hears(events.Image("m"))
    for _ in range(38):
        due = await home.database.store(lambda store: media.wanted(store, home.clock()))
        await home.database.store(
            lambda store, w=due[0]: media.missed(store, w, home.clock(), gone=False)  # type: ignore[misc]
        )
        home.clock.on(hours=2)
    assert await home.rows("SELECT state, why FROM media") == [("lost", "三天都没取到，请对方重发一次")]


@pytest.mark.parametrize(
    ("data", "mime"),
    [(b"#!AMR-WB\n", "audio/amr-wb"), (b"\x89PNG\r\n\x1a\n", "image/png"), (b"<html>", "application/octet-stream")],
)
def test_files_are_known_by_their_first_bytes(data: bytes, mime: str) -> None:
    assert media.sniff(data) == mime


async def test_amr_becomes_mp3_in_a_process_of_its_own() -> None:
    voice = (ROOT / "simulator" / "static" / "sample.amr").read_bytes()
    sound = await decode.to_mp3(voice)
    assert media.sniff(sound) == "audio/mpeg"
    with pytest.raises(ValueError, match="no sound"):
        await decode.to_mp3(b"not a sound")
    with pytest.raises(ValueError, match="larger"):
        await decode.to_mp3(b"x" * (decode.MAX_BYTES + 1))
    assert decode.transcode(voice)[:3] == sound[:3]
    decode._worker().shutdown()
    decode._worker.cache_clear()


async def test_the_null_siblings_say_that_nothing_is_there() -> None:
    assert (await NullPlatform().send_text("o", "x")).fate is Fate.PARKED
    with pytest.raises(MediaLater):
        await NullPlatform().fetch_media("m")
    with pytest.raises(ValueError, match="no decoder"):
        await null_decode(b"")


async def test_fault_w8_a_code_that_was_used_is_told_from_a_person_who_is_nobody(outside: Outside) -> None:
    def code() -> str:
        outside.world.codes["once"] = (DAUGHTER, "snsapi_base", outside.world.now() + 300)
        return "once"

    assert await outside.gateway.identify(code()) == DAUGHTER
    for old in ("once", "invented"):
        with pytest.raises(CodeUsed):
            await outside.gateway.identify(old)
    outside.world.desk.used_codes.clear()
    outside.world.faults["snapshot"] = True
    with pytest.raises(NotIdentified) as nobody:
        await outside.gateway.identify(code())
    assert not isinstance(nobody.value, CodeUsed), "a virtual identity stays one, however often it is asked"
