"""The access token: stable_token, fetched once for all who wait, renewed only when the failed one is still the present
one.
"""

import asyncio
import logging
import time
from typing import Final

import aiohttp

from settings import Wechat

log = logging.getLogger("jiashu.tokens")
EARLY: Final = 120.0
FORCE_GAP: Final = 30.0
TIMEOUT: Final = aiohttp.ClientTimeout(total=10, sock_connect=4)


class TokenRefused(Exception):
    """The platform gave no token; `code` is its errcode."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}")
        self.code = code


class Tokens:
    """The token of one account. stable_token gives every caller the same one, so a second process does no harm
    (wechat.md 7).
    """

    def __init__(self, wechat: Wechat, http: aiohttp.ClientSession) -> None:
        self._wechat, self._http = wechat, http
        self._token, self._until, self._forced_at = "", 0.0, float("-inf")
        self._flight: asyncio.Task[str] | None = None

    async def get(self) -> str:
        """A token that is good for the next two minutes.

        Raises TokenRefused, or aiohttp.ClientError when nobody answers.
        """
        if self._token and time.monotonic() < self._until:
            return self._token
        return await self._fly(force=False)

    async def renew(self, failed: str) -> str:
        """A token other than `failed`; asked for once, whoever else failed with the same one."""
        if self._token and self._token != failed:
            return self._token
        force = time.monotonic() - self._forced_at > FORCE_GAP
        return await self._fly(force=force)

    async def _fly(self, *, force: bool) -> str:
        if self._flight is None or self._flight.done():
            self._flight = asyncio.create_task(self._fetch(force=force))
        return await asyncio.shield(self._flight)

    async def _fetch(self, *, force: bool) -> str:
        if force:
            self._forced_at = time.monotonic()
        wechat = self._wechat
        asked = {
            "grant_type": "client_credential",
            "appid": wechat.app_id,
            "secret": wechat.app_secret,
            "force_refresh": force,
        }
        async with self._http.post(
            f"{wechat.api_base_url}/cgi-bin/stable_token", json=asked, timeout=TIMEOUT
        ) as response:
            try:
                answer = await response.json(content_type=None)
            except ValueError as error:
                raise TokenRefused(-1, "no JSON") from error
        if not isinstance(answer, dict):
            raise TokenRefused(-1, "no JSON object")
        if "access_token" not in answer:
            raise TokenRefused(int(answer.get("errcode", -1)), str(answer.get("errmsg", "")))
        self._token = str(answer["access_token"])
        self._until = time.monotonic() + max(30.0, float(answer.get("expires_in", 7200)) - EARLY)
        log.info("token renewed", extra={"action": "token", "forced": force})
        return self._token
