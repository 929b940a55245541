"""Photos, voices and videos of people."""

from datetime import datetime

from sqlalchemy import Index, Integer, SmallInteger, String, text
from sqlalchemy.orm import Mapped

from care.states import MediaState
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link


class Media(Base):
    """A photo or a voice of a person: fetched at once, since the platform forgets it after 3 days; the file is
    sealed.
    """

    __tablename__ = "media"
    after_practice = After.GONE
    __table_args__ = (
        Index(
            "ix_media_wanted",
            "try_at",
            sqlite_where=text("state = 'wanted'"),
            postgresql_where=text("state = 'wanted'"),
        ),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    account_id: Mapped[int] = link("wechat_account.id", "which account can fetch it")
    person_id: Mapped[int] = link("person.id", "whose it is")
    inbox_id: Mapped[int] = link("inbox.id", "the message that carried it", index=True)
    media_id: Mapped[str] = column(String(160), "the platform's handle, dead after 3 days")
    kind: Mapped[str] = column(Word(8), "image, voice or video")
    state: Mapped[str] = closed(MediaState, String(8), "wanted until it was fetched or the platform forgot it")
    mime: Mapped[str | None] = column(String(40), "by its first bytes, never by its name", nullable=True)
    size: Mapped[int | None] = column(Integer, "bytes before sealing", nullable=True)
    sha256: Mapped[str | None] = column(String(64), "evidence: the file is the one that came", nullable=True)
    tries: Mapped[int] = column(SmallInteger, "fetches so far", default=0)
    try_at: Mapped[datetime | None] = column(Moment, "the next fetch", nullable=True)
    why: Mapped[str | None] = column(String(120), "why it was lost, in Chinese", nullable=True)
