"""The engine of all conversations: declared states, typed slots, effects and what became of them, versions, silence.

A flow is data and pure functions. The engine adds what no flow repeats: 取消, 返回, 稍后, 人工, 跳过 and the idle time. It reads
no clock and does no I/O; the caller stores the snapshot that comes back and turns `idle` into a moment.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from conversations.effects import AskHuman, Effect, say
from conversations.events import (
    Asked,
    Click,
    Done,
    Followed,
    Message,
    Refused,
    Reply,
    Scanned,
    Skipped,
    Text,
)
from conversations.facts import Fact, Facts

D = TypeVar("D")
E = TypeVar("E", bound=Effect)
Entry = Message | Click | Followed | Scanned | Asked
MAX_ROUNDS: Final = 3
TRAIL: Final = 8
WORDS: Final[Mapping[str, str]] = {
    "取消": "cancel",
    "退出": "cancel",
    "返回": "back",
    "上一步": "back",
    "稍后": "later",
    "等会儿再说": "later",
    "人工": "human",
    "转人工": "human",
    "找人工": "human",
    "人工客服": "human",
    "跳过": "skip",
    "不想说": "skip",
    "不知道": "skip",
    "不清楚": "skip",
}


class FlowError(Exception):
    """对话流程出错了，这条消息已另存，请工程师查看。"""

    def __init__(self, flow: str, state: str, why: str) -> None:
        super().__init__(f"{flow}.{state}: {why}")
        self.flow, self.state, self.why = flow, state, why


class UnknownSnapshot(FlowError):
    """存着的对话是另一个版本写的，这里读不懂；已原样保留。"""


class End(StrEnum):
    """The state after the last one."""

    END = "end"


END: Final = End.END


class Step(msgspec.Struct, Generic[D], frozen=True):
    """What a handler decides: the slots from now on, where to go (None = stay) and what to do."""

    data: D
    to: StrEnum | None
    effects: tuple[Effect, ...]


def goto(state: StrEnum, data: D, *effects: Effect) -> Step[D]:
    """Go to another state; its question is asked on entry."""
    return Step(data, state, effects)


def stay(data: D, *effects: Effect) -> Step[D]:
    """Stay where the talk is."""
    return Step(data, None, effects)


def finish(data: D, *effects: Effect) -> Step[D]:
    """End the talk."""
    return Step(data, END, effects)


class Snapshot(msgspec.Struct, frozen=True):
    """A conversation as it is stored. `slots` is JSON; `trail` holds the states passed, for 返回."""

    flow: str
    version: int
    revision: int
    state: str
    slots: bytes
    trail: tuple[str, ...] = ()


class Turn(msgspec.Struct, frozen=True):
    """What came of one event: the snapshot to keep (`ended` = keep none), the effects, the silence after which to
    act.
    """

    snapshot: Snapshot
    ended: bool
    effects: tuple[Effect, ...]
    idle: timedelta | None


@dataclass(frozen=True, slots=True)
class State(Generic[D]):
    """A declared state."""

    handler: Callable[..., Step[D]]
    to: frozenset[str]
    ask: str | None
    skippable: bool
    needs: tuple[type[Fact], ...]


class Flow(Generic[D]):
    """A conversation: its states, the type of its slots, and what each state does with each event."""

    def __init__(
        self,
        name: str,
        *,
        version: int,
        states: type[StrEnum],
        start: StrEnum,
        slots: type[D],
        idle: timedelta,
        later: timedelta = timedelta(hours=12),
    ) -> None:
        self.name, self.version, self.names, self.start, self.slots = name, version, states, start, slots
        self.idle, self.later = idle, later
        self.states: dict[str, State[D]] = {}
        self.entries: dict[str, Callable[[Any], Step[D]]] = {}
        self.done: dict[type[Effect], Callable[[D, Done], Step[D]]] = {}
        self.refused: dict[type[Effect], Callable[[D, Refused], Step[D]]] = {}
        self.migrations: dict[int, Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]] = {}
        self.on_silence: Callable[[D], Step[D]] | None = None
        self.on_cancel: Callable[[D], Step[D]] | None = None
        self.on_first_back: Callable[[D], Step[D]] | None = None
        self.on_claim: Callable[[D, Message], bool] | None = None

    def enters(self, on: str) -> Callable[[Callable[[Any], Step[D]]], Callable[[Any], Step[D]]]:
        """Declare the function that begins the talk when the intent `on` was understood."""
        return lambda function: self.entries.setdefault(on, function)

    def state(
        self,
        name: StrEnum,
        *,
        to: tuple[StrEnum, ...],
        ask: str | None = None,
        skippable: bool = False,
        needs: tuple[type[Fact], ...] = (),
    ) -> Callable[[Callable[..., Step[D]]], Callable[..., Step[D]]]:
        """Declare the handler of a state: (data, reply) -> step, or (data, reply, facts) when it `needs` facts."""

        def declare(function: Callable[..., Step[D]]) -> Callable[..., Step[D]]:
            self.states[name.value] = State(function, frozenset(s.value for s in to), ask, skippable, needs)
            return function

        return declare

    def on_done(self, of: type[E]) -> Callable[[Callable[[D, Done], Step[D]]], Callable[[D, Done], Step[D]]]:
        """Declare what follows when an effect of this class was carried out, in the same transaction."""
        return lambda function: self.done.setdefault(of, function)

    def on_refused(self, of: type[E]) -> Callable[[Callable[[D, Refused], Step[D]]], Callable[[D, Refused], Step[D]]]:
        """Declare what follows when a rule refused an effect of this class."""
        return lambda function: self.refused.setdefault(of, function)

    def silence(self, function: Callable[[D], Step[D]]) -> Callable[[D], Step[D]]:
        """Declare what happens when the person says nothing for `idle`."""
        self.on_silence = function
        return function

    def cancel(self, function: Callable[[D], Step[D]]) -> Callable[[D], Step[D]]:
        """Declare what 取消 does here; without it the talk ends with `engine.cancelled`."""
        self.on_cancel = function
        return function

    def first_back(self, function: Callable[[D], Step[D]]) -> Callable[[D], Step[D]]:
        """Declare what 返回 does where no question came before; without it the present one is asked again."""
        self.on_first_back = function
        return function

    def claims(self, function: Callable[[D, Message], bool]) -> Callable[[D, Message], bool]:
        """Declare which messages belong to the running talk; without it all of them do. The others are a new matter."""
        self.on_claim = function
        return function

    def migrates(self, version: int) -> Callable[[Callable[[str, dict[str, Any]], tuple[str, dict[str, Any]]]], object]:
        """Declare the step from a stored `version` to the next: (state, slots) -> (state, slots)."""
        return lambda function: self.migrations.setdefault(version, function)

    # -- running -------------------------------------------------------------------------------------------------

    def begin(self, intent: str, event: Entry) -> Turn:
        """Start the talk. Raises FlowError when the flow declares no entry for the intent."""
        entry = self.entries.get(intent)
        if entry is None:
            raise FlowError(self.name, "-", f"no entry for {intent}")
        step = entry(event)
        fresh = Snapshot(self.name, self.version, 0, self.start.value, msgspec.json.encode(step.data))
        return self._turn(fresh, step, asked_by_entry=step.to == self.start)

    def advance(self, snapshot: Snapshot, event: Message, facts: Facts | None = None) -> Turn:
        """One message in a running talk. Raises FlowError for an undeclared target or a missing fact."""
        snapshot, data, state = self._load(snapshot)
        word = _word(event) if isinstance(event, Text) else None
        if word == "cancel":
            step = self.on_cancel(data) if self.on_cancel else finish(data, say("engine.cancelled"))
            return self._turn(snapshot, step)
        if word == "later":
            turn = self._turn(snapshot, stay(data, say("engine.later")))
            return replace(turn, idle=self.later)
        if word == "human":
            return self._turn(snapshot, finish(data, AskHuman(self.name)))
        if word == "back":
            return self._back(snapshot, data)
        reply: Reply = Skipped() if word == "skip" and state.skippable else event
        if not state.needs:
            return self._turn(snapshot, state.handler(data, reply))
        missing = [need.__name__ for need in state.needs if need not in (facts or {})]
        if missing:
            raise FlowError(self.name, snapshot.state, f"facts not loaded: {', '.join(missing)}")
        return self._turn(snapshot, state.handler(data, reply, facts))

    def takes(self, snapshot: Snapshot, event: Message) -> bool:
        """Whether a message belongs to the running talk. Raises UnknownSnapshot."""
        if self.on_claim is None or (isinstance(event, Text) and _word(event) in {"cancel", "later", "human", "back"}):
            return True
        return self.on_claim(self._load(snapshot)[1], event)

    def resume(self, turn: Turn, effect: Effect, outcome: Done | Refused) -> Turn:
        """What became of an effect, as an event into the same flow; an ended talk stays ended."""
        table: Mapping[type[Effect], Callable[[Any, Any], Step[D]]] = (
            self.done if isinstance(outcome, Done) else self.refused
        )
        branch = table.get(type(effect))
        if branch is None:
            if isinstance(outcome, Done):
                promise: tuple[Effect, ...] = ()
                if isinstance(effect, AskHuman):
                    promise = (say("engine.human", by=outcome.due_at) if outcome.due_at else say("desk.overdue"),)
                return replace(turn, effects=promise)
            raise FlowError(
                self.name, turn.snapshot.state, f"{type(effect).__name__} was refused and no branch says what then"
            )
        step = branch(self._data(turn.snapshot), outcome)
        if turn.ended and step.to is None:
            step = replace(step, to=END)
        return self._turn(turn.snapshot, step)

    def silent(self, snapshot: Snapshot) -> Turn:
        """The idle time is over. Without a declared answer the talk ends with `engine.expired`."""
        snapshot, data, _ = self._load(snapshot)
        return self._turn(snapshot, self.on_silence(data) if self.on_silence else finish(data, say("engine.expired")))

    def needs(self, snapshot: Snapshot) -> tuple[type[Fact], ...]:
        """The facts that the talk's present state must be given."""
        return self.states[self.migrate(snapshot).state].needs

    def migrate(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot in today's version. Raises UnknownSnapshot for a newer one, a gap, or an unknown state."""
        if snapshot.version == self.version and snapshot.state in self.states:
            return snapshot
        state, version = snapshot.state, snapshot.version
        slots: dict[str, Any] = msgspec.json.decode(snapshot.slots)
        while version < self.version:
            step = self.migrations.get(version)
            if step is None:
                raise UnknownSnapshot(
                    self.name, state, f"version {snapshot.version} cannot be read by version {self.version}"
                )
            state, slots = step(state, slots)
            version += 1
        if version > self.version or state not in self.states:
            raise UnknownSnapshot(
                self.name, state, f"version {snapshot.version} cannot be read by version {self.version}"
            )
        trail = tuple(s for s in snapshot.trail if s in self.states)
        return Snapshot(self.name, version, snapshot.revision, state, msgspec.json.encode(slots), trail)

    def _data(self, snapshot: Snapshot) -> D:
        return msgspec.json.decode(snapshot.slots, type=self.slots)

    def _load(self, snapshot: Snapshot) -> tuple[Snapshot, D, State[D]]:
        snapshot = self.migrate(snapshot)
        try:
            return snapshot, self._data(snapshot), self.states[snapshot.state]
        except msgspec.MsgspecError as error:
            raise UnknownSnapshot(self.name, snapshot.state, str(error)) from error

    def _back(self, snapshot: Snapshot, data: D) -> Turn:
        """To the last question before this one; at the first question it is asked again."""
        asked = [place for place, name in enumerate(snapshot.trail) if self.states[name].ask]
        if not asked and self.on_first_back:
            return self._turn(snapshot, self.on_first_back(data))
        if not asked:
            return self._turn(snapshot, stay(data, say(self.states[snapshot.state].ask or "engine.back")))
        earlier = snapshot.trail[asked[-1]]
        back = Snapshot(
            self.name, self.version, snapshot.revision + 1, earlier, snapshot.slots, snapshot.trail[: asked[-1]]
        )
        return Turn(back, ended=False, effects=(say(self.states[earlier].ask or "engine.back"),), idle=self.idle)

    def _turn(self, snapshot: Snapshot, step: Step[D], *, asked_by_entry: bool = False) -> Turn:
        target, effects, trail = snapshot.state, step.effects, snapshot.trail
        moved = step.to is not None and step.to is not END and (step.to.value != snapshot.state or asked_by_entry)
        if moved and step.to is not None:
            target = step.to.value
            declared = self.states.get(target)
            allowed = asked_by_entry or snapshot.revision == 0 or target in self.states[snapshot.state].to
            if declared is None or not allowed:
                raise FlowError(self.name, snapshot.state, f"goes to {target}, which is not declared")
            if declared.ask:
                effects = (*effects, say(declared.ask))
            if not asked_by_entry:
                trail = (*trail, snapshot.state)[-TRAIL:]
        kept = Snapshot(self.name, self.version, snapshot.revision + 1, target, msgspec.json.encode(step.data), trail)
        return Turn(kept, ended=step.to is END, effects=effects, idle=self.idle)


def _word(event: Text) -> str | None:
    return WORDS.get(event.body.strip(" 。.!！"))


__all__ = [
    "END",
    "MAX_ROUNDS",
    "D",
    "End",
    "Flow",
    "FlowError",
    "Snapshot",
    "State",
    "Step",
    "Turn",
    "UnknownSnapshot",
    "finish",
    "goto",
    "stay",
]
