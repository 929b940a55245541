"""What this subject gives to the house."""

from typing import Final

from conversations.effects import AskToBind, TryCode
from services.families import binding, consents
from services.subject import Job, Subject

SUBJECT: Final = Subject(
    name="families",
    executors={TryCode: binding.try_code, AskToBind: binding.ask},
    actions={
        "invite": "打绑定单",
        "ask_to_bind": "申请绑定",
        "bind": "确认绑定",
        "join": "两位对成一位",
        "undo_join": "分回两位",
        "undo_bind": "撤回绑定",
        "refuse_binding": "没核实",
        "add_relative": "登记家属",
        "edit_relative": "改家属",
        "place_relative": "改打电话的先后",
        "make_primary": "改主要联系人",
        "prove_relative": "证实亲属关系",
        "consent": "记一次同意",
        "attach_proof": "补同意的凭据",
        "consent_ended": "同意到期",
        "narrow": "收窄范围",
        "withdraw_consent": "撤回同意",
        "remove_relative": "移除家属",
        "revoke_sheet": "作废绑定单",
        "add_wish": "记下心愿",
        "end_wish": "心愿不再有效",
        "start_dispute": "记下争议",
        "end_dispute": "结束争议",
    },
    things={"application": "绑定申请", "proof": "同意的凭据"},
    jobs=(Job("consents", 600, consents.end_all, "收回到期的同意"),),
    promises={"binding": "绑定核实"},
    topics=("families",),
)
