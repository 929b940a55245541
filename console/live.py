"""Live pages: after a COMMIT its hints reach the open pages as events without content; a page then asks for what it may
see.

Only the strip of alarms comes with its words: it must be seen while the database is away.
"""

import asyncio
import contextlib
import logging
import secrets
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from itertools import islice
from typing import Final

import aiohttp_jinja2
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from care.words import whole
from console import presence
from console.presence import Presence
from services.access import access_person
from services.complaints.access import access_complaint
from services.emergencies import unreadable
from services.emergencies.board import Board
from services.staff import sessions, staff
from services.subject import topics
from settings.clock import Clock
from storage.database import Database
from storage.unit import Unit
from web.sessions import SESSION, viewer

log = logging.getLogger("jiashu.live")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
BEAT: Final = 5.0
"""Seconds after which a quiet stream says that the service lives, so that a page which hears nothing for twice as long
says so (I14), and looks whether its session still lasts (S7).
"""
RENEWS: Final = 20.0
"""Seconds after which a stream says again who is here."""
ANSWERS_IN: Final = 1.0
"""Seconds after which the database counts as silent, and a session as one that goes on: its alarms must be seen."""
ALARMS: Final = "alarms"
BYE: Final = "bye"
OVER: Final = "over"
"""Tells a page that its session has ended: it leads to the log-in at once, what was typed is kept there."""
AWAY_SHOWN: Final = 2.0
"""Seconds without a commit after which the strip says so."""
GATHERS: Final = 1.0
"""Seconds in which the pages are told once while the past of a sample home is played."""
TOLD: Final = 500
"""Of so many COMMITs it is remembered what they changed: some seconds of the busiest hour."""
SEEN: Final = web.RequestKey("seen", str)
"""Which process, and how many changes it had told when a request began: its page asks for the later ones when its
stream opens.
"""


class Live:
    """The open pages of this process and the topics that each listens to."""

    def __init__(self, database: Database, board: Board, clock: Clock) -> None:
        self._database, self._board, self._clock = database, board, clock
        self._pages: set[tuple[frozenset[str], asyncio.Queue[str], int]] = set()
        self.presence = Presence()
        self._closing = False
        self._told: deque[frozenset[str]] = deque(maxlen=TOLD)
        self._life, self._count = secrets.token_hex(4), 0
        self._gathered: set[str] = set()
        database.listen(self.tell)
        board.listen(self._tell_alarms)

    def tell(self, hints: Iterable[str]) -> None:
        """Called in the loop after each COMMIT."""
        told = frozenset(hints)
        if "*" in told:  # another process changed something, nobody knows what
            told = frozenset().union(topics(), *(wanted for wanted, *_ in self._pages))
        here = {hint for hint in told if hint.startswith(presence.PREFIX)}
        for hint in here:
            self._tell_here(*self.presence.hear(hint))
        told -= here
        if not told:
            return
        self._count += 1
        self._told.append(told)
        if self._board.playing:  # a whole day of a sample home is played in a second: pages are drawn once in it
            if not self._gathered:
                asyncio.get_running_loop().call_later(GATHERS, self._let_out)
            self._gathered |= told
        else:
            self._put(told)

    def _let_out(self) -> None:
        told, self._gathered = frozenset(self._gathered), set()
        self._put(told)

    def _put(self, told: frozenset[str], but: int = 0) -> None:
        """Tell the pages that listen, `but` those of one colleague."""
        for wanted, queue, staff_id in self._pages:
            for topic in wanted & told if staff_id != but else ():
                with contextlib.suppress(asyncio.QueueFull):
                    queue.put_nowait(topic)

    def _tell_here(self, topic: str, by: int = 0) -> None:
        """Who else looks at a topic sees anew who is here, now and when somebody has faded."""
        if self.presence.changed(topic):
            self._put(frozenset({presence.PREFIX + topic}), by)
            loop, found = asyncio.get_running_loop(), self.presence.at(topic)
            if any(one.writes for one in found):
                loop.call_later(presence.WRITES_FOR + 0.1, self._tell_here, topic)
            if found:
                loop.call_later(presence.HERE_FOR + 0.1, self._tell_here, topic)

    async def say(self, request: web.Request, topic: str, what: str) -> None:
        """A page tells that its colleague writes, or has stopped. Raises NotFound for what she may not open."""
        await self._database.read(lambda db: _allowed(db, request, frozenset({topic})))
        self._database.heard(frozenset({presence.hint(topic, viewer(request).id, what)}))

    async def at(self, request: web.Request, topic: str) -> list[presence.Here]:
        """Who else is at a topic. Raises NotFound for what the viewer may not open."""
        await self._database.read(lambda db: _allowed(db, request, frozenset({topic})))
        return [one for one in self.presence.at(topic) if one.staff_id != viewer(request).id]

    @web.middleware
    async def mark(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Remember how far a page can have seen, before it reads."""
        request[SEEN] = f"{self._life}.{self._count}"
        return await handler(request)

    def _missed(self, wanted: frozenset[str], since: str) -> list[str]:
        """What changed after a page was read and before its stream opened; everything for a page of an earlier
        process, and for one that was read too long ago.
        """
        life, _, count = since.partition(".")
        seen = whole(count)
        if life != self._life or seen is None or self._count - seen > len(self._told):
            return sorted(wanted)
        later = frozenset().union(*islice(reversed(self._told), max(0, self._count - seen)))
        return sorted(wanted & later)

    def _tell_alarms(self) -> None:
        for _, queue, _ in self._pages:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(ALARMS)

    def strip(self, request: web.Request) -> str:
        """The strip as the viewer may see it, from memory alone."""
        away = self._database.away_since
        facts = {
            "alarms": self._board.seen_by(viewer(request)),
            "hearing": self._board.hearing(viewer(request)),
            "downtimes": self._board.downtimes,
            "unreadable": unreadable.seen_by(viewer(request), self._board.unreadable),
            "locks": self._board.locks if staff.sees_locks(viewer(request)) else [],
            "ended": self._board.ended_for(viewer(request), self._clock()),
            "closed": self._board.closed,
            "apart": self._board.apart,
            "playing": self._board.playing,
            "disk_full": self._database.disk_full,
        }
        return aiohttp_jinja2.render_string(
            "emergencies/_strips.html", request, facts | {"away": away and time.monotonic() - away > AWAY_SHOWN}
        )

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """GET ?topics=inbox,person:1&since=…. An event is named after its topic with `-` for `:`; its data is empty."""
        wanted = frozenset(filter(None, request.query.get("topics", "").split(",")))
        wanted = await self._database.read(lambda db: _allowed(db, request, wanted)) if wanted - topics() else wanted
        queue: asyncio.Queue[str] = asyncio.Queue(100)
        about, me = wanted - topics(), viewer(request).id
        ended = f"session:{request[SESSION].id}"
        page = (wanted | {presence.PREFIX + topic for topic in about} | {ended}, queue, me)
        self._pages.add(page)
        for topic in self._missed(wanted, request.query["since"]) if "since" in request.query else ():
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(topic)
        try:
            async with sse_response(request) as response:
                await self._serve(request, response, queue, about, ended)
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        finally:
            self._pages.discard(page)
            elsewhere = frozenset().union(*(other for other, _, staff_id in self._pages if staff_id == me))
            self._here(about - elsewhere, me, presence.LEFT)
        return response

    async def _serve(
        self,
        request: web.Request,
        response: EventSourceResponse,
        queue: asyncio.Queue[str],
        about: frozenset[str],
        ended: str,
    ) -> None:
        """Events until the browser is gone, its session has ended (S7) or the house closes."""
        await response.send(self.strip(request), event=ALARMS)
        seen, renewed, beaten = self._board.version, 0.0, time.monotonic()
        while response.is_connected() and not self._closing:
            if time.monotonic() - renewed > RENEWS:
                renewed = time.monotonic()
                self._here(about, viewer(request).id, presence.READS)
            waiting = await _heard(queue, beaten + BEAT - time.monotonic())
            beats = time.monotonic() - beaten >= BEAT
            if (beats or ended in waiting) and not await self._lasts(request, response):
                return
            if beats:
                beaten = time.monotonic()
                await response.send("", event="beat")
            if seen != self._board.version:
                seen = self._board.version
                await response.send(self.strip(request), event=ALARMS)
            for topic in sorted(waiting - {ALARMS, ended, BYE}):
                await response.send(topic, event=topic.replace(":", "-"))
        if self._closing:
            await response.send("", event="restart")

    def _here(self, about: Iterable[str], staff_id: int, what: str) -> None:
        told = frozenset(presence.hint(topic, staff_id, what) for topic in about)
        if told:
            self._database.heard(told)

    async def _lasts(self, request: web.Request, response: EventSourceResponse) -> bool:
        """Whether a stream goes on: its session does, with the rights that it was opened with. A page whose session
        has ended is told to go; one with other rights comes again by itself.
        """
        known = request[SESSION]
        try:
            async with asyncio.timeout(ANSWERS_IN):
                found = await self._database.read(lambda db: sessions.again(db, known.id, self._clock()))
        except Exception:
            log.warning("the database is silent, a stream goes on", extra={"action": "remembered"})
            return True
        if found is None:
            await response.send("", event=OVER)
        return found is not None and found.viewer == known.viewer

    async def close(self, _: web.Application) -> None:
        """Let every open page go, so that a stop does not wait for browsers."""
        self._closing = True
        for _topics, queue, _staff in self._pages:
            with contextlib.suppress(asyncio.QueueFull):
                queue.put_nowait(BYE)


async def _heard(queue: asyncio.Queue[str], seconds: float) -> set[str]:
    """What changed by now, with what changes a moment later unless it is an alarm; nothing when nothing does."""
    try:
        waiting = {await asyncio.wait_for(queue.get(), max(seconds, 0.0))}
    except TimeoutError:
        return set()
    if ALARMS not in waiting:
        await asyncio.sleep(0.05)
    while not queue.empty():
        waiting.add(queue.get_nowait())
    return waiting


def _allowed(db: Unit, request: web.Request, wanted: frozenset[str]) -> frozenset[str]:
    """Shared topics, and those of people and cases that the viewer may open. Raises NotFound."""
    who = viewer(request)
    for topic in wanted - topics():
        kind, _, text = topic.partition(":")
        number = whole(text)
        if number is None or kind not in {"person", "case"}:
            raise web.HTTPNotFound
        (access_person if kind == "person" else access_complaint)(db, who, number)
    return wanted
