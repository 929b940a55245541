"""Where calls of ours may go. While practice goes on, to this machine alone: one place for everything that is asked of
the platform, whatever it is asked for (F54).
"""

import logging

import aiohttp

from services.house import House
from settings import Wechat, is_loopback
from storage import rehearsal

log = logging.getLogger("jiashu.way")


class LeavesTheHouse(aiohttp.ClientConnectionError):
    """In practice nothing is asked of anybody outside."""


class Way:
    """Looks at each request before it leaves."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def check(self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Raises LeavesTheHouse, which its caller takes for a platform that cannot be reached."""
        if self._house.practice is not None and not is_loopback(str(request.url)):
            log.error("held back in practice", extra={"action": "held_back", "host": request.url.host})
            raise LeavesTheHouse
        return await handler(request)


def own(wechat: Wechat) -> Wechat:
    """An account of play has its platform on this machine, or none at all."""
    if wechat.app_id.startswith(rehearsal.APP_ID) and not is_loopback(wechat.api_base_url):
        log.error("an account of play has a platform outside, it is not used", extra={"action": "held_back"})
        return Wechat()
    return wechat
