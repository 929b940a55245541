"""What the outside must offer; `bot.main` injects it, and each protocol has a Null sibling."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from care.errors import JiashuError


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

    `hold`: nothing of the account can go now, so the try does not count; `retry_after` is in seconds.
    """

    fate: Fate
    why: str
    code: str = ""
    retry_after: float = 0.0
    hold: bool = False
    window_closed: bool = False
    quota_used_up: bool = False
    unfollowed: bool = False
    alert: bool = False


class Platform(Protocol):
    """The outbound side of WeChat."""

    async def send_text(self, openid: str, text: str) -> Outcome:
        """Send a customer-service message; never raises for what the platform says."""

    async def send_voice(self, openid: str, sound: bytes) -> Outcome:
        """Send a sound (MP3, at most 60 s and 2 MB); never raises for what the platform says."""

    async def fetch_media(self, media_id: str) -> bytes:
        """The bytes of a photo or voice. Raises MediaGone or MediaLater."""


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
