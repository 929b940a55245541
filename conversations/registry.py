"""All flows by name, and which one an intent begins."""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from conversations.engine import Flow, FlowError, Snapshot, UnknownSnapshot
from conversations.flows import complaints, complaints_verdict, families, knowledge, letters, surveys, talks


class Registry:
    """The flows that a process knows. Raises ValueError when two flows claim one name or one intent."""

    def __init__(self, flows: Iterable[Flow[Any]]) -> None:
        self.flows: dict[str, Flow[Any]] = {}
        self.entries: dict[StrEnum, Flow[Any]] = {}
        for flow in flows:
            if flow.name in self.flows:
                message = f"two flows are called {flow.name}"
                raise ValueError(message)
            self.flows[flow.name] = flow
            for intent in flow.entries:
                if intent in self.entries:
                    message = f"{flow.name} and {self.entries[intent].name} both begin on {intent}"
                    raise ValueError(message)
                self.entries[intent] = flow

    def of(self, snapshot: Snapshot) -> Flow[Any]:
        """The flow of a stored talk; raises UnknownSnapshot when this process has none of that name."""
        flow = self.flows.get(snapshot.flow)
        if flow is None:
            raise UnknownSnapshot(snapshot.flow, snapshot.state, "no flow of this name")
        return flow

    def for_intent(self, intent: StrEnum) -> Flow[Any]:
        """The flow that an intent begins; raises FlowError when none does."""
        flow = self.entries.get(intent)
        if flow is None:
            raise FlowError("-", "-", f"no flow begins on {intent}")
        return flow


def standard() -> Registry:
    """The flows of the product."""
    return Registry(
        [
            talks.flow,
            complaints.flow,
            knowledge.flow,
            complaints_verdict.flow,
            families.flow,
            letters.flow,
            surveys.flow,
        ]
    )
