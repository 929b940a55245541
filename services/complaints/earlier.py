"""What was said in the half hour before a complaint belongs to it: 「我要投诉」 often comes last (fault A9)."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from care import harm
from conversations import events
from conversations.routing import is_question
from services.context import Context
from storage import tables
from storage.seal import Unreadable
from storage.types import moment

WITHIN: Final = timedelta(minutes=30)
MOST: Final = 12
"""Messages before it, the newest."""
SHORTEST: Final = 4
"""Signs from which on words tell something: 你好, 在吗, 嗯嗯 do not."""
WORDLESS: Final = frozenset({"［照片］", "［视频］", "［语音］"})
_BEFORE: Final = """SELECT i.id, i.event, i.created_at FROM inbox i
    WHERE i.person_id = ? AND i.id < ? AND i.arrived_at > ?
      AND i.kind IN ('text', 'voice', 'image', 'video', 'shortvideo')
      AND NOT EXISTS (SELECT 1 FROM case_record r WHERE r.inbox_id = i.id)
    ORDER BY i.id DESC LIMIT ?"""


class Said(NamedTuple):
    """One message before the complaint."""

    inbox_id: int
    words: str
    at: datetime

    @property
    def tells(self) -> bool:
        """Whether the words count for what the complaint is about: a mere question does not (fault A9)."""
        if self.words in WORDLESS:
            return False
        return not is_question(self.words) or harm.SIGNS.search(harm.plain(self.words)) is not None


class _Row(NamedTuple):
    id: int
    event: bytes
    created_at: int


def said(context: Context) -> list[Said]:
    """The messages of the last half hour that belong to no case, in their order; what cannot be opened is left out."""
    store, found = context.store, list[Said]()
    if context.inbox_id is None:
        return found
    for row in store.all_of(_Row, _BEFORE, context.person_id, context.inbox_id, context.now - WITHIN, MOST):
        try:
            event = events.parse(store.open(tables.Inbox, "event", row.id, row.event))
        except Unreadable:
            continue
        if not isinstance(event, events.Text | events.Voice | events.Image | events.Video):
            continue
        words = events.line_of(event)
        if not isinstance(event, events.Text) or len(words.strip()) >= SHORTEST:
            found.append(Said(row.id, words, min(moment(row.created_at), context.now)))
    return found[::-1]
