"""Addresses of the console: each stands under a permission, and a form that comes in is a value before anybody sees it.

A views module has one `Routes`; the console finds it by folder. An address without a permission is refused.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final, TypeVar

import aiohttp_jinja2
from aiohttp import web

from care.errors import NotFound
from care.states import Role
from console.context import DATABASE
from services.access import Page, page_at
from services.form import Form
from storage.looked import Look
from web.forms import read
from web.sessions import viewer

F = TypeVar("F", bound=Form)
Answer = web.StreamResponse | dict[str, Any]
"""A response, or what the template of the address is filled with."""
Handler = Callable[[web.Request], Awaitable[Answer]]
H = TypeVar("H", bound=Handler)
Filled = Callable[[web.Request, F], Awaitable[Answer]]
"""A handler that gets its form."""
Served = Callable[[web.Request], Awaitable[web.StreamResponse]]
MAY: Final = "may"
"""Where a served handler keeps its permission."""


@dataclass(frozen=True, slots=True)
class Anybody:
    """A permission that asks for no page."""

    who: str


COLLEAGUE: Final = Anybody("whoever has a session")
STRANGER: Final = Anybody("whoever comes")
May = Page | frozenset[Role] | Anybody
OBJECT: Final = re.compile(r"\{\w+:\\d\{1,18\}[}|]")
"""The id of something in an address."""


@dataclass(frozen=True, slots=True)
class Route:
    """One address as it is served."""

    method: str
    path: str
    handler: Served


OF_EVERY_PAGE: Final = frozenset(
    {
        "viewer",
        "csrf",
        "path",
        "seen",
        "nav_pages",
        "duty",
        "hearing",
        "takes",
        "alarms",
        "downtimes",
        "unreadable",
        "locks",
        "ended",
        "apart",
        "playing",
        "closed",
        "codes_by",
        "at_station",
        "practising",
        "idle",
    }
)
"""What the frame of each page is drawn from (`console.app`): a view that gives one of these words another meaning
breaks the frame, and only where somebody looks.
"""


class Routes:
    """The addresses of one views module; `may` is the permission of those that have none of their own."""

    def __init__(self, may: May) -> None:
        self._may = may
        self.all: list[Route] = []

    def get(self, path: str, template: str = "", *, may: May | None = None) -> Callable[[H], H]:
        """A page, or a part of one."""
        return lambda handler: self._add("GET", path, handler, template, may)

    def post(self, path: str, template: str = "", *, may: May | None = None) -> Callable[[H], H]:
        """An act without a form."""
        return lambda handler: self._add("POST", path, handler, template, may)

    def form(
        self, path: str, kind: type[F], template: str = "", *, may: May | None = None
    ) -> Callable[[Filled[F]], Filled[F]]:
        """An act with a form; the handler gets it filled."""
        return lambda handler: self._filled(path, handler, lambda _: kind, template, may)

    def forms(
        self, path: str, word: str, kinds: Mapping[str, type[Form]], template: str = "", *, may: May | None = None
    ) -> Callable[[Filled[Any]], Filled[Any]]:
        """Acts of one address; `word` is the part of it that chooses the form."""
        return lambda handler: self._filled(
            path, handler, lambda request: kinds[request.match_info[word]], template, may
        )

    def _filled(
        self,
        path: str,
        handler: Filled[Any],
        kind: Callable[[web.Request], type[Form]],
        template: str,
        may: May | None,
    ) -> Filled[Any]:
        @wraps(handler)
        async def filled(request: web.Request) -> Answer:
            return await handler(request, await read(request, kind(request)))

        self._add("POST", path, filled, template, may)
        return handler

    def _add(self, method: str, path: str, handler: H, template: str, may: May | None) -> H:
        permission = self._may if may is None else may
        whole = "" if method != "GET" or isinstance(permission, Anybody) or OBJECT.search(path) else path
        """Of an address that shows lists; what names an object is noted by its door (S4)."""
        if whole and isinstance(permission, Page):
            whole = permission.path

        @wraps(handler)
        async def served(request: web.Request) -> web.StreamResponse:
            if not allows(permission, request):
                raise NotFound
            answer = await handler(request)
            if whole:
                who = viewer(request)
                request.app[DATABASE].note([Look(who.home_id, f"staff:{who.id}", f"page:{page_of(whole)}")])
            if isinstance(answer, web.StreamResponse):
                return answer
            if not OF_EVERY_PAGE.isdisjoint(answer):
                message = f"{template}: {sorted(OF_EVERY_PAGE.intersection(answer))} mean something on every page"
                raise ValueError(message)
            return aiohttp_jinja2.render_template(template, request, answer)

        setattr(served, MAY, permission)
        self.all.append(Route(method, path, served))
        return handler


def page_of(path: str) -> str:
    """The page to which an address belongs, else the address itself up to what it is filled with."""
    parts = path.partition("{")[0].rstrip("/").removesuffix("/part").split("/")
    known = ("/".join(parts[:many]) for many in range(len(parts), 1, -1))
    return next((one for one in known if page_at(one) is not None), "/".join(parts))


def allows(may: May, request: web.Request) -> bool:
    """Whether who asks has the permission of the address."""
    if isinstance(may, Page):
        return viewer(request).sees(may)
    return isinstance(may, Anybody) or viewer(request).role in may


@web.middleware
async def guard(request: web.Request, handler: Served) -> web.StreamResponse:
    """Whatever was added without a permission does not exist; files of the console itself are for everybody."""
    served = request.match_info.handler
    if not hasattr(served, MAY) and not isinstance(request.match_info.route.resource, web.StaticResource):
        raise NotFound
    return await handler(request)
