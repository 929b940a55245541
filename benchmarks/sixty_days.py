"""The home of the sixty days, and what the calendar asks for there, computed apart from the service."""

from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from care import occasions
from services.greetings import occasions as plans

ZONE: Final = ZoneInfo("Asia/Shanghai")
FIRST: Final = date(2027, 1, 18)
ELDERS: Final = 64
WITH_PHONE: Final = 40


def _born(n: int) -> str:
    """Birthdays over the year, by the sun and by the moon; some of them within the sixty days."""
    day = FIRST + timedelta(days=n) if n % 3 == 0 else date(2027, 3, 25) + timedelta(days=4 * n)
    return f"{1930 + n % 20}-{day.month:02d}-{min(day.day, 28):02d}" + (
        "-lunar" if n % 5 == 0 and day.month < 12 else ""
    )


def scene_of() -> dict[str, Any]:
    """64 elders, 40 of them with a phone, and a relative of each; every twentieth never agreed to hear of the days."""
    people: list[dict[str, Any]] = []
    residents: list[list[str]] = []
    for n in range(ELDERS):
        room, name = f"{1 + n // 22}{n % 22 + 1:02d}", f"老人{n:02d}"
        if n < WITH_PHONE:
            people.append(
                {
                    "openid": f"oElder{n:02d}".ljust(28, "0"),
                    "name": name,
                    "kind": "elder",
                    "room": room,
                    "bed": "1",
                    "sex": "女",
                    "born": _born(n),
                }
            )
        else:
            residents.append([room, "1", name, "男", _born(n)])
        kin = {"of": name, "relation": "女儿", "primary": True, "scopes": "daily" if n % 20 else ""}
        people.append({"openid": f"oKin{n:02d}".ljust(28, "0"), "name": f"家属{n:02d}", "kind": "family", "kin": [kin]})
    return {"staff": [], "people": people, "residents": residents}


def calendar(last: date) -> set[tuple[str, str, str]]:
    """What the calendar asks for, computed apart from the service: (openid, occasion, day) of everybody who is there on
    the day before it is planned.
    """
    found: set[tuple[str, str, str]] = set()
    gone = {n: (14 if n < 9 else 19) for n in range(6, 11)}
    festivals = [day for day in occasions.between(FIRST, last - timedelta(days=1)) if day.id in plans.GREETED]
    for n in range(ELDERS):
        elder, kin = f"oElder{n:02d}".ljust(28, "0"), f"oKin{n:02d}".ljust(28, "0")
        for day in festivals:
            found |= {(one, day.id, day.day.isoformat()) for one in ((elder, kin) if n < WITH_PHONE else (kin,))}
        for day in occasions.birthdays(occasions.born(_born(n)), FIRST, last - timedelta(days=1)):
            planned_on = max(FIRST, day.day - plans.AHEAD)
            if n in gone and planned_on > FIRST + timedelta(days=gone[n]):
                continue
            if n < WITH_PHONE:
                found.add((elder, "birthday", day.day.isoformat()))
            if day.day - plans.SOON >= FIRST:
                found.add((kin, "birthday-soon", day.day.isoformat()))
    return found
