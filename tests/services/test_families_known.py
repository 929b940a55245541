"""People whom the house knows: the sample home with its bindings, and what follows from them."""

import tomllib
from pathlib import Path

import pytest

from conversations import events
from conversations.effects import AddToComplaint, NoteOnComplaint
from conversations.engine import FlowError
from conversations.events import Text
from services.context import Context
from services.talks import dispatch, receive
from storage.queries import complaints, talks_list
from storage.store import Store
from tests import houses
from tests.conftest import HomeUnderTest, put
from tests.services.replies import every_open

SCENE = tomllib.loads((Path(__file__).parents[2] / "bot" / "sample" / "home.toml").read_text(encoding="utf-8"))
DAUGHTER, ELDER = "oSim_lijing_0000000000000001", "oSim_wangguilan_00000000002"


@pytest.fixture
async def sample(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


async def test_c2_a_bound_relative_is_asked_only_what_the_house_does_not_know(sample: HomeUnderTest) -> None:
    await sample.hears("你们把我妈摔了，我要投诉", DAUGHTER)
    assert "什么时候" in await sample.hears("好了", DAUGHTER)
    assert "都记下了" in await sample.hears("昨晚十点", DAUGHTER)
    who = await sample.staff(login="desk")
    complaint = (await sample.database.read(lambda db: every_open(db, who.sight)))[0].complaint
    found = await sample.database.read(lambda db: complaints.one(db, complaint))
    assert found.fields == {
        "about": "王桂兰 306 室 1 床（按登记）",
        "occurred": "昨晚十点",
        "name": "李静",
        "contact": "13800002107",
    }
    assert found.who.tie == "王桂兰的女儿"
    assert await sample.one("SELECT resident_id IS NOT NULL FROM complaint") == 1


async def test_q4_an_elder_is_sent_to_the_bell_and_looked_after_sooner(sample: HomeUnderTest) -> None:
    answer = await sample.hears("我心里难受", ELDER)
    assert answer == "记下了，有人会来问您。急就按床头铃。"
    assert await sample.one("SELECT (due_at - made_at) / 60000000 FROM promise") == 15
    who = await sample.staff(login="desk")
    lines = await sample.database.read(lambda db: talks_list.lines(db, who.sight).lines)
    assert [(line.who.name, line.who.tie) for line in lines] == [("王桂兰", "老人 · 306 室 1 床")]
    await sample.hears("我要投诉护工", ELDER)
    assert await sample.one("SELECT resident_id IS NOT NULL FROM complaint") == 1


async def test_one_person_with_two_phones_is_stepped_in_order_in_one_batch(sample: HomeUnderTest) -> None:
    person = await sample.person(DAUGHTER)

    def second_phone(store: Store) -> None:
        store.lock_persons(person)
        put(store, "UPDATE follower SET person_id = ? WHERE openid = ?", person, ELDER)

    await sample.database.store(second_phone)
    batch = [sample.envelope(Text("我要投诉"), DAUGHTER), sample.envelope(Text("按铃没人来"), ELDER)]
    found = await sample.database.store(lambda store: list(receive.receive_batch(store, sample.house, batch)))
    told = [receipt.answer.text if receipt.answer else "" for receipt in found]
    assert "C261122-01" in told[0]
    assert told[1].startswith("记下了")
    assert await sample.one("SELECT count(*) FROM case_record") == 2


async def test_effects_for_a_case_that_is_not_there_say_so(sample: HomeUnderTest) -> None:
    person = await sample.person(DAUGHTER)

    def run(store: Store) -> None:
        context = Context(
            store, sample.house, sample.ids.home_id, person, sample.clock(), sample.clock(), None, attended=False
        )
        with pytest.raises(FlowError, match="no case"):
            dispatch.carry_out(context, AddToComplaint("C0101-01", Text("x")))
        with pytest.raises(FlowError, match="no field"):
            dispatch.carry_out(context, NoteOnComplaint("C0101-01", "secret", "x"))
        receive.silence(store, sample.house, 1, sample.clock())
        receive.silence(store, sample.house, person, sample.clock())

    await sample.database.store(run)


async def test_c1_the_talk_goes_on_where_a_lapsed_colleague_left_it(sample: HomeUnderTest) -> None:
    await sample.hears("我要投诉", DAUGHTER)
    assert "0571" in await sample.hears(events.Click("CONTACT"), DAUGHTER)
    assert await sample.hears(events.Unfollowed(), DAUGHTER) == ""
    assert "记下了，您接着说" in await sample.hears("还有", DAUGHTER)
