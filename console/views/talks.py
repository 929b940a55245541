"""会话: answer everyone in time and know that it arrived (design.md 5.2)."""

import secrets
from datetime import timedelta
from typing import Any, Final

from aiohttp import web

from care.words import whole
from console.context import BOARD, CLOCK, DATABASE, HOUSE
from console.routes import COLLEAGUE, Routes
from services.access import LEADS, Viewer, access_page, access_person, pages
from services.accusations import accusations
from services.complaints.access import COMPLAINTS
from services.families import joining
from services.talks import answering, canned
from services.talks.access import CHATS
from services.talks.forms import Answer, LogCall, ShowPhone
from services.tasks.tasks import post_of
from storage.queries import complaints_urgent, families_ties, talks_list, tasks
from storage.queries import staff as colleagues
from storage.queries import talks as queries
from storage.unit import Unit
from web.forms import number
from web.sessions import viewer

ON_TOP: Final = 20
"""Talks of alarms that stand above all others; the strip has every alarm."""
ROUTES: Final = Routes(CHATS)


@ROUTES.get("/", may=COLLEAGUE)
async def home(request: web.Request) -> web.StreamResponse:
    """The first page after the log-in."""
    raise web.HTTPSeeOther("/console" + next(page.path for page in pages() if viewer(request).sees(page)))


@ROUTES.get("/chats", "talks/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list; a talk is opened beside it."""
    return await _lines(request)


@ROUTES.get("/counts", "_counts.html", may=COLLEAGUE)
async def counts(request: web.Request) -> dict[str, Any]:
    """The numbers in the menu, and the complaints that ring for who answers them (C-10)."""
    who, now = viewer(request), request.app[CLOCK]()

    def work(db: Unit) -> tuple[talks_list.Counts, list[complaints_urgent.Urgent], int]:
        return (
            talks_list.counts(db, who.sight, now, now + timedelta(hours=1)),
            complaints_urgent.urgent(db, who.sight) if who.sees(COMPLAINTS) else [],
            colleagues.left_behind(db, who.home_id) if who.role in LEADS else 0,
        )

    numbers, urgent, hands = await request.app[DATABASE].read(work)
    return {"counts": numbers, "urgent": urgent, "hands": hands}


@ROUTES.get("/chats/list", "talks/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something arrived."""
    return await _lines(request)


@ROUTES.get(r"/chats/{person:\d{1,18}}", "talks/index.html")
async def thread(request: web.Request) -> dict[str, Any]:
    """One talk with its list; that it was read is written down. The old address of a guest leads to whom they
    became.
    """
    found = await _thread(request)
    talk = found["thread"]
    if talk.who.kind == "guest" and not talk.window.following:
        now_is = await request.app[DATABASE].read(lambda db: joining.became(db, talk.who.id))
        if now_is != talk.who.id:
            raise web.HTTPSeeOther(f"/console/chats/{now_is}")
    who = viewer(request)
    todo = await request.app[DATABASE].read(lambda db: tasks.of_talk(db, who.sight, talk.who.id))
    return await _lines(request) | found | await _replies(request) | {"todo": todo, "post_of": post_of}


@ROUTES.get(r"/chats/{person:\d{1,18}}/messages", "_fresh.html")
async def messages(request: web.Request) -> dict[str, Any]:
    """The bubbles alone, when something changed."""
    return await _thread(request)


@ROUTES.get(r"/chats/{person:\d{1,18}}/composer", "talks/_composer.html")
async def composer(request: web.Request) -> dict[str, Any]:
    """The form alone, when the window opened or closed and nothing is typed."""
    return await _thread(request) | await _replies(request)


@ROUTES.form(r"/chats/{person:\d{1,18}}/answer", Answer, "talks/_sent.html")
async def answer(request: web.Request, form: Answer) -> dict[str, Any]:
    """A colleague answers."""
    who, person, now = viewer(request), int(request.match_info["person"]), request.app[CLOCK]()
    await request.app[DATABASE].write(
        lambda db: answering.answer(db, who, person, form.text, form.key, now, form.drawn)
    )
    return await _thread(request)


@ROUTES.form(r"/chats/{person:\d{1,18}}/call", LogCall, "talks/_sent.html")
async def call(request: web.Request, form: LogCall) -> dict[str, Any]:
    """A phone call is written down."""
    who, person, now = viewer(request), int(request.match_info["person"]), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: answering.log_call(db, who, person, form.note, now))
    return await _thread(request)


@ROUTES.form(r"/chats/{person:\d{1,18}}/phone", ShowPhone, "talks/_phone.html")
async def phone(request: web.Request, form: ShowPhone) -> dict[str, Any]:
    """The whole number, once, written down; a tap dials it."""
    who, person, now = viewer(request), int(request.match_info["person"]), request.app[CLOCK]()
    return {
        "number": await request.app[DATABASE].write(lambda db: answering.show_phone(db, who, person, form.reason, now))
    }


@ROUTES.post(r"/chats/{person:\d{1,18}}/hand-back")
async def hand_back(request: web.Request) -> web.StreamResponse:
    """The machine may speak again."""
    who, person, now = viewer(request), int(request.match_info["person"]), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: answering.hand_back(db, who, person, now))
    return web.Response(headers={"HX-Refresh": "true"})


@ROUTES.post(r"/outgoing/{row:\d{1,18}}/send")
async def send_kept(request: web.Request) -> web.StreamResponse:
    """Words that were kept back leave; the page hears of it by its topic."""
    who, row, now = viewer(request), int(request.match_info["row"]), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: answering.send_kept(db, who, row, now))
    return web.Response(status=204)


@ROUTES.post(r"/outgoing/{row:\d{1,18}}/take-back")
async def take_back(request: web.Request) -> web.StreamResponse:
    """What has not left is taken back; the page hears of it by its topic."""
    who, row, now = viewer(request), int(request.match_info["row"]), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: answering.take_back(db, who, row, now))
    return web.Response(status=204)


async def _lines(request: web.Request) -> dict[str, Any]:
    who = viewer(request)
    access_page(who, CHATS)
    after, only = request.query.get("after", ""), request.query.get("show", "") == "waiting"
    rings = [alarm.person_id for alarm in request.app[BOARD].seen_by(who) if alarm.person_id][:ON_TOP]
    found = await request.app[DATABASE].read(
        lambda db: talks_list.lines(db, who.sight, only_waiting=only, after=after, on_top=rings)
    )
    opened = request.match_info.get("person") or request.query.get("open", "")
    return {
        "lines": found.lines,
        "waiting": found.waiting,
        "total": found.total,
        "next": found.after,
        "after": after,
        "open_person": whole(opened) or 0,
        "thread": None,
        "thread_named": [],
        "show": "waiting" if only else "",
    }


async def _thread(request: web.Request) -> dict[str, Any]:
    who, person, now = viewer(request), int(request.match_info["person"]), request.app[CLOCK]()
    before = number(request.query, "before") or None
    found, named, drawn, wished = await request.app[DATABASE].read(
        lambda db: (
            _one(db, who, person, before),
            accusations.of_talk(db, who, person),
            answering.revision_of(db, person),
            families_ties.wishes_before(db, person),
        )
    )
    left, until = found.window.left(now)
    return {
        "thread": found,
        "thread_named": named,
        "wishes": wished,
        "left": left,
        "until": until,
        "extra": found.window.beside(now),
        "open_person": person,
        "drawn": drawn,
        "key": secrets.token_urlsafe(16),
        "texts": request.app[HOUSE].terms.sms is not None,
    }


async def _replies(request: web.Request) -> dict[str, Any]:
    """What is ready to be put into an answer."""
    who, person = viewer(request), int(request.match_info["person"])
    return {"replies": await request.app[DATABASE].read(lambda db: canned.for_talk(db, who, person))}


def _one(db: Unit, who: Viewer, person: int, before: int | None) -> queries.Thread:
    return queries.thread(db, who.sight, access_person(db, who, person).id, before)
