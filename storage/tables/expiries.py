"""到期: days by which the house itself must have renewed something (A6)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, String
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link


class HomeDate(Base):
    """What runs out, and when; kept after it is over."""

    __tablename__ = "home_date"
    after_practice = After.KEPT
    __table_args__ = (Index("ix_home_date_open", "home_id", "over_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    name: Mapped[str] = column(String(60), "公众号认证, 域名 …")
    day: Mapped[date] = column(Date, "by which day")
    set_by: Mapped[int] = column(BigInteger, "who wrote it last")
    set_at: Mapped[datetime] = column(Moment, "when")
    over_at: Mapped[datetime | None] = column(Moment, "when somebody said that it needs no renewal", nullable=True)
