"""What changes while a page is open: the stream of events, and who else is at the same talk or case (D12)."""

from typing import Any, Final

from aiohttp import web

from console.context import DATABASE, LIVE
from console.presence import PREFIX, SAYS
from console.routes import COLLEAGUE, Routes
from services.form import Form
from services.talks import answering
from web.sessions import viewer

ROUTES: Final = Routes(COLLEAGUE)


class Says(Form, frozen=True, kw_only=True):
    """A page tells what its colleague does at a topic, person:… or case:…"""

    topic: str
    what: str


@ROUTES.get("/live")
async def stream(request: web.Request) -> web.StreamResponse:
    """Names of what changed; whoever asks for a person or a complaint must be allowed to open them."""
    return await request.app[LIVE].stream(request)


@ROUTES.get("/here", "_here.html")
async def here(request: web.Request) -> dict[str, Any]:
    """Who else is at a topic, who of them writes, and who answers its talk."""
    topic, who = request.query.get("topic", "").removeprefix(PREFIX), viewer(request)
    found = await request.app[LIVE].at(request, topic)
    kind, _, number = topic.partition(":")
    names, owner = await request.app[DATABASE].read(
        lambda db: (
            answering.colleagues(db, who, [one.staff_id for one in found]),
            answering.attends(db, int(number)) if kind == "person" else None,
        )
    )
    return {
        "topic": topic,
        "writing": [names[one.staff_id] for one in found if one.writes and one.staff_id in names],
        "reading": [names[one.staff_id] for one in found if not one.writes and one.staff_id in names],
        "owner": owner if owner and owner.staff_id != who.id else None,
    }


@ROUTES.form("/here", Says)
async def says(request: web.Request, form: Says) -> web.StreamResponse:
    """Somebody writes, or has stopped; anything else is not taken."""
    if form.what in SAYS:
        await request.app[LIVE].say(request, form.topic, form.what)
    return web.Response(status=204)
