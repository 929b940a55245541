"""A second reading that came when its message was kept and answered: it may ring, and does nothing else (engineering,
14).

It opens nothing twice: the alarm's own rows tell whether this message has rung. It never lowers, and says nothing to
the person, who has been answered.
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
from services.talks import reading, talks
from services.talks.envelope import Envelope
from storage import tables
from storage.store import Store
from storage.types import micros


class _Speaker(NamedTuple):
    """Whose message a kept row is."""

    home: int
    person: int
    kind: str


def hear(store: Store, house: House, inbox_id: int, envelope: Envelope, now: datetime) -> bool:
    """Hear what the words of a kept row mean by their second reading; whether it rings by it now."""
    speaker = _speaker(store, inbox_id)
    if speaker is None or envelope.read is None:
        return False
    heard = _meant(store, speaker, envelope, now)
    rings = [one for one in _each(heard) if _is_new(store, speaker.person, inbox_id, one, envelope.arrived_at)]
    if not rings:
        return False
    for one in rings:
        brief = one is not heard.also and heard.also is not None
        alarms.sound(store, speaker.home, speaker.person, inbox_id, one, now, brief=brief)
    cries.remember(inbox_id, envelope.event, envelope.meant)
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
        untied=False,
    )
    if context.accused is not None:
        store.audit(speaker.home, now, f"person:{speaker.person}", "accuse", f"inbox:{inbox_id}")
        accusations.mark(context, None)
    if alarms.away(store, speaker.person, speaker.kind):
        alarms.call_instead(context)
    store.hint(f"person:{speaker.person}", "inbox")
    return True


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


def _meant(store: Store, speaker: _Speaker, envelope: Envelope, now: datetime) -> Triage:
    """What rings by the words from who said them; a muted stranger rings nobody (S6)."""
    if envelope.read is None:
        return CALM
    known = talks.of_person(store, speaker.person)
    open_ = ""
    if known is not None:
        talk = known[1]
        talk.open(store)
        open_ = talk.waits_for(envelope.arrived_at)
        if talk.kind == "guest" and talk.muted_until is not None and talk.muted_until > micros(now):
            return CALM
    return reading.settle(envelope.read, envelope.accused, speaker.kind, open_)[1]


def _each(heard: Triage) -> list[Triage]:
    """What rings: for the lead first, then for the floor."""
    alone = replace(heard, also=None)
    return [one for one in (heard.also, alone) if one is not None and one.rings]


def _is_new(store: Store, person: int, inbox_id: int, heard: Triage, said_at: datetime) -> bool:
    """Whether nobody has been called by this message yet, and nobody came after it was said. An alarm that rings by it
    already is raised to a higher level.
    """
    rows = store.rows(
        """SELECT id, level, arrived_at FROM alarm WHERE person_id = ? AND audience = ?
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
