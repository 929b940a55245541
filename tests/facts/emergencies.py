"""What the tests of the whole house must know of emergencies."""

from care import states
from care.chain import Step
from care.group_posts import PostEnd, PostWhy
from care.triage import Audience, Urgency
from storage.types import Said, Words

CLOSED = {
    "alarm.audience": tuple(Audience),
    "alarm.ended_how": tuple(states.EndedHow),
    "alarm.level": (Urgency.P0, Urgency.P1),
    "alarm_call.of_step": tuple(Step),
    "alarm_call.outcome": tuple(states.CallOutcome),
    "alarm_call.channel": tuple(states.CallWay),
    "group_post.outcome": tuple(PostEnd),
    "group_post.reason": tuple(PostWhy),
    "phone_check.bad_how": tuple(states.CallOutcome),
    "takeover.ended_how": tuple(states.TakeoverEnd),
    "unreadable.audience": tuple(Audience),
    "unreadable.urgency": tuple(Urgency),
}
OPEN = {
    "alarm.kind": Said,
    "chain_round.overdue": Words,
}
FREE = {
    "alarm.floor",
    "alarm_call.code",
    "alarm_call.digest",
    "alarm_call.ref",
    "alarm_press.token",
    "group_post.code",
    "group_post.why",
    "phone_check.digest",
    "unreadable.key",
}
COUNTS = {
    "alarm.again",
    "alarm.count",
    "alarm_call.round",
    "alarm_call.step",
    "alarm_run.count",
    "alarm_run.round",
    "alarm_run.step",
    "group_post.times",
}
ROWS = (
    "takeover (id, home_id, staff_id, session_id, begun_at) SELECT 1, min(id), (SELECT min(id) FROM staff), 1, 0",
    (
        "alarm_call (id, home_id, takeover_id, round, step, of_step, channel, digest, asked_at) SELECT 1, "
        "min(id), 1, 0, 0, 'floor', 'phone', 'd', 0"
    ),
    "phone_check (id, home_id, digest) SELECT 1, min(id), 'd'",
    "group_post (id, home_id, reason, times, asked_at) SELECT 1, min(id), 'test', 0, 0",
)
TABLES = {
    "alarm": "alarms",
}
ACTS = {
    "accused alarms inbox person": "said_again",
    "alarms": "alarm cannot_come not_arrived",
    "alarms inbox person": "arrived arrived_before calmed false going muted undone",
    "alarms unreadable": "unreadable",
    "calls": "ring_phone",
    "duty": "end_duty heard_sound take_over",
    "duty group": "try_group",
}
QUIET = "take_note"
UNTRACED = "alarm_call alarm_run chain_round group_post phone_check takeover"
