"""What the tests of the whole house must know of talks."""

from care import states
from storage.types import Said, Word, Words

CLOSED = {
    "doubt.course": tuple(states.DoubtCourse),
    "doubt.ended_how": tuple(states.DoubtEnd),
    "inbox.answer_state": tuple(states.AnswerState),
}
OPEN = {
    "conversation.flow": Word,
    "conversation.state": Words,
    "conversation.trail": Words,
    "doubt.kind": Said,
}
FREE = {
    "inbox.key",
    "inbox.kind",
    "inbox.set_aside",
}
ROWS = (
    (
        "doubt (id, home_id, person_id, inbox_id, course, kind, at) SELECT 1, min(id), (SELECT min(person_id) "
        "FROM inbox), (SELECT min(id) FROM inbox), 'asked', '脑', 0"
    ),
)
TABLES = {
    "doubt": "inbox",
    "inbox": "inbox",
}
ACTS = {
    "inbox outbox person": "send_kept",
    "inbox person": "ask_back hand_back log_call receive show",
    "outbox person": "take_back",
}
QUIET = "answer move_canned remove_canned show_phone view write_canned"
MACHINES = "silence"
UNTRACED = "conversation"
ELSEWHERE = "kind=noted state=answered"
