"""After a death, or while 静默 holds: what people forget, and the days on which a colleague may want to call. A machine
says nothing on any of them (F11; domain.md 5).
"""

from datetime import date, timedelta
from typing import Final

AFTER: Final = {
    "after_call": "院长或主管亲自给家里打过电话",
    "after_meals": "厨房停餐，特殊饮食的单子撤下",
    "after_label": "床头牌、床头卡、门牌取下",
    "after_table": "餐桌座位、活动名单改过",
    "after_cake": "订过的生日蛋糕、节日礼品取消",
    "after_photos": "照片墙先问过家里，再取",
    "after_medicine": "药单停用，余药两人清点、交接",
    "after_fees": "收费停在当天，由专人跟家里说，不发账单",
    "after_friends": "同屋、同桌的老人有人去陪、去说",
    "after_things": "遗物两人清点，家属签字领走",
    "after_phone": "本人的手机在谁手里，问清楚",
    "after_letters": "问过家里：以前的家书、照片、语音要不要留",
    "after_papers": "死亡证明、医保、协议终止的手续有人管",
}
"""What a machine has stopped by itself (greetings, letters, questionnaires, reminders) is not among them."""
DAYS: Final = {"头七": 6, "七七": 48, "百日": 99}
"""Days after the day of the death, which is the first one."""
WAKES_AFTER: Final = timedelta(hours=12)
"""So long after 静默 was pressed a lead is asked whether it goes on."""


def days(died: date, today: date) -> list[tuple[str, date]]:
    """Which of these days is today or tomorrow: staff alone are told."""
    named = [(name, died + timedelta(days=after)) for name, after in DAYS.items()]
    years = today.year - died.year
    for n in (years, years + 1):
        if n >= 1:
            day = _year(died, died.year + n)
            named.append(("周年" if n == 1 else f"{n} 周年", day))
    return [(name, day) for name, day in named if day - today in {timedelta(0), timedelta(days=1)}]


def _year(died: date, year: int) -> date:
    """The same day of another year; of 29 February the 28th."""
    try:
        return died.replace(year=year)
    except ValueError:
        return date(year, 2, 28)
