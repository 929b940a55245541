"""What a scenario is made of: what a side knows when it acts, a side, a moment in a home, a pair of rivals."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from bot.envelopes import Account, envelope
from bot.inbound import Inbound
from bot.pushes import Push
from care.states import Role
from conversations import events
from services import install
from services.access import Viewer
from services.house import House
from services.talks.envelope import Envelope
from services.talks.reading import read
from settings import Home
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.rows import End

HOME: Final = Home(name="青禾颐养院", phone="0571-8800-0101")
STAFF: Final = {
    Role.DESK: ("陈晓雯", "高远"),
    Role.SUPERVISOR: ("何志远", "方宁"),
    Role.DIRECTOR: ("沈国平", "陆明"),
    Role.NURSE: ("唐雨", "周敏"),
}
"""Two of each, so that each side has a colleague of its own."""


@dataclass(frozen=True)
class Turn:
    """What a side knows when it acts: the house, the hour, the ids of the stage, whether it is the first or the second
    of its kind.
    """

    house: House
    ids: install.Installed
    now: datetime
    facts: dict[str, int]
    nth: int = 0
    seen: Any = None

    def __getitem__(self, name: str) -> int:
        return self.facts[name]

    def who(self, role: Role) -> Viewer:
        """The colleague of this side."""
        return Viewer(self.facts[f"{role}{self.nth}"], self.ids.home_id, STAFF[role][self.nth], role)

    def hears(self, event: events.Arrival | str, openid: str = "daughter", key: str = "") -> Envelope:
        """A push of a person, understood by the webhook itself."""
        arrival = events.Text(event) if isinstance(event, str) else event
        nothing: Any = None
        account = Account(self.ids.account_id, self.ids.home_id)
        inbound = Inbound(nothing, account, lambda: self.now, nothing, nothing, self.house)
        inbound.names = self.house.names
        push = Push(
            to_user="gh_races",
            openid=openid,
            key=key or f"race:{openid}:{self.nth}",
            kind=type(arrival).__name__.lower(),
            event=arrival,
            raw=b"<xml/>",
            created_at=self.now.replace(microsecond=0),
        )
        return envelope(inbound._account, inbound.knowledge, push, self.now, read(push.event, inbound.names))


@dataclass(frozen=True)
class Side:
    """One side: the act of the table that it is (`act`), in what kind of transaction it runs, and what it read before
    on its page.
    """

    act: str
    how: Literal["unit", "store", "arrives"]
    does: Callable[[Turn, Any], object]
    look: Callable[[Turn, Unit], object] | None = None
    skips: bool = False
    """Whether it leaves what somebody holds to its next round: then it may as well not have come yet."""


@dataclass(frozen=True)
class Stage:
    """A moment in a home: how it comes about from an earlier one; `builds` gives the ids that sides need."""

    name: str
    builds: Callable[[HomeUnderTest, dict[str, int]], Awaitable[dict[str, int]]]
    after: "Stage | None" = None


@dataclass(frozen=True)
class Pair:
    """Two rivals on one stage. `told`: what the second one is told when the first went through, for `b` after `a` and
    for `a` after `b`.
    """

    stage: Stage
    a: Side
    b: Side
    told: tuple[str, str] = ("", "")
    fault: str = ""
    check: Callable[[End], str] | None = None
    """What is wrong with an end, whatever one after the other would bring; "" when nothing is."""
    more: str = ""
    idle: str = ""
    """Which side, by itself, changes nothing here: `a`, `b` or `ab`."""

    @property
    def name(self) -> str:
        """As tests and figures call it."""
        return f"{self.a.act} x {self.b.act}{f' ({self.more})' if self.more else ''}"

    @property
    def acts(self) -> frozenset[str]:
        """The two acts of the table."""
        return frozenset({self.a.act, self.b.act})
