"""老人: who lives where, who belongs to whom and may know what; binding sheets, requests, status (design.md 5.8, 26)."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from aiohttp import web

from care import customs
from care.risks import LEVELS as RISK_LEVELS
from care.risks import RISKS
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import HANDLERS, access_page, page_at
from services.appointments.access import APPOINTMENTS
from services.greetings import occasions
from services.greetings.forms import BookVisit
from services.residents import checklist, contracts, papers, record, residents, returning
from services.residents.access import RESIDENTS, access_resident
from services.residents.admission import ADMITS, LEVELS, today_of
from services.residents.beds import LAYS
from services.residents.forms import Hush, SetStatus
from storage.queries import greetings, residents_beds, residents_record, residents_timeline
from storage.queries import residents as queries
from storage.unit import Unit
from web.sessions import viewer

CUSTOMS: Final = {
    name: [("", "没问过"), *words.items()]
    for name, words in (("xiaonian", customs.XIAONIAN), ("parents", customs.PARENTS))
}

ROUTES: Final = Routes(RESIDENTS)
RECENT: Final = 8
"""Entries of the timeline beside the record."""


@ROUTES.get("/residents", "residents/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list by floor, and who waits to be confirmed."""
    return await _rows(request)


@ROUTES.get("/residents/list", "residents/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _rows(request)


@ROUTES.get(r"/residents/{resident:\d{1,18}}", "residents/one.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One resident; that the record was read is written down (P5)."""
    return await resident_of(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/status", SetStatus, "residents/_one.html")
async def status(request: web.Request, form: SetStatus) -> dict[str, Any]:
    """Where a resident is; a death needs the director and the name once more."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: residents.set_status(db, who, resident, form, now))
    return await resident_of(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/visit", BookVisit, "residents/_one.html")
async def visit(request: web.Request, form: BookVisit) -> dict[str, Any]:
    """A relative said when they come; they are reminded the evening before (R1)."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    resident = int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: occasions.book_visit(db, house, who, resident, form, now))
    return await resident_of(request)


@ROUTES.form(r"/residents/{resident:\d{1,18}}/hush", Hush, "residents/_one.html")
async def hush(request: web.Request, form: Hush) -> dict[str, Any]:
    """静默: one tap stops everything that is not human; lifted by hand."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])
    await request.app[DATABASE].write(lambda db: residents.hush(db, who, resident, form, now))
    return await resident_of(request)


async def _rows(request: web.Request) -> dict[str, Any]:
    who = viewer(request)
    access_page(who, RESIDENTS)
    asked = request.query
    wanted = queries.Wanted(
        asked.get("show", ""),
        asked.get("floor", ""),
        asked.get("care", ""),
        asked.get("q", "").strip()[:30],
        asked.get("risk", ""),
    )

    def work(db: Unit) -> tuple[list[queries.Line], list[queries.Asking], list[residents_beds.BedLine]]:
        return (
            queries.lines(db, who.sight, wanted.statuses),
            queries.asking(db, who.sight) if who.role in HANDLERS else [],
            residents_beds.beds(db, who.home_id, who.sight),
        )

    every, asking, beds = await request.app[DATABASE].read(work)
    found = [line for line in every if wanted.takes(line)]
    floors = list(dict.fromkeys(line.floor for line in found))
    left, imports = wanted.show == "left", page_at("/imports")
    return {
        "floors": [(floor, [line for line in found if line.floor == floor]) for floor in floors],
        "total": len(found),
        "everybody": len(every),
        "left": left,
        "wanted": wanted,
        "asked": f"?{request.query_string}" if request.query_string else "",
        "all_floors": sorted({line.floor for line in every if line.floor} | ({wanted.floor} - {""})),
        "all_risks": [(key, name, sum(key in line.risks for line in every)) for key, name in RISKS.items()],
        "all_levels": sorted({line.care_level or "没填" for line in every} | ({wanted.care} - {""})),
        "asking": [] if left or wanted.narrow else asking,
        "bound": sum(line.relatives > 0 for line in found),
        "beds": len(beds),
        "free": sum(bed.free for bed in beds),
        "imports": imports is not None and who.sees(imports),
        "STATUSES": queries.STATUSES,
        "may_bind": who.role in HANDLERS,
        "may_admit": who.role in ADMITS,
        "may_lay": who.role in LAYS,
    }


async def resident_of(request: web.Request) -> dict[str, Any]:
    """One resident as the page shows it: where they are, the record, the relatives."""
    who, resident_id, now = viewer(request), int(request.match_info["resident"]), request.app[CLOCK]()

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        hushed = residents.hushed_since(db, resident.person_id)
        line, kept = queries.one(db, resident), record.find(db, resident, now)
        stands, since = residents.revision_of(resident, hushed)
        drawn = {"status": stands, "hush": since, "place": residents.place_of(resident)}
        drawn["contract"] = contracts.revision_of(db, resident.id)
        today = today_of(db, who.home_id, now)
        return {
            "line": line,
            "relatives": queries.relatives(db, resident.id),
            "hushed": hushed,
            "drawn": drawn | record.revisions(db, resident, kept),
            "visits": greetings.visits(db, resident.id, now),
            "alike": queries.alike(db, who.home_id, line.name, resident.id),
            "it": residents_record.shown(db, resident, kept, today),
            "risks": record.risks_of(db, kept),
            "free": by_floor(residents_beds.free(db, who.home_id, who.sight)),
            "contracts": contracts.contracts(db, resident.id, today) if who.role in HANDLERS else [],
            "papers": papers.papers(db, resident.id, today) if who.role in ADMITS else [],
            "checklist": checklist.items(db, resident.id),
            "after": checklist.after(db, resident),
            "back": returning.items(db, resident),
            "doctors": who.sees(APPOINTMENTS),
            "recent": residents_timeline.timeline(db, who.sight, resident, most=RECENT)[0],
        }

    found = await request.app[DATABASE].read(work)
    return found | {
        "LEVELS": LEVELS,
        "CUSTOMS": CUSTOMS,
        "RISK_LEVELS": tuple(RISK_LEVELS.items()),
        "REASONS_IDENTITY": record.REASONS,
        "may_bind": who.role in HANDLERS,
        "may_edit": who.role in ADMITS,
        "may_sign": who.role in returning.SIGNS,
        "may_contract": who.role in HANDLERS,
        "PAPERS": papers.KINDS,
        "STATUSES": residents.may_set(who),
        "GONE": queries.GONE,
    }


def by_floor(beds: Sequence[residents_beds.BedLine]) -> list[tuple[tuple[str, str], list[residents_beds.BedLine]]]:
    """Beds under the floor on which they stand."""
    return [(floor, list(some)) for floor, some in groupby(beds, key=lambda bed: (bed.building, bed.floor))]
