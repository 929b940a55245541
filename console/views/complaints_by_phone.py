"""登记: a colleague takes down a complaint that did not come by WeChat (F17)."""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import access_person
from services.complaints import by_phone
from services.complaints.access import COMPLAINTS
from services.complaints.forms import TakeDown
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(COMPLAINTS)
PERSON: Final = r"/complaints/from/{person:\d{1,18}}"


@ROUTES.get(PERSON, "complaints/by_phone.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The form, for who complains."""
    who, number = viewer(request), int(request.match_info["person"])

    def work(db: Unit) -> str:
        person = access_person(db, who, number)
        return db.open(person, "name") or "这位家属"

    return {"person": number, "name": await request.app[DATABASE].read(work), "ways": by_phone.WAYS}


@ROUTES.form(PERSON, TakeDown)
async def take_down(request: web.Request, form: TakeDown) -> web.Response:
    """Take it down and open the case."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    number = int(request.match_info["person"])
    case = await request.app[DATABASE].write(lambda db: by_phone.take_down(db, house, who, number, form, now))
    goal = f"/console/complaints/{case}" if case else "/console/complaints"
    return web.Response(status=204, headers={"HX-Redirect": goal})
