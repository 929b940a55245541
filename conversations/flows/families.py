"""绑定: a relative sends the one-time code of a printed sheet, names the tie, and waits until a colleague has made sure
(F13, F23).

Until then nobody learns anything about anyone: not the resident's name, not whether anybody of that name lives here.
"""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AskHuman, AskToBind, TryCode, say
from conversations.engine import END, Flow, Step, finish, goto, stay
from conversations.events import Click, Done, Followed, Message, Refused, Scanned, Text
from conversations.flows import talks
from conversations.routing import STAFF_BIND, Intent, Opening, of_words


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    CODE = "code"
    RELATION = "relation"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Binding:
    """The code that fitted and what was answered."""

    code: str = ""
    relation: str = ""
    tries: int = 0


TRIES: Final = 3
LONGEST: Final = 20
flow = Flow("binding", version=1, states=S, start=S.CODE, slots=Binding, idle=timedelta(minutes=15))


LEAST_CODE, LONGEST_CODE = 8, 60
"""Signs of an invitation code, and of one with what may stand around it."""
CODE_SIGNS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without the signs that are taken for each other on paper: 0 O, 1 I L."""
_CODE: Final = re.compile(rf"(?<![A-Z0-9])((?:[{CODE_SIGNS}][ -]?){{{LEAST_CODE - 1}}}[{CODE_SIGNS}])(?![A-Z0-9])")
"""The eight signs, also spelt with blanks, wherever they stand in a sentence (fault A18)."""
_ALONE: Final = re.compile(rf"^(?:绑定|绑定码|邀请码)?[\s:+]*[{CODE_SIGNS} -]+$")
_NAMED: Final = re.compile(r"码|绑定|邀请|单子")
_BIND: Final = re.compile(r"^(?:我要|我想|申请|家属)?绑定(?:家属|老人|亲人|一下)?[。.!！?？]*$")


def invitation_code(body: str) -> str | None:
    """The eight signs of a printed one-time code, with or without 绑定 before it; None for other words.

    A number alone is a phone.
    """
    if not LEAST_CODE <= len(body) <= LONGEST_CODE:
        return None
    words = unicodedata.normalize("NFKC", body).strip().rstrip("。.!").upper()
    match = _CODE.search(words) if _ALONE.match(words) or _NAMED.search(words) else None
    code = re.sub("[ -]", "", match[1]) if match else ""
    return code if code and not code.isdecimal() and any(sign.isdecimal() for sign in code) else None


SCENE: Final = "bind:"
"""The QR code of a sheet says this and the code: its scan does what sending the code does."""
OPENING: Final = Opening(
    Intent.BIND,
    lambda words: _BIND.match(words) or invitation_code(words),
    key="BIND",
    button="绑定",
    scene=SCENE,
)


@flow.enters(on=Intent.BIND)
def begin(event: Message | Click | Followed | Scanned) -> Step[Binding]:
    """The word 绑定, the code at once, or the QR code of the sheet; who follows by it is greeted first."""
    if isinstance(event, Followed | Scanned):
        code = invitation_code(event.scene.removeprefix(SCENE))
        hello = (say("binding.hello"),) if isinstance(event, Followed) else ()
        return stay(Binding(), *hello, TryCode(code)) if code else goto(S.CODE, Binding(), *hello)
    code = invitation_code(event.body) if isinstance(event, Text) else None
    return stay(Binding(), TryCode(code)) if code else goto(S.CODE, Binding())


@flow.state(S.CODE, to=(S.RELATION, END), ask="binding.code")
def code(data: Binding, event: Message) -> Step[Binding]:
    """Eight signs from the sheet; after three that do not fit a colleague helps."""
    given = invitation_code(event.body) if isinstance(event, Text) else None
    return stay(data, TryCode(given)) if given else again(data)


@flow.on_done(of=TryCode)
def fits(data: Binding, event: Done) -> Step[Binding]:
    """It fits: the next question, without a word about whom it is for."""
    return goto(S.RELATION, replace(data, code=event.ref))


@flow.on_refused(of=TryCode)
def does_not_fit(data: Binding, event: Refused) -> Step[Binding]:
    """Wrong, used and expired are one answer."""
    return finish(data, say("binding.already")) if event.why == "already" else again(data)


@flow.state(S.RELATION, to=(S.NAME, END), ask="binding.relation")
def relation(data: Binding, event: Message) -> Step[Binding]:
    """女儿, 儿子 …; in the person's own words."""
    words = short(event)
    return goto(S.NAME, replace(data, relation=words)) if words else stay(data, say("binding.relation_in_words"))


@flow.state(S.NAME, to=(END,), ask="binding.name")
def name(data: Binding, event: Message) -> Step[Binding]:
    """How the colleague who makes sure will call the person."""
    words = short(event)
    return (
        finish(data, AskToBind(data.code, data.relation, words)) if words else stay(data, say("binding.name_in_words"))
    )


@flow.on_done(of=AskToBind)
def asked(data: Binding, event: Done) -> Step[Binding]:
    """A colleague makes sure, under a clock."""
    return finish(data, say("binding.waits", by=event.due_at) if event.due_at else say("desk.overdue"))


@flow.on_refused(of=AskToBind)
def too_late(data: Binding, _: Refused) -> Step[Binding]:
    """The code was used meanwhile."""
    return finish(data, say("binding.does_not_fit"))


flow.on_done(of=AskHuman)(talks.promised)


@flow.claims
def takes(_: Binding, event: Message) -> bool:
    """Words belong to it; a complaint, a photo, a voice or the code of a colleague is a new matter."""
    return isinstance(event, Text) and of_words(event.body) not in {Intent.COMPLAINT, STAFF_BIND}


def again(data: Binding) -> Step[Binding]:
    """One more try, or a colleague."""
    tries = data.tries + 1
    if tries >= TRIES:
        return finish(data, AskHuman("binding"))
    return goto(S.CODE, replace(data, tries=tries), say("binding.does_not_fit"))


def short(event: Message) -> str:
    """A few words, or nothing; a number is none."""
    words = event.body.strip(" 。.!！") if isinstance(event, Text) else ""
    return words if len(words) <= LONGEST and any(sign.isalpha() for sign in words) else ""
