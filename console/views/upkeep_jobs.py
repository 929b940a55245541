"""任务: what the scheduler does, when it ran last and what came of it; for the administrator and the director."""

from typing import Any

import aiohttp_jinja2
from aiohttp import web

from console.views.context import CLOCK, DATABASE
from services.upkeep import jobs
from web.sessions import viewer


def routes(router: web.UrlDispatcher) -> None:
    """The address of this page, and of its table, which is drawn anew every few seconds."""
    router.add_get("/jobs", index)
    router.add_get("/jobs/list", table)


@aiohttp_jinja2.template("upkeep/jobs.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All jobs."""
    return await _lines(request)


@aiohttp_jinja2.template("upkeep/_jobs.html")
async def table(request: web.Request) -> dict[str, Any]:
    """The table alone."""
    return await _lines(request)


async def _lines(request: web.Request) -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    lines = await request.app[DATABASE].read(lambda db: jobs.shown(db, who, now))
    return {"lines": lines, "bad": sum(line.row.failed is not None or line.late for line in lines)}
