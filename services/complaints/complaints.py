"""The steps of a complaint that one colleague takes: assess, inquire, tell, hear, learn (C5, C6, C9 … C12).

Each says what it needs; nothing ends without the family.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from care.errors import Invalid, NotFound
from care.severity import Level
from care.stages import Stage
from care.states import Role
from services.access import HANDLERS, LEADS, Viewer, name_of
from services.accusations import accusations
from services.complaints import results, standing, verdicts
from services.complaints.access import access_complainant, access_complaint
from services.complaints.forms import Assess, Correct, Hear, Inquire, Learn, Tell
from services.house import House
from services.promises import promises
from services.records import records
from storage import tables
from storage.queries import complaints
from storage.queries.complaints_urgent import TAKEN
from storage.types import new_id
from storage.unit import Unit

SCOPES: Final = {"ours": "本院责任", "partly": "部分是本院", "not_ours": "不是本院"}
WAYS: Final = {"电话": "call", "面谈": "visit", "书面": "paper"}
"""How a result is told besides a message: what colleagues choose, and the word that is stored."""


def assess(db: Unit, house: House, viewer: Viewer, case_id: int, form: Assess, now: datetime) -> None:
    """Nature, severity, whose responsibility; who answers for it and whom it is about (C5, C6).

    Raises Invalid with a sentence.
    """
    complaint = standing.at(db, viewer, case_id, {Stage.ASSESSMENT, Stage.INQUIRY}, form.drawn)
    _require_known(viewer, complaint)
    if (
        form.category not in house.choices.categories_of(complaint.category)
        or form.scope not in SCOPES
        or form.level not in set(Level)
    ):
        raise Invalid(why="性质、等级、责任范围都要选。")
    if form.scope != "ours" and not form.passed_to.strip():
        raise Invalid(why="不全是本院的事，请写转给了谁、家属同意没有。")
    staff = {one.id: one for one in standing.colleagues(db, viewer)}
    owner = _in_charge(viewer, complaint, form, staff)
    if form.owner not in {complaint.told_id, viewer.id}:
        complaint.told_at, complaint.told_id = None, None  # the next look tells her
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


def correct(db: Unit, house: House, viewer: Viewer, case_id: int, form: Correct, now: datetime) -> None:
    """What the assessment said, said better: a line of the case names what changed, and why (D6).

    Raises Invalid with a sentence, Decided before the assessment and after the end, Changed.
    """
    complaint = standing.at(db, viewer, case_id, set(Stage) - {Stage.RECEIVED, Stage.ASSESSMENT}, form.drawn)
    _require_known(viewer, complaint)
    if form.category not in house.choices.categories_of(complaint.category) or form.level not in set(Level):
        raise Invalid(why="性质和等级都要选。")
    why = standing.needed(form.why, "请写为什么更正：家属补充了什么，或查明了什么。")
    staff = {one.id: one for one in standing.colleagues(db, viewer)}
    owner, before = _in_charge(viewer, complaint, form, staff), complaint.owner_id
    held = {row.staff_id for row in db.scalars(complaints.named(complaint)) if row.staff_id in staff}
    changed = [
        f"性质 {complaint.category} → {form.category}" if form.category != complaint.category else "",
        f"等级 {complaint.level} → {form.level}" if form.level != complaint.level else "",
        f"负责人 {name_of(db, before) if before else '没有'} → {owner.name}" if form.owner != before else "",
        "说到的人" if form.accused != held else "",
    ]
    if not any(changed):
        raise Invalid(why="和现在的一样，没有要更正的。")
    if form.owner not in {before, viewer.id}:
        complaint.told_at, complaint.told_id = None, None  # the next look tells her
    complaint.category, complaint.level, complaint.owner_id = form.category, form.level, form.owner
    _name(db, viewer, complaint, form.accused, {one.id: one.name for one in staff.values()}, now)
    records.written(db, viewer, complaint.id, "step", f"更正：{'；'.join(filter(None, changed))}。{why}", now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "correct_case", f"case:{complaint.id}")


def _require_known(viewer: Viewer, complaint: tables.Complaint) -> None:
    """Raises NotFound for who may not know who complained: whoever hands a case to herself would (C14)."""
    if not access_complainant(viewer, complaint):
        raise NotFound


def _in_charge(
    viewer: Viewer, complaint: tables.Complaint, form: Assess | Correct, staff: Mapping[int, tables.Staff]
) -> tables.Staff:
    """Who answers for it, as the form says. Raises Invalid for who may not, and for a level that is lowered."""
    if form.level > complaint.level and (viewer.role not in LEADS or not form.why.strip()):
        raise Invalid(why="等级往低改，要主管或院长来改，并写明理由。")
    owner = staff.get(form.owner)
    if owner is None or Role(owner.role) not in HANDLERS:
        raise Invalid(why="请选一位负责人：客服、主管或院长。")
    if not form.accused <= set(staff):
        raise Invalid(why="被投诉的人不在名单里，请重选。")
    if form.owner in form.accused or viewer.id in form.accused:
        raise Invalid(why="被投诉的人不能办这件投诉，请换一位负责人，由别的同事来办。")
    return owner


def _name(
    db: Unit, viewer: Viewer, complaint: tables.Complaint, ticked: frozenset[int], called: dict[int, str], now: datetime
) -> None:
    """Whom the case is about, as the form says: who is ticked stands; who was named before and is not any more is
    lifted by the lead (C6).
    """
    rows = [row for row in db.scalars(complaints.named(complaint)) if row.staff_id is not None]
    lifted = ({row.staff_id for row in rows} & set(called)) - ticked
    """Whoever does not work here any more was not offered, and stays named."""
    if lifted and viewer.role not in LEADS:
        raise Invalid(
            why=f"来信说到{'、'.join(called.get(one or 0, '一位同事') for one in lifted)}。要去掉，请主管或院长来改。"
        )
    for row in rows:
        if row.staff_id in lifted or (row.staff_id in ticked and row.state == accusations.SUSPECTED):
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


def take_on(db: Unit, viewer: Viewer, case_id: int, now: datetime) -> int:
    """「我来联系」: the others hear that somebody sees to it; gives the case. Who comes second reads who was first (C-10).

    Raises NotFound.
    """
    complaint = access_complaint(db, viewer, case_id, lock=True)
    if complaint.feedback_at is None and complaint.closed_at is None:
        records.written(db, viewer, complaint.id, TAKEN, "我来联系家属", now)
        db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "take_on", f"case:{complaint.id}")
    return complaint.id


def inquire(db: Unit, viewer: Viewer, case_id: int, form: Inquire, now: datetime) -> None:
    """What the inquiry found, by a named colleague whom the case is not about (C6)."""
    complaint = standing.at(db, viewer, case_id, {Stage.INQUIRY, Stage.PLAN}, form.drawn)
    words = standing.needed(form.finding, "请写查明了什么：时间、地点、谁、怎么回事。")
    db.seal(complaint, "finding", words)
    complaint.stage = Stage.PLAN
    records.written(db, viewer, complaint.id, "step", f"查明：{words}", now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "inquire", f"case:{complaint.id}")


def tell(db: Unit, house: House, viewer: Viewer, case_id: int, form: Tell, now: datetime) -> None:
    """The result was told by voice, in person or on paper; the message follows, so that it can be read again and
    answered (C9).
    """
    complaint = standing.at(db, viewer, case_id, {Stage.RESULT})
    if form.way not in WAYS:
        raise Invalid(why="请选用什么方式告诉的。")
    words = standing.needed(form.note, "请写一句家属怎么说的。")
    row = results.approved_plan(db, complaint.id)
    records.written(db, viewer, complaint.id, "call", f"{form.way}告知结果：{words}", now)
    if form.way != "书面":
        promises.keep(db.store, complaint.person_id, viewer.id, now, how="call")
    promises.told_result(db.store, complaint.id, complaint.person_id, viewer.id, now, how=WAYS[form.way])
    db.refresh(complaint)
    elder = db.get_one(tables.Person, complaint.person_id).kind == "elder"
    asked = results.question(house, now, elder=elder)
    results.send(db, viewer, complaint, row, f"{db.open(row, 'reply')}\n{asked}", results.RESULT, now)
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "tell", f"case:{complaint.id}")


def hear(db: Unit, house: House, viewer: Viewer, case_id: int, form: Hear, now: datetime) -> None:
    """What the family said by phone or in person to the result or at a follow-up (C10, C11)."""
    complaint = standing.at(db, viewer, case_id, {Stage.OPINION, Stage.FOLLOW_UP}, form.drawn)
    words = standing.needed(form.note, "请写一句家属怎么说的。")
    if form.word not in {"accepted", "declined"}:
        raise Invalid(why="请选家属的意见。")
    store = db.store
    records.written(
        db, viewer, complaint.id, "call", ("认可：" if form.word == "accepted" else "不认可：") + words, now
    )
    promises.keep(store, complaint.person_id, viewer.id, now, how="call")
    db.flush()
    case = verdicts.Judged(complaint.id, complaint.number, complaint.level, complaint.rounds, complaint.stage)
    if form.word == "accepted" and complaint.stage == Stage.OPINION:
        elder = db.get_one(tables.Person, complaint.person_id).kind == "elder"
        verdicts.accept(store, house, complaint.home_id, complaint.person_id, case, now, elder=elder)
    elif form.word == "accepted":
        verdicts.followed(store, complaint.person_id, complaint.id, now, how="call", staff_id=viewer.id)
    else:
        verdicts.reopen(store, house, complaint.home_id, complaint.person_id, case, now)
    db.refresh(complaint)
    store.audit(complaint.home_id, now, f"staff:{viewer.id}", f"verdict_{form.word}", f"case:{complaint.id}")


def learn(db: Unit, viewer: Viewer, case_id: int, form: Learn, now: datetime) -> None:
    """The lesson and how it is prevented; only now, after the family agreed and was asked again, the case is closed
    (C10, C12).
    """
    complaint = standing.at(db, viewer, case_id, {Stage.LESSON})
    words = standing.needed(form.lesson, "请写这件事学到了什么、以后怎么防。")
    records.written(db, viewer, complaint.id, "step", f"总结：{words}", now)
    complaint.closed_at = now
    db.store.audit(complaint.home_id, now, f"staff:{viewer.id}", "close", f"case:{complaint.id}")
