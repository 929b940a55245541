"""Steps of a flow as the service would take them: effects carried out, words told one after another."""

import json
from datetime import UTC, datetime

from conversations.effects import Effect, Say
from conversations.engine import Flow, Snapshot, Turn
from conversations.events import Done, Text
from conversations.flows.complaints import flow
from conversations.routing import Intent

DUE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)


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


def at(used: Flow[object], state: str, **slots: object) -> Snapshot:
    """A talk that stands in a state, as it would be read from the database."""
    return Snapshot(used.name, used.version, 3, state, json.dumps(slots).encode(), (state,))
