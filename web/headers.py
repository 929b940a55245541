"""Headers that every page carries: nothing loaded from outside, no frame, no guess of types, no cache of what is
personal.
"""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web

CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; connect-src "
    "'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
)
HEADERS: Final = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


@web.middleware
async def secure(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Put the headers on every answer, also on redirects and errors."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        _dress(request, error)
        raise
    if not response.prepared:
        _dress(request, response)
    return response


def _dress(request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    lasting = "/static/" in request.path
    response.headers.setdefault("Cache-Control", "public, max-age=3600" if lasting else "no-store")
