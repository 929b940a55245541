"""A migration that is killed at each of its statements: the old schema stays whole and the next try passes, on both
engines.

`python -m benchmarks.migrations [--to N] [--every N] URL` kills, tries again and prints one line; exit 1 when a try did
not pass.
"""

import argparse
import os
import signal
import sqlite3
import sys
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, event

from storage import migrate
from storage.migrate import file_of


@dataclass
class Proof:
    """What was seen: kills, tries after a kill that did not pass, schemas that a kill left half done."""

    kills: int = 0
    failed: int = 0
    halves: int = 0

    def line(self) -> str:
        """The line for the record."""
        return f"killed at {self.kills} statements, half a schema {self.halves}, next try failed {self.failed}"

    def holds(self) -> bool:
        """Whether the promise was kept."""
        return self.kills > 0 and self.failed == self.halves == 0


def _die_at(place: int) -> None:
    """In a child: die before statement number `place` of this process, as if the power went."""
    count = 0

    @event.listens_for(Engine, "before_cursor_execute")
    def _(*_: Any) -> None:  # noqa: ANN401  (six arguments, none of which is needed)
        nonlocal count
        count += 1
        if count == place:
            os.kill(os.getpid(), signal.SIGKILL)


def _child(url: str, to: str, place: int | None = None) -> int:
    """Migrate in a process of its own; how it ended: 0, or the number of the signal that killed it."""
    pid = os.fork()
    if pid == 0:
        try:
            if place is not None:
                _die_at(place)
            migrate.upgrade(url, to)
        except BaseException as error:
            sys.stderr.write(f"{error!r}\n")
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.waitstatus_to_exitcode(status)


def _schema(url: str) -> object:
    """What a half migration would change: the tables with their words on SQLite, the revision on PostgreSQL."""
    file = file_of(url)
    if file is None:
        return migrate.current(url)
    with closing(sqlite3.connect(file)) as opened:
        return sorted(opened.execute("SELECT name, sql FROM sqlite_master"))


def prove(url: str, to: str = "head", every: int = 1) -> Proof:
    """Kill at statement 1, 1 + every, … until a run reaches its end; then every revision must be there."""
    proof, place = Proof(), 1
    before = _schema(url)
    while (ended := _child(url, to, place)) == -signal.SIGKILL:
        proof.kills += 1
        proof.halves += _schema(url) != before
        place += every
    proof.failed += ended != 0
    proof.failed += _child(url, to) != 0  # nothing is left to do
    proof.failed += to == "head" and migrate.current(url) != migrate.head()
    return proof


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--to", default="head")
    parser.add_argument("--every", type=int, default=1)
    chosen = parser.parse_args()
    seen = prove(chosen.url, chosen.to, chosen.every)
    print(seen.line())
    sys.exit(0 if seen.holds() else 1)
