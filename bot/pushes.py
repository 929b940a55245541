"""What a push says: its XML as a typed event, and what makes it unique (wechat.md 2, 3).

The strict reader takes what is clean. Once the signature holds nothing is lost (W1): whatever is not clean is
*recovered*: forbidden signs
are dropped, the envelope is read from before the person's own words, and everything between the first opening and the
last closing tag of
these words stays words. What was recovered is never an act: no words can unsubscribe, bind or press.
"""

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from xml.parsers import expat
from xml.sax.saxutils import unescape

import msgspec

from care.triage import triage
from conversations import events

MAX_DEPTH: Final = 16
KEY: Final = 256
"""The width of the key's column."""
OPENID: Final = 64
"""The width of its column."""
Node = str | dict[str, Any] | list[Any]


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
        return words_in(readable(self.raw))


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


# -- the strict reader ---------------------------------------------------------------------------------------------


_FIELD: Final = re.compile(r"<(\w+)>(<!\[CDATA\[[^\]]*(?:\](?!\]>)[^\]]*)*\]\]>|[^<&]*)</\1>", re.ASCII)
_SHORT: Final = 2048
"""Bytes that one pattern reads: it looks for a closing tag at each `<` of the words."""
_PLAIN: Final = bytes(set(range(256)) - set(range(32)) | set(b"\t\n"))
"""The bytes that XML leaves as they are; others are for expat to refuse or to change."""
_REPEATED: Final = frozenset({"item", "List"})
"""What the platform itself repeats within an event."""


def clean(body: bytes) -> dict[str, Node] | None:
    """The children of the root: text, dict for a nest, list for repeats. None for whatever user text may have brought
    about.

    Nearly every push is a flat list of fields, which one pattern reads; whatever is more than that goes to expat. Not
    clean is bad XML,
    and also what XML allows and the platform never writes: a field twice, a child or a second text beside the words of
    a field,
    attributes, comments, instructions, a DOCTYPE.
    """
    flat = _flat(body)
    return _nested(body) if flat is None else flat


def _flat(body: bytes) -> dict[str, Node] | None:
    """The fields of a flat push, each once and nothing between them; None for any other XML."""
    if (
        len(body) > _SHORT or body.translate(None, _PLAIN) or b"\xef\xbf" in body
    ):  # control characters; U+FFC0 and up, two of them illegal
        return None
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return None
    if not (text.startswith("<xml>") and text.endswith("</xml>")):
        return None
    found: dict[str, Node] = {}
    size = len("<xml></xml>")
    for name, value in _FIELD.findall(text):
        if name in found or name == "xml":
            return None
        size += 2 * len(name) + len(value) + len("<></>")
        if value[:1] == "<":  # the pattern lets nothing begin so but a CDATA section, whole
            found[name] = value[9:-3]
        elif "]]>" in value:
            return None
        else:
            found[name] = value
    return found if size == len(text) else None  # something between them


class _NotClean(Exception):
    """Stops expat."""


def _nested(body: bytes) -> dict[str, Node] | None:
    reader = _Nest()
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartCdataSectionHandler, parser.EndCdataSectionHandler = reader.opened, reader.closed
    for handler in ("StartDoctypeDeclHandler", "EntityDeclHandler", "CommentHandler", "ProcessingInstructionHandler"):
        setattr(parser, handler, _refuse)
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, _NotClean):
        return None
    root = reader.found.get("xml")
    if not isinstance(root, dict) or (
        root.get("MsgType") != "event" and any(not isinstance(value, str) for value in root.values())
    ):
        return None
    return root


def _refuse(*_: object) -> None:
    raise _NotClean


class _Nest:
    """Gathers what expat tells: a value is a text, or children, never both; blanks around a CDATA section are not part
    of it (W2).
    """

    def __init__(self) -> None:
        self.found: dict[str, Node] = {}
        self._stack: list[dict[str, Node]] = [self.found]
        self._loose: list[list[str]] = [[]]
        self._quoted: list[list[str] | None] = [None]
        self._in_quotes = False

    def start(self, _name: str, attributes: object) -> None:
        if len(self._stack) >= MAX_DEPTH or attributes:
            raise _NotClean
        self._stack.append({})
        self._loose.append([])
        self._quoted.append(None)

    def opened(self) -> None:
        self._in_quotes = True
        if self._quoted[-1] is None:
            self._quoted[-1] = []

    def closed(self) -> None:
        self._in_quotes = False

    def text(self, data: str) -> None:
        quoted = self._quoted[-1]
        (quoted if self._in_quotes and quoted is not None else self._loose[-1]).append(data)

    def end(self, name: str) -> None:
        children, loose, quoted = self._stack.pop(), "".join(self._loose.pop()), self._quoted.pop()
        if (children or quoted is not None) and loose.strip():
            raise _NotClean
        if children and quoted is not None:
            raise _NotClean
        value: Node = children or (loose if quoted is None else "".join(quoted))
        parent = self._stack[-1]
        if name not in parent:
            parent[name] = value
        elif name not in _REPEATED:
            raise _NotClean
        elif isinstance(held := parent[name], list):
            held.append(value)
        else:
            parent[name] = [held, value]


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
        return Push(
            to_user, openid, _event_key(fields, openid, name), f"event:{name.lower()}"[:48], event, raw, created
        )
    identity = _head(fields, "MsgId")
    if not identity or (kind == "text" and "Content" not in fields):
        return None
    message = _message(kind, fields)
    if _WORDS.get(kind) not in fields and kind not in FILES:
        message = _all_heard(message, raw)
    return Push(to_user, openid, _key("m", identity, openid), kind[:16], message, raw, created)


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
    return key if len(key) <= KEY else f"{':'.join(parts[:3])[: KEY - 65]}:{hashlib.sha256(key.encode()).hexdigest()}"


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


# -- what is not clean ---------------------------------------------------------------------------------------------


_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd-\uffff]")
"""What XML does not allow, and the sign that stands for bytes that are no text."""
_HOLE: Final = "\ufffd"
"""Where a forbidden sign stood: a name with a hole is no name, words with a hole are words."""
_WORDS: Final = {"text": "Content", "voice": "Recognition", "location": "Label", "link": "Title"}
"""The field in which a person's own words begin, by kind."""
FILES: Final = frozenset({"image", "video", "shortvideo", "link", "location"})
"""Kinds whose words are titles and places, if any: nobody is rung by them."""
_BEGINS: Final = re.compile(
    r"<(?:Content|Recognition|Label|Title|Description|ScanCodeInfo|ScanResult|SendLocationInfo|Poiname)\b"
)
_VALUE: Final = r"([^\s<>&\[\]\ufffd]{1,64})"


def _field(name: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """A field of the envelope by its opening tag, else by its closing one; cut in two it is neither."""
    opened = rf"<{name}>\s{{0,8}}(?:<!\[CDATA\[\s{{0,8}})?{_VALUE}(?=\s{{0,8}}(?:\]\]>|</{name}>))"
    closed = rf"(?<=[>\[]){_VALUE}\s{{0,8}}(?:\]\]>\s{{0,8}})?</{name}>"
    return re.compile(opened), re.compile(closed)


_HEAD: Final = {
    name: _field(name) for name in ("ToUserName", "FromUserName", "CreateTime", "MsgType", "MediaId", "MediaId16K")
}
_IDENTITY: Final = re.compile(
    r"<MsgId>\s{0,8}(?:<!\[CDATA\[\s{0,8})?(\d{1,20})\s{0,8}(?:\]\]>\s{0,8})?</MsgId>"
    r"(?:\s{0,8}<\w{1,32}>[^<>]{0,64}</\w{1,32}>){0,4}\s{0,8}</xml>\s{0,8}$"
)
"""The number stands at the end of a push, and only the platform's own fields behind it: words cannot claim one."""
_TAG: Final = re.compile(r"</?\w{1,32}>|<!\[CDATA\[|\]\]>")
_QUOTED: Final = re.compile(r"<!\[\w{0,8}\[")


def readable(raw: bytes) -> str:
    """A push as text, with a hole for each sign that is none."""
    return _FORBIDDEN.sub(_HOLE, raw.decode("utf-8", "replace"))


def words_in(text: str) -> str:
    """What of an XML is no tag; a forbidden sign between 救 and 命 leaves 救命."""
    return " ".join(_TAG.sub(" ", text).replace(_HOLE, "").split())


def _recover(raw: bytes, arrived_at: datetime) -> Push:
    """The envelope from before the person's words, the words as they are. Raises NoSender."""
    text = readable(raw)
    begins = _BEGINS.search(text)
    head = text[: begins.start()] if begins else _until(text, "</MsgType>")
    openid = _found("FromUserName", head)
    if not openid:
        raise NoSender(raw)
    kind = (_found("MsgType", head) or "text").lower()
    words, behind = _own_words(text, kind, len(head))
    created = _moment(_found("CreateTime", head)) or arrived_at.replace(microsecond=0)
    identity = _IDENTITY.search(behind)
    key = _key("m", identity[1], openid) if identity and kind != "event" else f"x:{hashlib.sha256(raw).hexdigest()}"
    event = _recovered(kind, head if begins else _until(text, "</MediaId>"), words)
    if kind not in FILES:
        event = _all_heard(event, raw)
    return Push(_found("ToUserName", head), openid, key, kind[:16], event, raw, created)


def _all_heard(event: events.Message, raw: bytes) -> events.Message:
    """A push whose fields are damaged or strange is heard whole: a cry that stands in the wrong place is a cry."""
    if triage(events.said(event)).rings:
        return event
    everything = words_in(readable(raw))
    if not triage(everything).rings:
        return event
    return (
        msgspec.structs.replace(event, heard=everything) if isinstance(event, events.Voice) else events.Text(everything)
    )


def _until(text: str, tag: str) -> str:
    """The text up to and with the first such tag; nothing of it, when there is none."""
    before, found, _ = text.partition(tag)
    return before + found if found else ""


def _recovered(kind: str, head: str, words: str) -> events.Message:
    """A message, never an act; a file keeps the handle that stood before the words."""
    media = _found("MediaId", head)
    match kind:
        case "voice" if media:
            return events.Voice(media, media_id_16k=_found("MediaId16K", head), heard=words.strip())
        case "image" if media:
            return events.Image(media)
        case "video" | "shortvideo" if media:
            return events.Video(media)
        case "event" | "image" | "video" | "shortvideo" | "location" | "link":
            return events.Other(kind[:16])
        case _:
            return events.Text(words) if words.strip() else events.Other(kind[:16])


def _found(name: str, head: str) -> str:
    """The first value of a field of the envelope, "" when it is destroyed."""
    for pattern in _HEAD[name]:
        match = pattern.search(head)
        if match:
            return match[1]
    return ""


def _own_words(text: str, kind: str, begins: int) -> tuple[str, str]:
    """The person's words, from the first opening to the last closing tag of their field, and
    what stands behind them.
    """
    name = _WORDS.get(kind, "Content")
    opening, closing = text.find(f"<{name}>", begins), text.rfind(f"</{name}>", begins)
    end = closing if closing >= begins else text.rfind("<MsgId>", begins)
    end = len(text) if end < begins else end
    if begins <= opening < end:
        return _bare(text[opening + len(name) + 2 : end]), text[end:]
    return words_in(text[begins:end]), text[end:]  # a tag of the field is destroyed


def _bare(value: str) -> str:
    """A value without the CDATA section around it; without one its entities are read."""
    quoted = _QUOTED.match(value.lstrip())
    if quoted is None:
        return unescape(value.replace(_HOLE, ""), {"&quot;": '"', "&apos;": "'"}).removesuffix("]]>")
    inside, end, behind = value.lstrip()[quoted.end() :].rpartition("]]>")
    whole = not end or words_in(
        behind
    )  # without an end all of it is words; what is behind the end is, at best, a destroyed tag
    return (f"{inside}{end}{behind}" if whole else inside).replace(_HOLE, "")
