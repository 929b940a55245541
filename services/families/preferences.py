"""收什么: what a relative does not want, and between which hours machines may write to her; said to a colleague, or tapped
on her own page (N7).
"""

from datetime import datetime, tzinfo
from typing import Final

from sqlalchemy import select

from care import preferences as rules
from care.errors import Changed, Invalid, JiashuError
from care.states import PersonKind
from services.access import Viewer
from services.families.access import access_tie
from services.families.forms import PreferRelative
from storage import revision, tables
from storage.unit import Unit

WHO_ELSE: Final = "有同事，或家属自己"


class NotARelative(JiashuError):
    """这一页是给家属选的。您是家属、还没绑定老人，先发「绑定」，绑好以后再来。"""

    status = 409


def revision_of(person: tables.Person) -> str:
    """What the form is drawn from."""
    return revision.of(person.declines, person.hour_from, person.hour_until)


def prefer(db: Unit, viewer: Viewer, resident_id: int, person_id: int, form: PreferRelative, now: datetime) -> None:
    """A colleague writes down what a relative said. Raises Invalid, Changed, NotFound."""
    _, person = access_tie(db, viewer, resident_id, person_id, lock=True)
    _put(db, person, form, f"staff:{viewer.id}", now)


def access_own(db: Unit, person_id: int, *, lock: bool = False) -> tables.Person:
    """The relative who looks at her own page. Raises NotARelative for who is none."""
    if lock:
        db.lock_persons(person_id)
    person = db.fresh(select(tables.Person).where(tables.Person.id == person_id)).one()
    tied = select(tables.Kinship.id).where(tables.Kinship.person_id == person_id).limit(1)
    if person.kind != PersonKind.FAMILY or db.scalars(tied).first() is None:
        raise NotARelative
    return person


def prefer_own(db: Unit, person_id: int, form: PreferRelative, now: datetime) -> tables.Person:
    """She taps it herself. Raises Invalid, Changed, NotARelative."""
    person = access_own(db, person_id, lock=True)
    _put(db, person, form, f"person:{person_id}", now)
    return person


def opens(db: Unit, person_id: int, at: datetime, zone: tzinfo) -> datetime:
    """When something that is planned for `at` may be said to her, by her own hours; the silent hours of the home are
    asked when it leaves.
    """
    person = db.get_one(tables.Person, person_id)
    return rules.opens(at, zone, person.hour_from, person.hour_until)


def join(gone: tables.Person, stays: tables.Person) -> None:
    """Two who are one person: what either did not want is not sent; hours are those of who stays, if she chose any."""
    stays.declines = rules.stored(rules.read(stays.declines) | rules.read(gone.declines))
    if stays.hour_from is None and stays.hour_until is None:
        stays.hour_from, stays.hour_until = gone.hour_from, gone.hour_until


def _put(db: Unit, person: tables.Person, form: PreferRelative, by: str, now: datetime) -> None:
    stands = revision_of(person)
    if form.drawn not in {None, stands}:
        raise Changed(who=WHO_ELSE, what="改过这几项", revision=stands)
    unknown = form.declines - set(rules.NAMES)
    begins, ends = form.hour_from, form.hour_until
    if unknown or begins not in {None, *rules.FROM} or ends not in {None, *rules.UNTIL}:
        raise Invalid(why="请从列出来的几项里选。")
    person.declines = rules.stored(form.declines)
    person.hour_from, person.hour_until = begins, ends
    said = rules.told(form.declines, begins, ends) or "都照常"
    db.store.audit(person.home_id, now, by, "prefer", f"person:{person.id}", said)
    db.store.hint("families", "residents", f"person:{person.id}")
