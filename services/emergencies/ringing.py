"""What rings, read from the database with all that was said, and where each person is."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select

from care.states import AWAY, Binding, CallWay
from care.triage import NURSE, Audience, Urgency
from services.access import name_of
from services.accusations import accusations
from services.emergencies import cries, raising
from services.emergencies.cries import Said
from services.emergencies.strip import OLD, RAISED, UNDONE_WITHIN, Alarm, Called, Cry, Ended, Place
from storage import tables
from storage.queries import emergencies as queries
from storage.queries import families_phones, talks
from storage.seal import Unreadable
from storage.tables.emergencies import AlarmPress
from storage.tables.emergencies_chain import AlarmCall, AlarmRun
from storage.tables.families_phones import CommonPhone
from storage.unit import Unit

SAID: Final = ("text", "voice", "event:click")
"""Kinds of messages that ring."""
MOST_SAID: Final = 300
"""Messages that are read for all strips together."""
HOLDER: Final = "值班手机"
"""Who goes when a key was pressed on the phone of a post and nobody knows who has it."""
CLOSED: Final = "［打不开，请去看］"
"""Stands for words that cannot be unsealed."""


def open_alarms(db: Unit, home_id: int, now: datetime) -> list[Alarm]:
    """What rings, with all that was said; what nobody ended within 12 h is left to the lists."""
    return [
        alarm
        for _, alarm in _alarms(db, home_id, tables.Alarm.arrived_at.is_(None), tables.Alarm.latest_at > now - OLD)
    ]


def just_ended(db: Unit, home_id: int, now: datetime) -> list[Ended]:
    """What was ended within the last minutes, for all to see and to take back (D7)."""
    found = _alarms(db, home_id, tables.Alarm.arrived_at > now - UNDONE_WITHIN)
    return [
        Ended(alarm, name_of(db, row.arrived_by), row.arrived_at, row.ended_how or "arrived", _why(db, row))
        for row, alarm in found
        if row.arrived_at is not None
    ]


def _called(call: AlarmCall, name: str) -> Called:
    phone = call.channel == CallWay.PHONE.value
    return Called(name, call.asked_at, call.outcome or "", call.rang_at is not None, phone)


def _why(db: Unit, row: tables.Alarm) -> str:
    try:
        return db.open(row, "ended_why") or ""
    except Unreadable:
        return ""


def _alarms(db: Unit, home_id: int, *which: ColumnElement[bool]) -> list[tuple[tables.Alarm, Alarm]]:
    """Alarms with who speaks, where, all that was said, and whom the talk accuses; the oldest first."""
    found = [*_phones(db, home_id, *which), *_raised(db, home_id, *which)]
    return sorted(found, key=lambda one: one[0].id)


def _raised(db: Unit, home_id: int, *which: ColumnElement[bool]) -> list[tuple[tables.Alarm, Alarm]]:
    """What colleagues raised (F9)."""
    rows = db.execute(
        select(tables.Alarm, tables.Staff.name, AlarmRun)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Alarm.going_by)
        .outerjoin(AlarmRun, AlarmRun.alarm_id == tables.Alarm.id)
        .where(tables.Alarm.home_id == home_id, tables.Alarm.raised_by.is_not(None), *which)
    ).all()
    if not rows:
        return []
    numbers = [row.id for row, *_ in rows]
    rung, pressed = queries.called(db, numbers), raising.pressed(db, numbers)
    whos = _whos(db, [row.person_id for row, *_ in rows if row.person_id is not None])
    found: list[tuple[tables.Alarm, Alarm]] = []
    for row, staff, run in rows:
        presses, accused = pressed.get(row.id, []), raising.accused_of(db, row)
        alarm = Alarm(
            f"{RAISED}{row.id}",
            Audience(row.audience),
            row.level,
            row.kind,
            tuple(Cry(row.level, row.kind, _words(db, one), one.at) for one, _ in presses),
            row.raised_at,
            row.latest_at,
            _place(db, row, presses, whos),
            row.count,
            staff or (HOLDER if row.going_at is not None else ""),
            row.going_by or 0,
            row.going_at,
            row.person_id,
            calls=tuple(_called(call, name) for call, name in rung.get(row.id, ())),
            late_at=run.late_at if run is not None and run.went_at == row.going_at else None,
            number=row.id,
            nobody_at=run.nobody_at if run is not None else None,
            raised_by=row.raised_by or 0,
            presses=frozenset(one.token for one, _ in presses),
            callers=frozenset({row.raised_by or 0, *(one.staff_id for one, _ in presses)}),
            brief=row.brief,
            staff=accused[0],
            roles=accused[1],
        )
        found.append((row, alarm))
    return found


def _words(db: Unit, press: AlarmPress) -> str:
    try:
        return db.words(press, "words") or raising.COME
    except Unreadable:
        return CLOSED


def _place(db: Unit, row: tables.Alarm, presses: list[tuple[AlarmPress, str]], whos: Mapping[int, talks.Who]) -> Place:
    """Where a colleague calls others to: as the newest of them wrote it."""
    floors = frozenset({row.floor}) if row.floor else frozenset[str]()
    if not presses:
        return Place("同事在叫人", "地方没有记下来，请看电脑", floors=floors)
    press, by = presses[-1]
    try:
        place = db.words(press, "place")
    except Unreadable:
        place = CLOSED
    lives = db.scalars(select(tables.Resident).where(tables.Resident.person_id == (row.person_id or 0))).first()
    name = whos[lives.person_id].name if lives is not None and lives.person_id in whos else ""
    return raising.where(by, place, (name, raising.bed_of(lives) if lives is not None else ""), floors)


def place_of(db: Unit, alarm: tables.Alarm) -> Place:
    """Where a nurse goes for an alarm."""
    if alarm.raised_by is None and alarm.person_id is not None:
        return where_of(db, [alarm.person_id])[alarm.person_id]
    return _place(db, alarm, raising.pressed(db, [alarm.id]).get(alarm.id, []), {})


def _phones(db: Unit, home_id: int, *which: ColumnElement[bool]) -> list[tuple[tables.Alarm, Alarm]]:
    """What somebody's words raised."""
    rows = db.execute(
        select(tables.Alarm, tables.Inbox.arrived_at, tables.Follower.openid, tables.Staff.name, AlarmRun)
        .join(tables.Inbox, tables.Inbox.id == tables.Alarm.latest_id)
        .join(tables.Follower, tables.Follower.person_id == tables.Alarm.person_id)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Alarm.going_by)
        .outerjoin(AlarmRun, AlarmRun.alarm_id == tables.Alarm.id)
        .where(tables.Alarm.home_id == home_id, tables.Alarm.raised_by.is_(None), *which)
        .order_by(tables.Alarm.id)
    ).all()
    if not rows:
        return []
    people = [alarm.person_id or 0 for alarm, *_ in rows]
    where, accused = where_of(db, people), accusations.of_people(db, people)
    messages = _messages(db, [alarm for alarm, *_ in rows if where[alarm.person_id or 0].bound])
    said = cries.of(
        db,
        {alarm.latest_id or 0 for alarm, *_ in rows}
        | {number for mine in messages.values() for number, _ in mine}
        | {alarm.calmed_id for alarm, *_ in rows if alarm.calmed_id is not None},
    )
    calmed = _times(db, [alarm.calmed_id for alarm, *_ in rows if alarm.calmed_id is not None])
    found: list[tuple[tables.Alarm, Alarm]] = []
    rung = queries.called(db, [alarm.id for alarm, *_ in rows])
    for row, latest_at, openid, staff, run in rows:
        named, roles = accused.get(row.person_id or 0, (frozenset[int](), frozenset[tuple[str, str]]()))
        only = said[row.latest_id].words if row.latest_id in said else CLOSED
        shown = _rang(row, messages.get(row.id, []), said) or (Cry(row.level, row.kind, only, latest_at),)
        alarm = Alarm(
            openid,
            Audience(row.audience),
            row.level,
            row.kind,
            shown,
            row.raised_at,
            row.latest_at,
            where[row.person_id or 0],
            row.count,
            staff or (HOLDER if row.going_at is not None else ""),
            row.going_by or 0,
            row.going_at,
            row.person_id,
            frozenset(),
            row.brief,
            named,
            roles,
            calmed.get(row.calmed_id or 0),
            said[row.calmed_id].words if row.calmed_id in said else "",
            tuple(_called(call, name) for call, name in rung.get(row.id, ())),
            run.late_at if run is not None and run.went_at == row.going_at else None,
            row.id,
            run.nobody_at if run is not None else None,
        )
        found.append((row, alarm))
    return found


def _times(db: Unit, messages: list[int]) -> dict[int, datetime]:
    """When these arrived."""
    table = tables.Inbox
    return dict(db.execute(select(table.id, table.arrived_at).where(table.id.in_(messages))).all()) if messages else {}


def _messages(db: Unit, alarms: list[tables.Alarm]) -> dict[int, list[tuple[int, datetime]]]:
    """The messages of each alarm with their times, in their order; at most the newest ones of all (D14)."""
    if not alarms:
        return {}
    table = tables.Inbox
    first = min(alarm.inbox_id or 0 for alarm in alarms)
    asked = select(table.id, table.person_id, table.arrived_at).where(
        table.person_id.in_({alarm.person_id or 0 for alarm in alarms}), table.id >= first, table.kind.in_(SAID)
    )
    rows = db.execute(asked.order_by(table.id.desc()).limit(MOST_SAID)).all()[::-1]
    return {
        alarm.id: [
            (number, at)
            for number, person, at in rows
            if person == alarm.person_id and (alarm.inbox_id or 0) <= number <= (alarm.latest_id or 0)
        ]
        for alarm in alarms
    }


def _rang(row: tables.Alarm, messages: list[tuple[int, datetime]], said: Mapping[int, Said]) -> tuple[Cry, ...]:
    """Those that rang, with the first and the latest."""
    each = ((number, _cry(row, number, at, said.get(number))) for number, at in messages)
    return tuple(cry for number, cry in each if number in {row.inbox_id, row.latest_id} or cry.level <= int(Urgency.P1))


def _cry(alarm: tables.Alarm, message_id: int, at: datetime, said: Said | None) -> Cry:
    """One message of several as the strip shows it."""
    if said is None:
        return Cry(alarm.level, alarm.kind, CLOSED, at)
    if said.tapped:
        return Cry(int(Urgency.P1), NURSE.kind, said.words, at)
    meant = said.meant
    level = int(meant.level)
    if not meant.rings and (said.unread or message_id == alarm.latest_id):
        level = min(level, int(Urgency.P1))
    mine = meant.rings and meant.audience.value == alarm.audience
    return Cry(level, meant.kind if mine else alarm.kind, said.words, at)


def places(db: Unit, home_id: int) -> dict[str, Place]:
    """Who speaks from which openid, and where they are, for alarms that cannot wait for the database."""
    bound = db.execute(
        select(tables.Follower.openid, func.coalesce(CommonPhone.place_id, tables.Person.id))
        .join(tables.Person, tables.Person.id == tables.Follower.person_id)
        .outerjoin(CommonPhone, CommonPhone.follower_id == tables.Follower.id)
        .where(
            tables.Person.home_id == home_id,
            (tables.Person.kind != "guest") | (tables.Follower.binding == Binding.HOUSE.value),
        )
    ).all()
    people = [person for _, person in bound]
    where, floors = where_of(db, people), queries.floors_of(db, people)
    return {openid: replace(where[person], floors=floors[person]) for openid, person in bound}


def muted(db: Unit, home_id: int, now: datetime) -> frozenset[str]:
    """Strangers' phones that do not ring now."""
    found = (
        select(tables.Follower.openid)
        .join(tables.Person, tables.Person.id == tables.Follower.person_id)
        .where(tables.Person.home_id == home_id, tables.Person.kind == "guest", tables.Follower.muted_until > now)
    )
    return frozenset(db.scalars(found))


def where_of(db: Unit, people: list[int]) -> dict[int, Place]:
    """Where a nurse goes for each of these people: their own bed, or that of who they belong to; never to an empty one
    (A7, F3).
    """
    whos = _whos(db, people)
    resident, kin = tables.Resident, tables.Kinship
    rooms: dict[int, list[tuple[str, str, str]]] = {}
    own = select(resident.person_id, resident.room, resident.bed, resident.status).where(resident.person_id.in_(people))
    tied = select(kin.person_id, resident.room, resident.bed, resident.status).join(
        resident, resident.id == kin.resident_id
    )
    for person, room, bed, status in (*db.execute(own), *db.execute(tied.where(kin.person_id.in_(people)))):
        rooms.setdefault(person, []).append((f"{room} 室 {bed} 床", room, status))
    found: dict[int, Place] = {}
    common = families_phones.places(db, people)
    devices = set(db.scalars(select(tables.Person.id).where(tables.Person.id.in_(people), talks.IS_PLACE)))
    for person, who in whos.items():
        beds = rooms.get(person, [])
        there = [bed for bed in beds if bed[2] not in AWAY]
        away = "、".join(dict.fromkeys(status for _, _, status in beds)) if beds and not there else ""
        place = who.place or who.tie
        if person in common:
            found[person] = _several(who.name, common[person])
            continue
        if away:
            place = (
                f"登记为{away}，不在 {beds[0][0]}。请马上打电话给本人和家属"
                if who.kind == "elder"
                else f"{who.tie} · 老人登记为{away}，不在院里"
            )
        elif who.kind != "elder" and there:
            place = f"{who.tie} · 老人在 {'、'.join(bed[1] for bed in there)} 室"
        shown = there[0][0] if who.kind == "elder" and there else " 或 ".join(f"{bed[1]} 室" for bed in there)
        found[person] = Place(
            who.name, place, f"登记为{away}" if away else shown, away, who.kind != "guest" or person in devices
        )
    return found


def _several(name: str, here: families_phones.Here) -> Place:
    """A phone of several rings for all of them: nobody is asked who it was before somebody goes (F3)."""
    rooms = " 或 ".join(f"{room} 室" for room in here.rooms)
    if here.kind == "shared":
        return Place("两人共用的手机", f"{'或'.join(here.names)}，{rooms}", rooms)
    people = "、".join(f"{who}（{bed}）" for who, bed in zip(here.names, here.beds, strict=True))
    return Place(name, f"{rooms}：{people or '现在没人住'}", rooms)


def _whos(db: Unit, people: list[int]) -> dict[int, talks.Who]:
    """People by id; a name that cannot be unsealed hides no alarm."""
    try:
        return talks.whos(db, people)
    except Unreadable:
        found: dict[int, talks.Who] = {}
        for person in people:
            try:
                found |= talks.whos(db, [person])
            except Unreadable:
                found[person] = talks.Who(person, "［名字打不开］", "guest", "", "请看来信", "", None)
        return found
