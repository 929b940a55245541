"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from conversations.effects import AskHuman, Beside
from conversations.flows.families_speaker import AskWho
from conversations.flows.talks_bereaved import Mourn
from services.subject import Job, Running, Subject
from services.talks import bereaved, dispatch, doubts, silence, speaking, today


async def _silence(running: Running, now: datetime) -> None:
    await running.database.store(lambda store: silence.act_on_silence(store, running.house, now))


async def _asked(running: Running, now: datetime) -> None:
    await running.database.store(lambda store: doubts.act_on_silence(store, running.house, now))


SUBJECT: Final = Subject(
    name="talks",
    executors={AskHuman: dispatch.ask_human, Beside: dispatch.beside, AskWho: speaking.ask_who, Mourn: bereaved.mourn},
    jobs=(
        Job("silence", 5.0, _silence, "没人接着说的对话，按流程收尾"),
        Job("asked", 5.0, _asked, "问了要不要人去、没有回话的，叫人或打电话"),
    ),
    actions={
        "view": "看了",
        "show_phone": "看号码",
        "answer": "回复",
        "log_call": "登记电话",
        "take_back": "撤回",
        "send_kept": "放行先没发的话",
        "hand_back": "交回机器人",
        "receive": "来信",
        "ask_back": "问要不要人去",
        "show": "请同事看一眼",
        "write_canned": "写常用语",
        "move_canned": "排常用语",
        "remove_canned": "删常用语",
    },
    things={"person": "会话", "inbox": "来信", "media": "照片或语音", "canned": "常用语"},
    topics=("inbox",),
    today=today.lines,
)
