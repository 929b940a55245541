"""What the tests of the whole house must know of surveys."""

from care import states
from storage.types import Word, Words

CLOSED = {
    "mark.score": tuple(states.Score),
}
OPEN = {
    "campaign.items": Words,
    "mark.item": Word,
    "participation.way": Word,
}
FREE = {
    "campaign.period",
}
TABLES = {
    "campaign": "surveys",
    "mark": "surveys",
    "participation": "surveys",
    "wish": "surveys",
}
ACTS = {
    "surveys": "begin_survey end_survey",
}
MACHINES = "survey"
UNTRACED = "mark participation wish"
OF_NOBODY = "campaign"
