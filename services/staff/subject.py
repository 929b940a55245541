"""What this subject gives to the house."""

from typing import Final

from services.staff import accounts
from services.subject import Subject

SUBJECT: Final = Subject(
    name="staff",
    commands=accounts.COMMANDS,
    actions={
        "log_in": "登录",
        "log_in_failed": "登录没成功",
        "log_in_locked": "登录被锁",
        "log_out": "退出",
        "unlock": "解开登录",
        "add_staff": "添加同事",
        "leave_staff": "同事离开",
        "set_password": "换密码",
        "set_role": "改岗位",
        "set_floors": "改楼层",
        "end_sessions": "退出所有登录",
    },
    things={"staff": "同事", "login": "没有这个登录名"},
)
