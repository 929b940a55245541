"""A stronger reader of the operator's own: asked about doubtful messages alone, believed where its answer fits, and
nothing is lowered or waits by it, whatever it does.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot import config, doctor
from bot.envelopes import Account
from bot.inbound import Inbound
from bot.pushes import Push
from bot.reading import Reader
from bot.stronger import Stronger, of, told_by
from care.errors import ConfigError
from care.triage import Urgency
from conversations import events
from services.emergencies.board import Board
from settings import Reading
from storage.spool import Spool
from tests.bot.logged import actions
from tests.bot.test_config import GOOD
from tests.conftest import HomeUnderTest
from understanding import cascade
from understanding.classes import SCORES

WORDS = "今天天气不错"
FALL = {"danger": "ring", "kind": "fall", "intent": "other"}


class Model:
    """Stands in for the operator's model: says what it is told to, after a time."""

    def __init__(self) -> None:
        self.says: object = FALL
        self.after, self.status = 0.0, 200
        self.asked: list[dict[str, object]] = []

    async def complete(self, request: web.Request) -> web.Response:
        self.asked.append(await request.json())
        await asyncio.sleep(self.after)
        said = self.says if isinstance(self.says, str) else json.dumps(self.says)
        head = {"Location": "http://127.0.0.1:9/"} if self.status == 302 else {}
        return web.json_response({"choices": [{"message": {"content": said}}]}, status=self.status, headers=head)

    async def list(self, _: web.Request) -> web.Response:
        return web.json_response({"data": [{"id": "m"}]}, status=self.status)


@pytest.fixture
async def model() -> AsyncIterator[tuple[Model, Stronger]]:
    stand_in, app = Model(), web.Application()
    app.router.add_post("/v1/chat/completions", stand_in.complete)
    app.router.add_get("/v1/models", stand_in.list)
    async with TestServer(app) as server:
        url = f"http://127.0.0.1:{server.port}/v1"
        asks = of(Reading(stronger_url=url, stronger_model="m", stronger_seconds=1))
        assert asks is not None
        yield stand_in, asks
        await asks.close()


@pytest.fixture
async def taken(
    home: HomeUnderTest, model: tuple[Model, Stronger], tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Callable[[str], "asyncio.Future[object]"]]:
    monkeypatch.setattr(cascade, "_is_doubtful", lambda found: found.words.startswith(WORDS))
    spool = Spool(tmp_path / "spool", home.database.sealer)  # type: ignore[operator]
    account = Account(home.ids.account_id, home.ids.home_id)
    inbound = Inbound(home.database, account, home.clock, Board(), spool, home.house, Reader(stronger=model[1]))

    async def takes(words: str) -> object:
        at = home.clock().replace(microsecond=0)
        push = Push("gh", "daughter", f"m:{words}", "text", events.Text(words), b"<xml/>", at)
        receipt = await inbound.take(push)
        while inbound._twice._tasks:
            await asyncio.wait(inbound._twice._tasks)
        return receipt

    yield takes  # type: ignore[misc]
    await inbound.close()
    spool.close()


async def alarms(home: HomeUnderTest) -> list[str]:
    return [kind for (kind,) in await home.rows("SELECT kind FROM alarm")]


async def test_what_it_hears_rings_late_and_it_is_asked_about_doubtful_words_alone(
    home: HomeUnderTest, model: tuple[Model, Stronger], taken: Callable[[str], "asyncio.Future[object]"]
) -> None:
    await taken("谢谢")
    assert model[0].asked == []
    await taken(WORDS)
    assert await alarms(home) == ["跌倒受伤"]
    (asked,) = model[0].asked
    assert asked["messages"][-1] == {"role": "user", "content": WORDS}  # type: ignore[index]
    assert asked["response_format"]["json_schema"]["strict"]  # type: ignore[index]
    assert model[1].figures == {"read": 1}


@pytest.mark.parametrize(
    "says",
    [
        "有人摔了",
        {"danger": "ring", "kind": "flood", "intent": "other"},
        {"danger": "ring", "kind": "", "intent": "other"},
        {"danger": "no", "kind": "", "intent": "verdict_yes"},
        {**FALL, "why": "x"},
        {"danger": "ring"},
        "[]",
    ],
)
async def test_an_answer_that_does_not_fit_is_not_believed(
    says: object,
    home: HomeUnderTest,
    model: tuple[Model, Stronger],
    taken: Callable[[str], "asyncio.Future[object]"],
    caplog: pytest.LogCaptureFixture,
) -> None:
    model[0].says = says
    await taken(WORDS)
    assert await alarms(home) == []
    assert model[1].figures == {"failed": 1}
    assert actions(caplog) == ["stronger_failed"]
    assert all(WORDS not in str(record.__dict__) for record in caplog.records)


@pytest.mark.parametrize("status", [500, 302, 404])
async def test_who_sends_elsewhere_or_has_no_answer_is_not_followed(
    status: int, home: HomeUnderTest, model: tuple[Model, Stronger], taken: Callable[[str], "asyncio.Future[object]"]
) -> None:
    model[0].status = status
    await taken(WORDS)
    assert (await alarms(home), model[1].figures) == ([], {"failed": 1})


async def test_one_that_is_too_late_or_not_there_is_given_up(
    home: HomeUnderTest, model: tuple[Model, Stronger], taken: Callable[[str], "asyncio.Future[object]"]
) -> None:
    model[0].after = 5.0
    await taken(WORDS)
    assert (await alarms(home), model[1].figures) == ([], {"failed": 1})
    nobody = Stronger(Reading(stronger_url="http://127.0.0.1:9/v1"))
    asked = nobody.ask(WORDS)
    assert asked is not None
    assert await asked is None
    await nobody.close()


async def test_more_than_four_at_a_time_are_not_asked(model: tuple[Model, Stronger]) -> None:
    model[0].after = 0.05
    asked = [model[1].ask(WORDS) for _ in range(6)]
    assert [one is None for one in asked] == [False] * 4 + [True] * 2
    await asyncio.gather(*(one for one in asked if one is not None))
    assert model[1].figures == {"read": 4, "left": 2}
    assert model[1].ask(WORDS) is not None


async def test_p2_the_doctor_looks_whether_it_is_there_and_sends_no_words(model: tuple[Model, Stronger]) -> None:
    url = str(model[1]._url).removesuffix("/chat/completions")
    async with aiohttp.ClientSession() as http:
        assert (await doctor._stronger(Reading(stronger_url=url, stronger_model="m"), http)).mark is doctor.Mark.GOOD
        other = await doctor._stronger(Reading(stronger_url=url, stronger_model="n"), http)
        model[0].status = 500
        failing = await doctor._stronger(Reading(stronger_url=url, stronger_model="m"), http)
        away = await doctor._stronger(Reading(stronger_url="http://127.0.0.1:9/v1"), http)
    assert [one.mark for one in (other, failing, away)] == [doctor.Mark.LOOK] * 3
    assert "500" in failing.words
    assert model[0].asked == []


def sure(label: str) -> tuple[float, ...]:
    return tuple(4.0 if name == label else -1.0 for name in SCORES)


@pytest.mark.parametrize(
    ("inline", "told", "level", "intent"),
    [
        ("!fall", ("no", "", "thanks"), Urgency.P0, "emergency"),
        ("greeting", ("ring", "abuse", "other"), Urgency.P0, "abuse"),
        ("greeting", ("ask", "brain", "other"), Urgency.P2, "greeting"),
        ("greeting", ("show", "", "other"), Urgency.P2, "greeting"),
        ("greeting", ("no", "", "tour"), Urgency.P3, "tour"),
        ("complaint", ("no", "", "thanks"), Urgency.P3, "complaint"),
        ("bereaved", ("no", "", "thanks"), Urgency.P3, "bereaved"),
    ],
)
def test_it_raises_and_sorts_and_lowers_nothing(
    inline: str, told: tuple[str, str, str], level: Urgency, intent: str
) -> None:
    found = cascade.decide(cascade.Reading("今天下午的事", sure(inline), told=cascade.Told(*told)), "family")
    assert (found.level, found.intent) == (level, intent)
    assert found.ask == (told[0] == "ask")


def test_an_answer_without_a_choice_is_none() -> None:
    with pytest.raises(ValueError, match="choice"):
        told_by(b'{"choices": []}')
    assert of(Reading()) is None


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("http://127.0.0.1:8080/v1", True),
        ("http://localhost:8080/v1", True),
        ("https://192.168.1.20/v1", True),
        ("http://10.1.2.3:1", True),
        ("http://172.31.0.9:8000/v1", True),
        ("http://[fd00::1]:8080/v1", True),
        ("", True),
        ("http://8.8.8.8/v1", False),
        ("http://172.32.0.1/v1", False),
        ("https://api.example.cn/v1", False),
        ("http://127.0.0.1@8.8.8.8/v1", False),
        ("http://127.0.0.1.example.cn/v1", False),
        ("http://0.0.0.0:8080/v1", False),
        ("http://169.254.169.254/v1", False),
        ("http://[2001:4860:4860::8888]/v1", False),
        ("ftp://127.0.0.1/", False),
        ("http://127.0.0.1:99999/v1", False),
    ],
)
def test_only_an_address_of_this_machine_or_the_houses_network_is_taken(url: str, good: bool) -> None:
    environment = GOOD | {"JIASHU_READING__STRONGER_URL": url}
    if good:
        assert config.load(None, environment).reading.stronger_url == url
        return
    with pytest.raises(ConfigError, match="来信不出院"):
        config.load(None, environment)
