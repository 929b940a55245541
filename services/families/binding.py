"""绑定: from a printed one-time code to a relative who may know what was agreed (F13, F14, F23, P4)."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from care import families, sla
from care.errors import Decided, Invalid, NotFound
from care.sla import Kind
from care.states import Binding
from conversations.effects import AskToBind, TryCode, say
from conversations.events import Done, Refused
from conversations.flows.families import CODE_SIGNS, invitation_code
from services.access import HANDLERS, Viewer, name_of
from services.context import Context
from services.families import consents, joining, phones, relatives
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
from storage.tables.families_ties import Alias, RefusedScan
from storage.types import moment, new_id
from storage.unit import Unit

BINDING: Final = Purpose("binding", words="绑定")
LASTS: Final = timedelta(days=30)
USE: Final = "UPDATE invitation SET used_at = ? WHERE id = ? AND used_at IS NULL AND revoked_at IS NULL RETURNING id"
SCOPES: Final = families.SCOPES
WAYS: Final = families.WAYS


def digest(sealer: Sealer, code: str) -> str:
    """The keyed hash under which a code is known; the code itself is kept nowhere."""
    return sealer.sign("invitation", code).hex()


def invite(
    db: Unit, viewer: Viewer, resident_id: int, now: datetime, meant_for: int | None = None
) -> tuple[str, datetime]:
    """A new code for the sheet of a resident, for a registered relative or for whoever comes, and until when it is
    good. Raises NotFound.
    """
    resident = access_resident(db, viewer, resident_id)
    if viewer.role not in HANDLERS:
        raise NotFound
    if meant_for is not None and all(tie.person_id != meant_for for tie in queries.ties(db, resident.id)):
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
            meant_for=meant_for,
        )
    )
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "invite", f"resident:{resident.id}")
    return code, until


# -- in the talk ---------------------------------------------------------------------------------------------------


def try_code(context: Context, effect: TryCode) -> Done | Refused:
    """Whether the code is good; wrong, used and expired are one answer, and a colleague sees which it was (F49)."""
    found = _open_invitation(context, effect.code)
    if isinstance(found, str):
        _refused(context, effect.code, found)
        return Refused("wrong")
    tied = context.store.row(
        "SELECT 1 FROM kinship WHERE person_id = ? AND resident_id = ?", context.person_id, found.resident_id
    )
    if tied:
        _refused(context, effect.code, "already")
        return Refused("already")
    return Done(ref=effect.code)


def _refused(context: Context, code: str, why: str) -> None:
    sheet = context.store.row(
        "SELECT id FROM invitation WHERE digest = ? AND home_id = ?",
        digest(context.store.sealer, code),
        context.home_id,
    )
    context.store.insert(
        RefusedScan,
        home_id=context.home_id,
        who=context.person_id,
        invitation_id=sheet[0] if sheet else None,
        why=why,
        at=context.now,
    )
    context.store.hint("families")


def ask(context: Context, effect: AskToBind) -> Done | Refused:
    """Use the code up; a colleague makes sure, under a clock of a day."""
    store = context.store
    found = _used_up(context, effect.code)
    if isinstance(found, str):
        _refused(context, effect.code, found)
        return Refused("wrong")
    row_id = new_id()
    store.insert(
        tables.Application,
        id=row_id,
        home_id=context.home_id,
        person_id=context.person_id,
        resident_id=found.resident_id,
        invitation_id=found.id,
        relation=store.seal(tables.Application, "relation", row_id, effect.relation),
        name=store.seal(tables.Application, "name", row_id, effect.name),
        asked_at=context.said_at,
    )
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
    store.audit(
        context.home_id, context.now, f"person:{context.person_id}", "ask_to_bind", f"resident:{found.resident_id}"
    )
    store.hint("families")
    return Done(due_at=due_at if due_at > context.now else None)


def _used_up(context: Context, code: str) -> "_Sheet | str":
    """The sheet, which nobody else can use from now on; or why the code is worth nothing, also since this moment."""
    found = _open_invitation(context, code)
    if isinstance(found, str) or context.store.change(tables.Invitation, USE, context.now, found.id, persons=()):
        return found
    why = _open_invitation(context, code)
    return why if isinstance(why, str) else "used"


class _Sheet(NamedTuple):
    """A binding sheet; moments in µs since 1970."""

    id: int
    resident_id: int
    expires_at: int
    used_at: int | None
    revoked_at: int | None


def _open_invitation(context: Context, code: str) -> _Sheet | str:
    """The sheet and its resident; or why the code is worth nothing."""
    sheet = context.store.one_of(
        _Sheet,
        f"SELECT {', '.join(_Sheet._fields)} FROM invitation WHERE digest = ? AND home_id = ?",
        digest(context.store.sealer, code),
        context.home_id,
    )
    if sheet is None:
        return "wrong"
    if sheet.used_at is not None:
        return "used"
    if sheet.revoked_at is not None:
        return "revoked"
    return sheet if moment(sheet.expires_at) > context.now else "expired"


# -- by a colleague ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """Who was bound; an elder's own phone gets the elder's menu."""

    person_id: int
    elder: bool = False
    openids: tuple[str, ...] = ()


def confirm(db: Unit, house: House, viewer: Viewer, application_id: int, form: ConfirmBinding, now: datetime) -> Bound:
    """Whose phone it is and who they are: the tie, what they may know, and the consent are written; a guest who is a
    registered relative, or the elder, becomes that person (engineering 18).

    Raises Invalid with a sentence, Conflict.
    """
    row = access_application(db, viewer, application_id, lock=True)
    if row.verdict is not None:
        raise Decided(
            who=name_of(db, row.decided_by), what="核实了这位家属" if row.verdict == "confirmed" else "答复了没核实"
        )
    phone_is = form.phone_is or "family"
    if phone_is not in families.PHONES:
        raise Invalid(why="请选这是谁的手机。")
    refuse_widening(db, row.resident_id)
    row.phone_is, row.proof, row.rang = phone_is, form.proof or None, form.rang
    act = {"elder": _the_elder, "room": _a_room, "shared": _of_two}.get(phone_is, _a_relative)
    bound, words, how = act(db, house, viewer, row, form, now)
    row.verdict, row.decided_by, row.decided_at = "confirmed", viewer.id, now
    _tell(db, viewer, row, words, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "bind", f"resident:{row.resident_id}", how)
    db.store.hint("residents")
    return bound


def _a_relative(
    db: Unit, house: House, viewer: Viewer, row: tables.Application, form: ConfirmBinding, now: datetime
) -> tuple[Bound, str, str]:
    if form.proof not in families.PROOFS:
        raise Invalid(why="请选怎么证实的：看了身份证，老人点了头，或主要联系人认的。")
    tie, gets = _tie(db, viewer, row, form, now)
    tie.proof, tie.proved_by, tie.proved_at = form.proof, viewer.id, now
    tie.rang_at = now if form.rang else tie.rang_at
    had = set(tie.scopes.split())
    new = gets - had
    wrong = families.wrong(new, form.way)
    if wrong:
        raise Invalid(why=wrong)
    if "health" in new and not form.alone:
        raise Invalid(why="健康要单独问老人一句，念过或签过再勾「健康单独问过了」；没问就先不选健康。")
    consents.given(db, viewer, tie, new, consents.How(form.way), now)
    tie.scopes = families.in_order(had | gets)
    person = _person(db, tie.person_id)
    _phones(db, person.id, Binding.OWN)
    elder = db.open(_person(db, db.get_one(tables.Resident, row.resident_id).person_id), "name") or "老人"
    scopes = families.names(tie.scopes.split())
    words = house.words(
        [say("binding.confirmed", name=db.open(person, "name") or "您好", elder=elder, scopes=scopes)], now
    )
    how = f"可看{scopes}；{WAYS[form.way]}；{families.PROOFS[form.proof]}"
    return Bound(person.id), words, how


def _tie(
    db: Unit, viewer: Viewer, row: tables.Application, form: ConfirmBinding, now: datetime
) -> tuple[tables.Kinship, set[str]]:
    """The tie of who asks: of the registered relative that they are, or a new one; and what they are to see."""
    ties = queries.ties(db, row.resident_id)
    if form.person:
        tie = next((one for one in ties if one.person_id == form.person), None)
        if tie is None:
            raise Invalid(why="名单里没有这位了，请刷新再看。")
        if tie.person_id != row.person_id:
            before = {"scopes": tie.scopes, "tie": tie.id}
            alias = joining.join(db, viewer, row.person_id, tie.person_id, row.id, now)
            alias.moved = json.dumps(json.loads(alias.moved) | before)
        if not form.scopes and not tie.scopes:
            raise Invalid(why="请选家属能看什么。")
        return tie, set(form.scopes)
    if not form.scopes:
        raise Invalid(why="请选家属能看什么。")
    tie = next((one for one in ties if one.person_id == row.person_id), None)
    if tie is None:
        tie = relatives.tie_to(db, viewer, row.person_id, row.resident_id, db.open(row, "relation") or "", now)
    person = _person(db, row.person_id)
    if person.kind == "guest":
        person.kind = "family"
        db.seal(person, "name", db.open(row, "name"))
        search.renamed(db, person)
    return tie, set(form.scopes)


def _the_elder(
    db: Unit, house: House, viewer: Viewer, row: tables.Application, _: ConfirmBinding, now: datetime
) -> tuple[Bound, str, str]:
    """本人的手机: the guest is the elder; their menu follows."""
    resident = db.get_one(tables.Resident, row.resident_id)
    joining.join(db, viewer, row.person_id, resident.person_id, row.id, now)
    openids = _phones(db, resident.person_id, Binding.OWN)
    elder = db.open(_person(db, resident.person_id), "name") or "您好"
    words = house.words([say("binding.elder", elder=elder)], now, elder=True)
    return Bound(resident.person_id, elder=True, openids=openids), words, "本人的手机"


def _a_room(
    db: Unit, house: House, viewer: Viewer, row: tables.Application, _: ConfirmBinding, now: datetime
) -> tuple[Bound, str, str]:
    """房间里的设备: a place that has no letters and tells no name; who speaks there is asked."""
    resident = db.get_one(tables.Resident, row.resident_id)
    phones.confirm(db, viewer, row.person_id, [resident], now)
    words = house.words([say("binding.room", room=resident.room)], now)
    return Bound(row.person_id), words, f"{viewer.name}：{resident.room} 房的设备"


def _of_two(
    db: Unit, house: House, viewer: Viewer, row: tables.Application, form: ConfirmBinding, now: datetime
) -> tuple[Bound, str, str]:
    """两人共用: an old couple with one WeChat."""
    resident = db.get_one(tables.Resident, row.resident_id)
    other = phones.other_of(db, viewer, resident, form.other)
    openids = phones.confirm(db, viewer, row.person_id, [resident, other], now)
    names = [db.open(_person(db, one.person_id), "name") or "老人" for one in (resident, other)]
    words = house.words([say("binding.shared", one=names[0], two=names[1])], now, elder=True)
    return Bound(row.person_id, elder=True, openids=openids), words, f"{names[0]}、{names[1]}两人共用"


def _phones(db: Unit, person_id: int, whose: Binding) -> tuple[str, ...]:
    """The phones that were a guest's are somebody's now; their openids."""
    found = db.fresh(
        select(tables.Follower).where(
            tables.Follower.person_id == person_id, tables.Follower.binding == Binding.GUEST.value
        )
    ).all()
    for follower in found:
        follower.binding = whose.value
    return tuple(follower.openid for follower in found)


def undo(db: Unit, viewer: Viewer, application_id: int, now: datetime) -> None:
    """The confirmation was wrong: for a day, and where nothing was said since, two persons are two again and the
    request waits anew. Raises Invalid, NotFound.
    """
    row = access_application(db, viewer, application_id, lock=True)
    alias = db.fresh(select(Alias).where(Alias.application_id == row.id, Alias.undone_at.is_(None))).first()
    if alias is None and row.phone_is in {"shared", "room"}:
        raise Invalid(why="这次绑定不能整个撤回；是谁的手机，请在老人那一页的「手机」里改。")
    if alias is None:
        raise Invalid(why="这次绑定不能整个撤回；请在家属那一页移除这位。")
    db.lock_persons(alias.was)
    joining.undo(db, viewer, alias.id, now)
    before = json.loads(alias.moved)
    for follower in db.fresh(select(tables.Follower).where(tables.Follower.person_id == alias.was)):
        follower.binding = Binding.GUEST.value
    tie = db.get(tables.Kinship, before.get("tie", 0), populate_existing=True)
    if tie is not None:
        for given in consents.standing(db, tie.resident_id, tie.person_id):
            if given.recorded_at == row.decided_at:
                given.withdrawn_at, given.withdrawn_by = now, viewer.id
        tie.scopes, tie.proof, tie.proved_by, tie.proved_at, tie.rang_at = before["scopes"], None, None, None, None
    row = db.get_one(tables.Application, application_id, populate_existing=True)
    row.verdict, row.decided_by, row.decided_at, row.phone_is = None, None, None, None
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "undo_bind", f"resident:{row.resident_id}")
    db.store.hint("families", "residents")


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
    undone = db.scalars(select(Alias.id).where(Alias.application_id == row.id, Alias.undone_at.is_not(None))).all()
    outbox.enqueue(
        db.store,
        home_id=viewer.home_id,
        person_id=row.person_id,
        purpose=BINDING,
        dedup_key=f"application:{row.id}:again:{len(undone)}" if undone else f"application:{row.id}:verdict:1",
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
