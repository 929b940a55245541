"""The stop list outside the database: deaths and 静默, one line each, so that an old backup cannot wake them
(architecture, Restore).

A line names a person by number alone and carries an HMAC; the newest line of an entry counts. The file belongs on
another disk.
"""

import fcntl
import hmac
import json
import logging
import os
from collections.abc import Iterable
from pathlib import Path

import msgspec
from sqlalchemy import select

from services.outgoing import outbox
from services.residents.residents import DEATH
from storage import tables
from storage.seal import Sealer
from storage.store import Store
from storage.types import moment
from storage.unit import Unit

log = logging.getLogger("jiashu.stoplist")


class Entry(msgspec.Struct, frozen=True):
    """One entry; moments in microseconds since 1970 UTC."""

    id: int
    home_id: int
    person_id: int
    kind: str
    set_at: int
    set_by: int
    lifted_at: int | None


def entries(store: Store) -> list[Entry]:
    """The stop list as the database has it."""
    return [
        Entry(*row)
        for row in store.rows("SELECT id, home_id, person_id, kind, set_at, set_by, lifted_at FROM stop ORDER BY id")
    ]


def keep(file: Path, sealer: Sealer, found: Iterable[Entry]) -> int:
    """Add what the file does not say yet, on disk when this returns; gives how many lines were added.

    Raises OSError.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as lines:
        fcntl.flock(lines, fcntl.LOCK_EX)  # the processes of one host write the same file
        known = {entry.id: entry for entry in read(file, sealer)}
        fresh = [entry for entry in found if known.get(entry.id) != entry]
        for entry in fresh:
            lines.write(json.dumps(msgspec.to_builtins(entry) | {"mac": _mac(sealer, entry)}) + "\n")
        if fresh:
            lines.flush()
            os.fsync(lines.fileno())
    return len(fresh)


def read(file: Path, sealer: Sealer) -> list[Entry]:
    """The newest line of each entry; a line that is not ours is left out and logged."""
    found: dict[int, Entry] = {}
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines() if file.exists() else [], 1):
        try:
            content = json.loads(line)
            entry = msgspec.convert(content, Entry)
            genuine = hmac.compare_digest(_mac(sealer, entry), str(content["mac"]))
        except (ValueError, KeyError, TypeError, msgspec.ValidationError):
            genuine = False
        if genuine:
            found[entry.id] = entry
        else:
            log.error("a line of the stop list is not ours", extra={"action": "stop_list", "line": number})
    return list(found.values())


def replay(db: Unit, found: Iterable[Entry]) -> int:
    """Put into a restored database what was stopped, and lifted, after its backup; gives how many entries were new to
    it.
    """
    new, found = 0, list(found)
    db.lock_persons(*(entry.person_id for entry in found))
    for entry in found:
        if db.get(tables.Person, entry.person_id) is None:
            continue  # became known after the backup: nobody here to leave in peace
        row = db.get(tables.Stop, entry.id)
        lifted = None if entry.lifted_at is None else moment(entry.lifted_at)
        if row is None or row.lifted_at != lifted:
            new += 1
        if row is None:
            row = tables.Stop(
                id=entry.id,
                home_id=entry.home_id,
                person_id=entry.person_id,
                kind=entry.kind,
                set_at=moment(entry.set_at),
                set_by=entry.set_by,
            )
            db.add(row)
        row.lifted_at = lifted
        if lifted is None:
            resident = db.scalars(select(tables.Resident).where(tables.Resident.person_id == entry.person_id)).first()
            if resident is not None:
                if entry.kind == DEATH:
                    resident.status = "去世"
                kin = db.scalars(select(tables.Kinship.person_id).where(tables.Kinship.resident_id == resident.id))
                outbox.stop_machine(db.store, [entry.person_id, *kin], moment(entry.set_at))
    db.flush()
    return new


def _mac(sealer: Sealer, entry: Entry) -> str:
    return sealer.sign("stop", *msgspec.structs.astuple(entry)).hex()
