"""SMS: one for a message that nothing of the account carries to its person, and who wants none."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.states import SmsKind, SmsState
from storage.tables.base import After, Base
from storage.types import Moment, closed, column, link, searchable


class Sms(Base):
    """An SMS that says that words wait, or that somebody shall call the house; what it was about is in its message."""

    __tablename__ = "sms"
    after_practice = After.GONE
    __table_args__ = (
        UniqueConstraint("outbox_id", "kind"),
        Index("ix_sms_next", "state", "next_at"),
        Index("ix_sms_month", "home_id", "made_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "to whom", index=True)
    outbox_id: Mapped[int] = link("outbox.id", "the message that waits")
    kind: Mapped[str] = closed(SmsKind, String(8), "words behind an address, or a call that is asked for")
    state: Mapped[str] = closed(SmsState, String(10), "how far it has come")
    number: Mapped[str] = searchable(64, "keyed hash of the number to which it goes", index=True)
    secret: Mapped[str | None] = searchable(
        64, "keyed hash of the end of the address; null = not sent yet, or no address", nullable=True, unique=True
    )
    staff_id: Mapped[int | None] = column(BigInteger, "who asked for it; null = the machine", nullable=True)
    made_at: Mapped[datetime] = column(Moment, "when it was ordered")
    next_at: Mapped[datetime | None] = column(Moment, "when to send it, or to look at it; null: nothing", nullable=True)
    lease_until: Mapped[datetime | None] = column(Moment, "a sender that dies leaves it here", nullable=True)
    asked_at: Mapped[datetime | None] = column(Moment, "when the company was asked; counted by months", nullable=True)
    expires_at: Mapped[datetime | None] = column(Moment, "the address opens nothing after it (F15)", nullable=True)
    told_at: Mapped[datetime | None] = column(Moment, "when the company told what became of it", nullable=True)
    opened_at: Mapped[datetime | None] = column(Moment, "when the words were read; once", nullable=True)
    wrong: Mapped[int] = column(SmallInteger, "wrong last digits so far", default=0, server_default="0")
    tries: Mapped[int] = column(SmallInteger, "requests so far", default=0, server_default="0")
    parts: Mapped[int | None] = column(SmallInteger, "how many the company charges", nullable=True)
    ref: Mapped[str | None] = searchable(64, "the company's number of it", nullable=True)
    code: Mapped[str | None] = column(String(64), "the company's code", nullable=True)
    why: Mapped[str | None] = column(String(160), "in plain Chinese why it was not delivered", nullable=True)


class SmsRefusal(Base):
    """A number whose owner has answered that they want no SMS."""

    __tablename__ = "sms_refusal"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("home_id", "number"),)

    home_id: Mapped[int] = link("home.id", "which home")
    number: Mapped[str] = searchable(64, "keyed hash of the number")
    at: Mapped[datetime] = column(Moment, "when they said so last")
    lifted_at: Mapped[datetime | None] = column(Moment, "when they wanted them again", nullable=True)
    lifted_by: Mapped[int | None] = column(BigInteger, "the colleague to whom they said so", nullable=True)
