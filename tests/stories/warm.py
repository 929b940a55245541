"""Demos that start quickly: one process has loaded the product, and each demo is a fork of it that runs the command.

Three things are not those of a user's start: staff have passwords that cost little (`test_passwords` holds the cost),
the interpreter has loaded the modules before, and nothing is read a second time, since that loads the encoder.
`test_demo` starts the command as users do.
"""

import asyncio
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn

ROOT: Final = Path(__file__).parent.parent.parent
READY_WITHIN: Final = 30.0


class Warm:
    """The loaded process, as the tests hold it."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.stories.warm"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )

    def start(self, arguments: list[str], output: Path) -> int:
        """Run `jiashu` with these words; its pid."""
        return int(self._asked(run=arguments, output=str(output)))

    def stop(self, pid: int) -> int:
        """End it; its exit code."""
        return int(self._asked(stop=pid))

    def close(self) -> None:
        """No more."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()

    def _asked(self, **what: Any) -> Any:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


async def printed(output: Path, last: str) -> str:
    """What a child printed, up to a word."""
    async with asyncio.timeout(READY_WITHIN):
        while True:
            found = output.read_text(encoding="utf-8") if output.exists() else ""
            if last in found:
                return found
            await asyncio.sleep(0.02)


def _load() -> Callable[[list[str]], int]:
    """All that a demo needs, as one that is made here for nobody has loaded it."""
    from argon2 import PasswordHasher

    from bot import reading
    from bot.cli import main
    from services.staff import staff
    from storage import migrate

    for name in ("bot.config", "bot.demo", "bot.logs", "storage.sqlite"):
        importlib.import_module(name)
    setattr(staff, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # noqa: B010  (Final)
    vars(reading)["installed"] = lambda: False
    with tempfile.TemporaryDirectory() as folder:
        migrate.upgrade(Path(folder) / "nobody.db")
    gc.collect()
    gc.freeze()  # the forks need not look through it
    return main


def _run(main: Callable[[list[str]], int], arguments: list[str], output: str) -> NoReturn:
    """In the fork."""
    os.setsid()
    out, nothing = os.open(output, os.O_CREAT | os.O_WRONLY | os.O_APPEND), os.open(os.devnull, os.O_RDWR)
    for number, target in enumerate((nothing, out, nothing)):
        os.dup2(target, number)
    code = 1
    try:
        code = main(arguments)
        sys.stdout.flush()
    finally:
        os._exit(code)


def serve() -> None:
    """A line of JSON in, a number out, until nobody asks any more; then all end."""
    main, running = _load(), set[int]()
    for line in sys.stdin:
        asked = json.loads(line)
        if "run" in asked:
            pid = os.fork()
            if not pid:
                _run(main, asked["run"], asked["output"])
            running.add(pid)
            answer = pid
        else:
            answer = _ended(asked["stop"])
            running.discard(asked["stop"])
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in running:
        _ended(pid)


def _ended(pid: int) -> int:
    os.kill(pid, signal.SIGTERM)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    serve()
