"""Put a fault in, run the tests that must notice, take it out again: each mutant of tests/mutants.md in a copy of the
tree.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
FOLDERS = (
    "bot",
    "care",
    "console",
    "conversations",
    "deploy",
    "pages",
    "scheduler",
    "services",
    "settings",
    "simulator",
    "speech",
    "storage",
    "web",
)


@dataclass(frozen=True)
class Mutant:
    """One fault: what becomes of which words in a file, and the tests that must fail."""

    number: int
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


RECEIVE, OUTGOING, AWAY, ALARMS, MANY = (
    "tests/services/test_talks_receive.py",
    "tests/services/test_outgoing.py",
    "tests/bot/test_inbound_away.py",
    "tests/services/test_emergencies.py",
    "tests/storage/test_postgres.py",
)
MUTANTS = (
    Mutant(
        1,
        "services/talks/talks.py",
        "one.repeat = None if inbox is None else (inbox, answer, state, arrived)",
        "one.repeat = None",
        (RECEIVE,),
    ),
    Mutant(
        2,
        "storage/sqlite.py",
        "            store.commit()\n        except",
        "            self._loop.call_soon_threadsafe(lambda: None)\n            store.rollback()\n        except",
        ("tests/storage",),
    ),
    Mutant(
        3,
        "storage/store.py",
        "        if person not in self.locked:",
        "        if person is self:",
        ("tests/storage", RECEIVE),
    ),
    Mutant(
        4,
        "bot/wire.py",
        '        if not hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace")):',
        "        if expected != given:",
        ("tests/bot/test_wire.py",),
    ),
    Mutant(
        5,
        "services/outgoing/settling.py",
        'finish(store, row_id, person, queue, now, state="unknown", why=CRASHED)',
        'store.update(tables.Outbox, row_id, person=person, state="ready")',
        (OUTGOING,),
    ),
    Mutant(
        6,
        "services/outgoing/sending.py",
        'state="sending",\n        tries=row.tries + 1,\n        lease_until=machine_now + LEASE,',
        'state="ready",\n        tries=row.tries + 1,\n        lease_until=machine_now,',
        (OUTGOING,),
    ),
    Mutant(
        7,
        "storage/queries/sight.py",
        "tables.Person.home_id == self.home_id",
        "tables.Person.home_id == tables.Person.home_id",
        ("tests/services", "tests/console"),
    ),
    Mutant(
        8,
        "services/talks/keeping.py",
        'raw=seal(row, "raw", inbox_id, raw)',
        "raw=raw + str(envelope.event).encode()",
        ("tests/services", "tests/storage"),
    ),
    Mutant(
        9,
        "services/talks/receive.py",
        "if talk is not None and talk.repeat is not None:",
        "if talk is None and envelope.key is None:",
        (RECEIVE,),
    ),
    Mutant(
        10,
        "services/outgoing/outbox.py",
        "           AND i.answer_state = 'stored' ORDER BY",
        "           ORDER BY",
        (AWAY,),
    ),
    Mutant(
        11,
        "bot/inbound.py",
        "        await asyncio.shield(keeping)\n        return arrived_at",
        "        return arrived_at",
        (AWAY,),
    ),
    Mutant(
        12,
        "conversations/answers.py",
        "        if self.missing(entry):\n            return None\n",
        "",
        ("tests/conversations/test_knowledge.py",),
    ),
    Mutant(
        13,
        "conversations/phrases/emergencies.toml",
        'called_elder = "已经在叫人。急就按铃。"',
        'called_elder = "护士马上就到。"',
        (ALARMS,),
    ),
    Mutant(
        14,
        "services/access.py",
        "LEADS if audience is Audience.LEAD else WORKS",
        "WORKS",
        (ALARMS,),
    ),
    Mutant(
        15,
        "services/outgoing/staying.py",
        "quiet_hours.next_allowed(now, ZoneInfo(row.zone), row.kind, quiet)",
        'quiet_hours.next_allowed(now, ZoneInfo("UTC"), row.kind, quiet)',
        (OUTGOING, "tests/services/test_greetings.py", "tests/services/test_letters.py"),
    ),
    Mutant(
        16,
        "storage/postgres_store.py",
        "        free = {row[0] for row in found} | (asked & self.locked)\n",
        "        free = asked\n",
        (MANY,),
    ),
    Mutant(17, "storage/postgres_store.py", 'return "" if first > self._highest else " NOWAIT"', 'return ""', (MANY,)),
    Mutant(
        18,
        "storage/store.py",
        "if known is not None and not known.update(row_id, values):",
        "if known is None and person is None:",
        ("tests/storage/test_pending.py",),
    ),
)


def caught(mutant: Mutant, folder: Path) -> bool:
    """Whether the tests notice. Raises ValueError when the words are not in the file any more."""
    path = folder / mutant.file
    whole = path.read_text(encoding="utf-8")
    if whole.count(mutant.old) != 1:
        message = f"mutant {mutant.number}: its words are {whole.count(mutant.old)} times in {mutant.file}"
        raise ValueError(message)
    path.write_text(whole.replace(mutant.old, mutant.new), encoding="utf-8")
    try:
        return ended(folder, mutant.tests) == 1
    finally:
        path.write_text(whole, encoding="utf-8")


def ended(folder: Path, tests: Iterable[str]) -> int:
    """The exit code of these tests: 0 when all pass, 1 when one fails."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "--whole", *tests]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=600).returncode


def run() -> bool:
    """All of them; prints what nobody noticed."""
    with tempfile.TemporaryDirectory(prefix="jiashu-mutants-") as name:
        folder = Path(name)
        for one in (*FOLDERS, "tests", "scripts", "benchmarks", "docs"):
            shutil.copytree(ROOT / one, folder / one, ignore=shutil.ignore_patterns("__pycache__"))
        for file in ("pyproject.toml", "config.example.toml"):
            shutil.copy(ROOT / file, folder / file)
        if ended(folder, sorted({test for mutant in MUTANTS for test in mutant.tests})) != 0:
            message = "the tests fail in the copy without any fault, so they prove nothing"
            raise ValueError(message)
        survived = [mutant.number for mutant in MUTANTS if not caught(mutant, folder)]
    print(
        f"mutants {len(MUTANTS)}, caught {len(MUTANTS) - len(survived)}"
        + (f", survived {survived}" if survived else "")
    )
    return not survived


if __name__ == "__main__":
    sys.exit(0 if run() else 1)
