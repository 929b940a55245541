"""What a colleague says on the telephone or prints, where no way was open (C11, H1, F45)."""

from datetime import timedelta
from typing import Any

import pytest

from care.errors import Decided, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.outgoing import by_hand, outbox, purposes, reaching, today
from services.outgoing.forms import SettleByHand
from services.ports import Fate, Outcome
from storage.queries import outgoing as queries
from tests.conftest import HomeUnderTest
from tests.services.cards import after_two_days, bound, claims, settles
from tests.services.replies import reply


async def settled(home: HomeUnderTest, who: Viewer, outcome: str) -> None:
    number = int(await home.one("SELECT id FROM by_hand"))
    form = SettleByHand(outcome=outcome)
    await home.database.write(lambda db: reaching.settle(db, who, number, form, home.clock()))


async def test_c11_what_was_said_on_the_phone_is_not_sent_again_and_keeps_the_promise(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉，三楼水管漏了")
    home.clock.on(hours=49)
    await reply(home, who, "管子换好了", "a")
    assert await claims(home) == []
    found, total = await home.database.read(lambda db: queries.waiting(db, who.sight))
    assert (total, found[0].text, found[0].purpose) == (1, "管子换好了", "answer")
    await settled(home, who, "no_answer")
    assert await home.one("SELECT tries FROM by_hand WHERE settled_at IS NULL") == 1
    with pytest.raises(Invalid):
        await settled(home, who, "printed")
    await settled(home, who, "spoken")
    assert await home.rows("SELECT state, way, proof FROM outbox") == [("cancelled", "hand", "spoken")]
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 1
    with pytest.raises(Decided):
        await settled(home, who, "not_needed")
    await home.hears("在吗")
    assert await claims(home) == [], "nobody hears it twice"
    auditor = Viewer(9, who.home_id, "审计", Role.AUDITOR)
    with pytest.raises(NotFound):
        await settled(home, auditor, "spoken")


async def test_f11_after_a_death_nobody_telephones_for_the_machine(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person, now = await home.person(), home.clock()

    def queue(store: Any) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of("late"),
            dedup_key="late:1",
            text="要晚一点",
            now=now,
        )

    await home.database.store(queue)
    home.clock.on(hours=49)
    await claims(home)
    assert await home.one("SELECT count(*) FROM by_hand WHERE settled_at IS NULL") == 1
    await home.database.store(lambda store: outbox.stop_machine(store, [person], home.clock()))
    assert await home.one("SELECT outcome FROM by_hand") == "not_needed"


async def test_f45_every_message_stands_in_one_column_and_the_columns_add_up(home: HomeUnderTest) -> None:
    who = await home.staff()
    await bound(home)
    await home.hears("你好")
    await reply(home, who, "一", "one")
    await home.send_all()
    home.clock.on(hours=49)
    await reply(home, who, "二", "two")
    (claim,) = await claims(home)
    await settles(home, claim, Outcome(Fate.SENT, "", ref="7"))
    await reply(home, who, "三", "three")
    since = home.clock() - timedelta(days=30)
    (line,) = await home.database.read(lambda db: queries.table(db, home.ids.home_id, since))
    assert (line.purpose, line.all, line.custom, line.template, line.open) == ("answer", 3, 1, 1, 1)
    columns = ("custom", "template", "spoken", "printed", "by_hand", "open", "unknown", "missed")
    assert sum(getattr(line, name) for name in columns) == line.all


async def test_d9_what_is_taken_back_is_telephoned_to_nobody(home: HomeUnderTest) -> None:
    who = await home.staff()
    await after_two_days(home, who, "写错了")
    assert await claims(home) == []
    number = int(await home.one("SELECT id FROM outbox"))
    await home.database.store(lambda store: outbox.cancel(store, number, home.clock()))
    assert await home.one("SELECT outcome FROM by_hand") == "not_needed"


async def test_h1_a_card_of_yesterday_is_not_brought(home: HomeUnderTest) -> None:
    await home.hears("你好")
    home.clock.on(hours=49)
    person, now = await home.person(), home.clock()

    def queue(store: Any) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of("greeting_elder"),
            dedup_key="g",
            text="重阳安康",
            now=now,
            queue="notice",
            expires_at=now + timedelta(hours=10),
        )

    now = home.clock.now = (now + timedelta(days=1)).replace(hour=2)
    await home.database.store(queue)
    await claims(home)
    assert await home.one("SELECT count(*) FROM by_hand WHERE settled_at IS NULL") == 1
    home.clock.on(days=1)
    await home.database.store(lambda store: by_hand.expire(store, home.clock()))
    assert await home.one("SELECT outcome FROM by_hand") == "not_needed"


async def test_f45_what_waits_for_a_hand_stands_on_today(home: HomeUnderTest) -> None:
    who = await home.staff()
    await after_two_days(home, who)
    assert await claims(home) == []
    (line,) = await home.database.read(lambda db: today.lines(db, who, home.clock()))
    assert (line.title, line.page) == ("1 个电话要打", "/console/reach")
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")
    assert await home.database.read(lambda db: today.lines(db, nurse, home.clock())) == []
