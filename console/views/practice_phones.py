"""The simulated phones of practice within the console: whoever works here plays them in any browser, with no further
port open and no second log-in (F54).

What a phone asks goes on to the simulator of this machine with the key of practice; where the simulator or a link
leads to this machine, the browser is led to the same place by whatever name it has for us.
"""

import contextlib
import io
import json
from typing import Final

import aiohttp
from aiohttp import web
from yarl import URL

from care.errors import JiashuError, NotFound
from console.context import HOUSE, PHONES
from console.routes import Routes
from services.practice.access import PHONES as MAY
from settings import is_loopback
from web.sessions import SESSION

ROUTES: Final = Routes(MAY)
HERE: Final = "/console/practice/phones"
DOOR: Final = "X-Door"
PHONE: Final = "jiashu_phone"
"""Whose phone opened the last link; the simulator calls its own cookie `phone`."""
BIGGEST: Final = 12 * 1024 * 1024
WITHIN: Final = aiohttp.ClientTimeout(total=15, sock_connect=3)
LISTENS: Final = aiohttp.ClientTimeout(total=50, sock_connect=3)
"""A stream ends by itself, and the page asks anew with the session that it has then."""


class NotUp(JiashuError):
    """模拟手机还没有起来，请过几秒再刷新。一直这样，请管机器的人看服务的日志。"""

    status = 503


class TooBig(JiashuError):
    """文件太大：照片和视频最多 10 MB，语音最多 2 MB。"""

    status = 413


@ROUTES.get("/practice/phones")
async def door(_: web.Request) -> web.StreamResponse:
    """What the page names stands behind this blank."""
    raise web.HTTPSeeOther(f"{HERE}/")


@ROUTES.get("/practice/phones/")
async def page(request: web.Request) -> web.StreamResponse:
    """The phones, with the secret that acts of this session carry."""
    answer = await _passed_on(request, "/")
    csrf = json.dumps(request[SESSION].csrf)
    answer.text = (answer.text or "").replace("</head>", f'<meta name="csrf" content={csrf}>\n</head>')
    return answer


@ROUTES.get("/practice/phones/api/state")
@ROUTES.get(r"/practice/phones/static/{file:[\w.-]+}")
@ROUTES.get(r"/practice/phones/api/media/{media:[\w-]+}")
@ROUTES.get("/practice/phones/connect/oauth2/authorize")
async def asked(request: web.Request) -> web.StreamResponse:
    """What the page reads, and where a family page asks whose phone it is."""
    return await _passed_on(request, request.path.removeprefix(HERE))


@ROUTES.get("/practice/phones/open")
async def opened(request: web.Request) -> web.StreamResponse:
    """A link that is tapped on a phone; another site presses none here."""
    if request.headers.get("Sec-Fetch-Site", "none") not in {"same-origin", "none"}:
        raise NotFound
    return await _passed_on(request, "/open")


@ROUTES.post("/practice/phones/api/{act:text|file|location|link|menu|scan|follow}")
async def acted(request: web.Request) -> web.StreamResponse:
    """What somebody does on a phone."""
    parts, size = list[bytes](), 0
    async for part in request.content.iter_chunked(65_536):
        parts.append(part)
        size += len(part)
        if size > BIGGEST:
            raise TooBig
    return await _passed_on(request, f"/api/{request.match_info['act']}", b"".join(parts))


@ROUTES.get("/practice/phones/api/events")
async def events(request: web.Request) -> web.StreamResponse:
    """Wake-ups for the open page, without a word of anybody."""
    base, headers = _simulator(request)
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    try:
        async with request.app[PHONES].get(f"{base}/api/events", headers=headers, timeout=LISTENS) as heard:
            await answer.prepare(request)
            async for part in heard.content.iter_any():
                await answer.write(part)
    except (aiohttp.ClientError, TimeoutError, ConnectionError) as error:
        if not answer.prepared:
            raise NotUp from error
    return answer


def _simulator(request: web.Request) -> tuple[str, dict[str, str]]:
    """Where it listens, and what opens it. Raises NotFound without practice, NotUp while it starts."""
    stands = request.app[HOUSE].practice
    if stands is None or stands.closing:
        raise NotFound
    if not stands.port:
        raise NotUp
    return f"http://127.0.0.1:{stands.port}", {DOOR: stands.door}


async def _passed_on(request: web.Request, path: str, body: bytes | None = None) -> web.Response:
    base, headers = _simulator(request)
    if "Content-Type" in request.headers and body is not None:
        headers["Content-Type"] = request.headers["Content-Type"]
    if PHONE in request.cookies:
        headers["Cookie"] = f"phone={request.cookies[PHONE]}"
    to, sent = URL(f"{base}{path}").with_query(request.rel_url.query), None if body is None else io.BytesIO(body)
    try:
        async with request.app[PHONES].request(
            request.method, to, data=sent, headers=headers, timeout=WITHIN, allow_redirects=False
        ) as told:
            answer = web.Response(body=await told.read(), status=told.status)
            answer.headers["Content-Type"] = told.headers.get("Content-Type", "text/plain")
            goes, phone = told.headers.get("Location", ""), told.cookies.get("phone")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NotUp from error
    if goes:
        with contextlib.suppress(ValueError):
            goes = URL(goes).raw_path_qs if is_loopback(goes) else goes
        answer.headers["Location"] = goes
    if phone is not None:
        answer.set_cookie(PHONE, phone.value, path=HERE, httponly=True, samesite="Lax")
    return answer
