"""What the house knows, and the pulse of the machine."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from storage.tables.base import Base
from storage.types import Moment, column, link, searchable


class KnowledgeEntry(Base):
    """An entry of the knowledge as staff changed or added it; the starter entries that nobody touched are data in the
    code (Q3).
    """

    __tablename__ = "knowledge_entry"
    __table_args__ = (UniqueConstraint("home_id", "key"),)

    home_id: Mapped[int] = link("home.id", "which home")
    key: Mapped[str] = searchable(16, "faq-01 … faq-40, then own-1 …")
    question: Mapped[str] = column(String(80), "its title")
    answer: Mapped[str] = column(String(1000), "with {blanks}; public words, no person in them")
    asked: Mapped[str] = column(String(4000), "how people ask it, one a line")
    enabled: Mapped[bool] = column(Boolean, "whether the machine may say it")
    revision: Mapped[int] = column(Integer, "counts the changes")
    edited_at: Mapped[datetime] = column(Moment, "when it was changed")
    edited_by: Mapped[int] = column(BigInteger, "who changed it")


class KnowledgeBlank(Base):
    """The home's own value of a blank; all entries that name it share it.

    Out of date it counts as unfilled (practice.md A8).
    """

    __tablename__ = "knowledge_blank"
    __table_args__ = (UniqueConstraint("home_id", "name"),)

    home_id: Mapped[int] = link("home.id", "which home")
    name: Mapped[str] = searchable(32, "床位费, 探视时间 …")
    value: Mapped[str] = column(String(200), "what is said")
    valid_until: Mapped[date | None] = column(Date, "the last day on which it is true", nullable=True)
    edited_at: Mapped[datetime] = column(Moment, "when it was changed")
    edited_by: Mapped[int] = column(BigInteger, "who changed it")


class Pulse(Base):
    """The last second in which the service could commit: a gap at the next start is told as 停机."""

    __tablename__ = "pulse"

    home_id: Mapped[int] = link("home.id", "which home", unique=True)
    beat_at: Mapped[datetime] = column(Moment, "machine time of the last beat")


class Downtime(Base):
    """A time in which nobody listened: what was sent then may be lost at the platform."""

    __tablename__ = "downtime"

    home_id: Mapped[int] = link("home.id", "which home")
    from_at: Mapped[datetime] = column(Moment, "the last beat before")
    to_at: Mapped[datetime] = column(Moment, "the first one after")
    seen_at: Mapped[datetime | None] = column(Moment, "when a colleague took note", nullable=True)
    seen_by: Mapped[int | None] = column(BigInteger, "who took note", nullable=True)


class Epoch(Base):
    """The time since a restore: nothing leaves the house until the director has confirmed it."""

    __tablename__ = "epoch"

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    backup_at: Mapped[datetime] = column(Moment, "when the backup was made: what came after it is not here")
    began_at: Mapped[datetime] = column(Moment, "when it was restored")
    confirmed_at: Mapped[datetime | None] = column(Moment, "when the director opened the way out again", nullable=True)
    confirmed_by: Mapped[int | None] = column(BigInteger, "the director", nullable=True)


class Gram(Base):
    """The index of search: that a text has a pair of characters, without the characters (storage.grams).

    The id follows from the rest.
    """

    __tablename__ = "gram"
    __table_args__ = (Index("ix_gram_digest", "digest", "subject"),)

    digest: Mapped[int] = column(BigInteger, "keyed hash of home, kind and pair", "searchable")
    subject: Mapped[int] = column(BigInteger, "the row whose words have it", index=True)


class SearchMark(Base):
    """How far the index of search has come, by kind of row."""

    __tablename__ = "search_mark"

    kind: Mapped[str] = searchable(8, "person, heard, said or record", unique=True)
    upto: Mapped[int] = column(BigInteger, "the id of the last row that is in it")


class JobRun(Base):
    """A job of the scheduler: when it ran last, in whichever process, and what came of it."""

    __tablename__ = "job_run"

    name: Mapped[str] = searchable(24, "which job", unique=True)
    title: Mapped[str] = column(String(60), "what it does, in words")
    every_ms: Mapped[int] = column(Integer, "its interval")
    began_at: Mapped[datetime] = column(Moment, "when it began last")
    took_ms: Mapped[int] = column(Integer, "how long it took")
    failed: Mapped[str | None] = column(String(60), "the kind of error; null = it went well", nullable=True)
    failing_since: Mapped[datetime | None] = column(
        Moment, "since when it fails without a run that went well", nullable=True
    )
