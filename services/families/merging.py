"""是同一位: a relative who bound by a sheet of nobody, and the one whom a list brought in, are one person (engineering
18). Ties, consents, phone and talk of both are one's from now on; it cannot go back.
"""

import json
from datetime import datetime

from sqlalchemy import delete, select, update

from care import families
from care.errors import Invalid
from services.access import Viewer
from services.families import joining, preferences
from services.families.access import access_tie
from services.families.disputes import refuse_widening
from services.families.forms import MergeRelative
from services.families.relatives import placed
from services.search import search
from storage import tables
from storage.queries import families_ties as queries
from storage.tables.appointments import Appointment
from storage.tables.families_ties import Alias, ElderWish, TieChange
from storage.tables.incidents import IncidentCall
from storage.types import new_id
from storage.unit import Unit


def merge(db: Unit, viewer: Viewer, resident_id: int, person_id: int, form: MergeRelative, now: datetime) -> None:
    """`person_id` is `form.into`: the name and number that stay. Raises Sending, Invalid, NotFound."""
    _, gone = access_tie(db, viewer, resident_id, person_id, lock=True)
    if not form.into or form.into == gone.id:
        raise Invalid(why="请选和哪一位是同一个人。")
    _, stays = access_tie(db, viewer, resident_id, form.into, lock=True)
    refuse_widening(db, resident_id)
    if {gone.kind, stays.kind} != {"family"}:
        raise Invalid(why="只有两位家属可以对成一位。")
    db.flush()
    at = new_id()
    moved = joining.bring(db, viewer, gone.id, stays.id, now)
    if db.open(gone, "phone") != db.open(stays, "phone") and db.open(stays, "phone"):
        other = update(tables.Kinship).where(tables.Kinship.person_id == gone.id).values(rang_at=None)
        db.execute(other)  # what rang is not the number that stays
    _ties(db, gone.id, stays.id)
    for table, column in ((tables.Consent, "person_id"), (ElderWish, "about"), (TieChange, "about")):
        named = table.__table__.c[column]
        db.execute(update(table).where(named == gone.id).values({column: stays.id}))
    db.execute(update(Appointment).where(Appointment.told_id == gone.id).values(told_id=stays.id))
    db.execute(update(tables.Invitation).where(tables.Invitation.meant_for == gone.id).values(meant_for=stays.id))
    db.add(
        Alias(
            id=new_id(),
            home_id=viewer.home_id,
            was=gone.id,
            became=stays.id,
            moved=json.dumps({"at": at} | moved),
            joined_at=now,
            joined_by=viewer.id,
        )
    )
    if not db.open(stays, "phone"):
        db.seal(stays, "phone", db.open(gone, "phone"))
    stays.timezone = stays.timezone or gone.timezone
    stays.language = stays.language or gone.language
    preferences.join(gone, stays)
    gone.kind = "guest"
    db.flush()
    search.renamed(db, stays)
    db.execute(delete(tables.Gram).where(tables.Gram.subject == gone.id))
    db.expire_all()
    db.store.audit(
        viewer.home_id, now, f"staff:{viewer.id}", "merge_relatives", f"person:{gone.id}", f"person:{stays.id}"
    )
    db.store.hint(
        *("families", "residents", "letters", "inbox", "outbox", "alarms", "cases", "promises"),
        f"person:{person_id}",
        f"person:{form.into}",
    )


def _ties(db: Unit, gone: int, stays: int) -> None:
    """Where both belong to one elder, one tie stays and gives what either gave: it is the same person who agreed."""
    mine = {tie.resident_id: tie for tie in db.fresh(select(tables.Kinship).where(tables.Kinship.person_id == stays))}
    for tie in db.fresh(select(tables.Kinship).where(tables.Kinship.person_id == gone)).all():
        kept = mine.get(tie.resident_id)
        if kept is None:
            tie.person_id = stays
            continue
        kept.scopes = families.in_order({*kept.scopes.split(), *tie.scopes.split()})
        kept.is_primary = kept.is_primary or tie.is_primary
        if kept.proof is None:
            kept.proof, kept.proved_by, kept.proved_at = tie.proof, tie.proved_by, tie.proved_at
        kept.rang_at = kept.rang_at or tie.rang_at
        kept.paper = kept.paper or tie.paper
        at = min(kept.position, tie.position)
        db.execute(update(IncidentCall).where(IncidentCall.kinship_id == tie.id).values(kinship_id=kept.id))
        db.delete(tie)
        db.flush()
        placed(queries.ties(db, kept.resident_id), kept, at)
