"""The ladder that an alarm goes up when nobody comes: whom each step rings, and after how long (F1, F2, F15).

A step in which nobody can be rung waits for nothing: the next one comes at once. Whoever was just rung is left out for
a minute, since a telephone company rings one number at most once a minute, and a second ring goes to another person.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from care.states import Role
from care.triage import Audience, Urgency


class Step(StrEnum):
    """Whom a step rings: who is on duty for the floor, who is on duty elsewhere, the leads, the director."""

    FLOOR = "floor"
    OTHERS = "others"
    LEAD = "lead"
    DIRECTOR = "director"


LADDERS: Final[Mapping[Audience, tuple[Step, ...]]] = {
    Audience.FLOOR: (Step.FLOOR, Step.OTHERS, Step.LEAD, Step.DIRECTOR),
    Audience.LEAD: (Step.LEAD, Step.DIRECTOR),
    Audience.NONE: (),
}
"""What only the lead may hear never rings a floor (F5)."""
TO_PHONE: Final[Mapping[int, timedelta]] = {Urgency.P0: timedelta(seconds=20), Urgency.P1: timedelta(seconds=60)}
"""How long a screen alone rings, where somebody listens at one; the one figure for it (F53)."""
EACH: Final[Mapping[int, timedelta]] = {Urgency.P0: timedelta(seconds=20), Urgency.P1: timedelta(seconds=60)}
"""How long one step has before the next."""
AGAIN: Final = timedelta(seconds=60)
"""After the last step the ladder begins anew."""
ARRIVES: Final = timedelta(minutes=3)
"""Who said 我去 is there by then, or it rings again one level up (F2)."""
RESTS: Final = timedelta(seconds=60)
"""A number is not rung twice within this time (anchors-reach 1.1)."""


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody who can be rung now: a colleague's own phone, or the phone of a post, with who has it."""

    number: str
    name: str
    role: Role | None = None
    """None for a phone of a post of which nobody knows who has it."""
    staff: int | None = None
    post: int | None = None
    floors: frozenset[str] = frozenset()
    """Those that the post answers for; none = the whole house."""
    on_duty: bool = False
    holders: tuple[tuple[int, Role], ...] = ()
    """Everybody on duty who may have the phone of a post."""


@dataclass(frozen=True, slots=True)
class About:
    """What of an alarm decides whom it rings: its floors, and whom its words accuse."""

    audience: Audience
    floors: frozenset[str] = frozenset()
    accused: frozenset[int] = frozenset()
    roles: frozenset[tuple[str, str]] = frozenset()

    def means(self, one: Reachable) -> bool:
        """Whether the words accuse this one, by name or by the role on a floor, or somebody who may have the phone."""
        people = {one.staff, *(staff for staff, _ in one.holders)}
        roles = {one.role, *(role for _, role in one.holders)}
        return bool(people & self.accused) or any(
            role in roles and (not floor or not one.floors or floor in one.floors) for role, floor in self.roles
        )


def rung(step: Step, people: Iterable[Reachable], about: About, out: Collection[str]) -> list[Reachable]:
    """Whom a step rings, each number once. `out`: numbers that are not rung now.

    Without a rota the leads and the director are all of them: an alarm never rings nobody because a list is empty
    (L6). Whom the words accuse is left out (F5, F27).
    """
    found: dict[str, Reachable] = {}
    people = list(people)
    never = {*out, *(one.number for one in people if about.means(one))}
    for one in people:
        if one.number and one.number not in never and _in(step, one, about):
            found.setdefault(one.number, one)
    if step is Step.LEAD and any(one.on_duty for one in found.values()):
        return [one for one in found.values() if one.on_duty]
    return list(found.values())


def _in(step: Step, one: Reachable, about: About) -> bool:
    if step is Step.LEAD:
        return one.role is Role.SUPERVISOR
    if step is Step.DIRECTOR:
        return one.role is Role.DIRECTOR
    here = not one.floors or not about.floors or bool(one.floors & about.floors)
    return one.on_duty and one.role is not Role.DIRECTOR and here == (step is Step.FLOOR)


def first_wait(level: int, *, heard: bool) -> timedelta:
    """How long after the words the first phone rings; at once where nobody listens at a screen (F1)."""
    return TO_PHONE[level] if heard else timedelta(0)


def above(ladder: Sequence[Step], step: int) -> int:
    """The step that comes when who went did not arrive: the next one, and at least the leads."""
    leads = ladder.index(Step.LEAD) if Step.LEAD in ladder else 0
    return min(max(step, leads), len(ladder) - 1) if ladder else 0
