"""What this subject gives to the house."""

from typing import Final

from services.residents import today
from services.subject import Subject

SUBJECT: Final = Subject(
    name="residents",
    actions={
        "set_status": "改状态",
        "hush": "静默",
        "lift_hush": "解除静默",
        "lay_out_beds": "排床位",
        "add_bed": "加床",
        "close_bed": "停用床位",
        "open_bed": "启用床位",
        "admit": "登记老人",
        "move": "换床",
        "edit_basics": "改老人的基本情况",
        "edit_allergy": "改过敏",
        "edit_health": "改健康",
        "edit_habits": "改习惯",
        "edit_customs": "改过节的习惯",
        "edit_risks": "改风险",
        "see_identity": "看身份证号",
        "tick_admission": "办好一项入住手续",
        "untick_admission": "取消一项入住手续",
        "tick_back": "办好一项回院交接",
        "untick_back": "取消一项回院交接",
        "sign_back": "回院交接签字",
        "tick_after": "办好一项走后的事",
        "untick_after": "取消一项走后的事",
        "sign_over": "入住交接签字",
        "add_contract": "登记合同",
        "add_paper": "加资料",
        "remove_paper": "销毁资料",
    },
    things={"resident": "老人", "card": "老人的急救卡", "paper": "老人的资料"},
    topics=("residents",),
    today=today.lines,
)
