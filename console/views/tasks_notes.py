"""记一笔: today's notes and open tasks of a resident, on the resident's page; the media of a note."""

from typing import Any, Final

from aiohttp import web

from care.errors import NotFound
from care.states import NoteUse
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from console.views.media import served
from services.residents.access import RESIDENTS, access_resident
from services.tasks import notes, tasks
from services.tasks.access import access_note
from services.tasks.forms import ActOnTask, AddNote
from storage.queries import tasks as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(RESIDENTS)
SHOWN: Final = (NoteUse.OFFERED, NoteUse.INSIDE, NoteUse.USED)
TURNS: Final = {"inside": NoteUse.INSIDE, "offer": NoteUse.OFFERED}


@ROUTES.get(r"/residents/{resident:\d{1,18}}/notes", "tasks/_notes.html")
async def today(request: web.Request) -> dict[str, Any]:
    """What was written about a resident today, and what is to be done."""
    return await _notes(request, int(request.match_info["resident"]))


@ROUTES.form(r"/residents/{resident:\d{1,18}}/notes", AddNote, "tasks/_notes.html")
async def write(request: web.Request, form: AddNote) -> dict[str, Any]:
    """One line more."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: notes.add(db, who, number, form, now))
    return await _notes(request, number)


@ROUTES.forms(
    r"/notes/{note:\d{1,18}}/{act:inside|offer|back}",
    "act",
    {"inside": ActOnTask, "offer": ActOnTask, "back": ActOnTask},
    "tasks/_notes.html",
)
async def decide(request: web.Request, form: ActOnTask) -> dict[str, Any]:
    """只给同事看, for the letter after all, or taken back."""
    who, now, number, word = viewer(request), request.app[CLOCK](), request.match_info["note"], request.match_info

    def work(db: Unit) -> int:
        if word["act"] == "back":
            return notes.take_back(db, who, int(number), form, now).resident_id
        return notes.decide(db, who, int(number), TURNS[word["act"]], form, now).resident_id

    return await _notes(request, await request.app[DATABASE].write(work))


@ROUTES.get(r"/notes/{note:\d{1,18}}/media")
async def media(request: web.Request) -> web.StreamResponse:
    """The photo or the voice of a note, for who may see the resident."""
    who, number = viewer(request), int(request.match_info["note"])
    row = await request.app[DATABASE].read(lambda db: queries.media_of(db, access_note(db, who, number)))
    if row is None or row.state != "kept":
        raise NotFound
    return await served(request, row)


async def _notes(request: web.Request, number: int) -> dict[str, Any]:
    who, now, home = viewer(request), request.app[CLOCK](), request.app[HOUSE].home

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, number)
        return {
            "resident_id": resident.id,
            "notes": queries.notes(db, resident.id, now.astimezone(home.zone).date(), *SHOWN),
            "todo": queries.open_ones(db, who.sight, "all", resident.id),
        }

    return await request.app[DATABASE].read(work) | {"post_of": tasks.post_of}
