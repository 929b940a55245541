"""Evidence of a complaint that colleagues find: photos and documents, sealed, with a
fingerprint, never changed (C6).
"""

from datetime import datetime
from typing import Final

from care.errors import Conflict, Invalid, NotFound
from services.access import Viewer, looks
from services.complaints.access import access_complaint
from services.media.files import File, taken
from services.records import records
from storage import tables
from storage.unit import Unit

KINDS: Final = {"image/jpeg": "照片", "image/png": "照片", "application/pdf": "文件"}


def take(data: bytes) -> File:
    """A file as it may be kept. Raises Invalid for another kind, or one that is too big."""
    return taken(data, KINDS, "证据只收 JPG、PNG 照片和 PDF 文件。")


def add(db: Unit, viewer: Viewer, case_id: int, file: File, what: str, now: datetime) -> None:
    """Keep it with the case and write a line. Raises Invalid without words, Conflict for a closed case, NotFound."""
    complaint = access_complaint(db, viewer, case_id, lock=True)
    words = what.strip()
    if not words:
        raise Invalid(why="请写一句这是什么，例如 11 月 22 日晚的送餐记录。")
    if complaint.closed_at is not None:
        raise Conflict
    row = tables.Evidence(
        id=file.id,
        home_id=complaint.home_id,
        case_id=complaint.id,
        mime=file.mime,
        size=file.size,
        sha256=file.sha256,
        added_by=viewer.id,
        added_at=now,
    )
    db.seal(row, "what", words[:200])
    db.add(row)
    records.written(db, viewer, complaint.id, "step", "收进一份证据", now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "add_evidence", f"case:{complaint.id}")


def find(db: Unit, viewer: Viewer, case_id: int, evidence_id: int) -> tables.Evidence:
    """A file of a case that the viewer handles. Raises NotFound."""
    complaint = access_complaint(db, viewer, case_id)
    row = db.get(tables.Evidence, evidence_id)
    if row is None or row.case_id != complaint.id:
        raise NotFound
    looks(db, viewer, "evidence", row.id)
    return row
