"""The fortnight behind the sample home, played forward day by day: what is due falls due at its time, by the jobs that
run in a real home; nothing of it is left for the present.
"""

import logging
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from bot.sample import chapters
from bot.sample.home import Home
from bot.sample.play import BOOK, Act, Play
from care.errors import JiashuError
from care.states import HandOutcome
from services.letters import letters
from services.outgoing import reaching
from services.outgoing.forms import SettleByHand
from services.roster import hours, watches
from services.subject import Running, subjects
from settings import Settings
from storage.store import Store
from storage.types import micros, moment

log = logging.getLogger("jiashu.sample")
DAYS: Final = 14
OFTEN: Final = frozenset({"promises", "greetings", "letters", "silence", "asked", "alarms", "surveys", "days"})
DAILY: Final = frozenset({"consents", "parked", "roster", "calendar"})
JUST_NOW: Final = timedelta(minutes=1)
DUE: Final = """SELECT min(at) FROM (
    SELECT min(look_at) AS at FROM promise WHERE kept_at IS NULL AND look_at > ?
    UNION ALL SELECT min(due_at) FROM plan WHERE state = 'planned' AND due_at > ?
    UNION ALL SELECT min(due_at) FROM doubt WHERE ended_at IS NULL AND due_at > ?
    UNION ALL SELECT min(idle_at) FROM conversation WHERE idle_at > ?
    UNION ALL SELECT min(not_before) FROM outbox WHERE state IN ('planned', 'ready', 'waiting') AND not_before > ?
) due"""
Told = Callable[[int, int], None]
"""Hears how far the play is: days played, of how many."""


def book() -> dict[str, Any]:
    """All files of the book as one; a list that stands in several goes on."""
    found: dict[str, Any] = {}
    for file in sorted(BOOK.glob("*.toml")):
        for name, value in tomllib.loads(file.read_text(encoding="utf-8")).items():
            if isinstance(value, list):
                found.setdefault(name, []).extend(value)
            else:
                found.setdefault(name, {}).update(value)
    return found


def begins(now: datetime, settings: Settings) -> datetime:
    """When the home is furnished so that it has a fortnight before `now`: in the morning of the day before."""
    zone = settings.home.zone
    day = now.astimezone(zone).date() - timedelta(days=DAYS + 1)
    return datetime.combine(day, time(9), zone)


@dataclass(slots=True)
class Fortnight:
    """One play. `failed` has what could not be done, for whoever keeps the book."""

    home: Home
    running: Running
    now: datetime
    told: Told = lambda *_: None
    acts: Callable[[Play], Iterable[Act]] = lambda play: chapters.acts(book(), play)
    at: datetime = field(init=False)
    failed: list[str] = field(default_factory=list)

    async def play(self) -> Play:
        """Everything up to `now`."""
        play = Play(self.home, self.running, self.now)
        self.at = begins(self.now, self.running.settings) + timedelta(hours=8)
        acts = [act for act in self.acts(play) if self.at < act.at <= self.now - JUST_NOW]
        day: date | None = None
        for act in sorted(acts, key=lambda act: act.at):
            today = self._day(act.at)
            if today != day:
                day = today
                self.told(max(1, DAYS - (self._day(self.now) - today).days), DAYS)
            await self._until(act.at)
            await self._do(play, act)
        await self._until(self.now)
        self.told(DAYS, DAYS)
        return play

    async def _do(self, play: Play, act: Act) -> None:
        try:
            await act.do(act.at)
        except JiashuError as error:
            self.failed.append(f"{act.at:%m-%d %H:%M} {act.what}: {error.sentence}")
            log.warning("an act of the sample home failed", extra={"action": "sample", "what": act.what})
        await play.played.deliver(act.at)

    def _day(self, at: datetime) -> date:
        return at.astimezone(self.running.settings.home.zone).date()

    async def _until(self, end: datetime) -> None:
        """What falls due before a moment, each at its own time."""
        while (due := await self._next(end)) is not None:
            new_day = self._day(due) != self._day(self.at)
            self.at = due
            if new_day:
                await self._new_day()
            await self._run(OFTEN)
            await self.home.played.deliver(due)
            await self._bring(due)
        self.at = max(self.at, end)

    async def _bring(self, at: datetime) -> None:
        """The desk prints the cards of the day and brings them to the bedside (H1)."""
        desk, number = self.home.desk, self.running.home_id
        asked = "SELECT id FROM by_hand WHERE home_id = ? AND kind = 'print' AND settled_at IS NULL"
        rows = await self.running.database.store(lambda store: store.rows(asked, number))
        form = SettleByHand(outcome=HandOutcome.PRINTED.value)
        await self.running.each([row[0] for row in rows], lambda db, one: reaching.settle(db, desk, one, form, at))

    async def _next(self, end: datetime) -> datetime | None:
        zone, since = self.running.settings.home.zone, micros(self.at)
        midnight = datetime.combine(self._day(self.at) + timedelta(days=1), time(0, 5), zone)
        release = letters.release_at(self.running.settings.home, self._day(self.at))

        def ask(store: Store) -> Sequence[tuple[int | None]]:
            return store.rows(DUE, since, since, since, since, since)

        found = (await self.running.database.store(ask))[0][0]
        times = [midnight, release, *([moment(found)] if found is not None else [])]
        return min((at for at in times if self.at < at <= end), default=None)

    async def _new_day(self) -> None:
        house, number, at = self.home.house, self.running.home_id, self.at
        await self.home.played.learn(at)
        house.desk, house.quiet = await self.running.database.read(
            lambda db: (hours.desk(db, number, at), hours.quiet(db, number))
        )
        await self._run(DAILY)
        house.watches = await self.running.database.read(lambda db: watches.soon(db, number, at))

    async def _run(self, names: frozenset[str]) -> None:
        for job in (job for subject in subjects() for job in subject.jobs if job.name in names):
            await job.run(self.running, self.at)
