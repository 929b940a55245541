"""值班台: a browser that a director trusts. Colleagues switch on it by six digits; it locks when nobody is there, and
every act carries its person (F39).
"""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, update

from care.errors import Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer, access_page, looks
from services.staff import sessions
from services.staff.access import COLLEAGUES
from services.staff.sessions import token_hash
from services.staff.staff import HERE
from storage import tables
from storage.tables.staff import Station
from storage.types import new_id
from storage.unit import Unit

DAYS: Final = 365


def may_mark(viewer: Viewer) -> bool:
    """The director alone says which screen is trusted."""
    return viewer.role is Role.DIRECTOR


def mark(db: Unit, viewer: Viewer, name: str, now: datetime, *, visitors: bool = False) -> tuple[Station, str]:
    """The browser that asks becomes a station; gives its token, of which only the hash is kept. `visitors`: they see
    its screen, which shows of an alarm the place alone (F1).

    Raises Invalid, Forbidden.
    """
    if not may_mark(viewer):
        raise Forbidden
    words = " ".join(name.split())
    if not words:
        raise Invalid(why="请写这台电脑放在哪里，例如 3 楼护士站。")
    if len(words) > 24:
        raise Invalid(why="名字太长了，最多 24 个字。")
    named = Station.home_id == viewer.home_id, Station.ended_at.is_(None), Station.name == words
    if db.scalars(select(Station.id).where(*named)).first() is not None:
        raise Invalid(why=f"已经有一台叫「{words}」的值班台了，请换一个名字，或先停用那一台。")
    token = secrets.token_urlsafe(32)
    row = Station(
        id=new_id(),
        home_id=viewer.home_id,
        name=words,
        token_hash=token_hash(token),
        marked_at=now,
        marked_by=viewer.id,
        visitors=visitors,
    )
    db.add(row)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "mark_station", f"station:{row.id}", words)
    db.store.hint("colleagues")
    return row, token


def access_station(db: Unit, viewer: Viewer, station_id: int, *, lock: bool = False) -> Station:
    """A station of the house. Raises NotFound."""
    access_page(viewer, COLLEAGUES)
    question = select(Station).where(Station.id == station_id, Station.home_id == viewer.home_id)
    row = db.lock_row(question) if lock else db.fresh(question).first()
    if row is None:
        raise NotFound
    looks(db, viewer, "station", row.id)
    return row


def who_sees(db: Unit, viewer: Viewer, station_id: int, now: datetime, *, visitors: bool) -> None:
    """Whether visitors see this screen, from now on. Raises Forbidden, NotFound."""
    row = access_station(db, viewer, station_id, lock=True)
    if not may_mark(viewer):
        raise Forbidden
    if row.visitors == visitors:
        return
    row.visitors = visitors
    words = "访客看得到" if visitors else "只有同事看"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "change_station", f"station:{row.id}", words)
    db.store.hint("colleagues")


def end(db: Unit, viewer: Viewer, station_id: int, now: datetime) -> None:
    """Trusted no more, at once: who is at it is out. Raises Forbidden, NotFound."""
    row = access_station(db, viewer, station_id, lock=True)
    if not may_mark(viewer):
        raise Forbidden
    if row.ended_at is not None:
        return
    row.ended_at = now
    _leave(db, row.id, now, "ended")
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "end_station", f"station:{row.id}", row.name)
    db.store.hint("colleagues")


def at(db: Unit, token: str) -> Station | None:
    """The station of a cookie."""
    if not token:
        return None
    question = select(Station).where(
        Station.token_hash == token_hash(token), Station.ended_at.is_(None), Station.home_id == HERE
    )
    return db.scalars(question).first()


def come(db: Unit, station: Station, staff_id: int, now: datetime, hours: int, place: tuple[str, str]) -> str:
    """The right six digits: who was there before is out; gives the session of who is there now. Raises NotFound."""
    table = tables.Staff
    here = table.id == staff_id, table.home_id == station.home_id, table.left_at.is_(None), table.pin.is_not(None)
    row = db.lock_row(select(table).where(*here))
    still = db.lock_row(select(Station).where(Station.id == station.id, Station.ended_at.is_(None)))
    if row is None or still is None:
        raise NotFound
    before = _leave(db, station.id, now, "switched")
    stays = timedelta(hours=hours), sessions.STATION_IDLE
    token = sessions.begin(db, row, now, stays, place, station_id=station.id)
    db.flush()
    sessions.goes_on(db, row.id, before, token)
    return token


def lock(db: Unit, station: Station, now: datetime) -> None:
    """Nobody is there any more. A screen that hears alarms for a shift goes on hearing them, and opens nothing else."""
    row = tables.StaffSession
    there = db.scalars(select(row.id).where(row.station_id == station.id, row.ended_at.is_(None), row.expires_at > now))
    watching = [one for one in there.all() if sessions.watches(db, one)]
    if watching:
        left_at = now - sessions.STATION_IDLE - sessions.SLACK
        db.execute(update(row).where(row.id.in_(watching)).values(seen_at=left_at))
        db.store.hint(*(f"session:{one}" for one in watching))
    _leave(db, station.id, now, "idle", but=watching)


def _leave(db: Unit, station_id: int, now: datetime, how: str, but: Sequence[int] = ()) -> list[int]:
    row = tables.StaffSession
    ended = db.scalars(
        update(row)
        .where(row.station_id == station_id, row.ended_at.is_(None), row.expires_at > now, row.id.not_in(but))
        .values(ended_at=now, ended_how=how)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    ).all()
    db.store.hint(*(f"session:{one}" for one in ended))
    return list(ended)
