"""What a row writes, by the services of the other subjects: the only place where a sheet meets them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

import msgspec
from sqlalchemy import Select, select

from care.errors import Invalid
from care.states import Role
from services.access import Viewer
from services.families import relatives
from services.imports import renewal
from services.imports.changes import RENAMED
from services.imports.fields import Kind
from services.imports.relation import relative
from services.imports.rows import Judged
from services.residents import admission
from services.roster import roster, spans
from services.roster.forms import PutShift
from services.staff import colleagues
from services.staff.forms import AddColleague
from storage import tables
from storage.tables.residents import Bed
from storage.unit import Unit

UPDATED: Final = "updated"
"""Residents who were there already and of whom something was changed."""
DERIVED: Final = frozenset({"duty_span"})
"""Rows that follow from others, and are written anew with them."""


@dataclass(slots=True)
class Wrote:
    """What was written so far in one run: ids by reference, and the first passwords."""

    ids: dict[str, int] = field(default_factory=dict)
    told: list[dict[str, str]] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {kind.value: 0 for kind in Kind} | {UPDATED: 0})


def write(db: Unit, viewer: Viewer, one: Judged, wrote: Wrote, now: datetime) -> None:
    """One row, with all that stands in it. Raises Invalid with the sentence of the service."""
    match one.kind:
        case Kind.RESIDENTS if one.updates:
            wrote.counts[Kind.RELATIVES] += renewal.write(db, viewer, one, now)
            wrote.counts[UPDATED] += 1
        case Kind.RESIDENTS:
            made = admission.admit(db, viewer, _admit(db, viewer, one.draft), now)
            wrote.ids[f"r:{one.row.id}"] = made.id
            wrote.counts[Kind.RESIDENTS] += 1
            for kin in one.kin:
                relatives.add(db, viewer, made.id, relative(kin), now)
                wrote.counts[Kind.RELATIVES] += 1
        case Kind.RELATIVES:
            relatives.add(db, viewer, _id(one.draft["elder"], wrote, "老人"), relative(one.draft), now)
            wrote.counts[Kind.RELATIVES] += 1
        case Kind.STAFF:
            draft = one.draft
            form = AddColleague(
                name=draft["name"],
                login=draft["login"],
                role=Role(draft["role"]).value,
                floors=draft["floors"],
                phone=draft["phone"],
            )
            row, password = colleagues.add(db, viewer, form, now)
            wrote.ids[f"r:{one.row.id}"] = row.id
            wrote.told.append({"name": row.name, "login": row.login, "password": password})
            wrote.counts[Kind.STAFF] += 1
        case Kind.ROTA:
            for turn in one.kin:
                put = PutShift(
                    staff_id=_id(turn["who"], wrote, "同事"),
                    day=date.fromisoformat(turn["day"]),
                    shift=turn["shift"],
                    post=turn["post"],
                )
                roster.put(db, viewer, put, now)
                wrote.counts[Kind.ROTA] += 1


def settle_rota(db: Unit, home_id: int, now: datetime) -> None:
    """What follows from the rota, after words of it were taken back."""
    spans.renew(db, db.get_one(tables.Home, home_id), now)


def _admit(db: Unit, viewer: Viewer, draft: Mapping[str, Any]) -> admission.Admit:
    names = {one.name for one in msgspec.structs.fields(admission.Admit)}
    values = {RENAMED.get(word, word): value for word, value in draft.items()}
    values["born"], values["calendar"] = str(draft["born"]), ""
    values["admitted_on"] = date.fromisoformat(draft["admitted_on"]) if draft["admitted_on"] else None
    values["place"] = db.scalar(_bed(viewer, draft)) if draft["bed"] else None
    return admission.Admit(**{name: value for name, value in values.items() if name in names})


def _bed(viewer: Viewer, draft: Mapping[str, Any]) -> Select[int]:
    return select(Bed.id).where(
        Bed.home_id == viewer.home_id,
        Bed.building == draft["building"],
        Bed.room == draft["room"],
        Bed.name == draft["bed"],
    )


def _id(ref: str, wrote: Wrote, what: str) -> int:
    if ref.startswith("h:"):
        return int(ref[2:])
    if ref not in wrote.ids:
        raise Invalid(why=f"{what}那一行没有登记成，这一行就没有登记。")
    return wrote.ids[ref]
