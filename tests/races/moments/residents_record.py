"""A house with a free bed, and what colleagues do with beds and with the record of one resident."""

from datetime import date
from typing import Any, Final

from services.residents import admission, beds, checklist, contracts, papers, record, residents
from services.residents.admission import Admit
from services.residents.beds import AddBed, CloseBed
from services.residents.checklist import SignOver, Tick
from services.residents.contracts import AddContract
from services.residents.forms import Move
from services.residents.papers import AddPaper, RemovePaper
from services.residents.record import EditAllergy, EditBasics, EditCustoms, EditHabits, EditHealth, EditRisks
from storage import tables
from storage.tables.residents import Bed
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import Side, Stage, Turn
from tests.races.moments.home import START, C, D, Facts, N, in_unit, turn_of


async def _beds(home: HomeUnderTest, facts: Facts) -> Facts:
    """One bed is free."""
    director, form = turn_of(home, facts).who(C), AddBed(floor="4", room="401", name="1")
    await home.database.write(lambda db: beds.add_bed(db, director, form, home.clock()))
    return {"bed": await home.one("SELECT id FROM bed WHERE room = '401'")}


async def _paper(home: HomeUnderTest, facts: Facts) -> Facts:
    """A paper lies in the record."""
    director, file = turn_of(home, facts).who(C), papers.take(b"%PDF-1.7")
    await home.database.write(
        lambda db: papers.add(db, director, facts["room306"], file, AddPaper(kind="report"), home.clock())
    )
    return {"paper": file.id}


BEDS: Final = Stage("beds", _beds, START)
PAPER: Final = Stage("paper", _paper, START)


def _resident(turn: Turn, db: Unit) -> tables.Resident:
    return db.get_one(tables.Resident, turn["room306"])


def _edits(section: str, form: Any, *words: dict[str, str]) -> Side:
    """Each colleague writes something else into the same section."""

    def look(turn: Turn, db: Unit) -> str:
        resident = _resident(turn, db)
        return record.revisions(db, resident, record.find(db, resident, turn.now))[section]

    def does(turn: Turn, db: Unit) -> None:
        filled = form(drawn=turn.seen, **words[turn.nth])
        record.edit(db, turn.who(N), turn["room306"], section, filled, turn.now)

    return in_unit(f"record.{section}", does, look)


def _contract(turn: Turn, db: Unit) -> None:
    form = AddContract(
        content="半护理",
        fee=f"{4000 + turn.nth} 元",
        begins_on=date(2026, 11, 1),
        explained="都讲了",
        explained_by="何志远",
        confirmed_by="李静",
        drawn=turn.seen,
    )
    contracts.add(db, turn.who(D), turn["room306"], form, turn.now)


SIDES: Final = (
    in_unit(
        "bed.close",
        lambda t, db: beds.close(db, t.who(C), t["bed"], CloseBed(closed=True, drawn=t.seen), t.now),
        lambda t, db: beds.revision_of(db.get_one(Bed, t["bed"])),
    ),
    in_unit(
        "resident.move",
        lambda t, db: residents.move(db, t.who(N), t["room306"], Move(place=t["bed"], drawn=t.seen), t.now),
        lambda t, db: residents.place_of(_resident(t, db)),
    ),
    in_unit(
        "resident.admit",
        lambda t, db: (
            admission.admit(db, t.who(D), Admit(name=("陈伯年", "孙长贵")[t.nth], place=t["bed"]), t.now).room
        ),
    ),
    _edits("basics", EditBasics, {"name": "王桂兰", "called": "王奶奶"}, {"name": "王桂兰", "called": "王老师"}),
    _edits("allergy", EditAllergy, {"allergy": "none"}, {"allergy": "some", "allergies": "青霉素"}),
    _edits("health", EditHealth, {"history": "高血压"}, {"history": "糖尿病"}),
    _edits("habits", EditHabits, {"likes": "川剧"}, {"likes": "折纸"}),
    _edits("customs", EditCustoms, {"xiaonian": "north"}, {"xiaonian": "south"}),
    _edits("risks", EditRisks, {"fall": "low"}, {"fall": "high", "fall_how": "扶着走"}),
    in_unit("record.contract", _contract, lambda t, db: contracts.revision_of(db, t["room306"])),
    in_unit(
        "record.tick",
        lambda t, db: checklist.tick(db, t.who(N), t["room306"], Tick(item="safety", done=True), t.now),
    ),
    in_unit(
        "record.handover",
        lambda t, db: checklist.sign_over(db, t.who(N), t["room306"], SignOver(signed_by="李静"), t.now),
    ),
    in_unit(
        "record.paper_off",
        lambda t, db: papers.remove(db, t.who(N), t["room306"], t["paper"], RemovePaper(why="换新的"), t.now),
    ),
)
