"""The steps of a case: one form for each, on the card of the stage (design.md 5.3)."""

from datetime import datetime, timedelta
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from console.views.complaints import COMPLAINT, complaint_of, found_by
from console.views.context import CLOCK, DATABASE, HOUSE, SETTINGS
from console.views.forms import Form
from services.access import Viewer
from services.complaints import complaints
from services.house import House
from storage.unit import Unit
from web.sessions import viewer

STEPS = "assess|inquire|plan|decide|tell|hear|learn|interim"


def routes(router: web.UrlDispatcher) -> None:
    """The address of the forms."""
    router.add_post(rf"/complaints/{COMPLAINT}/step/{{step:{STEPS}}}", step)


@aiohttp_jinja2.template("complaints/_one.html")
async def step(request: web.Request) -> dict[str, Any]:
    """One step; its form comes back with a sentence when something is missing."""
    form, who, now = await request.post(), viewer(request), request.app[CLOCK]()
    ref, what, house = request.match_info["complaint"], request.match_info["step"], request.app[HOUSE]
    zone = request.app[SETTINGS].home.zone

    def work(db: Unit) -> None:
        _do(db, house, who, found_by(db, who, ref).id, what, Form(form), now, zone)

    await request.app[DATABASE].write(work)
    return await complaint_of(request) | {"done": what}


def _do(  # noqa: PLR0913  (one form)
    db: Unit,
    house: House,
    who: Viewer,
    complaint: int,
    what: str,
    form: Form,
    now: datetime,
    zone: Any,  # noqa: ANN401
) -> None:
    match what:
        case "assess":
            complaints.assess(
                db,
                who,
                complaint,
                category=form.words("category"),
                level=form.number("level"),
                why=form.words("why"),
                scope=form.words("scope"),
                passed_to=form.words("passed_to"),
                owner_id=form.number("owner"),
                accused=form.numbers("accused"),
                now=now,
                drawn=form.words("drawn"),
            )
        case "inquire":
            complaints.inquire(db, who, complaint, form.words("finding"), now, form.words("drawn"))
        case "plan":
            complaints.propose(
                db,
                house,
                who,
                complaint,
                cause=form.words("cause"),
                department=form.words("department"),
                responsible_id=form.number("responsible"),
                measures=form.words("measures"),
                done_by=form.day("done_by"),
                reply=form.words("reply"),
                now=now,
            )
        case "decide":
            complaints.decide(
                db,
                house,
                who,
                complaint,
                form.number("paper"),
                approve=form.words("verdict") == "approve",
                why=form.words("why"),
                now=now,
            )
        case "tell":
            complaints.tell(db, house, who, complaint, way=form.words("way"), note=form.words("note"), now=now)
        case "hear":
            complaints.hear(
                db,
                house,
                who,
                complaint,
                word=form.words("word"),
                note=form.words("note"),
                now=now,
                drawn=form.words("drawn"),
            )
        case "learn":
            complaints.learn(db, who, complaint, form.words("lesson"), now)
        case _:
            day = form.day("until")
            due = datetime.combine(day, datetime.min.time(), zone) + timedelta(hours=18) if day else None
            complaints.interim(db, house, who, complaint, reply=form.words("reply"), new_due=due, now=now)
