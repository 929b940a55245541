"""What runs out: contracts to be talked about, papers of residents, dates of the house (A6)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import select

from storage import tables
from storage.queries.residents import LIVING
from storage.queries.sight import Sight
from storage.tables.expiries import HomeDate
from storage.tables.residents import Contract, ResidentFile
from storage.unit import Unit

SOON: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Item:
    """One thing, by the day on which somebody must have acted."""

    kind: str
    """contract, paper or house."""
    title: str
    day: date
    why: str
    page: str
    row: HomeDate | None = None


def soon(db: Unit, sight: Sight, today: date, *, residents: bool, house: bool) -> list[Item]:
    """What is to be seen to within thirty days, or is late; the first one first."""
    found = [*_contracts(db, sight, today), *_papers(db, sight, today)] if residents else []
    found += [one for one in dates(db, sight) if one.day <= today + SOON] if house else []
    return sorted(found, key=lambda one: (one.day, one.title))


def dates(db: Unit, sight: Sight) -> list[Item]:
    """All dates of the house that stand, the first one first."""
    rows = db.scalars(
        select(HomeDate)
        .where(HomeDate.home_id == sight.home_id, HomeDate.over_at.is_(None))
        .order_by(HomeDate.day, HomeDate.id)
    )
    return [Item("house", row.name, row.day, "", "", row) for row in rows]


def _contracts(db: Unit, sight: Sight, today: date) -> list[Item]:
    """Of each resident the contract that began last, when the next one is to be talked about or it ends."""
    table, home = Contract, tables.Resident
    rows = db.execute(
        select(table, home, tables.Person)
        .join(home, home.id == table.resident_id)
        .join(tables.Person, tables.Person.id == home.person_id)
        .where(table.home_id == sight.home_id, home.status.in_(LIVING), sight.resident())
        .order_by(table.begins_on, table.id)
    ).all()
    latest = {row.resident_id: (row, resident, who) for row, resident, who in rows}
    found = []
    for row, resident, who in latest.values():
        day = row.renew_on or row.ends_on
        if day is None or day > today + SOON:
            continue
        talk = row.renew_on is not None and row.renew_on <= today
        why = "该谈续签了" if talk else f"{day.month}月{day.day}日起谈续签" if row.renew_on else "合同到期"
        name = db.words(who, "name", "老人")
        title = f"{resident.room}-{resident.bed} {name}的合同"
        found.append(Item("contract", title, row.ends_on or day, why, _page(resident)))
    return found


def _papers(db: Unit, sight: Sight, today: date) -> list[Item]:
    table, home = ResidentFile, tables.Resident
    rows = db.execute(
        select(table, home, tables.Person)
        .join(home, home.id == table.resident_id)
        .join(tables.Person, tables.Person.id == home.person_id)
        .where(
            table.home_id == sight.home_id,
            table.removed_at.is_(None),
            table.expires_on <= today + SOON,
            home.status.in_(LIVING),
            sight.resident(),
        )
    )
    return [
        Item(
            "paper",
            f"{resident.room}-{resident.bed} {db.words(who, 'name', '老人')}的{db.words(row, 'title', '资料')}",
            row.expires_on or today,
            "资料到期，换新的",
            _page(resident),
        )
        for row, resident, who in rows
    ]


def _page(resident: tables.Resident) -> str:
    return f"/console/residents/{resident.id}"
