"""What this subject gives to the house."""

from typing import Final

from services.incidents import today
from services.subject import Subject

SUBJECT: Final = Subject(
    name="incidents",
    actions={
        "begin_incident": "开始预案",
        "make_callout": "做值班手机的叫人单",
        "end_callout": "停用值班手机的叫人单",
        "change_incident_plan": "换一份预案",
        "tick_step": "勾了一步",
        "untick_step": "取消勾选",
        "pass_step": "跳过一步",
        "log_incident_call": "记一通给家属的电话",
        "write_incident": "写经过",
        "decide_report": "上报决定",
        "take_lead": "负责处置",
        "close_incident": "结束预案",
        "set_plan": "改预案",
        "put_contact": "加外部电话",
        "strike_contact": "划掉外部电话",
    },
    things={
        "incident": "处置",
        "incident_plan": "预案",
        "outside_contact": "外部电话",
        "callout_link": "值班手机的叫人单",
    },
    topics=("incidents",),
    today=today.lines,
)
