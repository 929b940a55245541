"""What this subject gives to the house."""

from typing import Final

from conversations.effects import AskToBind, TryCode
from services.families import binding
from services.subject import Subject

SUBJECT: Final = Subject(
    name="families",
    executors={TryCode: binding.try_code, AskToBind: binding.ask},
    actions={
        "invite": "打绑定单",
        "ask_to_bind": "申请绑定",
        "bind": "确认绑定",
        "refuse_binding": "没核实",
        "add_relative": "登记家属",
        "start_dispute": "记下争议",
        "end_dispute": "结束争议",
    },
    things={"application": "绑定申请"},
    promises={"binding": "绑定核实"},
    topics=("families",),
)
