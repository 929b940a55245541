"""What this subject gives to the house."""

from datetime import datetime
from typing import Final

import msgspec

from services.setup import first_start, today
from services.subject import Command, Running, Subject
from settings import is_everywhere


class NewCode(msgspec.Struct, frozen=True):
    """Another one-time code for the first start."""


async def _new_code(running: Running, _: NewCode, now: datetime) -> tuple[str, ...]:
    code = await running.database.write(lambda db: first_start.new_code(db, running.home_id, now))
    if code is None:
        return ("这家机构已经有过院长，启动码不再需要。忘了密码：jiashu staff password 登录名 --new",)
    return announcement(running, code)


def announcement(running: Running, code: str) -> tuple[str, ...]:
    """What the terminal says of a code."""
    http = running.settings.http
    here = f"http://{'127.0.0.1' if is_everywhere(http.host) else http.host}:{http.port}"
    place, shown = running.house.public_url.rstrip("/") or here, f"{code[:4]}-{code[4:]}"
    elsewhere = f"  这个地址只有本机打得开。院长在别的电脑上：把 {here} 换成院里的网址（nginx 指过来的那个）。"
    return (
        "还没有院长。请在一小时内用浏览器打开下面的地址，设好第一个账号（只能用一次）：",
        f"  {place}/console/start#{shown}",
        f"  启动码 {shown}；过了时间，在服务器上运行 jiashu code 会得到新的。",
        *((elsewhere,) if place == here else ()),
    )


SUBJECT: Final = Subject(
    name="setup",
    commands=(Command(NewCode, _new_code),),
    actions={
        "set_settings": "改设置",
        "open_home": "开始使用",
        "push_menu": "推送菜单",
        "undo_menu": "换回原来的菜单",
        "lengthen_clock": "放长时限",
    },
    topics=("house",),
    today=today.lines,
)
