"""Where a resident is, and whether machines leave them in peace."""

from datetime import timedelta
from typing import Final

from services.greetings import occasions
from services.greetings.forms import BookVisit
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from storage import tables
from storage.unit import Unit
from tests.races.model import Side, Turn
from tests.races.moments.home import C, D, N, in_unit


def _resident_form(turn: Turn, db: Unit) -> tuple[str, str]:
    """What the page of a resident carries: of the status, of 静默."""
    resident = db.get_one(tables.Resident, turn["room306"])
    return residents.revision_of(resident, residents.hushed_since(db, resident.person_id))


def status_becomes(status: str, name: str = "") -> Side:
    return in_unit(
        "resident.status",
        lambda turn, db: residents.set_status(
            db, turn.who(C), turn["room306"], SetStatus(status=status, name=name, drawn=turn.seen[0]), turn.now
        ),
        _resident_form,
    )


def hushes(*, on: bool) -> Side:
    return in_unit(
        "resident.hush",
        lambda turn, db: residents.hush(db, turn.who(N), turn["room306"], Hush(on=on, drawn=turn.seen[1]), turn.now),
        _resident_form,
    )


SIDES: Final = (
    in_unit(
        "resident.visit",
        lambda t, db: occasions.book_visit(
            db, t.house, t.who(D), t["room306"], BookVisit(person=t["daughter"], at=t.now + timedelta(days=2)), t.now
        ),
    ),
)
NEIGHBOUR_HUSHED: Final = in_unit(
    "resident.hush", lambda t, db: residents.hush(db, t.who(N), t["room201"], Hush(on=True), t.now)
)
HOSPITAL, DEATH = status_becomes("病危"), status_becomes("去世", "王桂兰")
