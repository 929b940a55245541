"""What the database holds, read past the services, and how it is written down."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

import hashlib
import lzma
import re
import sqlite3
import subprocess
from pathlib import Path
from typing import Any

from scripts import servers
from services import media
from settings import Settings
from storage import seal, tables

from .facts import LONG
from .words import NEVER, QUEUES, STATES, USED


def told(value: bytes) -> str:
    """A sealed value as it is written down: the words, or their SHA-256 where they are many."""
    try:
        words = value.decode()
    except UnicodeDecodeError:
        words = ""
    return (
        words
        if words and len(words) <= LONG and not words.startswith("sha256:")
        else f"sha256:{hashlib.sha256(value).hexdigest()}"
    )


def stored(file: Path, settings: Settings) -> dict[str, Any]:
    """What the database holds, read past the services: every sealed value, words and counts, the outbox, the audit,
    cases, files.
    """
    sealer = seal.load(settings.key_file, may_create=False)
    database = sqlite3.connect(file)
    metadata = tables.Base.metadata.tables
    counts = {name: database.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in sorted(metadata)}
    sealed: dict[str, dict[str, str]] = {}
    for name in sorted(metadata):
        for column in metadata[name].columns:
            if column.info["kept"] == "sealed":
                rows = database.execute(
                    f"SELECT id, {column.name} FROM {name} WHERE {column.name} IS NOT NULL ORDER BY id"
                ).fetchall()
                assert rows, f"{name}.{column.name} has no value"
                sealed[f"{name}.{column.name}"] = {
                    str(row): told(sealer.open(name, column.name, row, value)) for row, value in rows
                }
    words: dict[str, dict[str, int]] = {}
    for place in USED:
        table, column_name = place.split(".")
        found = database.execute(f"SELECT {column_name}, count(*) FROM {table} GROUP BY 1 ORDER BY 1").fetchall()
        words[place] = {str(word): count for word, count in found if word is not None}
        lacks = set(USED[place].split()) ^ set(words[place])
        assert not lacks, f"{place}: {sorted(lacks)}"
    out = database.execute(
        "SELECT o.id, o.purpose, o.queue, o.state, o.dedup_key, b.body FROM outbox o JOIN outbox_body b ON b.id = "
        "o.id ORDER BY o.id"
    )
    rows = [
        {
            "id": row,
            "purpose": purpose,
            "queue": queue,
            "state": state,
            "dedup_key": key,
            "text": sealer.open("outbox_body", "body", row, body).decode(),
        }
        for row, purpose, queue, state, key, body in out
    ]
    for purpose in QUEUES:
        lacking = {state for state in STATES if (purpose, state) not in NEVER} - {
            row["state"] for row in rows if row["purpose"] == purpose
        }
        assert not lacking, f"outbox: {purpose} is never {sorted(lacking)}"
    position, chain = database.execute(
        "SELECT position, chain FROM audit WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
    ).fetchone()
    cases = database.execute(
        "SELECT id, number, stage, level, hide_name, cautious, rounds, closed_at IS NOT NULL FROM complaint ORDER BY id"
    ).fetchall()
    names = ("id", "number", "stage", "level", "hide_name", "cautious", "rounds", "closed")
    letter_files = [
        row[0]
        for row in database.execute(
            "SELECT id FROM media WHERE state = 'kept' UNION SELECT id FROM letter_photo UNION SELECT id FROM evidence"
        )
    ]
    old_key = database.execute("SELECT id, name FROM person WHERE name IS NOT NULL ORDER BY id LIMIT 1").fetchone()
    assert old_key[1][2:4] == b"k1", "the first name is sealed with the first key"
    database.close()
    return {
        "counts": counts,
        "words": words,
        "outbox": rows,
        "audit": {"linked": position, "chain": bytes(chain).hex(), "rows": counts["audit"]},
        "cases": [dict(zip(names, case, strict=True)) for case in cases],
        "files": {
            str(one): hashlib.sha256(media.read_file(settings.media.path, sealer, one)).hexdigest()
            for one in sorted(letter_files)
        },
        "sealed": sealed,
    }


def packed(source: Path, target: Path) -> None:
    """Compress a file."""
    target.write_bytes(lzma.compress(source.read_bytes(), preset=9 | lzma.PRESET_EXTREME))


def dumped(server: servers.Postgres, name: str, target: Path) -> None:
    """A database as plain SQL that any later server and any driver understands: no words of psql, no settings that come
    and go.
    """
    command = [
        "pg_dump",
        "-h",
        str(server.folder),
        "-U",
        servers.USER,
        "--no-owner",
        "--no-privileges",
        "--inserts",
        "--rows-per-insert=200",
        name,
    ]
    dump = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    kept = [line for line in dump.split("\n") if not re.match(r"\\|--|SET |SELECT pg_catalog\.set_config", line)]
    target.write_text(re.sub(r"\n{2,}", "\n", "\n".join(kept)).strip() + "\n", encoding="utf-8")
