"""A fortnight of 200 residents who all have a phone: what rings, is asked back and is shown of ordinary talk, by the
services and jobs that run in a real home, with the second reading.

What they say are the ordinary lines of voices that training has not (`understanding/data/kept`), and one real
emergency a day. Who is asked back answers in four of five cases; the others stay silent, which rings after 60 s.
"""

import asyncio
import random
import sys
import tempfile
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.sample import fortnight
from bot.sample import home as homes
from bot.sample.home import Home
from bot.sample.play import Act, Play
from care.triage import Audience
from scripts.stage import ROOT
from services import install
from services.emergencies import alarms
from services.subject import Running
from services.talks.reading import Reading, again
from settings import Database, Media, Security, Settings
from storage import migrate, seal
from storage.open import open_database
from storage.unit import Unit
from training.lines import DATA, Line, near, read
from understanding.second import Second

RESIDENTS: Final = 200
RELATIVES: Final = 100
EVENING: Final = datetime(2026, 11, 29, 12, 30, tzinfo=UTC)
SPEAKS: Final = {"elder": 0.4, "family": 0.5}
"""Chance that somebody writes on a day; each then sends one or two messages."""
ANSWERS: Final = 0.8
FALSE, SILENT = 1.0, 3.0
"""Alarms a day that nobody needed: at once, and after a silence (issue of hearing)."""
SIGNS: Final = tuple("王李张刘陈杨黄赵周吴徐孙马朱胡郭何林罗高")
RINGS: Final = """SELECT f.openid, a.audience FROM alarm a JOIN follower f ON f.person_id = a.person_id
    WHERE a.arrived_at IS NULL"""
CALLED: Final = ("秀兰", "桂英", "淑芬", "玉梅", "建国", "德厚", "守义", "长根", "福田", "云鹏")


@dataclass
class Seen:
    """What became of the messages."""

    said: Counter[str] = field(default_factory=Counter)
    rung: list[Line] = field(default_factory=list)
    heard: int = 0
    real: int = 0


def scene() -> dict[str, Any]:
    """The colleagues of the sample home, 200 residents with a phone each, 100 relatives."""
    kept = tomllib.loads((ROOT / "bot" / "sample" / "home.toml").read_text(encoding="utf-8"))
    people: list[dict[str, Any]] = []
    for number in range(RESIDENTS):
        floor, place = divmod(number, 50)
        people.append(
            {
                "openid": f"oFortnight_elder_{number:012}",
                "name": SIGNS[number % 20] + CALLED[number // 20],
                "kind": "elder",
                "room": f"{floor + 2}{place // 2 + 1:02}",
                "bed": str(place % 2 + 1),
                "sex": "女" if number % 2 else "男",
                "born_year": 1930 + number % 18,
                "birthday_in_days": 40 + number,
            }
        )
    for number in range(RELATIVES):
        of = people[2 * number]["name"]
        kin = [{"of": of, "relation": "女儿", "primary": True, "scopes": "daily"}]
        who = {
            "openid": f"oFortnight_kin_{number:014}",
            "name": f"{of[0]}晓{CALLED[number % 10][-1]}",
            "kind": "family",
        }
        people.append(who | {"phone": f"139{number:08}", "kin": kin})
    return kept | {"residents": [], "people": people}


def lines() -> dict[str, list[Line]]:
    """Lines that training has not seen: ordinary ones by who says them, and real emergencies of elders."""
    kept = read(DATA / "kept")
    known = set(near(kept, [line.text for line in read(DATA / "train")]))
    found: dict[str, list[Line]] = defaultdict(list)
    for line in kept:
        if line in known or line.open:
            continue
        if line.rings and line.who == "elder":
            found["real"].append(line)
        elif line.danger == "no" and line.kind in {"", "plain"} and line.intent != "complaint":
            found[line.who].append(line)
    return found


class Messages:
    """The fortnight, a message at a time."""

    def __init__(self, home: Home, seen: Seen, chance: random.Random) -> None:
        self.home, self.seen, self.chance = home, seen, chance
        self.second = Second()
        home.played.reads = self._reads

    def _reads(self, found: Reading) -> Reading:
        if found.read is None or not found.read.is_doubtful:
            return found
        return again(found, tuple(self.second.score(found.read.words)), self.home.house.names)

    def acts(self, play: Play) -> Iterator[Act]:
        """What everybody says, at the hours of the day."""
        known = lines()
        people = [("elder", f"oFortnight_elder_{n:012}") for n in range(RESIDENTS)]
        people += [("family", f"oFortnight_kin_{n:014}") for n in range(RELATIVES)]
        for day in range(-fortnight.DAYS, 0):
            for who, openid in people:
                if self.chance.random() < SPEAKS[who]:
                    for _ in range(self.chance.randint(1, 2)):
                        yield self._act(play, day, openid, self.chance.choice(known[who]))
            yield self._act(play, day, self.chance.choice(people[:RESIDENTS])[1], self.chance.choice(known["real"]))

    def _act(self, play: Play, day: int, openid: str, line: Line) -> Act:
        at = play.moment(f"{day} 06:30") + timedelta(seconds=self.chance.randint(0, 15 * 3600))

        async def do(at: datetime) -> None:
            await self._says(play, openid, line, at)

        return Act(at, "says", do)

    async def _says(self, play: Play, openid: str, line: Line, at: datetime) -> None:
        before = await self._alarms(play)
        await play.played.hear(openid, line.text, at)
        rang = await self._alarms(play) > before
        asked = await play.number(
            "SELECT count(*) FROM doubt d JOIN follower f ON f.person_id = d.person_id "
            "WHERE f.openid = ? AND d.course = 'asked' AND d.ended_at IS NULL",
            openid,
        )
        shown = await play.number(
            "SELECT count(*) FROM doubt d JOIN follower f ON f.person_id = d.person_id WHERE f.openid = ? AND d.at = ?",
            openid,
            at,
        )
        if line.rings:
            self.seen.real += 1
            self.seen.heard += bool(rang or asked or shown)
        else:
            self.seen.said["messages"] += 1
            self.seen.said["asked"] += bool(asked)
            self.seen.said["shown"] += bool(shown and not asked)
            if rang:
                self.seen.rung.append(line)
        if asked and self.chance.random() < ANSWERS:
            await play.played.hear(openid, "要" if line.rings else "不用", at + timedelta(seconds=30))
        await self._arrives(play, at + timedelta(minutes=3))

    async def _alarms(self, play: Play) -> int:
        return await play.number("SELECT count(*) FROM alarm")

    async def _arrives(self, play: Play, at: datetime) -> None:
        """Whoever is called is there three minutes later."""
        who = self.home.director

        def end(db: Unit, openid: str, audience: Audience) -> None:
            alarms.go(db, play.home.house, who, openid, audience, at - timedelta(minutes=2))
            alarms.arrive(db, who, openid, audience, at)

        for openid, audience in await play.database.store(lambda store: store.rows(RINGS)):
            await play.write(partial(end, openid=openid, audience=Audience(audience)))


async def main() -> bool:
    """Print what rang, a day; whether it is as little as it has to be."""
    seen = Seen()
    with tempfile.TemporaryDirectory(prefix="jiashu-fortnight-") as folder:
        where = Path(folder)
        settings = Settings(
            database=Database(url=f"sqlite:///{where}/jiashu.db"),
            security=Security(key_file=str(where / "key")),
            media=Media(path=where / "media"),
        )
        migrate.upgrade(settings.database.url)
        sealer = seal.load(settings.key_file, may_create=True)
        database = open_database(settings.database.url, sealer, lambda _store, _batch: [])
        await database.start()
        ids = await database.write(lambda db: install.install(db, settings, EVENING))
        began = fortnight.begins(EVENING, settings)
        home = await homes.furnish(database, ids, scene(), EVENING, began)
        messages = Messages(home, seen, random.Random(20261129))
        running = Running(database, home.house, ids.home_id, settings)
        ran = fortnight.Fortnight(home, running, EVENING, acts=messages.acts)
        play = await ran.play()
        silent = await play.number("SELECT count(*) FROM doubt WHERE ended_how = 'silence'")
        await database.close()
    days = fortnight.DAYS
    print(
        f"a fortnight of {RESIDENTS} residents and {RELATIVES} relatives: {seen.said['messages']} ordinary messages; "
        f"a day {len(seen.rung) / days:.1f} rang for nothing, {silent / days:.1f} by silence, "
        f"{seen.said['asked'] / days:.1f} asked back, {seen.said['shown'] / days:.1f} shown; "
        f"of {seen.real} real emergencies {seen.heard} heard"
    )
    print(f"  acts that failed: {len(ran.failed)}")
    return len(seen.rung) / days <= FALSE and silent / days <= SILENT


if __name__ == "__main__":
    sys.exit(not asyncio.run(main()))
