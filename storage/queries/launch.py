"""What is switched on where, and whom it would reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from care.states import Launch
from storage import tables
from storage.queries.residents import LIVING
from storage.tables.launch import Launch as Row
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Launched:
    """Since when each purpose is on, by purpose and floor; the floor "" stands for the whole house."""

    on: Mapping[tuple[str, str], datetime]

    def since(self, purpose: Launch, floor: str) -> datetime | None:
        """Since when it is on for a floor; None when it is not."""
        found = [self.on[key] for key in ((purpose.value, ""), (purpose.value, floor)) if key in self.on]
        return min(found, default=None)

    def holds(self, purpose: Launch, floor: str) -> bool:
        """Whether it is on for a floor."""
        return self.since(purpose, floor) is not None


def launched(db: Unit, home_id: int) -> Launched:
    """What is on now."""
    found = db.scalars(select(Row).where(Row.home_id == home_id, Row.ended_at.is_(None)))
    return Launched({(row.launched, row.floor): row.since for row in found})


def floors(db: Unit, home_id: int) -> list[tuple[str, int]]:
    """Every floor on which somebody lives or something is on, with how many, as people count: 2 before 10."""
    resident = tables.Resident
    found = db.scalars(select(resident.floor).where(resident.home_id == home_id, resident.status.in_(LIVING)))
    on = db.scalars(select(Row.floor).where(Row.home_id == home_id, Row.ended_at.is_(None), Row.floor != ""))
    count = dict.fromkeys(on, 0)
    for floor in found:
        count[floor] = count.get(floor, 0) + 1
    return sorted(count.items(), key=lambda one: (len(one[0]), one[0]))
