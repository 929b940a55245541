"""The sub-application for `/p`: the letters that somebody may read, one letter, its photos, what the reader says to it."""

import asyncio
from pathlib import Path
from typing import Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web

from care.errors import NotFound
from conversations.phrases import WEEKDAYS
from pages.door import OPENID, Door
from services import letters, media
from services.house import House
from services.letters import Ask
from services.ports import Identify
from settings import Settings
from settings.clock import Clock
from storage.database import SqliteDatabase
from storage.queries import letters as queries
from storage.unit import Unit
from web import errors, headers

HERE = Path(__file__).parent
DATABASE: Final = web.AppKey("page_database", SqliteDatabase)
CLOCK: Final = web.AppKey[Clock]("page_clock")
FOLDER: Final = web.AppKey("page_folder", Path)
HOUSE: Final = web.AppKey("page_house", House)
ASK: Final = web.AppKey[Ask]("page_ask")


def build(database: SqliteDatabase, house: House, settings: Settings, clock: Clock, identify: Identify, ask: Ask) -> web.Application:
    """`ask` hands words from a page to the talk of its person and gives what the machine answers."""
    door = Door(settings, database.sealer, clock, identify)
    app = web.Application(middlewares=[headers.secure, errors.explain, door.check], client_max_size=16 * 1024)
    app[DATABASE], app[CLOCK], app[FOLDER], app[HOUSE], app[ASK] = database, clock, settings.media.path, house, ask
    environment = aiohttp_jinja2.setup(
        app, loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    zone = settings.home.zone
    environment.filters["day"] = lambda day: f"{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"
    environment.filters["hm"] = lambda at: f"{at.astimezone(zone):%H:%M}"
    environment.globals.update({"home": settings.home, "REACTIONS": letters.REACTIONS})
    app.router.add_static("/static", HERE / "static", name="static", append_version=True)
    app.router.add_get("/in", door.enter)
    app.router.add_get("/letters", shelf)
    app.router.add_get(r"/letters/{letter:\d{1,18}}", letter)
    app.router.add_post(r"/letters/{letter:\d{1,18}}", react)
    app.router.add_get(r"/letters/{letter:\d{1,18}}/{photo:\d{1,18}}", photo)
    return app


@aiohttp_jinja2.template("letters.html")
async def shelf(request: web.Request) -> dict[str, Any]:
    """All letters that this person may read."""
    openid = request[OPENID]
    found = await request.app[DATABASE].read(lambda db: queries.shelf(db, letters.who_reads(db, openid)))
    return {"shelf": found}


async def letter(request: web.Request) -> web.StreamResponse:
    """One letter; that it was opened is kept."""
    openid, number, now = request[OPENID], int(request.match_info["letter"]), request.app[CLOCK]()
    page = await request.app[DATABASE].write(lambda db: letters.opened(db, letters.who_reads(db, openid), number, now))
    return _paper(request, page, "")


async def react(request: web.Request) -> web.StreamResponse:
    """收到, 谢谢, 有疑问 or 请来电; the last two reach a colleague under a clock."""
    form, openid, number, now = await request.post(), request[OPENID], int(request.match_info["letter"]), request.app[CLOCK]()
    word = str(form.get("word", ""))

    def work(db: Unit) -> queries.Page:
        return letters.react(db, letters.who_reads(db, openid), number, word, now)

    page = await request.app[DATABASE].write(work)
    told = "记下了，谢谢您。"
    if word in letters.ASKS:
        told = await request.app[ASK](
            openid, f"［{page.elder} {page.day.month}月{page.day.day}日的家书］{word}", f"p:letter:{number}:{word}:{openid}"
        )
    return _paper(request, page, told)


async def photo(request: web.Request) -> web.StreamResponse:
    """A photo of a letter, for who may read the letter."""
    openid, number, wanted = request[OPENID], int(request.match_info["letter"]), int(request.match_info["photo"])

    def work(db: Unit) -> queries.Page | None:
        return queries.page(db, letters.who_reads(db, openid), number)

    page = await request.app[DATABASE].read(work)
    if page is None or wanted not in page.photos:
        raise NotFound
    try:
        data = await asyncio.to_thread(media.read_file, request.app[FOLDER], request.app[DATABASE].sealer, wanted)
    except FileNotFoundError as error:
        raise NotFound from error
    return web.Response(body=data, content_type=media.sniff(data), headers={"Cache-Control": "private, max-age=3600"})


def _paper(request: web.Request, page: queries.Page, told: str) -> web.StreamResponse:
    """The letter; 大字 stays as the reader chose it last."""
    chosen = request.query.get("size")
    size = "big" if (chosen or request.cookies.get("jiashu_size", "")) == "big" else ""
    answer = aiohttp_jinja2.render_template("letter.html", request, {"page": page, "told": told, "size": size})
    if chosen:
        answer.set_cookie("jiashu_size", size, max_age=365 * 86_400, path="/p", httponly=True, samesite="Lax")
    return answer
