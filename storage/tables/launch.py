"""What the machine may begin to say by itself, and where."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped

from care import states
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link


class Launch(Base):
    """From when to when one purpose was switched on for one floor; nothing leaves without a row that goes on (F29)."""

    __tablename__ = "launch"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    launched: Mapped[str] = closed(states.Launch, String(12), "what is said")
    floor: Mapped[str] = column(String(8), "where; empty = the whole house")
    since: Mapped[datetime] = column(Moment, "what was due before stays unsaid")
    begun_by: Mapped[int] = column(BigInteger, "who switched it on; 0 = it was on before there was a switch")
    ended_at: Mapped[datetime | None] = column(Moment, "when it was switched off", nullable=True)
    ended_by: Mapped[int | None] = column(BigInteger, "who switched it off", nullable=True)
