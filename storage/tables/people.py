"""The home, its people and its staff."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from storage.tables.base import Base
from storage.types import Moment, column, link, sealed, searchable


class Home(Base):
    """A care home; one installed = nothing of this is visible (F19)."""

    __tablename__ = "home"

    key: Mapped[str] = searchable(32, "short name in addresses", unique=True)
    name: Mapped[str] = column(String(64), "spoken in every phrase")
    timezone: Mapped[str] = column(String(40), "IANA name; days and numbers are counted in it")
    created_at: Mapped[datetime] = column(Moment, "when it was set up")


class WechatAccount(Base):
    """A service account; `/wechat` is the row of `[wechat]`, the others answer at `/wechat/{key}`."""

    __tablename__ = "wechat_account"

    home_id: Mapped[int] = link("home.id", "whose account it is")
    key: Mapped[str] = searchable(32, "last part of the webhook's path; empty for `/wechat`", unique=True)
    app_id: Mapped[str] = searchable(32, "public id of the account", unique=True)
    app_secret: Mapped[bytes | None] = sealed("opens the account's API", nullable=True)
    token: Mapped[bytes | None] = sealed("signs the pushes", nullable=True)
    aes_key: Mapped[bytes | None] = sealed("encrypts the pushes", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when it was added")


class Person(Base):
    """Somebody the house talks with or cares for: a relative, a resident, or a guest nobody knows yet."""

    __tablename__ = "person"

    home_id: Mapped[int] = link("home.id", "homes see only their own people")
    kind: Mapped[str] = column(String(12), "family, elder or guest")
    name: Mapped[bytes | None] = sealed("a person's name (P1)", nullable=True)
    phone: Mapped[bytes | None] = sealed("a phone number (P1)", nullable=True)
    timezone: Mapped[str | None] = column(String(40), "IANA name where it differs from the home's", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when the person became known")


class Resident(Base):
    """A person who lives, or lived, in the home."""

    __tablename__ = "resident"

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who lives here", unique=True)
    status: Mapped[str] = column(String(12), "在住 请假 住院 病危 退住 去世; asked again at send time")
    room: Mapped[str] = column(String(16), "where a nurse goes")
    bed: Mapped[str] = column(String(8), "which bed")
    floor: Mapped[str] = column(String(8), "who of the staff works there", default="", server_default="")
    sex: Mapped[str | None] = column(String(2), "女 or 男: 奶奶 or 爷爷 in the words of a letter", nullable=True)
    born: Mapped[bytes | None] = sealed(
        "birthday as the family counts it: 1944-10-14, -lunar, -lunar-leap", nullable=True
    )
    created_at: Mapped[datetime] = column(Moment, "when the row was made")


class Kinship(Base):
    """Who belongs to a resident, and what each may know (F13, F14)."""

    __tablename__ = "kinship"
    __table_args__ = (UniqueConstraint("person_id", "resident_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "the relative")
    resident_id: Mapped[int] = link("resident.id", "the resident", index=True)
    relation: Mapped[bytes | None] = sealed("女儿, 儿子, 老伴 …: a family tie is personal", nullable=True)
    is_primary: Mapped[bool] = column(Boolean, "the primary contact may invite and propose")
    scopes: Mapped[str] = column(String(64), "words of daily health billing photos emergency, by blanks")
    created_at: Mapped[datetime] = column(Moment, "when it was bound")


class Follower(Base):
    """One openid at one account: who uses it, and what may still be sent to it (openid ≠ person ≠ place, F3)."""

    __tablename__ = "follower"
    __table_args__ = (UniqueConstraint("account_id", "openid"),)

    account_id: Mapped[int] = link("wechat_account.id", "an openid means nothing without its account")
    openid: Mapped[str] = searchable(64, "the platform's pseudonym")
    person_id: Mapped[int] = link("person.id", "who it is bound to", index=True)
    binding: Mapped[str] = column(String(12), "own, shared, house or staff (F3); guest until bound")
    following: Mapped[bool] = column(Boolean, "nothing reaches who left")
    session_left: Mapped[int] = column(SmallInteger, "customer-service messages left of 5", default=0)
    session_until: Mapped[datetime | None] = column(Moment, "the 48 h window's end", nullable=True)
    scene_left: Mapped[int] = column(SmallInteger, "messages left of 3 after menu, follow or scan", default=0)
    scene_until: Mapped[datetime | None] = column(Moment, "the 1 min window's end", nullable=True)
    heard_at: Mapped[datetime | None] = column(Moment, "last message of the person", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "first seen")
    muted_until: Mapped[datetime | None] = column(
        Moment, "a stranger's cries do not ring until then (S6)", nullable=True
    )


class Stop(Base):
    """The stop list: deaths, withdrawals, erasures; replayed after every restore."""

    __tablename__ = "stop"

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who is left in peace", index=True)
    kind: Mapped[str] = column(String(12), "death, withdrawal or erasure")
    set_at: Mapped[datetime] = column(Moment, "since when")
    set_by: Mapped[int] = column(BigInteger, "the member of staff")
    lifted_at: Mapped[datetime | None] = column(Moment, "when a mistake was undone", nullable=True)


class Staff(Base):
    """A member of staff who may log in."""

    __tablename__ = "staff"
    __table_args__ = (UniqueConstraint("home_id", "login"),)

    home_id: Mapped[int] = link("home.id", "which home")
    login: Mapped[str] = searchable(32, "the name at log-in")
    name: Mapped[str] = column(String(32), "shown to families as the named human (C4)")
    role: Mapped[str] = column(String(12), "carer, nurse, desk, supervisor, director, admin or auditor")
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


class Audit(Base):
    """Who did or saw what. Written with an HMAC in the same transaction; a chainer links the rows later (P5)."""

    __tablename__ = "audit"
    __table_args__ = (
        Index(
            "ix_audit_unlinked", "id", sqlite_where=text("position IS NULL"), postgresql_where=text("position IS NULL")
        ),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    at: Mapped[datetime] = column(Moment, "when")
    actor: Mapped[str] = column(String(32), "staff:id, person:id or machine")
    action: Mapped[str] = column(String(32), "a verb: receive, send, view, log_in …")
    subject: Mapped[str] = column(String(48), "kind:id of what it was done to")
    detail: Mapped[bytes | None] = sealed("more, where the act needs it", nullable=True)
    mac: Mapped[bytes] = column(LargeBinary(32), "HMAC-SHA256 over the fields above")
    position: Mapped[int | None] = column(
        BigInteger, "place in the chain; null until linked", nullable=True, unique=True
    )
    chain: Mapped[bytes | None] = column(LargeBinary(32), "hash over the link before and this row", nullable=True)
