"""争议: relatives are at odds. Nobody is added, nobody may know more until it is settled; to know less always works
(F13).
"""

from datetime import datetime

from sqlalchemy import select

from care.errors import Changed, Invalid, NotFound
from services.access import LEADS, Viewer, name_of
from services.families.forms import EndDispute, StartDispute
from services.residents.access import access_resident
from storage import revision
from storage.tables.families_ties import Dispute
from storage.types import new_id
from storage.unit import Unit

FROZEN = "这家在争议中：谁都不能加人、放宽，只能收窄。要加，请主管先结束争议。"


def open_one(db: Unit, resident_id: int) -> Dispute | None:
    """The dispute that is going on, if one is."""
    return db.fresh(select(Dispute).where(Dispute.resident_id == resident_id, Dispute.ended_at.is_(None))).first()


def refuse_widening(db: Unit, resident_id: int) -> None:
    """Raises Invalid while a dispute is going on. The family is locked."""
    if open_one(db, resident_id) is not None:
        raise Invalid(why=FROZEN)


def revision_of(row: Dispute | None) -> str:
    """What the form is drawn from."""
    return revision.of(None if row is None else row.id)


def start(db: Unit, viewer: Viewer, resident_id: int, form: StartDispute, now: datetime) -> None:
    """From now on nothing is widened; a lead decides that. Raises Invalid, Changed, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in LEADS:
        raise NotFound
    why = " ".join(form.why.split())
    if not why:
        raise Invalid(why="请写一句为什么进入争议；只有同事看得到。")
    known = open_one(db, resident.id)
    if known is not None:
        raise Changed(who=name_of(db, known.began_by), what="已经记了争议", revision=revision_of(known))
    row = Dispute(id=new_id(), home_id=viewer.home_id, resident_id=resident.id, began_at=now, began_by=viewer.id)
    db.seal(row, "why", why[:200])
    db.add(row)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "start_dispute", f"resident:{resident.id}")
    db.store.hint("families", "residents")


def end(db: Unit, viewer: Viewer, resident_id: int, form: EndDispute, now: datetime) -> None:
    """It is settled. Raises Changed, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in LEADS:
        raise NotFound
    row = open_one(db, resident.id)
    if row is None or form.drawn not in {None, revision_of(row)}:
        raise Changed(who="有同事", what="改过争议", revision=revision_of(row))
    row.ended_at, row.ended_by = now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "end_dispute", f"resident:{resident.id}")
    db.store.hint("families", "residents")
