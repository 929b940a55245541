"""The sample home: made by services alone, and a fortnight behind it that leaves nothing undone."""

import ast
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.sample import fortnight, play
from bot.sample import home as homes
from bot.sample.play import Play
from console import app as console
from services.access import pages
from services.emergencies.board import Board
from services.staff import staff
from services.subject import Running
from storage.types import micros
from tests.conftest import HomeUnderTest

ROOT = Path(fortnight.__file__).parent
SCENE = tomllib.loads((ROOT.parents[1] / "bot" / "sample" / "home.toml").read_text(encoding="utf-8"))
EVENING = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
WRITES = {"add", "add_all", "delete", "merge", "insert", "insert_missing", "update", "change", "execute"}


def test_no_row_of_the_sample_home_is_written_but_by_services() -> None:
    """Its modules ask and call; none of them names a table or writes a statement."""
    for file in ROOT.glob("*.py"):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not {name for name in imported if name and name.startswith(("storage.tables", "sqlalchemy"))}, file.name
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                assert not (node.value.id in {"db", "store"} and node.attr in WRITES), f"{file.name}:{node.lineno}"
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                assert not re.match(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", node.value), f"{file.name}:{node.lineno}"


def test_the_book_says_everything_once_and_names_only_people_who_are_there() -> None:
    book = fortnight.book()
    sentences = [one for told in book["letters"].values() for one in told["sentences"] if one]
    assert len(sentences) == len(set(sentences)) > 200
    said = [entry["says"] for entry in book["acts"] if len(entry.get("says", "")) > 8]
    assert len(said) == len(set(said)) > 90
    known = {one["name"] for one in (*book["kin"], *SCENE["people"])} | {"陆佩芳", "陆晓明", "访客"}
    assert {entry[key] for entry in book["acts"] for key in ("who", "to") if key in entry and "-" not in entry[key]} - {
        *known,
        *(entry["to"] for entry in book["acts"] if entry["do"] == "status"),
    } == set()
    for told in book["letters"].values():
        for photo in (photo for photos in told["photos"].values() for photo in photos):
            assert (play.BOOK / f"{photo}.jpg").is_file(), photo


@pytest.fixture
async def played(home: HomeUnderTest) -> tuple[HomeUnderTest, Play]:
    began = fortnight.begins(EVENING, home.settings)
    made = await homes.furnish(home.database, home.ids, SCENE, EVENING, began)
    told: list[int] = []
    running = Running(home.database, made.house, home.ids.home_id, home.settings)
    play = fortnight.Fortnight(made, running, EVENING, lambda day, _: told.append(day))
    found = await play.play()
    assert play.failed == [], "\n".join(play.failed)
    assert told == sorted(told)
    assert (told[0], told[-1]) == (1, fortnight.DAYS)
    home.clock.now = EVENING
    return home, found


@pytest.mark.slow
async def test_a_fortnight_shows_every_stage_and_leaves_nothing_undone(
    played: tuple[HomeUnderTest, Play], monkeypatch: pytest.MonkeyPatch
) -> None:
    under, found = played
    stages = await under.rows("SELECT DISTINCT stage FROM complaint WHERE closed_at IS NULL ORDER BY stage")
    assert [number for (number,) in stages] == list(range(1, 10))
    assert await under.one("SELECT count(*) FROM complaint WHERE closed_at IS NOT NULL") == 3
    assert await under.one("SELECT max(rounds) FROM complaint WHERE closed_at IS NOT NULL") == 1
    assert await under.one("SELECT count(*) FROM evidence") == 3
    broken = await under.rows("SELECT kind, made_at, due_at, kept_at FROM promise WHERE mark = 'breached'")
    assert broken == [], "a promise was broken"
    late = await under.one("SELECT count(*) FROM task WHERE ended_at IS NULL AND due_at < ?", micros(EVENING))
    assert late == 0, "what the machine filed was left undone"
    now = EVENING
    for late in (
        "SELECT count(*) FROM promise WHERE kept_at IS NULL AND due_at <= ?",
        "SELECT count(*) FROM promise WHERE kept_at IS NULL AND look_at <= ?",
        "SELECT count(*) FROM plan WHERE state = 'planned' AND due_at <= ?",
        "SELECT count(*) FROM conversation WHERE idle_at <= ?",
        "SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending', 'waiting') AND created_at <= ?",
        "SELECT count(*) FROM outbox WHERE state = 'planned' AND not_before <= ?",
    ):
        assert await under.rows(late.replace("?", "{}").format(int(now.timestamp() * 1_000_000))) == [(0,)], late
    assert await under.one("SELECT count(*) FROM alarm WHERE arrived_at IS NULL") == 0
    assert await under.one("SELECT count(*) FROM inbox WHERE set_aside IS NOT NULL") == 0
    assert await under.send_all() == [], "the demo would begin with a storm"
    gone = await under.one(
        """SELECT count(*) FROM outbox o JOIN kinship k ON k.person_id = o.person_id JOIN resident r
           ON r.id = k.resident_id JOIN stop s ON s.person_id = r.person_id
           WHERE r.status = '去世' AND o.staff_id IS NULL AND o.created_at > s.set_at"""
    )
    assert gone == 0, "the machine spoke to a family in mourning"
    assert await under.one("SELECT count(*) FROM letter_reading WHERE reaction IS NOT NULL") > 20
    assert await under.one("SELECT count(*) FROM weekly_letter WHERE state = 'released'") == 6
    assert await under.one("SELECT count(*) FROM weekly_reading") == 1
    assert await under.rows("SELECT stage, count(*) FROM appointment GROUP BY stage ORDER BY stage") == [
        ("done", 1),
        ("planned", 2),
    ]
    told = await under.rows(
        "SELECT o.proof, count(*) FROM plan p JOIN outbox o "
        "ON o.person_id = p.person_id AND o.purpose = 'greeting_elder' "
        "WHERE p.occasion = 'birthday' AND p.state = 'sent' GROUP BY o.proof ORDER BY 2"
    )
    assert told == [(None, 1), ("printed", 3)], "one by a message, who has no phone by a card for the bedside"
    assert await under.one("SELECT count(*) FROM by_hand WHERE kind = 'print' AND settled_at IS NULL") == 0
    await _every_page(under, found, monkeypatch)


async def _every_page(under: HomeUnderTest, found: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """The director opens each page of the menu, a resident of each kind and every complaint."""
    monkeypatch.setattr(staff, "verify", lambda *_: True)

    async def decode(data: bytes) -> bytes:
        return data

    app = web.Application()
    app.add_subapp(
        "/console", console.build(under.database, found.home.house, Board(), under.settings, under.clock, decode)
    )
    async with TestClient(TestServer(app)) as client:
        page = await (await client.get("/console/login")).text()
        token = re.search(r'name="csrf" value="([^"]*)"', page)
        form = {"login": "shen", "password": "jiashu-demo", "csrf": token[1] if token else ""}
        await client.post("/console/login", data=form, headers={"Sec-Fetch-Site": "same-origin"})
        director = found.home.director
        wanted = [page.path for page in pages() if director.sees(page)]
        wanted += ["/complaints/closed", "/residents/beds", "/binding", "/search?q=王秀英"]
        told = fortnight.book()["letters"]
        wanted += [f"/residents/{number}" for place, number in found.home.residents.items() if place in told]
        wanted += [f"/complaints/{number}" for number in found.cases.values()]
        wanted += [f"/chats/{await found.person(name)}" for name in found.phones]
        texts = {}
        for path in wanted:
            answer = await client.get(f"/console{path}")
            assert answer.status == 200, path
            texts[path] = await answer.text()
            assert "<main" in texts[path], path
    assert "陆佩芳" in texts["/residents"]
    assert "C261129-" in texts["/complaints"]
    assert "满意" in texts["/surveys"]
    assert "折了六朵" not in texts["/letters"], "that was a fortnight ago"
