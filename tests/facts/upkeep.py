"""What the tests of the whole house must know of upkeep."""

from storage.types import Word

OPEN = {
    "audit.action": Word,
    "job_run.name": Word,
    "stop.kind": Word,
}
FREE = {
    "audit.actor",
    "audit.subject",
    "job_run.failed",
    "job_run.title",
}
TABLES = {
    "stop": "residents",
}
QUIET = "adopt begin_epoch confirm_epoch note_head"
UNTRACED = "audit"
OF_NOBODY = "downtime"
