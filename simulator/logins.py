"""Who may call, and who stands behind a page: access tokens, tickets for pages, the web login (wechat.md 6, 7)."""

import secrets
from typing import Any

from aiohttp import web
from yarl import URL

from simulator.frame import OK, Answer, Call, Refused, Row
from simulator.guard import is_loopback

TICKET_LIFE, CODE_LIFE, WEB_LIFE, REFRESH_LIFE = 7200, 300, 7200, 30 * 86_400
FORCED_A_DAY, FORCE_GAP = 20, 30
ORDER = ["appid", "redirect_uri", "response_type", "scope", "state"]
SCOPES = {"snsapi_base", "snsapi_userinfo"}


def _known(call: Call, asked: Any, grant: str = "client_credential") -> None:
    """Raises Refused unless the account's own secret is given for the right grant."""
    keys = call.world.keys
    wrong = {
        40002: grant and asked.get("grant_type") != grant,
        41002: not asked.get("appid"),
        40013: asked.get("appid") != keys.app_id,
        41004: not asked.get("secret"),
        40125: asked.get("secret") != keys.secret,
    }
    code = next((code for code, is_so in wrong.items() if is_so), 0)
    if code:
        raise Refused(code)


async def stable_token(call: Call) -> Answer:
    """The same one until it nears its end; forced, a new one, 20 times a day and 30 s apart at most."""
    _known(call, call.asked)
    world, force = call.world, bool(call.asked.get("force_refresh"))
    if force:
        day = [at for at in world.forced if 0 <= world.now() - at < 86_400]
        if len(day) >= FORCED_A_DAY:
            raise Refused(45009)
        if day and world.now() - day[-1] < FORCE_GAP:
            raise Refused(45011)
        world.forced[:] = [*day, world.now()]
    token, life = world.stable_token(force=force)
    call.what = f"令牌 · {life} s"
    return {"access_token": token, "expires_in": life}


async def plain_token(call: Call) -> Answer:
    """The old way: each call makes a new one, the one before lives for 5 minutes. The stable one goes on."""
    _known(call, call.query)
    token, life = call.world.plain_token()
    call.what = f"令牌 · {life} s"
    return {"access_token": token, "expires_in": life}


async def addresses(_: Call) -> Answer:
    """From where the platform calls, and where it is called."""
    return {"ip_list": ["127.0.0.1"]}


async def ticket(call: Call) -> Answer:
    """For pages (JS-SDK) and cards; the same one until it ends."""
    world, kind = call.world, call.query.get("type", "")
    if kind not in {"jsapi", "wx_card"}:
        raise Refused(40097)
    found, until = world.desk.tickets.get(kind, ("", 0.0))
    if until <= world.now():
        found, until = secrets.token_urlsafe(64), world.now() + TICKET_LIFE
        world.desk.tickets[kind] = found, until
    return OK | {"ticket": found, "expires_in": int(until - world.now())}


async def authorize(call: Call) -> Answer:
    """Where a page sends its reader first: WeChat knows whose phone it is, here the cookie of the last opened link
    tells. Its errors are pages for people.
    """
    world, asked, openid = call.world, call.query, call.request.cookies.get("phone", "")
    back = asked.get("redirect_uri", "")
    if openid not in world.phones:
        return _page("请在微信客户端打开链接")
    if asked.get("appid") != world.keys.app_id:
        return _page("AppID 参数错误，错误码：40013")
    if not is_loopback(back):
        return _page("redirect_uri 域名与后台配置不一致，错误码：10003")
    if asked.get("response_type") != "code" or [name for name in asked if name in ORDER] != ORDER[: len(asked)]:
        return _page("参数或参数的次序错误")
    if asked.get("scope") not in SCOPES or len(asked.get("state", "").encode()) > 128:
        return _page("Scope 或 state 参数错误，错误码：10005")
    code = secrets.token_hex(16)
    world.codes[code] = (openid, asked["scope"], world.now() + CODE_LIFE)
    call.what, call.note["result"] = f"{world.phones[openid].name} 打开网页", "去网页"
    return web.Response(status=302, headers={"Location": str(URL(back).update_query(code=code, state=asked["state"]))})


def _page(words: str) -> web.Response:
    return web.Response(text=words, status=400)


async def web_token(call: Call) -> Answer:
    """Whose code it is; a code works once, for 5 minutes."""
    world, code = call.world, call.query.get("code", "")
    _known(call, call.query, "authorization_code")
    if not code:
        raise Refused(41008)
    if code in world.desk.used_codes:
        raise Refused(40163)
    openid, scope, until = world.codes.pop(code, ("", "", 0.0))
    if not openid or until < world.now():
        raise Refused(40029)
    world.desk.used_codes.add(code)
    call.what = world.phones[openid].name
    refresher = secrets.token_urlsafe(48)
    if world.faults["snapshot"]:
        return _granted(call, "oVirtual" + secrets.token_hex(10), scope, refresher) | {"is_snapshotuser": 1}
    world.desk.refreshers[refresher] = openid, scope, world.now() + REFRESH_LIFE
    return _granted(call, openid, scope, refresher)


def _granted(call: Call, openid: str, scope: str, refresher: str) -> dict[str, Any]:
    token = secrets.token_urlsafe(48)
    call.world.desk.web_tokens[token] = openid, scope, call.world.now() + WEB_LIFE
    return {
        "access_token": token,
        "expires_in": WEB_LIFE,
        "refresh_token": refresher,
        "openid": openid,
        "scope": scope,
    }


async def refresh(call: Call) -> Answer:
    """A new token for the web login, for 30 days without a tap."""
    world, given = call.world, call.query.get("refresh_token", "")
    if call.query.get("grant_type") != "refresh_token":
        raise Refused(40002)
    if call.query.get("appid") != world.keys.app_id:
        raise Refused(40013)
    if not given:
        raise Refused(41003)
    openid, scope, until = world.desk.refreshers.get(given, ("", "", 0.0))
    if not openid:
        raise Refused(40030)
    if until < world.now():
        raise Refused(42002)
    return _granted(call, openid, scope, given)


def _web(call: Call) -> tuple[str, str]:
    """Whose page asks, and what for. It is no access token of the API. Raises Refused."""
    token, asked = call.query.get("access_token", ""), call.query.get("openid", "")
    openid, scope, until = call.world.desk.web_tokens.get(token, ("", "", 0.0))
    wrong = {41001: not token, 40001: not openid, 42001: until < call.world.now(), 40003: asked != openid}
    code = next((code for code, is_so in wrong.items() if is_so), 0)
    if code:
        raise Refused(code)
    return openid, scope


async def check(call: Call) -> Answer:
    """Whether a web token is good."""
    _web(call)
    return OK


async def web_user(call: Call) -> Answer:
    """Name and picture, where the reader agreed (snsapi_userinfo)."""
    openid, scope = _web(call)
    if scope != "snsapi_userinfo":
        raise Refused(48001)
    phone = call.world.phones.get(openid)
    empty = dict.fromkeys(("language", "city", "province", "country", "headimgurl"), "")
    return {"openid": openid, "nickname": phone.name if phone else "微信用户", "sex": 0, **empty, "privilege": []}


ROWS = (
    Row("POST", "/cgi-bin/stable_token", "stable_token", stable_token, token=False),
    Row("GET", "/cgi-bin/token", "token", plain_token, token=False),
    Row("GET", "/cgi-bin/getcallbackip", "getcallbackip", addresses),
    Row("GET", "/cgi-bin/get_api_domain_ip", "get_api_domain_ip", addresses),
    Row("GET", "/cgi-bin/ticket/getticket", "getticket", ticket),
    Row("GET", "/connect/oauth2/authorize", "网页授权", authorize, token=False),
    Row("GET", "/sns/oauth2/access_token", "网页授权", web_token, token=False),
    Row("GET", "/sns/oauth2/refresh_token", "网页授权", refresh, token=False),
    Row("GET", "/sns/auth", "sns/auth", check, token=False),
    Row("GET", "/sns/userinfo", "sns/userinfo", web_user, token=False),
)
