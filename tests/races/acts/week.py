"""The acts of the notice board. Who writes on it holds the row of the home and reads again; who comes second with an
older page is told who was first (Changed), and a table of the paste box is read from its own text.
"""

from typing import Final

from tests.races.acts.act import READS, ROW, Act, Key, act, post

HELD: Final = "the notice board is held with the row of the home; the second reads what the first left, and is told"


def _week(path: str, which: str, name: str = "") -> tuple[Key, Act]:
    return post(f"/console/week/{path}", which), act(f"week.{name or which}", "week", guard=ROW, why=HELD)


def _paste(which: str) -> tuple[Key, Act]:
    return post("/console/week/paste/{tab}", which), act(f"week.paste_{which}", "week", why=READS)


ACTS: Final[dict[Key, Act]] = dict(
    [
        _week("menu", "save_menu"),
        _week("copy/{tab}", "menu", "copy_menu"),
        _week("copy/{tab}", "activities", "copy_activities"),
        _week("undo", "undo"),
        _week("activities/put", "put_activity"),
        _week("activities/cancel", "cancel"),
        _week("activities/drop", "drop_activity"),
        _week("prices/put", "put_price"),
        _week("prices/drop", "drop_price"),
        _week("beds/check", "check"),
        _week("beds/rooms", "rooms"),
        _week("pasted/{tab}", "menu", "pasted_menu"),
        _week("pasted/{tab}", "activities", "pasted_activities"),
        _week("pasted/{tab}", "prices", "pasted_prices"),
        *map(_paste, ("menu", "activities", "prices")),
    ]
)
