"""A resident moves in: person, resident, record and bed in one transaction; nothing is sent, no row is due (F29)."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import select

from care import identity as papers
from care.errors import Invalid, NotFound
from care.risks import LEVELS as RISK_LEVELS
from care.risks import RISKS
from care.states import Allergy, Role, Sex, Status
from care.words import named
from services.access import Viewer
from services.form import Form
from services.residents import beds, events
from storage import tables
from storage.tables.residents import Bed, Record
from storage.types import new_id
from storage.unit import Unit

ADMITS: Final = frozenset({Role.NURSE, Role.DESK, Role.SUPERVISOR, Role.DIRECTOR})
ENTERS: Final = (Status.LIVING, Status.ON_LEAVE, Status.IN_HOSPITAL, Status.CRITICAL, Status.MOVED_OUT)
"""With what somebody may be written down; a death is the director's to write, on the page."""
LEVELS: Final = ("自理", "半自理", "半护理", "全护理", "特护")
"""What the form offers; a house may use words of its own."""
LONGEST: Final = 1000
AHEAD: Final = timedelta(days=366)
FIRST: Final = date(1980, 1, 1)
WORDS: Final = (
    "called",
    "occupation",
    "address",
    "history",
    "medicines",
    "diet",
    "blood",
    "usual",
    "speech",
    "hospital",
    "likes",
    "dislikes",
    "routine",
    "needs",
)
"""Fields of the record that are words alone, by the names of their columns."""


class Admit(Form, frozen=True, kw_only=True):
    """Who moves in, and what is known today. The first letter needs name, bed, status and allergy (F48)."""

    name: str
    sex: str = ""
    born: str = ""
    calendar: str = ""
    """`lunar` or `leap` where the birthday is not of the solar calendar."""
    identity: str = ""
    place: int | None = None
    """The id of a bed, chosen from those that are free; otherwise room and bed are read."""
    room: str = ""
    bed: str = ""
    building: str = ""
    status: str = "在住"
    admitted_on: date | None = None
    care_level: str = ""
    allergy: str = "unasked"
    allergies: str = ""
    phone: str = ""
    called: str = ""
    occupation: str = ""
    address: str = ""
    history: str = ""
    medicines: str = ""
    diet: str = ""
    blood: str = ""
    usual: str = ""
    speech: str = ""
    hospital: str = ""
    likes: str = ""
    dislikes: str = ""
    routine: str = ""
    needs: str = ""
    risks: str = ""
    """As a list has them: 跌倒高、噎食低."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A form that may be written."""

    name: str
    sex: str
    born: str
    identity: papers.Identity | None
    phone: str
    bed: Bed | None


def check(db: Unit, viewer: Viewer, form: Admit, now: datetime) -> Checked:
    """Everything that can be wrong with a form, before anything is written. Raises Invalid with the sentence, NotFound
    for who may not.
    """
    if viewer.role not in ADMITS:
        raise NotFound
    today = today_of(db, viewer.home_id, now)
    if form.status not in ENTERS:
        raise Invalid(why="登记时的状态请选在住、请假、住院、病危或退住。")
    name = name_of(form.name)
    sex = sex_of(form.sex)
    born = birthday_of(form.born, form.calendar, today)
    number = papers.read(form.identity, today) if form.identity.strip() else None
    if number is not None:
        papers.agrees(number, born, sex)
        unknown_yet(db, viewer.home_id, number)
        sex, born = sex or number.sex.value, born or str(number.born)
    if form.admitted_on is not None and not FIRST <= form.admitted_on <= today + AHEAD:
        raise Invalid(why=f"入住日期 {form.admitted_on} 不像，请再看一遍。")
    allergy_of(form.allergy, form.allergies)
    level_of(form.care_level)
    risks_of(form.risks)
    for field in WORDS:
        words_of(getattr(form, field))
    phone = papers.phone(form.phone) if form.phone.strip() else ""
    return Checked(name, sex, born, number, phone, _bed_for(db, viewer, form))


def admit(db: Unit, viewer: Viewer, form: Admit, now: datetime) -> tables.Resident:
    """Write person, resident, record and stay. Raises Invalid with the sentence, NotFound for who may not."""
    asked = check(db, viewer, form, now)
    resident = tables.Resident(
        id=new_id(),
        home_id=viewer.home_id,
        status=form.status,
        room=form.room.strip()[:16],
        bed=form.bed.strip()[:8],
        floor="",
        sex=asked.sex or None,
        created_at=now,
    )
    if asked.bed is not None:
        beds.claim(db, asked.bed, resident.id, now)
        beds.stand_in(resident, asked.bed)
    person = tables.Person(id=new_id(), home_id=viewer.home_id, kind="elder", created_at=now)
    db.lock_persons(person.id)
    db.seal(person, "name", asked.name)
    db.seal(person, "phone", asked.phone or None)
    resident.person_id = person.id
    db.seal(resident, "born", asked.born or None)
    record = new_record(viewer.home_id, person.id, resident.id, now)
    record.admitted_on, record.care_level = form.admitted_on, form.care_level.strip()
    record.basics_by, record.basics_at = viewer.id, now
    _fill(db, viewer, record, form, now)
    seal_identity(db, record, asked.identity)
    db.add_all([person, resident, record])
    db.flush()
    place = f"{resident.room} 室 {resident.bed} 床" if asked.bed else "没有床位"
    events.happened(db, viewer, resident, "admitted", f"登记，{form.status}，{place}", now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "admit", f"resident:{resident.id}")
    db.store.hint("residents")
    return resident


def today_of(db: Unit, home_id: int, now: datetime) -> date:
    """The day of the home."""
    if "zone" not in db.info:
        db.info["zone"] = ZoneInfo(db.get_one(tables.Home, home_id).timezone)
    return now.astimezone(db.info["zone"]).date()


def new_record(home_id: int, person_id: int, resident_id: int, now: datetime) -> Record:
    """A record in which nothing stands yet."""
    return Record(
        id=new_id(),
        home_id=home_id,
        person_id=person_id,
        resident_id=resident_id,
        care_level="",
        allergy=Allergy.UNASKED.value,
        created_at=now,
    )


def _fill(db: Unit, viewer: Viewer, record: Record, form: Admit, now: datetime) -> None:
    for field in WORDS:
        db.seal(record, field, words_of(getattr(form, field)) or None)
    record.allergy = form.allergy
    if form.allergy != Allergy.UNASKED:
        record.allergy_by, record.allergy_at = viewer.id, now
    db.seal(record, "allergies", form.allergies.strip() or None if form.allergy == Allergy.SOME else None)
    if judged := risks_of(form.risks):
        db.seal(record, "risks", msgspec.json.encode(judged).decode())
        record.risks_by, record.risks_at = viewer.id, now
    if form.allergy != Allergy.UNASKED or form.history.strip() or form.medicines.strip():
        record.health_by, record.health_at = viewer.id, now


def _bed_for(db: Unit, viewer: Viewer, form: Admit) -> Bed | None:
    if form.status == Status.MOVED_OUT:
        return None
    if form.place is not None:
        bed = db.scalars(select(Bed).where(Bed.id == form.place, Bed.home_id == viewer.home_id)).first()
        if bed is None:
            raise Invalid(why="这张床已经没有了，请重新选一张。")
    else:
        bed = beds.find(db, viewer.home_id, form.building, form.room, form.bed)
    beds.may_be_given(db, viewer, bed)
    return bed


# -- single fields, also for the sections of the record --------------------------------------------------------------


def name_of(text: str) -> str:
    """A name as it may be kept. Raises Invalid."""
    name = named(text)
    if not name:
        raise Invalid(why="请填老人的姓名。")
    if len(name) > 30 or any(sign.isdigit() for sign in name):
        raise Invalid(why=f"姓名「{name[:12]}」不像，请再看一遍。")
    return name


def sex_of(text: str) -> str:
    """女, 男 or nothing. Raises Invalid."""
    sex = {"女性": "女", "男性": "男", "F": "女", "M": "男"}.get(text.strip(), text.strip())
    if sex and sex not in set(Sex):
        raise Invalid(why=f"性别「{sex[:8]}」看不懂，请选女或男。")
    return sex


def birthday_of(text: str, calendar: str, today: date) -> str:
    """A birthday as it is kept, or nothing. Raises Invalid."""
    if not text.strip():
        return ""
    return papers.birthday(text, today, lunar=calendar in {"lunar", "leap"}, leap=calendar == "leap")


def allergy_of(state: str, words: str) -> None:
    """Raises Invalid where state and words do not fit: nothing said is not the same as nothing known."""
    if state not in set(Allergy):
        raise Invalid(why="过敏请选：没问过、没有、有。")
    if state == Allergy.SOME and not words.strip():
        raise Invalid(why="选了有过敏，请写对什么过敏，例如 青霉素，起疹子。")
    if state != Allergy.SOME and words.strip():
        raise Invalid(why=f"写了过敏「{words.strip()[:12]}」，请把过敏选成「有」。")
    words_of(words)


def risks_of(text: str) -> dict[str, tuple[str, str]]:
    """Risks as a list has them, each with its level and no measure yet. Raises Invalid for what is none of the nine."""
    found: dict[str, tuple[str, str]] = {}
    for part in re.split(r"[\s,，、;；]+", text.strip()):
        wanted = part.removesuffix("风险").replace("：", "").replace(":", "").replace("风险", "")
        key = next((key for key, name in RISKS.items() if wanted[:-1] == name), "")
        level = next((level for level, word in RISK_LEVELS.items() if wanted.endswith(word)), "")
        if part and not (key and level):
            raise Invalid(why=f"看不懂风险「{part[:12]}」。请写 跌倒高、噎食低，九种里的一种加无、低或高。")
        if part:
            found[key] = (level, "")
    return found


def level_of(text: str) -> str:
    """A care level. Raises Invalid for what is no word of 16 signs."""
    level = text.strip()
    if len(level) > 16:
        raise Invalid(why=f"护理等级「{level[:12]}…」太长，最多 16 个字。")
    return level


def words_of(text: str) -> str:
    """Words of a person, without blanks around them. Raises Invalid for more than a page."""
    words = text.strip()
    if len(words) > LONGEST:
        raise Invalid(why=f"「{words[:10]}…」写了 {len(words)} 字，最多 {LONGEST} 字。")
    return words


def mark_of(db: Unit, number: str) -> str:
    """The keyed hash under which an identity number is known."""
    return db.sealer.sign("identity", number).hex()


def unknown_yet(db: Unit, home_id: int, number: papers.Identity, but: int | None = None) -> None:
    """Raises Invalid where somebody else has the number: the same person is not admitted twice."""
    whose = select(Record.resident_id).where(
        Record.home_id == home_id, Record.identity_mark == mark_of(db, number.number), Record.resident_id != (but or 0)
    )
    there = db.scalars(select(tables.Resident).where(tables.Resident.id.in_(whose))).first()
    if there is not None:
        name = db.open(db.get_one(tables.Person, there.person_id), "name") or "一位老人"
        place = f"，{there.room}-{there.bed}" if there.room else ""
        raise Invalid(
            why=f"这个身份证号已经登记给{name}（{there.status}{place}）。是同一位就打开那一份，不要登记两次。"
        )


def seal_identity(db: Unit, record: Record, number: papers.Identity | None) -> None:
    """Keep a number sealed, with the hash by which it is known."""
    db.seal(record, "identity", number.number if number else None)
    record.identity_mark = mark_of(db, number.number) if number else None
