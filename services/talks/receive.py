"""Receive: load what a batch needs, step each talk, write everything; the answer is stored with the message
(architecture, Receive).

A batch is one transaction and holds at most one message a person. A batch that fails is handled again message by
message, each in a SAVEPOINT, so that what fails is set aside alone. What is said here is said only of what is
committed: the caller answers after COMMIT.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from care import quiet_hours, sla
from care.accusations import Accusation
from care.triage import CALM, UNHEARD, Audience, Triage
from conversations import events
from conversations.effects import AskHuman, Say
from conversations.engine import FlowError
from conversations.facts import Facts
from conversations.routing import Intent
from services.accusations import accusations
from services.complaints import filing
from services.context import Context
from services.emergencies import alarms, cries, said
from services.house import House
from services.outgoing import mass_results, outbox, proofs
from services.outgoing.purposes import Purpose
from services.promises import promises
from services.talks import dispatch, doubts, keeping, parts, reading, speaking, stepping, talks
from services.talks.envelope import SILENT, Answer, Envelope, Receipt
from services.talks.talks import Talk
from storage import tables
from storage.database import is_blameless
from storage.seal import Unreadable
from storage.store import Store
from understanding.cascade import Decision

log = logging.getLogger("jiashu.receive")
SILENCE: Final = Purpose("silence", words="没人接着说", machine=True)


def receive_batch(store: Store, house: House, batch: Sequence[Envelope]) -> list[Receipt]:
    """Handle a batch in the open transaction; one result for each message, in order. A bad message harms no other."""
    try:
        with store.savepoint():
            return _together(store, house, batch)
    except Exception as error:
        if is_blameless(error):
            raise
        log.exception(
            "a batch is handled again, message by message", extra={"action": "one_by_one", "size": len(batch)}
        )
    return [_alone(store, house, envelope) for envelope in batch]


def _together(store: Store, house: House, batch: Sequence[Envelope]) -> list[Receipt]:
    store.lock_phones([(envelope.account_id, envelope.openid) for envelope in batch])
    known_talks = _talks(store, batch)
    while store.shared and not (people := _people(store, known_talks)) <= store.locked:
        store.lock_persons(*people)  # a phone went over to another person while its old one was waited for
        known_talks = _talks(store, batch)
    store.lock_persons(*_people(store, known_talks))
    facts = _facts(store, house, known_talks)
    results: list[Receipt] = []
    seen: set[int | str] = set()
    for place, envelope in enumerate(batch):
        talk = known_talks.get((envelope.account_id, envelope.openid))
        who = talk.person_id if talk else envelope.openid
        if who in seen:  # one person by two accounts: the rest sees what the first message changed
            store.flush()
            return results + _together(store, house, batch[place:])
        seen.add(who)
        if isinstance(envelope.event, events.Notice) and envelope.event.kind == mass_results.KIND:
            mass_results.told(store, envelope.home_id, envelope.event.fields, envelope.arrived_at)  # nobody speaks here
            results.append(Receipt(None))
        elif talk is not None and talk.repeat is not None:
            results.append(keeping.again(store, house, talk.repeat))
        elif talk is not None and talk.common:  # whoever speaks there may be in the batch by a phone of their own
            if place:
                store.flush()
                return results + _together(store, house, batch[place:])
            results.append(_of_several(store, house, envelope, talk))
            store.flush()
            return results + (_together(store, house, batch[1:]) if batch[1:] else [])
        else:
            results.append(
                _one(
                    store,
                    house,
                    envelope,
                    talk or _meet(store, envelope),
                    facts.get(talk.person_id, {}) if talk else {},
                )
            )
    return results


def _people(store: Store, known_talks: dict[tuple[int, str], Talk]) -> set[int]:
    """Whoever is concerned: on a phone of several all of them."""
    return {talk.person_id for talk in known_talks.values()} | speaking.people_of(store, known_talks.values())


def _of_several(store: Store, house: House, envelope: Envelope, talk: Talk) -> Receipt:
    """A message from a phone of two, or from a device of a room: first of whom it is."""
    decision, heard = _understood(house, envelope, talk)
    rings = heard.rings or (decision is not None and decision.ask)  # nobody is asked two things at once
    turn = speaking.steer(store, house, envelope, talk, rings=rings)
    facts = _facts(store, house, {(envelope.account_id, envelope.openid): turn.talk})
    return _one(store, house, turn.envelope, turn.talk, facts.get(turn.talk.person_id, {}), turn)


def _alone(store: Store, house: House, envelope: Envelope) -> Receipt:
    """One message of a batch that failed; if it fails again it is set aside."""
    try:
        with store.savepoint():
            return _together(store, house, [envelope])[0]
    except Exception as error:
        if is_blameless(error):
            raise
        failed = error
        log.exception("message set aside", extra={"action": "set_aside", "kind": envelope.kind})
    store.lock_phones([(envelope.account_id, envelope.openid)])
    talk = _talks(store, [envelope]).get((envelope.account_id, envelope.openid)) or _meet(store, envelope)
    store.lock_persons(*speaking.people_of(store, [talk]), talk.person_id)
    return _set_aside(store, house, envelope, speaking.to_place(store, talk) if talk.common else talk, failed)


def silence(store: Store, house: House, person_id: int, now: datetime) -> None:
    """The idle time of a person's talk is over: the flow decides, and what it says goes by the outbox.

    The person is locked.
    """
    found = talks.of_person(store, person_id)
    if found is None:
        return
    home_id, talk = found
    talk.open(store)
    if talk.snapshot is None:
        return
    flow = house.registry.of(talk.snapshot)
    context = Context(
        store,
        house,
        home_id,
        person_id,
        now,
        now,
        None,
        attended=False,
        kind=talk.kind,
        status=talk.status,
        untied=talk.accuses,
    )
    turn, says = stepping.rounds(flow, flow.silent(talk.snapshot), context)
    talks.keep(store, talk, None if turn.ended else turn, now)
    text = house.words(says, now, elder=context.elder, away=context.away)
    if text:
        outbox.enqueue(
            store,
            home_id=home_id,
            person_id=person_id,
            purpose=SILENCE,
            now=now,
            text=text,
            dedup_key=f"conversation:{talk.conversation_id}:silence:{turn.snapshot.revision}",
        )


# -- load ----------------------------------------------------------------------------------------------------------


def _talks(store: Store, batch: Sequence[Envelope]) -> dict[tuple[int, str], Talk]:
    arrivals = [(envelope.account_id, envelope.openid, envelope.key) for envelope in batch]
    return talks.load(store, arrivals, filing.OPEN, promises.OPEN)


def _meet(store: Store, envelope: Envelope) -> Talk:
    """Somebody new, of whom nothing is open."""
    talk = talks.meet(store, envelope.home_id, envelope.account_id, envelope.openid, envelope.arrived_at)
    store.learn(filing.OPEN, talk.person_id, [])
    store.learn(promises.OPEN, talk.person_id, [])
    return talk


def _facts(store: Store, house: House, known_talks: dict[tuple[int, str], Talk]) -> dict[int, Facts]:
    """One query for each kind of fact, for the whole batch; an unreadable talk is left to its own message."""
    wanted: dict[type[Any], list[int]] = {}
    for talk in known_talks.values():
        try:
            talk.open(store)
            if talk.snapshot is None:
                continue
            for need in house.registry.of(talk.snapshot).needs(talk.snapshot):
                wanted.setdefault(need, []).append(talk.person_id)
        except (FlowError, Unreadable):
            continue
    found: dict[int, Facts] = {}
    for need, people in wanted.items():
        for person, fact in house.loaders[need](store, people).items():
            found.setdefault(person, {})[need] = fact
    return found


# -- step and write ------------------------------------------------------------------------------------------------


def _one(
    store: Store, house: House, envelope: Envelope, talk: Talk, facts: Facts, turned: speaking.Turn | None = None
) -> Receipt:
    now = envelope.arrived_at
    talk.open(store)
    decision, heard = _understood(house, envelope, talk)
    accused = _accused(envelope, talk, heard)
    act = "receive" if accused is None else "accuse"
    inbox_id = keeping.keep_message(
        store, envelope, talk.person_id, act, nameless=keeping.is_nameless(house, talk, envelope)
    )
    context = Context(
        store,
        house,
        envelope.home_id,
        talk.person_id,
        now,
        sla.said_at(envelope.created_at, now),
        inbox_id,
        attended=talk.attended(now),
        kind=talk.kind,
        event=None if isinstance(envelope.event, events.ACTS) else envelope.event,
        accused=accused,
        status=talk.status,
        called=talk.calls(now),
        untied=talk.accuses,
    )
    text = alarm = ""
    weighed = doubts.weigh(context, talk, envelope, decision, heard)
    heard = weighed.heard
    keeping.quota(store, talk, envelope, cries=heard.rings)
    if isinstance(envelope.event, events.Notice) and envelope.event.kind == proofs.KIND:
        proofs.told(store, talk.person_id, envelope.event.fields, now)
    asks = house.words(weighed.says, now, elder=talk.who == "elder")
    if heard.rings:
        since = weighed.inbox_id or inbox_id
        stands = said.standing(store, talk.person_id, now) if context.called else None
        alarms.sound(store, envelope.home_id, talk.person_id, since, heard, now, brief=weighed.brief)
        cries.remember(inbox_id, envelope.event, envelope.meant)
        away = alarms.away(store, talk.person_id, talk.kind)
        if away:
            alarms.call_instead(context)
        told = _told(context, talk, envelope, heard, away, stands)
        alarm = house.words([told], now, elder=talk.who == "elder", away=context.away)
    if (
        weighed.ends
        or (heard.rings and talk.kind == "staff")
        or (
            heard.rings
            and envelope.intent != Intent.COMPLAINT
            and (talk.snapshot is None or talk.snapshot.flow != "complaint")
        )
        or (context.attended and talk.snapshot is None and stepping.wanted(house, envelope, decision) in reading.NODS)
    ):
        store.update(tables.Conversation, talk.conversation_id, person=talk.person_id, heard_at=now)
    elif turned is not None and (turned.kept or turned.said):
        text = _named(store, house, talk, facts, context, turned)
    elif not isinstance(envelope.event, SILENT):
        further = parts.others(envelope, talk, decision, stepping.wanted(house, envelope, decision))
        flow, turn = stepping.step(store, house, envelope, talk, facts, decision)
        turn, says = stepping.rounds(flow, turn, context)
        more = parts.tell(house, envelope, context, further, says)
        says = says + more if turn.ended else more + says  # an open question stands last
        text = house.words(says, now, elder=context.elder, away=context.away)
        stepping.after(store, talk, flow, turn, envelope, now)
    if context.accused is not None:
        accusations.mark(context, None)
    if talk.who == "elder" and (alarm or asks or isinstance(envelope.event, events.Voice)):
        _speak(context, inbox_id, alarm, asks.partition("\n")[0], text)
    text = "\n".join(filter(None, (alarm, text, asks)))
    answer = Answer(text, int(now.timestamp())) if text else None
    if answer is not None:
        keeping.keep_answer(store, talk.person_id, inbox_id, answer)
    return Receipt(answer, inbox_id=inbox_id)


def _told(
    context: Context, talk: Talk, envelope: Envelope, heard: Triage, away: str, stands: said.Standing | None
) -> Say:
    """What who cries hears: the first time that somebody is called, later how far it is."""
    if stands is not None and not away and said.is_again(heard, stands, talk.who):
        return said.meanwhile(stands, context.now, talk.who, events.said(envelope.event))
    lives_here = talk.kind == "family" and said.lives_here(context.store, talk.person_id)
    words, listened = events.said(envelope.event), context.house.listened
    return said.called(heard, talk.who, away, words, lives_here=lives_here, listened=listened)


def _named(store: Store, house: House, talk: Talk, facts: Facts, context: Context, turned: speaking.Turn) -> str:
    """The name was said: what waited for it is gone on with as if it came now from them."""
    if turned.kept is None:
        store.update(tables.Conversation, talk.conversation_id, person=talk.person_id, heard_at=context.now)
        return house.words([Say(turned.said)], context.now, elder=context.elder, away=context.away)
    inbox_id, envelope = turned.kept
    event = None if isinstance(envelope.event, events.ACTS) else envelope.event
    before = msgspec.structs.replace(
        context, inbox_id=inbox_id, event=event, said_at=sla.said_at(envelope.created_at, context.now), accused=None
    )
    flow, turn = stepping.step(store, house, envelope, talk, facts, _understood(house, envelope, talk)[0])
    turn, says = stepping.rounds(flow, turn, before)
    stepping.after(store, talk, flow, turn, envelope, context.now)
    return house.words(says, context.now, elder=context.elder, away=context.away)


def _speak(context: Context, inbox_id: int, *said: str) -> None:
    """Who presses and talks is answered in voice as well as in words: the first of the sentences of which there is a
    sound.
    """
    words = next((words for words in said if words in context.house.recorded), "")
    if words:
        outbox.speak(
            context.store,
            home_id=context.home_id,
            person_id=context.person_id,
            words=words,
            cause=f"inbox:{inbox_id}",
            now=context.now,
        )


def _accused(envelope: Envelope, talk: Talk, heard: Triage) -> Accusation | None:
    """Whom the words accuse; within a complaint any grievance is meant.

    What only the lead may read accuses somebody, named or not (A4).
    """
    found = envelope.accused
    if found is None and (talk.has_complaint or talk.kind == "staff"):
        found = envelope.in_complaint()
    if found is None and (heard.audience is Audience.LEAD or heard.also is not None):
        return Accusation(why=heard.why)
    return found


def _understood(house: House, envelope: Envelope, talk: Talk) -> tuple[Decision | None, Triage]:
    """What the words mean from who says them, and what rings by it; an elder's voice at night that has no words is
    looked after at once (F6); a muted stranger rings nobody (S6). None for what has no words.
    """
    event = envelope.event
    decision, heard = None, envelope.heard
    if envelope.read is not None:
        decision, heard = reading.settle(
            envelope.read,
            envelope.accused,
            talk.who,
            talk.waits_for(envelope.arrived_at),
            talk.status if talk.mourns else "",
        )
        decision = envelope.corrected(decision)
    if talk.is_muted(envelope.arrived_at):
        return decision, CALM
    if (
        talk.kind == "elder"
        and isinstance(event, events.Voice)
        and not event.heard
        and quiet_hours.is_night(envelope.arrived_at, house.home.zone, house.quiet)
    ):
        return decision, UNHEARD
    return decision, heard


def _set_aside(store: Store, house: House, envelope: Envelope, talk: Talk, error: Exception) -> Receipt:
    """What could not be handled is kept with its raw XML; a colleague answers, and the person hears the fixed
    sentence.
    """
    now = envelope.arrived_at
    inbox_id = keeping.keep_message(store, envelope, talk.person_id, set_aside=type(error).__name__)
    keeping.quota(store, talk, envelope)
    answer = None
    if not isinstance(envelope.event, SILENT):
        context = Context(
            store, house, envelope.home_id, talk.person_id, now, now, inbox_id, talk.attended(now), talk.kind
        )
        context.status = talk.status
        dispatch.carry_out(context, AskHuman("set_aside"))
        says = [Say("receive.set_aside")]
        if envelope.heard.rings:
            alarms.sound(store, envelope.home_id, talk.person_id, inbox_id, envelope.heard, now)
            says.insert(0, said.called(envelope.heard, talk.who))
        answer = Answer(house.words(says, now, elder=context.elder, away=context.away), int(now.timestamp()))
        keeping.keep_answer(store, talk.person_id, inbox_id, answer)
    return Receipt(answer, inbox_id=inbox_id)
