"""Who may open messages that leave: the only door to messages that leave (architecture, decision 7)."""

from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from care.states import Role
from services.access import HANDLERS, Page, Viewer, access_page, access_person, looks
from storage import tables
from storage.unit import Unit

REACH: Final = Page("送达", "/reach", HANDLERS, icon="phone", place=72)
"""What waits for a call or a print, and what reached whom by which way."""
TEMPLATES: Final = Page("模板消息", "/templates", frozenset({Role.DIRECTOR, Role.ADMIN}))
"""By which templates of the account a home tells what cannot wait."""
COSTS: Final = Page("短信和费用", "/costs", TEMPLATES.may)
"""What SMS and calls cost this month, and how many there may be (F18)."""


def access_outgoing(db: Unit, viewer: Viewer, outbox_id: int, *, lock: bool = False) -> tables.Outbox:
    """A message that was queued for somebody whom the viewer works with. Raises NotFound."""
    if lock:
        db.lock_whose(select(tables.Outbox.person_id).where(tables.Outbox.id == outbox_id))
    row = db.fresh(
        select(tables.Outbox).where(tables.Outbox.id == outbox_id, viewer.sight.outbox(tables.Outbox.id))
    ).first()
    if row is None:
        raise NotFound
    access_person(db, viewer, row.person_id)
    looks(db, viewer, "outbox", row.id)
    return row


def access_by_hand(db: Unit, viewer: Viewer, number: int, *, lock: bool = False) -> tables.ByHand:
    """What somebody shall say or print for a message that the viewer may open. Raises NotFound."""
    access_page(viewer, REACH)
    table = tables.ByHand
    if lock:
        db.lock_whose(select(table.person_id).where(table.id == number))
    row = db.fresh(select(table).where(table.id == number, table.home_id == viewer.home_id)).first()
    if row is None:
        raise NotFound
    access_outgoing(db, viewer, row.outbox_id)
    return row
