"""The long proofs: every figure that a part's "Shows" names. `make soak PART=1 [SHORT=1]`; docs/soak.md keeps the last
line of each.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

import aiohttp

from benchmarks import away, day, kills, many, months, outage, people, questions, restored
from scripts import mutants, servers
from scripts.stage import Stage, stage


def resident_mib(pid: int) -> float:
    """Memory of a process in MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 2**20


async def idle() -> bool:
    """Ready in 3 s, idle under 150 MiB, all in one process."""
    async with stage() as used:
        assert used.service
        first = used.ready_in
        await used.stop(used.service)
        await used.start_service()
        await asyncio.sleep(5)
        memory = resident_mib(used.service.pid)
        print(
            f"part 1 idle: ready in {first:.1f} s on an empty database, {used.ready_in:.1f} s on its own; "
            f"{memory:.0f} MiB"
        )
        return max(first, used.ready_in) <= 3.0 and memory < 150


async def redeliveries(messages: int) -> bool:
    """20 % redeliveries, after the reply and while the first is held before COMMIT: identical after decryption."""
    ok = True
    for label, points in (("after the reply", ""), ("while held before COMMIT", "before_commit=hold:1.0@40")):
        async with stage(service=False) as used:
            await used.start_service(points)
            for n in range(messages):
                await _push(used, n)
            await used.until(lambda: _pushed(used) >= messages + messages // 5, "not all were pushed", 120)
            oracle = (await used.state())["oracle"]
            print(
                f"part 1 redeliveries {label}: {messages} messages, {oracle['repeated']} repeated, "
                f"{oracle['identical']} identical, lost {oracle['lost']}"
            )
            ok &= oracle["repeated"] == oracle["identical"] == messages // 5 and oracle["lost"] == 0
    return ok


async def _push(used: Stage, n: int) -> None:
    if n % 5 == 0:
        await used.act("fault", name="duplicate", on=True)
    await used.act("text", openid="oSim_lijing_0000000000000001", text=f"我要投诉，第{n}句")
    if n % 5 == 0:
        await used.act("fault", name="duplicate", on=False)


def _pushed(used: Stage) -> int:
    return sum(line["direction"] == "push" and line["ok"] for line in used.journal())


async def part_1(*, short: bool) -> bool:
    """All figures of part 1."""
    results = [await idle(), await redeliveries(50 if short else 500)]
    proof = await kills.prove(rounds=2 if short else 6)
    print(f"part 1 kills: {proof.line()}")
    return all(results) and proof.holds()


async def speed(rounds: int, messages: int, *more: str, of: str = "inbound") -> bool:
    """`make bench` in a process of its own: a client that carries the journals of the other proofs is slow, and batches
    are then small.
    """
    bench = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        f"benchmarks.{of}",
        "--rounds",
        str(rounds),
        "--claims" if of == "claims" else "--messages",
        str(messages),
        *more,
    )
    return await bench.wait() == 0


async def part_2(*, short: bool) -> bool:
    """All figures of part 2."""
    told = await people.prove(40 if short else 200, 4 if short else 10)
    print(f"part 2 people: {told.line()}")
    held = await away.prove(8.0 if short else 20.0)
    print(f"part 2 away: {held.line()}")
    late = await away.prove_late()
    print(f"part 2 late: {late.line()}")
    questions.report()
    quick = questions.look_up() <= 0.5
    caught = short or await asyncio.to_thread(mutants.run)
    fast = await speed(5 if short else 9, 1000 if short else 3000)
    return told.holds(6 if short else 20) and held.holds() and late.holds() and quick and caught and fast


async def part_3(*, short: bool) -> bool:
    """The figure of part 3 that no test proves: CPU with everything on."""
    return await speed(5 if short else 9, 1000 if short else 3000)


async def part_4(*, short: bool) -> bool:
    """All figures of part 4: several processes on PostgreSQL and Redis."""
    told = await (many.prove(40, 4) if short else many.prove())
    print(f"part 4 many: {told.line()}")
    played = await day.prove()
    print(f"part 4 day: {played.line()}")
    lived = await months.prove(4 if short else months.DAYS)
    print(f"part 4 months: {lived.line()}")
    out = await outage.prove(20 if short else outage.PEOPLE)
    print(f"part 4 outage: {out.line()}")
    back = await restored.prove()
    print(f"part 4 restored: {back.line()}")
    rounds, messages = (3, 1000) if short else (9, 2000)
    figures = [
        await speed(rounds, messages, "--postgres"),
        await speed(3 if short else 7, messages, of="webs"),
        await speed(rounds, 200, "--rows", "100000" if short else "1000000", of="claims"),
    ]
    return (
        (short or told.holds()) and played.holds() and lived.holds() and out.holds() and back.holds() and all(figures)
    )


async def alone(module: str, *options: str) -> bool:
    """A proof in a process of its own, which prints its line; whether it holds."""
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", f"benchmarks.{module}", *options)
    return await child.wait() == 0


async def part_5(*, short: bool) -> bool:
    """All figures of part 5: migrations killed at each statement, the door, worst texts, a new subject, long lists, two
    at once, a full disk, an installation, an upgrade and the way back, random changes.
    """
    every = "10" if short else "1"
    with tempfile.TemporaryDirectory() as folder, servers.postgres() as server:
        killed = [
            await alone("migrations", "--every", every, f"sqlite:///{folder}/killed.db"),
            await alone("migrations", "--every", every, server.create("killed")),
        ]
    door = await alone("mutations", *(("--bodies", "600", "--unsigned", "2000") if short else ()))
    linear = await alone("linear")
    long = await alone("long_texts")
    toy = await alone("toy")
    lists = await alone("lists")
    raced = await alone("races", *(("--forced", "2", "--random", "3") if short else ()))
    full = await alone("full_disk")
    installed, back = await alone("install"), await alone("back")
    noticed = await alone("random_mutants", *(("--many", "20") if short else ()))
    return all((*killed, door, linear, long, toy, lists, raced, full, installed, back, noticed))


async def part_6(*, short: bool) -> bool:
    """The moving-in, played in a browser on an empty database; on both engines unless it is to be short."""
    played = await alone("moving")
    return (short or await alone("moving", "--postgres")) and played


async def part_7(*, short: bool) -> bool:
    """The figures of part 7 that are of the running service: what the second reading costs, a fortnight of 200
    residents, and the end of every line by the webhook.
    """
    played = await alone("fortnight")
    played = await alone("ends") and played
    return (
        await alone("readings", *(("--rounds", "3", "--messages", "1000", "--many", "5000") if short else ()))
        and played
    )


async def part_8(*, short: bool) -> bool:
    """Alarms by process: whatever is broken, a telephone rings in time, or every page says that nobody receives it.
    Messages through a platform that fails in every way: nothing twice, and *unknown* what nobody can know.
    """
    rang = await alone("alarms")
    rang = await alone("mass_sends", *(("--many", "20") if short else ())) and rang
    rang = await alone("due", *(("--rows", "5000") if short else ())) and rang
    for engine in ((), ("--postgres",)):
        rang = await alone("year", "--days", "45" if short else "365", *engine) and rang
    rang = await alone("three_days") and rang
    rang = await alone("sms_sends", *(("--many", "300") if short else ())) and rang
    rang = await alone("planning", *(("--people", "50000") if short else ())) and rang
    return await alone("outbound", *(("--many", "2000") if short else ())) and rang


async def part_0(*, short: bool) -> bool:
    """Every case of what `make test` tries in parts, a part a day."""
    return await alone("whole", *(("--short",) if short else ()))


PARTS = {0: part_0, 1: part_1, 2: part_2, 3: part_3, 4: part_4, 5: part_5, 6: part_6, 7: part_7, 8: part_8}


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", type=int, default=1, choices=sorted(PARTS))
    parser.add_argument("--short", action="store_true")
    chosen = parser.parse_args()
    started = time.monotonic()
    try:
        held = asyncio.run(PARTS[chosen.part](short=chosen.short))
    except aiohttp.ClientError as error:
        sys.exit(f"the stage broke: {error}")
    print(f"part {chosen.part} {'holds' if held else 'DOES NOT HOLD'} after {time.monotonic() - started:.0f} s")
    sys.exit(0 if held else 1)
