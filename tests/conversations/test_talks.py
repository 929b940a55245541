"""The flow of the desk: it promises once, and is silent beside a colleague (C13)."""

from conversations import events
from conversations.effects import AskHuman, Quiet
from conversations.events import Done, Text
from conversations.flows import talks
from conversations.routing import Intent
from tests.conversations.steps import DUE, said


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
