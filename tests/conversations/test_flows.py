"""The flows of the product: proofs, the complaint as a table, golden snapshots, and no
sequence of messages unanswered.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as some

from conversations import events, phrases
from conversations.effects import AddToComplaint, AskHuman, Effect, NoteOnComplaint, OpenComplaint, Quiet, Say, say
from conversations.engine import Flow, Snapshot, Turn, check, mermaid
from conversations.events import Click, Done, Image, Message, Text, Voice
from conversations.flows import complaints, talks
from conversations.flows.complaints import Complaint, flow
from conversations.registry import standard
from conversations.routing import Intent

DUE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
DOCS = Path(__file__).parents[2] / "docs" / "flows"


def settle(used: Flow[object], turn: Turn) -> tuple[Turn, list[Effect]]:
    """Carry out all effects with Done; every effect that came along."""
    seen = list(turn.effects)
    for effect in [effect for effect in turn.effects if effect.answers]:
        turn = used.resume(turn, effect, Done(ref="C261122-01", due_at=DUE, how="new"))
        seen += turn.effects
    return turn, seen


def said(effects: list[Effect]) -> list[str]:
    return [effect.key for effect in effects if isinstance(effect, Say)]


def tell(*messages: str) -> tuple[Turn, list[Effect]]:
    turn, seen = settle(flow, flow.begin(Intent.COMPLAINT, Text(messages[0])))  # type: ignore[arg-type]
    for message in messages[1:]:
        turn, seen = settle(flow, flow.advance(turn.snapshot, Text(message)))  # type: ignore[arg-type]
    return turn, seen


@pytest.mark.parametrize("used", standard().flows.values(), ids=lambda used: used.name)
def test_c13_every_flow_answers_every_kind_of_message(used: Flow[object]) -> None:
    assert check(used) == []


@pytest.mark.parametrize("used", standard().flows.values(), ids=lambda used: used.name)
def test_the_drawings_in_the_docs_are_the_flows(used: Flow[object]) -> None:
    assert mermaid(used) in (DOCS / f"{used.name}.md").read_text(encoding="utf-8")


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
    assert said(seen) == ["complaint.noted"]
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
    ended = flow.advance(turn.snapshot, Text("不投诉了"))
    assert ended.effects == (say("complaint.stands", number="C261122-01"),)
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


def test_c1_going_back_at_the_first_question_asks_it_again() -> None:
    turn, _ = tell("我要投诉", "好了")
    assert said(list(flow.advance(turn.snapshot, Text("返回")).effects)) == ["complaint.about"]
    story, _ = tell("我要投诉")
    assert said(list(flow.advance(story.snapshot, Text("返回")).effects)) == ["engine.back"]


def test_c13_desk_promises_once_and_is_silent_beside_a_colleague() -> None:
    turn = talks.flow.begin(Intent.ASK, Text("有没有空床"))
    answers = {
        how: talks.flow.resume(turn, turn.effects[0], Done(due_at=DUE, how=how)).effects
        for how in ("first", "again", "attended")
    }
    assert said(list(answers["first"])) == ["desk.promise"]
    assert said(list(answers["again"])) == ["desk.again"]
    for how in ("elder", "overdue"):
        assert said(list(talks.flow.resume(turn, turn.effects[0], Done(how=how)).effects)) == [f"desk.{how}"]
    assert said(list(talks.flow.begin(Intent.CLOSING, Text("好了")).effects)) == ["desk.closing"]
    assert isinstance(answers["attended"][0], Quiet)
    for intent, key in (
        (Intent.WELCOME, "desk.welcome"),
        (Intent.CONTACT, "desk.contact"),
        (Intent.THANKS, "desk.thanks"),
    ):
        event = events.Followed() if intent is Intent.WELCOME else Text("x")
        assert said(list(talks.flow.begin(intent, event).effects)) == [key]
    assert said(list(talks.flow.begin(Intent.WELCOME, events.Scanned("x")).effects)) == ["desk.welcome_back"]
    assert talks.flow.begin(Intent.HUMAN, Text("人工")).effects == (AskHuman("asked"),)


GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("stored", GOLDEN, ids=lambda stored: f"{stored['flow']}-{stored['version']}-{stored['state']}")
def test_snapshots_of_every_release_resume_for_ever(stored: dict[str, object]) -> None:
    snapshot = Snapshot(
        str(stored["flow"]),
        int(str(stored["version"])),
        3,
        str(stored["state"]),
        json.dumps(stored["slots"]).encode(),
        ("story",),
    )
    used = standard().of(snapshot)
    assert used.advance(snapshot, Text("王桂兰")).effects


messages = some.one_of(
    some.sampled_from(["好了", "取消", "返回", "稍后", "跳过", "人工", "谢谢", "", "😀"]).map(Text),
    some.text(max_size=40).map(Text),
    some.sampled_from(
        [Image("m"), Voice("m"), events.Video("m"), events.Location(1.0, 2.0), events.Link("t"), events.Other("file")]
    ),
)


@given(some.lists(messages, max_size=12))
def test_c13_no_sequence_of_messages_raises_or_stays_unanswered(sequence: list[Message]) -> None:
    turn, _ = settle(flow, flow.begin(Intent.COMPLAINT, Text("我要投诉")))  # type: ignore[arg-type]
    for message in sequence:
        if turn.ended:
            break
        turn, seen = settle(flow, flow.advance(turn.snapshot, message))  # type: ignore[arg-type]
        assert any(isinstance(effect, Say | Quiet) for effect in seen)
        for effect in seen:
            if isinstance(effect, Say):
                reader = phrases.Reader(DUE, ZoneInfo("Asia/Shanghai"), phrases.always("青禾", ""))
                assert phrases.render(effect.key, effect.params, reader)


def test_slots_are_what_the_docs_say() -> None:
    assert Complaint() == Complaint(None, None, None, None, None)
    assert {"好了", "说完了"} <= complaints.ENOUGH


def at(used: Flow[object], state: str, **slots: object) -> Snapshot:
    """A talk that stands in a state, as it would be read from the database."""
    return Snapshot(used.name, used.version, 3, state, json.dumps(slots).encode(), (state,))


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


def test_m2_a_questionnaire_in_the_chat_lets_go_of_half_a_sheet_and_of_a_second_one() -> None:
    used = standard().flows["survey"]
    half = at(used, "mark", campaign="1", items=["meals", "rooms"], marks=[5])
    turn = used.silent(half)
    assert turn.ended
    assert said(list(turn.effects)) == ["survey.let_go"]
    whole = at(used, "wish", campaign="1", items=["meals", "rooms"], marks=[5, 4])
    sent = used.advance(whole, Text("汤再热一点"))
    kept = next(effect for effect in sent.effects if effect.answers)
    assert said(list(used.resume(sent, kept, events.Refused("done")).effects)) == ["survey.done"], (
        "the page was quicker"
    )
    assert not used.takes(half, Image("m")), "a photo is a new matter"
    assert not used.takes(whole, Voice("m"))
