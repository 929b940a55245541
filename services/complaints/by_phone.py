"""A complaint that came by telephone, at the desk or on paper: a colleague takes it down in the words of who complains,
and it has the clocks of any other (F17).
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import accusations, workdays
from care.errors import Invalid
from conversations.effects import OpenComplaint
from conversations.events import Text
from services.access import Viewer, access_page, access_person
from services.complaints import filing
from services.complaints.access import COMPLAINTS
from services.complaints.forms import TakeDown
from services.context import Context
from services.house import House
from services.records import records
from storage import tables
from storage.unit import Unit

WAYS: Final = {"phone": "电话里说的", "desk": "当面说的", "paper": "写信说的"}
LONGEST: Final = 2000
"""Signs of what was said."""


def take_down(db: Unit, house: House, viewer: Viewer, person_id: int, form: TakeDown, now: datetime) -> int | None:
    """The case, which is a running one where its first feedback is still due (F9); None where it accuses who takes it
    down, for whom it does not exist from now on. Raises Invalid, NotFound.
    """
    access_page(viewer, COMPLAINTS)
    words = form.words.strip()
    if form.way not in WAYS:
        raise Invalid(why="请选是怎么说的：电话、当面还是写信。")
    if not words or len(words) > LONGEST:
        raise Invalid(why=f"请写下来的人说了什么，最多 {LONGEST} 个字。")
    said_at = _said_at(form.at, house, now)
    person = access_person(db, viewer, person_id, lock=True)
    context = Context(
        db.store,
        house,
        viewer.home_id,
        person.id,
        now,
        said_at,
        None,
        attended=False,
        kind=person.kind,
        event=Text(words),
        accused=accusations.read(words, house.names, complaint=True),
    )
    done = filing.open_complaint(context, OpenComplaint(Text(words)))
    db.store.flush()
    table = tables.Complaint
    mine = select(table.id).where(table.person_id == person.id, table.number == done.ref)
    case = db.scalars(mine.order_by(table.id.desc()).limit(1)).one()
    records.written(db, viewer, case, "note", f"{WAYS[form.way]}，{viewer.name} 记下", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "take_down", f"case:{case}")
    db.store.hint("cases", f"case:{case}", "inbox", f"person:{person.id}")
    db.flush()
    seen = select(table.id).where(table.id == case, viewer.sight.complaint())
    return db.scalars(seen).first()


def _said_at(typed: str, house: House, now: datetime) -> datetime:
    """When it was said: the clocks run from there. Without a time it is now; a time that has not come was yesterday."""
    if not typed.strip():
        return now
    try:
        minute = workdays.minute_of(typed)
    except ValueError:
        raise Invalid(why="时间请写成 14:30 这样。") from None
    local = now.astimezone(house.home.zone)
    then = local.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(minutes=minute)
    return then if then <= now else then - timedelta(days=1)
