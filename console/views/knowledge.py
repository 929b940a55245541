"""知识库: what the machine says, kept by staff: entries, blanks, a place to try, and what it could not answer (Q3, Q6,
A8).
"""

from typing import Any, Final

from aiohttp import web

from care import sla
from care.errors import Invalid
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from conversations.answers import Kind
from conversations.effects import Say, say
from conversations.events import Asked
from conversations.flows import knowledge as enquiry
from services.access import access_page
from services.knowledge import knowledge, shelves, teaching
from services.knowledge import missed as missing
from services.knowledge.access import KNOWLEDGE
from services.knowledge.forms import FillBlank, RestoreEntry, SaveEntry, SwitchEntry, Teach, TryKnowledge
from services.knowledge.shelves import SOON, Shelf
from services.talks.dispatch import first_words
from storage.unit import Unit
from understanding.answers import inline, limits
from understanding.cascade import decide, read
from web.sessions import viewer

KEY = r"{key:faq-\d\d|more-[a-z]{2,11}|own-\d{1,4}}"


ROUTES: Final = Routes(KNOWLEDGE)


@ROUTES.get("/knowledge", "knowledge/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list; the first entry that lacks something is open beside it."""
    facts = await _facts(request)
    shelf: Shelf = facts["shelf"]
    first = next((one for one in facts["shown"] if one.missing), facts["shown"][0] if facts["shown"] else shelf.kept[0])
    return facts | {"found": first, "chosen": False, "lessons": await _lessons(request, first.entry.id)}


@ROUTES.get(f"/knowledge/{KEY}", "knowledge/index.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One entry."""
    facts = await _facts(request)
    shelf: Shelf = facts["shelf"]
    found = shelf.one(request.match_info["key"])
    return facts | {"found": found, "chosen": True, "lessons": await _lessons(request, found.entry.id)}


@ROUTES.get("/knowledge/new", "knowledge/index.html")
async def new(request: web.Request) -> dict[str, Any]:
    """An entry of the home's own, begun from messages that were not answered."""
    who, messages = viewer(request), request.query.get("messages", "")
    words = await request.app[DATABASE].read(lambda db: teaching.words_of(db, who, messages) if messages else [])
    return await _facts(request) | {"found": None, "chosen": True, "messages": messages, "words": words}


@ROUTES.form("/knowledge/new", SaveEntry)
@ROUTES.form(f"/knowledge/{KEY}", SaveEntry)
async def save(request: web.Request, form: SaveEntry) -> web.StreamResponse:
    """Keep an entry."""
    who, now, key = viewer(request), request.app[CLOCK](), request.match_info.get("key", "")
    return _to(await request.app[DATABASE].write(lambda db: knowledge.save_entry(db, who, key, form, now)))


@ROUTES.form(f"/knowledge/{KEY}/switch", SwitchEntry)
async def switch(request: web.Request, form: SwitchEntry) -> web.StreamResponse:
    """Say it, or not."""
    who, key, now = viewer(request), request.match_info["key"], request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: knowledge.switch(db, who, key, form, now))
    return _to(key)


@ROUTES.form(f"/knowledge/{KEY}/restore", RestoreEntry)
async def restore(request: web.Request, form: RestoreEntry) -> web.StreamResponse:
    """As it came."""
    who, key, now = viewer(request), request.match_info["key"], request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: knowledge.restore(db, who, key, form, now))
    return _to("" if key.startswith("own-") else key)


@ROUTES.form("/knowledge/blanks", FillBlank, "knowledge/_filled.html")
async def fill(request: web.Request, form: FillBlank) -> dict[str, Any]:
    """Fill a blank; the rows of all entries that name it change with it."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: knowledge.fill(db, who, form, now))
    facts = await _facts(request)
    shelf: Shelf = facts["shelf"]
    changed = [one for one in shelf.kept if form.name in one.entry.blanks]
    return facts | {"found": shelf.one(form.key), "changed": changed}


@ROUTES.form("/knowledge/teach", Teach)
async def teach(request: web.Request, form: Teach) -> web.StreamResponse:
    """One tap: the words of messages ask for an entry, or mean something."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: teaching.teach(db, who, form, now))
    return _to("")


@ROUTES.post(r"/knowledge/lessons/{lesson:\d{1,18}}/undo")
async def undo(request: web.Request) -> web.StreamResponse:
    """A lesson is taken back."""
    who, now, lesson = viewer(request), request.app[CLOCK](), int(request.match_info["lesson"])
    await request.app[DATABASE].write(lambda db: teaching.unteach(db, who, lesson, now))
    return _to("")


@ROUTES.form("/knowledge/try", TryKnowledge, "knowledge/_tried.html")
async def attempt(request: web.Request, form: TryKnowledge) -> dict[str, Any]:
    """What a stranger would hear; nothing is sent."""
    text = form.text.strip()
    if not text:
        raise Invalid(why="先写一句话再试。")
    shelf: Shelf = (await _facts(request, missed=False))["shelf"]
    decision = shelves.corrected(shelf.snapshot, text, decide(read(text), "stranger"))
    found = shelf.snapshot.find(text)
    options = shelves.ask(shelf.snapshot, text, decision=decision)
    words, why = _told(request, options)
    missing = shelf.snapshot.missing(found.hits[0].entry) if found.hits and found.kind is Kind.ANSWER else ()
    return {
        "tried": text,
        "hits": found.hits[:3],
        "line": limits(inline(text)).answer,
        "words": words,
        "why": why,
        "missing": missing,
        "kind": found.kind.value,
    }


def _told(request: web.Request, asked: Asked | None) -> tuple[str, str]:
    """The words of the flow itself, so that the page never shows what the phone would not."""
    house, now = request.app[HOUSE], request.app[CLOCK]()
    due = sla.reply_due(now, house.figures)
    if asked is None:
        return house.words(first_words(house, now), now), "没有相近的，转人工"
    step = enquiry.begin(asked)
    says = [effect for effect in step.effects if isinstance(effect, Say)]
    if len(says) < len(step.effects):
        says.append(say("enquiry.ask_colleague", by=due))
    return house.words(says, now), ""


async def _facts(request: web.Request, *, missed: bool = True) -> dict[str, Any]:
    who, now, home = viewer(request), request.app[CLOCK](), request.app[HOUSE].home
    today = now.astimezone(home.zone).date()

    def work(db: Unit) -> tuple[Shelf, list[missing.Missed], list[teaching.Lesson]]:
        access_page(who, KNOWLEDGE)
        shelf = shelves.shelf(db, who.home_id, home, today)
        if not missed:
            return shelf, [], []
        return shelf, missing.missed(db, who, shelf.snapshot, now), teaching.lessons(db, who)

    shelf, unanswered, taught = await request.app[DATABASE].read(work)
    show = request.query.get("show", "")
    lacking = [one for one in shelf.kept if one.missing]
    ending = [one for one in shelf.kept if one.ends is not None and one.ends - today <= SOON]
    shown = lacking if show == "missing" else ending if show == "soon" else list(shelf.kept)
    return {
        "shelf": shelf,
        "shown": shown,
        "show": show,
        "lacking": len(lacking),
        "ending": len(ending),
        "today": today,
        "missed": unanswered,
        "holes": len({name for one in lacking for name in one.missing}),
        "taught": taught,
        "titles": {one.entry.id: one.entry.question for one in shelf.kept},
        "intents": teaching.INTENTS,
        "lessons": [],
        "messages": "",
        "words": [],
    }


async def _lessons(request: web.Request, key: str) -> list[teaching.Lesson]:
    """What was taught for an entry."""
    who = viewer(request)
    return await request.app[DATABASE].read(lambda db: teaching.lessons(db, who, key, 30))


def _to(key: str) -> web.Response:
    """On to the entry; htmx follows without losing the theme or the scroll of the window."""
    return web.Response(headers={"HX-Location": f"/console/knowledge{'/' + key if key else ''}"})
