"""The call-out list on a duty telephone: read without a log-in by a secret address, which leads make and end (E4)."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from care.chain import Reachable
from care.errors import Forbidden, NotFound
from care.incidents import Plan
from services.access import Viewer
from services.calling import phones
from services.incidents import plans
from services.incidents.access import MAY_PLAN
from services.staff.sessions import token_hash
from services.staff.staff import HERE
from storage import tables
from storage.tables.incidents import CalloutLink, OutsideContact
from storage.types import new_id
from storage.unit import Unit


@dataclass(frozen=True, slots=True)
class Callout:
    """What the list says: who can be rung now, whom to call outside, the first steps of each plan."""

    home_id: int
    people: list[Reachable]
    outside: list[OutsideContact]
    plans: dict[str, Plan]


def of_token(db: Unit, token: str, now: datetime) -> Callout:
    """The list of the home whose address it is. Raises NotFound for every other address."""
    asked = select(CalloutLink).where(
        CalloutLink.token_hash == token_hash(token), CalloutLink.ended_at.is_(None), CalloutLink.home_id == HERE
    )
    row = db.scalars(asked).first()
    if row is None:
        raise NotFound
    found: dict[str, Reachable] = {}
    for one in phones.reachable(db, row.home_id, now):
        found.setdefault(one.number, one)
    return Callout(
        row.home_id, list(found.values()), plans.contacts(db, row.home_id), dict(plans.of_home(db, row.home_id))
    )


def current(db: Unit, viewer: Viewer) -> tuple[str, datetime] | None:
    """What the address holds, and since when; None where there is none. Raises Forbidden."""
    _may(viewer)
    row = db.scalars(
        select(CalloutLink).where(CalloutLink.home_id == viewer.home_id, CalloutLink.ended_at.is_(None))
    ).first()
    return None if row is None else (db.words(row, "token"), row.made_at)


def make(db: Unit, viewer: Viewer, now: datetime) -> None:
    """A new address; the one before opens nothing any more. Raises Forbidden."""
    _may(viewer)
    db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    row = db.fresh(select(CalloutLink).where(CalloutLink.home_id == viewer.home_id)).first()
    token = secrets.token_urlsafe(18)
    if row is None:
        row = CalloutLink(id=new_id(), home_id=viewer.home_id)
        db.add(row)
    row.token_hash, row.made_at, row.made_by, row.ended_at = token_hash(token), now, viewer.id, None
    db.seal(row, "token", token)
    _told(db, viewer, row, "make_callout", now)


def end(db: Unit, viewer: Viewer, now: datetime) -> None:
    """The address opens nothing any more: a telephone was lost. Raises Forbidden."""
    _may(viewer)
    row = db.lock_row(select(CalloutLink).where(CalloutLink.home_id == viewer.home_id))
    if row is not None and row.ended_at is None:
        row.ended_at = now
        _told(db, viewer, row, "end_callout", now)


def _may(viewer: Viewer) -> None:
    if viewer.role not in MAY_PLAN:
        raise Forbidden


def _told(db: Unit, viewer: Viewer, row: CalloutLink, act: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"callout_link:{row.id}")
    db.store.hint("incidents")
