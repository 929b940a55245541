"""Who lives in the home."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from care.states import Sex, Status
from storage.tables.base import Base
from storage.types import Moment, closed, column, link, sealed


class Resident(Base):
    """A person who lives, or lived, in the home."""

    __tablename__ = "resident"

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who lives here", unique=True)
    status: Mapped[str] = closed(Status, String(12), "asked again at send time")
    room: Mapped[str] = column(String(16), "where a nurse goes")
    bed: Mapped[str] = column(String(8), "which bed")
    floor: Mapped[str] = column(String(8), "who of the staff works there", default="", server_default="")
    sex: Mapped[str | None] = closed(Sex, String(2), "奶奶 or 爷爷 in the words of a letter", nullable=True)
    born: Mapped[bytes | None] = sealed(
        "birthday as the family counts it: 1944-10-14, -lunar, -lunar-leap", nullable=True
    )
    created_at: Mapped[datetime] = column(Moment, "when the row was made")
