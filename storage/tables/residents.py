"""Who lives in the home, in which bed, and what is known of them."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Date, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from care.states import Allergy, Sex, Status
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link, sealed, searchable


class Resident(Base):
    """A person who lives, or lived, in the home."""

    __tablename__ = "resident"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "who lives here", unique=True)
    status: Mapped[str] = closed(Status, String(12), "asked again at send time")
    room: Mapped[str] = column(String(16), "where a nurse goes")
    bed: Mapped[str] = column(String(8), "which bed")
    floor: Mapped[str] = column(String(8), "who of the staff works there", default="", server_default="")
    sex: Mapped[str | None] = closed(Sex, String(2), "奶奶 or 爷爷 in the words of a letter", nullable=True)
    born: Mapped[bytes | None] = sealed(
        "birthday as the family counts it: 1944-10-14, -lunar, -lunar-leap", nullable=True
    )
    created_at: Mapped[datetime] = column(Moment, "when the row was made")
    back_at: Mapped[datetime | None] = column(
        Moment,
        "since when they are back from hospital and no nurse has signed; null = nothing waits (F7)",
        nullable=True,
    )


class Bed(Base):
    """A place where somebody can live. It is closed, never taken away: stays refer to it."""

    __tablename__ = "bed"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "building", "room", "name"),)

    home_id: Mapped[int] = link("home.id", "which home")
    building: Mapped[str] = column(String(16), "empty where there is one building")
    floor: Mapped[str] = column(String(8), "who of the staff works there")
    room: Mapped[str] = column(String(16), "where a nurse goes")
    name: Mapped[str] = column(String(8), "which bed of the room")
    closed_at: Mapped[datetime | None] = column(Moment, "since when nobody may be put there", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when it was laid out")


class BedStay(Base):
    """Who has a bed since when: hospital and leave keep it, the exit ends it. `resident.room`, `bed` and `floor` are
    the copy that alarms read.
    """

    __tablename__ = "bed_stay"
    after_practice = After.KEPT
    __table_args__ = tuple(
        Index(
            f"uq_bed_stay_{name}",
            name,
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        )
        for name in ("bed_id", "resident_id")
    )

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "whose bed it is")
    bed_id: Mapped[int] = link("bed.id", "where")
    began_at: Mapped[datetime] = column(Moment, "since when")
    ended_at: Mapped[datetime | None] = column(Moment, "until when; null = now", nullable=True)


class Record(Base):
    """What is known of a resident beside where they live; what nobody filled in is null, never a guess (A1, A2, A3,
    L4).
    """

    __tablename__ = "resident_record"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "identity_mark"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "whose it is", unique=True)
    resident_id: Mapped[int] = link("resident.id", "the stay that it belongs to", unique=True)
    admitted_on: Mapped[date | None] = column(Date, "the day of admission", nullable=True)
    care_level: Mapped[str] = column(
        String(16), "自理, 半护理 …: lists are chosen by it", default="", server_default=""
    )
    identity: Mapped[bytes | None] = sealed("identity number of 18 signs (P1)", nullable=True)
    identity_mark: Mapped[str | None] = searchable(64, "keyed hash: nobody is admitted twice", nullable=True)
    called: Mapped[bytes | None] = sealed("how staff call them: 王奶奶, 王老师", nullable=True)
    occupation: Mapped[bytes | None] = sealed("what they did", nullable=True)
    address: Mapped[bytes | None] = sealed("where they lived (P1)", nullable=True)
    basics_by: Mapped[int | None] = column(BigInteger, "who wrote these last", nullable=True)
    basics_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    allergy: Mapped[str] = closed(
        Allergy, String(8), "not asked, none and some are three", default="unasked", server_default="unasked"
    )
    allergies: Mapped[bytes | None] = sealed("to what, and what happened", nullable=True)
    allergy_by: Mapped[int | None] = column(BigInteger, "who asked", nullable=True)
    allergy_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    history: Mapped[bytes | None] = sealed("illnesses", nullable=True)
    medicines: Mapped[bytes | None] = sealed("medicines as told, and by whom", nullable=True)
    diet: Mapped[bytes | None] = sealed("diet orders", nullable=True)
    blood: Mapped[bytes | None] = sealed("blood group", nullable=True)
    usual: Mapped[bytes | None] = sealed("how they usually are: awake, walking, whom they know", nullable=True)
    speech: Mapped[bytes | None] = sealed("how to talk with them: hearing, dialect", nullable=True)
    hospital: Mapped[bytes | None] = sealed("where to, and what to take along", nullable=True)
    health_by: Mapped[int | None] = column(BigInteger, "who checked these last", nullable=True)
    health_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    likes: Mapped[bytes | None] = sealed("what they like", nullable=True)
    dislikes: Mapped[bytes | None] = sealed("what they do not", nullable=True)
    routine: Mapped[bytes | None] = sealed("the course of their day", nullable=True)
    needs: Mapped[bytes | None] = sealed("what they need besides", nullable=True)
    habits_by: Mapped[int | None] = column(BigInteger, "who wrote these last", nullable=True)
    habits_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    customs: Mapped[bytes | None] = sealed("how they keep festivals, as JSON (H1)", nullable=True)
    customs_by: Mapped[int | None] = column(BigInteger, "who asked", nullable=True)
    customs_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    risks: Mapped[bytes | None] = sealed("the nine risks of GB 38600 as JSON: level and measure of each", nullable=True)
    risks_by: Mapped[int | None] = column(BigInteger, "who judged them", nullable=True)
    risks_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
    photo_id: Mapped[int | None] = column(BigInteger, "the file that shows their face", nullable=True)
    created_at: Mapped[datetime] = column(Moment, "when the record was begun")


class ResidentEvent(Base):
    """What happened to a stay: admitted, moved, another status, left; never changed (A5)."""

    __tablename__ = "resident_event"
    after_practice = After.KEPT
    __table_args__ = (Index("ix_resident_event_line", "resident_id", "at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "to whom")
    resident_id: Mapped[int] = link("resident.id", "of which stay")
    kind: Mapped[str] = column(Word(16), "admitted, status, moved, contract, file, handover …")
    at: Mapped[datetime] = column(Moment, "when")
    by_id: Mapped[int] = column(BigInteger, "which colleague")
    body: Mapped[bytes | None] = sealed("in words", nullable=True)


class ResidentFile(Base):
    """A paper or a photo of a resident; the file lies sealed in the media folder under this id."""

    __tablename__ = "resident_file"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "of whom")
    resident_id: Mapped[int] = link("resident.id", "of which stay", index=True)
    kind: Mapped[str] = column(Word(16), "photo, identity, insurance, report, agreement, consent, other")
    title: Mapped[bytes] = sealed("what it is")
    purpose: Mapped[bytes] = sealed("what it is kept for (P1)")
    expires_on: Mapped[date | None] = column(Date, "when it is out of date", nullable=True)
    mime: Mapped[str] = column(String(32), "by its first bytes")
    size: Mapped[int] = column(Integer, "bytes")
    sha256: Mapped[str] = column(String(64), "the file is the one that was handed in")
    added_by: Mapped[int] = column(BigInteger, "who added it")
    added_at: Mapped[datetime] = column(Moment, "when")
    removed_at: Mapped[datetime | None] = column(Moment, "when it was taken away, with its file", nullable=True)
    removed_by: Mapped[int | None] = column(BigInteger, "who took it away", nullable=True)


class Contract(Base):
    """A service contract as it was signed on paper: what, by which standard, for how much, how long, and who explained
    it to whom (A6). A new one takes its place, the old one stays.
    """

    __tablename__ = "resident_contract"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "for whom")
    resident_id: Mapped[int] = link("resident.id", "for which stay", index=True)
    content: Mapped[bytes] = sealed("what is done")
    standard: Mapped[bytes | None] = sealed("by which standard", nullable=True)
    fee: Mapped[bytes] = sealed("for how much, and when it is paid")
    begins_on: Mapped[date] = column(Date, "from when")
    ends_on: Mapped[date | None] = column(Date, "until when; null = open", nullable=True)
    renew_on: Mapped[date | None] = column(Date, "when to talk about the next one", nullable=True)
    explained: Mapped[bytes] = sealed("which clauses were explained")
    explained_by: Mapped[bytes] = sealed("by whom")
    confirmed_by: Mapped[bytes] = sealed("who of the family said that they understood")
    confirmed_on: Mapped[date] = column(Date, "when")
    made_by: Mapped[int] = column(BigInteger, "who wrote it down")
    made_at: Mapped[datetime] = column(Moment, "when")


class ChecklistItem(Base):
    """One thing of the admission that is done; the list itself is `care.admission` (A12, E6)."""

    __tablename__ = "resident_checklist"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("resident_id", "item"),)

    home_id: Mapped[int] = link("home.id", "which home")
    person_id: Mapped[int] = link("person.id", "for whom")
    resident_id: Mapped[int] = link("resident.id", "for which stay")
    item: Mapped[str] = column(Word(16), "which one")
    note: Mapped[bytes | None] = sealed("what there is to say, and who signed", nullable=True)
    done_by: Mapped[int] = column(BigInteger, "who did it")
    done_at: Mapped[datetime] = column(Moment, "when")
