"""What the tests of the whole house must know of each subject: a file a subject, so that a new one edits none.

Each may have, and tells of its own tables and acts alone:

- `CLOSED`: `table.column` → its words; `OPEN`: → the type of its open words; `FREE`: columns of text that is no word of
  the house (names, sentences, places, digests, keys); `COUNTS`: columns of small numbers (engineering 2);
- `ROWS`: an SQL row `table (columns) SELECT values` for each table with closed words of which the sample home has none;
  `{day}` and `{bytes}` are written as the engine writes them;
- `ELSEWHERE`: `column=word` for what a call names like a closed column of another table and keeps in none;
- `TABLES`: table → the topics of which one must be told by who writes it; `ACTS`: topics → the acts of the audit that
  tell all of them; `QUIET`: acts that change nothing of what another page shows (architecture, decision 11);
- `UNTRACED`: tables that machines and families change as well, or in which a test puts its people, so that a click
  may change them without an audit row; `CHANGED`: tables of which a click makes rows without one, and changes none;
  `OF_NOBODY`: tables whose rows are locked themselves, since they belong to no person (engineering 12);
- `MACHINES`: the purposes that a machine says by itself, so that silence stops them (F11).
"""

from typing import Any, Final

from settings import subjects

_FACTS: Final = subjects.modules(__name__)


def _all(name: str) -> list[Any]:
    return [getattr(facts, name) for facts in _FACTS if hasattr(facts, name)]


def _joined(name: str) -> dict[str, Any]:
    """Raises ValueError for what two subjects call their own."""
    found: dict[str, Any] = {}
    for part in _all(name):
        if both := found.keys() & part.keys():
            message = f"{name}: two subjects tell of {sorted(both)}"
            raise ValueError(message)
        found |= part
    return found


CLOSED: Final[dict[str, tuple[Any, ...]]] = _joined("CLOSED")
OPEN: Final[dict[str, type]] = _joined("OPEN")
FREE: Final = frozenset[str]().union(*_all("FREE"))
COUNTS: Final = frozenset[str]().union(*_all("COUNTS"))
ROWS: Final[list[str]] = [row for rows in _all("ROWS") for row in rows]
TABLES: Final = {table: frozenset(topics.split()) for table, topics in _joined("TABLES").items()}
HEARD: Final = {
    act: frozenset(topics.split()) for told in _all("ACTS") for topics, acts in told.items() for act in acts.split()
}
"""For each act what it tells."""
QUIET, MACHINES, UNTRACED, CHANGED, OF_NOBODY, ELSEWHERE = (
    frozenset(word for words in _all(name) for word in words.split())
    for name in ("QUIET", "MACHINES", "UNTRACED", "CHANGED", "OF_NOBODY", "ELSEWHERE")
)


def untold(acts: set[str], topics: set[str]) -> dict[str, list[str]]:
    """For each of these acts what should have been told and was not."""
    missing = {act: sorted(HEARD[act] - topics) for act in sorted(acts & HEARD.keys())}
    return {act: names for act, names in missing.items() if names}
