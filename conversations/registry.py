"""All flows by name, and which one an intent begins."""

from collections.abc import Iterable
from typing import Any

from conversations.engine import Flow, FlowError, Snapshot, UnknownSnapshot
from settings import subjects


class Registry:
    """The flows that a process knows. Raises ValueError when two flows claim one name or one intent."""

    def __init__(self, flows: Iterable[Flow[Any]]) -> None:
        self.flows: dict[str, Flow[Any]] = {}
        self.entries: dict[str, Flow[Any]] = {}
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

    def for_intent(self, intent: str) -> Flow[Any]:
        """The flow that an intent begins; raises FlowError when none does."""
        flow = self.entries.get(intent)
        if flow is None:
            raise FlowError("-", "-", f"no flow begins on {intent}")
        return flow


def standard() -> Registry:
    """The flows of the product: each module of `conversations/flows` has its own."""
    return Registry(subjects.declared("conversations.flows", Flow))
