"""What the home knows: entries and the blanks in them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link, sealed, searchable


class KnowledgeEntry(Base):
    """An entry of the knowledge as staff changed or added it; the starter entries that nobody touched are data in the
    code (Q3).
    """

    __tablename__ = "knowledge_entry"
    after_practice = After.KEPT
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
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "name"),)

    home_id: Mapped[int] = link("home.id", "which home")
    name: Mapped[str] = searchable(32, "床位费, 探视时间 …")
    value: Mapped[str] = column(String(200), "what is said")
    valid_until: Mapped[date | None] = column(Date, "the last day on which it is true", nullable=True)
    edited_at: Mapped[datetime] = column(Moment, "when it was changed")
    edited_by: Mapped[int] = column(BigInteger, "who changed it")


class Taught(Base):
    """What a colleague taught from words that somebody wrote: which entry they ask for, or what they mean. It dies with
    the message (engineering, 16).
    """

    __tablename__ = "knowledge_taught"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    inbox_id: Mapped[int] = link("inbox.id", "the message that the words are from", dies=True, index=True)
    words: Mapped[bytes] = sealed("the words, as they were written")
    key: Mapped[str] = searchable(24, "the entry that they ask for, or = and an intent")
    edited_at: Mapped[datetime] = column(Moment, "when it was taught")
    edited_by: Mapped[int] = column(BigInteger, "who taught it")
