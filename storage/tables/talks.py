"""What arrives, and the talk that it belongs to."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import AnswerState
from storage.tables.base import After, Base
from storage.types import Moment, Word, Words, closed, column, link, sealed, searchable


class Inbox(Base):
    """What arrived, once; with the answer that every redelivery gets again."""

    __tablename__ = "inbox"
    after_practice = After.GONE
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
    answer_state: Mapped[str] = closed(AnswerState, String(10), "none is due, stored here, or outbox when it left late")
    set_aside: Mapped[str | None] = column(String(120), "why it could not be handled; staff are told", nullable=True)


class Conversation(Base):
    """The running talk with one person."""

    __tablename__ = "conversation"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "one talk at a time", unique=True)
    flow: Mapped[str | None] = column(Word(32), "which flow; null between talks", nullable=True)
    version: Mapped[int] = column(Integer, "the flow's version that wrote the slots", default=0)
    revision: Mapped[int] = column(Integer, "counts the steps", default=0)
    state: Mapped[str] = column(Words(32), "the state's name; empty between talks", default="")
    slots: Mapped[bytes | None] = sealed("what the person has answered", nullable=True)
    trail: Mapped[str] = column(Words(300), "states passed, for 返回", default="")
    idle_at: Mapped[datetime | None] = column(Moment, "when silence acts", nullable=True, index=True)
    attended_by: Mapped[int | None] = column(
        BigInteger, "the colleague in the talk; the machine is silent", nullable=True
    )
    heard_at: Mapped[datetime | None] = column(Moment, "last message of the person", nullable=True)
    spoke_at: Mapped[datetime | None] = column(Moment, "last message of a colleague", nullable=True)
