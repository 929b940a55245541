"""A file that was uploaded: kept sealed row by row, looked at as often as somebody wants, edited in place. Nothing of
it is in the house yet.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, insert, select

from care.errors import Changed, Invalid
from care.words import legal
from services.access import Viewer, access_page, name_of
from services.imports import heads, knowing
from services.imports.access import IMPORTS, access_row, access_run, may_write, seen_by
from services.imports.book import Book, Cell, Line, Sheet
from services.imports.fields import BY_WORD, Kind
from services.imports.forms import FixRow, PlanSheet, TakeGuesses
from services.imports.heads import Plan
from services.imports.judge import judged
from services.imports.rows import SAID, Judged, Row, Verdict
from storage import revision, tables
from storage.seal import Sealer
from storage.tables.imports import ImportMap, ImportRow, ImportRun
from storage.types import new_id
from storage.unit import Unit

STAGED, APPLYING, DONE, UNDONE, GONE = "staged", "applying", "done", "undone", "gone"
KEPT_FOR: Final = timedelta(days=1)
STILL: Final = timedelta(minutes=2)
"""Without a sign of life for so long the writing has ended: nothing of it is in the house."""
LONGEST: Final = 200
MOST: Final = 900
"""Rows of one question."""
NOT_HERS: Final = "同事要由院长登记"
NOT_YET: Final = "同事还没登记，班先不排"
"""A shift of somebody whom the same sheet brings and the viewer may not take on."""


@dataclass(slots=True)
class Looked:
    """A run as a page shows it."""

    run: ImportRun
    name: str
    by: str
    plans: list[Plan]
    rows: list[Judged]
    totals: list[int]
    """Lines of each sheet."""
    drawn: str
    planned: str
    """What the form of the columns is drawn from."""
    changes: str
    """Of what would change of people who are there already: who presses 登记 saw this."""
    failed: str
    """Why the last try to write it wrote nothing."""

    def of(self, sheet: int) -> list[Judged]:
        """The rows of one sheet."""
        return [one for one in self.rows if one.row.sheet == sheet]


def prepared(sealer: Sealer, book: Book, home_id: int, run_id: int) -> list[dict[str, Any]]:
    """The rows of a book, sealed; outside of any transaction, since there may be thousands."""
    found = []
    for at, sheet in enumerate(book.sheets):
        for line in sheet.lines:
            row_id = new_id()
            raw = json.dumps([_legal(cell) for cell in line.cells], ensure_ascii=False).encode()
            found.append(
                {
                    "id": row_id,
                    "home_id": home_id,
                    "run_id": run_id,
                    "sheet": at,
                    "number": line.number,
                    "hidden": line.hidden,
                    "raw": sealer.seal("import_row", "raw", row_id, raw),
                    "verdict": STAGED,
                }
            )
    return found


def stage(
    db: Unit, viewer: Viewer, file: tuple[str, str], book: Book, rows: list[dict[str, Any]], now: datetime
) -> int:
    """Keep a file that was read: its name and hash, how its sheets are understood, its rows. The id of the run."""
    access_page(viewer, IMPORTS)
    name, sha = file
    run = ImportRun(
        id=rows[0]["run_id"] if rows else new_id(),
        home_id=viewer.home_id,
        made_by=viewer.id,
        made_at=now,
        sha=sha,
        state=STAGED,
    )
    db.seal(run, "name", legal(name)[:80] or "没有名字的表")
    memory = _memory(db, viewer.home_id)
    today = _today(db, viewer.home_id, now)
    plans = [heads.plan(sheet, today, memory) for sheet in book.sheets]
    _keep_plans(db, run, plans)
    db.add(run)
    db.flush()
    if rows:
        db.connection().execute(insert(ImportRow), rows)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "stage_import", f"import:{run.id}", f"{len(rows)} 行")
    db.store.hint("imports")
    return run.id


def unstaged(db: Unit, viewer: Viewer, book: Book, now: datetime) -> tuple[list[Plan], list[Row]]:
    """A book of which nothing is kept: how it is read, and its rows. A question."""
    memory, today = _memory(db, viewer.home_id), _today(db, viewer.home_id, now)
    rows = [
        Row(new_id(), at, line.number, [_legal(cell) for cell in line.cells], line.hidden)
        for at, sheet in enumerate(book.sheets)
        for line in sheet.lines
    ]
    return [heads.plan(sheet, today, memory) for sheet in book.sheets], rows


def is_stuck(run: ImportRun, now: datetime) -> bool:
    """Whether its writing was broken off."""
    return run.state == APPLYING and (run.beat_at is None or now - run.beat_at > STILL)


def glance(db: Unit, viewer: Viewer, run_id: int, now: datetime) -> Looked:
    """A run as its page shows it: with its rows only while somebody decides about them, since thousands take a second
    and a page asks each second how far the writing is. A question.
    """
    run = access_run(db, viewer, run_id)
    return look(db, viewer, run_id, now, judges=run.state == STAGED or is_stuck(run, now))


def left_rows(db: Unit, run: ImportRun) -> int:
    """How many rows were not written."""
    asked = select(func.count()).select_from(ImportRow).where(ImportRow.run_id == run.id, ImportRow.verdict == "left")
    return db.scalar(asked) or 0


def look(db: Unit, viewer: Viewer, run_id: int, now: datetime, *, judges: bool = True) -> Looked:
    """A run with every row held against the house as it is now. A question."""
    run = access_run(db, viewer, run_id)
    plans = plans_of(db, run)
    rows = rows_of(db, run) if judges else []
    found = judge(db, viewer, plans, rows, now) if judges else []
    totals = [sum(row.sheet == at for row in rows) for at in range(len(plans))]
    return Looked(
        run=run,
        name=db.open(run, "name") or "",
        by=name_of(db, run.made_by),
        plans=plans,
        rows=found,
        totals=totals,
        drawn=revision_of(db, run),
        planned=revision.of(run.plans),
        changes=changes_of(found),
        failed=db.open(run, "failed") or "",
    )


def judge(db: Unit, viewer: Viewer, plans: Sequence[Plan], rows: Sequence[Row], now: datetime) -> list[Judged]:
    """The rows against the house; what is not the viewer's to write is left out."""
    found = judged(plans, rows, knowing.known(db, viewer, _today(db, viewer.home_id, now)))
    for one in found:
        if one.kind is not None and one.verdict is not Verdict.SKIP and not may_write(viewer, one.kind):
            one.skip(NOT_HERS)
    unknown = {f"r:{one.row.id}" for one in found if one.why == NOT_HERS}
    for one in found:
        if not one.skipped and one.kind is Kind.ROTA and not unknown.isdisjoint(turn["who"] for turn in one.kin):
            one.skip(NOT_YET)
    return found


def plans_of(db: Unit, run: ImportRun) -> list[Plan]:
    """How its sheets are read."""
    return msgspec.json.decode(db.open(run, "plans") or "[]", type=list[Plan])


def rows_of(db: Unit, run: ImportRun) -> list[Row]:
    """Its rows in their order; those of a file that is too old are gone."""
    found = db.scalars(
        select(ImportRow).where(ImportRow.run_id == run.id).order_by(ImportRow.sheet, ImportRow.number)
    ).all()
    return [
        Row(
            row.id,
            row.sheet,
            row.number,
            json.loads(db.open(row, "raw") or "[]"),
            row.hidden,
            fixed_of(db, row),
            row_revision(row),
        )
        for row in found
    ]


def fixed_of(db: Unit, row: ImportRow) -> dict[str, str]:
    """What was filled in by hand."""
    return dict(json.loads(db.open(row, "fixed") or "{}"))


def revision_of(db: Unit, run: ImportRun) -> str:
    """What the page of a run is drawn from: who presses 登记 saw exactly this."""
    fixed = select(ImportRow.id, ImportRow.fixed).where(ImportRow.run_id == run.id, ImportRow.fixed.is_not(None))
    return revision.of(run.plans, [tuple(row) for row in db.execute(fixed.order_by(ImportRow.id))])


def changes_of(rows: Sequence[Judged]) -> str:
    """A short word for what rows would change of people who are there already."""
    return revision.of([(one.updates, one.changes) for one in rows if one.updates and not one.skipped])


def row_revision(row: ImportRow) -> str:
    """What the buttons of one row are drawn from."""
    return revision.of(row.fixed)


def plan_sheet(db: Unit, viewer: Viewer, run_id: int, at: int, form: PlanSheet, now: datetime) -> None:
    """Another head, another kind, other columns; how they were read is remembered. Raises Invalid, Changed."""
    run = access_run(db, viewer, run_id, lock=True)
    _open(run)
    if form.drawn not in {None, revision.of(run.plans)}:
        raise Changed(who="有同事", what="改了列怎么对", revision=revision.of(run.plans))
    plans = plans_of(db, run)
    if not 0 <= at < len(plans):
        raise Invalid(why="没有这张表，请刷新一下。")
    old, today = plans[at], _today(db, viewer.home_id, now)
    kind = Kind(form.kind) if form.kind in set(Kind) else None
    sheet = _sheet(db, run, at, old.name)
    if form.head and form.head not in {line.number for line in sheet.lines}:
        raise Invalid(why=f"第 {form.head} 行是空的，不能当标题。请看看表头在第几行。")
    new = Plan(old.name, form.head or old.head, kind, wanted=form.wanted, hidden=form.hidden, far=old.far)
    if kind is not None:
        new = heads.mapped(sheet, new, kind, today, _memory(db, viewer.home_id))
        if (old.kind, old.head) == (kind, new.head):
            new.columns, new.remembered = _chosen(form, kind, old.columns), old.remembered
            if new.columns != old.columns:
                _remember(db, viewer.home_id, kind, new, now)
    plans[at] = new
    _keep_plans(db, run, plans)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "plan_import", f"import:{run.id}")
    db.store.hint("imports")


def fix(db: Unit, viewer: Viewer, row_id: int, form: FixRow, now: datetime) -> int:
    """Fill in one field of a row, leave it empty, or decide what it asks; the run. Raises Invalid, Changed."""
    run, row = access_row(db, viewer, row_id, lock=True)
    _open(run)
    fixed = fixed_of(db, row)
    if form.drawn not in {None, row_revision(row)}:
        raise Changed(who="有同事", what=f"改了第 {row.number} 行", revision=row_revision(row))
    fixed.pop(SAID, None)
    if form.back:
        fixed.pop(form.field, None)
        for word in ("_skip", "_twin") if form.field == "*" else ():
            fixed.pop(word, None)
        fixed = {} if form.field == "*" else fixed
    else:
        value = legal(form.value).strip()
        if len(value) > LONGEST:
            raise Invalid(why=f"太长了，最多 {LONGEST} 个字。")
        fixed[form.field[:20]] = value
    db.seal(row, "fixed", json.dumps(fixed, ensure_ascii=False) if fixed else None)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "fix_import", f"import:{run.id}", f"第 {row.number} 行")
    db.store.hint("imports")
    return run.id


def guesses(db: Unit, viewer: Viewer, run_id: int, sheet: int, now: datetime) -> dict[int, dict[str, str]]:
    """The rows of a sheet of which something can be guessed, and the guesses. A question."""
    found: dict[int, dict[str, str]] = {}
    for one in look(db, viewer, run_id, now).of(sheet):
        guessed = {fault.field: fault.guess for fault in one.faults if fault.guess}
        if one.verdict is Verdict.LOOK and guessed:
            found[one.row.id] = one.row.fixed | guessed
    return found


def take_guesses(
    db: Unit, viewer: Viewer, run_id: int, form: TakeGuesses, taken: dict[int, dict[str, str]], now: datetime
) -> int:
    """Every guess of a sheet is taken; how many rows. Raises Invalid, Changed."""
    run = access_run(db, viewer, run_id, lock=True)
    _open(run)
    drawn = revision_of(db, run)
    if form.drawn not in {None, drawn}:
        raise Changed(who="有同事", what="改了这批表", revision=drawn)
    ids = list(taken)
    for at in range(0, len(ids), MOST):
        part = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.id.in_(ids[at : at + MOST]))
        for row in db.scalars(part):
            db.seal(row, "fixed", json.dumps(taken[row.id], ensure_ascii=False))
    told = f"{len(taken)} 行照猜的改"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "fix_import", f"import:{run.id}", told)
    db.store.hint("imports")
    return len(taken)


def passwords(db: Unit, viewer: Viewer, run_id: int, now: datetime) -> list[dict[str, str]]:
    """The first passwords of new colleagues, this once. Raises Invalid, NotFound."""
    run = access_run(db, viewer, run_id, lock=True)
    if run.told is None or viewer.id != run.applied_by:
        raise Invalid(why="首次密码只显示一次，已经看过了。忘了就到「同事」里给她换一个。")
    found: list[dict[str, str]] = json.loads(db.open(run, "told") or "[]")
    run.told = None
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "show_passwords", f"import:{run.id}")
    return found


def runs(db: Unit, viewer: Viewer, limit: int = 12) -> list[tuple[ImportRun, str, str]]:
    """The files of late, with their names and who brought them."""
    access_page(viewer, IMPORTS)
    asked = select(ImportRun).where(seen_by(viewer)).order_by(ImportRun.made_at.desc()).limit(limit)
    return [(run, db.open(run, "name") or "", name_of(db, run.made_by)) for run in db.scalars(asked)]


def kept_rows(db: Unit, run: ImportRun) -> list[tuple[int, int, str]]:
    """The rows that stayed when a run was taken back: sheet, number, why."""
    asked = select(ImportRow).where(ImportRow.run_id == run.id, ImportRow.verdict == "kept")
    found = db.scalars(asked.order_by(ImportRow.sheet, ImportRow.number))
    return [(row.sheet, row.number, db.open(row, "why") or "") for row in found]


def _open(run: ImportRun) -> None:
    if run.state != STAGED:
        raise Invalid(why="这批表已经登记或撤回了，不能再改。要再登记，请把表重新放一次。")


def _chosen(form: PlanSheet, kind: Kind, before: Sequence[str]) -> list[str]:
    found, used = [], set[str]()
    for at, old in enumerate(before):
        said = form.columns.get(f"c{at}")
        word = next(iter(said), "") if said is not None else old
        if word and word not in BY_WORD[kind]:
            word = ""
        if word in used:
            raise Invalid(why=f"有两列都对成了「{BY_WORD[kind][word].name}」，请改掉一列。")
        used |= {word} - {""}
        found.append(word)
    return found


def _sheet(db: Unit, run: ImportRun, at: int, name: str) -> Sheet:
    lines = [Line(row.number, list(row.cells), row.hidden) for row in rows_of(db, run) if row.sheet == at]
    return Sheet(name, lines)


def _keep_plans(db: Unit, run: ImportRun, plans: Sequence[Plan]) -> None:
    db.seal(run, "plans", msgspec.json.encode(plans).decode())


def _memory(db: Unit, home_id: int) -> dict[str, list[str]]:
    rows = db.scalars(select(ImportMap).where(ImportMap.home_id == home_id))
    return {row.heads: row.fields.split(",") for row in rows}


def _remember(db: Unit, home_id: int, kind: Kind, plan: Plan, now: datetime) -> None:
    mark = heads.digest(kind, plan.heads)
    known = db.scalars(select(ImportMap).where(ImportMap.home_id == home_id, ImportMap.heads == mark)).first()
    if known is None:
        known = ImportMap(id=new_id(), home_id=home_id, heads=mark)
        db.add(known)
    known.fields, known.used_at = ",".join(plan.columns), now


def _today(db: Unit, home_id: int, now: datetime) -> date:
    return now.astimezone(ZoneInfo(db.get_one(tables.Home, home_id).timezone)).date()


def _legal(cell: Cell) -> Cell:
    return cell if not isinstance(cell, str) or cell == "\u0002" else legal(cell)
