"""One step of a talk: which flow a message goes to, what its effects come to, what of the talk is kept."""

import re
from datetime import datetime
from typing import Any, Final

from conversations import events
from conversations.effects import Effect, Say
from conversations.engine import MAX_ROUNDS, Flow, FlowError, Turn
from conversations.events import Done, Notice, Unfollowed
from conversations.facts import Facts
from conversations.routing import COLLEAGUE, Intent, is_question
from services.context import Context
from services.house import House
from services.talks import bereaved, dispatch, reading, talks
from services.talks.envelope import Envelope
from services.talks.talks import Talk
from services.tasks import matters
from storage import tables
from storage.store import Store
from understanding.cascade import Decision

_AT_US: Final = re.compile(
    "你们|你家|贵院|院里|前台|客服|态度|骗|投诉|接待|销售|护[工士理]|阿姨|饭|菜|床单|没人管|楼|房间|上次|住在|保安"
)
"""Words in which a grievance is about the house, and no sore of an elder who is to come."""


def step(
    store: Store, house: House, envelope: Envelope, talk: Talk, facts: Facts, decision: Decision | None = None
) -> tuple[Flow[Any], Turn]:
    """Give a message to the running talk, else to the flow that its intent begins; what an enquirer tells of
    their elder belongs to the enquiry that is open. Raises FlowError.
    """
    event, registry = envelope.event, house.registry
    if isinstance(event, Notice | Unfollowed):
        raise FlowError("-", "-", "nothing begins with this")
    if talk.kind != "staff" and bereaved.is_told(talk, envelope, decision):
        flow = registry.for_intent(Intent.BEREAVED)
        return flow, flow.begin(Intent.BEREAVED, event)
    foreign = talk.kind == "staff" and talk.snapshot is not None and talk.snapshot.flow != COLLEAGUE
    if talk.snapshot is not None and not foreign and not isinstance(event, events.ACTS):
        flow = registry.of(talk.snapshot)
        if flow.takes(talk.snapshot, event):
            return flow, flow.advance(talk.snapshot, event, facts)
    intent = COLLEAGUE if talk.kind == "staff" else wanted(house, envelope, decision)
    states = isinstance(event, events.Text) and not is_question(event.body)
    if states and talk.kind == "guest" and _tells_more(envelope, intent):
        intent = matters.enquires(store, envelope.home_id, talk.person_id, envelope.arrived_at) or intent
    told = states and (talk.has_complaint or intent in matters.ENQUIRES)
    asks = envelope.intent == Intent.ASK and talk.kind not in {"elder", "staff"}
    if asks and not told and not talk.attended(envelope.arrived_at):
        asked = envelope.look_up(decision)
        if asked is not None:
            flow = registry.for_intent(Intent.ENQUIRY)
            return flow, flow.begin(Intent.ENQUIRY, asked)
    flow = registry.for_intent(intent)
    return flow, flow.begin(intent, event)


def _tells_more(envelope: Envelope, intent: str) -> bool:
    """Whether a stranger's words may belong to an enquiry: sores and falls of an elder who is to come are no grievance
    against us.
    """
    if intent == Intent.COMPLAINT and envelope.intent == Intent.ASK:
        return envelope.accused is None and _AT_US.search(events.said(envelope.event)) is None
    return intent in {Intent.ASK, Intent.LEAD}


def wanted(house: House, envelope: Envelope, decision: Decision | None) -> str:
    """The intent of the words, where a flow begins on it."""
    if decision is None or decision.intent not in house.registry.entries:
        return envelope.intent
    return reading.wanted(envelope.intent, decision)


def rounds(flow: Flow[Any], turn: Turn, context: Context) -> tuple[Turn, list[Say]]:
    """Carry out the effects; Done and Refused come back into the flow, at most three rounds.

    Raises FlowError after that.
    """
    says: list[Say] = []
    for _ in range(MAX_ROUNDS + 1):
        outcomes: list[tuple[Effect, Done | events.Refused]] = []
        for effect in turn.effects:
            if isinstance(effect, Say):
                says.append(effect)
                continue
            outcome = dispatch.carry_out(context, effect)
            if outcome is not None:
                outcomes.append((effect, outcome))
        if not outcomes:
            return turn, says
        following: tuple[Effect, ...] = ()
        for effect, outcome in outcomes:
            turn = flow.resume(turn, effect, outcome)
            following += turn.effects
        turn = Turn(turn.snapshot, turn.ended, following, turn.idle)
    raise FlowError(flow.name, turn.snapshot.state, f"more than {MAX_ROUNDS} rounds of effects")


def after(store: Store, talk: Talk, flow: Flow[Any], turn: Turn, envelope: Envelope, now: datetime) -> None:
    """Keep the talk. An act that ended at once leaves a running talk as it is."""
    heard = now if not isinstance(envelope.event, events.ACTS) else None
    more: dict[str, object] = {"heard_at": heard} if heard else {}
    if talk.attended_by is not None and not talk.attended(now):
        more["attended_by"] = None
    if turn.ended and talk.snapshot is not None and talk.snapshot.flow != flow.name:
        if more:
            store.update(tables.Conversation, talk.conversation_id, person=talk.person_id, **more)
        return
    talks.keep(store, talk, None if turn.ended else turn, now, more)
