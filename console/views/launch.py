"""按楼层启用: what the machine may begin to say by itself, where, and whom it reaches on the first day (F29)."""

from typing import Any, Final

from aiohttp import web

from care.states import Launch
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.launch import first_day, launch
from services.launch.access import LAUNCH, sees_floor
from services.launch.forms import Switch
from storage.queries import launch as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(LAUNCH)


@ROUTES.get("/launch", "launch/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """Every floor with its switches."""
    return await _shown(request)


async def _shown(request: web.Request) -> dict[str, Any]:
    who = viewer(request)

    def work(db: Unit) -> dict[str, Any]:
        floors = queries.floors(db, who.home_id)
        every = [("", sum(many for _, many in floors)), *floors]
        places = [one for one in every if sees_floor(who, one[0])]
        return {
            "places": places,
            "switches": {
                (floor, purpose): {
                    "on": launch.by_whom(db, who.home_id, purpose.value, floor),
                    "drawn": launch.revision_of(db, who.home_id, purpose.value, floor),
                }
                for floor, _ in every
                for purpose in Launch
            },
            "any": bool(floors),
        }

    found = await request.app[DATABASE].read(work)
    whole = {purpose for purpose in Launch if found["switches"]["", purpose]["on"]}
    return found | {"PURPOSES": launch.WORDS, "whole": whole}


@ROUTES.get("/launch/first-day", "launch/_first_day.html")
async def preview(request: web.Request) -> dict[str, Any]:
    """Whom a switch would reach on its first day."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    purpose, floor = request.query.get("purpose", ""), request.query.get("floor", "")[:8]

    def work(db: Unit) -> dict[str, Any]:
        return {
            "reached": first_day.reached(db, house, who, purpose, floor, now),
            "drawn": launch.revision_of(db, who.home_id, purpose, floor),
        }

    found = await request.app[DATABASE].read(work)
    return found | {"purpose": purpose, "floor": floor, "words": launch.WORDS[Launch(purpose)]}


@ROUTES.form("/launch", Switch, "launch/_board.html")
async def switch(request: web.Request, form: Switch) -> dict[str, Any]:
    """Switch on, or off in one tap."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: launch.switch(db, who, form, now))
    return await _shown(request)
