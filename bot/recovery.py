"""What can be recovered of a push whose XML is not clean: the envelope, and the person's own words as words (W1).

Forbidden signs are dropped, the envelope is read from before the person's own words, and everything between the first
opening and the last closing tag of these words stays words. What was recovered is never an act: no words can
unsubscribe, bind or press.
"""

import re
from typing import Final, NamedTuple
from xml.sax.saxutils import unescape

import msgspec

from conversations import events
from understanding.cascade import triage

_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffd-\uffff]")
"""What XML does not allow, and the sign that stands for bytes that are no text."""
_HOLE: Final = "\ufffd"
"""Where a forbidden sign stood: a name with a hole is no name, words with a hole are words."""
WORDS: Final = {"text": "Content", "voice": "Recognition", "location": "Label", "link": "Title"}
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


class Recovered(NamedTuple):
    """What was found: `created` and `number` (the platform's MsgId) as they stand in the push, "" when destroyed."""

    to_user: str
    openid: str
    kind: str
    created: str
    number: str
    event: events.Message


def recover(raw: bytes) -> Recovered | None:
    """The envelope from before the person's words, the words as they are. None when it names nobody."""
    text = readable(raw)
    begins = _BEGINS.search(text)
    head = text[: begins.start()] if begins else _until(text, "</MsgType>")
    openid = _found("FromUserName", head)
    if not openid:
        return None
    kind = (_found("MsgType", head) or "text").lower()
    words, behind = _own_words(text, kind, len(head))
    identity = _IDENTITY.search(behind)
    event = _recovered(kind, head if begins else _until(text, "</MediaId>"), words)
    if kind not in FILES:
        event = all_heard(event, raw)
    number = identity[1] if identity and kind != "event" else ""
    return Recovered(_found("ToUserName", head), openid, kind, _found("CreateTime", head), number, event)


def all_heard(event: events.Message, raw: bytes) -> events.Message:
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
            return events.Other(kind)
        case _:
            return events.Text(words) if words.strip() else events.Other(kind)


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
    name = WORDS.get(kind, "Content")
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
