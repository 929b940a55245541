"""是谁的手机 on the page of a resident: which phones, whose each is, and another answer (F3)."""

from typing import Any, Final

from aiohttp import web

from care.errors import JiashuError
from console.context import CLOCK, DATABASE, account
from console.routes import Routes
from console.views.families_day import ELDERS
from services.access import HANDLERS
from services.families import phones
from services.families.forms import ChangePhone
from services.residents.access import RESIDENTS, access_resident
from storage.queries import families_phones as queries
from storage.queries import residents
from storage.unit import Unit
from web.sessions import viewer

ROUTES: Final = Routes(HANDLERS)
HERE: Final = r"/residents/{resident:\d{1,18}}/phones"


@ROUTES.get(HERE, "families/_phones.html", may=RESIDENTS)
async def part(request: web.Request) -> dict[str, Any]:
    """On the page of a resident, for whoever works there."""
    return await _phones(request)


@ROUTES.form(rf"{HERE}/{{follower:\d{{1,18}}}}", ChangePhone, "families/_phones.html")
async def change(request: web.Request, form: ChangePhone) -> dict[str, Any]:
    """Whose phone it is after all; the menu of elders comes or goes with it."""
    who, now = viewer(request), request.app[CLOCK]()
    resident, follower = int(request.match_info["resident"]), int(request.match_info["follower"])
    openid, kind = await request.app[DATABASE].write(lambda db: phones.change(db, who, resident, follower, form, now))
    failed = ""
    try:
        desk = account(request)
        tag = await desk.tag(ELDERS)
        await (desk.unmark if kind == "room" else desk.mark)(openid, tag)
    except JiashuError as error:
        failed = f"改好了，手机上的菜单还没换：{error.sentence}"
    return await _phones(request) | {"done": "" if failed else "改好了，手机上的菜单也换了。", "failed": failed}


async def _phones(request: web.Request) -> dict[str, Any]:
    who, now, resident = viewer(request), request.app[CLOCK](), int(request.match_info["resident"])

    def work(db: Unit) -> dict[str, Any]:
        row = access_resident(db, who, resident)
        found = queries.of_resident(db, row, now)
        return {
            "line": residents.one(db, row),
            "phones": [(one, phones.revision_of(one)) for one in found],
            "others": queries.others(db, row, who.sight) if found and who.role in HANDLERS else [],
            "may_change": who.role in HANDLERS,
            "KINDS": phones.KINDS,
            "done": "",
            "failed": "",
        }

    return await request.app[DATABASE].read(work)
