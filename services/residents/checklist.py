"""入住手续: what is gone through on the first day, each with who and when, and the signature at the end (A12, E6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from care.admission import CHECKLIST, HANDOVER
from care.errors import Decided, Forbidden, Invalid
from care.mourning import AFTER
from care.returns import BACK
from services.access import Viewer, name_of
from services.form import Form
from services.residents import events
from services.residents.access import access_resident
from services.residents.admission import ADMITS, words_of
from storage import tables
from storage.tables.residents import ChecklistItem
from storage.types import new_id
from storage.unit import Unit

NOTE: Final = 200


class Tick(Form, frozen=True, kw_only=True):
    """One thing is done, or it was not after all."""

    item: str
    done: bool
    note: str = ""


class SignOver(Form, frozen=True, kw_only=True):
    """Who of the family signed, on paper, that everything was handed over."""

    signed_by: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of the list as the page shows it."""

    key: str
    words: str
    done_at: datetime | None = None
    done_by: str = ""
    note: str = ""


def items(db: Unit, resident_id: int) -> list[Item]:
    """The whole list, the signature last."""
    done = {row.item: row for row in db.scalars(select(ChecklistItem).where(ChecklistItem.resident_id == resident_id))}
    return [
        Item(key, words, row.done_at, name_of(db, row.done_by), db.open(row, "note") or "")
        if (row := done.get(key)) is not None
        else Item(key, words)
        for key, words in [*CHECKLIST.items(), (HANDOVER, "交接签字")]
    ]


def mourning_since(db: Unit, person_id: int) -> datetime | None:
    """Since when a death or 静默 stands; None where neither does."""
    stop = tables.Stop
    return db.scalar(select(func.min(stop.set_at)).where(stop.person_id == person_id, stop.lifted_at.is_(None)))


def after(db: Unit, resident: tables.Resident) -> list[Item]:
    """What is to be done after a death, as far as somebody has done it since (F11); nothing where neither a death nor
    静默 stands.
    """
    since = mourning_since(db, resident.person_id)
    if since is None:
        return []
    rows = db.scalars(select(ChecklistItem).where(ChecklistItem.resident_id == resident.id))
    done = {row.item: row for row in rows if row.done_at >= since}
    return [
        Item(key, words, row.done_at, name_of(db, row.done_by), db.open(row, "note") or "")
        if (row := done.get(key)) is not None
        else Item(key, words)
        for key, words in AFTER.items()
    ]


def tick(db: Unit, viewer: Viewer, resident_id: int, form: Tick, now: datetime) -> None:
    """Tick one thing, or take the tick away. Ticked twice it stays as the first did it. Raises Invalid, Forbidden,
    NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in ADMITS:
        raise Forbidden
    words = (CHECKLIST | AFTER | BACK).get(form.item)
    if words is None:
        raise Invalid(why="手续里没有这一项，请刷新页面再看。")
    note = words_of(form.note)[:NOTE]
    row = _row(db, resident.id, form.item)
    if form.item in AFTER:
        since = mourning_since(db, resident.person_id)
        if since is None:
            raise Invalid(why="老人好好的，没有这些事要办。")
        if row is not None and row.done_at < since:  # of a 静默 that was lifted, or of a mistake
            db.delete(row)
            db.flush()
            row = None
    if form.item in BACK and resident.back_at is None:
        raise Invalid(why="回院交接已经签过，或老人又不在院里。")
    if form.done and row is None:
        write(db, viewer, resident, form.item, note, now)
    elif not form.done and row is not None:
        if form.item in CHECKLIST and _row(db, resident.id, HANDOVER) is not None:
            raise Invalid(why="已经交接签过字，这一项不能再取消。")
        db.delete(row)
    which = "admission" if form.item in CHECKLIST else "back" if form.item in BACK else "after"
    action = f"tick_{which}" if form.done else f"untick_{which}"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", action, f"resident:{resident.id}", words)
    db.store.hint("residents")


def sign_over(db: Unit, viewer: Viewer, resident_id: int, form: SignOver, now: datetime) -> None:
    """The handover is signed; what is still open then is written beside the name. Raises Invalid, Decided, Forbidden,
    NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in ADMITS:
        raise Forbidden
    signed = " ".join(form.signed_by.split())[:40]
    if not signed:
        raise Invalid(why="请写家属里谁在交接单上签了字。")
    known = _row(db, resident.id, HANDOVER)
    if known is not None:
        raise Decided(who=name_of(db, known.done_by), what=f"记了交接签字（{db.open(known, 'note')}）")
    missing = [item.words for item in items(db, resident.id) if item.done_at is None and item.key != HANDOVER]
    note = f"{signed}签字" + (f"；还差：{'；'.join(missing)}" if missing else "")
    write(db, viewer, resident, HANDOVER, note, now)
    db.flush()
    events.happened(db, viewer, resident, "handover", f"入住交接，{note}", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "sign_over", f"resident:{resident.id}")
    db.store.hint("residents")


def _row(db: Unit, resident_id: int, item: str) -> ChecklistItem | None:
    return db.fresh(
        select(ChecklistItem).where(ChecklistItem.resident_id == resident_id, ChecklistItem.item == item)
    ).first()


def write(db: Unit, viewer: Viewer, resident: tables.Resident, item: str, note: str, now: datetime) -> None:
    """One thing of a list is done. The family is locked."""
    row = ChecklistItem(
        id=new_id(),
        home_id=resident.home_id,
        person_id=resident.person_id,
        resident_id=resident.id,
        item=item,
        done_by=viewer.id,
        done_at=now,
    )
    db.seal(row, "note", note or None)
    db.add(row)
