"""想怎样收到: what a relative does not want to be sent, and when, on her own page (N7)."""

from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web

from care import preferences as rules
from care.errors import Changed, Invalid
from pages.context import CLOCK, DATABASE
from pages.door import OPENID
from services.families import preferences
from services.families.forms import PreferRelative
from services.letters.letters import who_reads
from storage.unit import Unit
from web.forms import read

TEMPLATE: Final = "preferences.html"


@aiohttp_jinja2.template(TEMPLATE)
async def show(request: web.Request) -> dict[str, Any]:
    """What stands. Raises NotARelative for who belongs to no resident."""
    return await _drawn(request)


@aiohttp_jinja2.template(TEMPLATE)
async def save(request: web.Request) -> dict[str, Any]:
    """Keep it; it holds from the next message on."""
    form, openid, now = await read(request, PreferRelative), request[OPENID], request.app[CLOCK]()
    try:
        await request.app[DATABASE].write(lambda db: preferences.prefer_own(db, who_reads(db, openid), form, now))
    except (Invalid, Changed) as error:
        return await _drawn(request, problem=error.sentence)
    return await _drawn(request, told="记下了，从下一条起照这样发。")


async def _drawn(request: web.Request, told: str = "", problem: str = "") -> dict[str, Any]:
    openid = request[OPENID]

    def work(db: Unit) -> dict[str, Any]:
        person = preferences.access_own(db, who_reads(db, openid))
        return {
            "declined": rules.read(person.declines),
            "chosen": {"hour_from": person.hour_from, "hour_until": person.hour_until},
            "drawn": preferences.revision_of(person),
        }

    return await request.app[DATABASE].read(work) | {"rules": rules, "told": told, "problem": problem}
