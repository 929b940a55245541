"""Ends of the talks that a reading opens: beside a colleague, in mourning, to a nod (C10, F59, A12)."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from conversations import answers, phrases
from conversations.effects import FileMatter, Quiet, Say, ShowProgress, TakeVerdict
from conversations.engine import Flow, Snapshot, Turn
from conversations.events import Click, Done, Text
from conversations.flows import complaints, complaints_verdict, letters, matters, talks, talks_bereaved
from conversations.routing import Intent
from tests.conversations.steps import tell


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


def test_fault_a13_who_asks_how_it_goes_when_no_letter_is_to_come_is_answered_by_a_colleague() -> None:
    due = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    for how, words in (("none", "letters.tomorrow"), ("earlier", "letters.earlier")):
        begun = letters.flow.begin(Intent.LETTER, Text("这么晚打扰了，我妈今天怎么样"))
        turn = letters.flow.resume(begun, begun.effects[0], Done(ref="…", due_at=due, how=how, known=(letters.OVER,)))
        assert said(turn) == [words]
        asked = next(effect for effect in turn.effects if isinstance(effect, FileMatter))
        turn = letters.flow.resume(turn, asked, Done(how="new", known=("问近况", "3 楼护士")))
        turn = letters.flow.resume(turn, turn.effects[0], Done(how="first", due_at=due))
        assert turn.ended
        assert said(turn) == ["matter.filed"]


def test_f16_a_tap_on_the_letter_files_nothing_when_there_is_none() -> None:
    begun = letters.flow.begin(Intent.LETTER, Click("LETTER"))
    turn = letters.flow.resume(begun, begun.effects[0], Done(how="none", known=(letters.OVER,)))
    assert said(turn) == ["letters.none"]
    assert turn.ended


def test_c15_a_demand_after_the_last_promise_names_no_time() -> None:
    turn, _ = tell("我要投诉，饭是凉的")
    turn = complaints.flow.advance(turn.snapshot, Text("今天必须给我个说法"))
    asked = next(effect for effect in turn.effects if isinstance(effect, ShowProgress))
    assert said(complaints.flow.resume(turn, asked, Done(ref="C261122-01", how="asking"))) == ["complaint.demand"]


def test_f37_the_hour_is_told_and_nothing_is_promised() -> None:
    turn = talks.flow.begin(Intent.CLOCK, Text("现在几点了"))
    assert turn.ended
    assert said(turn) == ["desk.clock"]
    night = datetime(2026, 11, 22, 18, 20, tzinfo=UTC)
    told = phrases.render("desk.clock", {}, phrases.Reader(night, ZoneInfo("Asia/Shanghai"), {}, elder=True))
    assert told == "现在是夜里 2 点 20 分，天还没亮。11月23日，星期一。"


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
