"""The house of the year: its platform and phones, its jobs asked one by one, and its colleagues."""

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import year_home
from benchmarks.year_home import ELDERS, FIRST, ZONE
from bot import errcodes
from bot.masses import MassSender
from bot.sender import Sender
from bot.sms_sender import SmsSender
from care.choices import USUAL
from care.states import Role, SmsKind, SmsState
from conversations import events
from services import install
from services.access import Viewer
from services.house import House
from services.outgoing import mass_results, proofs, sms_results, templates
from services.outgoing.forms import BindTemplate
from services.ports import Card, Fate, NullPlatform, Outcome, SmsReport, Texted
from services.staff import staff
from services.subject import Running, subjects
from services.talks.receive import receive_batch
from settings import Database as Url
from settings import Home, Settings, Wechat
from storage import seal, tables
from storage.open import open_database
from storage.store import Store
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest, Moves

FREQUENT: Final = frozenset(
    [
        "announcements",
        "appointments",
        "greetings",
        "letters",
        "parked",
        "cut-off",
        "promises",
        "surveys",
        "survey-rounds",
        "silence",
        "consents",
    ]
)
TEMPLATES: Final = (
    (
        "matter",
        "服务处理结果",
        "编号:{{character_string1.DATA}}\n内容:{{thing2.DATA}}\n",
        ("character_string1=number", "thing2=matter"),
    ),
    ("notice", "服务通知", "内容:{{thing1.DATA}}\n时间:{{time2.DATA}}\n", ("thing1=matter", "time2=at")),
    ("visit", "探视预约通知", "老人:{{thing1.DATA}}\n时间:{{time2.DATA}}\n", ("thing1=elder", "time2=at")),
    ("care", "复诊提醒", "老人:{{thing1.DATA}}\n时间:{{time2.DATA}}\n", ("thing1=elder", "time2=at")),
    ("letter", "家书送达提醒", "老人:{{thing1.DATA}}\n时间:{{time2.DATA}}\n", ("thing1=elder", "time2=at")),
)


@dataclass
class Town(NullPlatform):
    """The platform and the phones: its own windows and months, and what each phone got and when."""

    clock: Moves
    following: set[str] = field(default_factory=set)
    session: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    got: list[tuple[str, str, datetime, str]] = field(default_factory=list)
    """(phone, way, when, words or number)."""
    months: Counter[tuple[str, str]] = field(default_factory=Counter)
    owed: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    """Events that the platform still has to tell: of whom ("" = a mass send), and what."""
    own: dict[str, str] = field(default_factory=dict)
    number: int = 0

    async def send_text(self, openid: str, text: str) -> Outcome:
        """A customer-service message."""
        until, left = self.session.get(openid, (self.clock(), 0))
        if openid not in self.following or until <= self.clock():
            return errcodes.meaning(43004 if openid not in self.following else 45015).outcome
        if not left:
            return errcodes.meaning(45047).outcome
        self.session[openid] = until, left - 1
        self.got.append((openid, "custom", self.clock(), text))
        return errcodes.meaning(0).outcome

    async def send_template(self, openid: str, card: Card) -> Outcome:
        """A template message."""
        if openid not in self.following:
            return errcodes.meaning(43004).outcome
        self.number += 1
        self.got.append((openid, "template", self.clock(), card.own))
        self.owed.append((openid, {"MsgID": str(self.number), "Status": "success"}))
        return replace(errcodes.meaning(0).outcome, ref=str(self.number))

    async def send_mass(self, openids: Sequence[str], text: str, own: str) -> Outcome:
        """A mass send: four a calendar month reach a phone."""
        if len(openids) < 2:
            return errcodes.meaning(40130).outcome
        if own in self.own:
            return replace(errcodes.meaning(45065).outcome, ref=self.own[own])
        self.number += 1
        self.own[own] = str(self.number)
        month = f"{self.clock().astimezone(ZONE):%Y-%m}"
        reached = [one for one in openids if one in self.following and self.months[one, month] < 4]
        for one in reached:
            self.months[one, month] += 1
            self.got.append((one, "mass", self.clock(), text))
        told = {"MsgID": str(self.number), "Status": "send success", "SentCount": str(len(reached))}
        self.owed.append(("", told))
        return replace(errcodes.meaning(0).outcome, ref=str(self.number))

    async def send_voice(self, openid: str, sound: bytes) -> Outcome:
        """No sound is sent in this year."""
        del openid, sound
        return Outcome(Fate.GIVEN_UP, "没有录音")


@dataclass
class Carrier:
    """The company for SMS and the phones: what lies on each, with the end of its address."""

    clock: Moves
    got: list[tuple[str, datetime, str, str]] = field(default_factory=list)
    """(number, when, end of the address, our number)."""
    owed: list[SmsReport] = field(default_factory=list)
    connected: bool = True

    async def send(self, number: str, kind: SmsKind, words: Mapping[str, str], own: str) -> Texted:
        """Every eleventh phone is switched off."""
        del kind
        on = int(number[-2:]) % 11 != 0
        if on:
            self.got.append((number, self.clock(), words["code"], own))
        self.owed.append(SmsReport(own, on, "" if on else "MK:0012", 2))
        return Texted(SmsState.HANDED, ref=own)


@dataclass
class Year:
    """The home, the platform, and the colleagues."""

    home: HomeUnderTest
    town: Town
    nurse: Viewer
    lead: Viewer
    sender: Sender
    masses: MassSender
    carrier: Carrier
    texts: SmsSender
    people: dict[str, int] = field(default_factory=dict)
    """Person by name."""
    stays: dict[int, int] = field(default_factory=dict)
    """Resident by number."""
    silent: dict[str, list[tuple[datetime, datetime | None]]] = field(default_factory=lambda: defaultdict(list))
    """Phone → when no machine may speak to it."""
    written: int = 0
    read: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What was read behind an address: (number, words)."""
    chance: random.Random = field(default_factory=lambda: random.Random(8))

    async def at(self, moment: datetime) -> None:
        """The clock of the house, and of everything around it."""
        self.home.clock.now = moment

    async def says(self, openid: str, words: str) -> None:
        """Somebody writes, which opens a window of 48 hours and five messages."""
        await self.home.hears(words, openid)
        self.town.session[openid] = self.home.clock() + timedelta(hours=48), 5

    async def unfollows(self, openid: str) -> None:
        """Somebody takes the account off her phone."""
        self.town.following.discard(openid)
        await self.home.hears(events.Unfollowed(), openid)

    async def jobs(self, names: frozenset[str] | None) -> None:
        """Every job of these names once, as it would run now."""
        running = Running(self.home.database, self.home.house, self.home.ids.home_id, self.home.settings)
        for subject in subjects():
            for job in subject.jobs:
                if names is None or job.name in names:
                    await job.run(running, self.home.clock())

    async def leave(self) -> None:
        """Everything that may leave now, and what the platform tells of it."""
        for _ in range(400):
            begun = await self.sender.begin()
            await self.sender.finish()
            texted = await self.texts.begin()
            await self.texts.finish()
            owed, self.carrier.owed = self.carrier.owed, []
            for report in owed:
                await self.texts.hear(report)
            told = await self._told()
            if not begun and not told and not texted:
                return

    async def opens(self) -> None:
        """Two of three open what lies on their phone, some of them a second time."""
        for number, at, code, _ in self.carrier.got[-60:]:
            if self.home.clock() - at < timedelta(hours=24) and int(number[-2:]) % 3:
                opened = partial(sms_results.open_words, secret=code, digits=number[-4:], now=self.home.clock())
                shown = await self.home.database.store(opened)
                if shown.behind is sms_results.Behind.WORDS:
                    self.read[number, shown.text] += 1

    async def _told(self) -> int:
        owed, self.town.owed = self.town.owed, []
        database, home, now = self.home.database, self.home.ids.home_id, self.home.clock()
        for openid, fields in owed:
            if not openid:
                await database.store(partial(mass_results.told, home_id=home, fields=fields, now=now))
                continue
            person = await self.home.person(openid)

            def tell(store: Store, person: int = person, fields: dict[str, str] = fields) -> None:
                store.lock_persons(person)
                proofs.told(store, person, fields, now)

            await database.store(tell)
        return len(owed)

    async def hour(self) -> None:
        """What an hour brings: the jobs, what leaves, and a minute later what is said to many."""
        await self.jobs(FREQUENT)
        await self.leave()
        self.home.clock.on(seconds=70)
        while await self.masses.round():
            pass
        await self._told()
        while await self.masses.round():
            pass


async def build(folder: Path, url: str) -> Year:
    """The home as it moved in, at one in the night of the first day."""
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef"),
        database=Url(url),
        home=Home(name="青禾颐养院", phone="0571-8800-0101"),
    )
    house = House(settings.home, public_url="https://home.example")
    house.choices = replace(USUAL, festivals=year_home.GREETS)
    sealer = seal.load(folder / "jiashu.keys", may_create=True)
    database = open_database(url, sealer, lambda store, batch: receive_batch(store, house, batch))
    await database.start()
    clock = Moves(datetime.combine(FIRST, time(1), ZONE))
    ids = await database.write(lambda db: install.install(db, settings, clock()))
    await database.write(lambda db: houses.furnish(db, ids, year_home.scene_of(), clock()))
    home = HomeUnderTest(database, house, clock, ids, settings)
    town = Town(clock)
    viewers = []
    for login, name, role in (("tang", "唐雨", Role.NURSE), ("shen", "沈国平", Role.DIRECTOR)):
        row = await database.write(partial(_hired, ids=ids, login=login, name=name, role=role, now=clock()))
        viewers.append(Viewer(row, ids.home_id, name, role))
    sender = Sender(database, town, clock, house=house)
    carrier = Carrier(clock)
    texts = SmsSender(database, carrier, ids.home_id, clock)
    masses, house.sms = MassSender(database, town, house, clock), True
    year = Year(home, town, viewers[0], viewers[1], sender, masses, carrier, texts)
    await database.write(partial(_finish, year=year))
    there = [{"template_id": f"T-{word}", "title": title, "content": content} for word, title, content, _ in TEMPLATES]
    for word, _, _, lines in TEMPLATES:
        form = BindTemplate(kind=word, template=f"T-{word}", lines=frozenset(lines))
        await database.write(partial(templates.bind, viewer=year.lead, form=form, there=there, now=clock()))
    return year


def _hired(db: Unit, ids: install.Installed, login: str, name: str, role: Role, now: datetime) -> int:
    return int(staff.add(db, ids.home_id, login, name, role, "stage-password", now).id)


def _finish(db: Unit, year: Year) -> None:
    """Zones, who has no WeChat, and who is who."""
    for row in db.query(tables.Person).all():
        year.people[db.words(row, "name")] = row.id
        db.store.lock_persons(row.id)
    for k, zone in year_home.ABROAD.items():
        db.get_one(tables.Person, year.people[f"家属{k:02d}"]).timezone = zone
    for tie in db.query(tables.Kinship).all():
        k = next(k for k in range(year_home.RELATIVES) if year.people[f"家属{k:02d}"] == tie.person_id)
        tie.hour = year_home.AT_HOUR.get(k)
        tie.rang_at = year.home.clock() if k % 2 else None
        tie.frequency = "weekly" if k in year_home.WEEKLY else "changes" if k in year_home.ON_CHANGE else "daily"
    for k in year_home.WITHOUT_WECHAT:
        db.delete(db.query(tables.Follower).filter_by(openid=year_home.kin(k)).one())
    for stay in db.query(tables.Resident).all():
        number = next(n for n in range(ELDERS) if year.people[f"老人{n:02d}"] == stay.person_id)
        year.stays[number] = stay.id
    year.town.following = {row.openid for row in db.query(tables.Follower).all()}
