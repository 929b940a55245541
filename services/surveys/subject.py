"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from conversations.effects import KeepSurvey, StartSurvey
from services.subject import Job, Running, Subject
from services.surveys import rounds, surveys


async def _afterwards(running: Running, now: datetime) -> None:
    left = await running.database.read(lambda db: surveys.left_out(db, running.home_id, now))
    await running.each(left, lambda db, person: surveys.invite(db, running.house, person, now))


async def _rounds(running: Running, now: datetime) -> None:
    due = await running.database.read(lambda db: rounds.due(db, running.home_id, now))
    people = [one.person_id for one in due]
    await running.each(people, lambda db, person: rounds.say_to(db, running.house, person, now))


SUBJECT: Final = Subject(
    name="surveys",
    executors={StartSurvey: surveys.start, KeepSurvey: surveys.keep_from_talk},
    jobs=(
        Job("surveys", 300.0, _afterwards, "投诉办完以后，请当时没收到问卷的家属也来答"),
        Job("survey-rounds", 600.0, _rounds, "当时收不到问卷的，能收到了就告诉；五天没答的提醒一次"),
    ),
    actions={"begin_survey": "开始问卷", "end_survey": "收卷"},
    things={"campaign": "问卷"},
)
