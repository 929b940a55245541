"""Complaints from the first word to the lesson learnt: the complaint, whom it accuses, what was found, what was
decided.
"""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Index,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped

from care.severity import Level
from care.stages import Stage
from care.states import AccusedState, Decision, ProposalKind, Reach, Role, Scope
from storage.tables.base import After, Base
from storage.types import Moment, Said, Word, closed, column, link, sealed, searchable


class Complaint(Base):
    """A complaint from its first word to the lesson learnt (C1 … C15)."""

    __tablename__ = "complaint"
    after_practice = After.GONE
    __table_args__ = (
        UniqueConstraint("home_id", "day", "sequence"),
        Index("ix_complaint_open", "home_id", "closed_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "the complainant", index=True)
    resident_id: Mapped[int | None] = link("resident.id", "the elder, where it is known", nullable=True)
    day: Mapped[date] = column(Date, "the home's day of the first word")
    sequence: Mapped[int] = column(Integer, "counts the day's cases")
    number: Mapped[str] = searchable(
        16,
        "C261122-01, before it C1122-01, which came again each year: what people say on the phone, never what a link "
        "names",
        index=True,
    )
    stage: Mapped[int] = closed(
        Stage, SmallInteger, "1 受理 2 评估 3 调查 4 方案 5 审批 6 反馈 7 征求意见 8 回访 9 总结"
    )
    level: Mapped[int] = closed(Level, SmallInteger, "1 is the most serious")
    category: Mapped[str] = column(Said(16), "by rule until a human says otherwise")
    why: Mapped[bytes] = sealed("the words that decided the level")
    cautious: Mapped[bool] = column(Boolean, "慎重: a lawyer or the press was named (F10)")
    hide_name: Mapped[bool] = column(Boolean, "the complainant wants not to be named (C14)")
    title: Mapped[bytes] = sealed("the first words of the story")
    about: Mapped[bytes | None] = sealed("which elder, in the person's words", nullable=True)
    occurred: Mapped[bytes | None] = sealed("when it happened, in the person's words", nullable=True)
    name: Mapped[bytes | None] = sealed("how the complainant is called", nullable=True)
    contact: Mapped[bytes | None] = sealed("how to reach the complainant", nullable=True)
    said_at: Mapped[datetime] = column(Moment, "the first word: all clocks run from here (C4)")
    opened_at: Mapped[datetime] = column(Moment, "when it was committed")
    feedback_at: Mapped[datetime | None] = column(Moment, "when a named human first reached the person", nullable=True)
    feedback_by: Mapped[int | None] = column(BigInteger, "that human", nullable=True)
    closed_at: Mapped[datetime | None] = column(Moment, "only ever with the complainant", nullable=True)
    scope: Mapped[str | None] = closed(Scope, String(10), "责任范围 (C5)", nullable=True)
    passed_to: Mapped[bytes | None] = sealed("to whom it was passed, where it is not all ours", nullable=True)
    finding: Mapped[bytes | None] = sealed("what the inquiry found (C6)", nullable=True)
    rounds: Mapped[int] = column(
        SmallInteger, "how often the family said 不认可 or 没好 (C10)", default=0, server_default="0"
    )
    accepted_at: Mapped[datetime | None] = column(Moment, "when the family said 认可", nullable=True)
    owner_id: Mapped[int | None] = column(
        BigInteger, "who answers for it; of a hidden name only this person and the director know", nullable=True
    )
    told_at: Mapped[datetime | None] = column(Moment, "when who is in charge was told of it (C3)", nullable=True)
    told_id: Mapped[int | None] = column(BigInteger, "who that was; null = there was nobody", nullable=True)
    night_until: Mapped[datetime | None] = column(
        Moment,
        "it came while nobody was at the desk: until then who is on duty may say that she has seen it (F41)",
        nullable=True,
    )
    seen_at: Mapped[datetime | None] = column(Moment, "when somebody on duty said that she has seen it", nullable=True)
    seen_by: Mapped[int | None] = column(BigInteger, "which colleague", nullable=True)


class Accused(Base):
    """Whom words accuse: for this colleague, or for this role on this floor, the talk, the case and their notices do
    not exist (C6, C14, S1).

    Read from the words when they arrive, or named by hand; decided by somebody above. Never deleted: what was lifted
    stays readable.
    """

    __tablename__ = "accused"
    after_practice = After.GONE
    __table_args__ = (Index("ix_accused_person", "person_id", "case_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "whose talk it is")
    case_id: Mapped[int | None] = link("complaint.id", "the case of this person, where there is one", nullable=True)
    inbox_id: Mapped[int | None] = link("inbox.id", "the words; null = named by hand", nullable=True)
    staff_id: Mapped[int | None] = link("staff.id", "whom it is about; null = a role, or somebody", nullable=True)
    role: Mapped[str] = closed(
        ("", *Role), String(12), "the role that is meant; empty with a colleague, or when nobody is named", default=""
    )
    floor: Mapped[str] = column(String(8), "of the role; empty = the whole house", default="")
    reach: Mapped[str] = closed(
        Reach, String(6), "who may read the words meanwhile: lead, desk (a complaint), all (nobody above is left)"
    )
    state: Mapped[str] = closed(AccusedState, String(10), "suspected until somebody above decides")
    named_at: Mapped[datetime] = column(Moment, "since when")
    named_by: Mapped[int | None] = column(BigInteger, "who said so; null = read from the words", nullable=True)
    decided_at: Mapped[datetime | None] = column(Moment, "when somebody above decided", nullable=True)
    decided_by: Mapped[int | None] = column(BigInteger, "who decided", nullable=True)
    why: Mapped[bytes | None] = sealed("why it was lifted", nullable=True)


class Evidence(Base):
    """What colleagues found: a photo of a place, a page of the records, a rota; the file lies sealed in the media
    folder under this id (C6).
    """

    __tablename__ = "evidence"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    case_id: Mapped[int] = link("complaint.id", "what it belongs to", index=True)
    what: Mapped[bytes] = sealed("what it shows, in words")
    mime: Mapped[str] = column(String(32), "by its first bytes")
    size: Mapped[int] = column(Integer, "bytes")
    sha256: Mapped[str] = column(String(64), "the file is the one that was handed in")
    added_by: Mapped[int] = column(BigInteger, "who handed it in")
    added_at: Mapped[datetime] = column(Moment, "when")


class Proposal(Base):
    """What one colleague wrote and another decides: a plan with the result for the family, or an interim reply with a
    new date (C8, C9).
    """

    __tablename__ = "proposal"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    case_id: Mapped[int] = link("complaint.id", "the case", index=True)
    kind: Mapped[str] = closed(ProposalKind, String(8), "a plan, or an interim reply")
    cause: Mapped[bytes | None] = sealed("why it happened (C7)", nullable=True)
    department: Mapped[str | None] = column(String(20), "责任部门 (C7)", nullable=True)
    responsible_id: Mapped[int | None] = column(BigInteger, "责任人 (C7)", nullable=True)
    measures: Mapped[bytes | None] = sealed("what is done about it", nullable=True)
    done_by: Mapped[date | None] = column(Date, "完成时间 of the measures", nullable=True)
    new_due: Mapped[datetime | None] = column(Moment, "the new date of an interim reply", nullable=True)
    reply: Mapped[bytes] = sealed("the words for the family")
    made_by: Mapped[int] = column(BigInteger, "who wrote it; may not decide it")
    made_at: Mapped[datetime] = column(Moment, "when it was handed in")
    verdict: Mapped[str | None] = closed(Decision, String(10), "null until it is decided", nullable=True)
    decided_by: Mapped[int | None] = column(BigInteger, "who decided", nullable=True)
    decided_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    why: Mapped[bytes | None] = sealed("what has to be changed", nullable=True)


class ComplaintRecord(Base):
    """One line of a case: what was said, done or decided; never changed."""

    __tablename__ = "case_record"
    after_practice = After.GONE
    __table_args__ = (
        Index("ix_case_record_line", "case_id", "said_at", "id"),
        Index(
            "ix_case_record_inbox",
            "inbox_id",
            sqlite_where=text("inbox_id IS NOT NULL"),
            postgresql_where=text("inbox_id IS NOT NULL"),
        ),
    )

    case_id: Mapped[int] = link("complaint.id", "which case")
    home_id: Mapped[int] = link("home.id", "which home")
    said_at: Mapped[datetime] = column(Moment, "(CreateTime, arrival) is the order of a case")
    kind: Mapped[str] = column(Word(12), "story, family, feedback, call, result, step, note")
    inbox_id: Mapped[int | None] = link("inbox.id", "the message that it keeps", nullable=True)
    outbox_id: Mapped[int | None] = column(BigInteger, "the message that was sent", nullable=True)
    staff_id: Mapped[int | None] = column(BigInteger, "who did it; null = the machine", nullable=True)
    body: Mapped[bytes | None] = sealed("words", nullable=True)


class ComplaintCounter(Base):
    """The last number of a day, so that two cases never share one."""

    __tablename__ = "case_counter"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("home_id", "day"),)

    home_id: Mapped[int] = link("home.id", "which home")
    day: Mapped[date] = column(Date, "the home's day")
    last: Mapped[int] = column(Integer, "the last number given")
