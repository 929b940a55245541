"""The plans of a home: the starter plans, or its own version, and whom to call outside (E1, E4, E5)."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy import func, select

from care import phones
from care.errors import Changed, Forbidden, Invalid, NotFound
from care.incidents import NUMBERS, Doer, Plan, PlanStep, dials, plans
from services.access import Viewer, name_of
from services.incidents.access import MAY_PLAN
from services.incidents.forms import PutContact, SetPlan
from storage import tables
from storage.tables.incidents import IncidentPlan, OutsideContact
from storage.types import new_id
from storage.unit import Unit

STEPS: Final = 20
LONGEST: Final = 4000
"""Signs of a whole plan."""
CONTACTS: Final = 30
LINE: Final = re.compile(
    r"(\d{1,4})\s*分?(?:钟|内|以内)?\s*[，,、 ]\s*(\S+?)\s*[，,、：: ]\s*(.{2,80}?)(?:（(.{1,120})）)?"
)
_DOERS: Final[Mapping[str, Doer]] = {one.words: one for one in Doer}
SHORT: Final = re.compile(r"\d{3,5}")
"""120, 119, 110, 12345: numbers that no area has."""


def newest(db: Unit, home_id: int) -> dict[str, IncidentPlan]:
    """The home's own versions, by plan."""
    rows = db.scalars(select(IncidentPlan).where(IncidentPlan.home_id == home_id).order_by(IncidentPlan.version))
    return {row.plan: row for row in rows}


def of_home(db: Unit, home_id: int) -> dict[str, Plan]:
    """The plans as they hold in this home."""
    own = newest(db, home_id)
    return {
        word: Plan(plan.name, _read(own[word].lines), plan.kinds) if word in own else plan
        for word, plan in plans().items()
    }


def lines_of(plan: Plan) -> str:
    """A plan as it is written in the form: 5 分，护士，看意识和呼吸（叫得应吗）."""
    return "\n".join(
        f"{step.within} 分，{step.role.words}，{step.text}{f'（{step.more}）' if step.more else ''}"
        for step in plan.steps
    )


def revision_of(row: IncidentPlan | None) -> str:
    """What the form of a plan is drawn from."""
    return str(row.version if row else 0)


def set_plan(db: Unit, viewer: Viewer, word: str, form: SetPlan, now: datetime) -> None:
    """The home's own version of a plan. Raises Forbidden, NotFound, Invalid, Changed."""
    if viewer.role not in MAY_PLAN:
        raise Forbidden
    if word not in plans():
        raise NotFound
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    known = newest(db, viewer.home_id).get(word)
    if form.drawn not in {None, revision_of(known)}:
        who = name_of(db, known.set_by) if known else "有同事"
        raise Changed(who=who, what="改过这份预案", revision=revision_of(known))
    steps = _read(form.lines)
    if not steps:
        raise Invalid(why="预案至少要有一步。")
    if len(steps) > STEPS:
        raise Invalid(why=f"一份预案最多 {STEPS} 步，分成两份更好找。")
    lines = lines_of(Plan("", steps))
    if len(lines) > LONGEST:
        raise Invalid(why=f"一份预案最多 {LONGEST} 个字，请写短些。")
    row = IncidentPlan(
        id=new_id(),
        home_id=viewer.home_id,
        plan=word,
        version=known.version + 1 if known else 1,
        lines=lines,
        why=_short(form.why, 200),
        set_at=now,
        set_by=viewer.id,
    )
    db.add(row)
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "set_plan", f"incident_plan:{row.id}", word)
    db.store.hint("incidents")


def _short(text: str, most: int) -> str:
    words = " ".join(text.split())
    if len(words) > most:
        raise Invalid(why=f"最多 {most} 个字，请写短些。")
    return words


def _read(lines: str) -> tuple[PlanStep, ...]:
    """The steps of a text; whom one telephones is told by its own words. Raises Invalid with the line that cannot be
    read.
    """
    found: list[PlanStep] = []
    for number, line in enumerate(filter(None, (one.strip() for one in lines.splitlines())), 1):
        read = LINE.fullmatch(line)
        doer = _DOERS.get(read[2]) if read else None
        if read is None or doer is None:
            people = "、".join(_DOERS)
            raise Invalid(
                why=f"第 {number} 行看不懂：「{line[:20]}」。写成「5 分，护士，看意识和呼吸」，谁来做写：{people}。"
            )
        found.append(PlanStep(read[3], doer, int(read[1]), read[4] or "", dials(read[3])))
    return tuple(found)


def contacts(db: Unit, home_id: int) -> list[OutsideContact]:
    """Whom to call outside, in the home's order."""
    asked = select(OutsideContact).where(OutsideContact.home_id == home_id, OutsideContact.gone_at.is_(None))
    return list(db.scalars(asked.order_by(OutsideContact.position, OutsideContact.id)))


def put_contact(db: Unit, viewer: Viewer, form: PutContact, now: datetime) -> None:
    """Another number on the list. Raises Forbidden, Invalid."""
    if viewer.role not in MAY_PLAN:
        raise Forbidden
    name, number = " ".join(form.name.split()), "".join(form.number.split())
    if not 1 <= len(name) <= 40:
        raise Invalid(why="写清打给谁，例如「市三院急诊」，最多 40 个字。")
    read = number if SHORT.fullmatch(number) else phones.read(number)
    if read is None:
        raise Invalid(why="号码不像电话，请写 11 位手机号、带区号的座机，或 120 这样的短号。")
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    there = contacts(db, viewer.home_id)
    if len(there) >= CONTACTS:
        raise Invalid(why=f"最多 {CONTACTS} 个，先划掉不用的。")
    if read in NUMBERS.values() or any(one.number == read for one in there):
        raise Invalid(why="这个号码已经在单子上了。")
    last = db.scalar(select(func.max(OutsideContact.position)).where(OutsideContact.home_id == viewer.home_id)) or 0
    row = OutsideContact(
        id=new_id(),
        home_id=viewer.home_id,
        position=last + 1,
        name=name,
        number=read,
        what_for=_short(form.what_for, 40),
    )
    db.add(row)
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "put_contact", f"outside_contact:{row.id}")
    db.store.hint("incidents")


def strike_contact(db: Unit, viewer: Viewer, contact_id: int, now: datetime) -> None:
    """A number is struck out. Raises Forbidden, NotFound."""
    if viewer.role not in MAY_PLAN:
        raise Forbidden
    row = db.lock_row(select(OutsideContact).where(OutsideContact.id == contact_id))
    if row is None or row.home_id != viewer.home_id:
        raise NotFound
    if row.gone_at is None:
        row.gone_at = now
        db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "strike_contact", f"outside_contact:{row.id}")
        db.store.hint("incidents")
