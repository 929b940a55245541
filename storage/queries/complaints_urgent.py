"""Complaints of level 1 that wait for a human voice: what rings at the desk until somebody takes it (C4, C-10)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from storage import tables
from storage.queries.complaints import Row, veiled_row
from storage.queries.sight import Sight
from storage.queries.talks import Clock, whos
from storage.unit import Unit

TAKEN = "taken"
"""Kind of the line by which a colleague says that she calls the family now."""


@dataclass(frozen=True, slots=True)
class Urgent:
    """One of them. `taken_by` says that she sees to it; when the clock runs out it rings again all the same."""

    row: Row
    due_at: datetime
    taken_by: str
    taken_at: datetime | None

    def rings(self, now: datetime) -> bool:
        """Whether it is nobody's, or late."""
        return not self.taken_by or self.due_at <= now


def urgent(db: Unit, sight: Sight) -> list[Urgent]:
    """Those which nobody has answered and which the viewer may handle, the least time first; never to the accused."""
    found = db.execute(
        select(tables.Complaint, tables.Promise)
        .join(tables.Promise, tables.Promise.case_id == tables.Complaint.id)
        .where(
            sight.complaint(),
            tables.Complaint.level == 1,
            tables.Complaint.closed_at.is_(None),
            tables.Promise.kind == "first_feedback",
            tables.Promise.kept_at.is_(None),
        )
        .order_by(tables.Promise.due_at, tables.Complaint.id)
        .limit(20)
    ).all()
    if not found:
        return []
    taken = {
        line.case_id: (name, line.said_at)
        for line, name in db.execute(
            select(tables.ComplaintRecord, tables.Staff.name)
            .join(tables.Staff, tables.Staff.id == tables.ComplaintRecord.staff_id)
            .where(
                tables.ComplaintRecord.case_id.in_([row.id for row, _ in found]), tables.ComplaintRecord.kind == TAKEN
            )
            .order_by(tables.ComplaintRecord.id)
        )
    }
    people = whos(db, [row.person_id for row, _ in found])
    lines = [
        (
            Row(
                row,
                db.words(row, "title"),
                people[row.person_id],
                Clock(promise.kind, promise.made_at, promise.due_at),
            ),
            promise.due_at,
        )
        for row, promise in found
    ]
    return [
        Urgent(
            veiled_row(line) if _hidden(line.complaint, sight) else line,
            due,
            *taken.get(line.complaint.id, ("", None)),
        )
        for line, due in lines
    ]


def _hidden(complaint: tables.Complaint, sight: Sight) -> bool:
    """Whether who complained is for the owner and the director alone (C14)."""
    return complaint.hide_name and not sight.director and complaint.owner_id not in {None, sight.staff_id}
