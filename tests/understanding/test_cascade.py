"""Emergency words: what must ring and what must not, one utterance a test; idioms cancel only themselves."""

import tomllib
from functools import cache
from pathlib import Path

import pytest

from bot.questions import Said, read, second
from care.triage import Audience, Triage, Urgency
from understanding import cascade
from understanding.classes import SCORES

DATA = tomllib.loads((Path(__file__).parent.parent / "data" / "triage.toml").read_text(encoding="utf-8"))


again = cache(second)


def triage(words: str) -> Triage:
    """As the service reads it: inline, and again where that could change what is done."""
    decision, heard = read(again(), Said(words))
    return heard if heard.rings and decision.level <= Urgency.P1 else cascade.of(decision)


def said(kind: str) -> list[str]:
    return [words for group in DATA[kind].values() for words in group]


@pytest.mark.parametrize("words", [*said("rings"), *said("reviewed")])
def test_e2_an_emergency_rings(words: str) -> None:
    assert triage(words).rings


@pytest.mark.parametrize("words", [*said("silent"), *said("questions")])
def test_e2_talk_of_it_rings_nobody(words: str) -> None:
    assert not triage(words).rings


@pytest.mark.parametrize(
    ("words", "level", "audience"),
    [
        ("护工掐我", Urgency.P0, Audience.LEAD),
        ("不想活了", Urgency.P0, Audience.FLOOR),
        ("发高烧了", Urgency.P1, Audience.FLOOR),
        ("有人让我转钱", Urgency.P2, Audience.NONE),
        ("你好", Urgency.P3, Audience.NONE),
        ("有事打我电话", Urgency.P3, Audience.NONE),
        ("你们把我妈摔了，我要投诉", Urgency.P3, Audience.NONE),
    ],
)
def test_e2_the_level_says_how_fast_and_the_audience_who(words: str, level: Urgency, audience: Audience) -> None:
    found = triage(words)
    assert (found.level, found.audience) == (level, audience)


@pytest.mark.parametrize(
    "words", ["笑死我了，哎哟我摔倒了", "电视里有人摔倒了，我现在胸口疼得很", "我不是不想活，可是我喘不上气"]
)
def test_e2_what_cancels_one_phrase_never_cancels_another(words: str) -> None:
    assert triage(words).rings


def test_e2_what_was_only_told_counts_when_it_is_me_now() -> None:
    assert not triage("电视里说的那个心梗").rings
    assert triage("电视里说的那个心梗，我现在就是那样").rings


def test_e2_abuse_with_a_wound_rings_for_both_each_with_its_own_eyes() -> None:
    heard = triage("护工打了我，我头撞破了流血不止")
    assert (heard.kind, heard.audience) == ("出血烫伤", Audience.FLOOR)
    assert heard.also is not None
    assert (heard.also.kind, heard.also.audience) == ("侵害", Audience.LEAD)


@pytest.mark.parametrize("who", ["elder", "family", "stranger"])
@pytest.mark.parametrize(
    "typed",
    ["13900000000", "330199195001010014", "402", "3-201", "15:30", "36.8", "SWHV Q237", "569T E675", "！", "、:。!"],
)
def test_e2_numbers_codes_and_marks_alone_report_nothing(typed: str, who: str) -> None:
    """What is typed where a form asks for a telephone, a room or the code of a sheet calls nobody."""
    decision = cascade.decide(cascade.read(typed), who)
    assert (decision.level, decision.ask, decision.show) == (Urgency.P3, False, False)
    assert cascade.decide(cascade.read("1"), who, "verdict").intent == "verdict_yes"


@pytest.mark.parametrize("open_", ["alarm", "answered", "choice", "complaint", "verdict", "survey"])
@pytest.mark.parametrize(
    "words", ["我爸喘不上气了，脸都紫了", "我摔倒了起不来", "有烟味，呛得很", "我妈不见了，到处找不到"]
)
def test_e2_a_danger_is_heard_alike_whatever_is_open(words: str, open_: str) -> None:
    found = cascade.read(words)
    alone, beside = cascade.decide(found, "family"), cascade.decide(found, "family", open_)
    assert alone.level <= Urgency.P1
    assert (beside.level, beside.kind, beside.audience) == (alone.level, alone.kind, alone.audience)


@pytest.mark.parametrize("open_", ["alarm", "complaint", "verdict", "survey"])
def test_f59_a_death_is_heard_whatever_is_open(open_: str) -> None:
    assert cascade.decide(cascade.read("我妈昨天夜里走了，殡仪馆都联系好了"), "family", open_).intent == "bereaved"


@pytest.mark.parametrize("name", ["周蕾", "乔玉珍", "林淑芬", "王德海", "欧阳秀兰", "白洁"])
@pytest.mark.parametrize("who", ["family", "stranger"])
def test_f59_a_name_tells_no_death(name: str, who: str) -> None:
    assert read(again(), Said(name, who))[0].intent != "bereaved"  # type: ignore[arg-type]


@pytest.mark.parametrize("words", ["人没了", "妈走了", "去世了", "爸死了"])
def test_f59_a_short_death_is_a_death(words: str) -> None:
    assert read(again(), Said(words, "family"))[0].intent == "bereaved"


@pytest.mark.parametrize("words", ["我妈摔了一跤流血了", "我要上吊", "先问一下怎么收费，另外我妈刚才摔倒了", "你好"])
@pytest.mark.parametrize("most", range(len(SCORES)))
def test_u7_whichever_margin_is_the_largest_a_part_has_one_intent_or_none(words: str, most: int) -> None:
    """The last margin is that of any danger, and no intent of its own."""
    read_ = cascade.read(words)
    loud = tuple(9.0 if at == most else -9.0 for at in range(len(SCORES)))
    found = cascade.matters(cascade.Reading(read_.words, loud), "family", "complaint")
    wanted = SCORES[most] if SCORES[most] in cascade.WANTS else None
    assert [intent for intent, _ in found] == ([wanted] if wanted else [])
