"""Members of staff: added, logged in, logged out. Five wrong passwords lock the name and the address for 15 minutes."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import select

from care.errors import Invalid, JiashuError
from services.access import Role, Viewer
from storage import tables
from storage.types import new_id
from storage.unit import Unit

FAILS: Final = 5
ADDRESS_FAILS: Final = 30
"""A whole house may sit behind one address: it is locked only by what no tired nurse does."""
LOCK: Final = timedelta(minutes=15)
SHORTEST: Final = 8
_hasher: Final = PasswordHasher()


class TooManyTries(JiashuError):
    """密码错了太多次，请 {minutes} 分钟后再试。急事请找主管。"""

    status = 429


class WrongPassword(JiashuError):
    """名字或密码不对，还可以试 {left} 次。"""

    status = 401


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in as a page sees it."""

    id: int
    viewer: Viewer
    csrf: str


def add(  # noqa: PLR0913
    db: Unit, home_id: int, login: str, name: str, role: Role, password: str, now: datetime, floors: str = ""
) -> tables.Staff:
    """Add a member of staff; `floors` by blanks, empty for the whole house. Raises Invalid for a short password or a name that is taken."""
    if len(password) < SHORTEST:
        raise Invalid(why=f"密码至少 {SHORTEST} 位。")
    if not login or not name:
        raise Invalid(why="登录名和姓名都要写。")
    if db.scalars(select(tables.Staff).where(tables.Staff.home_id == home_id, tables.Staff.login == login)).first():
        raise Invalid(why=f"登录名 {login} 已经有人用了。")
    staff = tables.Staff(
        id=new_id(),
        home_id=home_id,
        login=login,
        name=name,
        role=role.value,
        password=_hasher.hash(password),
        created_at=now,
        floors=" ".join(floors.split()),
    )
    db.add(staff)
    db.store.audit(home_id, now, "machine", "add_staff", f"staff:{staff.id}")
    return staff


def find(db: Unit, login: str) -> tuple[int, str] | None:
    """The id and password hash behind a log-in name or a full name."""
    names = (tables.Staff.login == login) | (tables.Staff.name == login)
    rows = db.scalars(select(tables.Staff).where(names, tables.Staff.left_at.is_(None))).all()
    return (rows[0].id, rows[0].password) if len(rows) == 1 else None


def verify(password_hash: str | None, password: str) -> bool:
    """Whether a password fits; takes as long for a name that does not exist. Slow on purpose: run it in a thread."""
    try:
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def _nobody() -> str:
    global _nobody_hash  # noqa: PLW0603  (computed once, when first needed)
    _nobody_hash = _nobody_hash or _hasher.hash(secrets.token_hex(16))
    return _nobody_hash


_nobody_hash: str = ""


def check_throttle(db: Unit, keys: tuple[str, ...], now: datetime) -> None:
    """Raises TooManyTries while the name or the address is locked."""
    rows = db.scalars(select(tables.LoginThrottle).where(tables.LoginThrottle.key.in_([_hashed(key) for key in keys])))
    until = max((row.until for row in rows if row.until and row.until > now), default=None)
    if until is not None:
        raise TooManyTries(minutes=max(1, round((until - now).total_seconds() / 60)))


def failed(db: Unit, keys: tuple[str, ...], now: datetime) -> JiashuError:
    """Count a failure; gives the error to show."""
    worst = 0
    for key in keys:
        row = db.hold(select(tables.LoginThrottle).where(tables.LoginThrottle.key == _hashed(key)))
        if row is None:
            row = tables.LoginThrottle(id=new_id(), key=_hashed(key), fails=0, until=None, last_at=now)
            db.add(row)
        if now - row.last_at > LOCK or (row.until and row.until <= now):
            row.fails, row.until = 0, None
        row.fails, row.last_at = row.fails + 1, now
        most = ADDRESS_FAILS if key.startswith("address:") else FAILS
        if row.fails >= most:
            row.until = now + LOCK
        worst = max(worst, row.fails - (most - FAILS))
    left = FAILS - worst
    return WrongPassword(left=left) if left > 0 else TooManyTries(minutes=round(LOCK.total_seconds() / 60))


def log_in(db: Unit, staff_id: int, keys: tuple[str, ...], now: datetime, hours: int) -> str:
    """Begin a session; gives the token for the cookie, of which only the hash is kept."""
    for row in db.scalars(select(tables.LoginThrottle).where(tables.LoginThrottle.key.in_([_hashed(key) for key in keys]))):
        db.delete(row)
    staff = db.get_one(tables.Staff, staff_id)
    token = secrets.token_urlsafe(32)
    db.add(
        tables.StaffSession(
            id=new_id(),
            staff_id=staff_id,
            token_hash=_token_hash(token),
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
        )
    )
    db.store.audit(staff.home_id, now, f"staff:{staff_id}", "log_in", f"staff:{staff_id}")
    return token


def session(db: Unit, token: str, now: datetime) -> Session | None:
    """The session behind a cookie; None when it ended, expired, or its owner left."""
    found = db.execute(
        select(tables.StaffSession, tables.Staff)
        .join(tables.Staff, tables.Staff.id == tables.StaffSession.staff_id)
        .where(tables.StaffSession.token_hash == _token_hash(token), tables.StaffSession.ended_at.is_(None))
    ).first()
    if found is None:
        return None
    row, staff = found
    if row.expires_at <= now or staff.left_at is not None:
        return None
    return Session(row.id, Viewer(staff.id, staff.home_id, staff.name, Role(staff.role), frozenset(staff.floors.split())), row.csrf)


def log_out(db: Unit, session_id: int, now: datetime) -> None:
    """End a session."""
    row = db.get_one(tables.StaffSession, session_id)
    row.ended_at = now


def _token_hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _hashed(key: str) -> str:
    return hmac.new(b"jiashu login throttle", key.encode(), hashlib.sha256).hexdigest()
