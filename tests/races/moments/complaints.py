"""Moments of a complaint, from the first call to its lesson, and what each side does at its steps."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from services.accusations import accusations
from services.accusations.forms import DecideAccused
from services.complaints import complaints, evidence, night, proposals, standing
from services.complaints.forms import Assess, Correct, Decide, Hear, Inquire, Interim, Learn, Propose, Tell
from services.media.files import File
from services.talks import answering
from storage import tables
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import Stage, Turn
from tests.races.moments.home import START, C, D, Facts, N, S, alive, brought_by, in_unit, overdue, turn_of
from tests.races.moments.outgoing import claims, sends
from tests.races.rows import End


def _step_form(turn: Turn, db: Unit) -> str:
    """The revision that the form of a step carries."""
    return standing.revision_of(db, db.get_one(tables.Complaint, turn["case"]))


async def _complaint(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter complained about the food and was called: the case is to be assessed."""
    await home.hears("饭菜太凉了，我要投诉", "daughter")
    await home.hears("好了", "daughter")
    await home.database.write(
        lambda db: answering.log_call(db, turn_of(home, facts).who(D), facts["daughter"], "说了会查", home.clock())
    )
    home.clock.on(minutes=1)
    return {
        "case": await home.one("SELECT id FROM complaint ORDER BY id DESC"),
        "level": await home.one("SELECT level FROM complaint ORDER BY id DESC"),
    }


async def _named(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter names a nurse in it."""
    await home.database.receive(turn_of(home, facts).hears("护士周敏昨晚打我妈", "daughter", "names"))
    home.clock.on(minutes=1)
    return {
        "accused": await home.one("SELECT max(id) FROM accused"),
        "level": await home.one("SELECT level FROM complaint ORDER BY id DESC"),
    }


def _assess_named(turn: Turn, db: Unit) -> None:
    complaints.assess(
        db,
        turn.house,
        turn.who(S),
        turn["case"],
        Assess(
            category="虐待忽视",
            level=turn["level"],
            why="",
            scope="ours",
            passed_to="",
            owner=turn[f"{S}0"],
            accused=frozenset({turn[f"{N}1"]}),
            drawn=turn.seen,
        ),
        turn.now,
    )


def _assess(turn: Turn, db: Unit, owner: int = 0) -> None:
    complaints.assess(
        db,
        turn.house,
        turn.who(D),
        turn["case"],
        Assess(
            category="护理质量",
            level=turn["level"],
            why="",
            scope="ours",
            passed_to="",
            owner=turn[f"{S}{owner}"],
            accused=frozenset(),
            drawn=turn.seen,
        ),
        turn.now,
    )


def _correct(turn: Turn, db: Unit) -> None:
    complaints.correct(
        db,
        turn.house,
        turn.who(D),
        turn["case"],
        Correct(
            category=("餐饮", "沟通")[turn.nth],
            level=turn["level"],
            owner=turn[f"{S}0"],
            why=f"补充{turn.nth}",
            drawn=turn.seen,
        ),
        turn.now,
    )


def _plan(turn: Turn, db: Unit) -> None:
    proposals.propose(
        db,
        turn.house,
        turn.who(S),
        turn["case"],
        Propose(
            cause="没规定",
            department="护理部",
            responsible=turn[f"{N}0"],
            measures=f"办法{turn.nth}",
            done_by=date(2026, 11, 30),
            reply="",
        ),
        turn.now,
    )


def _interim(turn: Turn, db: Unit) -> None:
    proposals.interim(
        db,
        turn.house,
        turn.who(D),
        turn["case"],
        Interim(reply=f"还在查{turn.nth}", until=(turn.now + timedelta(days=2)).date()),
        turn.now,
    )


def _decide(*, approve: bool) -> Callable[[Turn, Unit], None]:
    return lambda turn, db: proposals.decide(
        db,
        turn.house,
        turn.who(C),
        turn["case"],
        Decide(paper=turn["paper"], verdict="approve" if approve else "return", why="再改改"),
        turn.now,
    )


async def _approval(home: HomeUnderTest, facts: Facts) -> Facts:
    await brought_by(_plan)(home, facts)
    return {"paper": await home.one("SELECT id FROM proposal WHERE verdict IS NULL")}


async def _interim_asked(home: HomeUnderTest, facts: Facts) -> Facts:
    await brought_by(_interim)(home, facts)
    return {"paper": await home.one("SELECT id FROM proposal WHERE verdict IS NULL")}


async def _follow_up(home: HomeUnderTest, facts: Facts) -> Facts:
    """The family agreed, the first follow-up was asked after three days."""
    hear = _hear("accepted")
    await home.database.write(lambda db: hear(turn_of(home, facts), db))
    home.clock.on(days=4)
    await home.hears("今天有什么活动", "daughter")
    await home.send_all()
    home.clock.on(seconds=5)
    return {}


def _hear(word: str) -> Callable[[Turn, Unit], None]:
    return lambda turn, db: complaints.hear(
        db, turn.house, turn.who(D), turn["case"], Hear(word=word, note=f"说了{turn.nth}", drawn=turn.seen), turn.now
    )


async def _lesson(home: HomeUnderTest, facts: Facts) -> Facts:
    for _ in range(2):
        home.clock.on(minutes=1)
        await home.database.write(lambda db: _hear("accepted")(turn_of(home, facts), db))
    home.clock.on(minutes=1)
    return {}


async def _night(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter complained while nobody was at the desk."""
    del facts
    await home.hears("饭菜太凉了，我要投诉", "daughter")
    case = await home.one("SELECT id FROM complaint ORDER BY id DESC")
    morning = int((home.clock() + timedelta(hours=9)).timestamp() * 1_000_000)
    await home.rows("UPDATE complaint SET night_until = ?, level = 3 WHERE id = ?", morning, case)
    home.clock.on(minutes=1)
    return {"case": case}


NIGHT: Final = Stage("night", _night, START)
COMPLAINT: Final = Stage("case", _complaint, START)
NAMED: Final = Stage("named", _named, COMPLAINT)
INQUIRY: Final = Stage("inquiry", brought_by(_assess), COMPLAINT)
PLAN: Final = Stage(
    "plan",
    brought_by(
        lambda turn, db: complaints.inquire(db, turn.who(S), turn["case"], Inquire(finding="02:10 按铃"), turn.now)
    ),
    INQUIRY,
)
APPROVAL: Final = Stage("approval", _approval, PLAN)
OVERDUE: Final = Stage("overdue", overdue, APPROVAL)
INTERIM: Final = Stage("interim", _interim_asked, PLAN)
RESULT: Final = Stage("result", brought_by(_decide(approve=True)), APPROVAL)
TELLING: Final = Stage("telling", claims, RESULT)
OPINION: Final = Stage("opinion", sends, RESULT)
FOLLOW_UP: Final = Stage("follow-up", _follow_up, OPINION)
LESSON: Final = Stage("lesson", _lesson, FOLLOW_UP)
SIDES: Final = (
    in_unit("case.night", lambda t, db: night.see(db, t.house, t.who(N), t["case"], t.now)),
    in_unit(
        "case.evidence",
        lambda t, db: evidence.add(
            db, t.who(D), t["case"], File(new_id(), "image/png", 5, "0" * 64), "送餐记录", t.now
        ),
    ),
    in_unit("step.assess", lambda t, db: _assess(t, db, t.nth), _step_form),
    in_unit("step.correct", _correct, _step_form),
    in_unit(
        "step.inquire",
        lambda t, db: complaints.inquire(db, t.who(D), t["case"], Inquire(finding=f"查明{t.nth}", drawn=t.seen), t.now),
        _step_form,
    ),
    in_unit("step.plan", _plan),
    in_unit("step.decide", _decide(approve=True)),
    in_unit(
        "step.tell",
        lambda t, db: complaints.tell(db, t.house, t.who(D), t["case"], Tell(way="电话", note=f"好{t.nth}"), t.now),
    ),
    in_unit("step.hear", _hear("accepted"), _step_form),
    in_unit("step.learn", lambda t, db: complaints.learn(db, t.who(S), t["case"], Learn(lesson=f"教训{t.nth}"), t.now)),
    in_unit("step.interim", _interim),
    in_unit(
        "accused.decide",
        lambda t, db: (
            accusations.decide(
                db, t.who(S), t["accused"], DecideAccused(verdict=("confirm", "lift")[t.nth], why="说的是同屋"), t.now
            )
            and None
        ),
    ),
)
RETURNS: Final = in_unit("step.decide", _decide(approve=False))
DECLINES: Final = in_unit("step.hear", _hear("declined"), _step_form)
ASSESSES_NAMED: Final = in_unit("step.assess", _assess_named, _step_form)


def decided_once(end: End) -> str:
    """D2."""
    verdict = "".join(str(row["verdict"]) for row in end.get("proposal", ()))
    results = alive(end, "result")
    return (
        ""
        if (verdict, results) in {("approved", 1), ("returned", 0)}
        else f"the plan is {verdict}, {results} results go out"
    )


def one_plan(end: End) -> str:
    """D3."""
    plans = len(end.get("proposal", ()))
    running = sum(row["kind"] == "approval" and row["kept_at"] is None for row in end.get("promise", ()))
    return "" if (plans, running) == (1, 1) else f"{plans} plans, {running} clocks"
