"""每周家书: who is to be written about this week, the entry of one, and the sheets for who reads on paper (U1, U2, U3)."""

from datetime import date, timedelta
from typing import Any, Final

from aiohttp import web

from care import weekly
from care.followups import CONTENT
from care.letters import of_body
from care.states import LetterState
from care.weekly import Kind
from console.context import CLOCK, DATABASE, HOUSE
from console.routes import Routes
from services.access import access_page
from services.followups import followups as follow_up
from services.letters import letters
from services.letters import weekly as service
from services.letters.access import LETTERS, access_weekly
from services.letters.forms import LetGo, WithdrawLetter, WriteWeekly
from services.letters.weekly_today import KEPT
from services.residents.access import access_resident
from storage.queries import families_ties, followups, residents
from storage.queries import letters as dailies
from storage.queries import letters_weekly as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(LETTERS)
STATES: Final = {"ready": "写好", "held": "先打电话", "released": "已发", "withdrawn": "已收回"}
DAYS: Final = "一二三四五六日"
TALKS: Final = 10
"""回访 of a resident among which those of the week are looked for."""


@ROUTES.get("/letters/weeks", "letters/weeks.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The board of a week; the first whose turn it is lies open beside it."""
    facts = await _rows(request)
    first = next((row.line.id for row in facts["rows"] if row.due), None)
    return facts | (await _entry(request, first) if first else {"entry": None}) | {"chosen": False}


@ROUTES.get("/letters/weeks/list", "letters/_weeks.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The board alone, when something changed."""
    return await _rows(request) | {"entry": None}


@ROUTES.get("/letters/weeks/print", "letters/weeks_print.html")
async def sheets(request: web.Request) -> dict[str, Any]:
    """A page for each resident of whom no relative reads on a phone, or for all, in large type."""
    who, everybody = viewer(request), request.query.get("all") == "1"
    facts = await _rows(request)

    def work(db: Unit) -> list[tuple[queries.Sheet, str, str]]:
        found: list[tuple[queries.Sheet, str, str]] = []
        for row in facts["rows"]:
            if _goes(row) and (everybody or (row.readers and not row.reached)):
                letter = access_weekly(db, who, row.letter.id)
                resident = access_resident(db, who, letter.resident_id)
                readers = "、".join(one.name for one in dailies.who_reads(db, resident.id, None) if one.reads)
                found.append((queries.sheet(db, letter, resident, ("daily",), ""), row.line.place, readers))
        return found

    found = await request.app[DATABASE].read(work)
    return {"sheets": found, "everybody": everybody, "sunday": facts["sunday"], "DAYS": DAYS}


@ROUTES.get(r"/letters/weeks/{resident:\d{1,18}}", "letters/weeks.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One resident's letter."""
    facts = await _rows(request)
    return facts | await _entry(request, int(request.match_info["resident"])) | {"chosen": True}


@ROUTES.form(r"/letters/weeks/{resident:\d{1,18}}", WriteWeekly)
async def write(request: web.Request, form: WriteWeekly) -> web.StreamResponse:
    """Keep it and go on to the next whose turn it is."""
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    resident = int(request.match_info["resident"])
    state = await request.app[DATABASE].write(
        lambda db: service.write(db, house, who, resident, form, now).state
    )  # fmt: skip
    facts = await _rows(request)
    order = [row.line.id for row in facts["rows"]]
    after = [row.line.id for row in facts["rows"] if row.due]
    following = next((one for one in after if order.index(one) > order.index(resident)), after[0] if after else None)
    goal = resident if state == "held" or following is None else following
    return web.Response(status=204, headers={"HX-Redirect": f"/console/letters/weeks/{goal}{_query(request)}"})


@ROUTES.forms(
    r"/letters/weeks/{letter:\d{1,18}}/{act:call|withdraw}", "act", {"call": LetGo, "withdraw": WithdrawLetter}
)
async def act(request: web.Request, form: LetGo | WithdrawLetter) -> web.StreamResponse:
    """The family was called, so it may go; or nobody may read it any more."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["letter"])

    def work(db: Unit) -> int:
        if isinstance(form, LetGo):
            return service.let_go(db, who, number, form, now).resident_id
        return service.withdraw(db, who, number, form, now).resident_id

    resident = await request.app[DATABASE].write(work)
    return web.Response(status=204, headers={"HX-Redirect": f"/console/letters/weeks/{resident}{_query(request)}"})


def _goes(row: queries.Row) -> bool:
    return row.letter is not None and row.letter.state in {LetterState.READY, LetterState.RELEASED}


def _query(request: web.Request) -> str:
    week = request.query.get("week", "")
    return f"?week={week}" if week else ""


def _sunday(request: web.Request, today: date) -> date:
    """The week of the address: this one, or the last one, which may be looked at and taken back after it may be
    written.
    """
    this, asked = weekly.sunday_of(today), request.query.get("week", "")
    return next((one for one in (this, this - timedelta(days=7)) if one.isoformat() == asked), this)


async def _rows(request: web.Request) -> dict[str, Any]:
    who, now, home = viewer(request), request.app[CLOCK](), request.app[HOUSE].home
    access_page(who, LETTERS)
    day = letters.today(home, now)
    sunday = _sunday(request, day)
    found, held = await request.app[DATABASE].read(
        lambda db: (queries.board(db, who.sight, sunday, day), queries.held(db, who.sight, day - KEPT))
    )
    living = [row for row in found if row.kind is Kind.WEEK]
    return {
        "rows": found,
        "held": held,
        "week_of": weekly.sunday_of,
        "turns": [row for row in found if row.due],
        "rest": [row for row in found if not row.due],
        "done": sum(row.letter is not None and row.letter.state != "withdrawn" for row in living),
        "many": len(living),
        "printable": sum(_goes(row) for row in found),
        "unread": sum(_goes(row) and bool(row.readers) and not row.reached for row in found),
        "sunday": sunday,
        "first": sunday - timedelta(days=6),
        "this": weekly.sunday_of(day),
        "last_week": weekly.sunday_of(day) - timedelta(days=7),
        "may_write": sunday in weekly.open_weeks(day),
        "day": day,
        "release": letters.release_at(home, sunday),
        "STATES": STATES,
        "DAYS": DAYS,
        "turn_of": weekly.turn,
        "open_id": int(request.match_info.get("resident", 0)),
    }


async def _entry(request: web.Request, resident_id: int) -> dict[str, Any]:
    who, now, house = viewer(request), request.app[CLOCK](), request.app[HOUSE]
    home = house.home
    today = letters.today(home, now)

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        kind = service.kind_of(resident)
        day = today if kind is Kind.HOSPITAL else _sunday(request, today)
        row = queries.of_day(db, resident.id, kind, day) if kind else None
        if kind is Kind.HOSPITAL and row is None and request.query.get("new") != "1":
            row = queries.newest_of(db, resident.id, kind)
            row = row if row is not None and today - row.day < weekly.AGAIN else None
            day = row.day if row is not None else day
        row = access_weekly(db, who, row.id) if row else None
        last = queries.before(db, resident.id, day)
        monday = day - timedelta(days=6)
        return {
            "entry": residents.one(db, resident),
            "kind": kind,
            "letter_day": day,
            "letter": queries.written(db, who.sight, row) if row else None,
            "last": queries.written(db, who.sight, last) if last else None,
            "drawn": service.revision_of(row),
            "readers": dailies.who_reads(db, resident.id, None),
            "wishes": families_ties.wishes(db, resident.id),
            "talked": [
                talk
                for talk in follow_up.shown(house, who, followups.talks(db, who.sight, resident.id, TALKS))
                if talk.row.person_id is None and monday <= talk.row.day <= day and talk.row.outcome == "talked"
            ],
            "said": dailies.sentences_of(db, resident.id, monday, day),
            "week": queries.week(db, resident.id, monday) if kind is Kind.WEEK else None,
        }

    found = await request.app[DATABASE].read(work)
    fields = weekly.FIELDS.get(found["kind"], ())
    written = found["letter"].sentence if found["letter"] else ""
    return found | {
        "FIELDS": fields,
        "may_let_go": who.role in letters.CALLERS,
        "open_id": resident_id,
        "heard": of_body(written),
        "CONTENT": {one.value: words for one, words in CONTENT.items()},
    }
