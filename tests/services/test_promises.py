"""Promises: which word keeps which clock, and what is told when one runs out (C4, Q4, U7)."""

from conversations.events import Text
from services.complaints.access import access_complaint
from services.ports import Fate, Outcome
from services.promises import clocks
from services.talks import answering
from storage.queries import complaints
from tests.conftest import HomeUnderTest
from tests.services.hints import Hints
from tests.services.replies import every_open, reply, states


async def test_c4_only_a_delivered_word_of_a_named_human_stops_the_first_feedback_clock(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉，饭菜太凉了")
    home.clock.on(minutes=10)
    await reply(home, who, "我是陈晓雯，正在核实。", "k1")
    assert await home.one("SELECT feedback_at FROM complaint") is None
    assert await home.send_all() == [("daughter", "我是陈晓雯，正在核实。")]
    assert await home.rows("SELECT feedback_by, stage FROM complaint") == [(who.id, 2)]
    assert await home.rows("SELECT kind, kept_how FROM promise WHERE kept_at IS NOT NULL") == [
        ("first_feedback", "message")
    ]


async def test_c4_an_unknown_send_keeps_no_promise(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉")
    await reply(home, who, "您好", "k1")
    await home.send_all(lambda _o, _t: Outcome(Fate.UNKNOWN, "微信没应答"))
    assert await home.one("SELECT count(*) FROM promise WHERE kept_at IS NOT NULL") == 0
    assert await states(home) == [("unknown", "微信没应答")]


async def test_fault_t_open_pages_hear_that_a_promise_was_kept_and_only_then(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("有没有空床")
    person, hints = await home.person(), Hints(home)
    for expected in (True, False):
        await home.database.write(lambda db: answering.log_call(db, who, person, "打通了", home.clock()))
        assert ("promises" in await hints.told()) is expected


async def test_c4_u7_a_logged_call_stops_the_clock_and_is_on_the_case(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉")
    person = await home.person()
    await home.database.write(lambda db: answering.log_call(db, who, person, "打通了，下午给方案", home.clock()))
    assert await home.one("SELECT kept_how FROM promise WHERE kind = 'first_feedback'") == "call"
    complaint = await home.one("SELECT id FROM complaint")
    found = await home.database.read(lambda db: complaints.one(db, access_complaint(db, who, complaint)))
    assert [record.words for record in found.records] == ["我要投诉", "打通了，下午给方案"]
    assert found.keepers == {who.id: "陈晓雯"}


async def test_c4_words_written_before_the_complaint_do_not_stop_its_clock(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    home.clock.on(hours=49)
    await reply(home, who, "周三的活动改到周四了", "a")
    await home.send_all()
    home.clock.on(hours=5)
    await home.hears("你们把我妈摔了，我要投诉")
    assert await home.send_all() == [], "nothing leaves in the middle of a complaint (D9)"
    kept = int(await home.one("SELECT id FROM outbox WHERE state = 'parked' AND code = 'kept'"))
    assert await home.database.write(lambda db: answering.send_kept(db, who, kept, home.clock())) == await home.person()
    assert [words for _, words in await home.send_all()] == ["周三的活动改到周四了"]
    assert await home.rows("SELECT stage, feedback_at FROM complaint") == [(1, None)]
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'first_feedback' AND kept_at IS NULL") == 1


async def test_q4_a_question_that_came_while_the_answer_was_under_way_keeps_a_clock(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("有没有空床")
    home.clock.on(minutes=5)
    await reply(home, who, "有两张", "a")
    home.clock.on(minutes=1)
    await home.hears("朝南的有吗")
    await home.send_all()
    rows = await home.rows(
        "SELECT kept_at IS NULL, (due_at - made_at) / 60000000 FROM promise WHERE kind = 'reply' ORDER BY id"
    )
    assert rows == [(0, 60), (1, 60)]


async def test_q4_c4_of_two_promises_the_earlier_holds_and_a_past_one_is_never_told(home: HomeUnderTest) -> None:
    assert "16:15" in await home.hears("你们把我妈摔了，我要投诉")
    assert "16:15" in await home.hears("人工")
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply'") == 0
    home.clock.on(hours=3)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert "20:00 前答复您" in await home.hears("怎么还不来人"), "who wrote again is promised a time that lies ahead"
    assert "对不起" in await home.hears("我还要投诉")
    [late] = [words for _, words in await home.send_all()]
    assert "对不起" in late
    assert "20:00 前回您" in late
    assert "16:15" not in late
    assert await home.one("SELECT count(*) FROM complaint") == 1


async def test_an_apology_is_not_sent_after_the_person_was_reached(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears(Text("有没有空床", menu_id="1"))
    home.clock.on(hours=2)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert await home.send_all() == []
    person = await home.person()
    await home.database.write(lambda db: answering.log_call(db, who, person, "打通了", home.clock()))
    await home.hears("好的")
    assert await home.send_all() == []
    assert await home.one("SELECT state FROM outbox WHERE purpose = 'late'") == "cancelled"


async def test_q4_a_promise_is_marked_and_its_breach_is_told_once(home: HomeUnderTest) -> None:
    await home.hears("有没有空床")
    seen = []
    for minutes in (29, 2, 20, 20, 20):
        home.clock.on(minutes=minutes)
        await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
        seen.append(await home.one("SELECT mark FROM promise ORDER BY id"))
    assert seen == ["fresh", "half", "near", "breached", "breached"]
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply'") == 2, "the new time has its own clock"
    assert ["还没回您，对不起" in words for _, words in await home.send_all()] == [True]


async def test_c4_an_s1_warning_survives_a_clock_that_jumps(home: HomeUnderTest) -> None:
    await home.hears("你们把我妈摔了，我要投诉")
    home.clock.on(days=2)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert await home.rows("SELECT DISTINCT mark FROM promise") == [("breached",)]
    who = await home.staff()
    rows = await home.database.read(lambda db: every_open(db, who.sight))
    assert [row.complaint.number for row in rows] == ["C261122-01"]
