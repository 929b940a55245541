"""Whom a switch would reach on its first day: the list that is shown before it is turned (F29)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from care import occasions
from care.errors import Invalid, JiashuError
from care.states import Launch
from services.access import Viewer, access_page
from services.families.reach import must_not, why_not
from services.house import House
from services.launch.access import LAUNCH, need_floor
from storage.queries import families
from storage.queries.families import Who
from storage.unit import Unit

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Reached:
    """One person, about which resident, and why they get nothing at once (empty: they do)."""

    name: str
    elder: str
    place: str
    what: str
    why_not: str


def reached(db: Unit, house: House, viewer: Viewer, purpose: str, floor: str, now: datetime) -> Sequence[Reached]:
    """The people of a floor ("" = of the house) whom the purpose would reach. Raises Invalid, NotFound."""
    access_page(viewer, LAUNCH)
    need_floor(viewer, floor)
    if purpose not in set(Launch):
        raise Invalid(why="请选一件要启用的事。")
    found: list[Reached] = []
    greets = purpose == Launch.GREETINGS.value
    for who in families.people(db, viewer.home_id, everybody=greets):
        if floor not in {"", who.floor}:
            continue
        found += [
            Reached(who.name, who.elder, who.place, what, _why(who, occasion, now, by_card=greets and who.is_elder))
            for what, occasion in _of(who, Launch(purpose), house, now)
        ]
    return found


def _why(who: Who, occasion: str, now: datetime, *, by_card: bool) -> str:
    """Why no message reaches them; an elder whom none reaches gets a card for the bedside."""
    why = why_not(who, occasion, now)
    return f"{why}；那天印一张床头卡" if why and by_card and not must_not(who, occasion) else why


def _of(who: Who, purpose: Launch, house: House, now: datetime) -> list[tuple[str, str]]:
    today = now.astimezone(house.home.zone).date()
    if purpose is Launch.LETTERS:
        return [] if who.is_elder else [(f"今晚 {house.home.letter_time} 起的家书", "letter")]
    if purpose is Launch.SURVEYS:
        return [] if who.is_elder else [("开始问卷以后的第一份", "survey")]
    if purpose is Launch.REMINDERS:
        return []
    try:
        births = occasions.birthdays(occasions.born(who.born), today, today + WEEK) if who.born else []
    except JiashuError:
        births = []
    return [(f"{day.day.month} 月 {day.day.day} 日生日", "birthday") for day in births if who.is_elder]
