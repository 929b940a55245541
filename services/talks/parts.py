"""A message that says several things: what the talk is about has its end already, each other part gets its own. The
same for what is asked aside while a complaint is told: it is answered, and the story goes on.
"""

from typing import Final

import msgspec

from conversations import events
from conversations.effects import Say
from conversations.flows.matters import INTENTS
from conversations.routing import Intent
from services.context import Context
from services.house import House
from services.talks import stepping
from services.talks.envelope import Envelope
from services.talks.talks import Talk
from understanding import cascade
from understanding.cascade import Decision

ENDS: Final = frozenset({*INTENTS, Intent.LETTER, Intent.PROGRESS, Intent.CALL})
"""Matters that end with what is said to them."""
ASKS: Final = frozenset({"faq", "contact"})
SAME: Final = (frozenset({Intent.TOUR.value, Intent.LEAD.value}), frozenset({Intent.CALL.value, "human", "contact"}))
"""Ends that are one for who gets either."""
BESIDE: Final = ASKS | {
    Intent.VISIT,
    Intent.LEAVE,
    Intent.TOUR,
    Intent.LETTER,
    Intent.REQUEST,
    Intent.CALL,
    Intent.STOP,
}
"""What is told beside a grievance and does not belong to it."""
MOST: Final = 2
"""Parts that are answered besides the first; a colleague reads all of it."""


def others(envelope: Envelope, talk: Talk, decision: Decision | None, intent: str) -> list[tuple[str, str]]:
    """The intent and the words of each further part. `intent`: what the whole is taken for."""
    if envelope.read is None or decision is None or decision.ask:
        return []
    if talk.kind == "staff" or talk.mourns or talk.attended(envelope.arrived_at) or intent == Intent.BEREAVED:
        return []
    tells = talk.snapshot is not None and (talk.snapshot.flow, talk.snapshot.state) == ("complaint", "story")
    if not tells and (talk.snapshot is not None or not envelope.read.parts):
        return []
    grieves, same = tells or intent == Intent.COMPLAINT, next((one for one in SAME if intent in one), frozenset())
    found, seen = list[tuple[str, str]](), set[str]() if tells else {intent}
    for part, words in cascade.matters(envelope.read, talk.who, "complaint" if tells else ""):
        if (part in ASKS or part not in seen) and part not in same and part in (BESIDE if grieves else ENDS | ASKS):
            found.append((part, words))
        seen.add(part)
    return found


def tell(
    house: House, envelope: Envelope, context: Context, parts: list[tuple[str, str]], said: list[Say]
) -> list[Say]:
    """Begin and end each part; gives what is said to them, nothing twice."""
    more: list[Say] = []
    for intent, words in parts:
        if len(more) >= MOST:
            break
        part = events.Text(words)
        asked = envelope.look_up_part(words) if intent in ASKS else None
        if intent in ASKS and (asked is None or not asked.sure):
            continue
        begins = Intent.ENQUIRY if intent in ASKS else intent
        flow = house.registry.for_intent(begins)
        alone = msgspec.structs.replace(context, event=part, part=True)
        turn, says = stepping.rounds(flow, flow.begin(begins, asked or part), alone)
        if turn.ended and not context.elder:
            more += [one for one in says if one not in said and one not in more]
    return more
