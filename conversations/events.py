"""What can happen to a conversation: a person's message or act, silence, or what became of an effect."""

from datetime import datetime
from typing import Final

import msgspec


class Text(msgspec.Struct, frozen=True, tag="text"):
    """Words. `menu_id` is set when they came from a tap on a menu message, which opens no 48 h window."""

    body: str
    menu_id: str = ""


class Image(msgspec.Struct, frozen=True, tag="image"):
    """A photo; `media_id` dies at the platform after 3 days."""

    media_id: str
    url: str = ""


class Voice(msgspec.Struct, frozen=True, tag="voice"):
    """A voice message of at most 60 s; `media_id_16k` is the better copy when the platform sends one."""

    media_id: str
    format: str = ""
    media_id_16k: str = ""
    heard: str = ""


class Video(msgspec.Struct, frozen=True, tag="video"):
    """A video, short or long."""

    media_id: str
    thumb_media_id: str = ""


class Location(msgspec.Struct, frozen=True, tag="location"):
    """A place that the person chose to send."""

    latitude: float
    longitude: float
    label: str = ""


class Link(msgspec.Struct, frozen=True, tag="link"):
    """A shared page."""

    title: str
    description: str = ""
    url: str = ""


class Noted(msgspec.Struct, frozen=True, tag="noted"):
    """Words from a page of ours, such as 请来电 under a letter; the platform opens no window for them."""

    body: str


class Other(msgspec.Struct, frozen=True, tag="other"):
    """A message of a kind that has no name here; its raw XML is kept."""

    kind: str


class Click(msgspec.Struct, frozen=True, tag="click"):
    """A tap on a menu button of our own."""

    key: str


class Followed(msgspec.Struct, frozen=True, tag="followed"):
    """The person follows the account; `scene` tells from which code."""

    scene: str = ""


class Unfollowed(msgspec.Struct, frozen=True, tag="unfollowed"):
    """The person left; no answer can reach them."""


class Scanned(msgspec.Struct, frozen=True, tag="scanned"):
    """A follower scanned a code of ours."""

    scene: str


class Notice(msgspec.Struct, frozen=True, tag="notice"):
    """An event that asks for no answer: a result of a send, a page opened, a place reported."""

    kind: str
    fields: dict[str, str] = {}


Message = Text | Image | Voice | Video | Location | Link | Noted | Other
Act = Click | Followed | Unfollowed | Scanned | Notice
Arrival = Message | Act
MESSAGES: Final = (Text, Image, Voice, Video, Location, Link, Noted, Other)
ACTS: Final = (Click, Followed, Unfollowed, Scanned, Notice)
FILES: Final = (Image, Voice, Video)
TAPS: Final = (Click, Followed, Scanned)
"""Tuples, since each message is asked several times what it is, and a union is slower to ask."""

_encoder = msgspec.json.Encoder()
_decoder: msgspec.json.Decoder[Arrival] = msgspec.json.Decoder(Arrival)


class Option(msgspec.Struct, frozen=True):
    """One entry of the knowledge for a question; `answer` is None while a blank of it is unfilled."""

    id: str
    question: str
    answer: str | None = None
    human: bool = False


class Asked(msgspec.Struct, frozen=True):
    """A question, with what the house's knowledge found for it: the answer when it is `sure`, else a choice."""

    options: tuple[Option, ...]
    sure: bool = True


class Skipped(msgspec.Struct, frozen=True):
    """The person does not want to answer this question (the word 跳过)."""


Reply = Message | Skipped


class Done(msgspec.Struct, frozen=True):
    """An effect was carried out: its reference, the moment that it promises, how it was done,
    what need not be asked.
    """

    ref: str = ""
    due_at: datetime | None = None
    how: str = ""
    known: tuple[str, ...] = ()


class Refused(msgspec.Struct, frozen=True):
    """A rule forbade an effect; `why` is a word that the flow knows."""

    why: str


CUT: Final = "\ufffd"
"""What the platform puts where a sign was cut: it stands between signs that belong together."""


def said(event: Arrival) -> str:
    """The words of a message, typed or recognised by the platform; "" for what has none."""
    if isinstance(event, Text):
        return event.body.replace(CUT, "")
    return event.heard.replace(CUT, "") if isinstance(event, Voice) else ""


def dump(event: Arrival) -> bytes:
    """The event as JSON, for the sealed column of the inbox."""
    return _encoder.encode(event)


def parse(data: bytes) -> Arrival:
    """Read back what `dump` wrote; raises msgspec.ValidationError for anything else."""
    return _decoder.decode(data)


def line_of(event: Message) -> str:
    """A message as one line: of a case, of what was found."""
    match event:
        case Text(body) | Noted(body):
            return body
        case Image():
            return "［照片］"
        case Voice(heard=heard):
            return f"［语音］{heard}"
        case Video():
            return "［视频］"
        case Location(label=label):
            return f"［位置］{label}"
        case Link(title=title):
            return f"［链接］{title}"
        case _:
            return "［其他内容］"
