"""Emergencies in the database: raised with the message, 我去, 已到; the person hears only what is true at that moment (F1,
F2, F5).
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select

from care.errors import NotFound
from care.sla import Kind
from care.states import AWAY
from care.triage import NURSE, Audience, Triage, Urgency
from conversations.effects import Say, say
from services.access import Viewer, may_hear
from services.context import Context
from services.emergencies import raising
from services.emergencies.strip import GONE_AFTER, OLD, UNDONE_WITHIN
from services.house import House
from services.outgoing import outbox
from services.outgoing.purposes import Purpose
from services.promises import promises
from storage import tables
from storage.store import Store
from storage.tables.emergencies_chain import AlarmRun
from storage.types import moment
from storage.unit import Unit

NOT_HEARD: Final = "微信不让发，这句话没有送到；请人过去，或打电话"
ALARM: Final = Purpose("alarm", words="紧急时的话", parks=False, unsent=("given_up", NOT_HEARD))
"""What an alarm says that did not arrive is a task for staff."""
STILL_CALLING: Final = timedelta(minutes=3)
TWICE: Final = timedelta(minutes=1)
"""叫护士 again within this time is P0 (F22)."""
CALL_WITHIN: Final = timedelta(minutes=15)
"""A call task for who cried and is not in the house (U4)."""
MUTED_FOR: Final = timedelta(hours=24)


class _Open(NamedTuple):
    """An alarm that nobody has ended; moments in µs since 1970."""

    id: int
    times: int
    level: int
    going_at: int | None
    brief: bool | int
    latest_at: int


def sound(
    store: Store, home_id: int, person_id: int, inbox_id: int, heard: Triage, now: datetime, *, brief: bool = False
) -> None:
    """Raise an alarm in the message's transaction; a repeat joins the open one with a count and rings again. The person
    is locked. `brief`: words that the lead alone may read ring beside it.

    Who said 我去 long ago is not there: after 10 min the alarm is nobody's again. One that nobody ended for 12 h is over.
    `brief`: its words are for the lead, whom this message does not ring again (F28).
    """
    if heard.also is not None:
        sound(store, home_id, person_id, inbox_id, heard.also, now)
    brief = brief or heard.also is not None
    open_one = store.one_of(
        _Open,
        """SELECT id, count, level, going_at, brief, latest_at FROM alarm WHERE person_id = ? AND audience = ?
           AND arrived_at IS NULL AND latest_at > ? AND raised_by IS NULL
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
        row_id, going = open_one.id, open_one.going_at
        pressed_again = heard is NURSE and now - moment(open_one.latest_at) <= TWICE
        level = int(Urgency.P0) if pressed_again else open_one.level
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
            count=open_one.times + 1,
            level=min(level, int(heard.level)),
            kind=heard.kind,
            brief=brief or bool(open_one.brief),
            calmed_id=None,
            **again,
        )
    store.audit(home_id, now, f"person:{person_id}", "alarm", f"alarm:{row_id}")
    store.hint("alarms")


def calm(context: Context) -> list[str]:
    """Words that lower nothing and end nothing, of which who goes is told (A18); the audiences of what rings."""
    store, person = context.store, context.person_id
    rows = store.rows(
        """SELECT id, audience FROM alarm WHERE person_id = ? AND arrived_at IS NULL AND latest_at > ?
           AND raised_by IS NULL""",
        person,
        context.now - OLD,
    )
    for row_id, _ in rows:
        store.update(tables.Alarm, row_id, person=person, calmed_id=context.inbox_id)
        store.audit(context.home_id, context.now, f"person:{person}", "calmed", f"alarm:{row_id}")
    if rows:
        store.hint("alarms")
    return [str(audience) for _, audience in rows]


def take_back(context: Context, kind: str) -> Say | None:
    """「没事了」, 「点错了」: who said it hears that somebody comes to look all the same (A18). None where nothing rings."""
    audiences = calm(context)
    if not audiences:
        return None
    if all(audience == Audience.LEAD.value for audience in audiences):
        return say("alarm.known")
    if away(context.store, context.person_id, context.kind):
        return say("alarm.calmed_away")
    return say("alarm.calmed_stranger" if kind == "guest" else "alarm.calmed")


def away(store: Store, person_id: int, kind: str) -> str:
    """What the records say of an elder who is not in the house (A7, F3); "" for everybody else. A phone whose owner
    died speaks for the family (F60): that the bed is empty is known of it all the same.
    """
    asked = kind in {"elder", "family"}
    row = store.row("SELECT status FROM resident WHERE person_id = ?", person_id) if asked else None
    return str(row[0]) if row is not None and row[0] in AWAY else ""


def call_instead(context: Context) -> None:
    """No nurse runs to an empty bed: the speaker and the first contact are called within minutes (F3); not the one from
    whom 紧急 was taken back (F13).
    """
    store, now = context.store, context.now
    kin = store.rows(
        """SELECT k.person_id FROM kinship k JOIN resident r ON r.id = k.resident_id WHERE r.person_id = ?
           AND (' ' || k.scopes || ' ' LIKE '% emergency %' OR NOT EXISTS (SELECT 1 FROM tie_change c
           WHERE c.resident_id = r.id AND c.about = k.person_id AND c.kind <> 'removed'
           AND ' ' || c.before || ' ' LIKE '% emergency %' AND ' ' || c.after || ' ' NOT LIKE '% emergency %'))
           ORDER BY k.position, k.is_primary DESC, k.id LIMIT 1""",
        context.person_id,
    )
    for person in (context.person_id, *(row[0] for row in kin)):
        store.lock_persons(person)
        if promises.next_call(store, person, now) is None:
            promises.make(
                store,
                home_id=context.home_id,
                person_id=person,
                kind=Kind.CALL,
                made_at=now,
                due_at=now + CALL_WITHIN,
                inbox_id=context.inbox_id if person == context.person_id else None,
            )


def go(db: Unit, house: House, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """我去, said at `now` and written down; only then the person hears who comes. A viewer without a number is whoever
    has the phone of a post.

    Raises NotFound while the message is not in the database.
    """
    alarm, kind = _open(db, viewer, openid, audience, now)
    if viewer.id and viewer.id in raising.callers(db, alarm):
        return  # she calls the others: she is there, and nobody else is
    if alarm.going_at is None or is_late(db, alarm):
        went(db, house, alarm, kind, (viewer.id or None, viewer.name), now)


def is_late(db: Unit, alarm: tables.Alarm) -> bool:
    """Whether who said 我去 did not arrive in time: another may go (F2)."""
    return alarm.going_at is not None and bool(
        db.scalars(
            select(AlarmRun.id).where(
                AlarmRun.alarm_id == alarm.id, AlarmRun.late_at.is_not(None), AlarmRun.went_at == alarm.going_at
            )
        ).first()
    )


def went(db: Unit, house: House, alarm: tables.Alarm, kind: str, who: tuple[int | None, str], now: datetime) -> None:
    """Somebody goes, said on a screen or with the key of a telephone; only then the person hears it. The person is
    locked. `who` is a colleague and the name, or nobody known who holds the phone of a post.
    """
    alarm.going_at, alarm.going_by = now, who[0]
    db.flush()
    if alarm.audience != Audience.LEAD.value and alarm.raised_by is None and alarm.person_id is not None:
        gone = away(db.store, alarm.person_id, kind)
        coming = "alarm.coming_away" if gone else "alarm.coming" if kind == "elder" else "alarm.coming_there"
        words = house.words([say(coming, name=who[1])], now)
        cause = f"alarm:{alarm.id}:going:{alarm.count}:{int(now.timestamp())}"
        outbox.enqueue(
            db.store,
            home_id=alarm.home_id,
            person_id=alarm.person_id,
            purpose=ALARM,
            queue="alarm",
            text=words,
            now=now,
            dedup_key=cause,
        )
        if kind == "elder" and not gone:
            _aloud(db.store, house, alarm.home_id, alarm.person_id, "alarm.coming_aloud", cause, now)
    _noted(db, f"staff:{who[0]}" if who[0] else "machine", alarm, "going", now)


def end(db: Unit, viewer: Viewer, openid: str, audience: Audience, how: str, why: str, now: datetime) -> None:
    """已到, 误报 or a stranger's phone muted, said at `now` and written down: it stops, unless the person has cried again
    since.

    Raises NotFound.
    """
    alarm, kind = _open(db, viewer, openid, audience, now)
    if alarm.latest_at > now:
        alarm.going_at, alarm.going_by = None, None
        db.flush()
        _noted(db, f"staff:{viewer.id}", alarm, "arrived_before", now)
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
    _noted(db, f"staff:{viewer.id}", alarm, how, now, why)


def arrive(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """已到 by who goes. Raises NotFound."""
    end(db, viewer, openid, audience, "arrived", "", now)


def undo(db: Unit, viewer: Viewer, openid: str, audience: Audience, now: datetime) -> None:
    """撤销: the newest alarm of this phone rings again, unless a later cry already does.

    Raises NotFound when none was ended lately.
    """
    if not may_hear(viewer, audience):
        raise NotFound
    raising.lock(db, openid)
    table = tables.Alarm
    found = db.fresh(
        select(table)
        .where(
            table.home_id == viewer.home_id,
            raising.of_source(openid),
            table.audience == audience.value,
            table.arrived_at > now - 2 * UNDONE_WITHIN,
        )
        .order_by(table.id.desc())
    ).first()
    if found is None:
        raise NotFound
    rings = select(table.id).where(
        table.person_id == found.person_id,
        table.audience == found.audience,
        table.arrived_at.is_(None),
        table.raised_by.is_(None),
    )
    if found.raised_by is None and db.scalars(rings).first() is not None:
        return
    found.arrived_at, found.arrived_by, found.ended_how, found.ended_why = None, None, None, None
    found.going_at, found.going_by, found.told_at, found.latest_at = None, None, None, max(found.latest_at, now)
    for phone in db.scalars(select(tables.Follower).where(tables.Follower.person_id == found.person_id)):
        phone.muted_until = None
    db.flush()
    _noted(db, f"staff:{viewer.id}", found, "undone", now)


def still_calling(store: Store, house: House, now: datetime, limit: int = 50) -> int:
    """Nobody said 我去 for 3 minutes: the person is told the truth, once (F2)."""
    rows = store.rows_locked(
        2,
        """SELECT a.id, a.home_id, a.person_id, p.kind, a.count FROM alarm a JOIN person p ON p.id = a.person_id
           WHERE a.arrived_at IS NULL AND a.going_at IS NULL AND a.told_at IS NULL AND a.audience <> 'lead'
           AND a.raised_by IS NULL
           AND a.raised_at <= ? LIMIT ?""",
        now - STILL_CALLING,
        limit,
    )
    for row_id, home, person, kind, count in rows:
        store.update(tables.Alarm, row_id, person=person, told_at=now)
        gone = away(store, person, kind)
        still = "alarm.still_away" if gone else "alarm.still_elder" if kind == "elder" else "alarm.still"
        outbox.enqueue(
            store,
            home_id=home,
            person_id=person,
            purpose=ALARM,
            queue="alarm",
            dedup_key=f"alarm:{row_id}:still:{count}",
            now=now,
            text=house.words([say(still)], now, elder=kind == "elder"),
        )
        if kind == "elder" and not gone:
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
    raising.lock(db, openid)
    found = db.execute(
        select(tables.Alarm, tables.Person.kind)
        .execution_options(populate_existing=True)
        .outerjoin(tables.Person, tables.Person.id == tables.Alarm.person_id)
        .where(
            tables.Alarm.home_id == viewer.home_id,
            raising.of_source(openid),
            tables.Alarm.audience == audience.value,
            tables.Alarm.arrived_at.is_(None),
            tables.Alarm.raised_at <= now,
        )
        .order_by(tables.Alarm.id.desc())
    ).first()
    if found is None:
        raise NotFound
    return found[0], found[1] or ""


def _noted(db: Unit, actor: str, alarm: tables.Alarm, act: str, now: datetime, why: str = "") -> None:
    db.store.audit(alarm.home_id, now, actor, act, f"alarm:{alarm.id}", why or None)
    db.store.hint("alarms", f"person:{alarm.person_id or 0}", "inbox")
