"""合同: what was agreed on paper, who explained which clause and who said that they understood (A6)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.errors import Changed, Invalid, NotFound
from services.access import HANDLERS, Viewer, name_of
from services.form import Form
from services.residents import events
from services.residents.access import access_resident
from services.residents.admission import FIRST, today_of, words_of
from storage import revision
from storage.tables.residents import Contract
from storage.types import new_id
from storage.unit import Unit

AHEAD: Final = timedelta(days=30)
"""How long before its end the next contract is talked about, where nobody says otherwise."""
LATEST: Final = timedelta(days=366 * 30)
WORDS: Final = {
    "content": "服务内容",
    "fee": "费用",
    "explained": "讲了哪些条款",
    "explained_by": "谁讲的",
    "confirmed_by": "谁听明白了、签的字",
}
"""What a contract cannot be without."""


class AddContract(Form, frozen=True, kw_only=True):
    """A contract as it was signed; it takes the place of the one before."""

    content: str
    standard: str = ""
    fee: str
    begins_on: date | None = None
    ends_on: date | None = None
    renew_on: date | None = None
    explained: str
    explained_by: str
    confirmed_by: str
    confirmed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Agreed:
    """A contract as the page shows it."""

    id: int
    content: str
    standard: str
    fee: str
    begins_on: date
    ends_on: date | None
    renew_on: date | None
    explained: str
    explained_by: str
    confirmed_by: str
    confirmed_on: date
    made_by: str
    state: str
    """有效, 快到期, 过期了, 还没开始."""
    days: int | None
    """Until its end."""


def contracts(db: Unit, resident_id: int, today: date) -> list[Agreed]:
    """All of them, the newest first."""
    return [_shown(db, row, today) for row in _rows(db, resident_id)]


def revision_of(db: Unit, resident_id: int) -> str:
    """What the form of a new one is drawn from."""
    return revision.of([row.id for row in _rows(db, resident_id)])


def add(db: Unit, viewer: Viewer, resident_id: int, form: AddContract, now: datetime) -> None:
    """Write down a contract. Raises Invalid, Changed, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in HANDLERS:
        raise NotFound
    stands, rows = revision_of(db, resident.id), _rows(db, resident.id)
    if form.drawn not in {None, stands}:
        who = name_of(db, rows[0].made_by) if rows else "有同事"
        raise Changed(who=who, what="登记了一份合同", revision=stands)
    today = today_of(db, viewer.home_id, now)
    begins, confirmed = _days(form, today)
    for field, label in WORDS.items():
        if not words_of(getattr(form, field)):
            raise Invalid(why=f"请填{label}。")
    renew = form.renew_on or (form.ends_on - AHEAD if form.ends_on else None)
    row = Contract(
        id=new_id(),
        home_id=resident.home_id,
        person_id=resident.person_id,
        resident_id=resident.id,
        begins_on=begins,
        ends_on=form.ends_on,
        renew_on=renew,
        confirmed_on=confirmed,
        made_by=viewer.id,
        made_at=now,
    )
    for field in (*WORDS, "standard"):
        db.seal(row, field, words_of(getattr(form, field)) or None)
    db.add(row)
    db.flush()
    until = f"到 {form.ends_on}" if form.ends_on else "没有写到期"
    events.happened(db, viewer, resident, "contract", f"登记合同，{begins} 起，{until}", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "add_contract", f"resident:{resident.id}")
    db.store.hint("residents")


def _days(form: AddContract, today: date) -> tuple[date, date]:
    if form.begins_on is None:
        raise Invalid(why="请选合同从哪天开始。")
    if not FIRST <= form.begins_on <= today + LATEST:
        raise Invalid(why=f"合同开始的日子 {form.begins_on} 不像，请再看一遍。")
    if form.ends_on is not None and not form.begins_on < form.ends_on <= form.begins_on + LATEST:
        raise Invalid(why="合同到期要在开始以后，也不会超过三十年，请再看一遍。")
    if form.renew_on is not None and (form.renew_on < form.begins_on or form.renew_on > (form.ends_on or date.max)):
        raise Invalid(why="谈续签的日子要在合同期里，请再看一遍。")
    confirmed = form.confirmed_on or today
    if not FIRST <= confirmed <= today:
        raise Invalid(why="签字的日子不能在今天以后，请再看一遍。")
    return form.begins_on, confirmed


def _rows(db: Unit, resident_id: int) -> Sequence[Contract]:
    return db.scalars(
        select(Contract)
        .where(Contract.resident_id == resident_id)
        .order_by(Contract.begins_on.desc(), Contract.id.desc())
    ).all()


def _shown(db: Unit, row: Contract, today: date) -> Agreed:
    days = (row.ends_on - today).days if row.ends_on else None
    if row.begins_on > today:
        state = "还没开始"
    elif days is not None and days < 0:
        state = "过期了"
    elif row.renew_on is not None and row.renew_on <= today:
        state = "该谈续签了"
    else:
        state = "有效"
    words = {field: db.open(row, field) or "" for field in (*WORDS, "standard")}
    return Agreed(
        id=row.id,
        begins_on=row.begins_on,
        ends_on=row.ends_on,
        renew_on=row.renew_on,
        confirmed_on=row.confirmed_on,
        made_by=name_of(db, row.made_by),
        state=state,
        days=days,
        **words,
    )
