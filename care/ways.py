"""By which way words leave, decided anew at the moment at which they may: what is tried first, what comes next, and who
does it by hand where no way is left (anchors-reach 4). The decision is a value, and says why.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from care import quiet_hours
from care.quiet_hours import Quiet


class Way(StrEnum):
    """How something reaches a person. The words are stored."""

    CUSTOM = "custom"
    """A customer-service message: only within 48 h of their own last message, and only a few of them."""
    TEMPLATE = "template"
    """A template message: typed fields, the words behind a page."""
    MASS = "mass"
    """A mass send: the same words to many, four times a month at most."""
    SMS = "sms"
    """An SMS with an address behind which the words stand; they leave by WeChat if the person writes meanwhile."""
    PARK = "park"
    """Waits until the person writes again."""
    HAND = "hand"
    """A colleague telephones, or prints."""
    NONE = "none"
    """Not at all: it was true only then, and can be read in the menu."""


class Last(StrEnum):
    """What a purpose falls back on when no way is open. The words are stored."""

    NONE = "none"
    PHONE = "phone"
    PRINT = "print"


class Window(StrEnum):
    """Whether the platform takes a customer-service message now."""

    OPEN = "open"
    CLOSED = "closed"
    USED_UP = "used_up"
    NOT_FOR_THIS = "not_for_this"
    """A message of its own is not sent for this reason, whatever the platform would take."""


NOT_FOR_THIS: Final = "活动和优惠只用群发"
WINDOW_CLOSED: Final = "超过 48 小时没来信，微信不让发"
USED_UP: Final = "这次来信后能发的条数用完了"
UNFOLLOWED: Final = "对方取消了关注"
CUT: Final = "公众号停发中"
NAMES: Final = {Way.CUSTOM: "客服消息", Way.TEMPLATE: "模板消息", Way.MASS: "群发", Way.SMS: "短信"}
_SHUT: Final = {Window.CLOSED: WINDOW_CLOSED, Window.USED_UP: USED_UP, Window.NOT_FOR_THIS: NOT_FOR_THIS}


@dataclass(frozen=True, slots=True)
class Terms:
    """What of the home decides how things leave: when it is silent, its telephone for a template that has a field for
    it, and whether nothing may leave by WeChat at all (F17).
    """

    quiet: Quiet = quiet_hours.USUAL
    phone: str = ""
    cut: bool = False
    page: bool = True
    """Whether families can open pages: without them a card has no words behind it."""
    sms: int | None = None
    """How many SMS a month at most; None without a company."""


USUAL: Final = Terms()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of a message and its person at this moment. `template`: "" where one would go, else why none does;
    None for a purpose that never goes by one; the same of `mass` and `sms`. `cut`: nothing may leave by WeChat (F17).
    """

    window: Window
    template: str | None = None
    mass: str | None = None
    sms: str | None = None
    following: bool = True
    parks: bool = True
    last: Last = Last.NONE
    cut: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The way, and each way that was passed over with its reason, in their order."""

    way: Way
    passed: tuple[tuple[Way, str], ...] = ()

    @property
    def why(self) -> str:
        """One sentence of what was passed over; "" where the first way was taken."""
        return "；".join(f"{NAMES[way]}不行：{reason}" for way, reason in self.passed)


def decide(facts: Facts) -> Decision:
    """The first way that is open."""
    passed: list[tuple[Way, str]] = []
    shut = CUT if facts.cut else "" if facts.following else UNFOLLOWED
    custom = shut or _SHUT.get(facts.window, "")
    if not custom:
        return Decision(Way.CUSTOM)
    passed.append((Way.CUSTOM, custom))
    if facts.template is not None:
        template = shut or facts.template
        if not template:
            return Decision(Way.TEMPLATE, tuple(passed))
        passed.append((Way.TEMPLATE, template))
    if facts.mass is not None:
        mass = shut or facts.mass
        if not mass:
            return Decision(Way.MASS, tuple(passed))
        passed.append((Way.MASS, mass))
    if facts.sms is not None:
        if not facts.sms:
            return Decision(Way.SMS, tuple(passed))
        passed.append((Way.SMS, facts.sms))
    if facts.parks and (facts.following or facts.cut):
        return Decision(Way.PARK, tuple(passed))
    return Decision(Way.NONE if facts.last is Last.NONE else Way.HAND, tuple(passed))
