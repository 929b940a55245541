"""While a home practises, every page says so: those of the console, of families, and what is printed (F54)."""

from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Middleware

from services.house import House

BAND: Final = "练习中 · 没有一句话会发到真的微信"
MARK: Final = 'data-practice="1"'
"""What a page has that shows the band itself, in its own place."""
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def mark(house: House, style: str) -> Middleware:
    """Put the band at the head of whole pages; `style` is the address of its rules."""
    band = f'<p class="practising" role="note" {MARK}>{BAND}</p>'

    @web.middleware
    async def marked(request: web.Request, handler: Handler) -> web.StreamResponse:
        answer = await handler(request)
        if house.practice is None or not isinstance(answer, web.Response) or answer.content_type != "text/html":
            return answer
        page = answer.text or ""
        begins, head = page.find("<body"), page.find("</head>")
        if 0 <= head < begins and MARK not in page:
            inside = page.index(">", begins) + 1
            link = f'<link rel="stylesheet" href="{style}">'
            answer.text = f"{page[:head]}{link}{page[head:inside]}{band}{page[inside:]}"
        return answer

    return marked
