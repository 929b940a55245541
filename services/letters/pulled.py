"""今天的家书 on the menu: letters are pulled at any time, whatever the platform lets us push (F16)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from care.weekly import Kind
from conversations.effects import ShowLetters
from conversations.events import Done, Refused
from conversations.flows.letters import OVER
from conversations.phrases import date_of
from services.context import Context
from services.letters import letters
from settings import Home
from storage.queries import letters as queries
from storage.queries import letters_weekly


def shelf_link(public_url: str) -> str:
    """Where the letters of before are."""
    return f'<a href="{public_url.rstrip("/")}/p/letters">以前的家书</a>' if public_url else "以前的家书"


def show(context: Context, _: ShowLetters) -> Done | Refused:
    """今天的家书 on the menu: pull first, at any time (F16).

    Done.ref is the text of the lines; where letters are not switched on nothing is promised (F29).
    """
    if context.elder and queries.of_a_room(context.store, context.person_id):
        return Refused("shared")
    found = queries.newest(context.store, context.person_id, context.now - timedelta(days=14))
    if found is None:
        return Refused("room" if queries.of_a_room(context.store, context.person_id) else "unbound")
    if queries.all_quiet(context.store, context.person_id):
        in_hospital = "\n".join(_weekly(context, Kind.HOSPITAL))
        if in_hospital:
            return Done(ref=in_hospital, how="before")
        return Done(ref=shelf_link(context.house.public_url), how="quiet")
    home = context.house.home
    begun = queries.begun(context.store, context.person_id)
    due_at, today = _next_release(home, context.now), letters.today(home, context.now)
    over = (OVER,) if begun and letters.today(home, due_at) > today else ()
    lines = "\n".join(_lines(context, found))
    if not lines:
        return Done(how="none" if begun else "not_begun", due_at=due_at, known=over)
    fresh = any(day == today for _, day, _ in found)
    how = "ready" if fresh else "earlier" if begun else "before"
    return Done(ref=lines, how=how, due_at=due_at, known=() if fresh else over)


def _lines(context: Context, found: Sequence[tuple[str, date, int]]) -> list[str]:
    """A line for each letter that may be opened, those of the week last."""
    day, house = letters.today(context.house.home, context.now), context.house
    lines = [f"{elder}，{date_of(of, day)}：{letters.link(house.public_url, letter)}" for elder, of, letter in found]
    return lines + _weekly(context, *Kind)


def _weekly(context: Context, *kinds: Kind) -> list[str]:
    house, day = context.house, letters.today(context.house.home, context.now)
    found = letters_weekly.newest(context.store, context.person_id, day - letters_weekly.SHOWN_FOR)
    what = {Kind.WEEK: "这一周", Kind.HOSPITAL: "在医院"}
    return [
        f"{elder}，{what[kind]}（{date_of(of, day)}）：{letters.link(house.public_url, letter, 'weeks')}"
        for elder, kind, of, letter in found
        if kind in kinds
    ]


def _next_release(home: Home, now: datetime) -> datetime:
    at = letters.release_at(home, letters.today(home, now))
    return at if at > now else letters.release_at(home, letters.today(home, now) + timedelta(days=1))
