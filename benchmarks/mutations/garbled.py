"""Requests whose signature is missing, wrong, old or another's: each must be refused."""

import gzip
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from benchmarks.mutations.bodies import SEED
from simulator.codec import Keys


@dataclass(frozen=True, slots=True)
class Request:
    """A request that must be refused; `query` is encoded already."""

    what: str
    query: str
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    method: str = "POST"
    status: tuple[int, ...] = (403,)


def garbled(count: int, keys: Keys) -> Iterator[Request]:
    """So many requests whose signature is missing, wrong, old or another's."""
    lot, made = random.Random(f"{SEED}{keys.mode}unsigned"), [(name, _GARBLED[name]) for name in sorted(_GARBLED)]
    for number in range(count):
        name, make = made[number % len(made)]
        openid = f"oUnsigned{number:019d}"
        inner = (
            f"<xml><ToUserName>gh</ToUserName><FromUserName>{openid}</FromUserName>"
            f"<CreateTime>{int(time.time())}</CreateTime><MsgType>text</MsgType><Content>救命</Content>"
            f"<MsgId>{number}</MsgId></xml>"
        )
        query, body = keys.push(inner.encode(), openid, "gh", time.time())
        request = make(lot, keys, query, body)
        yield Request(name, *request) if isinstance(request, tuple) else request


Made = Request | tuple[str, bytes]


def _proof_of(keys: Keys) -> str:
    return "signature" if keys.mode == "plain" else "msg_signature"


def _wrong(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    value = lot.choice(
        (
            f"{lot.getrandbits(160):040x}",
            "",
            "0",
            "中文",
            "\x00",
            "a" * 3000,
            "None",
            query[_proof_of(keys)].upper(),
            query[_proof_of(keys)] + " ",
            "%s",
        )
    )
    return urlencode(query | {_proof_of(keys): value}), body


def _missing(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    gone = lot.sample(["timestamp", "nonce", _proof_of(keys)], lot.randrange(1, 4))
    return urlencode({name: value for name, value in query.items() if name not in gone}), body


def _no_query(lot: random.Random, _: Keys, __: dict[str, str], body: bytes) -> Made:
    return lot.choice(("", "=", "&&&", "?", "signature", "a" * 4000, "&".join(["a=1"] * 900))), body


def _changed(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """What the signature covers is not what it was made of."""
    if keys.mode == "plain":
        return urlencode(query | {"nonce": query["nonce"] + "1"}), body
    place = body.index(b"<Encrypt><![CDATA[") + 18 + lot.randrange(40)
    return urlencode(query), body[:place] + (b"A" if body[place : place + 1] != b"A" else b"B") + body[place + 1 :]


def _garbage(lot: random.Random, keys: Keys, query: dict[str, str], _: bytes) -> Made:
    """A body that is nothing; in plain mode the signature would prove it, so that is wrong as well."""
    data = lot.choice(
        (
            b"",
            b"\x00" * 50,
            lot.randbytes(400),
            b"<" * 900,
            b"<xml>" * 300,
            b"{}",
            b"<Encrypt>",
            b"<xml><Encrypt></Encrypt></xml>",
            b"<Encrypt>!!</Encrypt>",
            b"<Encrypt>" * 2000,
            "好".encode() * 500,
        )
    )
    return urlencode(query | ({"signature": "0" * 40} if keys.mode == "plain" else {})), data


def _encoded(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """A header that says the body is packed."""
    how = lot.choice(("gzip", "deflate", "br", "zstd", "x", "gzip, gzip"))
    data = lot.choice(
        (b"\x1f\x8bno", b"", gzip.compress(body), b"\x1f\x8b" + lot.randbytes(90), gzip.compress(b"0" * 3_000_000))
    )
    return Request("encoded", urlencode(query | {_proof_of(keys): "0"}), data, (("Content-Encoding", how),))


def _huge(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """Numbers that are none, signed as they stand: the signature holds, the moment does not."""
    stamp = lot.choice(
        (
            "9" * 13,
            "9" * 400,
            "9" * 4500,
            "-1",
            "1e9",
            "0x10",
            "١٢٣",
            "",
            " 1",
            "1_0",
            "NaN",
            "0",
            str(10**12 - 1),
            str(int(time.time()) - 200_000),
            str(int(time.time()) + 200_000),
        )
    )
    nonce = lot.choice((query["nonce"], "9" * 2000, "中"))
    more: tuple[str, ...] = (
        ()
        if keys.mode == "plain"
        else (body[body.index(b"CDATA[", body.index(b"<Encrypt>")) + 6 : body.rindex(b"]]>")].decode(),)
    )
    return urlencode(
        query | {"timestamp": stamp, "nonce": nonce, _proof_of(keys): keys.signature(stamp, nonce, *more)}
    ), body


def _no_text(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """A query that is no UTF-8, or says a name twice."""
    noise = lot.choice(("%ff%fe", "%c0%80", "%ed%a0%80", "%00", "%", "%zz", "%e5%95", "+", ";", "%0d%0a", "[]=1"))
    rest = urlencode({name: value for name, value in query.items() if name != _proof_of(keys)})
    return lot.choice(
        (
            f"{_proof_of(keys)}={noise}&{rest}",
            f"{noise}={noise}&{rest}",
            f"{_proof_of(keys)}={noise}&{_proof_of(keys)}={quote(query[_proof_of(keys)])}&{rest}",
            f"{rest}&timestamp={noise}",
        )
    ), body


def _other_mode(_: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """Well signed, in the way of another mode."""
    stamp, nonce = query["timestamp"], query["nonce"]
    if keys.mode == "plain":
        return urlencode(
            query | {"encrypt_type": "aes", "msg_signature": keys.signature(stamp, nonce, "x")}
        ), b"<xml><Encrypt>eA==</Encrypt></xml>"
    plain = {"timestamp": stamp, "nonce": nonce, "signature": keys.signature(stamp, nonce)}
    return urlencode(plain | ({"encrypt_type": "raw"} if int(nonce) % 2 else {})), body.replace(
        b"<Encrypt>", b"<Content>"
    ).replace(b"</Encrypt>", b"</Content>")


def _another(lot: random.Random, keys: Keys, _: dict[str, str], __: bytes) -> Made:
    """Signed with the token of another account; in secure mode also well signed, with another account's id inside."""
    inner = (
        b"<xml><FromUserName>oX</FromUserName><MsgType>text</MsgType><CreateTime>1</CreateTime>"
        b"<Content>x</Content><MsgId>1</MsgId></xml>"
    )
    token, app_id = (
        (keys.token, "wxffffffffffffffff") if keys.mode != "plain" and lot.random() < 0.5 else ("another", keys.app_id)
    )
    query, body = Keys(app_id, "s", token, keys.aes_key, keys.mode).push(inner, "oX", "gh", time.time())
    return urlencode(query), body


def _too_big(lot: random.Random, _: Keys, query: dict[str, str], __: bytes) -> Made:
    size = lot.choice((256 * 1024 + 1, 256 * 1024 + 4096, 400_000))
    return Request("too big", urlencode(query), b"x" * size, status=(413,))


def _greeting(lot: random.Random, keys: Keys, query: dict[str, str], _: bytes) -> Made:
    """The handshake: unsigned, or signed with something else than an echo."""
    stamp, nonce = query["timestamp"], query["nonce"]
    echo = lot.choice(("", "<script>", "a" * 200, "%", "中\n", "a b"))
    signed = {"timestamp": stamp, "nonce": nonce, "signature": keys.signature(stamp, nonce), "echostr": echo}
    asked = lot.choice(
        (
            signed,
            signed | {"signature": "0", "echostr": "1"},
            {"echostr": "1"},
            {},
            signed | {"timestamp": "9" * 30, "echostr": "1"},
        )
    )
    return Request("greeting", urlencode(asked), method="GET")


def _headers(lot: random.Random, keys: Keys, query: dict[str, str], body: bytes) -> Made:
    """Headers that say what is not true."""
    more = lot.choice(
        (
            ("Content-Type", "text/xml; charset=nowhere"),
            ("Content-Type", ""),
            ("Content-Type", "multipart/form-data"),
            ("Content-Type", "application/json"),
            ("X-Forwarded-For", "' OR 1=1"),
            ("Cookie", "a=%01; ;;="),
            ("X-HTTP-Method-Override", "GET"),
            ("Accept-Encoding", "*;q=9"),
            ("Expect", "100-continue"),
            ("If-None-Match", "*"),
            ("Range", "bytes=0-"),
            ("User-Agent", "x" * 4000),
        )
    )
    return Request("headers", urlencode(query | {_proof_of(keys): "0"}), body, (more,))


_GARBLED: Final[dict[str, Callable[[random.Random, Keys, dict[str, str], bytes], Made]]] = {
    "wrong": _wrong,
    "missing": _missing,
    "no query": _no_query,
    "changed": _changed,
    "garbage": _garbage,
    "encoded": _encoded,
    "huge": _huge,
    "no text": _no_text,
    "other mode": _other_mode,
    "another": _another,
    "greeting": _greeting,
    "headers": _headers,
    "too big": _too_big,
}
