"""往来 of a resident: whatever happened, newest first, from the tables of all subjects, as far as the viewer may see it
(A5).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Final

from sqlalchemy import ColumnElement, or_, select, true, union
from sqlalchemy.orm import InstrumentedAttribute

from care.appointments import STAGES, Stage
from care.states import NoteUse, TaskEnd
from care.weekly import Kind
from storage import tables
from storage.queries.sight import Sight
from storage.queries.talks import Event, event_of, worded
from storage.queries.tasks import seen
from storage.tables.appointments import Appointment
from storage.tables.letters_weekly import WeeklyLetter
from storage.tables.residents import ResidentEvent
from storage.tables.tasks import Note, Task
from storage.unit import Unit

PAGE: Final = 30
KINDS: Final = {
    "letter": "信",
    "talk": "来信和电话",
    "visit": "来人",
    "doctor": "就医",
    "alarm": "报警",
    "case": "投诉",
    "note": "同事记的",
    "stay": "院里",
}

_STATES: Final = {"ready": "写好了", "held": "压着，等打过电话", "released": "家里能看", "withdrawn": "不发了"}
NOTE_KINDS: Final = {"image": "［照片］", "voice": "［语音］", "video": "［视频］"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened."""

    at: datetime
    kind: str
    words: str
    who: str = ""
    event: Event | None = None
    """The message itself, where it is one."""
    page: str = ""
    """Where there is more of it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose timeline, for whom, before when."""

    db: Unit
    sight: Sight
    resident: tables.Resident
    before: datetime | None
    most: int

    def earlier(
        self, column: InstrumentedAttribute[datetime] | InstrumentedAttribute[datetime | None]
    ) -> ColumnElement[bool]:
        """Only what was before."""
        return column < self.before if self.before else true()

    def people(self, column: InstrumentedAttribute[int] | InstrumentedAttribute[int | None]) -> ColumnElement[bool]:
        """The elder and the relatives, as far as the viewer works with them."""
        mine = select(tables.Person.id).where(tables.Person.id == self.resident.person_id)
        kin = select(tables.Kinship.person_id).where(tables.Kinship.resident_id == self.resident.id)
        return column.in_(union(mine, kin)) & self.sight.person(column)


def timeline(
    db: Unit,
    sight: Sight,
    resident: tables.Resident,
    kind: str = "",
    before: datetime | None = None,
    most: int = PAGE,
) -> tuple[list[Entry], datetime | None]:
    """The newest entries before a moment, and before which moment there are more."""
    asked = Asked(db, sight, resident, before, most + 1)
    found = [entry for name, some in _SOURCES.items() if kind in {"", name} for entry in some(asked)]
    found.sort(key=lambda entry: entry.at, reverse=True)
    shown = found[:most]
    return shown, shown[-1].at if len(found) > most else None


def _letters(asked: Asked) -> Iterator[Entry]:
    rows = asked.db.execute(
        select(tables.Letter, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Letter.written_by)
        .where(tables.Letter.resident_id == asked.resident.id, asked.earlier(tables.Letter.written_at))
        .order_by(tables.Letter.written_at.desc())
        .limit(asked.most)
    )
    for letter, name in rows:
        state = _STATES.get(letter.state, "")
        yield Entry(letter.written_at, "letter", f"{letter.day} 的家书，{state}", name or "")


def _weeks(asked: Asked) -> Iterator[Entry]:
    table = WeeklyLetter
    rows = asked.db.execute(
        select(table, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == table.written_by)
        .where(table.resident_id == asked.resident.id, asked.earlier(table.written_at))
        .order_by(table.written_at.desc())
        .limit(asked.most)
    )
    for row, name in rows:
        what = "到 {day} 的一周" if row.kind == Kind.WEEK else "{day} 在医院的情况"
        yield Entry(row.written_at, "letter", f"{what.format(day=row.day)}，{_STATES.get(row.state, '')}", name or "")


def _doctors(asked: Asked) -> Iterator[Entry]:
    table = Appointment
    rows = asked.db.execute(
        select(table, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == table.ended_by)
        .where(table.resident_id == asked.resident.id, table.stage != Stage.PLANNED.value, asked.earlier(table.at))
        .order_by(table.at.desc())
        .limit(asked.most)
    )
    for row, name in rows:
        result = asked.db.words(row, "result")
        words = f"{asked.db.words(row, 'what')}，{STAGES[row.stage]}{'：' + result if result else ''}"
        yield Entry(row.at, "doctor", words, name or "", page="/console/appointments")


def _visits(asked: Asked) -> Iterator[Entry]:
    rows = asked.db.execute(
        select(tables.Visit, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Visit.person_id)
        .where(tables.Visit.resident_id == asked.resident.id, asked.earlier(tables.Visit.at))
        .order_by(tables.Visit.at.desc())
        .limit(asked.most)
    )
    for visit, person in rows:
        off = "，后来取消了" if visit.cancelled_at else ""
        yield Entry(visit.at, "visit", f"{asked.db.open(person, 'name') or '家属'}约好来看{off}")


def _alarms(asked: Asked) -> Iterator[Entry]:
    rows = asked.db.scalars(
        select(tables.Alarm)
        .where(
            asked.people(tables.Alarm.person_id),
            tables.Alarm.audience.in_(asked.sight.audiences),
            tables.Alarm.brief.is_(False),
            asked.earlier(tables.Alarm.raised_at),
        )
        .order_by(tables.Alarm.raised_at.desc())
        .limit(asked.most)
    )
    ends = {"arrived": "到了", "false": "是误报", "muted": "不再响"}
    for alarm in rows:
        end = ends.get(alarm.ended_how or "", "还没有人到")
        yield Entry(alarm.raised_at, "alarm", f"报警：{alarm.kind}，{end}")


def _talks(asked: Asked) -> Iterator[Entry]:
    heard = asked.db.execute(
        select(tables.Inbox, tables.Person)
        .join(tables.Person, tables.Person.id == tables.Inbox.person_id)
        .where(
            asked.people(tables.Inbox.person_id),
            worded(),
            asked.sight.inbox(tables.Inbox.id),
            asked.earlier(tables.Inbox.arrived_at),
        )
        .order_by(tables.Inbox.arrived_at.desc())
        .limit(asked.most)
    )
    for row, person in heard:
        name = asked.db.words(person, "name", "家属")
        yield Entry(
            row.arrived_at, "talk", f"{name}：", event=event_of(asked.db, row), page=f"/console/chats/{person.id}"
        )
    said = asked.db.execute(
        select(tables.Outbox, tables.Person, tables.Staff.name)
        .join(tables.Person, tables.Person.id == tables.Outbox.person_id)
        .join(tables.Staff, tables.Staff.id == tables.Outbox.staff_id)
        .where(
            asked.people(tables.Outbox.person_id),
            or_(tables.Outbox.way == "call", tables.Outbox.state == "sent"),
            asked.sight.outbox(tables.Outbox.id),
            asked.earlier(tables.Outbox.created_at),
        )
        .order_by(tables.Outbox.created_at.desc())
        .limit(asked.most)
    )
    for out, person, staff in said:
        name = asked.db.words(person, "name", "家属")
        words = f"跟{name}通了电话" if out.way == "call" else f"回复了{name}"
        yield Entry(out.created_at, "talk", words, staff, page=f"/console/chats/{person.id}")


def _cases(asked: Asked) -> Iterator[Entry]:
    rows = asked.db.scalars(
        select(tables.Complaint)
        .where(
            asked.people(tables.Complaint.person_id),
            asked.sight.named_complaint(),
            asked.earlier(tables.Complaint.opened_at),
        )
        .order_by(tables.Complaint.opened_at.desc())
        .limit(asked.most)
    )
    for case in rows:
        over = "，办结了" if case.closed_at else ""
        yield Entry(
            case.opened_at,
            "case",
            f"投诉 {case.number}，{case.category}{over}",
            page=f"/console/complaints/{case.number}",
        )


def _notes(asked: Asked) -> Iterator[Entry]:
    rows = asked.db.execute(
        select(Note, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == Note.by_id)
        .where(
            Note.resident_id == asked.resident.id,
            Note.use != NoteUse.TAKEN_BACK.value,
            asked.earlier(Note.at),
        )
        .order_by(Note.at.desc())
        .limit(asked.most)
    )
    for note, name in rows:
        words = asked.db.words(note, "body", NOTE_KINDS.get(note.kind, ""))
        yield Entry(note.at, "note", words if note.use != NoteUse.USED else f"{words}（写进了家书）", name or "")


def _tasks(asked: Asked) -> Iterator[Entry]:
    rows = asked.db.execute(
        select(Task, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == Task.ended_by)
        .where(
            Task.resident_id == asked.resident.id,
            Task.ended_how == TaskEnd.DONE.value,
            asked.earlier(Task.ended_at),
            seen(asked.sight),
        )
        .order_by(Task.ended_at.desc())
        .limit(asked.most)
    )
    for task, name in rows:
        if task.ended_at is not None:
            yield Entry(task.ended_at, "note", f"做好了：{asked.db.words(task, 'body')}", name or "")


def _stay(asked: Asked) -> Iterator[Entry]:
    rows = asked.db.execute(
        select(ResidentEvent, tables.Staff.name)
        .outerjoin(tables.Staff, tables.Staff.id == ResidentEvent.by_id)
        .where(ResidentEvent.resident_id == asked.resident.id, asked.earlier(ResidentEvent.at))
        .order_by(ResidentEvent.at.desc(), ResidentEvent.id.desc())
        .limit(asked.most)
    )
    names = {"moved": "换床：", "status": "状态："}
    for row, name in rows:
        yield Entry(row.at, "stay", names.get(row.kind, "") + (asked.db.words(row, "body")), name or "")


_SOURCES: Final[dict[str, Callable[[Asked], Iterator[Entry]]]] = {
    "letter": lambda asked: chain(_letters(asked), _weeks(asked)),
    "talk": _talks,
    "visit": _visits,
    "doctor": _doctors,
    "alarm": _alarms,
    "case": _cases,
    "note": lambda asked: chain(_notes(asked), _tasks(asked)),
    "stay": _stay,
}
