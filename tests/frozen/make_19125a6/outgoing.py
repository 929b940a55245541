"""Every purpose of the outbox in every state that it can have."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

from datetime import datetime, timedelta

from services import epochs, outbox, sending
from services.ports import Fate, Outcome
from storage import tables
from storage.store import Store
from storage.types import new_id

from .facts import MACHINE
from .play import Play
from .words import BY_STAFF, KEYS, NEVER, QUEUES


class Matrix:
    """Each purpose of the outbox in each state that it can have: by the doors of the outbox and the sender, on two or
    three people a purpose.
    """

    def __init__(self, play: Play) -> None:
        self.play = play

    async def make(self) -> None:
        """What ends, then what waits."""
        play = self.play
        await play.leaves()
        for purpose in QUEUES:
            for side in ("a", "b", *(() if (purpose, "parked") in NEVER else ("c",))):
                await play.says(f"out-{purpose}-{side}", "谢谢")
        for purpose in QUEUES:
            await self._ends(purpose)
        for purpose in QUEUES:
            await play.says(f"out-{purpose}-b", "谢谢")
            await self._queue(purpose, "a", "正在发")
        claims = await play.database.store(lambda store: sending.claim(store, play.clock(), MACHINE, 100))
        assert {claim.purpose for claim in claims} == set(QUEUES)
        for purpose in QUEUES:
            await self._queue(purpose, "a", "排队中")
            await self._queue(purpose, "b", "轮到了")
            await self._queue(purpose, "niece", "过几天发", not_before=play.clock() + timedelta(days=2))

    async def _ends(self, purpose: str) -> None:
        play, now = self.play, self.play.clock
        await self._leave(purpose, "送到了", Outcome(Fate.SENT, ""))
        if (purpose, "unknown") not in NEVER:
            await self._leave(purpose, "不确定", Outcome(Fate.UNKNOWN, "微信没应答，不确定送到没有"))
            await self._leave(purpose, "审核中", Outcome(Fate.REVIEW, "微信审核中", "1"))
        if purpose == outbox.SPOKEN:
            await play.push(f"out-{purpose}-b", "unsubscribe")
            await self._queue(purpose, "b", "没送到")
            assert not await play.database.store(lambda store: sending.claim(store, now(), MACHINE))
            await play.push(f"out-{purpose}-b", "subscribe")
        else:
            await self._leave(purpose, "没送到", Outcome(Fate.GIVEN_UP, "微信不让发给这个人", "45047"))
        row = await self._queue(purpose, "b", "已撤回")
        assert await play.database.store(lambda store: outbox.cancel(store, row, now()))
        await self._queue(purpose, "b", "到时间发", not_before=now() + timedelta(hours=6, minutes=15))
        await self._queue(purpose, "b", "改天发", not_before=now() + timedelta(days=3, hours=18))
        await self._hold(await self._queue(purpose, "b", "等院长确认"), await play.person(f"out-{purpose}-b"))
        if (purpose, "parked") not in NEVER:
            await self._leave(
                purpose, "停着", Outcome(Fate.PARKED, sending.WINDOW_CLOSED, "45015", window_closed=True), "c"
            )

    async def _queue(self, purpose: str, side: str, words: str, not_before: datetime | None = None) -> int:
        play, person, by = (
            self.play,
            await self.play.person(side if len(side) > 1 else f"out-{purpose}-{side}"),
            self.play.staff_of["chen"].id,
        )
        play.clock.on(milliseconds=250)

        def work(store: Store) -> int | None:
            store.lock_persons(person)
            return outbox.enqueue(
                store,
                home_id=play.ids.home_id,
                person_id=person,
                purpose=purpose,
                dedup_key=KEYS[purpose].format(n=new_id(), staff=by, person=person),
                text=f"{words}（{purpose}）",
                now=play.clock(),
                queue=QUEUES[purpose],
                staff_id=by if purpose in BY_STAFF else None,
                not_before=not_before,
                expires_at=play.clock() + outbox.HEARD_WITHIN
                if purpose == outbox.SPOKEN and not_before is None
                else None,
            )

        row = await play.database.store(work)
        assert row is not None
        return row

    async def _leave(self, purpose: str, words: str, outcome: Outcome, side: str = "b") -> None:
        play, row = self.play, await self._queue(purpose, side, words)
        claims = await play.database.store(lambda store: sending.claim(store, play.clock(), MACHINE))
        assert [claim.id for claim in claims] == [row], purpose
        await play.database.store(lambda store: sending.settle(store, claims[0], outcome, play.clock()))

    async def _hold(self, row: int, person: int) -> None:
        """As `archive.shut` writes it: a held row beside an epoch that is confirmed, which a restore in the midst of it
        would leave.
        """

        def work(store: Store) -> None:
            store.lock_persons(person)
            store.update(tables.Outbox, row, person=person, state="held", why=epochs.HELD, lease_until=None)

        await self.play.database.store(work)
