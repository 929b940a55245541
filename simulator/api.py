"""The platform's API as the service calls it: tokens, customer-service messages, media.

Errors come as HTTP 200, as they do there.
"""

import asyncio
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from aiohttp import web

from simulator.world import World

WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    41005: "media data missing",
    40007: "invalid media_id",
    40013: "invalid appid",
    40029: "invalid code",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40125: "invalid appsecret",
    41001: "access_token missing",
    42001: "access_token expired",
    43004: "require subscribe",
    44002: "empty post data",
    44004: "empty content",
    45002: "content size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45047: "out of response count limit",
    47001: "data format error",
    48002: "user refuse to accept the msg",
}
LONGEST = 2048
BIGGEST = 2 * 1024 * 1024
SOUNDS = (b"ID3", b"\xff", b"#!AMR\n")


def seconds(sound: bytes) -> int:
    """How long a phone says that a sound is: MP3 of 48 kbit/s, AMR of 12.2 kbit/s."""
    return max(1, round(len(sound) / (1_625 if sound.startswith(b"#!AMR") else 6_000)))


class Api:
    """The handlers."""

    def __init__(self, world: World) -> None:
        self.world = world

    def routes(self, router: web.UrlDispatcher) -> None:
        """All addresses."""
        router.add_post("/cgi-bin/stable_token", self.stable_token)
        router.add_get("/cgi-bin/token", self.plain_token)
        router.add_post("/cgi-bin/message/custom/send", self.send)
        router.add_get("/cgi-bin/media/get", self.media)
        router.add_post("/cgi-bin/media/upload", self.upload)
        router.add_get("/connect/oauth2/authorize", self.authorize)
        router.add_get("/sns/oauth2/access_token", self.web_login)

    def _answer(
        self, kind: str, what: str, started: float, code: int, extra: dict[str, Any] | None = None, **more: Any
    ) -> web.Response:
        answer = {
            "errcode": code,
            "errmsg": WORDS.get(code, "ok" if code == 0 else "error")
            + ("" if code == 0 else f" rid: {int(time.time())}"),
        }
        result = "0" if code == 0 else f"{code} {WORDS.get(code, 'error')}"
        self.world.note(
            "call", kind, what, ok=code == 0, code=code, ms=(time.monotonic() - started) * 1000, result=result, **more
        )
        return web.Response(text=json.dumps(extra or answer, ensure_ascii=False), content_type="text/plain")

    async def _begin(self) -> float:
        started = time.monotonic()
        if self.world.faults["delay"]:
            await asyncio.sleep(6)
        return started

    async def stable_token(self, request: web.Request) -> web.Response:
        """POST JSON."""
        started = await self._begin()
        asked = json.loads(await request.text() or "{}")
        return self._grant(started, asked.get("appid"), asked.get("secret"), force=bool(asked.get("force_refresh")))

    async def authorize(self, request: web.Request) -> web.Response:
        """Where a page sends its reader first: WeChat knows whose phone it is, here the cookie of the last opened link
        tells.
        """
        asked, openid = request.query, request.cookies.get("phone", "")
        if openid not in self.world.phones:
            return web.Response(text="请在微信客户端打开链接", status=400)
        if (
            asked.get("appid") != self.world.keys.app_id
            or asked.get("response_type") != "code"
            or asked.get("scope") != "snsapi_base"
        ):
            return web.Response(text="Oops! Something went wrong:(", status=400)
        code = secrets.token_hex(16)
        self.world.codes[code] = (openid, self.world.now() + 300)
        self.world.note("sim", "网页授权", f"{self.world.phones[openid].name} 打开网页", ok=True)
        raise web.HTTPFound(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked.get('state', '')})}")

    async def web_login(self, request: web.Request) -> web.Response:
        """GET: whose code it is; a code works once, for 5 minutes."""
        started, asked = await self._begin(), request.query
        if asked.get("appid") != self.world.keys.app_id:
            return self._answer("网页授权", "", started, 40013)
        if asked.get("secret") != self.world.keys.secret:
            return self._answer("网页授权", "", started, 40125)
        openid, until = self.world.codes.pop(asked.get("code", ""), ("", 0.0))
        if not openid or until < self.world.now():
            return self._answer("网页授权", "", started, 40029)
        extra: dict[str, Any] = {
            "access_token": secrets.token_hex(16),
            "expires_in": 7200,
            "openid": openid,
            "scope": "snsapi_base",
        }
        if self.world.faults["snapshot"]:
            extra |= {"openid": "oVirtual" + secrets.token_hex(10), "is_snapshotuser": 1}
        return self._answer("网页授权", self.world.phones[openid].name, started, 0, extra)

    async def plain_token(self, request: web.Request) -> web.Response:
        """The old way; it works, and each call makes the older one die."""
        started = await self._begin()
        return self._grant(started, request.query.get("appid"), request.query.get("secret"), force=True)

    def _grant(self, started: float, app_id: str | None, secret: str | None, *, force: bool) -> web.Response:
        keys = self.world.keys
        code = 40013 if app_id != keys.app_id else 40125 if secret != keys.secret else 0
        if code:
            return self._answer("stable_token", "令牌", started, code)
        token, life = self.world.token(force=force)
        return self._answer("stable_token", f"令牌 · {life} s", started, 0, {"access_token": token, "expires_in": life})

    async def send(self, request: web.Request) -> web.Response:
        """A customer-service message."""
        started, world = await self._begin(), self.world
        raw = (await request.read()).decode("utf-8", "replace")
        try:
            asked = json.loads(raw)
            openid, kind = str(asked["touser"]), str(asked["msgtype"])
            media = str(asked["voice"]["media_id"]) if kind == "voice" else ""
            content = str(asked["text"]["content"]) if kind == "text" else f"［{kind}］"
        except (ValueError, KeyError, TypeError):
            return self._answer("custom/send", "读不懂的内容", started, 47001, openid="", content="")
        phone = world.phones.get(openid)
        name = phone.name if phone else openid
        code = self._refusal(request, openid, content, raw, media)
        if not code:
            world.show(
                openid,
                "home",
                kind,
                content,
                **({"media": media, "seconds": seconds(world.media[media][2])} if media else {}),
            )
        return self._answer(
            "custom/send", f"{name} · {content}", started, code, openid=openid, content=content, media=media
        )

    def _refusal(self, request: web.Request, openid: str, content: str, raw: str, media: str = "") -> int:
        world = self.world
        if fault := world.token_fault(request.query.get("access_token", "")):
            return fault
        if world.errcodes:
            code = world.errcodes.popleft()
            world.tell("state")
            if code == 40001:
                world.tokens.clear()
            return code
        phone = world.phones.get(openid)
        if phone is None:
            return 40003
        if "\\u" in raw:
            return 40033
        if not content:
            return 44004
        if len(content.encode()) > LONGEST:
            return 45002
        if media and world.media.get(media, (0.0, "", b""))[0] <= world.now():
            return 40007
        return phone.spend(world.now())

    async def upload(self, request: web.Request) -> web.Response:
        """A temporary file of the account: a sound of at most 2 MB; it dies after 3 days."""
        started, world = await self._begin(), self.world
        code = world.token_fault(request.query.get("access_token", ""))
        form = await request.post()
        part = form.get("media")
        data = part.file.read() if isinstance(part, web.FileField) else b""
        wrong = {
            40004: request.query.get("type") != "voice",
            41005: not data,
            40006: len(data) > BIGGEST,
            40005: not data.startswith(SOUNDS),
        }
        code = code or next((each for each, is_so in wrong.items() if is_so), 0)
        if code:
            return self._answer("media/upload", "语音", started, code)
        media_id = world.keep_media("voice", data)
        extra = {"type": "voice", "media_id": media_id, "created_at": int(world.now())}
        return self._answer("media/upload", f"语音 · {max(1, len(data) // 1024)} KB", started, 0, extra)

    async def media(self, request: web.Request) -> web.StreamResponse:
        """The bytes of a file that a person sent."""
        started, world = await self._begin(), self.world
        media_id = request.query.get("media_id", "")
        code = world.token_fault(request.query.get("access_token", ""))
        until, kind, data = world.media.get(media_id, (0.0, "", b""))
        if not code and until <= world.now():
            code = 40007
        if code:
            return self._answer("media/get", media_id, started, code)
        size = f"{max(1, len(data) // 1024)} KB"
        world.note(
            "call",
            "media/get",
            f"{kind} · {size}",
            ok=True,
            code=0,
            ms=(time.monotonic() - started) * 1000,
            result=size,
        )
        name = f'attachment; filename="{media_id}.{"amr" if kind == "voice" else "jpg"}"'
        return web.Response(body=data, content_type="application/octet-stream", headers={"Content-Disposition": name})
