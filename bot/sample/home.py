"""The people of a scene move in: log-ins, beds, residents, relatives, their phones, all by the services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from msgspec import convert

from bot.sample.played import Played
from care.states import Launch, Role
from services.access import Viewer
from services.accusations import accusations
from services.families import binding, relatives
from services.families.forms import AddRelative, ConfirmBinding
from services.house import House
from services.install import Installed
from services.knowledge import knowledge
from services.knowledge.forms import FillBlank
from services.launch import launch
from services.launch.forms import Switch
from services.residents import admission, beds
from services.residents.admission import Admit
from services.residents.beds import AddBed
from services.staff import staff
from storage.database import Database
from storage.unit import Unit

FOR_GOOD: Final = timedelta(days=36_500)
"""Who tries the sample home is not led to set up codes for people who do not exist."""
BEFORE: Final = timedelta(days=3)
"""So long ago the phones were bound, where there is no fortnight: their 48 hours are over."""
SHEET: Final = timedelta(minutes=2)


@dataclass(slots=True)
class Home:
    """Who is there, by name: colleagues, residents by room and bed, relatives by phone."""

    played: Played
    staff: dict[str, Viewer]
    residents: dict[str, int]
    names: dict[str, str]
    """Of residents, by room and bed."""
    basics: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """What each was admitted with."""

    @property
    def director(self) -> Viewer:
        """Who opens the home."""
        return next(one for one in self.staff.values() if one.role is Role.DIRECTOR)

    @property
    def desk(self) -> Viewer:
        """Who makes sure who somebody is."""
        return next(one for one in self.staff.values() if one.role is Role.DESK)

    @property
    def house(self) -> House:
        """The home, as use cases see it."""
        return self.played.house


async def furnish(database: Database, ids: Installed, scene: Mapping[str, Any], now: datetime, began: datetime) -> Home:
    """Fill a new database with the fictional people of a scene, as it would have been done at `began`; what the machine
    may say is switched on for all.
    """
    house = House(ids.settings.home)
    house.use(ids.settings)
    home = Home(Played(ids, house, database), {}, {}, {})
    await database.write(lambda db: _opens(db, ids, home, scene, began))
    house.names = await database.read(lambda db: accusations.names(db, ids.home_id))
    await home.played.learn(began)
    entries = _residents(scene, house, now)
    await database.write(lambda db: _move_in(db, home, entries, began))
    for person in (one for one in scene["people"] if one["kind"] != "guest"):
        began += timedelta(minutes=20)
        await _gets_a_phone(home, person, began)
    return home


def _opens(db: Unit, ids: Installed, home: Home, scene: Mapping[str, Any], began: datetime) -> None:
    _colleagues(db, ids, home, scene, began)
    director = home.director
    for purpose in Launch:
        launch.switch(db, director, Switch(purpose=purpose, floor="", on=True, seen=True), began)
    for name, value in scene.get("blanks", {}).items():
        knowledge.fill(db, director, FillBlank(name=name, value=value), began)


def _colleagues(db: Unit, ids: Installed, home: Home, scene: Mapping[str, Any], began: datetime) -> None:
    standing = staff.Standing(own_password=True, pledged=True, codes_by=began + FOR_GOOD)
    kept = {word: staff.hashed(word) for word in {one["password"] for one in scene["staff"]}}
    for one in scene["staff"]:
        role, floors = Role(one["role"]), one.get("floors", "")
        who = (one["login"], one["name"], role, floors)
        row = staff.added(db, ids.home_id, who, kept[one["password"]], began, standing)
        db.seal(row, "phone", one.get("phone"))
        home.staff[one["login"]] = Viewer(row.id, ids.home_id, one["name"], role, frozenset(floors.split()))


def _residents(scene: Mapping[str, Any], house: House, now: datetime) -> list[dict[str, str]]:
    """All of a scene, with and without a phone, in the order of the house."""
    found = [
        {"room": room, "bed": bed, "name": name, "sex": sex, "born": born}
        for room, bed, name, sex, born in scene.get("residents", [])
    ]
    found += [
        {key: str(entry[key]) for key in ("room", "bed", "name", "sex")} | {"born": _born(entry, house, now)}
        for entry in scene["people"]
        if entry["kind"] == "elder"
    ]
    return sorted(found, key=lambda one: (one["room"], one["bed"]))


def _born(entry: Mapping[str, Any], house: House, now: datetime) -> str:
    """As the scene has it; `birthday_in_days` lets a demo always have one ahead."""
    day = now.astimezone(house.home.zone).date() + timedelta(days=entry["birthday_in_days"])
    return f"{entry['born_year']}-{day.month:02d}-{min(day.day, 28):02d}"


def _move_in(db: Unit, home: Home, entries: Sequence[Mapping[str, str]], began: datetime) -> None:
    for entry in entries:
        place = f"{entry['room']}-{entry['bed']}"
        floor = entry["room"][:-2]
        beds.add_bed(db, home.director, AddBed(floor=floor, room=entry["room"], name=entry["bed"]), began)
        home.residents[place] = admission.admit(db, home.director, convert(entry, Admit), began).id
        home.names[place], home.basics[place] = entry["name"], entry


async def _gets_a_phone(home: Home, person: Mapping[str, Any], at: datetime) -> None:
    """Registered as a relative where they are one, then bound with a sheet, as at the desk."""
    database, openid = home.played.database, person["openid"]
    if person["kind"] == "elder":
        resident = home.residents[f"{person['room']}-{person['bed']}"]
        await bind(home, openid, resident, ("本人", person["name"]), at)
    for tie in person.get("kin", []):
        resident = next(home.residents[place] for place, name in home.names.items() if name == tie["of"])
        form = AddRelative(
            name=person["name"],
            relation=tie["relation"],
            phone=person.get("phone", ""),
            scopes=tuple(tie.get("scopes", "daily").split()),
            way="paper",
            primary=tie.get("primary", False),
        )
        known = (
            await database.write(partial(relatives.add, viewer=home.desk, resident_id=resident, form=form, now=at))
        ).id
        await bind(home, openid, resident, (tie["relation"], person["name"]), at, known)


async def bind(
    home: Home, openid: str, resident: int, said: tuple[str, str], at: datetime, person: int | None = None
) -> None:
    """A sheet is printed, its code sent from the phone, the questions answered, and a colleague makes sure."""
    played, desk = home.played, home.desk
    code, _ = await played.database.write(lambda db: binding.invite(db, desk, resident, at, person))
    if openid not in played.phones.chats:
        await played.follow(openid, at + SHEET)
    for nth, words in enumerate((f"{code[:4]} {code[4:]}", *said), 1):
        await played.hear(openid, words, at + SHEET + timedelta(seconds=20 * nth))
    asked = await played.database.store(
        lambda store: store.rows("SELECT max(id) FROM application WHERE verdict IS NULL AND resident_id = ?", resident)
    )
    form = ConfirmBinding(phone_is="family" if person else "elder", person=person or 0, proof="card", rang=True)
    later = at + 4 * SHEET
    await played.database.write(lambda db: binding.confirm(db, home.house, desk, asked[0][0], form, later))
    await played.deliver(later)
