"""A home with two floors and the board of one process: somebody cries, colleagues look and tap."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from care import accusations as accusation
from care.states import Role
from care.triage import Audience
from conversations import events
from services.access import Viewer
from services.emergencies import alarms, ringing
from services.emergencies.board import Board
from services.emergencies.strip import Alarm
from storage import tables
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from understanding.cascade import triage


@dataclass
class House:
    """A home with two floors, an elder in 306 and her niece, and the board of one process."""

    home: HomeUnderTest
    staff: dict[str, Viewer]
    board: Board

    async def cries(self, words: str, openid: str = "grandma") -> str:
        event = events.Text(words)
        rung = triage(words)
        accused = accusation.read(words, self.home.house.names, hurt=rung.rings and rung.audience is Audience.FLOOR)
        envelope = replace(self.home.envelope(event, openid), heard=accusation.heard(rung, accused), accused=accused)
        receipt = await self.home.database.receive(envelope)
        await self.look()
        return receipt.answer.text if receipt.answer else ""

    async def look(self) -> None:
        home, now = self.home, self.home.clock()
        self.board.names = home.house.names
        self.board.places = await home.database.read(lambda db: ringing.places(db, home.ids.home_id))
        rows, ended = await home.database.read(
            lambda db: (ringing.open_alarms(db, home.ids.home_id, now), ringing.just_ended(db, home.ids.home_id, now))
        )
        self.board.take_over(rows, ended)

    def strips(self, who: str) -> list[Alarm]:
        return self.board.seen_by(self.staff[who])

    async def does(self, who: str, act: str, alarm: Alarm, why: str = "") -> None:
        """On the board at once, then in the database, as the page does it."""
        viewer, now = self.staff[who], self.home.clock()
        if act == "go":
            alarm = self.board.go(viewer, alarm.ref, now)
            await self.home.database.write(
                lambda db: alarms.go(db, self.home.house, viewer, alarm.openid, alarm.audience, now)
            )
        elif act == "undo":
            alarm = self.board.undo(viewer, alarm.ref, now)
            await self.home.database.write(lambda db: alarms.undo(db, viewer, alarm.openid, alarm.audience, now))
        else:
            ends = {"arrived": self.board.arrive, "false": self.board.dismiss, "muted": self.board.mute}
            alarm = ends[act](viewer, alarm.ref, now, why)
            await self.home.database.write(
                lambda db: alarms.end(db, viewer, alarm.openid, alarm.audience, act, why, now)
            )
        await self.look()


@pytest.fixture
async def house(home: HomeUnderTest) -> House:
    people = {
        "zhou": (Role.CARER, "周敏", "3"),
        "lin": (Role.CARER, "林可", "2"),
        "tang": (Role.NURSE, "唐雨", ""),
        "he": (Role.SUPERVISOR, "何志远", ""),
        "shen": (Role.DIRECTOR, "沈国平", ""),
    }
    staff = {login: await home.staff(role, name, login, floors) for login, (role, name, floors) in people.items()}
    await home.hears("你好", "niece")
    await home.hears("你好", "grandma")
    niece, elder = await home.person("niece"), await home.person("grandma")

    def bind(db: Unit) -> None:
        db.lock_persons(niece, elder)
        for number, kind, name in ((niece, "family", "孙玉"), (elder, "elder", "王桂兰")):
            person = db.get_one(tables.Person, number)
            person.kind = kind
            db.seal(person, "name", name)
        row = tables.Resident(
            id=new_id(),
            home_id=home.ids.home_id,
            person_id=elder,
            room="306",
            bed="1",
            floor="3",
            status="在住",
            created_at=home.clock(),
        )
        db.add(row)
        tie = tables.Kinship(
            id=new_id(),
            home_id=home.ids.home_id,
            person_id=niece,
            resident_id=row.id,
            is_primary=True,
            scopes="daily",
            created_at=home.clock(),
        )
        db.seal(tie, "relation", "侄女")
        db.add(tie)

    await home.database.write(bind)
    return House(home, staff, Board())
