"""The first rows of a database: the home and the account of `[wechat]`; and the sample home of `make demo`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from care.states import Role
from services.staff import staff
from settings import Home, Settings
from storage import tables
from storage.types import new_id
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Installed:
    """The ids that the process works with."""

    home_id: int
    account_id: int


def install(db: Unit, settings: Settings, now: datetime) -> Installed:
    """Make the home and the account where they are missing; keep the home's name as it is configured."""
    home = db.scalars(select(tables.Home).order_by(tables.Home.id)).first()
    if home is None:
        home = tables.Home(
            id=new_id(), key="home", name=settings.home.name, timezone=settings.home.timezone, created_at=now
        )
        db.add(home)
    home.name, home.timezone = settings.home.name, settings.home.timezone
    account = db.scalars(select(tables.WechatAccount).where(tables.WechatAccount.key == "")).first()
    if account is None:
        account = tables.WechatAccount(
            id=new_id(), home_id=home.id, key="", app_id=settings.wechat.app_id, created_at=now
        )
        db.add(account)
    account.app_id = settings.wechat.app_id
    return Installed(home.id, account.id)


def sample(db: Unit, ids: Installed, scene: Mapping[str, Any], now: datetime) -> None:
    """Fill a new database with the fictional people of a scene: staff who log in, and the bindings of the phones."""
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
    return resident


def _birthday(entry: Mapping[str, Any], now: datetime) -> str | None:
    """As the scene has it; `birthday_in_days` lets a demo always have one ahead."""
    if "birthday_in_days" in entry:
        day = now.astimezone(Home().zone).date() + timedelta(days=entry["birthday_in_days"])
        return f"{entry['born_year']}-{day.month:02d}-{min(day.day, 28):02d}"
    return entry.get("born")
