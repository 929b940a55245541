"""The alarm board: what rings now, in memory, so that a strip can be shown and answered while the database is away (F4).

The database is the truth: after each COMMIT that touches an alarm the board takes its rows over. What is not committed yet stands
beside them, marked 未入库, and is recognised by its push key.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from care.errors import NotFound
from care.triage import Audience, Triage
from services.access import Viewer, may_hear
from services.epochs import Closed
from services.unreadable import Unread

GONE_AFTER = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Place:
    """Who speaks from an openid, and where a nurse goes: kept in memory, so that no alarm waits for a question."""

    name: str
    place: str


@dataclass(frozen=True, slots=True)
class Downtime:
    """停机: nobody listened from … to …, in machine time."""

    id: int
    from_at: datetime
    to_at: datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """One strip: an emergency of one person. `uncommitted` holds the keys of messages that are not in the database yet."""

    openid: str
    audience: Audience
    level: int
    kind: str
    words: str
    raised_at: datetime
    latest_at: datetime
    name: str
    place: str
    count: int = 1
    going: str = ""
    going_at: datetime | None = None
    person_id: int | None = None
    uncommitted: frozenset[str] = field(default=frozenset())

    @property
    def ref(self) -> str:
        """What names the strip in an address; no openid leaves the house."""
        return hashlib.sha256(f"{self.audience.value}|{self.openid}".encode()).hexdigest()[:20]


class Board:
    """What rings in this process. All methods are called in the loop."""

    def __init__(self) -> None:
        self.places: Mapping[str, Place] = {}
        self.downtimes: list[Downtime] = []
        self.unreadable: list[Unread] = []
        """What came and names nobody."""
        self.closed: Closed | None = None
        """A restore that the director has not confirmed: nothing leaves."""
        self.apart = False
        """Whether the processes hear of each other only by looking once a second, since Redis is away."""
        self.version = 0
        """Counts the changes: a page that missed one sees it here."""
        self._open: dict[str, Alarm] = {}
        self._ended: dict[str, datetime] = {}
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Be told after each change."""
        self._listeners.append(listener)

    def seen_by(self, viewer: Viewer) -> list[Alarm]:
        """The strips of a member of staff, who waits for somebody first, then the oldest."""
        mine = [alarm for alarm in self._open.values() if may_hear(viewer, alarm.audience)]
        return sorted(mine, key=lambda alarm: (bool(alarm.going), alarm.level, alarm.raised_at))

    @property
    def count(self) -> int:
        """Emergencies to which nobody has come yet."""
        return len(self._open)

    def ring(self, openid: str, key: str, heard: Triage, words: str, at: datetime) -> None:
        """An emergency that is not committed 1 s after it arrived; a repeat joins the open one and rings again."""
        known = self._place(openid)
        fresh = Alarm(openid, heard.audience, int(heard.level), heard.kind, words, at, at, known.name, known.place, count=0)
        alarm = self._open.get(fresh.ref, fresh)
        if key in alarm.uncommitted:
            return
        if heard.also is not None:
            self.ring(openid, key, heard.also, words, at)
            words = f"{heard.kind}（原话请主管看）"
        if alarm.going_at is not None and at - alarm.going_at > GONE_AFTER:
            alarm = replace(alarm, going="", going_at=None)
        self._open[fresh.ref] = replace(
            alarm, words=words, latest_at=at, level=min(alarm.level, int(heard.level)), kind=heard.kind, count=alarm.count + 1,
            uncommitted=alarm.uncommitted | {key},
        )  # fmt: skip
        self._tell()

    def committed(self, openid: str, key: str) -> None:
        """A message is in the database now; its rows follow by `take_over`."""
        for ref, alarm in list(self._open.items()):
            if alarm.openid == openid and key in alarm.uncommitted:
                self._open[ref] = replace(alarm, uncommitted=alarm.uncommitted - {key})

    def take_over(self, rows: Iterable[Alarm]) -> None:
        """The open alarms of the database: they replace what stood here, but for what is not committed or not written down yet."""
        stored = {row.ref: row for row in rows}
        for ref, alarm in list(self._open.items()):
            row = stored.pop(ref, None)
            if row is not None and self._over(ref, row):
                row = None
            if row is None:
                if not alarm.uncommitted:
                    del self._open[ref]
                continue
            going, at = (row.going, row.going_at) if row.going else (alarm.going, alarm.going_at)
            newest = alarm if alarm.uncommitted and alarm.latest_at >= row.latest_at else row
            self._open[ref] = replace(
                row, going=going, going_at=at, words=newest.words, latest_at=newest.latest_at, uncommitted=alarm.uncommitted,
                count=row.count + len(alarm.uncommitted),
            )  # fmt: skip
        self._open.update({ref: row for ref, row in stored.items() if not self._over(ref, row)})
        self._tell()

    def go(self, viewer: Viewer, ref: str, now: datetime) -> Alarm:
        """我去: the strip shows who, before anything is written down. Raises NotFound for what does not ring or may not be seen."""
        alarm = self._mine(viewer, ref)
        if not alarm.going:
            alarm = self._open[ref] = replace(alarm, going=viewer.name, going_at=now)
            self._tell()
        return alarm

    def arrive(self, viewer: Viewer, ref: str, now: datetime) -> Alarm:
        """已到: the strip goes. Raises NotFound."""
        alarm = self._mine(viewer, ref)
        del self._open[ref]
        self._ended[ref] = now
        self._tell()
        return alarm

    def took_note(self, downtime_id: int) -> None:
        """Somebody has read about a time in which nobody listened."""
        self.downtimes = [time for time in self.downtimes if time.id != downtime_id]
        self._tell()

    def _mine(self, viewer: Viewer, ref: str) -> Alarm:
        alarm = self._open.get(ref)
        if alarm is None or not may_hear(viewer, alarm.audience):
            raise NotFound
        return alarm

    def _over(self, ref: str, row: Alarm) -> bool:
        """Whether somebody said 已到 after its last words; that is only not written down yet."""
        ended = self._ended.get(ref)
        return ended is not None and row.latest_at <= ended

    def _place(self, openid: str) -> Place:
        return self.places.get(openid) or Place("未绑定的手机", "不知道在哪里，请看来信")

    def touch(self) -> None:
        """Something that the strip shows beside the alarms has changed."""
        self._tell()

    def _tell(self) -> None:
        self.version += 1
        for listener in self._listeners:
            listener()
