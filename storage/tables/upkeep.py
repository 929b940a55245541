"""The service itself: its audit, pulse, downtimes, epochs, jobs, and who must not be written to after a restore."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, text
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, Word, column, link, sealed


class Audit(Base):
    """Who did or saw what. Written with an HMAC in the same transaction; a chainer links the rows later (P5)."""

    __tablename__ = "audit"
    after_practice = After.KEPT
    __table_args__ = (
        Index(
            "ix_audit_unlinked", "id", sqlite_where=text("position IS NULL"), postgresql_where=text("position IS NULL")
        ),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    at: Mapped[datetime] = column(Moment, "when")
    actor: Mapped[str] = column(String(32), "staff:id, person:id or machine")
    action: Mapped[str] = column(Word(32), "a verb: receive, send, view, log_in …")
    subject: Mapped[str] = column(String(48), "kind:id of what it was done to")
    detail: Mapped[bytes | None] = sealed("more, where the act needs it", nullable=True)
    mac: Mapped[bytes] = column(LargeBinary(32), "HMAC-SHA256 over the fields above")
    position: Mapped[int | None] = column(
        BigInteger, "place in the chain; null until linked", nullable=True, unique=True
    )
    chain: Mapped[bytes | None] = column(LargeBinary(32), "hash over the link before and this row", nullable=True)


class Pulse(Base):
    """The last second in which the service could commit: a gap at the next start is told as 停机."""

    __tablename__ = "pulse"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", unique=True)
    beat_at: Mapped[datetime] = column(Moment, "machine time of the last beat")


class Downtime(Base):
    """A time in which nobody listened: what was sent then may be lost at the platform."""

    __tablename__ = "downtime"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    from_at: Mapped[datetime] = column(Moment, "the last beat before")
    to_at: Mapped[datetime] = column(Moment, "the first one after")
    seen_at: Mapped[datetime | None] = column(Moment, "when a colleague took note", nullable=True)
    seen_by: Mapped[int | None] = column(BigInteger, "who took note", nullable=True)


class Epoch(Base):
    """The time since a restore: nothing leaves the house until the director has confirmed it."""

    __tablename__ = "epoch"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    backup_at: Mapped[datetime] = column(Moment, "when the backup was made: what came after it is not here")
    began_at: Mapped[datetime] = column(Moment, "when it was restored")
    confirmed_at: Mapped[datetime | None] = column(Moment, "when the director opened the way out again", nullable=True)
    confirmed_by: Mapped[int | None] = column(BigInteger, "the director", nullable=True)


class Stop(Base):
    """The stop list: deaths, withdrawals, erasures; replayed after every restore."""

    __tablename__ = "stop"
    after_practice = After.THEIRS

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who is left in peace", index=True)
    kind: Mapped[str] = column(Word(12), "death, hush, withdrawal or erasure")
    set_at: Mapped[datetime] = column(Moment, "since when")
    set_by: Mapped[int] = column(BigInteger, "the member of staff")
    lifted_at: Mapped[datetime | None] = column(Moment, "when a mistake was undone", nullable=True)


class JobRun(Base):
    """A job of the scheduler: when it ran last, in whichever process, and what came of it."""

    __tablename__ = "job_run"
    after_practice = After.KEPT

    name: Mapped[str] = column(Word(24), "which job", "searchable", unique=True)
    title: Mapped[str] = column(String(60), "what it does, in words")
    every_ms: Mapped[int] = column(Integer, "its interval")
    began_at: Mapped[datetime] = column(Moment, "when it began last")
    took_ms: Mapped[int] = column(Integer, "how long it took")
    failed: Mapped[str | None] = column(String(60), "the kind of error; null = it went well", nullable=True)
    failing_since: Mapped[datetime | None] = column(
        Moment, "since when it fails without a run that went well", nullable=True
    )
