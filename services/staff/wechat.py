"""A colleague's own WeChat (F39): bound by a one-time code, asked at each message whether she still works here, worth
nothing from the moment in which somebody ends it.

There is no session on the phone. Ending touches no person: the phone becomes a guest's again with its next message.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, update

from care.errors import Invalid
from care.states import Binding, PersonKind, Role
from conversations.events import Done, Refused
from conversations.flows.families import CODE_SIGNS
from conversations.flows.staff import SIGNS, BindColleague, staff_code
from services.access import WORKS, Viewer
from services.context import Context
from services.promises import promises
from services.staff import pledge
from services.staff.access import access_colleague
from storage import tables
from storage.seal import Sealer
from storage.store import Store
from storage.tables.staff_wechat import StaffWechat
from storage.types import moment, new_id
from storage.unit import Unit

LASTS: Final = timedelta(minutes=15)
"""So long the code is good: she stands at the page with her phone in the hand."""


TRIED: Final = timedelta(days=1)
"""So long the platform is asked again when it refused a menu."""


def digest(sealer: Sealer, code: str) -> str:
    """The keyed hash under which a code is known; the code itself is kept nowhere."""
    return sealer.sign("staff wechat", code).hex()


# -- in the console ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bound:
    """Her WeChat as the page tells it."""

    since: datetime
    follows: bool


def bound(db: Unit, staff_id: int) -> Bound | None:
    """Her WeChat, where one is bound."""
    found = db.execute(
        select(StaffWechat.bound_at, tables.Follower.following)
        .join(tables.Follower, tables.Follower.id == StaffWechat.follower_id)
        .where(StaffWechat.staff_id == staff_id, StaffWechat.who_id.is_not(None), StaffWechat.ended_at.is_(None))
    ).first()
    return None if found is None or found.bound_at is None else Bound(found.bound_at, found.following)


def make_code(db: Unit, viewer: Viewer, row: tables.Staff, now: datetime) -> tuple[str, datetime]:
    """A code for this colleague, whose row is held, and until when it is good; an older one is worth nothing any more.
    Raises Invalid for who does not work with residents, or does not work here any more.
    """
    if row.left_at is not None:
        raise Invalid(why=f"{row.name} 已经停用了，不能绑微信。")
    if Role(row.role) not in WORKS:
        raise Invalid(why=f"{Role(row.role).words}不管老人的事，微信里没有可看的，不用绑。")
    _end(db, row, now, viewer.id, "newer", bound=False)
    code = ""
    while staff_code(code) is None:
        code = "".join(secrets.choice(CODE_SIGNS) for _ in range(SIGNS))
    until = now + LASTS
    db.add(
        StaffWechat(
            id=new_id(),
            home_id=row.home_id,
            staff_id=row.id,
            digest=digest(db.sealer, code),
            made_by=viewer.id,
            made_at=now,
            expires_at=until,
        )
    )
    db.store.audit(row.home_id, now, f"staff:{viewer.id}", "wechat_code", f"staff:{row.id}")
    return code, until


def code_for(db: Unit, viewer: Viewer, staff_id: int, now: datetime) -> tuple[str, datetime]:
    """A code that is read to a colleague, by who manages colleagues. Raises Invalid, Forbidden, NotFound."""
    return make_code(db, viewer, access_colleague(db, viewer, staff_id, lock=True), now)


def unbind(db: Unit, viewer: Viewer, row: tables.Staff, now: datetime) -> bool:
    """The phone is lost, or changed: it is nobody's from now on. The row of the colleague is held."""
    ended = _end(db, row, now, viewer.id, "unbound")
    if ended:
        db.store.audit(row.home_id, now, f"staff:{viewer.id}", "unbind_wechat", f"staff:{row.id}")
        db.store.hint("colleagues")
    return ended


def unbind_for(db: Unit, viewer: Viewer, staff_id: int, now: datetime) -> bool:
    """The same by whoever sees the page of colleagues, since a phone is lost at night as well. Raises NotFound."""
    number = access_colleague(db, viewer, staff_id).id
    row = db.lock_row(select(tables.Staff).where(tables.Staff.id == number))
    return row is not None and unbind(db, viewer, row, now)


def put_out(db: Unit, row: tables.Staff, now: datetime, by: int | None) -> None:
    """停用: with her account (F30)."""
    _end(db, row, now, by, "put_out")


def _end(db: Unit, row: tables.Staff, now: datetime, by: int | None, how: str, *, bound: bool = True) -> bool:
    table = StaffWechat
    hers = table.staff_id == row.id, table.ended_at.is_(None)
    ended = db.scalars(
        update(table)
        .where(*hers, *(() if bound else (table.who_id.is_(None),)))
        .values(ended_at=now, ended_by=by, ended_how=how)
        .returning(table.who_id)
        .execution_options(synchronize_session=False)
    ).all()
    return any(who is not None for who in ended)


# -- in the talk -------------------------------------------------------------------------------------------------------


def bind(context: Context, effect: BindColleague) -> Done | Refused:
    """The phone is hers; one that is somebody's already stays theirs."""
    store, now = context.store, context.now
    if context.kind != PersonKind.GUEST:
        return Refused("known")
    found = store.row(
        """SELECT w.id, w.staff_id, w.expires_at, s.name, s.role FROM staff_wechat w JOIN staff s ON s.id = w.staff_id
           WHERE w.digest = ? AND w.home_id = ? AND w.who_id IS NULL AND w.ended_at IS NULL AND s.left_at IS NULL""",
        digest(store.sealer, effect.code),
        context.home_id,
    )
    if found is None or moment(found[2]) <= now or Role(found[4]) not in WORKS:
        return Refused("wrong")
    row_id, staff_id, _, name, _ = found
    follower = store.row("SELECT id FROM follower WHERE person_id = ? ORDER BY id DESC", context.person_id)
    if follower is None:
        return Refused("wrong")
    taken = store.change(
        StaffWechat,
        """UPDATE staff_wechat SET bound_at = ?, follower_id = ? WHERE id = ? AND bound_at IS NULL AND ended_at IS NULL
           RETURNING id""",
        now,
        follower[0],
        row_id,
        persons=(),
    )
    if not taken:  # another phone was first with the same code
        return Refused("wrong")
    store.change(
        StaffWechat,
        """UPDATE staff_wechat SET ended_at = ?, ended_how = 'newer' WHERE staff_id = ? AND who_id IS NOT NULL
           AND ended_at IS NULL RETURNING id""",
        now,
        staff_id,
        persons=(),
    )
    store.update(StaffWechat, row_id, who_id=_colleague(context, follower[0], name))
    store.audit(context.home_id, now, f"staff:{staff_id}", "bind_wechat", f"staff:{staff_id}")
    store.hint("colleagues", "inbox")
    return Done(ref=name)


def _colleague(context: Context, follower_id: int, name: str) -> int:
    """The person as whom she chats: the guest who sent the code, or a new one where the guest waits for something."""
    store = context.store
    waits = store.about(promises.OPEN, context.person_id) or store.row(
        "SELECT 1 FROM complaint WHERE person_id = ? AND closed_at IS NULL", context.person_id
    )
    if waits:
        return _moved(store, context, follower_id, PersonKind.STAFF, name)
    store.update(
        tables.Person,
        context.person_id,
        kind=PersonKind.STAFF.value,
        name=store.seal(tables.Person, "name", context.person_id, name),
    )
    store.update(tables.Follower, follower_id, person=context.person_id, binding=Binding.STAFF.value)
    return context.person_id


def _moved(store: Store, context: Context, follower_id: int, kind: PersonKind, name: str = "") -> int:
    """The phone goes over to a new person, with a talk of its own."""
    who = new_id()
    store.insert(
        tables.Person,
        id=who,
        home_id=context.home_id,
        kind=kind.value,
        name=store.seal(tables.Person, "name", who, name or None),
        created_at=context.now,
    )
    store.insert(tables.Conversation, home_id=context.home_id, person_id=who, version=0, revision=0, state="", trail="")
    binding = Binding.STAFF if kind is PersonKind.STAFF else Binding.GUEST
    store.update(tables.Follower, follower_id, person=context.person_id, person_id=who, binding=binding.value)
    return who


def standing(context: Context) -> Viewer | str:
    """Who she is now, with the rights of now; or why she may do nothing here: `stranger`, `ended`, `pledge`, `roles`.

    Asked at each message. A WeChat that is not hers any more becomes a guest's again.
    """
    if context.kind != PersonKind.STAFF:
        return "stranger"
    store = context.store
    row = store.row(
        """SELECT s.id, s.home_id, s.name, s.role, s.floors, s.pledged_at, s.pledge FROM staff_wechat w
           JOIN staff s ON s.id = w.staff_id WHERE w.who_id = ? AND w.ended_at IS NULL AND s.left_at IS NULL""",
        context.person_id,
    )
    if row is None:
        for (follower,) in store.rows("SELECT id FROM follower WHERE person_id = ?", context.person_id):
            _moved(store, context, follower, PersonKind.GUEST)
        store.hint("inbox")
        return "ended"
    number, home_id, name, role, floors, pledged_at, words = row
    if Role(role) not in WORKS:
        return "roles"
    if not pledge.stands(words, None if pledged_at is None else moment(pledged_at), context.now):
        return "pledge"
    return Viewer(number, home_id, name, Role(role), frozenset(floors.split()))


# -- the menu of colleagues, which the platform keeps by a tag ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Menu:
    """A WeChat that is to get the menu of colleagues, or to lose it."""

    id: int
    openid: str
    gets: bool


def menus(db: Unit, home_id: int, now: datetime, most: int = 20) -> Sequence[Menu]:
    """Those where the platform does not know it yet; what could not be told for a day is left."""
    table, follower = StaffWechat, tables.Follower
    rows = db.execute(
        select(table.id, follower.openid, table.ended_at)
        .join(follower, follower.id == table.follower_id)
        .where(
            table.home_id == home_id,
            table.menu == table.ended_at.is_not(None),
            or_(table.bound_at > now - TRIED, table.ended_at > now - TRIED),
        )
        .order_by(table.id)
        .limit(most)
    )
    return [Menu(number, openid, ended is None) for number, openid, ended in rows]


def has_menu(store: Store, menu: Menu) -> None:
    """The platform knows it now."""
    store.update(StaffWechat, menu.id, menu=menu.gets)
