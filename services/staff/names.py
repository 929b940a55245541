"""Names of colleagues: of the person, whom families read, and of the log-in."""

import re
from typing import Final

from care import words
from care.errors import Invalid

LOGIN: Final = re.compile(r"[\w.@-]{2,32}")
LONGEST: Final = 32


def name_of(text: str) -> str:
    """A name as it is kept. Raises Invalid."""
    name = words.named(text)
    if not name:
        raise Invalid(why="请写姓名。")
    if len(name) > LONGEST:
        raise Invalid(why=f"姓名太长了，最多 {LONGEST} 个字。")
    return name


def login_of(text: str) -> str:
    """A log-in name as it is kept. Raises Invalid."""
    login = words.clear(text).strip()
    if not LOGIN.fullmatch(login):
        raise Invalid(why="登录名用 2–32 个字母、数字或汉字，中间不留空格，例如 zhoumin。")
    return login
