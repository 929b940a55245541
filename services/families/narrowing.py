"""Knowing less: a scope is narrowed, a consent taken back, a relative removed. It holds at once; the reason stays
inside, and the relative is told without a word about who asked (F13, F50, L5).
"""

from dataclasses import dataclass
from datetime import datetime

from care import families
from care.errors import Decided, Invalid
from care.states import Role
from care.ways import Last
from conversations.effects import Say, say
from services.access import Viewer, name_of
from services.families.access import access_consent, access_tie
from services.families.consents import standing, stop_told, take_back
from services.families.forms import NarrowScope, RemoveRelative, WithdrawConsent
from services.families.relatives import placed
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from storage import tables
from storage.queries import families_ties as queries
from storage.tables.families_ties import TieChange
from storage.types import new_id
from storage.unit import Unit

TIE = Purpose(
    "tie", words="家书的调整", template="matter", sms=True, matter="家书的内容有调整", brief="请查看", last=Last.PHONE
)
LESS = {
    "daily": "tie.narrowed_daily",
    "health": "tie.narrowed_health",
    "billing": "tie.narrowed_billing",
    "photos": "tie.narrowed_photos",
    "emergency": "tie.narrowed_emergency",
}
"""What a relative reads when they know one thing less."""


@dataclass(frozen=True, slots=True)
class Notice:
    """What the relative is told; `sent` is false where only a call can tell them."""

    words: str
    sent: bool


def notice(
    db: Unit, house: House, viewer: Viewer, tie: tables.Kinship, lost: set[str], now: datetime, *, removed: bool = False
) -> str:
    """The words that the relative reads, also for the preview: what changes, whom to ask, never who wanted it."""
    person = db.get_one(tables.Person, tie.person_id)
    resident = db.get_one(tables.Resident, tie.resident_id)
    elder = db.open(db.get_one(tables.Person, resident.person_id), "name") or "老人"
    told = {"name": db.open(person, "name") or "您好", "elder": elder, "desk": viewer.name}
    if removed or "daily" in lost:
        says: list[Say] = [say("tie.removed" if removed else LESS["daily"], **told)]
    else:
        says = [say(phrase, **told) for scope, phrase in LESS.items() if scope in lost]
    if not removed and "emergency" in set(tie.scopes.split()) - lost:
        says.append(say("tie.urgent"))
    return house.words(says, now)


def narrow(
    db: Unit, house: House, viewer: Viewer, resident_id: int, person_id: int, form: NarrowScope, now: datetime
) -> Notice:
    """A relative may know one thing less, from this second on. Raises Invalid, Decided, NotFound."""
    tie, _ = access_tie(db, viewer, resident_id, person_id, lock=True)
    if form.scope not in families.SCOPES:
        raise Invalid(why="请选收窄哪一项。")
    if form.scope not in tie.scopes.split():
        raise Decided(who="有同事", what=f"收窄了「{families.short(form.scope)}」")
    return _less(db, house, viewer, tie, {form.scope}, form, now)


def withdraw(
    db: Unit, house: House, viewer: Viewer, resident_id: int, consent_id: int, form: WithdrawConsent, now: datetime
) -> Notice:
    """A consent is taken back with all that it gave. Raises Invalid, Decided, NotFound."""
    row = access_consent(db, viewer, resident_id, consent_id, lock=True)
    if row.withdrawn_at is not None:
        raise Decided(who=name_of(db, row.withdrawn_by), what="撤回了这次同意")
    tie, _ = access_tie(db, viewer, resident_id, row.person_id, lock=True)
    return _less(db, house, viewer, tie, set(row.scopes.split()), form, now)


def remove(
    db: Unit, house: House, viewer: Viewer, resident_id: int, person_id: int, form: RemoveRelative, now: datetime
) -> Notice:
    """A relative belongs here no more: tie, consents and sheets end in one act; the person and what was said stay.

    Raises Invalid, NotFound.
    """
    tie, _ = access_tie(db, viewer, resident_id, person_id, lock=True)
    _reason(viewer, form)
    had = set(tie.scopes.split())
    words = notice(db, house, viewer, tie, had, now, removed=True)
    change = _change(db, viewer, tie, "removed", set(), form, now)
    for row in standing(db, resident_id, person_id):
        row.withdrawn_at, row.withdrawn_by = now, viewer.id
    for sheet in queries.open_sheets(db, resident_id, now):
        if sheet.meant_for == person_id:
            sheet.revoked_at, sheet.revoked_by = now, viewer.id
    db.delete(tie)
    db.flush()
    rest = queries.ties(db, resident_id)
    if rest:
        placed(rest, rest[0], 1)
        if not any(one.is_primary for one in rest):
            rest[0].is_primary = True
    stop_told(db, tie, {"daily", "health"}, now)
    return _tell(db, tie, change, words, now)


def _less(
    db: Unit,
    house: House,
    viewer: Viewer,
    tie: tables.Kinship,
    lost: set[str],
    form: NarrowScope | WithdrawConsent,
    now: datetime,
) -> Notice:
    _reason(viewer, form)
    had = set(tie.scopes.split())
    words = notice(db, house, viewer, tie, lost & had, now)
    kind = "withdrawn" if isinstance(form, WithdrawConsent) else "narrowed"
    change = _change(db, viewer, tie, kind, had - lost, form, now)
    for row in standing(db, tie.resident_id, tie.person_id):
        if lost & set(row.scopes.split()):
            take_back(db, viewer, row, lost, now)
    tie.scopes = families.in_order(had - lost)
    stop_told(db, tie, lost, now)
    if not lost & had:
        return Notice("", sent=False)
    return _tell(db, tie, change, words, now)


def _reason(viewer: Viewer, form: NarrowScope | WithdrawConsent | RemoveRelative) -> None:
    if form.asked_by not in families.ASKED_BY:
        raise Invalid(why="请选是谁要求的：老人本人、监护人、院长，或这位家属自己。")
    if form.asked_by == "director" and viewer.role is not Role.DIRECTOR:
        raise Invalid(why="院长决定的，请院长自己来按。")
    if not form.why.strip():
        raise Invalid(why="请写一句为什么；只有同事看得到，家属看不到。")


def _change(
    db: Unit,
    viewer: Viewer,
    tie: tables.Kinship,
    kind: str,
    after: set[str],
    form: NarrowScope | WithdrawConsent | RemoveRelative,
    now: datetime,
) -> TieChange:
    row = TieChange(
        id=new_id(),
        home_id=tie.home_id,
        resident_id=tie.resident_id,
        about=tie.person_id,
        kind=kind,
        before=tie.scopes,
        after=families.in_order(after),
        asked_by=form.asked_by,
        changed_by=viewer.id,
        changed_at=now,
    )
    db.seal(row, "why", form.why.strip()[:300])
    db.seal(row, "relation", db.open(tie, "relation"))
    db.add(row)
    act = {"narrowed": "narrow", "withdrawn": "withdraw_consent", "removed": "remove_relative"}[kind]
    how = f"{families.names(tie.scopes.split()) or '没有'} → {families.names(after) or '没有'}"
    db.store.audit(tie.home_id, now, f"staff:{viewer.id}", act, f"resident:{tie.resident_id}", how)
    return row


def _tell(db: Unit, tie: tables.Kinship, change: TieChange, words: str, now: datetime) -> Notice:
    db.flush()
    sent = queries.follows(db, tie.person_id)
    if sent:
        outbox.enqueue(
            db.store,
            home_id=tie.home_id,
            person_id=tie.person_id,
            purpose=TIE,
            dedup_key=f"tie:{change.id}",
            text=words,
            now=now,
        )
    db.store.hint("families", "residents", "letters", f"person:{tie.person_id}")
    return Notice(words, sent)
