"""What is said and heard: messages, talks, files, emergencies, what goes out."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from storage.tables.base import Base
from storage.types import Moment, column, link, sealed, searchable


class Inbox(Base):
    """What arrived, once; with the answer that every redelivery gets again."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("account_id", "key"), Index("ix_inbox_thread", "person_id", "id"))

    account_id: Mapped[int] = link("wechat_account.id", "where it arrived")
    key: Mapped[str] = searchable(256, "what makes a push unique (wechat.md 3)")
    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who wrote")
    kind: Mapped[str] = column(String(48), "text, image, voice … or event: and its name")
    created_at: Mapped[datetime] = column(Moment, "the platform's CreateTime")
    arrived_at: Mapped[datetime] = column(Moment, "when it was committed here")
    event: Mapped[bytes] = sealed("the message itself")
    raw: Mapped[bytes] = sealed("the XML as it came, for evidence and for kinds not yet known")
    answer: Mapped[bytes | None] = sealed("the passive reply, null when none is due", nullable=True)
    answer_state: Mapped[str] = column(String(10), "none, stored, or outbox when it left late")
    set_aside: Mapped[str | None] = column(String(120), "why it could not be handled; staff are told", nullable=True)


class Unreadable(Base):
    """A signed push that names nobody: kept as it came, never given to an invented person; a colleague looks at it
    (W1).
    """

    __tablename__ = "unreadable"
    __table_args__ = (UniqueConstraint("account_id", "key"), Index("ix_unreadable_seen", "home_id", "seen_at", "id"))

    home_id: Mapped[int] = link("home.id", "which home")
    account_id: Mapped[int] = link("wechat_account.id", "where it arrived")
    key: Mapped[str] = searchable(80, "digest of its bytes: a redelivery is the same")
    arrived_at: Mapped[datetime] = column(Moment, "when it was committed here")
    raw: Mapped[bytes] = sealed("what came")
    words: Mapped[bytes | None] = sealed("what of it looks like words", nullable=True)
    urgency: Mapped[int] = column(SmallInteger, "what the words say: 0 rings at once … 3 is talk")
    audience: Mapped[str] = column(String(8), "who may read the words: floor, lead or none")
    rings: Mapped[bool] = column(Boolean, "whether it rang: at most one a minute")
    more: Mapped[int] = column(Integer, "further ones of its day that were counted and not kept", default=0)
    seen_at: Mapped[datetime | None] = column(Moment, "when a colleague took note", nullable=True)
    seen_by: Mapped[int | None] = column(BigInteger, "who took note", nullable=True)


class Conversation(Base):
    """The running talk with one person."""

    __tablename__ = "conversation"

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "one talk at a time", unique=True)
    flow: Mapped[str | None] = column(String(32), "which flow; null between talks", nullable=True)
    version: Mapped[int] = column(Integer, "the flow's version that wrote the slots", default=0)
    revision: Mapped[int] = column(Integer, "counts the steps", default=0)
    state: Mapped[str] = column(String(32), "the state's name", default="")
    slots: Mapped[bytes | None] = sealed("what the person has answered", nullable=True)
    trail: Mapped[str] = column(String(300), "states passed, for 返回", default="")
    idle_at: Mapped[datetime | None] = column(Moment, "when silence acts", nullable=True, index=True)
    attended_by: Mapped[int | None] = column(
        BigInteger, "the colleague in the talk; the machine is silent", nullable=True
    )
    heard_at: Mapped[datetime | None] = column(Moment, "last message of the person", nullable=True)
    spoke_at: Mapped[datetime | None] = column(Moment, "last message of a colleague", nullable=True)


class Media(Base):
    """A photo or a voice of a person: fetched at once, since the platform forgets it after 3
    days; the file is sealed.
    """

    __tablename__ = "media"
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
    kind: Mapped[str] = column(String(8), "image, voice or video")
    state: Mapped[str] = column(String(8), "wanted, kept, lost")
    mime: Mapped[str | None] = column(String(40), "by its first bytes, never by its name", nullable=True)
    size: Mapped[int | None] = column(Integer, "bytes before sealing", nullable=True)
    sha256: Mapped[str | None] = column(String(64), "evidence: the file is the one that came", nullable=True)
    tries: Mapped[int] = column(SmallInteger, "fetches so far", default=0)
    try_at: Mapped[datetime | None] = column(Moment, "the next fetch", nullable=True)
    why: Mapped[str | None] = column(String(120), "why it was lost, in Chinese", nullable=True)


class Outbox(Base):
    """What is to be sent: a narrow row of state; the words are in `outbox_body`."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_ready", "state", "not_before"),
        Index("ix_outbox_queue", "person_id", "queue", "state", "id"),
        Index(
            "ix_outbox_turn",
            "queue",
            "id",
            sqlite_where=text("state = 'ready'"),
            postgresql_where=text("state = 'ready'"),
        ),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "to whom")
    queue: Mapped[str] = column(String(12), "alarm, conversation or notice: three queues a person")
    purpose: Mapped[str] = column(String(16), "why it is sent: it carries the ways and the last resort")
    state: Mapped[str] = column(
        String(10), "planned waiting ready sending sent unknown parked review given_up cancelled"
    )
    dedup_key: Mapped[str] = searchable(120, "(cause kind, cause id, purpose, n), never random", unique=True)
    staff_id: Mapped[int | None] = column(BigInteger, "the colleague who wrote it", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when it was decided")
    not_before: Mapped[datetime] = column(Moment, "not before this moment")
    expires_at: Mapped[datetime | None] = column(Moment, "no longer true after it", nullable=True)
    tries: Mapped[int] = column(SmallInteger, "sends so far", default=0)
    lease_until: Mapped[datetime | None] = column(Moment, "a sender that dies leaves it here", nullable=True)
    settled_at: Mapped[datetime | None] = column(Moment, "when its end was known", nullable=True)
    way: Mapped[str | None] = column(String(12), "custom, template, sms, call …", nullable=True)
    code: Mapped[str | None] = column(String(16), "the platform's errcode, behind 详情", nullable=True)
    why: Mapped[str | None] = column(String(160), "in plain Chinese why it was or was not delivered", nullable=True)


class OutboxBody(Base):
    """The words of an outbox row; same id."""

    __tablename__ = "outbox_body"

    body: Mapped[bytes] = sealed("what is sent")
