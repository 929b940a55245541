"""常用语: what colleagues say again and again in a talk."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link, sealed


class CannedReply(Base):
    """Words ready to be put into an answer; the house's, or one colleague's own."""

    __tablename__ = "canned_reply"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    staff_id: Mapped[int | None] = link("staff.id", "whose own; null = for the whole house", nullable=True)
    words: Mapped[bytes] = sealed("free words of a colleague, with blanks: somebody writes a name into them one day")
    place: Mapped[int] = column(Integer, "where it stands in its list, from 1")
    revision: Mapped[int] = column(Integer, "counts the changes of its words")
    by_id: Mapped[int] = column(BigInteger, "who wrote these words")
    at: Mapped[datetime] = column(Moment, "when")
    gone_at: Mapped[datetime | None] = column(Moment, "when it was taken out of the list", nullable=True)
