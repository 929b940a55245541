"""What this subject gives to the house."""

from typing import Final

from services.subject import Subject

SUBJECT: Final = Subject(
    name="residents",
    actions={"set_status": "改状态", "hush": "静默", "lift_hush": "解除静默"},
    things={"resident": "老人"},
    topics=("residents",),
)
