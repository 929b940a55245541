"""To whom an announcement goes, and why it is not said to somebody (N4, N6, B2, C-2)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from care.announcements import Whom
from care.letters import of_body
from care.preferences import NOT_WANTED, Declined
from services.announcements.forms import Announce
from services.families.reach import must_not
from services.outgoing.outbox import BY_A_PERSON
from storage.queries import announcements_groups as groups
from storage.queries import families
from storage.queries.families import Who
from storage.unit import Unit

QUIET: Final = "静默中"
NO_PHONE: Final = "没有关注公众号"
GONE: Final = {"去世": "老人已去世", "退住": "老人已退住"}


@dataclass(frozen=True, slots=True)
class Told:
    """A person as the preview shows one: who, and why a message does not reach them now, or why nothing is said."""

    who: Who
    not_said: str
    cannot: str


def audience(db: Unit, home_id: int, form: Announce, person: int = 0) -> list[Who]:
    """Everybody whom it concerns, each once, with a phone in WeChat or without; one `person` alone where given."""
    found: dict[int, Who] = {}
    if person:
        there = families.of_person(db, home_id, person)
    else:
        there = families.people(db, home_id, form.resident or None, everybody=True)
    if form.group or form.offer:
        there = _chosen(db, home_id, form, there, person)
    for who in there:
        if (form.floor and who.floor != form.floor) or form.resident not in {0, who.resident_id}:
            continue
        if form.whom == Whom.BOTH.value or who.is_elder == (form.whom == Whom.ELDER.value):
            before = found.get(who.person_id)
            if before is None or (before.status in GONE and who.status not in GONE):
                found[who.person_id] = replace(who, stopped=who.stopped or (before is not None and before.stopped))
            elif who.stopped and who.status not in GONE:
                found[who.person_id] = replace(before, stopped=True)
    return list(found.values())


def _chosen(db: Unit, home_id: int, form: Announce, there: Sequence[Who], person: int) -> list[Who]:
    """Of a group, and of who wants to hear of offers, those alone; who belongs to nobody here is among them."""
    members = groups.members(db, form.group) if form.group else None
    whom = [person] if person else groups.willing(db, home_id) if members is None else members
    strangers = groups.guests(db, home_id, whom)
    chosen = [who for who in (*there, *strangers) if members is None or who.person_id in members]
    if not form.offer:
        return chosen
    wants = groups.wanting(db, [who.person_id for who in chosen])
    return [who for who in chosen if who.person_id in wants]


def not_said(who: Who, form: Announce) -> str:
    """Why a message of it is not sent to this person; "" where one is. What is urgent is told to everybody, to a family
    in mourning by a person (F42).
    """
    if who.status in GONE:
        return GONE[who.status]
    if form.offer and who.resident_id and (why := must_not(who, "offer")):
        return why
    if form.resident and not who.is_elder and not who.scopes:
        return "没有同意知道这位老人的事"
    if form.resident and not who.is_elder and "health" not in who.scopes and of_body(form.words):
        return "说到身体，没有同意知道身体情况"
    if who.stopped:
        return BY_A_PERSON if form.urgent else QUIET
    if form.urgent:
        return ""
    if not form.offer and Declined.NEWS in who.declines:
        return NOT_WANTED
    return "" if who.phone else NO_PHONE


def people(found: Sequence[Told]) -> tuple[int, int, int]:
    """How many a message reaches now, how many another way, how many nothing is said to."""
    said = [one for one in found if not one.not_said]
    return (
        len([one for one in said if not one.cannot]),
        len([one for one in said if one.cannot]),
        len(found) - len(said),
    )
