"""排班: the gap first, who is here now, seven days by building and post; each seat is changed in a panel (L6, F53)."""

from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from aiohttp import web

from care.states import Role
from care.words import whole
from console.context import CLOCK, DATABASE
from console.routes import Routes
from console.views import roster_week as week
from services.access import LEADS, WORKS, Viewer, access_page
from services.roster import kinds, roster, seats, spans
from services.roster.access import ROSTER, access_rota
from services.roster.forms import AnswerAsk, CopyWeek, Place, Remove, Seated, Swap
from storage.queries import roster as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(ROSTER)
WEEK: Final = timedelta(days=6)
PARTS: Final = 3
"""Of a seat in an address: post, day, kind of shift."""
SEAT: Final = r"{post:\d{1,18}}/{day:\d{4}-\d{2}-\d{2}}/{shift:\d{1,18}}"


@ROUTES.get("/roster", "roster/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The page; with `seat` the panel of one is open."""
    parts = request.query.get("seat", "").split(".")
    day = _day(parts[1]) if len(parts) == PARTS else None
    post, shift = whole(parts[0]), whole(parts[-1])
    return await rota(request, (post, day, shift) if day and post and shift else None)


@ROUTES.get("/roster/grid", "roster/_grid.html")
async def grid(request: web.Request) -> dict[str, Any]:
    """The days alone, when something changed."""
    return await rota(request)


@ROUTES.get(f"/roster/seat/{SEAT}", "roster/_seat.html")
async def seat(request: web.Request) -> dict[str, Any]:
    """Who has a seat, who may come, who was asked."""
    info = request.match_info
    day = _day(info["day"])
    return await rota(request, (int(info["post"]), day, int(info["shift"])) if day else None)


@ROUTES.form("/roster/place", Place, "roster/_rota.html")
async def place(request: web.Request, form: Place) -> dict[str, Any]:
    """Somebody comes, in place of another or besides; 请她顶: she is asked, and only her yes fills the gap."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: roster.place(db, who, form, now))
    return await rota(request, _of(form))


@ROUTES.form("/roster/remove", Remove, "roster/_rota.html")
async def remove(request: web.Request, form: Remove) -> dict[str, Any]:
    """Somebody no longer comes."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: roster.remove(db, who, form, now))
    return await rota(request, _of(form))


@ROUTES.form("/roster/swap", Swap, "roster/_rota.html")
async def swap(request: web.Request, form: Swap) -> dict[str, Any]:
    """Two colleagues change seats."""
    who, now = viewer(request), request.app[CLOCK]()
    await request.app[DATABASE].write(lambda db: roster.swap(db, who, form, now))
    return await rota(request, _of(form))


@ROUTES.form(r"/roster/asked/{change:\d{1,18}}/{said:yes|no}", AnswerAsk, "roster/_rota.html")
async def answer(request: web.Request, form: AnswerAsk) -> dict[str, Any]:
    """She says yes or no."""
    who, now = viewer(request), request.app[CLOCK]()
    change, said = int(request.match_info["change"]), request.match_info["said"]
    await request.app[DATABASE].write(lambda db: roster.answer(db, who, change, said, form, now))
    return await rota(request)


@ROUTES.form("/roster/copy", CopyWeek, "roster/_rota.html")
async def copy(request: web.Request, form: CopyWeek) -> dict[str, Any]:
    """The seven days before are done again."""
    who, now = viewer(request), request.app[CLOCK]()
    done = await request.app[DATABASE].write(lambda db: roster.copy_week(db, who, form, now))
    return await rota(request) | {"said": f"照抄了 {done} 班。"}


def _of(form: Seated) -> tuple[int, date, int] | None:
    return (form.post, form.day, form.shift) if form.day else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def rota(request: web.Request, chosen: tuple[int, date, int] | None = None) -> dict[str, Any]:
    """What the templates of the page are filled with; `chosen`: the seat whose panel is open."""
    who, now = viewer(request), request.app[CLOCK]()
    access_page(who, ROSTER)

    def work(db: Unit) -> dict[str, Any]:
        home = access_rota(db, who)
        zone = kinds.zone_of(home)
        today = now.astimezone(zone).date()
        first = _day(request.query.get("first", "")) or (chosen[1] if chosen and chosen[1] > today + WEEK else today)
        first = min(max(first, today - timedelta(days=366)), today + spans.FARTHEST)
        days = week.days_of(first)
        shifts = kinds.shifts(db, home.id, gone=True) or kinds.starter(home.id)
        posts = kinds.posts(db, home.id)
        turns = queries.on_days(db, home.id, days[0] - timedelta(days=2), days[-1] + timedelta(days=2))
        next_week = now + timedelta(days=7)
        gaps = queries.gaps(db, home.id, now, next_week)
        told = _told(db, home.id, gaps, queries.between(db, home.id, now, next_week), today, zone)
        panel = _panel(db, who, chosen, first, now) if chosen and posts else {}
        return {
            "first": first,
            "today": today,
            "days": days,
            "last": days[-1],
            "before": first - timedelta(days=7),
            "after": first + timedelta(days=7),
            "rows": week.rows(posts, shifts, [turn for turn in turns if turn.day in days], days, now, zone),
            "any": bool(posts),
            "here": week.here(queries.between(db, home.id, now, now + timedelta(seconds=1))),
            "gap": told,
            "gaps": len(gaps),
            "unwatched": [post.name for post in posts if not post.shifts.strip()],
            "mine": queries.asked(db, home.id, today - timedelta(days=1), who.id),
            "waiting": queries.asked(db, home.id, today - timedelta(days=1)) if who.role in LEADS else [],
            "may_edit": who.role in LEADS,
            "starter": [row.name for row in kinds.of_home(db, home.id) if row.works],
            "floors": queries.floors(db, home.id),
            "chosen": chosen,
            "seat": panel,
            "called": lambda day: week.called(day, today),
            "said": "",
        }

    return await request.app[DATABASE].read(work)


def _told(
    db: Unit, home_id: int, gaps: list[queries.Turn], turns: list[queries.Turn], today: date, zone: ZoneInfo
) -> dict[str, Any]:
    """The next gap in a sentence, and what is true of that time today."""
    if not gaps:
        return {}
    gap = gaps[0]
    floors = gap.floors.split()
    return {
        "seat": (gap.post, gap.day, gap.shift),
        "says": week.spoken(gap, today, zone),
        "lives": queries.residents_on(db, home_id, floors) if floors else 0,
        "place": gap.place,
        "beside": week.beside(gap, turns)[:4],
        "more": len(gaps) - 1,
    }


def _panel(db: Unit, who: Viewer, chosen: tuple[int, date, int], first: date, now: datetime) -> dict[str, Any]:
    """Everything about one seat. Raises NotFound."""
    home = access_rota(db, who)
    found = seats.of(db, who, *chosen)
    post, day, shift = found
    zone = kinds.zone_of(home)
    begins, ends = kinds.kind_of(shift).hours(day, zone)
    there, asked = seats.seated(db, found), seats.asked(db, found)
    near = queries.on_days(db, home.id, day - timedelta(days=7), day + timedelta(days=7))
    members = [one for one in queries.members(db, home.id) if Role(one.role) in WORKS]
    names = {one.id: one.name for one in members}
    works = seats.turns(db, home, day)
    floors = frozenset(post.floors.split())
    candidates = [
        week.Candidate(
            one,
            week.busy(one, day, near, Role(one.role).words),
            seats.words_of(seats.against(home, found, one.id, works)),
            bool(floors & one.floors),
            one.id in asked,
        )
        for one in members
        if one.id not in there
    ]
    lead = who.role in LEADS
    return {
        "post": post,
        "day": day,
        "shift": shift,
        "begins": begins,
        "ends": ends,
        "drawn": seats.revision_of(db, found),
        "there": [(number, names[number]) for number in there if number in names],
        "gap": seats.has_gap(db, found, max(begins, now)),
        "candidates": sorted(candidates, key=lambda one: (bool(one.rules), not one.near, one.member.name)),
        "asked": [names[number] for number in asked if number in names],
        "kinds": kinds.of_home(db, home.id),
        "others": _others(near, chosen, day, there),
        "words": [
            (row, by, names, db.open(row, "reason") if lead else None)
            for row, by in queries.words_about(db, *chosen)[:12]
        ],
        "names": queries.names(db, home.id),
        "first": first,
    }


def _others(
    near: list[queries.Turn], chosen: tuple[int, date, int], day: date, there: dict[int, int]
) -> list[tuple[str, queries.Turn]]:
    """Turns of others with which a turn may be swapped."""
    return [
        (f"{turn.post}.{turn.day}.{turn.shift}.{turn.staff}", turn)
        for turn in sorted(near, key=lambda one: (abs((one.day - day).days), one.begins, one.name))
        if turn.staff is not None
        and turn.staff not in there
        and (turn.post, turn.day, turn.shift) != chosen
        and turn.day >= day - timedelta(days=7)
    ]
