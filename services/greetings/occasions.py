"""Greetings and reminders: planned once, shown with each reason, asked again when they are due (H1, B1, R1, F11).

A greeting is never a template message and never late: who cannot be reached in an open window today is greeted by a
person.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import count
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import select

from care import customs, occasions, quiet_hours
from care.errors import Changed, Conflict, Decided, Invalid, JiashuError, NotFound, TooLate
from care.occasions import Day
from care.preferences import Declined
from care.states import Launch, OutboxState
from care.ways import Last
from conversations.effects import Say, say
from services.access import HANDLERS, Viewer, name_of
from services.families.reach import cannot, must_not
from services.form import coming
from services.greetings.access import access_plan
from services.greetings.forms import BookVisit, DecidePlan
from services.house import House
from services.outgoing import masses, outbox
from services.outgoing.purposes import Purpose
from services.residents.access import access_resident
from services.upkeep import epochs
from storage import revision, tables
from storage.queries import families, launch
from storage.queries import greetings as queries
from storage.queries.families import Who
from storage.types import new_id
from storage.unit import Unit

GREETING: Final = Purpose(
    "greeting", words="问候家属", machine=True, by_day=True, parks=False, mass=True, topic=Declined.GREETING
)
CARD: Final = Purpose("greeting_elder", words="问候老人", machine=True, by_day=True, parks=False, last=Last.PRINT)
"""For the elder: a card for the bedside where no message may leave (H1)."""
REMINDER: Final = Purpose(
    "reminder",
    words="提醒",
    machine=True,
    by_day=True,
    parks=False,
    template="visit",
    matter="探视提醒",
    brief="已约好",
    last=Last.PHONE,
    topic=Declined.REMINDER,
)
ASKED: Final = Purpose(
    "birthday_soon", words="请家属录一句话", machine=True, by_day=True, parks=False, topic=Declined.GREETING
)
"""The family is asked for a word before a birthday: by a message, or not at all."""
AHEAD: Final = timedelta(days=30)
GREETED: Final = {
    "new-year": ("occasion.new_year_elder", "occasion.new_year_family"),
    "laba": ("occasion.laba_elder", "occasion.laba_family"),
    "chuxi": ("occasion.chuxi_elder", "occasion.chuxi_family"),
    "spring-festival": ("occasion.spring_festival_elder", "occasion.spring_festival_family"),
    "xiaonian-north": ("occasion.xiaonian_elder", "occasion.xiaonian_family"),
    "xiaonian-south": ("occasion.xiaonian_elder", "occasion.xiaonian_family"),
    "lantern": ("occasion.lantern_elder", "occasion.lantern_family"),
    "longtaitou": ("occasion.longtaitou_elder", ""),
    "womens-day": ("occasion.womens_day_elder", ""),
    "qingming": ("", "occasion.qingming_family"),
    "labour-day": ("occasion.labour_day_elder", "occasion.labour_day_family"),
    "mothers-day": ("occasion.mothers_day_elder", "occasion.mothers_day_family"),
    "fathers-day": ("occasion.fathers_day_elder", "occasion.fathers_day_family"),
    "dragon-boat": ("occasion.dragon_boat_elder", "occasion.dragon_boat_family"),
    "mid-autumn": ("occasion.mid_autumn_elder", "occasion.mid_autumn_family"),
    "national-day": ("occasion.national_day_elder", "occasion.national_day_family"),
    "double-ninth": ("occasion.double_ninth_elder", "occasion.double_ninth_family"),
    "winter-solstice": ("occasion.winter_solstice_elder", "occasion.winter_solstice_family"),
    "christmas": ("occasion.christmas_elder", ""),
}
"""What can be said by a machine; on which of these days it is said the home chooses (H1 names three)."""
NOT_GREETED: Final = "这一天院里不问候"
EVERYBODY: Final = "老人"
"""In place of a name, where the same words go to many."""
SOON: Final = timedelta(days=3)
ELDER_AT, FAMILY_AT, EVENING_AT = time(8, 30), time(9, 0), time(18, 0)
NAMES: Final = {"birthday": "生日", "birthday-soon": "生日快到了，请家属录一句话", "visit": "探视提醒"}
OPEN: Final = ("planned", "held")
DECIDED: Final = {"planned": "照发", "held": "先不发", "cancelled": "取消", "sent": "已经安排"}
NOT_LAUNCHED: Final = "这一层还没有启用"
REMINDERS: Final = frozenset({"visit", "birthday-soon"})
"""What is said before its day."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Something to plan for one person."""

    who: Who
    occasion: str
    period: str
    day: date
    at: time
    said_on: date


def missing(db: Unit, house: House, home_id: int, now: datetime, residents: Sequence[int] | None = None) -> list[Wish]:
    """What the next 30 days ask for and has no row yet, of these residents and their relatives, or of everybody; a
    question, so that the writer is asked only when there is something.
    """
    first = now.astimezone(house.home.zone).date()
    greeted = GREETED.keys() & house.choices.festivals
    festivals = [day for day in occasions.between(first, first + AHEAD) if day.id in greeted]
    found: list[Wish] = []
    on = launch.launched(db, home_id)
    there = families.listed(db, home_id, residents, None, everybody=True)
    known = queries.planned(db, first, {who.person_id for who in there})
    for who in there:
        if not (who.phone or who.is_elder):
            continue  # a relative without a phone in WeChat is told of a visit alone, which is booked by hand
        for wish in _wishes(who, festivals, first, house):
            if not on.holds(_launched_by(wish.occasion), who.floor):
                continue
            key = (wish.who.person_id, wish.occasion, wish.period)
            if key not in known:
                known.add(key)
                found.append(wish)
    return found


def _launched_by(occasion: str) -> Launch:
    return Launch.REMINDERS if occasion in REMINDERS else Launch.GREETINGS


def plan(db: Unit, house: House, home_id: int, wishes: Sequence[Wish]) -> int:
    """Write rows for wishes: one for a person, an occasion and its period, whoever plans and however often; gives how
    many are new.
    """
    people = {wish.who.person_id for wish in wishes}
    known = queries.planned(db, min(wish.day for wish in wishes), people) if wishes else set()
    fresh = [wish for wish in wishes if (wish.who.person_id, wish.occasion, wish.period) not in known]
    db.lock_persons(*(wish.who.person_id for wish in fresh))
    rows = [_row(home_id, wish, house) for wish in fresh]
    gaps = epochs.gaps(db, home_id) if rows else []
    for row in rows:
        if any(begin <= row.due_at <= end for begin, end in gaps):
            row.state, row.why = "held", epochs.MISSED
    db.add_all(rows)
    if fresh:
        db.store.hint("days")
    return len(fresh)


def book_visit(db: Unit, house: House, viewer: Viewer, resident_id: int, form: BookVisit, now: datetime) -> None:
    """A relative said when they come; the evening before they are reminded (R1). Raises Invalid, NotFound."""
    resident, person_id = access_resident(db, viewer, resident_id), form.person
    who = next(
        (
            one
            for one in families.people(db, viewer.home_id, resident.id, everybody=True)
            if one.person_id == person_id and not one.is_elder
        ),
        None,
    )
    if who is None:
        raise NotFound
    if form.at is None:
        raise Invalid(why="请选哪天几点来。")
    coming(form.at.date(), now.astimezone(house.home.zone).date(), "探视的日子")
    at = form.at if form.at.tzinfo else form.at.replace(tzinfo=house.home.zone)
    if at <= now:
        raise Invalid(why="探视时间已经过了，请选以后的时间。")
    db.lock_persons(person_id)
    visit = tables.Visit(
        id=new_id(),
        home_id=viewer.home_id,
        person_id=person_id,
        resident_id=resident.id,
        at=at,
        booked_by=viewer.id,
        booked_at=now,
    )
    db.add(visit)
    day = at.astimezone(house.home.zone).date()
    period = f"{at.astimezone(house.home.zone):%Y%m%dT%H%M}-{resident.id % 1_000_000}"
    if (person_id, "visit", period) in queries.planned(db, day, [person_id]):
        raise Conflict
    db.add(_row(viewer.home_id, Wish(who, "visit", period, day, EVENING_AT, day - timedelta(days=1)), house))
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "book_visit", f"resident:{resident.id}")
    db.store.hint("days")


def revision_of(row: tables.Plan) -> str:
    """What the buttons of a plan are drawn from: who decided last; that it left or not is asked again anyway."""
    return revision.of(row.decided_by, row.decided_at)


def decide(db: Unit, viewer: Viewer, plan_id: int, verdict: str, form: DecidePlan, now: datetime) -> None:
    """Hold, cancel or plan again. Raises TooLate, Decided, Changed; NotFound for who may not."""
    row = access_plan(db, viewer, plan_id, lock=True)
    if viewer.role not in HANDLERS:
        raise NotFound
    if row.state == "sent" and not (
        verdict in {"held", "cancelled"} and outbox.take_back(db.store, _key(db, row), now)
    ):
        raise TooLate
    if row.state not in {*OPEN, "sent"} and not (row.state == "cancelled" and verdict == "planned"):
        raise Decided(who=name_of(db, row.decided_by), what="取消了这一条")
    if verdict not in {"held", "cancelled", "planned"}:
        raise Invalid(why="请选先不发、取消或照发。")
    if form.drawn not in {None, revision_of(row)} and row.state != verdict:
        raise Changed(
            who=name_of(db, row.decided_by), what=f"改成了「{DECIDED[row.state]}」", revision=revision_of(row)
        )
    row.state, row.decided_by, row.decided_at = verdict, viewer.id, now
    row.why = {"held": f"{viewer.name}：先不发", "cancelled": f"{viewer.name}：取消了", "planned": None}[verdict]
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", f"plan_{verdict}", f"plan:{row.id}")
    db.store.hint("days")


def due(db: Unit, home_id: int, now: datetime, limit: int = 100) -> list[int]:
    """What is to be said now."""
    return queries.due(db, home_id, now, limit)


def _key(db: Unit, row: tables.Plan) -> str:
    """The cause of its words; what was taken back and is planned again is said under the next number."""
    out = tables.Outbox

    def was_taken_back(key: str) -> bool:
        same = select(out.id).where(out.dedup_key == key, out.state == OutboxState.CANCELLED.value)
        return db.scalars(same).first() is not None

    return next(key for key in (f"plan:{row.id}:greeting:{number}" for number in count(1)) if not was_taken_back(key))


def release(db: Unit, house: House, plan_id: int, now: datetime) -> bool:
    """Say one of them, if it may still be said: consent, status and silence are asked again; by which way it leaves, or
    whether somebody prints it or telephones, is decided when it does. A transaction of its own.
    """
    db.lock_whose(select(tables.Plan.person_id).where(tables.Plan.id == plan_id))
    row, zone = db.get_one(tables.Plan, plan_id, populate_existing=True), house.home.zone
    if row.state != "planned":
        return False
    who = families.one(db, row.person_id, row.resident_id)
    db.store.hint("days")
    local = now.astimezone(zone).date()
    last = row.day - timedelta(days=1) if row.occasion in REMINDERS else row.day
    why = "过了那一天，不补发" if local > last else must_not(who, row.occasion) if who else "已经不是家属了"
    if not why and row.occasion in GREETED and row.occasion not in house.choices.festivals:
        why = NOT_GREETED
    if not why and who:
        why = unwanted(who, row.occasion, house)
    if not why and who and not launch.launched(db, row.home_id).holds(_launched_by(row.occasion), who.floor):
        why = NOT_LAUNCHED
    if not why and who and quiet_hours.is_quiet(now, _zone(who, zone), who.kind, house.quiet):
        row.due_at = quiet_hours.next_allowed(now, _zone(who, zone), who.kind, house.quiet)
        return False
    if why or who is None:
        row.state, row.why = "skipped", why
        return False
    db.flush()
    outbox.enqueue(
        db.store,
        home_id=row.home_id,
        person_id=row.person_id,
        purpose=_purpose(who, row.occasion),
        dedup_key=_key(db, row),
        text=house.words([words(who, row, house)], now, elder=who.is_elder),
        now=now,
        queue="notice",
        fields=_fields(who, row, house, now),
        expires_at=datetime.combine(local + timedelta(days=1), time(), zone).astimezone(UTC),
    )
    row.state, row.why = "sent", None
    return True


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a plan as it looks now: it `goes` by a message, or by `hand`, or not at all; and why."""

    goes: bool
    hand: bool
    why: str


def unwanted(who: Who, occasion: str, house: House) -> str:
    """Why a festival is not theirs, as far as they or their family have said (H1); "" when it is."""
    if occasion not in GREETED:
        return ""
    if occasion in occasions.FOR_WOMEN and who.sex != "女":
        return "不是这一位的节日"
    return customs.why_not(who.customs, occasion, who.sex, house.choices.festivals)


def fate(who: Who, occasion: str, now: datetime, house: House) -> Fate:
    """For the preview; it is asked again when the day comes."""
    if why := must_not(who, occasion) or unwanted(who, occasion, house):
        return Fate(goes=False, hand=False, why=why)
    why = cannot(who, now)
    if not why:
        return Fate(goes=True, hand=False, why="")
    if who.is_elder:
        return Fate(goes=False, hand=True, why=f"{why}；那天印一张床头卡")
    if occasion == "visit":
        return Fate(goes=False, hand=True, why=f"{why}；那时用模板消息或打电话")
    if occasion in GREETED and who.following:
        return Fate(goes=True, hand=False, why=f"{why}；那天和别的家属一起群发")
    return Fate(goes=False, hand=False, why=why)


def _purpose(who: Who, occasion: str) -> Purpose:
    if occasion == "visit":
        return REMINDER
    if occasion in REMINDERS:
        return ASKED
    return CARD if who.is_elder else GREETING


def _fields(who: Who, row: tables.Plan, house: House, now: datetime) -> dict[str, str]:
    """What a template may say of a visit, and a mass send of a festival: the same to all, so that it names nobody."""
    if row.occasion in GREETED and not who.is_elder:
        return {masses.MASS: house.words([say(GREETED[row.occasion][1], elder=EVERYBODY)], now)}
    if row.occasion != "visit":
        return {}
    at = datetime.strptime(row.period[:13], "%Y%m%dT%H%M").replace(tzinfo=house.home.zone)
    return {"elder": who.elder, "at": f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}", "state": "已约好"}


def words(who: Who, row: tables.Plan, house: House) -> Say:
    """What is said, as a phrase; no age is ever told (domain.md 5)."""
    day = f"{row.day.month}月{row.day.day}日"
    match row.occasion:
        case "birthday":
            return say("occasion.birthday_elder", called=called(who.elder, who.sex))
        case "birthday-soon":
            return say("occasion.birthday_soon", day=day, elder=who.elder)
        case "visit":
            at = datetime.strptime(row.period[:13], "%Y%m%dT%H%M").replace(tzinfo=house.home.zone)
            return say("occasion.visit", at=at, elder=who.elder)
        case name:
            elder, family = GREETED[name]
            return say(elder, called=called(who.elder, who.sex)) if who.is_elder else say(family, elder=who.elder)


def called(name: str, sex: str | None) -> str:
    """王奶奶, 欧阳爷爷; the name alone where the sex is not known."""
    surname = name[:2] if name[:2] in {"欧阳", "上官", "司马", "诸葛", "东方", "夏侯"} else name[:1]
    title = {"女": "奶奶", "男": "爷爷"}.get(sex or "")
    return surname + title if title else name


def _wishes(who: Who, festivals: list[Day], first: date, house: House) -> list[Wish]:
    at = ELDER_AT if who.is_elder else FAMILY_AT
    found = [
        Wish(who, day.id, day.period, day.day, at, day.day)
        for day in festivals
        if GREETED[day.id][0 if who.is_elder else 1] and not unwanted(who, day.id, house)
    ]
    try:
        births = occasions.birthdays(occasions.born(who.born), first, first + AHEAD) if who.born else []
    except JiashuError:
        births = []
    for day in births:
        if who.is_elder:
            found.append(Wish(who, "birthday", day.period, day.day, ELDER_AT, day.day))
        elif day.day - SOON >= first:
            found.append(
                Wish(
                    who, "birthday-soon", f"{day.period}-{who.resident_id % 10_000}", day.day, FAMILY_AT, day.day - SOON
                )
            )
    return found


def _row(home_id: int, wish: Wish, house: House) -> tables.Plan:
    zone = house.home.zone
    at = datetime.combine(wish.said_on, wish.at, zone)
    due = quiet_hours.next_allowed(at, _zone(wish.who, zone), wish.who.kind, house.quiet)
    return tables.Plan(
        id=new_id(),
        home_id=home_id,
        person_id=wish.who.person_id,
        resident_id=wish.who.resident_id,
        occasion=wish.occasion,
        period=wish.period,
        day=wish.day,
        due_at=due,
        state="planned",
    )


def _zone(who: Who, home: ZoneInfo) -> ZoneInfo:
    return ZoneInfo(who.timezone) if who.timezone else home
