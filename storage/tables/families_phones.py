"""Phones that several people speak on: an old couple with one WeChat, a device that stands in a room (F3)."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link


class CommonPhone(Base):
    """A phone of which only those who hold it know who speaks. It is somebody itself, its place, to whom everything
    belongs that was said without a name; the follower stands at who speaks now.
    """

    __tablename__ = "common_phone"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    follower_id: Mapped[int] = link("follower.id", "which phone", unique=True)
    place_id: Mapped[int] = link("person.id", "the phone as somebody: what was said without a name", index=True)
    one_id: Mapped[int | None] = link("resident.id", "of the two, who is answered by 1; null = a room", nullable=True)
    two_id: Mapped[int | None] = link("resident.id", "who is answered by 2; null = a room", nullable=True)
    room: Mapped[str] = column(String(16), "in which room it stands, where a nurse goes")
    floor: Mapped[str] = column(String(8), "who of the staff works there", default="", server_default="")
    until: Mapped[datetime | None] = column(
        Moment, "until when nobody is asked again who speaks; null = with the next words", nullable=True
    )
    made_by: Mapped[int] = column(BigInteger, "who said whose phone it is")
    made_at: Mapped[datetime] = column(Moment, "when")
