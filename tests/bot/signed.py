"""Signed pushes as tests write them: a codec, the envelope of a push, its signature."""

from datetime import UTC, datetime
from typing import Any

from bot import fields, pushes, wire
from settings import Mode

K1 = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
STAMP = str(int(NOW.timestamp()))


def codec(mode: Mode = Mode.SECURE, **more: Any) -> wire.Codec:
    keys: dict[str, Any] = {
        "token": "spamtest",
        "app_id": "wx2c2769f8efd9abc2",
        "mode": mode,
        "aes_key": K1,
        "max_age_seconds": 0,
    }
    return wire.Codec(**(keys | more))


def inner(
    kind: str = "text",
    more: str = "<Content><![CDATA[你好]]></Content>",
    number: str = "<MsgId>7250021412600020992</MsgId>",
) -> bytes:
    return (
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[oABC]]></FromUserName>"
        f"<CreateTime>{STAMP}</CreateTime>"
        f"<MsgType><![CDATA[{kind}]]></MsgType>{more}{number}</xml>"
    ).encode()


def read(raw: bytes) -> pushes.Push:
    return pushes.read(raw, NOW)


def fields_of(raw: bytes) -> dict[str, Any]:
    found = fields.clean(raw)
    assert found is not None
    return found


def push(used: wire.Codec, plain: bytes, **changes: str) -> tuple[dict[str, str], bytes]:
    sealed = used.encrypt(plain)
    query = {
        "timestamp": STAMP,
        "nonce": "42",
        "encrypt_type": "aes",
        "msg_signature": used.sign(STAMP, "42", sealed),
    } | changes
    return (
        query,
        f"<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode(),
    )
