"""What this subject gives to the house."""

from typing import Final

from conversations.effects import KeepSurvey, StartSurvey
from services.subject import Subject
from services.surveys import surveys

SUBJECT: Final = Subject(
    name="surveys",
    executors={StartSurvey: surveys.start, KeepSurvey: surveys.keep_from_talk},
    actions={"begin_survey": "开始问卷", "end_survey": "收卷"},
    things={"campaign": "问卷"},
)
