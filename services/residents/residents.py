"""Where a resident is, which bed is theirs, and the two ways to stop what machines would say: 静默 by any nurse, 去世
by the director (F11, L2). Hospital and leave keep the bed; the exit frees it.
"""

from datetime import datetime

from sqlalchemy import select

from care.errors import Changed, Invalid
from care.states import Role
from services.access import LEADS, Viewer
from services.outgoing import outbox
from services.residents import beds, events, returning
from services.residents.access import access_resident
from services.residents.admission import ADMITS
from services.residents.forms import Hush, Move, SetStatus
from storage import revision, tables
from storage.queries.residents import GONE, STATUSES
from storage.tables.residents import Bed
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
    _may(db, viewer, resident, form)
    stands, _ = revision_of(resident, None)
    if form.drawn not in {None, stands} and status != resident.status:
        raise Changed(who="有同事", what=f"把状态改成了「{resident.status}」", revision=stands)
    before, resident.status = resident.status, status
    _keep_or_free(db, viewer, resident, before, form.place, now)
    returning.moved(db, resident, before, now)
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


def _may(db: Unit, viewer: Viewer, resident: tables.Resident, form: SetStatus) -> None:
    if form.status not in may_set(viewer):
        raise Invalid(why="这个状态要由主管或院长来改；去世只能由院长写。")
    if resident.status == "去世" and viewer.role is not Role.DIRECTOR:
        raise Invalid(why="去世要改回来，只能由院长来改。")
    if "去世" in {form.status, resident.status}:
        person = db.get_one(tables.Person, resident.person_id)
        if form.name.strip() != (db.open(person, "name") or ""):
            raise Invalid(why="请再写一遍老人的姓名，免得点错人。")


def _keep_or_free(
    db: Unit, viewer: Viewer, resident: tables.Resident, before: str, place: int | None, now: datetime
) -> None:
    if resident.status in GONE:
        beds.leave(db, resident.id, now)
    elif before in GONE:
        _come_back(db, viewer, resident, place, now)
    if before != resident.status:
        events.happened(db, viewer, resident, "status", f"{before} → {resident.status}", now)


def place_of(resident: tables.Resident) -> str:
    """What the form of a move is drawn from."""
    return revision.of(resident.room, resident.bed)


def move(db: Unit, viewer: Viewer, resident_id: int, form: Move, now: datetime) -> None:
    """Another room or bed; the old one is free at once. Who left is moved by nobody. Raises Invalid, Changed,
    NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in ADMITS:
        raise Invalid(why="换床要由护士、客服或主管来办。")
    if resident.status in GONE:
        raise Invalid(why=f"{resident.status}的老人没有床位，不能换床。回来住，先把状态改回在住。")
    stands, before = place_of(resident), f"{resident.room}-{resident.bed}"
    bed = _bed(db, viewer, form.place)
    if (old := beds.bed_of(db, resident.id)) is not None and old.id == bed.id:
        raise Invalid(why="老人现在就在这张床，没有改动。")
    if form.drawn not in {None, stands}:
        raise Changed(who="有同事", what=f"给老人换到了 {before}", revision=stands)
    beds.may_be_given(db, viewer, bed)
    beds.leave(db, resident.id, now)
    beds.claim(db, bed, resident.id, now)
    beds.stand_in(resident, bed)
    moved = f"{before} → {resident.room}-{resident.bed}"
    events.happened(db, viewer, resident, "moved", moved, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "move", f"resident:{resident.id}", moved)
    db.store.hint("residents")


def _bed(db: Unit, viewer: Viewer, place: int | None) -> Bed:
    found = db.scalars(select(Bed).where(Bed.id == (place or 0), Bed.home_id == viewer.home_id)).first()
    if found is None:
        raise Invalid(why="请选一张空床。")
    return found


def _come_back(db: Unit, viewer: Viewer, resident: tables.Resident, place: int | None, now: datetime) -> None:
    """Who comes back gets the old bed when it is free, otherwise the one that was chosen."""
    if place is not None:
        bed = _bed(db, viewer, place)
    else:
        texts = (Bed.building + Bed.room == resident.room, Bed.name == resident.bed)
        old = db.scalars(select(Bed).where(Bed.home_id == resident.home_id, Bed.closed_at.is_(None), *texts)).first()
        if old is None and not db.scalars(select(Bed.id).where(Bed.home_id == resident.home_id)).first():
            return
        if old is None or beds.taken_by(db, old.id) is not None:
            raise Invalid(why="原来的床已经有人了或不在了，请在「回来住哪张床」里选一张空床。")
        bed = old
    beds.may_be_given(db, viewer, bed)
    beds.claim(db, bed, resident.id, now)
    beds.stand_in(resident, bed)


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
