"""The steps of a complaint: one form for each, on the card of the stage (design.md 5.3)."""

from datetime import datetime
from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from console.views.complaints import COMPLAINT, complaint_of, found_by
from services.access import Viewer
from services.complaints import complaints, proposals
from services.complaints.access import COMPLAINTS
from services.complaints.forms import Assess, Correct, Decide, Hear, Inquire, Interim, Learn, Propose, Tell
from services.form import Form
from services.house import House
from storage.unit import Unit
from web.sessions import viewer

STEPS: Final[dict[str, type[Form]]] = {
    "assess": Assess,
    "correct": Correct,
    "inquire": Inquire,
    "plan": Propose,
    "decide": Decide,
    "tell": Tell,
    "hear": Hear,
    "learn": Learn,
    "interim": Interim,
}
ROUTES: Final = Routes(COMPLAINTS)


@ROUTES.forms(rf"/complaints/{COMPLAINT}/step/{{step:{'|'.join(STEPS)}}}", "step", STEPS, "complaints/_one.html")
async def step(request: web.Request, form: Form) -> dict[str, Any]:
    """One step; its form comes back with a sentence when something is missing."""
    who, now, house, ref = viewer(request), request.app[CLOCK](), request.app[HOUSE], request.match_info["complaint"]
    await request.app[DATABASE].write(lambda db: _do(db, house, who, found_by(db, who, ref).id, form, now))
    return await complaint_of(request) | {"done": request.match_info["step"]}


def _do(db: Unit, house: House, who: Viewer, complaint: int, form: Form, now: datetime) -> None:
    match form:
        case Assess():
            complaints.assess(db, house, who, complaint, form, now)
        case Correct():
            complaints.correct(db, house, who, complaint, form, now)
        case Inquire():
            complaints.inquire(db, who, complaint, form, now)
        case Propose():
            proposals.propose(db, house, who, complaint, form, now)
        case Decide():
            proposals.decide(db, house, who, complaint, form, now)
        case Tell():
            complaints.tell(db, house, who, complaint, form, now)
        case Hear():
            complaints.hear(db, house, who, complaint, form, now)
        case Learn():
            complaints.learn(db, who, complaint, form, now)
        case Interim():
            proposals.interim(db, house, who, complaint, form, now)
