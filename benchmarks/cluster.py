"""The service as several processes that share PostgreSQL and Redis, each of which can be killed and started anew."""

import asyncio
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from scripts import servers
from scripts.stage import ROOT, Stage, free_port, platform_environment


@dataclass
class Process:
    """One of the service's processes."""

    name: str
    role: str
    port: int
    child: asyncio.subprocess.Process | None = None


@dataclass
class Cluster:
    """A stage whose service is several processes that share a database."""

    used: Stage
    postgres: servers.Postgres
    url: str
    redis: servers.Valkey
    processes: dict[str, Process] = field(default_factory=dict)

    def environment(self, process: Process) -> dict[str, str]:
        """What one process is given."""
        return self.used.settings(
            {
                "JIASHU_HTTP__PORT": str(process.port),
                "JIASHU_DATABASE__URL": self.url,
                "JIASHU_REDIS__URL": self.redis.url,
                "JIASHU_SECURITY__KEY_FILE": str(self.used.folder / "jiashu.keys"),
                "JIASHU_INBOX__SPOOL": str(self.used.folder / f"spool-{process.name}"),
            }
        )

    async def start(self, name: str, role: str = "", points: str = "") -> Process:
        """Start a process, or start it again, and wait until it commits."""
        process = self.processes.setdefault(
            name, Process(name, role, free_port() if name != "web-1" else self.used.port)
        )
        with (self.used.folder / f"{name}.log").open("ab") as log:
            process.child = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.cli",
                "serve",
                "--role",
                process.role,
                env=self.environment(process) | {"JIASHU_POINTS": points},
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )
        await self.used.until(
            lambda: self.used.answers(f"http://127.0.0.1:{process.port}/readyz"), f"{name} was not ready", 60
        )
        return process

    async def command(self, *words: str, said: bytes = b"") -> None:
        """A command of `jiashu` on this database."""
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.cli",
            *words,
            env=self.environment(Process("command", "all", 1)),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        await child.communicate(said)
        assert child.returncode == 0, words

    def ask(self, sql: str) -> list[list[str]]:
        """Rows by psql, as text."""
        name = self.url.partition("?")[0].rpartition("/")[2]
        return [line.split("|") for line in self.postgres.ask(sql, name).splitlines() if line]

    def number(self, sql: str) -> int:
        """One number."""
        return int(self.ask(sql)[0][0])

    async def kill(self, name: str) -> None:
        """-9."""
        child = self.processes[name].child
        if child is not None and child.returncode is None:
            child.send_signal(signal.SIGKILL)
            await child.wait()


@asynccontextmanager
async def cluster(
    webs: int = 2, workers: int = 2, options: tuple[str, ...] = (), *, staff: bool = True
) -> AsyncIterator[Cluster]:
    """PostgreSQL (durable unless `options` say otherwise), Redis, the simulator, and the processes, while the block
    runs.
    """
    with (
        tempfile.TemporaryDirectory(prefix="jiashu-many-") as folder,
        servers.postgres(options) as postgres,
        servers.valkey() as redis,
    ):
        used = Stage(Path(folder))
        built = Cluster(used, postgres, postgres.create("jiashu"), redis)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as used.http:
            try:
                await built.command("migrate")
                if staff:
                    await built.command("staff", "add", "chen", "陈晓雯", "desk", "--settled", said=b"stage-password\n")
                names = [f"web-{n + 1}" for n in range(webs)]
                ports = [used.port, *(free_port() for _ in range(webs - 1))]
                for name, port in zip(names, ports, strict=True):
                    built.processes[name] = Process(name, "web", port)
                target = ",".join(f"http://127.0.0.1:{port}/wechat" for port in ports)
                with (used.folder / "platform.log").open("ab") as log:
                    used.platform = await asyncio.create_subprocess_exec(
                        sys.executable,
                        "-m",
                        "simulator",
                        *_platform(used, target),
                        env=platform_environment(),
                        stdout=log,
                        stderr=log,
                        cwd=ROOT,
                    )
                await used.until(lambda: used.answers(f"{used.phone}/api/state"), "the simulator did not start")
                for name in names:
                    await built.start(name)
                for n in range(workers):
                    await built.start(f"worker-{n + 1}", "worker")
                yield built
            finally:
                for process in built.processes.values():
                    await used.stop(process.child)
                await used.stop(used.platform)


def _platform(used: Stage, target: str) -> list[str]:
    from scripts.stage import APP_ID

    return [
        "--port",
        str(used.phone_port),
        "--target",
        target,
        "--app-id",
        APP_ID,
        "--scene",
        "bot/sample/home.toml",
        "--journal",
        str(used.folder / "journal.jsonl"),
        "--offset-file",
        str(used.folder / "offset"),
    ]
