"""Who decides what a colleague wrote about a complaint: never its maker, never somebody who stands below (C8, C-3)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from care.severity import Level
from care.sla import Kind
from care.states import Role
from services.access import LEADS, Viewer
from storage import tables
from storage.queries import complaints
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Approval:
    """Who may decide one paper as the house stands now.

    `stands_in`: time has run out and a supervisor decides for the director. `outside`: above the house, by phone,
    since nobody in it may; `by_director_made`: its maker is a director.
    """

    colleagues: frozenset[int]
    outside: bool
    by_director: bool
    by_director_made: bool
    stands_in: bool

    def may(self, viewer: Viewer) -> bool:
        """Whether this colleague may."""
        return viewer.id in self.colleagues

    @property
    def who(self) -> str:
        """Who decides, as a sentence for those who may not."""
        if self.by_director_made:
            above = "院长写的，要另一位院长来批" if self.colleagues else "院长写的，院里没有别的院长"
            return f"{above}；下级不能批。" + ("请上级单位或举办方在电话里批，在这里记下是谁。" if self.outside else "")
        if self.outside:
            return "院里没有别人能批，请上级单位或举办方在电话里批，在这里记下是谁。"
        if self.by_director:
            return "这一件要院长批；审批时限过了，主管可以代批。"
        return "制定人不能批自己的；主管或院长都可以批。"


def of(db: Unit, complaint: tables.Complaint, paper: tables.Proposal, now: datetime) -> Approval:
    """The most serious, lawyers and the press, and new dates are decided by a director, else by a supervisor as well.

    When the clock has run out a supervisor stands in for the director, since a family does not wait for a holiday; so
    too when the case is about every director. What a director wrote is decided by another one or by who stands above
    the house: the head office, or who runs it (practice.md, C8).
    """
    named = list(db.scalars(complaints.named(complaint)))
    maker = db.get_one(tables.Staff, paper.made_by)
    there = [
        one
        for one in db.scalars(
            select(tables.Staff).where(tables.Staff.home_id == complaint.home_id, tables.Staff.left_at.is_(None))
        )
        if Role(one.role) in LEADS and one.id != maker.id and not any(_means(row, one) for row in named)
    ]
    directors = frozenset(one.id for one in there if one.role == Role.DIRECTOR)
    late = _overdue(db, complaint.id, now)
    if maker.role == Role.DIRECTOR:
        return Approval(
            directors, outside=not directors or late, by_director=True, by_director_made=True, stands_in=False
        )
    wanted = complaint.level == Level.S1 or complaint.cautious or paper.kind == "interim"
    by_director = wanted and bool(directors)
    may = directors if by_director and not late else frozenset(one.id for one in there)
    return Approval(
        may,
        outside=not may,
        by_director=by_director,
        by_director_made=False,
        stands_in=by_director and late,
    )


def _means(named: tables.Accused, one: tables.Staff) -> bool:
    """Whether the case is about this colleague, by name or by role, so that it does not exist for them."""
    if named.staff_id is not None:
        return named.staff_id == one.id
    return named.role == one.role and (not named.floor or not one.floors or named.floor in one.floors.split())


def _overdue(db: Unit, case_id: int, now: datetime) -> bool:
    """Whether nobody decided in time."""
    late = select(tables.Promise.id).where(
        tables.Promise.case_id == case_id,
        tables.Promise.kind == Kind.APPROVAL.value,
        tables.Promise.kept_at.is_(None),
        tables.Promise.due_at <= now,
    )
    return db.scalars(late).first() is not None
