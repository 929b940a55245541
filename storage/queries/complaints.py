"""What the page of a complaint asks: the case with its records, its clocks and its papers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from sqlalchemy import Select, or_, select
from sqlalchemy import case as when

from storage import tables
from storage.queries.sight import Sight
from storage.queries.talks import Clock, Who, whos
from storage.unit import Unit

STAGES = ("受理", "评估", "调查", "方案", "审批", "反馈", "征求意见", "回访", "总结")


def named(complaint: tables.Complaint) -> Select[tables.Accused]:
    """Whom a case is about: by name, by role, or nobody knows who; not what somebody above lifted.

    Found by the person, as the index is.
    """
    table = tables.Accused
    return select(table).where(
        table.person_id == complaint.person_id, table.case_id == complaint.id, table.state != "lifted"
    )


@dataclass(frozen=True, slots=True)
class Row:
    """A case in the list."""

    complaint: tables.Complaint
    title: str
    who: Who
    clock: Clock | None


@dataclass(frozen=True, slots=True)
class Record:
    """A line of a case. `delivery` is the outbox's word where the line was sent."""

    row: tables.ComplaintRecord
    words: str
    author: str
    delivery: str
    why: str
    media: tables.Media | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A plan or an interim reply, opened; `maker` wrote it, `decider` approved it or gave it back."""

    row: tables.Proposal
    cause: str
    measures: str
    reply: str
    why: str
    maker: str
    decider: str
    responsible: str


@dataclass(frozen=True, slots=True)
class Case:
    """A case with all that its page shows. `staff` are the colleagues of today; `papers` the newest first."""

    complaint: tables.Complaint
    title: str
    why: str
    who: Who
    fields: dict[str, str]
    records: list[Record]
    promises: list[tables.Promise]
    keepers: Mapping[int | None, str]
    finding: str
    passed_to: str
    staff: list[tables.Staff]
    accused: frozenset[int]
    papers: list[Paper]
    evidence: list[tuple[tables.Evidence, str]]

    @property
    def owner(self) -> str:
        """Who answers for it."""
        return next((one.name for one in self.staff if one.id == self.complaint.owner_id), "")

    @property
    def told(self) -> str:
        """Who in charge was told of it (C3)."""
        return self.keepers.get(self.complaint.told_id, "")

    @property
    def seen(self) -> str:
        """Who said at night that she has seen it (F41)."""
        return self.keepers.get(self.complaint.seen_by, "")

    def waiting(self, kind: str) -> Paper | None:
        """The paper that waits for a decision."""
        return next((paper for paper in self.papers if paper.row.kind == kind and paper.row.verdict is None), None)

    @property
    def returned(self) -> Paper | None:
        """The plan that came back last."""
        latest = next((paper for paper in self.papers if paper.row.kind == "plan"), None)
        return latest if latest and latest.row.verdict == "returned" else None


VEIL: Final = "原话不公开，只有负责人和院长看得到"


def veiled_row(row: Row) -> Row:
    """A line of the list without who complained and how it was said (C14)."""
    return replace(
        row,
        title=f"不公开姓名的投诉：{row.complaint.category}",
        who=replace(row.who, name="家属 A", phone="", tie="", place=""),
    )


def veiled(found: Case) -> Case:
    """A case without who complained, which elder, and any word, photo or voice between the family and the house
    (C14).
    """
    row = veiled_row(Row(found.complaint, found.title, found.who, None))
    records = [
        record
        if record.row.kind in {"note", "step", "taken"}
        else replace(record, words=VEIL, media=None, delivery="", why="")
        for record in found.records
    ]
    return replace(
        found,
        title=row.title,
        why="",
        who=row.who,
        fields=dict.fromkeys(found.fields, ""),
        records=records,
        finding="",
        papers=[],
        evidence=[],
    )


def on_time(db: Unit, sight: Sight, since: datetime) -> dict[str, tuple[int, int]]:
    """Since a moment: how many first feedbacks and results were due or given, and how many of them in time."""
    found: dict[str, tuple[int, int]] = {"first_feedback": (0, 0), "result": (0, 0)}
    for kind, due, kept, mark in db.execute(
        select(tables.Promise.kind, tables.Promise.due_at, tables.Promise.kept_at, tables.Promise.mark).where(
            tables.Promise.home_id == sight.home_id,
            tables.Promise.kind.in_(found),
            tables.Promise.made_at >= since,
            or_(
                tables.Promise.case_id.is_(None),
                tables.Promise.case_id.in_(select(tables.Complaint.id).where(sight.complaint())),
            ),
        )
    ):
        if kept is None and mark != "breached":
            continue
        good, every = found[kind]
        found[kind] = (good + (kept is not None and kept <= due), every + 1)
    return found


def by_number(db: Unit, sight: Sight, number: str) -> list[tables.Complaint]:
    """The cases of a number, the newest first: numbers without a year came again each year (D8)."""
    return list(
        db.scalars(
            select(tables.Complaint)
            .where(sight.complaint(), tables.Complaint.number == number)
            .order_by(tables.Complaint.id.desc())
        )
    )


def titles(db: Unit, sight: Sight, number: str) -> list[tuple[tables.Complaint, str]]:
    """The cases of a number with their titles; a hidden name shows no words."""
    rows = by_number(db, sight, number)
    return [(row, "不公开姓名的投诉" if row.hide_name else db.words(row, "title")) for row in rows]


def one(db: Unit, found: tables.Complaint) -> Case:
    """Everything about a case; its records in the order (CreateTime, arrival)."""
    lines = db.execute(
        select(tables.ComplaintRecord, tables.Staff, tables.Outbox, tables.Media)
        .outerjoin(tables.Staff, tables.Staff.id == tables.ComplaintRecord.staff_id)
        .outerjoin(tables.Outbox, tables.Outbox.id == tables.ComplaintRecord.outbox_id)
        .outerjoin(tables.Media, tables.Media.inbox_id == tables.ComplaintRecord.inbox_id)
        .where(tables.ComplaintRecord.case_id == found.id)
        .order_by(tables.ComplaintRecord.said_at, tables.ComplaintRecord.id)
    ).all()
    records = [
        Record(
            row,
            db.words(row, "body"),
            staff.name if staff else "",
            sent.state if sent else "",
            (sent.why or "") if sent else "",
            media,
        )
        for row, staff, sent, media in lines
    ]
    promises = list(
        db.scalars(
            select(tables.Promise)
            .where(tables.Promise.case_id == found.id)
            .order_by(when((tables.Promise.kind == "first_feedback", 0), else_=1), tables.Promise.due_at)
        )
    )
    fields = {name: db.words(found, name) for name in ("about", "occurred", "name", "contact")}
    who = whos(db, [found.person_id])[found.person_id]
    staff = list(
        db.scalars(select(tables.Staff).where(tables.Staff.home_id == found.home_id).order_by(tables.Staff.id))
    )
    called: dict[int | None, str] = {one.id: one.name for one in staff}
    accused = frozenset(row.staff_id for row in db.scalars(named(found)) if row.staff_id is not None)
    written = db.scalars(
        select(tables.Proposal).where(tables.Proposal.case_id == found.id).order_by(tables.Proposal.id.desc())
    )
    papers = [
        Paper(
            row,
            db.words(row, "cause"),
            db.words(row, "measures"),
            db.words(row, "reply"),
            db.words(row, "why"),
            called.get(row.made_by, ""),
            called.get(row.decided_by, ""),
            called.get(row.responsible_id, ""),
        )
        for row in written
    ]
    return Case(
        found,
        db.words(found, "title"),
        db.words(found, "why"),
        who,
        fields,
        records,
        promises,
        called,
        db.words(found, "finding"),
        db.words(found, "passed_to"),
        [one for one in staff if one.left_at is None],
        accused,
        papers,
        [
            (row, db.words(row, "what"))
            for row in db.scalars(
                select(tables.Evidence).where(tables.Evidence.case_id == found.id).order_by(tables.Evidence.id)
            )
        ],
    )
