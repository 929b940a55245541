"""What a home chooses for itself: its departments, its categories of complaints, the festivals on which it greets, its
own words; what it has not chosen is as usual.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from care import occasions, severity
from care.errors import Invalid

DEPARTMENTS: Final = ("护理部", "客服部", "后勤部", "膳食部", "医务室", "财务室", "院办")
MOST: Final = 20
COSTS: Final = {"sms_most": ("每月最多", 100_000), "sms_price": ("一条短信", 1_000), "call_price": ("一个电话", 1_000)}
"""Figures of costs: how the page calls each, and how much it may be; prices in 分."""
LONGEST: Final = {"部门": 12, "类别": 8}
"""Signs of one line."""


@dataclass(frozen=True, slots=True)
class Choices:
    """One edition of what is chosen; replaced whole, never changed in place."""

    phrases: Mapping[str, str] = field(default_factory=dict)
    """Own words by the key of the phrase; checked when they were set and when they are read."""
    departments: Sequence[str] = DEPARTMENTS
    more_categories: Sequence[str] = ()
    """Beside those of the rules, which always stay: the machine names them."""
    festivals: frozenset[str] = occasions.USUAL
    cut_off: bool = False
    """断连: the account may not send, and everything due is said by telephone or printed (F17)."""
    sms_most: int = 500
    """SMS a month at most (F18)."""
    sms_price: int = 5
    """What one costs, in 分; 0 = nobody has said."""
    call_price: int = 10
    """What one call costs, in 分."""

    @property
    def categories(self) -> tuple[str, ...]:
        """What colleagues choose from; 其他 stays the last."""
        return (*severity.CATEGORIES[:-1], *self.more_categories, severity.CATEGORIES[-1])

    def categories_of(self, stored: str) -> tuple[str, ...]:
        """The same for a complaint that keeps a category of before."""
        known = stored in {*self.categories, severity.UNKNOWN, ""}
        return self.categories if known else (stored, *self.categories)


USUAL: Final = Choices()


def lines(text: str, what: str) -> tuple[str, ...]:
    """One name a line. Raises Invalid with what to write."""
    found = [" ".join(line.split()) for line in text.replace("，", "\n").replace("、", "\n").split("\n")]
    names = [name for name in found if name]
    if long := next((name for name in names if len(name) > LONGEST[what]), ""):
        raise Invalid(why=f"「{long}」太长了，{what}最多 {LONGEST[what]} 个字。")
    if twice := next((name for name in names if names.count(name) > 1), ""):
        raise Invalid(why=f"「{twice}」写了两遍。")
    if bad := next(
        (name for name in names if not all(sign.isprintable() for sign in name) or set(name) & set("<>{}")), ""
    ):
        raise Invalid(why=f"「{bad}」里有不能用的符号。")
    if len(names) > MOST:
        raise Invalid(why=f"{what}最多 {MOST} 个。")
    return tuple(names)


def cost(field: str, text: str) -> int:
    """A figure of the page of costs as it was typed. Raises Invalid with what to write."""
    name, most = COSTS[field]
    given = unicodedata.normalize("NFKC", text).strip().replace(",", "")
    if not given.isascii() or not given.isdecimal() or int(given) > most:
        raise Invalid(why=f"「{name}」请写 0 到 {most} 之间的整数，只写数字。")
    return int(given)


def departments(text: str) -> tuple[str, ...]:
    """To whom a complaint can be given. Raises Invalid."""
    names = lines(text, "部门")
    if not names:
        raise Invalid(why="至少要有一个部门：处理方案上要写由谁负责。")
    return names


def categories(text: str) -> tuple[str, ...]:
    """Categories beside those of the rules. Raises Invalid."""
    names = lines(text, "类别")
    known = {*severity.CATEGORIES, severity.UNKNOWN}
    if there := next((name for name in names if name in known), ""):
        raise Invalid(why=f"「{there}」本来就有，不用再加。")
    return names


def festivals(chosen: frozenset[str]) -> frozenset[str]:
    """The festivals on which the machine greets. Raises Invalid."""
    offered = set(occasions.BY_ID) - occasions.BY_HAND
    if strange := chosen - offered:
        name = occasions.BY_ID[min(strange)].name if min(strange) in occasions.BY_ID else "这一天"
        raise Invalid(why=f"{name}机器人不问候，请同事当面说。")
    return chosen
