"""同事: a colleague sends the one-time code of her account from her own WeChat, or scans it (F39).

The code has nine signs, those of families eight: neither is ever taken for the other.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Final

from conversations.effects import AskHuman, Effect, say
from conversations.engine import END, Flow, Step, finish
from conversations.events import Done, Followed, Message, Refused, Scanned, Text
from conversations.flows.families import CODE_SIGNS
from conversations.routing import STAFF_BIND, Opening

SCENE: Final = "staff:"
"""The QR code beside the nine signs says this and the code."""
SIGNS: Final = 9
_CODE: Final = re.compile(rf"^(?:我是)?(?:同事|员工)?(?:绑定)?[\s:+]*((?:[{CODE_SIGNS}][\s-]?){{{SIGNS}}})$")
_DIGIT: Final = re.compile(r"\d")
"""A code has one at least, what families write seldom has."""


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    ONCE = "once"


@dataclass(frozen=True, slots=True)
class Nothing:
    """Nothing has to be remembered."""


@dataclass(frozen=True, slots=True)
class BindColleague(Effect):
    """The phone is hers from now on: Done.ref is her name; Refused `wrong`, or `known` for a phone that is bound."""

    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True
    code: str


def staff_code(body: str) -> str | None:
    """The nine signs of a colleague's code, with or without 同事 before them; None for other words."""
    if not (SIGNS <= len(body) <= 3 * SIGNS and _DIGIT.search(body)):
        return None
    match = _CODE.match(unicodedata.normalize("NFKC", body).strip().rstrip("。.!").upper())
    code = "".join(sign for sign in match[1] if sign.isalnum()) if match else ""
    return code if any(map(str.isdecimal, code)) and any(map(str.isalpha, code)) else None


OPENING: Final = Opening(STAFF_BIND, staff_code, scene=SCENE)
flow = Flow(STAFF_BIND, version=1, states=S, start=S.ONCE, slots=Nothing, idle=timedelta(minutes=15))


@flow.enters(on=STAFF_BIND)
def begin(event: Message | Followed | Scanned) -> Step[Nothing]:
    """The code, typed or scanned."""
    told = event.scene.removeprefix(SCENE) if isinstance(event, Followed | Scanned) else ""
    code = staff_code(event.body if isinstance(event, Text) else told)
    return finish(Nothing(), BindColleague(code) if code else say("staff.does_not_fit"))


@flow.on_done(of=BindColleague)
def bound(data: Nothing, event: Done) -> Step[Nothing]:
    """What she can do here."""
    return finish(data, say("staff.bound", name=event.ref))


@flow.on_refused(of=BindColleague)
def not_bound(data: Nothing, event: Refused) -> Step[Nothing]:
    """Wrong, used and expired are one answer."""
    return finish(data, say("staff.known_phone" if event.why == "known" else "staff.does_not_fit"))


@flow.state(S.ONCE, to=(END,))
def once(data: Nothing, _: Message) -> Step[Nothing]:
    """Never waited in."""
    return finish(data, AskHuman("unanswered"))
