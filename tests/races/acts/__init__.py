"""The table of acts: whoever decides something, on what, against whom, and what keeps the two apart.

A test holds the table against the acts that there are (`collected`), so that nobody adds one without saying who may
come
between.
"""

from typing import Final

from tests.races.acts.console import CONSOLE
from tests.races.acts.outside import OUTSIDE

ACTS: Final = CONSOLE | OUTSIDE
BY_NAME: Final = {act.name: act for act in ACTS.values()}
