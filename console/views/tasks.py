"""任务: what is to be done, by whom, until when; written in one line, taken, handed over, given back, done."""

from typing import Any, Final

from aiohttp import web

from care.states import ROLES, Role
from care.words import whole
from console.context import CLOCK, DATABASE
from console.routes import Routes
from services.access import Viewer, access_page, access_person
from services.residents.access import access_resident
from services.talks import looking
from services.tasks import tasks
from services.tasks.access import TASKS, access_of_case, access_task
from services.tasks.forms import ActOnTask, AddTask, EditTask, GiveBack, HandTask
from storage.queries import residents, talks_doubts
from storage.queries import tasks as queries
from storage.unit import Unit
from web.forms import page_number
from web.sessions import viewer

ROUTES: Final = Routes(TASKS)
ONE: Final = r"/tasks/{task:\d{1,18}}"
FIRST: Final = [Role.CARER, Role.NURSE, Role.DESK, Role.SUPERVISOR, Role.DIRECTOR]
"""In the order in which somebody is looked for."""
WENT: Final = {
    "taken": "接了",
    "back": "退回",
    "edited": "改过",
    "done": "做好了",
    "dropped": "不用做了",
    "undone": "撤销，又开着",
}


@ROUTES.get("/tasks", "tasks/index.html")
async def index(request: web.Request) -> dict[str, Any]:
    """The list with the line for a new one."""
    return await _list(request) | await _form(request)


@ROUTES.get("/tasks/list", "tasks/_list.html")
async def rows(request: web.Request) -> dict[str, Any]:
    """The list alone, when something changed."""
    return await _list(request)


@ROUTES.form("/tasks/add", AddTask, "tasks/_list.html")
async def add(request: web.Request, form: AddTask) -> dict[str, Any]:
    """One line more."""
    who, now = viewer(request), request.app[CLOCK]()
    row = await request.app[DATABASE].write(lambda db: tasks.add(db, who, form, now))
    return await _list(request, row.id, "记下了。")


@ROUTES.get(ONE + "/more", "tasks/_more.html")
async def more(request: web.Request) -> dict[str, Any]:
    """Handing over, giving back, and through whose hands it went."""
    who, number = viewer(request), int(request.match_info["task"])

    def work(db: Unit) -> dict[str, Any]:
        row = access_task(db, who, number)
        return {
            "row": row,
            "words": db.words(row, "body"),
            "drawn": tasks.revision_of(row),
            "steps": queries.history(db, row.id),
            "whom": queries.whom(db, who.sight, FIRST),
        }

    found = await request.app[DATABASE].read(work)
    row = found["row"]
    return found | _words(request) | {"manages": tasks.manages(who, row), "WENT": WENT}


@ROUTES.forms(
    ONE + "/{act:take|done|undo|edit|hand|back|drop|lead}",
    "act",
    {
        "lead": ActOnTask,
        "take": ActOnTask,
        "done": ActOnTask,
        "undo": ActOnTask,
        "edit": EditTask,
        "hand": HandTask,
        "back": GiveBack,
        "drop": GiveBack,
    },
    "tasks/_list.html",
)
async def act(request: web.Request, form: ActOnTask | EditTask | HandTask | GiveBack) -> dict[str, Any]:
    """One act on one task."""
    who, now, number, word = viewer(request), request.app[CLOCK](), int(request.match_info["task"]), request.match_info

    def work(db: Unit) -> str:
        if isinstance(form, HandTask):
            row = tasks.hand_over(db, who, number, form, now)
            to = next((one[1] for one in queries.whom(db, who.sight, FIRST).staff if one[0] == row.owner_id), "")
            return f"交给{to or tasks.post_of(row)}了。"
        if isinstance(form, EditTask):
            tasks.edit(db, who, number, form, now)
            return "改好了。"
        if isinstance(form, GiveBack):
            if word["act"] == "back":
                tasks.give_back(db, who, number, form, now)
                return "退回了，谁都看得到原因。"
            tasks.drop(db, who, number, form, now)
            return "收掉了，一天之内能撤销。"
        if word["act"] == "lead":
            looking.calls_lead(db, who, number, form, now)
            return "已经响铃叫主管和院长。"
        if word["act"] == "take":
            tasks.take(db, who, number, form, now)
            return "在您手上了。"
        if word["act"] == "undo":
            tasks.undo(db, who, number, form, now)
            return "又开着了。"
        tasks.done(db, who, number, form, now)
        return "做好了。点错了，在下面能撤销。"

    return await _list(request, number, await request.app[DATABASE].write(work))


async def _list(request: web.Request, marked: int = 0, done: str = "") -> dict[str, Any]:
    who, now = viewer(request), request.app[CLOCK]()
    access_page(who, TASKS)
    show, page = _show(request, who), page_number(request.query)

    def work(db: Unit) -> dict[str, Any]:
        lines = queries.open_ones(db, who.sight, show, skip=page * queries.SHOWN)
        return {
            "counts": queries.counts(db, who.sight, now),
            "ended_many": queries.ended_many(db, who.sight, show, now),
            "lines": lines,
            "look_ins": talks_doubts.look_ins(db, [line.row.id for line in lines]),
            "looks": talks_doubts.of_tasks(db, who.sight, [line.row.id for line in lines if line.row.source == "look"]),
            "over": queries.ended_ones(db, who.sight, show, now),
        }

    found = await request.app[DATABASE].read(work)
    late = [line for line in found["lines"] if line.row.due_at is not None and line.row.due_at <= now]
    counts: queries.Counts = found["counts"]
    many = {"mine": counts.mine, "floor": counts.floor, "all": counts.every}[show]
    overdue = {"mine": counts.late, "floor": counts.late_floor, "all": counts.late_all}[show]
    pages = {"page": page, "more": (page + 1) * queries.SHOWN < many, "overdue": overdue}
    return found | _words(request) | pages | {"show": show, "late": late, "marked": marked, "done": done}


def _words(request: web.Request) -> dict[str, Any]:
    return {
        "post_of": tasks.post_of,
        "drawn_of": tasks.revision_of,
        "ROLES": {role.value: ROLES[role] for role in FIRST},
        "shown": f"?show={_show(request, viewer(request))}"
        + (f"&page={page}" if (page := page_number(request.query)) else ""),
    }


def _show(request: web.Request, who: Viewer) -> str:
    wanted = request.query.get("show", "mine")
    return wanted if wanted in {"all", "mine"} or (wanted == "floor" and who.floors) else "mine"


async def _form(request: web.Request) -> dict[str, Any]:
    """What the line for a new one offers; `?talk=`, `?case=` and `?resident=` say what it is about."""
    who = viewer(request)
    asked = {name: whole(request.query.get(name, "")) or 0 for name in ("talk", "case", "resident")}

    def work(db: Unit) -> dict[str, Any]:
        about = ""
        if asked["talk"]:
            about = f"{db.open(access_person(db, who, asked['talk']), 'name') or '没写姓名的人'}的会话"
        elif asked["case"]:
            about = f"投诉 {access_of_case(db, who, asked['case']).number}"
        elif asked["resident"]:
            access_resident(db, who, asked["resident"])
        return {
            "about": about,
            "whom": queries.whom(db, who.sight, FIRST),
            "residents": residents.lines(db, who.sight),
        }

    return await request.app[DATABASE].read(work) | {"asked": asked, "begun": any(asked.values())}
