"""A stage for stories and long proofs: the service and the stand-in platform as processes on loopback, ended by their
pid.
"""

import asyncio
import json
import os
import re
import signal
import socket
import sqlite3
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp

from settings.clock import LOOK
from storage import seal

ROOT = Path(__file__).parent.parent
APP_ID, SECRET, TOKEN, AES_KEY = (
    "wx0123456789abcdef",
    "stage-secret",
    "stagetoken",
    "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
)


LEFT_OPEN = re.compile("WECHAT__(APP_ID|APP_SECRET|TOKEN|ENCODING_AES_KEY)|HOME__NAME|HOME__PHONE|PUBLIC_URL")
"""What a director says in the browser."""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def platform_environment() -> dict[str, str]:
    """What the simulator is told in secret."""
    return os.environ | {"SIMULATOR_SECRET": SECRET, "SIMULATOR_TOKEN": TOKEN, "SIMULATOR_AES_KEY": AES_KEY}


@dataclass
class Stage:
    """Both processes and their addresses. `environment` overrides what the service is given."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    phone_port: int = field(default_factory=free_port)
    service: asyncio.subprocess.Process | None = None
    platform: asyncio.subprocess.Process | None = None
    ready_in: float = 0.0
    without: frozenset[str] = frozenset()
    """Settings that the program does not know yet."""
    http: aiohttp.ClientSession = field(init=False)
    _read: int = 0
    _directed: bool = False

    def clock_at(self, at: datetime) -> None:
        """Move the clock of service and simulator; whole or not at all, since they look at any moment."""
        part = self.folder / "offset.part"
        part.write_text(str(at.timestamp() - datetime.now(UTC).timestamp()))
        part.replace(self.folder / "offset")

    @property
    def url(self) -> str:
        """The service."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def phone(self) -> str:
        """The simulator."""
        return f"http://127.0.0.1:{self.phone_port}"

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.folder / "jiashu.db"

    def settings(self, more: dict[str, str]) -> dict[str, str]:
        """The whole configuration of the service: the environment alone."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("JIASHU_")}
        whole = (
            clean
            | {
                "JIASHU_HTTP__PORT": str(self.port),
                "JIASHU_HTTP__PUBLIC_URL": self.url,
                "JIASHU_WECHAT__APP_ID": APP_ID,
                "JIASHU_WECHAT__APP_SECRET": SECRET,
                "JIASHU_WECHAT__TOKEN": TOKEN,
                "JIASHU_WECHAT__ENCODING_AES_KEY": AES_KEY,
                "JIASHU_WECHAT__API_BASE_URL": self.phone,
                "JIASHU_DATABASE__URL": f"sqlite:///{self.database}",
                "JIASHU_MEDIA__PATH": str(self.folder / "media"),
                "JIASHU_CLOCK__OFFSET_FILE": str(self.folder / "offset"),
                "JIASHU_SECURITY__IDLE_MINUTES": "1440",
                "JIASHU_HOME__NAME": "青禾颐养院",
                "JIASHU_HOME__PHONE": "0571-8800-0101",
            }
            | self.environment
            | more
        )
        return {name: value for name, value in whole.items() if name not in self.without}

    async def start_service(self, points: str = "") -> None:
        """Start `jiashu serve --migrate` and wait until it commits."""
        started = time.monotonic()
        with (self.folder / "service.log").open("ab") as log:
            self.service = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.cli",
                "serve",
                "--migrate",
                env=self.settings({"JIASHU_POINTS": points}),
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        await self.until(self._ready, "the service was not ready")
        self.ready_in = time.monotonic() - started

    async def start_demo(self) -> None:
        """Start `jiashu demo` without its fortnight, service and simulator in one, with its data in the folder."""
        options = ["--port", str(self.port), "--phone-port", str(self.phone_port), "--data", f"{self.folder}/demo"]
        self.service = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            "demo",
            *options,
            "--no-fortnight",
            cwd=ROOT,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await self.until(lambda: self.answers(f"{self.phone}/api/state"), "the demo did not start", 60)

    async def start_platform(self) -> None:
        """Start the simulator."""
        with (self.folder / "platform.log").open("ab") as log:
            self.platform = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "simulator",
                "--port",
                str(self.phone_port),
                "--target",
                f"{self.url}/wechat",
                "--app-id",
                APP_ID,
                "--scene",
                "bot/sample/home.toml",
                "--journal",
                str(self.folder / "journal.jsonl"),
                "--offset-file",
                str(self.folder / "offset"),
                env=platform_environment(),
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        await self.until(lambda: self.answers(f"{self.phone}/api/state"), "the simulator did not start")

    async def _ready(self) -> bool:
        if self.service is not None and self.service.returncode is not None:
            raise RuntimeError((self.folder / "service.log").read_text()[-2000:])
        return await self.answers(f"{self.url}/readyz")

    async def answers(self, url: str) -> bool:
        """Whether somebody says 200 there."""
        try:
            async with self.http.get(url) as answer:
                return answer.status == 200
        except aiohttp.ClientError:
            return False

    async def until(self, true: Callable[[], Any], why: str, seconds: float = 40.0) -> None:
        """Wait until something holds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            held = true()
            if asyncio.iscoroutine(held):
                held = await held
            if held:
                return
            await asyncio.sleep(0.1)
        raise TimeoutError(why)

    async def stop(self, process: asyncio.subprocess.Process | None, number: signal.Signals = signal.SIGTERM) -> None:
        """End one of the two."""
        if process is not None and process.returncode is None:
            process.send_signal(number)
            await process.wait()

    # -- people --------------------------------------------------------------------------------------------------------

    async def act(self, what: str, **fields: object) -> dict[str, Any]:
        """Something happens on a phone: text, menu, follow, fault, errcode, clock, person."""
        async with self.http.post(f"{self.phone}/api/{what}", json=fields) as answer:
            answer.raise_for_status()
            found: dict[str, Any] = await answer.json()
        if what == "clock":
            await asyncio.sleep(2 * LOOK)  # both processes look at it five times a second
        return found

    async def state(self) -> dict[str, Any]:
        """All phones, the counts of the oracle."""
        async with self.http.get(f"{self.phone}/api/state") as answer:
            found: dict[str, Any] = await answer.json()
            return found

    async def chat(self, openid: str) -> list[str]:
        """What one phone shows, as words with their side."""
        phone = next(phone for phone in (await self.state())["phones"] if phone["openid"] == openid)
        return [f"{line['side']}: {line['content']}" for line in phone["chat"]]

    def news(self) -> list[dict[str, Any]]:
        """The lines of the journal that were written since the last look."""
        with (self.folder / "journal.jsonl").open("rb") as file:
            file.seek(self._read)
            whole, newline, _ = file.read().rpartition(b"\n")  # the rest is being written just now
        self._read += len(whole) + len(newline)
        return [json.loads(line) for line in whole.splitlines()]

    def journal(self) -> list[dict[str, Any]]:
        """Everything that passed between platform and service."""
        return [json.loads(line) for line in (self.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()]

    # -- staff ---------------------------------------------------------------------------------------------------------

    async def hire(self, login: str = "chen", name: str = "陈晓雯", role: str = "desk") -> None:
        """Add a member of staff while the service is down; a director before anybody else, since the console is shut
        without one.
        """
        if role != "director" and not self._directed:
            await self.hire("shen", "沈国平", "director")
        self._directed = True
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            "staff",
            "add",
            login,
            name,
            role,
            "--settled",
            env=self.settings({}),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await child.communicate(b"stage-password\n")
        assert child.returncode == 0

    async def log_in(self) -> str:
        """The CSRF secret of a new session."""
        form = {"login": "chen", "password": "stage-password", "to": "/console/chats"}
        async with self.http.post(f"{self.url}/console/login", data=form) as answer:
            found = re.search(r'"X-CSRF": "([^"]+)"', await answer.text())
        assert found
        return found[1]

    async def reply(self, csrf: str, person: int, text: str, key: str) -> int:
        """A colleague answers; the HTTP status."""
        async with self.http.post(
            f"{self.url}/console/chats/{person}/answer",
            data={"text": text, "key": key},
            headers={"X-CSRF": csrf, "HX-Request": "true"},
        ) as answer:
            return answer.status

    # -- the database, read from outside -------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        """A question to the file."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(sql, values).fetchall()
        finally:
            connection.close()

    def records(self) -> dict[str, list[str]]:
        """The words of every case by its number, in order."""
        sealer = seal.load(self.folder / "jiashu.keys", may_create=False)
        found: dict[str, list[str]] = {}
        sql = """SELECT c.number, r.id, r.body FROM case_record r JOIN complaint c ON c.id = r.case_id
                 WHERE r.kind = 'story' ORDER BY r.case_id, r.said_at, r.id"""
        for number, row, body in self.rows(sql):
            found.setdefault(number, []).append(sealer.open("case_record", "body", row, body).decode())
        return found


class Bare(Stage):
    """A service of which nothing is written but where it lies: a director opens the home in a browser."""

    def settings(self, more: dict[str, str]) -> dict[str, str]:
        """Without what the director says."""
        return {name: value for name, value in super().settings(more).items() if not LEFT_OPEN.search(name)}

    def printed(self) -> str:
        """What stands in the terminal."""
        return (self.folder / "service.log").read_text(encoding="utf-8")

    def code(self) -> str:
        """The newest one-time code, as the terminal shows it."""
        found = re.findall(r"/console/start#(\S+)", self.printed())
        assert found, self.printed()
        return str(found[-1])


@asynccontextmanager
async def stage(
    environment: dict[str, str] | None = None, *, service: bool = True, staff: bool = False
) -> AsyncIterator[Stage]:
    """Both processes while the block runs; they are ended by their pid, whatever happens."""
    with tempfile.TemporaryDirectory(prefix="jiashu-stage-") as folder:
        built = Stage(Path(folder), environment or {})
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as built.http:
            try:
                if staff:
                    await built.hire()
                await built.start_platform()
                if service:
                    await built.start_service()
                yield built
            finally:
                await built.stop(built.service)
                await built.stop(built.platform)
