"""How the console tells times, clocks and states: the fixed words of the design (design.md 6)."""

import re
import string
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

import jinja2

from care import sla
from care.severity import category_of
from conversations import routing
from conversations.phrases import date_of, day_of, moment
from services.access import HANDLERS, page_at
from services.complaints import complaints
from services.emergencies.board import FALSE, OTHERS
from services.house import House
from services.outgoing import purposes
from services.promises import promises
from services.subject import gathered
from services.talks.answering import REASONS
from settings.clock import Clock
from storage.queries.complaints import STAGES
from storage.queries.talks import Event

LINK: Final = re.compile(r'<a href="[^"]*">([^<]*)</a>')
STATES = {
    "planned": "到时间发",
    "waiting": "排队中",
    "ready": "发送中",
    "sending": "发送中",
    "sent": "已送达微信",
    "unknown": "不确定送到没有",
    "parked": "等对方来信自动发",
    "review": "微信审核中",
    "given_up": "没送到",
    "cancelled": "已撤回",
    "answered": "已回复",
    "held": "等院长确认",
}
BAD = frozenset({"unknown", "given_up"})
WITHOUT_MENU: Final = {"/consents": "同意书", "/contacts": "联系人", "/binding": "绑定", "/callout": "叫人单"}
"""Addresses that belong to no page of the menu, as the audit tells them."""
PREVIEWS = {
    "image": "［照片］",
    "voice": "［语音］",
    "video": "［视频］",
    "location": "［位置］",
    "link": "［链接］",
    "followed": "关注了公众号",
    "unfollowed": "取消了关注",
    "scanned": "扫了二维码",
}
CALLED = {
    "": "正在打",
    "key_go": "接了，去了",
    "key_cannot": "走不开",
    "answered_no_key": "接了没按键",
    "no_answer": "没接",
    "busy": "占线",
    "off": "关机或空号",
    "refused": "拨不出去",
    "throttled": "打得太密，运营商没拨",
    "unknown": "没有回音",
    "stopped": "没再打",
}
"""What became of a call, in the words of a strip."""
ACTORS = {"person": "家属或老人", "machine": "系统"}
LEVELS = {1: "1 级", 2: "2 级", 3: "3 级", 4: "4 级"}


def length(seconds: float) -> str:
    """A length of time: 22 分, 2 时 5 分, 3 天."""
    minutes = int(abs(seconds) // 60)
    if minutes < 60:
        return f"{minutes} 分"
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        return f"{hours} 时 {rest} 分" if rest else f"{hours} 时"
    return f"{minutes // 1440} 天"


def seconds(count: float) -> str:
    """A short length of time: 35 秒, 4 分 10 秒, 2 时 5 分."""
    whole = max(0, round(count))
    return f"{whole} 秒" if whole < 60 else f"{whole // 60} 分 {whole % 60} 秒" if whole < 3600 else length(whole)


def clock_state(made_at: datetime, due_at: datetime, now: datetime) -> dict[str, Any]:
    """A clock for its badge: class, per cent, words. Shape, colour and word all change (design.md 2, 4)."""
    used = sla.share(made_at, due_at, now)
    left = (due_at - now).total_seconds()
    state = "late" if used >= 1 else "warn" if used >= sla.HALF else "ok"
    return {
        "state": state,
        "used": min(100, int(used * 100)),
        "words": f"超时 {length(left)}" if left < 0 else f"剩 {length(left)}",
    }


def greeting(hour: int) -> str:
    """上午好 and its kin, by the home's hour."""
    for until, words in ((5, "夜深了"), (9, "早上好"), (12, "上午好"), (14, "中午好"), (18, "下午好"), (24, "晚上好")):
        if hour < until:
            return words
    return "您好"


def plain(words: str) -> str:
    """A message as staff read it: the one link form of the platform becomes its words."""
    return LINK.sub(r"［\1］", words)


def button(key: str) -> str:
    """What a menu button is called."""
    opening = routing.menu().get(key)
    return opening.button if opening else "菜单"


def preview(event: Event) -> str:
    """A message in a few words; `event` is the stored JSON of `conversations.events`."""
    kind = event["type"]
    if kind in {"text", "noted"}:
        return str(event["body"])
    if kind == "click":
        return f"点了「{button(event['key'])}」"
    if kind in {"location", "link"}:
        return PREVIEWS[kind] + str(event["label" if kind == "location" else "title"])
    return PREVIEWS.get(kind, "［其他内容］")


def masked(phone: str) -> str:
    """138****2107."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else phone


def subject(value: str) -> str:
    """投诉 C1122-01, 页面 会话, 搜索：2 人、0 件投诉、1 条消息: a kind in words and what names it without naming anybody.

    A thing whose word has blanks tells its parts in them.
    """
    kind, _, which = value.partition(":")
    words, parts = gathered(lambda one: one.things).get(kind, kind), which.split(".")
    if words.count("{}") == len(parts):
        return words.format(*parts)
    if kind == "page":
        page = page_at(which)
        which = page.name if page is not None else WITHOUT_MENU.get(which, which)
    return f"{words.partition('：')[0]} {which}".strip()


def span(milliseconds: int) -> str:
    """A length of time: 90 毫秒, 0.5 秒, 1 小时."""
    for unit, length in (("小时", 3_600_000), ("分钟", 60_000), ("秒", 1000)):
        if milliseconds * 10 >= length and (milliseconds >= length or unit == "秒"):
            return f"{milliseconds / length:.3g} {unit}"
    return f"{milliseconds} 毫秒"


def install(environment: jinja2.Environment, house: House, clock: Clock) -> None:
    """Give the templates their filters."""

    def local(at: datetime) -> datetime:
        return at.astimezone(house.home.zone)

    def day(at: datetime | date) -> str:
        return day_of(local(at) if isinstance(at, datetime) else at, local(clock()))

    def short(at: datetime) -> str:
        there, today = local(at), local(clock())
        if there.date() == today.date():
            return f"{there:%H:%M}"
        return f"{there:%m-%d %H:%M}" if there.year == today.year else f"{there:%Y-%m-%d %H:%M}"

    filters: dict[str, Callable[[Any], Any]] = {
        "span": span,
        "hms": lambda at: f"{local(at):%H:%M:%S}",
        "hm": lambda at: f"{local(at):%H:%M}",
        "day": day,
        "date": lambda at: date_of(at, local(clock())),
        "date_key": lambda at: local(at).date(),
        "when": lambda at: moment(at, clock(), house.home.zone),
        "short": short,
        "full": lambda at: f"{local(at):%Y-%m-%d %H:%M}",
        "iso": lambda at: at.isoformat(),
        "lasts": length,
        "masked": masked,
        "preview": preview,
        "button": button,
        "plain": plain,
        "subject": subject,
        "category": category_of,
        "seconds": seconds,
    }
    environment.filters.update(filters)
    environment.globals.update(
        {
            "house": house,
            "clock_state": lambda promise: clock_state(promise.made_at, promise.due_at, clock()),
            "parts": string.Formatter().parse,
            "KEPT": promises.KEPT,
            "KINDS": gathered(lambda one: one.promises),
            "STATES": STATES,
            "CALLED": CALLED,
            "PURPOSES": purposes.words(),
            "BAD": BAD,
            "LEVELS": LEVELS,
            "STAGES": STAGES,
            "OTHERS": OTHERS,
            "FALSE": FALSE,
            "SCOPES": complaints.SCOPES,
            "WAYS": complaints.WAYS,
            "ACTORS": ACTORS,
            "HANDLERS": HANDLERS,
            "ACTIONS": gathered(lambda one: one.actions),
            "REASONS": REASONS,
            "hour_words": lambda: greeting(local(clock()).hour),
        }
    )
