"""The house's knowledge: 40 entries with stable ids, blanks that are never spoken empty, retrieval that would rather
ask than guess.
"""

import re

import pytest

from benchmarks.questions import report
from conversations.answers import MORE, Entry, Kind, Knowledge, hints, starter, tokens
from conversations.effects import AskHuman, Quiet, Say
from conversations.engine import Snapshot
from conversations.events import Asked, Done, Image, Option, Text
from conversations.flows import knowledge
from conversations.flows.knowledge import flow
from conversations.routing import Intent

FULL = Knowledge(starter(), dict.fromkeys((*hints(), "值班电话", "首次反馈时间", "结果时间"), "（值）"))
EMPTY = Knowledge(starter())


def test_q3_the_forty_entries_keep_their_ids_and_every_blank_has_an_example() -> None:
    assert [entry.id for entry in starter()][:40] == [f"faq-{n:02d}" for n in range(1, 41)]
    assert all(entry.id.startswith(MORE) for entry in starter()[40:])
    assert [entry.id for entry in starter()[40:] if not entry.blanks] == ["more-use"], "what is said of the account"
    used = {name for entry in starter() for name in entry.blanks}
    assert used - {"值班电话", "首次反馈时间", "结果时间"} == set(hints())
    assert sum(not entry.blanks for entry in starter()) == 12


def test_q3_no_figure_of_the_home_is_written_into_an_answer() -> None:
    for entry in starter():
        bare = re.sub(r"\{[^}]*\}", "", entry.answer).replace("120", "").replace("12345", "")
        assert not re.search(r"\d", bare), entry.id


@pytest.mark.parametrize("entry", starter(), ids=lambda entry: entry.id)
def test_q3_each_way_of_asking_finds_its_own_entry(entry: Entry) -> None:
    missed = [
        phrase
        for phrase in (entry.question, *entry.asked)
        if entry.id not in [hit.entry.id for hit in FULL.hits(phrase)[:3]]
    ]
    assert not missed


def test_q3_an_entry_with_an_unfilled_blank_is_found_and_never_spoken() -> None:
    found = EMPTY.find("怎么收费")
    assert (found.kind, found.hits[0].entry.id) == (Kind.ANSWER, "faq-01")
    assert EMPTY.spoken(found.hits[0].entry) is None
    assert EMPTY.missing(found.hits[0].entry) == ("床位费", "护理费", "餐费")
    assert FULL.spoken(found.hits[0].entry) == FULL.find("怎么收费").hits[0].entry.answer.format_map(FULL.values)


def test_q3_what_is_near_two_entries_is_offered_and_what_is_near_none_is_left_to_people() -> None:
    offered = FULL.find("多少钱")
    assert offered.kind is not Kind.NOTHING
    assert len(FULL.find("能不能住").choices) <= 3
    for text in (
        "",
        "asdfghjk",
        "你好",
        "今天会不会下雨",
        "我妈今天吃饭了吗",
    ):
        assert FULL.find(text).kind is Kind.NOTHING, text
    assert FULL.find("你们招护工吗").kind is not Kind.ANSWER, "an offer is no answer"


def test_q3_a_complaint_told_as_a_story_is_never_answered_with_the_menu() -> None:
    assert FULL.find("昨天饭菜又凉了，我妈一口没吃，半天没人管").kind is not Kind.ANSWER


def test_q3_on_the_reported_half_of_the_questions_nobody_gets_a_wrong_answer_to_a_question_of_ours() -> None:
    figures = report()
    assert figures["one entry"]["wrong"] == 0
    assert figures["one entry"]["right"] + figures["one entry"]["offered"] >= 35
    assert figures["none"]["wrong"] <= 2


def test_words_that_mean_the_same_are_one() -> None:
    assert tokens("多少钱") & tokens("什么价位")
    assert tokens("，。？") == frozenset()


A, B = Option("faq-01", "怎么收费？", "每月三块。"), Option("faq-02", "最便宜、最贵多少？", None)


def keys(effects: tuple[object, ...]) -> list[str]:
    return [effect.key for effect in effects if isinstance(effect, Say)]


def test_q3_a_sure_answer_is_said_and_the_talk_ends() -> None:
    turn = flow.begin(Intent.ENQUIRY, Asked((A,)))
    assert turn.ended
    assert turn.effects == (Say("enquiry.answer", {"text": "每月三块。"}),)


def test_q4_an_unfilled_one_and_one_for_people_go_to_a_colleague() -> None:
    assert flow.begin(Intent.ENQUIRY, Asked((B,))).effects == (AskHuman("enquiry"),)
    human = flow.begin(Intent.ENQUIRY, Asked((Option("faq-40", "临终", "当面说。", human=True),)))
    assert [type(effect) for effect in human.effects] == [Say, AskHuman]
    for how, key in (("first", "enquiry.ask_colleague"), ("again", "desk.again"), ("overdue", "desk.overdue")):
        assert keys(flow.resume(human, AskHuman("enquiry"), Done(how=how)).effects) == [key]
    assert isinstance(flow.resume(human, AskHuman("enquiry"), Done(how="attended")).effects[0], Quiet)


def choosing(*options: Option) -> Snapshot:
    return flow.begin(Intent.ENQUIRY, Asked(options, sure=False)).snapshot


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("1", "每月三块。"),
        ("第一个", "每月三块。"),
        ("怎么收费", "每月三块。"),
        ("2", None),
        ("都不是", None),
        ("一。", "每月三块。"),
    ],
)
def test_q3_a_choice_is_taken_by_number_or_by_its_words(said: str, told: str | None) -> None:
    snapshot = choosing(A, B)
    assert flow.takes(snapshot, Text(said))
    effects = flow.advance(snapshot, Text(said)).effects
    assert effects == ((Say("enquiry.answer", {"text": told}),) if told else (AskHuman("enquiry"),))


def test_q3_one_candidate_is_asked_back_and_yes_takes_it() -> None:
    turn = flow.begin(Intent.ENQUIRY, Asked((A,), sure=False))
    assert keys(turn.effects) == ["enquiry.this"]
    assert keys(flow.advance(turn.snapshot, Text("是的")).effects) == ["enquiry.answer"]


@pytest.mark.parametrize("said", ["我要投诉", "3", "那晚上有人吗", ""])
def test_q3_what_is_no_choice_is_a_new_matter(said: str) -> None:
    assert not flow.takes(choosing(A, B), Text(said))
    assert not flow.takes(choosing(A, B), Image("m"))


def test_c13_the_words_of_every_talk_belong_to_it_and_an_offer_that_nobody_took_is_no_answer() -> None:
    assert flow.takes(choosing(A, B), Text("取消"))
    assert flow.takes(choosing(A, B), Text("人工"))
    silent = flow.silent(choosing(A, B))
    assert silent.ended
    assert silent.effects == (AskHuman("enquiry"),)
    assert knowledge.chosen(knowledge.Offer(), "1") is None


def test_q3_a_way_of_asking_that_has_no_words_is_passed_over() -> None:
    """Staff may leave a line of signs among the ways in which people ask."""
    entry = Entry("own-1", "停车", "院里可以停车。", ("？！", "哪里停车"))
    assert [hit.entry.id for hit in Knowledge((entry,)).hits("哪里停车")] == ["own-1"]


def test_fault_c12_figures_stand_apart_from_chinese() -> None:
    entry = Entry("faq-07", "能先来参观吗？", "可以来看，每天{参观时间}都行，{人数}位同事在。")
    values = {"参观时间": "9:00 到 16:00", "人数": "两"}
    assert Knowledge((entry,), values).spoken(entry) == "可以来看，每天 9:00 到 16:00 都行，两位同事在。"


def test_fault_c12_the_starter_promises_nothing_that_is_not_there() -> None:
    answers = {entry.id: entry.answer for entry in starter()}
    for key in ("faq-08", "faq-12", "faq-13", "faq-14"):
        assert "以协议为准" in answers[key], key
    for key, untrue in (
        ("faq-07", "陪您走一圈"),
        ("faq-21", "就能约"),
        ("faq-22", "外出单"),
        ("faq-28", "约我们陪诊"),
        ("faq-30", "床头有呼叫器"),
        ("faq-32", "每周"),
        ("faq-33", "主要联系人管"),
        ("faq-34", "报名"),
        ("faq-35", "免费"),
        ("faq-39", "「建议」"),
    ):
        assert untrue not in answers[key], key
