"""The flow of a complaint: a number at once, questions that can be skipped, nothing lost by silence or by going back
(C1, C2, C10, Q4).
"""

import pytest

from conversations import events
from conversations.effects import AddToComplaint, AskHuman, NoteOnComplaint, OpenComplaint, say
from conversations.events import Click, Done, Image, Message, Text, Voice
from conversations.flows import complaints
from conversations.flows.complaints import flow
from conversations.registry import standard
from conversations.routing import Intent, of_words
from tests.conversations.steps import DUE, at, said, tell


def test_c1_the_first_message_is_the_first_record_and_the_number_comes_at_once() -> None:
    first = Text("你们把我妈摔了，我要投诉")
    turn = flow.begin(Intent.COMPLAINT, first)
    assert turn.effects == (OpenComplaint(first),)
    turn = flow.resume(turn, turn.effects[0], Done(ref="C261122-01", due_at=DUE, how="new"))
    assert turn.effects == (say("complaint.sorry_we_listen", number="C261122-01", by=DUE),)
    assert turn.snapshot.state == "story"


def test_c1_a_tap_on_the_menu_opens_the_case_with_the_first_words() -> None:
    turn = flow.begin(Intent.COMPLAINT, Click("COMPLAINT"))
    assert turn.effects == (say("complaint.tell_us"),)
    assert flow.advance(turn.snapshot, Text("饭是凉的")).effects == (OpenComplaint(Text("饭是凉的")),)


def test_c1_practice_f9_no_question_comes_between_two_angry_messages() -> None:
    _, seen = tell("我要投诉", "昨晚按铃没人来", "等了二十分钟")
    assert said(seen) == ["complaint.noted_too"]
    assert AddToComplaint("C261122-01", Text("等了二十分钟")) in seen


@pytest.mark.parametrize("event", [Image("m"), Voice("m", "amr", "m16")])
def test_c1_photos_and_voice_are_evidence(event: Message) -> None:
    turn, _ = tell("我要投诉")
    assert AddToComplaint("C261122-01", event) in flow.advance(turn.snapshot, event).effects


def test_c2_what_is_missing_is_asked_once_and_each_question_can_be_skipped() -> None:
    turn, seen = tell("我要投诉", "好了")
    assert said(seen) == ["complaint.about"]
    turn, seen = tell("我要投诉", "好了", "王桂兰 306", "跳过", "李静")
    assert NoteOnComplaint("C261122-01", "name", "李静") in seen
    assert said(seen) == ["complaint.call"]
    turn, seen = tell("我要投诉", "好了", "王桂兰 306", "跳过", "李静", "13800002107")
    assert turn.ended
    assert NoteOnComplaint("C261122-01", "contact", "13800002107") in seen
    assert said(seen) == ["complaint.filed"]


def test_c2_an_answer_by_voice_is_kept_and_not_asked_again() -> None:
    turn, _ = tell("我要投诉", "好了")
    step = flow.advance(turn.snapshot, Voice("m"))
    assert step.effects == (AddToComplaint("C261122-01", Voice("m")), say("complaint.when"))


def test_c1_going_back_lets_an_answer_be_mended() -> None:
    turn, _ = tell("我要投诉", "好了", "王桂蓝")
    turn = flow.advance(turn.snapshot, Text("返回"))
    assert said(list(turn.effects)) == ["complaint.about"]
    turn = flow.advance(turn.snapshot, Text("王桂兰"))
    assert NoteOnComplaint("C261122-01", "about", "王桂兰") in turn.effects


def test_c1_practice_f9_silence_files_the_draft_and_tells_the_number() -> None:
    turn, _ = tell("我要投诉")
    ended = flow.silent(turn.snapshot)
    assert ended.ended
    assert ended.effects == (say("complaint.filed", number="C261122-01"),)
    nothing = flow.silent(flow.begin(Intent.COMPLAINT, Click("COMPLAINT")).snapshot)
    assert said(list(nothing.effects)) == ["complaint.nothing_yet"]


def test_c10_cancelling_ends_the_asking_never_the_case() -> None:
    turn, _ = tell("我要投诉")
    ended = flow.advance(turn.snapshot, Text("取消"))
    assert ended.effects == (say("complaint.stands", number="C261122-01"),)
    for words in ("不投诉了", "没事了", "算了，我不投诉了", "撤诉", "我要撤诉吧"):
        for where in (turn, tell("我要投诉", "好了")[0]):
            ended = flow.advance(where.snapshot, Text(words))
            assert ended.ended, words
            assert ended.effects == (
                AddToComplaint("C261122-01", Text(words)),
                say("complaint.stands", number="C261122-01"),
            )
    before = flow.begin(Intent.COMPLAINT, Click("COMPLAINT"))
    assert said(list(flow.advance(before.snapshot, Text("取消")).effects)) == ["engine.cancelled"]


def test_q4_a_human_can_be_asked_for_in_the_middle() -> None:
    turn, _ = tell("我要投诉")
    asked = flow.advance(turn.snapshot, Text("人工"))
    assert asked.effects == (AskHuman("complaint"),)
    answered = flow.resume(asked, asked.effects[0], Done(due_at=DUE, how="first"))
    assert said(list(answered.effects)) == ["complaint.human"]
    overdue = flow.resume(asked, asked.effects[0], Done(how="overdue"))
    assert said(list(overdue.effects)) == ["desk.overdue"]


def test_c2_what_the_house_knows_is_not_asked() -> None:
    turn = flow.begin(Intent.COMPLAINT, Text("我要投诉"))
    turn = flow.resume(
        turn, turn.effects[0], Done(ref="C261122-01", due_at=DUE, how="new", known=("about", "name", "phone"))
    )
    turn = flow.advance(turn.snapshot, Text("好了"))
    assert said(list(turn.effects)) == ["complaint.when"]
    assert said(list(flow.advance(turn.snapshot, Text("昨晚")).effects)) == ["complaint.filed"]
    joined = flow.resume(turn, OpenComplaint(Text("x")), Done(ref="C261122-01", how="overdue"))
    assert said(list(joined.effects)) == ["complaint.joined_late"]


def test_c1_going_back_ends_the_asking_where_no_question_came_before() -> None:
    for told in (tell("我要投诉"), tell("我要投诉", "好了")):
        turn = flow.advance(told[0].snapshot, Text("返回"))
        assert (turn.ended, said(list(turn.effects))) == (True, ["complaint.stands"])
    later, _ = tell("我要投诉", "好了", "跳过")
    assert said(list(flow.advance(later.snapshot, Text("返回")).effects)) == ["complaint.about"]


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("不投诉了", True),
        ("算了，我不投诉了", True),
        ("我不想投诉了", True),
        ("撤诉", True),
        ("把投诉撤了吧", True),
        ("撤销我的投诉，谢谢", True),
        ("我要撤诉。", True),
        ("取消投诉吧", True),
        ("别逼我撤诉", False),
        ("我不撤诉", False),
        ("撤诉？想得美", False),
        ("不投诉你们不长记性", False),
        ("投诉", False),
    ],
)
def test_c12_to_complain_no_more_is_read_where_it_is_all_that_is_said(words: str, meant: bool) -> None:
    assert complaints.withdraws(words) is meant
    assert (of_words(words) == Intent.WITHDRAW) is meant


def test_c10_what_is_told_after_a_result_is_not_accepted_belongs_to_the_case() -> None:
    used = standard().flows["verdict"]
    why = at(used, "why", case="C261122-01")
    more = Text("伤口还是没有人看")
    assert AddToComplaint("C261122-01", more) in used.advance(why, more).effects
    strange = events.Other("file")
    turn = used.advance(why, strange)
    assert AddToComplaint("C261122-01", strange) in turn.effects
    assert said(list(turn.effects)) == ["complaint.cannot_read_this_kind"]
    assert said(list(used.advance(why, Text("好了")).effects)) == ["verdict.heard"]
    assert said(list(used.advance(why, Text("取消")).effects)) == ["verdict.heard"], "nothing is taken back"
    silent = used.silent(why)
    assert silent.ended
    assert said(list(silent.effects)) == []
    lost = used.advance(at(used, "why"), Text("还是没有人看"))
    assert lost.effects == (AskHuman("unanswered"),), "without a case a colleague answers"
