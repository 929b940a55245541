"""What things cost: each price with its first and last day; a later one stands beside it until its day comes."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.errors import Changed, Invalid, NotFound
from care.week import Cost
from care.week_pasted import grouped
from conversations.phrases import date_of
from services.access import Viewer, name_of
from services.form import YEAR, coming
from services.week import sheets
from services.week.access import access_prices
from services.week.forms import DropPrice, PutPrice
from services.week.menu import today_of
from storage.queries import week as queries
from storage.tables.week import Price
from storage.types import new_id
from storage.unit import Unit

ITEM, AMOUNT, UNIT, NOTE = 24, 24, 12, 60
MOST: Final = 200
OLDEST: Final = timedelta(days=3660)


def values(rows: Iterable[Price]) -> list[Cost]:
    """Rows as the rules read them."""
    return [Cost(row.item, row.amount, row.unit, row.note, row.valid_from, row.valid_until) for row in rows]


def price_revision(row: Price) -> str:
    """What the form of a price is drawn from."""
    return sheets.digest([row])


def put(db: Unit, viewer: Viewer, form: PutPrice, now: datetime) -> None:
    """A new price, or another one. Raises Forbidden, NotFound, Invalid, Changed."""
    home = access_prices(db, viewer)
    today = today_of(home, now)
    row = _held(db, viewer, form.price, form.drawn) if form.price else None
    cost = _checked(form, today)
    there = queries.prices(db, home.id)
    twin = next((one for one in there if (one.item, one.valid_from) == (cost.item, cost.valid_from)), None)
    if twin is not None and twin is not row:
        begins = date_of(cost.valid_from, today)
        raise Invalid(why=f"「{cost.item}」从{begins}起的价格已经有了，请改那一条，或者换一个起始日。")
    if row is None and len(there) >= MOST:
        raise Invalid(why=f"最多 {MOST} 条价目，请先删掉过期的。")
    with sheets.changing(db, viewer, "prices", f"{'改' if row else '加'}价 {cost.item}"[:24], now):
        if row is None:
            row = Price(id=new_id(), home_id=home.id)
            db.add(row)
        write(row, cost, viewer, now)


def write(row: Price, cost: Cost, viewer: Viewer, now: datetime) -> None:
    """A row as a price says."""
    row.item, row.amount, row.unit, row.note = cost.item, cost.amount, cost.unit, cost.note
    row.valid_from, row.valid_until, row.by_id, row.at = cost.valid_from, cost.valid_until, viewer.id, now


def drop(db: Unit, viewer: Viewer, form: DropPrice, now: datetime) -> None:
    """It was written down by mistake. Raises Forbidden, NotFound, Changed."""
    access_prices(db, viewer)
    row = _held(db, viewer, form.price, form.drawn)
    with sheets.changing(db, viewer, "prices", f"删价 {row.item}"[:24], now):
        db.delete(row)


def _held(db: Unit, viewer: Viewer, number: int, drawn: str | None) -> Price:
    row = db.fresh(select(Price).where(Price.id == number, Price.home_id == viewer.home_id)).first()
    if row is None:
        if number and drawn is not None:
            raise Invalid(why="有同事刚刚删掉了这一条价目，您这次没有存。还要的话，请刷新，当作新的一条加上。")
        raise NotFound
    if drawn not in {None, price_revision(row)}:
        what = f"把「{row.item}」改成了 {row.amount} {row.unit}"
        raise Changed(who=name_of(db, row.by_id), what=what, revision=price_revision(row))
    return row


def _checked(form: PutPrice, today: date) -> Cost:
    item, amount = " ".join(form.item.split()), grouped(" ".join(form.amount.split()))
    unit, note = "".join(form.unit.split()), " ".join(form.note.split())
    if not item or not amount:
        raise Invalid(why="项目和价格都要写。")
    for text, most, what in (
        (item, ITEM, "项目"),
        (amount, AMOUNT, "价格"),
        (unit, UNIT, "单位"),
        (note, NOTE, "备注"),
    ):
        if len(text) > most:
            raise Invalid(why=f"{what}最多 {most} 个字，现在 {len(text)} 个。")
        if set(text) & set("{}"):
            raise Invalid(why=f"{what}里不能有花括号。")
    begins = form.valid_from or today
    if begins < today - OLDEST or begins > today + YEAR:
        raise Invalid(why="从哪天起，像是选错了年份，请看一下。")
    if form.valid_until is None:
        raise Invalid(why="请写这个价格有效到哪天；到期以后机器人就不说了，会请同事来答。")
    ends = coming(form.valid_until, today, "有效期") if form.valid_until <= today else form.valid_until
    if ends > max(begins, today) + YEAR:
        raise Invalid(why="有效期最长一年，到时候看一眼再续。")
    if ends < begins:
        raise Invalid(why="有效期要晚于起始日。")
    return Cost(item, amount, unit or "元", note, begins, ends)
