"""通知: written, looked at before it leaves, and whom it reached (N4, N6, F42)."""

from typing import Any, Final

from aiohttp import web

from care.announcements import REPEAT, WHOM
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import access_page
from services.announcements import announcements, audience
from services.announcements.access import ANNOUNCEMENTS, MAY_RELEASE, access_announcement
from services.announcements.forms import Announce, Decide
from storage.queries import announcements as queries
from storage.queries import announcements_groups as groups
from storage.queries import families, residents
from storage.unit import Unit
from web.forms import number
from web.sessions import viewer

ROUTES: Final = Routes(ANNOUNCEMENTS)
ONE: Final = r"/announcements/{row:\d{1,18}}"
STATES: Final = {
    "planned": "到时间发",
    "held": "先不发",
    "leaving": "正在发",
    "released": "发完了",
    "cancelled": "取消了",
}


@ROUTES.get("/announcements", "announcements/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _list(request)


@ROUTES.get("/announcements/list", "announcements/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone."""
    return await _list(request)


@ROUTES.form("/announcements/preview", Announce, "announcements/_preview.html")
async def preview(request: web.Request, form: Announce) -> dict[str, Any]:
    """Who gets it by which way and who not, before anything is kept."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, ANNOUNCEMENTS)
        found = announcements.preview(db, house, who, form, now)
        return {"found": found, "counts": audience.people(found)}

    found = await request.app[DATABASE].read(work)
    return found | {"text": announcements.signed(form.words.strip(), house), "urgent": form.urgent}


@ROUTES.form("/announcements", Announce, "announcements/_list.html")
async def write(request: web.Request, form: Announce) -> dict[str, Any]:
    """Keep it; it leaves at its hour."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    row = await request.app[DATABASE].write(lambda db: announcements.write(db, house, who, form, now))
    return await _list(request) | {"said": "写好了，等主管放行。" if row.state == "held" else "写好了。"}


@ROUTES.get(ONE, "announcements/one.html")
async def one(request: web.Request) -> dict[str, Any]:
    """Whom it reached, person by person; as long as nothing has left, the form."""
    who, row, turn = viewer(request), int(request.match_info["row"]), number(request.query, "round")

    def work(db: Unit) -> dict[str, Any]:
        found = access_announcement(db, who, row)
        shown = turn - 1 if turn else found.round if found.state in {"leaving", "released"} else found.round - 1
        return {
            "row": found,
            "words": queries.words(db, found),
            "reached": queries.reached(db, found, shown) if shown >= 0 else [],
            "turn": shown + 1,
            "residents": residents.lines(db, who.sight),
            "floors": families.floors(db, who.home_id),
            "groups": groups.groups(db, who.home_id) if not who.floors else [],
        }

    return await request.app[DATABASE].read(work) | _words(request)


@ROUTES.form(ONE + "/change", Announce)
async def change(request: web.Request, form: Announce) -> web.Response:
    """Other words, another hour, other people."""
    who, now, house, row = viewer(request), request.app[CLOCK](), request.app[HOUSE], int(request.match_info["row"])
    await request.app[DATABASE].write(lambda db: announcements.change(db, house, who, row, form, now))
    return web.Response(headers={"HX-Redirect": "/console/announcements"})


@ROUTES.form(ONE + r"/{verdict:planned|held|cancelled}", Decide, "announcements/_list.html")
async def decide(request: web.Request, form: Decide) -> dict[str, Any]:
    """照发, 先不发, 取消."""
    who, now, row = viewer(request), request.app[CLOCK](), int(request.match_info["row"])
    verdict = request.match_info["verdict"]
    await request.app[DATABASE].write(lambda db: announcements.decide(db, who, row, verdict, form, now))
    return await _list(request)


async def _list(request: web.Request) -> dict[str, Any]:
    who, before = viewer(request), number(request.query, "before")

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, ANNOUNCEMENTS)
        lines, more = queries.listed(db, who.sight, before)
        return {
            "lines": lines,
            "more": more,
            "before": before,
            "residents": residents.lines(db, who.sight),
            "floors": families.floors(db, who.home_id),
            "groups": groups.groups(db, who.home_id) if not who.floors else [],
        }

    return await request.app[DATABASE].read(work) | _words(request) | {"said": ""}


def _words(request: web.Request) -> dict[str, Any]:
    return {
        "WHOM": {one.value: words for one, words in WHOM.items()},
        "REPEAT": {one.value: words for one, words in REPEAT.items()},
        "STATES": STATES,
        "may_release": viewer(request).role in MAY_RELEASE,
        "lists": not viewer(request).floors,
        "revision_of": announcements.revision_of,
    }
