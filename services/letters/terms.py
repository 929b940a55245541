"""The line of care that stands under a letter on the day of a solar term (domain.md 5)."""

from datetime import date, datetime
from typing import Final

from care import lunar
from conversations.effects import say
from services.house import House

WORDS: Final = {
    "小寒": "letters.term_xiaohan",
    "大寒": "letters.term_dahan",
    "立春": "letters.term_lichun",
    "雨水": "letters.term_yushui",
    "惊蛰": "letters.term_jingzhe",
    "春分": "letters.term_chunfen",
    "清明": "letters.term_qingming",
    "谷雨": "letters.term_guyu",
    "立夏": "letters.term_lixia",
    "小满": "letters.term_xiaoman",
    "芒种": "letters.term_mangzhong",
    "夏至": "letters.term_xiazhi",
    "小暑": "letters.term_xiaoshu",
    "大暑": "letters.term_dashu",
    "立秋": "letters.term_liqiu",
    "处暑": "letters.term_chushu",
    "白露": "letters.term_bailu",
    "秋分": "letters.term_qiufen",
    "寒露": "letters.term_hanlu",
    "霜降": "letters.term_shuangjiang",
    "立冬": "letters.term_lidong",
    "小雪": "letters.term_xiaoxue",
    "大雪": "letters.term_daxue",
    "冬至": "letters.term_dongzhi",
}


def line(house: House, day: date, now: datetime) -> str:
    """What is said on this day; "" on most days."""
    name = lunar.term_of(day) if lunar.FIRST <= day <= lunar.LAST else ""
    return house.words([say(WORDS[name])], now) if name else ""
