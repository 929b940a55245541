"""Intents by rule, and phrases: every one can be filled, every moment is told in the reader's own time."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from conversations import events, phrases
from conversations.flows.families import invitation_code
from conversations.routing import Intent, of_words, understand

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
READER = phrases.Reader(NOW, SHANGHAI, phrases.always("青禾颐养院", "0571-8800-0101"))


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


def test_f13_a_sentence_is_no_code_however_many_of_its_signs_could_be_one() -> None:
    assert invitation_code("绑定 7KQ4-MN2P") == "7KQ4MN2P"
    assert invitation_code("7KQ4MN2P" + " " * 20) is None


@pytest.mark.parametrize(
    ("at", "words"),
    [
        (datetime(2026, 11, 22, 8, 56, tzinfo=UTC), "16:56"),
        (datetime(2026, 11, 23, 1, 10, tzinfo=UTC), "明天 09:10"),
        (datetime(2026, 11, 24, 1, 10, tzinfo=UTC), "后天 09:10"),
        (datetime(2026, 11, 21, 1, 10, tzinfo=UTC), "昨天 09:10"),
        (datetime(2026, 11, 30, 1, 10, tzinfo=UTC), "11月30日 周一 09:10"),
    ],
)
def test_u9_a_moment_is_told_in_the_readers_own_time(at: datetime, words: str) -> None:
    assert phrases.moment(at, NOW, SHANGHAI) == words
    assert phrases.moment(at, NOW, ZoneInfo("America/Los_Angeles")) != words


@pytest.mark.parametrize("key", phrases.book())
def test_every_phrase_can_be_filled_and_is_plain_chinese(key: str) -> None:
    params = {name: "X" for name in phrases.blanks(key) if name not in READER.always}
    words = phrases.render(key, params, READER)
    assert words
    assert not re.search(r"[!！]|\{|工单|SLA|闭环|触达|赋能", words), "design.md 2: plain words, no exclamation marks"
    assert len(words.encode()) < 600


def test_every_phrase_that_code_names_exists_and_every_phrase_is_used() -> None:
    root = Path(__file__).parents[2]
    code = "\n".join(
        path.read_text() for folder in ("conversations", "services", "bot") for path in (root / folder).rglob("*.py")
    )
    named = set(
        re.findall(
            r'"((?:engine|desk|complaint|enquiry|binding|letters|occasion|survey|verdict|receive|promise|'
            r'alarm)\.[a-z_]+)"',
            code,
        )
    )
    assert named == set(phrases.book())


def test_a_phrase_without_its_blank_or_unknown_raises() -> None:
    with pytest.raises(KeyError):
        phrases.render("complaint.filed", {}, READER)
    with pytest.raises(phrases.UnknownPhrase):
        phrases.render("no.such", {}, READER)
    assert phrases.render("complaint.filed", {"number": None}, READER)


def test_without_a_phone_nobody_is_sent_to_one() -> None:
    assert not any(digit in phrases.always("青禾", "")["urgent"] for digit in "0123456789")
    assert "0571" in phrases.always("青禾", "0571-1")["urgent"]


def test_only_who_lives_in_the_house_is_sent_to_the_bell() -> None:
    assert phrases.always("青禾", "0571-1", elder=True)["urgent"] == "急就按床头铃。"
    assert "铃" not in phrases.always("青禾", "0571-1")["urgent"]


def test_events_survive_the_database() -> None:
    for event in (
        events.Text("a", "1"),
        events.Voice("m", "amr", "m16"),
        events.Notice("view", {"MenuId": "3"}),
        events.Unfollowed(),
    ):
        assert events.parse(events.dump(event)) == event
