"""搜索: people, complaints and messages by two characters or the last four digits of a phone; only what the viewer may
open.
"""

from typing import Final

import aiohttp_jinja2
from aiohttp import web

from care.words import legal
from console.context import DATABASE
from console.routes import Routes
from services.access import access_page
from services.search import search
from services.search.access import SEARCH
from web.sessions import viewer

LONGEST: Final = 40


ROUTES: Final = Routes(SEARCH)


@ROUTES.get("/search")
async def index(request: web.Request) -> web.StreamResponse:
    """The page, or the results while somebody types. That somebody searched is kept, not what for (P5)."""
    who, asked = viewer(request), legal(request.query.get("q", "")).strip()[:LONGEST]
    access_page(who, SEARCH)
    found = await request.app[DATABASE].read(lambda db: search.look(db, who, asked)) if asked else None
    template = "search/_list.html" if request.headers.get("HX-Request") else "search/index.html"
    return aiohttp_jinja2.render_template(template, request, {"asked": asked, "found": found})
