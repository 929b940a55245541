"""谁在说话: on a phone of two, and on a device of a room, the machine asks once who speaks; the words are kept meanwhile
(F3).

Whoever is meant never enters this talk: what was kept goes on as theirs (`services.talks.speaking`). Who is not told
stays the phone's, and a colleague comes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AskHuman, Effect, say
from conversations.engine import END, Flow, Step, finish, stay
from conversations.events import Click, Done, Message
from conversations.flows import talks

SPEAKER: Final = "speaker"
"""What begins the talk: no words do, since only the house knows which phones are common."""
CHANGE: Final = re.compile(r"^(?:换人|换个人|换一个人|换人说|换我说)[。.!！]*$")
_AROUND: Final = re.compile(r"^(?:我是|我叫|是|这是)|(?:在说话|在说|说话|啊|呀|呢)$")
_DIGITS: Final = {"一": "1", "二": "2", "三": "3", "四": "4", "五": "5", "六": "6", "两": "2"}
_BED: Final = re.compile(r"^第?([0-9A-Z]{1,3})(?:号|床|号床|床位)?$")


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    WHO = "who"


@dataclass(frozen=True, slots=True)
class Speaker:
    """The message that waits for its name; "" when nothing does."""

    kept: str = ""


@dataclass(frozen=True, slots=True)
class AskWho(Effect):
    """Who may speak here: Done.how is two or room, known the names of the two (of a room none), ref the message that is
    kept.
    """

    answers = True
    event: Message | Click


flow = Flow(SPEAKER, version=1, states=S, start=S.WHO, slots=Speaker, idle=timedelta(minutes=10))


@flow.enters(on=SPEAKER)
def begin(event: Message | Click) -> Step[Speaker]:
    """One question, whatever was said."""
    return stay(Speaker(), AskWho(event))


@flow.on_done(of=AskWho)
def asked(data: Speaker, event: Done) -> Step[Speaker]:
    """The names of a couple, since they are two and at home; in a room nobody's name is said."""
    kept = replace(data, kept=event.ref)
    if event.how == "two":
        return stay(kept, say("speaker.two", one=event.known[0], two=event.known[1]))
    return stay(kept, say("speaker.room"))


@flow.state(S.WHO, to=(END,))
def who(data: Speaker, _: Message) -> Step[Speaker]:
    """Other words than a name: asked once is enough, somebody comes."""
    return finish(data, AskHuman(SPEAKER))


@flow.silence
def silent(data: Speaker) -> Step[Speaker]:
    """Nobody said who it was: what was kept is a colleague's to answer."""
    return finish(data, AskHuman(SPEAKER)) if data.kept else finish(data, say("speaker.nobody"))


flow.on_done(of=AskHuman)(talks.promised)


def chosen(words: str, people: Sequence[tuple[str, str]], *, asked: bool) -> int | None:
    """Which of these (name, number) is meant by words that say nothing else; a number counts as an answer only."""
    body = re.sub(r"[\s，,。.!！?？、：:]", "", words).upper()
    for said in (body, _AROUND.sub("", body), _AROUND.sub("", _AROUND.sub("", body))):
        named = [place for place, (name, _) in enumerate(people) if name and said == name.upper()]
        if len(named) == 1:
            return named[0]
    bed = _BED.match("".join(_DIGITS.get(sign, sign) for sign in _AROUND.sub("", body))) if asked else None
    numbered = [place for place, (_, number) in enumerate(people) if bed and number.upper() == bed[1]]
    return numbered[0] if len(numbered) == 1 else None
