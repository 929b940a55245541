"""回院交接: somebody is back from hospital, and a nurse goes through what changed and signs (F7)."""

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select

from care.errors import Decided, Forbidden, Invalid
from care.returns import BACK, SIGNED
from care.states import Role, Status
from services.access import LEADS, Viewer, name_of
from services.form import Form
from services.residents import checklist, events
from services.residents.access import access_resident
from services.residents.admission import words_of
from services.residents.checklist import Item
from storage import tables
from storage.tables.residents import ChecklistItem
from storage.unit import Unit

SIGNS: Final = LEADS | {Role.NURSE}
AWAY_ILL: Final = frozenset({Status.IN_HOSPITAL, Status.CRITICAL})
HERE: Final = frozenset({Status.LIVING, Status.ON_LEAVE})
"""Out of hospital, wherever they go first."""


class SignBack(Form, frozen=True, kw_only=True):
    """The nurse signs; what is open then is written beside her name, with what she says of it."""

    note: str = ""


def moved(db: Unit, resident: tables.Resident, before: str, now: datetime) -> None:
    """Where somebody is has changed: who is back from hospital has everything before them; who goes again has not. The
    family is locked.
    """
    if before in AWAY_ILL and resident.status in HERE:
        db.execute(
            delete(ChecklistItem).where(
                ChecklistItem.resident_id == resident.id, ChecklistItem.item.in_([*BACK, SIGNED])
            )
        )
        resident.back_at = now
    elif resident.status not in HERE:
        resident.back_at = None


def items(db: Unit, resident: tables.Resident) -> list[Item]:
    """What is to be gone through, as far as somebody has; nothing where nobody came back."""
    if resident.back_at is None:
        return []
    rows = db.scalars(select(ChecklistItem).where(ChecklistItem.resident_id == resident.id))
    done = {row.item: row for row in rows}
    return [
        Item(key, words, row.done_at, name_of(db, row.done_by), db.open(row, "note") or "")
        if (row := done.get(key)) is not None
        else Item(key, words)
        for key, words in BACK.items()
    ]


def sign(db: Unit, viewer: Viewer, resident_id: int, form: SignBack, now: datetime) -> list[str]:
    """Signed: machines may speak again, and the card is good again. Gives what is still to be done.

    Raises Invalid where something is open and nothing is said of it, Decided, Forbidden, NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in SIGNS:
        raise Forbidden
    if resident.back_at is None:
        raise Decided(who="有同事", what="签过了回院交接，或老人又不在院里")
    missing = [item.words for item in items(db, resident) if item.done_at is None]
    note = words_of(form.note)[: checklist.NOTE]
    if missing and not note:
        raise Invalid(why=f"还有 {len(missing)} 项没办好，第一项：{missing[0]}。请先办，或写一句为什么先签。")
    told = "；".join(filter(None, (note, f"还差：{'；'.join(missing)}" if missing else "")))
    checklist.write(db, viewer, resident, SIGNED, told, now)
    resident.back_at = None
    db.flush()
    events.happened(db, viewer, resident, "handover", f"回院交接签过{'，' + told if told else ''}", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "sign_back", f"resident:{resident.id}")
    db.store.hint("residents")
    return missing
