"""What the tests of the whole house must know of tasks."""

from care import states
from storage.types import Word

CLOSED = {
    "note.use": tuple(states.NoteUse),
    "task.ended_how": tuple(states.TaskEnd),
    "task.role": ("", *states.Role),
}
OPEN = {
    "assignment.thing": Word,
    "assignment.why": Word,
    "note.kind": Word,
    "task.source": Word,
}
FREE = {
    "task.floor",
}
ROWS = (
    "task (id, home_id, body, source, made_by, made_at) SELECT 1, min(id), {bytes}, 'hand', 0, 0",
    (
        "note (id, home_id, resident_id, day, kind, body, by_id, at, use) SELECT 1, min(id), (SELECT min(id) "
        "FROM resident), {day}, 'words', {bytes}, 0, 0, 'offered'"
    ),
)
TABLES = {
    "assignment": "tasks",
    "note": "notes",
    "task": "tasks",
}
ACTS = {
    "inbox person": "wechat_shift wechat_tasks",
    "letters notes": "use_note",
    "notes": "add_note keep_note_inside offer_note take_back_note",
    "tasks": "add_task done_task dropped_task edit_task give_back_task hand_task take_task undo_task",
}
OF_NOBODY = "note task"
ELSEWHERE = "kind=words"
