"""Plays all of it against a service, in each mode."""

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

import aiohttp
from yarl import URL

from benchmarks.mutations.bodies import Body
from benchmarks.mutations.garbled import Request, garbled
from benchmarks.mutations.judgement import judge
from benchmarks.mutations.made import bodies
from benchmarks.mutations.proof import MODES, Proof
from scripts.stage import AES_KEY, APP_ID, TOKEN, Stage, stage
from simulator.codec import BadReply, Keys

IN_FLIGHT: Final = 24


async def prove(bodies: int = 5000, unsigned: int = 20_000) -> Proof:
    """So many bodies in each mode, and so many unsigned requests in all."""
    proof, started = Proof(), time.monotonic()
    for mode in MODES:
        async with stage({"JIASHU_WECHAT__MODE": mode}) as used:
            await _mode(used, proof, mode, bodies, unsigned // len(MODES))
    proof.seconds = time.monotonic() - started
    return proof


async def _mode(used: Stage, proof: Proof, mode: str, count: int, unsigned: int) -> None:
    keys, made = Keys(APP_ID, "s", TOKEN, AES_KEY, mode), bodies(count, mode)
    proof.bodies += len(made)
    proof.kinds |= {body.kind for body in made}
    proof.again += sum(bool(body.again) for body in made)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as http:
        await _all(made, lambda body: _send(http, used, keys, body))
        await used.until(lambda: not list((used.folder / "spool").glob("*.spool")), "not all was brought in", 60)
        await asyncio.sleep(1)
        judge(used, proof, made)
        before = _count(used)
        await _all(list(garbled(unsigned, keys)), lambda request: _refused(http, used, proof, request))
        if _count(used) != before:
            proof.note("a row of an unsigned request", (before, _count(used)))
    for line in (used.folder / "service.log").read_text(encoding="utf-8", errors="replace").splitlines():
        said: dict[str, Any] = json.loads(line) if line.startswith("{") else {"where": "no JSON"}
        if "where" in said or (
            said.get("level") == "error" and said.get("action") != "errcode"
        ):  # the stand-in platform knows none of them
            proof.note("a traceback or an error in the log", line)


async def _all(todo: Sequence[Any], work: Callable[[Any], Any]) -> None:
    """All of them, so many at a time."""
    waiting = iter(todo)

    async def some() -> None:
        for one in waiting:
            await work(one)

    await asyncio.gather(*(some() for _ in range(IN_FLIGHT)))


async def _send(http: aiohttp.ClientSession, used: Stage, keys: Keys, body: Body) -> None:
    if body.again == "with":
        await asyncio.gather(_once(http, used, keys, body), _once(http, used, keys, body))
        return
    for _ in range(2 if body.again else 1):
        await _once(http, used, keys, body)


async def _once(http: aiohttp.ClientSession, used: Stage, keys: Keys, body: Body) -> None:
    """One delivery: a nonce and a ciphertext of its own."""
    query, data = keys.push(body.inner, body.openid, "gh_stage", time.time())
    async with http.post(f"{used.url}/wechat", params=query, data=data) as answer:
        body.status.add(answer.status)
        text = await answer.text()
    try:
        body.answers.add(repr(keys.reply(text)))
    except (BadReply, ValueError) as error:
        body.answers |= {f"a reply that the platform cannot read: {error}", text}


def _count(used: Stage) -> tuple[Any, ...]:
    return used.rows(
        "SELECT (SELECT count(*) FROM inbox), (SELECT count(*) + sum(more) FROM unreadable), (SELECT count(*) FROM "
        "person)"
    )[0]


async def _refused(http: aiohttp.ClientSession, used: Stage, proof: Proof, request: Request) -> None:
    url = URL(f"{used.url}/wechat" + (f"?{request.query}" if request.query else ""), encoded=True)
    async with http.request(request.method, url, data=request.body or None, headers=dict(request.headers)) as answer:
        text = await answer.text()
    proof.unsigned += 1
    proof.refused[answer.status] += 1
    if answer.status not in request.status or text:
        proof.note(
            f"an unsigned request ({request.what}) that was answered {answer.status}",
            (request.query[:300], request.headers, request.body[:200], text[:200]),
        )
