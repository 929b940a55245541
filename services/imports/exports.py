"""Sheets out of the house: with a reason, after a second person has let it out, for an hour, marked with who and when
(P3); a text is never a formula.
"""

import io
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from sqlalchemy import select

from care.errors import Changed, Forbidden, Invalid
from care.states import Role
from services.access import Viewer, access_page, name_of
from services.imports import moon
from services.imports.access import IMPORTS, RELEASES, access_ask
from services.imports.fields import KINDS, Kind
from services.imports.forms import AskExport, DecideExport
from storage import revision, tables
from storage.tables.imports import ExportAsk
from storage.tables.residents import Record
from storage.tables.roster import DutyPost, DutyShift, DutySpan
from storage.types import new_id
from storage.unit import Unit

GOOD_FOR: Final = timedelta(hours=1)
SHOWN_FOR: Final = timedelta(days=7)
SHORTEST, LONGEST = 4, 120
Line = Sequence[str]
HEADS: Final[dict[Kind, tuple[str, ...]]] = {
    Kind.RESIDENTS: (
        *("姓名", "性别", "出生日期", "身份证号", "楼栋", "房间", "床位", "状态", "入住日期", "护理等级"),
        *("过敏", "病史", "用药", "饮食", "老人电话", "住址", "职业"),
    ),
    Kind.RELATIVES: ("老人姓名", "房间", "床位", "家属姓名", "关系", "电话", "主要联系人", "顺序"),
    Kind.STAFF: ("姓名", "登录名", "岗位", "负责楼层", "电话"),
    Kind.ROTA: ("日期", "姓名", "班次", "值班点"),
}
ALLERGY: Final = {"unasked": "", "none": "无"}


@dataclass(frozen=True, slots=True)
class Asked:
    """An export as the page shows it."""

    row: ExportAsk
    reason: str
    by: str
    other: str
    drawn: str
    open: bool
    """Whether the file may be fetched now."""


def revision_of(ask: ExportAsk) -> str:
    """What its buttons are drawn from."""
    return revision.of(ask.released)


def ask(db: Unit, viewer: Viewer, form: AskExport, now: datetime) -> ExportAsk:
    """Ask for a sheet, with the reason. Raises Invalid."""
    access_page(viewer, IMPORTS)
    if form.kind not in set(Kind):
        raise Invalid(why="请选要导出什么。")
    reason = " ".join(form.reason.split())
    if len(reason) < SHORTEST:
        raise Invalid(why="请写清楚拿去做什么，例如「民政局年检，要在住名册」。")
    if len(reason) > LONGEST:
        raise Invalid(why=f"用途太长了，最多 {LONGEST} 个字。")
    row = ExportAsk(id=new_id(), home_id=viewer.home_id, kind=form.kind, asked_by=viewer.id, asked_at=now, fetched=0)
    db.seal(row, "reason", reason)
    db.add(row)
    db.store.audit(
        viewer.home_id, now, f"staff:{viewer.id}", "ask_export", f"export:{row.id}", f"{form.kind}：{reason}"
    )
    db.store.hint("imports")
    return row


def decide(db: Unit, viewer: Viewer, ask_id: int, form: DecideExport, now: datetime) -> None:
    """Somebody else lets it out, or not. Raises Forbidden, Invalid, Changed, NotFound."""
    row = access_ask(db, viewer, ask_id, lock=True)
    if viewer.role not in RELEASES:
        raise Forbidden
    if viewer.id == row.asked_by:
        raise Invalid(why="自己申请的要另一位主管或院长来放行。")
    asker = db.get_one(tables.Staff, row.asked_by)
    if viewer.floors and not (asker.floors and viewer.floors.issuperset(asker.floors.split())):
        raise Invalid(why="这份表里有别的楼层，要管全院的主管或院长来放行。")
    if row.released is not None:
        raise Changed(who=name_of(db, row.decided_by), what="已经定了", revision=revision_of(row))
    row.released, row.decided_by, row.decided_at = form.release, viewer.id, now
    row.until_at = now + GOOD_FOR if form.release else None
    word = "release_export" if form.release else "refuse_export"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", word, f"export:{row.id}", row.kind)
    db.store.hint("imports")


def asked(db: Unit, viewer: Viewer, now: datetime) -> list[Asked]:
    """What waits, and what of late was decided."""
    access_page(viewer, IMPORTS)
    wanted = select(ExportAsk).where(ExportAsk.home_id == viewer.home_id, ExportAsk.asked_at > now - SHOWN_FOR)
    return [
        Asked(
            row,
            db.open(row, "reason") or "",
            name_of(db, row.asked_by),
            name_of(db, row.decided_by) if row.decided_by else "",
            revision_of(row),
            bool(row.released and row.until_at and row.until_at > now and row.asked_by == viewer.id),
        )
        for row in db.scalars(wanted.order_by(ExportAsk.asked_at.desc()).limit(20))
    ]


def fetch(db: Unit, viewer: Viewer, ask_id: int, now: datetime) -> tuple[Kind, list[Line], str]:
    """The rows of a released export, for who asked, and the mark that goes on every line. Raises Invalid, NotFound."""
    row = access_ask(db, viewer, ask_id, lock=True)
    if row.asked_by != viewer.id:
        raise Invalid(why="这份表只有申请的人能取。")
    if not row.released:
        raise Invalid(why="还没有放行。请另一位主管或院长在这一页放行。")
    if row.until_at is None or row.until_at <= now:
        raise Invalid(why="放行满一小时了，表不能再取。还要的话，请重新申请。")
    kind = Kind(row.kind)
    lines = list(LINES[kind](db, viewer))
    row.fetched += 1
    told = f"{KINDS[kind]} {len(lines)} 行：{db.open(row, 'reason')}"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "fetch_export", f"export:{row.id}", told)
    zone = ZoneInfo(db.get_one(tables.Home, viewer.home_id).timezone)
    return kind, lines, f"{viewer.name} {now.astimezone(zone):%Y-%m-%d %H:%M} 导出，请勿外传"


def file(kind: Kind, lines: Iterable[Line], mark: str) -> bytes:
    """The workbook; in a thread, since it may be long."""
    return written({KINDS[kind]: (HEADS[kind], lines)}, mark)


def written(sheets: dict[str, tuple[Line, Iterable[Line]]], mark: str = "") -> bytes:
    """Sheets with their heads; the mark stands in the head of the print and in the last column."""
    book = Workbook(write_only=True)
    for name, (heads, lines) in sheets.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "A2"
        for at, head in enumerate(heads, 1):
            sheet.column_dimensions[get_column_letter(at)].width = max(10, 2 * len(head) + 4)
        if mark:
            sheet.oddHeader.center.text = sheet.oddFooter.center.text = mark
        sheet.append([_cell(sheet, head, bold=True) for head in (*heads, *(("导出",) if mark else ()))])
        for line in lines:
            sheet.append([_cell(sheet, value) for value in (*line, *((mark,) if mark else ()))])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: object, value: str, *, bold: bool = False) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"  # what begins with = is a text, too
    if bold:
        cell.font = Font(bold=True)
    return cell


def _residents(db: Unit, viewer: Viewer) -> Iterable[Line]:
    resident, person = tables.Resident, tables.Person
    records = {one.resident_id: one for one in db.scalars(select(Record).where(Record.home_id == viewer.home_id))}
    rows = db.execute(
        select(resident, person)
        .join(person, person.id == resident.person_id)
        .where(viewer.sight.resident())
        .order_by(resident.floor, resident.room, resident.bed)
    )
    for one, who in rows:
        record = records.get(one.id)

        def said(name: str, record: Record | None = record) -> str:
            return (db.open(record, name) or "") if record else ""

        allergy = ALLERGY.get(record.allergy, said("allergies")) if record else ""
        yield (
            *(
                db.open(who, "name") or "",
                one.sex or "",
                moon.written(db.open(one, "born") or ""),
                said("identity"),
                "",
            ),
            *(one.room, one.bed, one.status, str(record.admitted_on or "") if record else ""),
            *(record.care_level if record else "", allergy, said("history"), said("medicines"), said("diet")),
            *(db.open(who, "phone") or "", said("address"), said("occupation")),
        )


def _relatives(db: Unit, viewer: Viewer) -> Iterable[Line]:
    tie, resident, person = tables.Kinship, tables.Resident, tables.Person
    names = {one.id: db.open(one, "name") or "" for one in db.scalars(select(person).where(person.kind == "elder"))}
    rows = db.execute(
        select(tie, resident, person)
        .join(resident, resident.id == tie.resident_id)
        .join(person, person.id == tie.person_id)
        .where(viewer.sight.resident())
        .order_by(resident.floor, resident.room, resident.bed, tie.position, tie.id)
    )
    for one, elder, who in rows:
        yield (
            *(names.get(elder.person_id, ""), elder.room, elder.bed, db.open(who, "name") or ""),
            *(db.open(one, "relation") or "", db.open(who, "phone") or "", "是" if one.is_primary else ""),
            str(one.position or ""),
        )


def _staff(db: Unit, viewer: Viewer) -> Iterable[Line]:
    staff = tables.Staff
    rows = db.scalars(
        select(staff).where(staff.home_id == viewer.home_id, staff.left_at.is_(None)).order_by(staff.login)
    )
    for one in rows:
        yield one.name, one.login, Role(one.role).words, one.floors, db.open(one, "phone") or ""


def _rota(db: Unit, viewer: Viewer) -> Iterable[Line]:
    span, staff = DutySpan, tables.Staff
    rows = db.execute(
        select(span.day, staff.name, DutyShift.name, DutyPost.name)
        .join(staff, staff.id == span.staff_id)
        .join(DutyShift, DutyShift.id == span.shift_id)
        .join(DutyPost, DutyPost.id == span.post_id)
        .where(span.home_id == viewer.home_id)
        .order_by(span.day, DutyPost.place, DutyShift.place, staff.name)
    )
    return [(str(day), name, shift, post) for day, name, shift, post in rows]


LINES: Final[dict[Kind, Callable[[Unit, Viewer], Iterable[Line]]]] = {
    Kind.RESIDENTS: _residents,
    Kind.RELATIVES: _relatives,
    Kind.STAFF: _staff,
    Kind.ROTA: _rota,
}
