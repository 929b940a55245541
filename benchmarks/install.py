"""The blocks of docs/install.md in a new Debian 12 (debootstrap, as root): `python -m benchmarks.install [--folder F]`.

A folder that is named is kept and used again; one that is there already is not made anew. systemd does not run in a
chroot: what starts the service is the command line of its unit.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from scripts.stage import AES_KEY, APP_ID, ROOT, SECRET, TOKEN, free_port

PAGE: Final = ROOT / "docs" / "install.md"
CONFIG: Final = "etc/jiashu/config.toml"
OURS: Final = ("resolv.conf", "pip.conf")
"""Of the machine that makes it: how it reaches the network."""
PATH: Final = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def blocks() -> list[str]:
    """What is marked `sh`, in order."""
    return re.findall(r"^```sh\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)


class Debian:
    """An empty Debian 12 in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not (folder / "etc" / "debian_version").exists():
            _run("debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(folder))
        folder.chmod(0o755)  # its root is seen by its users
        for name in OURS:
            with suppress(OSError):
                shutil.copyfile(Path("/etc") / name, folder / "etc" / name)
        store = Path("etc/ssl/certs/ca-certificates.crt")
        shutil.copyfile("/" / store, folder / store)

    def sh(self, script: str, *, user: str = "") -> str:
        """Run a script in it as root, or as a user in her home; what it says. Raises CalledProcessError."""
        command = [
            "chroot",
            *(["--userspec", f"{user}:{user}"] if user else []),
            str(self.folder),
            "sh",
            "-euc",
            script,
        ]
        environment = {"PATH": PATH, "HOME": "/"} | {
            name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")
        }
        done = subprocess.run(
            command, check=False, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        if done.returncode:
            sys.stdout.write(done.stdout[-4000:])
            done.check_returncode()
        return done.stdout

    def release(self) -> None:
        """What is committed, as the page wants it."""
        with tempfile.NamedTemporaryFile(suffix=".tar") as packed:
            _run("git", "-C", str(ROOT), "archive", "--output", packed.name, "HEAD")
            with (
                tarfile.open(packed.name) as source,
                tarfile.open(self.folder / "srv" / "jiashu.tar.gz", "w:gz") as target,
            ):
                for member in source:
                    target.addfile(member, source.extractfile(member) if member.isreg() else None)

    def configure(self, port: int) -> None:
        """What an operator fills in, in the words of the page."""
        file = self.folder / CONFIG
        text = file.read_text(encoding="utf-8")
        filled = {
            "port = 8080": f"port = {port}",
            'public_url = ""': 'public_url = "https://jiashu.example.cn"',
            'app_id = ""': f'app_id = "{APP_ID}"',
            'app_secret = ""': f'app_secret = "{SECRET}"',
            'token = ""': f'token = "{TOKEN}"',
            '\nencoding_aes_key = ""': f'\nencoding_aes_key = "{AES_KEY}"',
            'api_base_url = "https://api.weixin.qq.com"': 'api_base_url = "http://127.0.0.1:9"',
            'backups = ""': 'backups = "/var/backups/jiashu"',
        }
        for empty, value in filled.items():
            text = text.replace(empty, value, 1)
        file.write_text(text, encoding="utf-8")

    def certificate(self) -> None:
        """One of its own, where the page wants it."""
        self.sh(
            "mkdir -p /etc/ssl/jiashu && openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=jiashu.example.cn"
            " -keyout /etc/ssl/jiashu/privkey.pem -out /etc/ssl/jiashu/fullchain.pem 2>/dev/null"
        )

    def command_line(self, unit: str) -> str:
        """ExecStart of a unit, where its folder is."""
        text = (self.folder / "etc/systemd/system" / unit).read_text(encoding="utf-8")
        found = re.search(r"^ExecStart=(.*)$", text, re.MULTILINE)
        if found is None:
            raise ValueError(unit)
        return f"cd /var/lib/jiashu && HOME=/var/lib/jiashu exec {found[1]}"


@contextmanager
def mounted(folder: Path) -> Iterator[None]:
    """/proc and the devices, while the block runs."""
    made = [folder / "proc", folder / "dev"]
    _run("mount", "-t", "proc", "proc", str(made[0]))
    _run("mount", "--bind", "/dev", str(made[1]))
    try:
        yield
    finally:
        for place in reversed(made):
            _run("umount", "-l", str(place))


def prove(folder: Path) -> bool:
    """All blocks, then the service; a line for the record."""
    debian, port, ran = Debian(folder), free_port(), 0
    debian.release()
    (folder / CONFIG).unlink(missing_ok=True)
    shutil.rmtree(folder / "var/lib/jiashu", ignore_errors=True)
    with mounted(folder):
        for block in blocks():
            if "jiashu migrate" in block:
                debian.configure(port)
            if "nginx -t" in block:
                debian.certificate()
            begun = time.monotonic()
            said = debian.sh(block)
            ran += 1
            print(f"--- block {ran}, {time.monotonic() - begun:.0f} s\n{said[-1500:].strip()}")
            if "jiashu doctor" in block:
                _serve(debian, port)
    print(
        f"part 5 install: {ran} blocks of docs/install.md in a new Debian 12, the service and its backup by their units"
    )
    return ran == len(blocks()) == 8


def _serve(debian: Debian, port: int) -> None:
    """As systemd would: the unit's command line, its user, its folder. Beside it a list and a backup."""
    line = [
        "chroot",
        "--userspec",
        "jiashu:jiashu",
        str(debian.folder),
        "sh",
        "-euc",
        debian.command_line("jiashu.service"),
    ]
    service = subprocess.Popen(line, env={"PATH": PATH}, stderr=subprocess.PIPE, text=True)
    try:
        _until_ready(port)
        at = "cd /var/lib/jiashu && HOME=/var/lib/jiashu jiashu"
        listed = debian.sh(f"{at} staff list --config /{CONFIG}", user="jiashu")
        added = debian.sh(f"{at} staff add chen 陈晓雯 desk --new --config /{CONFIG}", user="jiashu")
        kept = debian.sh(debian.command_line("jiashu-backup.service"), user="jiashu")
        print(f"--- beside the running service\n{listed}{added}{kept}")
        if "沈国平" not in listed or "备份好了" not in kept:
            raise RuntimeError(listed + kept)
    finally:
        service.terminate()
        _, said = service.communicate(timeout=30)
        print(f"--- its log\n{said[:800]}")


def _until_ready(port: int) -> None:
    for _ in range(150):
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.2)
    raise TimeoutError("the service was not ready")


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """0 when everything ran, or nothing can run here, and then it says so."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=None)
    chosen = parser.parse_args()
    if os.getuid() != 0 or shutil.which("debootstrap") is None:
        print("part 5 install: NOT RUN, it needs root and debootstrap")
        return 0
    if chosen.folder is not None:
        return 0 if prove(chosen.folder) else 1
    with tempfile.TemporaryDirectory(prefix="jiashu-debian-") as folder:
        return 0 if prove(Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
