"""Incidents: what was done after somebody was there, step by step; whom it was told; the home's own plans (E1–E5)."""

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped

from care.incidents import Calls, Doer, FamilyCall
from storage.tables.base import After, Base
from storage.types import Moment, Word, closed, column, link, sealed


class Incident(Base):
    """An emergency that is worked off by a plan, or the drill of one."""

    __tablename__ = "incident"
    after_practice = After.GONE
    __table_args__ = (Index("ix_incident_open", "home_id", "closed_at"),)

    home_id: Mapped[int] = link("home.id", "which home")
    alarm_id: Mapped[int | None] = link("alarm.id", "which alarm began it; null = by hand", nullable=True, unique=True)
    resident_id: Mapped[int | None] = link("resident.id", "about whom; null = the house", nullable=True, index=True)
    plan: Mapped[str] = column(Word(16), "which plan")
    drill: Mapped[bool] = column(Boolean, "演练: nobody is in danger", default=False, server_default="0")
    place: Mapped[str] = column(String(48), "where, as the strip said it, or by hand", default="", server_default="")
    opened_at: Mapped[datetime] = column(Moment, "when it began: the words of the alarm, or the button")
    opened_by: Mapped[int] = column(BigInteger, "who began the plan")
    lead_id: Mapped[int | None] = link("staff.id", "who is in charge of it", nullable=True)
    note: Mapped[bytes | None] = sealed("what happened, in the words of who was there", nullable=True)
    written_by: Mapped[int | None] = column(BigInteger, "who wrote that last", nullable=True)
    revision: Mapped[bytes | None] = sealed("after a drill: what is to change in the plan", nullable=True)
    no_family: Mapped[bytes | None] = sealed("why nobody of the family is told", nullable=True)
    reported: Mapped[bool | None] = column(
        Boolean, "the director's decision to report it; null = none yet", nullable=True
    )
    reported_why: Mapped[bytes | None] = sealed("to whom, or why not", nullable=True)
    reported_at: Mapped[datetime | None] = column(Moment, "when that was decided", nullable=True)
    reported_by: Mapped[int | None] = column(BigInteger, "which director decided it", nullable=True)
    closed_at: Mapped[datetime | None] = column(Moment, "over", nullable=True)
    closed_by: Mapped[int | None] = column(BigInteger, "who ended it", nullable=True)


class IncidentStep(Base):
    """One step of the plan as it stood when the incident began."""

    __tablename__ = "incident_step"
    after_practice = After.GONE
    __table_args__ = (UniqueConstraint("incident_id", "position"),)

    incident_id: Mapped[int] = link("incident.id", "of which incident")
    position: Mapped[int] = column(Integer, "the order, from 1")
    text: Mapped[str] = column(String(80), "what is to be done")
    more: Mapped[str] = column(String(120), "how it is done", default="", server_default="")
    doer: Mapped[str] = closed(Doer, String(12), "who does it")
    calls: Mapped[str] = closed(Calls, String(12), "whom it telephones; empty = nobody")
    within: Mapped[int] = column(Integer, "minutes from the beginning")
    done_at: Mapped[datetime | None] = column(Moment, "ticked by a person", nullable=True)
    done_by: Mapped[int | None] = column(BigInteger, "who ticked it, or passed it over", nullable=True)
    passed_why: Mapped[bytes | None] = sealed("why it was not done", nullable=True)


class IncidentCall(Base):
    """A call to a relative or to somebody outside, as a colleague logged it."""

    __tablename__ = "incident_call"
    after_practice = After.GONE

    incident_id: Mapped[int] = link("incident.id", "of which incident", index=True)
    kinship_id: Mapped[int | None] = column(
        BigInteger, "which relative, whose tie may be gone by now; null = somebody outside", nullable=True
    )
    who: Mapped[bytes] = sealed("whom, as the page named them")
    outcome: Mapped[str] = closed(FamilyCall, String(12), "what became of it")
    told: Mapped[bytes | None] = sealed("what was said", nullable=True)
    at: Mapped[datetime] = column(Moment, "when")
    by_id: Mapped[int] = column(BigInteger, "who called")


class IncidentPlan(Base):
    """The home's own version of a plan; each change is a row, the newest holds (E5)."""

    __tablename__ = "incident_plan"
    after_practice = After.KEPT
    __table_args__ = (UniqueConstraint("home_id", "plan", "version"),)

    home_id: Mapped[int] = link("home.id", "which home")
    plan: Mapped[str] = column(Word(16), "which plan")
    version: Mapped[int] = column(Integer, "counts from 1")
    lines: Mapped[str] = column(String(4000), "a step a line: minutes, who, what")
    why: Mapped[str] = column(String(200), "what the drill showed, or why else", default="", server_default="")
    set_at: Mapped[datetime] = column(Moment, "since when")
    set_by: Mapped[int] = column(BigInteger, "who wrote it")


class OutsideContact(Base):
    """Whom to call outside the house: hospital, police station, fire brigade, 民政, utilities (E4)."""

    __tablename__ = "outside_contact"
    after_practice = After.KEPT
    __table_args__ = (Index("ix_outside_contact_home", "home_id", "position"),)

    home_id: Mapped[int] = link("home.id", "which home")
    position: Mapped[int] = column(Integer, "order on the list")
    name: Mapped[str] = column(String(40), "who: 市三院急诊, 社区派出所")
    number: Mapped[str] = column(String(24), "the telephone; public")
    what_for: Mapped[str] = column(String(40), "for what", default="", server_default="")
    gone_at: Mapped[datetime | None] = column(Moment, "struck out", nullable=True)


class CalloutLink(Base):
    """The address at which a duty telephone reads whom to call, without a log-in (E4). A new one ends the other."""

    __tablename__ = "callout_link"
    after_practice = After.KEPT

    home_id: Mapped[int] = link("home.id", "which home", unique=True)
    token_hash: Mapped[bytes] = column(LargeBinary(32), "SHA-256 of what the address holds", unique=True)
    token: Mapped[bytes] = sealed("what the address holds, to be shown again")
    made_at: Mapped[datetime] = column(Moment, "since when it opens")
    made_by: Mapped[int] = column(BigInteger, "who made it")
    ended_at: Mapped[datetime | None] = column(Moment, "opens nothing any more", nullable=True)
