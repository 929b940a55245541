"""Where a resident is, and the two ways to stop what machines would say: 静默 by any nurse, 去世 by the director (F11,
L2).
"""

from datetime import datetime

from sqlalchemy import select

from care.errors import Changed, Invalid
from care.states import Role
from services.access import LEADS, Viewer
from services.outgoing import outbox
from services.residents.access import access_resident
from services.residents.forms import Hush, SetStatus
from storage import revision, tables
from storage.queries.residents import STATUSES
from storage.types import new_id
from storage.unit import Unit

HUSH, DEATH = "hush", "death"


def may_set(viewer: Viewer) -> tuple[str, ...]:
    """The states that a role may set: nurses say where somebody is, leads end a stay, the director alone writes a
    death.
    """
    if viewer.role is Role.DIRECTOR:
        return STATUSES
    if viewer.role in LEADS:
        return STATUSES[:5]
    return STATUSES[:4] if viewer.role in {Role.NURSE, Role.DESK} else ()


def revision_of(resident: tables.Resident, hushed: datetime | None) -> tuple[str, str]:
    """What the form of the status and the button of 静默 are drawn from."""
    return revision.of(resident.status), revision.of(hushed)


def set_status(db: Unit, viewer: Viewer, resident_id: int, form: SetStatus, now: datetime) -> None:
    """Write where a resident is. 去世 asks for the name once more and stops everything that waits, at once.

    Raises Invalid, Changed, NotFound.
    """
    status = form.status
    resident = access_resident(db, viewer, resident_id, lock=True)
    if status not in may_set(viewer):
        raise Invalid(why="这个状态要由主管或院长来改；去世只能由院长写。")
    if resident.status == "去世" and viewer.role is not Role.DIRECTOR:
        raise Invalid(why="去世要改回来，只能由院长来改。")
    if status == "去世" or resident.status == "去世":
        person = db.get_one(tables.Person, resident.person_id)
        if form.name.strip() != (db.open(person, "name") or ""):
            raise Invalid(why="请再写一遍老人的姓名，免得点错人。")
    stands, _ = revision_of(resident, None)
    if form.drawn not in {None, stands} and status != resident.status:
        raise Changed(who="有同事", what=f"把状态改成了「{resident.status}」", revision=stands)
    before, resident.status = resident.status, status
    if status == "去世":
        _stop(db, viewer, resident, DEATH, now)
    elif before == "去世":
        _lift(db, resident.person_id, DEATH, now)
    if status not in {"在住", "请假"}:
        outbox.stop_machine(db.store, _family(db, resident), now)
    db.store.audit(
        viewer.home_id, now, f"staff:{viewer.id}", "set_status", f"resident:{resident.id}", f"{before} → {status}"
    )
    db.store.hint("residents")


def hush(db: Unit, viewer: Viewer, resident_id: int, form: Hush, now: datetime) -> None:
    """One tap, no question: nothing that is not human goes to the resident and the family until it is lifted by hand
    (F11).

    It may always be set; lifted is only what stood there when the button was drawn. Raises Changed, NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    since = hushed_since(db, resident.person_id)
    _, stands = revision_of(resident, since)
    if not form.on and since is not None and form.drawn not in {None, stands}:
        raise Changed(who="有同事", what="按了静默", revision=stands)
    if form.on:
        _stop(db, viewer, resident, HUSH, now)
        outbox.stop_machine(db.store, _family(db, resident), now)
    else:
        _lift(db, resident.person_id, HUSH, now)
    db.store.audit(
        viewer.home_id, now, f"staff:{viewer.id}", "hush" if form.on else "lift_hush", f"resident:{resident.id}"
    )
    db.store.hint("residents")


def hushed_since(db: Unit, person_id: int) -> datetime | None:
    """Since when 静默 holds, or None."""
    return db.scalars(
        select(tables.Stop.set_at).where(
            tables.Stop.person_id == person_id, tables.Stop.kind == HUSH, tables.Stop.lifted_at.is_(None)
        )
    ).first()


def _family(db: Unit, resident: tables.Resident) -> list[int]:
    kin = db.scalars(select(tables.Kinship.person_id).where(tables.Kinship.resident_id == resident.id))
    return [resident.person_id, *kin]


def _stop(db: Unit, viewer: Viewer, resident: tables.Resident, kind: str, now: datetime) -> None:
    known = select(tables.Stop.id).where(
        tables.Stop.person_id == resident.person_id, tables.Stop.kind == kind, tables.Stop.lifted_at.is_(None)
    )
    if db.scalars(known).first() is None:
        db.add(
            tables.Stop(
                id=new_id(),
                home_id=viewer.home_id,
                person_id=resident.person_id,
                kind=kind,
                set_at=now,
                set_by=viewer.id,
            )
        )


def _lift(db: Unit, person_id: int, kind: str, now: datetime) -> None:
    for row in db.scalars(
        select(tables.Stop).where(
            tables.Stop.person_id == person_id, tables.Stop.kind == kind, tables.Stop.lifted_at.is_(None)
        )
    ):
        row.lifted_at = now
