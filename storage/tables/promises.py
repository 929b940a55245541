"""Promised times."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, String, text
from sqlalchemy.orm import Mapped

from care import sla
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link


class Promise(Base):
    """A promised time, whoever promised it (Q4, U9, C4, C9): warned at 50 % and 80 %, breached at 100 %, kept by a
    human.
    """

    __tablename__ = "promise"
    after_practice = After.GONE
    __table_args__ = (
        Index("ix_promise_due", "kept_at", "look_at"),
        Index("ix_promise_person", "person_id", "kind", "kept_at"),
        Index(
            "ix_promise_case",
            "case_id",
            "kind",
            "kept_at",
            sqlite_where=text("case_id IS NOT NULL"),
            postgresql_where=text("case_id IS NOT NULL"),
        ),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "to whom")
    case_id: Mapped[int | None] = link("complaint.id", "for which complaint", nullable=True)
    inbox_id: Mapped[int | None] = link("inbox.id", "the message that asked for it", nullable=True)
    kind: Mapped[str] = column(Word(16), "reply, first_feedback, result, approval …")
    made_at: Mapped[datetime] = column(Moment, "the clock's start")
    due_at: Mapped[datetime] = column(Moment, "the clock's end")
    mark: Mapped[str] = closed(sla.Mark, String(8), "how far it has run")
    look_at: Mapped[datetime | None] = column(Moment, "when the next mark is reached", nullable=True)
    kept_at: Mapped[datetime | None] = column(Moment, "when a human kept it", nullable=True)
    kept_by: Mapped[int | None] = column(BigInteger, "that human", nullable=True)
    kept_how: Mapped[str | None] = column(
        String(12),
        "message, call, visit, paper, answer, decided, reopened, joined, a verdict; older rows: 电话, 面谈, 书面",
        nullable=True,
    )
