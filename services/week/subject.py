"""What this subject gives to the house."""

from typing import Final

from services.subject import Subject
from services.week import today

SUBJECT: Final = Subject(
    name="week",
    actions={"edit_week": "改菜单、活动或价目", "check_beds": "核对空床", "set_rooms": "写房型"},
    things={"week_sheet": "本周与价目"},
    topics=("week",),
    today=today.lines,
)
