"""绑定单: one sheet for one relative, with a code of its own; for a floor in one print; made worthless by hand (F13, F23,
F49).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from care.errors import Decided, Invalid, NotFound
from services.access import HANDLERS, Viewer, name_of
from services.families.binding import digest, invite
from services.residents.access import access_resident
from storage import tables
from storage.queries import families_day, families_ties, residents
from storage.queries.residents import Line
from storage.unit import Unit

MOST: Final = 60
"""Sheets of one print."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on the paper; `to` is the registered relative it is for, or nothing."""

    code: str
    until: datetime
    line: Line
    to: str = ""
    holds: str = ""
    """What the QR code says, where the account made one."""

    @property
    def words(self) -> str:
        """The code as people read it."""
        return f"{self.code[:4]}-{self.code[4:]}"


def one(db: Unit, viewer: Viewer, resident_id: int, person_id: int, now: datetime) -> Sheet:
    """A sheet for a registered relative, or (0) for whoever of the family comes; one for the same relative that lies
    about is worth nothing any more. Raises NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=bool(person_id))
    code, until = invite(db, viewer, resident.id, now, person_id or None)
    to = ""
    if person_id:
        _outdated(db, viewer, resident.id, person_id, code, now)
        to = families_day.who(db, resident.id, person_id)
    return Sheet(code, until, residents.one(db, resident), to)


def of_floor(db: Unit, viewer: Viewer, floor: str, now: datetime) -> list[Sheet]:
    """One for each registered relative of a floor who has no WeChat bound. Raises Invalid when there is none."""
    if viewer.role not in HANDLERS:
        raise NotFound
    found = families_day.unbound(db, viewer.sight, floor)
    if not found:
        raise Invalid(why=f"{floor} 楼登记过的家属都绑好了，没有要打的。还没登记的，先到老人那一页加家属。")
    db.lock_persons(*{person for resident, _ in found for person in families_day.family(db, resident)})
    still = families_day.unbound(db, viewer.sight, floor)
    return [one(db, viewer, resident, person, now) for resident, person in still[:MOST]]


def revoke(db: Unit, viewer: Viewer, resident_id: int, sheet_id: int, now: datetime) -> None:
    """这张作废: the code opens nothing any more, in this second. Raises Decided when it was used first, NotFound."""
    if viewer.role not in HANDLERS:
        raise NotFound
    resident = access_resident(db, viewer, resident_id, lock=True)
    row = db.get(tables.Invitation, sheet_id, populate_existing=True, with_for_update={"key_share": True})
    if row is None or row.resident_id != resident.id:
        raise NotFound
    if row.used_at is not None:
        raise Decided(who="家属", what="用了这张绑定单")
    if row.revoked_at is not None:
        raise Decided(who=name_of(db, row.revoked_by), what="作废了这张绑定单")
    row.revoked_at, row.revoked_by = now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "revoke_sheet", f"resident:{resident.id}")
    db.store.hint("families", "residents")


def _outdated(db: Unit, viewer: Viewer, resident_id: int, person_id: int, but: str, now: datetime) -> None:
    newest = digest(db.sealer, but)
    db.flush()
    for row in families_ties.open_sheets(db, resident_id, now):
        if row.meant_for == person_id and row.digest != newest:
            row.revoked_at, row.revoked_by = now, viewer.id
