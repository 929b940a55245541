"""What the tests of the whole house must know of announcements."""

from care.announcements import Repeat, Whom
from care.announcements import Stage as AnnouncementStage

CLOSED = {
    "announcement.repeat": tuple(Repeat),
    "announcement.state": tuple(AnnouncementStage),
    "announcement.whom": tuple(Whom),
}
FREE = {
    "announcement.floor",
    "announcement_reach.why",
    "audience_group.name",
}
ROWS = (
    (
        "announcement (id, home_id, urgent, words, whom, repeat, first_at, due_at, state, made_by, made_at) "
        "SELECT 1, min(id), false, {bytes}, 'family', 'once', 0, 0, 'held', 0, 0"
    ),
)
TABLES = {
    "audience_group": "announcements",
    "audience_member": "announcements",
    "offer_consent": "announcements",
}
ACTS = {
    "announcements": (
        "announcement_cancelled announcement_held announcement_planned change_announcement drop_group "
        "make_group put_person write_announcement"
    ),
}
MACHINES = "news offer"
UNTRACED = "announcement announcement_reach"
