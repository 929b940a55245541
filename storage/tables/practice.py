"""Practice: the weeks in which the product's own simulator stands in for the platform (F54)."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, text
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link, sealed, searchable


class Practice(Base):
    """One time of practice, from its beginning until everything that was said in it is gone. At most one goes on."""

    __tablename__ = "practice"
    after_practice = After.KEPT
    __table_args__ = (
        Index(
            "uq_practice_home_id",
            "home_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    account_id: Mapped[int] = column(BigInteger, "its row of wechat_account, which goes at the end")
    app_id: Mapped[str] = searchable(32, "made here; no real account can have it")
    app_secret: Mapped[bytes] = sealed("opens the simulator's API")
    token: Mapped[bytes] = sealed("signs its pushes")
    aes_key: Mapped[bytes] = sealed("encrypts its pushes")
    door: Mapped[bytes] = sealed("opens its phones, so that nobody else on the machine uses them")
    port: Mapped[int] = column(Integer, "where the simulator listens on this machine; 0 = nobody has started it yet")
    began_at: Mapped[datetime] = column(Moment, "since when")
    began_by: Mapped[int] = column(BigInteger, "who began it")
    closing_at: Mapped[datetime | None] = column(
        Moment, "when the director went over: nothing comes in or leaves from then on", nullable=True
    )
    closing_by: Mapped[int | None] = column(BigInteger, "the director", nullable=True)
    staying: Mapped[str] = column(
        String(4000),
        "ids of people of simulated phones who stay all the same, by blanks",
        default="",
        server_default="",
    )
    backup: Mapped[str | None] = column(String(80), "the backup that was made before", nullable=True)
    ended_at: Mapped[datetime | None] = column(Moment, "when everything of it was gone", nullable=True)
    discarded: Mapped[str | None] = column(String(2000), "how many rows of which table went, as JSON", nullable=True)
