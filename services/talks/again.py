"""The same accusation by the same elder within a week joins the matter that is known: somebody who is not meant looks
in each time, the director is not woken each night, and nothing is dropped (F28).
"""

from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from care import accusations
from care.triage import CALM, Audience, Triage
from conversations import events
from services.context import Context
from services.emergencies.strip import OLD
from services.talks import looking
from storage import tables
from storage.seal import Unreadable
from storage.store import Store
from storage.types import moment

WITHIN: Final = timedelta(days=7)


class _Before(NamedTuple):
    """The newest alarm for the lead; moments in µs since 1970."""

    id: int
    inbox_id: int
    latest_id: int
    again: int
    latest_at: int
    arrived_at: int | None


def joins(context: Context, heard: Triage, words: str) -> Triage | None:
    """What still rings by an accusation that was made before; None where the lead is to be rung. The place of a danger
    rings the floor as ever.
    """
    lead = heard.also if heard.also is not None else heard
    if context.kind != "elder" or lead.audience is not Audience.LEAD or accusations.is_going_on(words):
        return None
    store, person, now = context.store, context.person_id, context.now
    before = store.one_of(
        _Before,
        f"""SELECT {", ".join(_Before._fields)} FROM alarm WHERE person_id = ? AND audience = 'lead' AND kind = ?
            AND raised_at > ? ORDER BY id DESC LIMIT 1""",
        person,
        lead.kind,
        now - WITHIN,
    )
    if before is None or (before.arrived_at is None and now - moment(before.latest_at) <= OLD):
        return None
    if not _names_nobody_new(context) or not accusations.matter(words) <= _told(store, before):
        return None
    store.update(tables.Alarm, before.id, person=person, again=before.again + 1)
    store.audit(context.home_id, now, f"person:{person}", "said_again", f"alarm:{before.id}")
    store.hint("alarms")
    if heard.also is not None:
        return replace(heard, also=None)  # the floor goes at once: that is the look
    looking.look_in(context, context.accused)
    return CALM


class _Meant(NamedTuple):
    staff_id: int | None
    role: str


def _names_nobody_new(context: Context) -> bool:
    """Whether everybody whom these words may mean was meant before."""
    found = context.accused
    if found is None:
        return True
    rows = context.store.all_of(
        _Meant,
        "SELECT staff_id, role FROM accused WHERE person_id = ? AND named_at > ?",
        context.person_id,
        context.now - WITHIN,
    )
    staff, roles = {row.staff_id for row in rows}, {row.role for row in rows}
    return found.staff <= staff and {role for role, _ in found.roles} <= roles


def _told(store: Store, before: _Before) -> frozenset[str]:
    """What the earlier words were about; what cannot be opened was about nothing."""
    found: frozenset[str] = frozenset()
    for number in {before.inbox_id, before.latest_id}:
        row = store.row("SELECT event FROM inbox WHERE id = ?", number)
        try:
            event = None if row is None else events.parse(store.open(tables.Inbox, "event", number, row[0]))
        except Unreadable:
            continue
        if event is not None:
            found |= accusations.matter(events.said(event))
    return found
