"""Plans for emergencies, and when one is over: what the machine ticks is only what the machine did (E1, F33)."""

import tomllib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from care.states import Role


class Doer(StrEnum):
    """Who does a step: whoever is there, or a role."""

    ANYONE = "anyone"
    CARER = Role.CARER
    NURSE = Role.NURSE
    DESK = Role.DESK
    SUPERVISOR = Role.SUPERVISOR
    DIRECTOR = Role.DIRECTOR

    @property
    def words(self) -> str:
        """As colleagues read it."""
        return "在场的人" if self is Doer.ANYONE else Role(self.value).words


class Calls(StrEnum):
    """Whom a step telephones."""

    NOBODY = ""
    AMBULANCE = "ambulance"
    FIRE = "fire"
    POLICE = "police"
    FAMILY = "family"
    AUTHORITY = "authority"


NUMBERS: Final[Mapping[Calls, str]] = {Calls.AMBULANCE: "120", Calls.FIRE: "119", Calls.POLICE: "110"}
_DIALS: Final[Mapping[str, Calls]] = {
    **{number: calls for calls, number in NUMBERS.items()},
    "家属": Calls.FAMILY,
    "上报": Calls.AUTHORITY,
}
UNDECIDED: Final = frozenset({"险情", "要人帮忙"})
"""Alarms that begin with no plan: gas and fire need opposite first steps, so a person says which."""
GRAVE: Final = frozenset({"violence"})
"""Plans that may be about a colleague: begun by hand they are for the lead and for who works on them (F5)."""
TRIES: Final = 3
"""So often relatives are tried in vain before an incident may end without them (practice, day 3)."""


class PlanStep(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to do; `within` minutes from the beginning."""

    text: Annotated[str, Meta(min_length=2, max_length=80)]
    role: Doer
    within: Annotated[int, Meta(ge=0, le=9999)]
    more: Annotated[str, Meta(max_length=120)] = ""
    calls: Calls = Calls.NOBODY


class Plan(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A plan as `incidents.toml` has it; `kinds`: the alarms that begin with it."""

    name: str
    steps: tuple[PlanStep, ...]
    kinds: tuple[str, ...] = ()


class Plans(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of them by their word."""

    plans: Mapping[Annotated[str, Meta(pattern="^[a-z]{1,16}$")], Plan]


@cache
def plans() -> Mapping[str, Plan]:
    """The starter plans. Raises msgspec.ValidationError for what the file may not hold."""
    kept = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return msgspec.convert(kept, Plans).plans


def plan_for(kind: str) -> str:
    """The plan with which an alarm of a kind begins; sudden illness where none says so, "" where a person must say."""
    return "" if kind in UNDECIDED else next((word for word, plan in plans().items() if kind in plan.kinds), "illness")


def name_of(word: str) -> str:
    """What a plan is called; one that was taken out of the file keeps its word."""
    return plans()[word].name if word in plans() else word


def dials(text: str) -> Calls:
    """Whom a step telephones by its own words, so that a home's own wording keeps the button (E1)."""
    return next((calls for word, calls in _DIALS.items() if word in text), Calls.NOBODY)


class FamilyCall(StrEnum):
    """What became of a call to a relative."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG = "wrong"


CALL_WORDS: Final[Mapping[FamilyCall, str]] = {
    FamilyCall.REACHED: "打通了",
    FamilyCall.NO_ANSWER: "没人接",
    FamilyCall.BUSY: "占线",
    FamilyCall.WRONG: "号码不对",
}


def still_open(
    steps: Sequence[bool], calls: Sequence[FamilyCall], *, family: bool, note: str, drill: bool, revision: str
) -> list[str]:
    """What is missing before an incident may end, in words: each step done or passed over with a reason, the family
    told or tried three times, what happened written down; after a drill, what is to change in the plan (E5).
    """
    found: list[str] = []
    if left := sum(not one for one in steps):
        found.append(f"还有 {left} 步没勾")
    reached = FamilyCall.REACHED in calls
    if family and not drill and not reached and len(calls) < TRIES:
        found.append("家属还没打通" if calls else "还没给家属打电话")
    if not note.strip():
        found.append("还没写经过")
    if drill and not revision.strip():
        found.append("还没写预案要不要改")
    return found
