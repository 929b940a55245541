"""The door for the operator's commands: they run inside the running service, through the same services as its pages,
over a socket beside the SQLite file; without a running service, and on PostgreSQL, they open the database themselves
(I13).

A frame is 4 bytes of length and msgpack. One question, one answer, then the line ends. Only the user of the service and
root are let in.
"""

import asyncio
import contextlib
import logging
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from bot import upkeep
from care.errors import Invalid, JiashuError
from services import install
from services.house import House
from services.subject import Running, commands
from settings import Settings
from settings.clock import Clock, chosen
from storage import migrate, seal
from storage.database import Database

log = logging.getLogger("jiashu.beside")
LENGTH: Final = struct.Struct(">I")
MOST: Final = 1 << 20
"""Bytes of a frame."""
ASKS: Final = 5.0
"""Seconds for a question to arrive."""
RUNS: Final = 120.0
"""Seconds for a command to end."""
CREDENTIALS: Final = struct.Struct("3i")


class TooLong(JiashuError):
    """服务没有在 {seconds:.0f} 秒内做完，可能还在做。请过一会儿看看做好没有，再决定要不要再来一次。"""


class Asked(msgspec.Struct, frozen=True):
    """A command by the name of its form."""

    name: str
    form: msgspec.Raw


class Told(msgspec.Struct, frozen=True):
    """The lines to print, or the sentence that says why not."""

    lines: tuple[str, ...] = ()
    refused: str = ""


class Line:
    """The socket of a running service."""

    def __init__(self, running: Running, clock: Clock) -> None:
        self._running, self._clock = running, clock
        self._path = place(running.settings)
        self._server: asyncio.Server | None = None
        self._uids = {os.getuid(), 0}

    async def start(self) -> None:
        """Listen; what a service that was killed left behind goes. Raises OSError."""
        self._path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        with _near(self._path) as address:
            listening.bind(address)
        self._path.chmod(0o600)  # before anybody can connect: it does not listen yet
        self._server = await asyncio.start_unix_server(self._answer, sock=listening)

    async def stop(self) -> None:
        """Nobody new is let in."""
        if self._server is not None:
            self._server.close()
            self._path.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            _, uid, _ = CREDENTIALS.unpack(
                writer.get_extra_info("socket").getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
            )
            if uid not in self._uids:
                log.warning("another user knocked", extra={"action": "beside", "uid": uid})
                return
            async with asyncio.timeout(ASKS):
                (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                body = await reader.readexactly(size) if size <= MOST else b""
            answer = msgspec.msgpack.encode(await self._run(body))
            writer.write(LENGTH.pack(len(answer)) + answer)
        except (TimeoutError, asyncio.IncompleteReadError, OSError):
            log.debug("a command was not heard to its end", exc_info=True)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _run(self, body: bytes) -> Told:
        try:
            asked = msgspec.msgpack.decode(body, type=Asked)
            async with asyncio.timeout(RUNS):
                return Told(await run(self._running, self._clock, asked))
        except JiashuError as error:
            return Told(refused=error.sentence)
        except TimeoutError:
            return Told(refused=TooLong(seconds=RUNS).sentence)
        except msgspec.MsgspecError:
            return Told(refused=Invalid(why="这条命令和正在运行的服务不是同一个版本，没有做。").sentence)
        except Exception:
            log.exception("a command failed", extra={"action": "beside"})
            return Told(refused=JiashuError().sentence)


async def run(running: Running, clock: Clock, asked: Asked) -> tuple[str, ...]:
    """Carry out a command. Raises JiashuError, and msgspec.MsgspecError for a form that is none."""
    command = commands().get(asked.name)
    if command is None:
        raise Invalid(why="正在运行的服务不认识这条命令，没有做。请先升级并重启服务。")
    return await command.run(running, msgspec.msgpack.decode(asked.form, type=command.form), clock())


def ask(settings: Settings, form: msgspec.Struct) -> tuple[str, ...]:
    """Have a command carried out, by the running service or here; its lines. Raises JiashuError."""
    asked = Asked(type(form).__name__, msgspec.Raw(msgspec.msgpack.encode(form)))
    told = _over_the_line(place(settings), asked) if settings.database.is_file else None
    if told is None:
        return asyncio.run(_here(settings, asked))
    if told.refused:
        raise Invalid(why=told.refused)
    return told.lines


def place(settings: Settings) -> Path:
    """Beside the database."""
    path = settings.database.path
    return path.with_name(f"{path.name}.sock")


def _over_the_line(path: Path, asked: Asked) -> Told | None:
    """What the running service says; None when none runs."""
    body = msgspec.msgpack.encode(asked)
    if len(body) > MOST:
        raise Invalid(why="太长了，没有做。")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(RUNS + ASKS)
        try:
            with _near(path) as address:
                line.connect(address)
        except (FileNotFoundError, ConnectionRefusedError):
            return None
        try:
            line.sendall(LENGTH.pack(len(body)) + body)
            (size,) = LENGTH.unpack(_exactly(line, LENGTH.size))
            return msgspec.msgpack.decode(_exactly(line, size), type=Told)
        except TimeoutError as error:
            raise TooLong(seconds=RUNS) from error
        except (OSError, EOFError) as error:
            raise Invalid(
                why="服务没有回答就断开了：可能正在停，或这里不是运行它的用户。请用那个用户或 root 再试一次。"
            ) from error


def _exactly(line: socket.socket, size: int) -> bytes:
    got = b""
    while len(got) < size:
        part = line.recv(size - len(got))
        if not part:
            raise EOFError
        got += part
    return got


@contextmanager
def _near(path: Path) -> Iterator[str]:
    """An address of at most 108 bytes, however deep the folder lies."""
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


async def _here(settings: Settings, asked: Asked) -> tuple[str, ...]:
    url = settings.database.url
    sealer = seal.load(settings.key_file, may_create=not await asyncio.to_thread(migrate.has_rows, url))
    clock = chosen(settings.clock.offset_file, on_loopback=settings.on_loopback)

    async def work(database: Database) -> tuple[str, ...]:
        ids = await database.write(lambda db: install.install(db, settings, clock()))
        return await run(Running(database, House(settings.home), ids.home_id, settings), clock, asked)

    found: tuple[str, ...] = await upkeep.on(url, sealer, work)
    return found
