"""告知 before the first tap: which version somebody saw, and when, is kept (F48, P4)."""

from datetime import datetime

from sqlalchemy import select

from care import notice
from care.errors import Invalid, NotFound
from storage import tables
from storage.tables.families_notice import NoticeSeen
from storage.types import micros, new_id
from storage.unit import Unit


def saw(db: Unit, openid: str, version: str, now: datetime) -> None:
    """They read it and tapped. Raises Invalid for a text that is no more, NotFound for who never wrote."""
    if version != notice.VERSION:
        raise Invalid(why="告知换了新的，请再看一遍。")
    phone = db.scalars(select(tables.Follower).where(tables.Follower.openid == openid)).first()
    if phone is None:
        raise NotFound
    db.lock_persons(phone.person_id)
    home = db.get_one(tables.Person, phone.person_id).home_id
    db.store.insert_missing(
        NoticeSeen,
        ("id", "home_id", "follower_id", "version", "seen_at"),
        [(new_id(), home, phone.id, version, micros(now))],
    )
    who = f"person:{phone.person_id}"
    db.store.audit(home, now, who, "see_notice", who, version)
    db.store.hint("families")
