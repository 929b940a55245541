"""An upgrade from 19125a6 with its data, and the way back by the program of 19125a6 itself, on both engines (I5):
`python -m benchmarks.back`.
"""

import lzma
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import urllib.request
from contextlib import suppress
from pathlib import Path
from time import sleep
from typing import Any, Final

from scripts import servers
from scripts.stage import APP_ID, ROOT, free_port
from storage import archive, migrate
from tests.frozen.sample import SAMPLE
from tests.storage.sample import run as run_sql

OLD: Final = "19125a6"
SAME: Final = ("home", "person", "inbox", "complaint", "case_record", "letter", "alarm", "promise")
"""Tables of which nothing may be missing when one has gone back; a restore itself adds to others."""


class House:
    """A folder as an operator has it, and the two programs."""

    def __init__(self, folder: Path, url: str, old: Path) -> None:
        self.folder, self.old, self.url, self.port = folder, old, url, free_port()
        for name in ("jiashu.keys", "jiashu.stop-list", "jiashu.audit-heads"):
            shutil.copy(SAMPLE / name, folder / name)
        (folder / "jiashu.keys").chmod(0o600)

    def environment(self, root: Path) -> dict[str, str]:
        """The whole configuration."""
        return {name: value for name, value in os.environ.items() if not name.startswith("JIASHU_")} | {
            "PYTHONPATH": str(root),
            "JIASHU_WECHAT__APP_ID": APP_ID,
            "JIASHU_WECHAT__APP_SECRET": "s",
            "JIASHU_WECHAT__TOKEN": "token",
            "JIASHU_WECHAT__ENCODING_AES_KEY": "a" * 43,
            "JIASHU_WECHAT__API_BASE_URL": "http://127.0.0.1:9",
            "JIASHU_HOME__NAME": "青禾颐养院",
            "JIASHU_HTTP__PORT": str(self.port),
            "JIASHU_DATABASE__URL": self.url,
            "JIASHU_SECURITY__KEY_FILE": str(self.folder / "jiashu.keys"),
            "JIASHU_INBOX__SPOOL": str(self.folder / "spool"),
            "JIASHU_MEDIA__PATH": str(self.folder / "media"),
        }

    def jiashu(self, root: Path, *words: str) -> tuple[int, str]:
        """One command of one of the programs."""
        done = subprocess.run(
            [sys.executable, "-m", "bot.cli", *words],
            check=False,
            cwd=root,
            env=self.environment(root),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.returncode, done.stdout

    def serves(self, root: Path) -> bool:
        """Whether a program starts and commits."""
        service = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "serve"],
            cwd=root,
            env=self.environment(root),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            for _ in range(100):
                with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=2):
                    return True
                if service.poll() is not None:
                    return False
                sleep(0.1)
            return False
        finally:
            service.terminate()
            service.wait()

    def rows(self) -> dict[str, int]:
        """How many rows the tables have that must not change."""
        found: dict[str, Any] = archive.connected(self.url, archive.prints, write=False)
        return {name: found[name].rows for name in SAME if name in found}


def play(house: House, empty: str) -> bool:
    """Upgrade, serve, go back; whether nothing is missing."""
    before, schema = house.rows(), migrate.current(house.url)
    refused, sentence = house.jiashu(ROOT, "serve")
    done, said = house.jiashu(ROOT, "upgrade")
    newer = migrate.current(house.url)
    kept = next((house.folder / "backups").iterdir())
    runs = done == 0 and house.serves(ROOT)
    house.url = empty
    restored, told = house.jiashu(house.old, "restore", str(kept))
    verified, whole = house.jiashu(house.old, "audit", "verify")
    same = house.rows() == before and migrate.current(house.url) == schema
    back = restored == verified == 0 and house.serves(house.old)
    print(
        f"part 5 back, {'SQLite' if empty.startswith('sqlite') else 'PostgreSQL'}: {schema} → {newer} → {schema}, "
        f"{sum(before.values())} rows of {len(before)} tables; the older schema refused {refused == 1}, upgraded and "
        f"served {runs}, restored and served by {OLD} {back}, nothing missing {same}"
    )
    if not (runs and back and same):
        print(sentence, said, told, whole, sep="\n")
    return refused == 1 and runs and back and same


def main() -> int:
    """0 when both engines went there and back, or when this clone has no history, and then it says so."""
    with tempfile.TemporaryDirectory() as made:
        folder, packed = Path(made), Path(made) / "old.tar"
        if subprocess.run(["git", "-C", str(ROOT), "archive", "--output", str(packed), OLD], check=False).returncode:
            print(f"part 5 back: NOT RUN, this clone does not have {OLD}")
            return 0
        with tarfile.open(packed) as source:
            for member in source:
                source.extract(member, folder / "old")
        for name in ("sqlite", "postgres"):
            (folder / name).mkdir()
        file = folder / "sqlite" / "jiashu.db"
        file.write_bytes(lzma.decompress((SAMPLE / "sqlite.db.xz").read_bytes()))
        good = play(House(file.parent, f"sqlite:///{file}", folder / "old"), f"sqlite:///{file.with_name('back.db')}")
        with servers.postgres() as server:
            url = server.create("sample")
            run_sql(url, lzma.decompress((SAMPLE / "postgres.sql.xz").read_bytes()).decode())
            good &= play(House(folder / "postgres", url, folder / "old"), server.create("back"))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
