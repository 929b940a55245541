"""绑定: from a printed one-time code to a relative who may know what was agreed (F13, F14, F23, P4)."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import families, sla
from care.errors import Decided, Invalid, NotFound
from care.sla import Kind
from conversations.effects import AskToBind, TryCode, say
from conversations.events import Done, Refused
from conversations.flows.families import CODE_SIGNS, invitation_code
from services.access import HANDLERS, Viewer, name_of
from services.context import Context
from services.families import consents, relatives
from services.families.access import access_application
from services.families.disputes import refuse_widening
from services.families.forms import ConfirmBinding, RefuseBinding
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.promises import promises
from services.residents.access import access_resident
from services.search import search
from storage import tables
from storage.queries import families_ties as queries
from storage.seal import Sealer
from storage.types import moment, new_id
from storage.unit import Unit

BINDING: Final = Purpose("binding")
LASTS: Final = timedelta(days=30)
SCOPES: Final = families.SCOPES
WAYS: Final = families.WAYS


def digest(sealer: Sealer, code: str) -> str:
    """The keyed hash under which a code is known; the code itself is kept nowhere."""
    return sealer.sign("invitation", code).hex()


def invite(db: Unit, viewer: Viewer, resident_id: int, now: datetime) -> tuple[str, datetime]:
    """A new code for the sheet of a resident, and until when it is good. Raises NotFound."""
    resident = access_resident(db, viewer, resident_id)
    if viewer.role not in HANDLERS:
        raise NotFound
    code = ""
    while invitation_code(code) is None:
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(8))
    until = now + LASTS
    db.add(
        tables.Invitation(
            id=new_id(),
            home_id=viewer.home_id,
            resident_id=resident.id,
            digest=digest(db.sealer, code),
            made_by=viewer.id,
            made_at=now,
            expires_at=until,
        )
    )
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "invite", f"resident:{resident.id}")
    return code, until


# -- in the talk ---------------------------------------------------------------------------------------------------


def try_code(context: Context, effect: TryCode) -> Done | Refused:
    """Whether the code is good; wrong, used and expired are one answer."""
    found = _open_invitation(context, effect.code)
    if found is None:
        return Refused("wrong")
    tied = context.store.row(
        "SELECT 1 FROM kinship WHERE person_id = ? AND resident_id = ?", context.person_id, found[1]
    )
    return Refused("already") if tied else Done(ref=effect.code)


def ask(context: Context, effect: AskToBind) -> Done | Refused:
    """Use the code up; a colleague makes sure, under a clock of a day."""
    store = context.store
    found = _open_invitation(context, effect.code)
    if found is None:
        return Refused("wrong")
    row_id = new_id()
    store.insert(
        tables.Application,
        id=row_id,
        home_id=context.home_id,
        person_id=context.person_id,
        resident_id=found[1],
        invitation_id=found[0],
        relation=store.seal(tables.Application, "relation", row_id, effect.relation),
        name=store.seal(tables.Application, "name", row_id, effect.name),
        asked_at=context.said_at,
    )
    store.update(tables.Invitation, found[0], used_at=context.now)
    due_at = sla.binding_due(context.said_at, context.house.figures)
    if promises.open_one(store, context.person_id, Kind.BINDING) is None:
        promises.make(
            store,
            home_id=context.home_id,
            person_id=context.person_id,
            kind=Kind.BINDING,
            made_at=context.said_at,
            due_at=due_at,
            inbox_id=context.inbox_id,
        )
    store.audit(context.home_id, context.now, f"person:{context.person_id}", "ask_to_bind", f"resident:{found[1]}")
    store.hint("families")
    return Done(due_at=due_at if due_at > context.now else None)


def _open_invitation(context: Context, code: str) -> tuple[int, int] | None:
    row = context.store.row(
        "SELECT id, resident_id, expires_at FROM invitation WHERE digest = ? AND home_id = ? AND used_at IS NULL",
        digest(context.store.sealer, code),
        context.home_id,
    )
    return (row[0], row[1]) if row is not None and moment(row[2]) > context.now else None


# -- by a colleague ------------------------------------------------------------------------------------------------


def confirm(db: Unit, house: House, viewer: Viewer, application_id: int, form: ConfirmBinding, now: datetime) -> None:
    """The relative is who they say: the tie, what they may know, and the consent are written.

    Raises Invalid with a sentence, Conflict.
    """
    row = access_application(db, viewer, application_id, lock=True)
    if row.verdict is not None:
        raise Decided(
            who=name_of(db, row.decided_by), what="核实了这位家属" if row.verdict == "confirmed" else "答复了没核实"
        )
    if not form.scopes:
        raise Invalid(why="请选家属能看什么。")
    wrong = families.wrong(form.scopes, form.way)
    if wrong:
        raise Invalid(why=wrong)
    refuse_widening(db, row.resident_id)
    row.verdict, row.decided_by, row.decided_at = "confirmed", viewer.id, now
    person, resident = _person(db, row.person_id), db.get_one(tables.Resident, row.resident_id)
    tie = next((one for one in queries.ties(db, resident.id) if one.person_id == person.id), None)
    if tie is None:
        tie = relatives.tie_to(db, viewer, person.id, resident.id, db.open(row, "relation") or "", now)
    tie.scopes = families.in_order(form.scopes)
    db.seal(tie, "relation", db.open(row, "relation"))
    if person.kind == "guest":
        person.kind = "family"
        db.seal(person, "name", db.open(row, "name"))
        search.renamed(db, person)
    for follower in db.scalars(
        select(tables.Follower).where(tables.Follower.person_id == person.id, tables.Follower.binding == "guest")
    ):
        follower.binding = "own"
    consents.given(db, viewer, tie, form.scopes, consents.How(form.way), now)
    elder = db.open(_person(db, resident.person_id), "name") or "老人"
    scopes = families.names(form.scopes)
    words = say("binding.confirmed", name=db.open(row, "name"), elder=elder, scopes=scopes)
    _tell(db, viewer, row, house.words([words], now), now)
    how = f"可看{scopes}；{WAYS[form.way]}"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "bind", f"resident:{resident.id}", how)


def refuse(db: Unit, house: House, viewer: Viewer, application_id: int, form: RefuseBinding, now: datetime) -> None:
    """Who it is could not be made sure; the relative hears why and where to go. Raises Invalid, Conflict."""
    row = access_application(db, viewer, application_id, lock=True)
    if row.verdict is not None:
        raise Decided(
            who=name_of(db, row.decided_by), what="核实了这位家属" if row.verdict == "confirmed" else "答复了没核实"
        )
    reason = form.why.strip().rstrip("。")
    if not reason:
        raise Invalid(why="请写一句为什么没核实，家属会看到。")
    row.verdict, row.decided_by, row.decided_at = "refused", viewer.id, now
    _tell(db, viewer, row, house.words([say("binding.refused", why=reason)], now), now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "refuse_binding", f"resident:{row.resident_id}")


def _tell(db: Unit, viewer: Viewer, row: tables.Application, text: str, now: datetime) -> None:
    db.flush()
    outbox.enqueue(
        db.store,
        home_id=viewer.home_id,
        person_id=row.person_id,
        purpose=BINDING,
        dedup_key=f"application:{row.id}:verdict:1",
        text=text,
        now=now,
    )
    kept = promises.open_one(db.store, row.person_id, Kind.BINDING)
    others = select(tables.Application.id).where(
        tables.Application.person_id == row.person_id, tables.Application.verdict.is_(None)
    )
    if kept is not None and db.scalars(others).first() is None:  # the clock is theirs until every sheet is decided
        db.store.update(
            tables.Promise,
            kept[0],
            person=row.person_id,
            kept_at=now,
            kept_by=viewer.id,
            kept_how=(row.verdict or "")[:12],
            look_at=None,
        )
    db.store.hint("families", "promises", f"person:{row.person_id}")


def _person(db: Unit, person_id: int) -> tables.Person:
    return db.get_one(tables.Person, person_id)
