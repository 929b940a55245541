"""Letters about a day, their photos, and who has read them."""

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Integer,
    SmallInteger,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped

from care.states import LetterState, Reaction
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link, sealed


class Letter(Base):
    """What a family reads about one day of their elder (U1, U2); nothing that was not recorded is in it."""

    __tablename__ = "letter"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("resident_id", "day"),)

    home_id: Mapped[int] = link("home.id", "which home")
    resident_id: Mapped[int] = link("resident.id", "about whom")
    day: Mapped[date] = column(Date, "the home's day", index=True)
    facts: Mapped[bytes] = sealed("the ticked facts as JSON; what was not ticked is absent")
    sentence: Mapped[bytes | None] = sealed("the carer's own sentence for the family", nullable=True)
    note: Mapped[bytes | None] = sealed("internal, never sent", nullable=True)
    state: Mapped[str] = closed(
        LetterState, String(10), "ready, or held until the family was called; then released or withdrawn"
    )
    held_why: Mapped[str | None] = column(String(60), "which rule holds it, in Chinese, without a fact", nullable=True)
    taps: Mapped[int] = column(SmallInteger, "how many touches it took, for the figure of the handbook", default=0)
    written_by: Mapped[int] = column(BigInteger, "the carer, whose name stands under it")
    written_at: Mapped[datetime] = column(Moment, "when it was written last")
    released_at: Mapped[datetime | None] = column(Moment, "since when families may read it", nullable=True)
    corrected: Mapped[bool] = column(
        Boolean, "changed after families could read it: the page says 已更正", default=False
    )


class LetterPhoto(Base):
    """A photo of a letter; the file lies sealed in the media folder under this id."""

    __tablename__ = "letter_photo"
    after_practice = After.GONE

    home_id: Mapped[int] = link("home.id", "which home")
    letter_id: Mapped[int] = link("letter.id", "where it belongs", index=True)
    mime: Mapped[str] = column(String(32), "by its first bytes")
    size: Mapped[int] = column(Integer, "bytes")
    added_by: Mapped[int] = column(BigInteger, "who took it")
    added_at: Mapped[datetime] = column(Moment, "when")
    company: Mapped[str | None] = column(
        Word(10),
        "who is in it: unasked, alone, family, residents, others; null = families saw it before anybody was asked",
        nullable=True,
    )


class LetterPhotoPerson(Base):
    """Another resident who can be recognised in a photo (F32)."""

    __tablename__ = "letter_photo_person"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("photo_id", "resident_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    photo_id: Mapped[int] = link("letter_photo.id", "which photo")
    resident_id: Mapped[int] = link("resident.id", "who is in it besides the one whom the letter is about", index=True)


class LetterReading(Base):
    """That a relative opened a letter, and what they said to it."""

    __tablename__ = "letter_reading"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("letter_id", "person_id"),)

    home_id: Mapped[int] = link("home.id", "which home")
    letter_id: Mapped[int] = link("letter.id", "which letter")
    person_id: Mapped[int] = link("person.id", "who read it", index=True)
    opened_at: Mapped[datetime] = column(Moment, "first opened")
    reaction: Mapped[str | None] = closed(Reaction, String(8), "one tap; null while only opened", nullable=True)
    reacted_at: Mapped[datetime | None] = column(Moment, "when", nullable=True)
