"""The home has another account: whoever followed the old one is known by another openid there (F17; changeopenid)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select

from care.states import PersonKind
from storage import tables
from storage.unit import Unit

AT_ONCE: Final = 100
"""Openids of one call, as the platform takes them."""


def followers(db: Unit, account_id: int, after: int) -> Sequence[tuple[int, str]]:
    """(follower, openid) of an account, some at a time in the order of their ids, behind one of them."""
    table = tables.Follower
    wanted = select(table.id, table.openid).where(table.account_id == account_id, table.id > after)
    return [(number, openid) for number, openid in db.execute(wanted.order_by(table.id).limit(AT_ONCE))]


def change(db: Unit, account_id: int, found: Mapping[str, str], now: datetime) -> tuple[int, int]:
    """Each of these is known by the new openid from now on; nothing may be sent before they write, as at any account.

    Gives how many were changed, and how many had written to the new account before: those stay two, and a colleague
    makes them one.
    """
    table = tables.Follower
    mine = table.account_id == account_id
    db.lock_whose(select(table.person_id).where(mine, table.openid.in_(found)))
    taken = set(db.scalars(select(table.openid).where(mine, table.openid.in_(found.values()))))
    rows = db.scalars(select(table).where(mine, table.openid.in_(found)).execution_options(populate_existing=True))
    changed = met = 0
    for row in rows:
        new = found[row.openid]
        if new in taken:
            met += 1
            continue
        taken.add(new)
        row.openid, row.following, row.session_left, row.scene_left = new, True, 0, 0
        row.session_until = row.scene_until = None
        db.store.hint(f"person:{row.person_id}")
        changed += 1
    db.flush()
    if changed:
        home_id = db.get_one(tables.WechatAccount, account_id).home_id
        db.store.audit(home_id, now, "machine", "change_openids", f"home:{home_id}", f"{changed} 位")
        db.store.hint("families", "inbox")
    return changed, met


def left(db: Unit, account_id: int, numbers: Sequence[int]) -> list[str]:
    """Relatives and residents among these phones, whom somebody asks to follow the new account, by name."""
    table, person = tables.Follower, tables.Person
    kinds = (PersonKind.FAMILY.value, PersonKind.ELDER.value)
    rows = db.scalars(
        select(person)
        .join(table, table.person_id == person.id)
        .where(table.account_id == account_id, table.id.in_(numbers), person.kind.in_(kinds))
        .order_by(person.id)
    )
    return [db.words(row, "name", "没写姓名") for row in rows]
