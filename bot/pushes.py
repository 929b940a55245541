"""What a push says: its XML as a typed event, and what makes it unique (wechat.md 2, 3).

What is clean (`bot.fields`) is read strictly. Once the signature holds nothing is lost (W1): whatever is not clean is
*recovered* (`bot.recovery`), and never as an act.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from bot import recovery
from bot.fields import Node, clean
from conversations import events

KEY: Final = 256
"""The width of the key's column."""
OPENID: Final = 64
"""The width of its column."""
KIND: Final = 48
"""The width of its column; what is longer is cut, and the event keeps it whole."""


class NoSender(Exception):
    """A signed push of which not even the sender can be found.

    `raw` is what came, `words` what of it looks like words.
    """

    def __init__(self, raw: bytes) -> None:
        super().__init__("a signed push that names nobody")
        self.raw = raw

    @property
    def key(self) -> str:
        """What makes it unique: a redelivery has the same bytes."""
        return f"u:{hashlib.sha256(self.raw).hexdigest()}"

    @property
    def words(self) -> str:
        """Everything that is no tag."""
        return recovery.words_in(recovery.readable(self.raw))


class Push(msgspec.Struct, frozen=True):
    """A verified push. `to_user` is the account's own name (gh_…), `raw` the XML, `created_at` aware and in UTC."""

    to_user: str
    openid: str
    key: str
    kind: str
    event: events.Arrival
    raw: bytes
    created_at: datetime


def read(raw: bytes, arrived_at: datetime) -> Push:
    """A decrypted XML as a push: every kind is parsed, or kept as `Other` or `Notice`. Raises NoSender when it names
    nobody.

    `arrived_at` stands for a CreateTime that cannot be read.
    """
    try:
        fields = clean(raw)
        push = None if fields is None else _strict(fields, raw)
        return push or _recover(raw, arrived_at)
    except NoSender:
        raise
    except Exception as error:  # whatever it is: it is signed, so it is kept
        raise NoSender(raw) from error


def _strict(fields: Mapping[str, Node], raw: bytes) -> Push | None:
    """The push of clean fields; None when the envelope itself is incomplete."""
    openid, kind = _head(fields, "FromUserName"), _head(fields, "MsgType").lower()
    created = _moment(_head(fields, "CreateTime"))
    if created is None or not _OPENID.fullmatch(openid) or not kind:
        return None
    to_user = _head(fields, "ToUserName")
    if kind == "event":
        name = _head(fields, "Event")
        if not name:
            return None
        event = _event(name.lower(), fields, raw)
        kind = f"event:{name.lower()}"
        return Push(to_user, openid, _event_key(fields, openid, name), kind[:KIND], event, raw, created)
    identity = _head(fields, "MsgId")
    if not identity or (kind == "text" and "Content" not in fields):
        return None
    message = _message(kind, fields)
    if recovery.WORDS.get(kind) not in fields and kind not in recovery.FILES:
        message = recovery.all_heard(message, raw)
    return Push(to_user, openid, _key("m", identity, openid), kind[:KIND], message, raw, created)


def _text(fields: Mapping[str, Node], name: str, default: str = "") -> str:
    value = fields.get(name, default)
    return value if isinstance(value, str) else default


def _head(fields: Mapping[str, Node], name: str) -> str:
    """A field that the platform writes: blanks around it say nothing (W2)."""
    value = fields.get(name)
    return value.strip() if isinstance(value, str) else ""


_OPENID: Final = re.compile(rf"[^\s<>&\[\]\x00-\x1f]{{1,{OPENID}}}")


def _moment(text: str) -> datetime | None:
    """Seconds since 1970 as a moment; None for what is none."""
    try:
        return datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _event_key(fields: Mapping[str, Node], openid: str, name: str) -> str:
    """Events have no MsgId: (CreateTime, openid, Event, EventKey); results of sends also MsgID and Status (wechat.md
    3).
    """
    parts = [_head(fields, "CreateTime"), openid, name, _head(fields, "EventKey")]
    if name.upper().endswith("JOBFINISH"):
        parts += [_head(fields, "MsgID") or _head(fields, "MsgId"), _head(fields, "Status")]
    return _key("e", *parts)


def _key(*parts: str) -> str:
    """What rises with time comes first: new keys then lie together in the index, and a message
    touches one page less.
    """
    key = ":".join(parts)
    return key if len(key) <= KEY else f"{key[: KEY - 65]}:{hashlib.sha256(key.encode()).hexdigest()}"


def _message(kind: str, fields: Mapping[str, Node]) -> events.Message:
    match kind:
        case "text":
            return events.Text(_text(fields, "Content"), _head(fields, "bizmsgmenuid"))
        case "image":
            return events.Image(_head(fields, "MediaId"), _head(fields, "PicUrl"))
        case "voice":
            return events.Voice(
                _head(fields, "MediaId"),
                _head(fields, "Format"),
                _head(fields, "MediaId16K"),
                _text(fields, "Recognition").strip(),
            )
        case "video" | "shortvideo":
            return events.Video(_head(fields, "MediaId"), _head(fields, "ThumbMediaId"))
        case "location":
            return events.Location(_number(fields, "Location_X"), _number(fields, "Location_Y"), _text(fields, "Label"))
        case "link":
            return events.Link(_text(fields, "Title"), _text(fields, "Description"), _text(fields, "Url"))
        case _:  # a kind that nobody knows may carry words, and words are heard
            return events.Text(_text(fields, "Content")) if _text(fields, "Content").strip() else events.Other(kind)


def _event(name: str, fields: Mapping[str, Node], raw: bytes) -> events.Act:
    key = _head(fields, "EventKey")
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


NESTED: Final = frozenset(
    {"scancode_push", "scancode_waitmsg", "pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select"}
)


def _rare(name: str, fields: Mapping[str, Node], raw: bytes) -> dict[str, str]:
    """The fields of a rarer event, flat. wechatpy's models know their shapes; what they do not know is read from the
    XML.
    """
    found = {field: value for field, value in fields.items() if isinstance(value, str)}
    if name not in NESTED:
        return found
    try:  # its properties are read when they are asked for: each may find that its field is missing
        import wechatpy

        model = wechatpy.parse_message(raw)
        if name.startswith("scancode"):
            return found | {"scan_type": str(model.scan_type), "scan_result": str(model.scan_result)}
        if name.startswith("pic"):
            return found | {"count": str(model.count)}
        return found | {
            "latitude": str(model.location_x),
            "longitude": str(model.location_y),
            "label": str(model.label),
        }
    except Exception:
        return found


def _number(fields: Mapping[str, Node], name: str) -> float:
    try:
        return float(_text(fields, name, "0"))
    except ValueError:
        return 0.0


def _recover(raw: bytes, arrived_at: datetime) -> Push:
    """The push of what could be recovered. Raises NoSender."""
    found = recovery.recover(raw)
    if found is None:
        raise NoSender(raw)
    created = _moment(found.created) or arrived_at.replace(microsecond=0)
    key = _key("m", found.number, found.openid) if found.number else f"x:{hashlib.sha256(raw).hexdigest()}"
    return Push(found.to_user, found.openid, key, found.kind[:KIND], found.event, raw, created)
