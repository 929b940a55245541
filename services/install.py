"""The first rows of a database: the home and the account of `[wechat]`; and the sample home of `make demo`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from care.errors import HomeForeign, KeysForeign
from care.states import Role
from services.launch import launch
from services.residents import beds
from services.setup.settings import effective
from services.staff import staff
from services.upkeep import audit_chain
from settings import Home, Settings
from storage import tables
from storage.types import new_id
from storage.unit import Unit

FOR_GOOD: Final = timedelta(days=36_500)
"""Who tries the sample home is not led to set up codes for people who do not exist."""
WAYS: Final = "配置或 database.url 写错了，就改过来；真的是机构改了名、换了公众号，请停掉服务，运行 jiashu migrate --adopt，再启动。"


@dataclass(frozen=True, slots=True)
class Installed:
    """The ids that the process works with."""

    home_id: int
    account_id: int
    settings: Settings = field(default_factory=Settings, compare=False)
    """With what is set in the console."""


def install(db: Unit, settings: Settings, now: datetime, *, adopt: bool = False) -> Installed:
    """Make the home and the account where they are missing. What is there belongs to one key file, one home and one
    account: `adopt` says that a home has a new name or a new account on purpose (I6, I8).

    Raises KeysForeign, HomeForeign.
    """
    home = db.scalars(select(tables.Home).order_by(tables.Home.id)).first()
    if home is not None:
        _ours(db, settings, home, now, adopt=adopt)
    else:
        home = tables.Home(
            id=new_id(), key="home", name=settings.home.name, timezone=settings.home.timezone, created_at=now
        )
        db.add(home)
    home.keys = db.sealer.fingerprint
    settings = effective(db, settings, home)
    home.name, home.timezone = settings.home.name, settings.home.timezone
    account = db.scalars(select(tables.WechatAccount).where(tables.WechatAccount.key == "")).first()
    if account is None:
        account = tables.WechatAccount(
            id=new_id(), home_id=home.id, key="", app_id=settings.wechat.app_id, created_at=now
        )
        db.add(account)
    account.app_id = settings.wechat.app_id
    return Installed(home.id, account.id, settings)


def _ours(db: Unit, settings: Settings, home: tables.Home, now: datetime, *, adopt: bool) -> None:
    ours = db.sealer.fingerprint
    if not (home.keys == ours if home.keys else audit_chain.signed_by(db.store)):
        raise KeysForeign(path=settings.key_file, known=home.keys or "另一个钥匙文件的内容", found=ours)
    app_id = db.scalar(select(tables.WechatAccount.app_id).where(tables.WechatAccount.key == ""))
    wanted = (
        home.name if "home.name" in settings.open else settings.home.name,
        app_id or "" if "wechat.app_id" in settings.open else settings.wechat.app_id,
    )
    if wanted == (home.name, app_id or wanted[1]):
        return
    if not adopt:
        raise HomeForeign(home=home.name, app_id=app_id, wanted_home=wanted[0], wanted_app_id=wanted[1], ways=WAYS)
    db.store.audit(home.id, now, "machine", "adopt", f"home:{home.id}", f"{home.name} {app_id} → {' '.join(wanted)}")


def sample(db: Unit, ids: Installed, scene: Mapping[str, Any], now: datetime) -> None:
    """Fill a new database with the fictional people of a scene: staff who log in, and the bindings of the phones; what
    the machine may say is switched on for all.
    """
    launch.everything(db, ids.home_id, now)
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
    beds.settle(db, resident, now)
    return resident


def _birthday(entry: Mapping[str, Any], now: datetime) -> str | None:
    """As the scene has it; `birthday_in_days` lets a demo always have one ahead."""
    if "birthday_in_days" in entry:
        day = now.astimezone(Home().zone).date() + timedelta(days=entry["birthday_in_days"])
        return f"{entry['born_year']}-{day.month:02d}-{min(day.day, 28):02d}"
    return entry.get("born")
