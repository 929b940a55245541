"""老人: who lives where, who belongs to whom and may know what; binding sheets, requests, status (design.md 5.8, 26)."""

from datetime import datetime
from typing import Any

import aiohttp_jinja2
from aiohttp import web

from care.errors import Invalid
from console.views.context import CLOCK, DATABASE, HOUSE, read
from console.views.forms import Form
from services.access import HANDLERS, access_page
from services.families import binding
from services.greetings import occasions
from services.residents import residents
from services.residents.access import RESIDENTS, access_resident
from storage.queries import greetings
from storage.queries import residents as queries
from storage.unit import Unit
from web.sessions import viewer


def routes(router: web.UrlDispatcher) -> None:
    """All addresses of this page."""
    router.add_get("/residents", index)
    router.add_get("/residents/list", rows)
    router.add_get(r"/residents/{resident:\d{1,18}}", one)
    router.add_post(r"/residents/{resident:\d{1,18}}/sheet", sheet)
    router.add_post(r"/residents/{resident:\d{1,18}}/status", status)
    router.add_post(r"/residents/{resident:\d{1,18}}/hush", hush)
    router.add_post(r"/residents/{resident:\d{1,18}}/visit", visit)
    router.add_post(r"/applications/{application:\d{1,18}}/{verdict:confirm|refuse}", decide)


@aiohttp_jinja2.template("residents/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list by floor, and who waits to be confirmed."""
    return await _rows(request)


@aiohttp_jinja2.template("residents/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _rows(request)


@aiohttp_jinja2.template("residents/one.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One resident; that the record was read is written down (P5)."""
    found = await _one(request)
    await read(request, f"resident:{found['line'].id}")
    return found


@aiohttp_jinja2.template("families/sheet.html")
async def sheet(request: web.Request) -> dict[str, Any]:
    """A new one-time code on paper; it is shown this once."""
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        code, until = binding.invite(db, who, resident, now)
        return {
            "code": f"{code[:4]}-{code[4:]}",
            "until": until,
            "line": queries.one(db, access_resident(db, who, resident)),
        }

    return await request.app[DATABASE].write(work)


async def decide(request: web.Request) -> web.StreamResponse:
    """Confirm who a relative is, or say why not."""
    form, who, now, house = await request.post(), viewer(request), request.app[CLOCK](), request.app[HOUSE]
    application = int(request.match_info["application"])
    scopes = {str(one) for one in form.getall("scopes", [])}
    way, why = str(form.get("way", "")), str(form.get("why", ""))

    def work(db: Unit) -> None:
        if request.match_info["verdict"] == "confirm":
            binding.confirm(db, house, who, application, scopes=scopes, way=way, now=now)
        else:
            binding.refuse(db, house, who, application, why, now)

    await request.app[DATABASE].write(work)
    return aiohttp_jinja2.render_template("residents/_list.html", request, await _rows(request))


async def status(request: web.Request) -> web.StreamResponse:
    """Where a resident is; a death needs the director and the name once more."""
    form, who, now, resident = (
        await request.post(),
        viewer(request),
        request.app[CLOCK](),
        int(request.match_info["resident"]),
    )
    word, name, drawn = (Form(form).words(field) for field in ("status", "name", "drawn"))
    await request.app[DATABASE].write(lambda db: residents.set_status(db, who, resident, word, name, now, drawn))
    return aiohttp_jinja2.render_template("residents/_one.html", request, await _one(request))


async def visit(request: web.Request) -> web.StreamResponse:
    """A relative said when they come; they are reminded the evening before (R1)."""
    form, who, now, house = await request.post(), viewer(request), request.app[CLOCK](), request.app[HOUSE]
    resident, person = int(request.match_info["resident"]), Form(form).number("person")
    try:
        at = datetime.fromisoformat(str(form.get("at", ""))).replace(tzinfo=house.home.zone)
    except ValueError as error:
        raise Invalid(why="请选哪天几点来。") from error
    await request.app[DATABASE].write(lambda db: occasions.book_visit(db, house, who, resident, person, at, now))
    return aiohttp_jinja2.render_template("residents/_one.html", request, await _one(request))


async def hush(request: web.Request) -> web.StreamResponse:
    """静默: one tap stops everything that is not human; lifted by hand."""
    form, who, now, resident = (
        await request.post(),
        viewer(request),
        request.app[CLOCK](),
        int(request.match_info["resident"]),
    )
    drawn = Form(form).words("drawn")
    await request.app[DATABASE].write(
        lambda db: residents.hush(db, who, resident, on=form.get("on") == "1", now=now, drawn=drawn)
    )
    return aiohttp_jinja2.render_template("residents/_one.html", request, await _one(request))


async def _rows(request: web.Request) -> dict[str, Any]:
    who = viewer(request)
    access_page(who, RESIDENTS)
    left = request.query.get("show") == "left"
    statuses = queries.GONE if left else queries.LIVING

    def work(db: Unit) -> tuple[list[queries.Line], list[queries.Asking]]:
        return queries.lines(db, who.sight, statuses), queries.asking(db, who.sight) if who.role in HANDLERS else []

    found, asking = await request.app[DATABASE].read(work)
    floors = sorted({line.floor for line in found})
    return {
        "floors": [(floor, [line for line in found if line.floor == floor]) for floor in floors],
        "total": len(found),
        "left": left,
        "asking": [] if left else asking,
        "bound": sum(line.relatives > 0 for line in found),
        "SCOPES": binding.SCOPES,
        "BY": binding.WAYS,
        "may_bind": who.role in HANDLERS,
    }


async def _one(request: web.Request) -> dict[str, Any]:
    who, resident_id = viewer(request), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        hushed = residents.hushed_since(db, resident.person_id)
        return {
            "line": queries.one(db, resident),
            "relatives": queries.relatives(db, resident.id),
            "hushed": hushed,
            "drawn": residents.revision_of(resident, hushed),
            "visits": greetings.visits(db, resident.id, request.app[CLOCK]()),
        }

    found = await request.app[DATABASE].read(work)
    return found | {
        "SCOPES": binding.SCOPES,
        "BY": binding.WAYS,
        "may_bind": who.role in HANDLERS,
        "STATUSES": residents.may_set(who),
    }
