"""Which version of the notice was seen, on whose phone, and when (F48)."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, Word, column, link


class NoticeSeen(Base):
    """Somebody read the notice and tapped that they did. It belongs to the phone, whoever its person becomes."""

    __tablename__ = "notice_seen"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("follower_id", "version"),)

    home_id: Mapped[int] = link("home.id", "which home")
    follower_id: Mapped[int] = link("follower.id", "on which phone")
    version: Mapped[str] = column(Word(8), "which text")
    seen_at: Mapped[datetime] = column(Moment, "when it was tapped")
