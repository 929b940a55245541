"""What the page 审计 asks: rows of the audit with the names of the staff."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from storage import tables
from storage.queries.pages import and_one
from storage.unit import Unit

PAGE: Final = 100
LOG_INS: Final = ("log_in", "log_in_failed", "log_in_locked", "log_out", "unlock")
READS: Final = ("view", "show_phone", *LOG_INS)


@dataclass(frozen=True, slots=True)
class Row:
    """One line. `subject` is kind:number; the kind is told in words, the person is not named."""

    id: int
    at: datetime
    actor: str
    kind: str
    action: str
    subject: str
    detail: str


def rows(db: Unit, home_id: int, show: str = "", before: int | None = None) -> list[Row]:
    """One row more than a page, newest first. `show`: empty for the staff, a verb, `log_in` for everything at the door,
    `change`, or `all`.
    """
    found = select(tables.Audit).where(tables.Audit.home_id == home_id)
    if show not in {"all", "log_in"}:
        found = found.where(tables.Audit.actor.like("staff:%"))
    if show == "change":
        found = found.where(tables.Audit.action.not_in(READS))
    elif show == "log_in":
        found = found.where(tables.Audit.action.in_(LOG_INS))
    elif show not in {"", "all"}:
        found = found.where(tables.Audit.action == show)
    if before is not None:
        found = found.where(tables.Audit.id < before)
    lines = db.scalars(found.order_by(tables.Audit.id.desc()).limit(and_one(PAGE))).all()
    names: dict[int, str] = dict(
        db.execute(select(tables.Staff.id, tables.Staff.name).where(tables.Staff.home_id == home_id)).all()
    )
    numbers: dict[int, str] = dict(
        db.execute(
            select(tables.Complaint.id, tables.Complaint.number).where(
                tables.Complaint.id.in_([int(line.subject[5:]) for line in lines if line.subject.startswith("case:")])
            )
        ).all()
    )
    return [_row(db, line, names, numbers) for line in lines]


def _row(db: Unit, line: tables.Audit, names: dict[int, str], numbers: dict[int, str]) -> Row:
    kind, _, number = line.actor.partition(":")
    actor = names.get(int(number), "已离职的同事") if kind == "staff" else ""
    what, _, which = line.subject.partition(":")
    if what in {"case", "staff"}:
        shown = (numbers if what == "case" else names).get(int(which), "")
    else:  # a long number says nothing to a reader; what is not a number is told whole
        shown = which[-5:] if which.isdecimal() else which
    return Row(line.id, line.at, actor, kind, line.action, f"{what}:{shown}", db.words(line, "detail"))
