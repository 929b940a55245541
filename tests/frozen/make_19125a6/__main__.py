"""Play, carry over, seal, look, write: `python -m make_19125a6 <folder to write>`."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

import asyncio
import json
import logging
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from bot import upkeep
from scripts import servers
from storage import migrate

from .facts import COMMIT, ENDS, GOES_ON
from .later import goes_on, hushed_later, restored
from .machine import machine_time, spooled
from .stored import dumped, packed, stored
from .story import story


async def make(folder: Path, target: Path) -> None:
    """Play, carry over, seal, look, write."""
    settings, codes = await story(folder)
    file = settings.database.path
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("PRAGMA journal_mode=DELETE")
        database.execute("VACUUM")
    database.close()
    shutil.copy(file, folder / "sample.db")
    await asyncio.to_thread(upkeep.backup, settings, folder / "home.backup", lambda: ENDS)
    expected: dict[str, Any] = {
        "commit": COMMIT,
        "schema": migrate.head(),
        "ends_at": ENDS.isoformat(),
        "goes_on_at": GOES_ON.isoformat(),
        "spool": await spooled(settings, target),
        **stored(folder / "sample.db", settings),
    }

    async def sqlite_copies(name: str) -> str:
        shutil.copy(folder / "sample.db", folder / f"{name}.db")
        return f"sqlite:///{folder / f'{name}.db'}"

    await hushed_later(folder, await sqlite_copies("hushed"))
    went_on = await goes_on(folder, sqlite_copies, codes)
    expected["restored"] = await restored(folder, expected["outbox"])
    with servers.postgres() as server:
        assert await asyncio.to_thread(upkeep.move, settings, server.create("sample")) == 0
        dumped(server, "sample", folder / "postgres.sql")

        async def postgres_copies(name: str) -> str:
            return await asyncio.to_thread(server.create, f"copy_{name}", "sample")

        also = await goes_on(folder, postgres_copies, codes)
    assert went_on == also, "the engines go on in different ways"
    text = json.dumps(expected | went_on, ensure_ascii=False, indent=1)
    (target / "expected.json").write_text(
        re.sub(r"\[\n\s+([^\[\]{}]{0,300}?)\n\s+\]", _on_one_line, text) + "\n", encoding="utf-8"
    )
    packed(folder / "sample.db", target / "sqlite.db.xz")
    packed(folder / "postgres.sql", target / "postgres.sql.xz")
    for name in ("home.backup", "jiashu.keys", "jiashu.audit-heads", "jiashu.stop-list"):
        shutil.copy(folder / name, target / name)
    sys.stdout.write(
        f"{sum(expected['counts'].values())} rows; states of the outbox: "
        f"{dict(Counter(row['state'] for row in expected['outbox']))}\n"
    )


def _on_one_line(found: "re.Match[str]") -> str:
    return "[" + re.sub(r"\n\s+", " ", found[1]) + "]"


def main() -> int:
    """0 when the sample is written."""
    commit = subprocess.run(["git", "rev-parse", "HEAD"], check=True, capture_output=True, text=True).stdout
    if not commit.startswith(COMMIT):
        sys.stderr.write("This is not 19125a6: run it on a checkout of that commit.\n")
        return 2
    target = Path(sys.argv[1]).resolve()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    logging.disable(logging.CRITICAL)
    os.environ.pop("JIASHU_POINTS", None)
    with tempfile.TemporaryDirectory(prefix="jiashu-frozen-") as folder, machine_time():
        asyncio.run(make(Path(folder), target))
    return 0


if __name__ == "__main__":
    sys.exit(main())
