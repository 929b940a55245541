"""Consents that run, to be looked through once a year; what is due and what ends soon (F47)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import aliased

from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.families_photos import PhotoConsent
from storage.unit import Unit

YEAR: Final = timedelta(days=365)
SOON: Final = timedelta(days=30)
"""So long before its end a consent warns."""
Kept = type[tables.Consent] | type[PhotoConsent]


@dataclass(frozen=True, slots=True)
class Running:
    """A consent as the list shows it."""

    kind: str
    """`scope`: what a relative may know; `picture`: to be seen in pictures of other families."""
    id: int
    resident_id: int
    elder: str
    place: str
    floor: str
    who: str
    scopes: tuple[str, ...]
    way: str
    since: datetime
    by: str
    proved: bool
    ends_on: date | None
    looked_at: datetime | None
    looked_by: str
    due: bool
    soon: bool


def running(db: Unit, sight: Sight, now: datetime, today: date, floor: str = "") -> list[Running]:
    """All that run on the viewer's floors, bed by bed. What needs no consent is not among them."""
    found = [*_scopes(db, sight, floor), *_pictures(db, sight, floor)]
    staff = {one.id: one.name for one in db.execute(select(tables.Staff.id, tables.Staff.name))}
    rows = [
        Running(
            kind,
            row.id,
            resident.id,
            db.words(elder, "name", "没写姓名"),
            f"{resident.room}-{resident.bed}" if resident.room else "没有床位",
            resident.floor,
            who,
            tuple(row.scopes.split()) if isinstance(row, tables.Consent) else (),
            row.way,
            row.recorded_at,
            staff.get(row.recorded_by, ""),
            row.proof_id is not None,
            row.ends_on,
            row.looked_at,
            staff.get(row.looked_by or 0, ""),
            (row.looked_at or row.recorded_at) + YEAR <= now,
            row.ends_on is not None and row.ends_on <= today + SOON,
        )
        for kind, row, resident, elder, who in found
    ]
    return sorted(rows, key=lambda one: (one.floor, one.place, one.resident_id, one.kind, one.id))


def counts(db: Unit, sight: Sight, now: datetime, today: date) -> tuple[int, int]:
    """How many are due to be looked through, and how many end soon."""
    due = soon = 0
    for table in (tables.Consent, PhotoConsent):
        asked = select(func.count()).select_from(table).join(tables.Resident, tables.Resident.id == table.resident_id)
        asked = asked.where(*_holds(table, sight, ""))
        due += db.scalar(asked.where(func.coalesce(table.looked_at, table.recorded_at) <= now - YEAR)) or 0
        soon += db.scalar(asked.where(table.ends_on <= today + SOON)) or 0
    return due, soon


def _holds(table: Kept, sight: Sight, floor: str) -> list[ColumnElement[bool]]:
    wants = [
        table.withdrawn_at.is_(None),
        table.way != "none",
        sight.resident(),
        tables.Resident.status.in_(LIVING),
    ]
    return [*wants, tables.Resident.floor == floor] if floor else wants


def _scopes(db: Unit, sight: Sight, floor: str) -> Iterator[tuple[str, Any, tables.Resident, tables.Person, str]]:
    consent, kin = tables.Consent, aliased(tables.Person)
    found = db.execute(
        select(consent, tables.Resident, tables.Kinship, kin, tables.Person)
        .join(tables.Resident, tables.Resident.id == consent.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .join(kin, kin.id == consent.person_id)
        .join(
            tables.Kinship,
            (tables.Kinship.resident_id == consent.resident_id) & (tables.Kinship.person_id == consent.person_id),
        )
        .where(*_holds(consent, sight, floor))
    )
    for row, resident, tie, relative, elder in found:
        who = f"{db.words(relative, 'name', '没写姓名')}（{db.words(tie, 'relation') or '家属'}）"
        yield "scope", row, resident, elder, who


def _pictures(db: Unit, sight: Sight, floor: str) -> Iterator[tuple[str, Any, tables.Resident, tables.Person, str]]:
    found = db.execute(
        select(PhotoConsent, tables.Resident, tables.Person)
        .join(tables.Resident, tables.Resident.id == PhotoConsent.resident_id)
        .join(tables.Person, tables.Person.id == tables.Resident.person_id)
        .where(*_holds(PhotoConsent, sight, floor))
    )
    for row, resident, elder in found:
        yield "picture", row, resident, elder, "别人家"
