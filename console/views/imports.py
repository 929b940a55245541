"""导入导出: a home's own sheet looked at, mended and written down; sheets that go out with a second person's word
(design.md 31).
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from typing import Any, Final
from urllib.parse import quote

from aiohttp import BodyPartReader, web

from care.errors import Invalid, JiashuError
from console.context import CLOCK, DATABASE, HOUSE, SETTINGS, address
from console.routes import Routes
from services.access import Viewer
from services.imports import applying, exports, laying, reading, staging, template, undo
from services.imports.access import IMPORTS
from services.imports.apply import UPDATED
from services.imports.fields import FIELDS, KINDS
from services.imports.forms import ApplyRun, AskExport, DecideExport, FixRow, LayBeds, PlanSheet, TakeGuesses, UndoRun
from services.imports.judge import Tally, tally
from services.imports.judge_residents import NO_BEDS
from services.imports.rows import SAID, Judged, Verdict
from services.imports.staging import Looked
from services.imports.values import text
from services.subject import Running
from storage.tables.imports import ImportRun
from storage.types import new_id
from storage.unit import Unit
from web import bodies
from web.sessions import viewer

log = logging.getLogger("jiashu.imports")
ROUTES: Final = Routes(IMPORTS)
RUN: Final = r"/imports/{run:\d{1,18}}"
SHOWN: Final = 60
"""Rows with a fault on one page; the others come when these are settled."""
SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_going: set[asyncio.Task[Any]] = set()
"""Writings that were begun here; a reference keeps each alive."""


@ROUTES.get("/imports", "imports/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """Where a sheet is put, what was brought of late, what may go out."""
    return await _index(request)


@ROUTES.get("/imports/list", "imports/_index.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The same alone, when something changed."""
    return await _index(request)


@ROUTES.get("/imports/template.xlsx")
async def blank(_: web.Request) -> web.Response:
    """A workbook to fill in."""
    return _file(await asyncio.to_thread(template.template), "家书导入模板.xlsx")


@ROUTES.post("/imports/file")
async def put(request: web.Request) -> web.Response:
    """A sheet is put here: read apart, kept sealed, looked at. Nothing of it is in the house yet."""
    who, now, database = viewer(request), request.app[CLOCK](), request.app[DATABASE]
    name, upload = await _uploaded(request)
    try:
        book = await reading.read(upload)
        sha = upload.sha
    finally:
        upload.close()
    prepared = await asyncio.to_thread(staging.prepared, database.sealer, book, who.home_id, new_id())
    run = await database.write(lambda db: staging.stage(db, who, (name, sha), book, prepared, now))
    return _to(run)


@ROUTES.get(RUN, "imports/run.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One file: how its columns are read, and what is not sure."""
    return await _run(request)


@ROUTES.get(RUN + "/part", "imports/_run.html")
async def part(request: web.Request) -> dict[str, Any]:
    """The same alone."""
    return await _run(request)


@ROUTES.form(RUN + r"/sheets/{sheet:\d{1,3}}", PlanSheet, "imports/_run.html")
async def plan(request: web.Request, form: PlanSheet) -> dict[str, Any]:
    """Another head, another kind, other columns."""
    who, now, run, sheet = viewer(request), request.app[CLOCK](), _id(request), int(request.match_info["sheet"])
    await request.app[DATABASE].write(lambda db: staging.plan_sheet(db, who, run, sheet, form, now))
    return await _run(request)


@ROUTES.form(r"/imports/rows/{row:\d{1,18}}", FixRow, "imports/_run.html")
async def fix(request: web.Request, form: FixRow) -> dict[str, Any]:
    """A field of a row is filled in, left empty, or decided."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["row"])
    run = await request.app[DATABASE].write(lambda db: staging.fix(db, who, row, form, now))
    return await _run(request, run)


@ROUTES.form(RUN + "/guesses", TakeGuesses, "imports/_run.html")
async def guesses(request: web.Request, form: TakeGuesses) -> dict[str, Any]:
    """Every guess of a sheet is taken."""
    who, now, run, database = viewer(request), request.app[CLOCK](), _id(request), request.app[DATABASE]
    taken = await database.read(lambda db: staging.guesses(db, who, run, form.sheet, now))
    await database.write(lambda db: staging.take_guesses(db, who, run, form, taken, now))
    return await _run(request)


@ROUTES.form(RUN + "/beds", LayBeds, "imports/_run.html")
async def lay(request: web.Request, form: LayBeds) -> dict[str, Any]:
    """The beds that the sheet names and the house does not have."""
    who, now, run, database = viewer(request), request.app[CLOCK](), _id(request), request.app[DATABASE]
    looked = await database.read(lambda db: staging.look(db, who, run, now))
    many = await database.write(lambda db: laying.lay(db, who, looked, form, now))
    return await _run(request) | {"laid": many}


@ROUTES.get(RUN + "/faults.xlsx")
async def faults(request: web.Request) -> web.Response:
    """The rows that are not right yet, as a sheet."""
    who, now, run = viewer(request), request.app[CLOCK](), _id(request)
    looked = await request.app[DATABASE].read(lambda db: staging.look(db, who, run, now))
    mark = f"{who.name} {now.astimezone(request.app[HOUSE].home.zone):%Y-%m-%d %H:%M} 取走"
    data = await asyncio.to_thread(template.faults, looked.plans, looked.rows, mark)
    return _file(data, "有错的行.xlsx")


@ROUTES.form(RUN + "/apply", ApplyRun, "imports/_run.html")
async def apply(request: web.Request, form: ApplyRun) -> dict[str, Any]:
    """Write it: the page tells how far it has come."""
    who, now, run = viewer(request), request.app[CLOCK](), _id(request)
    running = _running(request, who)
    await applying.begin(running, who, run, form, now)
    task = asyncio.create_task(applying.carry_on(running, who, run, now, form.changes))
    _going.add(task)
    task.add_done_callback(_over)
    await asyncio.wait({task}, timeout=0.5)
    return await _run(request)


@ROUTES.form(RUN + "/undo", UndoRun, "imports/_run.html")
async def back(request: web.Request, form: UndoRun) -> dict[str, Any]:
    """Take it back, row by row."""
    who, now, run = viewer(request), request.app[CLOCK](), _id(request)
    await undo.undo(_running(request, who), who, run, form, now)
    return await _run(request)


@ROUTES.post(RUN + "/passwords", "imports/_passwords.html")
async def passwords(request: web.Request) -> dict[str, Any]:
    """First passwords of new colleagues, this once."""
    who, now, run = viewer(request), request.app[CLOCK](), _id(request)
    told = await request.app[DATABASE].write(lambda db: staging.passwords(db, who, run, now))
    return {"told": told, "address": address(request)}


@ROUTES.form("/imports/exports", AskExport, "imports/_index.html")
async def ask(request: web.Request, form: AskExport) -> dict[str, Any]:
    """Ask for a sheet."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: exports.ask(db, who, form, now))
    return await _index(request)


@ROUTES.form(r"/imports/exports/{ask:\d{1,18}}", DecideExport, "imports/_index.html")
async def decide(request: web.Request, form: DecideExport) -> dict[str, Any]:
    """Let it out, or not."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["ask"])
    await request.app[DATABASE].write(lambda db: exports.decide(db, who, number, form, now))
    return await _index(request)


@ROUTES.post(r"/imports/exports/{ask:\d{1,18}}/file")
async def fetch(request: web.Request) -> web.Response:
    """The sheet that was let out, for an hour."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["ask"])
    kind, lines, mark = await request.app[DATABASE].write(lambda db: exports.fetch(db, who, number, now))
    data = await asyncio.to_thread(exports.file, kind, lines, mark)
    return _file(data, f"{KINDS[kind]}_{now.astimezone(request.app[HOUSE].home.zone):%Y%m%d}.xlsx")


# -- what pages are filled with --------------------------------------------------------------------------------------


async def _index(request: web.Request) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        return {"runs": staging.runs(db, who), "asks": exports.asked(db, who, now)}

    found = await request.app[DATABASE].read(work)
    return found | {"KINDS": KINDS, "may_undo": lambda run: undo.may_undo(run, now), "COUNTED": _counted}


async def _run(request: web.Request, run: int | None = None) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    number = _id(request) if run is None else run

    def work(db: Unit) -> tuple[Looked, list[tuple[int, int, str]], int]:
        looked = staging.glance(db, who, number, now)
        kept = staging.kept_rows(db, looked.run) if looked.run.state == staging.UNDONE else []
        return looked, kept, staging.left_rows(db, looked.run)

    looked, kept, left = await request.app[DATABASE].read(work)
    at = _sheet(request, looked)
    mine = looked.of(at)
    looks = [one for one in mine if one.verdict is Verdict.LOOK]
    waiting = [one for one in looks if not one.follows or SAID in one.row.fixed]
    run_row = looked.run
    beds = laying.missing(who, looked.rows)
    renewed = [one for one in mine if one.updates and one.verdict in {Verdict.READY, Verdict.FIXED}]
    return {
        "looked": looked,
        "run": run_row,
        "at": at,
        "plan": looked.plans[at] if looked.plans else None,
        "tally": tally(mine),
        "whole": tally(looked.rows),
        "tallies": _tallies(looked),
        "waiting": waiting[:SHOWN],
        "asked": len(waiting),
        "more": max(0, len(waiting) - SHOWN),
        "follow": len(looks) - len(waiting),
        "guessed": sum(any(fault.guess for fault in one.faults) for one in waiting),
        "mended": [one for one in mine if one.verdict is Verdict.FIXED and not one.updates][:SHOWN],
        "renewed": renewed[:SHOWN],
        "renewing": len(renewed),
        "beds": beds,
        "drawn_beds": laying.revision_of(beds),
        "laid": 0,
        "skipped": _skipped(mine),
        "samples": _samples(looked, at, mine),
        "unasked": sum(
            one.draft.get("allergy") == "unasked"
            for one in mine
            if not one.updates and one.verdict in {Verdict.READY, Verdict.FIXED}
        ),
        "stuck": staging.is_stuck(run_row, now),
        "no_beds": any(fault.why == NO_BEDS for one in looks for fault in one.faults),
        "hidden_rows": sum(one.row.hidden for one in mine),
        "left": left,
        "kept": kept,
        "failed": looked.failed,
        "undo_until": run_row.applied_at + undo.FOR if run_row.applied_at and undo.may_undo(run_row, now) else None,
        "KINDS": KINDS,
        "FIELDS": FIELDS,
        "COUNTED": _counted,
        "hers": who.id == run_row.applied_by and run_row.told is not None,
        "pace": _pace(run_row),
    }


def _tallies(looked: Looked) -> list[Tally]:
    return [tally(looked.of(at)) for at in range(len(looked.plans))]


def _sheet(request: web.Request, looked: Looked) -> int:
    """Which sheet is shown: the one that was asked for, or the first that somebody must look at."""
    said = request.query.get("sheet", "")
    if said.isdecimal() and int(said) < len(looked.plans):
        return int(said)
    for wanted in (Verdict.LOOK, Verdict.READY):
        found = next((one.row.sheet for one in looked.rows if one.verdict is wanted), None)
        if found is not None:
            return found
    return 0


def _skipped(rows: list[Judged]) -> list[tuple[str, int]]:
    counts: dict[str, int] = {}
    for one in rows:
        if one.verdict is Verdict.SKIP:
            word = "重复的" if one.why.startswith("和第") else "院里已有" if one.why.startswith("院里已有") else one.why
            counts[word] = counts.get(word, 0) + 1
    return sorted(counts.items(), key=lambda pair: -pair[1])


def _samples(looked: Looked, at: int, rows: list[Judged]) -> list[str]:
    """One real value of each column."""
    found = [""] * (len(looked.plans[at].columns) if looked.plans else 0)
    for one in rows:
        if one.verdict is Verdict.SKIP:
            continue
        for place, cell in enumerate(one.row.cells[: len(found)]):
            found[place] = found[place] or text(cell)[:14]
        if all(found):
            break
    return found


def _counted(run: ImportRun) -> str:
    counts = json.loads(run.counts or "{}")
    named = {kind.value: f"{name} {{}}" for kind, name in KINDS.items()} | {UPDATED: "改了 {} 位老人"}
    return "、".join(named[kind].format(many) for kind, many in counts.items() if many)


def _pace(run: ImportRun) -> int:
    seconds = (run.beat_at - run.began_at).total_seconds() if run.beat_at and run.began_at else 0
    return round(run.done_rows / seconds) if seconds >= 1 else 0


# -- files -----------------------------------------------------------------------------------------------------------


async def _uploaded(request: web.Request) -> tuple[str, reading.Upload]:
    """The file of a form, piece by piece. Raises Invalid."""
    if request.content_type.startswith("multipart/"):
        with bodies.reading():
            async for field in await request.multipart():
                if isinstance(field, BodyPartReader) and field.filename:
                    return field.filename, await reading.upload(_pieces(field))
    raise Invalid(why="请先选一张表（.xlsx 或 .csv）。")


async def _pieces(field: BodyPartReader) -> AsyncIterator[bytes]:
    while chunk := await field.read_chunk(1 << 16):
        yield chunk


def _file(data: bytes, name: str) -> web.Response:
    told = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}", "Cache-Control": "no-store"}
    return web.Response(body=data, content_type=SHEET, headers=told)


def _running(request: web.Request, who: Viewer) -> Running:
    return Running(request.app[DATABASE], request.app[HOUSE], who.home_id, request.app[SETTINGS])


def _over(task: asyncio.Task[Any]) -> None:
    """What was refused stands on the page; anything else is told to the log."""
    _going.discard(task)
    if not task.cancelled() and isinstance(error := task.exception(), Exception) and not isinstance(error, JiashuError):
        log.error("an import broke off", exc_info=error)


def _id(request: web.Request) -> int:
    return int(request.match_info["run"])


def _to(run: int) -> web.Response:
    return web.Response(headers={"HX-Location": f"/console/imports/{run}"})
