"""What a message says, by one function for every door: the push, the three commands, a second reading (engineering,
13).

`read` looks at the words before anything is loaded; `settle` says what they mean when it is known who speaks, what the
talk waits for and where the resident is.
"""

from collections.abc import Callable
from functools import partial
from typing import Final

import msgspec

from care import accusations
from care.accusations import Accusation, Names
from care.triage import CALM, NURSE, Audience, Triage, Urgency
from conversations import events
from conversations.events import Arrival
from conversations.routing import Intent, understand
from understanding import cascade
from understanding.answers import Meaning

CALLS = events.Click("NURSE")
NODS: Final = frozenset({Intent.THANKS, Intent.CLOSING})
"""Said to a colleague they close themselves: no answer of the machine, no promise (practice.md C13)."""
WHO = {"elder": "elder", "guest": "stranger", "stranger": "stranger"}
"""How the speaker of each kind of person is called in a reading; everybody else is family."""


class Reading(msgspec.Struct, frozen=True):
    """What was found: `meant` by the words alone, `heard` with whom they accuse, `intent` where a word is exact, `read`
    for the one who knows who speaks.

    `in_complaint` tells whom the words accuse within a complaint, where any grievance counts; few are asked.
    """

    words: str
    intent: str
    heard: Triage
    meant: Triage = CALM
    accused: Accusation | None = None
    in_complaint: Callable[[], Accusation | None] = lambda: None
    read: cascade.Reading | None = None
    meaning: Meaning | None = None
    """What the encoder says of the words to the knowledge, where it was asked in time."""


def read(event: Arrival, names: Names, before: str = "") -> Reading:
    """Read a message; the time grows with its length alone. `before`: what the same person said in pieces just now."""
    words, intent = events.said(event), understand(event)
    if not words:
        return Reading(words, intent, NURSE if event == CALLS else CALM)
    return with_reading(words, intent, names, cascade.read(words, before))


def with_reading(words: str, intent: str, names: Names, found: cascade.Reading) -> Reading:
    """The same where the words have been read already, inline or again."""
    decision = cascade.decide(found, "family")
    meant = cascade.of(decision)
    hurt = meant.rings and meant.audience is Audience.FLOOR
    accused = accusations.read(words, names, complaint=intent == Intent.COMPLAINT, hurt=hurt)
    return Reading(
        words,
        intent,
        rung(decision, meant, accused),
        meant,
        accused,
        partial(accusations.in_complaint, words, names),
        found,
    )


def wanted(exact: str, decision: cascade.Decision) -> str:
    """The intent that a word names exactly, else the one that was read; 好的 answers an open question first."""
    answers = decision.intent in cascade.VERDICTS and exact in NODS
    return decision.intent if exact == Intent.ASK or answers else exact


def settle(
    found: cascade.Reading, accused: Accusation | None, kind: str, open_: str, status: str = ""
) -> tuple[cascade.Decision, Triage]:
    """What it means from a person of this kind, and what rings by it."""
    decision = cascade.decide(found, WHO.get(kind, "family"), open_, status)
    meant = cascade.of(decision) if decision.level <= Urgency.P1 else CALM
    return decision, rung(decision, meant, accused)


def rung(decision: cascade.Decision, meant: Triage, accused: Accusation | None) -> Triage:
    """What rings. Words that accuse somebody ring where they would at least be asked back, or shown and a colleague is
    called in them: 「五点以后打我」 wants a call. Whoever is accused is kept from reading them in any case.
    """
    called = accused is not None and bool(accused.staff or accused.roles)
    heard = decision.level <= Urgency.P1 or decision.ask or (decision.show and called)
    return accusations.heard(meant, accused) if heard else meant


def may_ring(found: Reading) -> bool:
    """Whether the words certainly ring from some speaker, or by whom they accuse: a message that does waits for
    nothing.
    """
    if found.read is None:
        return found.heard.rings
    speakers = {*WHO.values(), "family"}
    decided = (cascade.decide(found.read, who, waits=True) for who in speakers)
    return any(rung(one, cascade.of(one) if one.level <= Urgency.P1 else CALM, found.accused).rings for one in decided)


def may_matter(found: Reading) -> bool:
    """Whether the words ring, or would be asked back or shown, from some speaker."""
    if found.heard.rings or found.read is None:
        return found.heard.rings
    means = [settle(found.read, found.accused, kind, "") for kind in (*WHO, "relative")]
    return any(heard.rings or decision.ask or decision.show for decision, heard in means)


def again(
    found: Reading,
    scores: tuple[float, ...] | None,
    names: Names,
    told: cascade.Told | None = None,
    meaning: Meaning | None = None,
) -> Reading:
    """The same message with its second reading, with what a stronger reader says, and with what it means to the
    knowledge; what rings by the first one rings.
    """
    first = found.read
    if first is None:
        return found
    if scores is None and told is None:
        return msgspec.structs.replace(found, meaning=meaning)
    more = cascade.reread(first, scores, told)
    return msgspec.structs.replace(with_reading(found.words, found.intent, names, more), meaning=meaning)


def is_high(found: cascade.Reading, decision: cascade.Decision, kind: str) -> bool:
    """Whether a message that would be asked back is nearer to ringing than to calm: somebody's state now (F26)."""
    limits = cascade.thresholds().second if found.again else cascade.thresholds().alone
    who = WHO.get(kind, "family")
    return decision.odds >= (limits.ask[who] + limits.ring[who]) / 2
