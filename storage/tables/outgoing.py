"""What leaves, and in which order."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, SmallInteger, String, text
from sqlalchemy.orm import Mapped

from care.states import OutboxState, Queue
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link, sealed, searchable


class Outbox(Base):
    """What is to be sent: a narrow row of state; the words are in `outbox_body`."""

    __tablename__ = "outbox"
    after_practice = After.GONE
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
    queue: Mapped[str] = closed(Queue, String(12), "what waits behind what: four queues a person")
    purpose: Mapped[str] = column(Word(16), "why it is sent: it carries the ways and the last resort")
    state: Mapped[str] = closed(OutboxState, String(10), "only the first of a queue is ready")
    dedup_key: Mapped[str] = searchable(120, "(cause kind, cause id, purpose, n), never random", unique=True)
    staff_id: Mapped[int | None] = column(BigInteger, "the colleague who wrote it", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when it was decided")
    not_before: Mapped[datetime] = column(Moment, "not before this moment")
    expires_at: Mapped[datetime | None] = column(Moment, "no longer true after it", nullable=True)
    tries: Mapped[int] = column(SmallInteger, "sends so far", default=0)
    lease_until: Mapped[datetime | None] = column(Moment, "a sender that dies leaves it here", nullable=True)
    settled_at: Mapped[datetime | None] = column(Moment, "when its end was known", nullable=True)
    way: Mapped[str | None] = column(Word(12), "custom, template, sms, call …", nullable=True)
    code: Mapped[str | None] = column(String(16), "the platform's errcode, behind 详情", nullable=True)
    why: Mapped[str | None] = column(String(160), "in plain Chinese why it was or was not delivered", nullable=True)


class OutboxBody(Base):
    """The words of an outbox row; same id."""

    __tablename__ = "outbox_body"
    after_practice = After.GONE

    body: Mapped[bytes] = sealed("what is sent")
