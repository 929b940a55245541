"""今日: one list sorted by the time that is left, one plain sentence on top (design.md 5.1, practice.md C13)."""

from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from care.states import Launch
from console.context import BOARD, CLOCK, DATABASE, HOUSE
from console.routes import Routes
from conversations.phrases import moment
from services import subject
from services.access import WORKS, Page, access_page
from services.families.reach import why_not
from services.greetings import occasions as plans
from services.letters import letters
from services.subject import TodayLine
from storage.queries import greetings
from storage.queries import today as queries
from storage.queries.launch import Launched, launched
from storage.unit import Unit
from web.sessions import viewer

SHOWN: Final = 8
"""Of the greetings and reminders that come next; the page 日程 has all."""
TODAY: Final = Page("今日", "/today", WORKS, icon="sun", place=10, key="d")


ROUTES: Final = Routes(TODAY)


@ROUTES.get("/today", "today/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page."""
    return await _today(request)


@ROUTES.get("/today/list", "today/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """Its list alone, when something changed."""
    return await _today(request)


async def _today(request: web.Request) -> dict[str, Any]:
    who, now, home = viewer(request), request.app[CLOCK](), request.app[HOUSE].home
    access_page(who, TODAY)
    day, after = letters.today(home, now), request.query.get("after", "")

    def work(db: Unit) -> tuple[queries.Today, list[greetings.Line], list[TodayLine], Launched]:
        return (
            queries.look(db, who.sight, day, now, after),
            greetings.soon(db, who.sight, day, now + timedelta(days=3), SHOWN),
            subject.today(db, who, now),
            launched(db, who.home_id),
        )

    found, plan, lines, on = await request.app[DATABASE].read(work)
    there = [row for row in found.letters if row.line.status == "在住"]
    due = [row for row in there if on.holds(Launch.LETTERS, row.line.floor)]  # before that nobody is late (F29)
    unwritten = [row for row in due if row.letter is None]
    held = [row for row in found.letters if row.letter is not None and row.letter.state == "held"]
    release = letters.release_at(home, day)
    alarms = request.app[BOARD].seen_by(who)
    return {
        "found": found,
        "lines": lines,
        "after": after,
        "held": held,
        "unwritten": unwritten,
        "due": due,
        "asleep": bool(there) and not due,
        "release": release,
        "plan": [(line, why_not(line.who, line.row.occasion, now)) for line in plan],
        "NAMES": plans.NAMES,
        "ringing": len(alarms),
        "day": day,
        "next_words": moment(release, now, home.zone) if release > now else "",
        "late_letters": bool(unwritten) and now > release,
    }
