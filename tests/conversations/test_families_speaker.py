"""谁在说话: one question, then whoever is named; what says anything else goes to a colleague (F3)."""

import pytest

from conversations import proofs
from conversations.effects import AskHuman, Say
from conversations.events import Done, Text
from conversations.flows.families_speaker import SPEAKER, AskWho, chosen, flow

TWO = (("王秀英", "1"), ("李建国", "2"))
BEDS = (("王桂兰", "1"), ("王桂兰", "2"), ("赵德厚", "3"))


def test_the_flow_answers_everything() -> None:
    assert proofs.check(flow) == []


@pytest.mark.parametrize(
    ("how", "known", "said"),
    [
        ("two", ("王秀英", "李建国"), ("speaker.two", {"one": "王秀英", "two": "李建国"})),
        ("room", (), ("speaker.room", {})),
    ],
)
def test_f3_a_couple_is_asked_by_name_and_a_room_hears_no_name(
    how: str, known: tuple[str, ...], said: tuple[str, dict[str, str]]
) -> None:
    event = Text("我腰疼")
    turn = flow.begin(SPEAKER, event)
    assert turn.effects == (AskWho(event),)
    turn = flow.resume(turn, turn.effects[0], Done(ref="17", how=how, known=known))
    assert not turn.ended
    assert turn.effects == (Say(*said),)
    assert turn.idle is not None


def test_q4_f3_who_is_not_named_is_a_colleagues_after_one_question_or_after_silence() -> None:
    begun = flow.begin(SPEAKER, Text("我腰疼"))
    asked = flow.resume(begun, begun.effects[0], Done(ref="17", how="two", known=("王秀英", "李建国")))
    again = flow.advance(asked.snapshot, Text("快点儿"))
    assert (again.ended, again.effects) == (True, (AskHuman(SPEAKER),))
    silent = flow.silent(asked.snapshot)
    assert (silent.ended, silent.effects) == (True, (AskHuman(SPEAKER),))
    nothing = flow.resume(begun, begun.effects[0], Done(how="two", known=("王秀英", "李建国")))
    assert flow.silent(nothing.snapshot).effects == (Say("speaker.nobody"),)


@pytest.mark.parametrize(
    ("words", "asked", "who"),
    [
        ("王秀英", False, 0),
        ("我是李建国。", False, 1),
        ("李建国在说话", False, 1),
        ("我叫 王秀英", False, 0),
        ("2", True, 1),
        ("２", False, None),
        ("二", True, 1),
        ("2", False, None),
        ("3", True, None),
        ("李建国在哪儿", False, None),
        ("王秀英和李建国", True, None),
        ("", True, None),
    ],
)
def test_f3_a_name_alone_or_a_number_that_answers_says_who_it_is(words: str, asked: bool, who: int | None) -> None:
    assert chosen(words, TWO, asked=asked) == who


@pytest.mark.parametrize(
    ("words", "who"), [("王桂兰", None), ("2床", 1), ("第2号床", 1), ("我是三床", 2), ("赵德厚", 2), ("9床", None)]
)
def test_f12_f3_two_of_one_name_in_a_room_are_told_apart_by_their_beds(words: str, who: int | None) -> None:
    assert chosen(words, BEDS, asked=True) == who
