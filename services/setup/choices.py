"""What a home chooses for itself, as it is kept and as every process uses it: departments, categories, festivals, own
words.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select

from care import choices, occasions
from care.choices import Choices
from care.errors import Invalid, NotFound
from conversations import phrases
from conversations.phrases import own
from services.access import Viewer, access_page, name_of
from services.setup import changes, settings
from services.setup.access import SETTINGS
from services.setup.forms import ResetPhrase, SetCategories, SetCosts, SetDepartments, SetFestivals, SetPhrase
from storage import tables
from storage.unit import Unit

log = logging.getLogger("jiashu.setup")
DEPARTMENTS: Final = "choice.departments"
CATEGORIES: Final = "choice.categories"
FESTIVALS: Final = "choice.festivals"
PHRASE: Final = "phrase."
CUT_OFF: Final = "choice.cut_off"
COSTS: Final = {"sms_most": "choice.sms_most", "sms_price": "choice.sms_price", "call_price": "choice.call_price"}
"""Figures of the page of costs, by the field of `Choices`."""
REMEMBERED: Final = 6
"""Former words that the page offers."""


def of(kept: Mapping[str, str | None]) -> Choices:
    """What stands in the settings, as a value. What a later release refuses is left out and told: the words of ours
    stand in its place, and no message is ever held up by it.
    """
    found = Choices()
    departments, categories, festivals = kept.get(DEPARTMENTS), kept.get(CATEGORIES), kept.get(FESTIVALS)
    return Choices(
        phrases={key.removeprefix(PHRASE): text for key, text in kept.items() if text and _holds(key, text)},
        departments=tuple(departments.split("\n")) if departments else found.departments,
        more_categories=tuple(categories.split("\n")) if categories else (),
        festivals=found.festivals
        if festivals is None
        else frozenset(festivals.split()) & (set(occasions.BY_ID) - occasions.BY_HAND),
        cut_off=kept.get(CUT_OFF) == "1",
        **{field: int(text) for field, key in COSTS.items() if (text := kept.get(key)) and text.isdecimal()},
    )


def _holds(key: str, text: str) -> bool:
    name = key.removeprefix(PHRASE)
    if name == key:
        return False
    if name in phrases.book() and not own.locked(name) and all(ok for ok, _ in own.looked(name, text)):
        return True
    log.warning("own words do not hold any more", extra={"action": "setting", "key": key})
    return False


def set_departments(db: Unit, viewer: Viewer, form: SetDepartments, now: datetime) -> None:
    """To whom a complaint can be given, from now on. Raises Invalid, Changed, NotFound."""
    changes.begin(db, viewer, [DEPARTMENTS], form.drawn, "部门")
    settings.put(db, viewer, {DEPARTMENTS: "\n".join(choices.departments(form.names))}, now)


def set_categories(db: Unit, viewer: Viewer, form: SetCategories, now: datetime) -> None:
    """Categories beside those of the rules. Raises Invalid, Changed, NotFound."""
    changes.begin(db, viewer, [CATEGORIES], form.drawn, "投诉类别")
    settings.put(db, viewer, {CATEGORIES: "\n".join(choices.categories(form.names))}, now)


def set_festivals(db: Unit, viewer: Viewer, form: SetFestivals, now: datetime) -> None:
    """On which days the machine greets. Raises Invalid, Changed, NotFound."""
    changes.begin(db, viewer, [FESTIVALS], form.drawn, "节日问候")
    chosen = choices.festivals(form.festivals)
    settings.put(db, viewer, {FESTIVALS: " ".join(sorted(chosen))}, now)
    db.store.hint("days")


def set_costs(db: Unit, viewer: Viewer, form: SetCosts, now: datetime) -> None:
    """How many SMS a month, and what they cost (F18). Raises Invalid, Changed, NotFound."""
    changes.begin(db, viewer, COSTS.values(), form.drawn, "短信的上限和价钱")
    wanted = {key: str(choices.cost(field, getattr(form, field))) for field, key in COSTS.items()}
    settings.put(db, viewer, wanted, now)


def set_phrase(db: Unit, viewer: Viewer, key: str, form: SetPhrase, now: datetime) -> None:
    """Own words for a sentence; written as ours they are ours. Raises Invalid, Changed, NotFound."""
    _known(key)
    changes.begin(db, viewer, [PHRASE + key], form.drawn, "这句话")
    words = own.check(key, form.text)
    settings.put(db, viewer, {PHRASE + key: None if words == phrases.book()[key] else words}, now)


def reset_phrase(db: Unit, viewer: Viewer, key: str, form: ResetPhrase, now: datetime) -> None:
    """Our words again; those of the home stay in the history. Raises Changed, NotFound."""
    _known(key)
    changes.begin(db, viewer, [PHRASE + key], form.drawn, "这句话")
    settings.put(db, viewer, {PHRASE + key: None}, now)


@dataclass(frozen=True, slots=True)
class Former:
    """Words as they were set, by whom and when; empty = ours again."""

    words: str
    who: str
    at: datetime


def history(db: Unit, viewer: Viewer, key: str) -> list[Former]:
    """How often the words of a phrase were changed, the newest first. Raises NotFound."""
    access_page(viewer, SETTINGS)
    _known(key)
    row = tables.Setting
    found = db.scalars(
        select(row)
        .where(row.home_id == viewer.home_id, row.key == PHRASE + key)
        .order_by(row.revision.desc())
        .limit(REMEMBERED)
    )
    return [Former(db.open(one, "value") or "", name_of(db, one.set_by), one.set_at) for one in found]


def _known(key: str) -> None:
    if key not in phrases.book():
        raise NotFound


def written(key: str, text: str) -> str:
    """What somebody is writing, as it would be kept; for a look before it is saved. Raises Invalid, NotFound."""
    _known(key)
    if len(text) > own.SIGNS * 4:
        raise Invalid(why=f"太长了，最多 {own.SIGNS} 个字。")
    return own.kept(text)
