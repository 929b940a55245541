"""What this subject gives to the house."""

from typing import Final

from conversations.effects import FileMatter
from conversations.flows.tasks import ActOnTask, KeepNote, ShowShift, ShowTasks, TakeBackNote
from services.subject import Subject
from services.tasks import colleague, matters, today

SUBJECT: Final = Subject(
    name="tasks",
    executors={
        FileMatter: matters.file,
        ShowShift: colleague.shift,
        ShowTasks: colleague.tasks,
        ActOnTask: colleague.act,
        KeepNote: colleague.keep,
        TakeBackNote: colleague.take_back,
    },
    actions={
        "add_task": "写任务",
        "take_task": "接任务",
        "hand_task": "交任务",
        "give_back_task": "退回任务",
        "edit_task": "改任务",
        "done_task": "做好任务",
        "dropped_task": "任务不用做了",
        "undo_task": "撤销做好的任务",
        "add_note": "记一笔",
        "keep_note_inside": "这一笔只给同事看",
        "offer_note": "这一笔可以写进家书",
        "take_back_note": "收回一笔",
        "use_note": "把一笔写进家书",
        "wechat_shift": "在自己的微信里接班",
        "wechat_tasks": "在自己的微信里看任务",
    },
    things={"task": "任务", "note": "记的一笔"},
    topics=("tasks", "notes"),
    today=today.lines,
)
