"""The rare calls of the account: menus, tags, QR codes, by wechatpy's client in a thread (engineering 7).

The client gets our token for each call and never fetches one itself: the platform's older address for tokens would end
the one that everybody else here uses. It never tries again by itself; an expired token is renewed once, by us.
"""

import asyncio
import logging
import re
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import aiohttp

from bot import errcodes
from bot.tokens import TokenRefused, Tokens
from services.ports import NoAccount, PlatformRefused
from settings import Wechat

if TYPE_CHECKING:
    from wechatpy.client import WeChatClient

log = logging.getLogger("jiashu.desk")
WITHIN: Final = 5.0
"""Seconds for one call."""
OURS: Final = re.compile(r"invalid ip ([0-9a-fA-F.:]+?)[\s,]")
"""What 40164 says of the address from which we asked."""
Call = Callable[["WeChatClient"], Any]


class Desk:
    """The rare calls of one account; without one each raises NoAccount."""

    def use(self, wechat: Wechat, tokens: Tokens) -> None:
        """Speak for this account."""
        self._wechat, self._tokens = wechat, tokens

    async def token(self) -> None:
        """Make sure that there is a token, asked for anew. Raises PlatformRefused."""
        if not self._wechat.app_id:
            raise NoAccount
        try:
            await self._tokens.get()
        except TokenRefused as refused:
            raise _refused(refused.code, str(refused)) from refused
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PlatformRefused(why="连不上微信，请看这台服务器能不能上外网", code="没有应答", text="") from error

    async def menu(self) -> dict[str, Any]:
        """The menu in force as the platform tells it; empty when there is none. Raises PlatformRefused."""
        found = await self._ask(lambda client: client.menu.get_menu_info())
        return dict(found.get("selfmenu_info", {})) if found.get("is_menu_open") else {}

    async def put_menu(self, buttons: list[dict[str, Any]]) -> None:
        """Put a menu in the place of the one for everybody. Raises PlatformRefused."""
        await self._ask(lambda client: client.menu.create({"button": buttons}))

    async def put_menu_for(self, tag: int, buttons: list[dict[str, Any]]) -> str:
        """Add a menu for who has the tag; its id. Raises PlatformRefused."""
        rule = {"button": buttons, "matchrule": {"tag_id": str(tag)}}
        return str((await self._ask(lambda client: client.menu.add_conditional(rule)))["menuid"])

    async def remove_menus(self) -> None:
        """Take away every menu. Raises PlatformRefused."""
        await self._ask(lambda client: client.menu.delete())

    async def tag(self, name: str) -> int:
        """The id of the tag of this name, made when there is none. Raises PlatformRefused."""
        known = await self._ask(lambda client: {one["name"]: one["id"] for one in client.tag.get()})
        return int(known.get(name) or (await self._ask(lambda client: client.tag.create(name)))["id"])

    async def mark(self, openid: str, tag: int) -> None:
        """Give somebody a tag. Raises PlatformRefused."""
        await self._ask(lambda client: client.tag.tag_user(tag, openid))

    async def unmark(self, openid: str, tag: int) -> None:
        """Take a tag away. Raises PlatformRefused."""
        await self._ask(lambda client: client.tag.untag_user(tag, openid))

    async def templates(self) -> list[dict[str, str]]:
        """The templates of the account. Raises PlatformRefused."""
        found = await self._ask(lambda client: client.template.get_all_private_template())
        rows = found.get("template_list", [])
        names = ("template_id", "title", "content")
        return [{name: str(row.get(name, "")) for name in names} for row in rows if isinstance(row, dict)]

    async def moved(self, old_app_id: str, openids: Sequence[str]) -> dict[str, str]:
        """Who followers of an older account are here, of at most 100: by their old openids; who does not follow this
        account is not among them. Raises PlatformRefused.
        """
        asked = {"from_appid": old_app_id, "openid_list": list(openids)}
        found = await self._ask(lambda client: client.post("changeopenid", data=asked))
        return {
            str(row["ori_openid"]): str(row["new_openid"])
            for row in found.get("result_list", [])
            if row.get("err_msg") == "ok" and row.get("ori_openid") and row.get("new_openid")
        }

    async def qr(self, scene: str, seconds: int) -> str:
        """What a temporary QR code holds. Raises PlatformRefused."""
        asked = {
            "expire_seconds": seconds,
            "action_name": "QR_STR_SCENE",
            "action_info": {"scene": {"scene_str": scene}},
        }
        return str((await self._ask(lambda client: client.qrcode.create(asked)))["url"])

    async def _ask(self, call: Call) -> dict[str, Any]:
        if not self._wechat.app_id:
            raise NoAccount
        try:
            token = await self._tokens.get()
            try:
                return await asyncio.to_thread(_called, self._wechat, token, call)
            except PlatformRefused as refused:
                if not errcodes.meaning(int(str(refused.facts["code"]))).renew_token:
                    raise
                token = await self._tokens.renew(token)
                return await asyncio.to_thread(_called, self._wechat, token, call)
        except TokenRefused as refused:
            raise _refused(refused.code, str(refused)) from refused
        except (aiohttp.ClientError, TimeoutError) as error:
            raise PlatformRefused(why="连不上微信，请看这台服务器能不能上外网", code="没有应答", text="") from error


def _called(wechat: Wechat, token: str, call: Call) -> dict[str, Any]:
    """In a thread. Raises PlatformRefused."""
    import requests
    from wechatpy.client import WeChatClient
    from wechatpy.exceptions import WeChatClientException

    client = WeChatClient(wechat.app_id, "", access_token=token, timeout=WITHIN, auto_retry=False)
    client.API_BASE_URL = f"{wechat.api_base_url.rstrip('/')}/cgi-bin/"
    client.expires_at = None  # the token is ours: it is never fetched there
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            told = call(client)
    except WeChatClientException as error:
        raise _refused(error.errcode or 0, str(error.errmsg or "")) from error
    except requests.RequestException as error:
        raise PlatformRefused(why="连不上微信，请看这台服务器能不能上外网", code="没有应答", text="") from error
    finally:
        client._http.close()  # noqa: SLF001  (it has no door of its own)
    return dict(told) if isinstance(told, dict) else {}


def _refused(code: int, text: str) -> PlatformRefused:
    log.warning("the platform said no", extra={"action": "errcode", "code": code, "errmsg": text[:200]})
    at = OURS.search(text)
    return PlatformRefused(
        why=errcodes.meaning(code).outcome.why, code=code, text=f"：这台机器出去的地址是 {at[1]}" if at else ""
    )
