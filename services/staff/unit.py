"""投诉处理小组: who is in charge of complaints, who stands in, and the written procedure, each change a version of its
own (C16).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import aliased

from care.errors import Changed, Forbidden, Invalid
from care.sla import Figures
from care.states import Role
from services.access import HANDLERS, Page, Viewer, access_page, name_of
from services.staff.access import colleague_here
from services.staff.forms import SetUnit
from storage import revision, tables
from storage.tables.staff import ComplaintUnit
from storage.types import new_id
from storage.unit import Unit

UNIT: Final = Page("投诉处理小组", "/unit", HANDLERS | {Role.ADMIN, Role.AUDITOR})
LONGEST: Final = 6000


@dataclass(frozen=True, slots=True)
class Group:
    """The unit as a page shows it. Who left the house stands there as gone."""

    version: int
    lead: tables.Staff
    deputy: tables.Staff | None
    members: tuple[tables.Staff, ...]
    procedure: str
    set_at: datetime
    set_by: str

    @property
    def gone(self) -> tuple[str, ...]:
        """Names of who does not work here any more."""
        named = (self.lead, *filter(None, (self.deputy,)), *self.members)
        return tuple(row.name for row in named if row.left_at is not None)

    @property
    def charge(self) -> str:
        """Who is in charge now: the deputy where the lead has left; nobody when both have."""
        return next((row.name for row in (self.lead, self.deputy) if row is not None and row.left_at is None), "")


@dataclass(frozen=True, slots=True)
class Charge:
    """Who is in charge of complaints now, for a line on another page."""

    id: int = 0
    name: str = ""
    deputy: str = ""
    deputy_id: int = 0


def in_charge(db: Unit, home_id: int) -> Charge:
    """The lead of the unit; the deputy where she has left the house; nobody before there is one."""
    table, lead, deputy = ComplaintUnit, aliased(tables.Staff), aliased(tables.Staff)
    latest_one = (
        select(lead, deputy)
        .select_from(table)
        .join(lead, lead.id == table.lead_id)
        .outerjoin(deputy, deputy.id == table.deputy_id)
        .where(table.home_id == home_id)
        .order_by(table.version.desc())
        .limit(1)
    )
    found = db.execute(latest_one).first()
    here = [row for row in found or () if row is not None and row.left_at is None]
    if not here or found is None:
        return Charge()
    second = here[1] if len(here) > 1 else None
    return Charge(here[0].id, here[0].name, second.name if second else "", second.id if second else 0)


def may_set(viewer: Viewer) -> bool:
    """The director answers for it."""
    return viewer.role is Role.DIRECTOR


def latest(db: Unit, home_id: int) -> ComplaintUnit | None:
    """The version that holds."""
    table = ComplaintUnit
    return db.scalars(select(table).where(table.home_id == home_id).order_by(table.version.desc()).limit(1)).first()


def current(db: Unit, home_id: int) -> Group | None:
    """The unit of the house; None before there is one."""
    row = latest(db, home_id)
    if row is None:
        return None
    ids = [int(one) for one in row.members.split()]
    people = {
        one.id: one
        for one in db.scalars(select(tables.Staff).where(tables.Staff.id.in_([row.lead_id, row.deputy_id or 0, *ids])))
    }
    return Group(
        row.version,
        people[row.lead_id],
        people.get(row.deputy_id or 0),
        tuple(people[one] for one in ids if one in people),
        row.procedure,
        row.set_at,
        name_of(db, row.set_by),
    )


def look(db: Unit, viewer: Viewer) -> Group | None:
    """For who may open the page. Raises NotFound."""
    access_page(viewer, UNIT)
    return current(db, viewer.home_id)


def revision_of(row: ComplaintUnit | None) -> str:
    """What the form is drawn from."""
    return revision.of(row.version if row else 0)


def set_unit(db: Unit, viewer: Viewer, form: SetUnit, now: datetime) -> int:
    """A new version; its number. Raises Invalid, Changed, Forbidden."""
    if not may_set(viewer):
        raise Forbidden
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    before = latest(db, viewer.home_id)
    if form.drawn not in {None, revision_of(before)}:
        who = name_of(db, before.set_by) if before else "有同事"
        raise Changed(who=who, what="改过这个小组", revision=revision_of(before))
    words = form.procedure.replace("\r\n", "\n").strip()
    if not words:
        raise Invalid(why="请写明投诉怎么受理、谁来办、多久答复。可以从下面的样稿改起。")
    if len(words) > LONGEST:
        raise Invalid(why=f"办法太长了，最多 {LONGEST} 个字。")
    lead = _handler(db, viewer, form.lead, "请选一位负责人。")
    deputy = _handler(db, viewer, form.deputy, "") if form.deputy else None
    if deputy is not None and deputy.id == lead.id:
        raise Invalid(why="代管的要是另一位：负责人不在时才有人办。")
    others = sorted(form.members - {lead.id, form.deputy})
    for one in others:
        colleague_here(db, viewer, one)
    row = ComplaintUnit(
        id=new_id(),
        home_id=viewer.home_id,
        version=(before.version if before else 0) + 1,
        lead_id=lead.id,
        deputy_id=deputy.id if deputy else None,
        members=" ".join(map(str, others))[:400],
        procedure=words,
        set_at=now,
        set_by=viewer.id,
    )
    db.add(row)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "set_unit", f"unit:{row.id}", f"第 {row.version} 版")
    db.store.hint("colleagues", "cases")
    return row.version


def _handler(db: Unit, viewer: Viewer, staff_id: int, why: str) -> Viewer:
    """Somebody who answers complaints. Raises Invalid."""
    if why and not staff_id:
        raise Invalid(why=why)
    found = colleague_here(db, viewer, staff_id)
    if found.role not in HANDLERS:
        raise Invalid(why=f"{found.name} 的岗位看不到投诉，不能负责。请选客服、主管或院长。")
    return found


def draft(figures: Figures, home: str) -> str:
    """A procedure to begin with, in the figures that this home promises."""
    minutes, serious = (
        int(figures.first_feedback.total_seconds() // 60),
        int(figures.serious_feedback.total_seconds() // 60),
    )
    hours = int(figures.result.total_seconds() // 3600)
    return "\n".join(
        (
            f"{home}投诉处理办法",
            "",
            "一、怎么投诉：微信里直接说、打电话、当面说、投意见箱都算，当场登记，给编号。不想露名字的，照办。",
            f"二、多久有人联系：一般 {minutes} 分钟内有人联系；受伤、安全、虐待这类，{serious} 分钟内打电话。",
            "三、谁来查：小组负责人指定一位和这件事没有关系的同事查，被说到的人看不到、不参与。",
            f"四、多久给结果：{hours} 小时内给结果；做不到的，先说明原因和新的时间。",
            "五、结果怎么给：先口头说清，再留书面的；家属认可才结案，不认可就再办一轮。",
            "六、对处理还不满意：可以找院长，也可以打 12345 或找民政部门，我们不阻拦。",
            "七、投诉不影响对老人的照护，谁报复谁负责。",
            "八、小组每月看一遍全部投诉，写下改进，院长签字。",
        )
    )
