"""The record of a resident, section by section: who wrote it last and when stands beside each (A1, A2, A3, L4)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

import msgspec
from sqlalchemy import select

from care import customs
from care import identity as papers
from care.customs import Customs
from care.errors import Changed, Forbidden, Invalid
from care.risks import HIGH, LEVELS, RISKS
from care.states import Allergy
from services.access import Viewer, name_of
from services.form import Form
from services.residents import admission, events
from services.residents.access import access_resident
from services.residents.admission import ADMITS
from services.search import search
from storage import revision, tables
from storage.tables.residents import Record
from storage.unit import Unit

BASICS: Final = ("called", "occupation", "address")
HEALTH: Final = ("history", "medicines", "diet", "blood", "usual", "speech", "hospital")
HABITS: Final = ("likes", "dislikes", "routine", "needs")
REASONS: Final = ("办医保、住院", "核对证件", "签合同", "老人或家属要看")
"""Why an identity number is looked at."""


class EditBasics(Form, frozen=True, kw_only=True):
    """Who somebody is. An empty identity number or phone leaves the one that is kept: the form does not show them."""

    name: str
    sex: str = ""
    born: str = ""
    calendar: str = ""
    identity: str = ""
    phone: str = ""
    no_phone: bool = False
    care_level: str = ""
    admitted_on: date | None = None
    called: str = ""
    occupation: str = ""
    address: str = ""


class EditAllergy(Form, frozen=True, kw_only=True):
    """Asked today, and what was said."""

    allergy: str
    allergies: str = ""


class EditHealth(Form, frozen=True, kw_only=True):
    """What is told of body and medicines."""

    history: str = ""
    medicines: str = ""
    diet: str = ""
    blood: str = ""
    usual: str = ""
    speech: str = ""
    hospital: str = ""


class EditHabits(Form, frozen=True, kw_only=True):
    """What somebody likes and needs."""

    likes: str = ""
    dislikes: str = ""
    routine: str = ""
    needs: str = ""


class EditCustoms(Form, frozen=True, kw_only=True):
    """How somebody keeps festivals, as they or their family say."""

    xiaonian: str = ""
    parents: str = ""
    christmas: bool = False
    plain: bool = False


class EditRisks(Form, frozen=True, kw_only=True):
    """The nine, each with what is done about it."""

    choke: str = ""
    choke_how: str = ""
    wrong: str = ""
    wrong_how: str = ""
    sore: str = ""
    sore_how: str = ""
    scald: str = ""
    scald_how: str = ""
    bed: str = ""
    bed_how: str = ""
    fall: str = ""
    fall_how: str = ""
    harm: str = ""
    harm_how: str = ""
    lost: str = ""
    lost_how: str = ""
    play: str = ""
    play_how: str = ""


class SeeIdentity(Form, frozen=True, kw_only=True):
    """Why the number is looked at."""

    reason: str


Section = EditBasics | EditAllergy | EditHealth | EditHabits | EditCustoms | EditRisks
SECTIONS: Final[dict[str, type[Form]]] = {
    "basics": EditBasics,
    "allergy": EditAllergy,
    "health": EditHealth,
    "habits": EditHabits,
    "customs": EditCustoms,
    "risks": EditRisks,
}
TITLES: Final = {
    "basics": "基本",
    "allergy": "过敏",
    "health": "健康",
    "habits": "习惯",
    "customs": "节日",
    "risks": "风险",
}


@dataclass(frozen=True, slots=True)
class Risk:
    """One of the nine as it was judged; without a level nobody did."""

    key: str
    name: str
    level: str = ""
    measure: str = ""

    @property
    def word(self) -> str:
        """无, 低, 高, 没评."""
        return LEVELS.get(self.level, "没评")

    @property
    def high(self) -> bool:
        """Whether it is to be seen at once."""
        return self.level == HIGH


def find(db: Unit, resident: tables.Resident, now: datetime) -> Record:
    """The record; an empty one, not yet written, for who has none."""
    found = db.fresh(select(Record).where(Record.resident_id == resident.id)).first()
    return found or admission.new_record(resident.home_id, resident.person_id, resident.id, now)


def risks_of(db: Unit, record: Record) -> list[Risk]:
    """All nine, in the order of the standard."""
    kept = msgspec.json.decode(db.open(record, "risks") or "{}", type=dict[str, tuple[str, str]])
    return [Risk(key, name, *kept.get(key, ())) for key, name in RISKS.items()]


def revisions(db: Unit, resident: tables.Resident, record: Record) -> dict[str, str]:
    """What each section is drawn from."""
    person = db.get_one(tables.Person, resident.person_id)
    return {
        "basics": revision.of(
            person.name,
            person.phone,
            resident.sex,
            resident.born,
            record.identity,
            record.care_level,
            record.admitted_on,
            *(getattr(record, name) for name in BASICS),
        ),
        "allergy": revision.of(record.allergy, record.allergies, record.allergy_at),
        "health": revision.of(record.health_at, *(getattr(record, name) for name in HEALTH)),
        "habits": revision.of(*(getattr(record, name) for name in HABITS)),
        "customs": revision.of(record.customs),
        "risks": revision.of(record.risks, record.risks_at),
    }


def edit(db: Unit, viewer: Viewer, resident_id: int, section: str, form: Section, now: datetime) -> None:
    """Write one section anew. Saving health, allergy or risks as they are says that they were checked today.

    Raises Invalid, Changed, Forbidden, NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in ADMITS:
        raise Forbidden
    record = find(db, resident, now)
    stands = revisions(db, resident, record)[section]
    if form.drawn not in {None, stands}:
        who = name_of(db, _last(record, section))
        raise Changed(who=who, what=f"改过「{TITLES[section]}」", revision=stands)
    told = _WRITES[type(form)](db, viewer, resident, record, form, now)
    db.add(record)
    db.flush()
    if told:
        events.happened(db, viewer, resident, section, told, now)
    action = f"edit_{section}"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", action, f"resident:{resident.id}")
    db.store.hint("residents")


def see_identity(db: Unit, viewer: Viewer, resident_id: int, form: SeeIdentity, now: datetime) -> str:
    """The whole number, for a reason that is written down. Raises Invalid, Forbidden, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in ADMITS:
        raise Forbidden
    if form.reason not in REASONS:
        raise Invalid(why="请先选为什么要看身份证号。")
    number = db.open(find(db, resident, now), "identity")
    if number is None:
        raise Invalid(why="还没有登记身份证号。")
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "see_identity", f"resident:{resident.id}", form.reason)
    return number


# -- one section each ------------------------------------------------------------------------------------------------


def _basics(
    db: Unit, viewer: Viewer, resident: tables.Resident, record: Record, form: EditBasics, now: datetime
) -> str:
    today = admission.today_of(db, viewer.home_id, now)
    person = db.get_one(tables.Person, resident.person_id)
    name, sex = admission.name_of(form.name), admission.sex_of(form.sex)
    born = admission.birthday_of(form.born, form.calendar, today)
    typed = form.identity.strip() or db.open(record, "identity") or ""
    number = papers.read(typed, today) if typed else None
    if number is not None:
        papers.agrees(number, born, sex)
        admission.unknown_yet(db, viewer.home_id, number, resident.id)
        sex, born = sex or number.sex.value, born or str(number.born)
    if form.admitted_on is not None and not admission.FIRST <= form.admitted_on <= today + admission.AHEAD:
        raise Invalid(why=f"入住日期 {form.admitted_on} 不像，请再看一遍。")
    before = (db.open(person, "name"), db.open(person, "phone"))
    phone = None if form.no_phone else before[1]
    phone = papers.phone(form.phone) if form.phone.strip() else phone
    level = admission.level_of(form.care_level)
    told = [f"护理等级：{record.care_level or '没填'} → {level or '没填'}"] if level != record.care_level else []
    if before[0] != name:
        told.append(f"姓名：{before[0] or '没填'} → {name}")
    db.seal(person, "name", name)
    db.seal(person, "phone", phone)
    resident.sex = sex or None
    db.seal(resident, "born", born or None)
    admission.seal_identity(db, record, number)
    record.care_level, record.admitted_on = level, form.admitted_on
    _words(db, record, BASICS, form)
    record.basics_by, record.basics_at = viewer.id, now
    if before != (name, phone):
        db.flush()
        search.renamed(db, person)
    return "；".join(told)


def _allergy(
    db: Unit, viewer: Viewer, resident: tables.Resident, record: Record, form: EditAllergy, now: datetime
) -> str:
    del resident
    admission.allergy_of(form.allergy, form.allergies)
    words = form.allergies.strip() if form.allergy == Allergy.SOME else ""
    before = (record.allergy, db.open(record, "allergies") or "")
    record.allergy = form.allergy
    db.seal(record, "allergies", words or None)
    asked = form.allergy != Allergy.UNASKED
    record.allergy_by, record.allergy_at = (viewer.id, now) if asked else (None, None)
    shown = {"unasked": "没问过", "none": "没有"}.get(form.allergy, words)
    return f"过敏：{shown}" if before != (form.allergy, words) else ""


def _health(
    db: Unit, viewer: Viewer, resident: tables.Resident, record: Record, form: EditHealth, now: datetime
) -> str:
    del resident
    _words(db, record, HEALTH, form)
    record.health_by, record.health_at = viewer.id, now
    return ""


def _habits(
    db: Unit, viewer: Viewer, resident: tables.Resident, record: Record, form: EditHabits, now: datetime
) -> str:
    del resident
    _words(db, record, HABITS, form)
    record.habits_by, record.habits_at = viewer.id, now
    return ""


def _customs(
    db: Unit, viewer: Viewer, resident: tables.Resident, record: Record, form: EditCustoms, now: datetime
) -> str:
    del resident
    told = Customs(form.xiaonian, form.parents, form.christmas, form.plain)
    db.seal(record, "customs", customs.written(told))
    record.customs_by, record.customs_at = viewer.id, now
    return ""


def _risks(db: Unit, viewer: Viewer, resident: tables.Resident, record: Record, form: EditRisks, now: datetime) -> str:
    del resident
    judged: dict[str, tuple[str, str]] = {}
    for key, name in RISKS.items():
        level, measure = getattr(form, key), admission.words_of(getattr(form, f"{key}_how"))
        if level and level not in LEVELS:
            raise Invalid(why=f"「{name}」请选无、低或高。")
        if level == HIGH and not measure:
            raise Invalid(why=f"「{name}」选了高，请写一句怎么防，例如 吃饭有人在旁。")
        if measure and not level:
            raise Invalid(why=f"「{name}」写了怎么防，请再选无、低或高。")
        if level:
            judged[key] = (level, measure)
    before = {risk.name for risk in risks_of(db, record) if risk.high}
    db.seal(record, "risks", msgspec.json.encode(judged).decode() if judged else None)
    record.risks_by, record.risks_at = (viewer.id, now) if judged else (None, None)
    after = {risk.name for risk in risks_of(db, record) if risk.high}
    return f"高风险：{'、'.join(sorted(after)) or '没有'}" if before != after else ""


def _words(db: Unit, record: Record, names: tuple[str, ...], form: Form) -> None:
    for name in names:
        db.seal(record, name, admission.words_of(getattr(form, name)) or None)


def _last(record: Record, section: str) -> int | None:
    found: int | None = getattr(record, f"{section}_by")
    return found


_WRITES: Final[dict[type[Form], Callable[..., str]]] = {
    EditBasics: _basics,
    EditAllergy: _allergy,
    EditHealth: _health,
    EditHabits: _habits,
    EditCustoms: _customs,
    EditRisks: _risks,
}
