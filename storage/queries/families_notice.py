"""Who has seen which version of the notice (F48)."""

from collections.abc import Collection

from sqlalchemy import select

from storage import tables
from storage.tables.families_notice import NoticeSeen
from storage.unit import Unit


def to_show(db: Unit, openid: str, version: str) -> bool:
    """Whether the notice stands before a page: for who may read letters here, or is an elder, and has not seen it."""
    phone = db.scalars(select(tables.Follower).where(tables.Follower.openid == openid)).first()
    if phone is None:
        return False
    mine = select(tables.Kinship.id).where(tables.Kinship.person_id == phone.person_id)
    own = select(tables.Resident.id).where(tables.Resident.person_id == phone.person_id)
    if db.scalars(mine).first() is None and db.scalars(own).first() is None:
        return False
    seen = select(NoticeSeen.id).where(NoticeSeen.follower_id == phone.id, NoticeSeen.version == version)
    return db.scalars(seen).first() is None


def newest(db: Unit, people: Collection[int]) -> dict[int, NoticeSeen]:
    """What each of these people saw last."""
    found = db.execute(
        select(tables.Follower.person_id, NoticeSeen)
        .join(NoticeSeen, NoticeSeen.follower_id == tables.Follower.id)
        .where(tables.Follower.person_id.in_(people))
        .order_by(NoticeSeen.seen_at)
    )
    return {one[0]: one[1] for one in found}
