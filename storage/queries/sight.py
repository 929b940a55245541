"""Who may see what, as conditions of a query: lists leave out what a door would refuse (architecture, decision 7)."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute

from care.states import PersonKind
from storage import tables
from storage.tables.families_phones import CommonPhone

A = tables.Accused
Ids = InstrumentedAttribute[int] | InstrumentedAttribute[int | None]


@dataclass(frozen=True, slots=True)
class Sight:
    """The facts about a viewer that the conditions need."""

    home_id: int
    staff_id: int
    floors: frozenset[str]
    works: bool
    role: str
    complaints: bool
    lead: bool
    director: bool
    audiences: frozenset[str]

    def person(self, column: Ids) -> ColumnElement[bool]:
        """People of the home, on the viewer's floors, whose talk neither accuses the viewer nor is hidden from the
        viewer.
        """
        if not self.works:
            return false()
        mine = select(tables.Person.id).where(tables.Person.home_id == self.home_id)
        staff = tables.Person.kind == PersonKind.STAFF.value
        here = or_(column.in_(mine.where(~staff)), and_(column.in_(mine.where(staff)), self._colleague(column)))
        return and_(here, self._floor(column), self.unaccused(column))

    def unaccused(self, column: Ids) -> ColumnElement[bool]:
        """People whose talk neither accuses the viewer nor is hidden from the viewer, on whatever floor."""
        still = or_(A.state == "suspected", A.case_id.is_not(None))
        over = select(tables.Complaint.id).where(tables.Complaint.closed_at.is_not(None))
        accuses = select(A.person_id).where(self._me(), still, or_(A.case_id.is_(None), A.case_id.not_in(over)))
        hidden = exists().where(
            tables.Complaint.person_id == column, tables.Complaint.closed_at.is_(None), self._hidden()
        )
        return and_(column.not_in(accuses), ~hidden)

    def _colleague(self, column: Ids) -> ColumnElement[bool]:
        """A colleague's own WeChat is no talk of the house (F39): seen while she calls for help, and by the lead where
        she has accused somebody.
        """
        calls = column.in_(self._calls())
        return or_(calls, column.in_(select(A.person_id).where(A.home_id == self.home_id))) if self.lead else calls

    def resident(self) -> ColumnElement[bool]:
        """Residents of the home, on the viewer's floors; to be used where `resident` is selected."""
        if not self.works:
            return false()
        here = tables.Resident.floor.in_(self.floors) if self.floors else true()
        return and_(tables.Resident.home_id == self.home_id, here)

    def complaint(self) -> ColumnElement[bool]:
        """Complaints of the home that are not about the viewer; to be used where `complaint` is selected."""
        if not self.complaints:
            return false()
        return self.not_about_me()

    def not_about_me(self) -> ColumnElement[bool]:
        """Complaints of the home that are not about the viewer, whether or not they handle any; of these nothing may be
        shown but that they are there.
        """
        return and_(tables.Complaint.home_id == self.home_id, ~self._about_me())

    def named_complaint(self) -> ColumnElement[bool]:
        """Complaints whose words and whose complainant the viewer may know; to be used where
        `complaint` is selected.
        """
        return and_(self.complaint(), ~self._hidden())

    def inbox(self, column: Ids) -> ColumnElement[bool]:
        """Messages that belong to no complaint about the viewer, and whose words the viewer may read."""
        mine = select(tables.ComplaintRecord.inbox_id).where(
            tables.ComplaintRecord.inbox_id.is_not(None), self._of_my_complaint()
        )
        kept = select(A.inbox_id).where(
            A.home_id == self.home_id, A.inbox_id.is_not(None), or_(self._me(), self._above())
        )
        return and_(column.not_in(mine), column.not_in(kept))

    def outbox(self, column: Ids) -> ColumnElement[bool]:
        """Answers and calls that belong to no complaint about the viewer."""
        return column.not_in(
            select(tables.ComplaintRecord.outbox_id).where(
                tables.ComplaintRecord.outbox_id.is_not(None), self._of_my_complaint()
            )
        )

    def _me(self) -> ColumnElement[bool]:
        """Words that may mean the viewer: by name, or by role on a floor of the viewer; what somebody above lifted
        means nobody (S1).
        """
        floor = or_(A.floor == "", A.floor.in_(self.floors)) if self.floors else true()
        return and_(
            A.home_id == self.home_id,
            A.state != "lifted",
            or_(A.staff_id == self.staff_id, and_(A.staff_id.is_(None), A.role == self.role, floor)),
        )

    def _above(self) -> ColumnElement[bool]:
        """Accusing words that are not the viewer's to read: the floor never, who answers complaints only those of
        complaints (F5).
        """
        if self.lead:
            return false()
        reach = ("all", "desk") if self.complaints else ("all",)
        return and_(A.state != "lifted", A.reach.not_in(reach))

    def _about_me(self) -> ColumnElement[bool]:
        return exists().where(A.person_id == tables.Complaint.person_id, A.case_id == tables.Complaint.id, self._me())

    def _of_my_complaint(self) -> ColumnElement[bool]:
        return tables.ComplaintRecord.case_id.in_(select(A.case_id).where(A.case_id.is_not(None), self._me()))

    def _hidden(self) -> ColumnElement[bool]:
        """A hidden name is for the owner and the director; until there is an owner, for who answers
        complaints (C14).
        """
        if self.director:
            return false()
        others = tables.Complaint.owner_id.is_distinct_from(self.staff_id)  # true without an owner as well
        return and_(
            tables.Complaint.hide_name, others, tables.Complaint.owner_id.is_not(None) if self.complaints else true()
        )

    def _calls(self) -> Select[int | None]:
        """Who calls for help now, whom the viewer may hear."""
        return select(tables.Alarm.person_id).where(
            tables.Alarm.arrived_at.is_(None),
            tables.Alarm.audience.in_(self.audiences),
            tables.Alarm.brief.is_(false()),
            tables.Alarm.raised_by.is_(None),
        )

    def _floor(self, column: Ids) -> ColumnElement[bool]:
        """Elders of the floor, their relatives and the phones that several of them speak on; beyond it only who calls
        for help now.
        """
        if not self.floors:
            return true()
        here = select(tables.Resident.person_id).where(tables.Resident.floor.in_(self.floors))
        kin = select(tables.Kinship.person_id).join(tables.Resident, tables.Resident.id == tables.Kinship.resident_id)
        calls = self._calls()
        shared = select(CommonPhone.place_id).where(CommonPhone.floor.in_(self.floors))
        return or_(
            column.in_(shared),
            column.in_(here),
            column.in_(kin.where(tables.Resident.floor.in_(self.floors))),
            column.in_(calls),
        )
