"""An empty house on either engine, of which nothing is written but where it lies; its phones, its clock, its looks."""

import asyncio
import base64
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp
from playwright.async_api import Browser, async_playwright, expect

from benchmarks.moving.hands import Hands
from scripts import servers
from scripts.browser import launch
from scripts.stage import ROOT, Bare, free_port

ZONE: Final = ZoneInfo("Asia/Shanghai")
TO_THE_TOP: Final = "for (const one of [window, document.getElementById('main')]) one?.scrollTo(0, 0)"
SMALLER: Final = """async drawn => {
  const bitmap = await createImageBitmap(await (await fetch(drawn)).blob());
  const canvas = Object.assign(document.createElement('canvas'), {width: bitmap.width, height: bitmap.height});
  canvas.getContext('2d').drawImage(bitmap, 0, 0);
  return canvas.toDataURL('image/webp', 0.8);
}"""
DRAWN: Final = (1125, 720), 0.8
"""Of a picture: what the page is given, and how much smaller it is drawn: 900 px wide."""
PATIENCE: Final = 45_000
"""Milliseconds: what is slow is asked by its own look; other work of the machine must not break the play."""
OWN: Final = "four-words-of-my-own"


@dataclass
class House(Bare):
    """The service and the platform. `shared`: on PostgreSQL and Redis, a web and a worker process."""

    browser: Browser = field(init=False)
    shared: dict[str, str] = field(default_factory=dict)
    pictures: Path | None = None
    worker: asyncio.subprocess.Process | None = None
    people: dict[str, Hands] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    slips: dict[str, tuple[str, str]] = field(default_factory=dict)

    def settings(self, more: dict[str, str]) -> dict[str, str]:
        """Without what the director says in the browser."""
        login = {"JIASHU_WECHAT__AUTHORIZE_URL": f"{self.phone}/connect/oauth2/authorize"}
        return super().settings(more) | login | self.shared | more

    async def open(self) -> None:
        """Start everything."""
        await self.start_platform()
        if not self.shared:
            await self.start_service()
            return
        self.service = await self._process("web", self.port, "--migrate")
        await self.until(self._ready, "the service was not ready")
        self.worker = await self._process("worker", free_port())

    async def _process(self, role: str, port: int, *more: str) -> asyncio.subprocess.Process:
        with (self.folder / ("service.log" if role == "web" else f"{role}.log")).open("ab") as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "bot.cli",
                "serve",
                "--role",
                role,
                *more,
                env=self.settings(
                    {"JIASHU_HTTP__PORT": str(port), "JIASHU_INBOX__SPOOL": str(self.folder / f"spool-{role}")}
                ),
                stdout=log,
                stderr=log,
                cwd=ROOT,
            )

    async def window(self, who: str, width: int = 1440, height: int = 900) -> Hands:
        """A browser of somebody's own."""
        scale = 1.0
        if self.pictures and width > 1000:
            (width, height), scale = DRAWN
        context = await self.browser.new_context(
            viewport={"width": width, "height": height},
            device_scale_factor=scale,
            locale="zh-CN",
            reduced_motion="reduce",
        )
        self.people[who] = Hands(await context.new_page())
        return self.people[who]

    async def picture(self, hands: Hands, name: str) -> None:
        """For docs/first-week.md, where pictures are wanted: drawn anew by the browser in a format that is small."""
        if self.pictures is None:
            return
        await hands.page.evaluate(TO_THE_TOP)
        await hands.page.wait_for_timeout(600)
        drawn = base64.b64encode(await hands.page.screenshot()).decode()
        desk = await hands.page.context.new_page()
        small = await desk.evaluate(SMALLER, f"data:image/png;base64,{drawn}")
        await desk.close()
        (self.pictures / f"first-{name}.webp").write_bytes(base64.b64decode(small.partition(",")[2]))

    async def at(self, year: int, month: int, day: int, hour: int, minute: int) -> None:
        """The clock moves on for everybody; what is due happens."""
        self.clock_at(datetime(year, month, day, hour, minute, tzinfo=ZONE))
        await asyncio.sleep(2.5)

    def look(self, what: str, good: object, said: object = "") -> None:
        """One look at what became of it."""
        (self.seen if good else self.wrong).append(what if good else f"{what} {said}".strip())
        print(f"  {'ok' if good else 'NOT'}  {what}" + (f"  ({said})" if said else ""), flush=True)

    def sent(self) -> list[dict[str, Any]]:
        """What the home pushed by itself or by a colleague, as the platform wrote it down: no answers, no tags."""
        return [
            line
            for line in self.journal()
            if line["direction"] == "call" and line["kind"] in {"custom/send", "template/send"} and line["ok"]
        ]

    async def phone_of(self, openid: str) -> dict[str, Any]:
        """What the platform shows of a phone."""
        found: dict[str, Any] = next(one for one in (await self.state())["phones"] if one["openid"] == openid)
        return found

    async def heard(self, openid: str) -> list[str]:
        """What the home said on a phone."""
        return [line.removeprefix("home: ") for line in await self.chat(openid) if line.startswith("home: ")]

    async def says(self, openid: str, words: str) -> str:
        """Somebody writes; what the home answers."""
        before = len(await self.heard(openid))
        await self.act("text", openid=openid, text=words)
        await self.until(lambda: self._more(openid, before), f"no answer to {words}", 30)
        return (await self.heard(openid))[-1]

    async def _more(self, openid: str, before: int) -> bool:
        return len(await self.heard(openid)) > before

    async def greeted(self, openid: str) -> bool:
        """Whether the home has said anything."""
        return bool(await self.heard(openid))

    def taken(self, what: str, most: float, begun: float) -> None:
        """How long something took."""
        self.look(what, time.monotonic() - begun <= most, f"{time.monotonic() - begun:.1f} s")


@asynccontextmanager
async def house(*, postgres: bool, pictures: Path | None = None) -> AsyncIterator[House]:
    """An empty one, while the block runs."""
    expect.set_options(timeout=PATIENCE)
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="jiashu-moving-"))
        built = House(Path(folder), pictures=pictures)
        if postgres:
            server = stack.enter_context(servers.postgres())
            redis = stack.enter_context(servers.valkey())
            built.shared = {
                "JIASHU_DATABASE__URL": server.create("jiashu"),
                "JIASHU_REDIS__URL": redis.url,
                "JIASHU_SECURITY__KEY_FILE": str(built.folder / "jiashu.keys"),
                "JIASHU_INBOX__SPOOL": str(built.folder / "spool-command"),
            }
        built.http = await stack.enter_async_context(aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)))
        built.browser = await launch(await stack.enter_async_context(async_playwright()))
        stack.push_async_callback(built.browser.close)
        for child in ("platform", "worker", "service"):
            stack.push_async_callback(_stop, built, child)
        yield built


async def _stop(built: House, child: str) -> None:
    await built.stop(getattr(built, child))
