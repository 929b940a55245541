"""What this subject gives to the house."""

from typing import Final

from services.expiries import today
from services.subject import Subject

SUBJECT: Final = Subject(
    name="expiries",
    actions={"keep_date": "记到期的日子", "renew_date": "改到期的日子"},
    things={"home_date": "到期"},
    topics=("expiries",),
    today=today.lines,
)
