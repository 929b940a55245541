"""回访: each talk of a colleague with a resident or a relative about how they are (V1, V2)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, String
from sqlalchemy.orm import Mapped

from care.followups import Content, Manner, Outcome
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link, sealed


class FollowUpTalk(Base):
    """One talk, or one that did not come about."""

    __tablename__ = "follow_up_talk"
    after_practice = After.GONE
    __table_args__ = (
        Index("ix_follow_up_talk_resident", "resident_id", "day"),
        Index("ix_follow_up_talk_day", "home_id", "day"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "about whom")
    person_id: Mapped[int | None] = link(
        "person.id", "with which relative; null = with the resident", nullable=True, index=True
    )
    day: Mapped[date] = column(Date, "the home's day")
    at: Mapped[datetime] = column(Moment, "when it was written down")
    by_id: Mapped[int] = column(BigInteger, "the colleague")
    manner: Mapped[str] = closed(Manner, String(8), "face, phone or wechat")
    outcome: Mapped[str] = closed(Outcome, String(10), "talked, no answer, or did not want to")
    content: Mapped[str | None] = closed(Content, String(8), "whether they are content", nullable=True)
    life: Mapped[bytes | None] = sealed("how they live: meals, sleep, company", nullable=True)
    body: Mapped[bytes | None] = sealed("how the body is", nullable=True)
    wish: Mapped[bytes | None] = sealed("what they wish or find wrong", nullable=True)
