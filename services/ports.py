"""What the outside must offer; `bot.main` injects it, and each protocol has a Null sibling."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from care.errors import JiashuError
from care.group_posts import PostEnd
from care.states import CallOutcome, SmsKind, SmsState


class Fate(StrEnum):
    """What became of one send."""

    SENT = "sent"
    RETRY = "retry"
    PARKED = "parked"
    UNKNOWN = "unknown"
    REVIEW = "review"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fate of a send, the platform's code, a sentence in Chinese for the staff, and what follows.

    `account_waits`: nothing of the account can go now, so the try does not count; `retry_after` is in seconds.
    """

    fate: Fate
    why: str
    code: str = ""
    retry_after: float = 0.0
    account_waits: bool = False
    window_closed: bool = False
    quota_used_up: bool = False
    unfollowed: bool = False
    alert: bool = False
    ref: str = ""
    """The platform's own number of the message, where it gives one."""


@dataclass(frozen=True, slots=True)
class Card:
    """A template message: which template, what goes into its fields, the page behind it, and our number of it."""

    template_id: str
    data: Mapping[str, str]
    url: str
    own: str


class Platform(Protocol):
    """The outbound side of WeChat."""

    async def send_text(self, openid: str, text: str) -> Outcome:
        """Send a customer-service message; never raises for what the platform says."""

    async def send_template(self, openid: str, card: Card) -> Outcome:
        """Send a template message; the same `own` within ten minutes is one message. Never raises for what the
        platform says; that it took it is not that it arrived, which an event tells later.
        """

    async def send_mass(self, openids: Sequence[str], text: str, own: str) -> Outcome:
        """Send the same text to 2 … 10,000 phones; the same `own` within 24 hours is one mass send. Never raises for
        what the platform says; how many it reached an event tells later.
        """

    async def send_voice(self, openid: str, sound: bytes) -> Outcome:
        """Send a sound (MP3, at most 60 s and 2 MB); never raises for what the platform says."""

    async def fetch_media(self, media_id: str) -> bytes:
        """The bytes of a photo or voice. Raises MediaGone or MediaLater."""


@dataclass(frozen=True, slots=True)
class Placed:
    """What the telephone company said to a call: it rings where `outcome` is None, else why it does not."""

    ref: str = ""
    """The company's own number of the call."""
    outcome: CallOutcome | None = None
    code: str = ""
    why: str = ""
    """In Chinese, for the staff."""


class OfAnother(Exception):
    """A call that another process made, or this one before its restart: the company shall tell it again, elsewhere."""


@dataclass(frozen=True, slots=True)
class CallReport:
    """What the telephone company tells of a call afterwards. `outcome` is None while it goes on."""

    own: str
    """Our number of the call, as it was given to `call`."""
    ref: str
    ringing: bool = False
    outcome: CallOutcome | None = None
    code: str = ""


class CallText(StrEnum):
    """Which of the texts that the company has approved is spoken: an alarm, the test of a shift, a grave complaint."""

    ALARM = "alarm"
    CHECK = "check"
    COMPLAINT = "complaint"


class Telephone(Protocol):
    """Calls that ring a colleague's phone and ask for a key: 1 我去, 2 去不了."""

    @property
    def connected(self) -> bool:
        """Whether there is a company at all."""

    async def call(self, number: str, text: CallText, words: Mapping[str, str], own: str) -> Placed:
        """Ring a number once; `words` fill the blanks of the text. Never raises for what the company says, and takes
        at most five seconds. What becomes of the call comes as reports.
        """


class NoTelephone:
    """No telephone company: nobody is rung, and it says so."""

    connected = False

    async def call(self, number: str, text: CallText, words: Mapping[str, str], own: str) -> Placed:
        """Refuse."""
        del number, text, words, own
        return Placed(outcome=CallOutcome.REFUSED, why="没有接电话线路")


@dataclass(frozen=True, slots=True)
class Posted:
    """What the company of a group's robot said. `again`: in so many seconds it may be asked once more."""

    outcome: PostEnd
    code: str = ""
    why: str = ""
    """In Chinese, for the staff."""
    again: float = 0.0


class Robot(Protocol):
    """Posts into the colleagues' group chat. Nobody counts as reached by it (anchors-reach 1)."""

    @property
    def connected(self) -> bool:
        """Whether there is a group at all."""

    async def post(self, text: str) -> Posted:
        """Post once. Never raises for what the company says, and takes at most five seconds."""


class NoRobot:
    """No group: nothing is posted, and it says so."""

    connected = False

    async def post(self, text: str) -> Posted:
        """Refuse."""
        del text
        return Posted(PostEnd.REFUSED, why="没有接群机器人")


@dataclass(frozen=True, slots=True)
class Texted:
    """What the company said to an SMS: `state` is HANDED, FAILED, UNKNOWN, or ORDERED where it was not heard and may be
    asked again.
    """

    state: SmsState
    ref: str = ""
    """The company's own number of it."""
    code: str = ""
    why: str = ""
    """In Chinese, for the staff."""
    account: bool = False
    """Whether it refuses whatever the account asks for."""


@dataclass(frozen=True, slots=True)
class SmsReport:
    """What the company tells of an SMS afterwards. `parts`: how many it charges."""

    own: str
    delivered: bool
    code: str = ""
    parts: int | None = None


@dataclass(frozen=True, slots=True)
class SmsReply:
    """What somebody answered to an SMS of ours."""

    number: str
    text: str


class Texter(Protocol):
    """SMS to relatives' mobiles."""

    @property
    def connected(self) -> bool:
        """Whether there is a company at all."""

    async def send(self, number: str, kind: SmsKind, words: Mapping[str, str], own: str) -> Texted:
        """Send one, once; `words` fill the blanks of the approved text. Never raises for what the company says, and
        takes at most five seconds. Whether it arrived comes as a report.
        """


class NoTexter:
    """No company for SMS: nothing is sent, and it says so."""

    connected = False

    async def send(self, number: str, kind: SmsKind, words: Mapping[str, str], own: str) -> Texted:
        """Refuse."""
        del number, kind, words, own
        return Texted(SmsState.FAILED, why="没有接短信")


class PlatformRefused(JiashuError):
    """公众平台没有照办：{why}（代码 {code}）{text}"""

    status = 502


class NoAccount(PlatformRefused):
    """还没有接公众号。先到「开始使用」里填好公众号，再来一次。"""

    status = 409

    def __init__(self) -> None:
        super().__init__(why="", code="", text="")


class AccountDesk(Protocol):
    """The rare calls of the account, which a colleague waits for: menu, tags, QR codes.

    Each raises PlatformRefused with what the platform said, in the words of the error table.
    """

    async def token(self) -> None:
        """Make sure that the platform gives us a token; `code` of the error says what is wrong."""

    async def menu(self) -> dict[str, Any]:
        """The menu in force, whoever made it, as the platform tells it (`selfmenu_info`); empty when there is none."""

    async def put_menu(self, buttons: list[dict[str, Any]]) -> None:
        """Put this menu in the place of the one for everybody; menus for tags stay."""

    async def put_menu_for(self, tag: int, buttons: list[dict[str, Any]]) -> str:
        """Add a menu for who has the tag; its id."""

    async def remove_menus(self) -> None:
        """Take away every menu, those for tags as well."""

    async def tag(self, name: str) -> int:
        """The id of the tag of this name, made when there is none."""

    async def mark(self, openid: str, tag: int) -> None:
        """Give somebody a tag: their menu follows."""

    async def unmark(self, openid: str, tag: int) -> None:
        """Take a tag away from somebody."""

    async def templates(self) -> list[dict[str, str]]:
        """The templates of the account: `template_id`, `title`, `content`."""

    async def qr(self, scene: str, seconds: int) -> str:
        """What a temporary QR code holds (draw it), good for so many seconds, at most 30 days; who scans it sends a
        scan or a follow with the scene (at most 64 signs).
        """


class MediaGone(Exception):
    """平台已经不保存这份文件了。"""


class MediaLater(Exception):
    """暂时取不到，稍后再试。"""


class NotIdentified(JiashuError):
    """没能确认您是谁。请在微信里，从公众号的菜单再点一次「今天的家书」。"""

    status = 403


class CodeUsed(NotIdentified):
    """这次登录已经用过，或者放得太久了。请在微信里，从公众号的菜单再点一次「今天的家书」。"""


class NullPlatform:
    """No platform: nothing can be sent, and it says so."""

    async def send_text(self, openid: str, text: str) -> Outcome:
        """Park."""
        del openid, text
        return Outcome(Fate.PARKED, "没有连接微信")

    async def send_template(self, openid: str, card: Card) -> Outcome:
        """Park."""
        del openid, card
        return Outcome(Fate.PARKED, "没有连接微信")

    async def send_mass(self, openids: Sequence[str], text: str, own: str) -> Outcome:
        """Park."""
        del openids, text, own
        return Outcome(Fate.PARKED, "没有连接微信")

    async def send_voice(self, openid: str, sound: bytes) -> Outcome:
        """Park."""
        del openid, sound
        return Outcome(Fate.PARKED, "没有连接微信")

    async def fetch_media(self, media_id: str) -> bytes:
        """Nothing is there."""
        del media_id
        raise MediaLater


Identify = Callable[[str], Awaitable[str]]
"""The openid behind a one-time code of the platform's web login. Raises NotIdentified; CodeUsed for an old code."""
Decode = Callable[[bytes], Awaitable[bytes]]
"""Turns a voice file into MP3 that a browser plays. Raises ValueError when it is no sound."""


async def null_decode(_: bytes) -> bytes:
    """No decoder is installed."""
    message = "no decoder"
    raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: `bad` does not work, `look` is worth a look."""

    mark: str
    what: str
    words: str


Doctor = Callable[[], Awaitable[list[Finding]]]
"""Looks at everything that `jiashu doctor` looks at."""

Backup = Callable[[], Awaitable[str]]
"""Makes a backup as `jiashu backup` does; its name. Raises JiashuError, OSError."""
