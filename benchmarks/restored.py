"""A backup taken while people write, a hundred sends and ten entries of the stop list later the machine is lost: what
the restored house may say.

PostgreSQL and Redis, one web and one worker process, the commands `backup` and `restore` as an operator types them.
"""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import aiohttp

from benchmarks.cluster import Cluster, cluster
from services import install
from services.upkeep.epochs import CONFIRM
from settings import Home, Settings, Wechat
from storage import seal
from storage.open import open_database
from tests import houses

ZONE: Final = ZoneInfo("Asia/Shanghai")
ELDERS: Final = 20
SENDS: Final = 100
STOPS: Final = 10


@dataclass
class Proof:
    """What was seen."""

    sends: int = 0
    stops: int = 0
    told: str = ""
    before: int = -1
    again: int = -1
    to_stopped: int = -1
    greeted_twice: int = -1
    after: int = 0
    answered: int = 0

    def line(self) -> str:
        """The line for the record."""
        return (
            f"after the backup {self.sends} sends and {self.stops} entries of the stop list; restored ({self.told}); "
            f"before the confirmation {self.before} sends, "
            f"{self.answered} messages answered at once; after it {self.after} sends in three days, of the hundred "
            f"again {self.again}, greeted twice {self.greeted_twice}, "
            f"to the ten and their families {self.to_stopped}"
        )

    def holds(self) -> bool:
        """Whether nothing left too early, twice, or to who must be left in peace."""
        nothing = self.before == self.again == self.to_stopped == self.greeted_twice == 0
        return nothing and self.sends >= SENDS and self.stops == STOPS and self.after > 0 and self.answered > 0


def _scene(birthday: datetime) -> dict[str, Any]:
    born = f"1940-{birthday:%m-%d}"
    people: list[dict[str, Any]] = []
    for n in range(ELDERS):
        people.append(
            {
                "openid": _elder(n),
                "name": f"老人{n:02d}",
                "kind": "elder",
                "room": f"3{n:02d}",
                "bed": "1",
                "sex": "女",
                "born": born,
            }
        )
        kin = {"of": f"老人{n:02d}", "relation": "女儿", "primary": True, "scopes": "daily"}
        people.append({"openid": _kin(n), "name": f"家属{n:02d}", "kind": "family", "kin": [kin]})
    return {"staff": [], "people": people}


def _elder(n: int) -> str:
    return f"oElder{n:02d}".ljust(28, "0")


def _kin(n: int) -> str:
    return f"oKin{n:02d}".ljust(28, "0")


EVERYBODY: Final = [name(n) for n in range(ELDERS) for name in (_elder, _kin)]


class Desk:
    """A colleague with a browser."""

    def __init__(self, built: Cluster, http: aiohttp.ClientSession) -> None:
        self.built, self.http, self.csrf = built, http, ""

    @property
    def url(self) -> str:
        """The console."""
        return f"http://127.0.0.1:{self.built.processes['web-1'].port}/console"

    async def log_in(self, login: str) -> None:
        """A new session."""
        async with self.http.post(
            f"{self.url}/login", data={"login": login, "password": "stage-password", "to": "/console/chats"}
        ) as answer:
            found = re.search(r'"X-CSRF": "([^"]+)"', await answer.text())
        assert found, login
        self.csrf = found[1]

    async def post(self, path: str, **form: str) -> str:
        """A form."""
        async with self.http.post(
            f"{self.url}{path}", data=form, headers={"X-CSRF": self.csrf, "HX-Request": "true"}
        ) as answer:
            text = await answer.text()
            assert answer.status in {200, 204}, (path, answer.status, text[:300])
            return text

    async def get(self, path: str) -> str:
        """A page."""
        async with self.http.get(f"{self.url}{path}") as answer:
            return await answer.text()


def _journal(built: Cluster) -> list[dict[str, Any]]:
    lines = (built.used.folder / "journal.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if line["kind"] == "custom/send" and line["ok"]]


async def _clock(built: Cluster, at: datetime) -> None:
    built.used.clock_at(at)
    await asyncio.sleep(2)


async def _write(built: Cluster, words: str) -> None:
    for openid in EVERYBODY:
        await built.used.act("text", openid=openid, text=words)
    await asyncio.sleep(1)


async def _sent(built: Cluster) -> None:
    await built.used.until(
        lambda: built.number("SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending')") == 0,
        "not everything left",
        60,
    )
    await asyncio.sleep(0.5)


async def prove() -> Proof:
    """The whole way."""
    proof = Proof()
    async with (
        cluster(webs=1, workers=1) as built,
        aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http,
    ):
        day = datetime.combine(datetime.now(ZONE) + timedelta(days=1), time(10), ZONE)
        await _clock(built, day)
        await _people(built, day)
        desk = Desk(built, http)
        await desk.log_in("shen")
        file = built.used.folder / "home.backup"
        await asyncio.gather(_write(built, "今天天气不错"), built.command("backup", "--to", str(file)))
        await _later(built, desk, proof, day)
        for name in list(built.processes):
            await built.kill(name)
        built.url = built.postgres.create("restored")
        proof.told = await _restore(built, str(file))
        for name in ("web-1", "worker-1"):
            await built.start(name)
        first = len(_journal(built))
        await _write(built, "早上好")
        proof.answered = built.number(
            f"SELECT count(*) FROM inbox WHERE answer_state = 'stored' AND answer IS NOT NULL AND arrived_at > "
            f"{int(day.timestamp() * 1_000_000) + 3_600_000_000}"
        )
        await desk.log_in("shen")
        person = built.ask(f"SELECT person_id FROM follower WHERE openid = '{_kin(15)}'")[0][0]
        await desk.post(f"/chats/{person}/answer", text="系统恢复了，我在。", key="after")
        await _clock(built, day + timedelta(hours=23))  # the birthday, at 09:00
        await _write(built, "早上好")
        await asyncio.sleep(8)
        proof.before = len(_journal(built)) - first
        await desk.log_in("shen")
        found = re.search(r"/console/restore/(\d+)", await desk.get("/restore"))
        assert found
        await desk.post(f"/restore/{found[1]}", words=CONFIRM)
        for hours in (23.5, 47, 49, 71, 73):
            await _clock(built, day + timedelta(hours=hours))
            await _write(built, "早上好")
            await _sent(built)
        sends = _journal(built)[first:]
        proof.after = len(sends)
        proof.again = sum(line["content"].startswith("第") for line in sends)
        stopped = {name(n) for n in range(STOPS) for name in (_elder, _kin)}
        proof.to_stopped = sum(line["openid"] in stopped for line in sends)
        greetings = [line["openid"] for line in _journal(built) if "生日好" in line["content"]]
        proof.greeted_twice = len(greetings) - len(set(greetings))
    return proof


async def _people(built: Cluster, day: datetime) -> None:
    for openid in EVERYBODY:
        await built.used.act("person", openid=openid, name=openid[1:7])
    database = open_database(
        built.url, seal.load(built.used.folder / "jiashu.keys", may_create=False), lambda _store, _batch: []
    )
    await database.start()
    settings = Settings(
        wechat=Wechat(app_id="wx0123456789abcdef"), home=Home(name="青禾颐养院", phone="0571-8800-0101")
    )
    ids = await database.write(lambda db: install.install(db, settings, day))
    await database.write(lambda db: houses.furnish(db, ids, _scene(day + timedelta(days=1)), day))
    await database.close()
    await built.command("staff", "add", "shen", "沈国平", "director", "--settled", said=b"stage-password\n")


async def _later(built: Cluster, desk: Desk, proof: Proof, day: datetime) -> None:
    """What the backup does not know."""
    for n in range(SENDS):
        if n % 60 == 0:
            await _write(built, "好的")
        person = built.ask(f"SELECT person_id FROM follower WHERE openid = '{_kin(n % ELDERS)}'")[0][0]
        await desk.post(f"/chats/{person}/answer", text=f"第{n}句", key=f"later-{n}")
    await _sent(built)
    proof.sends = sum(line["content"].startswith("第") for line in _journal(built))
    residents = dict(built.ask("SELECT f.openid, r.id FROM resident r JOIN follower f ON f.person_id = r.person_id"))
    for n in range(STOPS):
        if n % 2:
            await desk.post(f"/residents/{residents[_elder(n)]}/hush", on="1")
        else:
            page = f"/residents/{residents[_elder(n)]}"
            drawn = re.search(r'name="drawn" value="(\w+)"', await desk.get(page))
            assert drawn
            await desk.post(f"{page}/status", status="去世", name=f"老人{n:02d}", drawn=drawn[1])
    file = built.used.folder / "jiashu.stop-list"
    await built.used.until(
        lambda: file.exists() and len(file.read_text().splitlines()) >= STOPS, "the stop list is not written", 15
    )
    proof.stops = len(file.read_text().splitlines())
    await _clock(built, day + timedelta(hours=1))


async def _restore(built: Cluster, file: str) -> str:
    """The command; what it says first."""
    environment = built.environment(built.processes["web-1"])
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        "restore",
        file,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await child.communicate()
    assert child.returncode == 0, said.decode()[-2000:]
    return next(line for line in said.decode().splitlines() if line.startswith("恢复好了")).removeprefix("恢复好了：")


if __name__ == "__main__":
    seen = asyncio.run(prove())
    print(seen.line())
    sys.exit(not seen.holds())
