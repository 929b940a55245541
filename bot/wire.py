"""The platform's wire format: signatures, encryption, XML, and what makes a push unique (wechat.md 1, 2, 3).

expat and cryptography do the work; wechatpy's models read the rarer kinds. Until the signature holds every failure is `Refused`
(403, no detail); after it garbage is `Malformed` (400). The three modes never fall back to one another.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
import struct
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from xml.parsers import expat

import msgspec
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from conversations import events
from settings import Mode

MAX_BODY: Final = 64 * 1024
MAX_DEPTH: Final = 16
BLOCK: Final = 32
KEY: Final = 256
"""The width of the key's column."""
_SEALED: Final = re.compile(rb"<Encrypt>\s*(?:<!\[CDATA\[)?([A-Za-z0-9+/=]+)(?:\]\]>)?\s*</Encrypt>")
_STAMP: Final = re.compile(r"\d{1,12}", re.ASCII)
Node = str | dict[str, Any] | list[Any]


class Refused(Exception):
    """The push is not proven to come from the platform: 403 and not a word more."""


class Malformed(Exception):
    """A signed push that cannot be read: 400."""


class Push(msgspec.Struct, frozen=True):
    """A verified push. `to_user` is the account's own name (gh_…), `raw` the XML, `created_at` aware and in UTC."""

    to_user: str
    openid: str
    key: str
    kind: str
    event: events.Arrival
    raw: bytes
    created_at: datetime


class Codec:
    """Opens pushes and closes replies for one account, in one thread. Raises ValueError for keys that cannot be right.

    One cipher context serves all messages: only the first block depends on what went before it, and both sides throw its 16 random
    bytes away.
    """

    def __init__(
        self, *, token: str, app_id: str, mode: Mode, aes_key: str = "", previous_aes_key: str = "", max_age_seconds: int = 86_400
    ) -> None:
        self.token, self.app_id, self.mode, self.max_age_seconds = token, app_id.encode(), mode, max_age_seconds
        ciphers = [_cipher(key) for key in (aes_key, previous_aes_key) if key]
        self._encryptors, self._decryptors = [cipher.encryptor() for cipher in ciphers], [cipher.decryptor() for cipher in ciphers]
        if mode is not Mode.PLAIN and not aes_key:
            message = "an encoding_aes_key is needed"
            raise ValueError(message)

    def sign(self, *parts: str) -> str:
        """The SHA-1 over the token and the parts in string order, in hex."""
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()  # noqa: S324  (the platform's choice)

    def greet(self, query: Mapping[str, str], now: datetime) -> str:
        """The echostr of the platform's handshake, which is always plain. Raises Refused."""
        self._proven(query.get("signature", ""), query, now)
        echo = query.get("echostr", "")
        if not re.fullmatch(r"[\w\-]{1,128}", echo):
            raise Refused
        return echo

    def open(self, query: Mapping[str, str], body: bytes, now: datetime) -> Push:
        """The push inside a POST. Raises Refused before the signature holds, Malformed after it."""
        if len(body) > MAX_BODY:
            raise Refused
        if self.mode is Mode.PLAIN:
            if query.get("encrypt_type", "raw") not in {"raw", ""}:
                raise Refused
            self._proven(query.get("signature", ""), query, now)
            return read(body)
        if query.get("encrypt_type") != "aes":
            raise Refused
        found = _SEALED.search(body)  # nothing of strangers reaches the XML parser: the signature covers this text
        if found is None:
            raise Refused
        sealed = found[1].decode()
        self._proven(query.get("msg_signature", ""), query, now, sealed)
        return read(self.decrypt(sealed))

    def close(self, xml: str, now: datetime) -> bytes:
        """A reply in the account's mode; encrypted ones get a fresh nonce each time."""
        if self.mode is Mode.PLAIN:
            return xml.encode()
        random = os.urandom(20)
        stamp, nonce, sealed = str(int(now.timestamp())), str(int.from_bytes(random[16:], "big")), self.encrypt(xml.encode(), random[:16])
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature><![CDATA[{self.sign(stamp, nonce, sealed)}]]></MsgSignature>"
            f"<TimeStamp>{stamp}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        ).encode()

    def encrypt(self, plain: bytes, random: bytes | None = None) -> str:
        """random(16) | length(4, big-endian) | text | app id, PKCS#7 to 32, AES-256-CBC, base64. `random` is for test vectors."""
        data = (random or os.urandom(16)) + struct.pack(">I", len(plain)) + plain + self.app_id
        pad = BLOCK - len(data) % BLOCK
        return base64.b64encode(self._encryptors[0].update(data + bytes([pad]) * pad)).decode()

    def decrypt(self, sealed: str) -> bytes:
        """The text; the present key first, then the previous one. Raises Malformed (the official -40005, -40007, -40008)."""
        try:
            data = base64.b64decode(sealed, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Malformed from error
        if not data or len(data) % 16:
            raise Malformed
        for decryptor in self._decryptors:
            plain = self._unwrap(decryptor.update(data))
            if plain is not None:
                return plain
        raise Malformed

    def _unwrap(self, data: bytes) -> bytes | None:
        pad = data[-1]
        if not 1 <= pad <= BLOCK or data[-pad:] != bytes([pad]) * pad or len(data) - pad < 20:  # noqa: PLR2004  (16 + 4 bytes of head)
            return None
        end = 20 + struct.unpack(">I", data[16:20])[0]
        if end > len(data) - pad or not hmac.compare_digest(data[end:-pad], self.app_id):
            return None
        return data[20:end]

    def _proven(self, given: str, query: Mapping[str, str], now: datetime, *parts: str) -> None:
        stamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        expected = self.sign(stamp, nonce, *parts)
        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):
            raise Refused
        if not _STAMP.fullmatch(stamp):
            raise Refused
        if self.max_age_seconds and abs(now.timestamp() - int(stamp)) > self.max_age_seconds:
            raise Refused


def _cipher(key: str) -> Cipher[modes.CBC]:
    if not re.fullmatch(r"[A-Za-z0-9]{43}", key, re.ASCII):
        message = "an encoding_aes_key has 43 letters and digits"
        raise ValueError(message)
    raw = base64.b64decode(key + "=")
    return Cipher(algorithms.AES(raw), modes.CBC(raw[:16]))


# -- XML -----------------------------------------------------------------------------------------------------------


_FIELD: Final = re.compile(r"<(\w+)>(<!\[CDATA\[[^\]]*(?:\](?!\]>)[^\]]*)*\]\]>|[^<&]*)</\1>", re.ASCII)
_PLAIN: Final = bytes(set(range(256)) - set(range(32)) | set(b"\t\n"))
"""The bytes that XML leaves as they are; others are for expat to refuse or to change."""


def parse(body: bytes) -> dict[str, Node]:
    """The children of the root as a dict: text, dict for a nest, list for repeats. Raises Malformed for a DOCTYPE, depth or bad XML.

    Nearly every push is a flat list of fields, which one pattern reads; whatever is more than that goes to expat.
    """
    flat = _flat(body)
    return _nested(body) if flat is None else flat


def _flat(body: bytes) -> dict[str, Node] | None:
    """The fields of a flat push, each once and nothing between them; None for any other XML."""
    if body.translate(None, _PLAIN) or b"\xef\xbf" in body:  # control characters; U+FFC0 and up, among them two that are illegal
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    fields = _FIELD.findall(text)
    found: dict[str, Node] = {name: value[9:-3] if value.startswith("<![CDATA[") else value for name, value in fields}
    size = len("<xml></xml>") + sum([2 * len(name) + len(value) + len("<></>") for name, value in fields])
    whole = size == len(text) and len(found) == len(fields) and text.startswith("<xml>") and text.endswith("</xml>")
    return found if whole else None


def _nested(body: bytes) -> dict[str, Node]:
    stack: list[dict[str, Node]] = [{}]
    texts: list[list[str]] = [[]]

    def start(_name: str, _attributes: object) -> None:
        if len(stack) >= MAX_DEPTH:
            raise Malformed
        stack.append({})
        texts.append([])

    def end(name: str) -> None:
        children, text = stack.pop(), "".join(texts.pop())
        value: Node = children or text
        parent = stack[-1]
        if name not in parent:
            parent[name] = value
        elif isinstance(held := parent[name], list):
            held.append(value)
        else:
            parent[name] = [held, value]

    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda data: texts[-1].append(data)  # noqa: PLW0108  (the last list changes)
    parser.StartDoctypeDeclHandler = _no_doctype
    parser.EntityDeclHandler = _no_doctype
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise Malformed from error
    root = stack[0].get("xml")
    if not isinstance(root, dict):
        raise Malformed
    return root


def _no_doctype(*_: object) -> None:
    raise Malformed


def read(raw: bytes) -> Push:
    """A decrypted XML as a push: every kind is parsed, or kept as `Other` or `Notice` with its raw XML. Raises Malformed."""
    fields = parse(raw)
    openid, kind = _text(fields, "FromUserName"), _text(fields, "MsgType").lower()
    try:
        created = datetime.fromtimestamp(int(_text(fields, "CreateTime")), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Malformed from error
    if not openid or len(openid) > 64 or not kind:  # noqa: PLR2004  (the column's width)
        raise Malformed
    if kind == "event":
        name = _text(fields, "Event")
        if not name:
            raise Malformed
        event = _event(name.lower(), fields, raw)
        return Push(
            _text(fields, "ToUserName"), openid, _event_key(fields, openid, name), f"event:{name.lower()}"[:48], event, raw, created
        )
    identity = _text(fields, "MsgId")
    if not identity:
        raise Malformed
    return Push(_text(fields, "ToUserName"), openid, _key("m", identity, openid), kind[:16], _message(kind, fields), raw, created)


def _text(fields: Mapping[str, Node], name: str, default: str = "") -> str:
    value = fields.get(name, default)
    return value if isinstance(value, str) else default


def _event_key(fields: Mapping[str, Node], openid: str, name: str) -> str:
    """Events have no MsgId: (CreateTime, openid, Event, EventKey); results of sends also MsgID and Status (wechat.md 3)."""
    parts = [_text(fields, "CreateTime"), openid, name, _text(fields, "EventKey")]
    if name.upper().endswith("JOBFINISH"):
        parts += [_text(fields, "MsgID") or _text(fields, "MsgId"), _text(fields, "Status")]
    return _key("e", *parts)


def _key(*parts: str) -> str:
    """What rises with time comes first: new keys then lie together in the index, and a message touches one page less."""
    key = ":".join(parts)
    return key if len(key) <= KEY else f"{':'.join(parts[:3])[: KEY - 65]}:{hashlib.sha256(key.encode()).hexdigest()}"


def _message(kind: str, fields: Mapping[str, Node]) -> events.Message:
    match kind:
        case "text":
            return events.Text(_text(fields, "Content"), _text(fields, "bizmsgmenuid"))
        case "image":
            return events.Image(_text(fields, "MediaId"), _text(fields, "PicUrl"))
        case "voice":
            return events.Voice(
                _text(fields, "MediaId"), _text(fields, "Format"), _text(fields, "MediaId16K"), _text(fields, "Recognition").strip()
            )
        case "video" | "shortvideo":
            return events.Video(_text(fields, "MediaId"), _text(fields, "ThumbMediaId"))
        case "location":
            return events.Location(_number(fields, "Location_X"), _number(fields, "Location_Y"), _text(fields, "Label"))
        case "link":
            return events.Link(_text(fields, "Title"), _text(fields, "Description"), _text(fields, "Url"))
        case _:
            return events.Other(kind)


def _event(name: str, fields: Mapping[str, Node], raw: bytes) -> events.Act:
    key = _text(fields, "EventKey")
    match name:
        case "subscribe":
            return events.Followed(key.removeprefix("qrscene_"))
        case "unsubscribe":
            return events.Unfollowed()
        case "scan":
            return events.Scanned(key)
        case "click":
            return events.Click(key)
        case _:
            return events.Notice(name, _rare(name, fields, raw))


NESTED: Final = frozenset({"scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"})


def _rare(name: str, fields: Mapping[str, Node], raw: bytes) -> dict[str, str]:
    """The fields of a rarer event, flat. wechatpy's models know their shapes; what they do not know is read from the XML."""
    found = {field: value for field, value in fields.items() if isinstance(value, str)}
    if name not in NESTED:
        return found
    try:
        import wechatpy

        model = wechatpy.parse_message(raw)
    except Exception:
        return found
    if name.startswith("scancode"):
        found |= {"scan_type": str(model.scan_type), "scan_result": str(model.scan_result)}
    elif name.startswith("pic"):
        found["count"] = str(model.count)
    else:
        found |= {"latitude": str(model.location_x), "longitude": str(model.location_y), "label": str(model.label)}
    return found


def _number(fields: Mapping[str, Node], name: str) -> float:
    try:
        return float(_text(fields, name, "0"))
    except ValueError:
        return 0.0
