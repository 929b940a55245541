"""Who may bring sheets in and take them out: the only door to runs, their rows and exports."""

from typing import Final

from sqlalchemy import ColumnElement, and_, select, true

from care.errors import NotFound
from care.states import Role
from services.access import LEADS, Page, Viewer, access_page, looks
from services.imports.fields import Kind
from storage.tables.imports import ExportAsk, ImportRow, ImportRun
from storage.unit import Unit

IMPORTS: Final = Page("导入导出", "/imports", LEADS, icon="paper", place=92, key="i")
TAKES_ON: Final = frozenset({Role.DIRECTOR})
"""Who may take on colleagues, as on their page."""
RELEASES: Final = LEADS
"""Who else lets an export out (P3): who sees all that is in it."""


def may_write(viewer: Viewer, kind: Kind) -> bool:
    """Whether sheets of a kind are theirs to bring in."""
    return viewer.role in (TAKES_ON if kind is Kind.STAFF else LEADS)


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """A file may hold people of every floor: who looks after some of them sees what they brought themselves."""
    return and_(ImportRun.home_id == viewer.home_id, ImportRun.made_by == viewer.id if viewer.floors else true())


def access_run(db: Unit, viewer: Viewer, run_id: int, *, lock: bool = False) -> ImportRun:
    """A file that was uploaded. Raises NotFound."""
    access_page(viewer, IMPORTS)
    question = select(ImportRun).where(ImportRun.id == run_id, seen_by(viewer))
    found = db.lock_row(question) if lock else db.fresh(question).first()
    if found is None:
        raise NotFound
    looks(db, viewer, "import", found.id)
    return found


def access_row(db: Unit, viewer: Viewer, row_id: int, *, lock: bool = False) -> tuple[ImportRun, ImportRow]:
    """A row and its file, which is locked for it. Raises NotFound."""
    access_page(viewer, IMPORTS)
    run_id = db.scalars(select(ImportRow.run_id).where(ImportRow.id == row_id)).first()
    if run_id is None:
        raise NotFound
    run = access_run(db, viewer, run_id, lock=lock)
    return run, db.fresh(select(ImportRow).where(ImportRow.id == row_id)).one()


def access_ask(db: Unit, viewer: Viewer, ask_id: int, *, lock: bool = False) -> ExportAsk:
    """An export that somebody asked for. Raises NotFound."""
    access_page(viewer, IMPORTS)
    question = select(ExportAsk).where(ExportAsk.id == ask_id, ExportAsk.home_id == viewer.home_id)
    found = db.lock_row(question) if lock else db.fresh(question).first()
    if found is None:
        raise NotFound
    looks(db, viewer, "export", found.id)
    return found
