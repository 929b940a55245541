"""One clock for business time: nothing else reads the wall, and a jump is caught up with once (architecture, Time)."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from services.outgoing import outbox
from services.promises import clocks
from services.talks import silence
from settings.clock import shifted, wall
from tests.conftest import HomeUnderTest, MakeHome

ROOT = Path(__file__).parents[2]
OURS = (
    "bot",
    "care",
    "console",
    "conversations",
    "pages",
    "scheduler",
    "services",
    "settings",
    "speech",
    "storage",
    "web",
)
WALL = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("func", "now"),
}
SQL = re.compile(
    r"\bnow\(\)|CURRENT_(?:TIMESTAMP|DATE|TIME)|(?:datetime|date|strftime|julianday)\([^)]*'now'", re.IGNORECASE
)


def wall_clocks(source: str) -> Iterator[str]:
    """Calls that read the wall clock, and SQL that does."""
    tree = ast.parse(source)
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name | ast.Attribute)
        ):
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else node.func.value.attr
            if (owner, node.func.attr) in WALL:
                yield f"line {node.lineno}: {owner}.{node.func.attr}()"
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in said
            and SQL.search(node.value)
        ):
            yield f"line {node.lineno}: {SQL.search(node.value)}"


def test_u9_only_the_clock_reads_the_wall() -> None:
    """And the maker of ids, in which nobody reads a time."""
    found = {
        f"{file.relative_to(ROOT)} {line}"
        for package in OURS
        for file in (ROOT / package).rglob("*.py")
        for line in wall_clocks(file.read_text(encoding="utf-8"))
    }
    assert {line.split(" ")[0] for line in found} == {"settings/clock.py", "storage/types.py"}, sorted(found)


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(UTC)",
        "date.today()",
        "time.time()",
        "datetime.datetime.utcnow()",
        "func.now()",
        "f('SELECT now()')",
        "f(\"SELECT strftime('%s', 'now')\")",
        "x = 'UPDATE t SET a = CURRENT_TIMESTAMP'",
    ],
)
def test_u9_the_look_for_other_clocks_finds_them(line: str) -> None:
    assert list(wall_clocks(line))


def test_u9_service_and_simulator_share_one_offset(tmp_path: Path) -> None:
    file = tmp_path / "offset"
    file.write_text("86400")
    assert timedelta(hours=23) < shifted(file)() - wall() < timedelta(hours=25)


def test_u9_a_look_in_the_middle_of_writing_the_offset_does_not_throw_the_clock_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six processes saw an empty file for a moment, were back in the present, and sent a morning's greeting in the
    evening.
    """
    monkeypatch.setattr("settings.clock.LOOK", 0.0)
    file = tmp_path / "offset"
    file.write_text("86400")
    now = shifted(file)
    ahead = now() - wall()
    file.write_text("")
    assert abs(now() - wall() - ahead) < timedelta(seconds=1)
    file.write_text("172800")
    assert now() - wall() > timedelta(hours=47)
    file.unlink()
    assert now() - wall() < timedelta(seconds=1)


async def look(home: HomeUnderTest) -> None:
    """What the ticker does, until nothing is left to do."""
    for _ in range(3):
        await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock()))
        await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
        await home.database.store(lambda store: outbox.give_up_parked(store, home.clock()))


async def test_c4_a_jump_of_a_month_is_caught_up_with_once(make_home: MakeHome) -> None:
    home: HomeUnderTest = await make_home()
    await home.hears("你们把我妈摔了，我要投诉")
    home.clock.on(days=30)
    await look(home)
    assert await home.rows("SELECT kind, mark FROM promise ORDER BY kind") == [
        ("first_feedback", "breached"),
        ("result", "breached"),
    ]
    told = await home.rows("SELECT purpose, state FROM outbox ORDER BY id")
    assert [purpose for purpose, _ in told] == ["silence", "late"]
    await look(home)
    assert await home.rows("SELECT purpose, state FROM outbox ORDER BY id") == told
    home.clock.on(days=30)
    await look(home)
    assert await home.one("SELECT count(*) FROM outbox") == 2
