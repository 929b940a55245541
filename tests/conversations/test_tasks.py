"""What a colleague says from her own WeChat, message by message (F39)."""

import json

import pytest

from conversations import events
from conversations.effects import Quiet, Say
from conversations.engine import Snapshot, Turn
from conversations.events import Click, Done, Image, Link, Location, Text, Voice
from conversations.flows import staff
from conversations.flows.tasks import ActOnTask, KeepNote, ShowShift, ShowTasks, TakeBackNote, flow
from conversations.routing import COLLEAGUE, STAFF_BIND, understand


def at(state: str, **slots: object) -> Snapshot:
    return Snapshot("colleague", 1, 3, state, json.dumps(slots).encode())


def said(turn: Turn) -> list[str]:
    return [effect.key for effect in turn.effects if isinstance(effect, Say)]


@pytest.mark.parametrize(
    ("event", "effect"),
    [
        (Text("接班"), ShowShift()),
        (Click("SHIFT"), ShowShift()),
        (Text("我的任务"), ShowTasks()),
        (Text("306 王奶奶今天唱了歌"), KeepNote("306 王奶奶今天唱了歌", "words", "", "306 王奶奶今天唱了歌")),
        (Image("m"), KeepNote("", "image", "now", "")),
        (Voice("m", heard="王奶奶睡得好"), KeepNote("王奶奶睡得好", "voice", "now", "王奶奶睡得好")),
    ],
)
def test_f39_a_word_a_button_or_a_line_is_what_it_says(event: events.Message, effect: object) -> None:
    assert flow.begin(COLLEAGUE, event).effects == (effect,)


def test_f39_what_is_neither_is_answered_in_a_sentence() -> None:
    for event, key in (
        (Click("OTHER"), "colleague.hello"),
        (events.Followed(), "colleague.hello"),
        (Link("t"), "colleague.cannot"),
        (Location(1.0, 2.0), "colleague.cannot"),
        (Text("你好"), "colleague.hello"),
        (Text("撤回"), "colleague.nothing_to_take_back"),
        (Text("长" * 301), "colleague.too_long"),
    ):
        assert said(flow.begin(COLLEAGUE, event)) == [key]
    (quiet,) = flow.begin(COLLEAGUE, Text("好的")).effects
    assert isinstance(quiet, Quiet)
    assert said(flow.begin(COLLEAGUE, Click("NOTE"))) == ["colleague.write"]
    assert flow.advance(at("write"), Text("接班")).effects == (ShowShift(),)


def test_f39_a_number_is_of_the_list_that_she_saw_last() -> None:
    ready = at("ready", shown=["7", "8"])
    assert flow.advance(ready, Text("2 好了")).effects == (ActOnTask("done", "8"),)
    assert flow.advance(ready, Text("第1件我来")).effects == (ActOnTask("take", "7"),)
    assert said(flow.advance(ready, Text("3好了"))) == ["colleague.which_task"]
    for how, known, key in (
        ("done", ("8",), "colleague.done"),
        ("taken", ("8",), "colleague.taken"),
        ("undone", (), "colleague.undone"),
        ("gone", (), "colleague.refused"),
        ("pledge", (), "colleague.pledge"),
    ):
        turn = flow.advance(ready, Text("2 好了"))
        assert said(flow.resume(turn, turn.effects[0], Done(ref="被子", how=how, known=known))) == [key]
    for last, effect in (("task:8", ActOnTask("undo", "8")), ("note:9", TakeBackNote("9"))):
        assert flow.advance(at("ready", last=last), Text("撤回")).effects == (effect,)
    turn = flow.advance(at("ready", last="note:9"), Text("撤回"))
    assert said(flow.resume(turn, turn.effects[0], Done(how="used"))) == ["colleague.in_the_letter"]
    turn = flow.begin(COLLEAGUE, Text("接班"))
    assert said(flow.resume(turn, turn.effects[0], Done(ref="3 楼"))) == ["colleague.told"]
    turn = flow.begin(COLLEAGUE, Text("任务"))
    assert said(flow.resume(turn, turn.effects[0], Done())) == ["colleague.no_tasks"]
    assert said(flow.resume(turn, turn.effects[0], Done(how="ended"))) == ["colleague.ended"]
    assert said(flow.resume(turn, turn.effects[0], Done(ref="1. 被子", known=("7",)))) == ["colleague.tasks"]


def test_f39_a_line_of_nobody_waits_until_she_says_of_whom() -> None:
    turn = flow.begin(COLLEAGUE, Text("今天唱了歌"))
    asked = flow.resume(turn, turn.effects[0], Done(how="which", known=("今天唱了歌", "words", "", "1", "2")))
    assert (asked.snapshot.state, said(asked)) == ("who", ["colleague.which"])
    assert flow.advance(asked.snapshot, Text("2")).effects == (KeepNote("今天唱了歌", "words", "", "", "2"),)
    assert said(flow.advance(asked.snapshot, Text("3"))) == ["colleague.which_number"]
    assert flow.advance(asked.snapshot, Text("306")).effects == (KeepNote("今天唱了歌", "words", "", "306"),)
    other = flow.advance(asked.snapshot, Text("接班"))
    assert (said(other), other.effects[-1]) == (["colleague.not_kept"], ShowShift())
    assert said(flow.silent(asked.snapshot)) == ["colleague.not_kept"]
    photo = at("who", kind="image", inbox="5")
    assert flow.advance(photo, Image("m2")).effects == (KeepNote("", "image", "now", ""),)
    for how, key in (("offered", "kept"), ("inside", "kept_inside"), ("lead", "for_the_lead"), ("roles", "roles")):
        assert said(flow.resume(turn, turn.effects[0], Done(ref="306", how=how, known=("9",)))) == [f"colleague.{key}"]
    nobody = flow.resume(turn, turn.effects[0], Done(how="nobody", known=("x", "words", "")))
    assert (nobody.snapshot.state, said(nobody)) == ("who", ["colleague.nobody"])


def test_f39_silence_and_a_call_for_a_human_end_it_without_a_promise() -> None:
    turn = flow.silent(at("ready"))
    assert (turn.ended, said(turn)) == (True, [])
    human = flow.advance(at("ready"), Text("人工"))
    assert said(flow.resume(human, human.effects[0], Done(how="colleague"))) == ["colleague.hello"]


def test_f39_a_code_of_a_colleague_is_no_code_of_a_family() -> None:
    assert understand(Text("同事 7KQ-2M4-HXA")) == STAFF_BIND
    assert understand(Text("7kq2m4hxa")) == STAFF_BIND
    assert understand(events.Scanned("staff:7KQ2M4HXA")) == STAFF_BIND
    assert understand(Text("7KQ2-M4HX")) != STAFF_BIND
    assert staff.staff_code("ABCDEFGHJ") is None
    assert staff.staff_code("今天妈妈怎么样了呢") is None
    assert said(staff.flow.begin(STAFF_BIND, events.Scanned("staff:7"))) == ["staff.does_not_fit"]
    assert staff.flow.begin(STAFF_BIND, Text("x")).snapshot.state == "once"
    turn = staff.flow.begin(STAFF_BIND, Text("7KQ2M4HXA"))
    assert said(staff.flow.resume(turn, turn.effects[0], Done(ref="周敏"))) == ["staff.bound"]
    for why, key in (("known", "staff.known_phone"), ("wrong", "staff.does_not_fit")):
        assert said(staff.flow.resume(turn, turn.effects[0], events.Refused(why))) == [key]
    once = Snapshot("staff_bind", 1, 1, "once", b"{}")
    assert staff.flow.advance(once, Text("x")).ended is True
