"""Who opens a page: the platform's web login (snsapi_base) once, then a sealed cookie of a few hours (wechat.md 6).

A virtual openid (快照页) is nobody. The cookie proves an openid only; what its person may read is asked of the database
each time. It also remembers of which log-in it came, since the platform's redirect may come twice (fault W8).
"""

import base64
import binascii
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

from care.errors import NotFound
from services.house import House
from services.ports import CodeUsed, Identify, NotIdentified
from settings.clock import Clock
from storage.seal import Sealer, Unreadable

COOKIE: Final = "jiashu_page"
KNOCK: Final = "jiashu_knock"
LASTS: Final = timedelta(hours=6)
KNOCKS: Final = timedelta(minutes=10)
"""How long a login may take; its code at the platform lives for 5 minutes."""
OPENID: Final = web.RequestKey("openid", str)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Opens:
    """For whom an address is."""

    who: str


KNOWN: Final = Opens("a phone that the platform has named")
STRANGER: Final = Opens("whoever comes: the way in, and what an SMS leads to")


Address = tuple[str, str, Handler, Opens]
"""Method, path below /p, what serves it, for whom."""
OPENS: Final = web.AppKey[dict[object, Opens]]("page_opens")
"""For whom each address was added, by what serves it."""


def add(app: web.Application, addresses: Iterable[Address]) -> None:
    """Serve these; what is added in another way is refused."""
    kept = app.setdefault(OPENS, {})
    for method, path, handler, opens in addresses:
        (app.router.add_get if method == "GET" else app.router.add_post)(path, handler)
        kept[handler] = opens


class Door:
    """Lets people in, or sends them to the platform first."""

    def __init__(self, house: House, platform: str, sealer: Sealer, clock: Clock, identify: Identify) -> None:
        """`platform` is the address at which the platform says who somebody is, unless the house knows another."""
        self._house, self._platform = house, platform
        self._sealer, self._clock, self._identify = sealer, clock, identify

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """What was added for a stranger, and static files, are for everybody; what was added for a phone that is known
        needs to know whose it is; whatever was added without a word does not exist.
        """
        static = isinstance(request.match_info.route.resource, web.StaticResource)
        opens = request.app[OPENS].get(request.match_info.handler)
        if opens is STRANGER or static:
            return await handler(request)
        if opens is None:
            raise NotFound
        known = self._known(request)
        if known is None:
            if request.method != "GET":
                raise NotIdentified
            return self._to_platform(request.path)
        if request.method == "POST":
            same_origin(request)
        request[OPENID] = known[0]
        return await handler(request)

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """GET /p/in?code=…&state=…: back from the platform. The state must be the one of this browser.

        The same call may come again: with the cookie of its own log-in it leads on; when the first answer was lost on
        the way, its code is used up, and the log-in begins once more. Raises NotIdentified.
        """
        state, known = request.query.get("state", ""), self._known(request)
        if known is not None and _same(known[1], state):
            return web.Response(status=303, headers={"Location": known[2]})
        nonce, again, path = _parts(self._read(request.cookies.get(KNOCK, ""), KNOCKS))
        if not _same(nonce, state):
            raise NotIdentified
        try:
            openid = await self._identify(request.query.get("code", ""))
        except CodeUsed:
            if again:
                raise
            return self._to_platform(path, again="again")
        path = path or "/p/letters"
        answer = web.Response(status=303, headers={"Location": path})
        self._remember(answer, COOKIE, self._write(f"{openid} {nonce} {path}"), LASTS)
        answer.del_cookie(KNOCK, path="/p")
        return answer

    def _known(self, request: web.Request) -> tuple[str, str, str] | None:
        """Openid, state and goal of the log-in that this browser has behind it."""
        found = self._read(request.cookies.get(COOKIE, ""), LASTS)
        return _parts(found) if found else None

    def _to_platform(self, path: str, again: str = "") -> web.StreamResponse:
        """The state is short (128 bytes at most) and says nothing; where the way goes on stands in a sealed cookie."""
        here = self._house.public_url.rstrip("/")
        if not here:
            raise NotFound
        nonce = secrets.token_hex(16)
        query = {
            "appid": self._house.app_id,
            "redirect_uri": f"{here}/p/in",
            "response_type": "code",
            "scope": "snsapi_base",
            "state": nonce,
        }
        answer = web.Response(
            status=303,
            headers={"Location": f"{self._house.authorize_url or self._platform}?{urlencode(query)}#wechat_redirect"},
        )
        self._remember(answer, KNOCK, self._write(f"{nonce} {again} {path}"), KNOCKS)
        return answer

    def _remember(self, answer: web.Response, name: str, value: str, lasts: timedelta) -> None:
        secure = self._house.public_url.startswith("https://")
        answer.set_cookie(
            name, value, max_age=int(lasts.total_seconds()), path="/p", httponly=True, samesite="Lax", secure=secure
        )

    def _write(self, words: str) -> str:
        told = json.dumps({"at": self._clock().timestamp(), "is": words}).encode()
        return base64.urlsafe_b64encode(self._sealer.seal("page", "door", 0, told)).decode().rstrip("=")

    def _read(self, sealed: str, lasts: timedelta) -> str | None:
        try:
            told = json.loads(
                self._sealer.open("page", "door", 0, base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4)))
            )
        except (Unreadable, ValueError, binascii.Error):
            return None
        age = self._clock().timestamp() - told["at"]
        return str(told["is"]) if -lasts.total_seconds() <= age <= lasts.total_seconds() else None


def _parts(told: str | None) -> tuple[str, str, str]:
    """Three words; an older cookie has fewer."""
    first, _, rest = (told or "").partition(" ")
    second, _, third = rest.partition(" ")
    return first, second, third


def _same(nonce: str, state: str) -> bool:
    return bool(nonce) and hmac.compare_digest(nonce.encode(), state.encode())


def same_origin(request: web.Request) -> None:
    """A form of another site is no wish of this person. Raises NotIdentified."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise NotIdentified
