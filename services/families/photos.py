"""出现在别人家的照片里: an elder agrees to be seen in pictures of other families, or takes it back (F32).

It is not 收照片, which is a scope of a relative. Without a consent that holds the answer is no.
"""

from datetime import datetime

from care import families, pictures
from care.errors import Decided, Invalid, NotFound
from care.states import Role
from services.access import HANDLERS, Viewer, name_of
from services.families import consents
from services.families.disputes import refuse_widening
from services.families.forms import AllowPictures, ForbidPictures
from services.house import House
from services.media.files import File
from services.residents.access import access_resident, family_of
from services.residents.admission import today_of
from storage.queries import families_photos as queries
from storage.tables.families_photos import PhotoConsent
from storage.types import new_id
from storage.unit import Unit


def allow(
    db: Unit, viewer: Viewer, resident_id: int, form: AllowPictures, now: datetime, proof: File | None = None
) -> None:
    """The elder agreed. Raises Invalid with the sentence, Decided when it stands already, NotFound."""
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in HANDLERS:
        raise NotFound
    refuse_widening(db, resident.id)
    if form.way not in pictures.AGREES_BY:
        raise Invalid(why="请选老人是怎么同意的。")
    if form.ends_on is not None and form.ends_on <= today_of(db, resident.home_id, now):
        raise Invalid(why="到哪天为止，请选明天以后的日子；跟着协议走就空着。")
    known = queries.holding(db, resident.id)
    if known is not None:
        raise Decided(who=name_of(db, known.recorded_by), what="记过这次同意")
    row = PhotoConsent(
        id=new_id(),
        home_id=resident.home_id,
        resident_id=resident.id,
        way=form.way,
        recorded_by=viewer.id,
        recorded_at=now,
        ends_on=form.ends_on,
    )
    if proof is not None:
        consents.keep_proof(db, viewer, row, proof, now)
        row.proof_id = proof.id
    db.add(row)
    how = pictures.AGREES_BY[form.way]
    db.store.audit(resident.home_id, now, f"staff:{viewer.id}", "allow_pictures", f"resident:{resident.id}", how)
    db.store.hint("families", "letters")


def forbid(db: Unit, viewer: Viewer, resident_id: int, form: ForbidPictures, now: datetime) -> None:
    """They wish it no more: pictures with them are gone from the pages of other families in this second, also from old
    letters. Raises Invalid, Decided, NotFound.
    """
    resident = access_resident(db, viewer, resident_id, lock=True)
    if viewer.role not in HANDLERS:
        raise NotFound
    if form.asked_by not in set(families.ASKED_BY) - {"relative"}:
        raise Invalid(why="请选是谁要求的：老人本人、监护人，或院长。")
    if form.asked_by == "director" and viewer.role is not Role.DIRECTOR:
        raise Invalid(why="院长决定的，请院长自己来按。")
    row = queries.holding(db, resident.id)
    if row is None:
        raise Decided(who="有同事", what="撤回了这次同意")
    row.withdrawn_at, row.withdrawn_by, row.asked_by = now, viewer.id, form.asked_by
    how = families.ASKED_BY[form.asked_by]
    db.store.audit(resident.home_id, now, f"staff:{viewer.id}", "forbid_pictures", f"resident:{resident.id}", how)
    db.store.hint("families", "letters")


def ended(db: Unit, house: House, consent_id: int, now: datetime) -> None:
    """The end that somebody set has come (F47)."""
    row = db.get(PhotoConsent, consent_id)
    if row is None:
        return
    db.lock_whose(family_of(row.resident_id))
    row = db.get_one(PhotoConsent, consent_id, populate_existing=True)
    if row.withdrawn_at is not None or row.ends_on is None or row.ends_on >= now.astimezone(house.home.zone).date():
        return
    row.withdrawn_at = now
    db.store.audit(row.home_id, now, "machine", "consent_ended", f"resident:{row.resident_id}")
    db.store.hint("families", "letters")
