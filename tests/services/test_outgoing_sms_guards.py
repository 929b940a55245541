"""短信: what must not happen: the wrong person told, an hour kept by nothing, words that are lost or said twice
(F15, F17, C9, D9).
"""

from datetime import datetime, timedelta
from functools import partial

import pytest

from care.states import Role
from services.families import ties
from services.families.forms import ProveRelative
from services.outgoing import cut_off, outbox, sms, sms_results
from services.ports import SmsReply
from services.promises import promises
from storage.store import Store
from storage.types import micros
from tests.conftest import HomeUnderTest
from tests.services.replies import reply
from tests.services.texts import LI, NUMBER, Texts, answered, furnished, hands


@pytest.fixture
async def texts(home: HomeUnderTest) -> Texts:
    return await furnished(home)


async def hears(texts: Texts, text: str, number: str = NUMBER) -> bool:
    home = texts.home
    told = SmsReply(number, text)
    return await home.database.store(lambda store: sms_results.answered(store, home.ids.home_id, told, home.clock()))


@pytest.mark.parametrize("text", ["R", " r ", "Ｒ", "回复R", "TD退订", "退订", "请不要再发了", "拒收R"])
async def test_who_answers_that_they_want_none_gets_none_however_it_is_written(home: HomeUnderTest, text: str) -> None:
    texts, who = await furnished(home), await home.staff()
    await answered(texts, who)
    assert await hears(texts, text, f"86{NUMBER}")
    await reply(home, who, "还有一件", "b", LI)
    await texts.leave()
    assert len(texts.sent) == 1
    assert sms.REFUSED in (await hands(home))[0][0]


async def test_another_answer_to_an_sms_is_a_call_and_of_a_strange_number_nothing(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    assert await hears(texts, "2 不认可，你们自己看看")
    assert await hands(home) == [(sms_results.ANSWERED, None)]
    assert not await hears(texts, "谢谢", "13900000000")
    assert await home.one("SELECT count(*) FROM sms_refusal") == 0


async def test_f15_who_is_no_relative_any_more_in_the_morning_gets_no_sms_and_opens_none(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await home.hears("你好", LI)
    home.clock.now = (home.clock() + timedelta(days=3)).replace(hour=15)
    await reply(home, who, "您妈妈今天血压高", "a", LI)
    await texts.leave()
    await home.rows("UPDATE kinship SET rang_at = NULL WHERE person_id = ?", await home.person(LI))
    home.clock.on(hours=10)
    await texts.leave()
    assert texts.sent == []
    await texts.leave()
    assert sms.NOT_PROVED in (await hands(home))[0][0], "somebody telephones instead"


async def test_f15_after_the_sms_went_who_is_no_relative_any_more_opens_nothing(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    await home.rows("DELETE FROM kinship WHERE person_id = ?", await home.person(LI))
    assert (await texts.opens()).behind is sms_results.Behind.OVER


async def test_a_number_that_was_corrected_at_night_is_decided_anew_and_nothing_is_lost(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await home.hears("你好", LI)
    home.clock.now = (home.clock() + timedelta(days=3)).replace(hour=15)
    await reply(home, who, "管子换好了", "a", LI)
    await texts.leave()
    person = await home.person(LI)
    sealed = home.database.sealer.seal("person", "phone", person, b"13800005555")
    await home.rows("UPDATE person SET phone = ? WHERE id = ?", sealed, person)
    home.clock.on(hours=10)
    for _ in range(2):
        await texts.leave()
    assert [number for number, *_ in texts.sent] == ["13800005555"]


async def test_c9_a_report_of_what_was_taken_back_keeps_no_hour(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await home.hears("我要投诉，三楼水管漏了", LI)
    home.clock.on(hours=49)
    await reply(home, who, "写错了", "a", LI)
    await texts.leave()
    row = int(await home.one("SELECT outbox_id FROM sms"))
    kept = "SELECT count(*) FROM promise WHERE kept_at IS NOT NULL"
    before = await home.one(kept)
    await home.database.store(lambda store: outbox.cancel(store, row, home.clock()))
    await texts.told()
    assert await home.one(kept) == before


async def test_d9_words_that_are_held_back_do_not_open(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    person = await home.person(LI)

    def hold(store: Store) -> None:
        store.lock_persons(person)
        outbox.keep_parked(store, person, "对方在说急事")

    await home.database.store(hold)
    assert (await texts.opens()).behind is sms_results.Behind.OVER


async def test_f17_after_the_account_may_send_again_words_that_wait_for_an_sms_leave_by_wechat(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    await home.rows(
        "UPDATE follower SET session_until = ?, session_left = 5 WHERE openid = ?",
        micros(home.clock() + timedelta(hours=40)),
        LI,
    )
    await home.database.store(lambda store: cut_off.go_on(store, home.clock()))
    assert [said for _, said in await home.send_all()] == ["管子换好了"]


async def test_c9_the_late_arrival_of_an_old_result_does_not_keep_the_next_one(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await home.hears("我要投诉，三楼水管漏了", LI)
    person, case, wrote = await home.person(LI), int(await home.one("SELECT id FROM complaint")), home.clock()
    home.clock.on(hours=2)

    def told(store: Store, written_at: datetime) -> None:
        store.lock_persons(person)
        promises.told_result(store, case, person, who.id, home.clock(), how="sms", written_at=written_at)

    kept = "SELECT count(*) FROM promise WHERE kind = 'result' AND kept_at IS NOT NULL"
    await home.database.store(partial(told, written_at=wrote - timedelta(days=1)))
    assert await home.one(kept) == 0, "written before this result was promised"
    await home.database.store(partial(told, written_at=home.clock()))
    assert await home.one(kept) == 1


async def test_who_wants_sms_again_says_so_to_a_colleague_and_an_old_number_has_to_ring_anew(texts: Texts) -> None:
    home, lead = texts.home, await texts.home.staff(Role.DIRECTOR, "沈国平", "shen")
    await answered(texts, lead)
    assert await hears(texts, "R")
    person = await home.person(LI)
    resident = int(await home.one("SELECT resident_id FROM kinship WHERE person_id = ?", person))

    async def proves(*, again: bool = False) -> None:
        form = ProveRelative(proof="card", rang=True, texts=again)
        ask = partial(ties.prove, viewer=lead, resident_id=resident, person_id=person, form=form, now=home.clock())
        await home.database.write(ask)

    await proves()
    assert await home.one("SELECT count(*) FROM sms_refusal WHERE lifted_at IS NULL") == 1
    await proves(again=True)
    assert await home.rows("SELECT lifted_by FROM sms_refusal WHERE lifted_at IS NOT NULL") == [(lead.id,)]
    home.clock.on(days=500)
    await reply(home, lead, "还有一件", "b", LI)
    await texts.leave()
    assert len(texts.sent) == 1
    assert sms.NOT_PROVED in (await hands(home))[-1][0]
    await proves()
    await reply(home, lead, "第三件", "c", LI)
    await texts.leave()
    assert len(texts.sent) == 2
