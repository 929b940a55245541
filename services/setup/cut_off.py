"""断连: leads say that the account may not send, or that it may again (F17)."""

from datetime import datetime

from care.errors import Forbidden
from services.access import LEADS, Viewer
from services.setup import settings
from services.setup.choices import CUT_OFF
from storage.unit import Unit


def turn(db: Unit, viewer: Viewer, now: datetime, *, on: bool) -> None:
    """From now on, or no more. Raises Forbidden."""
    if viewer.role not in LEADS:
        raise Forbidden
    if settings.put(db, viewer, {CUT_OFF: "1" if on else None}, now):
        db.store.hint("reach", "outbox")
