"""From where a client comes: the address that counts, and which proxies are believed (fault S2)."""

import re
from pathlib import Path

import pytest
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from bot import config
from care.errors import ConfigError
from settings import networks
from tests.conftest import HomeUnderTest
from tests.console.front import Front, front, opened, quick
from web import address

__all__ = ["front", "quick"]
ROOT = Path(__file__).parent.parent.parent


async def test_fault_s2_what_an_untrusted_client_forwards_is_ignored(home: HomeUnderTest) -> None:
    async with opened(home, trusted="192.0.2.1") as front:
        told = [(await front.tries("shen", at=f"198.51.100.{number}"))[0] for number in range(6)]
        assert told == [401] * 4 + [429] * 2, "a new address each time, forged"
        assert [lock.address for lock in await front.locks()] == ["127.0.0.1"]


async def test_fault_s2_what_the_trusted_proxy_forwards_is_used(front: Front) -> None:
    for forms in (
        ("203.0.113.9",) * 5,
        ("2001:db8:7::1", "2001:db8:7::2", "[2001:db8:7:0:ffff::9]:443", "2001:DB8:7::3", "[2001:db8:7::4]"),
    ):
        for form in forms:
            await front.tries("shen", at=form)
    assert [lock.address for lock in await front.locks()] == ["2001:db8:7::/64", "203.0.113.9"]
    assert await front.enters("shen", at="2001:db8:7:1::1"), "another line"


@pytest.mark.parametrize(
    ("peer", "forwarded", "counts"),
    [
        ("127.0.0.1", ["203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", [" 203.0.113.9 "], "203.0.113.9"),
        ("127.0.0.1", ["203.0.113.9:51234"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1, 203.0.113.9, 10.1.2.3, ::1"], "203.0.113.9"),
        ("127.0.0.1", ["198.51.100.1", "203.0.113.9, 10.1.2.3"], "203.0.113.9"),
        ("127.0.0.1", ["garbage, 203.0.113.9"], "203.0.113.9"),
        ("10.9.9.9", ["203.0.113.9"], "203.0.113.9"),
        ("::ffff:127.0.0.1", ["::ffff:203.0.113.9"], "203.0.113.9"),
        ("::1", ["2001:db8:7:8:9::1"], "2001:db8:7:8::/64"),
        ("::1", ["[2001:db8:7:8:9::1]:443"], "2001:db8:7:8::/64"),
        ("::1", ["fe80::1%eth0"], "fe80::/64"),
        ("2001:db8:7:8:9::1", ["203.0.113.9"], "2001:db8:7:8::/64"),
        ("203.0.113.4", ["203.0.113.9"], "203.0.113.4"),
        ("127.0.0.1", [], "127.0.0.1"),
        ("127.0.0.1", [""], "127.0.0.1"),
        ("127.0.0.1", ["127.0.0.1, 10.0.0.1"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, "], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9, unknown"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9.1"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.999"], "127.0.0.1"),
        ("127.0.0.1", ["203.0.113.9:port"], "127.0.0.1"),
        ("127.0.0.1", ["[203.0.113.9"], "127.0.0.1"),
        ("127.0.0.1", ["<script>"], "127.0.0.1"),
        ("127.0.0.1", ["٢٠٣.0.113.9"], "127.0.0.1"),
        ("", ["203.0.113.9"], ""),
    ],
)
def test_fault_s2_the_address_that_counts(peer: str, forwarded: list[str], counts: str) -> None:
    request = make_mocked_request(
        "POST", "/console/login", CIMultiDict([("X-Forwarded-For", line) for line in forwarded])
    )
    assert address.client(request.clone(remote=peer), networks("127.0.0.1 ::1 10.0.0.0/8")) == counts


NEEDED = {
    "JIASHU_WECHAT__APP_ID": "wx0123456789abcdef",
    "JIASHU_WECHAT__APP_SECRET": "s",
    "JIASHU_WECHAT__TOKEN": "tok",
    "JIASHU_WECHAT__ENCODING_AES_KEY": "a" * 43,
}


@pytest.mark.parametrize(("text", "count"), [("127.0.0.1 ::1", 2), (" 10.0.0.0/8  fd00::/8 ", 2), ("", 0)])
def test_fault_s2_trusted_proxies_are_addresses_and_networks(text: str, count: int) -> None:
    assert len(config.load(None, NEEDED | {"JIASHU_HTTP__TRUSTED_PROXIES": text}).http.trusted) == count
    assert len(config.load(None, NEEDED).http.trusted) == 2


@pytest.mark.parametrize("text", ["nginx", "127.0.0.1,::1", "10.0.0.1/8", "0.0.0.0/0", "::/0", "['127.0.0.1']"])
def test_fault_s2_a_wrong_proxy_is_told(text: str) -> None:
    with pytest.raises(ConfigError, match="JIASHU_HTTP__TRUSTED_PROXIES：请写前面那台代理的地址或网段"):
        config.load(None, NEEDED | {"JIASHU_HTTP__TRUSTED_PROXIES": text})


def test_fault_s2_the_shipped_front_tells_the_address_and_throws_away_what_a_client_wrote() -> None:
    front = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    lines = [line.strip() for line in front.splitlines() if not line.strip().startswith("#")]
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in lines
    assert front.count("proxy_set_header X-Forwarded-For") == 1
    places = re.findall(r"location[^{]*\{([^}]*)\}", front)
    assert not any("proxy_set_header" in place for place in places), (
        "one header in a location drops all of the server's"
    )
