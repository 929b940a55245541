"""Beds that a sheet names and the house does not have yet: laid out at once from the page of the sheet."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from care.errors import Changed, Invalid
from services.access import Viewer
from services.imports import staging
from services.imports.access import access_run
from services.imports.fields import Kind
from services.imports.forms import LayBeds
from services.imports.judge_residents import NO_BED, NO_BEDS, NO_ROOM
from services.imports.rows import Judged, Verdict
from services.imports.staging import Looked
from services.residents import beds
from services.residents.beds import Where
from storage import revision
from storage.unit import Unit

ROOM: Final = re.compile(r"([A-Za-z]?\d{1,2})\d{2}")
"""Room 306 is on floor 3, room 1203 on floor 12: as `beds.lay_out` names them."""


def missing(viewer: Viewer, rows: Sequence[Judged]) -> list[Where]:
    """The beds of residents that are not there, each once, on the floors of who looks. What may be a slip of the pen
    is asked for instead.
    """
    asked = (_where(one) for one in rows if one.kind is Kind.RESIDENTS and one.verdict is Verdict.LOOK)
    found = {where for where in asked if where and (not viewer.floors or where.floor in viewer.floors)}
    return sorted(found, key=lambda bed: (bed.building, bed.floor, bed.room, bed.name))


def revision_of(wanted: Sequence[Where]) -> str:
    """What the button is drawn from: who presses it saw these beds."""
    return revision.of([(one.building, one.room, one.name) for one in wanted])


def lay(db: Unit, viewer: Viewer, looked: Looked, form: LayBeds, now: datetime) -> int:
    """Lay them out; how many were added. Raises Invalid, Changed, NotFound."""
    run = access_run(db, viewer, looked.run.id, lock=True)
    if run.state != staging.STAGED:
        raise Invalid(why="这批表已经登记或撤回了，不用再排床位。")
    wanted = missing(viewer, looked.rows)
    if form.drawn not in {None, revision_of(wanted)}:
        raise Changed(who="有同事", what="改了这批表或床位", revision=revision_of(wanted))
    if not wanted:
        raise Invalid(why="没有要排的床位：表里的房间院里都有，或者要先看清是哪一间。")
    return beds.lay_these(db, viewer, wanted, now)


def _where(one: Judged) -> Where | None:
    lacks = [fault for fault in one.faults if fault.why in {NO_BEDS, NO_ROOM} or fault.why.startswith(NO_BED)]
    room = ROOM.fullmatch(one.place.room)
    if not lacks or any(fault.guess for fault in lacks) or room is None or not one.place.bed:
        return None
    return Where(one.place.building.upper(), room[1].upper(), one.place.room.upper(), one.place.bed.upper())
