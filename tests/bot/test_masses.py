"""Mass sends against the stand-in platform: who is outside the window is greeted, once, and four times a month (H1)."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.masses import MassSender
from bot.sender import Sender
from conversations import events
from services.greetings import occasions
from services.outgoing import mass_results, masses, outbox, proofs
from storage import tables
from storage.store import Store
from tests.bot.test_outgoing import DAUGHTER, Outside, outside
from tests.conftest import HomeUnderTest

__all__ = ["outside"]

SON, PASSER = "oSim_heping_0000000000000004", "oSim_luren_00000000000000003"
PHONES = (DAUGHTER, SON, PASSER)
WORDS = "过年好。老人在这里有我们照看。"


class Day:
    """A morning of a festival on which nobody of them has written for two days."""

    def __init__(self, home: HomeUnderTest, outside: Outside) -> None:
        self.home, self.outside, self.count = home, outside, 0
        self.sender = Sender(home.database, outside.gateway, home.clock, house=home.house)
        self.masses = MassSender(home.database, outside.gateway, home.house, home.clock)

    async def begins(self, phones: tuple[str, ...] = PHONES) -> None:
        for phone in phones:
            self.outside.world.phones[phone].following = True
            await self.home.hears("你好", phone)
        self.home.clock.now = self.home.clock().replace(day=1, hour=2) + timedelta(days=70)

    async def greet(self, *phones: str, words: str = WORDS) -> None:
        self.count += 1
        for phone in phones or PHONES:
            person, now = await self.home.person(phone), self.home.clock()

            def queue(store: Any, person: int = person, now: datetime = now) -> None:
                store.lock_persons(person)
                outbox.enqueue(
                    store,
                    home_id=self.home.ids.home_id,
                    person_id=person,
                    purpose=occasions.GREETING,
                    dedup_key=f"greet:{self.count}:{person}",
                    text=f"过年好，{person}。",
                    now=now,
                    queue="notice",
                    expires_at=now + timedelta(hours=12),
                    fields={masses.MASS: words},
                )

            await self.home.database.store(queue)

    async def leave(self, seconds: float = 90) -> None:
        await self.sender.begin()
        await self.sender.finish()
        self.home.clock.on(seconds=seconds)
        while await self.masses.round():
            pass

    async def states(self) -> set[tuple[Any, ...]]:
        return set(await self.home.rows("SELECT state, way, proof FROM outbox WHERE purpose = 'greeting'"))

    def heard(self, phone: str = DAUGHTER) -> list[str]:
        return [one["content"] for one in self.outside.world.phones[phone].chat if one["kind"] == "mass"]

    async def hush(self, phone: str) -> None:
        person, now = await self.home.person(phone), self.home.clock()

        def stop(store: Store) -> None:
            store.lock_persons(person)
            home = self.home.ids.home_id
            store.insert(tables.Stop, home_id=home, person_id=person, kind="hush", set_at=now, set_by=1)

        await self.home.database.store(stop)

    async def told(self, **fields: str) -> None:
        await self.home.hears(events.Notice(mass_results.KIND, fields), "mphelper")


@pytest.fixture
async def day(home: HomeUnderTest, outside: Outside) -> Day:
    found = Day(home, outside)
    await found.begins()
    return found


async def test_h1_who_is_outside_the_window_is_greeted_by_one_call_and_the_event_says_how_many(day: Day) -> None:
    await day.greet()
    await day.leave(seconds=0)
    assert await day.states() == {("parked", None, None)}, "they wait for each other"
    await day.leave()
    assert await day.states() == {("sent", "mass", "handed")}
    assert [day.heard(phone) for phone in PHONES] == [[WORDS]] * 3
    assert day.outside.posts.count("/cgi-bin/message/mass/send") == 1
    shown = {(await day.home.rows("SELECT state, people, reached FROM mass_send"))[0]}
    assert shown == {("sent", 3, None)}
    number = await day.home.one("SELECT ref FROM mass_send")
    await day.told(MsgID=number, Status="send success", TotalCount="3", FilterCount="3", SentCount="3")
    await day.leave()
    assert await day.states() == {("sent", "mass", "delivered")}
    assert await day.home.one("SELECT count(*) FROM follower WHERE openid = 'mphelper'") == 0, "nobody speaks there"


async def test_h1_who_writes_meanwhile_gets_a_message_of_their_own_and_no_second_one(day: Day) -> None:
    await day.greet()
    await day.leave(seconds=0)
    await day.home.hears("你好", DAUGHTER)
    day.outside.world.spoke(DAUGHTER, scene=False)
    await day.leave(seconds=3)
    await day.leave()
    assert day.heard() == []
    assert [day.heard(phone) for phone in (SON, PASSER)] == [[WORDS]] * 2
    mine = await day.home.rows(
        "SELECT state, way FROM outbox WHERE purpose = 'greeting' AND person_id = ?", await day.home.person(DAUGHTER)
    )
    assert mine == [("sent", "custom")]


@pytest.mark.parametrize("fault", ["500", "reset", "garbage"])
async def test_w6_a_call_without_an_answer_is_made_again_under_its_number_and_heard_once(day: Day, fault: str) -> None:
    await day.greet()
    day.outside.fail.append(fault)
    await day.leave()
    assert await day.states() == {("sending", "mass", None)}
    for _ in range(4):
        await day.leave(seconds=120)
        for own, (at, number) in day.outside.world.desk.mass_sends.items():
            day.outside.world.desk.mass_sends[own] = at - 120, number
    assert [day.heard(phone) for phone in PHONES] == [[WORDS]] * 3, "once each"
    assert await day.states() == {("sent", "mass", "handed")}


async def test_w6_the_platform_had_taken_it_and_the_answer_was_lost(day: Day) -> None:
    await day.greet()
    gateway, real = day.outside.gateway, day.outside.gateway.send_mass

    async def lost(openids: Any, text: str, own: str) -> Any:
        await real(openids, text, own)
        message = "the answer was lost"
        raise TimeoutError(message)

    vars(gateway)["send_mass"] = lost
    await day.leave()
    del vars(gateway)["send_mass"]
    assert await day.states() == {("sending", "mass", None)}
    for own, (at, number) in day.outside.world.desk.mass_sends.items():
        day.outside.world.desk.mass_sends[own] = at - 120, number
    await day.leave(seconds=120)
    assert [day.heard(phone) for phone in PHONES] == [[WORDS]] * 3, "once each"
    assert await day.states() == {("sent", "mass", "handed")}
    assert await day.home.one("SELECT ref FROM mass_send") == str(day.outside.world.desk.job)


async def test_h1_four_a_month_and_the_fifth_is_not_sent(day: Day) -> None:
    for n in range(5):
        await day.greet(words=f"{n}：{WORDS}")
        await day.leave()
        day.home.clock.on(days=1)
    assert [len(day.heard(phone)) for phone in PHONES] == [4, 4, 4]
    whys = await day.home.rows("SELECT why FROM outbox WHERE state = 'cancelled'")
    assert len(whys) == 3
    day.home.clock.on(days=30)
    await day.greet(words=f"下个月：{WORDS}")
    await day.leave()
    assert await day.home.one("SELECT count(*) FROM outbox WHERE way = 'mass' AND state = 'sent'") == 15


async def test_w6_one_alone_waits_and_is_told_of_when_the_day_is_over(day: Day) -> None:
    await day.greet(DAUGHTER)
    await day.leave()
    assert await day.states() == {("parked", None, None)}, "the platform takes no list of one"
    assert day.outside.posts.count("/cgi-bin/message/mass/send") == 0
    day.home.clock.on(hours=13)
    await day.leave()
    assert await day.home.rows("SELECT state, why FROM outbox WHERE purpose = 'greeting'") == [
        ("cancelled", masses.LONELY)
    ]


async def test_l2_who_lost_somebody_since_they_were_joined_is_left_out(day: Day) -> None:
    await day.greet()
    await day.leave(seconds=0)
    day.home.clock.on(seconds=90)
    await day.home.database.store(lambda store: masses.join(store, day.home.clock()))
    await day.hush(DAUGHTER)
    await day.leave(seconds=1)
    assert day.heard() == []
    assert [day.heard(phone) for phone in (SON, PASSER)] == [[WORDS]] * 2


async def test_w6_what_the_platform_refused_reaches_nobody_and_says_why(day: Day) -> None:
    await day.greet()
    await day.leave()
    await day.told(MsgID="0", Status="err(40001)")
    await day.leave()
    assert await day.states() == {("cancelled", "mass", "refused")}
    assert (
        await day.home.one("SELECT DISTINCT why FROM outbox WHERE purpose = 'greeting'")
        == mass_results.RESULTS["err(40001)"]
    )


async def test_w6_the_event_comes_before_the_answer(day: Day) -> None:
    await day.greet()
    gateway, real = day.outside.gateway, day.outside.gateway.send_mass

    async def early(openids: Any, text: str, own: str) -> Any:
        outcome = await real(openids, text, own)
        await day.told(MsgID=outcome.ref, Status="send success", TotalCount="3", FilterCount="3", SentCount="2")
        return outcome

    vars(gateway)["send_mass"] = early
    await day.leave()
    assert await day.states() == {("sent", "mass", "unheard")}, "one of the three did not get it, and nobody says who"
    assert await day.home.rows("SELECT state, people, reached FROM mass_send") == [("sent", 3, 2)]


@pytest.mark.parametrize("joined", [False, True])
async def test_f17_while_the_account_may_not_send_it_is_over_and_not_made_up_for(day: Day, joined: bool) -> None:
    await day.greet()
    await day.leave(seconds=0)
    if joined:
        day.home.clock.on(seconds=90)
        await day.home.database.store(lambda store: masses.join(store, day.home.clock()))
    day.home.house.choices = replace(day.home.house.choices, cut_off=True)
    await day.leave()
    whys = {row[0] for row in await day.home.rows("SELECT why FROM outbox WHERE purpose = 'greeting'")}
    assert whys == {masses.CUT}
    day.home.house.choices = replace(day.home.house.choices, cut_off=False)
    await day.leave()
    assert day.outside.posts.count("/cgi-bin/message/mass/send") == 0


async def test_c11_a_greeting_that_waits_for_the_platform_holds_no_other_message_up(day: Day) -> None:
    day.outside.world.errcodes.append(48004)
    await day.greet()
    await day.leave()
    assert await day.states() == {("sending", "mass", None)}
    await day.home.hears("你好", DAUGHTER)
    day.outside.world.spoke(DAUGHTER, scene=False)
    person, now = await day.home.person(DAUGHTER), day.home.clock()

    def urgent(store: Store) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=day.home.ids.home_id,
            person_id=person,
            purpose=outbox.LATE_ANSWER,
            dedup_key="urgent",
            text="停水了",
            now=now,
            queue="notice",
        )

    await day.home.database.store(urgent)
    await day.sender.begin()
    await day.sender.finish()
    assert day.outside.world.phones[DAUGHTER].chat[-1]["content"] == "停水了"


async def test_l2_who_lost_somebody_before_a_second_call_is_not_in_its_list(day: Day) -> None:
    await day.greet()
    day.outside.fail.append("500")
    await day.leave()
    await day.hush(DAUGHTER)
    await day.leave(seconds=120)
    assert day.heard() == []
    assert [day.heard(phone) for phone in (SON, PASSER)] == [[WORDS]] * 2
    mine = await day.home.person(DAUGHTER)
    assert await day.home.rows("SELECT state FROM outbox WHERE way = 'mass' AND person_id = ?", mine) == [("unknown",)]


async def test_w6_a_result_that_comes_late_is_written_to_everybody(day: Day) -> None:
    await day.greet()
    await day.leave()
    day.home.clock.on(minutes=31)
    await day.home.database.store(lambda store: proofs.assume(store, day.home.clock()))
    await day.told(MsgID=await day.home.one("SELECT ref FROM mass_send"), Status="err(40002)", TotalCount="3")
    await day.leave()
    assert await day.states() == {("cancelled", "mass", "refused")}


async def test_w6_an_event_told_twice_or_of_somebody_elses_mass_send_is_not_ours(day: Day) -> None:
    await day.greet()
    await day.leave()
    first = {"MsgID": await day.home.one("SELECT ref FROM mass_send"), "Status": "send success", "TotalCount": "3"}
    await day.told(**first, SentCount="3")
    day.home.clock.on(days=1)
    day.outside.world.errcodes.append(-1)
    await day.greet(words="第二次")
    await day.leave()
    await day.told(**first, SentCount="3")
    await day.told(MsgID="77", Status="send success", TotalCount="411", SentCount="400")
    await day.told(MsgID="0", Status="send success", TotalCount="411", SentCount="400")
    assert await day.home.one("SELECT state FROM mass_send ORDER BY id DESC LIMIT 1") == "waiting"


async def test_w6_a_refusal_after_a_call_without_an_answer_tells_nothing_of_that_one(day: Day) -> None:
    await day.greet()
    day.outside.fail.append("500")
    await day.leave()
    day.outside.world.errcodes.append(45028)
    await day.leave(seconds=120)
    assert await day.states() == {("unknown", "mass", None)}
    total = {"TotalCount": "3", "SentCount": "3"}
    await day.told(MsgID="9", Status="send success", **total)
    await day.leave()
    assert await day.states() == {("sent", "mass", "delivered")}, "its event says what nobody knew"


async def test_f16_nobody_is_greeted_whose_night_has_come_meanwhile(day: Day) -> None:
    day.outside.world.errcodes.append(48004)
    await day.greet()
    await day.leave()
    day.home.clock.now = day.home.clock().replace(hour=13, minute=46)  # 21:46 at home
    await day.leave()
    assert [day.heard(phone) for phone in PHONES] == [[]] * 3
    whys = {row[0] for row in await day.home.rows("SELECT why FROM outbox WHERE purpose = 'greeting'")}
    assert whys == {masses.ASLEEP}


async def test_w6_who_unfollowed_meanwhile_is_told_of_by_that_reason(day: Day) -> None:
    await day.greet()
    await day.leave(seconds=0)
    day.home.clock.on(seconds=90)
    await day.home.database.store(lambda store: masses.join(store, day.home.clock()))
    await day.home.rows("UPDATE follower SET following = false WHERE openid = ?", DAUGHTER)
    await day.leave(seconds=1)
    mine = await day.home.person(DAUGHTER)
    found = await day.home.rows("SELECT state, why FROM outbox WHERE way = 'mass' AND person_id = ?", mine)
    assert found == [("cancelled", outbox.UNFOLLOWED)]
