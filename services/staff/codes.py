"""验证码: the second step of a log-in (TOTP, RFC 6238). A code is good once, within its half minute and the ones beside
it; recovery codes are shown once and good once each; only keyed hashes of them are kept.
"""

import hmac
import secrets
from datetime import datetime
from typing import Final
from urllib.parse import quote

import pyotp
from sqlalchemy import delete, func, select

from care.errors import Invalid, JiashuError
from care.identity import plain
from services.access import Viewer
from services.staff import own, sessions
from services.staff.access import access_colleague
from services.staff.sessions import NEEDS_CODES, PUT_OFF, Session
from services.staff.staff import CLEAR
from storage import tables
from storage.tables.staff import RecoveryCode
from storage.types import new_id
from storage.unit import Unit

STEP: Final = 30
SIGNS: Final = 32
BASE32: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
RECOVERY: Final = 10


class WrongCode(JiashuError):
    """验证码不对，还可以试 {left} 次。每个码只能用一次；刚用过的，请等手机上换下一个。"""

    status = 401


def new_secret() -> str:
    """What the phone and the house share."""
    return pyotp.random_base32()


def checked_secret(text: str) -> str:
    """A secret as a form carries it back. Raises Invalid for what this house never showed."""
    if len(text) != SIGNS or not all(sign in BASE32 for sign in text):
        raise Invalid(why="这一页放得太久了，请重新打开再设。")
    return text


def address_of(secret: str, login: str, home: str) -> str:
    """What the picture says to an authenticator; the house once alone, so that the picture stays coarse."""
    return f"otpauth://totp/{quote(f'家书·{home}')}:{quote(login)}?secret={secret}"


def fitting(secret: str, text: str, now: datetime, used: int = 0) -> int:
    """The step of a code that fits and is younger than the last one that was used; 0 for none."""
    code, at = plain(text), int(now.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    found = 0
    for step in (at - 1, at, at + 1):
        if hmac.compare_digest(totp.at(step * STEP).encode(), code.encode()) and step > used:
            found = step
    return found


def turn_on(db: Unit, session: Session, secret: str, text: str, now: datetime) -> list[str]:
    """The code of the phone proves that the secret arrived; gives the recovery codes, to be shown this once.

    Raises Invalid.
    """
    row = own.me(db, session, lock=True)
    step = fitting(checked_secret(secret), text, now)
    if not step:
        raise Invalid(why="这个码不对。请看手机上「家书」那一行现在的 6 位数字，再输一次；手机的时间要准。")
    db.seal(row, "totp", secret)
    row.totp_at, row.totp_step = now, step
    db.store.audit(row.home_id, now, f"staff:{row.id}", "codes_on", f"staff:{row.id}")
    db.store.hint("colleagues")
    return _recovery(db, row, now)


def turn_off(db: Unit, session: Session, now: datetime) -> None:
    """Only for who may be without. Raises Invalid."""
    row = own.me(db, session, lock=True)
    if session.viewer.role in NEEDS_CODES:
        raise Invalid(why=f"{session.viewer.role.words}必须有验证码。换手机请点「换一部手机」。")
    _forget(db, row)
    db.store.audit(row.home_id, now, f"staff:{row.id}", "codes_off", f"staff:{row.id}")
    db.store.hint("colleagues")


def reset(db: Unit, viewer: Viewer, staff_id: int, now: datetime) -> tables.Staff:
    """A phone is lost: a director takes the codes away, all log-ins end; the next log-in leads to new ones.

    Raises Invalid, Forbidden, NotFound.
    """
    row = access_colleague(db, viewer, staff_id, lock=True)
    if not may_reset(viewer) or row.id == viewer.id:
        raise Invalid(why="验证码只能由另一位院长来重置。自己的请用恢复码登录，再在「我的账号」里换。")
    taken_away(db, row, now, viewer)
    return row


def taken_away(db: Unit, row: tables.Staff, now: datetime, by: Viewer | None = None) -> None:
    """The row is locked. Log-ins end, the next one leads to new codes at once."""
    _forget(db, row)
    row.totp_by = None
    sessions.end_all(db, row, now, "ended")
    db.store.audit(row.home_id, now, f"staff:{by.id}" if by else "machine", "codes_reset", f"staff:{row.id}")
    db.store.hint("colleagues")


def may_reset(viewer: Viewer) -> bool:
    """The director alone: who may take the codes away could otherwise become anybody."""
    return viewer.role.value == "director"


def put_off(db: Unit, session: Session, now: datetime) -> None:
    """Once, for a week at most. Raises Invalid afterwards."""
    row = own.me(db, session, lock=True)
    if row.totp_by is not None and row.totp_by <= now:
        raise Invalid(why="已经过了 7 天，今天要设好验证码才能用。")
    if row.totp_by is None:
        row.totp_by = now + PUT_OFF
        db.store.audit(row.home_id, now, f"staff:{row.id}", "codes_put_off", f"staff:{row.id}")


def enter(db: Unit, session: Session, text: str, now: datetime) -> bool:
    """The second step of a log-in: a code of the phone, or a recovery code. Whether it fitted."""
    row = own.me(db, session, lock=True)
    secret, how = db.open(row, "totp"), ""
    step = fitting(secret, text, now, row.totp_step) if secret else 0
    if step:
        row.totp_step = step
    elif _used(db, row, text, now):
        how = "恢复码"
        db.store.audit(row.home_id, now, f"staff:{row.id}", "recovery_used", f"staff:{row.id}")
    else:
        return False
    found = db.get_one(tables.StaffSession, session.id)
    found.awaits, found.proved_at = None, now
    sessions.came_in(db, row, now)
    return bool(step or how)


def new_recovery(db: Unit, session: Session, now: datetime) -> list[str]:
    """Other recovery codes; the old ones are good no more. Raises Invalid without codes."""
    row = own.me(db, session, lock=True)
    if row.totp_at is None:
        raise Invalid(why="还没有设验证码。")
    db.store.audit(row.home_id, now, f"staff:{row.id}", "codes_new", f"staff:{row.id}")
    return _recovery(db, row, now)


def left(db: Unit, staff_id: int) -> int:
    """How many recovery codes are unused."""
    table = RecoveryCode
    unused = table.staff_id == staff_id, table.used_at.is_(None)
    return db.scalar(select(func.count()).select_from(table).where(*unused)) or 0


def _recovery(db: Unit, row: tables.Staff, now: datetime) -> list[str]:
    table = RecoveryCode
    db.execute(delete(table).where(table.staff_id == row.id).execution_options(synchronize_session=False))
    shown = ["-".join("".join(secrets.choice(CLEAR) for _ in range(4)) for _ in range(2)) for _ in range(RECOVERY)]
    db.add_all(table(id=new_id(), staff_id=row.id, code_hash=_hash(db, row.id, code), made_at=now) for code in shown)
    return shown


def _used(db: Unit, row: tables.Staff, text: str, now: datetime) -> bool:
    """The row of the colleague is locked: of two tries with one code one is right."""
    table = RecoveryCode
    wanted, found = _hash(db, row.id, text), None
    for one in db.fresh(select(table).where(table.staff_id == row.id, table.used_at.is_(None))):
        if hmac.compare_digest(one.code_hash, wanted):
            found = one
    if found is None:
        return False
    found.used_at = now
    return True


def _hash(db: Unit, staff_id: int, code: str) -> bytes:
    signs = "".join(sign for sign in plain(code).lower() if sign in CLEAR)
    return db.sealer.sign("jiashu recovery code", staff_id, signs)


def _forget(db: Unit, row: tables.Staff) -> None:
    row.totp, row.totp_at = None, None
    table = RecoveryCode
    db.execute(delete(table).where(table.staff_id == row.id).execution_options(synchronize_session=False))
