"""The robot of a group chat in 企业微信, 钉钉 or 飞书: one post, and what its answer says.

A robot refuses with HTTP 200 and a code (anchors-reach 1), so the code is read and nothing else counts. The address is
a secret: it is never logged.
"""

import base64
import hashlib
import hmac
import logging
from dataclasses import replace
from typing import Any, Final

import aiohttp
import msgspec
from yarl import URL

from bot import bounded
from bot.way import LeavesTheHouse
from care.group_posts import PostEnd
from services import ports
from services.ports import NoRobot, Posted
from settings import Robot
from settings.clock import wall

log = logging.getLogger("jiashu.robots")
WITHIN: Final = 4.8
"""Seconds for a post."""
ANSWER: Final = 1 << 16
"""Bytes of an answer; what is beyond is not read."""
CLOSES: Final = {"Connection": "close"}
"""On an old connection that the company has just closed nobody knows whether a post was heard."""
NAMES: Final = {"wecom": "企业微信", "dingtalk": "钉钉", "feishu": "飞书"}
SOON, LATER, LATEST = 10.0, 20.0, 120.0
"""Seconds until it may be tried again: nobody was reached; the company counts posts by the minute; it may have been
posted, so that few more are made.
"""
ADDRESS: Final = "群机器人的地址不对，或机器人已经从群里删掉，请管理员核对 [robot] url"
GONE: Final = "群已经解散，或机器人停用了，请管理员换一个机器人"
OFTEN: Final = "一分钟里发得太多，对方不收，过一会儿再发"
SAFETY: Final = "机器人的安全设置不放行：关键词填「报警」，或核对 [robot] secret；限了 IP 的把这台服务器加进去"
WORDS: Final = "对方说这些字不能发"
REASONS: Final[dict[str, dict[str, str]]] = {
    "wecom": {"93000": ADDRESS, "45009": OFTEN, "45033": OFTEN, "-1": OFTEN},
    "dingtalk": {
        **dict.fromkeys(("300001", "300005", "400101", "400106"), ADDRESS),
        **dict.fromkeys(("400013", "400102"), GONE),
        **dict.fromkeys(("130101", "130102", "410100", "90030"), OFTEN),
        **dict.fromkeys(("430101", "430102", "430104"), WORDS),
        "310000": SAFETY,
    },
    "feishu": {
        **dict.fromkeys(("19001", "19002"), ADDRESS),
        "19007": GONE,
        **dict.fromkeys(("19021", "19022", "19024"), SAFETY),
        **dict.fromkeys(("9499", "11232"), OFTEN),
    },
}
"""What the documented codes mean, by company."""
UNREACHED: Final = Posted(PostEnd.UNHEARD, "no-connection", "连不上群机器人的服务器，请管理员检查网络", SOON)
UNANSWERED: Final = Posted(PostEnd.UNHEARD, "no-answer", "群机器人的服务器没应答，不确定发出去没有", LATEST)
PRACTISING: Final = Posted(PostEnd.REFUSED, "practice", "练习中不往外发")


class Group:
    """Posts into one group."""

    connected = True

    def __init__(self, settings: Robot, http: aiohttp.ClientSession, within: float = WITHIN) -> None:
        self._settings, self._http = settings, http
        self._within = aiohttp.ClientTimeout(total=within)

    async def post(self, text: str) -> Posted:
        """Post once."""
        try:
            url, body = self._asked(text)
            asked = self._http.post(url, json=body, headers=CLOSES, timeout=self._within, allow_redirects=False)
            async with asked as response:
                found = meaning(self._settings.kind, response.status, await bounded.body(response, ANSWER))
        except LeavesTheHouse:
            return PRACTISING
        except aiohttp.ClientConnectorError:
            found = UNREACHED
        except (aiohttp.ClientError, OSError, ValueError):
            found = UNANSWERED
        if found.outcome is not PostEnd.SENT:
            log.warning("the group was not told", extra={"action": "group", "code": found.code})
        return found

    def _asked(self, text: str) -> tuple[URL, dict[str, Any]]:
        """Where it goes and what is posted, signed where there is a secret."""
        kind, url, secret = self._settings.kind, URL(self._settings.url), self._settings.secret
        if kind != "feishu":
            body: dict[str, Any] = {"msgtype": "text", "text": {"content": text}}
            if kind == "dingtalk" and secret:
                stamp = str(int(wall().timestamp() * 1000))
                url = url.update_query(timestamp=stamp, sign=_sign(secret, f"{stamp}\n{secret}"))
            return url, body
        body = {"msg_type": "text", "content": {"text": text}}
        if secret:
            stamp = str(int(wall().timestamp()))
            body |= {"timestamp": stamp, "sign": _sign(f"{stamp}\n{secret}", "")}
        return url, body


def _sign(key: str, text: str) -> str:
    return base64.b64encode(hmac.digest(key.encode(), text.encode(), hashlib.sha256)).decode()


def meaning(kind: str, status: int, body: bytes) -> Posted:
    """What an answer says: the code in it alone, whatever the status is."""
    try:
        answer = msgspec.json.decode(body, type=dict[str, Any])
    except (ValueError, RecursionError):
        answer = {}
    code = answer.get("code", answer.get("StatusCode")) if kind == "feishu" else answer.get("errcode")
    if type(code) is not int:
        if 300 <= status < 500:
            return Posted(PostEnd.REFUSED, f"http-{status}", ADDRESS)
        return UNANSWERED
    if code == 0:
        return Posted(PostEnd.SENT)
    why = REASONS[kind].get(str(code)) or f"{NAMES[kind]}没有发（代码 {code}），请管理员按代码查它的文档"
    found = Posted(PostEnd.REFUSED, str(code), why)
    return replace(found, again=LATER) if why == OFTEN else found


def of(settings: Robot, http: aiohttp.ClientSession) -> ports.Robot:
    """The group that is set; none where nothing is."""
    return Group(settings, http) if settings.kind else NoRobot()
