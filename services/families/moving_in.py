"""Somebody moves in with the relatives who came along: one form, one transaction, nothing is sent (A1, A4, F29)."""

from datetime import datetime
from typing import Final

from care.errors import Invalid
from services.access import Viewer
from services.families import relatives
from services.families.forms import AddRelative
from services.residents import admission
from services.residents.admission import Admit
from storage import tables
from storage.unit import Unit

FIRST: Final = ("daily", "emergency")
"""What the first one may see before anybody agreed: the days, and who is called first in need."""
OTHERS: Final = ("daily",)


class MoveIn(Admit, frozen=True, kw_only=True):
    """A resident and up to two relatives; an empty row is nobody."""

    kin1_name: str = ""
    kin1_relation: str = ""
    kin1_phone: str = ""
    kin2_name: str = ""
    kin2_relation: str = ""
    kin2_phone: str = ""


def move_in(db: Unit, viewer: Viewer, form: MoveIn, now: datetime) -> tables.Resident:
    """The resident, then the relatives in the order in which they are called. Raises Invalid, NotFound."""
    resident = admission.admit(db, viewer, form, now)
    for nth, (name, relation, phone) in enumerate(_rows(form)):
        if not name.strip():
            raise Invalid(why=f"第 {nth + 1} 位家属没写姓名；没有这一位，就把这一行都空着。")
        relatives.add(
            db,
            viewer,
            resident.id,
            AddRelative(name=name, relation=relation, phone=phone, scopes=OTHERS if nth else FIRST, primary=not nth),
            now,
        )
    return resident


def _rows(form: MoveIn) -> list[tuple[str, str, str]]:
    rows = [
        (form.kin1_name, form.kin1_relation, form.kin1_phone),
        (form.kin2_name, form.kin2_relation, form.kin2_phone),
    ]
    return [row for row in rows if any(field.strip() for field in row)]
