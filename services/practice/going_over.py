"""Going over to the real account: what was said on simulated phones goes, and what followed from it; what colleagues
have entered stays (F54). Each table says which (`Base.after_practice`).

It begins when no process takes or sends anything of practice any more, and goes in steps, each a transaction of its
own that may be the last before a crash: the next try goes on where nothing is done twice. The last step ends practice
together with its account, so that not even a push that was on its way can come in afterwards.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, func, or_, select, update

from care.states import PersonKind
from services.access import Viewer, access_page
from services.media import media
from services.practice.access import PRACTICE
from services.practice.practice import going_on
from storage import tables
from storage.tables.base import After, Base
from storage.tables.practice import Practice
from storage.unit import Unit

SETTLES: Final = timedelta(seconds=4)
"""Every process has looked by then, and what it was doing is committed."""
STEP: Final = 2000
"""Rows of one transaction."""
FILES: Final[tuple[type[Base], ...]] = (tables.Media, tables.LetterPhoto, tables.Evidence)
"""Tables that go, each of whose rows may have a file under its id."""
GUEST: Final = PersonKind.GUEST.value
SHOWN: Final = {
    "follower": "绑定和关注的模拟手机",
    "inbox": "收到的话和照片",
    "outbox": "发出去的话",
    "conversation": "谈话",
    "application": "绑定申请",
    "invitation": "打印的绑定单",
    "letter": "家书",
    "complaint": "投诉",
    "alarm": "呼叫和报警",
    "promise": "答应的时间",
    "plan": "问候和提醒",
    "visit": "探视",
    "campaign": "问卷",
    "launch": "「按楼层启用」打开的开关",
}
"""What of it the page counts, in words; of all others nobody has ever thought as things."""
KEEPS: Final = {
    "resident": "老人",
    "kinship": "家属关系",
    "staff": "同事",
    "bed": "床位",
    "duty_span": "排好的班",
    "resident_file": "老人的文件",
    "knowledge_entry": "改过的知识条目",
}


@dataclass(frozen=True, slots=True)
class Played:
    """A relative who is known only by a simulated phone: nobody registered them by hand."""

    person_id: int
    name: str
    of: str


@dataclass(frozen=True, slots=True)
class Account:
    """What going over would do: what goes, what stays, and who is to be asked about."""

    gone: Sequence[tuple[str, int]]
    stays: Sequence[tuple[str, int]]
    played: Sequence[Played]


def mapped() -> dict[str, type[Base]]:
    """All tables by name."""
    return {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}


def of(after: After) -> list[Table]:
    """The tables of one kind, who refers before who is referred to."""
    classes = mapped()
    return [one for one in reversed(Base.metadata.sorted_tables) if classes[one.name].after_practice is after]


def account(db: Unit, viewer: Viewer) -> Account:
    """For the page, before it is done. Raises NotFound."""
    access_page(viewer, PRACTICE)
    row = going_on(db, viewer.home_id)

    def counted(words: dict[str, str]) -> list[tuple[str, int]]:
        found = [(shown, _count(db, Base.metadata.tables[name])) for name, shown in words.items()]
        return [one for one in found if one[1]]

    return Account(counted(SHOWN), counted(KEEPS), _played(db, row) if row else [])


def _count(db: Unit, table: Table) -> int:
    return int(db.scalar(select(func.count()).select_from(table)) or 0)


def _played(db: Unit, row: Practice) -> list[Played]:
    """Who came into being with a simulated phone and was confirmed as somebody's relative."""
    person, follower, tie = tables.Person, tables.Follower, tables.Kinship
    born = (
        select(person)
        .join(follower, (follower.person_id == person.id) & (follower.created_at == person.created_at))
        .where(follower.account_id == row.account_id, person.kind == PersonKind.FAMILY.value)
    )
    found = []
    for one in db.scalars(born.order_by(person.id)).unique():
        elders = db.scalars(
            select(person)
            .join(tables.Resident, tables.Resident.person_id == person.id)
            .where(tables.Resident.id.in_(select(tie.resident_id).where(tie.person_id == one.id)))
        )
        names = "、".join(db.words(elder, "name", "老人") for elder in elders)
        found.append(Played(one.id, db.words(one, "name", "没有名字的人"), names))
    return found


# -- the steps -----------------------------------------------------------------------------------------------------


def due(db: Unit, home_id: int, now: datetime) -> bool:
    """Whether the director has gone over, and everything that was under way is written down."""
    row = going_on(db, home_id)
    return row is not None and row.closing_at is not None and row.closing_at + SETTLES <= now


def files(db: Unit, folder: Path) -> list[Path]:
    """Photos, voices and evidence of practice. They go first: without them a row is of no use to anybody."""
    return [media.file_of(folder, number) for table in FILES for number in db.scalars(select(table.id))]


def unbind(db: Unit, home_id: int) -> None:
    """What a simulated phone made of people is undone: who is known by it alone is a guest again, without ties; of
    the others nothing that was said when they were confirmed is left. Done twice it changes nothing.
    """
    row = going_on(db, home_id)
    if row is None:
        return
    people = sorted(db.scalars(select(tables.Person.id)))
    db.lock_persons(*people)
    stays = {int(one) for one in row.staying.split()}
    for one in _played(db, row):
        if one.person_id not in stays:
            db.execute(update(tables.Person).where(tables.Person.id == one.person_id).values(kind=GUEST))
    colleagues = tables.Person.kind == PersonKind.STAFF.value  # each on a simulated phone of hers
    db.execute(update(tables.Person).where(colleagues).values(kind=GUEST))
    elders = select(tables.Resident.person_id)  # a phone of two is somebody who lives nowhere
    phones = (tables.Person.kind == PersonKind.ELDER.value) & tables.Person.id.not_in(elders)
    db.execute(update(tables.Person).where(phones).values(kind=GUEST))
    for asked in db.fresh(select(tables.Application).where(tables.Application.verdict == "confirmed")):
        if asked.person_id not in stays:
            _unconfirm(db, asked)
    db.flush()
    _forget_guests(db, but=frozenset({"person"}))
    if row.discarded is None:
        row.discarded = json.dumps({name: _count(db, Base.metadata.tables[name]) for name in SHOWN})
    db.store.hint("families", "residents")
    db.store.audit(home_id, row.closing_at or row.began_at, "machine", "unbind_practice", f"home:{home_id}")


def _unconfirm(db: Unit, asked: tables.Application) -> None:
    """The tie as it was before this request was confirmed: what carries its person and its moment was written by it."""
    tie = tables.Kinship
    one = db.fresh(select(tie).where(tie.resident_id == asked.resident_id, tie.person_id == asked.person_id)).first()
    if one is None or asked.decided_at not in {one.proved_at, one.created_at}:
        return
    theirs = select(tables.Consent).where(
        tables.Consent.person_id == one.person_id,
        tables.Consent.resident_id == one.resident_id,
        tables.Consent.recorded_at == asked.decided_at,
    )
    widened: set[str] = set()
    for consent in db.fresh(theirs):
        widened |= set(consent.scopes.split())
        db.delete(consent)
    if one.created_at == asked.decided_at:
        db.delete(one)
        return
    one.scopes = " ".join(scope for scope in one.scopes.split() if scope not in widened)
    one.proof = one.proved_by = one.proved_at = None
    one.rang_at = None if one.rang_at == asked.decided_at else one.rang_at


def discard(db: Unit, home_id: int) -> bool:
    """The next rows go; False when none is left."""
    row = going_on(db, home_id)
    for table in [] if row is None else of(After.GONE):
        numbers = [table.c.id, *([table.c.person_id] if "person_id" in table.c else [])]
        found = db.execute(select(*numbers).order_by(table.c.id).limit(STEP)).all()
        if found:
            if len(numbers) > 1:
                db.lock_persons(*sorted({one[1] for one in found if one[1] is not None}))
            _let_go(db, table, found[0][0], found[-1][0])
            db.execute(delete(table).where(table.c.id.between(found[0][0], found[-1][0])))
            return True
    return False


def _let_go(db: Unit, table: Table, first: int, last: int) -> None:
    """What stays refers to these rows no more."""
    for other in (*of(After.KEPT), *of(After.THEIRS)):
        for column in other.columns:
            if any(key.column.table is table for key in column.foreign_keys):
                db.execute(update(other).where(column.between(first, last)).values({column: None}))


def end(db: Unit, home_id: int, now: datetime) -> None:
    """The last step: the guests, the account, and practice itself."""
    home = db.lock_row(select(tables.Home).where(tables.Home.id == home_id))
    row = going_on(db, home_id)
    if home is None or row is None or row.closing_at is None:
        return
    db.lock_persons(*sorted(db.scalars(select(tables.Person.id).where(tables.Person.kind == GUEST))))
    for table in of(After.GONE):
        db.execute(delete(table))
    _forget_guests(db)
    db.execute(delete(tables.WechatAccount).where(tables.WechatAccount.id == row.account_id))
    row.ended_at = now
    home.edition += 1
    db.store.audit(home_id, now, f"staff:{row.closing_by}", "end_practice", f"home:{home_id}", row.discarded)
    db.store.hint(
        *("house", "inbox", "outbox", "cases", "alarms", "letters", "days", "surveys", "families", "residents"),
        *("promises", "launch"),
    )


def _forget_guests(db: Unit, but: frozenset[str] = frozenset()) -> None:
    """Whatever names a guest goes with them."""
    guests = select(tables.Person.id).where(tables.Person.kind == GUEST)
    person = tables.Person.__table__
    for table in of(After.THEIRS):
        if table.name in but:
            continue
        named: list[ColumnElement[bool]] = [
            column.in_(guests)
            for column in table.columns
            if any(key.column.table is person for key in column.foreign_keys)
        ]
        db.execute(delete(table).where(or_(*named) if table is not person else person.c.kind == GUEST))
