"""设置: clocks, the hour of letters, departments and categories, festivals; what is set holds on every process within a
second (N3).
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from aiohttp import web

from care import occasions, sla
from care.choices import DEPARTMENTS, LONGEST, Choices
from care.severity import CATEGORIES, Level
from console.context import CLOCK, DATABASE, HOUSE, SETTINGS
from console.routes import Routes
from conversations.effects import say
from services.access import Page, Viewer, access_page, pages
from services.greetings.occasions import ELDER_AT, FAMILY_AT, GREETED
from services.house import House
from services.outgoing import templates
from services.roster import hours
from services.setup import access as setup
from services.setup import changes, choices, clocks, settings
from services.setup.forms import SetCategories, SetClocks, SetDepartments, SetFestivals, SetLetterHour
from settings import Home, Settings
from storage.queries import talks_canned
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(setup.SETTINGS)
SAVED: Final = "存好了，从现在起照这个。"
QUIET: Final = {"elder": "老人", "family": "家属"}
ELSEWHERE: Final = (
    ("开始使用", "院名、公众号、菜单"),
    ("节假日和服务时间", "几点有人、安静时段"),
    ("知识库", "家属问的，怎么答"),
    ("同事", "谁能登录"),
)
"""Other pages on which something of the home is set."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the list at the left: where it leads, and in a few words how it stands."""

    word: str
    path: str
    title: str
    state: str


def entries(db: Unit, who: Viewer, home: Home, chosen: Choices) -> list[Entry]:
    """The sections that the viewer may open."""
    said = len(talks_canned.listed(db, who.home_id, who.id))
    canned = Entry("canned", "/settings/canned", "常用语", f"{said} 句" if said else "还没有")
    if not who.sees(setup.SETTINGS):
        return [canned]
    longer = any(getattr(home, name) > most for name, most in clocks.PROMISED.items())
    lists = f"{len(chosen.departments)} 个部门"
    words = f"改了 {len(chosen.phrases)} 句" if chosen.phrases else "都是原话"
    return [
        Entry("clocks", "/settings/clocks", "时限", "放长了" if longer else ""),
        Entry("letters", "/settings/letters", "家书与安静时段", home.letter_time),
        Entry("lists", "/settings/lists", "部门与类别", lists),
        Entry("greetings", "/settings/greetings", "节日问候", f"{len(chosen.festivals)} 个节日"),
        Entry("phrases", "/settings/phrases", "说法", words),
        Entry("templates", "/templates", "模板消息", f"绑了 {len(templates.bound(db, who.home_id))} 个"),
        Entry("costs", "/costs", "短信和费用", f"每月最多 {chosen.sms_most} 条"),
        canned,
    ]


def elsewhere(who: Viewer) -> list[tuple[Page, str]]:
    """What is set on other pages, as far as the viewer has them."""
    named = {page.name: page for page in pages()}
    return [(named[name], words) for name, words in ELSEWHERE if name in named and who.sees(named[name])]


@ROUTES.get("/settings")
async def index(_: web.Request) -> web.StreamResponse:
    """The first section."""
    raise web.HTTPSeeOther("/console/settings/clocks")


@ROUTES.get("/settings/{section:clocks|letters|lists|greetings}", "setup/settings.html")
async def section(request: web.Request) -> dict[str, Any]:
    """One section."""
    return await _shown(request, request.match_info["section"])


@ROUTES.form("/settings/clocks", SetClocks, "setup/_settings.html")
async def set_clocks(request: web.Request, form: SetClocks) -> dict[str, Any]:
    """How long something may take, from now on."""
    base = request.app[SETTINGS]
    await _write(request, lambda db, who, now: clocks.set_clocks(db, who, base, form, now))
    return await _shown(request, "clocks") | {"said": "存好了，管从现在起新来的；已经答应的时间不变。"}


@ROUTES.form("/settings/letters", SetLetterHour, "setup/_settings.html")
async def set_letter_hour(request: web.Request, form: SetLetterHour) -> dict[str, Any]:
    """From when the letters of a day may be read."""
    base = request.app[SETTINGS]
    await _write(request, lambda db, who, now: clocks.set_letter_hour(db, who, base, form, now))
    return await _shown(request, "letters") | {"said": SAVED}


@ROUTES.form("/settings/departments", SetDepartments, "setup/_settings.html")
async def set_departments(request: web.Request, form: SetDepartments) -> dict[str, Any]:
    """To whom a complaint can be given."""
    await _write(request, lambda db, who, now: choices.set_departments(db, who, form, now))
    return await _shown(request, "lists") | {"said": SAVED}


@ROUTES.form("/settings/categories", SetCategories, "setup/_settings.html")
async def set_categories(request: web.Request, form: SetCategories) -> dict[str, Any]:
    """Categories beside those of the rules."""
    await _write(request, lambda db, who, now: choices.set_categories(db, who, form, now))
    return await _shown(request, "lists") | {"said": SAVED}


@ROUTES.form("/settings/greetings", SetFestivals, "setup/_settings.html")
async def set_festivals(request: web.Request, form: SetFestivals) -> dict[str, Any]:
    """On which days the machine greets."""
    await _write(request, lambda db, who, now: choices.set_festivals(db, who, form, now))
    return await _shown(request, "greetings") | {"said": "存好了。新勾上的几分钟内排进「日程」，去掉的不再发。"}


async def _write(request: web.Request, work: Callable[[Unit, Viewer, datetime], object]) -> None:
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: work(db, who, now))


async def _shown(request: web.Request, word: str) -> dict[str, Any]:
    who, base, now, house = viewer(request), request.app[SETTINGS], request.app[CLOCK](), request.app[HOUSE].edition()
    access_page(who, setup.SETTINGS)

    def work(db: Unit) -> dict[str, Any]:
        kept = settings.stored(db, who.home_id)
        house.home, house.choices = settings.now(db, base, who.home_id).home, choices.of(kept)
        found = {
            "section": word,
            "entries": entries(db, who, house.home, house.choices),
            "elsewhere": elsewhere(who),
            "home": house.home,
            "chosen": house.choices,
            "open": base.open,
            "said": "",
        }
        return (
            found | PARTS[word](db, who, base, house, now) | ({"why": kept.get(clocks.WHY)} if word == "clocks" else {})
        )

    return await request.app[DATABASE].read(work)


def _clocks(db: Unit, who: Viewer, base: Settings, house: House, now: datetime) -> dict[str, Any]:
    figures, number = house.figures, "C261129-03"
    told = [
        (
            "家属刚说了一件不满的事",
            say("complaint.sorry_we_listen", number=number, by=sla.first_feedback_due(now, Level.S3, figures)),
        ),
        ("家属问了机器人答不上的", say("enquiry.ask_colleague", by=sla.reply_due(now, figures))),
        ("家属不认可结果", say("verdict.declined", number=number, lead="院长", by=sla.result_due(now, figures))),
    ]
    return {
        "CLOCKS": clocks.CLOCKS,
        "PROMISED": clocks.PROMISED,
        "free_any": any(key in base.open for key in clocks.KEYS),
        "drawn": changes.revision_of(db, who.home_id, clocks.KEYS),
        "last": changes.last_of(db, who.home_id, clocks.KEYS),
        "told": [(when, house.words([words], now)) for when, words in told],
    }


def _letters(db: Unit, who: Viewer, _base: Settings, house: House, now: datetime) -> dict[str, Any]:
    quiet = hours.quiet(db, who.home_id)
    spans = [
        (words, [f"{begin:%H:%M} 到 {end:%H:%M}" for begin, end in quiet.spans(kind)]) for kind, words in QUIET.items()
    ]
    kept, _, early = house.home.letter_kept.partition(" ")
    return {
        "spans": spans,
        "today_at": early if kept == now.astimezone(house.home.zone).date().isoformat() else "",
        "drawn": changes.revision_of(db, who.home_id, [clocks.LETTER]),
        "last": changes.last_of(db, who.home_id, [clocks.LETTER]),
    }


def _lists(db: Unit, who: Viewer, _base: Settings, house: House, _now: datetime) -> dict[str, Any]:
    return {
        "CATEGORIES": CATEGORIES,
        "LONGEST": LONGEST,
        "usual": house.choices.departments == DEPARTMENTS,
        "departments_drawn": changes.revision_of(db, who.home_id, [choices.DEPARTMENTS]),
        "categories_drawn": changes.revision_of(db, who.home_id, [choices.CATEGORIES]),
        "departments_last": changes.last_of(db, who.home_id, [choices.DEPARTMENTS]),
        "categories_last": changes.last_of(db, who.home_id, [choices.CATEGORIES]),
    }


@dataclass(frozen=True, slots=True)
class Feast:
    """A festival as the page shows it: its next day, whether the machine greets, and with which sentences."""

    id: str
    name: str
    note: str
    day: date
    on: bool
    words: list[tuple[str, str, str]]


def _greetings(db: Unit, who: Viewer, _base: Settings, house: House, now: datetime) -> dict[str, Any]:
    today = now.astimezone(house.home.zone).date()
    coming: dict[str, date] = {}
    for one in occasions.between(today, today + timedelta(days=400)):
        coming.setdefault(one.id, one.day)
    feasts = [
        Feast(one.id, one.name, one.note, coming[one.id], one.id in house.choices.festivals, _said(one.id, house, now))
        for one in sorted(occasions.FESTIVALS, key=lambda one: coming.get(one.id, date.max))
        if one.id in coming
    ]
    return {
        "feasts": [one for one in feasts if one.id not in occasions.BY_HAND],
        "hours": (ELDER_AT, FAMILY_AT),
        "by_hand": [one for one in feasts if one.id in occasions.BY_HAND],
        "drawn": changes.revision_of(db, who.home_id, [choices.FESTIVALS]),
        "last": changes.last_of(db, who.home_id, [choices.FESTIVALS]),
    }


def _said(festival: str, house: House, now: datetime) -> list[tuple[str, str, str]]:
    """To whom, the sentence with an example, and the key of its words."""
    found = []
    for kind, words in (("elder", "老人"), ("family", "家属")):
        key = GREETED.get(festival, ("", ""))[kind == "family"]
        if key:
            found.append((words, house.words([say(key, called="王奶奶", elder="王桂兰")], now), key))
    return found


PARTS: Final[dict[str, Callable[[Unit, Viewer, Settings, House, datetime], dict[str, Any]]]] = {
    "clocks": _clocks,
    "letters": _letters,
    "lists": _lists,
    "greetings": _greetings,
}
