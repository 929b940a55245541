"""What may meet: the moments in a home (stages), what each side does there, and the pairs of rivals that are played."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import select

from care.triage import CALM, Audience
from conversations import events
from services import install
from services.access import Role
from services.accusations import accusations
from services.complaints import complaints, evidence
from services.emergencies import alarms, unreadable
from services.families import binding
from services.greetings import occasions
from services.knowledge import knowledge
from services.letters import letters
from services.media import media
from services.outgoing import outbox, sending
from services.ports import Fate, Outcome
from services.promises import clocks
from services.residents import residents
from services.staff import staff
from services.surveys import surveys
from services.talks import desk, silence
from services.upkeep import epochs, pulse
from storage import tables
from storage.store import Store
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import HOME, STAFF, Pair, Side, Stage, Turn
from tests.races.rows import End

SCENE: Final[dict[str, Any]] = {
    "staff": [],
    "people": [
        {
            "openid": "grandma",
            "name": "王桂兰",
            "kind": "elder",
            "room": "306",
            "bed": "1",
            "sex": "女",
            "born": "1944-11-30",
        },
        {
            "openid": "daughter",
            "name": "李静",
            "kind": "family",
            "phone": "13800002107",
            "kin": [{"of": "王桂兰", "relation": "女儿", "primary": True, "scopes": "daily health"}],
        },
        {
            "openid": "niece",
            "name": "孙玉",
            "kind": "family",
            "kin": [{"of": "王桂兰", "relation": "侄女", "scopes": "daily"}],
        },
    ],
    "residents": [["201", "2", "何秀英", "女", "1938-11-25"]],
}
Facts = dict[str, int]
SENT: Final = Outcome(Fate.SENT, "")
ALIVE: Final = {"planned", "waiting", "ready", "sending", "sent", "parked"}
D, S, C, N = Role.DESK, Role.SUPERVISOR, Role.DIRECTOR, Role.NURSE


# -- stages --------------------------------------------------------------------------------------------------------


async def _home(home: HomeUnderTest, _: Facts) -> Facts:
    """Three people with phones, two of each kind of staff; everybody wrote a minute ago."""
    await home.database.write(lambda db: install.sample(db, home.ids, SCENE, home.clock()))
    found: Facts = {}
    for role, names in STAFF.items():
        for nth, name in enumerate(names):
            found[f"{role}{nth}"] = new_id()
            row = tables.Staff(
                id=found[f"{role}{nth}"],
                home_id=home.ids.home_id,
                login=f"{role}{nth}",
                name=name,
                role=role.value,
                password="-",
                floors="",
                created_at=home.clock(),
            )
            await home.database.write(lambda db, row=row: db.add(row))  # type: ignore[misc]
    for openid in ("grandma", "daughter", "niece"):
        await home.hears("你好", openid)
        found[openid] = await home.person(openid)
    for room in ("306", "201"):
        found[f"room{room}"] = await home.one("SELECT id FROM resident WHERE room = ?", room)
    home.clock.on(minutes=1)
    return found


def _turn(home: HomeUnderTest, facts: Facts, nth: int = 0) -> Turn:
    return Turn(home.house, home.ids, home.clock(), facts, nth)


def _letter_form(turn: Turn, db: Unit) -> str:
    """The revision that today's form of the letter carries."""
    found = select(tables.Letter).where(
        tables.Letter.resident_id == turn["room306"], tables.Letter.day == letters.today(HOME, turn.now)
    )
    return letters.revision_of(db.scalars(found).first())


def _step_form(turn: Turn, db: Unit) -> str:
    """The revision that the form of a step carries."""
    return complaints.revision_of(db, db.get_one(tables.Complaint, turn["case"]))


def _write(sentence: str, *, photos: bool = False) -> Callable[[Turn, Unit], int]:
    def write(turn: Turn, db: Unit) -> int:
        return letters.write(
            db,
            turn.who(N),
            turn["room306"],
            letters.today(HOME, turn.now),
            ticked={"meals": {"大半"}},
            sentence=sentence,
            note="",
            temperature="",
            taps=5,
            now=turn.now,
            photos=[letters.Photo(turn["photo"], "image/png", 9)] if photos else [],
            drawn=turn.seen,
        ).id

    return write


async def _letter(home: HomeUnderTest, facts: Facts) -> Facts:
    """Today's letter, with a photo, is ready."""
    mine = facts | {"photo": new_id()}
    mine["letter"] = await home.database.write(
        lambda db: _write("上午折了六朵纸花。", photos=True)(_turn(home, mine), db)
    )
    return mine


async def _evening(home: HomeUnderTest, _: Facts) -> Facts:
    """The hour at which letters are read; the daughter wrote just now."""
    home.clock.now = letters.release_at(HOME, letters.today(HOME, home.clock()))
    await home.hears("在吗", "daughter")
    home.clock.on(seconds=5)
    return {}


async def _released(home: HomeUnderTest, facts: Facts) -> Facts:
    """The letter is released; the words that tell it wait for the sender."""
    await home.database.write(lambda db: letters.release(db, home.house, facts["letter"], home.clock()))
    home.clock.on(seconds=5)
    return {"outbox": await home.one("SELECT id FROM outbox WHERE purpose = 'letter'")}


async def _held_letter(home: HomeUnderTest, facts: Facts) -> Facts:
    """Today's letter tells of a fall and waits for a call."""
    return {"letter": await home.database.write(lambda db: _write("下午摔了一跤")(_turn(home, facts), db))}


async def _complaint(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter complained about the food and was called: the case is to be assessed."""
    await home.hears("饭菜太凉了，我要投诉", "daughter")
    await home.hears("好了", "daughter")
    await home.database.write(
        lambda db: desk.log_call(db, _turn(home, facts).who(D), facts["daughter"], "说了会查", home.clock())
    )
    home.clock.on(minutes=1)
    return {
        "case": await home.one("SELECT id FROM complaint ORDER BY id DESC"),
        "level": await home.one("SELECT level FROM complaint ORDER BY id DESC"),
    }


async def _named(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter names a nurse in it."""
    await home.database.receive(_turn(home, facts).hears("护士周敏昨晚打我妈", "daughter", "names"))
    home.clock.on(minutes=1)
    return {
        "accused": await home.one("SELECT max(id) FROM accused"),
        "level": await home.one("SELECT level FROM complaint ORDER BY id DESC"),
    }


def _assess_named(turn: Turn, db: Unit) -> None:
    complaints.assess(
        db,
        turn.who(S),
        turn["case"],
        category="虐待忽视",
        level=turn["level"],
        why="",
        scope="ours",
        passed_to="",
        owner_id=turn[f"{S}0"],
        accused=frozenset({turn[f"{N}1"]}),
        now=turn.now,
        drawn=turn.seen,
    )


def _assess(turn: Turn, db: Unit, owner: int = 0) -> None:
    complaints.assess(
        db,
        turn.who(D),
        turn["case"],
        category="护理质量",
        level=turn["level"],
        why="",
        scope="ours",
        passed_to="",
        owner_id=turn[f"{S}{owner}"],
        accused=frozenset(),
        now=turn.now,
        drawn=turn.seen,
    )


def _plan(turn: Turn, db: Unit) -> None:
    complaints.propose(
        db,
        turn.house,
        turn.who(S),
        turn["case"],
        cause="没规定",
        department="护理部",
        responsible_id=turn[f"{N}0"],
        measures=f"办法{turn.nth}",
        done_by=date(2026, 11, 30),
        reply="",
        now=turn.now,
    )


def _interim(turn: Turn, db: Unit) -> None:
    complaints.interim(
        db,
        turn.house,
        turn.who(D),
        turn["case"],
        reply=f"还在查{turn.nth}",
        new_due=turn.now + timedelta(days=2),
        now=turn.now,
    )


def _decide(*, approve: bool) -> Callable[[Turn, Unit], None]:
    return lambda turn, db: complaints.decide(
        db, turn.house, turn.who(C), turn["case"], turn["paper"], approve=approve, why="再改改", now=turn.now
    )


def _does(work: Callable[[Turn, Unit], object]) -> Callable[[HomeUnderTest, Facts], Any]:
    """A stage that one act of a colleague brings about."""

    async def builds(home: HomeUnderTest, facts: Facts) -> Facts:
        await home.database.write(lambda db: work(_turn(home, facts), db))
        home.clock.on(minutes=1)
        return {}

    return builds


async def _approval(home: HomeUnderTest, facts: Facts) -> Facts:
    await _does(_plan)(home, facts)
    return {"paper": await home.one("SELECT id FROM proposal WHERE verdict IS NULL")}


async def _interim_asked(home: HomeUnderTest, facts: Facts) -> Facts:
    await _does(_interim)(home, facts)
    return {"paper": await home.one("SELECT id FROM proposal WHERE verdict IS NULL")}


async def _overdue(home: HomeUnderTest, _: Facts) -> Facts:
    """Nobody decided in time."""
    home.clock.on(hours=5)
    return {}


async def _sends(home: HomeUnderTest, _: Facts) -> Facts:
    await home.send_all()
    home.clock.on(seconds=5)
    return {}


async def _claims(home: HomeUnderTest, _: Facts) -> Facts:
    """The sender has them in its hand."""
    await home.database.store(lambda store: sending.claim(store, home.clock(), home.clock()))
    home.clock.on(seconds=1)
    return {"outbox": await home.one("SELECT max(id) FROM outbox WHERE state = 'sending'")}


async def _follow_up(home: HomeUnderTest, facts: Facts) -> Facts:
    """The family agreed, the first follow-up was asked after three days."""
    hear = _hear("accepted")
    await home.database.write(lambda db: hear(_turn(home, facts), db))
    home.clock.on(days=4)
    await home.hears("今天有什么活动", "daughter")
    await home.send_all()
    home.clock.on(seconds=5)
    return {}


def _hear(word: str) -> Callable[[Turn, Unit], None]:
    return lambda turn, db: complaints.hear(
        db, turn.house, turn.who(D), turn["case"], word=word, note=f"说了{turn.nth}", now=turn.now, drawn=turn.seen
    )


async def _lesson(home: HomeUnderTest, facts: Facts) -> Facts:
    for _ in range(2):
        home.clock.on(minutes=1)
        await home.database.write(lambda db: _hear("accepted")(_turn(home, facts), db))
    home.clock.on(minutes=1)
    return {}


async def _answered(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter asked, a colleague's answer waits for the sender."""
    await home.hears("有没有空床", "daughter")
    home.clock.on(seconds=5)
    row = await home.database.write(
        lambda db: desk.answer(
            db, _turn(home, facts).who(D), facts["daughter"], "有的，您来看看", "stage", home.clock()
        )
    )
    home.clock.on(seconds=1)
    return {"outbox": row}  # type: ignore[dict-item]


async def _parked(home: HomeUnderTest, facts: Facts) -> Facts:
    """An answer waits for the next message of the daughter, whose window has closed; its week is over."""
    home.clock.on(days=3)
    await home.database.write(
        lambda db: desk.answer(db, _turn(home, facts).who(D), facts["daughter"], "有的", "parked", home.clock())
    )
    await home.send_all()
    home.clock.on(days=8)
    return {}


async def _kept(home: HomeUnderTest, facts: Facts) -> Facts:
    """An answer waited for the daughter, who wrote a complaint: it was kept back, and its week is over."""
    home.clock.on(days=3)
    row = await home.database.write(
        lambda db: desk.answer(db, _turn(home, facts).who(D), facts["daughter"], "有的", "kept", home.clock())
    )
    await home.send_all()
    await home.hears("饭菜太凉了，我要投诉", "daughter")
    home.clock.on(days=8)
    return {"outbox": row or 0}


async def _ended(home: HomeUnderTest, facts: Facts) -> Facts:
    """Somebody went and arrived."""
    for act in ("alarm.go", "alarm.arrive"):
        side = SIDES[act]
        await home.database.write(lambda db, side=side: side.does(_turn(home, facts), db))  # type: ignore[misc]
        home.clock.on(minutes=1)
    return {}


async def _stranger(home: HomeUnderTest, facts: Facts) -> Facts:
    """Somebody unknown cries."""
    await home.database.receive(_turn(home, facts).hears("救命，我摔倒了", "stranger", "stranger"))
    home.clock.on(minutes=1)
    return {}


async def _asked(home: HomeUnderTest, _: Facts) -> Facts:
    """The daughter asked and waits; half of the promised time is over."""
    await home.hears("有没有空床", "daughter")
    home.clock.on(minutes=61)
    return {}


async def _silent(home: HomeUnderTest, _: Facts) -> Facts:
    """The daughter began a complaint and says no more; the talk goes on by itself now."""
    await home.hears("我要投诉", "daughter")
    home.clock.on(hours=3)
    return {}


async def _owed(home: HomeUnderTest, _: Facts) -> Facts:
    """The answer to a push is stored and was not given."""
    await home.hears("有没有空床", "daughter", key="owed")
    home.clock.on(seconds=15)
    return {"inbox": await home.one("SELECT id FROM inbox WHERE key = 'owed'")}


async def _alarm(home: HomeUnderTest, facts: Facts) -> Facts:
    """The elder fell and called four minutes ago; nobody goes yet."""
    await home.database.receive(_turn(home, facts).hears("我摔倒了", "grandma", "cry"))
    home.clock.on(minutes=4)
    return {}


async def _birthday(home: HomeUnderTest, _: Facts) -> Facts:
    """The morning of the elder's birthday; she wrote, the greeting is due."""
    wishes = await home.database.read(lambda db: occasions.missing(db, home.house, home.ids.home_id, home.clock()))
    await home.database.write(lambda db: occasions.plan(db, home.house, home.ids.home_id, wishes))
    home.clock.now = datetime(2026, 11, 30, 0, 30, tzinfo=UTC)
    await home.hears("早", "grandma")
    home.clock.on(seconds=5)
    return {"plan": await home.one("SELECT id FROM plan WHERE occasion = 'birthday' AND due_at <= ?", home.clock())}


def _day(verdict: str) -> Callable[[Turn, Unit], None]:
    return lambda turn, db: occasions.decide(db, turn.who(D), turn["plan"], verdict, turn.now, turn.seen)


def _day_buttons(turn: Turn, db: Unit) -> str:
    return occasions.revision_of(db.get_one(tables.Plan, turn["plan"]))


async def _applications(home: HomeUnderTest, facts: Facts) -> Facts:
    """Two sons of another resident wait to be made sure."""
    found: Facts = {}
    for nth, openid in enumerate(("son1", "son2")):
        code, _ = await home.database.write(
            lambda db: binding.invite(db, _turn(home, facts).who(D), facts["room201"], home.clock())
        )
        for words in (f"绑定 {code}", "儿子", "李明" if nth == 0 else "李亮"):
            await home.hears(words, openid)
        found[f"application{nth}"] = await home.one("SELECT max(id) FROM application")
    home.clock.on(minutes=1)
    return found


async def _code(home: HomeUnderTest, facts: Facts) -> Facts:
    """Two hold the same sheet; each has only to say the name."""
    code, _ = await home.database.write(
        lambda db: binding.invite(db, _turn(home, facts).who(D), facts["room201"], home.clock())
    )
    for openid in ("uncle0", "uncle1"):
        for words in (f"绑定 {code}", "儿子"):
            await home.hears(words, openid)
    home.clock.on(minutes=1)
    return {}


async def _again(home: HomeUnderTest, facts: Facts) -> Facts:
    """The first son, who waits to be made sure, holds a second sheet and has only to say the name."""
    code, _ = await home.database.write(
        lambda db: binding.invite(db, _turn(home, facts).who(D), facts["room306"], home.clock())
    )
    for words in (f"绑定 {code}", "外甥"):
        await home.hears(words, "son1")
    home.clock.on(minutes=1)
    return {}


async def _survey(home: HomeUnderTest, facts: Facts) -> Facts:
    await home.database.write(lambda db: surveys.begin(db, home.house, _turn(home, facts).who(S), home.clock()))
    home.clock.on(minutes=1)
    return {"campaign": await home.one("SELECT id FROM campaign")}


async def _survey_talk(home: HomeUnderTest, _: Facts) -> Facts:
    """The daughter has answered every question in the talk but the last."""
    await home.hears("问卷", "daughter")
    for _number in range(7):
        home.clock.on(seconds=5)
        await home.hears("5", "daughter")
    home.clock.on(seconds=5)
    return {}


def _save(question: str) -> Callable[[Turn, Unit], object]:
    def save(turn: Turn, db: Unit) -> object:
        said = f"{question}{turn.nth}"
        return knowledge.save_entry(
            db, turn.who(D), "faq-01", question=said, answer="好的。", asked="", revision=turn.seen or 0, now=turn.now
        )

    return save


def _knock(turn: Turn) -> staff.Knock:
    """Somebody at the door with the name of the first at the desk."""
    return staff.Knock("desk0", "192.0.2.7", "", turn[f"{D}0"], None)


async def _throttle(home: HomeUnderTest, facts: Facts) -> Facts:
    """Somebody has tried once."""
    await home.database.write(lambda db: staff.count(db, _knock(_turn(home, facts)), home.clock()))
    return {}


async def _locked(home: HomeUnderTest, facts: Facts) -> Facts:
    """The name is locked in this place."""
    for _number in range(staff.FAILS - 1):
        await home.database.write(lambda db: staff.count(db, _knock(_turn(home, facts)), home.clock()))
    await home.database.write(lambda db: staff.lock(db, _knock(_turn(home, facts)), home.clock()))
    home.clock.on(minutes=1)
    return {"lock": await home.one("SELECT id FROM login_throttle")}


async def _downtime(home: HomeUnderTest, _: Facts) -> Facts:
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, home.clock()))
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, home.clock.on(minutes=5)))
    return {"downtime": await home.one("SELECT id FROM downtime")}


async def _unreadable(home: HomeUnderTest, _: Facts) -> Facts:
    ids = home.ids
    await home.database.store(
        lambda store: unreadable.keep(store, ids.home_id, ids.account_id, "k", b"x", "", CALM, home.clock())
    )
    return {"unreadable": await home.one("SELECT id FROM unreadable")}


async def _restored(home: HomeUnderTest, facts: Facts) -> Facts:
    """A backup is restored, an answer and a greeting are held, the director has not confirmed."""
    epoch, now = new_id(), home.clock.on(minutes=1)

    def shut(store: Store) -> None:
        store.insert(tables.Epoch, id=epoch, home_id=home.ids.home_id, backup_at=now - timedelta(hours=1), began_at=now)
        store.rows(
            "UPDATE outbox SET state = 'held', not_before = ? WHERE id = ?", now + timedelta(seconds=1), facts["outbox"]
        )

    await home.database.store(shut)
    home.clock.on(minutes=1)
    return {"epoch": epoch}


async def _photo(home: HomeUnderTest, _: Facts) -> Facts:
    """A photo of the daughter is to be fetched."""
    await home.hears(events.Image("m1"), "daughter")
    home.clock.on(seconds=1)
    return {}


START: Final = Stage("home", _home)
LETTER: Final = Stage("letter", _letter, START)
EVENING: Final = Stage("evening", _evening, LETTER)
RELEASED: Final = Stage("released", _released, EVENING)
HELD: Final = Stage("held letter", _held_letter, START)
COMPLAINT: Final = Stage("case", _complaint, START)
NAMED: Final = Stage("named", _named, COMPLAINT)
INQUIRY: Final = Stage("inquiry", _does(_assess), COMPLAINT)
PLAN: Final = Stage(
    "plan", _does(lambda turn, db: complaints.inquire(db, turn.who(S), turn["case"], "02:10 按铃", turn.now)), INQUIRY
)
APPROVAL: Final = Stage("approval", _approval, PLAN)
OVERDUE: Final = Stage("overdue", _overdue, APPROVAL)
INTERIM: Final = Stage("interim", _interim_asked, PLAN)
RESULT: Final = Stage("result", _does(_decide(approve=True)), APPROVAL)
TELLING: Final = Stage("telling", _claims, RESULT)
OPINION: Final = Stage("opinion", _sends, RESULT)
FOLLOW_UP: Final = Stage("follow-up", _follow_up, OPINION)
LESSON: Final = Stage("lesson", _lesson, FOLLOW_UP)
ASKED: Final = Stage("asked", _asked, START)
ANSWERED: Final = Stage("answered", _answered, START)
CLAIMED: Final = Stage("claimed", _claims, ANSWERED)
LATE: Final = Stage("late", _overdue, CLAIMED)
PARKED: Final = Stage("parked", _parked, START)
KEPT: Final = Stage("kept", _kept, START)
SILENT: Final = Stage("silent", _silent, START)
OWED: Final = Stage("owed", _owed, START)
ALARM: Final = Stage("alarm", _alarm, START)
ENDED: Final = Stage("ended", _ended, ALARM)
STRANGER: Final = Stage("stranger", _stranger, START)
BIRTHDAY: Final = Stage("birthday", _birthday, START)
GREETED: Final = Stage(
    "greeted", _does(lambda turn, db: occasions.release(db, turn.house, turn["plan"], turn.now)), BIRTHDAY
)
HELD_DAY: Final = Stage("held day", _does(_day("held")), BIRTHDAY)
CANCELLED_DAY: Final = Stage("cancelled day", _does(_day("cancelled")), BIRTHDAY)
APPLICATIONS: Final = Stage("applications", _applications, LETTER)
APPLIED_EVENING: Final = Stage("applications in the evening", _evening, APPLICATIONS)
AGAIN: Final = Stage("a second sheet", _again, APPLICATIONS)
CODE: Final = Stage("code", _code, START)
SURVEY: Final = Stage("survey", _survey, START)
SURVEY_TALK: Final = Stage("survey in the talk", _survey_talk, SURVEY)
ENTRY: Final = Stage("entry", _does(_save("零")), START)
BLANK: Final = Stage(
    "blank", _does(lambda turn, db: knowledge.fill(db, turn.who(D), "床位费", "零", None, turn.now)), START
)
THROTTLE: Final = Stage("throttle", _throttle, START)
LOCKED: Final = Stage("locked", _locked, THROTTLE)
DOWNTIME: Final = Stage("downtime", _downtime, START)
UNREADABLE: Final = Stage("unreadable", _unreadable, START)
RESTORED: Final = Stage("restored", _restored, ANSWERED)
PHOTO: Final = Stage("photo", _photo, START)


# -- sides ---------------------------------------------------------------------------------------------------------


def _unit(act: str, does: Callable[[Turn, Unit], object], look: Callable[[Turn, Unit], object] | None = None) -> Side:
    return Side(act, "unit", does, look)


def _store(
    act: str,
    does: Callable[[Turn, Store], object],
    look: Callable[[Turn, Unit], object] | None = None,
    *,
    skips: bool = False,
) -> Side:
    return Side(act, "store", does, look, skips)


def _says(words: events.Arrival | str, openid: str = "daughter", key: str = "", act: str = "push") -> Side:
    return Side(act, "arrives", lambda turn, _: turn.hears(words, openid, key))


def _in_hand(turn: Turn, db: Unit) -> sending.Claim:
    """What the sender holds of the row that it took."""
    row, follower = db.execute(
        select(tables.Outbox, tables.Follower)
        .join(tables.Follower, tables.Follower.person_id == tables.Outbox.person_id)
        .where(tables.Outbox.id == turn["outbox"])
    ).one()
    until = follower.session_until
    return sending.Claim(
        row.id,
        row.person_id,
        follower.id,
        follower.openid,
        "",
        row.tries,
        "session",
        None if until is None else int(until.timestamp() * 10**6),
        row.purpose,
    )


def _wanted(_: Turn, db: Unit) -> media.Wanted:
    """What the fetcher holds of a file."""
    row, message = db.execute(
        select(tables.Media, tables.Inbox).join(tables.Inbox, tables.Inbox.id == tables.Media.inbox_id)
    ).one()
    return media.Wanted(row.id, row.person_id, row.inbox_id, row.media_id, row.tries, message.arrived_at)


def _revision(turn: Turn, db: Unit) -> int:
    """What stands in the form."""
    table = tables.KnowledgeEntry
    return db.scalars(select(table.revision).where(table.home_id == turn.ids.home_id, table.key == "faq-01")).one()


def _resident_form(turn: Turn, db: Unit) -> tuple[str, str]:
    """What the page of a resident carries: of the status, of 静默."""
    resident = db.get_one(tables.Resident, turn["room306"])
    return residents.revision_of(resident, residents.hushed_since(db, resident.person_id))


def _blank_form(turn: Turn, db: Unit) -> str:
    return knowledge.shelf(db, turn.ids.home_id, HOME, turn.now.date()).blanks["床位费"].revision


def _status(status: str, name: str = "") -> Side:
    return _unit(
        "resident.status",
        lambda turn, db: residents.set_status(db, turn.who(C), turn["room306"], status, name, turn.now, turn.seen[0]),
        _resident_form,
    )


def _hush(*, on: bool) -> Side:
    return _unit(
        "resident.hush",
        lambda turn, db: residents.hush(db, turn.who(N), turn["room306"], on=on, now=turn.now, drawn=turn.seen[1]),
        _resident_form,
    )


def _confirm(nth: int | None = None) -> Side:
    return _unit(
        "application.confirm",
        lambda turn, db: binding.confirm(
            db,
            turn.house,
            turn.who(D),
            turn[f"application{turn.nth if nth is None else nth}"],
            scopes={"daily"},
            way="paper",
            now=turn.now,
        ),
    )


SIDES: Final = {
    side.act: side
    for side in (
        _unit("alarm.go", lambda t, db: alarms.go(db, t.house, t.who(N), "grandma", Audience.FLOOR, t.now)),
        _unit("alarm.arrive", lambda t, db: alarms.arrive(db, t.who(N), "grandma", Audience.FLOOR, t.now)),
        _unit(
            "alarm.dismiss",
            lambda t, db: alarms.end(db, t.who(N), "grandma", Audience.FLOOR, "false", f"点错了{t.nth}", t.now),
        ),
        _unit(
            "alarm.mute",
            lambda t, db: alarms.end(db, t.who(N), "stranger", Audience.FLOOR, "muted", f"打过电话了{t.nth}", t.now),
        ),
        _unit("alarm.undo", lambda t, db: alarms.undo(db, t.who(N), "grandma", Audience.FLOOR, t.now)),
        _unit("lock.seen", lambda t, db: staff.took_note(db, t.who(S), t["lock"], t.now)),
        _unit("lock.unlock", lambda t, db: staff.unlock(db, t.who(S), t["lock"], t.now)),
        _unit("outgoing.send_kept", lambda t, db: desk.send_kept(db, t.who(D), t["outbox"], t.now) and None),
        _unit("unreadable.seen", lambda t, db: unreadable.take_note(db, t.who(N), t["unreadable"], t.now)),
        _unit("downtime.seen", lambda t, db: pulse.take_note(db, t.who(N), t["downtime"], t.now)),
        _unit(
            "chat.answer", lambda t, db: desk.answer(db, t.who(D), t["daughter"], f"您好{t.nth}", f"form{t.nth}", t.now)
        ),
        _unit("chat.call", lambda t, db: desk.log_call(db, t.who(D), t["daughter"], f"说了{t.nth}", t.now)),
        _unit("chat.hand_back", lambda t, db: desk.hand_back(db, t.who(D), t["daughter"], t.now)),
        _unit("outgoing.take_back", lambda t, db: desk.take_back(db, t.who(D), t["outbox"], t.now) and None),
        _unit(
            "case.evidence",
            lambda t, db: evidence.add(
                db, t.who(D), t["case"], evidence.File(new_id(), "image/png", 5, "0" * 64), "送餐记录", t.now
            ),
        ),
        _unit("step.assess", lambda t, db: _assess(t, db, t.nth), _step_form),
        _unit(
            "step.inquire",
            lambda t, db: complaints.inquire(db, t.who(D), t["case"], f"查明{t.nth}", t.now, t.seen),
            _step_form,
        ),
        _unit("step.plan", _plan),
        _unit("step.decide", _decide(approve=True)),
        _unit(
            "step.tell",
            lambda t, db: complaints.tell(db, t.house, t.who(D), t["case"], way="电话", note=f"好{t.nth}", now=t.now),
        ),
        _unit("step.hear", _hear("accepted"), _step_form),
        _unit("step.learn", lambda t, db: complaints.learn(db, t.who(S), t["case"], f"教训{t.nth}", t.now)),
        _unit("step.interim", _interim),
        _unit(
            "accused.decide",
            lambda t, db: (
                accusations.decide(db, t.who(S), t["accused"], ("confirm", "lift")[t.nth], "说的是同屋", t.now) and None
            ),
        ),
        _unit("day.held", _day("held"), _day_buttons),
        _unit("day.cancelled", _day("cancelled"), _day_buttons),
        _unit("day.planned", _day("planned"), _day_buttons),
        _unit(
            "resident.visit",
            lambda t, db: occasions.book_visit(
                db, t.house, t.who(D), t["room306"], t["daughter"], t.now + timedelta(days=2), t.now
            ),
        ),
        _unit(
            "application.refuse",
            lambda t, db: binding.refuse(db, t.house, t.who(D), t["application0"], f"不认识{t.nth}", t.now),
        ),
        _unit("letter.write", lambda t, db: _write("上午唱了歌" if t.nth == 0 else "下午听了戏")(t, db), _letter_form),
        _unit(
            "letter.call",
            lambda t, db: letters.let_go(db, t.who(N), t["letter"], f"和女儿说了{t.nth}", t.now, t.seen),
            _letter_form,
        ),
        _unit(
            "letter.withdraw", lambda t, db: letters.withdraw(db, t.who(N), t["letter"], t.now, t.seen), _letter_form
        ),
        _unit("letter.drop", lambda t, db: letters.drop_photo(db, t.who(N), t["letter"], t["photo"], t.now)),
        _unit(
            "knowledge.new",
            lambda t, db: knowledge.save_entry(
                db, t.who(D), "", question=f"问{t.nth}", answer="好的。", asked="", revision=0, now=t.now
            ),
        ),
        _unit(
            "knowledge.blanks",
            lambda t, db: knowledge.fill(db, t.who(D), "床位费", f"价{t.nth}", None, t.now, t.seen),
            _blank_form,
        ),
        _unit("knowledge.save", _save("问"), _revision),
        _unit(
            "knowledge.switch", lambda t, db: knowledge.switch(db, t.who(D), "faq-01", enabled=t.nth == 1, now=t.now)
        ),
        _unit("knowledge.restore", lambda t, db: knowledge.restore(db, t.who(D), "faq-01", t.now, t.seen), _revision),
        _unit("knowledge.learn", lambda t, db: knowledge.learn(db, t.who(D), "faq-01", f"能不能住进来{t.nth}", t.now)),
        _unit("survey.begin", lambda t, db: surveys.begin(db, t.house, t.who(S), t.now) and None),
        _unit("survey.end", lambda t, db: surveys.end(db, t.who(S), t["campaign"], t.now)),
        _unit("restore.confirm", lambda t, db: epochs.confirm(db, t.who(C), t["epoch"], epochs.CONFIRM, t.now)),
        _unit("page.letter", lambda t, db: letters.opened(db, t["daughter"], t["letter"], t.now) and None),
        _unit(
            "page.react",
            lambda t, db: letters.react(db, t["daughter"], t["letter"], ("谢谢", "收到")[t.nth], t.now) and None,
        ),
        _unit("page.survey", lambda t, db: surveys.keep(db, t["daughter"], {"overall": 5}, "")),
        _unit("job.letters", lambda t, db: letters.release(db, t.house, t["letter"], t.now)),
        _unit(
            "job.days",
            lambda t, db: occasions.plan(db, t.house, t.ids.home_id, t.seen) and None,
            lambda t, db: occasions.missing(db, t.house, t.ids.home_id, t.now),
        ),
        _unit("job.greetings", lambda t, db: occasions.release(db, t.house, t["plan"], t.now)),
        _store("job.silence", lambda t, store: silence.act_on_silence(store, t.house, t.now) and None),
        _store("job.promises", lambda t, store: clocks.look_at_promises(store, t.house, t.now) and None),
        _store("job.parked", lambda t, store: outbox.give_up_parked(store, t.now) and None),
        _store("job.alarms", lambda t, store: alarms.still_calling(store, t.house, t.now) and None),
        _store("job.debts", lambda t, store: outbox.answer_late(store, [t["inbox"]], t.now) and None),
        _store("sender.claim", lambda t, store: sending.claim(store, t.now, t.now) and None, skips=True),
        _store("sender.settle", lambda t, store: sending.settle(store, t.seen, SENT, t.now), _in_hand),
        _store("sender.abandoned", lambda t, store: sending.abandoned(store, t.now, t.now) and None),
        _store("fetcher.wanted", lambda t, store: media.wanted(store, t.now) and None),
        _store("fetcher.kept", lambda t, store: media.kept(store, t.seen, b"\xff\xd8\xff" + bytes([t.nth])), _wanted),
        _store("fetcher.missed", lambda t, store: media.missed(store, t.seen, t.now, gone=True), _wanted),
    )
}
TRIES: Final = _unit("log_in", lambda t, db: staff.count(db, _knock(t), t.now) and None)
COMES_IN: Final = _unit("log_in", lambda t, db: staff.log_in(db, _knock(t), t.now, 12) and None)
RETURNS: Final = _unit("step.decide", _decide(approve=False))
DECLINES: Final = _unit("step.hear", _hear("declined"), _step_form)
BAD_NEWS: Final = _unit("letter.write", _write("下午摔了一跤，骨折住院"), _letter_form)
HOSPITAL, DEATH = _status("病危"), _status("去世", "王桂兰")
CRY: Final = _says("我摔倒了起不来", "grandma")
ASKS: Final = _says("周末能来看吗")


# -- what must hold whatever the order -----------------------------------------------------------------------------


def _alive(end: End, purpose: str) -> int:
    return sum(row["purpose"] == purpose and row["state"] in ALIVE for row in end.get("outbox", ()))


def _withdrawn(end: End) -> str:
    """D1."""
    states = {row["state"] for row in end.get("letter", ())}
    if states != {"withdrawn"}:
        return f"the letter is {states}"
    return f"{_alive(end, 'letter')} relatives are told" if _alive(end, "letter") else ""


def _decided_once(end: End) -> str:
    """D2."""
    verdict = "".join(str(row["verdict"]) for row in end.get("proposal", ()))
    results = _alive(end, "result")
    return (
        ""
        if (verdict, results) in {("approved", 1), ("returned", 0)}
        else f"the plan is {verdict}, {results} results go out"
    )


def _one_plan(end: End) -> str:
    """D3."""
    plans = len(end.get("proposal", ()))
    running = sum(row["kind"] == "approval" and row["kept_at"] is None for row in end.get("promise", ()))
    return "" if (plans, running) == (1, 1) else f"{plans} plans, {running} clocks"


def _not_greeted(end: End) -> str:
    """D4."""
    states = {row["state"] for row in end.get("plan", ())}
    return (
        ""
        if states == {"held"} and not _alive(end, "greeting")
        else f"the plan is {states}, {_alive(end, 'greeting')} greetings go out"
    )


# -- pairs ---------------------------------------------------------------------------------------------------------


def _pair(
    stage: Stage,
    a: Side | str,
    b: Side | str,
    after_a: str = "",
    after_b: str = "",
    *,
    fault: str = "",
    check: Callable[[End], str] | None = None,
    more: str = "",
    idle: str = "",
) -> Pair:
    """`after_a`: what `b` is told when `a` was first; `after_b` the other way round."""
    sides = [SIDES[side] if isinstance(side, str) else side for side in (a, b)]
    return Pair(stage, sides[0], sides[1], (after_a, after_b), fault, check, more, idle)


def _same(stage: Stage, act: Side | str, told: str = "", *, more: str = "", idle: str = "") -> Pair:
    """Two colleagues, or two processes, do the same."""
    return _pair(stage, act, act, told, told, more=more, idle=idle)


PAIRS: Final[tuple[Pair, ...]] = (
    # D1 … D4
    _pair(EVENING, "job.letters", "letter.withdraw", fault="d1", check=_withdrawn),
    _pair(
        APPROVAL,
        "step.decide",
        RETURNS,
        "Decided",
        "Decided",
        fault="d2",
        check=_decided_once,
        more="approve and return",
    ),
    _pair(PLAN, "step.plan", "step.plan", "Decided", "Decided", fault="d3", check=_one_plan),
    _pair(BIRTHDAY, "day.held", "job.greetings", fault="d4", check=_not_greeted),
    # letters
    _same(LETTER, "letter.write", "Changed"),
    _same(
        START,
        _unit("letter.write", lambda t, db: _write(("上午唱歌", "下午摔了一跤")[t.nth])(t, db), _letter_form),
        "Changed",
        more="the first of the day",
    ),
    _pair(HELD, "letter.write", "letter.call", "Changed", "Changed"),
    _pair(HELD, BAD_NEWS, "letter.call", "Changed", "Changed", more="worse news"),
    _pair(LETTER, "letter.write", "letter.withdraw", "Changed", "Changed"),
    _pair(RELEASED, BAD_NEWS, "letter.withdraw", "Changed", "Changed", more="what was released"),
    _pair(LETTER, "letter.write", "letter.drop"),
    _pair(EVENING, "letter.write", "job.letters"),
    _pair(EVENING, BAD_NEWS, "job.letters", more="bad news"),
    _same(HELD, "letter.call", "Decided"),
    _pair(HELD, "letter.call", "letter.withdraw", "Changed", "Decided"),
    _same(RELEASED, "letter.withdraw", "Decided"),
    _pair(RELEASED, "letter.withdraw", "page.letter", "NotFound"),
    _pair(RELEASED, "letter.withdraw", "page.react", "NotFound"),
    _pair(RELEASED, "letter.withdraw", "sender.claim"),
    _same(LETTER, "letter.drop", "NotFound"),
    _pair(RELEASED, "letter.drop", "page.letter"),
    _same(EVENING, "job.letters"),
    _pair(EVENING, "job.letters", ASKS),
    _pair(EVENING, "job.letters", _says("在吗", "niece"), more="a window opens"),
    _pair(EVENING, "job.letters", HOSPITAL),
    _pair(EVENING, "job.letters", DEATH, more="death"),
    _pair(EVENING, "job.letters", _hush(on=True)),
    _pair(
        APPLIED_EVENING,
        "job.letters",
        _unit(
            "application.confirm",
            lambda t, db: binding.confirm(
                db, t.house, t.who(D), t["application0"], scopes={"daily"}, way="paper", now=t.now
            ),
        ),
    ),
    _same(RELEASED, "page.letter"),
    _same(RELEASED, "page.react"),
    _pair(RELEASED, "page.letter", "page.react"),
    _pair(LETTER, "letter.write", HOSPITAL, "", "Invalid"),
    # complaints
    _same(COMPLAINT, "step.assess", "Changed"),
    _pair(
        INQUIRY, "step.assess", "step.assess", "", "Changed", more="once more"
    ),  # a writes what stands: nothing changes
    _pair(INQUIRY, "step.assess", "step.inquire", "", "Decided"),
    _pair(COMPLAINT, "step.assess", "step.interim"),
    _pair(COMPLAINT, "step.assess", _says("护工打我妈，胳膊都青了"), "", "Changed"),
    _same(NAMED, "accused.decide", "Decided"),
    _pair(NAMED, _unit("step.assess", _assess_named, _step_form), "accused.decide", "Decided", "Changed"),
    _pair(NAMED, "accused.decide", _says("周敏还掐她的胳膊")),
    _same(PLAN, "step.inquire", "Changed"),
    _pair(PLAN, "step.inquire", "step.plan", "", "Decided"),
    _pair(PLAN, "step.inquire", "step.interim"),
    _pair(PLAN, "step.plan", "step.interim"),
    _pair(APPROVAL, "step.decide", "step.interim", "Decided"),
    _same(APPROVAL, "step.decide", "Decided"),
    _same(APPROVAL, RETURNS, "Decided", more="return"),
    _same(INTERIM, "step.decide", "Decided", more="interim"),
    _pair(INTERIM, "step.decide", "step.plan", more="interim"),
    _pair(APPROVAL, "step.decide", _says("护工打我妈，胳膊都青了")),
    _pair(OVERDUE, "step.decide", "job.promises"),
    _same(PLAN, "step.interim", "Invalid"),
    _same(RESULT, "step.tell", "Decided"),
    _pair(RESULT, "step.tell", "sender.claim"),
    _pair(TELLING, "step.tell", "sender.settle", "", "Decided"),
    _same(OPINION, "step.hear", "Changed"),
    _pair(OPINION, "step.hear", DECLINES, "Changed", "Decided", more="yes and no"),
    _pair(OPINION, "step.hear", _says("1", act="effect.TakeVerdict"), "", "Changed"),
    _pair(OPINION, DECLINES, _says("2", act="effect.TakeVerdict"), "", "Decided", more="no and no"),
    _pair(FOLLOW_UP, "step.hear", _says("1", act="effect.TakeVerdict"), more="follow-up"),
    _same(LESSON, "step.learn", "Decided"),
    _pair(LESSON, "step.learn", "case.evidence", "Conflict"),
    _pair(LESSON, "step.learn", ASKS),
    # talks
    _same(ASKED, "chat.answer"),
    _pair(ASKED, "chat.answer", "chat.call"),
    _pair(OPINION, "chat.answer", "chat.hand_back"),
    _pair(ASKED, "chat.answer", ASKS),
    _pair(SILENT, "chat.answer", "job.silence"),
    _pair(CLAIMED, "chat.answer", "sender.settle"),
    _same(ASKED, "chat.call"),
    _pair(OPINION, "chat.call", "chat.hand_back"),
    _pair(ASKED, "chat.call", ASKS),
    _pair(ASKED, "chat.call", "job.promises"),
    _pair(CLAIMED, "chat.call", "sender.settle"),
    _same(OPINION, "chat.hand_back"),
    _pair(OPINION, "chat.hand_back", ASKS, "", "Invalid"),
    _same(ANSWERED, "outgoing.take_back", "TooLate"),
    _pair(ANSWERED, "outgoing.take_back", "sender.claim", "", "TooLate"),
    _same(KEPT, "outgoing.send_kept", "Conflict"),
    _pair(KEPT, "outgoing.send_kept", "outgoing.take_back", "", "Conflict"),
    _pair(KEPT, "outgoing.send_kept", "job.parked", "", "Conflict"),
    _pair(KEPT, "outgoing.send_kept", ASKS),
    _pair(SILENT, "job.silence", _says("昨晚按铃没人来")),
    _pair(PARKED, "job.parked", ASKS),
    _same(OWED, "job.debts"),
    _pair(OWED, "job.debts", _says("有没有空床", key="owed"), idle="b"),
    _pair(
        START, _says("我要投诉，饭凉了", key="same"), _says("我要投诉，饭凉了", key="same"), more="the same push twice"
    ),
    _pair(START, _says("我要投诉，饭凉了"), _says("没人来"), more="one person"),
    _pair(START, _says("你好", "stranger"), _says("我要投诉", "stranger"), more="somebody new"),
    _pair(
        START,
        _says("我要投诉，饭凉了", "daughter", act="effect.OpenComplaint"),
        _says("我要投诉，没人来", "niece", act="effect.OpenComplaint"),
    ),
    # what leaves
    _same(ANSWERED, "sender.claim"),
    _pair(ANSWERED, "sender.claim", ASKS),
    _pair(CLAIMED, "sender.settle", ASKS),
    _pair(LATE, "sender.settle", "job.promises"),
    _pair(LATE, "sender.settle", "sender.abandoned"),
    _same(LATE, "sender.abandoned"),
    _pair(RELEASED, "sender.claim", HOSPITAL),
    _pair(RELEASED, "sender.claim", _hush(on=True)),
    _pair(GREETED, "sender.claim", "day.held", "TooLate"),
    _pair(RESTORED, "sender.claim", "restore.confirm", idle="a"),
    _same(RESTORED, "restore.confirm", "Conflict"),
    _same(PHOTO, "fetcher.wanted", idle="ab"),
    _same(PHOTO, "fetcher.kept"),
    _pair(PHOTO, "fetcher.kept", "fetcher.missed"),
    _same(PHOTO, "fetcher.missed"),
    # alarms
    _same(ALARM, "alarm.go"),
    _pair(ALARM, "alarm.go", "alarm.arrive", "", "NotFound"),
    _pair(ALARM, "alarm.go", CRY),
    _pair(ALARM, "alarm.go", "job.alarms"),
    _same(ALARM, "alarm.arrive", "NotFound"),
    _pair(ALARM, "alarm.arrive", CRY),
    _pair(ALARM, "alarm.arrive", "job.alarms"),
    _same(ALARM, "job.alarms"),
    _pair(ALARM, "job.alarms", CRY),
    _pair(ALARM, "alarm.go", "alarm.dismiss", "", "NotFound"),
    _pair(ALARM, "alarm.arrive", "alarm.dismiss", "NotFound", "NotFound"),
    _same(ALARM, "alarm.dismiss", "NotFound"),
    _pair(ALARM, "alarm.dismiss", CRY),
    _same(STRANGER, "alarm.mute", "NotFound"),
    _pair(STRANGER, "alarm.mute", _says("快来人，我起不来", "stranger")),
    _same(ENDED, "alarm.undo", "NotFound"),
    _pair(ENDED, "alarm.undo", CRY),
    _same(UNREADABLE, "unreadable.seen"),
    _same(DOWNTIME, "downtime.seen"),
    # greetings
    _same(BIRTHDAY, "day.held"),
    _pair(BIRTHDAY, "day.held", "day.cancelled", "Changed", "Decided"),
    _pair(HELD_DAY, "day.held", "day.planned", "Changed", "Changed"),
    _same(BIRTHDAY, "day.cancelled", "Decided"),
    _pair(HELD_DAY, "day.planned", "day.cancelled", "Changed", "Changed"),
    _pair(BIRTHDAY, "day.cancelled", "job.greetings"),
    _same(CANCELLED_DAY, "day.planned"),
    _pair(BIRTHDAY, "day.planned", "job.greetings", "", "TooLate"),
    _same(BIRTHDAY, "job.greetings"),
    _pair(BIRTHDAY, "job.greetings", HOSPITAL),
    _pair(BIRTHDAY, "job.greetings", _hush(on=True)),
    _pair(BIRTHDAY, "job.greetings", _says("昨晚没睡好", "grandma")),
    _same(START, "job.days"),
    # residents and relatives
    _pair(START, HOSPITAL, _status("请假"), "Changed", "Changed"),
    _pair(START, DEATH, _status("住院"), "Invalid", "Changed", more="death"),
    _pair(START, HOSPITAL, _hush(on=True)),
    _pair(START, _hush(on=True), _hush(on=True)),
    _pair(START, _hush(on=True), _hush(on=False), "Changed", more="on and off"),
    _pair(START, HOSPITAL, "resident.visit"),
    _same(START, "resident.visit", "Conflict"),
    _pair(APPLICATIONS, _confirm(0), _confirm(0), "Decided", "Decided"),
    _pair(APPLICATIONS, _confirm(), _confirm(), more="two sons"),
    _pair(APPLICATIONS, _confirm(0), "application.refuse", "Decided", "Decided"),
    _same(APPLICATIONS, "application.refuse", "Decided"),
    _pair(
        APPLICATIONS,
        _confirm(0),
        _unit("resident.hush", lambda t, db: residents.hush(db, t.who(N), t["room201"], on=True, now=t.now)),
    ),
    _pair(AGAIN, _confirm(0), _says("李明", "son1", act="effect.AskToBind")),
    _pair(CODE, _says("李明", "uncle0", act="effect.AskToBind"), _says("李亮", "uncle1", act="effect.AskToBind")),
    # knowledge
    _same(ENTRY, "knowledge.save", "Conflict"),
    _pair(ENTRY, "knowledge.save", "knowledge.switch", "", "Conflict"),
    _pair(ENTRY, "knowledge.save", "knowledge.restore", "Conflict", "Conflict"),
    _pair(ENTRY, "knowledge.save", "knowledge.learn", "", "Conflict"),
    _same(ENTRY, "knowledge.switch"),
    _pair(ENTRY, "knowledge.switch", "knowledge.restore", "Conflict"),
    _pair(ENTRY, "knowledge.switch", "knowledge.learn"),
    _same(ENTRY, "knowledge.restore", "NotFound"),
    _pair(ENTRY, "knowledge.restore", "knowledge.learn", "", "Conflict"),
    _same(ENTRY, "knowledge.learn"),
    _same(START, "knowledge.new"),
    _same(BLANK, "knowledge.blanks", "Changed"),
    # questionnaires
    _same(START, "survey.begin", "Conflict"),
    _pair(START, "survey.begin", HOSPITAL),
    _same(SURVEY, "survey.end", "Decided"),
    _pair(SURVEY, "survey.end", "page.survey", "NotFound"),
    _pair(SURVEY_TALK, "survey.end", _says("晚饭早一点", act="effect.KeepSurvey")),
    _same(SURVEY, "page.survey", "Answered"),
    _pair(SURVEY_TALK, "page.survey", _says("晚饭早一点", act="effect.KeepSurvey"), "", "Answered"),
    # the door
    _same(THROTTLE, TRIES),
    _pair(THROTTLE, TRIES, COMES_IN, more="a try and a success"),
    _same(LOCKED, "lock.seen"),
    _same(LOCKED, "lock.unlock", "NotFound"),
    _pair(LOCKED, "lock.seen", "lock.unlock", "", "NotFound"),
    _pair(LOCKED, "lock.unlock", COMES_IN, "", "NotFound"),
    _pair(LOCKED, "lock.seen", COMES_IN, "", "NotFound"),
)
REASONS: Final[dict[frozenset[str], str]] = {}
"""Rivals that are not played, with the reason."""
