"""The acts around tasks and notes. A row belongs to nobody: it is held, then read again, and who comes second is told
who was first.
"""

from typing import Final

from tests.races.acts.act import ONE as ONCE
from tests.races.acts.act import READS, Act, Key, act, post

ONE: Final = "/console/tasks/{task}/{act}"
TOLD: Final = "who comes second changes nothing and reads that a colleague was first"
NOTE: Final = "/console/notes/{note}/{act}"
HELD: Final = "the row is held; who comes second reads what the first did, and is told (Decided, Changed)"
ACTS: Final[dict[Key, Act]] = {
    ("webhook", "ShowShift"): act("wechat.shift", "task", why=READS),
    ("webhook", "ShowTasks"): act("wechat.tasks", "task", why=READS),
    ("webhook", "ActOnTask"): act("wechat.act", "task", guard=ONCE, why=TOLD),
    ("webhook", "KeepNote"): act("wechat.note", "note", why="each line is one of its own"),
    ("webhook", "TakeBackNote"): act("wechat.take_back", "note", guard=ONCE, why=TOLD),
    ("webhook", "FileMatter"): act(
        "effect.FileMatter",
        "task",
        guard=ONCE,
        why="what a colleague changes in this moment is left, and a new one made",
    ),
    post("/console/tasks/add", "add"): act("task.add", "task", why="each line is one of its own"),
    post(ONE, "take"): act("task.take", "task", why=HELD),
    post(ONE, "done"): act("task.done", "task", why=HELD),
    post(ONE, "lead"): act("task.lead", "task", why=HELD),
    post(ONE, "undo"): act("task.undo", "task", why="open is open, whoever pressed first"),
    post(ONE, "edit"): act("task.edit", "task", why=HELD),
    post(ONE, "hand"): act("task.hand", "task", why=HELD),
    post(ONE, "back"): act("task.back", "task", why=HELD),
    post(ONE, "drop"): act("task.drop", "task", why=HELD),
    post("/console/residents/{resident}/notes", "write"): act("note.add", "note", why="each line is one of its own"),
    post(NOTE, "inside"): act("note.inside", "note", why=HELD),
    post(NOTE, "offer"): act("note.offer", "note", why=HELD),
    post(NOTE, "back"): act("note.back", "note", why=HELD),
}
