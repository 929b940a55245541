"""What hangs on the notice board of the fortnight: menus, activities, prices, the beds that were counted."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, Final

from bot.sample.play import Act, Play
from care.week import WEEKDAYS, days_of, monday
from services.week import activities, menu, prices, vacancies
from services.week.forms import CheckBeds, PutActivity, PutPrice, SaveMenu

WRITTEN: Final = ("-14 08:20", "-7 08:20", "-1 08:20")
"""When the weeks are written: the one that runs and the one that comes."""
CHECKED: Final = 7
"""For so many days the count of the beds is told."""


def acts(book: Mapping[str, Any], play: Play) -> Iterable[Act]:
    """The board is written by who leads, week by week; a book without one has none."""
    if "meals" not in book:
        return
    done: set[date] = set()
    for words in WRITTEN:
        at = play.moment(words)
        first = monday(at.date())
        for week in (first, first + timedelta(days=7)):
            if week not in done:
                done.add(week)
                yield Act(at, f"week {week}", partial(_week, book, play, week))
    yield Act(play.moment(WRITTEN[0]), "prices", lambda at: _prices(book, play, at))
    yield Act(play.moment(WRITTEN[-1]), "beds", lambda at: _beds(play, at))


async def _week(book: Mapping[str, Any], play: Play, first: date, at: datetime) -> None:
    who = play.who("he")
    days = [day for day in days_of(first) if day >= at.date()]
    cells = {
        f"{day}-{meal}": frozenset({dishes})
        for day in days_of(first)
        for meal, dishes in book["meals"][WEEKDAYS[day.weekday()]].items()
    }
    await play.write(lambda db: menu.save(db, who, SaveMenu(first=first, cells=cells), at))
    for day in days:
        for begins, ends, title, place, floors in book["activities"][WEEKDAYS[day.weekday()]]:
            form = PutActivity(day=day, begins=begins, ends=ends, title=title, place=place, floors=floors)
            await play.write(partial(activities.put, viewer=who, form=form, now=at))


async def _prices(book: Mapping[str, Any], play: Play, at: datetime) -> None:
    who, until = play.who("shen"), at.date() + timedelta(days=300)
    for one in book["prices"]:
        form = PutPrice(**one, valid_until=until)
        await play.write(partial(prices.put, viewer=who, form=form, now=at))


async def _beds(play: Play, at: datetime) -> None:
    await play.write(lambda db: vacancies.check(db, play.who("he"), CheckBeds(days=CHECKED), at))
