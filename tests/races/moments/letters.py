"""Moments of a letter, and what each side does with it."""

from collections.abc import Callable
from typing import Final

from sqlalchemy import select

from services.letters import letters
from services.letters import photos as photographs
from services.letters.forms import LetGo, WithdrawLetter, WriteLetter
from storage import tables
from storage.types import new_id
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import HOME, Stage, Turn
from tests.races.moments.home import START, Facts, N, alive, in_unit, turn_of
from tests.races.rows import End


def _letter_form(turn: Turn, db: Unit) -> str:
    """The revision that today's form of the letter carries."""
    found = select(tables.Letter).where(
        tables.Letter.resident_id == turn["room306"], tables.Letter.day == letters.today(HOME, turn.now)
    )
    return letters.revision_of(db.scalars(found).first())


def _write(sentence: str, *, photos: bool = False) -> Callable[[Turn, Unit], int]:
    def write(turn: Turn, db: Unit) -> int:
        return letters.write(
            db,
            turn.who(N),
            turn["room306"],
            letters.today(HOME, turn.now),
            WriteLetter(
                ticked={"meals": frozenset({"大半"})},
                sentence=sentence,
                note="",
                temperature="",
                taps=5,
                drawn=turn.seen,
            ),
            turn.now,
            [photographs.Photo(turn["photo"], "image/png", 9)] if photos else [],
        ).id

    return write


async def _letter(home: HomeUnderTest, facts: Facts) -> Facts:
    """Today's letter, with a photo, is ready."""
    mine = facts | {"photo": new_id()}
    mine["letter"] = await home.database.write(
        lambda db: _write("上午折了六朵纸花。", photos=True)(turn_of(home, mine), db)
    )
    return mine


async def evening(home: HomeUnderTest, _: Facts) -> Facts:
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
    return {"letter": await home.database.write(lambda db: _write("下午摔了一跤")(turn_of(home, facts), db))}


LETTER: Final = Stage("letter", _letter, START)
EVENING: Final = Stage("evening", evening, LETTER)
RELEASED: Final = Stage("released", _released, EVENING)
HELD: Final = Stage("held letter", _held_letter, START)
SIDES: Final = (
    in_unit("letter.write", lambda t, db: _write("上午唱了歌" if t.nth == 0 else "下午听了戏")(t, db), _letter_form),
    in_unit(
        "letter.call",
        lambda t, db: letters.let_go(
            db, t.who(N), t["letter"], LetGo(called=f"和女儿说了{t.nth}", drawn=t.seen), t.now
        ),
        _letter_form,
    ),
    in_unit(
        "letter.withdraw",
        lambda t, db: letters.withdraw(db, t.who(N), t["letter"], WithdrawLetter(drawn=t.seen), t.now),
        _letter_form,
    ),
    in_unit("letter.drop", lambda t, db: photographs.drop_photo(db, t.who(N), t["letter"], t["photo"], t.now)),
    in_unit("page.letter", lambda t, db: letters.opened(db, t["daughter"], t["letter"], t.now) and None),
    in_unit(
        "page.react",
        lambda t, db: letters.react(db, t["daughter"], t["letter"], ("谢谢", "收到")[t.nth], t.now) and None,
    ),
    in_unit("job.letters", lambda t, db: letters.release(db, t.house, t["letter"], t.now)),
)
FIRST_LETTER: Final = in_unit(
    "letter.write", lambda t, db: _write(("上午唱歌", "下午摔了一跤")[t.nth])(t, db), _letter_form
)
BAD_NEWS: Final = in_unit("letter.write", _write("下午摔了一跤，骨折住院"), _letter_form)


def withdrawn(end: End) -> str:
    """D1."""
    states = {row["state"] for row in end.get("letter", ())}
    if states != {"withdrawn"}:
        return f"the letter is {states}"
    return f"{alive(end, 'letter')} relatives are told" if alive(end, "letter") else ""
