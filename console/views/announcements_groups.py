"""名单: groups of people, and who wants to hear of activities and offers (B2, N6)."""

from typing import Any, Final

from aiohttp import web

from care.words import whole
from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.access import access_page
from services.announcements import groups
from services.announcements.access import ANNOUNCEMENTS
from services.announcements.forms import DropGroup, MakeGroup, PutPerson
from storage.queries import announcements_groups as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(ANNOUNCEMENTS)
MOST: Final = 60
"""People on one page."""


@ROUTES.get("/announcements/people", "announcements/people.html")
async def people(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _people(request)


@ROUTES.get("/announcements/people/list", "announcements/_people.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """What changes of it."""
    return await _people(request)


@ROUTES.form("/announcements/groups", MakeGroup, "announcements/_people.html")
async def make(request: web.Request, form: MakeGroup) -> dict[str, Any]:
    """One more group."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: groups.make(db, who, form, now))
    return await _people(request)


@ROUTES.form(r"/announcements/groups/{group:\d{1,18}}/drop", DropGroup, "announcements/_people.html")
async def drop(request: web.Request, _: DropGroup) -> dict[str, Any]:
    """A group that nobody needs any more."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["group"])
    await request.app[DATABASE].write(lambda db: groups.drop(db, who, number, now))
    return await _people(request)


@ROUTES.form(r"/announcements/people/{person:\d{1,18}}", PutPerson, "announcements/_people.html")
async def put(request: web.Request, form: PutPerson) -> dict[str, Any]:
    """In which groups somebody is, and what they want to hear of."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["person"])
    await request.app[DATABASE].write(lambda db: groups.put(db, who, number, form, now))
    return await _people(request)


async def _people(request: web.Request) -> dict[str, Any]:
    who, asked = viewer(request), request.query
    group, name, page = (
        whole(asked.get("group", "")) or 0,
        asked.get("q", "").strip()[:20],
        whole(asked.get("page", "")),
    )

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, ANNOUNCEMENTS)
        found = everybody = [] if who.floors else queries.everybody(db, who.home_id)
        if group:
            found = [one for one in found if group in one.groups]
        if name:
            found = [one for one in found if name in one.who.name or name in one.who.elder or name in one.who.place]
        begin = MOST * max(0, page or 0)
        return {
            "groups": queries.groups(db, who.home_id),
            "people": found[begin : begin + MOST],
            "many": len(found),
            "wanting": sum(one.wants is not None and not one.stopped for one in found),
            "page": page or 0,
            "cut": queries.GUESTS if sum(one.who.resident_id == 0 for one in everybody) >= queries.GUESTS else 0,
            "more": len(found) > begin + MOST,
        }

    found = await request.app[DATABASE].read(work)
    return found | {
        "group": group,
        "q": name,
        "KINDS": groups.KINDS,
        "kind_of": groups.kind_of,
        "revision_of": groups.revision_of,
        "whole": not who.floors,
    }
