"""Ring, ask, show: what is done with a message that may be an emergency and does not surely sound like one (F26).

Asking is by who speaks. The elder's own phone and the device of a room are asked once, in words and aloud, and a minute
of silence rings. A relative or a stranger is asked only where the words surely speak of somebody's state now; her
silence is a call to her and no run to the bed. Everything else that may matter is a task 「请看一眼」: she hears nothing of
it. Words never lower anything by themselves: 「没事了」 is told to who goes.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care.sla import Kind
from care.states import DoubtCourse, DoubtEnd
from care.triage import Audience, Triage, Urgency
from conversations import events
from conversations.effects import Say, say
from conversations.routing import Intent
from services.context import Context
from services.emergencies import alarms, said
from services.house import House
from services.outgoing import outbox
from services.promises import promises
from services.talks import again, keeping, looking
from services.talks.envelope import Envelope
from services.talks.reading import is_high, wanted
from services.talks.talks import Talk
from storage.store import Store
from storage.tables.talks_doubts import Doubt
from storage.types import moment
from understanding import exact
from understanding.cascade import Decision

ELDER_ANSWERS: Final = timedelta(seconds=60)
OTHERS_ANSWER: Final = timedelta(minutes=5)
ONCE_IN: Final = timedelta(minutes=10)
"""Who was asked within this time is not asked again: the next such message rings."""
UNSURE: Final = "说不清楚"
UNSORTED: Final = frozenset({"askback", "other", "offtopic", "human", "greeting"})
"""Intents of which nothing is to be said beside the question whether somebody shall come."""
ABUSE: Final = "侵害"


@dataclass(frozen=True, slots=True)
class Weighed:
    """What rings now, since which message, what is said at once, and whether the message has had its end by that.
    `brief`: the words are for the lead, whom they do not ring again.
    """

    heard: Triage
    inbox_id: int | None = None
    says: tuple[Say, ...] = ()
    ends: bool = False
    brief: bool = False


class _Open(NamedTuple):
    """A question that waits for its answer; `at` in µs since 1970."""

    id: int
    inbox_id: int
    kind: str
    at: int


def weigh(context: Context, talk: Talk, envelope: Envelope, decision: Decision | None, heard: Triage) -> Weighed:
    """Decide, once it is known what the words mean; the message is kept and the person locked."""
    event = envelope.event
    if talk.kind == "staff" or not isinstance(event, events.Text | events.Voice | events.Click):
        return Weighed(heard)
    if talk.asked and (found := _answered(context, talk, event, decision, heard)) is not None:
        return found
    if heard.rings:
        return _again(context, talk, event, heard)
    if isinstance(event, events.Click):
        return Weighed(heard)
    if talk.calls(context.now) and (told := _while_called(context, talk, envelope, decision)) is not None:
        return Weighed(heard, says=(told,), ends=True)
    if decision is None or envelope.read is None or talk.is_muted(context.now) or not (decision.ask or decision.show):
        return Weighed(heard)
    if decision.ask and _may_ask(context, talk, envelope, decision):
        return _asked(context, talk, decision, heard)
    if not keeping.is_nameless(context.house, talk, envelope):
        _show(context, decision)
    return Weighed(heard)


def _while_called(context: Context, talk: Talk, envelope: Envelope, decision: Decision | None) -> Say | None:
    """What is said to 没事了, 谢谢 and 有人来了 while somebody is called; None for other words. Who goes is told of it."""
    words = events.said(envelope.event)
    gone = alarms.away(context.store, talk.person_id, talk.kind)
    sure = decision is not None and not (decision.ask or decision.show) and context.accused is None
    ours = talk.who != "guest" and not gone and not talk.grieves  # a stranger may be anywhere: nobody goes to them
    may_nod = ours and talk.snapshot is None and not context.attended
    there = may_nod and sure and talk.who == "elder" and said.came(words)
    secret = may_nod and sure and talk.who == "elder" and said.is_secret(words)
    if secret and envelope.intent == Intent.ASK:
        return say("alarm.known")
    if not there and (exact.takes_back(words) or (decision is not None and decision.intent == "wrong")):
        return alarms.take_back(context, talk.who)
    if not may_nod:
        return None
    stands = said.standing(context.store, context.person_id, context.now)
    intent = envelope.intent if decision is None else wanted(envelope.intent, decision)
    told = said.nodded(stands, context.now, talk.who, intent, "" if not there else words)
    if told is not None and there:
        alarms.calm(context)
    return told


def _show(context: Context, decision: Decision) -> None:
    """A colleague looks at it; words that only the lead may read hide no danger from the bedside (F27)."""
    looking.show(context, decision.kind, context.accused)
    if decision.ask and decision.kind != ABUSE and context.accused is not None:
        looking.look_in(context, context.accused, decision.kind, once=True)


def _again(context: Context, talk: Talk, event: events.Arrival, heard: Triage) -> Weighed:
    """What rings, but for an accusation that the lead knows already (F28)."""
    still = again.joins(context, heard, events.said(event))
    if still is None:
        return Weighed(heard)
    if still.rings:
        return Weighed(still, brief=True)
    in_complaint = talk.snapshot is not None and talk.snapshot.flow == "complaint"
    return Weighed(still, says=() if in_complaint else (said.called(heard, talk.who),), ends=not in_complaint)


def _may_ask(context: Context, talk: Talk, envelope: Envelope, decision: Decision) -> bool:
    """Who may be asked (F26): nobody about a colleague, since she may stand beside the phone, nobody to whom
    somebody goes already; no bed that is empty.
    """
    if decision.kind == ABUSE or context.accused is not None or envelope.read is None or talk.calls(context.now):
        return False
    if talk.who == "elder":
        return not alarms.away(context.store, talk.person_id, talk.kind)
    if not is_high(envelope.read, decision, talk.who):
        return False
    return talk.kind == "guest" or looking.of_whom(context.store, talk.person_id).lives_here


def _asked(context: Context, talk: Talk, decision: Decision, heard: Triage) -> Weighed:
    """Ask once; what comes soon after a question rings without another one."""
    store, kind = context.store, decision.kind or UNSURE
    lately = store.row(
        "SELECT id FROM doubt WHERE person_id = ? AND course = 'asked' AND at > ? LIMIT 1",
        context.person_id,
        context.now - ONCE_IN,
    )
    if lately is not None:
        return Weighed(_rings(kind, "又说了一次"))
    elder = talk.who == "elder"
    store.insert(
        Doubt,
        home_id=context.home_id,
        person_id=context.person_id,
        inbox_id=context.inbox_id,
        course=DoubtCourse.ASKED.value,
        kind=kind,
        at=context.now,
        due_at=context.now + (ELDER_ANSWERS if elder else OTHERS_ANSWER),
        ended_at=None,
        ended_how=None,
        task_id=None,
    )
    store.audit(context.home_id, context.now, "machine", "ask_back", f"inbox:{context.inbox_id}")
    store.hint(f"person:{context.person_id}", "inbox")
    asks = (say("asked.elder"), say("asked.elder_how")) if elder else (say("asked.others"),)
    return Weighed(heard, says=asks, ends=decision.intent in UNSORTED and talk.snapshot is None)


def _answered(
    context: Context,
    talk: Talk,
    event: events.Text | events.Voice | events.Click,
    decision: Decision | None,
    heard: Triage,
) -> Weighed | None:
    """What a message answers to the question that waits; None where nothing waits any more, or by a tap elsewhere."""
    found = context.store.one_of(
        _Open,
        "SELECT id, inbox_id, kind, at FROM doubt WHERE id = ? AND ended_at IS NULL",
        talk.asked,
    )
    if found is None:
        return None
    words = events.said(event)
    if heard.rings and isinstance(event, events.Click):
        _end(context, found.id, DoubtEnd.YES)
        return Weighed(heard, found.inbox_id)
    if heard.rings:
        _end(context, found.id, DoubtEnd.RANG)
        first = _rings(found.kind, "先说的")
        alarms.sound(context.store, context.home_id, context.person_id, found.inbox_id, first, context.now)
        return Weighed(heard)
    if isinstance(event, events.Click):
        return None
    if not words and talk.who != "elder":
        return None
    short = "yes" if not words else _short(words, talk)
    if short == "yes":
        _end(context, found.id, DoubtEnd.YES)
        return Weighed(_rings(found.kind, "问了，要人去"), found.inbox_id, ends=True)
    if short == "no" or (decision is not None and decision.intent == "wrong"):
        _end(context, found.id, DoubtEnd.NO)
        looking.show(context, found.kind, context.accused, doubt_id=found.id)
        return Weighed(heard, says=(say("asked.no"),), ends=True)
    if decision is not None and decision.ask and decision.kind != ABUSE and context.accused is None:
        _end(context, found.id, DoubtEnd.RANG)
        return Weighed(_rings(found.kind, "又说了一次"), found.inbox_id, ends=talk.snapshot is None)
    _end(context, found.id, DoubtEnd.OTHER)
    looking.show(context, found.kind, context.accused, doubt_id=found.id)
    return None


def _short(words: str, talk: Talk) -> str:
    """Yes or no; a bare figure belongs to what is open beside the question (a mark, a verdict)."""
    figure = exact.bare(words).isdigit() and (talk.snapshot is not None or talk.has_complaint)
    return "" if figure else exact.answer(words)


def _rings(kind: str, why: str) -> Triage:
    return Triage(Urgency.P1, kind, why, Audience.FLOOR)


def _end(context: Context, doubt_id: int, how: DoubtEnd) -> None:
    context.store.update(
        Doubt, doubt_id, person=context.person_id, ended_at=context.now, ended_how=how.value, due_at=None
    )
    context.store.hint(f"person:{context.person_id}", "inbox")


# -- silence ---------------------------------------------------------------------------------------------------------


def act_on_silence(store: Store, house: House, now: datetime, limit: int = 50) -> int:
    """Nobody answered: an elder is gone to, a relative is called, of a stranger a colleague reads the words."""
    rows = store.rows_locked(
        1,
        """SELECT d.id, d.person_id, d.home_id, d.inbox_id, d.kind, d.at, p.kind,
           EXISTS (SELECT 1 FROM follower f WHERE f.person_id = p.id AND f.binding = 'house')
           FROM doubt d JOIN person p ON p.id = d.person_id
           WHERE d.ended_at IS NULL AND d.due_at <= ? ORDER BY d.due_at LIMIT ?""",
        now,
        limit,
    )
    for doubt_id, person, home, inbox_id, kind, at, who, device in rows:
        context = Context(store, house, home, person, now, moment(at), inbox_id, attended=False, kind=who)
        _end(context, doubt_id, DoubtEnd.SILENCE)
        if who == "elder" or device:
            _goes_without_answer(context, doubt_id, kind)
        elif who == "guest":
            looking.show(context, kind, None, doubt_id=doubt_id)
        else:
            _calls(context, doubt_id)
    return len(rows)


def _goes_without_answer(context: Context, doubt_id: int, kind: str) -> None:
    store, now, inbox_id = context.store, context.now, context.inbox_id or 0
    alarms.sound(store, context.home_id, context.person_id, inbox_id, _rings(kind, "问了，没有回"), now)
    away = alarms.away(store, context.person_id, context.kind)
    if away:
        alarms.call_instead(context)
    told = said.called(_rings(kind, ""), "elder", away)
    _say(context, told, f"doubt:{doubt_id}:silence", elder=True)


def _calls(context: Context, doubt_id: int) -> None:
    """She said something that sounded like now, and then nothing: she is called, and nobody runs to a bed."""
    store, person = context.store, context.person_id
    if promises.open_one(store, person, Kind.CALL) is None:
        promises.make(
            store,
            home_id=context.home_id,
            person_id=person,
            kind=Kind.CALL,
            made_at=context.now,
            due_at=context.now + alarms.CALL_WITHIN,
            inbox_id=context.inbox_id,
        )
    _say(context, say("asked.we_call"), f"doubt:{doubt_id}:silence", elder=False)


def _say(context: Context, told: Say, cause: str, *, elder: bool) -> None:
    words = context.house.words([told], context.now, elder=elder)
    outbox.enqueue(
        context.store,
        home_id=context.home_id,
        person_id=context.person_id,
        purpose=alarms.ALARM,
        queue="alarm",
        text=words,
        now=context.now,
        dedup_key=cause,
    )
    if elder and words in context.house.recorded:
        outbox.speak(
            context.store,
            home_id=context.home_id,
            person_id=context.person_id,
            words=words,
            cause=cause,
            now=context.now,
        )
