"""What the use cases of one home need to know: its flows, its figures, its words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache

from care.accusations import Names
from care.choices import USUAL as USUALLY_CHOSEN
from care.choices import Choices
from care.duty import Watch
from care.quiet_hours import USUAL, Quiet
from care.sla import Figures
from care.ways import Terms
from care.workdays import DAY, HOLIDAY, Desk, Hours
from conversations import phrases
from conversations.effects import Say
from conversations.facts import Fact
from conversations.registry import Registry, standard
from settings import Home, Settings
from storage.store import Store

Loader = Callable[[Store, Sequence[int]], Mapping[int, Fact]]
"""Loads one kind of fact for many people with one query."""


@cache
def _by_day(quiet: Quiet) -> Desk:
    """A desk that is there every day from the end of the families' night to its beginning."""
    begins, ends = (moment.hour * 60 + moment.minute for moment in quiet.family[0])
    spans = ((ends, begins),) if ends < begins else ((0, begins), (ends, DAY))
    return Desk(dict.fromkeys((*"1234567", HOLIDAY), spans))


@dataclass(frozen=True, slots=True)
class Practising:
    """A time of practice that goes on: with which account, where the simulator listens, and what opens its phones."""

    account_id: int
    port: int
    door: str
    since: datetime
    closing: bool
    """The director has gone over: nothing comes in or leaves until everything of it is gone."""


@dataclass(slots=True)
class House:
    """One home as the use cases see it. What staff change is replaced between batches, never changed in place: `names`,
    and what `use` takes; a batch works with a copy of its own, so it sees one edition (engineering 3).
    """

    home: Home
    registry: Registry = field(default_factory=standard)
    loaders: Mapping[type[Fact], Loader] = field(default_factory=dict)
    public_url: str = ""
    """Where families open pages; without it the words stand alone."""
    recorded: frozenset[str] = frozenset()
    """The sentences of which there is a sound, word for word (elders hear what they cannot read)."""
    app_id: str = ""
    """The account through which people come; empty until there is one."""
    authorize_url: str = ""
    """Where the platform says who opens a page."""
    practice: Practising | None = None
    """Whether the simulator stands in for the platform (F54); every page says so."""
    telephone: bool = False
    """Whether a telephone company rings colleagues (F1)."""
    robot: bool = False
    """Whether the robot of a group tells of alarms (F15)."""
    rings_complaints: bool = False
    """Whether it rings who is in charge of a grave complaint while nobody is at the desk (F41)."""
    sms: bool = False
    """Whether a company sends SMS to relatives (V3)."""
    listened: bool = True
    """Whether a colleague hears alarms at a screen; elders are sent to the bell while nobody does."""
    proof: str = ""
    """The uploaded file by which the platform sees whose domain it is: its name and its words."""
    opened: bool = True
    """Whether the home ever had a director; until then console and family pages are shut (engineering 5)."""
    names: Names = field(default_factory=Names)
    """How the colleagues are called: whom words may accuse."""
    watches: Sequence[Watch] = ()
    """Who is on duty in these hours and the next day; replaced when the rota changes."""

    desk: Desk = field(default_factory=Desk)
    """When the desk is there, holidays and days that are made up for them with it; replaced when somebody sets them."""
    quiet: Quiet = USUAL
    """When machines are silent; replaced when somebody sets it."""

    choices: Choices = USUALLY_CHOSEN
    """Own words, departments, categories, festivals; replaced when somebody sets one of them."""

    def use(self, settings: Settings) -> None:
        """Go on with these settings."""
        self.home, self.public_url, self.app_id = settings.home, settings.http.public_url, settings.wechat.app_id
        self.authorize_url = settings.wechat.authorize_url

    def edition(self) -> "House":
        """The home as it is now, for one batch."""
        return replace(self)

    @property
    def figures(self) -> Figures:
        """The lengths that this home promises."""
        home = self.home
        return Figures(
            timedelta(minutes=home.first_feedback_minutes),
            timedelta(minutes=home.serious_feedback_minutes),
            timedelta(hours=home.result_hours),
            timedelta(minutes=home.reply_minutes),
            timedelta(hours=home.approval_hours),
            self.hours,
        )

    @property
    def terms(self) -> Terms:
        """What decides how messages leave."""
        most = self.choices.sms_most if self.sms and self.practice is None else None
        return Terms(self.quiet, self.home.phone, self.choices.cut_off, bool(self.public_url), most)

    @property
    def hours(self) -> Hours:
        """When somebody answers by words; in a home that has not said it, whenever families are not asleep (A15)."""
        return Hours(self.desk if self.desk.is_set else _by_day(self.quiet), self.home.zone)

    def reader(self, now: datetime, *, elder: bool = False, away: bool = False) -> phrases.Reader:
        """Who reads a phrase of this home now; `away`: an elder who is not in the house."""
        duty = self._duty_words(now)
        always = phrases.always(self.home.name, self.home.phone, elder=elder, away=away, duty=duty, url=self.public_url)
        return phrases.Reader(now, self.home.zone, always, elder, away, self.choices.phrases)

    def on_duty(self, now: datetime) -> list[Watch]:
        """Who is there at this moment, and where nobody is."""
        return [watch for watch in self.watches if watch.begins <= now < watch.ends]

    def _duty_words(self, now: datetime) -> str:
        """Whom a family reaches now (Q7): at most two, of the posts for the whole house where there are any."""
        there = [watch for watch in self.on_duty(now) if watch.name]
        named = [f"{watch.name}（{watch.place}）" for watch in there if not watch.floors] or [
            f"{watch.name}（{watch.place}）" for watch in there
        ]
        return f"现在值班：{'、'.join(named[:2])}。\n" if named else ""

    def words(self, says: Sequence[Say], now: datetime, *, elder: bool = False, away: bool = False) -> str:
        """Several phrases as one message; what to do in an emergency is told once, by the last that tells it."""
        if not says:
            return ""
        reader = self.reader(now, elder=elder, away=away)
        told = [phrases.render(said.key, said.params, reader) for said in says]
        urgent = str(reader.always["urgent"])
        last = max((at for at, words in enumerate(told) if urgent in words), default=0)
        once = (words if at >= last else words.replace(urgent, "").strip() for at, words in enumerate(told))
        return "\n".join(filter(None, once))
