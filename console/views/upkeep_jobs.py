"""自动任务: what the scheduler does, when it ran last and what came of it; for the administrator and the director."""

from typing import Any, Final

from aiohttp import web

from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.upkeep import jobs
from services.upkeep.access import JOBS
from web.sessions import viewer

ROUTES: Final = Routes(JOBS)


@ROUTES.get("/jobs", "upkeep/jobs.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All jobs."""
    return await _lines(request)


@ROUTES.get("/jobs/list", "upkeep/_jobs.html")
async def table(request: web.Request) -> dict[str, Any]:
    """The table alone."""
    return await _lines(request)


async def _lines(request: web.Request) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    lines = await request.app[DATABASE].read(lambda db: jobs.shown(db, who, now))
    return {"lines": lines, "bad": sum(line.row.failed is not None or line.late for line in lines)}
