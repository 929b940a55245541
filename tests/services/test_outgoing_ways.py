"""The ways of what leaves: a template where the window is shut, a colleague where no way is open, one end for each
(C11, F45; wechat.md 5a).
"""

import json
from datetime import timedelta
from typing import Any

import pytest

from care import templates as rules
from care.errors import Decided, Forbidden, Invalid, NotFound
from care.states import Role
from care.ways import CUT, Facts, Last, Way, Window, decide
from conversations import events
from services.access import Viewer
from services.outgoing import by_hand, cut_off, outbox, proofs, purposes, reaching, sending, settling, templates
from services.outgoing.forms import BindTemplate, SettleByHand
from services.outgoing.sending import Claim
from services.outgoing.staying import Terms
from services.ports import Fate, Outcome
from services.setup import choices, settings
from services.setup import cut_off as turning
from storage.queries import outgoing as queries
from tests.conftest import HomeUnderTest
from tests.services.replies import reply, states

RESULT = {
    "template_id": "T-result",
    "title": "服务处理结果",
    "content": "服务单号:{{character_string1.DATA}}\n处理结果:{{thing2.DATA}}\n联系电话:{{phone_number3.DATA}}\n",
}
TIMES = {"template_id": "T-times", "title": "进度", "content": "事项:{{thing1.DATA}}\n时间:{{time2.DATA}}\n"}


async def bound(home: HomeUnderTest, lines: frozenset[str] = frozenset({"thing1=matter", "time2=at"})) -> Viewer:
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    form = BindTemplate(kind="matter", template="T-times", lines=lines)
    await home.database.write(lambda db: templates.bind(db, director, form, [TIMES, RESULT], home.clock()))
    return director


async def claims(home: HomeUnderTest) -> list[Claim]:
    now = home.clock()
    return await home.database.store(lambda store: sending.claim(store, now, now))


async def settles(home: HomeUnderTest, claim: Claim, outcome: Outcome) -> None:
    await home.database.store(lambda store: settling.settle(store, claim, outcome, home.clock()))


async def after_two_days(home: HomeUnderTest, who: Viewer, words: str = "管子换好了") -> None:
    await home.hears("你好")
    home.clock.on(hours=49)
    await reply(home, who, words, "a")


def test_the_first_open_way_is_taken_and_each_one_passed_over_says_why() -> None:
    assert decide(Facts(Window.OPEN, "")) == decide(Facts(Window.OPEN))
    shut = decide(Facts(Window.CLOSED, "", last=Last.PHONE))
    assert (shut.way, shut.passed[0][0]) == (Way.TEMPLATE, Way.CUSTOM)
    none = decide(Facts(Window.CLOSED, "还没有绑定模板", last=Last.PHONE))
    assert none.way is Way.PARK
    assert none.why == "客服消息不行：超过 48 小时没来信，微信不让发；模板消息不行：还没有绑定模板"
    assert decide(Facts(Window.USED_UP, parks=False, last=Last.PRINT)).way is Way.HAND
    assert decide(Facts(Window.USED_UP, parks=False)).way is Way.NONE
    gone = decide(Facts(Window.OPEN, "", following=False, last=Last.PHONE))
    assert gone.way is Way.HAND, "who does not follow is reached by no message, and never waits for one"
    cut = decide(Facts(Window.OPEN, "", cut=True))
    assert (cut.way, cut.passed[0][1]) == (Way.PARK, CUT)


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("thing", ["您反映的事有了答复", "王桂兰"], ["", "😀", " \n"]),
        ("phrase", ["有答复"], ["有答复啦啦啦", "13笔", "ok"]),
        ("character_string", ["C20261130-3", "202611300001"], ["编号3", "x" * 33]),
        ("time", ["2026年11月30日 16:05", "16:05"], ["明天", "2026-11-30 16:05", "16:5"]),
        ("date", ["2026年11月30日", "2026年11月30日 16:05"], ["16:05"]),
        ("phone_number", ["0571-88001234"], ["打电话", "0" * 18]),
        ("name", ["王桂兰", "Li Jing"], ["一二三四五六七八九十一", ""]),
        ("amount", ["¥12.50", "12元"], ["十二元"]),
    ],
)
def test_w5a_each_kind_of_field_takes_what_the_platform_takes(kind: str, good: list[str], bad: list[str]) -> None:
    assert [value for value in good if rules.cleaned(kind, value) != value] == []
    assert [value for value in bad if rules.cleaned(kind, value)] == []


def test_w5a_a_long_thing_is_cut_and_emoji_and_line_breaks_go() -> None:
    assert rules.cleaned("thing", "您" * 25) == "您" * 19 + "…"
    assert rules.cleaned("thing", "好\n了😀") == "好 了"
    assert [(one.name, one.kind) for one in rules.fields_of(RESULT["content"])] == [
        ("服务单号", "character_string"),
        ("处理结果", "thing"),
        ("联系电话", "phone_number"),
    ]
    assert rules.fields_of("{{first.DATA}}\n内容:{{keyword1.DATA}}\n{{remark.DATA}}")[0].kind == "thing"
    assert rules.filled({"thing1": "elder"}, {"elder": "😀"})[1] == "模板要的「老人姓名」填不进去"


async def test_c11_after_the_window_an_answer_goes_by_the_template_that_the_home_has_bound(home: HomeUnderTest) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    assert claim.template is not None
    assert claim.template.data["thing1"] == "您说的事有同事回复了", "no word of it stands on a locked screen"
    assert rules.cleaned("time", claim.template.data["time2"])
    await settles(home, claim, Outcome(Fate.SENT, "", ref="900"))
    assert await home.rows("SELECT state, way, ref, proof FROM outbox") == [("sent", "template", "900", "handed")]
    assert await home.one("SELECT session_left FROM follower") == 5, "it takes nothing from the window"
    told = events.Notice(proofs.KIND, {"MsgID": "900", "Status": "success"})
    await home.hears(told)
    assert await home.one("SELECT proof FROM outbox") == "delivered"
    openid, number = "daughter", int(await home.one("SELECT id FROM outbox"))
    found = await home.database.read(lambda db: queries.words_for(db, openid, number))
    assert found is not None
    assert found[0] == "管子换好了", "the words stand behind the card"
    assert await home.database.read(lambda db: queries.words_for(db, "somebody", number)) is None


@pytest.mark.parametrize(
    ("status", "why"),
    [("failed:user block", "拒收"), ("failed: system failed", "没能送到"), ("failed:freq limit", "没能送到")],
)
async def test_c11_what_the_platform_could_not_deliver_is_somebody_s_call(
    home: HomeUnderTest, status: str, why: str
) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await settles(home, claim, Outcome(Fate.SENT, "", ref="901"))
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "901", "Status": status}))
    ((state, told),) = await states(home)
    assert (state, why in (told or "")) == ("given_up", True)
    assert await home.rows("SELECT kind, settled_at FROM by_hand") == [("phone", None)]


async def test_w5a_the_event_may_come_before_the_answer_and_with_number_zero(home: HomeUnderTest) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "0", "Status": "success"}))
    await settles(home, claim, Outcome(Fate.SENT, "", ref="902"))
    assert await home.rows("SELECT state, proof FROM outbox") == [("sent", "delivered")]


async def test_w5a_without_an_answer_it_is_sent_again_under_its_number_and_a_dead_sender_as_well(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await settles(home, claim, Outcome(Fate.UNKNOWN, "没应答", code="no-answer"))
    assert (await states(home))[0][0] == "ready"
    home.clock.on(seconds=2)
    (again,) = await claims(home)
    assert (again.id, again.template) == (claim.id, claim.template)
    later = home.clock() + sending.LEASE + timedelta(seconds=1)
    await home.database.store(lambda store: settling.abandoned(store, later, later))
    assert (await states(home))[0][0] == "ready", "its number is known for ten minutes"
    home.clock.on(seconds=60)
    assert [one.id for one in await claims(home)] == [claim.id]
    late = home.clock() + timedelta(minutes=20)
    await home.database.store(lambda store: settling.abandoned(store, late, late))
    assert (await states(home))[0][0] == "unknown", "after that nobody can know"


async def test_w5a_a_template_that_is_refused_is_left_alone_and_the_answer_waits_and_is_called(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    await settles(home, claim, Outcome(Fate.PARKED, "模板不可用", code="40037"))
    assert await home.one("SELECT broken_code FROM template") == "40037"
    home.clock.on(seconds=1)
    assert await claims(home) == []
    assert (await states(home))[0][0] == "parked"
    assert "微信不收了" in await home.one("SELECT why FROM by_hand")
    await home.hears("在吗")
    (one,) = await claims(home)
    assert one.template is None, "she wrote: the words themselves leave"
    await settles(home, one, Outcome(Fate.SENT, ""))
    assert await home.one("SELECT outcome FROM by_hand") == "arrived"


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


@pytest.mark.parametrize(
    ("form", "says"),
    [
        (BindTemplate(kind="party"), "没有这一类"),
        (BindTemplate(kind="matter", template="T-gone"), "没有这个模板了"),
        (BindTemplate(kind="matter", template="T-times", lines=frozenset({"thing1=matter"})), "时间"),
        (
            BindTemplate(kind="matter", template="T-times", lines=frozenset({"thing1=matter", "time2=elder"})),
            "只收时间",
        ),
    ],
)
async def test_w5a_a_binding_that_the_platform_would_refuse_is_not_kept(
    home: HomeUnderTest, form: BindTemplate, says: str
) -> None:
    director = await home.staff(Role.DIRECTOR, "沈国平", "shen")
    with pytest.raises(Invalid, match=says):
        await home.database.write(lambda db: templates.bind(db, director, form, [TIMES], home.clock()))
    assert await home.one("SELECT count(*) FROM template") == 0


async def test_w5a_what_a_card_may_say_of_a_message_is_sealed(home: HomeUnderTest) -> None:
    await home.hears("你好")
    person, now = await home.person(), home.clock()

    def queue(store: Any) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of("result"),
            dedup_key="r:1",
            text="办好了",
            now=now,
            fields={"number": "C-7"},
        )

    await home.database.store(queue)
    sealed = bytes(await home.one("SELECT fields FROM outbox_body"))
    assert b"C-7" not in sealed
    number = int(await home.one("SELECT id FROM outbox"))
    opened = home.database.sealer.open("outbox_body", "fields", number, sealed)
    assert json.loads(opened) == {"number": "C-7"}


async def say(home: HomeUnderTest, purpose: str, key: str) -> None:
    person, now = await home.person(), home.clock()

    def queue(store: Any) -> None:
        store.lock_persons(person)
        outbox.enqueue(
            store,
            home_id=home.ids.home_id,
            person_id=person,
            purpose=purposes.of(purpose),
            dedup_key=key,
            text=key,
            now=now,
            queue="notice",
        )

    await home.database.store(queue)


async def test_f16_three_messages_of_machines_a_day_are_enough_and_answers_do_not_count(home: HomeUnderTest) -> None:
    who = await home.staff()
    home.clock.now = home.clock().replace(hour=2)  # ten in the morning at home
    await home.hears("你好")
    for n in range(5):
        await say(home, "follow_up", f"f:{n}")
        await home.hears(f"好{n}")
    await reply(home, who, "这句照样到", "a")
    assert [words for _, words in await home.send_all()] == ["这句照样到", "f:0", "f:1", "f:2"]
    home.clock.on(days=1)
    await home.hears("早")
    assert [words for _, words in await home.send_all()] == ["f:3", "f:4"], "the rest comes in the morning"


CUT_OFF = Terms(cut=True)


async def test_f17_while_the_account_may_not_send_it_is_said_by_telephone_and_nothing_stale_comes_after(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    home.clock.now = home.clock().replace(hour=2)
    await home.hears("你好")
    await reply(home, who, "管子换好了", "a")
    await say(home, "late", "late:1")
    now = home.clock()
    assert await home.database.store(lambda store: sending.claim(store, now, now, terms=CUT_OFF)) == []
    assert await home.rows("SELECT state, code FROM outbox ORDER BY id") == [("parked", "cut"), ("parked", "cut")]
    assert await home.one("SELECT count(*) FROM by_hand WHERE kind = 'phone'") == 2
    assert CUT in await home.one("SELECT why FROM by_hand")
    await home.database.store(lambda store: cut_off.go_on(store, home.clock()))
    assert [words for _, words in await home.send_all()] == ["管子换好了"], "a colleague's words leave"
    assert (await states(home))[1] == ("cancelled", cut_off.STALE)


async def test_f17_leads_alone_say_that_nothing_may_leave(home: HomeUnderTest) -> None:
    desk, lead = await home.staff(), await home.staff(Role.SUPERVISOR, "何志远", "he")
    with pytest.raises(Forbidden):
        await home.database.write(lambda db: turning.turn(db, desk, home.clock(), on=True))
    await home.database.write(lambda db: turning.turn(db, lead, home.clock(), on=True))
    kept = await home.database.read(lambda db: settings.stored(db, home.ids.home_id))
    assert choices.of(kept).cut_off
    await home.database.write(lambda db: turning.turn(db, lead, home.clock(), on=False))
    kept = await home.database.read(lambda db: settings.stored(db, home.ids.home_id))
    assert not choices.of(kept).cut_off


async def bound_and_late(home: HomeUnderTest) -> Claim:
    """An answer after the window is under way as a card."""
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    (claim,) = await claims(home)
    return claim


async def test_w5a_a_card_without_an_answer_is_never_said_a_second_way(home: HomeUnderTest) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.UNKNOWN, "没应答", code="no-answer"))
    await home.hears("看到了")
    home.clock.on(seconds=2)
    (again,) = await claims(home)
    assert again.template is not None, "the window is open, and still it goes by its number alone"
    await settles(home, again, Outcome(Fate.UNKNOWN, "没应答", code="no-answer"))
    later = home.clock() + timedelta(minutes=12)
    assert await home.database.store(lambda store: sending.claim(store, later, later)) == []
    assert (await states(home))[0] == ("unknown", templates.NOBODY_KNOWS)


async def test_w5a_a_card_that_was_refused_in_words_may_go_another_way(home: HomeUnderTest) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.PARKED, "模板不可用", code="47003"))
    assert await home.one("SELECT broken_at FROM template") is None, "the template of everybody stays"
    home.clock.on(seconds=1)
    assert await claims(home) == []
    assert "微信不收这一条的内容" in await home.one("SELECT why FROM by_hand")


async def test_w5a_without_a_page_there_is_no_card(home: HomeUnderTest) -> None:
    who = await home.staff()
    await bound(home)
    await after_two_days(home, who)
    now = home.clock()
    assert await home.database.store(lambda store: sending.claim(store, now, now, terms=Terms(page=False))) == []
    assert templates.NO_PAGE in await home.one("SELECT why FROM by_hand")


async def test_c4_an_event_before_the_answer_keeps_the_promise_and_lets_the_next_message_go(
    home: HomeUnderTest,
) -> None:
    who = await home.staff()
    await bound(home)
    await home.hears("我要投诉，三楼水管漏了")
    home.clock.on(hours=49)
    await reply(home, who, "管子换好了", "a")
    await reply(home, who, "明天再看一次", "b")
    (claim,) = await claims(home)
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "0", "Status": "success"}))
    await settles(home, claim, Outcome(Fate.SENT, "", ref="903"))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 1
    assert [one.text for one in await claims(home)] == ["明天再看一次"]


async def test_c11_a_failure_with_number_zero_finds_its_card_and_keeps_nothing(home: HomeUnderTest) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.SENT, "", ref="904"))
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 0, "taken is not arrived"
    await home.hears(events.Notice(proofs.KIND, {"MsgID": "0", "Status": "failed:user block"}))
    assert (await states(home))[0][0] == "given_up"
    assert await home.one("SELECT count(*) FROM by_hand WHERE settled_at IS NULL") == 1
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 0


async def test_w5a_of_a_card_of_which_nothing_was_told_the_promise_is_kept_after_ten_minutes(
    home: HomeUnderTest,
) -> None:
    claim = await bound_and_late(home)
    await settles(home, claim, Outcome(Fate.SENT, "", ref="905"))
    assert await home.database.store(lambda store: proofs.assume(store, home.clock())) == 0
    home.clock.on(minutes=11)
    assert await home.database.store(lambda store: proofs.assume(store, home.clock())) == 1
    assert await home.one("SELECT proof FROM outbox") == "unheard"
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'reach'") == 1


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
