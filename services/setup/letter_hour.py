"""The hour of letters on the day on which somebody changes it: families were told the earlier one, and it holds."""

from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from settings import Settings
from storage import tables
from storage.unit import Unit

KEY: Final = "home.letter_time"


def kept(db: Unit, base: Settings, home: tables.Home) -> str:
    """The day of the last change and the earliest hour that held on it, `2026-11-29 17:30`; empty when the hour of now
    is as early.
    """
    if KEY not in base.open:
        return ""
    row, zone = tables.Setting, ZoneInfo(home.timezone) if "home.timezone" in base.open else base.home.zone
    holds, day, early = base.home.letter_time, date.min, ""
    for one in db.scalars(select(row).where(row.home_id == home.id, row.key == KEY).order_by(row.revision)):
        value, on = db.open(one, "value") or base.home.letter_time, one.set_at.astimezone(zone).date()
        day, early, holds = on, min(holds if on != day else early, value), value
    return f"{day} {early}" if early and early < holds else ""
