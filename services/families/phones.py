"""是谁的手机: an elder's own, one of two, or a device of a room; at confirmation and when a colleague changes it (F3)."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, select

from care import families
from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Binding, PersonKind
from services.access import HANDLERS, Viewer
from services.families.forms import ChangePhone
from services.families.joining import not_under_way
from services.residents.access import access_resident
from services.search import search
from storage import revision, tables
from storage.queries import families_phones as queries
from storage.queries.residents import GONE
from storage.tables.families_phones import CommonPhone
from storage.types import new_id
from storage.unit import Unit

KINDS: Final = {key: words for key, words in families.PHONES.items() if key != "family"}
"""Whose a phone of the house may be."""
RINGS: Final = timedelta(hours=12)
"""What nobody ended for so long does not ring any more."""


def revision_of(phone: queries.Phone) -> str:
    """What a form about a phone was drawn from."""
    row = phone.row
    return revision.of(phone.kind, *((row.one_id, row.two_id, row.room) if row else ()))


def other_of(db: Unit, viewer: Viewer, resident: tables.Resident, other_id: int) -> tables.Resident:
    """The second one of a phone of two. Raises Invalid."""
    if not other_id or other_id == resident.id:
        raise Invalid(why="两人共用的手机，请选另一位是谁。")
    try:
        other = access_resident(db, viewer, other_id)
    except NotFound:
        raise Invalid(why="没有找到另一位，请刷新再选。") from None
    if other.status in GONE:
        raise Invalid(why="另一位已经不住在这里了，请选「本人的手机」。")
    return other


def confirm(db: Unit, viewer: Viewer, guest: int, pair: list[tables.Resident], now: datetime) -> tuple[str, ...]:
    """At confirmation: what the guest said so far stays the phone's, since nobody knows whose it was; the openids.
    Raises Invalid.
    """
    if db.get_one(tables.Person, guest).kind != PersonKind.GUEST.value:
        what = "当房间的设备" if len(pair) == 1 else "两人共用"
        raise Invalid(why=f"这部手机已经绑给了家属，不能再{what}。请换一部，或先移除那位家属。")
    db.lock_persons(*(one.person_id for one in pair))
    # a device that was carried into another room is bound there by another sheet
    free = (Binding.GUEST.value, Binding.HOUSE.value)
    found = select(tables.Follower).where(tables.Follower.person_id == guest, tables.Follower.binding.in_(free))
    openids = []
    for phone in db.fresh(found).all():
        db.execute(delete(CommonPhone).where(CommonPhone.follower_id == phone.id))
        share(db, viewer, phone, guest, pair, now)
        openids.append(phone.openid)
    return tuple(openids)


def share(
    db: Unit, viewer: Viewer, follower: tables.Follower, place: int, pair: list[tables.Resident], now: datetime
) -> str:
    """The phone is these two's, or with one of them the device of that room; it is somebody itself now. Its words for
    the audit. All are locked.
    """
    room = len(pair) == 1
    person = db.get_one(tables.Person, place)
    if room:
        name, person.kind = f"{pair[0].room} 房的设备", PersonKind.GUEST.value
    else:
        names = [db.words(db.get_one(tables.Person, one.person_id), "name", "老人") for one in pair]
        name, person.kind = f"{names[0]}、{names[1]}共用的手机", PersonKind.ELDER.value
        for one in pair:
            _talk(db, viewer.home_id, one.person_id)
    db.seal(person, "name", name)
    db.add(
        CommonPhone(
            id=new_id(),
            home_id=viewer.home_id,
            follower_id=follower.id,
            place_id=place,
            one_id=None if room else pair[0].id,
            two_id=None if room else pair[1].id,
            room=pair[0].room,
            floor=pair[0].floor,
            made_by=viewer.id,
            made_at=now,
        )
    )
    follower.binding = (Binding.HOUSE if room else Binding.SHARED).value
    follower.muted_until = None
    db.flush()
    search.renamed(db, person)
    return name


def change(
    db: Unit, viewer: Viewer, resident_id: int, follower_id: int, form: ChangePhone, now: datetime
) -> tuple[str, str]:
    """It is another one's phone than was thought: its openid, and whose it is now. What was said stays with whom it was
    said for; the phone goes over. Raises Invalid, Changed, NotFound.
    """
    if viewer.role not in HANDLERS:
        raise NotFound
    resident = access_resident(db, viewer, resident_id)
    if form.phone_is not in KINDS:
        raise Invalid(why="请选这是谁的手机。")
    other = other_of(db, viewer, resident, form.other) if form.phone_is == "shared" else None
    found = _found(db, resident, follower_id, now)
    _lock(db, found, resident, other)
    place = 0 if form.phone_is == "elder" else _place(db, viewer, now)
    db.expire_all()  # what stands now is read again, under the locks
    again = _found(db, resident, follower_id, now)
    if form.drawn not in {None, revision_of(again)}:
        raise Changed(who="有同事", what="改过这部手机", revision=revision_of(again))
    if again.follower.person_id not in db.store.locked:  # it went over to somebody new meanwhile
        raise Decided(who="有同事", what="改过这部手机")
    follower = again.follower
    _nothing_rings(db, again, now)
    not_under_way(db, follower.person_id)
    if again.row is not None:
        db.execute(delete(CommonPhone).where(CommonPhone.id == again.row.id))
    if form.phone_is == "elder":
        _talk(db, viewer.home_id, resident.person_id)
        follower.person_id, follower.binding = resident.person_id, Binding.OWN.value
        whose = KINDS["elder"]
    else:
        follower.person_id = place
        whose = share(db, viewer, follower, place, [resident, other] if other else [resident], now)
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "change_phone", f"resident:{resident.id}", whose)
    db.store.hint("families", "residents", "inbox", "alarms", f"person:{follower.person_id}")
    return follower.openid, form.phone_is


def _found(db: Unit, resident: tables.Resident, follower_id: int, now: datetime) -> queries.Phone:
    found = next((one for one in queries.of_resident(db, resident, now) if one.follower.id == follower_id), None)
    if found is None:
        raise NotFound
    return found


def _place(db: Unit, viewer: Viewer, now: datetime) -> int:
    """The phone as somebody, with a talk."""
    place = new_id()
    db.add(tables.Person(id=place, home_id=viewer.home_id, kind=PersonKind.GUEST.value, created_at=now))
    db.flush()
    db.lock_persons(place)
    _talk(db, viewer.home_id, place)
    return place


def _lock(db: Unit, phone: queries.Phone, resident: tables.Resident, other: tables.Resident | None) -> None:
    """Whoever speaks on it, before and from now on, at once and in ascending id."""
    row = phone.row
    ids = {resident.id, other.id if other else 0, *((row.one_id or 0, row.two_id or 0) if row else ())}
    people = db.scalars(select(tables.Resident.person_id).where(tables.Resident.id.in_(ids)))
    db.lock_persons(*people, phone.follower.person_id, *((row.place_id,) if row else ()))


def _nothing_rings(db: Unit, phone: queries.Phone, now: datetime) -> None:
    """Whoever goes finds the strip by its phone."""
    rings = select(tables.Alarm.id).where(
        tables.Alarm.person_id == phone.follower.person_id,
        tables.Alarm.arrived_at.is_(None),
        tables.Alarm.latest_at > now - RINGS,
    )
    if db.scalars(rings).first() is not None:
        raise Invalid(why="这部手机上有一条呼救还没结束，先去看人；结束了再改。")


def _talk(db: Unit, home_id: int, person_id: int) -> None:
    """Who speaks has a talk."""
    talk = tables.Conversation
    if db.scalars(select(talk.id).where(talk.person_id == person_id)).first() is None:
        db.add(talk(id=new_id(), home_id=home_id, person_id=person_id, version=0, revision=0, state="", trail=""))
        db.flush()
