"""名单: groups of people to whom something is told, and who wants to hear of activities and offers (B2, N6)."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link


class AudienceGroup(Base):
    """A group that the home has made; kept after it is given up, since announcements name it."""

    __tablename__ = "audience_group"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    name: Mapped[str] = column(String(24), "as colleagues call it; never a fact about one person")
    made_by: Mapped[int] = column(BigInteger, "who made it")
    made_at: Mapped[datetime] = column(Moment, "when")
    gone_at: Mapped[datetime | None] = column(Moment, "when it was given up; null = in use", nullable=True)


class AudienceMember(Base):
    """Somebody in a group."""

    __tablename__ = "audience_member"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("group_id", "person_id"),)

    group_id: Mapped[int] = link("audience_group.id", "which group")
    person_id: Mapped[int] = link("person.id", "who is in it", index=True)
    put_by: Mapped[int] = column(BigInteger, "who put them there")
    put_at: Mapped[datetime] = column(Moment, "when")


class OfferConsent(Base):
    """Somebody said that they want to hear of activities and offers; nobody is told of them without (B2)."""

    __tablename__ = "offer_consent"
    after_practice = After.GONE
    __table_args__ = (Index("ix_offer_consent_person", "person_id", "ended_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who said so")
    given_at: Mapped[datetime] = column(Moment, "when they said so")
    given_by: Mapped[int] = column(BigInteger, "the colleague who asked")
    ended_at: Mapped[datetime | None] = column(Moment, "when they wanted no more; null = still", nullable=True)
    ended_by: Mapped[int | None] = column(BigInteger, "the colleague who wrote that down", nullable=True)
