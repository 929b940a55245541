"""All sides by the name of their act, and how two of them make a pair."""

from collections.abc import Callable
from typing import Final

from tests.races.model import Pair, Side, Stage
from tests.races.moments import (
    complaints,
    emergencies,
    families,
    greetings,
    knowledge,
    letters,
    media,
    outgoing,
    residents,
    residents_record,
    staff,
    surveys,
    talks,
    upkeep,
)
from tests.races.rows import End

SUBJECTS: Final = (
    complaints,
    emergencies,
    families,
    greetings,
    knowledge,
    letters,
    media,
    outgoing,
    residents,
    residents_record,
    staff,
    surveys,
    talks,
    upkeep,
)
SIDES: Final = {side.act: side for subject in SUBJECTS for side in subject.SIDES}


def pair(
    stage: Stage,
    a: Side | str,
    b: Side | str,
    after_a: str = "",
    after_b: str = "",
    *,
    fault: str = "",
    check: Callable[[End], str] | None = None,
    more: str = "",
    idle: str = "",
) -> Pair:
    """`after_a`: what `b` is told when `a` was first; `after_b` the other way round."""
    sides = [SIDES[side] if isinstance(side, str) else side for side in (a, b)]
    return Pair(stage, sides[0], sides[1], (after_a, after_b), fault, check, more, idle)


def same(stage: Stage, act: Side | str, told: str = "", *, more: str = "", idle: str = "") -> Pair:
    """Two colleagues, or two processes, do the same."""
    return pair(stage, act, act, told, told, more=more, idle=idle)
