"""The ways of what leaves: the first that is open, three a day, none while the account may not send (F16, F17)."""

import pytest

from care import templates as rules
from care.errors import Forbidden
from care.states import Role
from care.ways import CUT, Facts, Last, Terms, Way, Window, decide
from services.outgoing import cut_off, sending
from services.setup import choices, settings
from services.setup import cut_off as turning
from tests.conftest import HomeUnderTest
from tests.services.cards import RESULT, say
from tests.services.replies import reply, states


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
    unshown = rules.fields_of("开头:{{first.DATA}}\n内容:{{keyword1.DATA}}\n结尾:{{remark.DATA}}\n")
    assert [one.name for one in unshown] == ["内容"]
    assert rules.filled({"thing1": "elder"}, {"elder": "😀"})[1] == "模板要的「老人姓名」填不进去"


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
