"""The home of the year, and what the calendar asks for there, computed apart from the service."""

from datetime import date, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from care import lunar, occasions

ZONE: Final = ZoneInfo("Asia/Shanghai")
FIRST: Final = date(2026, 12, 1)
ELDERS: Final = 64
WITH_PHONE: Final = 24
RELATIVES: Final = 90
SILENT: Final = frozenset(range(30))
"""Relatives who never write: no window of theirs is ever open."""
ABROAD: Final = {
    **dict.fromkeys(range(30, 34), "America/New_York"),
    **dict.fromkeys(range(34, 36), "America/Los_Angeles"),
    **dict.fromkeys(range(36, 38), "Europe/London"),
    **dict.fromkeys(range(38, 40), "Australia/Sydney"),
}
WITHOUT_WECHAT: Final = frozenset(range(87, 90))
DEATHS: Final = {45: 40, 46: 97, 47: 150, 48: 204, 49: 259, 50: 310}
"""Elder → on which day."""
HUSHES: Final = {51: (30, 45), 52: (64, 70), 53: (280, 300)}
IN_HOSPITAL: Final = {54: (60, 80), 55: (190, 215)}
LEAVERS: Final = {80: 25, 81: 120}
"""Relative → on which day the account is unfollowed."""
WEEKLY: Final = frozenset(range(60, 68))
"""Relatives who want a letter announced on Sundays alone."""
ON_CHANGE: Final = frozenset(range(68, 72))
AT_HOUR: Final = {**dict.fromkeys(range(30, 36), 9), **dict.fromkeys(range(72, 76), 20)}
"""Relatives who chose an hour of their own clock."""
NO_SCOPE: Final = frozenset({82, 83})
"""Relatives who may not know of the days."""
OF_HEALTH: Final = 40
"""Relatives before this one may know of health, and are told of appointments."""
CUT_OFF: Final = (240, 247)
BREAKS: Final = 30
"""On which day the platform takes the template of notices away."""
GREETS: Final = frozenset(
    [
        "new-year",
        "laba",
        "xiaonian-north",
        "chuxi",
        "spring-festival",
        "lantern",
        "womens-day",
        "qingming",
        "labour-day",
        "mothers-day",
        "fathers-day",
        "dragon-boat",
        "mid-autumn",
        "national-day",
        "double-ninth",
        "winter-solstice",
        "christmas",
    ]
)
ASKED_FIRST: Final = frozenset({"mothers-day", "fathers-day", "christmas"})
"""Nobody was asked, so nobody is greeted."""


def elder(n: int) -> str:
    """The openid of an elder who has a phone."""
    return f"oElder{n:02d}".ljust(28, "0")


def kin(k: int) -> str:
    """The openid of a relative."""
    return f"oKin{k:02d}".ljust(28, "0")


def sex(n: int) -> str:
    """Two of three are women."""
    return "男" if n % 3 == 2 else "女"


def born(n: int) -> str:
    """Birthdays over the whole year, by the sun and by the moon."""
    day = date(2027, 1, 1) + timedelta(days=(n * 23) % 365)
    return f"{1930 + n % 20}-{day.month:02d}-{min(day.day, 28):02d}" + ("-lunar" if n % 4 == 0 else "")


def scene_of() -> dict[str, Any]:
    """64 elders, 24 of them with a phone, and 90 relatives."""
    people: list[dict[str, Any]] = []
    residents: list[list[str]] = []
    for n in range(ELDERS):
        room, name = f"{1 + n // 22}{n % 22 + 1:02d}", f"老人{n:02d}"
        if n < WITH_PHONE:
            one = {"openid": elder(n), "name": name, "kind": "elder", "room": room, "bed": "1"}
            people.append(one | {"sex": sex(n), "born": born(n)})
        else:
            residents.append([room, "1", name, sex(n), born(n)])
    for k in range(RELATIVES):
        tie: dict[str, Any] = {
            "of": f"老人{k % ELDERS:02d}",
            "relation": "女儿" if k < ELDERS else "儿子",
            "primary": k < ELDERS,
            "scopes": "billing" if k in NO_SCOPE else "daily health" if k < OF_HEALTH else "daily",
        }
        relative = {"openid": kin(k), "name": f"家属{k:02d}", "kind": "family", "phone": f"139{k:08d}", "kin": [tie]}
        people.append(relative)
    return {"staff": [], "people": people, "residents": residents}


def dead(n: int, day: date) -> bool:
    """Whether an elder has died by this day."""
    return n in DEATHS and day >= FIRST + timedelta(days=DEATHS[n])


def calendar(first: date, last: date) -> set[tuple[str, str, str]]:
    """What the calendar asks for: (who, occasion, day), for everybody who lives when it is planned, thirty days
    ahead. Who is not asked first, and 清明 for elders, are not in it.
    """
    found: set[tuple[str, str, str]] = set()
    feasts = [one for one in occasions.FESTIVALS if one.id in GREETS - ASKED_FIRST]
    for feast in feasts:
        for year in range(first.year - 1, last.year + 1):
            day = feast.day(year)
            if not first <= day <= last:
                continue
            planned = max(first, day - timedelta(days=30))
            for n in range(ELDERS):
                theirs = feast.id not in occasions.FOR_FAMILIES and (feast.id != "womens-day" or sex(n) == "女")
                if theirs and not dead(n, planned):
                    found.add((f"老人{n:02d}", feast.id, day.isoformat()))
            for k in range(RELATIVES):
                if feast.id != "womens-day" and k not in WITHOUT_WECHAT and not dead(k % ELDERS, planned):
                    found.add((f"家属{k:02d}", feast.id, day.isoformat()))
    return found | _birthdays(first, last)


def _birthdays(first: date, last: date) -> set[tuple[str, str, str]]:
    found: set[tuple[str, str, str]] = set()
    for n in range(ELDERS):
        for day in _days_of(born(n), first, last):
            planned = max(first, day - timedelta(days=30))
            if dead(n, planned):
                continue
            found.add((f"老人{n:02d}", "birthday", day.isoformat()))
            soon = day - timedelta(days=3)
            for k in range(n, RELATIVES, ELDERS):
                if k not in WITHOUT_WECHAT and soon >= first:
                    found.add((f"家属{k:02d}", "birthday-soon", day.isoformat()))
    return found


def _days_of(text: str, first: date, last: date) -> list[date]:
    month, day = int(text[5:7]), int(text[8:10])
    if text.endswith("-lunar"):
        days = [lunar.solar(year, month, day) for year in range(first.year - 1, last.year + 1)]
    else:
        days = [date(year, month, day) for year in range(first.year, last.year + 1)]
    return [one for one in days if first <= one <= last]
