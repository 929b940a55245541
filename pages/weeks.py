"""A letter of a week on the phone of a relative, and what she says to it; under one about somebody in hospital she is
asked what she thinks (U3).
"""

from aiohttp import web

from care.errors import Invalid, NotFound
from care.weekly import Kind
from pages.context import ASK, CLOCK, DATABASE, in_size
from pages.door import OPENID
from pages.forms import SayOfWeek
from services.letters import letters, weekly
from storage import revision
from storage.queries import letters_weekly as queries
from storage.queries.letters_weekly import Page
from storage.unit import Unit
from web.forms import read


async def show(request: web.Request) -> web.StreamResponse:
    """One; that it was opened is kept."""
    openid, number, now = request[OPENID], _number(request), request.app[CLOCK]()
    page = await request.app[DATABASE].write(lambda db: weekly.opened(db, letters.who_reads(db, openid), number, now))
    return _paper(request, page)


async def still(request: web.Request) -> web.Response:
    """What may be read now, as a short word; NotFound once it may not be read any more: the open page closes (F50)."""
    openid, number = request[OPENID], _number(request)
    page = await request.app[DATABASE].read(lambda db: queries.page(db, letters.who_reads(db, openid), number))
    if page is None:
        raise NotFound
    return web.Response(text=_seen(page))


async def say(request: web.Request) -> web.StreamResponse:
    """A tap, or what a relative thinks; who asks or thinks something reaches a colleague under a clock."""
    form, openid, number, now = await read(request, SayOfWeek), request[OPENID], _number(request), request.app[CLOCK]()
    word, words = form.word, form.opinion
    if not word:
        page = await request.app[DATABASE].write(
            lambda db: weekly.opened(db, letters.who_reads(db, openid), number, now)
        )  # fmt: skip
        try:
            said = weekly.opinion(words)
        except Invalid as error:
            return _paper(request, page, wrong=error.sentence, typed=words)
        return _paper(request, page, await _tell(request, page, said))

    def work(db: Unit) -> Page:
        return weekly.react(db, letters.who_reads(db, openid), number, word, now)

    page = await request.app[DATABASE].write(work)
    told = "记下了，谢谢您。" if word not in letters.ASKS else await _tell(request, page, word)
    return _paper(request, page, told)


async def _tell(request: web.Request, page: Page, words: str) -> str:
    """Into the talk of the relative; the same words once."""
    sheet, openid = page.sheet, request[OPENID]
    what = "住院情况" if sheet.kind is Kind.HOSPITAL else "每周家书"
    about = f"［{sheet.elder} {sheet.last.month}月{sheet.last.day}日的{what}］"
    return await request.app[ASK](openid, f"{about}{words}", f"p:weekly:{page.id}:{revision.of(words)}:{openid}")


def _number(request: web.Request) -> int:
    return int(request.match_info["weekly"])


def _seen(page: Page) -> str:
    sheet = page.sheet
    return revision.of(sheet.title, sheet.sentence, sheet.facts, sheet.plan, sheet.days, sheet.photos, sheet.corrected)


def _paper(request: web.Request, page: Page, told: str = "", wrong: str = "", typed: str = "") -> web.StreamResponse:
    shown = {"page": page, "one": page.sheet, "told": told, "wrong": wrong, "typed": typed, "seen": _seen(page)}
    return in_size(request, "weekly.html", shown)
