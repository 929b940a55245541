"""Every line of a labelled file through the webhook of a running service, each from a phone of its own: whether what
`jiashu understand` reads of it comes to its end in the database: an alarm, a task under its name, a complaint, a
promise, an answer (one function for every door, engineering 13).
"""

import argparse
import asyncio
import csv
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp

from benchmarks.fortnight import CALLED, SIGNS, scene
from benchmarks.inbound import KEYS
from bot.sample import fortnight
from bot.sample import home as homes
from conversations.flows.matters import INTENTS
from scripts.stage import AES_KEY, APP_ID, ROOT, SECRET, TOKEN, Stage
from services import install
from settings import Database, Home, Media, Security, Settings, Wechat
from simulator.codec import message
from storage import migrate, seal
from storage.open import open_database
from storage.types import micros
from training.lines import DATA

SPEAKERS: Final = {"elder": "elder", "family": "family", "stranger": "stranger", "guest": "stranger"}
RINGS: Final = frozenset({"P0", "P1"})
KEPT: Final = DATA / "kept"
"""Lines that nobody looks at."""
ONE_OF: Final = 12
GOAL: Final = 1.0
"""Share of lines that come to their end."""
AT_A_TIME: Final = 8
SAYS: Final = "an answer"
SEEN: Final = """SELECT f.openid,
    (SELECT count(*) FROM inbox i WHERE i.person_id = p.id AND i.kind = 'text' AND i.arrived_at >= ?1),
    (SELECT count(*) FROM inbox i WHERE i.person_id = p.id AND i.answer IS NOT NULL AND i.arrived_at >= ?1),
    EXISTS (SELECT 1 FROM inbox i WHERE i.person_id = p.id AND i.set_aside IS NOT NULL),
    EXISTS (SELECT 1 FROM alarm a WHERE a.person_id = p.id), EXISTS (SELECT 1 FROM doubt d WHERE d.person_id = p.id),
    EXISTS (SELECT 1 FROM complaint c WHERE c.person_id = p.id),
    EXISTS (SELECT 1 FROM promise o WHERE o.person_id = p.id AND o.made_at >= ?1),
    (SELECT group_concat(t.source) FROM task t WHERE t.talk_of = p.id), c.flow
    FROM follower f JOIN person p ON p.id = f.person_id JOIN conversation c ON c.person_id = p.id"""


@dataclass(frozen=True)
class Line:
    """One message and who says it; `open` lines are read, and not said: nothing is open on a new phone."""

    openid: str
    who: str
    text: str


@dataclass(frozen=True)
class Seen:
    """What the database has of one phone."""

    heard: int
    answered: int
    aside: bool
    alarm: bool
    doubt: bool
    complaint: bool
    promise: bool
    tasks: frozenset[str]
    flow: str


def lines(files: Sequence[Path], one_of: int) -> list[Line]:
    """Of so many lines one, of those that wait for nothing, each with a phone of its own."""
    rows = list[dict[str, str]]()
    for file in files:
        with file.open(encoding="utf-8", newline="") as source:
            said = csv.DictReader(source, delimiter="\t", quoting=csv.QUOTE_NONE)
            rows += [row for row in said if not row["open"]][::one_of]
    found, many = list[Line](), Counter[str]()
    for row in rows:
        who = SPEAKERS.get(row["who"], "family")
        found.append(Line(f"oEnds_{who}_{many[who]:016}", who, row["text"]))
        many[who] += 1
    return found


def people(said: Sequence[Line]) -> dict[str, Any]:
    """The colleagues of the sample home, an elder in the house for each elder's line, a relative for each of theirs."""
    kept, found = scene(), list[dict[str, Any]]()
    elders = [line for line in said if line.who == "elder"]
    for number, line in enumerate(elders):
        floor, place = divmod(number % 400, 100)
        name = SIGNS[number % 20] + CALLED[number // 20 % 10] + ("" if number < 200 else "儿")
        bed = {"room": f"{floor + 2}{place // 2 + 1:02}", "bed": str(place % 2 + 1)}
        age = {"sex": "女", "born_year": 1930 + number % 18, "birthday_in_days": 40 + number % 300}
        found.append({"openid": line.openid, "name": name, "kind": "elder"} | bed | age)
    for number, line in enumerate(one for one in said if one.who == "family"):
        kin = [{"of": found[number % len(elders)]["name"], "relation": "女儿", "primary": False, "scopes": "daily"}]
        called = f"{SIGNS[number % 20]}小{CALLED[number // 20 % 10][-1]}"
        found.append({"openid": line.openid, "name": called, "kind": "family", "phone": f"138{number:08}", "kin": kin})
    return kept | {"people": found}


async def furnish(used: Stage, said: Sequence[Line]) -> None:
    """The people in the database of the service, before it starts."""
    settings = Settings(
        wechat=Wechat(app_id=APP_ID, app_secret=SECRET, token=TOKEN, encoding_aes_key=AES_KEY),
        database=Database(url=f"sqlite:///{used.database}"),
        security=Security(key_file=str(used.folder / "jiashu.keys")),
        media=Media(path=used.folder / "media"),
        home=Home(name="青禾颐养院", phone="0571-8800-0101"),
    )
    migrate.upgrade(settings.database.url)
    database = open_database(settings.database.url, seal.load(settings.key_file, may_create=True), lambda *_: [])
    await database.start()
    now = datetime.now().astimezone() - timedelta(minutes=5)
    ids = await database.write(lambda db: install.install(db, settings, now))
    await homes.furnish(database, ids, people(said), now, fortnight.begins(now, settings))
    await database.close()


async def read(said: Sequence[Line]) -> list[dict[str, Any]]:
    """What `jiashu understand` says of each."""
    asked = "\n".join(json.dumps({"text": line.text, "who": line.who, "open": ""}) for line in said)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.cli",
        "understand",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    out, _ = await process.communicate(asked.encode())
    return [json.loads(line) for line in out.decode().splitlines()]


async def push(used: Stage, said: Sequence[Line]) -> None:
    """Each line as the platform sends it."""
    todo = iter(enumerate(said))

    async def work() -> None:
        for number, line in todo:
            now = int(time.time())
            fields: dict[str, str | int] = {"ToUserName": "gh_ends", "FromUserName": line.openid, "CreateTime": now}
            fields |= {"MsgType": "text", "Content": line.text, "MsgId": now * 100_000 + number}
            query, body = KEYS.envelope(message(fields), line.openid, "gh_ends", now)
            async with used.http.post(f"{used.url}/wechat", params=query, data=body.encode()) as answer:
                await answer.read()
                assert answer.status == 200, answer.status

    await asyncio.gather(*(work() for _ in range(AT_A_TIME)))


def _seen(row: Sequence[Any]) -> Seen:
    _, heard, answered, aside, alarm, doubt, complaint, promise, tasks, flow = row
    sources = frozenset(str(tasks or "").split(","))
    return Seen(
        heard, answered, bool(aside), bool(alarm), bool(doubt), bool(complaint), bool(promise), sources, flow or ""
    )


def end_of(found: dict[str, Any], seen: Seen) -> tuple[str, bool]:
    """Which end a reading must come to, and whether it did."""
    intent = found["intent"]
    if found["level"] in RINGS:
        return "an alarm", seen.alarm
    if found["ask"] or found["show"]:
        return "a question or a look", seen.doubt or seen.alarm
    if intent == "complaint":
        return "a complaint", seen.complaint
    if intent == "bereaved":
        return "a call and silence", seen.flow == "bereaved" and seen.promise
    if intent in INTENTS:
        own = {intent} | {"praise": {"suggestion"}, "stop": {"request"}, "unbind": {"request"}}.get(intent, set())
        return f"a task {intent}", bool(own & seen.tasks)
    if intent in {"human", "call"}:
        return "a promise", seen.promise
    return SAYS, bool(seen.answered)


async def main(file: Path | None) -> bool:
    """Print how many come to their end, and those that do not; of the lines that nobody looks at their number alone."""
    said = lines([file], 1) if file is not None else lines(sorted(KEPT.glob("*.tsv")), ONE_OF)
    with tempfile.TemporaryDirectory(prefix="jiashu-ends-") as folder:
        used = Stage(Path(folder))
        async with aiohttp.ClientSession() as used.http:
            await furnish(used, said)
            await used.start_platform()
            try:
                await used.start_service()
                readings = await read(said)
                begun = micros(datetime.now().astimezone() - timedelta(seconds=1))
                await push(used, said)
                await asyncio.sleep(3)
                rows = used.rows(SEEN, begun)
            finally:
                await used.stop(used.service)
                await used.stop(used.platform)
    of = {str(row[0]): _seen(row) for row in rows}
    ends, missed = Counter[str](), list[str]()
    for line, found in zip(said, readings, strict=True):
        seen = of.get(line.openid)
        name, held = end_of(found, seen) if seen is not None else ("a phone", False)
        ends[name] += 1
        if not held or seen is None or seen.heard != 1 or seen.aside:
            missed.append(f"  {line.who} {found['intent']} {found['level']}: no {name}: {line.text}")
    print(f"{len(said) - len(missed)} of {len(said)} lines come to the end of their reading: {dict(ends)}")
    print("\n".join(missed) if file is not None else "")
    return len(said) - len(missed) >= GOAL * len(said)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path, nargs="?")
    sys.exit(not asyncio.run(main(parser.parse_args().file)))
