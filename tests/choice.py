"""Which part of a long row of like cases a run tries: a part that moves on by one each day, `make soak` all.

A case that is left out today comes within as many days as there are parts; `--turn` brings back the part of any day,
`--whole` tries everything. `make test`, which is run many times a day, says `--in-turns`: of the stories in a browser a
fifth, of the slow tests a third, and of what runs on both engines a quarter on PostgreSQL. `make coverage`, without
which nothing lands, tries them all.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

import pytest

T = TypeVar("T")
MARK: Final = "part"
"""The marker of a parametrized test that is tried in parts: `@pytest.mark.part(3)`."""
STORIES, TWINS, SLOW = 5, 4, 3
"""Days within which `make test` has tried every story, every test of the services on PostgreSQL, and every slow one.
The first has no common part with the 2 of most markers: else some cases would never come.
"""


@dataclass(frozen=True)
class Choice:
    """What the options of a run choose."""

    turn: int
    whole: bool
    in_turns: bool = False

    def of(self, cases: Iterable[T], parts: int, shift: int = 0) -> list[T]:
        """Of the cases in their order every so-manieth, never none; `shift` gives another test other ones."""
        every = list(cases)
        chosen = every if self.whole else every[(self.turn + shift) % parts :: parts]
        assert chosen, f"nothing was chosen of {len(every)} cases in {parts} parts at turn {self.turn}"
        return chosen

    def takes(self, item: pytest.Item) -> bool:
        """Whether a test is tried: its place is the sum of the places of its parameters, so that each of them comes
        every day with some of the others, and that of its name, so that not all are tried with the same.
        """
        mark = item.get_closest_marker(MARK)
        if self.whole or (self.in_turns and not self._has_its_turn(item)):
            return self.whole
        if mark is None:
            return True
        places = item.callspec.indices.values()  # type: ignore[attr-defined]
        own = zlib.crc32(item.originalname.encode())  # type: ignore[attr-defined]
        return bool((sum(places) + own + self.turn) % mark.args[0] == 0)

    def _has_its_turn(self, item: pytest.Item) -> bool:
        """Whether this is the day of a story, of a slow test, or of one of the services on PostgreSQL; all others have
        each day.
        """
        if "stories" in item.path.parts:
            own = zlib.crc32(item.originalname.encode()) // 2  # type: ignore[attr-defined]
            return (own + self.turn) % STORIES == 0
        if item.get_closest_marker("slow") is not None:
            return (zlib.crc32(item.name.encode()) + self.turn) % SLOW == 0
        if "services" in item.path.parts and "postgres" in parameters(item).values():
            return (zlib.crc32(item.name.encode()) + self.turn) % TWINS == 0
        return True

    def told(self) -> str:
        """How the same is tried again."""
        more = " --in-turns" if self.in_turns else ""
        return f"the same again: --turn {self.turn}{more}; all of them: --whole"


def parameters(item: pytest.Item) -> dict[str, object]:
    """The parameters of a test by name."""
    return getattr(getattr(item, "callspec", None), "params", {})


def add_options(parser: pytest.Parser) -> None:
    """Options of a run."""
    parser.addoption("--only-parts", action="store_true", help="only tests that try more with --whole")
    parser.addoption(
        "--in-turns",
        action="store_true",
        help="a fifth of the stories, a third of the slow tests, a quarter of the services' tests on PostgreSQL",
    )
    parser.addoption("--whole", action="store_true", help="every case of long rows, as make soak tries them")
    parser.addoption(
        "--turn", type=int, help="the part of them that is tried otherwise; the day of the year unless told"
    )


def chooses(item: pytest.Item) -> bool:
    """Whether a test tries more with `--whole`: by its marker or by its fixture, or as a story, whose pages are
    looked at in two lights.
    """
    named = getattr(item, "fixturenames", ())
    return (
        item.get_closest_marker(MARK) is not None or "chosen" in named or item.get_closest_marker("browser") is not None
    )


def of(config: pytest.Config) -> Choice:
    """The choice of this run."""
    return Choice(config.getoption("--turn"), config.getoption("--whole"), config.getoption("--in-turns"))


_runs: Final[list[pytest.Config]] = []


def begins(config: pytest.Config) -> None:
    """A run begins."""
    if config.option.turn is None:  # once for all workers: they may begin on two sides of midnight
        config.option.turn = datetime.now(UTC).timetuple().tm_yday
    _runs.append(config)


def whole() -> bool:
    """Whether this run tries everything, for what no fixture reaches."""
    return of(_runs[-1]).whole
