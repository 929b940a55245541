"""What this subject gives to the house."""

from typing import Final

from services.subject import Subject

SUBJECT: Final = Subject(name="launch", actions={"launch": "启用", "unlaunch": "停用"}, topics=("launch",))
