"""家属: relatives whom the house knows, with a WeChat or without one; in which order they are called, and what each may
see (A4, F13, F14).
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from care import families, phones
from care import words as names
from care.errors import Invalid, NotFound
from services.access import HANDLERS, Viewer
from services.families import consents
from services.families.disputes import refuse_widening
from services.families.forms import AddRelative
from services.residents.access import access_resident
from services.search import search
from storage import tables
from storage.queries import families_ties as queries
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = 20


def add(db: Unit, viewer: Viewer, resident_id: int, form: AddRelative, now: datetime) -> tables.Person:
    """A relative of a resident, whether or not they ever chat: a person, the tie, and how the elder agreed. Nothing is
    sent.

    Who is registered with another resident under the same name and number is the same person. Raises Invalid with the
    sentence, NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in HANDLERS:
        raise NotFound
    refuse_widening(db, resident.id)
    name, relation, phone = named(form.name), related(form.relation), number(form.phone)
    why = families.wrong(form.scopes, form.way)
    if why:
        raise Invalid(why=why)
    person = _known(db, viewer, name, phone)
    ties = queries.ties(db, resident.id)
    if not phone and any(_is(db, tie, name, relation) for tie in ties):
        raise Invalid(
            why=f"{relation}{name}已经登记过了。要改，请点那一行的「改」；真是另一位同名的，请写上电话，好分得清。"
        )
    if person is None:
        person = _new(db, viewer, name, phone, now)
    elif any(tie.person_id == person.id for tie in ties):
        raise Invalid(why=f"{name}（{phones.masked(phone)}）已经登记过了。要改，请点那一行的「改」。")
    db.lock_persons(person.id)
    tie = tie_to(db, viewer, person.id, resident.id, relation, now, position=form.order)
    tie.scopes = families.in_order(form.scopes)
    if form.primary:
        make_primary(tie, ties)
    consents.given(db, viewer, tie, form.scopes, consents.How(form.way), now)
    how = f"{families.names(form.scopes) or '什么都不看'}；{families.WAYS[form.way]}"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "add_relative", f"resident:{resident.id}", how)
    db.store.hint("families", "residents")
    return person


def tie_to(
    db: Unit, viewer: Viewer, person_id: int, resident_id: int, relation: str, now: datetime, *, position: int = 0
) -> tables.Kinship:
    """A new tie without any scope, at the end of the row unless a place is named; the first one of a resident is the
    primary contact. The family and the person are locked.
    """
    ties = queries.ties(db, resident_id)
    tie = tables.Kinship(
        id=new_id(),
        home_id=viewer.home_id,
        person_id=person_id,
        resident_id=resident_id,
        is_primary=not ties,
        scopes="",
        created_at=now,
        frequency=families.Frequency.DAILY,
    )
    db.seal(tie, "relation", relation)
    db.add(tie)
    placed(ties, tie, position)
    return tie


def placed(ties: list[tables.Kinship], tie: tables.Kinship, position: int) -> None:
    """Put a tie at a place among the others, from 1; 0 is the end."""
    rest = [one for one in ties if one is not tie]
    rest.insert(position - 1 if 0 < position <= len(rest) else len(rest), tie)
    for place, one in enumerate(rest, 1):
        one.position = place


def make_primary(tie: tables.Kinship, ties: list[tables.Kinship]) -> None:
    """One primary contact for each resident."""
    for one in ties:
        one.is_primary = False
    tie.is_primary = True


def named(text: str) -> str:
    """A name as it is kept. Raises Invalid."""
    words = names.named(text)
    if not words or len(words) > LONGEST:
        raise Invalid(why=f"请写家属的姓名，{LONGEST} 个字以内。")
    return words


def related(text: str) -> str:
    """A tie in words. Raises Invalid."""
    words = names.named(text)
    if not words or len(words) > LONGEST:
        raise Invalid(why="请写是老人的什么人，例如女儿、儿子、老伴。")
    return words


def number(text: str) -> str:
    """A phone number in its one form; "" for none. Raises Invalid."""
    if not text.strip():
        return ""
    found = phones.read(text)
    if found is None:
        raise Invalid(why="电话看着不对：手机是 11 位，座机要带区号，例如 13912346021、0571-88001234。还没有就先空着。")
    return found


def _is(db: Unit, tie: tables.Kinship, name: str, relation: str) -> bool:
    """Whether a tie has this name and relation; two people without a phone number cannot be told apart."""
    there = db.get_one(tables.Person, tie.person_id)
    return (db.open(there, "name"), db.open(tie, "relation")) == (name, relation)


def _known(db: Unit, viewer: Viewer, name: str, phone: str) -> tables.Person | None:
    """The relative whom the house already has under this name and number."""
    if not phone:
        return None
    found = queries.by_last_four(db, viewer.home_id, phone[-phones.LAST :])
    same = [one for one in found if phones.read(db.open(one, "phone") or "") == phone and db.open(one, "name") == name]
    return same[0] if same else None


def _new(db: Unit, viewer: Viewer, name: str, phone: str, now: datetime) -> tables.Person:
    person = tables.Person(id=new_id(), home_id=viewer.home_id, kind="family", created_at=now)
    db.seal(person, "name", name)
    db.seal(person, "phone", phone or None)
    db.add(person)
    db.flush()
    search.renamed(db, person)
    return person


def family(db: Unit, resident_id: int) -> list[tables.Person]:
    """The persons of the ties of a resident."""
    of = select(tables.Kinship.person_id).where(tables.Kinship.resident_id == resident_id)
    return list(db.scalars(select(tables.Person).where(tables.Person.id.in_(of))))
