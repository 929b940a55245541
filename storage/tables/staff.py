"""Colleagues, their sessions, and failed log-ins."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import Role
from storage.tables.base import Base
from storage.types import Moment, closed, column, link, searchable


class Staff(Base):
    """A member of staff who may log in."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("home_id", "login"),)

    home_id: Mapped[int] = link("home.id", "which home")
    login: Mapped[str] = searchable(32, "the name at log-in")
    name: Mapped[str] = column(String(32), "shown to families as the named human (C4)")
    role: Mapped[str] = closed(Role, String(12), "what the colleague may see and do")
    floors: Mapped[str] = column(
        String(64), "floors of the work, by blanks; empty = the whole house", default="", server_default=""
    )
    password: Mapped[str] = column(String(160), "argon2id hash")
    created_at: Mapped[datetime] = column(Moment, "when added")
    left_at: Mapped[datetime | None] = column(Moment, "no log-in after it", nullable=True)


class StaffSession(Base):
    """A log-in. The cookie holds a random token, the table only its hash."""

    __tablename__ = "staff_session"

    staff_id: Mapped[int] = link("staff.id", "who logged in")
    token_hash: Mapped[bytes] = column(LargeBinary(32), "SHA-256 of the cookie", unique=True)
    csrf: Mapped[str] = column(String(64), "the secret that every form carries")
    created_at: Mapped[datetime] = column(Moment, "log-in")
    expires_at: Mapped[datetime] = column(Moment, "the end of the session")
    ended_at: Mapped[datetime | None] = column(Moment, "log-out", nullable=True)


class LoginThrottle(Base):
    """Tries to log in by the pair of place and name: 5 wrong ones lock that pair for 15 min.

    A row is gone a day after its last try.
    """

    __tablename__ = "login_throttle"

    key: Mapped[str] = searchable(
        80, "the address, or the browser of the account, with the name as typed; hashed", unique=True
    )
    fails: Mapped[int] = column(Integer, "tries since the last success, each counted before its password is looked at")
    until: Mapped[datetime | None] = column(Moment, "locked until", nullable=True)
    last_at: Mapped[datetime] = column(Moment, "the last try; a day later the row goes", index=True)
    staff_id: Mapped[int | None] = column(
        BigInteger, "whose account was locked; null until then, and for a name of nobody", nullable=True
    )
    address: Mapped[str | None] = column(
        String(45), "from where it was locked, told to the lead; kept a day", nullable=True
    )
    locked_at: Mapped[datetime | None] = column(Moment, "the last time it was locked", nullable=True, index=True)
    seen_at: Mapped[datetime | None] = column(Moment, "when somebody took note of the lock", nullable=True)
    seen_by: Mapped[int | None] = column(BigInteger, "the member of staff who took note", nullable=True)
