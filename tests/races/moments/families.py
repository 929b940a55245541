"""Moments of relatives who wait to be made sure, and what each side decides."""

from typing import Final

from services.families import binding
from services.families.forms import ConfirmBinding, RefuseBinding
from tests.conftest import HomeUnderTest
from tests.races.model import Side, Stage
from tests.races.moments.home import START, D, Facts, in_unit, turn_of
from tests.races.moments.letters import LETTER, evening


async def _applications(home: HomeUnderTest, facts: Facts) -> Facts:
    """Two sons of another resident wait to be made sure."""
    found: Facts = {}
    for nth, openid in enumerate(("son1", "son2")):
        code, _ = await home.database.write(
            lambda db: binding.invite(db, turn_of(home, facts).who(D), facts["room201"], home.clock())
        )
        for words in (f"绑定 {code}", "儿子", "李明" if nth == 0 else "李亮"):
            await home.hears(words, openid)
        found[f"application{nth}"] = await home.one("SELECT max(id) FROM application")
    home.clock.on(minutes=1)
    return found


async def _code(home: HomeUnderTest, facts: Facts) -> Facts:
    """Two hold the same sheet; each has only to say the name."""
    code, _ = await home.database.write(
        lambda db: binding.invite(db, turn_of(home, facts).who(D), facts["room201"], home.clock())
    )
    for openid in ("uncle0", "uncle1"):
        for words in (f"绑定 {code}", "儿子"):
            await home.hears(words, openid)
    home.clock.on(minutes=1)
    return {}


async def _again(home: HomeUnderTest, facts: Facts) -> Facts:
    """The first son, who waits to be made sure, holds a second sheet and has only to say the name."""
    code, _ = await home.database.write(
        lambda db: binding.invite(db, turn_of(home, facts).who(D), facts["room306"], home.clock())
    )
    for words in (f"绑定 {code}", "外甥"):
        await home.hears(words, "son1")
    home.clock.on(minutes=1)
    return {}


APPLICATIONS: Final = Stage("applications", _applications, LETTER)
APPLIED_EVENING: Final = Stage("applications in the evening", evening, APPLICATIONS)
AGAIN: Final = Stage("a second sheet", _again, APPLICATIONS)
CODE: Final = Stage("code", _code, START)


def confirms(nth: int | None = None) -> Side:
    return in_unit(
        "application.confirm",
        lambda turn, db: binding.confirm(
            db,
            turn.house,
            turn.who(D),
            turn[f"application{turn.nth if nth is None else nth}"],
            ConfirmBinding(scopes=frozenset({"daily"}), way="paper", proof="card", alone=True),
            turn.now,
        ),
    )


SIDES: Final = (
    in_unit(
        "application.refuse",
        lambda t, db: binding.refuse(
            db, t.house, t.who(D), t["application0"], RefuseBinding(why=f"不认识{t.nth}"), t.now
        ),
    ),
)
