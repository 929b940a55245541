"""The frame around each call: what the platform asks of every request before it looks at what is wanted, and how it
says no. Errors come as HTTP 200, as they do there.
"""

import json
import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from simulator.world import World

WORDS = {
    -1: "system error",
    40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken",
    40002: "invalid grant_type",
    40003: "invalid openid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid media size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40013: "invalid appid",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40030: "invalid refresh_token",
    40032: "invalid openid list size",
    40033: "invalid charset. please check your request, if include \\uxxxx will create fail!",
    40036: "invalid template_id size",
    40037: "invalid template_id",
    40053: "invalid action info",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40066: "invalid url",
    40097: "invalid args",
    40125: "invalid appsecret",
    40130: "invalid openid list size, at least two openid",
    40163: "code been used",
    40164: "invalid ip, not in whitelist",
    41001: "access_token missing",
    41002: "appid missing",
    41003: "refresh_token missing",
    41004: "appsecret missing",
    41005: "media data missing",
    41008: "missing code",
    41009: "missing openid",
    42001: "access_token expired",
    42002: "refresh_token expired",
    43001: "require GET method",
    43002: "require POST method",
    43004: "require subscribe",
    44002: "empty post data",
    44004: "empty content",
    45001: "media size out of limit",
    45002: "content size out of limit",
    45007: "voice/video play time out of limit",
    45008: "article size out of limit",
    45009: "reach max api daily quota limit",
    45011: "api minute-quota reach limit, must slower, retry next minute",
    45015: "response out of time limit or subscription is canceled",
    45026: "template num exceeds limit",
    45047: "out of response count limit",
    45056: "too many tag now, no need to add new",
    45058: "can't modify sys tag",
    45059: "can not add more tags to a user",
    45065: "clientmsgid exist",
    45066: "same clientmsgid retry too fast",
    45067: "clientmsgid size out of limit",
    45072: "invalid command",
    45080: "no message in 30 seconds",
    45081: "already typing",
    45157: "invalid tag name",
    45158: "invalid tag name length",
    45159: "invalid tag id",
    46003: "menu no exist",
    46004: "user no exist",
    47001: "data format error",
    47003: "argument invalid!",
    48001: "api unauthorized",
    48002: "user refuse to accept the msg",
    65301: "no such conditional menu",
    65303: "there is no selfmenu, please create selfmenu first",
    65304: "match rule empty",
    65316: "too many domains in conditional menu",
    65320: "match rule of sex, country, province, city, language is no longer supported",
    65401: "invalid custom service account",
}
ESCAPE = re.compile(r"(\\+)u([0-9a-fA-F]{4})")


class Refused(Exception):
    """The platform says no: its errcode, and what it adds to its words."""

    def __init__(self, code: int, more: str = "", told: dict[str, Any] | None = None) -> None:
        super().__init__(f"{WORDS.get(code, 'error')}{more}")
        self.code, self.told = code, told or {}


@dataclass
class Call:
    """One request. The handler says in `what` and `note` what the journal keeps of it."""

    world: World
    request: web.Request
    kind: str
    what: str = ""
    raw: str = ""
    asked: dict[str, Any] = field(default_factory=dict)
    note: dict[str, Any] = field(default_factory=dict)

    @property
    def query(self) -> Any:
        """What stands behind the question mark."""
        return self.request.query


Answer = dict[str, Any] | web.StreamResponse
Handler = Callable[[Call], Awaitable[Answer]]


@dataclass(frozen=True)
class Row:
    """One API: how it is called, and what of the frame holds for it."""

    method: str
    path: str
    kind: str
    handler: Handler
    token: bool = True
    json: bool = True


def _needless(found: re.Match[str]) -> bool:
    """Whether it is an escape at all (an odd row of backslashes), of a sign that may stand in JSON as it is."""
    return len(found[1]) % 2 == 1 and int(found[2], 16) >= 0x20 and found[2].lower() not in {"0022", "005c"}


def escaped(raw: str) -> bool:
    r"""Whether a body writes signs as `\uxxxx` that it need not: menus are refused for it (40033)."""
    return any(map(_needless, ESCAPE.finditer(raw)))


def literal(raw: str) -> str:
    r"""As customer-service messages read it: such a sign is shown as the six signs of its escape."""
    return ESCAPE.sub(lambda found: ("\\" if _needless(found) else "") + found[0], raw)


async def read(call: Call) -> None:
    """The JSON object of a body. Raises Refused."""
    data = await call.request.read()
    if not data.strip():
        raise Refused(44002)
    try:
        call.raw = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(40033) from error
    call.asked = parse(call.raw)


def parse(raw: str) -> dict[str, Any]:
    """Raises Refused for what is no JSON object."""
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Refused(47001) from error
    if not isinstance(found, dict):
        raise Refused(47001)
    return found


def told(answer: dict[str, Any]) -> web.Response:
    """JSON as the platform sends it: raw UTF-8, called a plain text."""
    return web.Response(text=json.dumps(answer, ensure_ascii=False), content_type="text/plain")


def refusal(error: Refused) -> dict[str, Any]:
    """Its JSON, with an id of the request by which the platform would explain it."""
    rid = "-".join(secrets.token_hex(4) for _ in range(3))
    return {"errcode": error.code, "errmsg": f"{error} rid: {rid}"} | error.told


OK = {"errcode": 0, "errmsg": "ok"}
