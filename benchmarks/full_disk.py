"""A disk that is really full: the service on a small tmpfs in a mount namespace of its own, messages coming in, then
room again (I7). `python -m benchmarks.full_disk`.
"""

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import async_playwright

from scripts.browser import launch
from scripts.stage import Stage, stage

INSIDE = "JIASHU_OWN_MOUNTS"
METRICS = "a-token-for-the-metrics"
SIZE = "24m"
OPENID = "oSim_lijing_0000000000000001"


@dataclass
class Proof:
    """What an operator and the people saw."""

    messages: int = 0
    answered: int = 0
    lost: int = 0
    alert_after: float = 0.0
    fell_back: int = 0
    unready: bool = False
    strip: str = ""
    lines: int = 0
    back_after: float = 0.0

    def line(self) -> str:
        """The line for the record."""
        return (
            f"{self.messages} messages while the disk was full, {self.answered} answered, {self.lost} of what was "
            f"answered lost; jiashu_database_away_seconds > 5 after {self.alert_after:.0f} s and never back to 0 "
            f"({self.fell_back}), /readyz 503: {self.unready}; strip: {self.strip!r}; {self.lines} lines in the log; "
            f"ready {self.back_after:.1f} s after there was room"
        )

    def holds(self) -> bool:
        """Whether the promise was kept."""
        good = self.unready and "磁盘满了" in self.strip and self.lost == 0 and self.fell_back == 0
        return good and self.lines <= 12 and self.back_after < 15


def _mounts() -> int:
    """The same once more, where a mount is seen by nobody else."""
    unshare = shutil.which("unshare") or "unshare"
    options = ["-m"] if os.getuid() == 0 else ["-r", "-m"]
    command = [unshare, *options, sys.executable, "-m", "benchmarks.full_disk"]
    return subprocess.run(command, check=False, env=os.environ | {INSIDE: "1"}).returncode


async def prove() -> Proof:
    """Fill the disk under messages, look at what is told, make room."""
    proof = Proof()
    async with stage({"JIASHU_SECURITY__METRICS_TOKEN": METRICS}, service=False) as used:
        disk = used.folder / "disk"
        disk.mkdir()
        await asyncio.to_thread(_run, "mount", "-t", "tmpfs", "-o", f"size={SIZE}", "jiashu", str(disk))
        try:
            used.environment["JIASHU_DATABASE__URL"] = f"sqlite:///{disk / 'jiashu.db'}"
            await used.hire()
            await used.start_service()
            await _play(used, disk, proof)
        finally:
            await used.stop(used.service)
            await asyncio.to_thread(_run, "umount", str(disk))
    return proof


async def _play(used: Stage, disk: Path, proof: Proof) -> None:
    for number in range(20):
        await used.act("text", openid=OPENID, text=f"有没有第{number}号房")
    log = used.folder / "service.log"
    before = len(log.read_text().splitlines())
    ballast = _fill(disk)
    begun = time.monotonic()
    async with async_playwright() as playwright:
        browser = await launch(playwright)
        page = await browser.new_page(locale="zh-CN", viewport={"width": 1440, "height": 900})
        keys: list[str] = []
        seen = False
        while time.monotonic() < begun + 40:
            keys.append((await used.act("text", openid=OPENID, text=f"满了以后第{len(keys)}句"))["key"])
            away = await _away(used)
            if away > 5 and not seen:
                seen, proof.alert_after = True, time.monotonic() - begun
                proof.unready = not await used.answers(f"{used.url}/readyz")
            proof.fell_back += seen and away <= 5
            await asyncio.sleep(0.3)
        proof.messages = len(keys)
        ballast.unlink()
        room = time.monotonic()
        await used.until(lambda: used.answers(f"{used.url}/readyz"), "not ready again")
        proof.back_after = time.monotonic() - room
        await page.goto(f"{used.url}/console/login")
        await page.fill("#login", "chen")
        await page.fill("#password", "stage-password")
        await page.click("button.pri")
        await page.wait_for_selector("#today")
        ballast = _fill(disk)
        await page.wait_for_function(
            "() => document.querySelector('#alarms').innerText.includes('磁盘')", timeout=30_000
        )
        proof.strip = (await page.locator("#alarms .strip.warn").first.inner_text()).strip()
        if "JIASHU_SHOTS_TO" in os.environ:
            await page.screenshot(path=Path(os.environ["JIASHU_SHOTS_TO"]) / "full-disk.png")
        ballast.unlink()
        await used.until(lambda: used.answers(f"{used.url}/readyz"), "not ready again")
        await browser.close()
    await used.until(lambda: not list((disk / "spool").glob("*.spool")), "the spool was not brought in")
    told = {line["key"] for line in used.journal() if line["direction"] == "push" and line["ok"]}
    with closing(sqlite3.connect(disk / "jiashu.db")) as database:
        stored = {key for (key,) in database.execute("SELECT key FROM inbox")}
    proof.answered = len(told & set(keys))
    proof.lost = len({"m:{1}:{0}".format(*key.split(":")) for key in told} - stored)
    told_lines = log.read_text().splitlines()[before:]
    proof.lines = len(told_lines)
    for one in told_lines:
        print(re.sub(r'"where": .*', "…", one))


def _run(*command: str) -> None:
    subprocess.run(command, check=True)


def _fill(disk: Path) -> Path:
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        while True:
            try:
                if file.write(b"\0" * 4096) < 4096:
                    break
            except OSError:
                break
    return ballast


async def _away(used: Stage) -> float:
    async with used.http.get(f"{used.url}/metrics", headers={"Authorization": f"Bearer {METRICS}"}) as answer:
        found = re.search(r"^jiashu_database_away_seconds (\S+)", await answer.text(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def main() -> int:
    """0 when the promise was kept."""
    if INSIDE not in os.environ:
        return _mounts()
    proof = asyncio.run(prove())
    print(f"part 5 full disk: {proof.line()}")
    return 0 if proof.holds() else 1


if __name__ == "__main__":
    sys.exit(main())
