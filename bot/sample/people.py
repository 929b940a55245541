"""Who else is there: colleagues with their rota, relatives with their phones, what is known of residents."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from msgspec import convert

from bot.sample import sheets
from bot.sample.home import bind
from bot.sample.play import Act, Play
from care.admission import CHECKLIST
from care.states import Role
from services.access import Viewer
from services.families import consents, moving_in, narrowing, relatives, ties, wishes
from services.families.forms import (
    AddRelative,
    AddWish,
    EditRelative,
    NarrowScope,
    RecordConsent,
)
from services.families.moving_in import MoveIn
from services.residents import beds, checklist, contracts, papers, record
from services.residents.beds import AddBed
from services.residents.checklist import SignOver, Tick
from services.residents.contracts import AddContract
from services.residents.papers import AddPaper
from services.roster import posts, roster
from services.roster.forms import ByFloor, PutShift
from services.staff import colleagues
from services.staff.forms import AddColleague
from storage.unit import Unit

OPENED: Final = "-15 17:30"
"""When the colleagues are added, the evening before the fortnight."""
TURNS: Final = ("白", "夜", "休", "休")
NURSES: Final = "护士"
GAP: Final = ("3 楼", 3, "夜")
"""Nobody has been found yet for this one."""


def acts(book: Mapping[str, Any], play: Play) -> Iterable[Act]:
    """Colleagues, then relatives in their order; the rota from week to week."""
    at = play.moment(OPENED)
    yield Act(at, "colleagues", partial(_hire, play, book["staff"]))
    for day in range(-14, 14, 7):
        yield Act(play.moment(f"{max(day - 8, -15)} 19:10"), f"rota {day}", partial(_rota, play, day))
    for nth, one in enumerate(book["kin"]):
        joined = play.moment(one["at"]) if "at" in one else at + timedelta(minutes=30 + 9 * nth)
        yield Act(joined, f"relative {one['name']}", partial(_relative, play, one))
    for nth, (place, known) in enumerate(book["known"].items()):
        yield Act(at + timedelta(minutes=5 + nth), f"record {place}", partial(_known, play, place, known))


async def _hire(play: Play, staff: list[Mapping[str, str]], at: datetime) -> None:
    director = play.home.director
    for one in staff:
        form = convert(
            {name: one[name] for name in ("name", "login", "role", "floors", "phone") if name in one}, AddColleague
        )
        row, _ = await play.write(partial(colleagues.add, viewer=director, form=form, now=at))
        floors = frozenset(one.get("floors", "").split())
        play.home.staff[one["login"]] = Viewer(row.id, director.home_id, one["name"], Role(one["role"]), floors)
    for name, openid in (("王桂兰", "oSim_wangguilan_00000000002"), ("李静", "oSim_lijing_0000000000000001")):
        play.phones[name] = openid
    play.phones["何平"] = "oSim_heping_0000000000000004"


async def _rota(play: Play, first: int, at: datetime) -> None:
    """A week: each floor by day and night, and the nurses; four people take turns."""
    lead = play.who("he")
    if first == -14:
        await play.write(lambda db: posts.by_floor(db, lead, ByFloor(shifts=frozenset({"白", "夜"})), at))
    teams: dict[str, list[int]] = {}
    for one in play.home.staff.values():
        if one.role is Role.NURSE:
            teams.setdefault(NURSES, []).append(one.id)
        elif one.role is Role.CARER:
            teams.setdefault(f"{min(one.floors)} 楼", []).append(one.id)
    forms = [
        PutShift(staff_id=who, day=play.day(day), shift=shift, post=post)
        for post, team in sorted(teams.items())
        for day in range(first, first + 7)
        for nth, who in enumerate(team)
        if (shift := TURNS[(nth + day) % len(TURNS)]) != "休" and (post, day, shift) != GAP
    ]
    await play.write(lambda db: roster.put_all(db, lead, forms, at))


async def _relative(play: Play, one: Mapping[str, Any], at: datetime) -> None:
    """Registered at the desk; with an openid the phone is bound there too, and the signed sheet is kept."""
    resident, desk = play.home.residents[one["of"]], play.home.desk
    scopes = frozenset(one["scopes"].split())
    more = {"frequency": one.get("frequency", "daily"), "hour": one.get("hour"), "timezone": one.get("timezone", "")}
    form = AddRelative(name=one["name"], relation=one["relation"], phone=one.get("phone", ""), scopes=("daily",))
    person = await play.write(lambda db: relatives.add(db, desk, resident, form, at).id)
    play.relatives[one["name"]] = person
    if "openid" in one:
        await bind(play.home, one["openid"], resident, (one["relation"], one["name"]), at, person)
        play.phones[one["name"]] = one["openid"]
    if scopes - {"daily"}:
        await _agree(play, one["of"], one, scopes, person, at)
    if more != {"frequency": "daily", "hour": None, "timezone": ""}:
        edited = convert({"name": one["name"], "relation": one["relation"]} | more, EditRelative)
        await play.write(lambda db: ties.edit(db, desk, resident, person, edited, at + timedelta(minutes=9)))


async def _agree(
    play: Play, place: str, one: Mapping[str, Any], scopes: frozenset[str], person: int, at: datetime
) -> None:
    """The signed sheet, with its proof; who has agreed to nothing yet is told of need all the same."""
    way, at = one.get("way", "paper"), at + timedelta(minutes=9)
    agreed = RecordConsent(scopes=scopes, way=way, alone="health" in scopes)
    resident, desk = play.home.residents[place], play.home.desk
    if way == "none":
        await play.write(lambda db: ties.agree(db, desk, resident, person, agreed, at))
        return
    data = sheets.paper(_consent(play.home.names[place], one, at))
    proof = consents.take(data)
    await play.with_file(proof.id, data, lambda db: ties.agree(db, desk, resident, person, agreed, at, proof))


def _consent(elder: str, one: Mapping[str, Any], at: datetime) -> list[str]:
    return [
        "家书信息告知同意书",
        "",
        f"本人 {elder}，愿意让{one['relation']}{one['name']}",
        "通过「家书」知道我在院里的日常、照片；",
        "健康情况另外念给我听过，我也同意。",
        "不想让谁知道了，跟护理员说一声就停。",
        "",
        f"签字：{elder}（手印）　　{at:%Y 年 %-m 月 %-d 日}",
    ]


async def _known(play: Play, place: str, known: Mapping[str, Mapping[str, Any]], at: datetime) -> None:
    """What is known of a resident, section by section, as a nurse writes it down."""
    nurse, resident = play.who("tang"), play.home.residents[place]
    for section, form in record.SECTIONS.items():
        if section in known:
            there = play.home.basics[place] if section == "basics" else {}
            kept = {name: there[name] for name in ("name", "sex", "born") if name in there}
            filled: record.Section = convert({**kept, **known[section]}, form)  # type: ignore[assignment]
            edited = partial(record.edit, viewer=nurse, resident_id=resident, section=section, form=filled, now=at)
            await play.write(edited)
    if "contract" in known:
        await contract(play, at, place=place, **known["contract"])


async def contract(play: Play, at: datetime, *, place: str, begins: int, ends: int, **more: object) -> None:
    """A contract; its days are counted from the start of the demo."""
    days = {"begins_on": play.day(begins), "ends_on": play.day(ends), "confirmed_on": play.day(begins)}
    form, resident = convert(days | more, AddContract), play.home.residents[place]
    await play.write(lambda db: contracts.add(db, play.home.desk, resident, form, at))


async def move_in(play: Play, at: datetime, *, place: str, birthday: int, year: int, **more: str) -> None:
    """Somebody new, with relatives, in a bed that is free; the birthday is so many days from the start of the demo."""
    room, bed = place.split("-")
    born, director = f"{year}-{play.day(birthday):%m-%d}", play.home.director
    await play.write(lambda db: beds.add_bed(db, director, AddBed(floor=room[:-2], room=room, name=bed), at))
    form = convert(more | {"born": born, "room": room, "bed": bed, "admitted_on": at.date()}, MoveIn)
    row = await play.write(lambda db: moving_in.move_in(db, play.home.desk, form, at))
    play.home.residents[place], play.home.names[place] = row.id, more["name"]


async def own_phone(play: Play, at: datetime, *, place: str, openid: str) -> None:
    """The phone of a resident is bound at the bed."""
    name = play.home.names[place]
    await bind(play.home, openid, play.home.residents[place], ("本人", name), at)
    play.phones[name] = openid


async def bind_kin(play: Play, at: datetime, *, place: str, who: str, relation: str, openid: str) -> None:
    """The first relative of a resident who came with them binds a phone, and signs for more than the days."""
    resident = play.home.residents[place]
    sql = "SELECT person_id FROM kinship WHERE resident_id = ? ORDER BY position LIMIT 1"
    person = await play.number(sql, resident)
    await bind(play.home, openid, resident, (relation, who), at, person)
    play.phones[who] = openid
    more = {"name": who, "relation": relation}
    await _agree(play, place, more, frozenset({"daily", "health", "photos"}), person, at)


async def tick(play: Play, at: datetime, *, place: str, signed: str) -> None:
    """The whole list of the first day, and the signature."""
    resident, nurse = play.home.residents[place], play.who("tang")

    def work(db: Unit) -> None:
        for item in CHECKLIST:
            checklist.tick(db, nurse, resident, Tick(item=item, done=True), at)
        checklist.sign_over(db, nurse, resident, SignOver(signed_by=signed), at + timedelta(minutes=10))

    await play.write(work)


async def keep_paper(
    play: Play, at: datetime, *, place: str, kind: str, lines: list[str], expires: int | None = None, title: str = ""
) -> None:
    """A paper of a resident; its last day is counted from the start of the demo."""
    resident, data = play.home.residents[place], sheets.paper(lines)
    file = papers.take(data)
    form = AddPaper(kind=kind, title=title, expires_on=None if expires is None else play.day(expires))
    await play.with_file(file.id, data, lambda db: papers.add(db, play.who("tang"), resident, file, form, at))


async def wish(play: Play, at: datetime, *, place: str, by: str, says: str, about: str = "") -> None:
    """What an elder asked of us."""
    resident = play.home.residents[place]
    form = AddWish(words=says, about=await play.person(about) if about else 0)
    await play.write(lambda db: wishes.add(db, play.who(by), resident, form, at))


async def narrow(play: Play, at: datetime, *, place: str, who: str, scope: str, asked_by: str, why: str) -> None:
    """A relative may know less."""
    resident, person = play.home.residents[place], await play.person(who)
    form = NarrowScope(scope=scope, asked_by=asked_by, why=why)
    desk, house = play.home.desk, play.home.house
    await play.write(lambda db: narrowing.narrow(db, house, desk, resident, person, form, at))


DOES: Final[Mapping[str, Callable[..., Any]]] = {
    act.__name__: act for act in (contract, move_in, own_phone, bind_kin, tick, keep_paper, wish, narrow)
}
