"""What leaves, and in which order."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, SmallInteger, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from care.states import HandOutcome, MassState, OutboxState, Queue
from care.ways import Last
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
        Index(
            "ix_outbox_mass",
            "home_id",
            "purpose",
            "id",
            sqlite_where=text("state = 'parked' AND code = 'mass'"),
            postgresql_where=text("state = 'parked' AND code = 'mass'"),
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
    ref: Mapped[str | None] = searchable(32, "the platform's number of a template message", nullable=True, index=True)
    asked_at: Mapped[datetime | None] = column(
        Moment,
        "machine time of the first template call that has no answer yet: after ten minutes nobody can know",
        nullable=True,
    )
    proof: Mapped[str | None] = column(
        Word(12),
        "what is known of its arrival: handed, delivered, refused, unheard, opened, or how a colleague said it",
        nullable=True,
    )
    mass_id: Mapped[int | None] = column(
        BigInteger, "by which mass send it leaves (mass_send.id)", nullable=True, index=True
    )


class OutboxBody(Base):
    """The words of an outbox row; same id."""

    __tablename__ = "outbox_body"
    after_practice = After.GONE

    body: Mapped[bytes] = sealed("what is sent")
    fields: Mapped[bytes | None] = sealed("what a template message may say of it, as JSON", nullable=True)


class MassSend(Base):
    """The same words to many phones by one call of the platform (群发): at most four a month reach a person (H1)."""

    __tablename__ = "mass_send"
    after_practice = After.GONE
    __table_args__ = (Index("ix_mass_send_open", "state", "next_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    purpose: Mapped[str] = column(Word(16), "why it is sent")
    state: Mapped[str] = closed(MassState, String(10), "how far it has come")
    body: Mapped[bytes] = sealed("what is sent, the same to all")
    own: Mapped[str] = searchable(32, "our number of it, which the platform knows for 24 h", unique=True)
    made_at: Mapped[datetime] = column(Moment, "when its people were joined")
    expires_at: Mapped[datetime] = column(Moment, "no longer true after it")
    next_at: Mapped[datetime | None] = column(
        Moment, "when something is to be done for it; null: nothing", nullable=True
    )
    lease_until: Mapped[datetime | None] = column(Moment, "a sender that dies leaves it here", nullable=True)
    asked_at: Mapped[datetime | None] = column(
        Moment, "machine time of the first call that has no answer yet", nullable=True
    )
    settled_at: Mapped[datetime | None] = column(Moment, "when the platform had answered", nullable=True)
    tries: Mapped[int] = column(SmallInteger, "calls so far", default=0, server_default="0")
    people: Mapped[int] = column(BigInteger, "how many it was sent to", default=0, server_default="0")
    reached: Mapped[int | None] = column(BigInteger, "how many of them got it, as the platform says", nullable=True)
    told_at: Mapped[datetime | None] = column(Moment, "when the platform told its result", nullable=True)
    ref: Mapped[str | None] = searchable(32, "the platform's number of it", nullable=True, index=True)
    code: Mapped[str | None] = column(String(16), "the platform's errcode or result", nullable=True)
    why: Mapped[str | None] = column(String(160), "in plain Chinese why it was not sent", nullable=True)


class ByHand(Base):
    """What no way of the machine reached: a colleague telephones or prints it, and says how it went (C11, F45)."""

    __tablename__ = "by_hand"
    after_practice = After.GONE
    __table_args__ = (Index("ix_by_hand_open", "home_id", "settled_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "whom it is for", index=True)
    outbox_id: Mapped[int] = link("outbox.id", "what was to be said", unique=True)
    kind: Mapped[str] = closed((Last.PHONE, Last.PRINT), String(8), "telephone or print")
    why: Mapped[str] = column(String(160), "why no other way was open")
    made_at: Mapped[datetime] = column(Moment, "since when somebody shall do it")
    tries: Mapped[int] = column(SmallInteger, "calls that nobody took", default=0, server_default="0")
    settled_at: Mapped[datetime | None] = column(Moment, "when it was over", nullable=True)
    settled_by: Mapped[int | None] = column(BigInteger, "who did it; null = it reached them after all", nullable=True)
    outcome: Mapped[str | None] = closed(HandOutcome, String(12), "null while it is open", nullable=True)


class Template(Base):
    """A template of the account that the home has bound to a reason; the newest version holds."""

    __tablename__ = "template"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "kind"),)

    home_id: Mapped[int] = link("home.id", "which home")
    kind: Mapped[str] = column(Word(12), "for which reason")
    template_id: Mapped[str] = column(String(64), "the platform's id; empty = bound to none", default="")
    title: Mapped[str] = column(String(40), "as the platform calls it", default="")
    lines: Mapped[str] = column(String(600), "key=value by blanks: what goes into which field", default="")
    set_at: Mapped[datetime] = column(Moment, "since when")
    set_by: Mapped[int] = column(BigInteger, "who bound it")
    broken_at: Mapped[datetime | None] = column(Moment, "the platform refused it", nullable=True)
    broken_code: Mapped[str | None] = column(String(16), "with which errcode", nullable=True)
