"""Whether a resident may be seen in pictures that go to other families (F32)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, Word, column, link


class PhotoConsent(Base):
    """A resident agreed to be seen in pictures of other families; without a row that holds they did not."""

    __tablename__ = "photo_consent"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "who may be seen", index=True)
    way: Mapped[str] = column(Word(12), "own, voice, paper, agent or guardian")
    recorded_by: Mapped[int] = column(BigInteger, "who wrote it down")
    recorded_at: Mapped[datetime] = column(Moment, "when")
    ends_on: Mapped[date | None] = column(
        Date, "the end that somebody set; null = it runs with the agreement", nullable=True
    )
    proof_id: Mapped[int | None] = link("consent_proof.id", "the photographed paper or page", nullable=True)
    withdrawn_at: Mapped[datetime | None] = column(Moment, "when it was taken back", nullable=True)
    withdrawn_by: Mapped[int | None] = column(BigInteger, "who wrote that down", nullable=True)
    asked_by: Mapped[str | None] = column(Word(12), "who wanted it back: elder, guardian or director", nullable=True)
    looked_at: Mapped[datetime | None] = column(
        Moment, "when somebody last looked it through and found that it holds (F47)", nullable=True
    )
    looked_by: Mapped[int | None] = column(BigInteger, "who did", nullable=True)
