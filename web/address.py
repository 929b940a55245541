"""From where a request comes: the client behind a proxy that is trusted, and nobody's word but the proxy's."""

import re
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final

from aiohttp import web

from settings import Network

FORWARDED: Final = "X-Forwarded-For"
_WITH_PORT: Final = re.compile(r"\[([^\[\]]+)\](?::\d{1,5})?|([\d.]+):\d{1,5}", re.ASCII)
"""Some proxies write `[2001:db8::1]`, `[2001:db8::1]:443` or `192.0.2.1:443`."""
_ONE_LINE: Final = 64
"""An IPv6 connection owns a whole /64: who has one has 2^64 addresses."""


def client(request: web.Request, trusted: Sequence[Network]) -> str:
    """The address that counts: the peer's, or what a trusted peer tells; an IPv6 one as its /64.

    Of X-Forwarded-For the rightmost address that is not trusted itself: what stands further left was written by the
    client. A header that cannot be read up to there says nothing, and the peer's address stands.
    """
    peer = _address(request.remote or "")
    if peer is None:
        return ""
    if _among(peer, trusted):
        for part in reversed(",".join(request.headers.getall(FORWARDED, [])).split(",")):
            told = _address(part)
            if told is None:
                break
            if not _among(told, trusted):
                return _line(told)
    return _line(peer)


def _address(text: str) -> IPv4Address | IPv6Address | None:
    """An address without port, brackets and zone; one that maps IPv4 into IPv6 as the IPv4 address that it is."""
    text = text.strip()
    found = _WITH_PORT.fullmatch(text)
    try:
        address = ip_address((found[1] or found[2] if found else text).partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _among(address: IPv4Address | IPv6Address, trusted: Sequence[Network]) -> bool:
    return any(address in network for network in trusted)


def _line(address: IPv4Address | IPv6Address) -> str:
    return str(ip_network((address, _ONE_LINE), strict=False)) if isinstance(address, IPv6Address) else str(address)
