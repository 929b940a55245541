"""What the tests of the whole house must know of roster."""

from care import states
from storage.types import Word, Words

CLOSED = {
    "calendar_day.kind": tuple(states.DayKind),
    "calendar_day.source": tuple(states.DaySource),
    "calendar_year.source": tuple(states.DaySource),
    "rota_change.kind": tuple(states.RotaKind),
}
OPEN = {
    "rota_change.rules": Words,
    "service_hours.name": Word,
}
FREE = {
    "calendar_day.name",
    "calendar_day.reason",
    "duty_post.building",
    "duty_post.floors",
    "duty_post.name",
    "duty_post.shifts",
    "duty_post.weekdays",
    "duty_shift.begins",
    "duty_shift.ends",
    "duty_shift.name",
    "service_hours.hours",
}
ROWS = (
    "duty_post (id, home_id, name) SELECT 1, min(id), '2 楼'",
    "duty_shift (id, home_id, name, begins, ends, works) SELECT 1, min(id), '夜', '20:00', '08:00', true",
    ("rota_change (id, at, home_id, post_id, shift_id, kind, day, by_id) SELECT 1, 0, min(id), 1, 1, 'put', {day}, 0"),
    "calendar_day (id, home_id, day, kind, source, at) SELECT 1, min(id), {day}, 'makeup', 'hand', 0",
    "calendar_year (id, home_id, year, source, at) SELECT 1, min(id), 2026, 'hand', 0",
)
TABLES = {
    "duty_span": "roster",
    "rota_change": "roster",
}
ACTS = {
    "calendar": "check_year fill_year set_day set_hours",
    "roster": (
        "edit_post edit_shift end_post end_shift rota_ask rota_copy rota_no rota_put rota_remove "
        "rota_replace rota_swap rota_yes"
    ),
}
UNTRACED = "duty_post duty_span"
CHANGED = "duty_shift"
