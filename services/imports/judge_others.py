"""Colleagues and their shifts: posts in the house's words, log-in names, a row a shift or a table of names by days."""

import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import count
from typing import Final

from care.states import Role
from services.imports import values
from services.imports.heads import Plan
from services.imports.judge_residents import checked, name_of
from services.imports.known import Known, Works
from services.imports.rows import SKIP, TWIN, Cells, Judged, Verdict
from services.imports.values import Read

LOGIN: Final = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
PREFIX: Final[Mapping[Role, str]] = {
    Role.CARER: "hl",
    Role.NURSE: "hs",
    Role.DESK: "kf",
    Role.SUPERVISOR: "zg",
    Role.DIRECTOR: "yz",
    Role.ADMIN: "gl",
    Role.AUDITOR: "sj",
}
ROLES: Final = {word: role.value for word, role in values.POSTS.items()}
OFF: Final = "休"
WHO: Final = "_who"


def staff(plans: Sequence[Plan], rows: Sequence[Judged], known: Known) -> None:
    """All rows of colleagues."""
    logins, names = set(known.logins), {one.name: one for one in known.staff}
    for one in rows:
        if one.verdict is Verdict.SKIP:
            continue
        cells = Cells(plans[one.row.sheet], one.row)
        one.who = name_of(cells, one)
        if (other := names.get(one.who)) is not None and not one.row.fixed.get(TWIN):
            if other.ref.startswith("h"):
                one.skip("院里已有")
                continue
            asks = (("是同一位", SKIP, "1"), ("是两位", TWIN, "two"))
            why = Read(why=f"和第 {other.line} 行同名")
            one.fault(TWIN, one.who, why, name="同名", leave=False, asks=asks, typed=False)
        role = values.chosen(cells("role"), ROLES, "院里没有这个岗位")
        if not cells.text("role"):
            role = Read(why="没有写岗位")
        if role.why:
            posts = tuple((role.words, "role", role.words) for role in (Role.CARER, Role.NURSE, Role.DESK))
            guess = Role(role.guess).words if role.guess else ""
            one.fault("role", cells("role"), Read(why=role.why, guess=guess, hint=role.hint), leave=False, asks=posts)
        floors = " ".join(re.findall(r"[A-Za-z]?\d{1,2}", cells.text("floors")))
        login = _login(cells, one, role.value, logins)
        logins.add(login)
        one.draft = {
            "name": one.who,
            "login": login,
            "role": role.value,
            "floors": floors,
            "phone": checked(cells, one, "phone", values.phone(cells("phone"))),
        }
        names.setdefault(one.who, Works(f"r:{one.row.id}", one.who, login, one.row.number))


def _login(cells: Cells, one: Judged, role: str, taken: AbstractSet[str]) -> str:
    said = cells.text("login").lower()
    if said and not LOGIN.fullmatch(said):
        one.fault("login", said, Read(why="只能用小写字母和数字，2 位以上"))
    elif said in taken:
        one.fault("login", said, Read(why="已经有人用了"))
    elif said:
        return said
    prefix = PREFIX[Role(role)] if role else "gh"
    return next(name for number in count(1) if (name := f"{prefix}{number:02d}") not in taken)


def rota(plans: Sequence[Plan], rows: Sequence[Judged], known: Known, look: AbstractSet[str]) -> None:
    """All rows of a rota; `look`: colleagues of this run who are not decided yet."""
    words = dict(values.SHIFTS if known.shifts is None else known.shifts)
    seen: dict[tuple[str, str], int] = {}
    for one in rows:
        if one.verdict is Verdict.SKIP:
            continue
        plan = plans[one.row.sheet]
        cells = Cells(plan, one.row)
        one.who = cells.text("name").replace(" ", "")
        who = _colleague(one, known)
        _waits(one, who, look)
        post = _post(cells, one, known)
        found = _across(plan, one, words) if plan.days else _turn(cells, one, known, words)
        if not found and not one.faults:
            one.skip("没有排班")
        ref = who.ref if who else ""
        for day, shift in found:
            if shift == OFF:
                continue
            if (ref, day) in seen and seen[ref, day] != one.row.number and not plan.days:
                why = Read(why=f"第 {seen[ref, day]} 行这一天已经排了班")
                one.fault("day", day, why, leave=False, asks=(("不要这一行", SKIP, "1"),))
            seen.setdefault((ref, day), one.row.number)
            one.kin.append({"who": ref, "day": day, "shift": shift, "post": post})
        if found and not one.kin and not one.faults:
            one.skip("休息")


def _turn(cells: Cells, one: Judged, known: Known, words: Mapping[str, str]) -> list[tuple[str, str]]:
    day = checked(cells, one, "day", values.day(cells("day"), known.today))
    shift = checked(cells, one, "shift", values.chosen(cells("shift"), words, "院里没有这个班"))
    for word, value in (("day", day), ("shift", shift)):
        if not value and not any(fault.field == word for fault in one.faults):
            one.fault(word, "", Read(why="没有写"), leave=False)
    return [(day, shift)] if day and shift else []


def _waits(one: Judged, who: Works | None, look: AbstractSet[str]) -> None:
    if who is not None and who.ref in look:
        why = Read(why=f"{who.name}（第 {who.line} 行）还没定，先定了同事那一行")
        one.fault(WHO, who.name, why, name="同事", leave=False, typed=False)


def _across(plan: Plan, one: Judged, words: Mapping[str, str]) -> list[tuple[str, str]]:
    found = []
    for at, day in plan.days.items():
        cell = one.row.cells[at] if at < len(one.row.cells) else None
        key = f"d{at}"
        said = one.row.fixed.get(key, cell)
        read = values.chosen(said, words, f"{day[5:]} 这一格看不懂")
        if read.why:
            one.fault(key, said, read, name=day[5:])
        elif read.value:
            found.append((day, read.value))
    return found


def _colleague(one: Judged, known: Known) -> Works | None:
    if not one.who:
        one.fault("name", "", Read(why="没有写是谁"), leave=False)
        return None
    if chosen := one.row.fixed.get(WHO):
        return next((works for works in known.staff if works.ref == chosen), None)
    found = [works for works in known.staff if one.who in {works.name, works.login}]
    if len(found) == 1:
        return found[0]
    if found:
        asks = tuple((works.login or f"第 {works.line} 行", WHO, works.ref) for works in found)
        one.fault("name", one.who, Read(why=f"有 {len(found)} 位同名，是哪一位"), leave=False, asks=asks)
        return None
    near = [
        works
        for works in known.staff
        if len(works.name) == len(one.who) and sum(a != b for a, b in zip(works.name, one.who, strict=True)) == 1
    ]
    guess = near[0].name if len(near) == 1 else ""
    asks = (("不要这一行", SKIP, "1"),)
    one.fault("name", one.who, Read(why="没有这位同事", guess=guess, hint="像她"), leave=False, asks=asks)
    return None


def _post(cells: Cells, one: Judged, known: Known) -> str:
    said = cells.text("post")
    if not said or said in {"全院", "整院"}:
        return ""
    if not known.posts or said in known.posts:
        return said
    near = [post for post in known.posts if said in post or post in said]
    read = Read(why="院里没有这个值班点", guess=near[0] if len(near) == 1 else "", hint="像这个")
    one.fault("post", said, read)
    return ""
