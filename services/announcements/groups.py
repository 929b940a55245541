"""名单: groups of people, and who wants to hear of activities and offers (B2, N6)."""

from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.errors import Changed, Decided, Invalid, NotFound
from services.access import Viewer, access_page
from services.announcements.access import ANNOUNCEMENTS, access_group
from services.announcements.forms import MakeGroup, PutPerson
from storage import revision
from storage.queries import announcements_groups as queries
from storage.queries.families import Who
from storage.tables.announcements_groups import AudienceGroup, AudienceMember, OfferConsent
from storage.types import new_id
from storage.unit import Unit

LONGEST: Final = 12
MOST: Final = 30
"""Groups of a home."""
KINDS: Final = {"elder": "老人", "family": "家属", "guest": "咨询的人"}


def make(db: Unit, viewer: Viewer, form: MakeGroup, now: datetime) -> AudienceGroup:
    """One more group. Raises Invalid."""
    access_page(viewer, ANNOUNCEMENTS)
    name = " ".join(form.name.split())
    if not 0 < len(name) <= LONGEST:
        raise Invalid(why=f"请写名单叫什么，{LONGEST} 个字以内。")
    known = queries.groups(db, viewer.home_id)
    if len(known) >= MOST:
        raise Invalid(why=f"已经有 {MOST} 个名单，先去掉不用的。")
    if any(one.row.name == name for one in known):
        raise Invalid(why=f"已经有一个「{name}」了。")
    row = AudienceGroup(id=new_id(), home_id=viewer.home_id, name=name, made_by=viewer.id, made_at=now)
    db.add(row)
    _noted(db, viewer, "make_group", f"group:{row.id}", name, now)
    return row


def drop(db: Unit, viewer: Viewer, group_id: int, now: datetime) -> None:
    """Nobody tells this group anything any more; what is planned for it reaches nobody. Raises Decided, NotFound."""
    row = access_group(db, viewer, group_id)
    if row.gone_at is not None:
        raise Decided(who="有同事", what="去掉了这个名单")
    row.gone_at = now
    _noted(db, viewer, "drop_group", f"group:{row.id}", row.name, now)


def put(db: Unit, viewer: Viewer, person_id: int, form: PutPerson, now: datetime) -> None:
    """In which groups somebody is, and whether they want to hear of activities and offers. Raises Invalid, NotFound."""
    access_page(viewer, ANNOUNCEMENTS)
    if viewer.floors:
        raise Invalid(why="名单是全院的，请管全院的同事来改。")
    there = {one.who.person_id for one in queries.everybody(db, viewer.home_id)}
    if person_id not in there:
        raise NotFound
    db.lock_persons(person_id)
    known = {one.row.id for one in queries.groups(db, viewer.home_id)}
    wanted = form.groups & known
    rows = db.scalars(select(AudienceMember).where(AudienceMember.person_id == person_id))
    held = {row.group_id: row for row in rows if row.group_id in known}
    stands = revision.of(sorted(held), queries.wanting(db, [person_id]).get(person_id))
    if form.drawn not in {None, stands}:
        raise Changed(who="同事或本人", what="改过这一位的名单或意愿", revision=stands)
    for group in held.keys() - wanted:
        db.delete(held[group])
    for group in wanted - held.keys():
        db.add(AudienceMember(id=new_id(), group_id=group, person_id=person_id, put_by=viewer.id, put_at=now))
    _consent(db, viewer, person_id, now, wants=form.wants)
    _noted(db, viewer, "put_person", f"person:{person_id}", None, now)


def revision_of(one: queries.Listed) -> str:
    """In which groups somebody is and what they want, as the form is drawn from it."""
    return revision.of(sorted(one.groups), None if one.stopped else one.wants)


def _consent(db: Unit, viewer: Viewer, person_id: int, now: datetime, *, wants: bool) -> None:
    table = OfferConsent
    open_ = select(table).where(table.person_id == person_id, table.ended_at.is_(None))
    stands = list(db.scalars(open_))
    holds = person_id in queries.wanting(db, [person_id])
    if wants and holds:
        return
    for row in stands:  # of somebody who wrote 退订 since, and wants it again: a new one begins
        row.ended_at, row.ended_by = now, viewer.id
    if wants:
        db.add(table(id=new_id(), home_id=viewer.home_id, person_id=person_id, given_at=now, given_by=viewer.id))


def _noted(db: Unit, viewer: Viewer, act: str, what: str, more: str | None, now: datetime) -> None:
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, what, more)
    db.store.hint("announcements")


def kind_of(who: Who) -> str:
    """elder, family or guest."""
    return "elder" if who.is_elder else "family" if who.resident_id else "guest"
