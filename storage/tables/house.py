"""Homes and their service accounts."""

from datetime import datetime

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped

from storage.tables.base import After, Base
from storage.types import Moment, column, link, sealed, searchable


class Home(Base):
    """A care home; one installed = nothing of this is visible (F19)."""

    __tablename__ = "home"
    after_practice = After.KEPT

    key: Mapped[str] = searchable(32, "short name in addresses", unique=True)
    name: Mapped[str] = column(String(64), "spoken in every phrase")
    timezone: Mapped[str] = column(String(40), "IANA name; days and numbers are counted in it")
    created_at: Mapped[datetime] = column(Moment, "when it was set up")
    keys: Mapped[str | None] = column(
        String(32), "fingerprint of the key file that seals the rows; null until a release that knows it", nullable=True
    )
    edition: Mapped[int] = column(
        Integer,
        "one more with each change of the settings, so that every process looks again",
        default=0,
        server_default="0",
    )
    directed_at: Mapped[datetime | None] = column(
        Moment, "when the first director was made; never empty again: the first start is shut for ever", nullable=True
    )


class WechatAccount(Base):
    """A service account; `/wechat` is the row of `[wechat]`, the others answer at `/wechat/{key}`."""

    __tablename__ = "wechat_account"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "whose account it is")
    key: Mapped[str] = searchable(32, "last part of the webhook's path; empty for `/wechat`", unique=True)
    app_id: Mapped[str] = searchable(32, "public id of the account", unique=True)
    app_secret: Mapped[bytes | None] = sealed("opens the account's API", nullable=True)
    token: Mapped[bytes | None] = sealed("signs the pushes", nullable=True)
    aes_key: Mapped[bytes | None] = sealed("encrypts the pushes", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when it was added")
