"""短信: who is outside of everything that the account may send is told, reads the words once, and nobody else does (V3,
Q1, F15, F18, F52).
"""

from datetime import timedelta
from functools import partial

import pytest

from care.errors import Invalid
from care.states import Role, SmsKind, SmsState
from services.announcements import announcements, subject
from services.announcements.forms import Announce
from services.families import ties
from services.families.forms import EditRelative
from services.outgoing import outbox, reaching, sms, sms_results, sms_sending
from services.outgoing.forms import SettleByHand
from services.ports import SmsReport, Texted
from services.setup import choices, settings, today
from services.setup.forms import SetCosts
from services.subject import Running
from storage.queries import outgoing as queries
from storage.queries import outgoing_costs, outgoing_families
from tests.conftest import HomeUnderTest
from tests.services.replies import reply, states
from tests.services.texts import LI, NUMBER, Texts, answered, furnished, hands


@pytest.fixture
async def texts(home: HomeUnderTest) -> Texts:
    return await furnished(home)


async def test_v3_who_is_outside_the_window_is_told_by_an_sms_and_reads_the_words_once(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    ((number, kind, words, _),) = texts.sent
    assert (number, kind, words["matter"]) == (NUMBER, SmsKind.WORDS, "您说的事有同事回复了")
    assert "管子" not in "".join(words.values()), "the words never stand in an SMS"
    assert await states(home) == [("parked", sms.WAITS)]
    await texts.told()
    assert await home.rows("SELECT way, proof FROM outbox") == [("sms", "delivered")]
    assert (await texts.opens("0000")).behind is sms_results.Behind.WRONG
    shown = await texts.opens()
    assert (shown.behind, shown.text) == (sms_results.Behind.WORDS, "管子换好了")
    assert await home.rows("SELECT state, way, proof FROM outbox") == [("sent", "sms", "opened")]
    assert (await texts.opens()).behind is sms_results.Behind.OVER, "it opens once"
    assert await hands(home) == [], "nobody needs to telephone"
    await home.hears("在吗", LI)
    await texts.leave()
    assert len(texts.sent) == 1
    line = next(
        one for one in await home.database.read(lambda db: queries.table(db, who.home_id, home.clock() - timedelta(9)))
    )
    assert (line.all, line.sms) == (1, 1)


async def test_f45_an_opened_sms_is_a_contact_with_the_family(texts: Texts) -> None:
    who = await texts.home.staff(Role.DIRECTOR, "沈国平", "shen")
    await answered(texts, who)
    texts.home.clock.on(hours=1)
    await texts.opens()
    found = await texts.home.database.read(lambda db: outgoing_families.reach(db, who.sight, texts.home.clock()))
    assert {one.elder: one.how for one in found.all}["王桂兰"] == "点开了短信"


async def test_c11_a_delivered_sms_keeps_the_hour_of_the_complaint(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await home.hears("我要投诉，三楼水管漏了", LI)
    kept = "SELECT count(*) FROM promise WHERE kept_at IS NOT NULL"
    home.clock.on(hours=49)
    await reply(home, who, "管子换好了", "a", LI)
    await texts.leave()
    before = await home.one(kept)
    await texts.told()
    assert await home.one(kept) > before


async def test_who_writes_meanwhile_gets_it_by_wechat_and_the_address_opens_nothing(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    await home.hears("在吗", LI)
    assert [said for _, said in await home.send_all()] == ["管子换好了"]
    assert (await texts.opens()).behind is sms_results.Behind.OVER
    await texts.told()
    assert (await states(home))[0][0] == "sent"


async def test_who_does_not_follow_is_told_too_and_is_called_where_it_does_not_arrive(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await home.rows("UPDATE follower SET following = ? WHERE openid = ?", False, LI)
    await home.rows("UPDATE follower SET session_left = 0 WHERE openid = ?", LI)
    await reply(home, who, "管子换好了", "a", LI)
    await texts.leave()
    assert len(texts.sent) == 1
    assert await hands(home) == []
    await texts.told(delivered=False, code="MK:0012")
    assert await states(home) == [("given_up", "短信没发出去：没有送到手机（MK:0012）")]
    assert await hands(home) == [("短信没发出去：没有送到手机（MK:0012）", None)]
    assert (await texts.opens()).behind is sms_results.Behind.OVER


async def test_a_number_that_never_rang_in_a_hand_a_landline_and_a_guest_get_no_address(home: HomeUnderTest) -> None:
    texts, who = await furnished(home, rang=False), await home.staff()
    await answered(texts, who)
    assert texts.sent == []
    assert sms.NOT_PROVED in (await hands(home))[0][0]
    await home.hears("你好", "guest")
    home.clock.on(hours=49)
    await reply(home, who, "您好", "b", "guest")
    await texts.leave()
    assert texts.sent == []


async def test_a_new_number_must_ring_again_whichever_elder_it_was_changed_at(texts: Texts) -> None:
    home, lead = texts.home, await texts.home.staff(Role.DIRECTOR, "沈国平", "shen")
    person = await home.person(LI)
    resident = await home.one("SELECT resident_id FROM kinship WHERE person_id = ?", person)
    other = await home.one("SELECT id FROM resident WHERE id <> ?", resident)
    await home.rows(
        """INSERT INTO kinship (id, home_id, person_id, resident_id, is_primary, scopes, created_at, rang_at, position,
           frequency) VALUES (7, ?, ?, ?, ?, 'daily', 1, 1, 9, 'daily')""",
        home.ids.home_id,
        person,
        other,
        False,
    )
    form = EditRelative(name="李静", relation="女儿", phone="13800009999", frequency="daily", hour=None)
    await home.database.write(lambda db: ties.edit(db, lead, resident, person, form, home.clock()))
    assert await home.rows("SELECT DISTINCT rang_at FROM kinship WHERE person_id = ?", person) == [(None,)]


async def test_f16_no_sms_rings_at_night(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await home.hears("你好", LI)
    home.clock.now = (home.clock() + timedelta(days=3)).replace(hour=15)  # eleven in the evening
    await reply(home, who, "管子换好了", "a", LI)
    await texts.leave()
    assert (texts.sent, (await states(home))[0][0]) == ([], "parked")
    home.clock.on(hours=9.5)
    await texts.leave()
    assert len(texts.sent) == 1


async def test_nobody_opened_it_for_four_hours_somebody_telephones_and_it_still_opens_that_day(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    await texts.told()
    home.clock.on(hours=4.1)
    await home.database.store(lambda store: sms_results.unopened(store, home.clock()))
    assert await hands(home) == [(sms.UNOPENED, None)]
    assert (await texts.opens()).text == "管子换好了"
    assert (await hands(home))[0][1] == "arrived"


async def test_f15_an_address_opens_nothing_after_a_day_after_five_wrong_tries_or_for_another_number(
    texts: Texts,
) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    for _ in range(4):
        assert (await texts.opens("9999")).behind is sms_results.Behind.WRONG
    assert (await texts.opens("9999")).behind is sms_results.Behind.OVER
    assert (await texts.opens()).behind is sms_results.Behind.OVER
    await home.rows("UPDATE sms SET wrong = 0")
    home.clock.on(hours=24)
    assert (await texts.opens()).behind is sms_results.Behind.OVER
    nothing = await home.database.read(lambda db: sms_results.look(db, "a" * 10, home.clock()))
    assert nothing is sms_results.Behind.OVER


async def test_f11_what_machines_said_is_taken_back_and_the_address_opens_nothing(texts: Texts) -> None:
    home = texts.home
    who = await home.staff()
    await answered(texts, who)
    await home.rows("UPDATE outbox SET purpose = 'late'")
    person = await home.person(LI)
    await home.database.store(lambda store: outbox.stop_machine(store, [person], home.clock()))
    assert (await texts.opens()).behind is sms_results.Behind.OVER


async def test_v3_without_an_answer_nobody_knows_and_it_is_not_sent_again(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    texts.says.append(Texted(SmsState.UNKNOWN, code="no-answer", why="没应答"))
    await answered(texts, who)
    assert await home.rows("SELECT state, tries FROM sms") == [("unknown", 1)]
    home.clock.on(hours=1)
    await texts.leave()
    assert len(texts.sent) == 1
    assert (await texts.opens()).text == "管子换好了", "it may have arrived"


async def test_v3_a_sender_that_dies_leaves_an_sms_of_which_nobody_knows(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    await home.rows("UPDATE sms SET state = 'sending', lease_until = 1")
    now = home.clock()
    assert await home.database.store(lambda store: sms_sending.abandoned(store, now, now)) == 1
    assert await home.one("SELECT state FROM sms") == "unknown"
    await texts.told()
    assert await home.one("SELECT state FROM sms") == "delivered"


async def test_nobody_was_heard_so_it_is_asked_again_three_times_and_then_telephoned(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    texts.says.extend(Texted(SmsState.ORDERED, code="no-connection", why="连不上阿里云") for _ in range(3))
    await answered(texts, who)
    for _ in range(4):
        home.clock.on(seconds=61)
        await texts.leave()
    assert (len(texts.sent), await home.one("SELECT state FROM sms")) == (3, "failed")
    assert await hands(home) == [("短信没发出去：连不上阿里云", None)]
    await home.hears("在吗", LI)
    assert [said for _, said in await home.send_all()] == ["管子换好了"], "it waited for her"


async def test_f18_a_refusal_of_the_account_brakes_what_comes_after_for_ten_minutes(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff(Role.DIRECTOR, "沈国平", "shen")
    texts.says.append(Texted(SmsState.FAILED, code="isv.AMOUNT_NOT_ENOUGH", why="余额不足", account=True))
    await answered(texts, who)
    await reply(home, who, "还有一件", "b", LI)
    await texts.leave()
    assert len(texts.sent) == 1
    assert sms.ILL in (await hands(home))[1][0]
    month = home.clock().replace(day=1)
    trouble = await home.database.read(lambda db: outgoing_costs.last_trouble(db, who.home_id, month))
    assert trouble is not None
    assert trouble[0] == "余额不足"
    home.clock.on(minutes=11)
    await reply(home, who, "第三件", "c", LI)
    await texts.leave()
    assert len(texts.sent) == 2
    assert await home.database.read(lambda db: outgoing_costs.last_trouble(db, who.home_id, month)) is None


async def test_f18_the_sms_of_a_month_are_counted_warned_of_and_stop(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff(Role.DIRECTOR, "沈国平", "shen")
    form = SetCosts(sms_most="２", sms_price="5", call_price="1,0")
    await home.database.write(lambda db: choices.set_costs(db, who, form, home.clock()))
    kept = choices.of(await home.database.read(lambda db: settings.stored(db, who.home_id)))
    texts.most = kept.sms_most
    assert (kept.sms_most, kept.sms_price, kept.call_price) == (2, 5, 10)
    assert await home.database.read(lambda db: today.lines(db, who, home.clock())) == []
    await answered(texts, who)
    await texts.told()  # two parts
    (line,) = await home.database.read(lambda db: today.lines(db, who, home.clock()))
    assert "用完了" in line.title
    await reply(home, who, "还有一件", "b", LI)
    await texts.leave()
    assert len(texts.sent) == 1
    assert sms.SPENT in (await hands(home))[0][0], "it turns to the next way, with the reason"
    span = outgoing_costs.month(home.clock(), home.house.home.zone)
    (spent,) = await home.database.read(lambda db: outgoing_costs.sms(db, who.home_id, *span))
    assert (spent.purpose, spent.parts, spent.sent, spent.delivered) == ("answer", 2, 1, 1)
    for wrong in ("-1", "300条", "", "5.5", "900000"):
        figures = SetCosts(sms_most=wrong, sms_price="5", call_price="1")
        with pytest.raises(Invalid):
            await home.database.write(partial(choices.set_costs, viewer=who, form=figures, now=home.clock()))


async def test_f52_after_a_call_that_nobody_took_a_colleague_asks_for_one_by_sms_once(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    home.house.sms = True
    texts.most = 0
    await answered(texts, who)
    texts.most = 500
    number = int(await home.one("SELECT id FROM by_hand"))
    with pytest.raises(Invalid):
        await home.database.write(lambda db: reaching.ask_back(db, who, home.house, number, home.clock()))
    form = SettleByHand(outcome="no_answer")
    await home.database.write(lambda db: reaching.settle(db, who, number, form, home.clock()))
    for _ in range(2):
        await home.database.write(lambda db: reaching.ask_back(db, who, home.house, number, home.clock()))
        await texts.leave()
    ((_, kind, words, _),) = texts.sent
    assert (kind, dict(words)) == (SmsKind.CALL, {"name": "陈晓雯"})
    found, _ = await home.database.read(lambda db: queries.waiting(db, who.sight))
    assert found[0].asked_back == "发过短信请回电"
    assert (await states(home))[0][0] == "parked", "the message waits as before"
    home.house.sms = False
    with pytest.raises(Invalid):
        await home.database.write(lambda db: reaching.ask_back(db, who, home.house, number, home.clock()))


async def test_a_report_told_twice_of_somebody_elses_or_of_a_number_that_is_none_changes_nothing(texts: Texts) -> None:
    home, who = texts.home, await texts.home.staff()
    await answered(texts, who)
    for _ in range(2):
        await texts.told()
    await texts.told(delivered=False)
    assert await home.one("SELECT state FROM sms") == "delivered"
    for own in ("7", "x", "9" * 40, str(2**63), str(2**64)):
        strange = SmsReport(own, delivered=True)
        assert not await home.database.store(partial(sms_results.told, report=strange, now=home.clock()))


async def test_who_called_first_is_not_told_by_sms_as_well(texts: Texts) -> None:
    """An SMS that waits for the morning is dropped when the words were said meanwhile."""
    home, who = texts.home, await texts.home.staff()
    await home.hears("你好", LI)
    home.clock.now = (home.clock() + timedelta(days=3)).replace(hour=15)
    await reply(home, who, "管子换好了", "a", LI)
    await texts.leave()
    row = int(await home.one("SELECT id FROM outbox"))
    await home.database.store(lambda store: outbox.cancel(store, row, home.clock()))
    home.clock.on(hours=10)
    await texts.leave()
    assert (texts.sent, await home.one("SELECT state FROM sms")) == ([], "dropped")


async def test_f45_why_nothing_reaches_somebody_is_said_once_however_often_it_is_asked(texts: Texts) -> None:
    home, lead = texts.home, await texts.home.staff(Role.SUPERVISOR, "刘慧", "liu")
    await home.rows("DELETE FROM follower WHERE person_id = ?", await home.person("kin2"))
    for words in ("明天停水。", "后天停电。", "大后天消毒。"):
        form = Announce(words=words, urgent=True)
        await home.database.write(
            partial(announcements.write, house=home.house, viewer=lead, form=form, now=home.clock())
        )
        await subject._release(Running(home.database, home.house, home.ids.home_id, home.settings), home.clock())
        await texts.leave()
    told = await home.rows("SELECT DISTINCT why FROM outbox WHERE why LIKE '没有关注公众号%'")
    assert [why for (why,) in told] == [f"没有关注公众号，微信里找不到这位；短信不行：{sms.NO_NUMBER}"]
