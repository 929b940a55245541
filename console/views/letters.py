"""家书: the board of a day and the entry of one letter: chips, one sentence, photos; checks before anybody reads it
(design.md 5.5).
"""

import asyncio
from datetime import timedelta
from itertools import chain
from typing import Any, Final

from aiohttp import web

from care.errors import Invalid, NotFound
from care.letters import FIELDS, of_body
from care.pictures import COMPANY, RESIDENTS, UNASKED
from care.states import NoteUse
from care.words import whole
from console.context import CLOCK, DATABASE, HOUSE, SETTINGS
from console.files import keep_with
from console.routes import Routes
from services.access import access_page
from services.letters import letters, photos, shared
from services.letters.access import LETTERS, access_letter
from services.letters.forms import LetGo, SayWho, Sentence, WithdrawLetter, WriteLetter
from services.media import media
from services.media.bare import bare
from services.residents.access import access_resident
from services.tasks import notes
from storage.queries import families_ties, letters_photos, residents, tasks
from storage.queries import letters as queries
from storage.types import new_id
from storage.unit import Unit
from web.forms import SENT
from web.sessions import viewer

STATES = {"ready": "写好", "held": "先打电话", "released": "已发", "withdrawn": "已收回"}


ROUTES: Final = Routes(LETTERS)


@ROUTES.get("/letters", "letters/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The board; the first unwritten letter is open beside it on a wide screen."""
    facts = await _rows(request)
    first = next((row.line.id for row in facts["rows"] if row.letter is None and row.line.status == "在住"), None)
    return facts | (await _entry(request, first) if first else {"entry": None}) | {"chosen": False}


@ROUTES.get("/letters/list", "letters/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The board alone, when something changed."""
    return await _rows(request) | {"entry": None, "open_id": whole(request.query.get("open", "")) or 0}


@ROUTES.get(r"/letters/{resident:\d{1,18}}", "letters/index.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One resident's letter of the day."""
    facts = await _rows(request)
    return facts | await _entry(request, int(request.match_info["resident"])) | {"chosen": True}


@ROUTES.form(r"/letters/{resident:\d{1,18}}", WriteLetter)
async def write(request: web.Request, form: WriteLetter) -> web.StreamResponse:
    """Keep it and go on to the next who has none."""
    who, now, home = viewer(request), request.app[CLOCK](), request.app[HOUSE].home
    resident = int(request.match_info["resident"])
    day = letters.today(home, now)
    if form.day not in {None, day}:
        raise Invalid(why="已经过了零点，这些是昨天的事，没有存。请刷新，重新写今天的。")
    sent = [await asyncio.to_thread(bare, data) for data in request[SENT]]
    pictures = [(photos.Photo(new_id(), photos.take(data), len(data)), data) for data in sent]

    def work(db: Unit) -> None:
        lines = notes.lock_offered(db, who, resident, form.notes)
        row = letters.write(db, who, resident, day, form, now, [one for one, _ in pictures])
        notes.used(db, who, row, lines, now)

    await keep_with(request, [(one.id, data) for one, data in pictures], work)
    facts = await _rows(request)
    after = [row.line.id for row in facts["rows"] if row.letter is None and row.line.status == "在住"]
    order = [row.line.id for row in facts["rows"]]
    following = next((one for one in after if order.index(one) > order.index(resident)), after[0] if after else None)
    answer = web.Response(status=204)
    if pictures and not form.alone:  # nobody sees them until somebody has said who is in each
        answer.headers["HX-Redirect"] = f"/console/letters/{resident}?who={pictures[-1][0].id}#who"
        return answer
    held = (
        f"?held={resident}"
        if any(
            row.line.id == resident and row.letter is not None and row.letter.state == "held" for row in facts["rows"]
        )
        else ""
    )
    answer.headers["HX-Redirect"] = (f"/console/letters/{following}" if following else "/console/letters") + held
    return answer


@ROUTES.form(r"/letters/{resident:\d{1,18}}/readers", Sentence, "letters/_readers.html")
async def readers(request: web.Request, form: Sentence) -> dict[str, Any]:
    """Who will read a sentence while it is written (C-2); nothing of it is kept."""
    who, number = viewer(request), int(request.match_info["resident"])

    def work(db: Unit) -> list[queries.Reader]:
        return queries.who_reads(db, access_resident(db, who, number).id, None)

    found = await request.app[DATABASE].read(work)
    return {"readers": found, "sentence": form.sentence, "heard": of_body(form.sentence), "of_body": form.of_body}


@ROUTES.forms(r"/letters/{letter:\d{1,18}}/{act:call|withdraw}", "act", {"call": LetGo, "withdraw": WithdrawLetter})
async def act(request: web.Request, form: LetGo | WithdrawLetter) -> web.StreamResponse:
    """The family was called, so it may go; or nobody may read it any more."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["letter"])

    def work(db: Unit) -> int:
        if isinstance(form, LetGo):
            letters.let_go(db, who, number, form, now)
        else:
            letters.withdraw(db, who, number, form, now)
        return access_letter(db, who, number).resident_id

    return web.Response(
        status=204, headers={"HX-Redirect": f"/console/letters/{await request.app[DATABASE].write(work)}"}
    )


@ROUTES.form(r"/letters/{letter:\d{1,18}}/{photo:\d{1,18}}/who", SayWho, "letters/_photos.html")
async def who_is_in(request: web.Request, form: SayWho) -> dict[str, Any]:
    """Who is in a photo (F32)."""
    who, now = viewer(request), request.app[CLOCK]()
    number, wanted = int(request.match_info["letter"]), int(request.match_info["photo"])

    def work(db: Unit) -> int:
        photos.say_who(db, who, number, wanted, form, now)
        return access_letter(db, who, number).resident_id

    return await _entry(request, await request.app[DATABASE].write(work))


@ROUTES.post(r"/letters/{letter:\d{1,18}}/{photo:\d{1,18}}/drop")
async def drop(request: web.Request) -> web.StreamResponse:
    """Take a photo out."""
    who, now = viewer(request), request.app[CLOCK]()
    number, wanted = int(request.match_info["letter"]), int(request.match_info["photo"])
    await request.app[DATABASE].write(lambda db: photos.drop_photo(db, who, number, wanted, now))
    media.file_of(request.app[SETTINGS].media.path, wanted).unlink(missing_ok=True)
    return web.Response(text="")


@ROUTES.get(r"/letters/{letter:\d{1,18}}/{photo:\d{1,18}}")
async def photo(request: web.Request) -> web.StreamResponse:
    """A photo of a letter, for who may see its resident."""
    who, number, wanted = viewer(request), int(request.match_info["letter"]), int(request.match_info["photo"])

    def work(db: Unit) -> bool:
        return wanted in {one.id for one in letters_photos.pictures(db, access_letter(db, who, number).id)}

    if not await request.app[DATABASE].read(work):
        raise NotFound
    try:
        data = await asyncio.to_thread(
            media.shown, request.app[SETTINGS].media.path, request.app[DATABASE].sealer, wanted
        )
    except FileNotFoundError as error:
        raise NotFound from error
    return web.Response(body=data, content_type=media.sniff(data))


async def _rows(request: web.Request) -> dict[str, Any]:
    who, now, home = viewer(request), request.app[CLOCK](), request.app[HOUSE].home
    access_page(who, LETTERS)
    day = letters.today(home, now)

    def work(db: Unit) -> list[list[queries.Row]]:
        return [queries.board(db, who.sight, day - timedelta(days=n)) for n in range(letters.BACK.days + 1)]

    found, before, *older = await request.app[DATABASE].read(work)
    floors = sorted({row.line.floor for row in found})
    sent = [row for row in before if row.letter and row.letter.state == "released"]
    due = [row for row in found if row.line.status == "在住"]
    return {
        "rows": found,
        "day": day,
        "STATES": STATES,
        "floors": [(floor, [row for row in found if row.line.floor == floor]) for floor in floors],
        "done": sum(row.letter is not None for row in due),
        "due": len(due),
        "held": [row for row in chain(found, before, *older) if row.letter and row.letter.state == "held"],
        "read": (sum(min(row.read, 1) for row in sent if row.readers), sum(1 for row in sent if row.readers)),
        "just_held": next(
            (
                row
                for row in found
                if str(row.line.id) == request.query.get("held") and row.letter and row.letter.state == "held"
            ),
            None,
        ),
        "release": letters.release_at(home, day),
        "open_id": 0,
        "revision_of": letters.revision_of,
        "may_let_go": who.role in letters.CALLERS,
    }


async def _entry(request: web.Request, resident_id: int) -> dict[str, Any]:
    who, now, home = viewer(request), request.app[CLOCK](), request.app[HOUSE].home
    day = letters.today(home, now)

    def work(db: Unit) -> dict[str, Any]:
        resident = access_resident(db, who, resident_id)
        row, yesterday = (
            one and access_letter(db, who, one.id)
            for one in (queries.of_day(db, resident.id, day - timedelta(days=back)) for back in range(2))
        )
        return {
            "entry": residents.one(db, resident),
            "others": sorted(
                (one for one in residents.lines(db, who.sight) if one.id != resident.id),
                key=lambda one: one.floor != resident.floor,
            ),
            "letter": queries.written(db, who.sight, row) if row else None,
            "readers": queries.who_reads(db, resident.id, row.id if row else None),
            "yesterday": queries.written(db, who.sight, yesterday) if yesterday else None,
            "drawn": letters.revision_of(row),
            "notes": tasks.notes(db, resident.id, day, NoteUse.OFFERED),
            "wishes": families_ties.wishes(db, resident.id),
            "common": shared.offered(db, resident, day, row),
        }

    found = await request.app[DATABASE].read(work)
    written = found["letter"].sentence if found["letter"] else ""
    found |= {
        "sentence": written,
        "heard": of_body(written),
        "of_body": bool(found["letter"]) and found["letter"].of_body,
    }
    found |= {"COMPANY": COMPANY, "RESIDENTS": RESIDENTS, "UNASKED": UNASKED, "drawn_photo": photos.revision_of}
    return found | {"FIELDS": FIELDS, "may_let_go": who.role in letters.CALLERS, "open_id": resident_id}
