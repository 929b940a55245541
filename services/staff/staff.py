"""Members of staff: added, logged in, logged out.

Five wrong passwords lock one name in one place for 15 minutes: the place is the address, or the browser on which the
account was opened before. So nobody can shut out a whole house, nor the director from her own browser, and the lead
is told and may unlock (faults S2).
"""

import contextlib
import hashlib
import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import delete, func, select

from care.errors import Invalid, JiashuError, NotFound
from care.states import Role
from services.access import LEADS, Viewer
from services.staff.pledge import PLEDGE
from storage import tables
from storage.looked import Look
from storage.seal import Sealer
from storage.types import new_id
from storage.unit import Unit

FAILS: Final = 5
LOCK: Final = timedelta(minutes=15)
TOLD: Final = timedelta(days=1)
"""So long a lock is told to the lead, and a row of tries is kept."""
SHOWN: Final = 20
FORGOTTEN: Final = 100
"""Old rows that go with one new one: a flood of names and addresses ends by itself."""
UNLOCKS: Final = LEADS | {Role.ADMIN}
SHORTEST, LONGEST = 8, 256
_hasher: Final = PasswordHasher()
_quick: Final = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
QUICK: Final = "$argon2id$v=19$m=1024,t=1,p=1$"
CLEAR: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""Signs that nobody takes for another one when a password is copied from paper."""
HERE: Final = select(func.min(tables.Home.id)).scalar_subquery()
"""The home that this service serves (`install`): nobody of another home in the same database gets in (S11)."""


class TooManyTries(JiashuError):
    """密码错了太多次，请 {minutes} 分钟后再试。"""

    status = 429


class WrongPassword(JiashuError):
    """名字或密码不对，还可以试 {left} 次。"""

    status = 401


@dataclass(frozen=True, slots=True)
class Knock:
    """A try to log in: a name as it was typed, from where, and whose account it is, if anybody's."""

    login: str
    address: str
    device: str
    """The nonce of a browser on which this account was opened before; empty on any other."""
    staff_id: int | None
    password: str | None
    home_id: int = 0
    step: str = ""
    """What is tried: nothing = the password, `code` after it, `pin` at a station."""

    @property
    def place(self) -> str:
        """Where tries are counted, and wait for each other."""
        return f"device:{self.device}" if self.device else f"address:{self.address}"

    @property
    def key(self) -> str:
        """The pair of place and name, as the table has it. The name is the typed one: an account with two names is not
        given away.
        """
        tried = f"{self.place}\n{self.login}" + (f"\n\n{self.step}:{self.staff_id}" if self.step else "")
        return hmac.new(b"jiashu login throttle", tried.encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class Lock:
    """An account that was locked in one place: what the lead is told."""

    id: int
    name: str
    address: str
    until: datetime
    locked_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far a colleague is who is added: what she is not asked for at her first log-in."""

    own_password: bool = False
    """Nobody else knows the password: it stays."""
    pledged: bool = False
    """Secrecy was pledged on paper or otherwise on the day she is added."""
    codes_by: datetime | None = None
    """Until when codes at the log-in may be put off; None = she is asked at the first log-in."""


FIRST: Final = Standing()
"""Somebody whose first password is known to who added her: everything is asked."""


def add(  # noqa: PLR0913
    db: Unit,
    home_id: int,
    login: str,
    name: str,
    role: Role,
    password: str,
    now: datetime,
    floors: str = "",
    standing: Standing = FIRST,
) -> tables.Staff:
    """Add a member of staff; `floors` by blanks, empty for the whole house.

    Raises Invalid for a short password or a name that is taken.
    """
    return added(db, home_id, (login, name, role, floors), hashed(password), now, standing)


def added(
    db: Unit, home_id: int, who: tuple[str, str, Role, str], kept: str, now: datetime, standing: Standing, by: int = 0
) -> tables.Staff:
    """The row of a new colleague; `kept` is the hash of her password."""
    login, name, role, floors = who
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
        password=kept,
        created_at=now,
        floors=" ".join(floors.split()),
        first_password=not standing.own_password,
        pledged_at=now if standing.pledged else None,
        pledge=PLEDGE if standing.pledged else "none",
        totp_by=standing.codes_by,
    )
    db.add(staff)
    if role is Role.DIRECTOR:
        directed(db, home_id, now)
    db.store.audit(home_id, now, f"staff:{by}" if by else "machine", "add_staff", f"staff:{staff.id}")
    return staff


def hashed(password: str) -> str:
    """A password as it is kept. Slow on purpose. Raises Invalid for a short one."""
    if len(password) < SHORTEST:
        raise Invalid(why=f"密码至少 {SHORTEST} 位。")
    if len(password) > LONGEST:
        raise Invalid(why=f"密码最多 {LONGEST} 位。")
    return _hasher.hash(password)


def hashed_pin(pin: str) -> str:
    """Six digits as they are kept. Slow on purpose."""
    return _hasher.hash(pin)


def home_of(db: Unit) -> int:
    """The home that this service serves."""
    return db.scalar(select(HERE)) or 0


def directed(db: Unit, home_id: int, now: datetime) -> None:
    """Nobody opens the home with a code any more, whatever becomes of this director (engineering 5)."""
    home = db.lock_row(select(tables.Home).where(tables.Home.id == home_id))
    if home is not None and home.directed_at is None:
        home.directed_at, home.edition = now, home.edition + 1


def find(db: Unit, login: str) -> tuple[int, str] | None:
    """The id and password hash behind a log-in name or a full name of this home."""
    names = (tables.Staff.login == login) | (tables.Staff.name == login)
    rows = db.scalars(
        select(tables.Staff).where(names, tables.Staff.left_at.is_(None), tables.Staff.home_id == HERE)
    ).all()
    return (rows[0].id, rows[0].password) if len(rows) == 1 else None


def made_up() -> tuple[str, str]:
    """A first password and what is kept of it: 59 bits of chance, so that a quick hash is as safe as a slow one."""
    password = "-".join("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(3))
    return password, _quick.hash(password)


def verify(password_hash: str | None, password: str) -> bool:
    """Whether a password fits; takes as long for a name that does not exist, and for a first password. Slow on
    purpose: run it in a thread.
    """
    try:
        if password_hash is not None and password_hash.startswith(QUICK):
            _takes_its_time(password)
            return _quick.verify(password_hash, password)
        return _hasher.verify(password_hash or _nobody(), password) and password_hash is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def _takes_its_time(password: str) -> None:
    with contextlib.suppress(VerifyMismatchError):
        _hasher.verify(_nobody(), password)


@cache
def _nobody() -> str:
    return _hasher.hash(secrets.token_hex(16))


# -- the limit on tries ----------------------------------------------------------------------------------------------


def refuse_locked(db: Unit, who: Knock, now: datetime) -> None:
    """Raises TooManyTries while this try is locked in this place.

    A last try that is still being looked at does not refuse anybody here: it may be right, and a second click on the
    button as well.
    """
    row = db.scalars(select(tables.LoginThrottle).where(tables.LoginThrottle.key == who.key)).first()
    if row is not None and row.locked_at is not None:
        _open(row.locked_at + LOCK, now)


def knock(db: Unit, login: str, address: str, cookie: str, now: datetime) -> Knock:
    """Who stands at the door. Raises TooManyTries while this name is locked in this place."""
    found, home = find(db, login), db.scalar(select(HERE)) or 0
    if found is None:
        who = Knock(login, address, "", None, None, home)
    else:
        who = Knock(login, address, device(db, cookie, found[0]), found[0], found[1], home)
    refuse_locked(db, who, now)
    return who


def count(db: Unit, who: Knock, now: datetime) -> int:
    """Count a try before its password is looked at; how many are left after it. Raises TooManyTries.

    The last one shuts the door at once, so that nothing that comes in the same moment, here or in another process,
    gets a sixth; a right password opens it again.
    """
    row = lock_throttle(db, who)
    if row is None:
        _forget(db, now)
        row = tables.LoginThrottle(id=new_id(), key=who.key, fails=0, until=None, last_at=now)
        db.add(row)
    if row.until is not None:
        _open(row.until, now)
    if row.until is not None or now - row.last_at > LOCK:
        row.fails, row.until = 0, None
    row.fails, row.last_at = row.fails + 1, now
    if row.fails >= FAILS:
        row.until = now + LOCK
    return max(0, FAILS - row.fails)


def failed(who: Knock, left: int) -> Look:
    """A wrong password, for the audit (S4): each try at an account; of a name that nobody has, one row for an address
    and ten minutes, so that a flood of names fills no disk. Which name was typed is not kept: it may be the password.
    """
    if who.staff_id is None:
        return Look(who.home_id, "machine", "login:", "log_in_failed", who.address)
    tries = f"{who.address}，还可以试 {left} 次"
    return Look(who.home_id, "machine", f"staff:{who.staff_id}", "log_in_failed", tries)


def lock(db: Unit, who: Knock, now: datetime) -> JiashuError:
    """The last try was wrong: lock the pair and tell the lead; gives the error to show."""
    row = lock_throttle(db, who)
    if row is None:  # meanwhile a right password came, or somebody of the lead unlocked
        return WrongPassword(left=FAILS)
    row.until, row.locked_at, row.seen_at, row.seen_by = now + LOCK, now, None, None
    if who.staff_id is not None:
        row.staff_id, row.address = who.staff_id, who.address
        db.store.audit(
            db.get_one(tables.Staff, who.staff_id).home_id, now, "machine", "log_in_locked", f"staff:{who.staff_id}"
        )
        db.store.hint("alarms", "locks")
    return TooManyTries(minutes=_minutes(LOCK))


def forget(db: Unit, who: Knock) -> None:
    """The right one came: the tries before it count no more."""
    row = lock_throttle(db, who)
    if row is not None:
        db.delete(row)


def lock_throttle(db: Unit, who: Knock) -> tables.LoginThrottle | None:
    """The row of a place and name, locked."""
    return db.lock_row(select(tables.LoginThrottle).where(tables.LoginThrottle.key == who.key))


def _open(until: datetime, now: datetime) -> None:
    if until > now:
        raise TooManyTries(minutes=_minutes(until - now))


def _minutes(length: timedelta) -> int:
    return max(1, math.ceil(length.total_seconds() / 60))


def _forget(db: Unit, now: datetime) -> None:
    """A name and an address are kept for a day. Rows that another process holds go next time."""
    table = tables.LoginThrottle
    old = select(table.id).where(table.last_at < now - TOLD).limit(FORGOTTEN).with_for_update(skip_locked=True)
    db.execute(delete(table).where(table.id.in_(old)).execution_options(synchronize_session=False))


def device(db: Unit, cookie: str, staff_id: int) -> str:
    """The nonce of a browser on which this account was opened before; empty for every other cookie, and for all of
    them once her devices were forgotten.
    """
    whose, _, rest = cookie.partition(".")
    nonce, _, mac = rest.partition(".")
    if not cookie.isascii() or whose != str(staff_id):
        return ""
    known = db.scalars(select(tables.Staff.devices).where(tables.Staff.id == staff_id)).first() or 0
    return nonce if hmac.compare_digest(mac, device_mac(db.sealer, staff_id, nonce, known)) else ""


def device_mac(sealer: Sealer, staff_id: int, nonce: str, known: int) -> str:
    """What proves that a browser is known; `known` counts how often her devices were forgotten."""
    return sealer.sign("jiashu device", staff_id, f"{nonce}.{known}" if known else nonce).hex()


# -- locks, as the lead sees them ------------------------------------------------------------------------------------


def sees_locks(viewer: Viewer) -> bool:
    """Who is told of a lock, may take note of it and may unlock."""
    return viewer.role in UNLOCKS


def locks(db: Unit, home_id: int, now: datetime) -> list[Lock]:
    """Accounts of a home that were locked within a day and of which nobody has taken note; newest first."""
    table = tables.LoginThrottle
    rows = db.execute(
        select(table, tables.Staff.name)
        .join(tables.Staff, tables.Staff.id == table.staff_id)
        .where(tables.Staff.home_id == home_id, table.locked_at > now - TOLD, table.seen_at.is_(None))
        .order_by(table.locked_at.desc(), table.id.desc())
        .limit(SHOWN)
    )
    return [
        Lock(row.id, name, row.address or "", row.locked_at + LOCK, row.locked_at)
        for row, name in rows
        if row.locked_at is not None
    ]


def unlock(db: Unit, viewer: Viewer, lock_id: int, now: datetime) -> None:
    """Let the colleague try again at once. Raises NotFound."""
    row = _lock(db, viewer, lock_id)
    db.delete(row)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "unlock", f"staff:{row.staff_id}")
    db.store.hint("alarms", "locks")


def took_note(db: Unit, viewer: Viewer, lock_id: int, now: datetime) -> None:
    """Somebody of the lead has seen the lock, which goes on; the first one's name stays. Raises NotFound."""
    row = _lock(db, viewer, lock_id)
    if row.seen_at is not None:
        return
    row.seen_at, row.seen_by = now, viewer.id
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "take_note", f"staff:{row.staff_id}")
    db.store.hint("alarms", "locks")


def _lock(db: Unit, viewer: Viewer, lock_id: int) -> tables.LoginThrottle:
    """A lock of an account of the viewer's home, held. Raises NotFound."""
    if not sees_locks(viewer):
        raise NotFound
    table, ours = tables.LoginThrottle, select(tables.Staff.id).where(tables.Staff.home_id == viewer.home_id)
    row = db.lock_row(select(table).where(table.id == lock_id, table.locked_at.is_not(None), table.staff_id.in_(ours)))
    if row is None:
        raise NotFound
    return row
