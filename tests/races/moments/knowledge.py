"""Moments of an entry and of a blank, and what each side writes there."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import select

from services.knowledge import knowledge, shelves, teaching
from services.knowledge.forms import FillBlank, RestoreEntry, SaveEntry, SwitchEntry, Teach
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import HOME, Stage, Turn
from tests.races.moments.home import START, D, Facts, brought_by, in_unit, turn_of


def _save(question: str) -> Callable[[Turn, Unit], object]:
    def save(turn: Turn, db: Unit) -> object:
        said = f"{question}{turn.nth}"
        return knowledge.save_entry(
            db,
            turn.who(D),
            "faq-01",
            SaveEntry(question=said, answer="好的。", asked="", revision=turn.seen or 0),
            turn.now,
        )

    return save


ENTRY: Final = Stage("entry", brought_by(_save("零")), START)
BLANK: Final = Stage(
    "blank",
    brought_by(
        lambda turn, db: knowledge.fill(db, turn.who(D), FillBlank(name="床位费", value="零", until=None), turn.now)
    ),
    START,
)


async def _taught(home: HomeUnderTest, facts: Facts) -> Facts:
    """The daughter asked something that nobody knew, and a colleague taught it."""
    await home.hears("院里有没有小卖部", "daughter")
    asked: int = await home.one("SELECT max(id) FROM inbox WHERE kind = 'text'")
    form = Teach(messages=str(asked), key="faq-35")
    await home.database.write(lambda db: teaching.teach(db, turn_of(home, facts).who(D), form, home.clock()))
    home.clock.on(seconds=1)
    return {"asked": asked, "lesson": await home.one("SELECT max(id) FROM knowledge_taught")}


TAUGHT: Final = Stage("taught", _taught, START)


def _revision(turn: Turn, db: Unit) -> int:
    """What stands in the form."""
    table = tables.KnowledgeEntry
    return db.scalars(select(table.revision).where(table.home_id == turn.ids.home_id, table.key == "faq-01")).one()


def _blank_form(turn: Turn, db: Unit) -> str:
    return shelves.shelf(db, turn.ids.home_id, HOME, turn.now.date()).blanks["床位费"].revision


SIDES: Final = (
    in_unit(
        "knowledge.new",
        lambda t, db: knowledge.save_entry(
            db, t.who(D), "", SaveEntry(question=f"问{t.nth}", answer="好的。", asked="", revision=0), t.now
        ),
    ),
    in_unit(
        "knowledge.blanks",
        lambda t, db: knowledge.fill(
            db, t.who(D), FillBlank(name="床位费", value=f"价{t.nth}", until=None, drawn=t.seen), t.now
        ),
        _blank_form,
    ),
    in_unit("knowledge.save", _save("问"), _revision),
    in_unit(
        "knowledge.switch",
        lambda t, db: knowledge.switch(db, t.who(D), "faq-01", SwitchEntry(enabled=t.nth == 1), t.now),
    ),
    in_unit(
        "knowledge.restore",
        lambda t, db: knowledge.restore(db, t.who(D), "faq-01", RestoreEntry(revision=t.seen), t.now),
        _revision,
    ),
    in_unit(
        "knowledge.teach",
        lambda t, db: teaching.teach(
            db, t.who(D), Teach(messages=str(t["asked"]), key=("faq-01", "faq-02")[t.nth]), t.now
        ),
    ),
    in_unit("knowledge.unteach", lambda t, db: teaching.unteach(db, t.who(D), t["lesson"], t.now)),
)
