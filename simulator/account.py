"""What the account keeps at the platform: menus, tags, QR codes, templates, the ticket for pages."""

import secrets
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

LIBRARY = {
    "43817": ("家书送达提醒", (("thing1", "老人姓名"), ("time2", "送达时间"), ("thing3", "内容摘要"))),
    "44016": ("探视预约通知", (("name1", "预约人"), ("time2", "预约时间"), ("phrase3", "预约状态"))),
    "45290": ("缴费成功通知", (("thing1", "缴费项目"), ("amount2", "缴费金额"), ("date3", "缴费日期"))),
    "46103": (
        "服务处理结果",
        (("character_string1", "服务单号"), ("thing2", "处理结果"), ("phone_number3", "联系电话")),
    ),
}
"""Templates of the public library that can be added, by their short id."""
STAR = 2
"""The tag 星标组, which every account has."""


@dataclass
class Rule:
    """A conditional menu; the newest that matches is shown."""

    menu_id: int
    button: list[dict[str, Any]]
    match: dict[str, str]


@dataclass
class Menus:
    """`hand` and `elders` are made by hand in the platform's console; the first menu of the API takes their place."""

    hand: list[dict[str, Any]]
    elders: list[dict[str, Any]]
    default: list[dict[str, Any]] | None = None
    default_id: int = 0
    by_api: bool = False
    rules: list[Rule] = field(default_factory=list)
    _last: int = 208_000_000

    def number(self) -> int:
        """A new menu id."""
        self._last += 1
        return self._last

    def of(self, kind: str, tags: list[int]) -> list[dict[str, Any]]:
        """What a person sees, whose last tag alone counts (wechat.md 6)."""
        if not self.by_api:
            return self.elders if kind == "elder" else self.hand
        for rule in reversed(self.rules):
            if self._fits(rule.match, tags):
                return rule.button
        return self.default or []

    @staticmethod
    def _fits(match: dict[str, str], tags: list[int]) -> bool:
        tag, platform = match.get("tag_id"), match.get("client_platform_type", "2")
        return (tag is None or str(tags[-1] if tags else "") == tag) and platform == "2"


@dataclass
class Code:
    """A QR code: what its scan tells, and until when."""

    ticket: str
    scene: str
    until: float
    name: str


@dataclass
class Account:
    """All of it."""

    menus: Menus
    tags: dict[int, str] = field(default_factory=lambda: {STAR: "星标组"})
    codes: dict[str, Code] = field(default_factory=dict)
    templates: dict[str, dict[str, Any]] = field(default_factory=dict)
    sent: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    tickets: dict[str, tuple[str, float]] = field(default_factory=dict)
    web_tokens: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    refreshers: dict[str, tuple[str, str, float]] = field(default_factory=dict)
    used_codes: set[str] = field(default_factory=set)
    next_tag: int = 100
    mass_sends: dict[str, tuple[float, int]] = field(default_factory=dict)
    """By the sender's own number, when it was taken and the platform's number."""
    mass_reached: "Counter[tuple[str, str]]" = field(default_factory=Counter)
    """Of each phone and month, how many reached it."""
    mass_results: dict[int, int] = field(default_factory=dict)
    job: int = 3_000_000_000

    def add_template(self, short: str, wanted: list[str]) -> str:
        """Its id. Raises KeyError for a short id that the library does not have."""
        title, words = LIBRARY[short]
        kept = [(key, name) for key, name in words if not wanted or name in wanted]
        template_id = secrets.token_urlsafe(32)[:43]
        self.templates[template_id] = {
            "template_id": template_id,
            "title": title,
            "primary_industry": "",
            "deputy_industry": "",
            "content": "".join(f"{name}:{{{{{key}.DATA}}}}\n" for key, name in kept),
            "example": "".join(f"{name}:示例\n" for _, name in kept),
        }
        return template_id
