"""The database is away: another program holds it for 20 s under 50 messages a second with ten emergencies; and what
comes late comes once.
"""

import asyncio
import sqlite3
import time
from collections import Counter
from dataclasses import dataclass

import aiohttp
from playwright.async_api import Page, async_playwright

from scripts.browser import launch
from scripts.stage import AES_KEY, APP_ID, SECRET, TOKEN, Stage, stage
from simulator.codec import Keys, message

SENTENCE = "消息已收到，系统有点忙，稍后回复您"
DAUGHTER = "oSim_lijing_0000000000000001"


@dataclass
class Proof:
    """What was seen while the database was away."""

    messages: int = 0
    slowest: float = 0.0
    committed: int = 0
    spooled: int = 0
    closed: int = 0
    missing: int = 0
    twice: int = 0
    unanswered: int = 0
    told_twice: int = 0
    emergencies: int = 0
    slowest_alarm: float = 0.0

    def line(self) -> str:
        """The line for the record."""
        share = self.spooled / max(1, self.spooled + self.closed)
        return (
            f"{self.messages} messages, slowest answer {self.slowest:.2f} s, answered with what was committed "
            f"{self.committed}, not committed at the look "
            f"{self.spooled + self.closed}: {share:.1%} heard the spool's sentence, {self.closed} closed; missing in "
            f"the database {self.missing}, "
            f"twice {self.twice}, late answer missing {self.unanswered}, told twice {self.told_twice}; "
            f"{self.emergencies} emergencies read in the browser, the slowest after {self.slowest_alarm:.2f} s"
        )

    def holds(self) -> bool:
        """Whether the promise was kept."""
        share = self.spooled / max(1, self.spooled + self.closed)
        clean = self.missing + self.twice + self.unanswered + self.told_twice == 0
        return (
            clean
            and self.slowest < 4.5
            and share >= 0.99
            and self.emergencies == 10
            and self.slowest_alarm <= 2.0
            and self.spooled > 0
        )


async def _watch(page: Page, words: str, since: float, proof: Proof) -> None:
    await page.wait_for_function(
        "words => document.querySelector('#alarms').innerText.includes(words)", arg=words, timeout=20_000, polling=50
    )
    proof.emergencies += 1
    proof.slowest_alarm = max(proof.slowest_alarm, time.monotonic() - since)


async def _log_in(page: Page, used: Stage) -> None:
    await page.goto(f"{used.url}/console/login")
    await page.fill("#login", "chen")
    await page.fill("#password", "stage-password")
    await page.click("button.pri")
    await page.wait_for_selector("#today")


async def prove(held_for: float = 20.0, rate: int = 50) -> Proof:
    """Everybody writes at the rate while the file is held; every push is timed by the platform."""
    proof = Proof()
    async with stage(staff=True) as used, async_playwright() as playwright:
        browser = await launch(playwright)
        page = await (await browser.new_context(locale="zh-CN", viewport={"width": 1440, "height": 900})).new_page()
        await _log_in(page, used)
        people = [f"oAway{number:04d}".ljust(28, "0") for number in range(400)]
        for number, openid in enumerate(people):
            await used.act("person", openid=openid, name=f"家属{number}")
        holder = sqlite3.connect(used.database, isolation_level=None, timeout=10)
        holder.execute("BEGIN IMMEDIATE")
        started, sent, watching = time.monotonic(), 0, []
        keys: dict[str, str] = {}
        total = int(held_for * rate)
        cries = {int(total * (n + 1) / 12): n for n in range(10)}
        while sent < total:
            await asyncio.sleep(max(0.0, started + sent / rate - time.monotonic()))
            openid = people[sent % len(people)]
            words = f"救命，第{cries[sent]}声" if sent in cries else f"有没有第{sent}号房"
            if sent in cries:
                watching.append(asyncio.create_task(_watch(page, words, time.monotonic(), proof)))
            keys[(await used.act("text", openid=openid, text=words))["key"]] = openid
            sent += 1
        holder.execute("ROLLBACK")
        holder.close()
        await asyncio.gather(*watching)
        await _settle(used, keys)
        await asyncio.sleep(4)
        await used.until(
            lambda: used.rows("SELECT count(*) FROM outbox WHERE state IN ('waiting', 'ready', 'sending')")[0][0] == 0,
            "unsent",
            120,
        )
        _judge(used, proof, keys)
        await browser.close()
    return proof


async def _settle(used: Stage, keys: dict[str, str]) -> None:
    def all_in() -> bool:
        return not list((used.folder / "spool").glob("*.spool")) and used.rows("SELECT count(*) FROM inbox")[0][
            0
        ] >= len(keys)

    await used.until(all_in, "not all was brought in", 120)


def _judge(used: Stage, proof: Proof, keys: dict[str, str]) -> None:
    pushes = [line for line in used.journal() if line["direction"] == "push" and line["key"] in keys]
    proof.messages = len(keys)
    told: dict[str, str] = {}
    for line in pushes:
        proof.slowest = max(proof.slowest, line["ms"] / 1000)
        if not line["ok"]:
            proof.closed += 1
        elif line["answer"].startswith(SENTENCE):
            proof.spooled += 1
            told[line["key"]] = "later"
        else:
            proof.committed += 1
            told[line["key"]] = "now"
    stored = Counter(key for (key,) in used.rows("SELECT key FROM inbox"))
    proof.missing = len(keys) - len(stored)
    proof.twice = sum(count - 1 for count in stored.values())
    late = {openid for key, openid in keys.items() if told.get(key) == "later"}
    sent = Counter(line["openid"] for line in used.journal() if line["kind"] == "custom/send" and line["ok"])
    proof.unanswered = sum(sent[openid] == 0 for openid in late) + sum(key not in told for key in keys)
    states = dict(used.rows("SELECT answer_state, count(*) FROM inbox GROUP BY 1"))
    proof.told_twice = abs(states.get("outbox", 0) - sum(how == "later" for how in told.values()))


@dataclass
class Late:
    """Answers that could not be given in time: how often each shows on the phone."""

    after_the_look: int = 0
    closed_socket: int = 0
    messages_of_three: int = 0

    def line(self) -> str:
        """The line for the record."""
        return (
            f"an answer committed after the look shows {self.after_the_look} time(s), one written to a closed socket "
            f"{self.closed_socket}, "
            f"three late answers of one person leave as {self.messages_of_three} message(s)"
        )

    def holds(self) -> bool:
        """Once each."""
        return self.after_the_look == self.closed_socket == self.messages_of_three == 1


async def prove_late() -> Late:
    """Pending before COMMIT for longer than the look; a platform that hangs up; several late answers of one person."""
    proof = Late()
    async with stage(service=False) as used:
        await used.start_service("before_commit=hold:4.3@1")
        await used.act("text", openid=DAUGHTER, text="我要投诉，一直没人来")
        proof.after_the_look = await _shown(used, DAUGHTER, "编号")
    async with stage(service=False) as used:
        await used.start_service("before_commit=hold:2.0@2")
        await used.act("text", openid=DAUGHTER, text="您好呀")
        await asyncio.sleep(1)
        keys = Keys(APP_ID, SECRET, TOKEN, AES_KEY, "secure")
        inner = message(
            {
                "ToUserName": "gh_1",
                "FromUserName": DAUGHTER,
                "CreateTime": int(time.time()),
                "MsgType": "text",
                "Content": "我要投诉，没人接",
                "MsgId": 77,
            }
        )
        query, body = keys.envelope(inner, DAUGHTER, "gh_1", time.time())
        try:
            async with used.http.post(
                f"{used.url}/wechat", params=query, data=body.encode(), timeout=aiohttp.ClientTimeout(total=1)
            ):
                raise AssertionError
        except TimeoutError:
            pass
        proof.closed_socket = await _shown(used, DAUGHTER, "编号")
    async with stage() as used:
        holder = sqlite3.connect(used.database, isolation_level=None, timeout=10)
        holder.execute("BEGIN IMMEDIATE")
        for words in ("我要投诉，没人接电话", "打了三次", "一直占线"):
            await used.act("text", openid=DAUGHTER, text=words)
        await asyncio.sleep(5)
        holder.execute("ROLLBACK")
        holder.close()
        await _shown(used, DAUGHTER, "编号")
        proof.messages_of_three = sum(line["kind"] == "custom/send" and line["ok"] for line in used.journal())
    return proof


async def _shown(used: Stage, openid: str, words: str) -> int:
    async def there() -> bool:
        return any(line.startswith("home") and words in line for line in await used.chat(openid))

    await used.until(there, "the late answer did not come", 40)
    await asyncio.sleep(15)
    return sum(line.startswith("home") and words in line for line in await used.chat(openid))


if __name__ == "__main__":
    print(asyncio.run(prove()).line())
    print(asyncio.run(prove_late()).line())
