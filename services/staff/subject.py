"""What this subject gives to the house."""

from typing import Final

from services.subject import Subject

SUBJECT: Final = Subject(
    name="staff",
    actions={
        "log_in": "登录",
        "log_in_failed": "登录没成功",
        "log_in_locked": "登录被锁",
        "log_out": "退出",
        "unlock": "解开登录",
        "add_staff": "添加同事",
    },
    things={"staff": "同事", "login": "没有这个登录名"},
)
