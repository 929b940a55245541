"""A colleague's own WeChat: the one-time code that binds it, and since when it is hers (F39)."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, String, text
from sqlalchemy.orm import Mapped

from care.sessions import WechatEnd
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link, searchable


class StaffWechat(Base):
    """One code, and the WeChat that was bound with it."""

    __tablename__ = "staff_wechat"
    after_practice = After.GONE
    __table_args__ = (
        Index(
            "uq_staff_wechat_who_id",
            "who_id",
            unique=True,
            sqlite_where=text("who_id IS NOT NULL AND ended_at IS NULL"),
            postgresql_where=text("who_id IS NOT NULL AND ended_at IS NULL"),
        ),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    staff_id: Mapped[int] = link("staff.id", "whose WeChat", index=True)
    digest: Mapped[str] = searchable(64, "keyed hash of the code: the code itself is kept nowhere", unique=True)
    made_by: Mapped[int] = column(BigInteger, "who had it made: herself, or who manages colleagues")
    made_at: Mapped[datetime] = column(Moment, "when")
    expires_at: Mapped[datetime] = column(Moment, "until when the code is good")
    who_id: Mapped[int | None] = link("person.id", "the person as whom she chats; null = not bound", nullable=True)
    follower_id: Mapped[int | None] = link("follower.id", "her WeChat at our account", nullable=True)
    bound_at: Mapped[datetime | None] = column(Moment, "since when it is bound", nullable=True)
    ended_at: Mapped[datetime | None] = column(
        Moment, "since when neither the code nor the WeChat is worth anything", nullable=True
    )
    ended_by: Mapped[int | None] = column(BigInteger, "who ended it", nullable=True)
    ended_how: Mapped[str | None] = closed(
        WechatEnd,
        String(12),
        "why: another code or phone, unbound by hand, put out with her account, restored from a backup",
        nullable=True,
    )
    menu: Mapped[bool] = column(
        Boolean, "the platform has given her the menu of colleagues", default=False, server_default="0"
    )
