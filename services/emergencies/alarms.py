"""Emergencies in the database: raised with the message, 我去, 已到; the person hears only what is true at that moment (F1,
F2, F5).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, select

from care.errors import NotFound
from care.sla import Kind
from care.triage import NURSE, Audience, Triage, Urgency
from conversations.effects import Say, say
from services.access import Viewer, may_hear, name_of
from services.accusations import accusations
from services.context import Context
from services.emergencies import cries
from services.emergencies.board import UNDONE_WITHIN, Alarm, Cry, Ended, Place
from services.emergencies.cries import Said
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.promises import promises
from storage import tables
from storage.queries import talks
from storage.seal import Unreadable
from storage.store import Store
from storage.types import moment
from storage.unit import Unit

NOT_HEARD: Final = "微信不让发，这句话没有送到；请人过去，或打电话"
ALARM: Final = Purpose("alarm", parks=False, unsent=("given_up", NOT_HEARD))
"""What an alarm says that did not arrive is a task for staff."""
STILL_CALLING: Final = timedelta(minutes=3)
GONE_AFTER: Final = timedelta(minutes=10)
OLD: Final = timedelta(hours=12)
TWICE: Final = timedelta(minutes=1)
"""叫护士 again within this time is P0 (F22)."""
CALL_WITHIN: Final = timedelta(minutes=15)
"""A call task for who cried and is not in the house (U4)."""
MUTED_FOR: Final = timedelta(hours=24)
SAID: Final = ("text", "voice", "event:click")
"""Kinds of messages that ring."""
MOST_SAID: Final = 300
"""Messages that are read for all strips together."""
CLOSED: Final = "［打不开，请去看］"
"""Stands for words that cannot be unsealed."""
ACKNOWLEDGED: Final = {"侵害": "alarm.noted", "自伤": "alarm.with_you"}
"""Kinds whose first words are their own: a carer may be in the room, and a desperate person is not told to ring a bell
(F5).
"""


def called(heard: Triage, kind: str, away: str = "") -> Say:
    """What the person hears at once: that we call somebody; never that somebody comes (F2).

    Who is not in the house hears whom to call (A7).
    """
    if away and heard.kind not in ACKNOWLEDGED:
        return say("alarm.away", status=away)
    if heard.kind in ACKNOWLEDGED:
        return say(ACKNOWLEDGED[heard.kind])
    return say("alarm.called_elder" if kind == "elder" else "alarm.called")


def sound(store: Store, home_id: int, person_id: int, inbox_id: int, heard: Triage, now: datetime) -> None:
    """Raise an alarm in the message's transaction; a repeat joins the open one with a count and rings again. The person
    is locked.

    Who said 我去 long ago is not there: after 10 min the alarm is nobody's again. One that nobody ended for 12 h is over.
    """
    if heard.also is not None:
        sound(store, home_id, person_id, inbox_id, heard.also, now)
    brief = heard.also is not None
    open_one = store.row(
        """SELECT id, count, level, going_at, brief, latest_at FROM alarm WHERE person_id = ? AND audience = ?
           AND arrived_at IS NULL AND latest_at > ?
           ORDER BY id DESC LIMIT 1""",
        person_id,
        heard.audience.value,
        now - OLD,
    )
    if open_one is None:
        row_id = store.insert(
            tables.Alarm,
            home_id=home_id,
            person_id=person_id,
            inbox_id=inbox_id,
            latest_id=inbox_id,
            count=1,
            level=int(heard.level),
            kind=heard.kind,
            audience=heard.audience.value,
            brief=brief,
            raised_at=now,
            latest_at=now,
        )
    else:
        row_id, count, level, going, was_brief, latest = open_one
        if heard is NURSE and now - moment(latest) <= TWICE:
            level = int(Urgency.P0)
        again = (
            {"going_at": None, "going_by": None, "told_at": None}
            if going is not None and now - moment(going) > GONE_AFTER
            else {}
        )
        store.update(
            tables.Alarm,
            row_id,
            person=person_id,
            latest_id=inbox_id,
            latest_at=now,
            count=count + 1,
            level=min(level, int(heard.level)),
            kind=heard.kind,
            brief=brief or bool(was_brief),
            **again,
        )
    store.audit(home_id, now, f"person:{person_id}", "alarm", f"alarm:{row_id}")
    store.hint("alarms")


def away(store: Store, person_id: int, kind: str) -> str:
    """What the records say of an elder who is not in the house (A7, F3); "" for everybody else."""
    row = store.row("SELECT status FROM resident WHERE person_id = ?", person_id) if kind == "elder" else None
    return str(row[0]) if row is not None and row[0] != "在住" else ""


def call_instead(context: Context) -> None:
    """No nurse runs to an empty bed: the speaker and the first contact are called within minutes (F3)."""
    store, now = context.store, context.now
    kin = store.rows(
        """SELECT k.person_id FROM kinship k JOIN resident r ON r.id = k.resident_id WHERE r.person_id = ?
           ORDER BY k.is_primary DESC, k.id LIMIT 1""",
        context.person_id,
    )
    for person in (context.person_id, *(row[0] for row in kin)):
        store.lock_persons(person)
        if promises.open_one(store, person, Kind.CALL) is None:
            promises.make(
                store,
                home_id=context.home_id,
                person_id=person,
                kind=Kind.CALL,
                made_at=now,
                due_at=now + CALL_WITHIN,
                inbox_id=context.inbox_id if person == context.person_id else None,
            )


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


def _why(db: Unit, row: tables.Alarm) -> str:
    try:
        return db.open(row, "ended_why") or ""
    except Unreadable:
        return ""


def _alarms(db: Unit, home_id: int, *which: ColumnElement[bool]) -> list[tuple[tables.Alarm, Alarm]]:
    """Alarms with who speaks, where, all that was said, and whom the talk accuses; the oldest first."""
    rows = db.execute(
        select(tables.Alarm, tables.Inbox.arrived_at, tables.Follower.openid, tables.Staff.name)
        .join(tables.Inbox, tables.Inbox.id == tables.Alarm.latest_id)
        .join(tables.Follower, tables.Follower.person_id == tables.Alarm.person_id)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Alarm.going_by)
        .where(tables.Alarm.home_id == home_id, *which)
        .order_by(tables.Alarm.id)
    ).all()
    if not rows:
        return []
    people = [alarm.person_id for alarm, *_ in rows]
    where, accused = _where(db, people), accusations.of_people(db, people)
    messages = _messages(db, [alarm for alarm, *_ in rows if where[alarm.person_id].bound])
    said = cries.of(
        db, {alarm.latest_id for alarm, *_ in rows} | {number for mine in messages.values() for number, _ in mine}
    )
    found: list[tuple[tables.Alarm, Alarm]] = []
    for row, latest_at, openid, staff in rows:
        named, roles = accused.get(row.person_id, (frozenset[int](), frozenset[tuple[str, str]]()))
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
            where[row.person_id],
            row.count,
            staff or "",
            row.going_by or 0,
            row.going_at,
            row.person_id,
            frozenset(),
            row.brief,
            named,
            roles,
        )
        found.append((row, alarm))
    return found


def _messages(db: Unit, alarms: list[tables.Alarm]) -> dict[int, list[tuple[int, datetime]]]:
    """The messages of each alarm with their times, in their order; at most the newest ones of all (D14)."""
    if not alarms:
        return {}
    table = tables.Inbox
    first = min(alarm.inbox_id for alarm in alarms)
    asked = select(table.id, table.person_id, table.arrived_at).where(
        table.person_id.in_({alarm.person_id for alarm in alarms}), table.id >= first, table.kind.in_(SAID)
    )
    rows = db.execute(asked.order_by(table.id.desc()).limit(MOST_SAID)).all()[::-1]
    return {
        alarm.id: [
            (number, at)
            for number, person, at in rows
            if person == alarm.person_id and alarm.inbox_id <= number <= alarm.latest_id
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
        select(tables.Follower.openid, tables.Person.id)
        .join(tables.Person, tables.Person.id == tables.Follower.person_id)
        .where(tables.Person.home_id == home_id, tables.Person.kind != "guest")
    ).all()
    where = _where(db, [person for _, person in bound])
    return {openid: where[person] for openid, person in bound}


def muted(db: Unit, home_id: int, now: datetime) -> frozenset[str]:
    """Strangers' phones that do not ring now."""
    found = (
        select(tables.Follower.openid)
        .join(tables.Person, tables.Person.id == tables.Follower.person_id)
        .where(tables.Person.home_id == home_id, tables.Person.kind == "guest", tables.Follower.muted_until > now)
    )
    return frozenset(db.scalars(found))


def _where(db: Unit, people: list[int]) -> dict[int, Place]:
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
    for person, who in whos.items():
        beds = rooms.get(person, [])
        there = [bed for bed in beds if bed[2] == "在住"]
        away = "、".join(dict.fromkeys(status for _, _, status in beds)) if beds and not there else ""
        place = who.place or who.tie
        if away:
            place = (
                f"登记为{away}，不在 {beds[0][0]}。请马上打电话给本人和家属"
                if who.kind == "elder"
                else f"{who.tie} · 老人登记为{away}，不在院里"
            )
        elif who.kind != "elder" and there:
            place = f"{who.tie} · 老人在 {'、'.join(bed[1] for bed in there)} 室"
        shown = there[0][0] if who.kind == "elder" and there else " 或 ".join(f"{bed[1]} 室" for bed in there)
        found[person] = Place(who.name, place, f"登记为{away}" if away else shown, away, who.kind != "guest")
    return found


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


def go(db: Unit, house: House, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """我去, said at `now` and written down; only then the person hears who comes.

    Raises NotFound while the message is not in the database.
    """
    alarm, kind = _open(db, viewer, openid, audience, now)
    if alarm.going_at is not None:
        return
    alarm.going_at, alarm.going_by = now, viewer.id
    db.flush()
    if audience is not Audience.LEAD:
        words = house.words([say("alarm.coming" if kind == "elder" else "alarm.coming_there", name=viewer.name)], now)
        cause = f"alarm:{alarm.id}:going:{alarm.count}:{int(now.timestamp())}"
        outbox.enqueue(
            db.store,
            home_id=viewer.home_id,
            person_id=alarm.person_id,
            purpose=ALARM,
            queue="alarm",
            text=words,
            now=now,
            dedup_key=cause,
        )
        if kind == "elder":
            _aloud(db.store, house, viewer.home_id, alarm.person_id, "alarm.coming_aloud", cause, now)
    _noted(db, viewer, alarm, "going", now)


def end(db: Unit, viewer: Viewer, openid: str, audience: Audience, how: str, why: str, now: datetime) -> None:
    """已到, 误报 or a stranger's phone muted, said at `now` and written down: it stops, unless the person has cried again
    since.

    Raises NotFound.
    """
    alarm, kind = _open(db, viewer, openid, audience, now)
    if alarm.latest_at > now:
        alarm.going_at, alarm.going_by = None, None
        db.flush()
        _noted(db, viewer, alarm, "arrived_before", now)
        return
    alarm.arrived_at, alarm.arrived_by, alarm.ended_how = now, viewer.id, how
    if how == "arrived" and alarm.going_at is None:
        alarm.going_at, alarm.going_by = now, viewer.id
    db.seal(alarm, "ended_why", why or None)
    if how == "muted" and kind == "guest":
        found = db.scalars(
            select(tables.Follower).where(
                tables.Follower.openid == openid, tables.Follower.person_id == alarm.person_id
            )
        ).one()
        found.muted_until = now + MUTED_FOR
    db.flush()
    _noted(db, viewer, alarm, how, now, why)


def arrive(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """已到 by who goes. Raises NotFound."""
    end(db, viewer, openid, audience, "arrived", "", now)


def undo(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """撤销: the newest alarm of this phone rings again, unless a later cry already does.

    Raises NotFound when none was ended lately.
    """
    if not may_hear(viewer, audience):
        raise NotFound
    db.lock_whose(select(tables.Follower.person_id).where(tables.Follower.openid == openid))
    table = tables.Alarm
    found = db.fresh(
        select(table)
        .join(tables.Follower, tables.Follower.person_id == table.person_id)
        .where(
            table.home_id == viewer.home_id,
            tables.Follower.openid == openid,
            table.audience == audience.value,
            table.arrived_at > now - 2 * UNDONE_WITHIN,
        )
        .order_by(table.id.desc())
    ).first()
    if found is None:
        raise NotFound
    rings = select(table.id).where(
        table.person_id == found.person_id, table.audience == found.audience, table.arrived_at.is_(None)
    )
    if db.scalars(rings).first() is not None:
        return
    found.arrived_at, found.arrived_by, found.ended_how, found.ended_why = None, None, None, None
    found.going_at, found.going_by, found.told_at, found.latest_at = None, None, None, max(found.latest_at, now)
    for phone in db.scalars(select(tables.Follower).where(tables.Follower.person_id == found.person_id)):
        phone.muted_until = None
    db.flush()
    _noted(db, viewer, found, "undone", now)


def still_calling(store: Store, house: House, now: datetime, limit: int = 50) -> int:
    """Nobody said 我去 for 3 minutes: the person is told the truth, once (F2)."""
    rows = store.rows_locked(
        2,
        """SELECT a.id, a.home_id, a.person_id, p.kind, a.count FROM alarm a JOIN person p ON p.id = a.person_id
           WHERE a.arrived_at IS NULL AND a.going_at IS NULL AND a.told_at IS NULL AND a.audience <> 'lead'
           AND a.raised_at <= ? LIMIT ?""",
        now - STILL_CALLING,
        limit,
    )
    for row_id, home, person, kind, count in rows:
        store.update(tables.Alarm, row_id, person=person, told_at=now)
        outbox.enqueue(
            store,
            home_id=home,
            person_id=person,
            purpose=ALARM,
            queue="alarm",
            dedup_key=f"alarm:{row_id}:still:{count}",
            now=now,
            text=house.words(
                [say("alarm.still_elder" if kind == "elder" else "alarm.still")], now, elder=kind == "elder"
            ),
        )
        if kind == "elder":
            _aloud(store, house, home, person, "alarm.still_elder", f"alarm:{row_id}:still:{count}", now)
        store.hint("alarms")
    return len(rows)


def _aloud(store: Store, house: House, home_id: int, person_id: int, key: str, cause: str, now: datetime) -> None:
    """A fixed sentence as a sound, where there is one: an elder on the floor does not read."""
    spoken = house.words([Say(key)], now, elder=True)
    if spoken in house.recorded:
        outbox.speak(store, home_id=home_id, person_id=person_id, words=spoken, cause=cause, now=now)


def _open(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> tuple[tables.Alarm, str]:
    if not may_hear(viewer, audience):
        raise NotFound
    db.lock_whose(select(tables.Follower.person_id).where(tables.Follower.openid == openid))
    found = db.execute(
        select(tables.Alarm, tables.Person.kind)
        .execution_options(populate_existing=True)
        .join(tables.Follower, tables.Follower.person_id == tables.Alarm.person_id)
        .join(tables.Person, tables.Person.id == tables.Alarm.person_id)
        .where(
            tables.Alarm.home_id == viewer.home_id,
            tables.Follower.openid == openid,
            tables.Alarm.audience == audience.value,
            tables.Alarm.arrived_at.is_(None),
            tables.Alarm.raised_at <= now,
        )
        .order_by(tables.Alarm.id.desc())
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1]


def _noted(db: Unit, viewer: Viewer, alarm: tables.Alarm, act: str, now: datetime, why: str = "") -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"alarm:{alarm.id}", why or None)
    db.store.hint("alarms", f"person:{alarm.person_id}", "inbox")
