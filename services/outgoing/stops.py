"""Towards whom machines are silent (F11, F59)."""

from collections.abc import Collection
from typing import Final

from sqlalchemy import select, union

from storage import tables
from storage.store import Store
from storage.unit import Unit

STOPPED: Final = "老人现在不适合收到这类消息，没有发"


def stopped(store: Store, person_id: int) -> bool:
    """静默 or a death, theirs or of an elder of theirs (F11), or one that they told and of which no colleague has spoken
    (F59).
    """
    found = """SELECT 1 FROM stop WHERE lifted_at IS NULL AND (person_id = ? OR person_id IN
               (SELECT r.person_id FROM kinship k JOIN resident r ON r.id = k.resident_id WHERE k.person_id = ?))
               UNION ALL SELECT 1 FROM conversation WHERE person_id = ? AND flow = 'bereaved' LIMIT 1"""
    return store.row(found, person_id, person_id, person_id) is not None


def silent(db: Unit, people: Collection[int]) -> set[int]:
    """Those of these people towards whom machines are silent, for a page."""
    stop, home, tie, talk = tables.Stop, tables.Resident, tables.Kinship, tables.Conversation
    theirs = select(stop.person_id).where(stop.lifted_at.is_(None), stop.person_id.in_(people))
    kin = (
        select(tie.person_id)
        .join(home, home.id == tie.resident_id)
        .join(stop, stop.person_id == home.person_id)
        .where(stop.lifted_at.is_(None), tie.person_id.in_(people))
    )
    told = select(talk.person_id).where(talk.flow == "bereaved", talk.person_id.in_(people))
    return set(db.scalars(union(theirs, kin, told)))
