"""One reading of a message, and what it means when it is known who speaks and what the talk waits for.

`read` looks at the words alone, so that it can be done before anything is loaded; `decide` adds the speaker, the open
question and where the resident is. Order of rights: a danger, an open question, a complaint, the other intents.
"""

import tomllib
from functools import cache, cached_property
from typing import Final

import msgspec

from care.triage import CALM as NOTHING
from care.triage import Audience, Triage, Urgency
from understanding import exact
from understanding.classes import CLASSES, KINDS, MARK, intent_of
from understanding.judge import judges
from understanding.linear import CALM, DANGERS, WEIGHTS, inline
from understanding.parts import cut
from understanding.text import clauses, ends, has_words, plain

LEAD: Final = frozenset({"abuse"})
"""Kinds that only the lead and the director may read (F5)."""
SOON: Final = frozenset({"acute"})
"""Kinds that ring within five minutes; all others at once."""
CLAUSES: Final = 40
"""Clauses among which the loudest is looked for."""
VERDICT: Final = -0.3
GRIEVES_LESS: Final = 0.5
"""By how much surer a danger must be while a grievance is told or answered: 「没人来」 alone is a cry elsewhere."""
GRIEVANCES: Final = frozenset({"complaint", "verdict", "survey"})
TAKEN_BACK: Final = 0.0
"""The margin from which words take a message back where nothing rings: they close it without an answer."""
"""The margin from which on words are taken for a verdict."""
NAME: Final = 4
"""Signs of a name: what is no longer tells a death by its words alone, since 周蕾 may be how somebody is called."""
UNCLEAR: Final = 0.0
"""The margin from which words that say too little (发烧了, 心里慌) are asked back, as small as the odds of a danger are."""
HURT: Final = {"fall", "breath", "brain", "choke", "medicine", "bleed", "acute"}
"""Kinds of a body that is hurt or ill."""
WOUND: Final = -0.6
"""From this margin of one of them on, words of abuse tell of a wound as well: somebody must go, now (F27)."""
HURTS: Final = tuple(number for number, label in enumerate(CLASSES) if label.removeprefix(MARK) in HURT)
UNSORTED: Final = frozenset({"complaint", "bereaved", "hazard", "askback", "stop", "rights", "human"}) | frozenset(
    {"verdict_yes", "verdict_no", "verdict_call", "survey"}
)
"""What no stronger reader takes away: who is sorted out of these is not heard."""
RATHER: Final = {"private": 0.3, "offtopic": 0.2}
"""What is taken before a question to the knowledge where it comes as near: one resident's state is never answered by it
(8 % to 5 % of such messages, for 1 % of the questions), and what is not ours better not.
"""
WANTS: Final = frozenset(
    {"faq", "contact", "complaint", "suggestion", "praise", "request", "hazard", "leave", "visit"}
) | frozenset({"tour", "lead", "private", "letter", "progress", "rights", "stop", "unbind", "call", "bereaved"})
"""Intents of a part that has an end of its own beside the whole."""
GRIEVES: Final = frozenset({"complaint", "bereaved"})
IDLE: Final = frozenset({"greeting", "thanks", "closing", "praise", "other", "offtopic", "identity"})
"""Intents of a whole that gives way to a part of it that wants something."""
SURE: Final = -0.2
"""The margin from which on a part is taken for what it looks like."""
SURER: Final = 0.0
"""The same of what is said while a complaint is told."""
VERDICTS: Final = frozenset({"verdict_yes", "verdict_no", "verdict_call"})


class Told(msgspec.Struct, frozen=True):
    """What a stronger reader says of a message: ring, ask, show or no; of which kind; what is wanted."""

    danger: str
    kind: str
    intent: str


class Part(msgspec.Struct, frozen=True):
    """One of several things that a message says, with its margins."""

    words: str
    scores: tuple[float, ...]


class Reading(msgspec.Struct, frozen=True, dict=True):
    """The words in their plain form, and the margin of each class whoever says them. `again`: read a second time, with
    the encoder; `first`: what the inline reading found then, since what rings by it rings; `told`: what a stronger
    reader says of it.
    """

    words: str
    scores: tuple[float, ...]
    again: bool = False
    first: tuple[float, ...] = ()
    told: Told | None = None
    parts: tuple[Part, ...] = ()
    """What it says in turn, where that is more than one thing."""
    joined: Part | None = None
    """Its words behind those of a moment ago."""

    @cached_property
    def decided(self) -> "dict[tuple[str, str, str, bool], Decision]":
        """What was decided of it so far, by what `decide` was asked: a message is decided on some five times."""
        return {}

    @cached_property
    def is_doubtful(self) -> bool:
        """Whether a second reading could change what is done: neither surely calm, nor ringing already, nor a
        command.
        """
        return _is_doubtful(self)


class Limits(msgspec.Struct, frozen=True):
    """From which log-odds of a danger on a message rings, is asked back, is shown; below `calm` no second reading is
    made.
    """

    calm: float
    ring: dict[str, float]
    ask: dict[str, float]
    show: dict[str, float]


class Thresholds(msgspec.Struct, frozen=True):
    """Those of the inline reading that waits for a second one, of the inline reading alone, and of the second one
    (`weights/thresholds.toml`, made by training).
    """

    inline: Limits
    alone: Limits
    second: Limits


class Decision(msgspec.Struct, frozen=True):
    """What a message means now. `level`, `kind`, `audience` of the alarm; `ask`: it is asked back once; `show`: a
    colleague looks at it; `why` in words for a colleague.
    """

    intent: str
    level: Urgency = Urgency.P3
    kind: str = ""
    audience: Audience = Audience.NONE
    ask: bool = False
    show: bool = False
    why: str = ""
    odds: float = 0.0
    wound: str = ""
    """The kind of the wound that words of abuse tell of: the floor gets the place, the lead the words (F27)."""


@cache
def thresholds() -> Thresholds:
    """The limits that belong to the weights."""
    return msgspec.convert(
        tomllib.loads((WEIGHTS / "thresholds.toml").read_text(encoding="utf-8")), Thresholds, strict=False
    )


def read(text: str, before: str = "") -> Reading:
    """Read a message with the inline model; the time grows with its length alone. `before`: the pieces that the same
    person sent a moment ago.
    """
    words = plain(text)
    parts = tuple(Part(one, tuple(inline().score(one))) for one in cut(words))
    whole = plain(before + text) if before and words else ""
    joined = Part(whole, tuple(inline().score(ends(whole)))) if whole else None
    return Reading(words, tuple(inline().score(ends(words))), parts=parts, joined=joined)


def reread(first: Reading, scores: tuple[float, ...] | None, told: Told | None = None) -> Reading:
    """A reading with the margins of the second one, and with what a stronger reader says, as far as there is either."""
    return msgspec.structs.replace(
        first, scores=scores or first.scores, again=scores is not None, first=first.scores, told=told
    )


def _is_doubtful(reading: Reading) -> bool:
    limits = thresholds().inline
    odds = judges().inline.odds(inline().said_by(reading.scores, "family", ""), "family", reading.words)
    if odds < limits.calm or odds >= max(limits.ring.values()):
        return False
    return not exact.command(reading.words, "") and not exact.cry(reading.words)


def decide(reading: Reading, who: str, open_: str = "", status: str = "", *, waits: bool = False) -> Decision:
    """What it means from this speaker: elder, family or stranger. `waits`: a second reading is to come, so only what
    is certain rings now.
    """
    asked = (who, open_, status, waits)
    found = reading.decided.get(asked)
    if found is None:
        found = reading.decided[asked] = _decide(reading, who, open_, status, waits=waits)
    return found


def _decide(reading: Reading, who: str, open_: str, status: str, *, waits: bool) -> Decision:
    scores = inline().said_by(reading.scores, who, "")
    judge = judges().second if reading.again else judges().inline
    limits = thresholds().second if reading.again else thresholds().inline if waits else thresholds().alone
    odds = judge.odds(scores, who, reading.words) - (GRIEVES_LESS if open_ in GRIEVANCES else 0.0)
    found = weigh(reading.words, scores, odds, limits, who, open_, status)
    if reading.first and found.level > Urgency.P1:
        before = decide(Reading(reading.words, reading.first), who, open_, status, waits=True)
        found = before if before.level <= Urgency.P1 else found
    pieces = (*reading.parts, reading.joined) if reading.joined is not None else reading.parts
    for part in pieces if found.level > Urgency.P1 and not exact.command(reading.words, open_) else ():
        found = _louder(found, decide(Reading(part.words, part.scores), who, waits=waits))
    found = _first_of(found, reading, who) if reading.parts and not open_ else found
    if reading.told is None or found.level <= Urgency.P1 or exact.command(reading.words, open_):
        return found
    return _raised(found, reading.told, reading.words)


def _louder(found: Decision, part: Decision) -> Decision:
    """What a part adds that is more urgent than the whole: a danger told between two matters of every day."""
    if part.level <= Urgency.P1 < found.level:
        return part
    if part.ask and not (found.ask or found.level <= Urgency.P1):
        return msgspec.structs.replace(
            found, level=Urgency.P2, kind=part.kind, ask=True, show=True, why=part.why, odds=part.odds
        )
    return found


def _first_of(found: Decision, reading: Reading, who: str) -> Decision:
    """Which of several things comes first: a death, a grievance, then whatever wants something (order of rights)."""
    if found.level <= Urgency.P1 or found.ask or found.intent in GRIEVES:
        return found
    wants = [intent for intent, _ in matters(reading, who)]
    first = next((one for one in wants if one in GRIEVES), wants[0] if wants and found.intent in IDLE else "")
    return msgspec.structs.replace(found, intent=first) if first else found


def matters(reading: Reading, who: str, open_: str = "") -> list[tuple[str, str]]:
    """The intent and the words of each part that surely wants something; of a message in a running complaint also of
    the whole, where it is surer still.
    """
    found = []
    whole = (Part(reading.words, reading.scores),) if open_ and not reading.parts else ()
    for part in (*reading.parts, *whole):
        scores = inline().said_by(part.scores, who, open_)
        intents = scores[: len(CLASSES)]  # behind them is the margin of any danger
        most = max(intents)
        if most >= (SURER if open_ else SURE) and (intent := CLASSES[intents.index(most)]) in WANTS:
            found.append((intent, part.words))
    return found


def _raised(found: Decision, told: Told, words: str) -> Decision:
    """What a stronger reader adds: it raises, and it sorts what is calm; it lowers nothing."""
    shown = KINDS.get(told.kind, "")
    if told.danger == "ring" and shown:
        return _of_kind(MARK + told.kind, found.odds, _loudest(words, CLASSES.index(MARK + told.kind)), "")
    if told.danger == "ask" and not found.ask:
        why = f"像是{shown or '要紧'}，说得不清楚"
        return msgspec.structs.replace(found, level=Urgency.P2, kind=shown, ask=True, show=True, why=why)
    if told.danger in {"ask", "show"} and not found.show:
        return msgspec.structs.replace(found, level=Urgency.P2, show=True, why="可能要紧，请看一眼")
    if told.danger == "no" and not found.show and found.intent not in UNSORTED:
        return msgspec.structs.replace(found, intent=told.intent)
    return found


def weigh(
    words: str, scores: list[float], odds: float, limits: Limits, who: str, open_: str = "", status: str = ""
) -> Decision:
    """The same from the margins of who speaks, and from how sure they are. A danger is weighed as if nothing were
    open: who tells of a fall in the middle of a complaint is heard like anybody else.
    """
    if not words:
        return Decision("other")
    cried = exact.cry(words)
    if cried:
        return _ringing("cry", "emergency", cried, Urgency.P0)
    if who == "elder" and exact.is_menu_word(words):
        return _ringing("cry", "emergency", words, Urgency.P1)
    if not has_words(words):
        return Decision(_of_marks(words, scores, open_))
    label = max(range(len(CLASSES)), key=scores.__getitem__)
    kind = max(DANGERS, key=scores.__getitem__)
    meant = exact.command(words, open_)
    if odds >= limits.ring[who] and not meant:
        return _of_kind(CLASSES[kind], odds, _loudest(words, kind), _wound(scores))
    intent = meant or _calm(words, scores, "")
    if open_ and intent != "bereaved" and not meant:  # a death is heard whatever is open
        intent = _calm(words, inline().opened(scores, open_), open_)
    if meant:
        return Decision(intent, odds=odds)
    if status == "去世" and intent not in VERDICTS:
        return Decision("bereaved", odds=odds)
    unclear = CLASSES[label] == "askback" and (odds >= limits.show[who] or scores[label] >= UNCLEAR)
    asks = odds >= limits.ask[who] or unclear
    if asks:
        shown = KINDS[CLASSES[kind].removeprefix(MARK)]
        return Decision(
            "askback" if intent in {"askback", "other", "offtopic", "closing", "greeting"} else intent,
            Urgency.P2,
            shown,
            ask=True,
            show=True,
            why=f"像是{shown}，说得不清楚",
            odds=odds,
        )
    looked = exact.look(words) if who == "elder" else ""
    show = odds >= limits.show[who] or bool(looked)
    return Decision(
        intent,
        Urgency.P2 if show else Urgency.P3,
        show=show,
        why=looked or ("可能要紧，请看一眼" if show else ""),
        odds=odds,
    )


def _of_marks(words: str, scores: list[float], open_: str) -> str:
    """The intent of figures and marks alone: they answer what is open; which verdict a number is that was not offered
    is asked by the talk.
    """
    command = exact.command(words, open_)
    if command or not open_:
        return command or "other"
    if open_ == "verdict" and any(sign.isdigit() for sign in words):
        return "verdict_no"
    return _calm(words, inline().opened(scores, open_), open_)


def _of_kind(label: str, odds: float, why: str, wound: str) -> Decision:
    kind = label.removeprefix(MARK)
    level = Urgency.P1 if kind in SOON else Urgency.P0
    found = _ringing(kind, intent_of(label), why, level, odds)
    return msgspec.structs.replace(found, wound=wound) if kind in LEAD else found


def _wound(scores: list[float]) -> str:
    """The kind of a body's hurt that is told beside something else; "" for none."""
    worst = max(HURTS, key=scores.__getitem__)
    return KINDS[CLASSES[worst].removeprefix(MARK)] if scores[worst] >= WOUND else ""


def _loudest(words: str, kind: int) -> str:
    """The clause that sounds most like this kind of danger: what the alarm shows first."""
    said = clauses(words)
    said = said if len(said) <= CLAUSES else said[: CLAUSES // 2] + said[-CLAUSES // 2 :]
    return max(said, key=lambda one: inline().score(one)[kind], default=words) if len(said) > 1 else words


def _ringing(kind: str, intent: str, why: str, level: Urgency, odds: float = 99.0) -> Decision:
    audience = Audience.LEAD if kind in LEAD else Audience.FLOOR
    return Decision(intent, level, KINDS[kind], audience, why=why, odds=odds)


def _calm(words: str, scores: list[float], open_: str) -> str:
    """The likeliest intent among those that the talk allows: a verdict where one is waited for, and where the words
    come near to one; a question accepts nothing.
    """

    def allowed(label: str, score: float) -> bool:
        if label in VERDICTS:
            return open_ == "verdict" and score >= VERDICT and (label != "verdict_yes" or not exact.asks(words))
        if label == "bereaved" and len(words) <= NAME:
            return exact.tells_death(words)
        if label == "wrong":
            return open_ == "alarm" or score >= TAKEN_BACK
        return label != "survey" or open_ == "survey"

    found = [number for number in CALM if allowed(CLASSES[number], scores[number])]
    best = CLASSES[max(found, key=scores.__getitem__)]
    if best != "faq":
        return best
    asked = scores[CLASSES.index("faq")]
    return next((label for label, near in RATHER.items() if scores[CLASSES.index(label)] >= asked - near), best)


def triage(text: str, who: str = "elder") -> Triage:
    """How urgent the words are, with the inline reading alone (`jiashu triage`, `cries`, a push without a sender)."""
    found = decide(read(text), who)
    return of(found) if found.level <= Urgency.P2 else NOTHING


def of(found: Decision) -> Triage:
    """The alarm of a decision, or the two of them."""
    alarm = Triage(found.level, found.kind, found.why, found.audience)
    return Triage(Urgency.P0, found.wound, found.why, Audience.FLOOR, also=alarm) if found.wound else alarm
