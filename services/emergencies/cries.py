"""What the messages on the strips say: each is opened and read once, however often the board is drawn (D14; fault
S3).
"""

import threading
from collections import OrderedDict
from collections.abc import Collection
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import load_only

from care.triage import Triage
from conversations import events
from storage import tables
from storage.seal import Unreadable
from storage.unit import Unit
from understanding.cascade import triage

MOST: Final = 5000
"""Messages that are remembered, at most some MB: more than ever ring at once, since who looks at all of them by turns
would find none.
"""
SHOWN: Final = 300
"""Signs of a message on a strip; the whole of it stands in the talk."""


class Said(msgspec.Struct, frozen=True):
    """One message: the words for a strip, what they alone mean, whether it is a voice without
    words, or a tap on 叫护士.
    """

    words: str
    meant: Triage
    unread: bool
    tapped: bool


_known: OrderedDict[int, Said] = OrderedDict()
_lock: Final = threading.Lock()


def remember(message_id: int, event: events.Arrival, meant: Triage | None = None) -> Said:
    """Keep what a message says; `meant` where it was read already: a long one takes as long as fifty others."""
    if meant is None:
        meant = triage(events.said(event))
    tapped, unread = isinstance(event, events.Click), isinstance(event, events.Voice) and not event.heard
    said = Said(words(event, meant.why), meant, unread=unread, tapped=tapped)
    with _lock:
        _known[message_id] = said
        while len(_known) > MOST:
            _known.popitem(last=False)
    return said


def of(db: Unit, messages: Collection[int]) -> dict[int, Said]:
    """What these messages say; one that cannot be opened is not in it."""
    with _lock:
        found = {number: _known[number] for number in messages if number in _known}
    table = tables.Inbox
    missing = [number for number in messages if number not in found]
    for row in (
        db.scalars(select(table).where(table.id.in_(missing)).options(load_only(table.event))) if missing else ()
    ):
        try:
            event = events.parse((db.open(row, "event") or "").encode())
        except Unreadable:
            continue
        found[row.id] = remember(row.id, event)
    return found


def words(event: events.Arrival, why: str = "") -> str:
    """What a strip shows of a message; of a long one what stands around the words that rang, else its beginning and its
    end.
    """
    match event:
        case events.Text(body):
            return _shortened(body, why)
        case events.Voice(heard=heard):
            return _shortened(heard, why) or "未识别语音，请收听"
        case events.Click("NURSE"):
            return "按了叫护士"
        case _:
            return ""


def _shortened(text: str, why: str) -> str:
    if len(text) <= SHOWN:
        return text
    at = text.find(why) if why else -1
    if at < 0:
        return f"{text[: SHOWN // 2]}……{text[-SHOWN // 2 :]}"
    begin = max(0, at - SHOWN // 2)
    end = begin + SHOWN
    return f"{'……' if begin else ''}{text[begin:end]}{'……' if end < len(text) else ''}"
