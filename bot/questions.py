"""`jiashu answer` and `jiashu triage`: one line in, one line of JSON out, with the rules and the knowledge that the
service uses.
"""

import asyncio
import json
import os
from functools import partial
from pathlib import Path
from typing import TextIO

from bot import config
from care.triage import triage
from conversations.answers import Kind, Knowledge
from services.knowledge import shelves
from settings import Home, Settings
from settings.clock import wall
from storage import migrate, seal
from storage.open import open_database


def run(command: str, file: Path | None, source: TextIO, target: TextIO) -> int:
    """Answer each line at once. Raises ConfigError."""
    tell = urgency if command == "triage" else partial(answer, _knowledge(file))
    for line in source:
        text = line.rstrip("\n")
        if text.strip():
            target.write(json.dumps(tell(text), ensure_ascii=False) + "\n")
            target.flush()
    return 0


def answer(known: Knowledge, text: str) -> dict[str, object]:
    """The entry found, how well it fits, what would be said; a choice has an id and no answer, nothing has neither."""
    found = known.find(text)
    first = found.hits[0] if found.hits else None
    if first is None or found.kind is Kind.NOTHING:
        return {"question": text, "id": None, "score": first.score if first else 0.0, "answer": None, "missing": []}
    said = known.spoken(first.entry) if found.kind is Kind.ANSWER else None
    return {
        "question": text,
        "id": first.entry.id,
        "score": first.score,
        "answer": said,
        "missing": list(known.missing(first.entry)),
    }


def urgency(text: str) -> dict[str, object]:
    """How urgent the words are, why, and who may see them."""
    heard = triage(text)
    return {
        "text": text,
        "level": heard.level.name,
        "why": f"{heard.kind}：{heard.why}" if heard.kind else "",
        "audience": heard.audience.value,
    }


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
