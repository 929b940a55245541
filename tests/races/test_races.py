"""Each pair of rivals, on both engines: the end is that of some order one after the other, and who comes second is
told.

Short here: two forced orders and three at random, each pair on one of the engines a day; `benchmarks.races` plays each
a hundred times on both.
"""

import hashlib
import re
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from care.states import Role
from console import app as console
from scripts import servers
from services.emergencies.board import Board
from storage import tables
from storage.store import Store
from tests.races.ground import Ground, ground
from tests.races.judgement import MODES, Report, allowed_ends, deadlocks, race
from tests.races.model import Pair, Stage, Turn
from tests.races.moments.complaints import APPROVAL, COMPLAINT, PLAN
from tests.races.moments.families import APPLICATIONS
from tests.races.moments.greetings import BIRTHDAY
from tests.races.moments.letters import LETTER, RELEASED
from tests.races.processes import Process, play_apart
from tests.races.scenarios import PAIRS
from tests.races.stages import Stages

pytestmark = pytest.mark.asyncio(loop_scope="module")
FAULTS = {pair.fault: pair for pair in PAIRS if pair.fault}
OTHERS = [pair for pair in PAIRS if not pair.fault]
ENGINES = ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory, migrated: Path) -> Stages:
    return Stages(tmp_path_factory.mktemp("races"), migrated)


@pytest.fixture(scope="module", params=ENGINES)
def address(request: pytest.FixtureRequest, stages: Stages, migrated: Path) -> Iterator[str]:
    """A migrated database for all tests of an engine. No deadlock may be in the server's log after them."""
    if request.param == "sqlite":
        file = stages.folder / "play.db"
        file.write_bytes(migrated.read_bytes())
        yield f"sqlite:///{file}"
        return
    server: servers.Postgres = request.getfixturevalue("postgres_server")
    before = deadlocks(server.folder)
    yield server.create(f"races{uuid.uuid4().hex}", "migrated")
    assert deadlocks(server.folder) == before


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def where(address: str, stages: Stages) -> AsyncIterator[Ground]:
    """One ground for all tests of an engine: the rows are put back before each play."""
    async with ground(address, stages.sealer) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def one_process(stages: Stages, migrated: Path) -> AsyncIterator[Ground]:
    """A ground on SQLite, for two sessions of one process."""
    file = stages.folder / "sessions.db"
    file.write_bytes(migrated.read_bytes())
    async with ground(f"sqlite:///{file}", stages.sealer) as made:
        yield made


@pytest.fixture(scope="module")
def processes(address: str, stages: Stages) -> Iterator[list[Process]]:
    """Two processes on PostgreSQL; none on SQLite, which one process serves."""
    made = [Process(address, stages.folder / "races.keys") for _ in range(0 if address.startswith("sqlite") else 2)]
    yield made
    for one in made:
        one.stop()


async def mends(where: Ground, stages: Stages, fault: str, processes: list[Process]) -> None:
    """A fault that was seen: all kinds of plays, and on PostgreSQL in two processes as well."""
    pair = FAULTS[fault]
    report = await race(where, stages, pair, len(MODES), 3, alone=True)
    if processes:
        apart = Report(pair.name)
        allowed = await allowed_ends(where, stages, pair, apart)
        for first in (0, 1):
            played = await play_apart(where, stages, pair, processes, first, "found")
            apart.see(played, allowed, pair)
            assert played.overlapped
        report.wrong += apart.wrong
    assert report.wrong == []


async def test_fault_d1_a_letter_that_is_withdrawn_while_it_is_released_is_told_to_nobody(
    where: Ground, stages: Stages, processes: list[Process]
) -> None:
    await mends(where, stages, "d1", processes)


async def test_fault_d2_of_two_who_decide_one_plan_one_decides_and_the_other_is_told(
    where: Ground, stages: Stages, processes: list[Process]
) -> None:
    await mends(where, stages, "d2", processes)


async def test_fault_d3_two_plans_for_one_case_are_one_plan_with_one_clock(
    where: Ground, stages: Stages, processes: list[Process]
) -> None:
    await mends(where, stages, "d3", processes)


async def test_fault_d4_a_greeting_that_is_held_while_it_is_taken_is_not_sent(
    where: Ground, stages: Stages, processes: list[Process]
) -> None:
    await mends(where, stages, "d4", processes)


@pytest.mark.part(2)
@pytest.mark.parametrize("pair", OTHERS, ids=lambda pair: pair.name.replace(" ", "-"))
async def test_race_ends_as_one_after_the_other_and_who_is_second_is_told(
    where: Ground, one_process: Ground, stages: Stages, pair: Pair
) -> None:
    """One after the other is played on SQLite, for both: what may come of it is the same on each engine, but where one
    writer has no need to act.
    """
    judge = where if pair.idle == "ab" else one_process
    report = await race(where, stages, pair, 2 if where.shared else 0, 3, alone=not where.shared, judge=judge)
    assert report.wrong == []


# -- two sessions of forms -----------------------------------------------------------------------------------------


class Session:
    """A colleague at the console, with a browser of their own."""

    def __init__(self, url: str, token: str) -> None:
        self._client = ClientSession(url, cookies={"jiashu": token}, headers={"HX-Request": "true"})

    async def get(self, page: str, address: str) -> tuple[str, str, dict[str, str]]:
        """Open a page: the address of the first form or button that ends like this, its secret, and what it was drawn
        from.
        """
        async with self._client.get(f"/console/{page}", headers={"HX-Request": ""}) as answer:
            text = await answer.text()
        found, csrf = re.search(rf'hx-post="([^"]*{address})"', text), re.search(r'"X-CSRF": "([^"]+)"', text)
        assert found, (page, address)
        assert csrf, page
        around = text[text.rfind("<form", 0, found.start()) : text.find("</form>", found.end())]
        drawn = re.match(r""" hx-vals='{"drawn": "(\w+)"}'""", text[found.end() :]) or re.search(
            r'name="drawn" value="(\w+)"', around
        )
        return found[1], csrf[1], {"drawn": drawn[1]} if drawn else {}

    async def post(self, form: tuple[str, str, dict[str, str]], fields: dict[str, str]) -> tuple[int, str]:
        """Send it."""
        async with self._client.post(form[0], data=form[2] | fields, headers={"X-CSRF": form[1]}) as answer:
            return answer.status, await answer.text()

    async def close(self) -> None:
        await self._client.close()


@dataclass(frozen=True)
class Form:
    """A form of the console: who opens which page, where it is sent, what two sessions write, and what the second is
    told.
    """

    stage: Stage
    role: Role
    page: Callable[[dict[str, int]], str]
    to: str
    fields: Callable[[dict[str, int], int], dict[str, str]]
    told: str


def _open_sessions(store: Store, people: list[int], now: datetime) -> None:
    """A session for each; the secret of the cookie is the id."""
    for one in people:
        token = hashlib.sha256(str(one).encode()).digest()
        store.insert(
            tables.StaffSession,
            staff_id=one,
            token_hash=token,
            csrf=f"c{one}",
            created_at=now,
            expires_at=now + timedelta(hours=1),
        )


def _complaint(facts: dict[str, int]) -> str:
    return f"complaints/{facts['case']}"


def _plan(facts: dict[str, int], _: int) -> dict[str, str]:
    return {
        "cause": "没规定",
        "department": "护理部",
        "responsible": str(facts["nurse0"]),
        "measures": "铃响转值班",
        "done_by": "2026-11-30",
        "reply": "",
    }


def _verdict(facts: dict[str, int], nth: int) -> dict[str, str]:
    return {"paper": str(facts["paper"]), "verdict": ("approve", "return")[nth], "why": "再改改"}


def _assessment(facts: dict[str, int], nth: int) -> dict[str, str]:
    return {
        "category": ("餐饮", "服务态度")[nth],
        "level": "1",
        "scope": "ours",
        "passed_to": "",
        "why": "",
        "owner": str(facts["supervisor0"]),
    }


def _nothing(_: dict[str, int], __: int) -> dict[str, str]:
    return {}


FORMS = {
    "decide": Form(APPROVAL, Role.DIRECTOR, _complaint, "/step/decide", _verdict, "刚刚已经"),
    "plan": Form(PLAN, Role.SUPERVISOR, _complaint, "/step/plan", _plan, "审批"),
    "write": Form(
        LETTER,
        Role.NURSE,
        lambda facts: f"letters/{facts['room306']}",
        r"/letters/{room306}",
        lambda _, nth: {"meals": ("大半", "全部")[nth], "sentence": ""},
        "改过这封家书",
    ),
    "assess": Form(COMPLAINT, Role.SUPERVISOR, _complaint, "/step/assess", _assessment, "改过这件投诉"),
    "withdraw": Form(
        RELEASED, Role.NURSE, lambda facts: f"letters/{facts['room306']}", r"/withdraw", _nothing, "收回了这封家书"
    ),
    "cancel": Form(BIRTHDAY, Role.DESK, lambda _: "days", r"/days/{plan}/cancelled", _nothing, "取消了这一条"),
    "confirm": Form(
        APPLICATIONS,
        Role.DESK,
        lambda facts: f"binding?one={facts['application0']}",
        r"/applications/{application0}/confirm",
        lambda _, __: {"scopes": "daily", "way": "paper", "proof": "card"},
        "核实了这位家属",
    ),
}


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
async def test_race_two_sessions_hold_the_same_form_and_the_second_is_told_who_was_first(
    one_process: Ground, stages: Stages, form: Form, first: int
) -> None:
    """Both open the page, both send: the one who comes second reads a sentence with the name of the first, in either
    order.
    """
    set_, database, house = await stages.of(form.stage), one_process.databases[0], one_process.house
    await one_process.prepare(set_)

    async def decode(data: bytes) -> bytes:
        return data

    app = web.Application()
    settings = stages.settings(f"sqlite:///{stages.folder / 'sessions.db'}")
    app.add_subapp("/console", console.build(database, house, Board(), settings, lambda: set_.now, decode))
    who = [Turn(house, set_.ids, set_.now, set_.facts, nth).who(form.role) for nth in (0, 1)]
    await database.store(lambda store: _open_sessions(store, [one.id for one in who], set_.now))
    async with TestServer(app) as server:
        sessions = [Session(str(server.make_url("/")), f"{one.id}") for one in who]
        forms = [await one.get(form.page(set_.facts), form.to.format_map(set_.facts)) for one in sessions]
        order = (first, 1 - first)
        answers = [await sessions[nth].post(forms[nth], form.fields(set_.facts, nth)) for nth in order]
        for one in sessions:
            await one.close()
    assert answers[0][0] < 300, answers[0]
    status, text = answers[1]
    assert status == 409, text
    assert form.told in text
    assert who[first].name in text or "有同事" in text
