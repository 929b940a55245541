"""What is changed of a tie by a colleague: who it is, in which order they are called, who is the primary contact, and
that the elder agreed to more (A4, F13, F14, N7).
"""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import available_timezones

from sqlalchemy import select

from care import families
from care.errors import Changed, Invalid
from services.access import Viewer
from services.families import consents, relatives
from services.families.access import access_tie
from services.families.disputes import refuse_widening
from services.families.forms import EditRelative, MakePrimary, PlaceRelative, ProveRelative, RecordConsent
from services.media.files import File
from services.residents.admission import today_of
from services.search import search
from storage import revision, tables
from storage.queries import families_ties as queries
from storage.queries.outgoing_sms import refusal
from storage.unit import Unit


def revision_of(tie: tables.Kinship, person: tables.Person) -> str:
    """What the form of a relative is drawn from."""
    return revision.of(
        person.name, person.phone, person.timezone, person.language, tie.relation, tie.frequency, tie.hour, tie.paper
    )


def order_of(ties: Sequence[tables.Kinship]) -> str:
    """What the order and the primary contact are drawn from."""
    return revision.of([(tie.person_id, tie.is_primary) for tie in ties])


def edit(db: Unit, viewer: Viewer, resident_id: int, person_id: int, form: EditRelative, now: datetime) -> None:
    """Who a relative is, and when letters are announced. Raises Invalid, Changed, NotFound."""
    tie, person = access_tie(db, viewer, resident_id, person_id, lock=True)
    stands = revision_of(tie, person)
    if form.drawn not in {None, stands}:
        raise Changed(who="有同事", what="改过这位家属", revision=stands)
    name, relation, phone = relatives.named(form.name), relatives.related(form.relation), relatives.number(form.phone)
    if form.timezone and form.timezone not in available_timezones():
        raise Invalid(why="请选家属在哪里。")
    if form.language not in families.LANGUAGES:
        raise Invalid(why="请选和这位家属说什么话。")
    if form.frequency not in families.FREQUENCIES or (form.hour is not None and form.hour not in families.HOURS):
        raise Invalid(why="请选多久一封、几点告诉。")
    if phone and phone != db.open(person, "phone"):
        db.seal(person, "phone", phone)
        _unproved(db, person.id)
    if name != db.open(person, "name"):
        db.seal(person, "name", name)
    db.flush()
    search.renamed(db, person)
    db.seal(tie, "relation", relation)
    person.timezone, person.language = form.timezone or None, form.language or None
    tie.frequency, tie.hour, tie.paper = form.frequency, form.hour, form.paper
    _told(db, viewer, tie, "edit_relative", now)


def _unproved(db: Unit, person_id: int) -> None:
    """The number of a relative has not rung in anybody's hand."""
    for one in db.fresh(select(tables.Kinship).where(tables.Kinship.person_id == person_id)):
        one.rang_at = None


def place(db: Unit, viewer: Viewer, resident_id: int, person_id: int, form: PlaceRelative, now: datetime) -> None:
    """In which order relatives are called. Raises Changed, NotFound."""
    tie, _ = access_tie(db, viewer, resident_id, person_id, lock=True)
    ties = queries.ties(db, resident_id)
    _as_drawn(ties, form.drawn)
    relatives.placed(ties, tie, form.position)
    _told(db, viewer, tie, "place_relative", now, f"第 {tie.position} 个打")


def primary(db: Unit, viewer: Viewer, resident_id: int, person_id: int, form: MakePrimary, now: datetime) -> None:
    """Who invites and proposes. Raises Invalid in a dispute, Changed, NotFound."""
    tie, _ = access_tie(db, viewer, resident_id, person_id, lock=True)
    refuse_widening(db, resident_id)
    ties = queries.ties(db, resident_id)
    _as_drawn(ties, form.drawn)
    relatives.make_primary(tie, ties)
    _told(db, viewer, tie, "make_primary", now)


def prove(db: Unit, viewer: Viewer, resident_id: int, person_id: int, form: ProveRelative, now: datetime) -> None:
    """How the kinship was proved, and that the number rang in her hand (F49). Raises Invalid, NotFound."""
    tie, person = access_tie(db, viewer, resident_id, person_id, lock=True)
    if form.proof not in families.PROOFS:
        raise Invalid(why="请选怎么证实的：看了身份证，老人点了头，或主要联系人认的。")
    if form.rang and not db.open(person, "phone"):
        raise Invalid(why="还没有登记号码，先点「改」写上号码，再当面打一下。")
    tie.proof, tie.proved_by, tie.proved_at = form.proof, viewer.id, now
    fresh = tie.rang_at is not None and now - tie.rang_at < families.NUMBER_AGES
    tie.rang_at = (tie.rang_at if fresh else now) if form.rang else None
    if form.texts and (refused := refusal(db, viewer.home_id, db.open(person, "phone") or "")) is not None:
        refused.lifted_at, refused.lifted_by = now, viewer.id
    if not form.rang:  # the number is the person's, whichever elder is asked about
        _unproved(db, person.id)
    _told(db, viewer, tie, "prove_relative", now, families.PROOFS[form.proof])


def agree(
    db: Unit,
    viewer: Viewer,
    resident_id: int,
    person_id: int,
    form: RecordConsent,
    now: datetime,
    proof: File | None = None,
) -> None:
    """The elder agreed that a relative may know more. Raises Invalid with the sentence, NotFound."""
    tie, person = access_tie(db, viewer, resident_id, person_id, lock=True)
    refuse_widening(db, resident_id)
    if not form.scopes:
        raise Invalid(why="请选同意给这位家属看什么。")
    wrong = families.wrong(form.scopes, form.way)
    if wrong:
        raise Invalid(why=wrong)
    if "health" in form.scopes and not form.alone:
        asked = families.HEALTH_SENTENCE.format(name=db.open(person, "name") or "这位家属")
        raise Invalid(why=f"健康要单独问一句：{asked}念过或签过这一句，再勾「单独问过了」。")
    if form.ends_on is not None and form.ends_on <= today_of(db, tie.home_id, now):
        raise Invalid(why="到哪天为止，请选明天以后的日子；跟着协议走就空着。")
    if proof is not None:
        consents.keep_proof(db, viewer, tie, proof, now)
    consents.given(db, viewer, tie, form.scopes, consents.How(form.way, form.ends_on, proof.id if proof else None), now)
    tie.scopes = families.in_order({*tie.scopes.split(), *form.scopes})
    _told(db, viewer, tie, "consent", now, f"{families.names(form.scopes)}；{families.WAYS[form.way]}")


def _as_drawn(ties: Sequence[tables.Kinship], drawn: str | None) -> None:
    stands = order_of(ties)
    if drawn not in {None, stands}:
        raise Changed(who="有同事", what="改过先后", revision=stands)


def _told(db: Unit, viewer: Viewer, tie: tables.Kinship, act: str, now: datetime, more: str | None = None) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"resident:{tie.resident_id}", more)
    db.store.hint("families", "residents", f"person:{tie.person_id}")
