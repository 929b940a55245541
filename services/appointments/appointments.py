"""Appointments: a nurse writes them down, a relative is reminded the evening before, and told how it was (R1, V3)."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select, union

from care import appointments as rules
from care.appointments import Companion, Every, Stage
from care.errors import Changed, Decided, Forbidden, Invalid
from care.letters import bad_news, grave_news
from care.preferences import Declined
from care.states import Status
from care.ways import Last
from conversations import phrases
from conversations.effects import say
from services.access import Viewer, access_page, name_of
from services.appointments.access import APPOINTMENTS, WRITES, access_appointment
from services.appointments.forms import EditAppointment, EndAppointment, WriteAppointment
from services.form import coming
from services.house import House
from services.outgoing import by_hand, outbox
from services.outgoing.purposes import Purpose
from services.outgoing.stops import stopped
from services.residents.access import access_resident, family_of
from storage import revision, tables
from storage.queries import appointments as queries
from storage.tables.appointments import Appointment
from storage.types import new_id
from storage.unit import Unit

REMINDER: Final = Purpose(
    "appointment",
    words="就医提醒",
    machine=True,
    by_day=True,
    parks=False,
    template="care",
    matter="就医提醒",
    brief="已约好",
    last=Last.PHONE,
    topic=Declined.REMINDER,
)
RESULT: Final = Purpose(
    "care_result", words="就医情况", by_day=True, template="care", matter="就医情况", brief="请查看", last=Last.PHONE
)
LONGEST: Final = {"what": 30, "place": 40, "caution": 100, "result": 300}
NAMES: Final = {"what": "看什么", "place": "在哪里", "caution": "注意什么", "result": "情况怎么样"}
WORDS: Final = {
    Companion.HOUSE: "appointment.house",
    Companion.FAMILY: "appointment.family",
    Companion.HERE: "appointment.here",
}
STATES: Final = {"appointment.called_off": "取消了", "appointment.handed": "改由别人"}
"""What a template says of who was reminded in vain."""
TRUE_FOR: Final = timedelta(days=3)
TOO_LATE: Final = "到了时候才记的，没有提醒"
NOT_TOLD: Final = "这位家属看不了健康，没有提醒"


def write(db: Unit, house: House, viewer: Viewer, form: WriteAppointment, now: datetime) -> Appointment:
    """Write one down. Raises Invalid, Forbidden, NotFound."""
    access_page(viewer, APPOINTMENTS)
    if viewer.role not in WRITES:
        raise Forbidden
    resident = access_resident(db, viewer, form.resident)
    if resident.status in {Status.DIED, Status.MOVED_OUT}:
        raise Invalid(why=f"老人已经{resident.status}。")
    row = Appointment(id=new_id(), home_id=viewer.home_id, resident_id=resident.id, stage=Stage.PLANNED.value)
    row.result_told = False
    _fill(db, house, viewer, row, form, now)
    db.add(row)
    _noted(db, viewer, row, "write_appointment", now)
    return row


def edit(db: Unit, house: House, viewer: Viewer, number: int, form: EditAppointment, now: datetime) -> None:
    """Another time, place, or companion. Raises Invalid, Decided, Changed, NotFound."""
    row = _planned(db, viewer, number, form.drawn)
    told, resident = row.told_id, _take_back(db, row, now)
    reminded = told is not None and by_hand.reached(db.store, told, _reminder(row, told))
    if reminded and form.told and form.told != told:
        _not_hers(db, house, row, resident, "appointment.handed", now)
    _fill(db, house, viewer, row, form, now)
    if reminded:
        row.remind_at = row.remind_at and now  # the old time and place are known: the new ones at once
    _noted(db, viewer, row, "edit_appointment", now)


def end(db: Unit, house: House, viewer: Viewer, number: int, form: EndAppointment, now: datetime) -> None:
    """How it was; the relative hears of it where that is wanted, and what comes again is written down anew.

    Raises Invalid with what is missing, Decided, Changed, NotFound.
    """
    row = _planned(db, viewer, number, form.drawn)
    if form.stage not in {Stage.DONE, Stage.MISSED, Stage.CANCELLED}:
        raise Invalid(why="请选做完了、没去成还是取消。")
    words = _words("result", form.result)
    done = form.stage == Stage.DONE
    if done and not words:
        raise Invalid(why="请写一句情况怎么样：医生怎么说，回来注意什么。")
    if done and row.at > now:
        raise Invalid(why="还没到时候。改了时间，请先改。")
    if form.told and done:
        _looked(form.news, words)
    again = _again(house, row, form, now)
    resident = _take_back(db, row, now)
    gone = resident.status in {Status.DIED, Status.MOVED_OUT}
    if form.told and done and (gone or stopped(db.store, resident.person_id)):
        raise Invalid(
            why=f"老人现在{resident.status if gone else '静默中'}，机器人不发。请不勾「告诉家属」，自己打电话说。"
        )
    told = row.told_id
    if form.stage == Stage.CANCELLED and told is not None and by_hand.reached(db.store, told, _reminder(row, told)):
        _not_hers(db, house, row, resident, "appointment.called_off", now)
    row.stage, row.ended_by, row.ended_at, row.remind_at = form.stage, viewer.id, now, None
    db.seal(row, "result", words or None)
    if again is not None and not gone:
        _next(db, house, viewer.id, row, again, now)
    if form.told and done:
        _tell(db, house, viewer, row, resident, again, now)
    _noted(db, viewer, row, "end_appointment", now)


def _looked(news: str, words: str) -> None:
    """Bad news is told by phone first, and a machine knows few of its words: who writes it says which it is (F12)."""
    if news not in {"good", "called"}:
        raise Invalid(why="要告诉家属，请先选：没有坏消息，还是坏消息电话里说过了。")
    if news == "good" and (grave_news(words) or bad_news(words)):
        raise Invalid(why="这里像是有坏消息，请先打电话告诉家属，再选「坏消息，电话里说过了」。")


def _again(house: House, row: Appointment, form: EndAppointment, now: datetime) -> datetime | None:
    """When it is done again: as the doctor said, else as it was planned; None after the last time. Raises Invalid."""
    zone = house.home.zone
    if form.again is not None:
        at = _aware(house, form.again)
        if at <= now:
            raise Invalid(why="下次的时间已经过了，请看一眼。")
        coming(at.astimezone(zone).date(), now.astimezone(zone).date(), "下次的日子")
        return at
    if form.over:
        return None
    return _after(house, row, now)


def come_again(db: Unit, house: House, number: int, now: datetime) -> None:
    """What comes again is there again, though nobody has written how it was: else a forgotten line ends the reminders
    of all that follow. A transaction of its own.
    """
    row = db.lock_row(select(Appointment).where(Appointment.id == number))
    if row is None or row.stage != Stage.PLANNED or row.every == Every.ONCE or row.at + rules.LATE > now:
        return
    db.lock_whose(family_of(row.resident_id))
    resident = db.get_one(tables.Resident, row.resident_id, populate_existing=True)
    at = _after(house, row, now)
    if at is not None and resident.status not in {Status.DIED, Status.MOVED_OUT}:
        _next(db, house, row.made_by, row, at, now)
    row.every = Every.ONCE.value
    db.flush()
    db.store.audit(row.home_id, now, "machine", "repeat_appointment", f"appointment:{row.id}")
    db.store.hint("appointments")


def _after(house: House, row: Appointment, now: datetime) -> datetime | None:
    zone = house.home.zone
    planned = rules.next_at(row.at, row.every, zone, row.of_month)
    while planned is not None and planned <= now:
        planned = rules.next_at(planned, row.every, zone, row.of_month)
    return planned


def _take_back(db: Unit, row: Appointment, now: datetime) -> tables.Resident:
    """What told of it and has not left does not leave; the family is locked from here on."""
    told = select(tables.Person.id).where(tables.Person.id == row.told_id)  # who may be no relative any more
    db.lock_whose(union(*family_of(row.resident_id).selects, told))
    if row.told_id is not None:
        outbox.take_back_all(db.store, row.told_id, f"appointment:{row.id}:", now)
    return db.get_one(tables.Resident, row.resident_id, populate_existing=True)


def revision_of(row: Appointment) -> str:
    """What the form and the buttons are drawn from."""
    return revision.of(row.at, row.what, row.place, row.caution, row.companion, row.every, row.told_id, row.stage)


def _planned(db: Unit, viewer: Viewer, number: int, drawn: str | None) -> Appointment:
    row = access_appointment(db, viewer, number)
    if row.stage != Stage.PLANNED:
        raise Decided(who=name_of(db, row.ended_by), what=f"写了「{rules.STAGES[row.stage]}」")
    if drawn not in {None, revision_of(row)}:
        raise Changed(who=name_of(db, row.made_by), what="改过这一次就医", revision=revision_of(row))
    return row


def _fill(
    db: Unit, house: House, viewer: Viewer, row: Appointment, form: WriteAppointment | EditAppointment, now: datetime
) -> None:
    if form.at is None:
        raise Invalid(why="请选哪天几点。")
    at, zone = _aware(house, form.at), house.home.zone
    coming(at.astimezone(zone).date(), now.astimezone(zone).date(), "就医的日子")
    if at <= now:
        raise Invalid(why="时间已经过了，请选以后的时间。")
    what, place, caution = (_words(name, getattr(form, name)) for name in ("what", "place", "caution"))
    if not what:
        raise Invalid(why="请写看什么，例如「骨科复查」。")
    if form.companion not in rules.COMPANIONS or form.every not in rules.REPEATS:
        raise Invalid(why="请选谁陪着、多久一次。")
    may = _may_know(db, row)
    if form.told and form.told not in may:
        raise Invalid(why="这位家属还看不了健康，先在「老人 → 家属」里登记同意。")
    if form.companion == Companion.FAMILY and not form.told:
        if not may:
            raise Invalid(
                why="家属陪着去要提醒家属，可还没有能看健康的家属：先在「老人 → 家属」登记同意；或选「院里陪」，自己打电话约。"
            )
        raise Invalid(why="家属陪着去，请选告诉哪一位。")
    row.of_month = at.astimezone(zone).day
    row.at, row.companion, row.every, row.told_id = at, form.companion, form.every, form.told or None
    for name, words in (("what", what), ("place", place), ("caution", caution)):
        db.seal(row, name, words if name != "caution" else words or None)
    row.made_by, row.made_at, row.why = viewer.id, now, None
    row.remind_at = rules.reminded_at(at, zone) if form.told else None


def _next(db: Unit, house: House, by: int, row: Appointment, at: datetime, now: datetime) -> None:
    """The same once more."""
    fresh = Appointment(id=new_id(), home_id=row.home_id, resident_id=row.resident_id, stage=Stage.PLANNED.value)
    fresh.at, fresh.companion, fresh.every, fresh.told_id = at, row.companion, row.every, row.told_id
    fresh.of_month = row.of_month
    for name in ("what", "place", "caution"):
        db.seal(fresh, name, db.open(row, name))
    fresh.made_by, fresh.made_at, fresh.result_told = by, now, False
    fresh.remind_at = rules.reminded_at(at, house.home.zone) if row.told_id else None
    db.add(fresh)


def _aware(house: House, at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=house.home.zone)


def _words(name: str, text: str) -> str:
    words = " ".join(text.split())
    if len(words) > LONGEST[name]:
        raise Invalid(why=f"「{NAMES[name]}」写了 {len(words)} 个字，请写在 {LONGEST[name]} 个字以内。")
    return words


def _noted(db: Unit, viewer: Viewer, row: Appointment, act: str, now: datetime) -> None:
    db.flush()
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", act, f"appointment:{row.id}")
    db.store.hint("appointments")


# -- told ------------------------------------------------------------------------------------------------------------


def remind(db: Unit, house: House, number: int, now: datetime) -> bool:
    """On the evening before; status, silence and what she may know are asked again. A transaction of its own."""
    row = db.lock_row(select(Appointment).where(Appointment.id == number))
    if row is None or row.stage != Stage.PLANNED or not queries.due(db, row.home_id, now, number):
        return False
    db.lock_whose(family_of(row.resident_id))
    resident = db.get_one(tables.Resident, row.resident_id, populate_existing=True)
    due, evening = row.remind_at or row.at, rules.reminded_at(row.at, house.home.zone)
    row.remind_at = evening if evening > now else None  # told of a change early, she is reminded all the same
    row.why = _why_not(db, row, resident, now)
    db.store.audit(row.home_id, now, "machine", "remind_appointment", f"appointment:{row.id}", row.why)
    db.store.hint("appointments")
    if row.why or row.told_id is None:
        return False
    elder = db.words(db.get_one(tables.Person, resident.person_id), "name", "老人")
    words = {
        "elder": elder,
        "what": db.words(row, "what"),
        "place": f"，{place}" if (place := db.words(row, "place")) else "",
        "caution": _caution(db.words(row, "caution")),
    }
    db.flush()
    outbox.enqueue(
        db.store,
        home_id=row.home_id,
        person_id=row.told_id,
        purpose=REMINDER,
        dedup_key=f"appointment:{row.id}:{row.told_id}:{int(row.made_at.timestamp())}:{int(due.timestamp())}",
        text=house.words([say(WORDS[Companion(row.companion)], at=_day(house, row.at), **words)], now),
        now=now,
        queue="notice",
        fields=_fields(house, row, elder) | {"state": REMINDER.brief},
        expires_at=row.at,
    )
    return True


def _may_know(db: Unit, row: Appointment) -> set[int]:
    """Relatives of the resident who may know of health."""
    return {person for person, _, _ in queries.relatives(db, row.resident_id)}


def _reminder(row: Appointment, person_id: int) -> str:
    """How the cause of each reminder of it begins."""
    return f"appointment:{row.id}:{person_id}:"


def _not_hers(db: Unit, house: House, row: Appointment, resident: tables.Resident, key: str, now: datetime) -> None:
    """She was reminded, and may be on her way: that it does not take place, or is another relative's now, at once."""
    gone = resident.status in {Status.DIED, Status.MOVED_OUT}
    if gone or row.told_id is None or row.told_id not in _may_know(db, row):
        return
    elder = db.words(db.get_one(tables.Person, resident.person_id), "name", "老人")
    db.flush()
    outbox.enqueue(
        db.store,
        home_id=row.home_id,
        person_id=row.told_id,
        purpose=REMINDER,
        dedup_key=f"appointment:{row.id}:{row.told_id}:{int(row.made_at.timestamp())}:off",
        text=house.words([say(key, elder=elder, at=_day(house, row.at), what=db.words(row, "what"))], now),
        now=now,
        queue="notice",
        fields=_fields(house, row, elder) | {"state": STATES[key]},
        expires_at=max(row.at, now + rules.LATE),
    )


def _why_not(db: Unit, row: Appointment, resident: tables.Resident, now: datetime) -> str | None:
    if resident.status != Status.LIVING:
        return rules.NOT_HERE.format(status=resident.status)
    if resident.back_at is not None:
        return rules.NOT_SIGNED
    if row.told_id is None or row.told_id not in _may_know(db, row):
        return NOT_TOLD
    known = by_hand.reached(db.store, row.told_id, _reminder(row, row.told_id))  # by the old time, on her way perhaps
    return TOO_LATE if row.at - now < rules.SHORT and not known else None


def _day(house: House, at: datetime) -> str:
    """With its date: a message may wait for the morning, and 明天 would be another day by then."""
    local = at.astimezone(house.home.zone)
    return f"{phrases.day_of(local, local)} {local:%H:%M}"


def _caution(words: str) -> str:
    return f"注意：{words.rstrip('。')}。" if words else ""


def _tell(
    db: Unit,
    house: House,
    viewer: Viewer,
    row: Appointment,
    resident: tables.Resident,
    again: datetime | None,
    now: datetime,
) -> None:
    if row.told_id is None or row.told_id not in _may_know(db, row):
        raise Invalid(why="还没有选告诉哪一位家属，或这一位看不了健康。请不勾「告诉家属」，改打电话。")
    elder = db.words(db.get_one(tables.Person, resident.person_id), "name", "老人")
    key = "appointment.result_again" if again is not None else "appointment.result"
    told = {"elder": elder, "what": db.words(row, "what"), "finding": db.words(row, "result").rstrip("。")}
    db.flush()
    outbox.enqueue(
        db.store,
        home_id=row.home_id,
        person_id=row.told_id,
        purpose=RESULT,
        dedup_key=f"appointment:{row.id}:result",
        text=house.words([say(key, at=_day(house, again) if again else None, name=viewer.name, **told)], now),
        now=now,
        queue="notice",
        staff_id=viewer.id,
        fields=_fields(house, row, elder),
        expires_at=now + TRUE_FOR,
    )
    row.result_told = True


def _fields(house: House, row: Appointment, elder: str) -> dict[str, str]:
    at = row.at.astimezone(house.home.zone)
    return {"elder": elder, "at": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"}
