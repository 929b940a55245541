"""Moments of a questionnaire, and what each side does with it."""

from typing import Final

from services.surveys import surveys
from tests.conftest import HomeUnderTest
from tests.races.model import Stage
from tests.races.moments.home import START, Facts, S, in_unit, turn_of


async def _survey(home: HomeUnderTest, facts: Facts) -> Facts:
    await home.database.write(lambda db: surveys.begin(db, home.house, turn_of(home, facts).who(S), home.clock()))
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


SURVEY: Final = Stage("survey", _survey, START)
SURVEY_TALK: Final = Stage("survey in the talk", _survey_talk, SURVEY)
SIDES: Final = (
    in_unit("survey.begin", lambda t, db: surveys.begin(db, t.house, t.who(S), t.now) and None),
    in_unit("survey.end", lambda t, db: surveys.end(db, t.who(S), t["campaign"], t.now)),
    in_unit("page.survey", lambda t, db: surveys.keep(db, t["daughter"], {"overall": 5}, "")),
)
