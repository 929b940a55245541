"""The chain: an alarm that nobody answers goes up the ladder, rings telephones, survives every restart (F1, F2, L6)."""

from datetime import timedelta

import pytest

from care.errors import NotFound
from care.states import CallOutcome
from care.triage import Audience
from services.emergencies import alarms, auditor, calls, chain
from storage import tables
from storage.store import Store
from storage.tables.roster import DutyPost
from storage.unit import Unit
from tests.services.chains import PHONES, Tower, tower

__all__ = ["tower"]
FALLEN = Audience.FLOOR
DIRECTOR, NURSE, LEAD = "shen", "tang", "he"


async def test_f1_without_a_live_screen_the_nurse_on_duty_is_rung_at_once(tower: Tower) -> None:
    await tower.cries()
    assert await tower.goes_on(1) == ["zhou", NURSE], "who is on the floor, and who answers for the whole house"
    assert tower.said == {"place": "306 室 1 床", "level": "紧急"}, "the place and the level, never a name (F15)"


async def test_f1_f53_where_somebody_hears_at_a_screen_the_telephone_rings_after_twenty_seconds(tower: Tower) -> None:
    await tower.takes_over("zhou")
    tower.home.clock.on(minutes=2)  # her own telephone was rung for the test and may ring again
    await tower.look()
    await tower.cries()
    assert await tower.goes_on(19) == []
    assert await tower.goes_on(2) == ["zhou", NURSE]


async def test_f1_a_screen_of_another_floor_is_no_ear_for_this_one(tower: Tower) -> None:
    await tower.takes_over("wang", "2 楼")
    await tower.look()
    assert tower.rung == ["wang"], "the test of her own telephone"
    await tower.cries()
    assert await tower.goes_on(1) == ["zhou", NURSE]


async def test_f1_who_does_not_pick_up_leads_to_the_next_and_at_last_to_the_director(tower: Tower) -> None:
    tower.does |= dict.fromkeys(PHONES, CallOutcome.NO_ANSWER)
    await tower.cries()
    assert await tower.goes_on(8) == ["zhou", NURSE, "wang", LEAD, DIRECTOR]
    assert [outcome for _, outcome in await tower.told()] == ["no_answer"] * 5
    assert await tower.goes_on(50) == [], "then a minute of rest, since no number may ring twice in it"
    assert await tower.goes_on(20) == ["zhou", NURSE, "wang", LEAD, DIRECTOR]


async def test_f1_who_lets_it_ring_has_twenty_seconds_before_the_next(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    assert await tower.goes_on(19) == []
    assert await tower.goes_on(2) == ["wang"]
    assert await tower.goes_on(20) == [LEAD]
    assert await tower.goes_on(20) == [DIRECTOR]


async def test_l6_a_step_with_nobody_waits_for_nothing_and_an_empty_rota_rings_the_leads(tower: Tower) -> None:
    await tower.home.rows("DELETE FROM duty_span")
    await tower.cries()
    assert await tower.goes_on(1) == [LEAD]
    tower.does[LEAD] = CallOutcome.BUSY
    await tower.reports(LEAD, CallOutcome.BUSY)
    assert await tower.goes_on(1) == [DIRECTOR]


async def test_l6_where_nobody_has_a_telephone_the_strip_says_so_and_the_chain_goes_on(tower: Tower) -> None:
    await tower.home.rows("UPDATE staff SET phone = NULL")
    await tower.cries()
    assert await tower.goes_on(2) == []
    assert (await tower.alarm()).nobody_at is not None
    assert await tower.home.one("SELECT next_at IS NOT NULL FROM alarm_run")


async def test_f1_a_key_is_a_promise_to_come_and_the_elder_hears_who(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    await tower.reports(NURSE, CallOutcome.GO)
    alarm = await tower.alarm()
    assert (alarm.going, alarm.waits) == ("唐雨", False)
    assert ("third", "唐雨来了，别动。") in await tower.home.send_all()
    assert await tower.goes_on(120) == [], "nobody else is rung while she is on her way"
    assert await tower.home.one("SELECT count(*) FROM audit WHERE action = 'going'") == 1


async def test_f1_who_cannot_come_passes_it_on_at_once_by_key_and_on_the_screen(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    await tower.reports(NURSE, CallOutcome.CANNOT)
    assert await tower.goes_on(1) == [], "the other telephone of this step still rings"
    zhou = tower.who["zhou"]
    await tower.write(lambda db, now: chain.cannot_come(db, zhou, "third", FALLEN, now))
    assert await tower.goes_on(1) == ["wang"]
    await tower.write(lambda db, now: chain.cannot_come(db, zhou, "third", FALLEN, now))
    assert [name for name, outcome in await tower.told() if outcome == "key_cannot"] == ["唐雨", "周敏"]
    with pytest.raises(NotFound):
        await tower.write(lambda db, now: chain.cannot_come(db, zhou, "second", FALLEN, now))


async def test_f2_who_said_it_and_is_not_there_in_three_minutes_is_told_on_and_another_may_go(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    zhou, house = tower.who["zhou"], tower.home.house
    await tower.write(lambda db, now: alarms.go(db, house, zhou, "third", FALLEN, now))
    assert await tower.goes_on(179) == []
    assert not (await tower.alarm()).late_at
    assert await tower.goes_on(3) == [LEAD], "one level up: the leads"
    alarm = await tower.alarm()
    assert (alarm.going, alarm.waits) == ("周敏", True)
    await tower.write(lambda db, now: alarms.go(db, house, tower.who["he"], "third", FALLEN, now))
    alarm = await tower.alarm()
    assert (alarm.going, alarm.waits) == ("何志远", False)
    assert await tower.goes_on(60) == []
    await tower.write(lambda db, now: alarms.arrive(db, tower.who["he"], "third", FALLEN, now))
    await tower.goes_on(1)
    assert await tower.home.rows("SELECT next_at, ended_at IS NOT NULL FROM alarm_run") == [(None, True)]
    assert await tower.goes_on(300) == []


async def test_f2_who_went_and_did_not_arrive_is_not_rung_again_for_it(tower: Tower) -> None:
    tower.does |= dict.fromkeys(PHONES, CallOutcome.NO_ANSWER)
    await tower.cries()
    await tower.goes_on(1)
    zhou, house = tower.who["zhou"], tower.home.house
    await tower.write(lambda db, now: alarms.go(db, house, zhou, "third", FALLEN, now))
    rung = await tower.goes_on(300)
    assert rung[:2] == [LEAD, DIRECTOR]
    assert NURSE in rung, "the ladder begins anew"
    assert "zhou" not in rung


async def test_f1_a_report_that_comes_twice_or_too_late_changes_nothing(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    zhou, house = tower.who["zhou"], tower.home.house
    await tower.write(lambda db, now: alarms.go(db, house, zhou, "third", FALLEN, now))
    assert await tower.reports(NURSE, CallOutcome.GO)
    assert await tower.reports(NURSE, CallOutcome.GO)
    assert (await tower.alarm()).going == "周敏", "who was first goes"
    await tower.write(lambda db, now: alarms.arrive(db, zhou, "third", FALLEN, now))
    await tower.reports("zhou", CallOutcome.GO)
    assert await tower.home.one("SELECT count(*) FROM alarm WHERE arrived_at IS NULL") == 0
    tower.out["nobody"] = "stranger"
    assert not await tower.reports("stranger", CallOutcome.GO), "a call that is not ours"


async def test_f1_a_key_counts_even_when_the_ladder_went_on_without_it(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(50)
    assert ("周敏", "unknown") in await tower.told(), "no report came for 45 s"
    await tower.reports("zhou", CallOutcome.GO)
    assert (await tower.alarm()).going == "周敏"


async def test_f1_picked_up_without_a_key_is_not_heard(tower: Tower) -> None:
    tower.does |= {"zhou": CallOutcome.NO_KEY, NURSE: CallOutcome.NO_KEY}
    await tower.cries()
    assert await tower.goes_on(2) == ["zhou", NURSE, "wang"]
    assert (await tower.alarm()).waits


async def test_f1_a_number_that_the_company_does_not_ring_leads_to_the_next_and_is_not_suspect(tower: Tower) -> None:
    tower.does |= {"zhou": CallOutcome.THROTTLED, NURSE: CallOutcome.OFF}
    await tower.cries()
    assert await tower.goes_on(2) == ["zhou", NURSE, "wang"]
    assert await tower.home.rows("SELECT bad_how, good_at FROM phone_check") == [("off", None)]


async def test_f1_a_second_alarm_within_the_minute_rings_others_and_silences_no_floor(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    await tower.cries("救命", "second")
    assert await tower.goes_on(1) == ["wang"], "the nurse was rung a moment ago, and the company would refuse"


async def test_f2_who_cries_again_while_nobody_goes_does_not_begin_anew(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    await tower.cries("快来人啊")
    await tower.goes_on(1)
    assert tower.rung == ["zhou", NURSE, "wang"], "the next step comes at once"
    assert await tower.home.one("SELECT count(*) FROM alarm_run") == 1


async def test_f1_an_open_alarm_goes_on_after_a_restart_and_rings_nobody_a_second_time(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    again = Tower(tower.home, tower.who)  # the process is another one: all that it knows stands in the database
    assert await again.goes_on(19) == []
    assert await again.goes_on(2) == ["wang"]


async def test_f1_an_order_that_nobody_carried_out_in_time_is_not_rung_an_hour_later(tower: Tower) -> None:
    await tower.cries()
    home, house = tower.home.ids.home_id, tower.home.house
    await tower.advances()
    tower.home.clock.on(hours=1)
    await tower.advances()
    orders = await tower.write(lambda db, now: calls.claim(db, house, home, now, 10))
    assert all(order.number not in {PHONES["zhou"], PHONES[NURSE]} for order in orders)
    assert ("周敏", "stopped") in await tower.told()


async def test_f1_what_was_ordered_before_somebody_went_is_not_dialed(tower: Tower) -> None:
    await tower.cries()
    home, house = tower.home.ids.home_id, tower.home.house
    await tower.advances()
    await tower.write(lambda db, now: alarms.go(db, house, tower.who["zhou"], "third", FALLEN, now))
    assert await tower.write(lambda db, now: calls.claim(db, house, home, now, 10)) == []


async def test_f5_an_accusation_rings_the_leads_alone_and_says_nothing_of_the_matter(tower: Tower) -> None:
    await tower.cries("护工周敏掐我")
    assert await tower.goes_on(1) == [LEAD]
    assert tower.said["place"] == "有一件只给主管看的急事"
    assert await tower.goes_on(21) == [DIRECTOR]


async def test_f27_who_is_accused_is_not_rung_by_telephone_either(tower: Tower) -> None:
    await tower.cries("周敏打我，头流血了")
    assert "zhou" not in await tower.goes_on(100)
    assert NURSE in tower.rung


async def test_f27_who_said_it_and_is_accused_after_it_does_not_go_and_another_may(tower: Tower) -> None:
    await tower.cries("我摔倒了")
    await tower.goes_on(1)
    zhou = tower.who["zhou"]
    await tower.write(lambda db, now: alarms.go(db, tower.home.house, zhou, "third", FALLEN, now))
    assert await tower.goes_on(30) == []
    await tower.cries("周敏打我，头流血了")
    rung = await tower.goes_on(70)
    assert rung, "the ladder does not wait three minutes for her"
    assert "zhou" not in rung
    tang = tower.who["tang"]
    await tower.write(lambda db, now: alarms.go(db, tower.home.house, tang, "third", FALLEN, now))
    assert (await tower.alarm()).going == "唐雨"


async def test_f27_a_telephone_of_several_does_not_ring_where_one_of_them_is_accused(tower: Tower) -> None:
    def phone(db: Unit, _: object) -> None:
        row = db.query(DutyPost).filter(DutyPost.name == "3 楼").one()
        db.seal(row, "phone", "13800000009")

    await tower.write(phone)
    await tower.cries("周敏打我，头流血了")
    assert "13800000009" not in await tower.goes_on(130)


async def test_f5_an_accusation_does_not_wait_for_a_screen_that_does_not_show_it(tower: Tower) -> None:
    await tower.takes_over("zhou")
    await tower.cries("护工掐我")
    assert "he" in await tower.goes_on(2)


async def test_f1_the_late_end_of_an_earlier_step_hurries_nobody(tower: Tower) -> None:
    await tower.cries()
    assert await tower.goes_on(43) == ["zhou", NURSE, "wang", "he"]
    assert await tower.goes_on(10) == [], "the calls of the first step ended as unknown; the director has her time"
    assert await tower.goes_on(12) == ["shen"]


async def test_f2_while_who_went_is_late_a_call_that_failed_leads_on_at_once(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    zhou = tower.who["zhou"]
    await tower.write(lambda db, now: alarms.go(db, tower.home.house, zhou, "third", FALLEN, now))
    assert await tower.goes_on(182) == ["he"]
    await tower.reports("he", CallOutcome.BUSY)
    assert await tower.goes_on(2) == ["shen"]


async def test_p7_a_restored_copy_does_not_make_the_auditor_red(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    tower.home.clock.on(minutes=1)
    at, home = tower.home.clock(), tower.home.ids.home_id
    await tower.home.database.store(lambda store: store.insert(tables.Epoch, home_id=home, backup_at=at, began_at=at))
    tower.home.clock.on(hours=2)
    now = tower.home.clock()
    assert "runs" not in await tower.home.database.read(lambda db: chain.overdue(db, home, now))


async def test_s6_a_strangers_cry_rings_no_telephone(tower: Tower) -> None:
    await tower.cries("救命", "a stranger")
    assert await tower.goes_on(30) == []


async def test_f1_a_post_with_a_telephone_rings_that_one_and_who_has_it_goes(tower: Tower) -> None:
    def phone(db: Unit, _: object) -> None:
        row = db.query(DutyPost).filter(DutyPost.name == "3 楼").one()
        db.seal(row, "phone", "13800000009")

    await tower.write(phone)
    await tower.cries()
    assert await tower.goes_on(1) == ["13800000009", NURSE]
    await tower.reports("13800000009", CallOutcome.GO)
    assert (await tower.alarm()).going == "周敏", "she alone is on duty there"


async def test_f1_a_telephone_of_which_nobody_knows_the_holder_answers_for_its_post(tower: Tower) -> None:
    def phone(db: Unit, _: object) -> None:
        row = db.query(DutyPost).filter(DutyPost.name == "3 楼").one()
        db.seal(row, "phone", "13800000009")

    await tower.write(phone)
    await tower.home.rows("DELETE FROM duty_span WHERE staff_id = ?", tower.who["zhou"].id)
    await tower.cries()
    await tower.goes_on(1)
    await tower.reports("13800000009", CallOutcome.GO)
    assert ("third", "3 楼的同事来了，别动。") in await tower.home.send_all()
    assert (await tower.alarm()).going == "值班手机"
    assert not (await tower.alarm()).waits


async def test_undo_takes_the_alarm_up_again(tower: Tower) -> None:
    await tower.cries()
    await tower.goes_on(1)
    zhou = tower.who["zhou"]
    await tower.write(lambda db, now: alarms.end(db, zhou, "third", FALLEN, "false", "按错了", now))
    assert await tower.goes_on(70) == []
    await tower.write(lambda db, now: alarms.undo(db, zhou, "third", FALLEN, now))
    assert await tower.goes_on(1) == ["zhou", NURSE]


async def test_f15_the_auditor_is_clean_while_the_chain_goes_on_and_says_when_it_does_not(tower: Tower) -> None:
    home, wall = tower.home.ids.home_id, tower.wall
    assert await tower.home.database.read(lambda db: auditor.last_clean(db, home)) is None
    assert await tower.write(lambda db, now: auditor.go_round(db, home, now, wall)) == []
    await tower.cries()
    tower.home.clock.on(seconds=29)
    assert await tower.write(lambda db, now: auditor.go_round(db, home, now, wall)) == []
    tower.home.clock.on(seconds=3)
    later = wall + timedelta(seconds=90)
    assert await tower.write(lambda db, now: auditor.go_round(db, home, now, later)) == ["alarms"]
    assert await tower.home.database.read(lambda db: auditor.last_clean(db, home)) == wall
    await tower.look()
    tower.home.clock.on(seconds=60)
    assert await tower.write(lambda db, now: auditor.go_round(db, home, now, later)) == ["runs"]
    tower.home.clock.on(seconds=40)
    assert "calls" in await tower.write(lambda db, now: auditor.go_round(db, home, now, later))
    await tower.look()
    assert await tower.write(lambda db, now: auditor.go_round(db, home, now, later)) == []
    assert auditor.is_late(wall, wall - timedelta(hours=1), later)
    assert not auditor.is_late(None, later - timedelta(seconds=59), later)


async def test_f1_a_number_or_an_alarm_that_cannot_be_read_holds_up_no_other(tower: Tower) -> None:
    await tower.home.rows("UPDATE staff SET phone = ? WHERE id = ?", b"broken", tower.who["zhou"].id)
    await tower.cries()
    assert await tower.goes_on(1) == [NURSE]
    await tower.cries("救命", "second")
    await tower.advances()
    await tower.home.rows("UPDATE alarm_call SET number = ? WHERE dialed_at IS NULL", b"broken")
    await tower.home.rows("UPDATE alarm_run SET step = 9 WHERE id = (SELECT min(id) FROM alarm_run)")
    assert await tower.goes_on(21) == [LEAD], "the first one is broken, the second one goes on"
    refused = await tower.home.rows("SELECT count(*) FROM alarm_call WHERE outcome = 'refused'")
    assert refused == [(1,)]


async def test_p7_what_a_restored_copy_still_has_ringing_calls_nobody_until_it_is_confirmed(tower: Tower) -> None:
    await tower.cries()
    home, ids = tower.home, tower.home.ids
    home.clock.on(minutes=1)
    at = home.clock()

    def restored(store: Store) -> None:
        store.insert(tables.Epoch, home_id=ids.home_id, backup_at=at, began_at=at)

    await home.database.store(restored)
    assert await tower.goes_on(30) == []
    await tower.cries("救命", "second")
    assert await tower.goes_on(1) == ["wang", NURSE], "what happens now is of now"
