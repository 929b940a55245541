"""Where a case stands when a step begins: who may act on it, whether the form is still true, what has to be written."""

from sqlalchemy import select

from care.errors import Changed, Decided, Invalid
from care.stages import Stage
from services.access import Viewer, name_of
from services.complaints.access import access_complaint
from storage import revision, tables
from storage.queries import complaints
from storage.queries.complaints import STAGES
from storage.unit import Unit


def revision_of(db: Unit, complaint: tables.Complaint) -> str:
    """What the form of a step is drawn from: where the case stands, what was decided about it, and whom it is about
    (D6).
    """
    named = {(row.staff_id, row.role, row.floor, row.state) for row in db.scalars(complaints.named(complaint))}
    return revision.of(
        complaint.stage,
        complaint.rounds,
        complaint.category,
        complaint.level,
        complaint.scope,
        complaint.owner_id,
        complaint.passed_to,
        complaint.finding,
        sorted(named, key=str),
    )


def at(db: Unit, viewer: Viewer, case_id: int, stages: set[Stage], drawn: str | None = None) -> tables.Complaint:
    """The case, its person locked; `drawn` is the revision of the form (None = read in this transaction).

    Raises Decided with who was first when it is at another step by now, Changed when it is at the same one.
    """
    complaint = access_complaint(db, viewer, case_id, lock=True)
    if complaint.stage not in stages or complaint.closed_at is not None:
        now_at = "结案了" if complaint.closed_at is not None else f"把这件办到了「{STAGES[complaint.stage - 1]}」"
        raise Decided(who=_latest(db, complaint.id), what=now_at)
    if drawn is not None and drawn != (stands := revision_of(db, complaint)):
        raise Changed(who=_latest(db, complaint.id), what="改过这件投诉", revision=stands)
    return complaint


def _latest(db: Unit, case_id: int) -> str:
    """Who wrote the newest line of a case: a colleague, or the family."""
    newest = (
        select(tables.ComplaintRecord)
        .where(tables.ComplaintRecord.case_id == case_id)
        .order_by(tables.ComplaintRecord.id.desc())
        .limit(1)
    )
    row = db.scalars(newest).first()
    return "家属" if row is not None and row.staff_id is None else name_of(db, row.staff_id if row else None)


def colleagues(db: Unit, viewer: Viewer) -> list[tables.Staff]:
    """Everybody who works in the house."""
    return list(
        db.scalars(select(tables.Staff).where(tables.Staff.home_id == viewer.home_id, tables.Staff.left_at.is_(None)))
    )


def needed(text: str, why: str) -> str:
    """The words of a field that may not be empty. Raises Invalid with `why`."""
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid(why=why)
    return words
