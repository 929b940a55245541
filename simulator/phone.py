"""The phone in the browser and its panel: people act here, faults are switched here, the journal is read here."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp_sse import sse_response

from simulator.pushes import Pusher
from simulator.world import FAULTS, Phone, World, written

HERE = Path(__file__).parent
BIGGEST = {"image": 10 * 1024 * 1024, "voice": 2 * 1024 * 1024}
KINDS = {b"\x89PNG": "image/png", b"\xff\xd8": "image/jpeg", b"ID3": "audio/mpeg", b"\xff": "audio/mpeg"}
BLANKS = " \t\r\n\u3000"
"""What a phone does not send alone; a control character it does."""
ZONE = ZoneInfo("Asia/Shanghai")


class PhonePage:
    """The handlers."""

    def __init__(self, world: World, pusher: Pusher) -> None:
        self.world, self.pusher = world, pusher

    def routes(self, router: web.UrlDispatcher) -> None:
        """All addresses."""
        router.add_get("/", self.page)
        router.add_static("/static", HERE / "static")
        router.add_get("/api/state", self.state)
        router.add_get("/api/events", self.events)
        router.add_get("/open", self.open)
        router.add_get("/api/journal", self.journal)
        router.add_get("/api/media/{media}", self.file)
        router.add_post("/api/person", self.person)
        router.add_post("/api/text", self.text)
        router.add_post("/api/file", self.upload)
        router.add_post("/api/menu", self.menu)
        router.add_post("/api/follow", self.follow)
        router.add_post("/api/fault", self.fault)
        router.add_post("/api/errcode", self.errcode)
        router.add_post("/api/clock", self.clock)

    async def page(self, _: web.Request) -> web.StreamResponse:
        """The page."""
        return web.FileResponse(HERE / "static" / "phone.html", headers={"Cache-Control": "no-store"})

    async def state(self, request: web.Request) -> web.Response:
        """Everything that the page draws; `journal=0` leaves the journal out."""
        world, now = self.world, self.world.now()
        phones = []
        for phone in world.phones.values():
            left, until = phone.quota(now)
            phones.append(
                {
                    "openid": phone.openid,
                    "name": phone.name,
                    "kind": phone.kind,
                    "note": phone.note,
                    "following": phone.following,
                    "chat": phone.chat[-200:],
                    "left": left,
                    "until": until,
                    "of": 3 if until and until - now <= 60 else 5,
                }
            )
        order = {"family": 0, "elder": 1, "guest": 2}
        phones.sort(key=lambda phone: order.get(str(phone["kind"]), 3))
        return web.json_response(
            {
                "home": world.home,
                "menu": world.menu,
                "elder_menu": world.elder_menu,
                "phones": phones,
                "faults": world.faults,
                "errcodes": list(world.errcodes),
                "now": now,
                "offset": world.offset(),
                "oracle": world.oracle(),
                "console": world.console,
                "logins": world.logins,
                "target": world.target,
                "journal": list(world.journal)[-120:] if request.query.get("journal") != "0" else [],
            }
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Wake-ups for the open page."""
        queue: asyncio.Queue[str] = asyncio.Queue(200)
        self.world.listeners.add(queue)
        try:
            async with sse_response(request) as response:
                while response.is_connected():
                    await response.send(await queue.get())
        except (ConnectionResetError, asyncio.CancelledError):
            pass
        finally:
            self.world.listeners.discard(queue)
        return response

    async def open(self, request: web.Request) -> web.StreamResponse:
        """A link that somebody taps: the platform remembers whose phone it is."""
        openid, url = request.query.get("openid", ""), request.query.get("url", "")
        if openid not in self.world.phones or not url.startswith(("http://127.0.0.1:", "http://localhost:")):
            raise web.HTTPNotFound
        answer = web.HTTPFound(url)
        answer.set_cookie("phone", openid, httponly=True, samesite="Lax")
        raise answer

    async def journal(self, _: web.Request) -> web.Response:
        """The whole journal, one JSON line each."""
        lines = "\n".join(map(written, self.world.journal))
        return web.Response(
            text=lines + "\n",
            content_type="application/x-ndjson",
            headers={"Content-Disposition": 'attachment; filename="journal.jsonl"'},
        )

    async def file(self, request: web.Request) -> web.Response:
        """A file that was sent from a phone."""
        _, kind, data = self.world.media.get(request.match_info["media"], (0.0, "", b""))
        if not kind:
            raise web.HTTPNotFound
        mime = next((mime for start, mime in KINDS.items() if data.startswith(start)), "application/octet-stream")
        return web.Response(body=data, content_type=mime)

    def _openid(self, asked: dict[str, Any]) -> str:
        openid = str(asked.get("openid", ""))
        if openid not in self.world.phones:
            raise web.HTTPNotFound
        return openid

    async def person(self, request: web.Request) -> web.Response:
        """One more phone: {"openid", "name"}; it follows the account, without a push."""
        asked = await request.json()
        openid = str(asked["openid"])
        self.world.phones[openid] = Phone(openid, str(asked["name"]), "guest", "刚加的人", following=True)
        self.world.tell("state")
        return web.json_response({})

    async def text(self, request: web.Request) -> web.Response:
        """A person writes, any signs whatever; with `menu_id` it was a tap on a menu message."""
        asked = await request.json()
        openid, text, menu_id = self._openid(asked), str(asked.get("text", "")), str(asked.get("menu_id", ""))
        if not text.strip(BLANKS):
            raise web.HTTPUnprocessableEntity
        fields: dict[str, str | int] = {"Content": text}
        if menu_id:
            fields["bizmsgmenuid"] = menu_id
        shown = text.encode("utf-8", "replace").decode()
        key = self.pusher.act(openid, "text", fields, shown=shown, scene=bool(menu_id))
        return web.json_response({"key": key})

    async def upload(self, request: web.Request) -> web.Response:
        """A photo or a voice file."""
        form = await request.post()
        openid, kind = self._openid({"openid": form.get("openid")}), str(form.get("kind"))
        part = form.get("file")
        if kind not in BIGGEST or not isinstance(part, web.FileField):
            raise web.HTTPUnprocessableEntity
        data = part.file.read()
        if not data or len(data) > BIGGEST[kind]:
            raise web.HTTPRequestEntityTooLarge(BIGGEST[kind], len(data))
        media = self.world.keep_media(kind, data)
        fields: dict[str, str | int] = {"MediaId": media}
        if kind == "voice":
            fields |= {"Format": "amr", "MediaId16K": self.world.keep_media(kind, data), "Recognition": ""}
        else:
            fields["PicUrl"] = f"http://{request.host}/api/media/{media}"
        seconds = str(max(1, round(len(data) / 1600))) if kind == "voice" else ""
        key = self.pusher.act(
            openid, kind, fields, shown="［语音］" if kind == "voice" else "［照片］", media=media, seconds=seconds
        )
        return web.json_response({"key": key, "media": media})

    async def menu(self, request: web.Request) -> web.Response:
        """A tap on a menu button."""
        asked = await request.json()
        openid = self._openid(asked)
        return web.json_response(
            {"key": self.pusher.act(openid, "CLICK", {"EventKey": str(asked.get("key", ""))}, scene=True)}
        )

    async def follow(self, request: web.Request) -> web.Response:
        """Follow or leave."""
        asked = await request.json()
        phone = self.world.phones[self._openid(asked)]
        phone.following = bool(asked.get("on"))
        if phone.following:
            self.world.show(phone.openid, "line", "follow", "你关注了公众号")
            self.pusher.act(phone.openid, "subscribe", {"EventKey": ""}, scene=True)
        else:
            phone.session_left = phone.scene_left = 0
            self.world.show(phone.openid, "line", "follow", "你取消了关注")
            self.pusher.act(phone.openid, "unsubscribe", {"EventKey": ""})
        return web.json_response({})

    async def fault(self, request: web.Request) -> web.Response:
        """Switch a wire fault; all of them off with `name` = all."""
        asked = await request.json()
        name, on = str(asked.get("name")), bool(asked.get("on"))
        if name == "all":
            self.world.faults = dict.fromkeys(FAULTS, False)
            self.world.errcodes.clear()
        elif name in self.world.faults:
            self.world.faults[name] = on
        else:
            raise web.HTTPUnprocessableEntity
        while self.world.held and not self.world.faults["swap"]:
            self.world.held.pop(0)()
        while self.world.late and not self.world.faults["late"]:
            for start in self.world.late.pop(next(iter(self.world.late))):
                start()
        self.world.tell("state")
        return web.json_response({})

    async def errcode(self, request: web.Request) -> web.Response:
        """The next customer-service message gets this errcode."""
        self.world.errcodes.append(int((await request.json())["code"]))
        self.world.tell("state")
        return web.json_response({})

    async def clock(self, request: web.Request) -> web.Response:
        """Move the shared clock: {"seconds": n}, {"to": "morning" | "month"} or {"back": true}."""
        asked = await request.json()
        world = self.world
        if asked.get("back"):
            world.jump(None)
        elif asked.get("to") in {"morning", "month"}:
            now = datetime.fromtimestamp(world.now(), ZONE)
            morning = (now + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
            month = (now.replace(day=1) + timedelta(days=32)).replace(day=min(now.day, 28))
            world.jump(((morning if asked["to"] == "morning" else month) - now).total_seconds())
        else:
            world.jump(float(asked["seconds"]))
        world.tell("state")
        return web.json_response({})
