"""A complaint from the first feedback to its end: assess, inquire, plan, decide, tell, follow up, learn (C5 … C12).

Each step says what it needs; the maker of a plan never decides it; nothing ends without the family.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import select

from care import sla
from care.errors import Changed, Conflict, Decided, Invalid
from care.severity import CATEGORIES, Level
from care.sla import Kind
from care.stages import Stage
from conversations.effects import say
from services.access import HANDLERS, LEADS, Role, Viewer, name_of
from services.accusations import accusations
from services.complaints import verdicts
from services.complaints.access import access_complaint
from services.complaints.forms import Assess, Decide, Hear, Inquire, Interim, Learn, Propose, Tell
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose, Sent
from services.promises import promises
from services.records import records
from storage import revision, tables
from storage.queries import complaints
from storage.queries.complaints import STAGES
from storage.store import Store
from storage.types import new_id
from storage.unit import Unit

DEPARTMENTS: Final = ("护理部", "客服部", "后勤部", "膳食部", "医务室", "财务室", "院办")
SCOPES: Final = {"ours": "本院责任", "partly": "部分是本院", "not_ours": "不是本院"}
WAYS: Final = ("电话", "面谈", "书面")
BY_PHONE_FIRST: Final = 2
"""Results of these levels and worse are told by a human voice before a message (C9)."""
SORRY: Final = ("对不起", "抱歉", "道歉", "致歉")
DUE_AT: Final = time(18)
"""When a new date ends, by the clock of the home."""
LONGEST: Final = timedelta(days=30)


def assess(db: Unit, viewer: Viewer, case_id: int, form: Assess, now: datetime) -> None:
    """Nature, severity, whose responsibility; who answers for it and whom it is about (C5, C6).

    Raises Invalid with a sentence.
    """
    complaint = _at(db, viewer, case_id, {Stage.ASSESSMENT, Stage.INQUIRY}, form.drawn)
    if form.category not in CATEGORIES or form.scope not in SCOPES or form.level not in set(Level):
        raise Invalid(why="性质、等级、责任范围都要选。")
    if form.scope != "ours" and not form.passed_to.strip():
        raise Invalid(why="不全是本院的事，请写转给了谁、家属同意没有。")
    if form.level > complaint.level and (viewer.role not in LEADS or not form.why.strip()):
        raise Invalid(why="等级往低改，要主管或院长来改，并写明理由。")
    staff = {one.id: one for one in _staff(db, viewer)}
    owner = staff.get(form.owner)
    if owner is None or Role(owner.role) not in HANDLERS:
        raise Invalid(why="请选一位负责人：客服、主管或院长。")
    if not form.accused <= set(staff):
        raise Invalid(why="被投诉的人不在名单里，请重选。")
    if form.owner in form.accused or viewer.id in form.accused:
        raise Invalid(why="被投诉的人不能办这件投诉，请换一位负责人，由别的同事来评估。")
    complaint.category, complaint.level, complaint.scope, complaint.owner_id, complaint.stage = (
        form.category,
        form.level,
        form.scope,
        form.owner,
        Stage.INQUIRY,
    )
    db.seal(complaint, "passed_to", form.passed_to.strip() or None)
    _name(db, viewer, complaint, form.accused, {one.id: one.name for one in staff.values()}, now)
    words = f"评估：{form.category} · {form.level} 级 · {SCOPES[form.scope]} · 负责人 {owner.name}" + (
        f"。{form.why.strip()}" if form.why.strip() else ""
    )
    records.written(db, viewer, complaint.id, "step", words, now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "assess", f"case:{complaint.id}")


def _name(
    db: Unit, viewer: Viewer, complaint: tables.Complaint, ticked: frozenset[int], called: dict[int, str], now: datetime
) -> None:
    """Whom the case is about, as the form says: who is ticked stands; who was named before and is not any more is
    lifted by the lead (C6).
    """
    rows = [row for row in db.scalars(complaints.named(complaint)) if row.staff_id is not None]
    lifted = {row.staff_id for row in rows} - ticked
    if lifted and viewer.role not in LEADS:
        raise Invalid(
            why=f"来信说到{'、'.join(called.get(one or 0, '一位同事') for one in lifted)}。要去掉，请主管或院长来改。"
        )
    for row in rows:
        if row.staff_id in lifted or row.state == accusations.SUSPECTED:
            row.state = accusations.LIFTED if row.staff_id in lifted else accusations.CONFIRMED
            row.decided_at, row.decided_by = now, viewer.id
    for staff_id in sorted(ticked - {row.staff_id for row in rows}):
        db.add(
            tables.Accused(
                id=new_id(),
                home_id=complaint.home_id,
                person_id=complaint.person_id,
                case_id=complaint.id,
                staff_id=staff_id,
                role="",
                floor="",
                reach="desk",
                state=accusations.CONFIRMED,
                named_at=now,
                named_by=viewer.id,
            )
        )
    changed = [f"不是{called.get(one or 0, '')}" for one in sorted(filter(None, lifted))]
    changed += [f"是{called[one]}" for one in sorted(ticked - {row.staff_id for row in rows})]
    if changed:
        accusations.told(db, viewer, complaint.id, complaint.person_id, f"说到的人：{'，'.join(changed)}", "named", now)


def inquire(db: Unit, viewer: Viewer, case_id: int, form: Inquire, now: datetime) -> None:
    """What the inquiry found, by a named colleague whom the case is not about (C6)."""
    complaint = _at(db, viewer, case_id, {Stage.INQUIRY, Stage.PLAN}, form.drawn)
    words = _needed(form.finding, "请写查明了什么：时间、地点、谁、怎么回事。")
    db.seal(complaint, "finding", words)
    complaint.stage = Stage.PLAN
    records.written(db, viewer, complaint.id, "step", f"查明：{words}", now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "inquire", f"case:{complaint.id}")


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
        done_by=f"{done_by.month}月{done_by.day}日",
    )
    return house.words([told], complaint.said_at)


def propose(db: Unit, house: House, viewer: Viewer, case_id: int, form: Propose, now: datetime) -> None:
    """A plan needs its cause, 责任部门, 责任人, measures with their date, and words with an apology; another colleague decides
    it (C7, C8, C9).
    """
    complaint = _at(db, viewer, case_id, {Stage.PLAN})
    cause, measures = _needed(form.cause, "请写原因。"), _needed(form.measures, "请写措施。")
    responsible = next((one for one in _staff(db, viewer) if one.id == form.responsible), None)
    department, done_by = form.department, form.done_by
    if department not in DEPARTMENTS or responsible is None:
        raise Invalid(why="责任部门和责任人都要选。")
    if done_by is None:
        raise Invalid(why="请选措施哪天完成。")
    reply = form.reply.strip() or draft(db, house, complaint, measures=measures, department=department, done_by=done_by)
    if not any(word in reply for word in SORRY):
        raise Invalid(why="给家属的话里要有一句道歉。")
    about = {row.staff_id for row in db.scalars(complaints.named(complaint))}
    named = [
        one.name for one in db.scalars(select(tables.Staff).where(tables.Staff.id.in_(about))) if one.name in reply
    ]
    if named:
        raise Invalid(why=f"给家属的话里写了{'、'.join(named)}的名字，请改成「护理员」这样的说法，再提交。")
    outbox.fits(f"{reply}\n{_question(house, now)}")
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
        f"方案：原因 {cause.rstrip('。；')}；措施 {measures.rstrip('。；')}；{department} {responsible.name}，{done_by:%m-%d} 前完成",
        now,
    )
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "propose", f"case:{complaint.id}")


def interim(db: Unit, house: House, viewer: Viewer, case_id: int, form: Interim, now: datetime) -> None:
    """The 24 h promise is answered, not silently missed: why it takes longer and until when; the director decides
    (domain.md 6b).
    """
    complaint = _at(db, viewer, case_id, {Stage.ASSESSMENT, Stage.INQUIRY, Stage.PLAN, Stage.APPROVAL})
    words = _needed(form.reply, "请写为什么还没查清、现在到哪一步了。")
    new_due = datetime.combine(form.until, DUE_AT, house.home.zone) if form.until else None
    if new_due is None or not now < new_due <= now + LONGEST:
        raise Invalid(why="请选新的时间，在 30 天以内。")
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


def may_decide(
    viewer: Viewer, complaint: tables.Complaint, row: tables.Proposal, *, overdue: bool = False, directors: bool = True
) -> bool:
    """Maker ≠ checker; the director for the most serious, for lawyers and the press, and for a new date; else a
    supervisor as well.

    When the approval clock has run out a supervisor stands in for the director: a family does not wait for a holiday
    (C8). So too when the
    case is about every director (`directors` false).
    """
    if row.made_by == viewer.id:
        return False
    by_director = directors and (complaint.level == Level.S1 or complaint.cautious or row.kind == "interim")
    return viewer.role is Role.DIRECTOR if by_director and not overdue else viewer.role in LEADS


def director_left(db: Unit, complaint: tables.Complaint) -> bool:
    """Whether there is a director whom the case is not about."""
    rows = list(db.scalars(complaints.named(complaint)))
    named, all_of_them = {row.staff_id for row in rows}, any(row.role == Role.DIRECTOR for row in rows)
    there = (
        one
        for one in db.scalars(
            select(tables.Staff).where(tables.Staff.home_id == complaint.home_id, tables.Staff.left_at.is_(None))
        )
    )
    return not all_of_them and any(one.role == Role.DIRECTOR and one.id not in named for one in there)


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
    directors = director_left(db, complaint)
    if not may_decide(viewer, complaint, row, overdue=_overdue(db, complaint.id, now), directors=directors):
        raise Invalid(why="制定人不能批自己的方案；1 级、慎重和延期要院长批，审批时限过了主管可以代批。")
    row.decided_by, row.decided_at = viewer.id, now
    if not approved:
        row.verdict = "returned"
        db.seal(row, "why", _needed(form.why, "退回要写明改什么。"))
        if row.kind == "plan":
            complaint.stage = Stage.PLAN
        records.written(db, viewer, complaint.id, "step", f"退回：{form.why.strip()}", now)
    elif row.kind == "interim":
        row.verdict = "approved"
        _send(db, viewer, complaint, row, db.open(row, "reply") or "", INTERIM, now)
        due = promises.open_result(db.store, complaint.id)
        if due is not None and row.new_due is not None:
            promises.put_off(db.store, complaint.person_id, due, row.new_due)
    else:
        row.verdict = "approved"
        complaint.stage = Stage.RESULT
        records.written(
            db,
            viewer,
            complaint.id,
            "step",
            "批准方案" if may_decide(viewer, complaint, row, directors=directors) else "审批时限已过，代院长批准方案",
            now,
        )
        if complaint.level > BY_PHONE_FIRST:
            _send(db, viewer, complaint, row, f"{db.open(row, 'reply')}\n{_question(house, now)}", RESULT, now)
    db.flush()
    if _open(db, complaint.id) is None:
        _stop_the_approval_clock(db, complaint, now)
    db.store.audit(
        complaint.home_id, now, f"staff:{viewer.id}", "approve" if approved else "return", f"case:{complaint.id}"
    )


def tell(db: Unit, house: House, viewer: Viewer, case_id: int, form: Tell, now: datetime) -> None:
    """The result was told by voice, in person or on paper; the message follows, so that it can be read again and
    answered (C9).
    """
    complaint = _at(db, viewer, case_id, {Stage.RESULT})
    if form.way not in WAYS:
        raise Invalid(why="请选用什么方式告诉的。")
    words = _needed(form.note, "请写一句家属怎么说的。")
    row = _approved_plan(db, complaint.id)
    records.written(db, viewer, complaint.id, "call", f"{form.way}告知结果：{words}", now)
    if form.way != "书面":
        promises.keep(db.store, complaint.person_id, viewer.id, now, how="call")
    promises.told_result(db.store, complaint.id, complaint.person_id, viewer.id, now, how=form.way)
    db.refresh(complaint)
    _send(db, viewer, complaint, row, f"{db.open(row, 'reply')}\n{_question(house, now)}", RESULT, now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "tell", f"case:{complaint.id}")


def hear(db: Unit, house: House, viewer: Viewer, case_id: int, form: Hear, now: datetime) -> None:
    """What the family said by phone or in person to the result or at a follow-up (C10, C11)."""
    complaint = _at(db, viewer, case_id, {Stage.OPINION, Stage.FOLLOW_UP}, form.drawn)
    words = _needed(form.note, "请写一句家属怎么说的。")
    if form.word not in {"accepted", "declined"}:
        raise Invalid(why="请选家属的意见。")
    store = db.store
    records.written(
        db, viewer, complaint.id, "call", ("认可：" if form.word == "accepted" else "不认可：") + words, now
    )
    promises.keep(store, complaint.person_id, viewer.id, now, how="call")
    db.flush()
    if form.word == "accepted" and complaint.stage == Stage.OPINION:
        elder = db.get_one(tables.Person, complaint.person_id).kind == "elder"
        verdicts.accept(
            store,
            house,
            complaint.home_id,
            complaint.person_id,
            complaint.id,
            complaint.number,
            complaint.level,
            now,
            elder=elder,
        )
    elif form.word == "accepted":
        verdicts.followed(store, complaint.person_id, complaint.id, now, how="call", staff_id=viewer.id)
    else:
        verdicts.reopen(
            store,
            house,
            complaint.home_id,
            complaint.person_id,
            (complaint.id, complaint.number, complaint.level, complaint.rounds, complaint.stage),
            now,
        )
    db.refresh(complaint)
    store.audit(complaint.home_id, now, f"staff:{viewer.id}", f"verdict_{form.word}", f"case:{complaint.id}")


def learn(db: Unit, viewer: Viewer, case_id: int, form: Learn, now: datetime) -> None:
    """The lesson and how it is prevented; only now, after the family agreed and was asked again, the case is closed
    (C10, C12).
    """
    complaint = _at(db, viewer, case_id, {Stage.LESSON})
    words = _needed(form.lesson, "请写这件事学到了什么、以后怎么防。")
    records.written(db, viewer, complaint.id, "step", f"总结：{words}", now)
    complaint.closed_at = now
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "close", f"case:{complaint.id}")


def revision_of(db: Unit, complaint: tables.Complaint) -> str:
    """What the form of a step is drawn from: where the case stands, what was decided about it, and whom it is about
    (D6).
    """
    named = {(row.staff_id, row.role, row.floor, row.state) for row in db.scalars(complaints.named(complaint))}
    return revision.of(
        complaint.stage,
        complaint.rounds,
        complaint.category,
        complaint.level,
        complaint.scope,
        complaint.owner_id,
        complaint.passed_to,
        complaint.finding,
        sorted(named, key=str),
    )


def _at(db: Unit, viewer: Viewer, case_id: int, stages: set[Stage], drawn: str | None = None) -> tables.Complaint:
    """The case, its person locked; `drawn` is the revision of the form (None = read in this transaction).

    Raises Decided with who was first when it is at another step by now, Changed when it is at the same one.
    """
    complaint = access_complaint(db, viewer, case_id, lock=True)
    if complaint.stage not in stages or complaint.closed_at is not None:
        now_at = "结案了" if complaint.closed_at is not None else f"把这件办到了「{STAGES[complaint.stage - 1]}」"
        raise Decided(who=_latest(db, complaint.id), what=now_at)
    if drawn is not None and drawn != (stands := revision_of(db, complaint)):
        raise Changed(who=_latest(db, complaint.id), what="改过这件投诉", revision=stands)
    return complaint


def _latest(db: Unit, case_id: int) -> str:
    """Who wrote the newest line of a case: a colleague, or the family."""
    newest = (
        select(tables.ComplaintRecord)
        .where(tables.ComplaintRecord.case_id == case_id)
        .order_by(tables.ComplaintRecord.id.desc())
        .limit(1)
    )
    row = db.scalars(newest).first()
    return "家属" if row is not None and row.staff_id is None else name_of(db, row.staff_id if row else None)


def _staff(db: Unit, viewer: Viewer) -> list[tables.Staff]:
    return list(
        db.scalars(select(tables.Staff).where(tables.Staff.home_id == viewer.home_id, tables.Staff.left_at.is_(None)))
    )


def _needed(text: str, why: str) -> str:
    words = text.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid(why=why)
    return words


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


def _overdue(db: Unit, case_id: int, now: datetime) -> bool:
    """Whether nobody decided in time."""
    late = select(tables.Promise.id).where(
        tables.Promise.case_id == case_id,
        tables.Promise.kind == Kind.APPROVAL.value,
        tables.Promise.kept_at.is_(None),
        tables.Promise.due_at <= now,
    )
    return db.scalars(late).first() is not None


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


def _approved_plan(db: Unit, case_id: int) -> tables.Proposal:
    plans = select(tables.Proposal).where(tables.Proposal.case_id == case_id, tables.Proposal.kind == "plan")
    row = db.scalars(plans.where(tables.Proposal.verdict == "approved").order_by(tables.Proposal.id.desc())).first()
    if row is None:
        raise Conflict
    return row


def _question(house: House, now: datetime) -> str:
    """What every result ends with (C10)."""
    return house.words([say("verdict.ask")], now)


def _told(store: Store, sent: Sent) -> None:
    """The result arrived: besides what every answer keeps, the 24 h clock stops (C9)."""
    promises.reached(store, sent)
    for (case_id,) in store.rows(
        "SELECT case_id FROM case_record WHERE outbox_id = ? AND kind = 'result'", sent.row_id
    ):
        promises.told_result(store, case_id, sent.person_id, sent.staff_id, sent.now, how="message")


RESULT: Final = Purpose("result", on_sent=_told)
INTERIM: Final = Purpose("interim", on_sent=promises.reached)


def _send(
    db: Unit,
    viewer: Viewer,
    complaint: tables.Complaint,
    row: tables.Proposal,
    words: str,
    purpose: Purpose,
    now: datetime,
) -> None:
    """Into the person's queue, once; whether it arrived is on the case. A talk that still asks for the story ends: the
    next words answer us.
    """
    talk = db.scalars(select(tables.Conversation).where(tables.Conversation.person_id == complaint.person_id)).one()
    talk.flow, talk.slots, talk.idle_at = None, None, None
    db.flush()
    sent = outbox.enqueue(
        db.store,
        home_id=complaint.home_id,
        person_id=complaint.person_id,
        purpose=purpose,
        dedup_key=f"proposal:{row.id}:{purpose.name}:1",
        text=words,
        now=now,
        staff_id=viewer.id,
    )
    if sent is not None:
        records.written(
            db, viewer, complaint.id, "result" if purpose is RESULT else "feedback", words, now, outbox_id=sent
        )
