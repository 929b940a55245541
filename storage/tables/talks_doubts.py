"""Messages that may be an emergency: asked back once, or shown to a colleague; what became of each (F26)."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped

from care.states import DoubtCourse, DoubtEnd
from storage.tables.base import After, Base
from storage.types import Moment, Said, closed, column, link


class Doubt(Base):
    """One message of which nobody can say by its words alone whether somebody must go."""

    __tablename__ = "doubt"
    after_practice = After.GONE
    __table_args__ = (
        Index("ix_doubt_person", "person_id", "ended_at"),
        Index("ix_doubt_due", "ended_at", "due_at"),
        Index("ix_doubt_inbox_id", "inbox_id"),
        Index("ix_doubt_task_id", "task_id"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who spoke")
    inbox_id: Mapped[int] = link("inbox.id", "the words")
    course: Mapped[str] = closed(DoubtCourse, String(8), "asked back, shown to a colleague, or looked in for")
    kind: Mapped[str] = column(Said(16), "what it sounded like: 跌倒受伤 …")
    at: Mapped[datetime] = column(Moment, "when")
    due_at: Mapped[datetime | None] = column(Moment, "when silence acts; null = nothing was asked", nullable=True)
    ended_at: Mapped[datetime | None] = column(
        Moment, "when it was decided; null = the question is open", nullable=True
    )
    ended_how: Mapped[str | None] = closed(
        DoubtEnd, String(8), "what decided it; null while the question is open", nullable=True
    )
    task_id: Mapped[int | None] = link("task.id", "the task by which a colleague looks at it", nullable=True)
