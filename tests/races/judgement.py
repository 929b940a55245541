"""Plays a pair of rivals and judges it: every play ends as some order one after the other would, and nobody is told
that the house failed.
"""

import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.races.ground import Ground, Played
from tests.races.model import Pair
from tests.races.stages import Stages
from tests.races.watch import SERVER, Point


@dataclass
class Report:
    """What a pair showed."""

    name: str
    plays: int = 0
    forced: int = 0
    overlapped: int = 0
    wrong: list[str] = field(default_factory=list)

    def see(self, played: Played, allowed: dict[str, str], pair: Pair) -> None:
        """Judge one play that was not one after the other."""
        self.plays += 1
        if played.sum not in allowed:
            self.wrong.append(f"{self.name}: {played.how}: as no order one after the other: {_shown(played, allowed)}")
        self.judge(played, pair)

    def judge(self, played: Played, pair: Pair) -> None:
        """What must hold in every play."""
        for side, told in zip("ab", played.told, strict=True):
            if told[0] == SERVER:
                self.wrong.append(f"{self.name}: {played.how}: {side} fails: {told[1]}")
        if any(row.get("set_aside") for row in played.end.get("inbox", ())):
            self.wrong.append(f"{self.name}: {played.how}: a message is set aside")
        why = pair.check(played.end) if pair.check is not None else ""
        if why:
            self.wrong.append(f"{self.name}: {played.how}: {why}")


def _shown(played: Played, allowed: dict[str, str]) -> str:
    """What differs from the nearest allowed play, for who has to mend it."""
    mine = set(re.findall(r"[^{}]+", played.sum))
    near = min(allowed, key=lambda one: len(mine ^ set(re.findall(r"[^{}]+", one))), default="")
    theirs = set(re.findall(r"[^{}]+", near))
    cut = [piece[:400] for piece in sorted(mine - theirs) if len(piece) > 4]
    lacks = [piece[:400] for piece in sorted(theirs - mine) if len(piece) > 4]
    return f"told {played.told}\n  here only: {cut[:8]}\n  in {allowed.get(near, '-')} only: {lacks[:8]}"


MODES: Final[tuple[tuple[str, int, Point], ...]] = (
    ("forced", 0, "found"),
    ("forced", 1, "found"),
    ("forced", 0, "written"),
    ("forced", 1, "written"),
    ("together", 0, "found"),
    ("together", 1, "found"),
    ("forced", 0, "held"),
    ("forced", 1, "held"),
)


async def allowed_ends(where: Ground, stages: Stages, pair: Pair, report: Report) -> dict[str, str]:
    """What one after the other brings; who comes second there is told what the table says."""
    set_, allowed = await stages.of(pair.stage), dict[str, str]()
    for first in (0, 1):
        played = await where.play(pair, set_, "serial", first)
        allowed[played.sum] = f"{'ab'[first]} then {'ba'[first]}"
        report.judge(played, pair)
        if played.told[first][0]:
            report.wrong.append(f"{pair.name}: alone {'ab'[first]} is told {played.told[first]}")
        if played.told[1 - first][0] != pair.told[first]:
            report.wrong.append(
                f"{pair.name}: second, {'ba'[first]} is told {played.told[1 - first]}, not "
                f"{pair.told[first] or 'nothing'}"
            )
        if (pair.b, pair.a)[first].skips:
            alone = await where.play(pair, set_, "alone", first)
            allowed[alone.sum] = f"{'ab'[first]} alone, {'ba'[first]} in its next round"
    return allowed


async def race(
    where: Ground,
    stages: Stages,
    pair: Pair,
    forced: int,
    randoms: int,
    *,
    alone: bool = False,
    judge: Ground | None = None,
) -> Report:
    """Play a pair: one after the other, so many forced, so many at random; `alone`: also each by itself, which has to
    change something.

    `judge`: another ground on which one after the other is played: the engines have to agree.
    """
    report, set_ = Report(pair.name), await stages.of(pair.stage)
    allowed = await allowed_ends(judge or where, stages, pair, report)
    for first in (0, 1) if alone else ():
        played = await where.play(pair, set_, "alone", first)
        if not played.end and "ab"[first] not in pair.idle:
            report.wrong.append(f"{pair.name}: alone, {'ab'[first]} changes nothing")
    for number in range(forced):
        mode, first, point = MODES[number % len(MODES)]
        played = await where.play(pair, set_, mode, first, point)
        report.see(played, allowed, pair)
        report.forced += 1
        report.overlapped += played.overlapped
        if not played.overlapped:
            report.wrong.append(f"{pair.name}: {played.how}: the two did not overlap")
    for number in range(randoms):
        report.see(await where.play(pair, set_, "random", number % 2, seed=number), allowed, pair)
    return report


def deadlocks(folder: Path) -> int:
    """How many deadlocks a server has found, by its own log."""
    with suppress(FileNotFoundError):
        return (folder / "log").read_text(errors="replace").count("deadlock detected")
    return 0
