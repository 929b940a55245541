"""值班台: marked by the director at the browser itself; colleagues come by six digits; locked, it still shows where
somebody calls for help (F39).
"""

from dataclasses import dataclass
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web

from care.errors import Invalid, JiashuError, NotFound
from care.identity import plain
from care.states import Role
from care.triage import Audience
from console.context import BOARD, CLOCK, DATABASE, SETTINGS
from console.routes import STRANGER, Routes
from console.views.staff import attempt, browser, safe, set_cookie, target, verify
from services.access import Viewer, access_page
from services.emergencies.strip import Alarm
from services.staff import sessions, staff, stations
from services.staff.access import COLLEAGUES
from services.staff.forms import EnterPin, MarkStation, WhoSees
from storage import tables
from storage.queries import staff as queries
from storage.tables.staff import Station
from storage.unit import Unit
from web import address
from web.sessions import COOKIE, SESSION, STATION, viewer

ROUTES: Final = Routes(COLLEAGUES)


class WrongPin(JiashuError):
    """这 6 位不对，还可以试 {left} 次。忘了的话，用密码登录，在「我的账号」里重设。"""

    status = 401


@dataclass(frozen=True, slots=True)
class Cry:
    """What a locked screen says: where, and whether somebody goes; never who, never what."""

    ref: str
    place: str
    going: bool
    since: Any


@ROUTES.get("/stations", "staff/stations.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All of them; the browser that asks may become one."""
    return await _list(request)


@ROUTES.form("/stations", MarkStation)
async def mark(request: web.Request, form: MarkStation) -> web.StreamResponse:
    """The browser of the director becomes a station; her own log-in on it ends, so that nobody goes on as her."""
    who, now, session = viewer(request), request.app[CLOCK](), request[SESSION]

    def work(db: Unit) -> str:
        _, token = stations.mark(db, who, form.name, now, visitors=form.visitors)
        sessions.log_out(db, session.id, now)
        return token

    token = await request.app[DATABASE].write(work)
    answer = web.Response(headers={"HX-Redirect": "/console/station"})
    set_cookie(request, answer, STATION, token, stations.DAYS * 86_400)
    answer.del_cookie(COOKIE, path="/console")
    return answer


@ROUTES.post(r"/stations/{station:\d{1,18}}/end", "staff/_stations.html")
async def end(request: web.Request) -> dict[str, Any]:
    """Trusted no more."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["station"])
    await request.app[DATABASE].write(lambda db: stations.end(db, who, number, now))
    return await _list(request)


@ROUTES.form(r"/stations/{station:\d{1,18}}/sees", WhoSees, "staff/_stations.html")
async def sees(request: web.Request, form: WhoSees) -> dict[str, Any]:
    """Whether visitors see its screen."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["station"])
    await request.app[DATABASE].write(lambda db: stations.who_sees(db, who, number, now, visitors=form.visitors))
    return await _list(request)


@ROUTES.get("/station", "staff/station.html", may=STRANGER)
async def locked(request: web.Request) -> web.StreamResponse | dict[str, Any]:
    """Who comes?"""
    found = await _here(request)
    if found is None:
        raise web.HTTPSeeOther("/console/login")
    return await _faces(request, found, target(request))


@ROUTES.get("/station/alarms", "staff/_cries.html", may=STRANGER)
async def alarms(request: web.Request) -> dict[str, Any]:
    """Where somebody calls, from memory."""
    found = await _here(request)
    if found is None:
        raise NotFound
    return {"cries": _cries(request, found)}


@ROUTES.form("/station/in", EnterPin, may=STRANGER)
async def come(request: web.Request, form: EnterPin) -> web.StreamResponse:
    """Six digits; five wrong ones lock this person at this station alone."""
    found, database, clock = await _here(request), request.app[DATABASE], request.app[CLOCK]
    if found is None:
        raise web.HTTPSeeOther("/console/login")
    hours = request.app[SETTINGS].security.session_hours
    place = (address.client(request, request.app[SETTINGS].http.trusted), browser(request))
    try:
        row = next((one for one in await _people(request, found) if one.id == form.who), None)
        if row is None:
            raise Invalid(why="先点自己的名字。没有您的名字？用密码登录，在「我的账号」里设值班台密码。")
        who = staff.Knock(str(row.id), f"值班台 {found.name}", "", row.id, row.pin, row.home_id, "pin")
        await attempt(request, who, lambda: verify(request, who.password, plain(form.pin[:16])), WrongPin)
        token = await database.write(lambda db: stations.come(db, found, row.id, clock(), hours, place))
    except JiashuError as error:
        facts = await _faces(request, found, safe(form.to), error.sentence, form.who)
        return aiohttp_jinja2.render_template("staff/station.html", request, facts, status=error.status)
    answer = web.HTTPSeeOther(safe(form.to))
    set_cookie(request, answer, COOKIE, token, hours * 3600)
    raise answer


@ROUTES.post("/station/lock", may=STRANGER)
async def lock(request: web.Request) -> web.StreamResponse:
    """Somebody leaves, or nobody was there for two minutes."""
    found, now = await _here(request), request.app[CLOCK]()
    if found is None:
        raise NotFound
    await request.app[DATABASE].write(lambda db: stations.lock(db, found, now))
    return web.Response(status=204)


async def _here(request: web.Request) -> Station | None:
    token = request.cookies.get(STATION, "")
    return await request.app[DATABASE].read(lambda db: stations.at(db, token)) if token else None


async def _people(request: web.Request, found: Station) -> list[tables.Staff]:
    return await request.app[DATABASE].read(lambda db: queries.with_pin(db, found.home_id))


async def _faces(request: web.Request, found: Station, to: str, problem: str = "", chosen: int = 0) -> dict[str, Any]:
    return {
        "station": found,
        "people": await _people(request, found),
        "problem": problem,
        "chosen": chosen,
        "to": to,
        "cries": _cries(request, found),
    }


def _cries(request: web.Request, found: Station) -> list[Cry]:
    """As a lead would hear them, without what is for the lead alone; only the place is said."""
    nobody = Viewer(0, found.home_id, found.name, Role.SUPERVISOR)
    return [
        Cry(alarm.ref, _place(alarm), not alarm.waits, alarm.raised_at)
        for alarm in request.app[BOARD].seen_by(nobody)
        if alarm.audience is not Audience.LEAD
    ]


def _place(alarm: Alarm) -> str:
    if not alarm.where.bound:
        return "有人在微信里呼救，认不出是谁"
    return alarm.where.rooms or "还不知道哪一间，请进来看"


async def _list(request: web.Request) -> dict[str, Any]:
    who, token = viewer(request), request.cookies.get(STATION, "")

    def work(db: Unit) -> dict[str, Any]:
        access_page(who, COLLEAGUES)
        here = stations.at(db, token)
        return {"rows": queries.stations(db, who.home_id), "here": here.id if here else 0}

    return await request.app[DATABASE].read(work) | {"may_mark": stations.may_mark(who)}
