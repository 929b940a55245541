"""Intents by rule: a complaint is heard without the menu, a code is no sentence, every kind of event has an intent."""

import pytest

from conversations import events
from conversations.events import Click, Done, Text
from conversations.flows.complaints import flow
from conversations.flows.families import invitation_code
from conversations.routing import Intent, of_words, understand
from tests.conversations.steps import DUE, said, settle, tell


@pytest.mark.parametrize(
    "words",
    [
        "你们把我妈摔了，我要投诉",
        "我要投诉，饭菜太凉了",
        "我要举报",
        "给我个说法，讨个说法",
        "再这样我找媒体",
        "护工虐待老人",
        "你们太过分了",
        "我打12345了",
    ],
)
def test_c1_a_complaint_is_heard_without_the_menu(words: str) -> None:
    assert of_words(words) is Intent.COMPLAINT


@pytest.mark.parametrize(
    ("words", "intent"),
    [
        ("怎么投诉？", Intent.ASK),
        ("我不是来投诉的", Intent.ASK),
        ("今天吃什么", Intent.ASK),
        ("", Intent.ASK),
        ("转人工", Intent.HUMAN),
        ("电话多少？", Intent.CONTACT),
        ("谢谢你们！", Intent.THANKS),
        ("收到", Intent.THANKS),
        ("好的，谢谢", Intent.THANKS),
        ("明白了，谢谢您", Intent.THANKS),
        ("太好了！谢谢", Intent.THANKS),
        ("好的，谢谢，那明天几点", Intent.ASK),
        ("🌹🌹", Intent.THANKS),
        ("好了", Intent.CLOSING),
        ("返回", Intent.CLOSING),
        ("听说你们把我妈摔了？我在考虑送来", Intent.ASK),
    ],
)
def test_q4_q7_c13_other_words(words: str, intent: str) -> None:
    assert of_words(words) is intent


@pytest.mark.parametrize(
    ("event", "intent"),
    [
        (events.Followed(), Intent.WELCOME),
        (events.Scanned("x"), Intent.WELCOME),
        (events.Click("COMPLAINT"), Intent.COMPLAINT),
        (events.Click("?"), Intent.ASK),
        (events.Unfollowed(), Intent.NOTHING),
        (events.Notice("view"), Intent.NOTHING),
        (events.Text("你好"), Intent.ASK),
        (events.Other("file"), Intent.ASK),
        (events.Voice("m"), Intent.ASK),
    ],
)
def test_every_kind_of_event_has_an_intent(event: events.Arrival, intent: str) -> None:
    assert understand(event) is intent


def test_f13_fault_a18_a_code_is_found_in_a_sentence_that_speaks_of_one() -> None:
    assert invitation_code("绑定 7KQ4-MN2P") == "7KQ4MN2P"
    assert invitation_code("我是她大儿子，单子上的码 7kq4mn2p") == "7KQ4MN2P"
    assert invitation_code("7 k q 4 m n 2 p") == "7KQ4MN2P"


def test_f13_a_sentence_is_no_code_however_many_of_its_signs_could_be_one() -> None:
    assert invitation_code("手机是 7KQ4MN2P 这个型号，能用吗") is None
    assert invitation_code("码" + "很" * 60 + "7KQ4MN2P") is None


def test_events_survive_the_database() -> None:
    for event in (
        events.Text("a", "1"),
        events.Voice("m", "amr", "m16"),
        events.Notice("view", {"MenuId": "3"}),
        events.Unfollowed(),
    ):
        assert events.parse(events.dump(event)) == event


@pytest.mark.parametrize(
    "words", ["现在几点了", "几点啦 天咋还不亮", "今天星期几呀？", "请问今天几号", "这会儿几点", "几点了，该吃药了吧"]
)
def test_f37_who_asks_for_the_hour_or_the_day_is_told_it(words: str) -> None:
    assert of_words(words) == Intent.CLOCK


@pytest.mark.parametrize(
    "words", ["几点开饭", "今天几号楼停水", "几点能探视", "星期几洗澡", "我妈几点了还没吃饭", "几点了，该给我换尿布了"]
)
def test_f37_other_questions_of_a_time_are_none(words: str) -> None:
    assert of_words(words) != Intent.CLOCK


def test_fault_s3_a_long_text_is_not_searched_for_the_hour() -> None:
    assert of_words("现在几点了" + "？" * 40_000) != Intent.CLOCK


def test_f5_who_only_says_that_there_is_something_to_tell_is_listened_to() -> None:
    assert of_words("我跟你说个事你可别往外传") == Intent.GREETING
    for told in ("我跟你说个事，小周拿我钱", "我跟你说，别打我了", "给你们说，不要放香菜", "我跟你说，别让小李来了"):
        assert of_words(told) != Intent.GREETING


@pytest.mark.parametrize(
    "words", ["你们到底怎么回事", "搞什么名堂！", "真是太过分了", "有没有人管啊", "你们怎么搞的！！"]
)
def test_c1_anger_without_a_word_of_why_is_a_complaint_and_asked_what_happened(words: str) -> None:
    assert of_words(words) == Intent.COMPLAINT
    turn = flow.begin(Intent.COMPLAINT, Text(words))
    turn = flow.resume(turn, turn.effects[0], Done(ref="C261122-01", due_at=DUE, how="new"))
    assert said(list(turn.effects)) == ["complaint.what_happened"]


@pytest.mark.parametrize("words", ["什么意思？", "怎么回事？", "够了", "服了"])
def test_c1_two_words_that_may_be_a_question_open_no_complaint(words: str) -> None:
    assert of_words(words) != Intent.COMPLAINT


def test_c1_the_first_story_after_a_tap_is_not_asked_for_again() -> None:
    turn = flow.begin(Intent.COMPLAINT, Click("COMPLAINT"))
    _, seen = settle(flow, flow.advance(turn.snapshot, Text("昨天我妈的饭是凉的，说了没人管")))  # type: ignore[arg-type]
    assert said(seen) == ["complaint.sorry_we_listen"]


def test_f9_one_line_is_never_said_three_times_and_a_demand_is_told_until_when() -> None:
    turn, _ = tell("你们到底怎么回事")
    heard = []
    for words in ("我妈小腿青了一大块", "问谁谁不知道", "上个月也有一回", "不然我就打12345"):
        turn, seen = settle(flow, flow.advance(turn.snapshot, Text(words)))  # type: ignore[arg-type]
        heard += said(seen)
    assert heard == [
        "complaint.noted",
        "complaint.noted_too",
        "complaint.noted_all",
        "complaint.demand_by",
        "complaint.outside",
    ]
