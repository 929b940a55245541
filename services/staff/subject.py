"""What this subject gives to the house."""

from typing import Final

from conversations.flows.staff import BindColleague
from services.staff import accounts, wechat
from services.subject import Subject

SUBJECT: Final = Subject(
    name="staff",
    executors={BindColleague: wechat.bind},
    commands=accounts.COMMANDS,
    actions={
        "log_in": "登录",
        "log_in_failed": "登录没成功",
        "log_in_locked": "登录被锁",
        "log_out": "退出",
        "unlock": "解开登录",
        "change_station": "改值班台谁看得到",
        "add_staff": "添加同事",
        "leave_staff": "同事离开",
        "set_password": "换密码",
        "set_role": "改岗位",
        "set_floors": "改楼层",
        "end_sessions": "退出所有登录",
        "set_name": "改姓名",
        "set_phone": "改电话",
        "take_back_staff": "恢复停用的同事",
        "pledge": "承诺保密",
        "own_password": "自己换密码",
        "end_own_session": "退出自己的一处登录",
        "codes_on": "开验证码",
        "codes_off": "关验证码",
        "codes_reset": "重置同事的验证码",
        "codes_new": "换恢复码",
        "recovery_used": "用恢复码登录",
        "codes_put_off": "验证码以后再设",
        "set_pin": "设值班台密码",
        "mark_station": "设值班台",
        "end_station": "停用值班台",
        "set_unit": "改投诉处理小组",
        "hand_over": "转交手上的事",
        "wechat_code": "要绑微信的码",
        "bind_wechat": "绑自己的微信",
        "unbind_wechat": "解绑同事的微信",
    },
    things={"staff": "同事", "login": "没有这个登录名", "station": "值班台", "unit": "投诉处理小组"},
    topics=("colleagues",),
)
