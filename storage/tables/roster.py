"""The rota: posts, kinds of shift, what was decided, and the list of spans that all who ask read (L6)."""

from datetime import date, datetime

from sqlalchemy import BigInteger, Boolean, Date, Index, Integer, String
from sqlalchemy.orm import Mapped

from care.states import RotaKind
from storage.tables.base import After, Base
from storage.types import Moment, Words, closed, column, link, sealed


class DutyPost(Base):
    """Where somebody must be. A post that is given up keeps its row, since the past refers to it."""

    __tablename__ = "duty_post"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    name: Mapped[str] = column(String(16), "as it stands on the rota: 2 楼, 护士")
    building: Mapped[str] = column(
        String(16), "which building; empty in a home with one", default="", server_default=""
    )
    floors: Mapped[str] = column(
        String(64), "floors that it answers for, by blanks; empty = the whole house", default="", server_default=""
    )
    min_people: Mapped[int] = column(Integer, "how many must be there at the same time", default=1, server_default="1")
    shifts: Mapped[str] = column(
        String(240), "ids of the kinds of shift that must be filled, by blanks", default="", server_default=""
    )
    weekdays: Mapped[str] = column(
        String(7), "days on which they must be filled, 1 = Monday", default="1234567", server_default="1234567"
    )
    place: Mapped[int] = column(Integer, "order on the page", default=0, server_default="0")
    gone_at: Mapped[datetime | None] = column(Moment, "given up: no duty from then on", nullable=True)
    phone: Mapped[bytes | None] = sealed("the telephone of whoever is on duty here; null = none", nullable=True)


class DutyShift(Base):
    """A kind of shift of the home, in its wall clock."""

    __tablename__ = "duty_shift"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", index=True)
    name: Mapped[str] = column(String(8), "早 中 夜 白 24小时 住楼 休")
    begins: Mapped[str] = column(String(5), "07:00")
    ends: Mapped[str] = column(String(5), "15:00; not after the begin = on the next day")
    works: Mapped[bool] = column(Boolean, "false for 休: nobody is there", default=True)
    place: Mapped[int] = column(Integer, "order on the page", default=0, server_default="0")
    gone_at: Mapped[datetime | None] = column(Moment, "no longer offered", nullable=True)


class RotaChange(Base):
    """What somebody decided about a seat (post, day, kind of shift); rows are added, never changed, but for the answer
    of who was asked.
    """

    __tablename__ = "rota_change"
    after_practice = After.KEPT
    __table_args__ = (
        Index("ix_rota_change_seat", "home_id", "day", "post_id"),
        Index("ix_rota_change_asked", "in_id", "accepted_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    post_id: Mapped[int] = link("duty_post.id", "where")
    shift_id: Mapped[int] = link("duty_shift.id", "which kind of shift")
    day: Mapped[date] = column(Date, "the home's day on which the shift begins")
    kind: Mapped[str] = closed(RotaKind, String(8), "put, replace, remove, swap, ask")
    out_id: Mapped[int | None] = link("staff.id", "who no longer comes", nullable=True)
    in_id: Mapped[int | None] = link("staff.id", "who comes", nullable=True)
    reason: Mapped[bytes | None] = sealed("why, above all against a rule (F53); may tell of an illness", nullable=True)
    rules: Mapped[str] = column(Words(24), "rules that it goes against: two, long, rest", default="", server_default="")
    by_id: Mapped[int] = column(BigInteger, "the colleague who decided it; 0 = the machine")
    at: Mapped[datetime] = column(Moment, "when it was decided or asked")
    accepted_at: Mapped[datetime | None] = column(
        Moment, "from when it counts; null while an answer is missing", nullable=True
    )
    refused_at: Mapped[datetime | None] = column(Moment, "who was asked cannot", nullable=True)


class DutySpan(Base):
    """Who is where from when to when, or a gap: the only thing that frame, print and paging read. Written anew for the
    days ahead with every change; what is over stays as it was.
    """

    __tablename__ = "duty_span"
    after_practice = After.KEPT
    __table_args__ = (
        Index("ix_duty_span_home", "home_id", "ends_at"),
        Index("ix_duty_span_post", "post_id", "ends_at"),
    )

    home_id: Mapped[int] = link("home.id", "which home")
    post_id: Mapped[int] = link("duty_post.id", "where")
    shift_id: Mapped[int] = link("duty_shift.id", "which kind of shift")
    day: Mapped[date] = column(Date, "the home's day on which the shift begins")
    staff_id: Mapped[int | None] = link("staff.id", "who; null = nobody", nullable=True)
    begins_at: Mapped[datetime] = column(Moment, "from")
    ends_at: Mapped[datetime] = column(Moment, "to when")
    source: Mapped[int | None] = column(BigInteger, "the rota_change that put her there; null for a gap", nullable=True)
    missing: Mapped[int] = column(Integer, "how many are too few in a gap", default=0, server_default="0")
