"""What this subject gives to the house."""

from typing import Final

from services.subject import Subject

SUBJECT: Final = Subject(
    name="followups",
    actions={"write_follow_up": "记一次回访"},
    things={"follow_up_talk": "回访"},
    topics=("followups",),
)
