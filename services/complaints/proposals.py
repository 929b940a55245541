"""What a second colleague decides about a complaint, in time: the plan and the interim reply (C7, C8).

The maker never decides their own.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from care import sla
from care.errors import Conflict, Decided, Invalid
from care.sla import Kind
from care.stages import Stage
from care.states import Role
from conversations.effects import say
from conversations.phrases import date_of
from services.access import Viewer, name_of
from services.complaints import approvals, results, standing
from services.complaints.access import access_complaint
from services.complaints.forms import Decide, Interim, Propose
from services.form import coming
from services.house import House
from services.outgoing import outbox
from services.promises import promises
from services.records import records
from storage import tables
from storage.queries import complaints
from storage.types import new_id
from storage.unit import Unit

BY_PHONE_FIRST: Final = 2
"""Results of these levels and worse are told by a human voice before a message (C9)."""
SORRY: Final = ("对不起", "抱歉", "道歉", "致歉")
DUE_AT: Final = time(18)
"""When a new date ends, by the clock of the home."""
LONGEST: Final = timedelta(days=30)


def draft(db: Unit, house: House, complaint: tables.Complaint, *, measures: str, department: str, done_by: date) -> str:
    """The words for the family as they would be sent; staff may change them, the apology stays."""
    finding = db.open(complaint, "finding") or ""
    told = say(
        "verdict.result",
        number=complaint.number,
        category=complaint.category,
        finding=finding.rstrip("。"),
        measures=measures.rstrip("。"),
        department=department,
        done_by=date_of(done_by, complaint.said_at.astimezone(house.home.zone)),
    )
    return house.words([told], complaint.said_at, elder=_is_elder(db, complaint))


def _is_elder(db: Unit, complaint: tables.Complaint) -> bool:
    """Whether a resident complained, who reads words of their own."""
    return db.get_one(tables.Person, complaint.person_id).kind == "elder"


def propose(db: Unit, house: House, viewer: Viewer, case_id: int, form: Propose, now: datetime) -> None:
    """A plan needs its cause, 责任部门, 责任人, measures with their date, and words with an apology; another colleague decides
    it (C7, C8, C9).
    """
    complaint = standing.at(db, viewer, case_id, {Stage.PLAN})
    cause, measures = standing.needed(form.cause, "请写原因。"), standing.needed(form.measures, "请写措施。")
    responsible = next((one for one in standing.colleagues(db, viewer) if one.id == form.responsible), None)
    department, done_by = form.department, form.done_by
    if department not in house.choices.departments or responsible is None:
        raise Invalid(why="责任部门和责任人都要选。")
    if done_by is None:
        raise Invalid(why="请选措施哪天完成。")
    coming(done_by, now.astimezone(house.home.zone).date(), "完成日期")
    reply = form.reply.strip() or draft(db, house, complaint, measures=measures, department=department, done_by=done_by)
    if not any(word in reply for word in SORRY):
        raise Invalid(why="给家属的话里要有一句道歉。")
    about = {row.staff_id for row in db.scalars(complaints.named(complaint))}
    named = [
        one.name for one in db.scalars(select(tables.Staff).where(tables.Staff.id.in_(about))) if one.name in reply
    ]
    if named:
        raise Invalid(why=f"给家属的话里写了{'、'.join(named)}的名字，请改成「护理员」这样的说法，再提交。")
    outbox.fits(f"{reply}\n{results.question(house, now, elder=_is_elder(db, complaint))}")
    row = tables.Proposal(
        id=new_id(),
        home_id=complaint.home_id,
        case_id=complaint.id,
        kind="plan",
        department=department,
        responsible_id=responsible.id,
        done_by=done_by,
        made_by=viewer.id,
        made_at=now,
    )
    for name, value in (("cause", cause), ("measures", measures), ("reply", reply)):
        db.seal(row, name, value)
    db.add(row)
    complaint.stage = Stage.APPROVAL
    _ask_for_approval(db, house, complaint, now)
    records.written(
        db,
        viewer,
        complaint.id,
        "step",
        f"方案：原因 {cause.rstrip('。；')}；措施 {measures.rstrip('。；')}；{department} {responsible.name}，{done_by} 前完成",
        now,
    )
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "propose", f"case:{complaint.id}")


def interim(db: Unit, house: House, viewer: Viewer, case_id: int, form: Interim, now: datetime) -> None:
    """The 24 h promise is answered, not silently missed: why it takes longer and until when; the director decides
    (domain.md 6b).
    """
    complaint = standing.at(db, viewer, case_id, {Stage.ASSESSMENT, Stage.INQUIRY, Stage.PLAN, Stage.APPROVAL})
    words = standing.needed(form.reply, "请写为什么还没查清、现在到哪一步了。")
    new_due = datetime.combine(form.until, DUE_AT, house.home.zone) if form.until else None
    if new_due is None or new_due > now + LONGEST:
        raise Invalid(why="请选新的时间，在 30 天以内。")
    if new_due <= now:
        raise Invalid(why=f"新的时间（{form.until:%m-%d} {DUE_AT:%H:%M}）已经过了，请选以后的日子。")
    if _open(db, complaint.id, "interim") is not None:
        raise Invalid(why="已有一份中期回复在等院长批。")
    row = tables.Proposal(
        id=new_id(),
        home_id=complaint.home_id,
        case_id=complaint.id,
        kind="interim",
        new_due=new_due,
        made_by=viewer.id,
        made_at=now,
    )
    db.seal(row, "reply", words)
    db.add(row)
    if complaint.stage != Stage.APPROVAL:  # a plan waits: its clock runs already
        _ask_for_approval(db, house, complaint, now)
    records.written(db, viewer, complaint.id, "step", f"申请中期回复：{words}", now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "interim", f"case:{complaint.id}")


def decide(db: Unit, house: House, viewer: Viewer, case_id: int, form: Decide, now: datetime) -> None:
    """Approve, which sends, or give back with what has to be changed.

    Raises Conflict when somebody was first, Invalid for the maker.
    """
    complaint, approved = access_complaint(db, viewer, case_id, lock=True), form.verdict == "approve"
    row = db.get(tables.Proposal, form.paper, populate_existing=True)
    if row is None or row.case_id != complaint.id:
        raise Conflict
    if row.verdict is not None:
        raise Decided(
            who=name_of(db, row.decided_by), what="批准了这一份" if row.verdict == "approved" else "退回了这一份"
        )
    approval = approvals.of(db, complaint, row, now)
    outside = _outside(approval, form) if form.body.strip() else ""
    if not outside and not approval.may(viewer):
        raise Invalid(why=approval.who)
    why = form.why.strip() if approved else standing.needed(form.why, "退回要写明改什么。")
    row.decided_by, row.decided_at, row.verdict = viewer.id, now, "approved" if approved else "returned"
    if why:
        db.seal(row, "why", f"{outside}：{why}" if outside else why)
    if outside or not approved:
        records.written(db, viewer, complaint.id, "step", f"{outside or '退回'}：{why}", now)
    elif row.kind == "plan":
        stands_in = approval.stands_in and viewer.role is not Role.DIRECTOR
        words = "审批时限已过，代院长批准方案" if stands_in else "批准方案"
        records.written(db, viewer, complaint.id, "step", words, now)
    if row.kind == "plan":
        complaint.stage = Stage.RESULT if approved else Stage.PLAN
    if approved:
        _approved(db, house, viewer, complaint, row, now)
    db.flush()
    if _open(db, complaint.id) is None:
        _stop_the_approval_clock(db, complaint, now)
    db.store.audit(
        complaint.home_id, now, f"staff:{viewer.id}", "approve" if approved else "return", f"case:{complaint.id}"
    )


def _approved(
    db: Unit, house: House, viewer: Viewer, complaint: tables.Complaint, row: tables.Proposal, now: datetime
) -> None:
    """What an approved paper sends: a result, unless a voice must tell it first; an interim reply with its date.

    Raises Invalid when what it promises is over by now (C-4).
    """
    today = now.astimezone(house.home.zone).date()
    if (row.done_by or today) < today or (row.new_due or now) < now:
        raise Invalid(why="里面写的日期已经过了，请退回，改好日期再批。")
    reply = db.open(row, "reply") or ""
    if row.kind == "interim":
        results.send(db, viewer, complaint, row, reply, results.INTERIM, now)
        due = promises.open_result(db.store, complaint.id)
        if due is not None and row.new_due is not None:
            promises.put_off(db.store, complaint.person_id, due, row.new_due)
    elif complaint.level > BY_PHONE_FIRST:
        words = f"{reply}\n{results.question(house, now, elder=_is_elder(db, complaint))}"
        results.send(db, viewer, complaint, row, words, results.RESULT, now)


def _outside(approval: approvals.Approval, form: Decide) -> str:
    """Who above the house decided by phone, as the case keeps it. Raises Invalid while somebody in the house may."""
    if not approval.outside:
        raise Invalid(why="院里还有人能批，请同事来批；没有人能批的，才由上级单位或举办方批。")
    body = standing.needed(form.body, "请写是哪个上级单位或举办方。")
    person = standing.needed(form.person, "请写对方是谁批的、什么职务。")
    standing.needed(form.why, "请写电话里对方怎么说的。")
    return f"{body} {person} 在电话里{'批准' if form.verdict == 'approve' else '退回'}"


def _ask_for_approval(db: Unit, house: House, complaint: tables.Complaint, now: datetime) -> None:
    """A clock of its own, inside the 24 h (C8)."""
    db.flush()
    result = db.scalars(
        select(tables.Promise).where(
            tables.Promise.case_id == complaint.id,
            tables.Promise.kind == Kind.RESULT.value,
            tables.Promise.kept_at.is_(None),
        )
    ).first()
    due = sla.approval_due(now, result.due_at if result else None, house.figures)
    promises.make(
        db.store,
        home_id=complaint.home_id,
        person_id=complaint.person_id,
        kind=Kind.APPROVAL,
        made_at=now,
        due_at=due,
        case_id=complaint.id,
    )


def _stop_the_approval_clock(db: Unit, complaint: tables.Complaint, now: datetime) -> None:
    for row in db.scalars(
        select(tables.Promise).where(
            tables.Promise.case_id == complaint.id,
            tables.Promise.kind == Kind.APPROVAL.value,
            tables.Promise.kept_at.is_(None),
        )
    ):
        row.kept_at, row.kept_how, row.look_at = now, "decided", None


def _open(db: Unit, case_id: int, kind: str = "") -> tables.Proposal | None:
    """A paper that waits for a decision."""
    waiting = select(tables.Proposal).where(tables.Proposal.case_id == case_id, tables.Proposal.verdict.is_(None))
    return db.scalars(waiting.where(tables.Proposal.kind == kind) if kind else waiting).first()
