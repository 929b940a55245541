"""The flow of a questionnaire: half a sheet is let go, and a second one as well (M2)."""

from conversations import events
from conversations.events import Image, Text, Voice
from conversations.registry import standard
from tests.conversations.steps import at, said


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
