"""The day of the sample home, 07:00 to 22:00, with its 64 residents, on PostgreSQL and Redis, two web and two worker
processes.

Families and elders write on their phones, colleagues work in the console by its forms, at either web process in turn;
the clock moves for all. What a day must not leave behind is asked at its end.
"""

import asyncio
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import aiohttp

from benchmarks.cluster import Cluster, cluster
from scripts.stage import ROOT
from services import install
from settings import Home, Settings, Wechat
from storage import seal
from storage.open import open_database
from tests import houses

ZONE: Final = ZoneInfo("Asia/Shanghai")
GRANDMA, DAUGHTER, NEW = "oSim_wangguilan_00000000002", "oSim_lijing_0000000000000001", "oSim_luren_00000000000000003"
STAFF: Final = ("zhou", "tang", "chen", "he", "shen")
PASSWORD: Final = "jiashu-demo"  # noqa: S105  (the sample home's)
LEFT: Final = "SELECT count(*) FROM outbox WHERE state NOT IN ('sent', 'answered', 'cancelled', 'planned')"


@dataclass
class Proof:
    """What was seen: each line of the day by its name."""

    seen: dict[str, bool] = field(default_factory=dict)
    residents: int = 0
    letters: int = 0
    pages: int = 0

    def line(self) -> str:
        """The line for the record."""
        wrong = [name for name, good in self.seen.items() if not good]
        return (
            f"{self.residents} residents, 2 web and 2 worker processes, {self.pages} forms and pages at either; "
            f"letters {self.letters}; "
            f"{len(self.seen) - len(wrong)} of {len(self.seen)} looks as they should "
            f"be{' (not: ' + '; '.join(wrong) + ')' if wrong else ''}"
        )

    def holds(self) -> bool:
        """Whether the day went as it should."""
        return all(self.seen.values()) and len(self.seen) >= 20 and self.residents == 64 and self.letters == 64


@dataclass
class Day:
    """The house, its staff with their browsers, and the clock."""

    built: Cluster
    proof: Proof
    day: datetime
    browsers: dict[str, tuple[aiohttp.ClientSession, str]] = field(default_factory=dict)
    _turn: int = 0

    async def at(self, hour: int, minute: int = 0) -> None:
        """The clock moves on; what is due happens."""
        then = datetime.combine(self.day, time(hour, minute), ZONE)
        self.built.used.clock_at(then)
        await asyncio.sleep(2.5)
        await self.sent()

    async def sent(self) -> None:
        """Nothing is on its way any more."""
        empty = "SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending')"
        await self.built.used.until(lambda: self.built.number(empty) == 0, "not everything left", 30)
        await asyncio.sleep(0.3)

    async def says(self, openid: str, *words: str) -> str:
        """Somebody writes; the phone's last bubble once each was answered."""
        for one in words:
            before = len(await self.heard(openid))
            await self.built.used.act("text", openid=openid, text=one)
            for _ in range(50):
                await asyncio.sleep(0.1)
                if len(await self.heard(openid)) > before:
                    break
        return (await self.heard(openid))[-1]

    async def heard(self, openid: str) -> list[str]:
        """What the home said on a phone."""
        return [line.removeprefix("home: ") for line in await self.built.used.chat(openid) if line.startswith("home: ")]

    def web(self) -> str:
        """One of the two, in turn."""
        self._turn += 1
        return f"http://127.0.0.1:{self.built.processes[f'web-{1 + self._turn % 2}'].port}/console"

    async def get(self, who: str, path: str) -> str:
        """A page."""
        self.proof.pages += 1
        async with self.browsers[who][0].get(f"{self.web()}{path}") as answer:
            return await answer.text() if answer.status == 200 else f"status {answer.status}"

    async def post(self, who: str, path: str, form: Mapping[str, object] | None = None, page: str = "") -> str:
        """A form, as the page sends it; with the revision that stands on `page`."""
        self.proof.pages += 1
        http, csrf = self.browsers[who]
        data = aiohttp.FormData()
        if page:
            async with http.get(f"{self.web()}{page}") as answer:
                drawn = re.search(r'name="drawn" value="(\w+)"', await answer.text())
            assert drawn, page
            data.add_field("drawn", drawn[1])
        for name, value in (form or {}).items():
            for one in value if isinstance(value, list) else [value]:
                data.add_field(name, str(one))
        async with http.post(
            f"{self.web()}{path}", data=data, headers={"X-CSRF": csrf, "HX-Request": "true"}
        ) as answer:
            text = await answer.text()
            assert answer.status in {200, 204}, (who, path, answer.status, re.sub(r"<[^>]+>|\s+", " ", text)[:300])
            return text

    async def log_in(self) -> None:
        """Everybody, at the beginning of a shift: a session lasts 12 h."""
        await self.log_out()
        for login in STAFF:
            http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
            async with http.post(
                f"{self.web()}/login", data={"login": login, "password": PASSWORD, "to": "/console/chats"}
            ) as answer:
                found = re.search(r'"X-CSRF": "([^"]+)"', await answer.text())
            assert found, login
            self.browsers[login] = (http, found[1])

    async def log_out(self) -> None:
        """Close the browsers."""
        for http, _ in self.browsers.values():
            await http.close()
        self.browsers.clear()

    def look(self, name: str, good: object) -> None:
        """One look at the day."""
        self.proof.seen[name] = bool(good)

    def one(self, sql: str) -> str:
        """One value of the database."""
        rows = self.built.ask(sql)
        return rows[0][0] if rows else ""


async def prove() -> Proof:
    """The whole day."""
    proof = Proof()
    async with cluster(staff=False) as built:
        used = built.used
        scene = tomllib.loads((ROOT / "bot" / "sample" / "home.toml").read_text(encoding="utf-8"))
        database = open_database(
            built.url, seal.load(used.folder / "jiashu.keys", may_create=False), lambda _store, _batch: []
        )
        await database.start()
        settings = Settings(
            wechat=Wechat(app_id="wx0123456789abcdef"), home=Home(name="青禾颐养院", phone="0571-8800-0101")
        )
        day = Day(built, proof, datetime.now(ZONE) + timedelta(days=1))
        morning = datetime.combine(day.day, time(6, 55), ZONE)
        ids = await database.write(lambda db: install.install(db, settings, morning))
        await database.write(lambda db: houses.furnish(db, ids, scene, morning))
        await database.close()
        proof.residents = built.number("SELECT count(*) FROM resident")
        await day.at(6, 55)
        try:
            await day.log_in()
            await _morning(day)
            await _noon(day)
            await _afternoon(day)
            await _evening(day)
        finally:
            await day.log_out()
    return proof


async def _morning(day: Day) -> None:
    await day.at(7)
    for who in ("tang", "chen", "shen"):
        day.look(f"07:00 nobody waits for {who}", 'class="item' not in await day.get(who, "/today/list"))
    await day.at(8, 20)
    day.look("08:20 an elder is answered", await day.says(GRANDMA, "早"))
    elder = day.one(f"SELECT person_id FROM follower WHERE openid = '{GRANDMA}'")
    await day.post("tang", f"/chats/{elder}/answer", {"text": "早，王奶奶，今天精神好。", "key": "day-1"})
    await day.sent()
    day.look("08:20 the nurse's words arrive", "早，王奶奶，今天精神好。" in await day.heard(GRANDMA))
    await day.at(9)
    answer = await day.says(DAUGHTER, "昨天晚饭是凉的，我要投诉")
    number = re.search(r"C\d{6}-\d{2}", answer)
    day.look("09:00 a complaint has its number at once", number)
    assert number, answer
    await day.says(DAUGHTER, "我妈胃不好，吃了一夜没睡", "好了", "跳过", "跳过", "跳过", "跳过")
    day.look("09:00 it is on the page of complaints", number[0] in await day.get("chen", "/complaints"))
    await day.at(9, 20)
    person = day.one(f"SELECT person_id FROM follower WHERE openid = '{DAUGHTER}'")
    await day.post("chen", f"/chats/{person}/answer", {"text": "我是陈晓雯，已经到厨房去看了。", "key": "day-2"})
    await day.sent()
    day.look("09:20 the first feedback arrives", "我是陈晓雯，已经到厨房去看了。" in await day.heard(DAUGHTER))
    day.look(
        "09:20 and its clock stops",
        day.one("SELECT count(*) FROM promise WHERE kind = 'first_feedback' AND kept_at IS NOT NULL") == "1",
    )


async def _noon(day: Day) -> None:
    number = day.one("SELECT number FROM complaint")
    staff = dict(day.built.ask("SELECT login, id FROM staff"))
    await day.at(9, 40)
    await day.post(
        "chen",
        f"/complaints/{number}/step/assess",
        {"category": "餐饮", "level": 3, "scope": "ours", "passed_to": "", "why": "", "owner": staff["chen"]},
        f"/complaints/{number}",
    )
    for hour, finding, cause, measures in (
        (10, "三楼送餐晚了 25 分钟，保温车坏了", "保温车坏了", "当天修好保温车，送餐前量温度"),
        (12, "两辆保温车，一辆备用没登记", "备用车没登记", "备用车每周检查，送餐前量温度并记录"),
    ):
        await day.at(hour, 30)
        await day.post("chen", f"/complaints/{number}/step/inquire", {"finding": finding}, f"/complaints/{number}")
        plan = {
            "cause": cause,
            "department": "膳食部",
            "responsible": staff["he"],
            "measures": measures,
            "done_by": day.day.date().isoformat(),
            "reply": "",
        }
        await day.post("chen", f"/complaints/{number}/step/plan", plan)
        paper = day.one("SELECT id FROM proposal WHERE verdict IS NULL")
        await day.at(hour + 1)
        await day.post("shen", f"/complaints/{number}/step/decide", {"paper": paper, "verdict": "approve", "why": ""})
        await day.sent()
        day.look(
            f"{hour + 1}:00 the result arrives with an apology",
            any("再次向您道歉" in words and measures in words for words in await day.heard(DAUGHTER)),
        )
        if hour == 10:
            await day.says(DAUGHTER, "2", "还是没说以后怎么办", "好了")
            day.look("11:00 不认可 begins a new round", day.one("SELECT rounds FROM complaint") == "1")
    day.look("13:00 认可 is followed up", "我们会再问您几次" in await day.says(DAUGHTER, "认可"))


async def _afternoon(day: Day) -> None:
    await day.at(14)
    resident = day.one("SELECT id FROM resident WHERE room = '301' AND bed = '1'")
    sheet = await day.post("chen", f"/residents/{resident}/sheet")
    code = re.search(r"一次性绑定码\s*([0-9A-Z-]+)", re.sub(r"<[^>]+>", " ", sheet))
    assert code, re.sub(r"<[^>]+>|\s+", " ", sheet)[:400]
    await day.built.used.act("follow", openid=NEW, on=True)
    await asyncio.sleep(0.5)
    await day.says(NEW, f"绑定 {code[1]}", "女儿", "罗敏")
    day.look("14:00 who asks learns no name of a resident", "叶正清" not in "".join(await day.heard(NEW)))
    asked = day.one("SELECT id FROM application WHERE verdict IS NULL")
    await day.post("chen", f"/applications/{asked}/confirm", {"scopes": "daily", "way": "none", "proof": "card"})
    await day.sent()
    day.look("14:00 and is bound", "绑定好了，罗敏" in (await day.heard(NEW))[-1])
    await day.at(15)
    await day.post("he", "/surveys/begin")
    await day.sent()
    await day.says(DAUGHTER, "问卷", "5", "4", "2", "5", "不清楚", "5", "4")
    day.look("15:00 the questionnaire is answered", "都记下了" in await day.says(DAUGHTER, "送餐再早一点"))
    await day.at(16, 30)
    residents = [row[0] for row in day.built.ask("SELECT id FROM resident ORDER BY room, bed")]
    bad = day.one(
        f"SELECT resident_id FROM kinship k JOIN follower f ON f.person_id = k.person_id WHERE f.openid = '{DAUGHTER}'"
    )
    for one in residents:
        facts: dict[str, object] = (
            {"meals": "两顿没吃"} if one == bad else {"meals": "大半", "sleep": "好", "mood": "平静", "doing": "散步"}
        )
        await day.post("tang", f"/letters/{one}", facts | {"taps": 5}, f"/letters/{one}")
    await day.at(17, 20)
    held = day.one("SELECT id FROM letter WHERE state = 'held'")
    day.look("16:30 bad news is held", held)
    await day.post("tang", f"/letters/{held}/call", {"called": "和家属说了，晚上换软饭"}, f"/letters/{bad}")
    await day.at(17, 30)
    day.proof.letters = day.built.number("SELECT count(*) FROM letter WHERE state = 'released'")
    day.look("17:30 the letter arrives", any("今天的家书到了" in words for words in await day.heard(DAUGHTER)))


async def _evening(day: Day) -> None:
    await day.at(21, 40)
    await day.log_in()
    await day.says(GRANDMA, "我摔倒了")
    strip = await day.get("tang", "/alarms")
    ref = re.search(r"/console/alarms/([0-9a-f]{20})/go", strip)
    day.look("21:40 a fall rings", ref)
    assert ref, strip[:300]
    await day.post("tang", f"/alarms/{ref[1]}/go")
    await day.sent()
    day.look("21:40 she hears who comes", "唐雨来了，别动。" in await day.heard(GRANDMA))
    await day.post("tang", f"/alarms/{ref[1]}/arrive")
    person = day.one(f"SELECT person_id FROM follower WHERE openid = '{DAUGHTER}'")
    await day.post(
        "tang", f"/chats/{person}/call", {"note": "王奶奶从床边滑下，没有伤，已量血压；明早再电话。", "key": "day-3"}
    )
    await day.at(22)
    day.look("22:00 nothing is left over", day.built.number(LEFT) == 0)
    day.look(
        "22:00 no promise was broken", day.built.number("SELECT count(*) FROM promise WHERE mark = 'breached'") == 0
    )
    day.look("22:00 no emergency is open", day.built.number("SELECT count(*) FROM alarm WHERE arrived_at IS NULL") == 0)
    day.look(
        "22:00 no deadlock",
        day.built.number("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0,
    )


if __name__ == "__main__":
    told = asyncio.run(prove())
    print(told.line())
    sys.exit(not told.holds())
