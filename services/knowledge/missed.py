"""What the machine could not answer, or answered wrongly, lately: grouped by meaning, the most asked first."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.triage import Urgency
from conversations.answers import Entry, Kind, Knowledge, tokens
from conversations.events import Option
from conversations.flows.knowledge import Offer, chosen
from conversations.routing import Intent, is_question, of_words
from services.access import Viewer, access_page
from services.knowledge import shelves
from services.knowledge.access import KNOWLEDGE
from services.knowledge.teaching import body
from storage import tables
from storage.queries.talks import said
from storage.unit import Unit
from understanding.cascade import Decision, decide, read

LOOK_BACK: Final = timedelta(days=7)
LOOKED_AT: Final = 400
SHORTEST: Final = 4
SOON: Final = timedelta(minutes=15)
"""So soon after an answer words of displeasure are about it."""
ALIKE: Final = 0.5
"""Likeness of words from which two questions are one."""
SHOWN: Final = 3
"""Other words of a group that the page shows."""
_WRONG: Final = re.compile(
    r"^(?:不是(?:这个|问这个|的)|不对|答非所问|没(?:有)?(?:回答|答)|我问的(?:是|不是)|我不是问|说的不是|看不懂|听不懂|牛头不对马嘴|什么呀|啥呀)"
)


@dataclass(frozen=True, slots=True)
class Missed:
    """Questions of one meaning. `wrong`: the machine said `near`, and the person was not served by it."""

    messages: tuple[int, ...]
    text: str
    also: tuple[str, ...]
    times: int
    at: datetime
    near: Entry | None
    score: float
    lacks: tuple[str, ...] = ()
    wrong: bool = False

    @property
    def ids(self) -> str:
        """The messages, as a form carries them."""
        return ",".join(map(str, self.messages))


@dataclass(slots=True)
class _Group:
    first: Missed
    parts: frozenset[str]
    texts: list[str]
    messages: list[int]


def missed(db: Unit, viewer: Viewer, snapshot: Knowledge, now: datetime, most: int = 30) -> list[Missed]:
    """The groups. Judged by today's knowledge, so that what was filled or taught since is gone. Complaints, cries and
    elders' words are no questions here.
    """
    access_page(viewer, KNOWLEDGE)
    complaint = select(tables.ComplaintRecord.inbox_id).where(
        tables.ComplaintRecord.home_id == viewer.home_id, tables.ComplaintRecord.inbox_id.is_not(None)
    )
    rows = db.scalars(
        select(tables.Inbox)
        .join(tables.Person, tables.Person.id == tables.Inbox.person_id)
        .where(
            tables.Inbox.home_id == viewer.home_id,
            tables.Inbox.kind == "text",
            tables.Person.kind.not_in(("elder", "staff")),
            tables.Inbox.arrived_at > now - LOOK_BACK,
            tables.Inbox.id.not_in(complaint),
            viewer.sight.person(tables.Inbox.person_id),
            viewer.sight.inbox(tables.Inbox.id),
        )
        .order_by(tables.Inbox.id.desc())
        .limit(LOOKED_AT)
    ).all()
    after: dict[int, tuple[datetime, str]] = {}
    found = []
    for row in rows:
        text = body(db, row)
        one = _one(snapshot, row, text, after.get(row.person_id), said(db, row) if row.answer is not None else "")
        if one is not None:
            found.append(one)
        after[row.person_id] = row.created_at, text
    return sorted(grouped(found), key=lambda one: (-one.times, -one.at.timestamp()))[:most]


def _one(
    snapshot: Knowledge, row: tables.Inbox, text: str, after: tuple[datetime, str] | None, heard: str
) -> Missed | None:
    """A message as it would be answered now; None for what is no question, or was answered: also by the encoder, which
    is not asked here.
    """
    if len(re.sub(r"\W+", "", text)) < SHORTEST or of_words(text) != Intent.ASK:
        return None
    decision = shelves.corrected(snapshot, text, decide(read(text), "family"))
    if decision.level <= Urgency.P1 or decision.ask or not _is_asking(decision, text):
        return None
    wanted = shelves.asked_for(snapshot, decision, text)
    result = wanted.found if wanted.found.hits else snapshot.find(text)
    first = result.hits[0] if result.hits else None
    near, score = (first.entry, first.score) if first else (None, 0.0)
    then = after[1] if after is not None and after[0] - row.created_at <= SOON else ""
    lacks = snapshot.missing(near) if near and result.kind is Kind.ANSWER else ()
    told = any(words in heard for hit in result.hits if (words := snapshot.spoken(hit.entry)))
    sure = told or (wanted.found.kind is Kind.ANSWER and not lacks)
    wrong = sure and bool(_WRONG.match(then) or of_words(then) == Intent.HUMAN)
    left = wanted.found.kind is Kind.CHOICES and not _is_chosen(wanted.found.choices, then)
    if wrong or (not told and (wanted.found.kind is Kind.NOTHING or lacks or left)):
        return Missed((row.id,), text, (), 1, row.created_at, near, score, lacks, wrong)
    return None


def _is_chosen(offered: tuple[Entry, ...], then: str) -> bool:
    """Whether one of what was offered was taken."""
    return chosen(Offer(tuple(Option(one.id, one.question) for one in offered)), then) is not None


def _is_asking(decision: Decision, text: str) -> bool:
    """Whether the knowledge could have answered: what it speaks to, and questions taken for another trade's."""
    return decision.intent in shelves.ASKS or (decision.intent == "offtopic" and is_question(text))


def grouped(found: Iterable[Missed]) -> list[Missed]:
    """What means the same counts together, under the newest words."""
    groups: list[_Group] = []
    for one in found:
        parts = tokens(one.text)
        group = next((group for group in groups if _alike(group, one, parts)), None)
        if group is None:
            groups.append(_Group(one, parts, [one.text], list(one.messages)))
            continue
        group.messages += one.messages
        if one.text not in group.texts:
            group.texts.append(one.text)
    return [_whole(group) for group in groups]


def _alike(group: _Group, one: Missed, parts: frozenset[str]) -> bool:
    if group.first.wrong != one.wrong:
        return False
    if one.lacks or group.first.lacks:
        return one.lacks == group.first.lacks and one.near == group.first.near
    if one.text == group.first.text:
        return True
    shared = sum(map(_weight, parts & group.parts))
    return shared > ALIKE * math.sqrt(sum(map(_weight, parts)) * sum(map(_weight, group.parts)))


def _weight(part: str) -> float:
    """A concept says more than a pair of signs."""
    return 2.0 if part.startswith("=") else 1.0


def _whole(group: _Group) -> Missed:
    first, others = group.first, group.texts[1 : 1 + SHOWN]
    return Missed(
        tuple(group.messages),
        first.text,
        tuple(others),
        len(group.messages),
        first.at,
        first.near,
        first.score,
        first.lacks,
        first.wrong,
    )
