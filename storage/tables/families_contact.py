"""Which colleague is the contact of a family."""

from datetime import datetime

from sqlalchemy import BigInteger
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link


class FamilyContact(Base):
    """A colleague whom the family of a resident may ask; one at a time, what was before stays (F30)."""

    __tablename__ = "family_contact"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose family", index=True)
    staff_id: Mapped[int] = link("staff.id", "the colleague", index=True)
    named_at: Mapped[datetime] = column(Moment, "since when")
    named_by: Mapped[int] = column(BigInteger, "who said so")
    ended_at: Mapped[datetime | None] = column(Moment, "until when", nullable=True)
