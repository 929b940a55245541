"""`jiashu understand`, `jiashu answer` and `jiashu triage`: one line in, one line of JSON out, with the reading and the
knowledge that the service uses.
"""

import asyncio
import json
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, Literal, TextIO

import msgspec

from bot import config
from care.accusations import Colleague, Names
from care.triage import Triage
from conversations.answers import MORE, Kind, Knowledge
from services.knowledge import shelves
from services.talks import reading
from settings import Home, Settings
from settings.clock import wall
from storage import migrate, seal
from storage.open import open_database
from understanding import cascade
from understanding.second import Second

KINDS: Final = {"stranger": "guest"}
"""How a speaker of the contract is called in the records."""


def run(command: str, file: Path | None, source: TextIO, target: TextIO) -> int:
    """Answer each line at once. Raises ConfigError."""
    again = second()
    known = Knowledge(()) if command == "triage" else _knowledge(file)
    tell: Callable[[str], dict[str, object]] = {
        "triage": partial(urgency, again),
        "understand": partial(understood, again, known),
        "answer": partial(answer, known),
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
    if again is not None and cascade.is_doubtful(found):
        found = cascade.Reading(found.words, tuple(again.score(found.words)), again=True, first=found.scores)
    names = Names(Colleague(number, name, "carer") for number, name in enumerate(one.names))
    accused = reading.with_reading(one.text, "", names, found).accused
    return reading.settle(found, accused, KINDS.get(one.who, one.who), one.open or "", one.status)


def understood(again: Second | None, known: Knowledge, line: str) -> dict[str, object]:
    """The whole of a reading (architecture, `jiashu understand`)."""
    one = said(line)
    decision, heard = read(again, one)
    decision = shelves.corrected(known, one.text, decision)
    asked = shelves.asked_for(known, decision, one.text)
    return {
        "intent": asked.intent,
        "level": heard.level.name if heard.rings else decision.level.name,
        "audience": heard.audience.value,
        "ask": decision.ask,
        "show": decision.show,
        "kind": heard.kind or decision.kind,
        "entry": asked.entry,
        "offers": list(asked.offers),
        "parts": [],
        "why": heard.why or decision.why,
    }


def answer(known: Knowledge, text: str) -> dict[str, object]:
    """The entry found, how well it fits, what would be said; a choice has offers and no answer, nothing has neither."""
    found = known.find(text)
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
