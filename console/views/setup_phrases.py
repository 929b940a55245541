"""说法: every sentence of the machine, the home's own words for it, and what it looks like on a phone before it is said
(design 36).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from aiohttp import web

from care.errors import NotFound
from console.context import CLOCK, DATABASE, HOUSE, SETTINGS
from console.routes import Routes
from console.views.setup_settings import elsewhere, entries
from conversations import phrases
from conversations.phrases import own
from services.access import Viewer, access_page
from services.house import House
from services.setup import access as setup
from services.setup import changes, choices, settings
from services.setup.forms import ResetPhrase, SetPhrase
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(setup.SETTINGS)
KEY: Final = r"{key:[a-z_]{2,16}\.[a-z_]{2,32}}"
SHOWS: Final = ("", "own", "elder")


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence in the list."""

    key: str
    moment: str
    words: str
    elder: bool
    own: bool
    locked: bool


@ROUTES.get("/settings/phrases", "setup/phrases.html")
async def index(request: web.Request) -> dict[str, Any]:
    """All sentences."""
    return await _shown(request, "")


@ROUTES.get(f"/settings/phrases/{KEY}", "setup/phrases.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One of them, to be written anew."""
    return await _shown(request, request.match_info["key"])


@ROUTES.form(f"/settings/phrases/{KEY}", SetPhrase, "setup/_phrases.html")
async def write(request: web.Request, form: SetPhrase) -> dict[str, Any]:
    """The home's own words, from the next sentence on."""
    who, now, key = viewer(request), request.app[CLOCK](), request.match_info["key"]
    await request.app[DATABASE].write(lambda db: choices.set_phrase(db, who, key, form, now))
    return await _shown(request, key) | {"said": "存好了，从下一句起就这样说。"}


@ROUTES.form(f"/settings/phrases/{KEY}/reset", ResetPhrase, "setup/_phrases.html")
async def reset(request: web.Request, form: ResetPhrase) -> dict[str, Any]:
    """Our words again."""
    who, now, key = viewer(request), request.app[CLOCK](), request.match_info["key"]
    await request.app[DATABASE].write(lambda db: choices.reset_phrase(db, who, key, form, now))
    return await _shown(request, key) | {"said": "换回原来的话了。您写过的还留在下面。"}


@ROUTES.form(f"/settings/phrases/{KEY}/look", SetPhrase, "setup/_phone.html")
async def look(request: web.Request, form: SetPhrase) -> dict[str, Any]:
    """What is being written, as a phone shows it; nothing is kept."""
    who, key, now = viewer(request), request.match_info["key"], request.app[CLOCK]()
    access_page(who, setup.SETTINGS)
    return _phone(key, choices.written(key, form.text), request.app[HOUSE], now)


def _phone(key: str, words: str, house: House, now: datetime) -> dict[str, Any]:
    """The sentence with example values, and what was looked at. What cannot be filled yet is shown as it is written."""
    elder = own.is_for_elders(key)
    looked = own.looked(key, words)
    shows = own.Example(house.reader(now, elder=elder), timedelta(minutes=house.home.reply_minutes))
    try:
        text = own.example(key, words, shows)
        large = own.example(key, words, replace(shows, reader=house.reader(now, elder=True)))
    except (KeyError, ValueError, IndexError, AttributeError):
        text = large = own.shown(words)
    return {
        "text": text,
        "large": large if own.is_for_both(key) else "",
        "looked": looked,
        "ready": all(ok for ok, _ in looked),
        "doubts": own.doubts(key, words),
        "elder": elder,
        "at": now,
        "size": len(text.encode()),
    }


def _lines(chosen: dict[str, str], query: str, show: str) -> list[tuple[str, list[Line]]]:
    """The sentences by the part of the page, in the order of the files."""
    groups: dict[str, list[Line]] = {}
    for key, ours in phrases.book().items():
        words = own.shown(chosen.get(key, ours))
        line = Line(key, own.moment_of(key), words, own.is_for_elders(key), key in chosen, bool(own.locked(key)))
        if (show == "own" and not line.own) or (show == "elder" and not line.elder and not own.is_for_both(key)):
            continue
        if query and query not in line.words and query not in line.moment:
            continue
        groups.setdefault(own.moments()[key.partition(".")[0]], []).append(line)
    return list(groups.items())


async def _shown(request: web.Request, key: str) -> dict[str, Any]:
    who, base, now, house = viewer(request), request.app[SETTINGS], request.app[CLOCK](), request.app[HOUSE].edition()
    access_page(who, setup.SETTINGS)
    if key and key not in phrases.book():
        raise NotFound
    query, show = request.query.get("q", "").strip()[:40], request.query.get("show", "")

    def work(db: Unit) -> dict[str, Any]:
        house.home = settings.now(db, base, who.home_id).home
        house.choices = choices.of(settings.stored(db, who.home_id))
        chosen = dict(house.choices.phrases)
        found: dict[str, Any] = {
            "section": "phrases",
            "entries": entries(db, who, house.home, house.choices),
            "elsewhere": elsewhere(who),
            "groups": _lines(chosen, query, show if show in SHOWS else ""),
            "many": len(phrases.book()),
            "changed": len(chosen),
            "q": query,
            "show": show,
            "key": key,
            "said": "",
        }
        return found | (_one(db, who, key, chosen, house, now) if key else {})

    return await request.app[DATABASE].read(work)


def _one(db: Unit, who: Viewer, key: str, chosen: dict[str, str], house: House, now: datetime) -> dict[str, Any]:
    ours = phrases.book()[key]
    words = chosen.get(key, ours)
    return {
        "moment": own.moment_of(key),
        "part": own.moments()[key.partition(".")[0]],
        "words": own.shown(words),
        "ours": own.shown(ours),
        "is_own": key in chosen,
        "colleagues": own.is_for_colleagues(key),
        "locked": own.locked(key),
        "needed": [own.names().get(name, name) for name in own.needed(key)],
        "offered": [own.names().get(name, name) for name in own.offered(key)],
        "history": [(one, own.shown(one.words)) for one in choices.history(db, who, key)],
        "drawn": changes.revision_of(db, who.home_id, [choices.PHRASE + key]),
        "spoken": phrases.blanks_of(words) <= own.ALWAYS
        and phrases.fill(words, {}, house.reader(now, elder=True)).strip() in house.recorded,
    } | _phone(key, words, house, now)
