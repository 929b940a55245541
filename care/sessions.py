"""How log-ins and colleagues' WeChats end; the values are stored."""

from enum import StrEnum


class SessionEnd(StrEnum):
    """How the session of a colleague ended."""

    OUT = "out"
    ENDED = "ended"
    PUT_OUT = "put_out"
    IDLE = "idle"
    CHANGED = "password"
    """The password was changed."""
    SWITCHED = "switched"


class WechatEnd(StrEnum):
    """Why a colleague's code or WeChat is worth nothing any more."""

    NEWER = "newer"
    UNBOUND = "unbound"
    PUT_OUT = "put_out"
    RESTORED = "restored"
