"""A run is taken back for a day, row by row: what nothing has touched since is reversed, the rest stays, with the
reason (margince PR 1231).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from sqlalchemy import delete, func, select

from care.errors import Invalid
from services.access import Viewer
from services.imports import staging
from services.imports.access import access_run, may_write
from services.imports.apply import DERIVED, settle_rota
from services.imports.fields import Kind
from services.imports.forms import UndoRun
from services.search import search
from services.subject import Running
from storage import tables
from storage.shadow import Change, leaning, stands
from storage.shadow import undo as reverse
from storage.tables.imports import ImportRow, ImportRun
from storage.unit import Unit

FOR: Final = timedelta(days=1)
PORTION: Final = 100
ORDER: Final = (Kind.ROTA, Kind.RELATIVES, Kind.STAFF, Kind.RESIDENTS)
"""Those first on which no other rests."""
CALM: Final = frozenset({"gram", "search_mark", *DERIVED})
"""What follows from others rests on nothing."""
TOUCHED: Final[Mapping[str, str]] = {
    "letter": "写过家书",
    "letter_reading": "家属看过家书",
    "weekly_letter": "写过每周家书",
    "appointment": "记过就医",
    "weekly_reading": "家属看过每周家书",
    "inbox": "来过消息",
    "conversation": "有会话",
    "outbox": "发过消息",
    "complaint": "有投诉",
    "promise": "有答应的时间",
    "follower": "绑定了微信",
    "application": "有人申请绑定",
    "invitation": "发过邀请码",
    "kinship": "又登记了家属",
    "consent": "改过同意",
    "staff_session": "已经登录过",
    "rota_change": "又排了班",
    "visit": "约了来看",
    "plan": "排了要发的",
    "alarm": "有报警",
    "media": "来过照片或语音",
    "resident_file": "放了资料",
    "resident_contract": "有合同",
    "resident_checklist": "办过入住手续",
    "bed_stay": "换过床",
    "resident_event": "有新的记录",
    "stop": "按过静默",
}


async def undo(running: Running, viewer: Viewer, run_id: int, _: UndoRun, now: datetime) -> tuple[int, int]:
    """Take back what can be; how many rows were, and how many stay. In portions, so that nobody waits: what stands of
    it when it is broken off goes with the next try. Raises Invalid, NotFound.
    """
    rows = await running.database.write(lambda db: _begin(db, viewer, run_id, now))
    for at in range(0, len(rows), PORTION):
        part = rows[at : at + PORTION]
        await running.database.write(partial(_portion, viewer=viewer, run_id=run_id, ids=part, now=now))
    return await running.database.write(lambda db: _end(db, viewer, run_id, now))


def _begin(db: Unit, viewer: Viewer, run_id: int, now: datetime) -> list[int]:
    """The rows, those first on which no other rests."""
    run = access_run(db, viewer, run_id, lock=True)
    if run.state != staging.DONE or run.applied_at is None:
        raise Invalid(why="这批表没有登记，或者已经撤回过了。")
    if now - run.applied_at > FOR:
        raise Invalid(why="登记超过一天了，不能整批撤回。要改哪一位，请到她那一页改。")
    plans = staging.plans_of(db, run)
    asked = select(ImportRow.id, ImportRow.sheet).where(ImportRow.run_id == run.id, ImportRow.verdict == "done")
    rows = db.execute(asked).all()
    hers = {kind for _, sheet in rows if (kind := plans[sheet].kind) is not None}
    if not all(may_write(viewer, kind) for kind in hers):
        raise Invalid(why="这批表里登记了同事，要院长来撤回。")
    kinds = [ORDER.index(plan.kind) if plan.kind else 0 for plan in plans]
    return [row_id for row_id, sheet in sorted(rows, key=lambda row: (kinds[row[1]], -row[0]))]


def _portion(db: Unit, viewer: Viewer, run_id: int, ids: Sequence[int], now: datetime) -> None:
    access_run(db, viewer, run_id, lock=True)
    asked = select(ImportRow).where(ImportRow.id.in_(ids), ImportRow.verdict == "done")
    rows = list(db.scalars(asked))
    by = {row.id: unpacked(db.sealer.open("import_row", "made", row.id, row.made)) for row in rows if row.made}
    kept = _kept(db, by)
    back = [change for row_id, changes in by.items() if row_id not in kept for change in changes]
    people = [one.id for one in back if one.table == "person" and one.before is None]
    reverse(db, back)
    if people:
        db.connection().execute(delete(tables.Gram).where(tables.Gram.subject.in_(people)))
    if any(one.table == "rota_change" for one in back):
        settle_rota(db, viewer.home_id, now)
    renewed = {one.id for one in back if one.table == "person" and one.before is not None and one.after is not None}
    for person in db.fresh(select(tables.Person).where(tables.Person.id.in_(renewed))):
        search.renamed(db, person)
    _mark(db, rows, kept)


def _end(db: Unit, viewer: Viewer, run_id: int, now: datetime) -> tuple[int, int]:
    run = access_run(db, viewer, run_id, lock=True)
    run.state, run.undone_at, run.told = staging.UNDONE, now, None
    asked = select(ImportRow.verdict, func.count()).where(ImportRow.run_id == run.id).group_by(ImportRow.verdict)
    counts = {str(row[0]): int(row[1]) for row in db.execute(asked)}
    done, kept = counts.get("undone", 0), counts.get("kept", 0)
    words = f"撤回 {done} 行，留下 {kept} 行"
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "undo_import", f"import:{run.id}", words)
    db.store.hint("imports", "residents", "families", "staff", "colleagues", "roster")
    return done, kept


def may_undo(run: ImportRun, now: datetime) -> bool:
    """Whether the button stands there."""
    return run.state == staging.DONE and run.applied_at is not None and now - run.applied_at <= FOR


def unpacked(data: bytes) -> list[Change]:
    """Changes as they were kept."""
    return [
        Change(table, row_id, at, None if before is None else tuple(before), None if after is None else tuple(after))
        for table, row_id, at, before, after in msgspec.msgpack.decode(data)
    ]


def _kept(db: Unit, by: Mapping[int, Sequence[Change]]) -> dict[int, str]:
    """The rows that stay, with the reason: changed since, leaned upon by others, or by a row that stays."""
    every = [change for changes in by.values() for change in changes]
    owner = {(one.table, one.id): row_id for row_id, changes in by.items() for one in changes}
    same, leans = stands(db, every), leaning(db, every)
    kept: dict[int, str] = {}
    for row_id, changes in by.items():
        for one in changes:
            if not same[one.table, one.id]:
                kept[row_id] = "后来有人改过"
            strangers = [name for name, at in leans.get((one.table, one.id), ()) if (name, at) not in owner]
            strangers = [name for name in strangers if name not in CALM]
            if strangers:
                kept[row_id] = TOUCHED.get(min(strangers, key=_weight), "后来用过")
                break
    grew = True
    while grew:
        grew = False
        for target, from_rows in leans.items():
            mine = owner[target]
            if mine not in kept and any(owner.get(one) in kept for one in from_rows):
                kept[mine], grew = "家属或班次留下了，她也留下", True
    return kept


def _weight(name: str) -> tuple[bool, str]:
    return name not in TOUCHED, name


def _mark(db: Unit, rows: Sequence[ImportRow], kept: Mapping[int, str]) -> None:
    for row in rows:
        row.verdict = "kept" if row.id in kept else "undone"
        if row.id in kept:
            db.seal(row, "why", kept[row.id])
