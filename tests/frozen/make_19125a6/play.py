"""The house while its story is played, with the doors of platform, pages and staff."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

from bot import wire
from bot.inbound import Inbound
from services import alarms, clocks, complaints, desk, letters, occasions, outbox
from services.access import Viewer
from services.ports import Outcome
from simulator.codec import message
from storage.unit import Unit
from tests.conftest import HomeUnderTest

from .facts import ZONE, T


class Play(HomeUnderTest):
    """The house while its story is played, with the doors of platform, pages and staff."""

    staff_of: dict[str, Viewer]
    inbound: Inbound
    codes: dict[str, str]
    number: int = 8_000_000_000

    # -- time --------------------------------------------------------------------------------------------------------

    def until(self, words: str) -> datetime:
        """Let time pass to a moment of the home (2026-11-03 09:00)."""
        there = datetime.strptime(words, "%Y-%m-%d %H:%M").replace(tzinfo=ZONE).astimezone(UTC)
        assert there >= self.clock.now, f"{words} is over"
        self.clock.now = there
        return there

    async def do(self, work: Callable[[Unit], T]) -> T:
        """Something that a colleague does, a few seconds after what was before."""
        self.clock.on(seconds=7)
        return await self.database.write(work)

    async def jobs(self, *, plans: bool = False) -> None:
        """What the clocks of the house do now, as the ticker would."""
        store, read, now = self.database.store, self.database.read, self.clock()
        await store(lambda s: clocks.act_on_silence(s, self.house, now))
        await store(lambda s: clocks.look_at_promises(s, self.house, now, 1000))
        await store(lambda s: alarms.still_calling(s, self.house, now))
        await store(lambda s: outbox.give_up_parked(s, now))
        for number in await read(lambda db: letters.due(db, self.house, self.ids.home_id, now)):
            await self.database.write(
                lambda db, n=number: letters.release(db, self.house, n, now)  # type: ignore[misc]
            )
        if plans:
            await self.plans(now)
        for number in await read(lambda db: occasions.due(db, self.ids.home_id, now)):
            await self.database.write(
                lambda db, n=number: occasions.release(db, self.house, n, now)  # type: ignore[misc]
            )

    async def plans(self, now: datetime) -> None:
        """Plan what the next thirty days ask for."""
        wanted = await self.database.read(lambda db: occasions.missing(db, self.house, self.ids.home_id, now))
        await self.database.write(lambda db: occasions.plan(db, self.house, self.ids.home_id, wanted))

    # -- people ------------------------------------------------------------------------------------------------------

    async def push(self, openid: str, kind: str, **fields: str | int) -> str:
        """The platform pushes what somebody did; what the machine answers."""
        self.clock.on(seconds=3)
        event = kind.isupper() or kind in {"subscribe", "unsubscribe"}
        base: dict[str, str | int] = {
            "ToUserName": "gh_frozen",
            "FromUserName": openid,
            "CreateTime": int(self.clock().timestamp()),
            "MsgType": "event" if event else kind,
        }
        Play.number += 1
        raw = message(base | ({"Event": kind, **fields} if event else {**fields, "MsgId": Play.number})).encode()
        receipt = await self.inbound.take(wire.read(raw))
        return receipt.answer.text if receipt.answer else ""

    async def says(self, openid: str, *words: str) -> str:
        """Somebody writes; what the machine answers to the last of it."""
        answer = ""
        for one in words:
            answer = await self.push(openid, "text", Content=one)
        return answer

    async def resident(self, room: str) -> int:
        """Who lives in a room."""
        return int(await self.one("SELECT id FROM resident WHERE room = ?", room))

    async def leaves(self, platform: Callable[[str, str], Outcome] | None = None) -> list[tuple[str, str]]:
        """Everything that may leave now."""
        self.clock.on(seconds=5)
        return await self.send_all(platform)

    # -- complaints --------------------------------------------------------------------------------------------------

    async def complains(self, openid: str, words: str, *, fully: bool = True) -> int:
        """A complaint with its answers; gives the case."""
        await self.says(openid, words)
        if fully:
            await self.says(openid, "好了", "306 的王奶奶", "昨晚八点左右", "刘敏", "13900002222")
        return int(
            await self.one("SELECT id FROM complaint WHERE person_id = ? ORDER BY id DESC", await self.person(openid))
        )

    async def called(self, openid: str, who: str = "chen", note: str = "打通了，说了会查") -> None:
        """A colleague calls and writes it down."""
        person = await self.person(openid)
        await self.do(lambda db: desk.log_call(db, self.staff_of[who], person, note, self.clock()))

    async def assess(self, case: int, **more: Any) -> None:
        """Nature, severity, whose responsibility."""
        asked: dict[str, Any] = {
            "category": "护理质量",
            "level": int(await self.one("SELECT level FROM complaint WHERE id = ?", case)),
            "why": "",
            "scope": "ours",
            "passed_to": "",
            "owner_id": self.staff_of["he"].id,
            "accused": frozenset(),
        } | more
        await self.do(lambda db: complaints.assess(db, self.staff_of["chen"], case, now=self.clock(), **asked))

    async def to_the_plan(self, case: int, **more: Any) -> None:
        """Assessed and inquired."""
        await self.assess(case, **more)
        await self.do(
            lambda db: complaints.inquire(db, self.staff_of["he"], case, "02:10 按铃，02:31 应答", self.clock())
        )

    async def propose(self, case: int) -> None:
        """A plan is handed in."""
        await self.do(
            lambda db: complaints.propose(
                db,
                self.house,
                self.staff_of["he"],
                case,
                cause="双人都忙时没有规定谁接铃",
                department="护理部",
                responsible_id=self.staff_of["tang"].id,
                measures="铃响 3 分钟转 1 楼值班",
                done_by=date(2026, 11, 30),
                reply="",
                now=self.clock(),
            )
        )

    async def decide(self, case: int, *, approve: bool = True, why: str = "", kind: str = "plan") -> None:
        """The director decides what waits."""
        row = int(
            await self.one("SELECT id FROM proposal WHERE case_id = ? AND kind = ? AND verdict IS NULL", case, kind)
        )
        await self.do(
            lambda db: complaints.decide(
                db, self.house, self.staff_of["shen"], case, row, approve=approve, why=why, now=self.clock()
            )
        )

    async def to_the_result(self, openid: str, words: str, **more: Any) -> int:
        """From the first word to an approved plan; what may be told by a message is told."""
        case = await self.complains(openid, words)
        await self.called(openid)
        await self.to_the_plan(case, **more)
        await self.propose(case)
        await self.decide(case)
        await self.leaves()
        return case

    async def tell(self, case: int, way: str) -> None:
        """A result that is told by voice or on paper first."""
        await self.do(
            lambda db: complaints.tell(
                db, self.house, self.staff_of["he"], case, way=way, note="听完说知道了", now=self.clock()
            )
        )
        await self.leaves()
