"""Whom the machine rang because a grave complaint came while nobody was at the desk."""

from datetime import datetime

from sqlalchemy import Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import CallOutcome
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link, sealed, searchable


class ComplaintCall(Base):
    """A colleague in charge was rung for a complaint, once a round (F41)."""

    __tablename__ = "complaint_call"
    after_practice = After.GONE
    __table_args__ = (
        UniqueConstraint("case_id", "round", "staff_id"),
        Index("ix_complaint_call_open", "ended_at", "home_id"),
        Index("ix_complaint_call_number", "home_id", "digest", "asked_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    case_id: Mapped[int] = link("complaint.id", "for which complaint")
    staff_id: Mapped[int] = link("staff.id", "who is rung")
    round: Mapped[int] = column(SmallInteger, "how often everybody was gone through before", default=0)
    digest: Mapped[str] = searchable(64, "keyed hash of the number")
    number: Mapped[bytes] = sealed("the number")
    asked_at: Mapped[datetime] = column(Moment, "when it was ordered")
    dialed_at: Mapped[datetime | None] = column(Moment, "when it was handed to the telephone company", nullable=True)
    rang_at: Mapped[datetime | None] = column(Moment, "when the company said that it rings", nullable=True)
    ended_at: Mapped[datetime | None] = column(Moment, "when it was over", nullable=True)
    outcome: Mapped[str | None] = closed(CallOutcome, String(16), "null while it goes on", nullable=True)
    ref: Mapped[str | None] = searchable(64, "the company's number of the call", nullable=True)
    code: Mapped[str | None] = column(String(64), "what the company said", nullable=True)
