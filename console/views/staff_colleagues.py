"""同事: who works here, what is to be done about whom; added, changed, put out at once, handed over by name (F30)."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, Final

from aiohttp import web

from care.errors import Invalid, JiashuError
from care.states import ROLES, Role
from care.words import whole
from console.context import CLOCK, DATABASE, address
from console.routes import Routes
from services.access import HANDLERS, LEADS, WORKS, Viewer, access_page
from services.complaints import handing as cases
from services.staff import codes, colleagues, pledge
from services.staff.access import COLLEAGUES, access_colleague, may_change
from services.staff.forms import AddColleague, EditColleague, HandOver
from services.staff.sessions import NEEDS_CODES
from services.talks import handing as talks
from services.tasks import tasks
from storage import tables
from storage.queries import families_contact
from storage.queries import staff as queries
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(COLLEAGUES)
ONE: Final = r"/staff/{colleague:\d{1,18}}"
GROUPS: Final = {
    "care": ("护理、护士", frozenset({Role.CARER, Role.NURSE})),
    "desk": ("客服", frozenset({Role.DESK})),
    "leads": ("主管以上", frozenset({Role.SUPERVISOR, Role.DIRECTOR})),
    "others": ("管理、审计", frozenset({Role.ADMIN, Role.AUDITOR})),
}


@ROUTES.get("/staff", "staff/colleagues.html")
async def index(request: web.Request) -> dict[str, Any]:
    """Everybody."""
    return await _list(request) | {"found": None, "adding": False}


@ROUTES.get("/staff/list", "staff/_colleagues.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _list(request) | {"found": None, "on": whole(request.query.get("on", ""))}


@ROUTES.get("/staff/new", "staff/colleagues.html")
async def new(request: web.Request) -> dict[str, Any]:
    """A new colleague."""
    _changing(request)
    return await _list(request) | {"found": None, "adding": True}


@ROUTES.form("/staff/new", AddColleague, "staff/_added.html")
async def add(request: web.Request, form: AddColleague) -> dict[str, Any]:
    """Her first password is shown this once."""
    who, now = viewer(request), request.app[CLOCK]()
    row, password = await request.app[DATABASE].write(lambda db: colleagues.add(db, who, form, now))
    return {"row": row, "password": password, "new": True, "address": address(request)}


@ROUTES.get(ONE, "staff/colleagues.html")
async def one(request: web.Request) -> dict[str, Any]:
    """One colleague beside the list."""
    return await _list(request) | await _one(request)


@ROUTES.form(ONE, EditColleague, "staff/_one.html")
async def edit(request: web.Request, form: EditColleague) -> dict[str, Any]:
    """Name, role, floors, phone."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    await request.app[DATABASE].write(lambda db: colleagues.edit(db, who, number, form, now))
    return await _one(request, "存好了，从下一次点开始算。")


@ROUTES.post(ONE + "/password", "staff/_added.html")
async def reset(request: web.Request) -> dict[str, Any]:
    """Another first password, shown this once."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    row, password = await request.app[DATABASE].write(lambda db: colleagues.reset_password(db, who, number, now))
    return {"row": row, "password": password, "new": False, "address": address(request)}


@ROUTES.post(ONE + "/logout", "staff/_one.html")
async def log_out(request: web.Request) -> dict[str, Any]:
    """Everywhere."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    ended = await request.app[DATABASE].write(lambda db: colleagues.log_out_everywhere(db, who, number, now))
    return await _one(request, f"{ended} 处登录都退出了。")


@ROUTES.post(ONE + "/codes", "staff/_one.html")
async def reset_codes(request: web.Request) -> dict[str, Any]:
    """Her phone is lost."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    await request.app[DATABASE].write(lambda db: codes.reset(db, who, number, now))
    return await _one(request, "验证码重置了，下次登录要重新设。")


@ROUTES.post(ONE + "/out", "staff/_one.html")
async def put_out(request: web.Request) -> dict[str, Any]:
    """停用, at once and with nothing filled in."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    row = await request.app[DATABASE].write(lambda db: colleagues.put_out(db, who, number, now))
    return await _one(request, f"{row.name} 停用了，开着的页面都退出了。")


@ROUTES.post(ONE + "/back", "staff/_one.html")
async def take_back(request: web.Request) -> dict[str, Any]:
    """It was a mistake."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    row = await request.app[DATABASE].write(lambda db: colleagues.take_back(db, who, number, now))
    return await _one(request, f"{row.name} 又能登录了。")


@ROUTES.form(ONE + "/hand-over", HandOver, "staff/_one.html", may=LEADS)
async def hand_over(request: web.Request, form: HandOver) -> dict[str, Any]:
    """What she left goes to others by name; each thing by itself, so that one that cannot go holds up no other."""
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])
    database = request.app[DATABASE]
    hers = await database.read(lambda db: queries.hers(db, who.sight, access_colleague(db, who, number).id))
    wanted = {
        "case": (form.cases, cases.hand_over),
        "talk": (form.talks, talks.hand_over),
        "task": (form.tasks, tasks.hand_to),
    }
    if not any(to for to, _ in wanted.values()):
        raise Invalid(why="请先选交给谁。")
    done, left = 0, list[str]()
    for thing in hers:
        to, act = wanted[thing.kind]
        if not to:
            continue
        try:
            await database.write(partial(_hand, act, who, thing.id, to, now))
            done += 1
        except JiashuError as error:
            left.append(error.sentence)
    return await _one(request, f"交出去 {done} 件。" + "".join(left))


def _hand(
    act: Callable[[Unit, Viewer, int, int, datetime], None], who: Viewer, number: int, to: int, now: datetime, db: Unit
) -> None:
    act(db, who, number, to, now)


def _changing(request: web.Request) -> None:
    """Raises Invalid for who only sees."""
    if not may_change(viewer(request)):
        raise Invalid(why="加同事、改同事要由院长或管理员来做。")


async def _list(request: web.Request) -> dict[str, Any]:
    who, now, show = viewer(request), request.app[CLOCK](), request.query.get("show", "")
    access_page(who, COLLEAGUES)

    def work(db: Unit) -> dict[str, Any]:
        everybody = queries.everybody(db, who.home_id)
        return {
            "everybody": everybody,
            "phones": {row.id: db.open(row, "phone") or "" for row in everybody},
            "last": queries.last_in(db, who.home_id),
            "hands": queries.in_hands(db, who.home_id) if who.role in LEADS else {},
        }

    found = await request.app[DATABASE].read(work)
    todo = {row.id: _todo(row, found["hands"].get(row.id, 0), now) for row in found["everybody"]}
    here = [row for row in found["everybody"] if row.left_at is None]
    groups = {key: (name, sum(Role(row.role) in roles for row in here)) for key, (name, roles) in GROUPS.items()}
    shown = found["everybody"]
    if show in GROUPS:
        shown = [row for row in here if Role(row.role) in GROUPS[show][1]]
    elif show == "todo":
        shown = [row for row in shown if todo[row.id]]
    return found | {
        "shown": shown,
        "here": len(here),
        "gone": len(found["everybody"]) - len(here),
        "todo": todo,
        "todos": sum(bool(one) for one in todo.values()),
        "groups": groups,
        "show": show if show in {*GROUPS, "todo"} else "",
        "may_change": may_change(who),
        "roles": {role: word for role, word in ROLES.items() if role is not Role.DIRECTOR or who.role is Role.DIRECTOR},
        "Role": Role,
        "on": whole(request.match_info.get("colleague", "")),
        "done": "",
    }


def _todo(row: tables.Staff, hands: int, now: datetime) -> list[tuple[str, str]]:
    """What is to be done about her: a look and a word each."""
    if row.left_at is not None:
        return [("bad", f"手上 {hands} 件没交")] if hands else []
    found: list[tuple[str, str]] = []
    if row.first_password:
        found.append(("warn", "密码没改"))
    if row.pledged_at is None or row.pledge != pledge.PLEDGE:
        found.append(("warn", "承诺没签"))
    elif row.pledged_at + pledge.YEAR - now < pledge.SOON:
        found.append(("warn", "承诺快到期"))
    asked = row.totp_by is None or row.totp_by - now < pledge.YEAR
    if Role(row.role) in NEEDS_CODES and row.totp_at is None and asked:
        found.append(("warn", "验证码没设"))
    return found


async def _one(request: web.Request, done: str = "") -> dict[str, Any]:
    who, now, number = viewer(request), request.app[CLOCK](), int(request.match_info["colleague"])

    def work(db: Unit) -> dict[str, Any]:
        row = access_colleague(db, who, number)
        here = [one for one in queries.everybody(db, who.home_id) if one.left_at is None and one.id != row.id]
        return {
            "found": row,
            "phone": db.open(row, "phone") or "",
            "drawn": colleagues.revision_of(row),
            "places": queries.open_log_ins(db, row.id, now),
            "last_in": queries.last_in(db, who.home_id).get(row.id),
            "hers": queries.hers(db, who.sight, row.id) if who.role in LEADS else [],
            "families": families_contact.contacts(db, who.sight, row.id) if who.role in LEADS else [],
            "for_cases": [one for one in here if Role(one.role) in HANDLERS],
            "for_talks": [one for one in here if Role(one.role) in WORKS],
        }

    found = await request.app[DATABASE].read(work)
    row = found["found"]
    return found | {
        "adding": False,
        "done": done,
        "may_change": may_change(who),
        "may_reset_codes": codes.may_reset(who) and row.id != who.id,
        "leads": who.role in LEADS,
        "back_until": row.left_at + colleagues.BACK if row.left_at else None,
        "roles": {
            role: word
            for role, word in ROLES.items()
            if role is not Role.DIRECTOR or who.role is Role.DIRECTOR or row.role == role.value
        },
        "todo_of": _todo(row, len(found["hers"]), now),
        "Role": Role,
    }
