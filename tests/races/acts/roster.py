"""The acts of the rota and the calendar. Who changes the rota holds the row of the home and reads again; who comes
second with an older page is told who was first (Changed, Decided).
"""

from typing import Final

from tests.races.acts.act import ALONE, ROW, Act, Key, act, post

HELD: Final = "the rota of the home is held as a whole; the second reads what the first left, and is told"


def _rota(path: str, which: str) -> tuple[Key, Act]:
    return post(f"/console/roster/{path}", which), act(f"rota.{which}", "rota", guard=ROW, why=HELD)


def _calendar(path: str, which: str) -> tuple[Key, Act]:
    return post(f"/console/calendar/{path}", which), act(f"calendar.{which}", "calendar", guard=ROW, why=HELD)


ACTS: Final[dict[Key, Act]] = dict(
    [
        _rota("place", "place"),
        _rota("remove", "remove"),
        _rota("swap", "swap"),
        _rota("asked/{change}/{said}", "yes"),
        _rota("asked/{change}/{said}", "no"),
        _rota("copy", "copy"),
        _rota("by-floor", "by_floor"),
        _rota("posts/edit", "edit_post"),
        _rota("posts/end", "end_post"),
        _rota("shifts/edit", "edit_shift"),
        _rota("shifts/end", "end_shift"),
        _calendar("day", "day"),
        _calendar("year", "year"),
        _calendar("hours", "service_hours"),
        (
            ("job", "calendar"),
            act("job.calendar", "calendar", guard=ALONE, why="a year is filled once: its row is unique"),
        ),
        (
            ("job", "roster"),
            act("job.roster", "rota", guard=ALONE, why="spans that follow from the rota twice are the same spans"),
        ),
    ]
)
