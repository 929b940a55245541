"""Log-ins: begun, led on, ended. What a session still owes (a code, a password of her own, the pledge) stands in it,
and no page opens before.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, and_, or_, select, update

from care.errors import JiashuError
from care.states import Role
from services.access import Viewer
from services.staff import pledge
from services.staff.staff import HERE, Knock, device_mac, lock_throttle
from storage import tables
from storage.tables.emergencies_chain import Takeover
from storage.tables.staff import Station
from storage.types import new_id
from storage.unit import Unit

NEEDS_CODES: Final = frozenset({Role.SUPERVISOR, Role.DIRECTOR, Role.ADMIN})
"""Who sees so much that a password alone is too little."""
PUT_OFF: Final = timedelta(days=7)
IDLE: Final = timedelta(minutes=30)
STATION_IDLE: Final = timedelta(minutes=2)
SLACK: Final = timedelta(seconds=25)
"""A station tells an act of its person at most so late."""
AGENT: Final = 40


class Owes(StrEnum):
    """What a session must do before any other page."""

    NOTHING = ""
    CODE = "code"
    PASSWORD = "password"  # noqa: S105  (a word, not a password)
    PLEDGE = "pledge"
    CODES = "codes"


class JustChanged(JiashuError):
    """这个账号刚刚换了密码，或者停用了，没有登录。请用新密码再试；还是进不去，请找主管或院长。"""

    status = 401


@dataclass(frozen=True, slots=True)
class Cookies:
    """What a browser gets at a log-in: the session, and the proof that the account was opened here."""

    session: str
    device: str


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in as a page sees it."""

    id: int
    viewer: Viewer
    csrf: str
    owes: Owes = Owes.NOTHING
    seen_at: datetime | None = None
    proved_at: datetime | None = None
    station_id: int | None = None
    idle: timedelta = IDLE
    codes_by: datetime | None = None
    """Until when codes are put off, for the red line; None = there are some, or none are asked for."""
    left: bool = False
    """Nobody is there, but her screen hears alarms for the shift: nothing else is open to it (F1)."""


def log_in(
    db: Unit, who: Knock, now: datetime, hours: int, agent: str = "", idle: timedelta = IDLE, before: str = ""
) -> Cookies:
    """Begin a session for who gave the right password, and forget the tries before. `before`: the token that the
    browser had; a screen that heard alarms for her goes on.

    Of the session's token only the hash is kept. Who has codes is asked for one next. Raises JustChanged.
    """
    if who.staff_id is None:
        message = "nobody's name cannot be logged in"
        raise ValueError(message)
    staff = db.lock_row(select(tables.Staff).where(tables.Staff.id == who.staff_id, tables.Staff.left_at.is_(None)))
    if staff is None or who.password not in {None, staff.password}:
        raise JustChanged
    row = lock_throttle(db, who)
    if row is not None:
        db.delete(row)
    stays = timedelta(hours=hours), idle
    token = begin(db, staff, now, stays, (who.address, agent), asks=staff.totp_at is not None)
    old = select(tables.StaffSession.id).where(tables.StaffSession.token_hash == token_hash(before)) if before else None
    if old is not None:
        goes_on(db, staff.id, list(db.scalars(old)), token)
    nonce = who.device or secrets.token_hex(16)
    return Cookies(token, f"{staff.id}.{nonce}.{device_mac(db.sealer, staff.id, nonce, staff.devices)}")


def begin(
    db: Unit,
    staff: tables.Staff,
    now: datetime,
    stays: tuple[timedelta, timedelta],
    place: tuple[str, str],
    *,
    asks: bool = False,
    station_id: int | None = None,
) -> str:
    """A row and its token. `stays`: so long at most, and so long without an act; `place`: the address and the kind of
    browser.
    """
    token, (address, agent) = secrets.token_urlsafe(32), place
    db.add(
        tables.StaffSession(
            id=new_id(),
            staff_id=staff.id,
            token_hash=token_hash(token),
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + stays[0],
            seen_at=now,
            idle=int(stays[1].total_seconds()),
            proved_at=None if station_id else now,
            awaits="code" if asks else None,
            address=address[:45] or None,
            agent=agent[:AGENT] or None,
            station_id=station_id,
        )
    )
    if not asks:
        came_in(db, staff, now, station_id)
    return token


def came_in(db: Unit, staff: tables.Staff, now: datetime, station_id: int | None = None) -> None:
    """For the audit, once all was right."""
    how = f"station:{station_id}" if station_id else ""
    db.store.audit(staff.home_id, now, f"staff:{staff.id}", "log_in", f"staff:{staff.id}", how)


def session(db: Unit, token: str, now: datetime) -> Session | None:
    """The session behind a cookie; None when it ended, expired, was left alone, or its owner left."""
    found = db.execute(
        select(tables.StaffSession, tables.Staff)
        .join(tables.Staff, tables.Staff.id == tables.StaffSession.staff_id)
        .where(tables.StaffSession.token_hash == token_hash(token), _goes_on(now), tables.Staff.home_id == HERE)
    ).first()
    return _of(db, found[0], found[1], now) if found is not None else None


def _of(db: Unit, row: tables.StaffSession, staff: tables.Staff, now: datetime) -> Session | None:
    left = _left_alone(row, now)
    if left and not watches(db, row.id):
        return None
    station = db.get(Station, row.station_id) if row.station_id is not None else None
    return replace(_seen(row, staff, visitors=station is not None and station.visitors), left=left)


def watches(db: Unit, session_id: int) -> bool:
    """Whether the screen of a session hears alarms for who took the shift over there."""
    open_one = Takeover.session_id == session_id, Takeover.ended_at.is_(None), Takeover.heard_at.is_not(None)
    return db.scalars(select(Takeover.id).where(*open_one)).first() is not None


def goes_on(db: Unit, staff_id: int, before: Sequence[int], token: str) -> None:
    """Her shift goes on in the session of a new token, on the same screen."""
    fresh = db.scalars(select(tables.StaffSession.id).where(tables.StaffSession.token_hash == token_hash(token))).one()
    mine = Takeover.session_id.in_(before), Takeover.staff_id == staff_id, Takeover.ended_at.is_(None)
    for row in db.fresh(select(Takeover).where(*mine)).all():
        row.session_id = fresh
        db.store.hint("duty")


def again(db: Unit, session_id: int, now: datetime) -> Session | None:
    """The same session as it is now; None when it goes on no more (`now` is aware)."""
    found = db.execute(
        select(tables.StaffSession, tables.Staff)
        .join(tables.Staff, tables.Staff.id == tables.StaffSession.staff_id)
        .where(tables.StaffSession.id == session_id, _goes_on(now))
    ).first()
    return _of(db, found[0], found[1], now) if found is not None else None


def _goes_on(now: datetime) -> ColumnElement[bool]:
    """Nobody ended it, its time is not over, its owner has not left."""
    row = tables.StaffSession
    return and_(row.ended_at.is_(None), row.expires_at > now, tables.Staff.left_at.is_(None))


def _left_alone(row: tables.StaffSession, now: datetime) -> bool:
    """Nobody has done anything for as long as may be."""
    slack = SLACK if row.station_id is not None else timedelta(0)
    return row.seen_at is not None and now - row.seen_at >= idle_of(row) + slack


def idle_of(row: tables.StaffSession) -> timedelta:
    """How long it may be left alone."""
    return IDLE if row.idle is None else timedelta(seconds=row.idle)


def _seen(row: tables.StaffSession, staff: tables.Staff, *, visitors: bool) -> Session:
    role = Role(staff.role)
    wanted = role in NEEDS_CODES and staff.totp_at is None and row.station_id is None
    return Session(
        row.id,
        Viewer(staff.id, staff.home_id, staff.name, role, frozenset(staff.floors.split()), visitors),
        row.csrf,
        _owes(row, staff, wanted=wanted),
        row.seen_at,
        row.proved_at,
        row.station_id,
        idle_of(row),
        staff.totp_by if wanted else None,
    )


def _owes(row: tables.StaffSession, staff: tables.Staff, *, wanted: bool) -> Owes:
    """All of it is asked as it was at the log-in, so that nothing runs out in the middle of a shift."""
    if row.awaits is not None:
        return Owes.CODE
    if staff.first_password:
        return Owes.PASSWORD
    if not pledge.holds(staff, row.expires_at):
        return Owes.PLEDGE
    if wanted and (staff.totp_by is None or staff.totp_by <= row.created_at):
        return Owes.CODES
    return Owes.NOTHING


def touch(db: Unit, session_id: int, at: datetime) -> None:
    """Somebody did something."""
    row = tables.StaffSession
    db.execute(
        update(row)
        .where(row.id == session_id, or_(row.seen_at.is_(None), row.seen_at < at))
        .values(seen_at=at)
        .execution_options(synchronize_session=False)
    )


def log_out(db: Unit, session_id: int, now: datetime, how: str = "out") -> None:
    """End a session."""
    row = db.get_one(tables.StaffSession, session_id)
    staff = db.get_one(tables.Staff, row.staff_id)
    row.ended_at, row.ended_how = now, how
    db.store.audit(staff.home_id, now, f"staff:{staff.id}", "log_out", f"staff:{staff.id}")
    db.store.hint(f"session:{session_id}")


def end_all(db: Unit, staff: tables.Staff, now: datetime, how: str, *, but: int = 0, forget: bool = True) -> int:
    """End all sessions of a colleague, `but` one; open pages hear it at once. `forget`: her browsers are strangers
    again as well.
    """
    row = tables.StaffSession
    ended = db.scalars(
        update(row)
        .where(row.staff_id == staff.id, row.ended_at.is_(None), row.expires_at > now, row.id != but)
        .values(ended_at=now, ended_how=how)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    ).all()
    if forget:
        staff.devices += 1
    db.store.hint(*(f"session:{one}" for one in ended))
    return len(ended)


def why_ended(db: Unit, token: str, now: datetime) -> str:
    """Why the session of a cookie goes on no more: a word of `ended_how`, or nothing for a stranger."""
    row = db.scalars(select(tables.StaffSession).where(tables.StaffSession.token_hash == token_hash(token))).first()
    if row is None:
        return ""
    if db.scalars(select(tables.Staff.left_at).where(tables.Staff.id == row.staff_id)).first() is not None:
        return "put_out"
    if row.ended_at is not None:
        return row.ended_how or "ended"
    return "over" if row.expires_at <= now else "idle"


def token_hash(token: str) -> bytes:
    """What is kept of a cookie, whatever bytes somebody put into it."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
