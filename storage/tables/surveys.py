"""Questionnaires: who took part stands apart from what was answered, and nothing joins the two (M1, practice 7)."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import Score
from storage.tables.base import After, Base
from storage.types import Moment, Word, Words, closed, column, link, sealed


class Campaign(Base):
    """One questionnaire of one month."""

    __tablename__ = "campaign"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("home_id", "period"),)

    home_id: Mapped[int] = link("home.id", "which home")
    period: Mapped[str] = column(String(8), "2026-11")
    items: Mapped[str] = column(Words(200), "ids of the questions, by blanks")
    opened_by: Mapped[int] = column(BigInteger, "who started it")
    opened_at: Mapped[datetime] = column(Moment, "when")
    closed_at: Mapped[datetime | None] = column(Moment, "since when nobody can answer any more", nullable=True)


class Participation(Base):
    """That somebody answered, so that nobody answers twice and one reminder is enough; never what."""

    __tablename__ = "participation"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("campaign_id", "person_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    campaign_id: Mapped[int] = link("campaign.id", "which questionnaire")
    person_id: Mapped[int] = link("person.id", "who answered", index=True)
    way: Mapped[str] = column(Word(8), "page or chat (M2)")


class Mark(Base):
    """One answer to one question; the sheet is a random number and leads to nobody."""

    __tablename__ = "mark"
    after_practice = After.GONE
    __table_args__ = (Index("ix_mark_item", "campaign_id", "item"),)

    campaign_id: Mapped[int] = link("campaign.id", "which questionnaire")
    sheet: Mapped[int] = column(BigInteger, "random; holds the answers of one sheet together")
    item: Mapped[str] = column(Word(16), "which question")
    score: Mapped[int] = closed(Score, SmallInteger, "1 to 5; 不清楚 is no row")


class Wish(Base):
    """最想改进的一件事, in the person's own words."""

    __tablename__ = "wish"
    after_practice = After.GONE

    campaign_id: Mapped[int] = link("campaign.id", "which questionnaire", index=True)
    sheet: Mapped[int] = column(BigInteger, "random; holds the answers of one sheet together")
    words: Mapped[bytes] = sealed("people write names into it")
