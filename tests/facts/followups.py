"""What the tests of the whole house must know of followups."""

from care.followups import Content, Manner
from care.followups import Outcome as FollowUpOutcome

CLOSED = {
    "follow_up_talk.content": tuple(Content),
    "follow_up_talk.outcome": tuple(FollowUpOutcome),
    "follow_up_talk.manner": tuple(Manner),
}
ROWS = (
    (
        "follow_up_talk (id, home_id, resident_id, day, at, by_id, manner, outcome) SELECT 1, min(id), "
        "(SELECT min(id) FROM resident), {day}, 0, 0, 'face', 'talked'"
    ),
)
ACTS = {
    "followups": "write_follow_up",
}
ELSEWHERE = "source=followup"
