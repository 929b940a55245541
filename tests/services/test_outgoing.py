"""What leaves: three queues a person, the quota ledger, every fate with its words; and what staff do in a talk."""

from datetime import timedelta

import pytest

from care.errors import Conflict, Invalid, NotFound, StaleForm
from conversations import events
from conversations.events import Text
from services.access import Viewer
from services.complaints.access import access_complaint
from services.outgoing import outbox, purposes, sending
from services.ports import Fate, Outcome
from services.promises import clocks
from services.talks import desk, silence
from storage import tables
from storage.queries import complaints, talks
from storage.store import Store
from storage.unit import Unit
from tests.conftest import HomeUnderTest


async def reply(home: HomeUnderTest, who: Viewer, text: str, key: str, openid: str = "daughter") -> int | None:
    person = await home.person(openid)
    return await home.database.write(lambda db: desk.answer(db, who, person, text, key, home.clock()))


async def states(home: HomeUnderTest) -> list[tuple[str, str | None]]:
    return [(str(state), why) for state, why in await home.rows("SELECT state, why FROM outbox ORDER BY id")]


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


async def test_c4_u7_a_logged_call_stops_the_clock_and_is_on_the_case(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我要投诉")
    person = await home.person()
    await home.database.write(lambda db: desk.log_call(db, who, person, "打通了，下午给方案", home.clock()))
    assert await home.one("SELECT kept_how FROM promise WHERE kind = 'first_feedback'") == "call"
    complaint = await home.one("SELECT id FROM complaint")
    found = await home.database.read(lambda db: complaints.one(db, access_complaint(db, who, complaint)))
    assert [record.words for record in found.records] == ["我要投诉", "打通了，下午给方案"]
    assert found.keepers == {who.id: "陈晓雯"}


async def test_u7_a_call_without_a_case_is_in_the_thread(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我妈能吃粽子吗")
    person = await home.person()
    await home.database.write(lambda db: desk.log_call(db, who, person, "说了要切小", home.clock()))
    thread = await home.database.read(lambda db: talks.thread(db, who.sight, person))
    assert [bubble.side for bubble in thread.bubbles] == ["in", "bot", "call"]
    assert thread.clocks == []


async def test_the_ledger_gives_five_and_then_parks_with_the_reason(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    for n in range(6):
        await reply(home, who, f"第{n}条", f"k{n}")
    sent = await home.send_all()
    assert [words for _, words in sent] == [f"第{n}条" for n in range(5)]
    assert (await states(home))[-1] == ("parked", sending.USED_UP)
    await home.hears("收到")
    assert [words for _, words in await home.send_all()] == ["第5条"]


async def test_the_last_of_five_is_kept_for_staff(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person = await home.person()

    def queue(store: Store) -> None:
        store.lock_persons(person)
        for n in range(5):
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=person,
                purpose=purposes.of("test"),
                dedup_key=f"t:{n}",
                text=str(n),
                now=home.clock(),
            )

    await home.database.store(queue)
    assert len(await home.send_all()) == 4
    assert (await states(home))[-1][0] == "parked"


async def test_a_closed_window_parks_and_the_next_message_frees_the_oldest_first(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    home.clock.on(hours=49)
    await reply(home, who, "一", "a")
    await reply(home, who, "二", "b")
    assert await home.send_all() == []
    assert await states(home) == [("parked", sending.WINDOW_CLOSED)] * 2
    await home.hears("在吗")
    assert [words for _, words in await home.send_all()] == ["一", "二"]


async def test_what_waited_a_week_is_given_up_and_says_so(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    home.clock.on(hours=49)
    await reply(home, who, "一", "a")
    await home.send_all()
    home.clock.on(days=8)
    await home.hears("在吗")
    assert await home.send_all() == []
    assert await states(home) == [("given_up", outbox.EXPIRED)]


async def test_who_left_is_never_written_to(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await home.hears(events.Unfollowed())
    await reply(home, who, "一", "a")
    assert await home.send_all() == []
    assert await states(home) == [("given_up", outbox.UNFOLLOWED)]


async def test_queues_do_not_wait_for_each_other_but_each_keeps_its_order(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person = await home.person()

    def queue(store: Store) -> list[tuple[str, str]]:
        store.lock_persons(person)
        for n, name in enumerate(("notice", "notice", "conversation", "alarm")):
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=person,
                purpose=purposes.of("test"),
                dedup_key=f"t:{n}",
                text=f"{name}{n}",
                now=home.clock(),
                queue=name,
                staff_id=1,
            )
        return [(q, s) for q, s in store.rows("SELECT queue, state FROM outbox ORDER BY id")]

    assert await home.database.store(queue) == [
        ("notice", "ready"),
        ("notice", "waiting"),
        ("conversation", "ready"),
        ("alarm", "ready"),
    ]
    assert [words for _, words in await home.send_all()] == ["alarm3", "conversation2", "notice0", "notice1"]


@pytest.mark.parametrize(
    ("outcome", "state", "left"),
    [
        (Outcome(Fate.GIVEN_UP, "太长", code="45002"), "given_up", 5),
        (Outcome(Fate.PARKED, "窗口", code="45015", window_closed=True), "parked", 0),
        (Outcome(Fate.PARKED, "条数", code="45047", quota_used_up=True), "parked", 0),
        (Outcome(Fate.REVIEW, "审核", code="40252"), "review", 4),
        (Outcome(Fate.GIVEN_UP, "取关", unfollowed=True), "given_up", 0),
        (Outcome(Fate.RETRY, "账号", hold=True), "ready", 5),
        (Outcome(Fate.RETRY, "忙"), "ready", 5),
    ],
)
async def test_every_fate_is_settled_and_the_ledger_corrected(
    home: HomeUnderTest, outcome: Outcome, state: str, left: int
) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    await home.send_all(lambda _o, _t: outcome)
    assert await states(home) == [(state, outcome.why)]
    assert await home.one("SELECT session_left FROM follower") == left
    if outcome.unfollowed:
        assert await home.one("SELECT following FROM follower") == 0


async def test_a_busy_platform_is_tried_for_two_hours_and_then_given_up(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    for minutes in (1, 5, 60, 60):
        await home.send_all(lambda _o, _t: Outcome(Fate.RETRY, "微信系统忙，正在重试", code="-1"))
        assert await states(home) == [("ready", "微信系统忙，正在重试")]
        assert await home.one("SELECT session_left FROM follower") == 5
        home.clock.on(minutes=minutes)
    await home.send_all(lambda _o, _t: Outcome(Fate.RETRY, "微信系统忙，正在重试", code="-1"))
    assert await states(home) == [("given_up", sending.NEVER_TAKEN)]


async def test_a_sender_that_died_leaves_unknown_and_nothing_is_sent_again(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    now = home.clock()
    await home.database.store(lambda store: sending.claim(store, now, now))
    assert await home.database.store(lambda store: sending.abandoned(store, now, now)) == 0
    later = now + timedelta(minutes=1)
    assert await home.database.store(lambda store: sending.abandoned(store, later, later)) == 1
    assert await states(home) == [("unknown", sending.CRASHED)]
    assert await home.send_all() == []


async def test_a_form_sent_twice_is_one_message(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    assert await reply(home, who, "一", "same") is not None
    assert await reply(home, who, "一", "same") is None
    assert len(await home.send_all()) == 1


@pytest.mark.parametrize(("text", "sentence"), [("  \n", "先写几个字"), ("长" * 700, "太长了")])
async def test_words_that_cannot_be_sent_are_told_why(home: HomeUnderTest, text: str, sentence: str) -> None:
    who = await home.staff()
    await home.hears("你好")
    with pytest.raises(Invalid, match=sentence):
        await reply(home, who, text, "a")


async def test_what_has_not_left_can_be_taken_back(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    row = await reply(home, who, "一", "a")
    assert row is not None
    await home.database.write(lambda db: desk.take_back(db, who, row, home.clock()))
    assert await states(home) == [("cancelled", "没有发出")]
    with pytest.raises(Conflict):
        await home.database.write(lambda db: desk.take_back(db, who, row, home.clock()))
    assert not await home.database.store(lambda store: outbox.cancel(store, 5, home.clock()))


async def test_chatwoot_12_the_machine_is_silent_while_a_colleague_is_in_the_talk(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "我来", "a")
    await home.send_all()
    home.clock.on(minutes=1)
    assert await home.hears("那药呢") == ""
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply' AND kept_at IS NULL") == 1
    person = await home.person()
    with pytest.raises(Invalid, match="没答"):
        await home.database.write(lambda db: desk.hand_back(db, who, person, home.clock()))
    home.clock.on(minutes=1)
    await reply(home, who, "药已经给了", "b")
    await home.send_all()
    for nod in ("谢谢", "可以", "好的"):
        assert await home.hears(nod) == ""
    assert "0571" in await home.hears(events.Click("CONTACT"))
    assert await home.one("SELECT count(*) FROM promise WHERE kept_at IS NULL") == 0
    await home.database.write(lambda db: desk.hand_back(db, who, person, home.clock()))
    assert "一定答复" in await home.hears("还有一个问题")


async def test_chatwoot_12_a_colleague_who_left_long_ago_no_longer_silences_the_machine(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "我来", "a")
    await home.send_all()
    home.clock.on(hours=13)
    assert "一定答复" in await home.hears("有没有空床")
    assert await home.one("SELECT attended_by FROM conversation") is None


async def test_c1_a_complaint_is_heard_even_beside_a_colleague(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "我来", "a")
    await home.send_all()
    home.clock.on(minutes=1)
    assert "请说说" in await home.hears(events.Click("COMPLAINT"))
    assert "编号 C261122-01" in await home.hears("护工对老人很凶")
    assert "记进 C261122-01" in await home.hears("天天这样")
    assert await home.one("SELECT count(*) FROM case_record") == 2


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
    assert await home.database.write(lambda db: desk.send_kept(db, who, kept, home.clock())) == await home.person()
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
    for words in ("怎么还不来人", "我还要投诉"):
        answer = await home.hears(words)
        assert "标成超时" in answer
        assert "16:15" not in answer
    assert await home.one("SELECT count(*) FROM complaint") == 1


async def test_an_apology_is_not_sent_after_the_person_was_reached(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears(Text("有没有空床", menu_id="1"))
    home.clock.on(hours=2)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert await home.send_all() == []
    person = await home.person()
    await home.database.write(lambda db: desk.log_call(db, who, person, "打通了", home.clock()))
    await home.hears("好的")
    assert await home.send_all() == []
    assert await home.one("SELECT state FROM outbox WHERE purpose = 'late'") == "cancelled"


async def test_parked_words_say_so_when_their_week_is_over_or_the_person_left(home: HomeUnderTest) -> None:
    who = await home.staff()
    for openid in ("daughter", "son"):
        await home.hears("你好", openid)
    home.clock.on(hours=49)
    for openid in ("daughter", "son"):
        await reply(home, who, "一", openid, openid)
    await home.send_all()
    await home.hears(events.Unfollowed(), "son")
    home.clock.on(days=8)
    assert await home.database.store(lambda store: outbox.give_up_parked(store, home.clock())) == 1
    assert await states(home) == [("given_up", outbox.EXPIRED), ("given_up", outbox.UNFOLLOWED)]


async def test_a_window_that_was_renewed_while_sending_is_not_closed_by_the_old_answer(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "一", "a")
    claims = await home.database.store(lambda store: sending.claim(store, home.clock(), home.clock()))
    home.clock.on(minutes=1)
    await home.hears("在吗")
    used_up = Outcome(Fate.PARKED, "条数", code="45047", quota_used_up=True)
    await home.database.store(lambda store: sending.settle(store, claims[0], used_up, home.clock()))
    assert await home.one("SELECT session_left FROM follower") == 5
    assert (await states(home))[0][0] == "ready"


async def test_a_refused_message_goes_back_into_the_pot_it_came_from(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await home.hears(events.Followed())
    await reply(home, who, "一", "a")
    await home.send_all(lambda _o, _t: Outcome(Fate.GIVEN_UP, "太长"))
    assert await home.rows("SELECT session_left, scene_left FROM follower") == [(5, 3)]


async def test_other_words_under_a_form_that_was_sent_are_not_lost_in_silence(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "第一稿", "same")
    with pytest.raises(Conflict):
        await reply(home, who, "改好的第二稿", "same")
    with pytest.raises(StaleForm):
        await reply(home, who, "没有钥匙", "")


async def test_one_unreadable_row_stops_nobody_else(home: HomeUnderTest) -> None:
    who = await home.staff()
    for openid in ("daughter", "son"):
        await home.hears("我要投诉", openid)
        await reply(home, who, "一", openid, openid)
    await home.hears("你们太过分了", "aunt")
    await home.hears("你们太过分了", "uncle")

    def damage(store: Store) -> None:
        store.rows("UPDATE outbox_body SET body = ? WHERE id = (SELECT min(id) FROM outbox)", b"\x00")
        store.rows(
            "UPDATE conversation SET slots = ? WHERE person_id = (SELECT person_id FROM follower WHERE openid = "
            "'aunt')",
            b"\x00",
        )

    await home.database.store(damage)
    assert [openid for openid, _ in await home.send_all()] == ["son"]
    assert (await states(home))[0] == ("given_up", sending.UNREADABLE)
    home.clock.on(minutes=16)
    assert await home.database.store(lambda store: silence.act_on_silence(store, home.house, home.clock())) == 2
    assert [openid for openid, _ in await home.send_all()] == ["uncle"]
    assert "没能读懂" in await home.hears("还在吗", "aunt")
    assert await home.hears("我要投诉", "cousin")


async def test_p5_a_phone_number_is_shown_on_the_record(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    person = await home.person()
    with pytest.raises(NotFound):
        await home.database.write(lambda db: desk.show_phone(db, who, person, "回电话", home.clock()))

    def give(db: Unit) -> None:
        db.lock_persons(person)
        db.seal(db.get_one(tables.Person, person), "phone", "13800002107")

    await home.database.write(give)
    assert (
        await home.database.write(lambda db: desk.show_phone(db, who, person, "回电话", home.clock())) == "13800002107"
    )
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'show_phone'") == 1


async def test_q4_a_promise_is_marked_and_its_breach_is_told_once(home: HomeUnderTest) -> None:
    await home.hears("有没有空床")
    seen = []
    for minutes in (29, 2, 20, 20, 20):
        home.clock.on(minutes=minutes)
        await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
        seen.append(await home.one("SELECT mark FROM promise"))
    assert seen == ["fresh", "half", "near", "breached", "breached"]
    assert ["标成超时" in words for _, words in await home.send_all()] == [True]


async def test_c4_an_s1_warning_survives_a_clock_that_jumps(home: HomeUnderTest) -> None:
    await home.hears("你们把我妈摔了，我要投诉")
    home.clock.on(days=2)
    await home.database.store(lambda store: clocks.look_at_promises(store, home.house, home.clock()))
    assert await home.rows("SELECT DISTINCT mark FROM promise") == [("breached",)]
    who = await home.staff()
    rows = await home.database.read(lambda db: complaints.rows(db, who.sight))
    assert [row.complaint.number for row in rows] == ["C261122-01"]


async def test_c11_what_is_planned_for_a_later_day_holds_nobody_up(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person = await home.person()
    in_three_days = home.clock() + timedelta(days=3)

    def queue(store: Store) -> None:
        store.lock_persons(person)
        for key, at in (("asked-again", in_three_days), ("letter", None)):
            outbox.enqueue(
                store,
                home_id=home.ids.home_id,
                person_id=person,
                purpose=purposes.of("x"),
                dedup_key=key,
                text=key,
                now=home.clock(),
                queue="notice",
                not_before=at,
            )

    await home.database.store(queue)
    assert await home.send_all() == [("daughter", "letter")]
    assert await home.rows("SELECT state FROM outbox WHERE dedup_key = 'asked-again'") == [("planned",)]
    home.clock.now = in_three_days
    await home.hears("在吗")
    assert await home.send_all() == [("daughter", "asked-again")]
    row = int(await home.one("SELECT id FROM outbox WHERE dedup_key = 'letter'"))
    assert not await home.database.store(lambda store: outbox.cancel(store, row, home.clock()))
