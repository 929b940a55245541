"""What colleagues set in the console: kept with its history, read by every process, behind what the operator fixed
(engineering 3).
"""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, func, select

from care.errors import Invalid
from services.access import Viewer
from services.setup import letter_hour
from settings import Settings
from settings.keys import ACCOUNT, checked
from storage import tables
from storage.types import new_id
from storage.unit import Unit

log = logging.getLogger("jiashu.setup")
OWN: Final = frozenset({"setup", "choice", "phrase"})
"""Sections that no file has; who writes them checks them."""


def effective(db: Unit, base: Settings, home: tables.Home) -> Settings:
    """The settings of the operator, and behind them what is set in the console. `base.open` says where.

    A value that a later release refuses is left out and told; half an account is none.
    """
    values: dict[str, dict[str, Any]] = {"home": {}, "http": {}, "wechat": {}}
    if "home.name" in base.open:
        values["home"]["name"] = home.name
    if "home.timezone" in base.open:
        values["home"]["timezone"] = home.timezone
    for key, text in stored(db, home.id).items():
        section, _, name = key.partition(".")
        if key not in base.open or text is None:
            continue
        try:
            values[section][name] = checked(section, name, text)
        except ValueError:
            log.warning("a setting of the console does not hold any more", extra={"action": "setting", "key": key})
    if not all(values["wechat"].get(key) for key in ACCOUNT):
        values["wechat"] = {}
    return replace(
        base,
        home=replace(base.home, **values["home"], letter_kept=letter_hour.kept(db, base, home)),
        http=replace(base.http, **values["http"]),
        wechat=replace(base.wechat, **values["wechat"]),
    )


def now(db: Unit, base: Settings, home_id: int) -> Settings:
    """The same for a home by its number."""
    return effective(db, base, db.get_one(tables.Home, home_id, populate_existing=True))


def stored(db: Unit, home_id: int) -> dict[str, str | None]:
    """What is set now, by key."""
    row = tables.Setting
    newest = (
        select(row.key, func.max(row.revision).label("revision"))
        .where(row.home_id == home_id)
        .group_by(row.key)
        .subquery()
    )
    found = db.scalars(
        select(row)
        .join(newest, and_(row.key == newest.c.key, row.revision == newest.c.revision))
        .where(row.home_id == home_id)
    )
    return {one.key: db.open(one, "value") for one in found}


def edition(db: Unit, home_id: int) -> tuple[int, bool]:
    """A number that rises with each change, and whether the home ever had a director."""
    home = db.get_one(tables.Home, home_id, populate_existing=True)
    return home.edition, home.directed_at is not None


def lock_home(db: Unit, viewer: Viewer) -> tables.Home:
    """Nobody else sets anything until the end of the transaction."""
    home = db.lock_row(select(tables.Home).where(tables.Home.id == viewer.home_id))
    if home is None:
        message = f"no home {viewer.home_id}"
        raise LookupError(message)
    return home


def put(db: Unit, viewer: Viewer, values: Mapping[str, str | None], now: datetime) -> list[str]:
    """Set values by key; those that stay as they are make no history. Gives the keys that changed.

    Raises Invalid with what to write. The audit says which keys, never what.
    """
    home = lock_home(db, viewer)
    row, changed = tables.Setting, []
    known = {one.key: one for one in db.scalars(select(row).where(row.home_id == home.id).order_by(row.revision))}
    for key, text in values.items():
        if text is not None:
            _require(key, text)
        before = known.get(key)
        if (None if before is None else db.open(before, "value")) == text:
            continue
        fresh = row(
            id=new_id(),
            home_id=home.id,
            key=key,
            revision=1 if before is None else before.revision + 1,
            set_at=now,
            set_by=viewer.id,
        )
        db.seal(fresh, "value", text)
        db.add(fresh)
        changed.append(key)
    if changed:
        home.name, home.timezone = values.get("home.name") or home.name, values.get("home.timezone") or home.timezone
        home.edition += 1
        db.store.audit(home.id, now, f"staff:{viewer.id}", "set_settings", f"home:{home.id}", " ".join(changed))
        db.store.hint("house")
    return changed


def _require(key: str, text: str) -> None:
    section, _, name = key.partition(".")
    if section in OWN:
        return
    try:
        checked(section, name, text)
    except ValueError as error:
        raise Invalid(why=f"{error}。") from error
