"""The composition root: builds the house from settings, runs it in one process, takes it apart again."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Awaitable, Callable
from datetime import datetime

import aiohttp
from aiohttp import web

from bot import config, doctor, health, menus, proofs, robots, slow, stronger, telephone, texter, upkeep, wire
from bot.alone import Alone
from bot.beside import Line
from bot.dialer import Dialer, Reports
from bot.envelopes import Account
from bot.fanout import Fanout
from bot.fetcher import Fetcher
from bot.gateway import Gateway
from bot.inbound import Inbound
from bot.looks import Looks
from bot.masses import MassSender
from bot.metrics import Metrics
from bot.poster import Poster
from bot.practising import Simulation
from bot.rates import Rates
from bot.reading import Reader
from bot.sender import Sender
from bot.sms_sender import SmsReports, SmsSender
from bot.way import Way
from bot.webhook import Webhook
from care.errors import Busy
from console import app as console
from console.context import BACKUP, DOCTOR, PHONES
from console.live import AWAY_SHOWN
from pages import app as pages
from scheduler.ticker import Ticker
from services import install, points
from services.access import Viewer
from services.complaints import ringing
from services.emergencies import acts, alarms, calls
from services.emergencies.board import Board
from services.emergencies.strip import Alarm
from services.greetings.subject import plan_ahead
from services.house import House
from services.ports import Finding
from services.practice import practice
from services.setup import first_start, steps
from services.setup.subject import announcement
from services.subject import Job, Running, subjects
from services.talks.receive import receive_batch
from services.upkeep import jobs as runs
from services.upkeep import pulse
from services.upkeep.subject import wind_up
from settings import Settings
from settings.clock import Clock, chosen, wall
from speech import decode, recordings
from storage import migrate, seal
from storage.database import Database
from storage.open import open_database
from storage.spool import Spool

log = logging.getLogger("jiashu.main")
GRACE = 12.0


Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
Furnish = Callable[[Database, install.Installed, datetime], Awaitable[object]]
"""What fills an empty database before anybody listens: the people of a sample home."""


class Service:
    """One process with all its parts. `start` raises JiashuError for what the operator must mend."""

    def __init__(self, settings: Settings, role: str = "all") -> None:
        self.settings, self.role = settings, role
        local = settings.on_loopback
        self.clock: Clock = chosen(settings.clock.offset_file, on_loopback=local)
        self.reach = points.armed(os.environ.get("JIASHU_POINTS", "")) if local else points.none
        self.sounds = recordings.load()
        self.house = House(settings.home, recorded=frozenset(self.sounds))
        self.house.use(settings)
        self.board, self.slow = Board(), slow.Slow(slow.Limits())
        self.reader = Reader(again=settings.reading.second and role != "worker", stronger=stronger.of(settings.reading))
        self._beat = 0.0
        self.plays_past = False
        """While the past of a sample home is played no job of a subject runs and nothing leaves: what is due then was
        due then.
        """
        self._tasks: list[asyncio.Task[None]] = []
        self._was_away = False

    async def start(self, furnish: Furnish | None = None) -> None:
        """Open the database and start the loops; an empty database may be furnished first."""
        ids = await self._open(furnish)
        self._assemble(ids)
        await self.inbound.remember()
        await self.looks.all()
        self.board.downtimes = await self.database.read(lambda db: pulse.unseen(db, ids.home_id))
        works = self.role != "web"
        if works and await self._leads():
            with contextlib.suppress(Exception):  # the ticker tries again and says what is wrong
                await plan_ahead(self.running, self.clock())
        self.ticker = Ticker(
            [job for job in self.jobs() if works or job.everywhere], self.running, self.clock, self._leads
        )
        loops = (
            (one.run() for one in (self.sender, self.dialer, self.masses, self.texts, self.poster, self.fetcher))
            if works
            else ()
        )
        self._tasks = [asyncio.create_task(loop) for loop in loops]
        if self.fanout is not None:
            self._tasks.append(asyncio.create_task(self.fanout.run()))
        if self.beside is not None:
            await self.beside.start()
        await self._heartbeat()
        self.reader.start()
        self.ticker.start()
        if not self.plays_past:
            self.sender.wake()
        self.fetcher.wake()

    async def _open(self, furnish: Furnish | None) -> install.Installed:
        """The database with its home."""
        settings, url = self.settings, self.settings.database.url
        self.proofs = await asyncio.to_thread(proofs.read, settings.http.verify_files)
        await asyncio.to_thread(migrate.fit, url)
        config.make_folders(settings)
        fresh = not await asyncio.to_thread(migrate.has_rows, url)
        sealer = seal.load(settings.key_file, may_create=fresh)
        self.database = open_database(
            url, sealer, lambda store, batch: receive_batch(store, self.house.edition(), batch), self.reach
        )
        await self.database.start()
        ids = await self.database.write(lambda db: install.install(db, settings, self.clock()))
        if furnish is not None and fresh:
            await furnish(self.database, ids, self.clock())
        self.ids, self.board.home_id = ids, ids.home_id
        self.house.use(ids.settings)
        self.running = Running(self.database, self.house, ids.home_id, settings)
        await self.database.store(lambda store: pulse.woke(store, ids.home_id, wall()))
        self.spool = Spool(settings.spool, sealer)
        return ids

    def _assemble(self, ids: install.Installed) -> None:
        """The parts, none of which runs yet."""
        settings = self.settings
        self.http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=64), middlewares=(Way(self.house).check,)
        )
        self.simulation = Simulation(self.running, serves=self.role != "worker")
        self.rates = Rates(settings.redis_url)
        self.gateway = Gateway(ids.settings.wechat, self.http, self.rates)
        self.fetcher = Fetcher(self.database, self.gateway, settings.media.path, self.clock)
        self.database.listen(self._wake)
        self.metrics = Metrics(
            settings.security.metrics_token, ids.home_id, self.database, self.board, self.spool, self.clock, self.reader
        )
        self.sender = Sender(
            self.database,
            self.gateway,
            self.clock,
            self.reach,
            self.sounds,
            self.metrics.sent,
            self.house,
        )
        self.masses = MassSender(self.database, self.gateway, self.house, self.clock)
        account = Account(ids.account_id, ids.home_id)
        self.inbound = Inbound(self.database, account, self.clock, self.board, self.spool, self.house, self.reader)
        self.looks = Looks(self.running, self.board, self.inbound, self.clock, self._use)
        company = telephone.of(settings.telephone, self.http)
        self.house.telephone = company.connected
        self.house.rings_complaints = company.connected and bool(settings.telephone.complaint_text)
        texts = texter.of(settings.sms, self.http)
        self.house.sms = texts.connected
        self.texts = SmsSender(self.database, texts, ids.home_id, self.clock)
        self.dialer = Dialer(self.database, company, self.house, ids.home_id, self.clock, (calls, ringing))
        robot = robots.of(settings.robot, self.http)
        self.house.robot = robot.connected
        self.poster = Poster(self.database, robot, self.house, ids.home_id, self.clock)
        self.alone = Alone(self.board, company, ids.home_id, self.clock, lambda: self.looks.reachable, self._went)
        self.webhook = Webhook(
            wire.Codec.of(ids.settings.wechat), self.inbound, self.house, self.clock, self.reach, self._greeted
        )
        self.fanout = Fanout(self.database, settings.redis_url) if self.database.shared else None
        self.beside = None if self.database.shared else Line(self.running, self.clock)

    async def _leads(self) -> bool:
        return not self.plays_past and await self.database.leads()

    async def release(self) -> None:
        """The past is over: jobs run, what waits leaves."""
        self.plays_past, self.board.playing = False, ""
        self.board.touch()
        await self.looks.all()
        self.sender.wake()
        self.ticker.hurry()

    async def abandon(self) -> None:
        """It could not start: what is open is closed, so that the process ends and says why."""
        for task in self._tasks:
            task.cancel()
        for open_one in ("http", "database"):
            if hasattr(self, open_one):
                with contextlib.suppress(Exception):
                    await getattr(self, open_one).close()

    async def stop(self) -> None:
        """Stop the loops, finish what is in the writer, close."""
        await self.simulation.end()
        if self.beside is not None:
            await self.beside.stop()
        self.ticker.stop()
        self.sender.stop()
        self.dialer.stop()
        self.masses.stop()
        self.texts.stop()
        self.poster.stop()
        if self.role != "web":
            await asyncio.wait(self._tasks[:5], timeout=GRACE)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.rates.close()
        await self.http.close()
        await self.inbound.close()
        with contextlib.suppress(Busy, OSError):
            await wind_up(self.running, self.clock())
        await self.database.close()
        self.spool.close()

    def first(self, others: Handler) -> Handler:
        """Pushes that came whole go past the router and what watches slow bodies, which would look at every request to
        find nearly always the same; `others` has the rest.
        """
        push, asked = self.metrics.timed(self.webhook.push), self.slow.asked

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            straight = request.raw_path.startswith("/wechat?") and request.method == "POST"
            if not (straight and request.content.is_eof() and isinstance(request, web.Request)):
                return await others(request)
            asked(request)
            return await push(request)

        return handle

    def application(self) -> web.Application:
        """The web side: webhook, health, console."""
        webhook = self.webhook
        app = web.Application(client_max_size=wire.MAX_BODY, middlewares=[self.slow.watch])
        health.add_to(app.router, lambda: self._beat, lambda: self.board.chain_late)
        app.router.add_get("/metrics", self.metrics.page)
        if self.role == "worker":
            return app
        app.router.add_get("/wechat", webhook.greet)
        app.router.add_post("/wechat", self.metrics.timed(webhook.push))
        app.router.add_post(
            "/telephone/{secret}", Reports(self.settings.telephone.receipts, self.alone.hear, self.dialer.hear).post
        )
        app.router.add_post("/sms/{secret}", SmsReports(self.settings.sms.receipts, self.texts).post)
        app.router.add_get("/", _to_console)
        proofs.add_to(app.router, self.proofs, lambda: self.house.proof)
        staffs = console.build(
            self.database, self.house, self.board, self.settings, self.clock, decode.to_mp3, self.gateway.desk
        )
        staffs[DOCTOR], staffs[BACKUP], staffs[PHONES] = self._examined, self._backed_up, self.http
        app.add_subapp("/console", staffs)
        app.add_subapp(
            "/p",
            pages.build(self.database, self.house, self.settings, self.clock, self.gateway.identify, self.inbound.note),
        )
        return app

    def jobs(self) -> list[Job]:
        """The jobs of the subjects, and those that this process does for itself."""
        return [
            *(job for subject in subjects() for job in subject.jobs),
            *self.looks.jobs(),
            Job("debts", 1.0, lambda *_: self.inbound.settle_debts(), "没能当场回的话，改为补发", everywhere=True),
            Job("spool", 1.0, lambda *_: self._drain(), "把数据库不在时存下的来信收进来", everywhere=True),
            Job("watch", 0.5, lambda *_: self._watch(), "看数据库和 Redis 在不在", everywhere=True),
            Job("wake-up", 1.0, lambda *_: self._wake_up(), "叫醒发送和取文件", everywhere=True),
            Job("simulator", 1.0, lambda *_: self.simulation.look(), "练习时让模拟手机开着", everywhere=True),
            Job(
                "menus",
                30.0,
                lambda _, now: menus.follow(self.running, self.gateway.desk, now),
                "给绑了微信的同事换菜单",
            ),
            Job("runs", runs.WRITTEN, lambda *_: self._write_down_runs(), "记下这些任务各自跑得怎样", everywhere=True),
        ]

    async def _write_down_runs(self) -> None:
        last = dict(self.ticker.runs)
        await self.database.store(lambda store: runs.write_down(store, last))
        self.ticker.written(last)

    async def first_code(self) -> str:
        """What the terminal says while there never was a director; empty otherwise."""
        if self.role == "worker" or self.house.opened:
            return ""
        number, now = self.ids.home_id, self.clock()
        code = await self.database.write(lambda db: first_start.new_code(db, number, now))
        return "\n".join(announcement(self.running, code)) if code else ""

    async def _examined(self) -> list[Finding]:
        """What the doctor sees of the service as it is set now."""
        number, base = self.ids.home_id, self.settings
        found, _ = await self.database.read(lambda db: practice.now(db, base, number))
        return await doctor.seen(found)

    async def _backed_up(self) -> str:
        """A backup as `jiashu backup` makes it; its name."""
        return (await asyncio.to_thread(upkeep.back_up, self.settings, None, self.clock)).name

    async def _greeted(self) -> None:
        """The platform has been at the door with these keys."""
        number, base, now = self.ids.home_id, self.settings, self.clock()
        await self.database.write(lambda db: steps.saw_greeting(db, number, base, now))

    def _went(self, viewer: Viewer, alarm: Alarm, now: datetime) -> None:
        """Who pressed the key for a cry that was in no database yet."""
        house = self.house
        acts.write_down(
            self.database, alarm, lambda db: alarms.go(db, house, viewer, alarm.openid, alarm.audience, now)
        )

    def _use(self, settings: Settings) -> None:
        """Go on with what was set in the console, without a restart."""
        if settings.wechat != self.gateway.wechat:
            self.gateway.use(settings.wechat)
            self.webhook.use(wire.Codec.of(settings.wechat))
        stands = self.house.practice
        self.inbound.use(Account(stands.account_id if stands else self.ids.account_id, self.ids.home_id, bool(stands)))
        self.house.use(settings)

    def _wake(self, hints: frozenset[str]) -> None:
        if "outbox" in hints and not self.plays_past:
            self.sender.wake()
        if "calls" in hints:
            self.dialer.wake()
        if "group" in hints:
            self.poster.wake()
        if "sms" in hints and not self.plays_past:
            self.texts.wake()
        if "media" in hints:
            self.fetcher.wake()
        self.looks.hear(hints)

    async def _watch(self) -> None:
        """Tell the open pages that a server went away or came back: without a question to it, which might wait."""
        since = self.database.away_since
        if since is None:
            self.webhook.taken_again()
        self.alone.watch(None if since is None else time.monotonic() - since)
        away, apart = (
            since is not None and time.monotonic() - since > AWAY_SHOWN,
            self.fanout is not None and self.fanout.alone,
        )
        if (away, apart) != (self._was_away, self.board.apart):
            self._was_away, self.board.apart = away, apart
            self.board.touch()

    async def _wake_up(self) -> None:
        """The sleepers poll as well: a hint may be lost, a row may become due."""
        if not self.plays_past:
            self.sender.wake()
            self.dialer.wake()
            self.masses.wake()
            self.texts.wake()
            self.poster.wake()
        self.fetcher.wake()
        await self._heartbeat()

    async def _heartbeat(self) -> None:
        try:
            if await self.database.store(lambda store: pulse.beat(store, self.ids.home_id, wall())):
                self._beat = time.monotonic()
        except Busy:
            return  # the database has said so once, and says when it is back

    async def _drain(self) -> None:
        while await self.inbound.drain():
            pass


async def _to_console(_: web.Request) -> web.Response:
    raise web.HTTPFound("/console/")
