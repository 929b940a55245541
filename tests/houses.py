"""A home with the fictional people of a scene, put in place at once for tests that begin where everybody is bound.

The sample home of `make demo` is made by the services (`bot.sample`); this one past them, since a test is not to wait
for it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from care.states import Launch, Role
from services.install import Installed
from services.staff import staff
from settings import Home
from storage import tables
from storage.tables.launch import Launch as Switch
from storage.tables.residents import Bed, BedStay
from storage.types import new_id
from storage.unit import Unit

FOR_GOOD: Final = timedelta(days=36_500)


def furnish(db: Unit, ids: Installed, scene: Mapping[str, Any], now: datetime) -> None:
    """Fill a new database with the fictional people of a scene: staff who log in, and the bindings of the phones; what
    the machine may say is switched on for all.
    """
    db.add_all(
        Switch(id=new_id(), home_id=ids.home_id, launched=purpose.value, floor="", since=now, begun_by=0)
        for purpose in Launch
    )
    for name, value in scene.get("blanks", {}).items():
        db.add(
            tables.KnowledgeBlank(id=new_id(), home_id=ids.home_id, name=name, value=value, edited_at=now, edited_by=0)
        )
    for member in scene["staff"]:
        staff.add(
            db,
            ids.home_id,
            member["login"],
            member["name"],
            Role(member["role"]),
            member["password"],
            now,
            member.get("floors", ""),
            staff.Standing(own_password=True, pledged=True, codes_by=now + FOR_GOOD),
        )
    residents = {
        name: _resident(
            db,
            ids,
            _person(db, ids, "elder", name, None, now),
            {"room": room, "bed": bed, "sex": sex, "born": born},
            now,
        )
        for room, bed, name, sex, born in scene.get("residents", [])
    }
    for entry in scene["people"]:
        if entry["kind"] == "guest":
            continue
        person = _person(db, ids, entry["kind"], entry["name"], entry.get("phone"), now)
        db.add(
            tables.Follower(
                id=new_id(),
                account_id=ids.account_id,
                openid=entry["openid"],
                person_id=person.id,
                binding="own",
                following=True,
                session_left=0,
                scene_left=0,
                created_at=now,
            )
        )
        db.add(
            tables.Conversation(
                id=new_id(), home_id=ids.home_id, person_id=person.id, version=0, revision=0, state="", trail=""
            )
        )
        if entry["kind"] == "elder":
            residents[entry["name"]] = _resident(db, ids, person, entry, now)
        for tie in entry.get("kin", []):
            kinship = tables.Kinship(
                id=new_id(),
                home_id=ids.home_id,
                person_id=person.id,
                resident_id=residents[tie["of"]].id,
                is_primary=tie.get("primary", False),
                scopes=tie.get("scopes", "daily"),
                created_at=now,
            )
            db.seal(kinship, "relation", tie["relation"])
            db.add(kinship)


def _person(db: Unit, ids: Installed, kind: str, name: str, phone: str | None, now: datetime) -> tables.Person:
    person = tables.Person(id=new_id(), home_id=ids.home_id, kind=kind, created_at=now)
    db.seal(person, "name", name)
    db.seal(person, "phone", phone)
    db.lock_persons(person.id)
    db.add(person)
    return person


def _resident(
    db: Unit, ids: Installed, person: tables.Person, entry: Mapping[str, Any], now: datetime
) -> tables.Resident:
    resident = tables.Resident(
        id=new_id(),
        home_id=ids.home_id,
        person_id=person.id,
        status="在住",
        room=entry["room"],
        bed=entry["bed"],
        floor=entry.get("floor", entry["room"][:-2]),
        sex=entry.get("sex"),
        created_at=now,
    )
    db.seal(resident, "born", _birthday(entry, now))
    db.add(resident)
    db.flush()
    _settle(db, resident, now)
    return resident


def _settle(db: Unit, resident: tables.Resident, now: datetime) -> None:
    """The bed of the texts is laid out; who comes second to it has none."""
    there = (Bed.home_id == resident.home_id, Bed.room == resident.room, Bed.name == resident.bed)
    if db.scalars(select(Bed).where(*there)).first() is None:
        bed = Bed(
            id=new_id(),
            home_id=resident.home_id,
            building="",
            floor=resident.floor,
            room=resident.room,
            name=resident.bed,
            created_at=now,
        )
        stay = BedStay(id=new_id(), home_id=resident.home_id, resident_id=resident.id, bed_id=bed.id, began_at=now)
        db.add_all([bed, stay])


def _birthday(entry: Mapping[str, Any], now: datetime) -> str | None:
    """As the scene has it; `birthday_in_days` lets a demo always have one ahead."""
    if "birthday_in_days" in entry:
        day = now.astimezone(Home().zone).date() + timedelta(days=entry["birthday_in_days"])
        return f"{entry['born_year']}-{day.month:02d}-{min(day.day, 28):02d}"
    return entry.get("born")
