"""证据: what colleagues found about a complaint, handed in and looked at (C6)."""

import asyncio
from typing import Any, Final

from aiohttp import web

from care.errors import Invalid, NotFound
from console.context import CLOCK, DATABASE, SETTINGS
from console.files import keep_with
from console.routes import Routes
from console.views.complaints import COMPLAINT, complaint_of, found_by
from console.views.media import SHOWN
from services.complaints import evidence
from services.complaints.access import COMPLAINTS, access_complainant
from services.complaints.forms import AddEvidence
from services.media import media
from storage import tables
from storage.unit import Unit
from web.forms import SENT
from web.sessions import viewer

ROUTES: Final = Routes(COMPLAINTS)


@ROUTES.form(rf"/complaints/{COMPLAINT}/evidence", AddEvidence, "complaints/_one.html")
async def add(request: web.Request, form: AddEvidence) -> dict[str, Any]:
    """Seal, write, then note it down; a file whose line could not be written is taken away again."""
    who, now, ref = viewer(request), request.app[CLOCK](), request.match_info["complaint"]
    await request.app[DATABASE].read(lambda db: found_by(db, who, ref))
    if not request[SENT]:
        raise Invalid(why="请先选一张照片或一份文件。")
    taken = [(evidence.take(data), data) for data in request[SENT]]

    def work(db: Unit) -> None:
        for one, _ in taken:
            evidence.add(db, who, found_by(db, who, ref).id, one, form.what, now)

    await keep_with(request, [(one.id, data) for one, data in taken], work)
    return await complaint_of(request) | {"done": "evidence"}


@ROUTES.get(rf"/complaints/{COMPLAINT}/evidence/{{file:\d{{1,18}}}}")
async def show(request: web.Request) -> web.StreamResponse:
    """One file, for who handles the case, without place and device; with `?original` as it was handed in, whose bytes
    have the fingerprint (C6, S7). That it was opened is written down.
    """
    who, ref, wanted = viewer(request), request.match_info["complaint"], int(request.match_info["file"])

    def work(db: Unit) -> tables.Evidence:
        complaint = found_by(db, who, ref)
        if not access_complainant(who, complaint):
            raise NotFound
        return evidence.find(db, who, complaint.id, wanted)

    row = await request.app[DATABASE].read(work)
    original = "original" in request.query
    try:
        data = await asyncio.to_thread(
            media.read_file if original else media.shown,
            request.app[SETTINGS].media.path,
            request.app[DATABASE].sealer,
            wanted,
        )
    except FileNotFoundError as error:
        raise NotFound from error
    way = "inline" if row.mime in SHOWN and not original else "attachment"
    headers = {
        "Content-Disposition": f"{way}; "
        f'filename="{row.case_id % 10**6:06d}-{wanted % 10000:04d}.{row.mime.rpartition("/")[2]}"',
    }
    return web.Response(body=data, content_type=row.mime, headers=headers)
