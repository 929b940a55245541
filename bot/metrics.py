"""What Prometheus reads at `/metrics`: counts of this process, and what the shared database holds at the moment of the
look.

No label names a person. Given only to who knows `[security] metrics_token`.
"""

import hmac
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime
from functools import wraps
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from bot.reading import Reader
from care.errors import Busy
from services.emergencies.board import Board
from services.ports import Fate
from services.upkeep import pulse
from settings.clock import Clock
from storage.database import Database
from storage.spool import Spool

SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 4.5)
"""A push has 5 s (wechat.md 3)."""
Push = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Readings(Collector):
    """What became of the messages that were read, as the reader counts it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def collect(self) -> Iterator[Metric]:
        """The figures at the moment of the look."""
        figures = self._reader.figures
        runs = GaugeMetricFamily("jiashu_second_reading_runs", "1 while doubtful messages are read a second time.")
        runs.add_metric((), self._reader.reads_again)
        yield runs
        yield CounterMetricFamily(
            "jiashu_messages_read", "Messages with words; all are read inline.", value=figures.messages
        )
        again = CounterMetricFamily(
            "jiashu_second_readings",
            "Doubtful messages and questions by what became of their second reading; recalled: the same words had one "
            "before; left: the inline reading alone was asked.",
            labels=("fate",),
        )
        for fate in ("read", "late", "recalled", "failed", "left"):
            again.add_metric((fate,), getattr(figures, fate))
        yield again
        if self._reader.stronger is not None:
            stronger = CounterMetricFamily(
                "jiashu_stronger_readings", "Questions to the stronger reader by what became of them.", labels=("fate",)
            )
            for fate in ("read", "failed", "left"):
                stronger.add_metric((fate,), self._reader.stronger.figures[fate])
            yield stronger


class Metrics:
    """The figures of one process."""

    def __init__(
        self,
        token: str,
        home_id: int,
        database: Database,
        board: Board,
        spool: Spool,
        clock: Clock,
        reader: Reader,
    ) -> None:
        self._token, self._home, self._database, self._board, self._spool, self._clock = (
            token,
            home_id,
            database,
            board,
            spool,
            clock,
        )
        registry = self._registry = CollectorRegistry()
        registry.register(Readings(reader))
        self._answers = Histogram(
            "jiashu_push_seconds",
            "From the arrival of a push to its answer.",
            ("status",),
            buckets=SECONDS,
            registry=registry,
        )
        self._sends = Counter(
            "jiashu_sends", "Sends to the platform by what became of them.", ("fate",), registry=registry
        )
        self._away = Gauge(
            "jiashu_database_away_seconds",
            "How long nothing could be committed; 0 = commits succeed.",
            registry=registry,
        )
        self._spooled = Gauge("jiashu_spool_files", "Files of pushes that wait for the database.", registry=registry)
        self._alarms = Gauge("jiashu_alarms_open", "Emergencies to which nobody has come yet.", registry=registry)
        self._closed = Gauge(
            "jiashu_restore_unconfirmed",
            "1 while nothing leaves because a restore waits for the director.",
            registry=registry,
        )
        self._outbox = Gauge(
            "jiashu_outbox_rows",
            "Rows that are not final, and those of the last day that are lost, by state.",
            ("state",),
            registry=registry,
        )
        self._oldest = Gauge(
            "jiashu_outbox_oldest_ready_seconds", "How long the oldest row has been ready to leave.", registry=registry
        )
        self._promises = Gauge("jiashu_promises_open", "Promises not kept yet, by mark.", ("mark",), registry=registry)
        self._unlinked = Gauge(
            "jiashu_audit_unlinked_rows", "Audit rows that are not in the chain yet.", registry=registry
        )
        self._by_status: dict[int, Histogram] = {}
        self._read = Gauge(
            "jiashu_figures_read", "1 when the figures of the database are from this look.", registry=registry
        )

    def timed(self, push: Push) -> Push:
        """The handler of pushes, whose answers are counted, each with its seconds."""

        @wraps(push)
        async def handle(request: web.Request) -> web.StreamResponse:
            begun = time.perf_counter()
            answer = await push(request)
            answers = self._by_status.get(answer.status)
            if answers is None:
                answers = self._by_status[answer.status] = self._answers.labels(str(answer.status))
            answers.observe(time.perf_counter() - begun)
            return answer

        return handle

    def sent(self, fate: Fate) -> None:
        """The platform was asked to send."""
        self._sends.labels(fate.value).inc()

    async def page(self, request: web.Request) -> web.Response:
        """GET /metrics with `Authorization: Bearer …`; 404 without a token in the configuration, 403 with another
        one.
        """
        if not self._token:
            raise web.HTTPNotFound
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), f"Bearer {self._token}".encode()):
            raise web.HTTPForbidden
        await self._look(self._clock())
        return web.Response(body=generate_latest(self._registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def _look(self, now: datetime) -> None:
        away = self._database.away_since
        self._away.set(0 if away is None else time.monotonic() - away)
        self._spooled.set(len(self._spool.files()))
        self._alarms.set(self._board.count)
        self._closed.set(self._board.closed is not None)
        try:
            found = await self._database.read(lambda db: pulse.figures(db, self._home, now))
        except Busy:
            self._read.set(0)
            return
        self._read.set(1)
        for gauge, counts in ((self._outbox, found.outbox), (self._promises, found.promises)):
            gauge.clear()
            for label, count in counts.items():
                gauge.labels(label).set(count)
        self._oldest.set(found.oldest_ready.total_seconds())
        self._unlinked.set(found.unlinked)
