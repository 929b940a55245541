"""The search index: keyed hashes of pairs of characters."""

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Word, column


class Gram(Base):
    """The index of search: that a text has a pair of characters, without the characters (storage.grams).

    The id follows from the rest.
    """

    __tablename__ = "gram"
    after_practice = After.GONE
    __table_args__ = (Index("ix_gram_digest", "digest", "subject"),)

    digest: Mapped[int] = column(BigInteger, "keyed hash of home, kind and pair", "searchable")
    subject: Mapped[int] = column(BigInteger, "the row whose words have it", index=True)


class SearchMark(Base):
    """How far the index of search has come, by kind of row."""

    __tablename__ = "search_mark"
    after_practice = After.GONE

    kind: Mapped[str] = column(Word(8), "person, heard, said or record", "searchable", unique=True)
    upto: Mapped[int] = column(BigInteger, "the id of the last row that is in it")
