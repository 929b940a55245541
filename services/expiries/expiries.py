"""The dates of the house are kept by leads and the administrator: renewed, or over (A6)."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select

from care.errors import Changed, Forbidden, Invalid
from services.access import Viewer, access_page, name_of
from services.expiries.access import EXPIRIES, KEEPS, access_date
from services.expiries.forms import KeepDate, RenewDate
from services.house import House
from storage import revision
from storage.tables.expiries import HomeDate
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = 30
MOST: Final = 100
"""Dates that a house keeps at once."""
LATEST: Final = timedelta(days=3653)
USUAL: Final = (
    "公众号认证",
    "ICP 备案",
    "域名",
    "网站证书",
    "短信余额",
    "电话通知套餐",
    "云服务器",
    "消防检测",
    "食品经营许可证",
    "养老机构备案",
    "责任险",
    "电梯年检",
)
"""What a house has to renew, for who types."""


def keep(db: Unit, house: House, viewer: Viewer, form: KeepDate, now: datetime) -> None:
    """One more date. Raises Invalid, Forbidden."""
    access_page(viewer, EXPIRIES)
    if viewer.role not in KEEPS:
        raise Forbidden
    name = " ".join(form.name.split())
    if not 0 < len(name) <= LONGEST:
        raise Invalid(why=f"请写是什么到期，{LONGEST} 个字以内。")
    day = _day(form.day, house, now)
    kept = db.scalar(select(func.count()).where(HomeDate.home_id == viewer.home_id, HomeDate.over_at.is_(None))) or 0
    if kept >= MOST:
        raise Invalid(why=f"已经记了 {MOST} 条，先把办完的点掉。")
    row = HomeDate(id=new_id(), home_id=viewer.home_id, name=name, day=day, set_by=viewer.id, set_at=now)
    db.add(row)
    db.flush()
    _noted(db, viewer, row, "keep_date", f"{name} {day}", now)


def renew(db: Unit, house: House, viewer: Viewer, number: int, form: RenewDate, now: datetime) -> None:
    """A new day, or it is over. Raises Changed, Invalid, Forbidden, NotFound."""
    row = access_date(db, viewer, number)
    stands = revision_of(row)
    if form.drawn not in {None, stands}:
        what = "说这一条办完了" if row.over_at is not None else f"改到了 {row.day}"
        raise Changed(who=name_of(db, row.set_by), what=what, revision=stands)
    if form.day is None:
        row.over_at = now
    else:
        row.day, row.over_at = _day(form.day, house, now), None
    row.set_by, row.set_at = viewer.id, now
    db.flush()
    _noted(db, viewer, row, "renew_date", f"{row.name} {form.day or '办完了'}", now)


def revision_of(row: HomeDate) -> str:
    """What the buttons of a date are drawn from."""
    return revision.of(row.day, row.over_at, row.set_at)


def _day(day: date | None, house: House, now: datetime) -> date:
    today = now.astimezone(house.home.zone).date()
    if day is None:
        raise Invalid(why="请选哪一天到期。")
    if not today - timedelta(days=366) <= day <= today + LATEST:
        raise Invalid(why=f"{day} 不像到期的日子，请看一眼年份。")
    return day


def _noted(db: Unit, viewer: Viewer, row: HomeDate, act: str, what: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"home_date:{row.id}", what)
    db.store.hint("expiries")
