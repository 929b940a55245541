"""What colleagues set in the console, and the codes by which a new home is opened."""

from datetime import datetime

from sqlalchemy import BigInteger, Integer, UniqueConstraint
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link, sealed, searchable


class Setting(Base):
    """One value as it was set; the highest revision of a key holds, those before are its history."""

    __tablename__ = "setting"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "key", "revision"),)

    home_id: Mapped[int] = link("home.id", "which home")
    key: Mapped[str] = searchable(48, "section.key, as in the file of the operator")
    revision: Mapped[int] = column(Integer, "1, 2, 3 … of this key")
    value: Mapped[bytes | None] = sealed(
        "secrets of the account are among them; null = the value of before", nullable=True
    )
    set_at: Mapped[datetime] = column(Moment, "when")
    set_by: Mapped[int] = column(BigInteger, "the colleague; 0 = the machine")


class StartCode(Base):
    """A one-time code for who has just installed the service: the first director is made with it."""

    __tablename__ = "start_code"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    digest: Mapped[str] = searchable(64, "keyed hash of the code: the code itself stands only in the terminal")
    made_at: Mapped[datetime] = column(Moment, "the start of the service that printed it")
    expires_at: Mapped[datetime] = column(Moment, "an hour later it is worth nothing")
    tries: Mapped[int] = column(Integer, "wrong tries while it was good; five end it")
