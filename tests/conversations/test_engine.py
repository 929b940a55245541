"""The engine, on a toy flow: states, facts, words that work everywhere, versions, silence,
and the proofs of `check`.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import ClassVar

import pytest

from conversations.effects import AskHuman, Effect, Quiet, Say, say
from conversations.engine import (
    END,
    Flow,
    FlowError,
    Snapshot,
    Step,
    UnknownSnapshot,
    finish,
    goto,
    stay,
)
from conversations.events import Done, Message, Refused, Reply, Skipped, Text, Voice
from conversations.facts import Fact
from conversations.proofs import check, mermaid
from conversations.registry import Registry


class Want(StrEnum):
    SEAT = "seat"


class S(StrEnum):
    WHICH = "which"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Seats(Fact):
    left: int = 3


@dataclass(frozen=True, slots=True)
class TakeSeat(Effect):
    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True
    row: str


@dataclass(frozen=True, slots=True)
class Booking:
    row: str | None = None
    name: str | None = None


def build(version: int = 2) -> Flow[Booking]:
    flow: Flow[Booking] = Flow(
        "seats", version=version, states=S, start=S.WHICH, slots=Booking, idle=timedelta(minutes=5)
    )

    @flow.enters(on=Want.SEAT)
    def begin(_: object) -> Step[Booking]:
        return goto(S.WHICH, Booking())

    @flow.state(S.WHICH, ask="complaint.about", to=(S.NAME, END), needs=(Seats,))
    def which(data: Booking, event: Message, facts: dict[type[Fact], Fact]) -> Step[Booking]:
        seats = facts[Seats]
        assert isinstance(seats, Seats)
        if not isinstance(event, Text):
            return stay(data, say("engine.back"))
        if seats.left == 0:
            return finish(data, say("engine.cancelled"))
        return goto(S.NAME, replace(data, row=event.body))

    @flow.state(S.NAME, ask="complaint.name", to=(END,), skippable=True)
    def name(data: Booking, event: Reply) -> Step[Booking]:
        given = None if isinstance(event, Skipped) else getattr(event, "body", "voice")
        return stay(replace(data, name=given), TakeSeat(data.row or "?"))

    @flow.on_done(of=TakeSeat)
    def taken(data: Booking, event: Done) -> Step[Booking]:
        return finish(data, say("complaint.filed", number=event.ref))

    @flow.on_refused(of=TakeSeat)
    def gone(data: Booking, event: Refused) -> Step[Booking]:
        assert event.why == "full"
        return goto(S.WHICH, data, Quiet("the question says it"))

    if version > 1:

        @flow.migrates(1)
        def rows_were_numbers(state: str, slots: dict[str, object]) -> tuple[str, dict[str, object]]:
            return state, {**slots, "row": None if slots.get("row") is None else str(slots["row"])}

    return flow


LATER = datetime(2026, 11, 22, 9, tzinfo=UTC)
FACTS: dict[type[Fact], Fact] = {Seats: Seats(2)}


def test_c1_a_talk_goes_from_question_to_question_and_effects_come_back() -> None:
    flow = build()
    turn = flow.begin(Want.SEAT, Text("订座"))
    assert turn.effects == (say("complaint.about"),)
    assert flow.needs(turn.snapshot) == (Seats,)
    turn = flow.advance(turn.snapshot, Text("A"), FACTS)
    assert (turn.snapshot.state, turn.effects, turn.idle) == ("name", (say("complaint.name"),), timedelta(minutes=5))
    turn = flow.advance(turn.snapshot, Text("李静"))
    assert turn.effects == (TakeSeat("A"),)
    done = flow.resume(turn, turn.effects[0], Done(ref="7"))
    assert done.ended
    assert done.effects == (say("complaint.filed", number="7"),)


def test_c13_a_refusal_comes_back_into_the_same_flow() -> None:
    flow = build()
    turn = flow.begin(Want.SEAT, Text("订座"))
    turn = flow.advance(turn.snapshot, Text("A"), FACTS)
    turn = flow.advance(turn.snapshot, Text("李静"))
    with pytest.raises(FlowError, match="not declared"):
        flow.resume(turn, turn.effects[0], Refused("full"))


def test_a_state_is_never_entered_without_the_facts_it_declared() -> None:
    flow = build()
    turn = flow.begin(Want.SEAT, Text("订座"))
    with pytest.raises(FlowError, match="Seats"):
        flow.advance(turn.snapshot, Text("A"))


@pytest.mark.parametrize(
    ("word", "key", "ended"),
    [("取消", "engine.cancelled", True), ("稍后", "engine.later", False), ("返回", "complaint.about", False)],
)
def test_c1_the_words_that_work_everywhere(word: str, key: str, ended: bool) -> None:
    flow = build()
    turn = flow.begin(Want.SEAT, Text("订座"))
    turn = flow.advance(turn.snapshot, Text("A"), FACTS)
    turn = flow.advance(turn.snapshot, Text(word))
    assert turn.effects == (say(key),)
    assert turn.ended is ended
    if word == "返回":
        assert turn.snapshot.state == "which"
        assert flow.advance(turn.snapshot, Text("B"), FACTS).snapshot.state == "name"
    if word == "稍后":
        assert turn.idle == flow.later


def test_q4_asking_for_a_human_works_in_every_state_even_where_the_flow_forgot_it() -> None:
    flow = build()
    turn = flow.begin(Want.SEAT, Text("订座"))
    turn = flow.advance(turn.snapshot, Text("人工"), FACTS)
    assert turn.effects == (AskHuman("seats"),)
    answer = flow.resume(turn, turn.effects[0], Done(how="first", due_at=LATER))
    assert answer.ended
    assert answer.effects == (say("engine.human", by=LATER),)
    late = flow.resume(turn, turn.effects[0], Done(how="overdue"))
    assert late.effects == (say("desk.overdue"),)


def test_c2_a_question_can_be_skipped_where_it_says_so() -> None:
    flow = build()
    turn = flow.begin(Want.SEAT, Text("订座"))
    turn = flow.advance(turn.snapshot, Text("A"), FACTS)
    turn = flow.advance(turn.snapshot, Text("跳过"))
    assert turn.effects == (TakeSeat("A"),)


def test_c1_silence_acts() -> None:
    flow = build()
    turn = flow.silent(flow.begin(Want.SEAT, Text("订座")).snapshot)
    assert turn.ended
    assert turn.effects == (say("engine.expired"),)


def test_peers_botbuilder_5007_a_talk_of_the_old_release_goes_on_in_the_new_one() -> None:
    old = Snapshot("seats", 1, 3, "name", b'{"row":7,"name":null}', ("which", "gone_state"))
    moved = build().migrate(old)
    assert (moved.version, moved.state, moved.slots, moved.trail) == (2, "name", b'{"row":"7","name":null}', ("which",))
    assert build().advance(old, Text("李静")).effects == (TakeSeat("7"),)


@pytest.mark.parametrize(
    "stored",
    [
        Snapshot("seats", 9, 1, "name", b"{}"),
        Snapshot("seats", 2, 1, "renamed", b"{}"),
        Snapshot("seats", 0, 1, "name", b"{}"),
        Snapshot("seats", 2, 1, "name", b'{"row":[1]}'),
    ],
)
def test_peers_botframework_4013_what_cannot_be_read_says_so_and_is_kept(stored: Snapshot) -> None:
    with pytest.raises(UnknownSnapshot):
        build().advance(stored, Text("李静"), FACTS)


def test_an_undeclared_target_raises() -> None:
    flow = build()

    @flow.state(S.NAME, to=(END,))
    def name(data: Booking, _: Message) -> Step[Booking]:
        return goto(S.WHICH, data)

    with pytest.raises(FlowError, match="not declared"):
        flow.advance(Snapshot("seats", 2, 5, "name", b"{}"), Voice("m"))


def test_check_finds_what_is_wrong_with_a_flow() -> None:
    flow: Flow[Booking] = Flow("bad", version=3, states=S, start=S.WHICH, slots=Booking, idle=timedelta(minutes=5))

    @flow.state(S.WHICH, to=(END,))
    def which(data: Booking, event: Message) -> Step[Booking]:
        return stay(data, TakeSeat("A")) if isinstance(event, Text) else stay(data)

    problems = "\n".join(check(flow))
    assert "state name has no handler" in problems
    assert "no migration from version 1" in problems
    assert "gets no answer" in problems
    assert "TakeSeat can be refused" in problems


def test_check_finds_a_state_that_nobody_reaches() -> None:
    flow = build()
    flow.states["which"] = replace(flow.states["which"], to=frozenset({"end", "nowhere"}))
    problems = "\n".join(check(flow))
    assert "target nowhere is not declared" in problems
    assert "seats.name: cannot be reached" in problems


def test_the_toy_has_only_the_fault_that_was_planted() -> None:
    flow = build()
    flow.states["name"] = replace(flow.states["name"], to=frozenset({"end", "which"}))
    assert check(flow) == []


def test_a_refusal_without_a_branch_raises_and_a_done_without_one_is_quiet() -> None:
    flow = build()
    turn = flow.begin(Want.SEAT, Text("订座"))
    turn = flow.advance(turn.snapshot, Text("A"), FACTS)
    turn = flow.advance(turn.snapshot, Text("李静"))
    flow.refused.clear()
    with pytest.raises(FlowError, match="no branch"):
        flow.resume(turn, turn.effects[0], Refused("full"))
    flow.done.clear()
    assert flow.resume(turn, turn.effects[0], Done()).effects == ()


def test_check_finds_effects_that_go_round_for_ever() -> None:
    flow = build()
    flow.done[TakeSeat] = lambda data, _event: stay(data, TakeSeat("A"))
    assert any("gets no answer" in problem for problem in check(flow))


def test_mermaid_draws_states_targets_and_silence() -> None:
    drawing = mermaid(build())
    assert drawing.startswith("stateDiagram-v2\n    [*] --> which: seat\n")
    assert "    which --> name\n" in drawing
    assert "name --> [*]" in drawing
    assert "5 分钟不说话就收尾" in drawing


def test_two_flows_may_not_claim_one_name_or_one_intent() -> None:
    with pytest.raises(ValueError, match="two flows"):
        Registry([build(), build()])
    other = build()
    other.name = "other"
    with pytest.raises(ValueError, match="both begin"):
        Registry([build(), other])
    with pytest.raises(FlowError):
        Registry([]).for_intent(Want.SEAT)
    with pytest.raises(UnknownSnapshot):
        Registry([]).of(Snapshot("seats", 1, 1, "name", b"{}"))
    with pytest.raises(FlowError, match="no entry"):
        build().begin(StrEnum("Other", ["X"]).X, Text("?"))  # type: ignore[attr-defined]


def test_say_is_a_value() -> None:
    assert say("a", b="c") == Say("a", {"b": "c"})
