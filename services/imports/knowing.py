"""The house as it is now, as sheets are held against it: rooms and beds, residents and their relatives, colleagues."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from sqlalchemy import select

from services.access import Viewer
from services.imports.changes import COMPARED, RENAMED
from services.imports.known import Known, Lives, Works
from services.imports.values import SHIFTS
from services.imports.values import Bed as Place
from services.residents.admission import LEVELS
from services.roster import kinds
from storage import tables
from storage.tables.residents import Bed, BedStay, Record
from storage.unit import Unit

GONE: Final = ("退住", "去世")


def known(db: Unit, viewer: Viewer, today: date) -> Known:
    """Everything that a sheet is held against. A question."""
    beds = db.scalars(select(Bed).where(Bed.home_id == viewer.home_id, Bed.closed_at.is_(None))).all()
    rooms: dict[tuple[str, str], set[str]] = {}
    for bed in beds:
        rooms.setdefault((bed.building, bed.room), set()).add(bed.name)
    people, levels = _people(db, viewer)
    staff = db.scalars(select(tables.Staff).where(tables.Staff.home_id == viewer.home_id)).all()
    offered = kinds.of_home(db, viewer.home_id)
    return Known(
        today=today,
        rooms={key: frozenset(names) for key, names in rooms.items()},
        people=people,
        staff=tuple(Works(f"h:{one.id}", one.name, one.login) for one in staff if one.left_at is None),
        logins=frozenset(one.login for one in staff),
        posts=frozenset(post.name for post in kinds.posts(db, viewer.home_id)),
        shifts=shifts_of({row.name: not row.works for row in offered}),
        levels=(*LEVELS, *levels),
    )


def shifts_of(offered: Mapping[str, bool]) -> dict[str, str]:
    """How the shifts of a home may be written; `offered`: which of them are a day off."""
    found = {name.lower(): "休" if off else name for name, off in offered.items()}
    bare = {name.removesuffix("班").replace(" ", "").lower(): name for name, off in offered.items() if not off}
    for word, plain in SHIFTS.items():
        there = "休" if plain == "休" else bare.get(plain.removesuffix("班").replace(" ", "").lower())
        if there:
            found.setdefault(word, there)
    for name, word in list(found.items()):
        found.setdefault(f"{name}班", word)
    return found


def _people(db: Unit, viewer: Viewer) -> tuple[tuple[Lives, ...], set[str]]:
    resident, person = tables.Resident, tables.Person
    rows = db.execute(
        select(resident, person)
        .join(person, person.id == resident.person_id)
        .where(resident.home_id == viewer.home_id, resident.status.not_in(GONE))
    ).all()
    where = {
        stay: Place(bed.building, bed.room, bed.name)
        for stay, bed in db.execute(
            select(BedStay.resident_id, Bed).join(Bed, Bed.id == BedStay.bed_id).where(BedStay.ended_at.is_(None))
        )
    }
    records = {one.resident_id: one for one in db.scalars(select(Record).where(Record.home_id == viewer.home_id))}
    kin = _kin(db, viewer)
    found = []
    for one, who in rows:
        said = _facts(db, one, who, records.get(one.id))
        found.append(
            Lives(
                f"h:{one.id}",
                db.open(who, "name") or "",
                where.get(one.id, Place("", one.room, one.bed)),
                said.get("identity", ""),
                said["born"],
                kin=frozenset(kin.get(one.id, ())),
                facts=said,
            )
        )
    return tuple(found), {one.care_level for one in records.values() if one.care_level}


def _kin(db: Unit, viewer: Viewer) -> dict[int, set[str]]:
    tie, person = tables.Kinship, tables.Person
    found: dict[int, set[str]] = {}
    rows = db.execute(
        select(tie.resident_id, person).join(person, person.id == tie.person_id).where(tie.home_id == viewer.home_id)
    )
    for resident_id, who in rows:
        found.setdefault(resident_id, set()).add(db.open(who, "name") or "")
    return found


def _facts(db: Unit, resident: tables.Resident, person: tables.Person, row: Record | None) -> dict[str, str]:
    """What the house has of somebody, by the words of a sheet."""
    found = {
        "sex": resident.sex or "",
        "born": db.open(resident, "born") or "",
        "phone": db.open(person, "phone") or "",
    }
    if row is not None:
        found |= {
            "identity": db.open(row, "identity") or "",
            "care_level": row.care_level,
            "admitted_on": row.admitted_on.isoformat() if row.admitted_on else "",
            "allergy": row.allergy,
            "allergies": db.open(row, "allergies") or "",
        }
        for word in COMPARED:
            if word not in found:
                found[word] = db.open(row, RENAMED.get(word, word)) or ""
    return found
