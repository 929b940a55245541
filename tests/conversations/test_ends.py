"""Ends of the talks that a reading opens: beside a colleague, in mourning, to a nod (C10, F59, A12)."""

import pytest

from conversations import answers
from conversations.effects import Quiet, Say, TakeVerdict
from conversations.engine import Flow, Snapshot, Turn
from conversations.events import Done, Text
from conversations.flows import complaints_verdict, matters, talks_bereaved
from conversations.routing import Intent


def said(turn: Turn) -> list[str]:
    return [effect.key for effect in turn.effects if isinstance(effect, Say)]


def is_quiet(turn: Turn) -> bool:
    return [type(effect) for effect in turn.effects] == [Quiet]


def test_c10_a_nod_beside_a_colleague_is_no_verdict_and_says_nothing() -> None:
    begun = complaints_verdict.flow.begin(Intent.VERDICT, Text("1"))
    turn = complaints_verdict.flow.resume(begun, begun.effects[0], Done(how="quiet"))
    assert turn.ended
    assert is_quiet(turn)


def test_fault_a17_thanks_where_nothing_is_asked_is_no_verdict_and_is_answered_as_a_closing() -> None:
    begun = complaints_verdict.flow.begin(Intent.VERDICT_YES, Text("谢谢"))
    assert [effect.nod for effect in begun.effects if isinstance(effect, TakeVerdict)] == [True]
    turn = complaints_verdict.flow.resume(begun, begun.effects[0], Done(how="nod"))
    assert turn.ended
    assert said(turn) == ["desk.closing"]


@pytest.mark.parametrize(
    ("filed", "promised", "words"),
    [("", "attended", []), ("mourning", "first", ["matter.mourning"])],
)
def test_fault_a12_a_matter_is_filed_though_nothing_is_said_beside_a_colleague(
    filed: str, promised: str, words: list[str]
) -> None:
    begun = matters.flow.begin(Intent.REQUEST, Text("请给我妈买两包纸尿裤"))
    turn = matters.flow.resume(begun, begun.effects[0], Done(how=filed, known=("代办", "3 楼护理员")))
    turn = matters.flow.resume(turn, turn.effects[0], Done(how=promised))
    assert turn.ended
    assert said(turn) == words


def test_f59_after_a_death_silence_and_words_of_the_engine_end_nothing() -> None:
    flow = talks_bereaved.flow
    begun = flow.begin(Intent.BEREAVED, Text("我妈昨晚走了"))
    turn = flow.resume(begun, begun.effects[0], Done(how="told", ref="主管何志远"))
    assert said(turn) == ["bereaved.call"]
    assert not flow.takes(turn.snapshot, Text("好")), "an answer to an open question has its own talk"
    for later in (flow.silent(turn.snapshot), flow.advance(turn.snapshot, Text("取消"), {})):
        assert not later.ended
        assert is_quiet(later)
    back = flow.advance(turn.snapshot, Text("返回"), {})
    assert not back.ended


def test_a_flow_without_an_end_of_its_own_asks_again_at_the_first_question() -> None:
    flow: Flow[talks_bereaved.Nothing] = talks_bereaved.flow
    turn = flow._back(Snapshot(flow.name, 1, 1, "silent", b"{}"), talks_bereaved.Nothing())
    assert said(turn) == ["engine.back"]


def test_q3_lessons_that_disagree_teach_nothing() -> None:
    entry = answers.starter()[0]
    one, other = (answers.Entry(name, "小卖部在几楼", "", ()) for name in ("faq-35", "faq-36"))
    taught = answers.Knowledge((entry,), taught=(one,))
    assert taught.lesson("小卖部在几楼") == "faq-35"
    assert (entry.id, entry.question) in taught.asked()
    assert answers.Knowledge((entry,), taught=(one, other)).lesson("小卖部在几楼") == ""
