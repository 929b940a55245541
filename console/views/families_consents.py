"""同意一览: what runs, looked through once a year (F47); 联系人: whose families ask whom, handed over when a colleague
is gone (F30).
"""

from typing import Any, Final

from aiohttp import web

from care import families, pictures
from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.access import HANDLERS
from services.families import contacts, yearly
from services.families.forms import HandContacts, StillHoldAll, StillHolds
from storage.queries import families_contact
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(HANDLERS)
MOST: Final = 200
"""Rows of the whole house; a floor is shown whole, since it is looked through at once."""
SHOWS: Final = {"due": "满一年的", "soon": "快到期的", "": "全部"}


@ROUTES.get("/consents", "families/consents.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All that runs."""
    return await _list(request)


@ROUTES.get("/consents/part", "families/_consents.html")
async def part(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _list(request)


@ROUTES.form(r"/consents/{kind:scope|picture}/{consent:\d{1,18}}", StillHolds, "families/_consents.html")
async def still(request: web.Request, form: StillHolds) -> dict[str, Any]:
    """看过，仍然有效."""
    who, now = viewer(request), request.app[CLOCK]()
    kind, number = request.match_info["kind"], int(request.match_info["consent"])
    await request.app[DATABASE].write(lambda db: yearly.still(db, who, kind, number, form, now))
    return await _list(request) | {"done": "记下了，仍然有效。"}


@ROUTES.form("/consents/floor", StillHoldAll, "families/_consents.html")
async def floor(request: web.Request, form: StillHoldAll) -> dict[str, Any]:
    """A whole floor."""
    who, now = viewer(request), request.app[CLOCK]()
    many = await request.app[DATABASE].write(lambda db: yearly.still_all(db, who, form, now))
    return await _list(request) | {"done": f"{form.floor} 楼 {many} 份都记下了，仍然有效。"}


@ROUTES.get("/contacts", "families/contacts.html")
async def whose(request: web.Request) -> dict[str, Any]:
    """Who is whose contact; who left stands first."""
    return await _contacts(request)


@ROUTES.form("/contacts", HandContacts, "families/_contacts.html")
async def hand_over(request: web.Request, form: HandContacts) -> dict[str, Any]:
    """All families of one go to another."""
    who, now = viewer(request), request.app[CLOCK]()
    many = await request.app[DATABASE].write(lambda db: contacts.hand_over(db, who, form, now))
    return await _contacts(request) | {"done": f"{many} 家交好了，家属在家书下面看到新的名字。"}


async def _list(request: web.Request) -> dict[str, Any]:
    who, now, wanted = viewer(request), request.app[CLOCK](), request.query.get("floor", "")
    show = request.query.get("show", "") if request.query.get("show", "") in SHOWS else ""
    every = await request.app[DATABASE].read(lambda db: yearly.listed(db, who, now))
    floors = sorted({one.floor for one in every})
    here = [one for one in every if wanted in {"", one.floor}]
    rows = [one for one in here if (not show or (one.due if show == "due" else one.soon))]
    return {
        "rows": rows if wanted else rows[:MOST],
        "left": 0 if wanted else len(rows[MOST:]),
        "floors": floors,
        "floor": wanted if wanted in floors else "",
        "show": show,
        "SHOWS": SHOWS,
        "due": sum(one.due for one in here),
        "soon": sum(one.soon for one in here),
        "total": len(here),
        "drawn": yearly.revision_of(here),
        "BY": {**families.WAYS, **pictures.AGREES_BY},
        "names": families.names,
        "done": "",
    }


async def _contacts(request: web.Request) -> dict[str, Any]:
    who = viewer(request)

    def work(db: Unit) -> dict[str, Any]:
        found = families_contact.contacts(db, who.sight)
        of: dict[int, list[families_contact.Contact]] = {}
        for one in sorted(found, key=lambda contact: (not contact.left, contact.name)):
            of.setdefault(one.staff_id, []).append(one)
        return {"of": list(of.values()), "colleagues": contacts.offered(db, who), "done": ""}

    return await request.app[DATABASE].read(work)
