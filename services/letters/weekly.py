"""每周家书: the whole of a week once, by a colleague, and what relatives of somebody in hospital are told (U1, U2, U3).

One speaks for the letter of its Sunday as well: who is told of it is not told of that one.
"""

import json
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select

from care import families, weekly
from care.errors import Changed, Decided, Invalid, NotFound
from care.states import Launch, LetterState, Status
from care.ways import Last
from care.weekly import Kind
from conversations.effects import say
from conversations.phrases import date_of
from services.access import Viewer, name_of
from services.families import preferences
from services.house import House
from services.letters.access import access_weekly
from services.letters.forms import LetGo, WithdrawLetter, WriteWeekly
from services.letters.letters import CALLERS, REACTIONS, SEEN, link, release_at, today
from services.outgoing import outbox, templates
from services.outgoing.purposes import Purpose
from services.residents.access import access_resident, family_of
from storage import revision, tables
from storage.queries import launch
from storage.queries import letters as dailies
from storage.queries import letters_weekly as queries
from storage.queries.letters_weekly import Sheet
from storage.tables.letters_weekly import WeeklyLetter, WeeklyReading
from storage.types import new_id
from storage.unit import Unit

WEEKLY: Final = Purpose(
    "weekly",
    words="每周家书",
    machine=True,
    by_day=True,
    parks=False,
    template="letter",
    matter="这一周的家书到了",
    brief="家书到了",
)
PAPER: Final = Purpose("weekly_paper", words="每周家书（纸）", machine=True, by_day=True, parks=False, last=Last.PRINT)
HOSPITAL: Final = Purpose(
    "hospital",
    words="住院情况",
    machine=True,
    by_day=True,
    template="letter",
    matter="住院情况写好了",
    brief="请查看",
    last=Last.PHONE,
)
BACK: Final = timedelta(days=7)
"""What is older is not opened any more by the machine."""
NEWS: Final = timedelta(hours=18)
"""So long the letter of a week is announced: who sleeps then hears of it in the morning."""
KEPT: Final = timedelta(days=3)
"""So long a message about somebody in hospital waits for its reader."""
OPINION: Final = 300


def write(db: Unit, house: House, viewer: Viewer, resident_id: int, form: WriteWeekly, now: datetime) -> WeeklyLetter:
    """Keep one, as it was filled in. Raises Invalid with what the writer must read, Changed, NotFound."""
    resident = access_resident(db, viewer, resident_id)
    kind, day = _asked(db, form, resident, today(house.home, now))
    table = WeeklyLetter
    mine = (table.resident_id == resident.id, table.kind == kind.value, table.day == day)
    row = db.lock_row(select(table).where(*mine))
    _as_drawn(db, row, form.drawn)
    words, plan = " ".join(form.sentence.split()), " ".join(form.plan.split())
    last = queries.before(db, resident.id, day)
    looked = weekly.look(
        kind,
        facts := weekly.known(kind, form.ticked),
        words,
        plan,
        before=db.words(last, "sentence") if last else "",
        others=queries.sentences(db, viewer.home_id, day, resident.id),
    )
    if looked.wrong:
        raise Invalid(why=" ".join(looked.wrong))
    cautious = dailies.cautious(db, resident.id)
    if row is None:
        row = table(id=new_id(), home_id=viewer.home_id, resident_id=resident.id, kind=kind.value, day=day)
        row.state, row.corrected = LetterState.READY.value, False
        db.add(row)
    was = row.state
    row.corrected = row.corrected or row.state == LetterState.RELEASED
    waits = row.held_why if row.state == LetterState.HELD else None  # only the call lets it go
    row.held_why = looked.hold or waits or (dailies.LEAD_FIRST if cautious else None)
    if row.held_why or row.state != LetterState.RELEASED:
        row.state = (LetterState.HELD if row.held_why else LetterState.READY).value
    db.seal(row, "facts", json.dumps(facts, ensure_ascii=False))
    db.seal(row, "sentence", words)
    db.seal(row, "plan", plan or None)
    row.written_by, row.written_at = viewer.id, now
    if was == LetterState.RELEASED:
        _said_anew(db, row, resident, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "write_weekly", f"weekly_letter:{row.id}")
    db.store.hint("letters")
    return row


def _asked(db: Unit, form: WriteWeekly, resident: tables.Resident, day: date) -> tuple[Kind, date]:
    """Raises Invalid where it is another letter than the form thought."""
    kind = kind_of(resident)
    if kind is None:
        raise Invalid(why=f"老人现在{resident.status}，不写每周家书；要紧的事请打电话告诉家属。")
    if form.kind != kind.value:
        raise Invalid(why=f"老人现在{resident.status}，表上要问的不一样了，没有存。请刷新再写。")
    open_days = weekly.open_weeks(day) if kind is Kind.WEEK else (day,)
    written = form.day is not None and kind is Kind.HOSPITAL and day - form.day < weekly.AGAIN
    known = written and queries.of_day(db, resident.id, kind, form.day or day) is not None
    if form.day is None or (form.day not in open_days and not known):
        raise Invalid(why="这一封已经过了日子，没有存。请刷新，写这一周的。")
    return kind, form.day


def kind_of(resident: tables.Resident) -> Kind | None:
    """Which letter is written about somebody; None for who is not here and not in hospital."""
    return {Status.LIVING: Kind.WEEK, Status.IN_HOSPITAL: Kind.HOSPITAL}.get(Status(resident.status))


def revision_of(row: WeeklyLetter | None) -> str:
    """What a form is drawn from; that it went out changes none of it."""
    if row is None:
        return revision.of()
    state = "open" if row.state in {LetterState.READY, LetterState.RELEASED} else row.state
    return revision.of(state, row.held_why, row.facts, row.sentence, row.plan, row.written_at)


def _as_drawn(db: Unit, row: WeeklyLetter | None, drawn: str | None) -> None:
    """Raises Changed with who was first."""
    if drawn is None or drawn == revision_of(row):
        return
    withdrawn = row is None or row.state == LetterState.WITHDRAWN
    who, what = ("有同事", "收回了这封信") if withdrawn else (name_of(db, row.written_by), "改过这封信")  # type: ignore[union-attr]
    raise Changed(who=who, what=what, revision=revision_of(row))


def let_go(db: Unit, viewer: Viewer, weekly_id: int, form: LetGo, now: datetime) -> WeeklyLetter:
    """The family was called, so it may go. Raises Invalid without what was said, Decided, Changed, NotFound."""
    row = access_weekly(db, viewer, weekly_id, lock=True)
    if row.state != LetterState.HELD:
        raise Decided(who="有同事", what="收回了这封信" if row.state == LetterState.WITHDRAWN else "放行了这封信")
    _as_drawn(db, row, form.drawn)
    if row.held_why == dailies.LEAD_FIRST and not viewer.sight.lead:
        raise Invalid(why="请主管看过再放行。")
    if viewer.role not in CALLERS:
        raise Invalid(why="请护士或主管打电话告诉家属，再放行。")
    if not form.called.strip():
        raise Invalid(why="请写一句电话里怎么说的，和谁说的。")
    row.state, row.held_why = LetterState.READY.value, SEEN
    db.seal(row, "called", f"{viewer.name}：{form.called.strip()}")
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "let_go_weekly", f"weekly_letter:{row.id}")
    db.store.hint("letters")
    return row


def withdraw(db: Unit, viewer: Viewer, weekly_id: int, form: WithdrawLetter, now: datetime) -> WeeklyLetter:
    """Nobody may read it any more. Raises Decided, Changed, NotFound."""
    row = access_weekly(db, viewer, weekly_id, lock=True)
    if row.state == LetterState.WITHDRAWN:
        raise Decided(who="有同事", what="收回了这封信")
    _as_drawn(db, row, form.drawn)
    row.state = LetterState.WITHDRAWN.value
    _take_back(db, row, now)
    db.store.audit(viewer.home_id, now, f"staff:{viewer.id}", "withdraw_weekly", f"weekly_letter:{row.id}")
    db.store.hint("letters")
    return row


def _said_anew(db: Unit, row: WeeklyLetter, resident: tables.Resident, now: datetime) -> None:
    """One that was open has other words: held, nobody is told of it any more; else the paper is printed anew."""
    if row.state != LetterState.RELEASED:
        _take_back(db, row, now)
        return
    db.flush()
    db.lock_whose(family_of(row.resident_id))
    for tie in dailies.told(db, row.resident_id):
        if tie.paper and row.kind == Kind.WEEK:
            outbox.take_back_all(db.store, tie.person_id, f"weekly:{row.id}:", now)
            _print(db, row, resident, tie, now)


def _take_back(db: Unit, row: WeeklyLetter, now: datetime) -> None:
    db.flush()
    db.lock_whose(family_of(row.resident_id))
    for kin, _ in dailies.readers(db, row.resident_id):
        outbox.take_back_all(db.store, kin, f"weekly:{row.id}:", now)


# -- released --------------------------------------------------------------------------------------------------------


def opens_at(house: House, row: WeeklyLetter) -> datetime:
    """When it may be read: on the evening of its day, with the letters of that day."""
    return release_at(house.home, row.day)


def due(db: Unit, house: House, home_id: int, now: datetime) -> list[int]:
    """Those that may open now, where letters are switched on."""
    day = today(house.home, now)
    on, zone = launch.launched(db, home_id), house.home.zone
    ready = ((row, on.since(Launch.LETTERS, floor)) for row, floor in queries.waiting(db, home_id, day - BACK))
    return [
        row.id
        for row, since in ready
        if since is not None and row.day >= since.astimezone(zone).date() and opens_at(house, row) <= now
    ]


def release(db: Unit, house: House, weekly_id: int, now: datetime) -> bool:
    """Open one and tell who may be told. Somebody who is away, gone or left in peace by then is not written about."""
    row = db.lock_row(select(WeeklyLetter).where(WeeklyLetter.id == weekly_id))
    if row is None or row.state != LetterState.READY:
        return False
    db.lock_whose(family_of(row.resident_id))
    resident = db.get_one(tables.Resident, row.resident_id, populate_existing=True)
    kind = Kind(row.kind)
    quiet = resident.status if kind_of(resident) is not kind else ""
    quiet = quiet or ("静默中" if dailies.stopped(db, resident.person_id) else "")
    if quiet or (row.held_why != SEEN and dailies.cautious(db, resident.id)):
        row.state = LetterState.HELD.value
        row.held_why = f"老人现在{quiet}，没有发" if quiet else dailies.LEAD_FIRST
        db.store.hint("letters")
        return False
    row.state, row.released_at = LetterState.RELEASED.value, now
    _tell(db, house, row, resident, now)
    db.store.audit(row.home_id, now, "machine", "release_weekly", f"weekly_letter:{row.id}")
    db.store.hint("letters")
    return True


def _tell(db: Unit, house: House, row: WeeklyLetter, resident: tables.Resident, now: datetime) -> None:
    """Each relative by her wish (N7): not who wants changes alone, unless it is news from hospital."""
    kind = Kind(row.kind)
    late = row.day < weekly.sunday_of(today(house.home, now)) and now - opens_at(house, row) > NEWS
    told = {"elder": dailies.name(db, resident), "link": link(house.public_url, row.id, "weeks")}
    purpose, key = (
        (WEEKLY, "letters.week_late" if late else "letters.week_here")
        if kind is Kind.WEEK
        else (HOSPITAL, "letters.hospital_here")
    )
    words = house.words([say(key, **told)], now)
    for tie in queries.told(db, row.resident_id, kind):
        kin, zone = tie.person_id, dailies.zone(db, tie.person_id) or house.home.zone
        at = preferences.opens(db, kin, families.at_hour(now, tie.hour, zone), zone)
        if kind is Kind.WEEK and tie.paper:
            _print(db, row, resident, tie, now)
        if kind is Kind.WEEK and not families.wants_week(tie.frequency, changed=row.corrected):
            continue
        outbox.enqueue(
            db.store,
            home_id=row.home_id,
            person_id=kin,
            purpose=purpose,
            dedup_key=_key(row, kin, purpose),
            text=words,
            now=now,
            queue="notice",
            not_before=at if at > now else None,
            expires_at=at + (KEPT if kind is Kind.HOSPITAL else NEWS),
            staff_id=row.written_by if kind is Kind.HOSPITAL else None,
            fields={"elder": told["elder"], "matter": purpose.matter, templates.PAGE: f"/p/weeks/{row.id}"},
        )


def _print(db: Unit, row: WeeklyLetter, resident: tables.Resident, tie: tables.Kinship, now: datetime) -> None:
    """For who wants it on paper: a card in 送达. The body stands on no paper: whoever holds it reads it."""
    drawn = queries.sheet(db, row, resident, ("daily",), db.words(tie, "relation"))
    number = outbox.enqueue(
        db.store,
        home_id=row.home_id,
        person_id=tie.person_id,
        purpose=PAPER,
        dedup_key=_key(row, tie.person_id, PAPER),
        text=f"给{db.words(db.get_one(tables.Person, tie.person_id), 'name', '家属')}：\n{on_paper(drawn)}",
        now=now,
        queue="notice",
    )
    if number is not None:
        outbox.on_paper(db.store, number, PAPER, now)


def on_paper(drawn: Sheet) -> str:
    """Its words in lines."""
    last = date_of(drawn.last, drawn.first)
    span = f"{drawn.first.year}年{drawn.first.month}月{drawn.first.day}日—{last}"
    lines = [f"{drawn.title}（{span}）", drawn.sentence]
    lines += [f"{name}：{words}" for name, words in drawn.facts]
    lines += [f"{one.name}：{one.words}" for one in drawn.trend]
    lines += [f"{name}：{words}" for name, words in drawn.did]
    lines += [f"下周：{drawn.plan}" if drawn.plan else "", f"{drawn.author} 写"]
    return "\n".join(filter(None, lines))


def _key(row: WeeklyLetter, kin: int, purpose: Purpose) -> str:
    return f"weekly:{row.id}:{kin}:{purpose.name}:{int(row.written_at.timestamp())}"


# -- by the families -------------------------------------------------------------------------------------------------


def opened(db: Unit, person_id: int, weekly_id: int, now: datetime) -> queries.Page:
    """One as this relative may read it; that it was opened is kept. Raises NotFound for everybody else."""
    page = queries.page(db, person_id, weekly_id)
    if page is None:
        raise NotFound
    if queries.reading(db, weekly_id, person_id) is None:
        db.lock_persons(person_id)
        home_id = db.get_one(WeeklyLetter, weekly_id).home_id
        db.add(
            WeeklyReading(id=new_id(), home_id=home_id, weekly_id=weekly_id, person_id=person_id, opened_at=now)
        )  # fmt: skip
        outbox.take_back_all(db.store, person_id, f"weekly:{weekly_id}:{person_id}:{HOSPITAL.name}:", now)
        db.store.hint("letters")
    return page


def react(db: Unit, person_id: int, weekly_id: int, word: str, now: datetime) -> queries.Page:
    """What a relative says to it with one tap; the caller hands 有疑问 and 请来电 on. Raises Invalid, NotFound."""
    if word not in REACTIONS:
        raise Invalid(why="请点下面四个里的一个。")
    db.lock_persons(person_id)
    opened(db, person_id, weekly_id, now)
    db.flush()
    row = queries.reading(db, weekly_id, person_id)
    if row is None:
        raise NotFound
    row.reaction, row.reacted_at = word, now
    db.store.hint("letters")
    page = queries.page(db, person_id, weekly_id)
    if page is None:
        raise NotFound
    return page


def opinion(words: str) -> str:
    """What a relative writes under a letter about somebody in hospital (U3). Raises Invalid."""
    said = " ".join(words.split())
    if not said:
        raise Invalid(why="请写一句您的想法，再点「发给我们」。")
    if len(said) > OPINION:
        raise Invalid(why=f"写了 {len(said)} 个字，请写在 {OPINION} 个字以内，或在微信里分几条发给我们。")
    return said
