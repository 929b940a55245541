"""练习: begin it, what to try and who plays whom, and going over to the real account (F54)."""

from typing import Any, Final

from aiohttp import web

from care.errors import JiashuError, reason
from care.states import Role
from console.context import BACKUP, CLOCK, DATABASE, HOUSE, SETTINGS
from console.routes import COLLEAGUE, Routes
from services.access import Viewer
from services.practice import exercises, going_over, practice
from services.practice.access import GOES_OVER, PRACTICE
from services.practice.exercises import EXERCISES
from services.practice.forms import GoOver
from services.setup.access import SETUP
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(PRACTICE)


class NoBackup(JiashuError):
    """转正式以前要先做一份备份，这次没有做成（{why}）。什么都没有动，练习照旧；请管机器的人看一下备份的目录。"""

    status = 503


@ROUTES.get("/practice", "practice/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All of it, as it stands."""
    return await _shown(request)


@ROUTES.get("/practice/stands", "practice/_stands.html")
async def stands(request: web.Request) -> web.StreamResponse | dict[str, Any]:
    """The same without the frame: while practice is being emptied, the page asks every second, until it is over."""
    if request.app[HOUSE].practice is None:
        return web.Response(headers={"HX-Redirect": "/console/practice"})
    return await _shown(request)


@ROUTES.get("/practice/band", "practice/_band.html", may=COLLEAGUE)
async def band(_: web.Request) -> dict[str, Any]:
    """What stands at the head of every page; a page that lies open asks when practice may have begun or ended."""
    return {}


async def _shown(request: web.Request) -> dict[str, Any]:
    who, base, now = viewer(request), request.app[SETTINGS], request.app[CLOCK]()

    def look(db: Unit) -> dict[str, Any]:
        row = practice.going_on(db, who.home_id)
        found: dict[str, Any] = {"row": row, "account": None, "phones": [], "done": frozenset[str](), "why_not": ""}
        if row is None:
            return found | {"last": practice.last(db, who), "why_not": practice.why_not(db, base, who.home_id)}
        if row.closing_at is None:
            return found | {
                "phones": exercises.phones(db, who),
                "done": exercises.done(db, who),
                "account": going_over.account(db, who) if who.role in GOES_OVER else None,
                "days": (now - row.began_at).days,
            }
        return found

    return await request.app[DATABASE].read(look) | {
        "EXERCISES": EXERCISES,
        "begins": who.role in SETUP.may,
        "director": who.role is Role.DIRECTOR,
    }


@ROUTES.post("/practice/begin", may=SETUP)
async def begin(request: web.Request) -> web.StreamResponse:
    """Practise from now on."""
    who, base, now = viewer(request), request.app[SETTINGS], request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: practice.begin(db, who, base, now))
    return web.Response(headers={"HX-Redirect": "/console/practice"})


@ROUTES.form("/practice/over", GoOver, "practice/_stands.html", may=GOES_OVER)
async def over(request: web.Request, form: GoOver) -> dict[str, Any]:
    """A backup first; then practice is over, and a job empties it."""
    who, now, name = viewer(request), request.app[CLOCK](), request.app[HOUSE].home.name
    await request.app[DATABASE].read(lambda db: practice.may_go_over(db, who, name, form))
    backup = await _backup(request, who)
    await request.app[DATABASE].write(lambda db: practice.go_over(db, who, name, form, backup, now))
    return await _shown(request)


async def _backup(request: web.Request, who: Viewer) -> str:
    """Its name. Raises NoBackup."""
    make = request.app.get(BACKUP)
    if make is None:
        raise NoBackup(why=f"{who.name}这里没有备份的地方")
    try:
        return await make()
    except (JiashuError, OSError) as error:
        raise NoBackup(why=error.sentence if isinstance(error, JiashuError) else reason(error)) from error
