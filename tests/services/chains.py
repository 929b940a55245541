"""A tower of two floors with its rota, telephones and a telephone company, for the stories of the alarm chain (F1)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from care.states import CallOutcome, Role
from conversations import events
from services.access import Viewer
from services.emergencies import calls, receivers, ringing, subject
from services.emergencies.forms import TakeOver
from services.emergencies.receivers import Receivers
from services.emergencies.strip import Alarm, Called
from services.ports import CallReport, Placed
from services.roster import posts, roster
from services.roster.forms import EditPost, PutShift
from services.subject import Running
from services.talks.envelope import Receipt
from storage import tables
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from understanding.cascade import triage

WEEK = frozenset("1234567")
SCENE = {
    "staff": [],
    "people": [
        {"kind": "elder", "name": "王桂兰", "openid": "third", "room": "306", "bed": "1"},
        {"kind": "elder", "name": "何秀英", "openid": "second", "room": "201", "bed": "2"},
    ],
}
PHONES = {
    "zhou": "13900000003",
    "wang": "13900000002",
    "tang": "13900000004",
    "he": "13900000005",
    "shen": "13900000006",
}
WALL = datetime(2026, 11, 22, tzinfo=UTC)
"""The clock of the machine; it stands still but where a test moves it."""


@dataclass
class Tower:
    """周敏 is on duty on floor 3, 王慧 on floor 2, the nurse 唐雨 in the whole house; 何志远 leads, 沈国平 directs."""

    home: HomeUnderTest
    who: Mapping[str, Viewer]
    does: dict[str, CallOutcome] = field(default_factory=dict)
    """What each number does; who is not named lets it ring."""
    rung: list[str] = field(default_factory=list)
    """Whose telephones rang, in their order."""
    out: dict[str, str] = field(default_factory=dict)
    """Calls under way, by their number as the company knows it: whose they are."""
    wall: datetime = WALL

    async def cries(self, words: str = "我摔倒了", openid: str = "third") -> str:
        envelope = self.home.envelope(events.Text(words), openid)
        receipt: Receipt = await self.home.database.receive(replace(envelope, heard=triage(words)))
        return receipt.answer.text if receipt.answer else ""

    async def goes_on(self, seconds: float = 0) -> list[str]:
        """Time passes second by second; whose telephones rang meanwhile."""
        before = len(self.rung)
        for _ in range(max(1, int(seconds))):
            self.home.clock.on(seconds=1 if seconds else 0)
            await self.look()
        return self.rung[before:]

    async def look(self) -> None:
        """One look of the job, and what the dialer does after it."""
        home, house, now = self.home.ids.home_id, self.home.house, self.home.clock()
        database = self.home.database
        await self.advances()
        names = {number: login for login, number in PHONES.items()}
        for order in await database.write(lambda db: calls.claim(db, house, home, now, 10)):
            login = names.get(order.number, order.number)
            self.rung.append(login)
            self.out[order.own] = login
            self.said = order.words
            answer = Placed(f"ref-{order.own}")
            does = self.does.get(login)
            if does in {CallOutcome.THROTTLED, CallOutcome.REFUSED}:
                answer = Placed(outcome=does, code="isv.BUSINESS_LIMIT_CONTROL")
            own = order.own
            await database.write(lambda db, o=own, a=answer: calls.placed(db, house, o, a, now))  # type: ignore[misc]
            if does is not None and answer.outcome is None:
                await self.reports(login, does)

    async def advances(self) -> None:
        """What the job does each second."""
        running = Running(self.home.database, self.home.house, self.home.ids.home_id, self.home.settings)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(subject, "wall", lambda: self.wall)
            await subject._go_on(running, self.home.clock())

    async def reports(self, login: str, outcome: CallOutcome | None, *, ringing: bool = False) -> bool:
        """The company tells what became of the last call to somebody."""
        own = [own for own, whose in self.out.items() if whose == login][-1]
        told, now = CallReport(own, f"ref-{own}", ringing, outcome), self.home.clock()
        return bool(await self.home.database.write(lambda db: calls.report(db, self.home.house, told, now)))

    async def write(self, work: Any) -> Any:
        return await self.home.database.write(lambda db: work(db, self.home.clock()))

    async def alarm(self) -> Alarm:
        """The strip as it is read from the database."""
        home, now = self.home.ids.home_id, self.home.clock()
        (found,) = await self.home.database.read(lambda db: ringing.open_alarms(db, home, now))
        return found

    async def told(self) -> list[tuple[str, str]]:
        """Whom the strip says to have been rung, and what became of it."""
        return [(one.name, one.outcome) for one in (await self.alarm()).calls]

    async def called(self) -> tuple[Called, ...]:
        return (await self.alarm()).calls

    async def takes_over(self, login: str, post: str = "3 楼", session: int = 0) -> int:
        """接班 with a screen whose sound she hears; the session."""
        who, house, number = self.who[login], self.home.house, session or self.who[login].id
        row = await self.home.one("SELECT id FROM duty_post WHERE name = ?", post)
        await self.write(lambda db, now: receivers.take_over(db, house, who, number, TakeOver(post=row or 0), now))
        await self.write(lambda db, now: receivers.heard(db, who, number, now, self.wall))
        return number

    async def receivers(self) -> Receivers:
        home, house = self.home.ids.home_id, self.home.house
        return await self.home.database.read(lambda db: receivers.now_(db, house, home, self.wall))


@pytest.fixture
async def tower(home: HomeUnderTest) -> Tower:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    home.house.telephone = True
    who = {
        "he": await home.staff(Role.SUPERVISOR, "何志远", "he"),
        "zhou": await home.staff(Role.CARER, "周敏", "zhou", "3"),
        "wang": await home.staff(Role.CARER, "王慧", "wang", "2"),
        "tang": await home.staff(Role.NURSE, "唐雨", "tang"),
        "shen": await home.staff(Role.DIRECTOR, "沈国平", "shen"),
    }
    made = Tower(home, who)

    def phones(db: Unit) -> None:
        for login, number in PHONES.items():
            db.seal(db.get_one(tables.Staff, who[login].id), "phone", number)

    await home.database.write(phones)
    for name, floors in (("3 楼", "3"), ("2 楼", "2"), ("护士", "")):
        form = EditPost(post=0, name=name, floors=floors, shifts=frozenset({"白"}), weekdays=WEEK)
        await made.write(lambda db, now, f=form: posts.edit_post(db, who["he"], f, now))
    today = home.clock().date()
    for login, post in (("zhou", "3 楼"), ("wang", "2 楼"), ("tang", "护士")):
        shift = PutShift(staff_id=who[login].id, day=today, shift="白", post=post)
        await made.write(lambda db, now, s=shift: roster.put(db, who["he"], s, now))
    return made
