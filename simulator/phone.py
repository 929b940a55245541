"""The phone in the browser and its panel: people act here, faults are switched here, the journal is read here."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from aiohttp_sse import sse_response

from simulator.files import mime
from simulator.groups import Groups
from simulator.guard import is_loopback
from simulator.pushes import Pusher
from simulator.sms import SmsCompany
from simulator.telephone import Company
from simulator.world import FAULTS, SESSION, Phone, World, written

HERE = Path(__file__).parent
BIGGEST = {"image": 10 * 1024 * 1024, "voice": 2 * 1024 * 1024, "video": 10 * 1024 * 1024}
SHOWN = {"image": "［照片］", "voice": "［语音］", "video": "［视频］"}
SCANS = {"scancode_push", "scancode_waitmsg"}
PICTURES = {"pic_sysphoto", "pic_photo_or_album", "pic_weixin"}
BLANKS = " \t\r\n\u3000"
"""What a phone does not send alone; a control character it does."""
ZONE = ZoneInfo("Asia/Shanghai")
PLAYED = "不是真的微信，不会发给任何人"
PRACTISED = "练习中 · 没有一句话会发到真的微信"


class PhonePage:
    """The handlers."""

    def __init__(
        self,
        world: World,
        pusher: Pusher,
        company: Company | None = None,
        texts: SmsCompany | None = None,
        groups: Groups | None = None,
        *,
        practice: bool = False,
    ) -> None:
        """In `practice` there are phones alone: no journal, no faults, no clock."""
        self.world, self.pusher, self.company, self.texts, self.practice = world, pusher, company, texts, practice
        self.groups = groups

    def routes(self, router: web.UrlDispatcher) -> None:
        """All addresses; what plays the platform's own part is not there in practice."""
        router.add_get("/", self.page)
        router.add_static("/static", HERE / "static")
        router.add_get("/api/state", self.state)
        router.add_get("/api/events", self.events)
        router.add_get("/open", self.open)
        router.add_get("/api/media/{media}", self.file)
        router.add_post("/api/text", self.text)
        router.add_post("/api/file", self.upload)
        router.add_post("/api/location", self.location)
        router.add_post("/api/link", self.link)
        router.add_post("/api/menu", self.menu)
        router.add_post("/api/scan", self.scan)
        router.add_post("/api/follow", self.follow)
        if not self.practice:
            router.add_get("/api/journal", self.journal)
            router.add_post("/api/person", self.person)
            router.add_post("/api/fault", self.fault)
            router.add_post("/api/errcode", self.errcode)
            router.add_post("/api/clock", self.clock)
            router.add_post("/api/server", self.server)

    async def page(self, _: web.Request) -> web.StreamResponse:
        """The page."""
        page = await asyncio.to_thread((HERE / "static" / "phone.html").read_text, encoding="utf-8")
        if self.practice:
            page = page.replace("<body>", '<body class="practice" data-practice="1">').replace(PLAYED, PRACTISED)
            page = page.replace("微信模拟器", "模拟手机")
        return web.Response(text=page, content_type="text/html", headers={"Cache-Control": "no-store"})

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
                    "menu": world.desk.menus.of(phone.kind, phone.tags),
                    "tags": [world.desk.tags[tag] for tag in phone.tags],
                    "remark": phone.remark,
                    "typing": phone.typing_until > now,
                }
            )
        order = {"family": 0, "elder": 1, "guest": 2}
        scene = world.scene
        phones.sort(key=lambda phone: (phone["openid"] not in scene, order.get(str(phone["kind"]), 3)))
        return web.json_response(
            {
                "home": world.home,
                "codes": [
                    {"ticket": code.ticket, "name": code.name} for code in world.desk.codes.values() if code.until > now
                ],
                "phones": phones,
                "faults": world.faults,
                "errcodes": list(world.errcodes),
                "now": now,
                "offset": world.offset(),
                "oracle": world.oracle(),
                "console": world.console,
                "logins": world.logins,
                "target": world.target,
                "telephone": self.company.drawn() if self.company else None,
                "sms": self.texts.drawn() if self.texts else None,
                "groups": self.groups.drawn() if self.groups else None,
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
        if openid not in self.world.phones or not is_loopback(url):
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
        return web.Response(body=data, content_type=mime(data)[0])

    def _openid(self, asked: dict[str, Any]) -> str:
        openid = str(asked.get("openid", ""))
        if openid not in self.world.phones:
            raise web.HTTPNotFound
        return openid

    async def person(self, request: web.Request) -> web.Response:
        """One more phone: {"openid", "name"}, and `kind`, `note`; it follows the account, without a push, unless
        `following` says no.

        `was` is its openid at an account that moved to this one.

        `chat` is what was said before, put above what stands there; `heard` when its person last wrote (s since 1970),
        and `left` how many messages the account may still send.
        """
        asked = await request.json()
        openid = str(asked["openid"])
        phone = self.world.phones.get(openid)
        if phone is None or "chat" not in asked:
            kind, note = str(asked.get("kind", "guest")), str(asked.get("note", "刚加的人"))
            phone = Phone(openid, str(asked["name"]), kind, note, following=bool(asked.get("following", True)))
            self.world.phones[openid] = phone
        phone.was = str(asked.get("was", phone.was))
        phone.chat[:0] = asked.get("chat", [])
        if "heard" in asked and phone.spoke_at < float(asked["heard"]):
            phone.spoke_at = float(asked["heard"])
            phone.session_left, phone.session_until = int(asked["left"]), phone.spoke_at + SESSION[1]
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
        """A photo, a voice or a video file; with `event` and `key` it was chosen by a button of the menu."""
        form = await request.post()
        openid, kind, event = self._openid({"openid": form.get("openid")}), str(form.get("kind")), form.get("event")
        part = form.get("file")
        if kind not in BIGGEST or not isinstance(part, web.FileField) or (event and event not in PICTURES):
            raise web.HTTPUnprocessableEntity
        data = part.file.read()
        if not data or len(data) > BIGGEST[kind]:
            raise web.HTTPRequestEntityTooLarge(BIGGEST[kind], len(data))
        if event:
            item = {"item": {"PicMd5Sum": hashlib.md5(data).hexdigest()}}
            info = {"Count": 1, "PicList": item}
            self.pusher.act(openid, str(event), {"EventKey": str(form.get("key", "")), "SendPicsInfo": info})
        media = self.world.keep_media(kind, data)
        fields: dict[str, Any] = {"MediaId": media}
        if kind == "voice":
            fields |= {"Format": "amr", "MediaId16K": self.world.keep_media(kind, data), "Recognition": ""}
        elif kind == "video":
            fields["ThumbMediaId"] = self.world.keep_media("thumb", (HERE / "static" / "sample.png").read_bytes())
        else:
            fields["PicUrl"] = f"http://{request.host}/api/media/{media}"
        seconds = str(max(1, round(len(data) / 1600))) if kind == "voice" else ""
        key = self.pusher.act(openid, kind, fields, shown=SHOWN[kind], media=media, seconds=seconds)
        return web.json_response({"key": key, "media": media})

    async def location(self, request: web.Request) -> web.Response:
        """A place: {"latitude", "longitude", "label"}; with `key` it was chosen by a button of the menu."""
        asked = await request.json()
        openid, label = self._openid(asked), str(asked.get("label", ""))
        place = {"Location_X": float(asked["latitude"]), "Location_Y": float(asked["longitude"]), "Scale": 15}
        if asked.get("key"):
            info = {name: str(value) for name, value in place.items()} | {"Label": label, "Poiname": ""}
            self.pusher.act(openid, "location_select", {"EventKey": str(asked["key"]), "SendLocationInfo": info})
        where = f"{place['Location_X']}, {place['Location_Y']}"
        key = self.pusher.act(openid, "location", place | {"Label": label}, shown=label or "［位置］", about=where)
        return web.json_response({"key": key})

    async def link(self, request: web.Request) -> web.Response:
        """An article that somebody passes on: {"title", "description", "url"}."""
        asked = await request.json()
        title, about, url = (str(asked.get(name, "")) for name in ("title", "description", "url"))
        fields = {"Title": title, "Description": about, "Url": url}
        key = self.pusher.act(self._openid(asked), "link", fields, shown=title or "［链接］", about=about, url=url)
        return web.json_response({"key": key})

    async def menu(self, request: web.Request) -> web.Response:
        """A tap on a menu button, of which `key` (or `url`) tells what it was; photos and places come by their own
        addresses.
        """
        asked = await request.json()
        openid, kind, what = self._openid(asked), str(asked.get("type", "click")), str(asked.get("key", ""))
        menu_id = self.world.desk.menus.default_id
        if kind == "click":
            key = self.pusher.act(openid, "CLICK", {"EventKey": what})
        elif kind == "view":
            key = self.pusher.act(openid, "VIEW", {"EventKey": str(asked["url"]), "MenuId": menu_id})
        elif kind == "miniprogram":
            key = self.pusher.act(openid, "view_miniprogram", {"EventKey": str(asked["pagepath"]), "MenuId": menu_id})
        elif kind in SCANS:
            info = {"ScanType": "qrcode", "ScanResult": str(asked.get("result", ""))}
            key = self.pusher.act(openid, kind, {"EventKey": what, "ScanCodeInfo": info})
        else:  # what the platform shows by itself
            self.world.show(openid, "home", "card", "［公众号里的素材］", about=what)
            key = ""
        return web.json_response({"key": key})

    async def follow(self, request: web.Request) -> web.Response:
        """Follow or leave."""
        asked = await request.json()
        phone = self.world.phones[self._openid(asked)]
        if asked.get("on"):
            self._follows(phone, {"EventKey": ""})
        else:
            phone.following, phone.tags, phone.remark, phone.came_by = False, [], "", ""
            phone.session_left = phone.scene_left = 0
            self.world.show(phone.openid, "line", "follow", "你取消了关注")
            self.pusher.act(phone.openid, "unsubscribe", {"EventKey": ""})
        return web.json_response({})

    async def scan(self, request: web.Request) -> web.Response:
        """A QR code of the account: who does not follow yet is asked to, and comes with its scene."""
        asked = await request.json()
        phone, code = self.world.phones[self._openid(asked)], self.world.desk.codes.get(str(asked.get("ticket", "")))
        if code is None or code.until <= self.world.now():
            raise web.HTTPUnprocessableEntity
        if phone.following:
            self.world.show(phone.openid, "line", "scan", f"你扫了二维码 {code.name}")
            self.pusher.act(phone.openid, "SCAN", {"EventKey": code.scene, "Ticket": code.ticket})
        else:
            phone.came_by = code.scene
            self._follows(phone, {"EventKey": f"qrscene_{code.scene}", "Ticket": code.ticket})
        return web.json_response({})

    def _follows(self, phone: Phone, fields: dict[str, Any]) -> None:
        phone.following, phone.followed_at = True, self.world.now()
        self.world.show(phone.openid, "line", "follow", "你关注了公众号")
        self.pusher.act(phone.openid, "subscribe", fields)

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

    async def server(self, request: web.Request) -> web.Response:
        """服务器配置: {"token", "aes_key"} as they stand on the account's page; they count when the knock is answered."""
        asked = await request.json()
        keys = replace(self.world.keys, token=str(asked["token"]), aes_key=str(asked["aes_key"]))
        good = await self.pusher.knock(keys)
        if good:
            self.world.keys = keys
        return web.json_response({"good": good})
