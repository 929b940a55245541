"""The sub-application for `/p`: the notice, the letters that somebody may read, one letter, its photos, what the reader
says to it.
"""

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from care import notice
from care import surveys as survey
from care.errors import Invalid, JiashuError, NotFound
from conversations.phrases import day_of
from pages import preferences, weeks
from pages.context import ASK, CLOCK, DATABASE, FOLDER, HOUSE, in_size
from pages.door import KNOWN, OPENID, STRANGER, Address, Door, add
from pages.forms import AnswerSheet, OpenWords, SayWord, SeenNotice
from services.families import notice as notices
from services.house import House
from services.letters import letters, terms
from services.letters.letters import Ask
from services.media import media
from services.outgoing import sms, sms_results
from services.ports import Identify
from services.surveys import surveys
from settings import Settings
from settings.clock import Clock
from storage import revision
from storage.database import Database
from storage.queries import families_notice, letters_weekly, outgoing
from storage.queries import letters_pages as queries
from storage.unit import Unit
from web import errors, headers, practice
from web.forms import read

HERE = Path(__file__).parent
BACK: Final = re.compile(r"/p/(?:letters(?:/\d{1,18})?|weeks/\d{1,18}|survey|preferences|words/\d{1,18})", re.ASCII)
"""Pages to which the notice leads on."""


def build(
    database: Database, house: House, settings: Settings, clock: Clock, identify: Identify, ask: Ask
) -> web.Application:
    """`ask` hands words from a page to the talk of its person and gives what the machine answers."""
    door = Door(house, settings.wechat.authorize_url, database.sealer, clock, identify)
    app = web.Application(
        middlewares=[
            headers.secure,
            practice.mark(house, "/p/static/practice.css"),
            errors.explain,
            _shut(house),
            door.check,
            tells,
        ],
        client_max_size=16 * 1024,
    )
    app[DATABASE], app[CLOCK], app[FOLDER], app[HOUSE], app[ASK] = database, clock, settings.media.path, house, ask
    environment = aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(HERE / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["day"] = lambda day: day_of(day, clock().astimezone(house.home.zone))
    environment.filters["hm"] = lambda at: f"{at.astimezone(house.home.zone):%H:%M}"
    environment.globals.update({"house": house, "REACTIONS": letters.REACTIONS, "MARKS": survey.MARKS})
    app.router.add_static("/static", HERE / "static", name="static", append_version=True)
    add(app, [("GET", "/in", door.enter, STRANGER), *ADDRESSES])
    return app


class NotOpened(JiashuError):
    """这里还没有开始使用，请过些日子再来。"""

    status = 503


def _shut(house: House) -> Middleware:
    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not house.opened and not request.path.startswith("/p/static/"):
            raise NotOpened
        return await handler(request)

    return check


TOLD_FIRST: Final[set[Handler]] = set()
"""Pages before which the notice stands."""


@web.middleware
async def tells(request: web.Request, handler: Handler) -> web.StreamResponse:
    """The notice stands before the first page that is opened, and again when it says something else (F48)."""
    if request.method == "GET" and request.match_info.handler in TOLD_FIRST and OPENID in request:
        openid = request[OPENID]
        if await request.app[DATABASE].read(lambda db: families_notice.to_show(db, openid, notice.VERSION)):
            return _notice(request, request.path)
    return await handler(request)


async def show_notice(request: web.Request) -> web.StreamResponse:
    """The notice, whenever somebody wants to read it."""
    openid = request[OPENID]
    unseen = await request.app[DATABASE].read(lambda db: families_notice.to_show(db, openid, notice.VERSION))
    return _notice(request, "/p/letters" if unseen else "")


async def seen_notice(request: web.Request) -> web.StreamResponse:
    """Read, and tapped; the page that was wanted opens."""
    form, openid, now = await read(request, SeenNotice), request[OPENID], request.app[CLOCK]()
    try:
        await request.app[DATABASE].write(lambda db: notices.saw(db, openid, form.version, now))
    except Invalid:
        return _notice(request, form.back, fresh=True)
    raise web.HTTPSeeOther(form.back if BACK.fullmatch(form.back) else "/p/letters")


def _notice(request: web.Request, back: str, *, fresh: bool = False) -> web.StreamResponse:
    home = request.app[HOUSE].home
    told = notice.told(home.name, home.phone)
    shown = {"told": told, "version": notice.VERSION, "back": back, "fresh": fresh}
    return aiohttp_jinja2.render_template("notice.html", request, shown)


@aiohttp_jinja2.template("letters.html")
async def shelf(request: web.Request) -> dict[str, Any]:
    """All letters that this person may read."""
    return await _shelf(request)


async def _shelf(request: web.Request) -> dict[str, Any]:
    openid, before = request[OPENID], _day(request.query.get("before", ""))
    every, today = request.query.get("weeks") == "all", request.app[CLOCK]().astimezone(request.app[HOUSE].home.zone)

    def work(db: Unit) -> dict[str, Any]:
        reader = letters.who_reads(db, openid)
        found, more = ([], None) if every else queries.shelf(db, reader, before)
        weeks, further = ([], False) if before else letters_weekly.shelf(db, reader, every=every)
        return {"shelf": found, "more": more, "weeks": weeks, "further": further}

    found = await request.app[DATABASE].read(work)
    seen = revision.of([one[:4] for one in found["shelf"]], [one[:4] for one in found["weeks"]])
    return found | {"before": before, "every": every, "seen": seen, "today": today.date()}


async def shelf_still(request: web.Request) -> web.Response:
    """What may be read now, as a short word: a shelf that lies open is drawn anew when it is another (F50)."""
    return web.Response(text=(await _shelf(request))["seen"])


async def still(request: web.Request) -> web.Response:
    """The same of one letter; NotFound once it may not be read any more: the open page closes."""
    openid, number = request[OPENID], int(request.match_info["letter"])
    page = await request.app[DATABASE].read(lambda db: queries.page(db, letters.who_reads(db, openid), number))
    if page is None:
        raise NotFound
    return web.Response(text=_seen(page))


def _seen(page: queries.Page) -> str:
    return revision.of(page.title, page.sentence, page.facts, page.photos, page.corrected, page.contact)


def _day(text: str) -> date | None:
    """A day of an address; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def letter(request: web.Request) -> web.StreamResponse:
    """One letter; that it was opened is kept."""
    openid, number, now = request[OPENID], int(request.match_info["letter"]), request.app[CLOCK]()
    page = await request.app[DATABASE].write(lambda db: letters.opened(db, letters.who_reads(db, openid), number, now))
    return _paper(request, page, "")


async def react(request: web.Request) -> web.StreamResponse:
    """收到, 谢谢, 有疑问 or 请来电; the last two reach a colleague under a clock."""
    form, openid, number, now = (
        await read(request, SayWord),
        request[OPENID],
        int(request.match_info["letter"]),
        request.app[CLOCK](),
    )
    word = form.word

    def work(db: Unit) -> queries.Page:
        return letters.react(db, letters.who_reads(db, openid), number, word, now)

    page = await request.app[DATABASE].write(work)
    told = "记下了，谢谢您。"
    if word in letters.ASKS:
        told = await request.app[ASK](
            openid,
            f"［{page.elder} {page.day.month}月{page.day.day}日的家书］{word}",
            f"p:letter:{number}:{word}:{openid}",
        )
    return _paper(request, page, told)


@aiohttp_jinja2.template("words.html")
async def words(request: web.Request) -> dict[str, Any]:
    """What stands behind a template message, for whose phone it was sent to. Raises NotFound for everybody else."""
    openid, row = request[OPENID], int(request.match_info["row"])
    found = await request.app[DATABASE].read(lambda db: outgoing.words_for(db, openid, row))
    if found is None:
        raise NotFound
    return {"text": found[0], "at": found[1]}


@aiohttp_jinja2.template("sms.html")
async def ask_digits(request: web.Request) -> dict[str, Any]:
    """What an SMS leads to: it asks for the last digits of the number; looking at it opens nothing (F15)."""
    secret, now = request.match_info["secret"], request.app[CLOCK]()
    behind = await request.app[DATABASE].read(lambda db: sms_results.look(db, secret, now))
    return {"shown": sms_results.Shown(behind)}


@aiohttp_jinja2.template("sms.html")
async def open_words(request: web.Request) -> dict[str, Any]:
    """The words, once, for who knows the number."""
    form, secret, now = await read(request, OpenWords), request.match_info["secret"], request.app[CLOCK]()
    digits = unicodedata.normalize("NFKC", form.digits).strip()
    return {
        "shown": await request.app[DATABASE].store(lambda store: sms_results.open_words(store, secret, digits, now))
    }


@aiohttp_jinja2.template("survey.html")
async def sheet(request: web.Request) -> dict[str, Any]:
    """The questionnaire of the month."""
    try:
        return await _sheet(request)
    except surveys.Answered as error:
        return {"items": [], "told": error.sentence, "problem": ""}
    except NotFound:
        return {"items": [], "told": "现在没有要填的问卷。有话想说，随时发给我们。", "problem": ""}


@aiohttp_jinja2.template("survey.html")
async def answer_sheet(request: web.Request) -> dict[str, Any]:
    """Keep the answers; who wants to be called says so apart from them."""
    form, openid = await read(request, AnswerSheet), request[OPENID]
    given = ((name, mark) for name, ticked in form.marks.items() for mark in ticked)
    marks = {name: int(mark) for name, mark in given if mark.isdecimal() and len(mark) == 1}
    wish = form.wish.replace("\r\n", "\n")
    try:
        await request.app[DATABASE].write(lambda db: surveys.keep(db, letters.who_reads(db, openid), marks, wish))
    except Invalid as error:
        return await _sheet(request, error.sentence, marks, wish)
    except (surveys.Answered, NotFound) as error:
        return {"items": [], "told": error.sentence, "problem": ""}
    told = "都记下了，谢谢您。答案和姓名分开存，没有人能看到是谁答的。"
    if form.call:
        told += "\n" + await request.app[ASK](
            openid, "［问卷］请给我打电话", f"p:survey:{request.app[CLOCK]():%Y-%m}:{openid}"
        )
    return {"items": [], "told": told, "problem": ""}


async def _sheet(
    request: web.Request, problem: str = "", marks: Mapping[str, int] | None = None, wish: str = ""
) -> dict[str, Any]:
    openid = request[OPENID]

    def work(db: Unit) -> tuple[str, ...]:
        return tuple(surveys.open_for(db, letters.who_reads(db, openid)).items.split())

    items = await request.app[DATABASE].read(work)
    return {
        "items": [survey.items()[item] for item in items],
        "told": "",
        "problem": problem,
        "marks": marks or {},
        "wish": wish,
    }


async def photo(request: web.Request) -> web.StreamResponse:
    """A photo of a letter, for who may read the letter."""
    openid, number, wanted = request[OPENID], int(request.match_info["letter"]), int(request.match_info["photo"])

    def work(db: Unit) -> queries.Page | None:
        return queries.page(db, letters.who_reads(db, openid), number)

    page = await request.app[DATABASE].read(work)
    if page is None or wanted not in page.photos:
        raise NotFound
    try:
        data = await asyncio.to_thread(media.shown, request.app[FOLDER], request.app[DATABASE].sealer, wanted)
    except FileNotFoundError as error:
        raise NotFound from error
    return web.Response(body=data, content_type=media.sniff(data))


def _paper(request: web.Request, page: queries.Page, told: str) -> web.StreamResponse:
    """The letter; 大字 stays as the reader chose it last."""
    term = terms.line(request.app[HOUSE], page.day, request.app[CLOCK]())
    return in_size(request, "letter.html", {"page": page, "told": told, "seen": _seen(page), "term": term})


ADDRESSES: Final[tuple[Address, ...]] = (
    ("GET", "/notice", show_notice, KNOWN),
    ("POST", "/notice", seen_notice, KNOWN),
    ("GET", "/letters", shelf, KNOWN),
    ("GET", "/letters/still", shelf_still, KNOWN),
    ("GET", r"/letters/{letter:\d{1,18}}/still", still, KNOWN),
    ("GET", r"/weeks/{weekly:\d{1,18}}/still", weeks.still, KNOWN),
    ("GET", r"/weeks/{weekly:\d{1,18}}", weeks.show, KNOWN),
    ("POST", r"/weeks/{weekly:\d{1,18}}", weeks.say, KNOWN),
    ("GET", r"/words/{row:\d{1,18}}", words, KNOWN),
    ("GET", rf"/s/{{secret:[A-Za-z0-9]{{{sms.LENGTH}}}}}", ask_digits, STRANGER),
    ("POST", rf"/s/{{secret:[A-Za-z0-9]{{{sms.LENGTH}}}}}", open_words, STRANGER),
    ("GET", "/preferences", preferences.show, KNOWN),
    ("POST", "/preferences", preferences.save, KNOWN),
    ("GET", "/survey", sheet, KNOWN),
    ("POST", "/survey", answer_sheet, KNOWN),
    ("GET", r"/letters/{letter:\d{1,18}}", letter, KNOWN),
    ("POST", r"/letters/{letter:\d{1,18}}", react, KNOWN),
    ("GET", r"/letters/{letter:\d{1,18}}/{photo:\d{1,18}}", photo, KNOWN),
)
"""Everything that families open, and for whom each is."""
TOLD_FIRST.update({shelf, letter, sheet, words, weeks.show, preferences.show})
