"""Free beds by kind of room, counted from the beds of the house and never typed; told only while somebody has compared
them (F25, A8).
"""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from care.errors import Changed, Invalid
from services.access import Viewer, name_of
from services.week.access import access_writer
from services.week.forms import CheckBeds, SetRooms
from services.week.menu import today_of
from storage import revision
from storage.queries import week as queries
from storage.queries.week import Room
from storage.tables.week import BedCheck, RoomKind
from storage.types import new_id
from storage.unit import Unit

DAYS: Final = (1, 3, 7)
"""For how many days a count may be told after it was compared."""
KIND: Final = 12


def free(rooms: list[Room]) -> Counter[str]:
    """How many beds are free, by kind of room."""
    found = Counter[str]()
    for room in rooms:
        found[room.kind] += room.free
    return found


def count_revision(rooms: list[Room]) -> str:
    """What somebody compares: the free beds, room by room."""
    return revision.of(*((room.building, room.room, room.kind, room.free) for room in rooms))


def check(db: Unit, viewer: Viewer, form: CheckBeds, now: datetime) -> None:
    """Somebody compared the list with the house. Raises Forbidden, Invalid, Changed when a bed was given since."""
    home = access_writer(db, viewer)
    rooms = queries.rooms(db, home.id)
    if not rooms:
        raise Invalid(why="还没有床位。请先在「床位」里排好楼层和房间。")
    if form.days not in DAYS:
        raise Invalid(why="请选几天内可以说。")
    if form.drawn not in {None, count_revision(rooms)}:
        raise Changed(who="有同事", what="动过床位，数目变了", revision=count_revision(rooms))
    today = today_of(home, now)
    row = queries.check(db, home.id)
    if row is None:
        row = BedCheck(id=new_id(), home_id=home.id)
        db.add(row)
    row.checked_on, row.valid_until, row.by_id, row.at = today, today + timedelta(days=form.days - 1), viewer.id, now
    total = sum(room.free for room in rooms)
    db.store.audit(home.id, now, f"staff:{viewer.id}", "check_beds", f"home:{home.id}", f"空 {total} 张")
    db.store.hint("week", "knowledge")


def set_rooms(db: Unit, viewer: Viewer, form: SetRooms, now: datetime) -> int:
    """Rooms are of a kind that the number of their beds does not say; gives how many. Raises Forbidden, Invalid."""
    home = access_writer(db, viewer)
    kind = "".join(form.kind.split())
    if len(kind) > KIND:
        raise Invalid(why=f"房型最多 {KIND} 个字，例如「失智专护双人间」。")
    known = queries.rooms(db, home.id)
    chosen = _chosen(form.rooms, known)
    told = queries.kinds(db, home.id)
    for room in chosen:
        row = told.get((room.building, room.room))
        if not kind:
            if row is not None:
                db.delete(row)
            continue
        if row is None:
            row = RoomKind(id=new_id(), home_id=home.id, building=room.building, room=room.room)
            db.add(row)
        row.kind, row.by_id, row.at = kind, viewer.id, now
    what = f"{form.rooms.strip()[:40]} {kind or '照床数'}"
    db.store.audit(home.id, now, f"staff:{viewer.id}", "set_rooms", f"home:{home.id}", what)
    db.store.hint("week", "knowledge")
    return len(chosen)


def told_by(db: Unit, row: BedCheck | None) -> str:
    """Who compared last."""
    return name_of(db, row.by_id) if row else ""


def _chosen(text: str, known: list[Room]) -> list[Room]:
    """301-306, 401: the rooms meant, all of which there are. Raises Invalid."""
    by_name = {name: room for room in known for name in (room.building + room.room, room.room)}
    found: dict[tuple[str, str], Room] = {}
    parts = text.replace("室", " ").replace("，", " ").replace(",", " ").replace("、", " ").split()
    if not parts:
        raise Invalid(why="请写哪些房间，例如 301-306，或 301 302。")
    for part in parts:
        begin, _, end = part.replace("～", "-").replace("—", "-").replace("到", "-").partition("-")
        names = [part] if part in by_name else []
        if not names and begin.isdecimal() and end.isdecimal() and len(begin) <= 6 and int(end) - int(begin) < 200:
            names = [str(n) for n in range(int(begin), int(end) + 1) if str(n) in by_name]
        if not names:
            raise Invalid(why=f"没有「{part[:12]}」这间房。请照「床位」里的房号写，例如 301-306。")
        for name in names:
            found[by_name[name].building, by_name[name].room] = by_name[name]
    return list(found.values())
