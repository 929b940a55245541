"""Residents and relatives of a sheet: who they are, where they live, whose they are, and who is there already."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any, Final

from services.imports import moon, values
from services.imports.book import Cell
from services.imports.changes import STAYS, changes
from services.imports.heads import Plan
from services.imports.known import Known, Lives
from services.imports.rows import ELDER, SKIP, TWIN, Cells, Judged, Verdict
from services.imports.values import Bed, Read

PLAIN: Final = (
    *("history", "medicines", "diet", "habits", "address", "occupation"),
    *("called", "blood", "hospital", "speech", "routine", "needs"),
)
LONGEST_NAME: Final = 20
GONE: Final = frozenset({"退住", "去世"})
HEALTHY: Final = "none"
NO_BEDS: Final = "院里还没有排床位"
NO_ROOM: Final = "院里没有这间"
NO_BED: Final = "这间没有 "


def residents(plans: Sequence[Plan], rows: Sequence[Judged], known: Known) -> None:
    """All rows of residents."""
    for one in rows:
        if one.verdict is not Verdict.SKIP:
            _resident(Cells(plans[one.row.sheet], one.row), one, known)
    _meant(rows, known)
    _twice(rows, known)


def relatives(plans: Sequence[Plan], rows: Sequence[Judged], known: Known, look: AbstractSet[str]) -> None:
    """All rows of relatives; `look`: residents of this run who are not decided yet."""
    seen: dict[tuple[str, str], int] = {}
    for one in rows:
        if one.verdict is Verdict.SKIP:
            continue
        cells = Cells(plans[one.row.sheet], one.row)
        one.who = name_of(cells, one)
        relation = _tie(cells, one, "relation")
        phone = checked(cells, one, "phone", values.phone(cells("phone")))
        primary = cells.text("primary").lower() in values.YES
        order = cells.text("order")
        elder = _elder(cells, one, known)
        one.draft = {
            "name": one.who,
            "relation": relation,
            "phone": phone,
            "primary": primary,
            "order": int(order) if order.isdigit() and len(order) < 3 else 0,
        }
        if elder is None:
            continue
        one.draft["elder"], one.place = elder.ref, elder.bed
        if elder.ref in look:
            why = Read(why=f"{elder.name}（第 {elder.line} 行）还没定，先定了老人那一行")
            one.fault(ELDER, elder.name, why, name="老人", leave=False, typed=False)
        key = elder.ref, one.who
        if one.who in elder.kin:
            one.skip("院里已有" if elder.ref.startswith("h") else f"第 {elder.line} 行已经带上了")
        elif key in seen:
            one.skip(f"和第 {seen[key]} 行一样")
        seen.setdefault(key, one.row.number)


def _resident(cells: Cells, one: Judged, known: Known) -> None:
    one.who = name_of(cells, one)
    identity = checked(cells, one, "identity", values.identity(cells("identity")))
    born = _born(cells, one, identity, known)
    sex = checked(cells, one, "sex", values.chosen(cells("sex"), values.SEXES, "不是男或女"))
    if identity and not sex:
        sex = values.sex_in(identity)
    elif identity and sex != values.sex_in(identity):
        told = values.sex_in(identity)
        one.fault("sex", sex, Read(why=f"和身份证对不上，身份证上是{told}", guess=told, hint="照身份证"))
    one.place = _place(cells, one, known)
    status = checked(cells, one, "status", values.chosen(cells("status"), values.STATUSES, "看不懂")) or "在住"
    if status in GONE:
        why = Read(why=f"写的是{status}，这里只登记住着的老人")
        one.fault("status", status, why, leave=False, asks=(("不要这一行", SKIP, "1"), ("还住着", "status", "在住")))
    admitted = checked(cells, one, "admitted_on", values.day(cells("admitted_on"), known.today))
    level = checked(cells, one, "care_level", values.chosen(cells("care_level"), _levels(known), "院里没有这一级"))
    allergies = checked(cells, one, "allergies", Read(cells.text("allergies")))
    none = allergies.lower().rstrip("。.史") in values.NOTHING or allergies in values.NOTHING
    one.draft = {
        "name": one.who,
        "sex": sex,
        "born": born,
        "identity": identity,
        "room": one.place.room,
        "bed": one.place.bed,
        "building": one.place.building,
        "status": status,
        "admitted_on": admitted,
        "care_level": level,
        "allergy": "unasked" if not allergies else HEALTHY if none else "some",
        "allergies": "" if none else allergies,
        "derived": frozenset(word for word in ("sex", "born") if not cells.text(word)),
        "phone": checked(cells, one, "phone", values.phone(cells("phone"))),
    } | {word: checked(cells, one, word, Read(cells.text(word))) for word in PLAIN}
    for word in ("kin", "kin2"):
        _kin(cells, one, word)


def name_of(cells: Cells, one: Judged) -> str:
    """Who the row tells of."""
    name, cell = cells.text("name"), cells("name")
    if why := values.broken(cell):
        one.fault("name", "", Read(why=why), leave=False)
    elif not name:
        one.fault("name", "", Read(why="没有写姓名"), leave=False)
    elif any(sign.isdigit() for sign in name) or len(name) > LONGEST_NAME:
        one.fault("name", name, Read(why="不像姓名"), leave=False)
    return name.replace(" ", "") if not name.isascii() else name


def checked(cells: Cells, one: Judged, word: str, read: Read) -> str:
    """The value of a field, or a fault about it."""
    cell: Cell = cells(word)
    if why := values.broken(cell):
        read = Read(why=why)
    if read.why:
        one.fault(word, cell, read)
    return read.value


def _born(cells: Cells, one: Judged, identity: str, known: Known) -> str:
    read = values.day(cells("born"), known.today, birth=True)
    told = values.born_in(identity) if identity else ""
    by_moon = moon.birthday(values.text(cells("born")), told)
    if by_moon is not None:
        if by_moon.value and told and abs(int(by_moon.value[:4]) - int(told[:4])) > 1:
            by_moon = Read(why=f"和身份证对不上，身份证上是 {told}", guess=told, hint="照身份证")
        return checked(cells, one, "born", by_moon)
    if read.why and told:
        read = Read(why=read.why, guess=told, hint=f"身份证上是 {told}")
    elif read.value and told and read.value != told:
        read = Read(why=f"和身份证对不上，身份证上是 {told}", guess=told, hint="照身份证")
        if one.row.fixed.get("born"):
            read = Read(values.text(cells("born")))
    return checked(cells, one, "born", read) or ("" if read.why else told)


def _levels(known: Known) -> dict[str, str]:
    return values.LEVELS | {level.lower(): level for level in known.levels}


def _place(cells: Cells, one: Judged, known: Known) -> Bed:
    whole, room, bed = cells.text("place"), cells.text("room"), cells.text("bed")
    word = "place" if whole or (not room and not bed) else "room"
    wanted = values.bed(whole) if whole else values.bed(room) if room else values.bed(bed) if "-" in bed else None
    said = whole or " ".join(filter(None, (room, bed)))
    if broken := values.broken(cells(word)):
        one.fault(word, "", Read(why=broken), leave=False)
        return Bed()
    if not said:
        one.fault(word, "", Read(why="没有写房间"), leave=False)
        return Bed()
    if wanted is None:
        like = values.bed(values.looked(said))
        guess = like if like is not None and known.rooms_called(like.room) else None
        hint = "没有这间" if guess is None else f"没有这间，是 {guess.words} 吗"
        one.fault(word, said, Read(why="看不懂", guess=guess.words if guess else "", hint=hint), leave=False)
        return Bed()
    short = bed.rstrip("床号") if bed and "-" not in bed else ""
    wanted = Bed(wanted.building or cells.text("building"), wanted.room, wanted.bed or short)
    return _there(one, word, said, wanted, known)


def _there(one: Judged, word: str, said: str, wanted: Bed, known: Known) -> Bed:
    """The bed as the house knows it."""
    if known.rooms is None:
        return wanted
    if not known.rooms:
        one.fault(word, said, Read(why=NO_BEDS), leave=False, typed=False)
        return wanted
    rooms = known.rooms_called(wanted.room, wanted.building)
    if not rooms:
        one.fault(word, said, Read(why=NO_ROOM), leave=False)
        return wanted
    if len(rooms) > 1:
        asks = tuple(
            (f"{building}", word, f"{building}{wanted.room}-{wanted.bed}".rstrip("-")) for building, _ in rooms
        )
        one.fault(word, said, Read(why="不止一栋楼有这间，是哪一栋"), leave=False, asks=asks)
        return wanted
    (building, room) = rooms[0]
    beds = known.rooms[rooms[0]]
    if not wanted.bed and len(beds) == 1:
        return Bed(building, room, next(iter(beds)))
    if not wanted.bed:
        one.fault(word, said, Read(why=f"没有写哪张床，这间有 {'、'.join(sorted(beds))}"), leave=False)
    elif wanted.bed not in beds:
        one.fault(word, said, Read(why=f"{NO_BED}{wanted.bed} 床，有 {'、'.join(sorted(beds))}"), leave=False)
    return Bed(building, room, wanted.bed)


def _meant(rows: Sequence[Judged], known: Known) -> None:
    """Rooms that are not there: the one that was meant is still free when all others of the sheet have theirs."""
    taken = {one.place for one in rows if one.verdict is not Verdict.SKIP}
    for one in rows:
        for at, fault in enumerate(one.faults):
            if fault.why == NO_ROOM and (near := known.nearest(one.place, taken)) is not None:
                hint = f"像 {near.words}，那张床空着" if near.bed else f"像 {near.words}"
                one.faults[at] = replace(fault, guess=near.words, hint=hint)


def _tie(cells: Cells, one: Judged, word: str, otherwise: str = "") -> str:
    """女儿, 大女儿, 配偶: the word as it was written, or the plain one of an abbreviation."""
    said = cells.text(word) or otherwise
    if len(said) == 1 or said in {"配偶", "夫妻", "爱人", "闺女", "媳妇"}:
        return values.RELATIONS.get(said, said)
    if not said:
        one.fault(word, "", Read(why="没有写关系"))
        return "家属"
    if any(sign.isdigit() for sign in said) or len(said) > 10:
        one.fault(word, said, Read(why="不像关系"))
    return said


def _kin(cells: Cells, one: Judged, word: str) -> None:
    said = cells.text(word)
    number = cells(f"{word}_phone")
    if not said and not values.text(number) and not values.broken(number):
        return
    found = values.kin(said)
    phone = checked(cells, one, f"{word}_phone", values.phone(number)) or found.phone
    if not found.name:
        if phone:
            one.fault(word, "", Read(why="有电话，没有写是谁的"))
        return
    relation = _tie(cells, one, f"{word}_relation", found.relation)
    one.kin.append(
        {"name": found.name, "relation": relation, "phone": phone, "primary": word == "kin", "order": len(one.kin) + 1}
    )


def _elder(cells: Cells, one: Judged, known: Known) -> Lives | None:
    name = cells.text("elder").replace(" ", "")
    if not name:
        one.fault("elder", "", Read(why="没有写是哪位老人的家属"), leave=False)
        return None
    if chosen := one.row.fixed.get(ELDER):
        return next((lives for lives in known.people if lives.ref == chosen), None)
    found = [lives for lives in known.people if lives.name == name]
    said = cells.text("place") or cells.text("room")
    place = values.bed(said) if said else None
    if place is not None and len(found) > 1:
        bed = place.bed or cells.text("bed")
        found = [one for one in found if one.bed.room == place.room and (not bed or one.bed.bed == bed)]
    if len(found) == 1:
        return found[0]
    if found:
        asks = tuple((f"{lives.where} 的", ELDER, lives.ref) for lives in found)
        one.fault("elder", name, Read(why=f"有 {len(found)} 位同名，是哪一位的家属"), leave=False, asks=asks)
        return None
    near = _near(name, place, known)
    hint = f"像 {near.where} 的{near.name}" if near else ""
    why = Read(why="院里和表里都没有这位老人", guess=near.name if near else "", hint=hint)
    one.fault("elder", name, why, leave=False, asks=(("不要这一行", SKIP, "1"),))
    return None


def _near(name: str, place: Bed | None, known: Known) -> Lives | None:
    alike = [
        one
        for one in known.people
        if len(one.name) == len(name) and sum(a != b for a, b in zip(one.name, name, strict=True)) == 1
    ]
    if len(alike) > 1 and place is not None:
        alike = [one for one in alike if one.bed.room == place.room]
    return alike[0] if len(alike) == 1 else None


def _twice(rows: Sequence[Judged], known: Known) -> None:
    """Duplicates in the sheet and against the house; one bed for one person; who is there already is brought up to
    date.
    """
    by: dict[tuple[str, Any], list[Lives]] = {}

    def note(one: Lives) -> None:
        by.setdefault(("name", one.name), []).append(one)
        if one.identity:
            by.setdefault(("identity", one.identity), []).append(one)
        if one.bed.bed:
            by.setdefault(("bed", one.bed), []).append(one)

    for lives in known.people:
        note(lives)
    there = {lives.ref: lives for lives in known.people}
    done: dict[str, int] = {}
    for one in rows:
        if not one.who:
            continue
        mine = Lives("", one.who, one.place, str(one.draft["identity"]), str(one.draft["born"]), one.row.number)
        _against(one, mine, by, there)
        if one.updates and (line := done.setdefault(one.updates, one.row.number)) != one.row.number:
            one.skip(f"和第 {line} 行是同一位")
        if not one.skipped and not one.updates:
            note(Lives(f"r:{one.row.id}", *(mine.name, mine.bed, mine.identity, mine.born, mine.line)))


def _against(one: Judged, mine: Lives, by: dict[tuple[str, Any], list[Lives]], there: Mapping[str, Lives]) -> None:
    if (chosen := there.get(one.row.fixed.get(TWIN, ""))) is not None:
        renews(one, chosen)
        return
    left = (("不要这一行", SKIP, "1"),)
    for other in by.get(("identity", mine.identity), ()) if mine.identity else ():
        if other.ref.startswith("h"):
            renews(one, other)
        elif other.name == mine.name:
            one.skip(f"和第 {other.line} 行一样")
        else:
            one.fault("identity", "", Read(why=f"和第 {other.line} 行{other.name}的身份证一样"), asks=left)
        return
    for other in by.get(("name", mine.name), ()):
        same_bed = other.bed == mine.bed and bool(mine.bed.room)
        if same_bed and other.ref.startswith("r"):
            one.skip(f"和第 {other.line} 行一样")
            return
        if same_bed and not changes(one.draft, other):
            one.skip("院里已有")
            return
        apart = _apart(mine.born, other.born) or (mine.identity and other.identity)
        if (same_bed or not apart) and not one.row.fixed.get(TWIN):
            where = f"院里 {other.where} " if other.ref.startswith("h") else f"第 {other.line} 行（{other.where}）"
            same = ("是同一位", TWIN, other.ref) if other.ref.startswith("h") else ("是同一位", SKIP, "1")
            asks = (same, ("不要这一行", SKIP, "1"), ("是两位", TWIN, "two"))
            why = f"和{where}同名" + ("，表里有的和院里不一样" if same_bed else "")
            one.fault(TWIN, mine.name, Read(why=why), name="同名", leave=False, asks=asks, typed=False)
            return
    for other in by.get(("bed", mine.bed), ()) if mine.bed.bed else ():
        who = f"住着{other.name}" if other.ref.startswith("h") else f"第 {other.line} 行{other.name}也写了"
        one.fault("place", mine.bed.words, Read(why=f"这张床{who}"), leave=False)
        return


def renews(one: Judged, lives: Lives) -> None:
    """The row tells of somebody who lives here: what it would change; bed and status are left to their page."""
    one.updates, one.changes = lives.ref, changes(one.draft, lives)
    one.faults = [fault for fault in one.faults if fault.field not in STAYS]
    one.kin = [kin for kin in one.kin if kin["name"] not in lives.kin]
    one.place = lives.bed
    if not one.changes and not one.kin and not one.faults:
        one.skip("院里已有")


def _apart(one: str, other: str) -> bool:
    """Whether two birthdays are of two people; one by the moon and one by the sun may be one day."""
    return bool(one and other and ("lunar" in one) == ("lunar" in other) and one != other)
