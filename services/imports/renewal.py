"""A row of somebody who lives here already: it is written by the sections of the record, as the page writes them. An
empty cell changes nothing.
"""

from datetime import date, datetime

from services.access import Viewer
from services.families import relatives
from services.imports.changes import RENAMED
from services.imports.relation import relative
from services.imports.rows import Judged
from services.residents import record
from services.residents.access import access_resident
from services.residents.record import BASICS, HABITS, HEALTH, EditAllergy, EditBasics, EditHabits, EditHealth
from storage import tables
from storage.unit import Unit


def write(db: Unit, viewer: Viewer, one: Judged, now: datetime) -> int:
    """Write what a row changes, by the sections of the record, and relatives whom the house does not have. How many
    relatives. Raises Invalid with the sentence of the service.
    """
    number = int(one.updates.removeprefix("h:"))
    said = {change.word: one.draft[change.word] for change in one.changes if change.word != "allergies"}
    resident = access_resident(db, viewer, number, lock=True)
    row = record.find(db, resident, now)
    if set(said) & {*BASICS, "sex", "born", "identity", "phone", "admitted_on", "care_level"}:
        person = db.get_one(tables.Person, resident.person_id)
        came = said.get("admitted_on")
        form = EditBasics(
            name=db.open(person, "name") or "",
            sex=said.get("sex", resident.sex or ""),
            born=said.get("born", db.open(resident, "born") or ""),
            identity=said.get("identity", ""),
            phone=said.get("phone", ""),
            care_level=said.get("care_level", row.care_level),
            admitted_on=date.fromisoformat(came) if came else row.admitted_on,
            **{word: said.get(word, db.open(row, word) or "") for word in BASICS},
        )
        record.edit(db, viewer, number, "basics", form, now)
    for section, kind, words in (("health", EditHealth, HEALTH), ("habits", EditHabits, HABITS)):
        under = {RENAMED.get(word, word): value for word, value in said.items()}
        if set(under) & set(words):
            values = {word: under.get(word, db.open(row, word) or "") for word in words}
            record.edit(db, viewer, number, section, kind(**values), now)
    if any(change.word == "allergies" for change in one.changes):
        allergy = EditAllergy(allergy=one.draft["allergy"], allergies=one.draft["allergies"])
        record.edit(db, viewer, number, "allergy", allergy, now)
    for kin in one.kin:
        relatives.add(db, viewer, number, relative(kin), now)
    return len(one.kin)
