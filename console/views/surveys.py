"""问卷: start and end the questionnaire of the month; per item n, score, marks, change; nothing under five answers
(design.md 06).
"""

from typing import Any, Final

from aiohttp import web

from care import surveys as survey
from care.errors import NotFound
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import LEADS, access_page
from services.surveys import surveys
from services.surveys.access import SURVEYS
from storage.queries import surveys as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(SURVEYS)


@ROUTES.get("/surveys", "surveys/index.html")
@ROUTES.get(r"/surveys/{period:\d{4}-\d\d}", "surveys/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """One questionnaire with its results; the newest when none is named."""
    who, now = viewer(request), request.app[CLOCK]()
    access_page(who, SURVEYS)
    wanted = request.match_info.get("period", "")

    def work(db: Unit) -> tuple[list[Any], queries.Result | None]:
        rows = queries.all_of(db, who.home_id)
        chosen = next((row for row in rows if row.period == wanted), None) if wanted else rows[0] if rows else None
        return rows, queries.result(db, rows, chosen) if chosen else None

    rows, found = await request.app[DATABASE].read(work)
    if wanted and found is None:
        raise NotFound
    period = f"{now.astimezone(request.app[HOUSE].home.zone):%Y-%m}"
    asked = survey.of_month(int(period[5:]))
    return {
        "campaigns": rows,
        "found": found,
        "may_begin": who.role in LEADS and all(row.period != period for row in rows),
        "leads": who.role in LEADS,
        "period": period,
        "questions": [survey.items()[item].name for item in asked],
        "MARKS": survey.MARKS,
        "FEWEST": survey.FEWEST,
        "causes": [score for score in found.scores if score.asks_why] if found else [],
        "trend": [(row, score) for row, score in found.trend if score is not None] if found else [],
    }


@ROUTES.post("/surveys/begin")
async def begin(request: web.Request) -> web.StreamResponse:
    """Start the one of this month."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    await request.app[DATABASE].write(lambda db: surveys.begin(db, house, who, now))
    return web.Response(status=204, headers={"HX-Redirect": "/console/surveys"})


@ROUTES.post(r"/surveys/{campaign:\d{1,18}}/end")
async def end(request: web.Request) -> web.StreamResponse:
    """Close it."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["campaign"])
    await request.app[DATABASE].write(lambda db: surveys.end(db, who, number, now))
    return web.Response(status=204, headers={"HX-Redirect": "/console/surveys"})
