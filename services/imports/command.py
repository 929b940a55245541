"""`jiashu import`: the same reading, understanding and writing as on the page, asked for from a shell (I13)."""

import json
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy import select

from care.errors import Invalid
from care.states import Role
from services.access import LEADS, Viewer
from services.imports import reading, staging
from services.imports.apply import UPDATED
from services.imports.applying import Pace, apply, rehearse
from services.imports.book import Book
from services.imports.fields import KINDS, Kind
from services.imports.forms import ApplyRun
from services.imports.reading import Upload
from services.imports.rows import SAID, Judged, Verdict
from services.subject import Running
from storage import tables
from storage.types import new_id
from storage.unit import Unit

WAITS: Final = 300.0
"""Seconds that a part of a file is kept for the next one."""
_coming: dict[str, tuple[Upload, float]] = {}


class ImportPart(msgspec.Struct, frozen=True):
    """A piece of a file, since a frame of the socket is small; `token` names the file."""

    token: str
    data: bytes


class ImportSheet(msgspec.Struct, frozen=True):
    """Read the file that came in parts, and write it, or only say what would be."""

    token: str
    name: str
    dry_run: bool = False
    login: str = ""
    """As whom; empty = the first director."""


async def part(_: Running, form: ImportPart, __: datetime) -> tuple[str, ...]:
    """Keep a piece. Raises Invalid for a file that is too large."""
    let_go()
    upload, _at = _coming.get(form.token) or (Upload(), 0.0)
    _coming[form.token] = (upload, time.monotonic())
    try:
        upload.add(form.data)
    except Invalid:
        _coming.pop(form.token)[0].close()
        raise
    return ()


def let_go() -> None:
    """Files whose rest never came."""
    for token, (upload, at) in list(_coming.items()):
        if time.monotonic() - at > WAITS:
            del _coming[token]
            upload.close()


async def run(running: Running, form: ImportSheet, now: datetime) -> tuple[str, ...]:
    """Sentences for a person, then one JSON object. Raises Invalid."""
    upload, _ = _coming.pop(form.token, (None, 0.0))
    if upload is None:
        raise Invalid(why="文件没有传完，请再来一次。")
    try:
        viewer = await running.database.read(lambda db: _as(db, running.home_id, form.login))
        book = await reading.read(upload)
        sha = upload.sha
    finally:
        upload.close()
    rows = staging.prepared(running.database.sealer, book, running.home_id, new_id())
    if form.dry_run:
        return await _dry(running, viewer, book, now)
    run_id = await running.database.write(lambda db: staging.stage(db, viewer, (form.name, sha), book, rows, now))
    looked = await running.database.read(lambda db: staging.look(db, viewer, run_id, now))
    if not any(one.verdict in {Verdict.READY, Verdict.FIXED} for one in looked.rows):
        return _told(looked.rows, [plan.name for plan in looked.plans], dict.fromkeys(KINDS, 0), {})
    try:
        counts = await apply(running, viewer, run_id, ApplyRun(), now)
    except Invalid as error:
        again = await running.database.read(lambda db: staging.look(db, viewer, run_id, now))
        if not any(SAID in one.row.fixed for one in again.rows):
            raise
        names = [plan.name for plan in again.plans]
        return (str(error), *_told(again.rows, names, dict.fromkeys(KINDS, 0), {}))
    lines = _told(looked.rows, [plan.name for plan in looked.plans], _by_kind(counts), {})
    return (f"已登记，24 小时内可以在「导入导出」里撤回。以 {viewer.name} 的名义。", *lines)


async def _dry(running: Running, viewer: Viewer, book: Book, now: datetime) -> tuple[str, ...]:
    """Nothing is kept: judged, and rehearsed in the copy."""
    plans, rows = await running.database.read(lambda db: staging.unstaged(db, viewer, book, now))
    found = await running.database.read(lambda db: staging.judge(db, viewer, plans, rows, now))
    ready = [one for one in found if one.verdict in {Verdict.READY, Verdict.FIXED}]
    tried = await rehearse(running, viewer, ready, now, Pace())
    counts = _by_kind(tried.wrote.counts)
    lines = _told(found, [plan.name for plan in plans], counts, tried.refused)
    return ("只是看看，什么都没有动。", *lines)


def _told(rows: list[Judged], sheets: list[str], counts: dict[Kind, int], refused: dict[int, str]) -> tuple[str, ...]:
    errors = []
    for one in rows:
        whys = [f"{fault.name}{f'「{fault.bad}」' if fault.bad else ''}：{fault.why}" for fault in one.faults]
        if one.row.id in refused:
            whys.append(refused[one.row.id])
        if (one.verdict is Verdict.LOOK or one.row.id in refused) and whys:
            errors.append({"sheet": sheets[one.row.sheet], "row": one.row.number, "why": "；".join(whys)})
    skipped = sum(one.verdict is Verdict.SKIP for one in rows)
    told: dict[str, object] = {kind.value: counts.get(kind, 0) for kind in Kind if kind is not Kind.ROTA}
    told |= {"skipped": skipped, "errors": errors}
    said = "、".join(f"{KINDS[kind]} {counts.get(kind, 0)}" for kind in Kind)
    faults = tuple(f"{one['sheet']} 第 {one['row']} 行：{one['why']}" for one in errors)
    return (said, *_renewed(rows, sheets), *faults, json.dumps(told, ensure_ascii=False))


def _renewed(rows: list[Judged], sheets: list[str]) -> tuple[str, ...]:
    """What is changed of people who are there already, a line each."""
    return tuple(
        f"{sheets[one.row.sheet]} 第 {one.row.number} 行：院里已有{one.who}，"
        + "；".join(
            [f"{change.name} {change.before or '空着'} → {change.after}" for change in one.changes]
            + [f"加家属 {kin['name']}" for kin in one.kin]
        )
        for one in rows
        if one.updates and one.verdict in {Verdict.READY, Verdict.FIXED}
    )


def _by_kind(counts: Mapping[str, int]) -> dict[Kind, int]:
    """How many were written down; who was there already and was brought up to date is none of them."""
    return {Kind(kind): many for kind, many in counts.items() if kind != UPDATED}


def _as(db: Unit, home_id: int, login: str) -> Viewer:
    staff = tables.Staff
    wanted = select(staff).where(staff.home_id == home_id, staff.left_at.is_(None)).order_by(staff.id)
    wanted = wanted.where(staff.login == login) if login else wanted.where(staff.role == Role.DIRECTOR.value)
    found = db.scalars(wanted).first()
    if found is None:
        why = f"没有登录名 {login}。" if login else "还没有院长。请先做完第一次启动，或用 jiashu staff add 添加。"
        raise Invalid(why=why)
    if Role(found.role) not in LEADS:
        raise Invalid(why=f"{found.name} 不能导入，请用主管或院长的登录名。")
    return Viewer(found.id, home_id, found.name, Role(found.role), frozenset(found.floors.split()))
