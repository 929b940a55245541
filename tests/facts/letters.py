"""What the tests of the whole house must know of letters."""

from care import states
from care.weekly import Kind as WeeklyKind
from storage.types import Word

CLOSED = {
    "letter.state": tuple(states.LetterState),
    "letter_reading.reaction": tuple(states.Reaction),
    "weekly_letter.kind": tuple(WeeklyKind),
    "weekly_letter.state": tuple(states.LetterState),
    "weekly_reading.reaction": tuple(states.Reaction),
}
OPEN = {
    "letter_photo.company": Word,
}
FREE = {
    "letter.held_why",
    "letter_photo.mime",
    "weekly_letter.held_why",
}
COUNTS = {
    "letter.taps",
}
ROWS = (
    (
        "weekly_letter (id, home_id, resident_id, kind, day, facts, sentence, state, written_by, written_at, "
        "corrected) SELECT 1, min(id), (SELECT min(id) FROM resident), 'week', {day}, {bytes}, {bytes}, "
        "'ready', 0, 0, false"
    ),
    (
        "weekly_reading (id, home_id, weekly_id, person_id, opened_at) SELECT 1, min(id), 1, (SELECT "
        "min(person_id) FROM outbox), 0"
    ),
)
TABLES = {
    "letter": "letters",
    "letter_photo": "letters",
    "letter_photo_person": "letters",
    "letter_reading": "letters",
    "weekly_letter": "letters",
    "weekly_reading": "letters",
}
ACTS = {
    "letters": (
        "drop_photo let_go let_go_weekly release_letters release_weekly say_who withdraw_letter "
        "withdraw_weekly write_letter write_weekly"
    ),
}
MACHINES = "hospital letter weekly weekly_paper"
UNTRACED = "letter letter_reading weekly_letter weekly_reading"
OF_NOBODY = "letter"
ELSEWHERE = "scope=health"
