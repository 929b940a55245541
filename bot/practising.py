"""The simulator beside the service while practice goes on: a child process on a port of this machine, one for all
processes of the service, ended when practice is over or when the service dies (F54).

Who holds a lock beside the keys runs it, and the child holds it too. The child listens to the end of a pipe: a
service that is killed leaves none behind.
"""

import asyncio
import fcntl
import logging
import os
import socket
import sys
from pathlib import Path
from typing import Final

from care.errors import Busy
from services.house import Practising
from services.practice import practice
from services.subject import Running
from settings import Settings, Wechat

log = logging.getLogger("jiashu.practice")
SCENE: Final = Path(__file__).parent / "sample" / "practice.toml"
BEGINS: Final = 8.0
"""Seconds for the simulator to listen."""
LOCK: Final = "jiashu.practice"


class Simulation:
    """The simulator of this process, if it is this one that runs it."""

    def __init__(self, running: Running, *, serves: bool) -> None:
        """Only a process that `serves` has the webhook to which phones write."""
        self._running, self._serves = running, serves
        self._child: asyncio.subprocess.Process | None = None
        self._lock = -1
        self._taken: set[int] = set()
        """Ports at which it did not come up."""

    async def look(self) -> None:
        """Once a second: it runs as long as practice goes on."""
        stands = self._running.house.practice
        if stands is None or stands.closing:
            await self.end()
            return
        if self._child is not None and self._child.returncode is None:
            return
        if not self._serves or not self._alone():
            return
        account = await self._running.database.read(lambda db: practice.keys(db, self._running.home_id))
        if account is not None:
            await self._begin(stands, account)

    async def end(self) -> None:
        """It is not needed any more."""
        child, self._child = self._child, None
        if child is not None and child.returncode is None:
            child.terminate()
            await child.wait()
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _alone(self) -> bool:
        if self._lock >= 0:
            return True
        place = self._running.settings.key_file.with_name(LOCK)
        opened = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(opened)
            return False
        self._lock = opened
        return True

    async def _begin(self, stands: Practising, account: Wechat) -> None:
        port = stands.port if stands.port and stands.port not in self._taken else free_port()
        secret = {
            "SIMULATOR_SECRET": account.app_secret,
            "SIMULATOR_TOKEN": account.token,
            "SIMULATOR_AES_KEY": account.encoding_aes_key,
            "SIMULATOR_DOOR": stands.door,
        }
        self._child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "simulator",
            *("--practice", "--port", str(port), "--app-id", account.app_id, "--scene", str(SCENE)),
            *("--home", self._running.house.home.name, "--target", target(self._running.settings)),
            env=os.environ | secret,
            stdin=asyncio.subprocess.PIPE,
            pass_fds=(self._lock,),
        )
        if not await listens(self._child, port):
            self._taken.add(port)
            log.error("the simulator did not come up", extra={"action": "practice", "port": port})
            if self._child is not None and self._child.returncode is None:
                self._child.kill()
                await self._child.wait()
            return
        self._taken.clear()
        try:
            await self._running.database.write(lambda db: practice.moved(db, self._running.home_id, port))
        except Busy:
            await self.end()  # nobody would know where it is: the next look tries again


async def listens(child: asyncio.subprocess.Process | None, port: int) -> bool:
    """Whether a simulator that was started takes calls by now; waits for it while it lives."""
    for _ in range(int(BEGINS / 0.1)):
        if child is None or child.returncode is not None:
            return False
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return True
    return False


def free_port() -> int:
    """A port of this machine that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def target(settings: Settings) -> str:
    """Where simulated phones write to."""
    host = "[::1]" if settings.http.host.strip("[]") == "::1" else "127.0.0.1"
    return f"http://{host}:{settings.http.port}/wechat"
