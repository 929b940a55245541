"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from conversations.effects import KeepSurvey, StartSurvey
from services.subject import Job, Running, Subject
from services.surveys import surveys


async def _afterwards(running: Running, now: datetime) -> None:
    left = await running.database.read(lambda db: surveys.left_out(db, running.home_id, now))
    await running.each(left, lambda db, person: surveys.invite(db, running.house, person, now))


SUBJECT: Final = Subject(
    name="surveys",
    executors={StartSurvey: surveys.start, KeepSurvey: surveys.keep_from_talk},
    jobs=(Job("surveys", 300.0, _afterwards, "投诉办完以后，请当时没收到问卷的家属也来答"),),
    actions={"begin_survey": "开始问卷", "end_survey": "收卷"},
    things={"campaign": "问卷"},
)
