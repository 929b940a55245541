"""kill -9 at each named point with messages in flight; the simulator's journal is the oracle: nothing lost, nothing
handled twice.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from scripts.stage import Stage, stage

AT_SEND: Final = "after_send"
POINTS: Final = ("before_commit", "after_commit", AT_SEND)
GIVES_UP: Final = 9.0
"""Seconds after which the platform has made its three tries: a service that a busy machine starts later proves
nothing, and the round is played again.
"""
TURNS: Final = 5
"""Rounds until one is quick enough."""


@dataclass
class Proof:
    """What was seen over all kills."""

    points: Sequence[str] = POINTS
    kills: int = 0
    in_flight: int = 0
    messages: int = 0
    later: int = 0
    repeats: int = 0
    identical: int = 0
    lost: int = 0
    twice: int = 0
    unknown: int = 0

    def line(self) -> str:
        """The line for the record."""
        return (
            f"kills {self.kills}, in flight at each ≥ {self.in_flight}, messages {self.messages}, answered on a later "
            f"try {self.later}, "
            f"answered twice {self.repeats} (identical {self.identical}), unknown sends {self.unknown}, lost "
            f"{self.lost}, handled twice {self.twice}"
        )

    def holds(self) -> bool:
        """Whether the promise was kept."""
        return (
            self.lost == self.twice == 0
            and self.repeats == self.identical
            and self.kills > 0
            and self.in_flight > 0
            and (self.later > 0 or set(self.points) == {AT_SEND})
        )


async def at_commit(used: Stage, proof: Proof, point: str, round_number: int, people: int = 8) -> bool:
    """Everybody complains at once; the process dies at the point, comes back, the platform's tries bring everything
    in. False, and nothing counted, where it came back after the last try.
    """
    await used.stop(used.service)
    await used.start_service(f"{point}=kill@{30 + 5 * round_number}")
    openids = [f"oKill_{point}_{round_number}_{n:02d}".ljust(28, "0") for n in range(people)]
    for openid in openids:
        await used.act("person", openid=openid, name=f"家属{openid[-4:]}")
    said: dict[str, list[str]] = {openid: [] for openid in openids}
    killed = asyncio.create_task(used.service.wait()) if used.service else None
    assert killed is not None
    turn = 0
    while not killed.done() and turn < 40:
        turn += 1
        for openid in openids:
            text = f"我要投诉，{point} 第{round_number}轮 {openid[-6:]} 第{turn}句"
            said[openid].append(text)
            await used.act("text", openid=openid, text=text)
        await asyncio.sleep(0.02)
    await asyncio.wait_for(killed, 20)
    died = time.monotonic()
    answered = {line["key"] for line in used.journal() if line["direction"] == "push" and line["ok"]}
    sent = sum(map(len, said.values()))
    waiting = sent - len([key for key in answered if any(key.startswith(openid) for openid in openids)])
    await used.start_service()
    in_time = time.monotonic() - died < GIVES_UP

    async def settled() -> bool:
        lines = [line for line in used.journal() if line["direction"] == "push" and line["openid"] in said]
        done = {line["key"] for line in lines if line["ok"]} | {
            line["key"] for line in lines if line["last"] and not line["ok"]
        }
        return len(done) >= sent

    await used.until(settled, "not every push was answered", 40)
    if not in_time:
        return False
    proof.kills, proof.messages = proof.kills + 1, proof.messages + sent
    proof.in_flight = min(proof.in_flight or waiting, waiting)
    handled = Counter(words for texts in used.records().values() for words in texts)
    for texts in said.values():
        proof.lost += sum(handled[text] == 0 for text in texts)
        proof.twice += sum(handled[text] > 1 for text in texts)
    return True


async def at_send(used: Stage, proof: Proof, round_number: int, people: int = 6) -> None:
    """Colleagues answer many at once; the process dies after a send and before it is written down."""
    await used.stop(used.service)
    await used.start_service(f"after_send=kill@{2 + round_number % 3}")
    openids = [f"oSend_{round_number}_{n:02d}".ljust(28, "0") for n in range(people)]
    for openid in openids:
        await used.act("person", openid=openid, name=f"家属{openid[-4:]}")
        await used.act("text", openid=openid, text="有没有空床")
    await used.until(
        lambda: len(used.rows("SELECT 1 FROM follower WHERE openid LIKE ?", f"oSend_{round_number}%")) == people,
        "they did not write",
    )
    csrf = await used.log_in()
    ids = dict(used.rows("SELECT openid, person_id FROM follower WHERE openid LIKE ?", f"oSend_{round_number}%"))
    texts = {openid: f"有的，{openid}" for openid in openids}

    async def answer(openid: str) -> None:
        try:
            await used.reply(csrf, ids[openid], texts[openid], f"key-{openid}")
        except OSError:
            pass

    await asyncio.gather(*(answer(openid) for openid in openids), return_exceptions=True)
    assert used.service is not None
    await asyncio.wait_for(used.service.wait(), 20)
    proof.kills += 1
    queued = used.rows(
        "SELECT count(*) FROM outbox WHERE state IN ('ready', 'sending') AND dedup_key LIKE '%oSend_"
        + str(round_number)
        + "%'"
    )
    proof.in_flight = min(proof.in_flight or queued[0][0], queued[0][0])
    await used.start_service()
    csrf = await used.log_in()
    for openid in openids:
        await used.reply(csrf, ids[openid], texts[openid], f"key-{openid}")
    sql = "SELECT count(*) FROM outbox WHERE state IN ('waiting', 'ready', 'sending')"
    await used.until(lambda: used.rows(sql)[0][0] == 0, "the outbox did not empty")
    arrived = Counter(line["content"] for line in used.journal() if line["kind"] == "custom/send" and line["ok"])
    states = dict(used.rows("SELECT dedup_key, state FROM outbox WHERE staff_id IS NOT NULL"))
    for openid, text in texts.items():
        state = next(value for key, value in states.items() if f"key-{openid}" in key)
        proof.messages += 1
        proof.unknown += state == "unknown"
        proof.twice += arrived[text] > 1
        proof.lost += arrived[text] == 0 and state != "unknown"


async def _lost(used: Stage) -> int:
    """Pushes whose last try the platform has made in vain."""
    return int((await used.state())["oracle"]["lost"])


async def prove(rounds: int, points: Sequence[str] = POINTS) -> Proof:
    """The points, each `rounds` times."""
    proof, given_up = Proof(points), 0
    async with stage(staff=True) as used:
        for point in points:
            for number in range(rounds):
                if point == AT_SEND:
                    await at_send(used, proof, number)
                else:
                    for turn in range(TURNS):
                        before = await _lost(used)
                        if await at_commit(used, proof, point, number + 10 * turn):
                            break
                        given_up += await _lost(used) - before
        oracle = (await used.state())["oracle"]
        proof.later = sum(line["direction"] == "push" and line["ok"] and line["try"] > 1 for line in used.journal())
        proof.repeats, proof.identical = oracle["repeated"], oracle["identical"]
        proof.lost += oracle["lost"] - given_up
        proof.twice += oracle["twice"]
    return proof
