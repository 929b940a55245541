"""Who may use the simulator: programs of this machine, and its own page in a browser (fault S5).

Its page signs messages that a service believes, and has no log-in. So no page of another site may press its buttons,
nor reach it under a name of its own (DNS rebinding).
"""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

HERE = {"127.0.0.1", "localhost", "::1"}
READING = {"GET", "HEAD"}
DOOR = "X-Door"
CALLED = ("/cgi-bin/", "/sns/")
"""What an account asks of its platform, with a secret of its own each time."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine."""
    return urlsplit(url).hostname in HERE


@web.middleware
async def only_here(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """403 for a strange Host; for what changes something, also for another Origin.

    A browser says where a request comes from; what says nothing is a program.
    """
    host, headers = request.headers.get("Host", ""), request.headers
    if not is_loopback(f"//{host}"):
        raise web.HTTPForbidden(text="the simulator is for this machine only")
    changes = request.method not in READING or request.path == "/open"
    foreign = headers.get("Origin", f"http://{host}") != f"http://{host}"
    if changes and (foreign or headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}):
        raise web.HTTPForbidden(text="another site may not use the simulator")
    answer = await handler(request)
    if not answer.prepared:
        answer.headers.setdefault("X-Frame-Options", "DENY")
    return answer


def behind(key: str) -> Middleware:
    """403 without the key, but for calls of the account: on the machine of a real home others may have a log-in, and
    the phones show what families read.
    """

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        shown = request.headers.get(DOOR, "")
        if not (request.path.startswith(CALLED) or hmac.compare_digest(shown.encode(), key.encode())):
            raise web.HTTPForbidden(text="the phones of this home are in its console")
        return await handler(request)

    return check
