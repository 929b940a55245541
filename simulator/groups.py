"""A group chat with a robot as 企业微信, 钉钉 and 飞书 have it: what is posted lies in the group; a refusal comes with HTTP
200 and a code, as theirs do.
"""

import base64
import hashlib
import hmac
import json
from collections import deque
from typing import Any, Final

from aiohttp import web
from yarl import URL

from simulator.world import World

KEPT: Final = 50
LONGEST: Final = 2048
"""Bytes of a post."""
A_MINUTE: Final = 20
"""Posts that a robot may make."""
HOUR: Final = 3600
REFUSALS: Final = {
    "": "正常",
    "gone": "机器人已删除",
    "often": "发得太密",
    "safety": "安全设置不放行",
}
CODES: Final = {
    "wecom": {"gone": 93000, "often": 45009, "safety": 93000},
    "dingtalk": {"gone": 400101, "often": 410100, "safety": 310000},
    "feishu": {"gone": 19001, "often": 11232, "safety": 19024},
}


class Groups:
    """One group for each company, whose robots have the same token; where a secret is sent it is looked at."""

    def __init__(self, world: World, token: str, secret: str) -> None:
        self.world, self._token, self._secret = world, token, secret
        self.posts: deque[dict[str, Any]] = deque(maxlen=KEPT)
        self._at: dict[str, deque[float]] = {kind: deque(maxlen=A_MINUTE) for kind in CODES}
        self.refuses = ""

    def routes(self, router: web.UrlDispatcher) -> None:
        """Where robots post, and the switch of the page."""
        router.add_post("/robot/{kind}", self.post)
        router.add_post("/api/groups", self.switch)

    async def post(self, request: web.Request) -> web.Response:
        """A robot's post. 404 for a company that is not known."""
        kind = request.match_info["kind"]
        if kind not in CODES:
            raise web.HTTPNotFound
        try:
            body = json.loads(await request.read())
            text = body["content"]["text"] if kind == "feishu" else body["text"]["content"]
        except (ValueError, KeyError, TypeError):
            return self._says(kind, "gone")
        refused = self._looks(kind, request.url, body, str(text))
        if not refused:
            self.posts.append({"kind": kind, "text": str(text), "at": self.world.now()})
            self._at[kind].append(self.world.now())
            self.world.tell("groups")
        return self._says(kind, refused)

    def _looks(self, kind: str, url: URL, body: dict[str, Any], text: str) -> str:
        """Why it is refused; "" for what is not."""
        given = url.query.get("access_token" if kind == "dingtalk" else "key", "")
        if not hmac.compare_digest(given, self._token) or len(text.encode()) > LONGEST:
            return "gone"
        stamp, sign = (
            (url.query.get("timestamp"), url.query.get("sign"))
            if kind == "dingtalk"
            else (body.get("timestamp"), body.get("sign"))
        )
        if sign is not None and not self._proven(kind, str(stamp), str(sign)):
            return "safety"
        times = self._at[kind]
        if len(times) == A_MINUTE and self.world.now() - times[0] < 60:
            return "often"
        return self.refuses

    def _proven(self, kind: str, stamp: str, sign: str) -> bool:
        line = f"{stamp}\n{self._secret}"
        key, text = (self._secret, line) if kind == "dingtalk" else (line, "")
        made = base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()
        return hmac.compare_digest(made, sign)

    def _says(self, kind: str, refused: str) -> web.Response:
        code = CODES[kind][refused] if refused else 0
        if kind == "feishu":
            return web.json_response({"code": code, "msg": REFUSALS[refused], "data": {}})
        return web.json_response({"errcode": code, "errmsg": REFUSALS[refused] if refused else "ok"})

    def drawn(self) -> dict[str, Any]:
        """As JSON, for the page."""
        return {"posts": list(self.posts), "refuses": self.refuses, "refusals": REFUSALS}

    async def switch(self, request: web.Request) -> web.Response:
        """What the robots say from now on: `refuses`."""
        asked = await request.json()
        if asked.get("refuses") not in REFUSALS:
            raise web.HTTPBadRequest
        self.refuses = asked["refuses"]
        self.world.tell("groups")
        return web.json_response(self.drawn())
