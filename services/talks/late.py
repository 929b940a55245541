"""A second reading that came when its message was kept and answered: it may ring, or show the message to a colleague
(engineering, 14; F26).

It opens nothing twice: the rows of alarm and doubt tell whether this message has rung, was asked back or shown. It
never lowers, and says nothing to the person, who has been answered.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from care.accusations import Accusation
from care.triage import CALM, Audience, Triage
from services.accusations import accusations
from services.context import Context
from services.emergencies import alarms, cries
from services.house import House
from services.talks import looking, reading, talks
from services.talks.envelope import Envelope
from services.talks.talks import Talk
from storage import tables
from storage.store import Store
from understanding import cascade
from understanding.cascade import Decision


class _Speaker(NamedTuple):
    """Whose message a kept row is."""

    home: int
    person: int
    kind: str


def hear(store: Store, house: House, inbox_id: int, envelope: Envelope, now: datetime) -> bool:
    """Hear what the words of a kept row mean by their second reading; whether anybody is called or shown it now."""
    speaker = _speaker(store, inbox_id)
    if speaker is None or envelope.read is None:
        return False
    talk, decision, heard = _meant(store, speaker, envelope.read, envelope, now)
    rings = [one for one in _each(heard) if _is_new(store, speaker.person, inbox_id, one, envelope.arrived_at)]
    context = Context(
        store,
        house,
        speaker.home,
        speaker.person,
        now,
        envelope.created_at,
        inbox_id,
        attended=False,
        kind=speaker.kind,
        accused=_accused(store, inbox_id, envelope, heard),
        status=talk.status if talk is not None else "",
        untied=False,
    )
    if rings:
        _ring(context, envelope, heard, rings)
    elif decision is None or heard.rings or not _is_to_show(store, speaker, inbox_id, decision):
        return False
    else:
        looking.show(context, decision.kind, context.accused)
    if context.accused is not None:
        store.audit(speaker.home, now, f"person:{speaker.person}", "accuse", f"inbox:{inbox_id}")
        accusations.mark(context, None)
    store.hint(f"person:{speaker.person}", "inbox")
    return True


def _ring(context: Context, envelope: Envelope, heard: Triage, rings: list[Triage]) -> None:
    """Whatever of it has not rung yet."""
    inbox_id = context.inbox_id or 0
    for one in rings:
        brief = one is not heard.also and heard.also is not None
        alarms.sound(context.store, context.home_id, context.person_id, inbox_id, one, context.now, brief=brief)
    cries.remember(inbox_id, envelope.event, envelope.meant)
    if alarms.away(context.store, context.person_id, context.kind):
        alarms.call_instead(context)


def _is_to_show(store: Store, speaker: _Speaker, inbox_id: int, decision: Decision) -> bool:
    """Whether a colleague is to look at it, and neither was asked to nor called by it. Who would be asked is not asked
    after the answer: a colleague is shown it.
    """
    if speaker.kind == "staff" or not (decision.ask or decision.show):
        return False
    doubted = store.row("SELECT 1 FROM doubt WHERE inbox_id = ?", inbox_id)
    rang = store.row("SELECT 1 FROM alarm WHERE inbox_id = ? OR latest_id = ?", inbox_id, inbox_id)
    return doubted is None and rang is None


def _speaker(store: Store, inbox_id: int) -> _Speaker | None:
    """Whose it is, locked: a binding may have joined two persons since."""
    ask = "SELECT i.home_id, i.person_id, p.kind FROM inbox i JOIN person p ON p.id = i.person_id WHERE i.id = ?"
    found = store.one_of(_Speaker, ask, inbox_id)
    if found is None:
        return None
    store.lock_persons(found.person)
    locked = store.one_of(_Speaker, ask, inbox_id)
    if locked is not None and locked.person != found.person:
        store.lock_persons(locked.person)
    return locked


def _meant(
    store: Store, speaker: _Speaker, found: cascade.Reading, envelope: Envelope, now: datetime
) -> tuple[Talk | None, Decision | None, Triage]:
    """What the words mean from who said them, and what rings by it; a muted stranger rings nobody (S6)."""
    known = talks.of_person(store, speaker.person)
    if known is None:  # who speaks on the phone of several
        return None, *reading.settle(found, envelope.accused, speaker.kind, "")
    talk = known[1]
    talk.open(store)
    if talk.is_muted(now):
        return talk, None, CALM
    open_, status = talk.waits_for(envelope.arrived_at), talk.status if talk.mourns else ""
    return talk, *reading.settle(found, envelope.accused, talk.who, open_, status)


def _each(heard: Triage) -> list[Triage]:
    """What rings: for the lead first, then for the floor."""
    alone = replace(heard, also=None)
    return [one for one in (heard.also, alone) if one is not None and one.rings]


def _is_new(store: Store, person: int, inbox_id: int, heard: Triage, said_at: datetime) -> bool:
    """Whether nobody has been called by this message yet, and nobody came after it was said. An alarm that rings by it
    already is raised to a higher level.
    """
    rows = store.rows(
        """SELECT id, level, arrived_at FROM alarm WHERE person_id = ? AND audience = ? AND raised_by IS NULL
           AND (inbox_id = ? OR latest_id = ? OR arrived_at >= ?)""",
        person,
        heard.audience.value,
        inbox_id,
        inbox_id,
        said_at,
    )
    for row_id, level, arrived_at in rows:
        if arrived_at is None and level > heard.level:
            store.update(tables.Alarm, row_id, person=person, level=int(heard.level), kind=heard.kind)
            store.hint("alarms")
    return not rows


def _accused(store: Store, inbox_id: int, envelope: Envelope, heard: Triage) -> Accusation | None:
    """Whom the words accuse, where that is not written yet."""
    if store.row("SELECT 1 FROM accused WHERE inbox_id = ?", inbox_id) is not None:
        return None
    if envelope.accused is None and (heard.audience is Audience.LEAD or heard.also is not None):
        return Accusation(why=heard.why)
    return envelope.accused
