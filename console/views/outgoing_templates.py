"""模板消息: which template of the account tells a family something when the window is shut (wechat.md 5a)."""

from typing import Any, Final

from aiohttp import web

from care.errors import JiashuError
from care.templates import KINDS, VALUES, fields_of
from console.context import CLOCK, DATABASE, account
from console.routes import Routes
from services.access import access_page
from services.outgoing import templates
from services.outgoing.access import TEMPLATES
from services.outgoing.forms import BindTemplate
from web.sessions import viewer

ROUTES: Final = Routes(TEMPLATES)


@ROUTES.get("/templates", "outgoing/templates.html")
async def bound(request: web.Request) -> dict[str, Any]:
    """Which template stands for what."""
    return await _templates(request)


@ROUTES.form("/templates", BindTemplate, "outgoing/_templates.html")
async def bind(request: web.Request, form: BindTemplate) -> dict[str, Any]:
    """Bind one, or none."""
    who, now = viewer(request), request.app[CLOCK]()
    there = await account(request).templates() if form.template else []
    await request.app[DATABASE].write(lambda db: templates.bind(db, who, form, there, now))
    return await _templates(request, "绑好了，从下一条起用它。" if form.template else "不用模板了。")


async def _templates(request: web.Request, said: str = "") -> dict[str, Any]:
    who = viewer(request)
    access_page(who, TEMPLATES)
    there: list[dict[str, str]] = []
    problem = ""
    try:
        there = await account(request).templates()
    except JiashuError as error:
        problem = error.sentence
    rows = await request.app[DATABASE].read(lambda db: templates.bound(db, who.home_id))
    offered = [(one, fields_of(one["content"])) for one in there]
    choices = {
        (kind.word, field.key): [word for word in kind.values if field.kind and templates.may_fill(field.kind, word)]
        for kind in KINDS
        for _, fields in offered
        for field in fields
    }
    return {
        "kinds": KINDS,
        "values": VALUES,
        "bound": rows,
        "lines": {kind: templates.lines_of(row.lines) for kind, row in rows.items()},
        "there": offered,
        "choices": choices,
        "problem": problem,
        "said": said,
    }
