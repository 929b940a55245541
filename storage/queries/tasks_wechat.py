"""What a colleague's own WeChat asks of residents, tasks and the shift, in the transaction of her message (F39)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from care.letters import of_body
from care.matters import MACHINE
from care.named import Living
from storage import tables
from storage.queries.residents import LIVING
from storage.store import Store
from storage.tables.tasks import Task
from storage.types import Row, moment

LIVE: Final = ", ".join(f"'{status}'" for status in LIVING)
WHO: Final = "r.id, r.room, r.bed, r.sex, r.floor, r.status, p.id, p.name"
PLAIN: Final = """(t.talk_of IS NULL OR (t.made_by = 0
    AND NOT EXISTS (SELECT 1 FROM accused a WHERE a.person_id = t.talk_of AND a.state <> 'lifted')
    AND NOT EXISTS (SELECT 1 FROM complaint c WHERE c.person_id = t.talk_of AND c.closed_at IS NULL)))"""
"""What everybody of the kind may read: no words of a talk, but matters of who accuses nobody and has no complaint."""


@dataclass(frozen=True, slots=True)
class Mine:
    """One task that is hers or waits for somebody like her."""

    id: int
    words: str
    who: str
    due_at: datetime | None
    hers: bool


def living(store: Store, home_id: int, floors: frozenset[str]) -> list[Living]:
    """Who lives on these floors; none named = the whole house."""
    rows = store.rows(
        f"""SELECT {WHO} FROM resident r JOIN person p ON p.id = r.person_id
            WHERE r.home_id = ? AND r.status IN ({LIVE}) ORDER BY r.floor, r.room, r.bed, r.id""",
        home_id,
    )
    return [_living(store, row) for row in rows if not floors or row[4] in floors]


def _living(store: Store, row: Row) -> Living:
    number, room, bed, sex, _, _, person, sealed = row
    name = store.open(tables.Person, "name", person, sealed).decode() if sealed else ""
    return Living(number, name, room, bed, sex)


def mine(store: Store, home_id: int, staff_id: int, role: str, floors: frozenset[str]) -> list[Mine]:
    """What she has, then what waits for her kind on her floors; what came from a talk or a complaint only once it is in
    her hands, since its words are not for everybody. Of a matter that tells of the body only its name is said.
    """
    rows = store.rows(
        f"""SELECT t.id, t.body, t.due_at, t.owner_id, t.role, t.floor, {PLAIN},
           t.case_id, t.made_by, r.id, r.room, r.bed, r.sex, r.floor, r.status, p.id, p.name
           FROM task t LEFT JOIN resident r ON r.id = t.resident_id
           LEFT JOIN person p ON p.id = r.person_id WHERE t.home_id = ? AND t.ended_at IS NULL
           AND (t.owner_id = ? OR (t.owner_id IS NULL AND (t.role <> '' OR t.floor <> '')))
           ORDER BY t.due_at IS NULL, t.due_at, t.id""",
        home_id,
        staff_id,
    )
    found: list[Mine] = []
    for number, body, due_at, owner, for_role, floor, plain, case, maker, *who in rows:
        about = _living(store, tuple(who)) if who[0] is not None else None
        asked = for_role in {"", role} and (not floors or floor in {"", *floors})
        there = about is None or not floors or who[4] in floors
        if owner == staff_id or (asked and there and plain and case is None):
            words = store.open(Task, "body", number, body).decode()
            if maker == MACHINE and of_body(words):
                words = f"{words.partition('：')[0]}，请看会话"
            due = None if due_at is None else moment(due_at)
            found.append(Mine(number, words, about.told if about else "", due, owner == staff_id))
    return sorted(found, key=lambda one: not one.hers)


@dataclass(frozen=True, slots=True)
class Look:
    """A resident who needs a look, and why, without a word about the body."""

    who: Living
    why: str
    at: datetime | None


def looks(store: Store, home_id: int, floors: frozenset[str], since: datetime) -> list[Look]:
    """Whose status changed, who is critically ill, who called since a moment."""
    found: list[Look] = []
    for *who, at in store.rows(
        f"""SELECT {WHO}, max(e.at) FROM resident r JOIN person p ON p.id = r.person_id
            LEFT JOIN resident_event e ON e.resident_id = r.id AND e.kind = 'status' AND e.at > ?
            WHERE r.home_id = ? AND r.status IN ({LIVE}) AND (e.id IS NOT NULL OR r.status = '病危')
            GROUP BY {WHO} ORDER BY r.floor, r.room, r.bed""",
        since,
        home_id,
    ):
        if not floors or who[4] in floors:
            found.append(Look(_living(store, tuple(who)), who[5], None if at is None else moment(at)))
    for *who, at, ended in store.rows(
        f"""SELECT {WHO}, a.raised_at, a.ended_how FROM alarm a JOIN resident r ON r.person_id = a.person_id
            OR r.id IN (SELECT k.resident_id FROM kinship k WHERE k.person_id = a.person_id)
            JOIN person p ON p.id = r.person_id
            WHERE a.home_id = ? AND a.raised_at > ? AND a.audience = 'floor' AND NOT a.brief AND r.status IN ({LIVE})
            ORDER BY a.raised_at""",
        home_id,
        since,
    ):
        if not floors or who[4] in floors:
            why = {"arrived": "叫过人，到了", "false": "叫过人，是误报"}.get(ended or "", "叫过人，还没有人到")
            found.append(Look(_living(store, tuple(who)), why, moment(at)))
    return found


def held_letters(store: Store, home_id: int, floors: frozenset[str]) -> int:
    """How many letters wait for a call to the family."""
    rows = store.rows(
        """SELECT r.floor FROM letter l JOIN resident r ON r.id = l.resident_id
           WHERE l.home_id = ? AND l.state = 'held' AND l.held_why <> '主管看过再发'""",
        home_id,
    )
    return sum(not floors or row[0] in floors for row in rows)
