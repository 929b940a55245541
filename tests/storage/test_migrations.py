"""An upgrade that is killed in the middle: nothing is half done, the next try passes (faults T; engineering 2)."""

import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from scripts import servers
from storage import migrate


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_p7_a_migration_that_is_killed_at_a_statement_passes_at_the_next_try(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Some of the statements here, all of them in `make soak PART=5`."""
    if kind == "postgres":
        server: servers.Postgres = request.getfixturevalue("postgres_server")
        url = server.create("killed")
    else:
        url = f"sqlite:///{tmp_path / 'killed.db'}"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.migrations", "--every", "96", url],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "half a schema 0, next try failed 0" in done.stdout
    assert migrate.current(url) == migrate.head()


def test_p7_what_an_older_release_left_behind_when_it_was_killed_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "bricked.db"
    migrate.upgrade(path, "0011")
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("CREATE TABLE _alembic_tmp_outbox (id INTEGER PRIMARY KEY)")
        opened.execute("CREATE TABLE _alembic_tmp_elsewhere (id INTEGER PRIMARY KEY)")
    migrate.upgrade(path)
    assert migrate.current(path) == migrate.head()
    with closing(sqlite3.connect(path)) as opened:
        left = {
            name
            for (name,) in opened.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE '\\_alembic\\_tmp%' ESCAPE '\\'"
            )
        }
    assert left == {"_alembic_tmp_elsewhere"}, "a copy whose table is gone may hold the only rows: it is left alone"


def test_p7_a_row_that_names_nothing_stops_the_upgrade_and_leaves_the_old_schema(tmp_path: Path) -> None:
    path = tmp_path / "broken.db"
    migrate.upgrade(path, "0011")
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.execute("INSERT INTO downtime (id, home_id, from_at, to_at) VALUES (1, 99, 0, 0)")
    with pytest.raises(RuntimeError, match="is not there"):
        migrate.upgrade(path)
    assert migrate.current(path) == "0011"


def test_fault_i12_the_database_is_for_its_user_alone(tmp_path: Path) -> None:
    """A new file at once, one that an older release made at the next start."""
    path, old = tmp_path / "new.db", os.umask(0)
    try:
        migrate.upgrade(path)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        beside = path.with_name("new.db-wal")
        beside.touch(0o666)
        path.chmod(0o644)
        migrate.make_private(path)
    finally:
        os.umask(old)
    assert {stat.S_IMODE(file.stat().st_mode) for file in (path, beside)} == {0o600}
