"""Colleagues, their sessions and stations, failed log-ins, and the unit that sees to complaints."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Integer, LargeBinary, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped

from care.sessions import SessionEnd
from care.states import Role
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link, sealed, searchable


class Staff(Base):
    """A member of staff who may log in."""

    __tablename__ = "staff"
    after_practice = After.KEPT
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
    left_by: Mapped[int | None] = column(
        BigInteger, "who put her out; null = from a shell, or not known", nullable=True
    )
    phone: Mapped[bytes | None] = sealed("how the house reaches her; null = not told", nullable=True)
    first_password: Mapped[bool] = column(
        Boolean,
        "somebody else knows the password: it is changed before anything else",
        default=False,
        server_default="0",
    )
    pledged_at: Mapped[datetime | None] = column(Moment, "the last pledge of secrecy (P6)", nullable=True)
    pledge: Mapped[str] = column(Word(16), "which text was pledged", default="none", server_default="none")
    devices: Mapped[int] = column(
        Integer, "rises when no browser of hers is known any more", default=0, server_default="0"
    )
    totp: Mapped[bytes | None] = sealed("the secret of the codes; null = none", nullable=True)
    totp_at: Mapped[datetime | None] = column(Moment, "since when codes are asked for at log-in", nullable=True)
    totp_step: Mapped[int] = column(
        BigInteger, "the last step of which a code was used: a code is good once", default=0, server_default="0"
    )
    totp_by: Mapped[datetime | None] = column(
        Moment, "until when codes may be put off; null = not asked yet", nullable=True
    )
    pin: Mapped[str | None] = column(String(160), "argon2id hash of the PIN for stations", nullable=True)


class StaffSession(Base):
    """A log-in. The cookie holds a random token, the table only its hash."""

    __tablename__ = "staff_session"
    after_practice = After.KEPT

    staff_id: Mapped[int] = link("staff.id", "who logged in")
    token_hash: Mapped[bytes] = column(LargeBinary(32), "SHA-256 of the cookie", unique=True)
    csrf: Mapped[str] = column(String(64), "the secret that every form carries")
    created_at: Mapped[datetime] = column(Moment, "log-in")
    expires_at: Mapped[datetime] = column(Moment, "the end of the session")
    ended_at: Mapped[datetime | None] = column(Moment, "log-out", nullable=True)
    ended_how: Mapped[str | None] = closed(
        SessionEnd, String(12), "how it ended; null = open, or an older row", nullable=True
    )
    seen_at: Mapped[datetime | None] = column(
        Moment, "the last act of a person, at most a minute old; null = an older row", nullable=True
    )
    idle: Mapped[int | None] = column(
        Integer, "seconds without an act after which it ends; null = an older row, half an hour", nullable=True
    )
    proved_at: Mapped[datetime | None] = column(
        Moment, "when the password was last given in it; null = by PIN, or an older row", nullable=True
    )
    awaits: Mapped[str | None] = column(Word(8), "code: the second step of the log-in is missing", nullable=True)
    address: Mapped[str | None] = column(String(45), "from where, told to its colleague alone", nullable=True)
    agent: Mapped[str | None] = column(String(40), "which kind of browser, told to its colleague alone", nullable=True)
    station_id: Mapped[int | None] = column(BigInteger, "the station at which it was opened by PIN", nullable=True)


class LoginThrottle(Base):
    """Tries to log in by the pair of place and name: 5 wrong ones lock that pair for 15 min.

    A row is gone a day after its last try.
    """

    __tablename__ = "login_throttle"
    after_practice = After.KEPT

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


class RecoveryCode(Base):
    """A code that opens the account once when the phone is lost."""

    __tablename__ = "recovery_code"
    after_practice = After.KEPT

    staff_id: Mapped[int] = link("staff.id", "whose", index=True)
    code_hash: Mapped[bytes] = column(LargeBinary(32), "keyed hash; the code was shown once")
    made_at: Mapped[datetime] = column(Moment, "when shown")
    used_at: Mapped[datetime | None] = column(Moment, "when used up", nullable=True)


class Station(Base):
    """A browser that the director trusts: colleagues switch on it by PIN. The cookie holds a token, the table its
    hash.
    """

    __tablename__ = "station"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    name: Mapped[str] = column(String(24), "where it stands")
    token_hash: Mapped[bytes] = column(LargeBinary(32), "SHA-256 of the cookie", unique=True)
    marked_at: Mapped[datetime] = column(Moment, "since when it is trusted")
    marked_by: Mapped[int] = column(BigInteger, "who marked it")
    ended_at: Mapped[datetime | None] = column(Moment, "trusted no more", nullable=True)
    visitors: Mapped[bool] = column(
        Boolean, "visitors see it: of an alarm the place alone", default=False, server_default=false()
    )


class ComplaintUnit(Base):
    """Who sees to complaints, and by which written procedure (C16); each change is a version of its own."""

    __tablename__ = "complaint_unit"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "version"),)

    home_id: Mapped[int] = link("home.id", "which home")
    version: Mapped[int] = column(Integer, "counts from 1; the highest holds")
    lead_id: Mapped[int] = link("staff.id", "who is in charge")
    deputy_id: Mapped[int | None] = link("staff.id", "who stands in", nullable=True)
    members: Mapped[str] = column(String(400), "ids of the others, by blanks", default="")
    procedure: Mapped[str] = column(Text, "the written procedure, the home's own words; public in the house")
    set_at: Mapped[datetime] = column(Moment, "since when")
    set_by: Mapped[int] = column(BigInteger, "who wrote it")
