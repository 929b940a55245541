"""What is proven of a flow and how it is drawn: every state answers every kind of message, nothing is out of reach."""

from typing import Any, Final

import msgspec

from conversations.effects import Effect, Quiet, Say
from conversations.engine import END, MAX_ROUNDS, Flow, FlowError, Snapshot, Turn
from conversations.events import Done, Image, Link, Location, Message, Noted, Other, Text, Video, Voice


def _answers(flow: Flow[Any], turn: Turn, depth: int = 0) -> bool:
    if any(isinstance(effect, Say | Quiet) for effect in turn.effects):
        return True
    if depth >= MAX_ROUNDS:
        return False
    asked = [effect for effect in turn.effects if effect.answers]
    return bool(asked) and all(
        _answers(flow, flow.resume(turn, effect, Done(ref="C0101-01", how="first")), depth + 1) for effect in asked
    )


SAMPLES: Final[tuple[Message, ...]] = (
    Text("一句话"),
    Text("好了"),
    Text("13800000000"),
    Image("m"),
    Voice("m"),
    Video("m"),
    Location(1.0, 2.0),
    Link("t"),
    Noted("请来电"),
    Other("file"),
)


def check(flow: Flow[Any]) -> list[str]:
    """What is wrong with a flow, as sentences; an empty list proves that every state answers every kind of message."""
    problems = [
        f"{flow.name}: state {name} has no handler" for name in (s.value for s in flow.names) if name not in flow.states
    ]
    declared = set(flow.states)
    for name, state in flow.states.items():
        problems += [
            f"{flow.name}.{name}: target {t} is not declared" for t in sorted(state.to - declared - {END.value})
        ]
    reached: set[str] = set()
    todo = [flow.start.value]
    while todo:
        name = todo.pop()
        if name in declared and name not in reached:
            reached.add(name)
            todo += flow.states[name].to
    problems += [f"{flow.name}.{name}: cannot be reached" for name in sorted(declared - reached)]
    problems += [
        f"{flow.name}: no migration from version {v}" for v in range(1, flow.version) if v not in flow.migrations
    ]
    seen: set[type[Effect]] = set(flow.done) | set(flow.refused)
    for name, state in flow.states.items():
        blank = Snapshot(flow.name, flow.version, 1, name, msgspec.json.encode(flow.slots()))
        facts = {need: need() for need in state.needs}
        for event in (*SAMPLES, *((Text("跳过"),) if state.skippable else ())):
            try:
                turn = flow.advance(blank, event, facts)
                seen |= {type(effect) for effect in turn.effects}
                if not _answers(flow, turn):
                    problems.append(f"{flow.name}.{name}: {event!r} gets no answer and no Quiet says why")
            except FlowError as error:
                problems.append(f"{error}")
    problems += [
        f"{flow.name}: {effect.__name__} can be refused and no branch says what then"
        for effect in sorted(seen, key=lambda e: e.__name__)
        if effect.refusable and effect not in flow.refused
    ]
    return problems


def mermaid(flow: Flow[Any]) -> str:
    """The flow as a Mermaid state diagram, the same text for the same flow."""
    lines = [
        "stateDiagram-v2",
        f"    [*] --> {flow.start.value}: {' '.join(sorted(str(intent) for intent in flow.entries))}",
    ]
    for name, state in flow.states.items():
        targets = sorted(
            state.to, key=lambda t: (t == END.value, [s.value for s in flow.names].index(t) if t != END.value else 0)
        )
        lines += [f"    {name} --> {'[*]' if target == END.value else target}" for target in targets]
        if state.skippable:
            lines.append(f"    note right of {name}: 可跳过")
    minutes = int(flow.idle.total_seconds() // 60)
    lines.append(f"    note left of {flow.start.value}: {minutes} 分钟不说话就收尾")
    return "\n".join(lines) + "\n"
