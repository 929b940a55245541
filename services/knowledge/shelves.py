"""What the house knows at one moment, as pages and answers read it, and what it could not answer (Q3, A8)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

import msgspec
from sqlalchemy import select

from care.errors import NotFound
from care.triage import Urgency
from conversations import answers
from conversations.answers import Entry, Found, Kind, Knowledge
from conversations.events import Asked, Option
from conversations.routing import is_question
from services.knowledge import teaching
from services.week import said
from services.week.said import Fed
from settings import Home
from storage import revision as revisions
from storage import tables
from storage.tables.knowledge import Taught
from storage.unit import Unit
from understanding.answers import Meaning
from understanding.cascade import Decision, decide, read

OWN_BLANKS: Final = ("值班电话", "首次反馈时间", "结果时间")
"""Filled from the settings of the home, never by hand."""
SOON: Final = timedelta(days=7)
OFFERED: Final = timedelta(minutes=15)
"""So long somebody may choose among what was offered: the idle time of the flow."""


@dataclass(frozen=True, slots=True)
class Blank:
    """The home's value of a blank: unfilled, filled, or out of date."""

    name: str
    value: str
    valid_until: date | None
    hint: str
    own: bool = False
    revision: str = ""
    """What its form is drawn from."""
    fed: Fed | None = None
    """The table of the notice board that fills it; a hand does not."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An entry as the page shows it: revision 0 = as it came."""

    entry: Entry
    missing: tuple[str, ...]
    enabled: bool
    revision: int = 0
    edited_at: datetime | None = None
    edited_by: str = ""
    ends: date | None = None
    taught: int = 0
    """Ways of asking that colleagues have taught, from what people wrote."""

    @property
    def spoken(self) -> bool:
        """Whether the machine may say it."""
        return self.enabled and not self.missing


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything at one moment: what the page lists, and the snapshot that answers."""

    kept: tuple[Kept, ...]
    blanks: Mapping[str, Blank]
    snapshot: Knowledge

    @property
    def filled(self) -> int:
        """Entries without an unfilled blank."""
        return sum(not one.missing for one in self.kept)

    def one(self, key: str) -> Kept:
        """An entry by its id. Raises NotFound."""
        found = next((one for one in self.kept if one.entry.id == key), None)
        if found is None:
            raise NotFound
        return found


def of_home(home: Home) -> dict[str, str]:
    """The blanks that the settings fill."""
    hours, minutes = divmod(home.first_feedback_minutes, 60)
    first = f"{hours} 小时" if hours and not minutes else f"{home.first_feedback_minutes} 分钟"
    return dict(zip(OWN_BLANKS, (home.phone, first, f"{home.result_hours} 小时"), strict=True))


def home_of(db: Unit) -> int:
    """The home of `[wechat]`: the first one."""
    return db.scalars(select(tables.Home.id).order_by(tables.Home.id)).one()


def starter(home: Home) -> Knowledge:
    """The first day: nothing filled but what the settings know."""
    return Knowledge(answers.starter(), of_home(home))


def edition(db: Unit, home_id: int) -> frozenset[tuple[object, ...]]:
    """What tells whether anything of the shelf was changed: each row of it with the moment of its last change, and
    those of the tables that feed it.
    """
    rows = {
        (row_id, edited_at)
        for table in (tables.KnowledgeEntry, tables.KnowledgeBlank, Taught)
        for row_id, edited_at in db.execute(select(table.id, table.edited_at).where(table.home_id == home_id))
    }
    return frozenset[tuple[object, ...]](rows | said.edition(db, home_id) | said.beds_edition(db, home_id))


def shelf(db: Unit, home_id: int, home: Home, today: date) -> Shelf:
    """All entries and blanks of a home; a value that is out of date counts as unfilled (practice.md A8)."""
    names = {
        member.id: member.name for member in db.scalars(select(tables.Staff).where(tables.Staff.home_id == home_id))
    }
    changed = {
        row.key: row
        for row in db.scalars(select(tables.KnowledgeEntry).where(tables.KnowledgeEntry.home_id == home_id))
    }
    rows = {
        row.name: row
        for row in db.scalars(select(tables.KnowledgeBlank).where(tables.KnowledgeBlank.home_id == home_id))
    }
    values = of_home(home)
    values |= {name: row.value for name, row in rows.items() if row.valid_until is None or row.valid_until >= today}
    tables_say = said.fed(db, home_id, today)
    values |= {name: one.words for name, one in tables_say.items()}
    dated = frozenset(tables_say) | {name for name, row in rows.items() if row.valid_until is not None}
    lessons = teaching.kept(db, home_id)
    entries = [_entry(entry, changed.pop(entry.id, None)) for entry in answers.starter()]
    entries += [_entry(None, changed[key]) for key in sorted(changed, key=lambda key: int(key.removeprefix("own-")))]
    whole = Knowledge((), values)
    kept = tuple(
        Kept(
            entry,
            whole.missing(entry),
            row.enabled if row else True,
            row.revision if row else 0,
            row.edited_at if row else None,
            names.get(row.edited_by, "") if row else "",
            _ends(entry, rows, tables_say),
            len(lessons.get(entry.id, ())),
        )
        for entry, row in entries
    )
    hints, used = answers.hints(), dict.fromkeys(name for one in kept for name in one.entry.blanks)
    blanks = {
        name: replace(_blank(name, values.get(name, ""), rows.get(name), hints.get(name, "")), fed=tables_say.get(name))
        for name in used
    }
    day = datetime.combine(today, time(), home.zone), datetime.combine(today + timedelta(days=1), time(), home.zone)
    spoken = tuple(
        replace(one.entry, asked=(*one.entry.asked, *lessons.get(one.entry.id, ()))) for one in kept if one.enabled
    )
    taught = tuple(Entry(key, "", "", words) for key, words in lessons.items())
    snapshot = Knowledge(spoken, values, dated, day, taught)
    return Shelf(kept, blanks, snapshot)


NOTHING: Final = Found(Kind.NOTHING)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a message wants when the knowledge has been asked as well: its intent, the entry, what is offered."""

    intent: str
    entry: str | None = None
    offers: tuple[str, ...] = ()
    found: Found = NOTHING


ASKS: Final = frozenset({"faq", "lead", "tour", "contact", "other", "human"})
"""Intents of a message that the knowledge may answer: it speaks to questions only, never to an accusation, an injury, a
request, thanks, a death, a verdict or one resident's present state (fault A2).
"""
ENDS: Final = frozenset({"lead", "tour", "contact"})
"""Those of them that have an end of their own, where the entry cannot be spoken."""
AT: Final = frozenset({"more-address", "more-desk"})
"""Entries that tell where we are and how we are reached."""


def asked_for(snapshot: Knowledge, decision: Decision, text: str, meaning: Meaning | None = None) -> Wanted:
    """What a message wants, with the knowledge: the one rule for the service and for the commands.

    A question that one of the forty answers is `faq`, whatever else it could be; the entries that came after them have
    no intent of their own.
    """
    if decision.intent not in ASKS or decision.ask:
        return Wanted(decision.intent)
    found = snapshot.find(text, meaning)
    first = found.hits[0].entry.id if found.hits else ""
    if found.kind is Kind.ANSWER and (decision.intent == "faq" or found.hits[0].same or is_question(text)):
        return Wanted(_told_as(first), first, found=found)
    if found.kind is Kind.CHOICES and decision.intent == "faq":
        return Wanted("faq", found.choices[0].id, tuple(entry.id for entry in found.choices), found)
    return Wanted("other" if decision.intent == "faq" and found.kind is Kind.NOTHING else decision.intent)


def _told_as(key: str) -> str:
    return "contact" if key in AT else "other" if key.startswith(answers.MORE) else "faq"


ROUTINE: Final = ASKS | {
    *("offtopic", "request", "suggestion", "praise", "thanks", "closing", "greeting", "identity"),
    *("private", "letter", "visit", "leave", "progress", "call"),
}
"""Intents that a lesson may correct; a grievance, a death and whatever answers an open question stay what they are."""


def corrected(snapshot: Knowledge, text: str, decision: Decision) -> Decision:
    """What a colleague has taught of these very words. It changes neither ring nor ask nor show (engineering, 16)."""
    if decision.level <= Urgency.P1 or decision.ask or decision.intent not in ROUTINE:
        return decision
    lesson = snapshot.lesson(text)
    if not lesson:
        return decision
    intent = lesson.removeprefix(teaching.MEANS) if lesson.startswith(teaching.MEANS) else "faq"
    return msgspec.structs.replace(decision, intent=intent, why=decision.why or "同事教过")


def ask(
    snapshot: Knowledge,
    text: str,
    at: datetime | None = None,
    decision: Decision | None = None,
    meaning: Meaning | None = None,
) -> Asked | None:
    """What the knowledge says to a text at a moment; None when it has nothing to offer. After midnight, until the day
    is learned, nothing is said that had a last day; nor is it offered so late that it could be chosen after midnight.
    """
    meant = decision or decide(read(text), "family")
    found = asked_for(snapshot, meant, text, meaning).found
    if found.kind is Kind.NOTHING:
        return None
    sure = found.kind is Kind.ANSWER
    chosen = (found.hits[0].entry,) if sure else found.choices
    said_by = at if sure or at is None else at + OFFERED
    options = tuple(Option(entry.id, entry.question, snapshot.spoken(entry, said_by), entry.human) for entry in chosen)
    if sure and options[0].answer is None and meant.intent in ENDS:
        return None
    return Asked(options, sure=sure)


def _entry(entry: Entry | None, row: tables.KnowledgeEntry | None) -> tuple[Entry, tables.KnowledgeEntry | None]:
    if row is None:
        if entry is None:
            raise NotFound
        return entry, None
    return Entry(row.key, row.question, row.answer, tuple(row.asked.split("\n")), entry.human if entry else False), row


def _ends(entry: Entry, rows: Mapping[str, tables.KnowledgeBlank], said_by: Mapping[str, Fed]) -> date | None:
    """The last day on which all of its values are true."""
    ends = [
        said_by[name].until if name in said_by else rows[name].valid_until
        for name in entry.blanks
        if name in said_by or name in rows
    ]
    return min(filter(None, ends), default=None)


def _blank(name: str, value: str, row: tables.KnowledgeBlank | None, hint: str) -> Blank:
    return Blank(
        name,
        row.value if row else value,
        row.valid_until if row else None,
        hint,
        name in OWN_BLANKS,
        blank_revision(row),
    )


def blank_revision(row: tables.KnowledgeBlank | None) -> str:
    """What the form of a blank is drawn from."""
    return revisions.of(row.value, row.valid_until) if row else revisions.of()
