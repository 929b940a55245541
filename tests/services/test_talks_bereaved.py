"""After a death: one sentence, a call by name within minutes, and silence of the machine until a person has spoken
(F59, F60, A6).
"""

from datetime import timedelta

import pytest

from care.states import Role
from conversations import events
from services.outgoing import outbox
from services.outgoing.purposes import of as purpose_of
from services.promises import clocks
from services.residents import residents
from services.residents.forms import SetStatus
from services.talks import answering, silence
from tests.conftest import HomeUnderTest
from tests.services.floors import House, house
from tests.services.replies import reply
from tests.services.talks_read import NIGHT, reads

__all__ = ["house"]
SAID = "我们知道了。院长沈国平马上给您打电话。"
CALLS = "SELECT person_id, (due_at - made_at) / 60000000 FROM promise WHERE kind = 'call' AND kept_at IS NULL"


async def dies(house: House) -> None:
    """The director writes it down."""
    number = int(await house.home.one("SELECT id FROM resident"))
    await house.home.database.write(
        lambda db: residents.set_status(
            db, house.staff["shen"], number, SetStatus(status="去世", name="王桂兰"), house.home.clock()
        )
    )


@pytest.mark.parametrize("openid", ["niece", "grandma"])
async def test_fault_a6_after_a_death_one_sentence_is_said_and_a_call_is_promised_by_name_at_night_too(
    house: House, openid: str
) -> None:
    home = house.home
    home.clock.now = NIGHT
    await dies(house)
    assert await reads(home, "我妈走了，后面手续怎么办", "faq", openid) == SAID
    assert await home.rows(CALLS) == [(await home.person(openid), 15)]
    owner = house.staff["shen"].id
    [(whose, length)] = await home.rows("SELECT owner_id, (due_at - made_at) / 60000000 FROM task")
    assert (whose, length) == (owner, 15)
    for words, label in (("谢谢你们这几年", "thanks"), ("在吗", "greeting"), ("人工", "human"), ("稍后", "closing")):
        home.clock.on(minutes=1)
        assert await reads(home, words, label, openid) == ""
    assert await home.hears(events.Image("m"), openid) == ""
    assert await home.hears(events.Followed("x"), openid) == ""
    assert len(await home.rows(CALLS)) == 1
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply'") == 2, "those of before the death"


async def test_f59_a_colleagues_words_or_call_end_the_silence(house: House) -> None:
    home = house.home
    await dies(house)
    assert await reads(home, "我妈走了", "bereaved") == SAID
    niece = await home.person("niece")
    await home.database.write(
        lambda db: answering.log_call(db, house.staff["shen"], niece, "说了后事怎么办", home.clock())
    )
    assert await home.rows(CALLS) == []
    home.clock.on(minutes=5)
    assert "前答复您" in await reads(home, "发票什么时候能开", "other")
    home.clock.on(days=3)
    assert await reads(home, "还有一件衣服在房间里", "other") != SAID


async def test_f59_a_death_that_a_message_tells_is_the_same_before_the_records_say_so(house: House) -> None:
    home = house.home
    assert await reads(home, "我妈昨晚走了，谢谢你们", "bereaved") == SAID
    home.clock.on(hours=2)
    assert await reads(home, "怎么这样", "other") == ""
    home.clock.on(days=8)
    await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock()))
    assert await reads(home, "你们在吗", "greeting") == "", "time alone does not end it"
    await reply(home, house.staff["shen"], "我是沈国平，请节哀。", "k", "niece")
    home.clock.on(days=1)
    assert "前答复您" in await reads(home, "证明怎么开", "other")


async def test_f59_no_machine_says_anything_by_itself_to_who_told_of_a_death(house: House) -> None:
    home, niece = house.home, await house.home.person("niece")

    async def queue(key: str) -> None:
        await home.database.store(
            lambda store: (
                store.lock_persons(niece),
                outbox.enqueue(
                    store,
                    home_id=home.ids.home_id,
                    person_id=niece,
                    purpose=purpose_of("letter"),
                    dedup_key=key,
                    text="今天的家书到了",
                    now=home.clock(),
                    not_before=home.clock() + timedelta(hours=1),
                ),
            )
        )

    await queue("before")
    await reads(home, "我妈昨晚走了", "bereaved")
    await queue("after")
    home.clock.on(hours=3)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert [words for whose, words in await home.send_all() if whose == "niece"] == []
    assert await home.rows("SELECT DISTINCT state FROM outbox WHERE person_id = ?", niece) == [("cancelled",)]


async def test_f59_a_complaint_after_a_death_is_heard_and_nobody_is_told_a_number_or_a_clock(house: House) -> None:
    home = house.home
    await dies(house)
    assert await reads(home, "你们把我妈害死了，我要投诉", "complaint") == SAID
    assert await home.one("SELECT count(*) FROM complaint") == 1
    assert await reads(home, "夜里叫了三次没人来", "complaint") == ""
    assert await home.one("SELECT count(*) FROM case_record") == 2


@pytest.mark.parametrize(
    ("openid", "words", "cases"),
    [
        ("niece", "谢谢你们这几年", 0),
        ("niece", "护工王慧打过她", 1),
        ("grandma", "护工王慧打过他", 0),
        ("grandma", "谢谢你们这几年", 0),
    ],
)
async def test_f59_in_grief_only_what_a_relative_holds_against_somebody_becomes_a_complaint(
    house: House, openid: str, words: str, cases: int
) -> None:
    await house.home.staff(Role.CARER, "王慧", "wang", "3")
    await reads(house.home, "我老伴走了", "bereaved", openid)
    assert await reads(house.home, words, "other", openid) == ""
    assert await house.home.one("SELECT count(*) FROM complaint") == cases


async def test_f59_what_a_colleague_said_before_the_death_does_not_end_the_silence_after_it(house: House) -> None:
    home = house.home
    await reply(home, house.staff["tang"], "今天精神不错。", "k", "niece")
    home.clock.on(days=1)
    await dies(house)
    home.clock.on(minutes=1)
    assert await reads(home, "发票什么时候能开", "other") == SAID


async def test_f59_a_death_is_told_in_the_middle_of_a_complaint_and_its_questions_end(house: House) -> None:
    home = house.home
    assert "编号" in await home.hears("我要投诉，夜里叫了三次没人来", "niece")
    assert await reads(home, "我妈刚刚走了", "bereaved") == SAID
    assert await reads(home, "好了", "closing") == ""
    assert await home.one("SELECT count(*) FROM case_record") == 3


async def test_f59_whoever_is_accused_is_not_the_one_who_calls(house: House) -> None:
    home = house.home
    await home.hears("你们院长沈国平打我妈", "niece")
    await dies(house)
    assert await reads(home, "我妈走了", "bereaved") == "我们知道了。主管何志远马上给您打电话。"


async def test_f60_his_phone_stays_a_phone_the_widow_is_heard_and_a_cry_still_rings(house: House) -> None:
    home = house.home
    await dies(house)
    await reads(home, "我是他老伴", "other", "grandma")
    said = await house.cries("救命", "grandma")
    assert "120" in said
    assert "去世" not in said
    assert "按铃" not in said
    assert house.strips("tang"), "it rings"
    await reply(home, house.staff["shen"], "我是沈国平。", "k", "grandma")
    home.clock.on(hours=13)
    answer = await reads(home, "发票怎么开", "other", "grandma")
    assert "王桂兰" not in answer
    assert "床头铃" not in answer


async def test_f60_last_letters_stay_readable_and_none_of_today_is_announced(house: House) -> None:
    home = house.home
    await dies(house)
    answer = await home.hears(events.Click("LETTER"), "niece")
    assert "家书都给您留着" in answer
    assert "今天" not in answer
    assert "0571" in await home.hears(events.Click("CONTACT"), "niece")


async def test_f59_an_elder_who_tells_of_a_death_is_come_to(house: House) -> None:
    assert await reads(house.home, "我老伴昨晚走了", "bereaved", "grandma") == "我们知道了。院长沈国平马上来看您。"


async def test_f59_beside_a_colleague_nothing_is_said(home: HomeUnderTest) -> None:
    desk = await home.staff()
    await home.hears("你好")
    await reply(home, desk, "我来", "k")
    assert await reads(home, "我妈刚刚走了", "bereaved", "daughter") == ""
    assert len(await home.rows(CALLS)) == 1
