"""The alarm board: what rings now, in memory, so that a strip can be shown and answered while the database is away
(F4).

The database is the truth: after each COMMIT that touches an alarm the board takes its rows over. What is not
committed yet stands beside them, marked 未入库, and is recognised by its push key.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from care.accusations import Accusation, Names
from care.errors import Invalid, NotFound
from care.triage import Audience, Triage
from services.access import LEADS, WORKS, Viewer, may_hear
from services.emergencies.receivers import Receivers
from services.emergencies.strip import GONE_AFTER, NOBODY, UNDONE_WITHIN, Alarm, Cry, Ended, Place
from services.emergencies.unreadable import Unread
from services.staff.staff import Lock
from services.upkeep.epochs import Closed
from services.upkeep.pulse import Downtime

DEAD: Final = timedelta(seconds=5)
"""After a change of a strip nothing ends it: the tap was meant for what stood there before (D7)."""
OTHERS: Final = ("我也到了", "她请我登记", "电话里确认了")
"""Why somebody says 已到 who never said 我去."""
FALSE: Final = ("按错了", "不是求救", "电视或说笑", "已当面确认没事")
"""Why an alarm was none."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who hears what rings; `somebody` could cry at all: a home that nobody writes to is not warned."""

    receivers: Receivers
    late: bool
    somebody: bool


class Board:
    """What rings in this process. All methods are called in the loop."""

    def __init__(self) -> None:
        self.home_id = 0
        """Whose alarms these are; 0 before the service knows."""
        self.places: Mapping[str, Place] = {}
        self.muted: frozenset[str] = frozenset()
        """Strangers' phones that a colleague has muted for a day; never an elder's, never a relative's (S6)."""
        self.names = Names()
        self.downtimes: list[Downtime] = []
        self.unreadable: list[Unread] = []
        """What came and names nobody."""
        self.locks: list[Lock] = []
        """Log-ins that are locked and of which nobody has taken note (S2)."""
        self.closed: Closed | None = None
        """A restore that the director has not confirmed: nothing leaves."""
        self.apart = False
        """Whether the processes hear of each other only by looking once a second, since Redis is away."""
        self.receivers = Receivers()
        """Who hears what rings (F43)."""
        self.audited: datetime | None = None
        """When the chain was last found in order, by the clock of the machine; None before the first look."""
        self.chain_late = False
        """Whether the auditor has not found it in order for too long: nobody may trust it then."""
        self.playing = ""
        """How far the past of a sample home is played, in words; empty when nothing is."""
        self.version = 0
        """Counts the changes: a page that missed one sees it here."""
        self._open: dict[str, Alarm] = {}
        self._ended: dict[str, Ended] = {}
        self._listeners: list[Callable[[], None]] = []

    def listen(self, listener: Callable[[], None]) -> None:
        """Be told after each change."""
        self._listeners.append(listener)

    def hearing(self, viewer: Viewer) -> Hearing | None:
        """Who hears, as the frame of each page tells it; None for who works with nobody."""
        if viewer.role not in WORKS:
            return None
        return Hearing(self.receivers, self.chain_late, any(place.bound for place in self.places.values()))

    def seen_by(self, viewer: Viewer) -> list[Alarm]:
        """The strips of a member of staff: residents and families before strangers, who waits for somebody first, then
        the oldest.
        """
        mine = [shown for alarm in self._open.values() if (shown := self._shown(viewer, alarm)) is not None]
        return sorted(mine, key=lambda alarm: (not alarm.where.bound, not alarm.waits, alarm.level, alarm.raised_at))

    def ended_for(self, viewer: Viewer, now: datetime) -> list[Ended]:
        """What was ended within the last minutes, the newest first."""
        recent = [one for one in self._ended.values() if one.how and now - one.at < UNDONE_WITHIN]
        mine = [replace(one, alarm=shown) for one in recent if (shown := self._shown(viewer, one.alarm)) is not None]
        return sorted(mine, key=lambda one: one.at, reverse=True)

    @property
    def count(self) -> int:
        """Emergencies to which nobody has come yet."""
        return len(self._open)

    @property
    def waiting(self) -> list[Alarm]:
        """What rings and nobody goes to."""
        return [alarm for alarm in self._open.values() if alarm.waits]

    def concerns(self, hints: frozenset[str]) -> bool:
        """Whether hints name somebody whose strip stands here, or was ended a moment ago and may come back."""
        people = {int(hint.removeprefix("person:")) for hint in hints if hint.startswith("person:")}
        ended = (one.alarm for one in self._ended.values())
        return any(alarm.person_id in people for alarm in (*self._open.values(), *ended))

    def _shown(self, viewer: Viewer, alarm: Alarm) -> Alarm | None:
        """A strip as a viewer may see it: whole, the place alone, or not at all.

        A screen that visitors see shows the place and nothing else. Words that accuse are for the lead. Where somebody
        may be hurt the floor gets the place, never whom it is about, unless nobody else is there: a life comes before a
        suspicion (F27).
        """
        if self.home_id not in {0, viewer.home_id} or not may_hear(viewer, alarm.audience):
            return None
        means = alarm.means(viewer)
        if means and (alarm.audience is Audience.LEAD or (alarm.brief and self._somebody_else(alarm))):
            return None
        if alarm.audience is Audience.LEAD:
            return _place_alone(alarm, "只给主管看的急事，请换一台电脑看") if viewer.visitors else alarm
        if means or viewer.visitors or (alarm.brief and viewer.role not in LEADS):
            return _place_alone(
                alarm, alarm.where.rooms or ("请看别的电脑" if alarm.raised_by else "还不知道哪一间，主管在看")
            )
        return alarm

    def _somebody_else(self, alarm: Alarm) -> bool:
        """Whether the house has a colleague at the bedside or above whom the talk does not accuse."""
        if not self.names.colleagues:
            return True
        return any(
            one.role in WORKS
            and one.id not in alarm.staff
            and not any(
                role == one.role and (not floor or not one.floors or floor in one.floors) for role, floor in alarm.roles
            )
            for one in self.names.colleagues.values()
        )

    def ring(
        self, openid: str, key: str, heard: Triage, words: str, at: datetime, accused: Accusation | None = None
    ) -> None:
        """An emergency that is not committed 1 s after it arrived; a repeat joins the open one and rings again."""
        if openid in self.muted:
            return
        if heard.also is not None:
            self.ring(openid, key, heard.also, words, at, accused)
        fresh = Alarm(openid, heard.audience, int(heard.level), heard.kind, (), at, at, self._place(openid), count=0)
        alarm = self._open.get(fresh.ref, fresh)
        if key in alarm.uncommitted:
            return
        if alarm.going_at is not None and at - alarm.going_at > GONE_AFTER:
            alarm = replace(alarm, going="", going_id=0, going_at=None)
        if accused is not None:
            alarm = replace(alarm, staff=alarm.staff | accused.staff, roles=alarm.roles | accused.roles)
            if alarm.going_id in accused.staff:
                alarm = replace(alarm, going="", going_id=0, going_at=None)  # the one who goes is the one it is about
        self._open[fresh.ref] = replace(
            alarm,
            cries=(*alarm.cries, Cry(int(heard.level), heard.kind, words, at)),
            latest_at=at,
            level=min(alarm.level, int(heard.level)),
            kind=heard.kind,
            count=alarm.count + 1,
            uncommitted=alarm.uncommitted | {key},
            brief=alarm.brief or heard.also is not None,
        )
        self._tell()

    def call_for_help(self, alarm: Alarm) -> str:
        """紧急 by a colleague: at a place that rings already it joins and rings again (F9). The source of the strip."""
        same = next(
            (one for one in self._open.values() if one.raised_by and _same_place(one, alarm)),
            None,
        )
        if same is None:
            self._open[alarm.ref] = alarm
        elif not alarm.uncommitted & same.uncommitted:
            self._open[same.ref] = replace(
                same,
                cries=(*same.cries, *alarm.cries),
                latest_at=alarm.latest_at,
                kind=alarm.kind,
                count=same.count + 1,
                uncommitted=same.uncommitted | alarm.uncommitted,
                callers=same.callers | alarm.callers,
                brief=same.brief or alarm.brief,
                staff=same.staff | alarm.staff,
                roles=same.roles | alarm.roles,
            )
        self._tell()
        return alarm.openid if same is None else same.openid

    def committed(self, openid: str, key: str) -> None:
        """A message is in the database now; its rows follow by `take_over`."""
        for ref, alarm in list(self._open.items()):
            if alarm.openid == openid and key in alarm.uncommitted:
                self._open[ref] = replace(alarm, uncommitted=alarm.uncommitted - {key})

    def take_over(self, rows: Iterable[Alarm], ended: Iterable[Ended] = ()) -> None:
        """The alarms of the database: they replace what stood here, but for what is not committed or not written down
        yet.
        """
        for one in ended:
            known = self._ended.get(one.alarm.ref)
            if known is None or known.at <= one.at:
                self._ended[one.alarm.ref] = one
        stored = {row.ref: row for row in rows}
        written = frozenset(
            token for one in (*stored.values(), *(each.alarm for each in self._ended.values())) for token in one.presses
        )
        for ref, here in list(self._open.items()):
            if here.raised_by and here.uncommitted & written:
                self._open[ref] = replace(here, uncommitted=here.uncommitted - written)
        for ref, alarm in list(self._open.items()):
            row = stored.pop(ref, None)
            if row is not None and self._over(ref, row):
                row = None
            if row is None:
                if not (alarm.uncommitted or self._undone(ref)):
                    del self._open[ref]
                continue
            if self._undone(ref):
                del self._ended[ref]  # it rings in the database again
            self._open[ref] = _joined(row, alarm)
        self._open.update({ref: row for ref, row in stored.items() if not self._over(ref, row)})
        self._tell()

    def go(self, viewer: Viewer, ref: str, now: datetime) -> Alarm:
        """我去: the strip shows who, before anything is written down.

        Raises NotFound for what does not ring or may not be seen.
        """
        alarm = self._mine(viewer, ref)
        if viewer.id in alarm.callers:
            raise Invalid(why="这是您叫的人，等别人应。没人应，系统会接着打电话。")
        if alarm.waits:
            alarm = self._open[ref] = replace(alarm, going=viewer.name, going_id=viewer.id, going_at=now, late_at=None)
            self._tell()
        return alarm

    def rings(self, viewer: Viewer, ref: str) -> Alarm:
        """The strip. Raises NotFound for what does not ring or may not be seen."""
        return self._mine(viewer, ref)

    def arrive(self, viewer: Viewer, ref: str, now: datetime, why: str = "") -> Alarm:
        """已到: the strip goes. Who never said 我去 says why she says it. Raises NotFound, Invalid."""
        alarm = self._alive(viewer, ref, now)
        if alarm.going_id != viewer.id and why not in OTHERS:
            raise Invalid(
                why="请先点「我去」。替别人登记已到，要选一个理由。"
                if not alarm.going
                else f"{alarm.going} 去了。替她登记已到，要选一个理由。"
            )
        return self._end(viewer, alarm, now, "arrived", why)

    def dismiss(self, viewer: Viewer, ref: str, now: datetime, why: str) -> Alarm:
        """误报, with a reason. Raises NotFound, Invalid."""
        alarm = self._alive(viewer, ref, now)
        if why not in FALSE:
            raise Invalid(why="误报要选一个理由。")
        return self._end(viewer, alarm, now, "false", why)

    def mute(self, viewer: Viewer, ref: str, now: datetime, why: str) -> Alarm:
        """A stranger's phone does not ring for a day; an elder is never muted. Raises NotFound, Invalid."""
        alarm = self._mine(viewer, ref)
        if alarm.where.bound:
            raise Invalid(why="老人和家属的手机不能静音。")
        if not why.strip():
            raise Invalid(why="静音要写一句理由。")
        self.muted |= {alarm.openid}
        return self._end(viewer, alarm, now, "muted", why.strip())

    def undo(self, viewer: Viewer, ref: str, now: datetime) -> Alarm:
        """撤销: it rings again, as if nothing had ended it. Raises NotFound, Invalid when it is too late."""
        ended = self._ended.get(ref)
        if ended is None or not ended.how or self._shown(viewer, ended.alarm) is None:
            raise NotFound
        if now - ended.at >= UNDONE_WITHIN:
            raise Invalid(why="过了十分钟，不能撤销了。要再报警，请打电话叫人。")
        self._ended[ref] = replace(ended, at=now, how="")
        self.muted -= {ended.alarm.openid}
        self._open[ref] = replace(
            ended.alarm, going="", going_id=0, going_at=None, latest_at=max(ended.alarm.latest_at, now)
        )
        self._tell()
        return ended.alarm

    def took_note(self, downtime_id: int) -> None:
        """Somebody has read about a time in which nobody listened."""
        self.downtimes = [time for time in self.downtimes if time.id != downtime_id]
        self._tell()

    def _end(self, viewer: Viewer, alarm: Alarm, now: datetime, how: str, why: str) -> Alarm:
        del self._open[alarm.ref]
        self._ended[alarm.ref] = Ended(alarm, viewer.name, now, how, why)
        self._tell()
        return alarm

    def _alive(self, viewer: Viewer, ref: str, now: datetime) -> Alarm:
        """The alarm, unless it changed under the viewer's finger. Raises Invalid."""
        alarm = self._mine(viewer, ref)
        if alarm.going_at is not None and timedelta(0) <= now - alarm.going_at < DEAD:
            raise Invalid(why=f"{alarm.going} 刚刚说了我去。请看清楚，过几秒再点。")
        return alarm

    def _mine(self, viewer: Viewer, ref: str) -> Alarm:
        alarm = self._open.get(ref)
        if alarm is None or self._shown(viewer, alarm) is None:
            raise NotFound
        return alarm

    def _undone(self, ref: str) -> bool:
        """Whether somebody took the end back, and that is not written down yet."""
        ended = self._ended.get(ref)
        return ended is not None and not ended.how

    def _over(self, ref: str, row: Alarm) -> bool:
        """Whether somebody ended it after its last words; that is only not written down yet."""
        ended = self._ended.get(ref)
        return ended is not None and bool(ended.how) and row.latest_at <= ended.at

    def _place(self, openid: str) -> Place:
        return self.places.get(openid) or NOBODY

    def touch(self) -> None:
        """Something that the strip shows beside the alarms has changed."""
        self._tell()

    def _tell(self) -> None:
        self.version += 1
        for listener in self._listeners:
            listener()


def _place_alone(alarm: Alarm, place: str) -> Alarm:
    """Where somebody is needed; never whom it is about, nor what was said."""
    return replace(
        alarm,
        where=Place("请马上去", place, bound=alarm.where.bound),
        cries=(),
        kind="",
        person_id=None,
        calmed="没事了" if alarm.calmed_at else "",
    )


def _same_place(one: Alarm, other: Alarm) -> bool:
    """Whether two presses call to one place: the same person, the same places, or the same words."""
    if one.person_id is not None and one.person_id == other.person_id:
        return True
    return one.where.rooms == other.where.rooms if one.where.rooms else one.where.name == other.where.name


def _joined(row: Alarm, alarm: Alarm) -> Alarm:
    """What the database has, with what is not in it yet."""
    here = alarm.going_at is not None and (row.going_at is None or alarm.going_at > row.going_at)
    newest = alarm if here or not row.going else row
    going, who, at = newest.going, newest.going_id, newest.going_at
    if who in row.staff:
        going, who, at = "", 0, None
    later = tuple(cry for cry in alarm.cries if cry.at > row.latest_at) if alarm.uncommitted else ()
    return replace(
        row,
        going=going,
        going_id=who,
        going_at=at,
        late_at=row.late_at if at == row.going_at else None,
        cries=(*row.cries, *later),
        uncommitted=alarm.uncommitted,
        latest_at=max(row.latest_at, alarm.latest_at) if alarm.uncommitted else row.latest_at,
        count=row.count + len(alarm.uncommitted),
        brief=row.brief or alarm.brief,
        staff=row.staff | alarm.staff,
        roles=row.roles | alarm.roles,
    )
