"""Alarms by process: whatever is broken, a telephone rings in time, or every page says that nobody receives it (part 8,
F1, F2, F4): `python -m benchmarks.alarms`.

One service, one stand-in platform with its telephone company, one elder who falls again and again; each story prints
after how many seconds the first telephone rang.
"""

import argparse
import asyncio
import hashlib
import os
import sqlite3
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import aiohttp

from bot import config
from bot.sample import home as sample
from care.errors import Invalid
from scripts import stage as stages
from scripts.stage import ROOT, Stage
from services import install
from services.roster import posts, roster
from services.roster.forms import EditPost, PutShift
from storage import migrate, seal
from storage.open import open_database

ELDER: Final = "oSim_wangguilan_00000000002"
SCENE: Final = ROOT / "bot" / "sample" / "home.toml"
KEY, SECRET, RECEIPTS = "alarms-key", "alarms-secret", "r" * 32
AT_ONCE: Final = 6.0
HEARD: Final = 25.0
"""Seconds to the first ring: where nobody hears at a screen, and where somebody does."""
PHONES: Final = {"zhou": "13900000005", "tang": "13900000003", "he": "13900000004", "shen": "13900000002"}
FLOOR: Final = ("zhou", "tang")
BUSY_FOR: Final = 12.0


class Tower(Stage):
    """A stage with a telephone company."""

    def settings(self, more: dict[str, str]) -> dict[str, str]:
        """With the company's address and secrets."""
        return super().settings(
            {
                "JIASHU_TELEPHONE__PROVIDER": "aliyun",
                "JIASHU_TELEPHONE__URL": f"{self.phone}/telephone",
                "JIASHU_TELEPHONE__KEY_ID": KEY,
                "JIASHU_TELEPHONE__KEY_SECRET": SECRET,
                "JIASHU_TELEPHONE__CALLER": "057188000101",
                "JIASHU_TELEPHONE__ALARM_TEXT": "TTS_1001",
                "JIASHU_TELEPHONE__CHECK_TEXT": "TTS_1002",
                "JIASHU_TELEPHONE__RECEIPTS": RECEIPTS,
            }
            | more
        )

    async def calls(self) -> list[dict[str, Any]]:
        """What the company was asked to ring, in its order."""
        async with self.http.get(f"{self.phone}/api/telephone") as answer:
            return list((await answer.json())["calls"])

    async def telephone(self, what: str, **fields: object) -> None:
        """Something happens at a telephone."""
        async with self.http.post(f"{self.phone}/api/telephone/{what}", json=fields) as answer:
            answer.raise_for_status()

    async def furnish(self) -> None:
        """The sample home with a rota of today, before anybody listens."""
        given = config.load(None, self.settings({}))
        await asyncio.to_thread(migrate.upgrade, given.database.url)
        sealer = seal.load(given.key_file, may_create=True)
        database = open_database(given.database.url, sealer, lambda *_: [], lambda *_: None)
        await database.start()
        now = datetime.now(UTC)
        ids = await database.write(lambda db: install.install(db, given, now))
        scene = tomllib.loads(SCENE.read_text(encoding="utf-8"))
        home = await sample.furnish(database, ids, scene, now, now - timedelta(days=2))
        lead, week = home.staff["he"], frozenset("1234567")
        for name, floors in (("3 楼", "3"), ("护士", "")):
            form = EditPost(post=0, name=name, floors=floors, shifts=frozenset({"白", "夜"}), weekdays=week)
            await database.write(partial(posts.edit_post, viewer=lead, form=form, now=now))
        today = now.astimezone(given.home.zone).date()
        for login, post in (("zhou", "3 楼"), ("tang", "护士")):
            for day in range(-1, 4):
                for shift in ("白", "夜"):
                    put = PutShift(
                        staff_id=home.staff[login].id,
                        day=today + timedelta(days=day),
                        shift=shift,
                        post=post,
                        reason="演",
                    )
                    with suppress(Invalid):  # a shift that is over, whatever the hour at which this is played
                        await database.write(partial(roster.put, viewer=lead, form=put, now=now))
        await database.close()


@asynccontextmanager
async def tower(folder: Path) -> AsyncIterator[Tower]:
    """Both processes while the block runs, ended by their pid."""
    built = Tower(folder)
    given = stages.platform_environment
    stages.platform_environment = lambda: (
        given()
        | {
            "SIMULATOR_TELEPHONE_KEY": KEY,
            "SIMULATOR_TELEPHONE_SECRET": SECRET,
            "SIMULATOR_TELEPHONE_RECEIPTS": f"{built.url}/telephone/{RECEIPTS}",
        }
    )
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as built.http:
        try:
            await built.furnish()
            await built.start_platform()
            await built.telephone("account", limited=False)
            await built.start_service()
            yield built
        finally:
            stages.platform_environment = given
            await built.stop(built.service)
            await built.stop(built.platform)


@dataclass
class Proof:
    """What each story came to."""

    told: list[tuple[str, float, bool, str]] = field(default_factory=list)

    def note(self, story: str, seconds: float, most: float, who: str) -> None:
        """One story."""
        self.told.append((story, seconds, seconds <= most, who))
        print(f"  {story}: {who} after {seconds:.1f} s (at most {most:.0f})", flush=True)

    def holds(self) -> bool:
        """Whether all of them did."""
        return len(self.told) >= 9 and all(good for _, _, good, _ in self.told)

    def line(self) -> str:
        """The line for the record."""
        return "; ".join(f"{story} {seconds:.1f} s" for story, seconds, _, _ in self.told)


class Night:
    """The stories, one after the other."""

    def __init__(self, used: Tower, proof: Proof) -> None:
        self.used, self.proof, self.csrf = used, proof, ""

    async def log_in(self, login: str) -> None:
        """A colleague's session; her page has no sound yet."""
        form = {"login": login, "password": "jiashu-demo", "to": "/console/duty"}
        async with self.used.http.post(f"{self.used.url}/console/login", data=form) as answer:
            text = await answer.text()
        self.csrf = text.split('"X-CSRF": "')[1].split('"')[0]

    async def post(self, path: str, **fields: str) -> int:
        """An act at the console."""
        headers = {"X-CSRF": self.csrf, "HX-Request": "true"}
        async with self.used.http.post(f"{self.used.url}/console/{path}", data=fields, headers=headers) as answer:
            return answer.status

    async def falls(self, words: str = "我摔倒了") -> tuple[float, int]:
        """The elder writes; the moment, and how many calls there were before."""
        known = len(await self.used.calls())
        begun = asyncio.get_running_loop().time()
        await self.used.act("text", openid=ELDER, text=words)
        return begun, known

    async def rings(self, begun: float, known: int, among: tuple[str, ...] = ()) -> tuple[float, str]:
        """Until a telephone rings; after how many seconds, and whose."""
        names = {number: login for login, number in PHONES.items()}
        while True:
            for call in (await self.used.calls())[known:]:
                login = names.get(call["number"], call["number"])
                if call["state"] in {"rings", "talks", "answered"} and (not among or login in among):
                    return asyncio.get_running_loop().time() - begun, login
            await asyncio.sleep(0.05)

    async def over(self) -> None:
        """A colleague ends it, and an hour passes: every telephone may ring again."""
        ref = hashlib.sha256(f"floor|{ELDER}".encode()).hexdigest()[:20]

        async def ended() -> bool:
            return await self.post(f"alarms/{ref}/dismiss", why="已当面确认没事") in {200, 404}

        await self.used.until(ended, "the alarm could not be ended")
        for call in await self.used.calls():
            if call["state"] in {"rings", "talks", "answered", "dials"}:
                with suppress(aiohttp.ClientError):
                    await self.used.telephone("hang_up", call_id=call["call_id"])
        for number in PHONES.values():
            await self.used.telephone("number", number=number, does="person")
        await self.used.act("clock", seconds=3600)
        await asyncio.sleep(1.5)

    async def story(self, name: str, most: float, among: tuple[str, ...] = ()) -> None:
        """The elder falls, and a telephone rings in time."""
        begun, known = await self.falls()
        async with asyncio.timeout(90):
            seconds, who = await self.rings(begun, known, among)
        self.proof.note(name, seconds, most, who)
        await self.over()

    async def page(self) -> str:
        """What every page says on top."""
        async with self.used.http.get(f"{self.used.url}/console/alarms") as answer:
            return await answer.text()


async def stories(used: Tower, proof: Proof) -> None:
    """All of them."""
    night = Night(used, proof)
    await night.log_in("tang")  # a session alone: no browser has a page of it
    await night.story("no page is open", AT_ONCE, FLOOR)
    async with used.http.get(f"{used.url}/console/live?topics=duty"):  # a page whose sound nobody has opened
        await night.story("a page is open and its sound is off", AT_ONCE, FLOOR)
    for number in (PHONES["zhou"], PHONES["tang"]):
        await used.telephone("number", number=number, does="busy")
    await night.story("the telephones of the floor are busy", AT_ONCE + 4, ("he",))
    await _roster_empty(night)
    await _taken_over(night)
    await _wechat_down(night)
    await _database_down(night)
    await _killed(night)
    await _company_refuses(night)


async def _roster_empty(night: Night) -> None:
    connection = sqlite3.connect(night.used.database, timeout=10)
    with connection:
        connection.execute("UPDATE duty_span SET staff_id = NULL, missing = 1")
    connection.close()
    await night.story("the rota is empty", AT_ONCE, ("he",))


async def _taken_over(night: Night) -> None:
    await night.post("duty/take", post="0")
    await night.post("duty/heard")
    await asyncio.sleep(7)
    assert "无人接收" not in await night.page()
    night.proof.note("somebody hears at a screen", *await _heard(night))
    await night.over()
    await night.post("duty/over")
    await asyncio.sleep(6)


async def _heard(night: Night) -> tuple[float, float, str]:
    begun, known = await night.falls()
    async with asyncio.timeout(60):
        seconds, who = await night.rings(begun, known)
    assert seconds >= 15, "a screen rings for 20 s before a telephone does"
    return seconds, HEARD, who


async def _wechat_down(night: Night) -> None:
    for _ in range(40):
        await night.used.act("errcode", code=-1)
    await night.story("WeChat answers nothing but -1", AT_ONCE, FLOOR)


async def _database_down(night: Night) -> None:
    holder = sqlite3.connect(night.used.database, isolation_level=None, timeout=10)
    holder.execute("BEGIN IMMEDIATE")
    begun, known = await night.falls()
    async with asyncio.timeout(60):
        seconds, who = await night.rings(begun, known, FLOOR)
    night.proof.note("the database is held by another program", seconds, AT_ONCE, who)
    await asyncio.sleep(max(0.0, BUSY_FOR - seconds))
    holder.execute("ROLLBACK")
    holder.close()
    await asyncio.sleep(4)
    await night.over()


async def _killed(night: Night) -> None:
    used = night.used
    begun, known = await night.falls()
    assert used.service
    used.service.kill()
    await used.service.wait()
    await used.start_service()
    async with asyncio.timeout(90):
        seconds, who = await night.rings(begun, known, FLOOR)
    down = used.ready_in
    night.proof.note(f"killed in the same second, started again in {down:.1f} s", seconds, AT_ONCE + down + 2, who)
    await night.over()


async def _company_refuses(night: Night) -> None:
    await night.used.telephone("account", refuses="isv.AMOUNT_NOT_ENOUGH")
    begun, _ = await night.falls()

    async def said() -> bool:
        page = await night.page()
        return "报警无人接收" in page and "拨不出去" in page

    await night.used.until(said, "no page says that nobody receives it", 60)
    seconds = asyncio.get_running_loop().time() - begun
    night.proof.note("the company's account is empty: every page says so", seconds, 15, "报警无人接收")
    await night.used.telephone("account", refuses="")
    await night.over()


async def prove() -> Proof:
    """Play all stories."""
    proof = Proof()
    with tempfile.TemporaryDirectory(prefix="jiashu-alarms-") as folder:
        async with tower(Path(folder)) as used:
            try:
                await stories(used, proof)
            except BaseException:
                sys.stderr.write((used.folder / "service.log").read_text()[-4000:])
                raise
    return proof


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__).parse_args()
    os.environ.pop("JIASHU_TELEPHONE__PROVIDER", None)
    found = asyncio.run(prove())
    print(f"part 8 alarms: {found.line()}")
    sys.exit(0 if found.holds() else 1)
