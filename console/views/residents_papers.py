"""合同, 资料, 入住手续 and 往来 of a resident."""

import asyncio
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from aiohttp import web

from care.errors import Invalid, NotFound
from care.words import whole
from console.context import CLOCK, DATABASE, SETTINGS
from console.files import keep_with
from console.routes import Routes
from console.views.media import SHOWN
from console.views.residents import resident_of
from services.media import media
from services.residents import checklist, contracts, papers, returning
from services.residents.access import RESIDENTS, access_resident
from services.residents.checklist import SignOver, Tick
from services.residents.contracts import AddContract
from services.residents.papers import AddPaper, RemovePaper
from services.residents.returning import SignBack
from services.tasks import tasks
from services.tasks.forms import AddTask
from storage.queries import residents as queries
from storage.queries import residents_timeline
from storage.types import micros, moment
from storage.unit import Unit
from web.forms import SENT
from web.sessions import viewer

ROUTES: Final = Routes(RESIDENTS)
LATEST: Final = micros(datetime.max.replace(tzinfo=UTC))
"""What is later is no moment."""
NOON: Final = time(12)
ONE: Final = r"/residents/{resident:\d{1,18}}"


@ROUTES.form(f"{ONE}/contract", AddContract, "residents/_one.html")
async def contract(request: web.Request, form: AddContract) -> dict[str, Any]:
    """A contract that was signed is written down."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: contracts.add(db, who, resident, form, now))
    return await resident_of(request)


@ROUTES.form(f"{ONE}/tick", Tick, "residents/_one.html")
async def tick(request: web.Request, form: Tick) -> dict[str, Any]:
    """One thing of the admission."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: checklist.tick(db, who, resident, form, now))
    return await resident_of(request)


@ROUTES.form(f"{ONE}/handover", SignOver, "residents/_one.html")
async def handover(request: web.Request, form: SignOver) -> dict[str, Any]:
    """The family signed that everything was handed over."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: checklist.sign_over(db, who, resident, form, now))
    return await resident_of(request)


@ROUTES.form(f"{ONE}/back", SignBack, "residents/_one.html")
async def back(request: web.Request, form: SignBack) -> dict[str, Any]:
    """Who came back from hospital was gone through (F7); what is open is a task of the floor until noon of tomorrow."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    tomorrow = now.astimezone(request.app[SETTINGS].home.zone).date() + timedelta(days=1)

    def work(db: Unit) -> None:
        for open_item in returning.sign(db, who, resident, form, now):
            due = datetime.combine(tomorrow, NOON)
            tasks.add(db, who, AddTask(what=f"回院交接还差：{open_item}", due=due, resident=resident), now)

    await request.app[DATABASE].write(work)
    return await resident_of(request)


@ROUTES.form(f"{ONE}/papers", AddPaper, "residents/_one.html")
async def add(request: web.Request, form: AddPaper) -> dict[str, Any]:
    """Seal, write, then note it down; a file whose line could not be written is taken away again."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].read(lambda db: access_resident(db, who, resident))
    if not request[SENT]:
        raise Invalid(why="请先选一张照片或一份 PDF。")
    taken = [(papers.take(data), data) for data in request[SENT]]

    def work(db: Unit) -> None:
        for one, _ in taken:
            papers.add(db, who, resident, one, form, now)

    await keep_with(request, [(one.id, data) for one, data in taken], work)
    return await resident_of(request)


@ROUTES.get(ONE + r"/papers/{paper:\d{1,18}}")
async def show(request: web.Request) -> web.StreamResponse:
    """One paper or the photo, without place and device; that it was opened is written down."""
    who, resident, wanted = viewer(request), int(request.match_info["resident"]), int(request.match_info["paper"])
    row = await request.app[DATABASE].read(lambda db: papers.find(db, who, resident, wanted))
    try:
        data = await asyncio.to_thread(
            media.shown, request.app[SETTINGS].media.path, request.app[DATABASE].sealer, wanted
        )
    except FileNotFoundError as error:
        raise NotFound from error
    way = "inline" if row.mime in SHOWN else "attachment"
    name = f"{resident % 10**6:06d}-{wanted % 10000:04d}.{row.mime.rpartition('/')[2]}"
    return web.Response(body=data, content_type=row.mime, headers={"Content-Disposition": f'{way}; filename="{name}"'})


@ROUTES.form(ONE + r"/papers/{paper:\d{1,18}}/remove", RemovePaper, "residents/_one.html")
async def remove(request: web.Request, form: RemovePaper) -> dict[str, Any]:
    """A paper is destroyed: first its line says so, then the file goes."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    paper = int(request.match_info["paper"])
    await request.app[DATABASE].write(lambda db: papers.remove(db, who, resident, paper, form, now))
    file = media.file_of(request.app[SETTINGS].media.path, paper)
    await asyncio.to_thread(file.unlink, missing_ok=True)
    return await resident_of(request)


@ROUTES.get(f"{ONE}/timeline", "residents/timeline.html")
async def timeline(request: web.Request) -> dict[str, Any]:
    """Everything that happened, page by page."""
    who, resident_id = viewer(request), int(request.match_info["resident"])
    kind = request.query.get("kind", "")
    wanted = whole(request.query.get("before", ""))
    before: datetime | None = moment(wanted) if wanted and wanted <= LATEST else None

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        entries, more = residents_timeline.timeline(db, who.sight, resident, kind, before)
        return {"line": queries.one(db, resident), "entries": entries, "more": micros(more) if more else None}

    found = await request.app[DATABASE].read(work)
    return found | {"kind": kind, "before": wanted, "KINDS_OF_ENTRY": residents_timeline.KINDS}


@ROUTES.get(f"{ONE}/handover", "residents/handover.html")
async def sheet(request: web.Request) -> dict[str, Any]:
    """The list of the admission on paper, with lines to sign."""
    who, resident_id = viewer(request), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        return {"line": queries.one(db, resident), "items": checklist.items(db, resident.id)[:-1]}

    return await request.app[DATABASE].read(work)


@ROUTES.get(f"{ONE}/after", "residents/after.html")
async def afterwards(request: web.Request) -> dict[str, Any]:
    """What people forget after a death, on paper (F11)."""
    who, resident_id = viewer(request), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        after = checklist.after(db, resident)
        if not after:
            raise NotFound
        return {"line": queries.one(db, resident), "after": after}

    return await request.app[DATABASE].read(work)
