"""Who is on duty, for what every page and every answer needs: kept in memory by each process."""

from datetime import datetime, timedelta
from typing import Final

from care.duty import Watch
from storage.queries import roster as queries
from storage.unit import Unit

AHEAD: Final = timedelta(hours=36)


def soon(db: Unit, home_id: int, now: datetime) -> list[Watch]:
    """Who is on duty until tomorrow evening, in the order of the rota; without a name nobody is."""
    return [
        Watch(turn.place, turn.name, turn.begins, turn.ends, frozenset(turn.floors.split()))
        for turn in queries.between(db, home_id, now, now + AHEAD)
        if turn.works
    ]
