"""What this subject gives to the house."""

from typing import Final

from services.subject import Subject

SUBJECT: Final = Subject(
    name="accusations",
    actions={
        "accuse": "来信说到同事",
        "accused_confirm": "确认说到的人",
        "accused_lift": "说到的不是她",
        "accused_named": "改说到的人",
    },
)
