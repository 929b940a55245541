"""`jiashu understand`, `jiashu answer` and `jiashu triage`: one line in, one line of JSON out, with the reading and the
knowledge that the service uses.
"""

import asyncio
import json
import os
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final, Literal, TextIO

import msgspec

from bot import config
from care.accusations import Colleague, Names
from care.triage import Audience, Triage, Urgency
from conversations.answers import MORE, Kind, Knowledge
from conversations.routing import of_words
from services.knowledge import shelves
from services.talks import reading
from settings import Home, Settings
from settings.clock import wall
from storage import migrate, seal
from storage.open import open_database
from understanding import cascade
from understanding.answers import Finder
from understanding.second import Second

KINDS: Final = {"stranger": "guest"}
"""How a speaker of the contract is called in the records."""


def run(command: str, file: Path | None, source: TextIO, target: TextIO) -> int:
    """Answer each line at once. Raises ConfigError."""
    again = second()
    known = Knowledge(()) if command == "triage" else _knowledge(file)
    finder = _finder(again, known)
    tell: Callable[[str], dict[str, object]] = {
        "triage": partial(urgency, again),
        "understand": partial(understood, again, known, finder),
        "answer": partial(answer, known, finder),
    }[command]
    for line in source:
        text = line.rstrip("\n")
        if text.strip():
            target.write(json.dumps(tell(text), ensure_ascii=False) + "\n")
            target.flush()
    return 0


class Said(msgspec.Struct, frozen=True):
    """One line of `jiashu understand` and `jiashu triage`; a bare line is an elder's."""

    text: str
    who: Literal["stranger", "family", "elder"] = "elder"
    open: str | None = None
    status: str = ""
    names: tuple[str, ...] = ()


def said(line: str) -> Said:
    """A line, or its JSON. What is no JSON of ours is words."""
    if not line.lstrip().startswith("{"):
        return Said(line)
    try:
        return msgspec.json.decode(line, type=Said)
    except msgspec.DecodeError:
        return Said(line)


def read(again: Second | None, one: Said) -> tuple[cascade.Decision, Triage]:
    """What a message means, with the second reading where it would be made."""
    found = cascade.read(one.text)
    if again is not None and found.is_doubtful:
        found = cascade.reread(found, tuple(again.score(found.words)))
    names = Names(Colleague(number, name, "carer") for number, name in enumerate(one.names))
    accused = reading.with_reading(one.text, "", names, found).accused
    return reading.settle(found, accused, KINDS.get(one.who, one.who), one.open or "", one.status)


def understood(again: Second | None, known: Knowledge, finder: Finder | None, line: str) -> dict[str, object]:
    """The whole of a reading (architecture, `jiashu understand`)."""
    one = said(line)
    decision, heard = read(again, one)
    decision = shelves.corrected(known, one.text, decision)
    if decision.level > Urgency.P1 and not decision.ask and not heard.rings:
        decision = msgspec.structs.replace(decision, intent=reading.wanted(of_words(one.text), decision))
    meaning = finder.meaning(one.text) if finder is not None else None
    asked = shelves.asked_for(known, decision, one.text, meaning)
    if heard.rings and decision.level > Urgency.P1:  # by whom the words accuse, whatever they say besides
        asked = replace(asked, intent="abuse" if heard.audience is Audience.LEAD else "emergency", entry=None)
    return {
        "intent": asked.intent,
        "level": heard.level.name if heard.rings else decision.level.name,
        "audience": heard.audience.value,
        "ask": decision.ask,
        "show": decision.show,
        "kind": heard.kind or decision.kind,
        "entry": asked.entry,
        "offers": list(asked.offers),
        "parts": [{"intent": intent, "text": text} for intent, text in _parts(one, asked.intent)],
        "why": heard.why or decision.why,
    }


def _parts(one: Said, intent: str) -> list[tuple[str, str]]:
    """What a message says in turn, where it wants more than one thing."""
    found = cascade.matters(cascade.read(one.text), one.who)
    return found if {intent} != {part for part, _ in found} and len(found) > 1 else []


def answer(known: Knowledge, finder: Finder | None, text: str) -> dict[str, object]:
    """The entry found, how well it fits, what would be said; a choice has offers and no answer, nothing has neither."""
    found = known.find(text, finder.meaning(text) if finder is not None else None)
    first = found.hits[0] if found.hits else None
    kind = {Kind.ANSWER: "answer", Kind.CHOICES: "choices", Kind.NOTHING: "human"}[found.kind]
    entry = found.choices[0] if found.choices else first.entry if first and found.kind is Kind.ANSWER else None
    if entry and found.kind is Kind.ANSWER and entry.id.startswith(MORE) and known.missing(entry):
        kind = "human"
    return {
        "question": text,
        "kind": kind,
        "id": entry.id if entry and kind != "human" else None,
        "offers": [one.id for one in found.choices],
        "score": first.score if first else 0.0,
        "answer": known.spoken(entry) if entry and found.kind is Kind.ANSWER else None,
        "missing": list(known.missing(entry)) if entry else [],
    }


def urgency(again: Second | None, line: str) -> dict[str, object]:
    """How urgent the words are, why, and who may see them."""
    one = said(line)
    decision, heard = read(again, one)
    kind, why = heard.kind or decision.kind, heard.why or decision.why
    return {
        "text": one.text,
        "level": heard.level.name if heard.rings else decision.level.name,
        "kind": kind,
        "why": f"{kind}：{why}" if kind else why,
        "audience": heard.audience.value,
        "ask": decision.ask,
        "show": decision.show,
    }


def second() -> Second | None:
    """The second reading, where its extra is installed."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        return Second()
    except (ImportError, OSError, ValueError):
        return None


def _finder(again: Second | None, known: Knowledge) -> Finder | None:
    """What reads questions for the knowledge, where the extra is installed and the house knows anything."""
    if again is None or not known.asked():
        return None
    found = Finder(again)
    found.learn(known.asked())
    return found


def _knowledge(file: Path | None) -> Knowledge:
    """The home's own knowledge where a configuration names its database, else the starter alone."""
    if file is None and not any(name.startswith(config.PREFIX) for name in os.environ):
        return shelves.starter(Home())
    settings = config.load(file)
    if not migrate.has_rows(settings.database.url):
        return shelves.starter(settings.home)
    return asyncio.run(_kept(settings))


async def _kept(settings: Settings) -> Knowledge:
    database = open_database(
        settings.database.url, seal.load(settings.key_file, may_create=False), lambda _store, _batch: []
    )
    today = wall().astimezone(settings.home.zone).date()
    found = await database.read(lambda db: shelves.shelf(db, shelves.home_of(db), settings.home, today))
    await database.close()
    return found.snapshot
