"""From the words to the nurse at the bed: one alarm a person, nothing promised before 我去, the right eyes only, with and
without database.
"""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from care.errors import Invalid, NotFound
from care.states import Role
from care.triage import NURSE, Audience
from conversations import events
from services.access import Viewer
from services.emergencies import alarms, ringing
from services.emergencies.board import Board
from services.emergencies.cries import SHOWN
from services.emergencies.cries import _known as cries_read
from services.emergencies.cries import words as shown
from services.emergencies.strip import Place
from services.talks.envelope import Receipt
from services.upkeep.pulse import Downtime
from tests import houses
from tests.conftest import HomeUnderTest
from understanding.cascade import triage

SCENE = {
    "staff": [],
    "people": [{"kind": "elder", "name": "王桂兰", "openid": "grandma", "room": "306", "bed": "1"}],
}


async def cries(home: HomeUnderTest, words: str, openid: str = "grandma") -> str:
    envelope = home.envelope(events.Text(words), openid)
    receipt: Receipt = await home.database.receive(replace(envelope, heard=triage(words)))
    return receipt.answer.text if receipt.answer else ""


@pytest.fixture
async def elder(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


async def board_of(home: HomeUnderTest) -> Board:
    board = Board()
    board.places = await home.database.read(lambda db: ringing.places(db, home.ids.home_id))
    board.take_over(await home.database.read(lambda db: ringing.open_alarms(db, home.ids.home_id, home.clock())))
    return board


async def test_e2_the_elder_hears_that_we_call_and_never_that_somebody_comes_before_somebody_goes(
    elder: HomeUnderTest,
) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    assert await cries(elder, "我摔倒了") == "已经在叫人。您别动，别自己起来。"
    board = await board_of(elder)
    (alarm,) = board.seen_by(nurse)
    assert (alarm.name, alarm.place, alarm.words, alarm.count) == ("王桂兰", "306 室 1 床", "我摔倒了", 1)
    assert await elder.send_all() == []
    await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, "grandma", Audience.FLOOR, elder.clock()))
    await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, "grandma", Audience.FLOOR, elder.clock()))
    assert await elder.send_all() == [("grandma", "唐雨来了，别动。")]
    await elder.database.write(lambda db: alarms.arrive(db, nurse, "grandma", Audience.FLOOR, elder.clock()))
    assert (await board_of(elder)).seen_by(nurse) == []
    actions = [row[0] for row in await elder.rows("SELECT action FROM audit WHERE subject LIKE 'alarm:%' ORDER BY id")]
    assert actions == ["alarm", "going", "arrived"]
    with pytest.raises(NotFound):
        await elder.database.write(lambda db: alarms.arrive(db, nurse, "grandma", Audience.FLOOR, elder.clock()))


async def test_e2_repeats_join_the_open_alarm_with_a_count_and_the_new_words(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    await cries(elder, "我摔倒了")
    elder.clock.on(seconds=30)
    await cries(elder, "快来人啊")
    (alarm,) = (await board_of(elder)).seen_by(nurse)
    assert (alarm.count, alarm.words) == (2, "快来人啊")
    assert alarm.latest_at - alarm.raised_at == timedelta(seconds=30)
    await elder.database.write(lambda db: alarms.arrive(db, nurse, "grandma", Audience.FLOOR, elder.clock()))
    assert await elder.one("SELECT going_by FROM alarm") == nurse.id


async def test_e2_after_three_minutes_without_anybody_the_elder_is_told_the_truth_once(elder: HomeUnderTest) -> None:
    await cries(elder, "我摔倒了")
    await cries(elder, "我妈没事吧救命", "daughter")
    assert await elder.database.store(lambda store: alarms.still_calling(store, elder.house, elder.clock())) == 0
    now = elder.clock.on(minutes=3)
    assert await elder.database.store(lambda store: alarms.still_calling(store, elder.house, now)) == 2
    assert await elder.database.store(lambda store: alarms.still_calling(store, elder.house, now)) == 0
    told = dict(await elder.send_all())
    assert told["grandma"] == "还在叫人，请按床头铃。"
    assert "0571-8800-0101" in told["daughter"]


async def test_fault_a18_thanks_while_somebody_is_called_take_nothing_back(elder: HomeUnderTest) -> None:
    await cries(elder, "我摔倒了")
    told = await cries(elder, "谢谢")
    assert await elder.one("SELECT calmed_id FROM alarm") is None, told
    assert await elder.one("SELECT count(*) FROM alarm WHERE arrived_at IS NULL") == 1


async def test_e2_abuse_is_for_the_lead_alone_and_is_only_noted_aloud(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    lead = await elder.staff(Role.SUPERVISOR, "何志远", "he")
    assert await cries(elder, "护工掐我") == "您说的，我记下了。"
    board = await board_of(elder)
    assert board.seen_by(nurse) == []
    (alarm,) = board.seen_by(lead)
    with pytest.raises(NotFound):
        board.go(nurse, alarm.ref, elder.clock())
    with pytest.raises(NotFound):
        await elder.database.write(
            lambda db: alarms.go(db, elder.house, nurse, "grandma", Audience.LEAD, elder.clock())
        )
    await elder.database.write(lambda db: alarms.go(db, elder.house, lead, "grandma", Audience.LEAD, elder.clock()))
    assert await elder.send_all() == [], "nothing is said aloud beside the carer"
    await cries(elder, "我摔倒了")
    assert [a.words for a in (await board_of(elder)).seen_by(nurse)] == ["我摔倒了"], "the two never join"


async def test_e2_who_despairs_is_not_told_to_ring_a_bell(elder: HomeUnderTest) -> None:
    assert "担心您" in await cries(elder, "不想活了")


async def test_c1_an_emergency_inside_a_complaint_is_both(elder: HomeUnderTest) -> None:
    said = await cries(elder, "我要投诉，我妈摔倒了没人管，快来人", "daughter")
    assert said.startswith("已经叫同事来看您的话。")
    assert "编号" in said
    again = await cries(elder, "她喘不上气了", "daughter")
    assert again.startswith("已经叫同事来看您的话。")
    assert await elder.one("SELECT count(*) FROM case_record") == 2
    assert await elder.one("SELECT count FROM alarm") == 2


async def test_e2_before_the_commit_the_board_rings_from_memory_and_afterwards_follows_the_database(
    elder: HomeUnderTest,
) -> None:
    nurse = Viewer(1, elder.ids.home_id, "唐雨", Role.NURSE)
    board, told = await board_of(elder), []
    board.listen(lambda: told.append(1))
    heard, at = triage("我摔倒了"), elder.clock()
    board.ring("grandma", "k1", heard, "我摔倒了", at)
    board.ring("grandma", "k1", heard, "我摔倒了", at)
    board.ring("nobody", "k2", heard, "救命", at)
    (first, second) = board.seen_by(nurse)
    assert (first.name, first.uncommitted, first.count) == ("王桂兰", frozenset({"k1"}), 1)
    assert second.name == "未绑定的手机"
    board.go(nurse, first.ref, elder.clock())
    await cries(elder, "我摔倒了")
    board.committed("grandma", "k1")
    board.committed("grandma", "k9")
    board.take_over(await elder.database.read(lambda db: ringing.open_alarms(db, elder.ids.home_id, elder.clock())))
    strips = {alarm.name: alarm for alarm in board.seen_by(nurse)}
    assert strips["王桂兰"].going == "唐雨", "我去 is kept until it is written down"
    assert not strips["王桂兰"].uncommitted
    assert strips["未绑定的手机"].uncommitted == {"k2"}
    with pytest.raises(Invalid, match="过几秒再点"):
        board.arrive(nurse, strips["王桂兰"].ref, elder.clock.on(seconds=1))
    board.arrive(nurse, strips["王桂兰"].ref, elder.clock.on(seconds=5))
    board.take_over(await elder.database.read(lambda db: ringing.open_alarms(db, elder.ids.home_id, elder.clock())))
    assert [alarm.name for alarm in board.seen_by(nurse)] == ["未绑定的手机"], "已到 holds before it is written down"
    elder.clock.on(seconds=5)
    await cries(elder, "救命")
    board.ring("grandma", "k3", heard, "又摔了", elder.clock.on(seconds=1))
    board.take_over(await elder.database.read(lambda db: ringing.open_alarms(db, elder.ids.home_id, elder.clock())))
    again = next(alarm for alarm in board.seen_by(nurse) if alarm.name == "王桂兰")
    assert (again.words, again.count) == ("又摔了", 3), "new words ring again"
    assert len(told) > 5


async def test_e2_what_ended_elsewhere_leaves_the_board(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    await cries(elder, "我摔倒了")
    board = await board_of(elder)
    await elder.database.write(lambda db: alarms.arrive(db, nurse, "grandma", Audience.FLOOR, elder.clock()))
    board.take_over([])
    assert board.seen_by(nurse) == []
    board.places = {"x": Place("李", "女儿")}
    board.downtimes = [Downtime(1, elder.clock(), elder.clock())]
    board.took_note(1)
    assert board.downtimes == []


async def test_e2_voice_that_the_platform_recognised_is_heard_too() -> None:
    assert shown(events.Voice("m", heard="救命")) == "救命"
    assert shown(events.Voice("m")) == "未识别语音，请收听"
    assert shown(events.Image("m")) == ""


async def test_e2_who_said_i_go_long_ago_is_not_there_and_a_new_cry_rings_anew(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    await cries(elder, "我摔倒了")
    await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, "grandma", Audience.FLOOR, elder.clock()))
    elder.clock.on(minutes=10)
    await cries(elder, "快来人啊")
    (alarm,) = (await board_of(elder)).seen_by(nurse)
    assert alarm.going == "唐雨", "ten minutes are hers"
    elder.clock.on(seconds=1)
    await cries(elder, "快来人啊")
    (alarm,) = (await board_of(elder)).seen_by(nurse)
    assert alarm.going == ""
    await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, "grandma", Audience.FLOOR, elder.clock()))
    assert [words for _, words in await elder.send_all()] == ["唐雨来了，别动。"] * 2
    elder.clock.on(hours=13)
    await cries(elder, "我又摔倒了")
    (alarm,) = (await board_of(elder)).seen_by(nurse)
    assert (alarm.count, alarm.going) == (1, "")
    assert await elder.one("SELECT count(*) FROM alarm") == 2


async def test_e2_an_act_that_is_written_down_late_never_ends_a_newer_cry(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    await cries(elder, "我摔倒了")
    clicked = elder.clock.on(seconds=30)
    elder.clock.on(seconds=60)
    await cries(elder, "我又摔倒了")
    await elder.database.write(lambda db: alarms.arrive(db, nurse, "grandma", Audience.FLOOR, clicked))
    (alarm,) = (await board_of(elder)).seen_by(nurse)
    assert alarm.words == "我又摔倒了"
    before = elder.clock() - timedelta(hours=1)
    with pytest.raises(NotFound):
        await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, "grandma", Audience.FLOOR, before))


async def test_e2_an_emergency_whose_talk_cannot_be_opened_rings_all_the_same(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    await elder.hears("我要投诉，没人来", "grandma")
    await elder.rows("UPDATE conversation SET slots = ? WHERE flow IS NOT NULL", b"\x00")
    assert (await cries(elder, "救命 快来人")).startswith("已经在叫人。")
    assert [alarm.words for alarm in (await board_of(elder)).seen_by(nurse)] == ["救命 快来人"]


async def test_e2_a_wound_by_a_carer_rings_for_the_floor_without_the_words(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    lead = await elder.staff(Role.SUPERVISOR, "何志远", "he")
    await cries(elder, "护工打了我，我头撞破了流血不止")
    board = await board_of(elder)
    (seen,) = board.seen_by(nurse)
    assert "护工" not in seen.words
    assert {alarm.audience for alarm in board.seen_by(lead)} == {Audience.FLOOR, Audience.LEAD}
    await cries(elder, "快来人")
    (seen,) = (await board_of(elder)).seen_by(nurse)
    assert not [cry for cry in seen.said if "护工" in cry.words], "a plain cry later opens none of the words before"
    fresh = Board()
    fresh.ring(
        "grandma", "k", triage("护工打了我，我头撞破了流血不止"), "护工打了我，我头撞破了流血不止", elder.clock()
    )
    assert all("护工" not in alarm.words for alarm in fresh.seen_by(nurse))
    assert len(fresh.seen_by(lead)) == 2


async def test_e2_a_name_or_words_that_cannot_be_opened_hide_no_alarm(elder: HomeUnderTest) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    await cries(elder, "我摔倒了")
    await cries(elder, "救命", "guest")
    await elder.rows("UPDATE person SET name = ? WHERE kind = 'elder'", b"\x00")
    await elder.rows("UPDATE inbox SET event = ?", b"\x00")
    cries_read.clear()  # a restart: what was read when it came is not known any more
    strips = (await board_of(elder)).seen_by(nurse)
    assert len(strips) == 2
    assert all("打不开" in alarm.words for alarm in strips)


async def test_f22_a_tap_on_the_menu_calls_the_nurse_and_twice_in_a_minute_is_the_most_urgent(
    elder: HomeUnderTest,
) -> None:
    nurse = await elder.staff(Role.NURSE, "唐雨", "tang")
    tap = events.Click("NURSE")

    async def taps(n: int) -> str:
        receipt = await elder.database.receive(replace(elder.envelope(tap, "grandma", key=f"e:{n}"), heard=NURSE))
        return str(receipt.answer.text)

    assert await taps(1) == "已经在叫人。急就按铃。"
    (strip,) = await elder.database.read(lambda db: ringing.open_alarms(db, elder.ids.home_id, elder.clock()))
    assert (strip.level, strip.words, strip.count) == (1, "按了叫护士", 1)
    elder.clock.on(seconds=70)
    await taps(2)
    assert await elder.rows("SELECT level, count FROM alarm") == [(1, 2)]
    elder.clock.on(minutes=1)
    await taps(3)
    assert await elder.rows("SELECT level, count FROM alarm") == [(0, 3)]
    await elder.database.write(lambda db: alarms.go(db, elder.house, nurse, "grandma", Audience.FLOOR, elder.clock()))
    assert [words for _, words in await elder.send_all()] == ["唐雨来了，别动。"]


async def test_f6_a_voice_at_night_that_nobody_can_read_rings_and_by_day_it_has_a_clock(elder: HomeUnderTest) -> None:
    await elder.hears(events.Voice("by-day", "amr"), "grandma")
    assert await elder.one("SELECT count(*) FROM alarm") == 0
    assert await elder.one("SELECT count(*) FROM promise") == 1
    elder.clock.now = datetime(2026, 11, 22, 18, 14, tzinfo=UTC)  # 02:14 in the house
    await elder.hears(events.Voice("by-night", "amr"), "grandma")
    (strip,) = await elder.database.read(lambda db: ringing.open_alarms(db, elder.ids.home_id, elder.clock()))
    assert (strip.level, strip.words) == (1, "未识别语音，请收听")
    assert [cry.level for cry in strip.cries] == [1], "that nobody can read it makes it no less urgent"
    await elder.hears(events.Voice("a-daughter", "amr"), "daughter")
    assert await elder.one("SELECT count(*) FROM alarm") == 1


def test_d14_of_a_long_message_the_strip_shows_what_rang() -> None:
    filling = "今天妈妈吃得不多，也睡得不好。" * 60
    long = events.Text(f"{filling}我爸摔倒了，快来人。{filling}")
    assert "我爸摔倒了" in shown(long, triage(long.body).why)
    assert len(shown(long, triage(long.body).why)) <= SHOWN + 4
    words = shown(long, triage(long.body).why)
    assert (words[:2], words[-2:]) == ("……", "……"), "cut off on both sides"
    last = f"{filling}我爸摔倒了"
    assert shown(events.Text(last), triage(last).why).endswith("我爸摔倒了")
    assert shown(events.Text(f"我爸摔倒了{filling}"), triage(last).why).startswith("我爸摔倒了")
    assert shown(events.Text(f"{filling}快来人")).endswith("快来人")
    assert shown(events.Text("我摔倒了")) == "我摔倒了"
