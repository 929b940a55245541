"""就医: appointments of residents with doctors (R1, V3)."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, SmallInteger, String
from sqlalchemy.orm import Mapped

from care.appointments import Companion, Every, Stage
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link, sealed


class Appointment(Base):
    """One time at which a doctor sees a resident; kept after it is over."""

    __tablename__ = "appointment"
    after_practice = After.GONE
    __table_args__ = (Index("ix_appointment_stage", "home_id", "stage", "at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "who is to be seen", index=True)
    at: Mapped[datetime] = column(Moment, "when")
    what: Mapped[bytes] = sealed("what it is: 骨科复查")
    place: Mapped[bytes] = sealed("where")
    caution: Mapped[bytes | None] = sealed("what to mind: 空腹, 带医保卡", nullable=True)
    companion: Mapped[str] = closed(Companion, String(8), "who is there: house, family, or the doctor comes here")
    every: Mapped[str] = closed(Every, String(10), "how often it comes again")
    of_month: Mapped[int] = column(SmallInteger, "the day of the month that was wished first")
    told_id: Mapped[int | None] = link(
        "person.id", "the relative who is told; null = nobody", nullable=True, index=True
    )
    stage: Mapped[str] = closed(Stage, String(10), "what became of it")
    made_by: Mapped[int] = column(BigInteger, "who wrote it down last")
    made_at: Mapped[datetime] = column(Moment, "when")
    remind_at: Mapped[datetime | None] = column(
        Moment, "when the relative is reminded; null = over, or nobody is", nullable=True
    )
    why: Mapped[str | None] = column(String(60), "why nobody was reminded", nullable=True)
    result: Mapped[bytes | None] = sealed("how it was, and what to mind from now on", nullable=True)
    ended_by: Mapped[int | None] = column(BigInteger, "who said how it was", nullable=True)
    ended_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    result_told: Mapped[bool] = column(Boolean, "the relative was told how it was", default=False)
