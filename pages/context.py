"""What the pages of the families stand on, and the size in which somebody reads."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import aiohttp_jinja2
from aiohttp import web

from services.house import House
from services.letters.letters import Ask
from settings.clock import Clock
from storage.database import Database

DATABASE: Final = web.AppKey("page_database", Database)
CLOCK: Final = web.AppKey[Clock]("page_clock")
FOLDER: Final = web.AppKey("page_folder", Path)
HOUSE: Final = web.AppKey("page_house", House)
ASK: Final = web.AppKey[Ask]("page_ask")


def in_size(request: web.Request, template: str, facts: Mapping[str, Any]) -> web.StreamResponse:
    """A page; 大字 stays as the reader chose it last."""
    chosen = request.query.get("size")
    size = "big" if (chosen or request.cookies.get("jiashu_size", "")) == "big" else ""
    answer = aiohttp_jinja2.render_template(template, request, {**facts, "size": size})
    if chosen:
        answer.set_cookie("jiashu_size", size, max_age=365 * 86_400, path="/p", httponly=True, samesite="Lax")
    return answer
