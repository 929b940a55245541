"""Posts and kinds of shift of a home, as its lead keeps them; what is given up stays in the past."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select

from care import phones, workdays
from care.errors import Changed, Invalid, NotFound
from services.access import Viewer
from services.roster import kinds, spans
from services.roster.access import access_lead, access_post
from services.roster.forms import ByFloor, EditPost, EditShift, EndPost, EndShift
from storage import revision, tables
from storage.queries import roster as queries
from storage.tables.roster import DutyPost, DutyShift
from storage.types import new_id
from storage.unit import Unit

POSTS: Final = 60
SHIFTS: Final = 20
MOST: Final = 20
"""People at one post."""


def listed(home_id: int) -> Select[DutyPost]:
    """The posts of a home in the order of the page."""
    wanted = select(DutyPost).where(DutyPost.home_id == home_id, DutyPost.gone_at.is_(None))
    return wanted.order_by(DutyPost.place, DutyPost.id)


def post_revision(row: DutyPost) -> str:
    """What the form of a post is drawn from."""
    return revision.of(
        row.name,
        row.building,
        row.floors,
        row.min_people,
        row.shifts,
        row.weekdays,
        (row.phone or b"").hex(),
        row.gone_at is not None,
    )


def shift_revision(row: DutyShift) -> str:
    """What the form of a kind of shift is drawn from."""
    return revision.of(row.name, row.begins, row.ends, row.works, row.gone_at is not None)


def edit_post(db: Unit, viewer: Viewer, form: EditPost, now: datetime) -> None:
    """A new post, or another one; the days ahead follow at once. Raises Forbidden, NotFound, Invalid, Changed."""
    home = access_lead(db, viewer)
    name = _named(form.name, 16, "岗位叫什么，例如「2 楼」「护士」")
    there = kinds.posts(db, home.id)
    if any(row.name == name and row.id != form.post for row in there):
        raise Invalid(why=f"已经有「{name}」这个岗位了。")
    if not 1 <= form.least <= MOST:
        raise Invalid(why=f"至少几个人，请填 1 到 {MOST}。")
    if form.shifts and not form.weekdays:
        raise Invalid(why="请勾上周几要有人。")
    number = phones.read(form.phone) if form.phone.strip() else ""
    if number is None:
        raise Invalid(why="值班手机不像电话号码，请写 11 位手机号，或带区号的座机。")
    if number.count("-") > 1:
        raise Invalid(why="值班手机不能带分机号：报警打过来，没有人能替它拨分机。")
    row = next((one for one in there if one.id == form.post), None)
    if row is None and form.post:
        access_post(db, viewer, form.post)
        raise Changed(who="有同事", what="把这个岗位撤了", revision="")
    if row is None:
        row = _new(db, home, name, there)
    elif form.drawn not in {None, post_revision(row)}:
        raise Changed(who="有同事", what=f"改过「{row.name}」", revision=post_revision(row))
    row.name, row.building = name, "".join(form.building.split())[:16]
    row.floors, row.min_people = " ".join(form.floors.replace("、", " ").replace(",", " ").split())[:64], form.least
    row.shifts, row.weekdays = _ids(db, home, form.shifts), "".join(sorted(form.weekdays & set("1234567")))
    if (number or None) != db.open(row, "phone"):
        db.seal(row, "phone", number or None)
    db.store.audit(home.id, now, f"staff:{viewer.id}", "edit_post", f"duty_post:{row.id}", name)
    spans.renew(db, home, now)
    db.store.hint("roster")


def end_post(db: Unit, viewer: Viewer, form: EndPost, now: datetime) -> None:
    """A post is given up: nobody is on duty there from now on, and nothing is missing. Raises Forbidden, NotFound."""
    home = access_lead(db, viewer)
    row = access_post(db, viewer, form.post)
    if row.gone_at is None:
        row.gone_at = now
        db.store.audit(home.id, now, f"staff:{viewer.id}", "end_post", f"duty_post:{row.id}", row.name)
        spans.renew(db, home, now)
        db.store.hint("roster")


def bare_floors(db: Unit, home_id: int) -> list[tuple[str, str]]:
    """The floors on which somebody lives and which no post names, each with what its post would be called."""
    posts = kinds.posts(db, home_id)
    named = {floor for row in posts for floor in row.floors.split()} | {row.name.removesuffix(" 楼") for row in posts}
    return [(f"{floor} 楼", floor) for floor in queries.floors(db, home_id) if floor not in named]


def by_floor(db: Unit, viewer: Viewer, form: ByFloor, now: datetime) -> int:
    """A post for each floor on which somebody lives, and one for the nurses; gives how many are new. Raises Forbidden,
    Invalid.
    """
    home = access_lead(db, viewer)
    if not form.shifts:
        raise Invalid(why="请勾上每层要有人的班，例如白和夜。")
    there = kinds.posts(db, home.id)
    names = {row.name for row in there}
    fresh = [(name, floor) for name, floor in [*bare_floors(db, home.id), ("护士", "")] if name not in names]
    if not fresh:
        raise Invalid(why="每层都已经有岗位了。")
    for name, floor in fresh:
        row = _new(db, home, name, there)
        row.floors, row.shifts = floor, _ids(db, home, form.shifts)
        there.append(row)
        db.store.audit(home.id, now, f"staff:{viewer.id}", "edit_post", f"duty_post:{row.id}", name)
    spans.renew(db, home, now)
    db.store.hint("roster")
    return len(fresh)


def edit_shift(db: Unit, viewer: Viewer, form: EditShift, now: datetime) -> None:
    """A new kind of shift, or other hours of one; the days ahead follow at once. Raises Forbidden, NotFound, Invalid,
    Changed.
    """
    home = access_lead(db, viewer)
    name = _named(form.name.strip().removesuffix("班"), 8, "这种班叫什么，例如「早」「夜」")
    there = kinds.begin(db, home.id)
    if any(row.name == name and row.id != form.shift for row in there):
        raise Invalid(why=f"已经有「{name}」班了。")
    begins, ends = (_clock(form.begins), _clock(form.ends)) if form.works else ("00:00", "00:00")
    row = next((one for one in there if one.id == form.shift), None)
    if row is None and form.shift:
        raise NotFound
    if row is None:
        if len(there) >= SHIFTS:
            raise Invalid(why=f"最多 {SHIFTS} 种班，请先停用不用的。")
        row = DutyShift(id=new_id(), home_id=home.id, place=len(there) + 1)
        db.add(row)
    elif form.drawn not in {None, shift_revision(row)}:
        raise Changed(who="有同事", what=f"改过「{row.name}」班", revision=shift_revision(row))
    row.name, row.begins, row.ends, row.works = name, begins, ends, form.works
    hours = f"{name} {begins}-{ends}"
    db.store.audit(home.id, now, f"staff:{viewer.id}", "edit_shift", f"duty_shift:{row.id}", hours)
    spans.renew(db, home, now)
    db.store.hint("roster")


def end_shift(db: Unit, viewer: Viewer, form: EndShift, now: datetime) -> None:
    """A kind of shift is no longer offered; who is put into it stays. Raises Forbidden, NotFound, Invalid."""
    home = access_lead(db, viewer)
    row = next((one for one in kinds.begin(db, home.id) if one.id == form.shift), None)
    if row is None:
        raise NotFound
    wants = [post.name for post in kinds.posts(db, home.id) if str(row.id) in post.shifts.split()]
    if wants:
        raise Invalid(why=f"{'、'.join(wants)}还要有人上「{row.name}」班，请先改岗位。")
    row.gone_at = now
    db.store.audit(home.id, now, f"staff:{viewer.id}", "end_shift", f"duty_shift:{row.id}", row.name)
    db.store.hint("roster")


def _new(db: Unit, home: tables.Home, name: str, there: list[DutyPost]) -> DutyPost:
    if len(there) >= POSTS:
        raise Invalid(why=f"最多 {POSTS} 个岗位。")
    place = max((row.place for row in there if row.name != kinds.WHOLE), default=0) + 1
    row = DutyPost(
        id=new_id(),
        home_id=home.id,
        name=name,
        building="",
        floors="",
        min_people=1,
        shifts="",
        weekdays="1234567",
        place=place,
    )
    db.add(row)
    db.flush()
    return row


def _ids(db: Unit, home: tables.Home, names: Iterable[str]) -> str:
    offered = {row.name: row for row in kinds.begin(db, home.id)}
    wanted = [name for name in offered if name in set(names)]
    off = next((name for name in wanted if not offered[name].works), None)
    if off:
        raise Invalid(why=f"「{off}」是休息，不能算有人。")
    return " ".join(str(offered[name].id) for name in wanted)[:240]


def _named(name: str, most: int, asks: str) -> str:
    found = " ".join(name.split())
    if not found:
        raise Invalid(why=f"请写{asks}。")
    if len(found) > most:
        raise Invalid(why=f"名字太长，最多 {most} 个字。")
    return found


def _clock(text: str) -> str:
    try:
        return workdays.clock(workdays.minute_of(text) % workdays.DAY)
    except ValueError as error:
        raise Invalid(why="请写几点到几点，例如 07:00 到 15:00。") from error
