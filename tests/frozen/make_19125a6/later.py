"""What 19125a6 does with copies of the database: talks, clocks, search, what leaves, what a restore makes of it."""

# mypy: ignore-errors
# (The types hold on 19125a6; what is imported here moves in later commits.)

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot import upkeep
from services import clocks, residents, search, stoplist
from services.access import Role, Viewer
from storage import tables
from tests.conftest import HomeUnderTest, Moves

from .facts import ENDS, GOES_ON, LATER, LEAVES
from .machine import opened, settings_of
from .words import NEXT


async def talk_of(home: HomeUnderTest, openid: str) -> dict[str, Any]:
    """The talk with a person as it is stored."""
    ((row, flow, version, state, trail, slots),) = await home.rows(
        "SELECT c.id, c.flow, c.version, c.state, c.trail, c.slots FROM conversation c WHERE c.person_id = ?",
        await home.person(openid),
    )
    data = None if slots is None else json.loads(home.database.sealer.open("conversation", "slots", row, slots))
    return {"flow": flow, "version": version, "state": state, "trail": trail, "slots": data}


async def next_words(home: HomeUnderTest, codes: dict[str, str]) -> list[dict[str, Any]]:
    """Every running talk, what is said next in it, and what 19125a6 answers."""
    home.clock.now = GOES_ON
    found: list[dict[str, Any]] = []
    for openid, words in NEXT.items():
        talk, steps = await talk_of(home, openid), list[dict[str, Any]]()
        for number, one in enumerate(words):
            said = one.format(**codes)
            answer = await home.hears(said, openid, key=f"frozen:{openid}:{number}")
            steps.append({"say": said, "answer": answer} | await talk_of(home, openid))
        found.append({"openid": openid} | talk | {"next": steps})
    running = {(talk["flow"], talk["state"]) for talk in found}
    lacks = {(name, state) for name, flow in home.house.registry.flows.items() for state in flow.states} - running
    assert not lacks, f"nobody talks in {lacks}"
    return found


async def again(home: HomeUnderTest) -> list[dict[str, str]]:
    """Messages that come a second time, and the stored answers that they get."""
    rows = await home.rows(
        "SELECT f.openid, i.key, i.answer_state FROM inbox i JOIN follower f ON f.person_id = i.person_id WHERE "
        "i.answer_state <> 'none' ORDER BY i.id"
    )
    chosen = [(openid, key) for place, (openid, key, state) in enumerate(rows) if place % 16 == 0 or state == "outbox"]
    return [
        {"openid": openid, "key": key, "answer": await home.hears("别的话", openid, key=key)} for openid, key in chosen
    ]


async def states(home: HomeUnderTest) -> dict[str, str]:
    """The state of every row of the outbox."""
    return {str(row): str(state) for row, state in await home.rows("SELECT id, state FROM outbox ORDER BY id")}


async def what_leaves(home: HomeUnderTest) -> list[dict[str, Any]]:
    """Everything leaves that may, at some moments: what is sent, and each row of the outbox whose state is another one
    then.
    """
    found, before = list[dict[str, Any]](), await states(home)
    for length in LEAVES:
        home.clock.now = ENDS + length
        left, after = await home.send_all(), await states(home)
        changed = {row: state for row, state in after.items() if before.get(row) != state}
        found.append({"after_s": int(length.total_seconds()), "left": sorted(left), "changed": changed})
        before = after
    return found


async def time_goes_on(home: HomeUnderTest) -> list[dict[str, Any]]:
    """Nobody says anything: talks end by themselves, promises run out, and what is said about it."""
    found: list[dict[str, Any]] = []
    for length in LATER:
        now = home.clock.now = ENDS + length
        before = await home.one("SELECT max(id) FROM outbox")
        while await home.database.store(
            lambda store, at=now: clocks.act_on_silence(store, home.house, at)  # type: ignore[misc]
        ):
            pass
        await home.database.store(
            lambda store, at=now: clocks.look_at_promises(store, home.house, at, 1000)  # type: ignore[misc]
        )
        rows = await home.rows(
            "SELECT f.openid, o.purpose, o.state, o.id, b.body FROM outbox o JOIN outbox_body b ON b.id = o.id JOIN "
            "follower f ON f.person_id = o.person_id WHERE o.id > ?",
            before,
        )
        said = [
            [openid, purpose, state, home.database.sealer.open("outbox_body", "body", row, body).decode()]
            for openid, purpose, state, row, body in rows
        ]
        running = await home.rows(
            "SELECT f.openid, c.flow, c.state FROM conversation c JOIN follower f ON f.person_id = c.person_id WHERE "
            "c.flow IS NOT NULL"
        )
        marks = await home.rows("SELECT mark, count(*) FROM promise WHERE kept_at IS NULL GROUP BY mark")
        found.append(
            {
                "after_s": int(length.total_seconds()),
                "said": sorted(said),
                "running": sorted(map(list, running)),
                "marks": dict(marks),
            }
        )
    return found


async def looked_for(home: HomeUnderTest) -> dict[str, list[str]]:
    """What search finds by name, by phone and by words, for the director."""
    row, name = (await home.rows("SELECT id, name FROM staff WHERE login = 'shen'"))[0]
    viewer, found = Viewer(row, home.ids.home_id, name, Role.DIRECTOR), dict[str, list[str]]()
    for words in ("王桂兰", "2107", "太咸", "您放心"):
        hit = await home.database.read(lambda db, w=words: search.look(db, viewer, w))  # type: ignore[misc]
        found[words] = sorted(
            [one.who.name for one in hit.people]
            + [one.number for one in hit.cases]
            + [one.snippet for one in hit.messages]
        )
        assert found[words], words
    return found


async def hushed_later(folder: Path, url: str) -> None:
    """After the backup: an elder is left in peace, which the stop list outside the database knows."""
    settings = settings_of(folder, url)
    async with opened(HomeUnderTest, settings, Moves(ENDS), pages=False) as home:
        ((nurse, name),) = await home.rows("SELECT id, name FROM staff WHERE login = 'tang'")
        resident = int(await home.one("SELECT id FROM resident WHERE room = '306'"))
        viewer = Viewer(nurse, home.ids.home_id, name, Role.NURSE)
        await home.database.write(lambda db: residents.hush(db, viewer, resident, on=True, now=ENDS))
        stoplist.keep(settings.stop_list, home.database.sealer, await home.database.store(stoplist.entries))


async def restored(folder: Path, rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """What 19125a6 makes of the backup: how many rows of each table, and each row of the outbox whose state is another
    one then.
    """
    settings = settings_of(folder, f"sqlite:///{folder / 'restored.db'}")
    settings = replace(settings, security=replace(settings.security, audit_head=str(folder / "no-heads")))
    assert await asyncio.to_thread(upkeep.restore, settings, folder / "home.backup", lambda: GOES_ON) == 0
    async with opened(HomeUnderTest, settings, Moves(ENDS), pages=False) as home:
        counts = {
            name: int(await home.one(f"SELECT count(*) FROM {name}")) for name in sorted(tables.Base.metadata.tables)
        }
        before = {str(row["id"]): row["state"] for row in rows}
        return {
            "counts": counts,
            "changed": {row: state for row, state in (await states(home)).items() if before[row] != state},
        }


Copies = Callable[[str], Awaitable[str]]


async def goes_on(folder: Path, copies: Copies, codes: dict[str, str]) -> dict[str, Any]:
    """What 19125a6 does with copies of the database, as the tests will open them."""
    written: dict[str, Any] = {}
    work: dict[str, Callable[[HomeUnderTest], Awaitable[Any]]] = {
        "talks": lambda home: next_words(home, codes),
        "again": again,
        "leaves": what_leaves,
        "later": time_goes_on,
        "search": looked_for,
    }
    for name, look in work.items():
        settings = settings_of(folder, await copies(name))
        async with opened(HomeUnderTest, settings, Moves(ENDS), pages=False) as home:
            written[name] = await look(home)
            assert await home.one("SELECT count(*) FROM inbox WHERE set_aside IS NOT NULL") == 1, (
                "a talk could not go on"
            )
    return written
