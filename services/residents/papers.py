"""资料: papers and the photo of a resident, sealed in the media folder, each with what it is kept for and how long (P1,
A1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select

from care.errors import Forbidden, Invalid, NotFound
from services.access import Viewer, looks
from services.form import Form
from services.media.files import PDF, File, taken
from services.residents import admission, events, record
from services.residents.access import access_resident
from services.residents.admission import ADMITS, words_of
from storage.tables.residents import ResidentFile
from storage.unit import Unit

PHOTO: Final = "photo"
KINDS: Final = {
    PHOTO: ("照片", "认人用"),
    "identity": ("身份证", "办入住用"),
    "insurance": ("医保卡", "送医用"),
    "report": ("体检或病历", "健康档案"),
    "agreement": ("服务协议", "合同"),
    "consent": ("同意书", "同意的凭据"),
    "other": ("别的", ""),
}
"""By kind: what it is called, and what it is kept for where nobody says otherwise."""
PICTURES: Final = frozenset({"image/jpeg", "image/png"})


class AddPaper(Form, frozen=True, kw_only=True):
    """What a file is, what it is kept for, when it is out of date."""

    kind: str
    title: str = ""
    purpose: str = ""
    expires_on: date | None = None


class RemovePaper(Form, frozen=True, kw_only=True):
    """Why a paper is destroyed."""

    why: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper as the page shows it."""

    id: int
    kind: str
    title: str
    purpose: str
    expires_on: date | None
    late: bool
    picture: bool


def take(data: bytes) -> File:
    """A file as it may be kept. Raises Invalid for another kind, or one that is too big."""
    return taken(data, PICTURES | {PDF}, "资料只收 JPG、PNG 照片和 PDF 文件；手机里的 HEIC 照片请先转成 JPG。")


def add(db: Unit, viewer: Viewer, resident_id: int, file: File, form: AddPaper, now: datetime) -> None:
    """Note down a file that lies sealed in the folder. A photo becomes the face of the record. Raises Invalid,
    Forbidden, NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in ADMITS:
        raise Forbidden
    if form.kind not in KINDS:
        raise Invalid(why="请选这是什么资料。")
    if form.kind == PHOTO and file.mime not in PICTURES:
        raise Invalid(why="照片只收 JPG 或 PNG。")
    called, usual = KINDS[form.kind]
    title, purpose = words_of(form.title)[:60] or called, words_of(form.purpose)[:60] or usual
    if not purpose or (form.kind == "other" and title == called):
        raise Invalid(why="请写这是什么、留着做什么用，例如 残疾证，办补贴用。")
    today = admission.today_of(db, viewer.home_id, now)
    if form.expires_on is not None and form.expires_on < today:
        raise Invalid(why=f"到期的日子 {form.expires_on} 已经过了，请看一眼是不是选错了年份。")
    row = ResidentFile(
        id=file.id,
        home_id=resident.home_id,
        person_id=resident.person_id,
        resident_id=resident.id,
        kind=form.kind,
        expires_on=form.expires_on,
        mime=file.mime,
        size=file.size,
        sha256=file.sha256,
        added_by=viewer.id,
        added_at=now,
    )
    db.seal(row, "title", title)
    db.seal(row, "purpose", purpose)
    db.add(row)
    if form.kind == PHOTO:
        kept = record.find(db, resident, now)
        kept.photo_id = file.id
        db.add(kept)
    db.flush()
    events.happened(db, viewer, resident, "paper", f"加了资料：{title}", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "add_paper", f"resident:{resident.id}")
    db.store.hint("residents")


def find(db: Unit, viewer: Viewer, resident_id: int, paper_id: int) -> ResidentFile:
    """A paper that the viewer may see: the photo whoever works here, the others who admits. Raises NotFound."""
    resident = access_resident(db, viewer, resident_id)
    row = db.get(ResidentFile, paper_id)
    if row is None or row.resident_id != resident.id or row.removed_at is not None:
        raise NotFound
    if row.kind != PHOTO and viewer.role not in ADMITS:
        raise NotFound
    looks(db, viewer, "paper", row.id)
    return row


def remove(db: Unit, viewer: Viewer, resident_id: int, paper_id: int, form: RemovePaper, now: datetime) -> None:
    """The line says that it was destroyed and why; its file is taken away after COMMIT. Twice is once. Raises Invalid,
    Forbidden, NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in ADMITS:
        raise Forbidden
    row = db.fresh(
        select(ResidentFile).where(ResidentFile.id == paper_id, ResidentFile.resident_id == resident.id)
    ).first()
    if row is None or row.removed_at is not None:
        raise NotFound
    why = words_of(form.why)[:60]
    if not why:
        raise Invalid(why="请写一句为什么销毁，例如 过期了，已换新的。")
    row.removed_at, row.removed_by = now, viewer.id
    kept = record.find(db, resident, now)
    if kept.photo_id == row.id:
        kept.photo_id = None
    db.flush()
    events.happened(db, viewer, resident, "paper", f"销毁了资料：{db.open(row, 'title')}（{why}）", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "remove_paper", f"resident:{resident.id}", why)
    db.store.hint("residents")


def papers(db: Unit, resident_id: int, today: date) -> list[Paper]:
    """What is kept, the newest first."""
    rows: Sequence[ResidentFile] = db.scalars(
        select(ResidentFile)
        .where(ResidentFile.resident_id == resident_id, ResidentFile.removed_at.is_(None))
        .order_by(ResidentFile.id.desc())
    ).all()
    return [
        Paper(
            row.id,
            row.kind,
            db.open(row, "title") or "",
            db.open(row, "purpose") or "",
            row.expires_on,
            row.expires_on is not None and row.expires_on < today,
            row.mime in PICTURES,
        )
        for row in rows
    ]
