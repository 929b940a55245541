"""What is to be done, in whose hands it was, and lines that colleagues wrote about a resident (engineering 19)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, String
from sqlalchemy.orm import Mapped

from care.states import NoteUse, Role, TaskEnd
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link, sealed


class Task(Base):
    """One thing that somebody is to do. Who has it now stands here, how it came there in `assignment`."""

    __tablename__ = "task"
    after_practice = After.GONE
    __table_args__ = (Index("ix_task_open", "home_id", "ended_at"), Index("ix_task_owner_id", "owner_id"))

    home_id: Mapped[int] = link("home.id", "which home")
    body: Mapped[bytes] = sealed("what is to be done: free words, often about a person")
    resident_id: Mapped[int | None] = link("resident.id", "about whom; null = about nobody", nullable=True, index=True)
    talk_of: Mapped[int | None] = link("person.id", "whose talk it came from", nullable=True)
    case_id: Mapped[int | None] = link("complaint.id", "the complaint that it came from", nullable=True)
    owner_id: Mapped[int | None] = link("staff.id", "in whose hands it is; null = nobody's yet", nullable=True)
    role: Mapped[str] = closed(
        ("", *Role), String(12), "for which kind of colleague; empty = any", default="", server_default=""
    )
    floor: Mapped[str] = column(String(8), "for which floor; empty = the whole house", default="", server_default="")
    due_at: Mapped[datetime | None] = column(Moment, "until when; null = whenever there is time", nullable=True)
    source: Mapped[str] = column(
        Word(16), "where it was written: hand, talk, complaint, resident, wechat; of the machine its matter"
    )
    made_by: Mapped[int] = column(BigInteger, "who wrote it; 0 = the machine, from a message")
    made_at: Mapped[datetime] = column(Moment, "when")
    ended_at: Mapped[datetime | None] = column(Moment, "when it ended; null = open", nullable=True)
    ended_by: Mapped[int | None] = column(BigInteger, "who ended it", nullable=True)
    ended_how: Mapped[str | None] = closed(TaskEnd, String(8), "done, or not wanted any more", nullable=True)


class Assignment(Base):
    """That something went into other hands; rows are added, never changed. `thing` is a word, so that talks and cases
    can share it.
    """

    __tablename__ = "assignment"
    after_practice = After.GONE
    __table_args__ = (Index("ix_assignment_thing", "thing", "thing_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    thing: Mapped[str] = column(Word(8), "what: task")
    thing_id: Mapped[int] = column(BigInteger, "which of them")
    from_id: Mapped[int | None] = link("staff.id", "out of whose hands; null = nobody had it", nullable=True)
    to_id: Mapped[int | None] = link("staff.id", "into whose; null = nobody's again", nullable=True)
    by_id: Mapped[int] = column(BigInteger, "who did it")
    why: Mapped[str] = column(Word(8), "given, taken, handed, back, edited, done, dropped or undone")
    reason: Mapped[bytes | None] = sealed("in the words of who did it", nullable=True)
    at: Mapped[datetime] = column(Moment, "when")


class Note(Base):
    """A line about a resident: 「王奶奶今天唱了歌」. A photo or a voice of the colleague is that of the message."""

    __tablename__ = "note"
    after_practice = After.GONE
    __table_args__ = (Index("ix_note_resident", "resident_id", "day"),)

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "about whom")
    day: Mapped[date] = column(Date, "the home's day, whose letter it may become a line of")
    kind: Mapped[str] = column(Word(8), "words, image, voice or video")
    body: Mapped[bytes] = sealed("what was seen or heard; empty for a photo without words")
    by_id: Mapped[int] = column(BigInteger, "who wrote it")
    at: Mapped[datetime] = column(Moment, "when")
    use: Mapped[str] = closed(NoteUse, String(12), "offered for the letter, for staff, in a letter, or taken back")
    settled_at: Mapped[datetime | None] = column(Moment, "when that was decided; null = by nobody yet", nullable=True)
    settled_by: Mapped[int | None] = column(BigInteger, "who decided it", nullable=True)
    letter_id: Mapped[int | None] = link("letter.id", "the letter that took it in", nullable=True)
    inbox_id: Mapped[int | None] = link(
        "inbox.id", "the message of her own WeChat, with its photo or voice", nullable=True
    )
