"""Emergencies in the database: raised with the message, 我去, 已到; the person hears only what is true at that moment (F1, F2, F5)."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select

from care.errors import NotFound
from care.triage import NURSE, Audience, Triage, Urgency
from conversations import events
from conversations.effects import Say, say
from services import outbox
from services.access import Viewer, may_hear
from services.board import Alarm, Place
from services.house import House
from storage import tables
from storage.queries import chats
from storage.seal import Unreadable
from storage.store import Store
from storage.types import moment
from storage.unit import Unit

STILL_CALLING: Final = timedelta(minutes=3)
GONE_AFTER: Final = timedelta(minutes=10)
OLD: Final = timedelta(hours=12)
TWICE: Final = timedelta(minutes=1)
"""叫护士 again within this time is P0 (F22)."""
ACKNOWLEDGED: Final = {"侵害": "alarm.noted", "自伤": "alarm.with_you"}
"""Kinds whose first words are their own: a carer may be in the room, and a desperate person is not told to ring a bell (F5)."""


def called(heard: Triage, kind: str) -> Say:
    """What the person hears at once: that we call somebody; never that somebody comes (F2)."""
    if heard.kind in ACKNOWLEDGED:
        return say(ACKNOWLEDGED[heard.kind])
    return say("alarm.called_elder" if kind == "elder" else "alarm.called")


def sound(store: Store, home_id: int, person_id: int, inbox_id: int, heard: Triage, now: datetime) -> None:
    """Raise an alarm in the message's transaction; a repeat joins the open one with a count and rings again. The person is locked.

    Who said 我去 long ago is not there: after 10 min the alarm is nobody's again. One that nobody ended for 12 h is over.
    """
    if heard.also is not None:
        sound(store, home_id, person_id, inbox_id, heard.also, now)
    brief = heard.also is not None
    open_one = store.row(
        """SELECT id, count, level, going_at, brief, latest_at FROM alarm WHERE person_id = ? AND audience = ? AND arrived_at IS NULL AND latest_at > ?
           ORDER BY id DESC LIMIT 1""",
        person_id, heard.audience.value, now - OLD,
    )  # fmt: skip
    if open_one is None:
        row_id = store.insert(
            tables.Alarm, home_id=home_id, person_id=person_id, inbox_id=inbox_id, latest_id=inbox_id, count=1, level=int(heard.level),
            kind=heard.kind, audience=heard.audience.value, brief=brief, raised_at=now, latest_at=now,
        )  # fmt: skip
    else:
        row_id, count, level, going, was_brief, latest = open_one
        if heard is NURSE and now - moment(latest) <= TWICE:
            level = int(Urgency.P0)
        again = {"going_at": None, "going_by": None, "told_at": None} if going is not None and now - moment(going) > GONE_AFTER else {}
        store.update(
            tables.Alarm, row_id, person=person_id, latest_id=inbox_id, latest_at=now, count=count + 1, level=min(level, int(heard.level)),
            kind=heard.kind, brief=brief or bool(was_brief), **again,
        )  # fmt: skip
    store.audit(home_id, now, f"person:{person_id}", "alarm", f"alarm:{row_id}")
    store.hint("alarms")


def open_alarms(db: Unit, home_id: int, now: datetime) -> list[Alarm]:
    """What rings, with the newest words; what nobody ended within 12 h is left to the lists."""
    rows = db.execute(
        select(tables.Alarm, tables.Inbox, tables.Follower.openid, tables.Staff.name)
        .join(tables.Inbox, tables.Inbox.id == tables.Alarm.latest_id)
        .join(tables.Follower, tables.Follower.person_id == tables.Alarm.person_id)
        .outerjoin(tables.Staff, tables.Staff.id == tables.Alarm.going_by)
        .where(tables.Alarm.home_id == home_id, tables.Alarm.arrived_at.is_(None), tables.Alarm.latest_at > now - OLD)
    ).all()
    whos = _whos(db, [alarm.person_id for alarm, *_ in rows]) if rows else {}
    return [_alarm(db, row, message, openid, staff or "", whos[row.person_id]) for row, message, openid, staff in rows]


def _alarm(db: Unit, row: tables.Alarm, message: tables.Inbox, openid: str, staff: str, who: chats.Who) -> Alarm:
    try:
        said = f"{row.kind}（原话请主管看）" if row.brief else words(events.parse((db.open(message, "event") or "").encode()))
    except Unreadable:
        said = "［打不开，请去看］"
    return Alarm(
        openid, Audience(row.audience), row.level, row.kind, said, row.raised_at, row.latest_at, who.name, who.place or who.tie, row.count,
        staff, row.going_at, row.person_id,
    )  # fmt: skip


def places(db: Unit, home_id: int) -> dict[str, Place]:
    """Who speaks from which openid, and where they are, for alarms that cannot wait for the database."""
    bound = db.execute(
        select(tables.Follower.openid, tables.Person.id)
        .join(tables.Person, tables.Person.id == tables.Follower.person_id)
        .where(tables.Person.home_id == home_id, tables.Person.kind != "guest")
    ).all()
    whos = _whos(db, [person for _, person in bound])
    return {openid: Place(whos[person].name, whos[person].place or whos[person].tie) for openid, person in bound}


def _whos(db: Unit, people: list[int]) -> dict[int, chats.Who]:
    """People by id; a name that cannot be unsealed hides no alarm."""
    try:
        return chats.whos(db, people)
    except Unreadable:
        found: dict[int, chats.Who] = {}
        for person in people:
            try:
                found |= chats.whos(db, [person])
            except Unreadable:
                found[person] = chats.Who(person, "［名字打不开］", "guest", "", "请看来信", "", None)
        return found


def go(db: Unit, house: House, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """我去, said at `now` and written down; only then the person hears who comes. Raises NotFound while the message is not in the database."""
    alarm, kind = _open(db, viewer, openid, audience, now)
    if alarm.going_at is not None:
        return
    alarm.going_at, alarm.going_by = now, viewer.id
    db.flush()
    if audience is not Audience.LEAD:
        words = house.words([say("alarm.coming" if kind == "elder" else "alarm.coming_there", name=viewer.name)], now)
        outbox.enqueue(
            db.store, home_id=viewer.home_id, person_id=alarm.person_id, purpose="alarm", queue="alarm", text=words, now=now,
            dedup_key=f"alarm:{alarm.id}:going:{alarm.count}",
        )  # fmt: skip
        if kind == "elder":
            _aloud(db.store, house, viewer.home_id, alarm.person_id, "alarm.coming_aloud", f"alarm:{alarm.id}:going:{alarm.count}", now)
    _noted(db, viewer, alarm, "going", now)


def arrive(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """已到, said at `now` and written down: the alarm stops, unless the person has cried again since. Raises NotFound."""
    alarm, _ = _open(db, viewer, openid, audience, now)
    if alarm.latest_at > now:
        alarm.going_at, alarm.going_by = None, None
        db.flush()
        _noted(db, viewer, alarm, "arrived_before", now)
        return
    alarm.arrived_at, alarm.arrived_by = now, viewer.id
    if alarm.going_at is None:
        alarm.going_at, alarm.going_by = now, viewer.id
    db.flush()
    _noted(db, viewer, alarm, "arrived", now)


def still_calling(store: Store, house: House, now: datetime, limit: int = 50) -> int:
    """Nobody said 我去 for 3 minutes: the person is told the truth, once (F2)."""
    rows = store.rows_locked(
        2,
        """SELECT a.id, a.home_id, a.person_id, p.kind, a.count FROM alarm a JOIN person p ON p.id = a.person_id
           WHERE a.arrived_at IS NULL AND a.going_at IS NULL AND a.told_at IS NULL AND a.audience <> 'lead' AND a.raised_at <= ? LIMIT ?""",
        now - STILL_CALLING, limit,
    )  # fmt: skip
    for row_id, home, person, kind, count in rows:
        store.update(tables.Alarm, row_id, person=person, told_at=now)
        outbox.enqueue(
            store, home_id=home, person_id=person, purpose="alarm", queue="alarm", dedup_key=f"alarm:{row_id}:still:{count}", now=now,
            text=house.words([say("alarm.still_elder" if kind == "elder" else "alarm.still")], now, elder=kind == "elder"),
        )  # fmt: skip
        if kind == "elder":
            _aloud(store, house, home, person, "alarm.still_elder", f"alarm:{row_id}:still:{count}", now)
        store.hint("alarms")
    return len(rows)


def _aloud(store: Store, house: House, home_id: int, person_id: int, key: str, cause: str, now: datetime) -> None:  # noqa: PLR0913
    """A fixed sentence as a sound, where there is one: an elder on the floor does not read."""
    spoken = house.words([Say(key)], now, elder=True)
    if spoken in house.recorded:
        outbox.speak(store, home_id=home_id, person_id=person_id, words=spoken, cause=cause, now=now)


def words(event: events.Arrival) -> str:
    """What a strip shows of a message."""
    match event:
        case events.Text(body):
            return body
        case events.Voice(heard=heard):
            return heard or "未识别语音，请收听"
        case events.Click("NURSE"):
            return "按了叫护士"
        case _:
            return ""


def _open(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> tuple[tables.Alarm, str]:
    if not may_hear(viewer, audience):
        raise NotFound
    db.lock_whose(select(tables.Follower.person_id).where(tables.Follower.openid == openid))
    found = db.execute(
        select(tables.Alarm, tables.Person.kind).execution_options(populate_existing=True)
        .join(tables.Follower, tables.Follower.person_id == tables.Alarm.person_id)
        .join(tables.Person, tables.Person.id == tables.Alarm.person_id)
        .where(
            tables.Alarm.home_id == viewer.home_id, tables.Follower.openid == openid, tables.Alarm.audience == audience.value,
            tables.Alarm.arrived_at.is_(None), tables.Alarm.raised_at <= now,
        ).order_by(tables.Alarm.id.desc())
    ).first()  # fmt: skip
    if found is None:
        raise NotFound
    return found[0], found[1]


def _noted(db: Unit, viewer: Viewer, alarm: tables.Alarm, act: str, now: datetime) -> None:
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"alarm:{alarm.id}")
    db.store.hint("alarms", f"person:{alarm.person_id}", "inbox")
