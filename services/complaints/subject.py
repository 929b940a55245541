"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

from conversations.effects import AddToComplaint, NoteOnComplaint, OpenComplaint, ShowProgress, TakeVerdict, Withdraw
from services.complaints import charge, filing, ringing, today, verdicts
from services.subject import Job, Running, Subject


async def _tell(running: Running, now: datetime) -> None:
    new = await running.database.read(lambda db: charge.to_tell(db, running.house, running.home_id, now))
    await running.portions(new, charge.AT_ONCE, lambda db, cases: charge.tell(db, running.house, cases, now))


async def _ring(running: Running, now: datetime) -> None:
    house, home = running.house, running.home_id
    if not house.rings_complaints:
        return
    await running.database.write(lambda db: ringing.silent(db, home, now))
    waiting = await running.database.read(lambda db: ringing.due(db, house, home, now))
    await running.each(waiting, lambda db, case: ringing.ring(db, house, case, now))


SUBJECT: Final = Subject(
    name="complaints",
    executors={
        OpenComplaint: filing.open_complaint,
        AddToComplaint: filing.add_to_complaint,
        NoteOnComplaint: filing.note_on_complaint,
        Withdraw: filing.withdraw,
        TakeVerdict: verdicts.take,
        ShowProgress: verdicts.show,
    },
    jobs=(
        Job("in-charge", 5.0, _tell, "新投诉一分钟内报给负责人"),
        Job("complaint-ring", 5.0, _ring, "没人值班时来的 1、2 级投诉，打负责人的手机"),
    ),
    today=today.lines,
    actions={
        "tell_charge": "报给负责人",
        "ring_charge": "打负责人的手机",
        "see_at_night": "值班回了一句",
        "night_begins": "没人在，值班可以先回一句",
        "open_case": "立案",
        "take_down": "代为登记",
        "take_on": "接手联系",
        "assess": "评估",
        "correct_case": "更正",
        "inquire": "查明",
        "propose": "提交方案",
        "interim": "申请中期回复",
        "approve": "批准",
        "return": "退回",
        "tell": "告知结果",
        "close": "结案",
        "verdict_accepted": "认可",
        "verdict_declined": "不认可",
        "verdict_call": "请来电",
        "note": "内部备注",
        "add_evidence": "交证据",
    },
    things={"case": "投诉", "evidence": "证据"},
    promises={
        "first_feedback": "首次反馈",
        "result": "结果",
        "approval": "审批",
        "follow_up": "回访",
        "opinion": "问意见",
    },
    topics=("cases",),
)
