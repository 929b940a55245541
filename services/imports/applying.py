"""A run is written: rehearsed in a copy of the house, then landed in one short transaction, or not at all.

Nothing is sent and no row is due (F29): the services that write people down send nothing, and the copy has no way
out. While thousands of rows are rehearsed the writer is free for whoever calls for help.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select, update

from care.errors import Busy, Changed, Invalid, JiashuError
from services.access import Viewer
from services.imports import staging
from services.imports.access import access_run
from services.imports.apply import DERIVED, Wrote, write
from services.imports.forms import ApplyRun
from services.imports.rows import SAID, Judged, Verdict
from services.subject import Running
from storage import tables
from storage.seal import Sealer
from storage.shadow import Change, Moved, Shadow, Written, copied, land
from storage.tables.imports import ImportRow, ImportRun
from storage.unit import Unit

TRIES: Final = 3
PORTION: Final = 500
BEAT: Final = 0.7
BREATH: Final = 0.001
OFTEN: Final = 10
"""Rows after which whoever waits for the interpreter gets it."""
BROKEN_OFF: Final = "登记中断了，什么都没有写进去。请再按一次。"
UNMADE: Final = frozenset({"audit", "gram", "search_mark", *DERIVED})
"""Changes that undo does not need: the audit stays, the index and the spans follow."""


@dataclass(slots=True)
class Rehearsal:
    """What came of a run in the copy."""

    written: Written
    wrote: Wrote
    refused: dict[int, str] = field(default_factory=dict)
    """What a service said, by the row."""


@dataclass(slots=True)
class Pace:
    """How far a rehearsal has come; written by its thread, read by the loop."""

    done: int = 0


async def apply(running: Running, viewer: Viewer, run_id: int, form: ApplyRun, now: datetime) -> dict[str, int]:
    """Write what may be written; how many of each. Raises Invalid, Changed, NotFound; then nothing is written."""
    await begin(running, viewer, run_id, form, now)
    return await carry_on(running, viewer, run_id, now, form.changes)


async def begin(running: Running, viewer: Viewer, run_id: int, form: ApplyRun, now: datetime) -> None:
    """From now on the run is being written. Raises Invalid, Changed, NotFound."""
    await running.database.write(lambda db: _begin(db, viewer, run_id, form, now))


async def carry_on(
    running: Running, viewer: Viewer, run_id: int, now: datetime, seen: str | None = None
) -> dict[str, int]:
    """Write it; how many of each. `seen`: what the page showed that would change. Raises Invalid; then nothing is
    written, and the run says why.
    """
    why = BROKEN_OFF
    try:
        return await _written(running, viewer, run_id, now, seen)
    except JiashuError as error:
        why = error.sentence
        raise
    finally:
        with contextlib.suppress(Busy):
            await running.database.write(lambda db: _failed(db, viewer, run_id, why, {}))


async def rehearse(running: Running, viewer: Viewer, rows: Sequence[Judged], now: datetime, pace: Pace) -> Rehearsal:
    """Run all rows through the services in a copy of the house; the house itself stays as it is."""
    house, stamp = await running.database.read(copied)
    return await asyncio.to_thread(_rehearse, running.database.sealer, house, stamp, viewer, rows, now, pace)


async def _written(running: Running, viewer: Viewer, run_id: int, now: datetime, seen: str | None) -> dict[str, int]:
    for _ in range(TRIES):
        looked = await running.database.read(lambda db: staging.look(db, viewer, run_id, now))
        rows = [one for one in looked.rows if one.verdict in {Verdict.READY, Verdict.FIXED}]
        if seen and seen != looked.changes:
            raise Invalid(why="院里的资料刚有人改过，和刚才看的不一样了，什么都没有写进去。请再看一遍，再登记。")
        if not rows:
            raise Invalid(why="没有可以登记的行。先把要看的改好，或把不要的跳过。")
        pace = Pace()
        beating = asyncio.create_task(_beats(running, run_id, pace, len(rows), now))
        try:
            found = await rehearse(running, viewer, rows, now, pace)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)
        if found.refused:
            many = len(found.refused)
            why = f"有 {many} 行院里没有收，什么都没有写进去。请看下面，改好再登记。"
            told = partial(_failed, viewer=viewer, run_id=run_id, why=why, refused=found.refused)
            await running.database.write(told)
            raise Invalid(why=why)
        made = await asyncio.to_thread(_made, running.database.sealer, rows, found)
        for at in range(0, len(made), PORTION):
            part = made[at : at + PORTION]
            await running.database.write(partial(_note, part=part))
        left = [one.row.id for one in looked.rows if one.verdict is Verdict.LOOK]
        try:
            done = [one.row.id for one in rows]
            landing = partial(_land, viewer=viewer, run_id=run_id, found=found, done=done, left=left, now=now)
            await running.database.write(landing)
        except Moved:
            continue
        return found.wrote.counts
    raise Invalid(why="院里的资料一直有人在改，没有登记成，什么都没有写进去。请过几分钟再按一次。")


def _rehearse(
    sealer: Sealer,
    house: dict[str, list[dict[str, Any]]],
    stamp: dict[str, str],
    viewer: Viewer,
    rows: Sequence[Judged],
    now: datetime,
    pace: Pace,
) -> Rehearsal:
    shadow, wrote, refused = Shadow(sealer, house, stamp), Wrote(), dict[int, str]()
    try:
        for at, one in enumerate(_in_order(rows), 1):
            said = shadow.step(partial(write, viewer=viewer, one=one, wrote=wrote, now=now), one.row.id)
            if said is not None:
                refused[one.row.id] = said.sentence
            pace.done = at
            if at % OFTEN == 0:
                time.sleep(BREATH)
        return Rehearsal(shadow.written(), wrote, refused)
    finally:
        shadow.close()


def _in_order(rows: Sequence[Judged]) -> list[Judged]:
    places = {"residents": 0, "staff": 1, "relatives": 2, "rota": 3}
    return sorted(rows, key=lambda one: places[one.kind.value] if one.kind else 0)


def _made(sealer: Sealer, rows: Sequence[Judged], found: Rehearsal) -> list[dict[str, Any]]:
    """What each row wrote, sealed, for the day in which it can be taken back."""
    by: dict[int, list[Change]] = {}
    for change in found.written.changes:
        if change.table not in UNMADE:
            by.setdefault(change.at, []).append(change)
    ids = [one.row.id for one in rows]
    return [
        {"b_id": row_id, "made": sealer.seal("import_row", "made", row_id, packed(by.get(row_id, [])))}
        for row_id in ids
    ]


def packed(changes: Sequence[Change]) -> bytes:
    """Changes as they are kept."""
    return msgspec.msgpack.encode([tuple(one) for one in changes])


def _begin(db: Unit, viewer: Viewer, run_id: int, form: ApplyRun, now: datetime) -> None:
    run = access_run(db, viewer, run_id, lock=True)
    still = run.beat_at is not None and now - run.beat_at < staging.STILL
    if run.state == staging.APPLYING and still:
        raise Invalid(why="正在登记，请等一等。")
    if run.state not in {staging.STAGED, staging.APPLYING}:
        raise Invalid(why="这批表已经登记或撤回了。要再登记，请把表重新放一次。")
    drawn = staging.revision_of(db, run)
    if form.drawn not in {None, drawn} and run.state == staging.STAGED:
        raise Changed(who="有同事", what="改了这批表", revision=drawn)
    run.state, run.began_at, run.beat_at, run.failed = staging.APPLYING, now, now, None
    run.done_rows = run.all_rows = 0
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "begin_import", f"import:{run.id}")
    db.store.hint("imports")


async def _beats(running: Running, run_id: int, pace: Pace, many: int, began: datetime) -> None:
    """Tell the page how far it has come; a database that is away for a moment does not end the writing."""
    machine = time.monotonic()
    while True:
        now = began + timedelta(seconds=time.monotonic() - machine)
        with contextlib.suppress(Busy):
            await running.database.write(partial(_beat, run_id=run_id, done=pace.done, many=many, now=now))
        await asyncio.sleep(BEAT)


def _beat(db: Unit, run_id: int, done: int, many: int, now: datetime) -> None:
    run = db.get_one(ImportRun, run_id)
    run.done_rows, run.all_rows, run.beat_at = done, many, now


def _note(db: Unit, part: list[dict[str, Any]]) -> None:
    db.connection().execute(
        update(ImportRow).where(ImportRow.id == bindparam("b_id")).values(made=bindparam("made")), part
    )


def _land(
    db: Unit,
    viewer: Viewer,
    run_id: int,
    found: Rehearsal,
    done: Sequence[int],
    left: Sequence[int],
    now: datetime,
) -> None:
    run = access_run(db, viewer, run_id, lock=True)
    if run.state != staging.APPLYING:
        raise Invalid(why="这批表已经登记或撤回了。")
    if db.scalars(select(tables.Staff.left_at).where(tables.Staff.id == viewer.id)).first() is not None:
        raise Invalid(why="按「登记」的同事停用了，什么都没有写进去。要登记，请另一位再按一次。")
    run.state, run.applied_at, run.applied_by, run.done_rows = staging.DONE, now, viewer.id, run.all_rows
    run.counts = json.dumps(found.wrote.counts)
    db.seal(run, "told", json.dumps(found.wrote.told, ensure_ascii=False) if found.wrote.told else None)
    db.flush()
    land(db, found.written)
    for verdict, ids in (("done", done), ("left", left)):
        for at in range(0, len(ids), PORTION):
            part = ids[at : at + PORTION]
            db.connection().execute(update(ImportRow).where(ImportRow.id.in_(part)).values(verdict=verdict))
    words = "、".join(f"{name} {many}" for name, many in found.wrote.counts.items() if many)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "apply_import", f"import:{run.id}", words)
    db.store.hint("imports")


def _failed(db: Unit, viewer: Viewer, run_id: int, why: str, refused: dict[int, str]) -> None:
    run = access_run(db, viewer, run_id, lock=True)
    if run.state != staging.APPLYING:
        return
    run.state = staging.STAGED
    db.seal(run, "failed", why)
    for row_id, said in refused.items():
        row = db.get_one(ImportRow, row_id)
        fixed = staging.fixed_of(db, row) | {SAID: said}
        db.seal(row, "fixed", json.dumps(fixed, ensure_ascii=False))
    db.store.hint("imports")
