"""我的账号: what a colleague changes of her own account. Who changes something gave the password a moment ago."""

import itertools
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.errors import Invalid, NotFound
from care.identity import plain
from services.staff import sessions
from services.staff.sessions import Session
from services.staff.staff import LONGEST
from storage import tables
from storage.unit import Unit

PROVED_FOR: Final = timedelta(minutes=10)
"""So long after the password was given the account may be changed."""
PIN: Final = re.compile(r"\d{6}")
EASY: Final = frozenset({"123456", "654321", "123123", "112233", "121212"})


@dataclass(frozen=True, slots=True)
class Device:
    """A log-in of one's own that goes on."""

    id: int
    since: datetime
    seen: datetime | None
    where: str
    browser: str
    station: bool
    this: bool


def proved(session: Session, now: datetime) -> bool:
    """Whether the password was given a moment ago in this session."""
    return session.proved_at is not None and now - session.proved_at < PROVED_FOR


def need_proof(session: Session, now: datetime) -> None:
    """Raises Invalid."""
    if not proved(session, now):
        raise Invalid(why="改账号之前，请在这一页最上面再输一次密码；填好的都还在。")


def me(db: Unit, session: Session, *, lock: bool = False) -> tables.Staff:
    """One's own row, as it is now."""
    question = select(tables.Staff).where(tables.Staff.id == session.viewer.id)
    row = db.lock_row(question) if lock else db.fresh(question).first()
    if row is None:
        raise NotFound
    return row


def prove(db: Unit, session: Session, now: datetime) -> None:
    """The password was right."""
    db.get_one(tables.StaffSession, session.id).proved_at = now


def change_password(db: Unit, session: Session, kept: str, now: datetime) -> None:
    """A password of one's own; log-ins elsewhere end. `kept` is the hash, the old one was right."""
    row = me(db, session, lock=True)
    row.password, row.first_password = kept, False
    sessions.end_all(db, row, now, "password", but=session.id, forget=False)
    db.store.audit(row.home_id, now, f"staff:{row.id}", "own_password", f"staff:{row.id}")
    db.store.hint("colleagues")


def fits(password: str, again: str, login: str, name: str) -> str:
    """A password that may be kept. Raises Invalid with what is wrong."""
    if password != again:
        raise Invalid(why="两次写的不一样，请再写一遍。")
    if len(password) < 8:
        raise Invalid(why="密码至少 8 位，长一点比花样多更管用，比如四五个不相干的词。")
    if len(password) > LONGEST:
        raise Invalid(why=f"密码太长了，最多 {LONGEST} 位。")
    if len(set(password)) < 4 or password.lower() in {login.lower(), name, "12345678", "password", "87654321"}:
        raise Invalid(why="这个密码太容易猜到，请换一个。")
    return password


def devices(db: Unit, session: Session, now: datetime) -> list[Device]:
    """All log-ins that go on, this one first."""
    table = tables.StaffSession
    rows = db.scalars(
        select(table)
        .where(table.staff_id == session.viewer.id, table.ended_at.is_(None), table.expires_at > now)
        .order_by(table.created_at.desc())
        .limit(50)
    )
    found = [
        Device(
            row.id,
            row.created_at,
            row.seen_at,
            row.address or "",
            row.agent or "",
            row.station_id is not None,
            row.id == session.id,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: not one.this)


def end_one(db: Unit, session: Session, session_id: int, now: datetime) -> None:
    """One of one's own log-ins ends, wherever it is. Raises NotFound."""
    table = tables.StaffSession
    mine = table.id == session_id, table.staff_id == session.viewer.id
    row = db.lock_row(select(table).where(*mine))
    if row is None:
        raise NotFound
    if row.ended_at is None:
        row.ended_at, row.ended_how = now, "ended"
        _ended(db, session, now, 1)
    db.store.hint(f"session:{row.id}")


def end_others(db: Unit, session: Session, now: datetime) -> int:
    """All but this one; browsers that were known are strangers again."""
    ended = sessions.end_all(db, me(db, session, lock=True), now, "ended", but=session.id)
    _ended(db, session, now, ended)
    return ended


def set_pin(db: Unit, session: Session, kept: str | None, now: datetime) -> None:
    """Six digits for stations; None takes them away. `kept` is the hash."""
    row = me(db, session, lock=True)
    row.pin = kept
    db.store.audit(row.home_id, now, f"staff:{row.id}", "set_pin", f"staff:{row.id}", "" if kept else "取消")


def pin(text: str) -> str:
    """Six digits that nobody guesses first. Raises Invalid."""
    digits = plain(text)
    if not PIN.fullmatch(digits):
        raise Invalid(why="值班台密码是 6 位数字。")
    steps = {int(b) - int(a) for a, b in itertools.pairwise(digits)}
    if digits in EASY or steps in ({0}, {1}, {-1}):
        raise Invalid(why="这 6 位太容易猜到，请换一个。")
    return digits


def _ended(db: Unit, session: Session, now: datetime, count: int) -> None:
    who = session.viewer
    db.store.audit(who.home_id, now, f"staff:{who.id}", "end_own_session", f"staff:{who.id}", f"{count} 处")
