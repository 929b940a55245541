"""The table of acts: whoever decides something, on what, against whom, and what keeps the two apart.

A test holds the table against the acts that there are (`collected`), so that nobody adds one without saying who may
come between.
"""

from typing import Final

from settings import subjects
from tests.races.acts.act import Act, Key
from tests.races.acts.console import CONSOLE
from tests.races.acts.outside import OUTSIDE


def _later() -> dict[Key, Act]:
    """Those of a later subject stand in a file of its own, by the name `ACTS`."""
    found: dict[Key, Act] = {}
    for module in subjects.modules(__name__):
        found |= getattr(module, "ACTS", {})
    return found


ACTS: Final[dict[Key, Act]] = CONSOLE | OUTSIDE | _later()
BY_NAME: Final = {act.name: act for act in ACTS.values()}
