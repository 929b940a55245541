"""同事的微信: 接班, 我的任务, 记一笔, as words and as menu; every other line is a note about whom it names (F39).

Nothing of it runs into the talks of families, and each step asks anew whether she works here. What cannot be told
apart is asked back; nothing is guessed.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import ClassVar, Final

from conversations.effects import AskHuman, Effect, Quiet, say
from conversations.engine import END, Flow, Step, finish, goto, stay
from conversations.events import Click, Done, Followed, Image, Message, Scanned, Text, Video, Voice
from conversations.routing import COLLEAGUE, Intent, Opening, of_words


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    READY = "ready"
    WHO = "who"
    WRITE = "write"


@dataclass(frozen=True, slots=True)
class Hers:
    """The numbers of the list that she saw last; the line of which nobody knows yet whom it is about; what 撤回 takes
    back.
    """

    shown: tuple[str, ...] = ()
    words: str = ""
    kind: str = ""
    inbox: str = ""
    people: tuple[str, ...] = ()
    last: str = ""


@dataclass(frozen=True, slots=True)
class ShowShift(Effect):
    """Who is there, what is open, who needs a look: Done.ref is the text."""

    answers: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ShowTasks(Effect):
    """Her tasks, numbered: Done.ref the lines, known their ids."""

    answers: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ActOnTask(Effect):
    """done, take or undo a task: Done.how is what became of it (`gone` when somebody was first), ref what it is."""

    answers: ClassVar[bool] = True
    act: str
    task: str


@dataclass(frozen=True, slots=True)
class KeepNote(Effect):
    """Write a line about whom `who` names (or the resident of this id): Done.how is `offered` or `inside` with ref who
    and known its id; `which` with the lines and ids of several; `nobody`; `lead` for words that only the lead reads.
    """

    answers: ClassVar[bool] = True
    words: str
    kind: str
    inbox: str
    who: str
    resident: str = ""


@dataclass(frozen=True, slots=True)
class TakeBackNote(Effect):
    """撤回: Done.how is `back`, or `used` when a letter has it."""

    answers: ClassVar[bool] = True
    note: str


OPENINGS: Final = (
    Opening(COLLEAGUE, key="SHIFT", button="接班"),
    Opening(COLLEAGUE, key="TASKS", button="我的任务"),
    Opening(COLLEAGUE, key="NOTE", button="记一笔"),
)
SHUT: Final = {
    "stranger": "colleague.stranger",
    "ended": "colleague.ended",
    "pledge": "colleague.pledge",
    "roles": "colleague.roles",
}
"""Why she may do nothing here, and what is said."""
COMMANDS: Final = {
    "SHIFT": re.compile(r"^(?:我?(?:来)?接班|交班|交接班|班上)(?:了)?[。.!！?？]*$"),
    "TASKS": re.compile(r"^(?:我的)?任务(?:呢|清单)?[。.!！?？]*$"),
    "NOTE": re.compile(r"^(?:记一笔|记一下|写一笔)[。.!！?？:：]*$"),
    "HELLO": re.compile(r"^(?:你好|您好|在吗|在不在|帮助|菜单|怎么用)[呀啊吗。.!！?？]*$"),
    "BACK": re.compile(r"^(?:撤回|写错了|点错了|记错了)[。.!！?？]*$"),
}
_DONE: Final = re.compile(
    r"^(?:第)?(\d{1,2})(?:件|号)?[\s,，、.]*(?:好了?|做好了?|完成了?|做完了?|办好了?|弄好了?|OK|ok|行了)[。.!！]*$"
)
_TAKE: Final = re.compile(r"^(?:第)?(\d{1,2})(?:件|号)?[\s,，、.]*(?:我来|我接|接了?|我去)[。.!！]*$")
_NUMBER: Final = re.compile(r"^(\d{1,2})[。.号]?$")
LONGEST: Final = 300
KINDS: Final = {Image: "image", Voice: "voice", Video: "video"}
flow = Flow("colleague", version=1, states=S, start=S.READY, slots=Hers, idle=timedelta(hours=1))


@flow.enters(on=COLLEAGUE)
def begin(event: Message | Click | Followed | Scanned) -> Step[Hers]:
    """Whatever she says first."""
    return hear(Hers(), event)


@flow.state(S.READY, to=(S.WHO, S.WRITE, END))
def ready(data: Hers, event: Message) -> Step[Hers]:
    """A word of command, a number of the list, or a note."""
    return hear(data, event)


@flow.state(S.WRITE, to=(S.READY, S.WHO, END), ask="colleague.write")
def write(data: Hers, event: Message) -> Step[Hers]:
    """The line itself."""
    return hear(data, event)


@flow.state(S.WHO, to=(S.READY, S.WRITE, END))
def who(data: Hers, event: Message) -> Step[Hers]:
    """Which of them it is, by number, room or name; a command or another line begins anew."""
    words = event.body.strip() if isinstance(event, Text) else ""
    number = _NUMBER.match(words)
    if number and data.people:
        place = int(number[1])
        if not 0 < place <= len(data.people):
            return stay(data, say("colleague.which_number", most=str(len(data.people))))
        return stay(data, KeepNote(data.words, data.kind, data.inbox, "", data.people[place - 1]))
    if not words or any(command.match(words) for command in COMMANDS.values()):
        told = () if data.kind in {"image", "voice", "video"} and not words else (say("colleague.not_kept"),)
        begun = hear(without(data), event)
        return Step(begun.data, begun.to or S.READY, (*told, *begun.effects))
    return stay(data, KeepNote(data.words, data.kind, data.inbox, words))


def hear(data: Hers, event: Message | Click | Followed | Scanned) -> Step[Hers]:
    """What one message of hers asks for."""
    match event:
        case Click(key):
            return command(data, key)
        case Text(body):
            return said(data, body.strip())
        case Image() | Video():
            return goto(S.READY, data, KeepNote("", KINDS[type(event)], "now", ""))
        case Voice(heard=heard):
            return goto(S.READY, data, KeepNote(heard.strip()[:LONGEST], "voice", "now", heard))
        case Followed() | Scanned():
            return goto(S.READY, data, say("colleague.hello"))
        case _:
            return goto(S.READY, data, say("colleague.cannot"))


def said(data: Hers, words: str) -> Step[Hers]:
    """Words of hers."""
    for key, pattern in COMMANDS.items():
        if pattern.match(words):
            return command(data, key)
    for act, pattern in (("done", _DONE), ("take", _TAKE)):
        number = pattern.match(words)
        if number:
            place = int(number[1])
            if not 0 < place <= len(data.shown):
                return goto(S.READY, data, say("colleague.which_task"), ShowTasks())
            return goto(S.READY, data, ActOnTask(act, data.shown[place - 1]))
    if of_words(words) in {Intent.THANKS, Intent.CLOSING}:
        return goto(S.READY, data, Quiet("a nod to the machine"))
    if len(words) > LONGEST:
        return goto(S.READY, data, say("colleague.too_long", length=str(len(words))))
    return goto(S.READY, data, KeepNote(words, "words", "", words))


def command(data: Hers, key: str) -> Step[Hers]:
    """接班, 我的任务, 记一笔, 撤回."""
    if key == "SHIFT":
        return goto(S.READY, data, ShowShift())
    if key == "TASKS":
        return goto(S.READY, data, ShowTasks())
    if key == "NOTE":
        return goto(S.WRITE, data)
    if key == "BACK" and data.last:
        kind, _, number = data.last.partition(":")
        return goto(S.READY, data, ActOnTask("undo", number) if kind == "task" else TakeBackNote(number))
    return goto(S.READY, data, say("colleague.nothing_to_take_back" if key == "BACK" else "colleague.hello"))


def without(data: Hers) -> Hers:
    """No line waits to be told about whom."""
    return replace(data, words="", kind="", inbox="", people=())


def shut(data: Hers, event: Done) -> Step[Hers] | None:
    """She may do nothing here: why, and the talk ends."""
    return finish(without(data), say(SHUT[event.how])) if event.how in SHUT else None


@flow.on_done(of=ShowShift)
def shift(data: Hers, event: Done) -> Step[Hers]:
    """The text of the shift."""
    return shut(data, event) or stay(data, say("colleague.told", text=event.ref))


@flow.on_done(of=ShowTasks)
def tasks(data: Hers, event: Done) -> Step[Hers]:
    """The list, whose numbers she may answer."""
    shown = replace(data, shown=event.known)
    if not event.known:
        return shut(data, event) or stay(shown, say("colleague.no_tasks"))
    return stay(shown, say("colleague.tasks", lines=event.ref))


@flow.on_done(of=ActOnTask)
def acted(data: Hers, event: Done) -> Step[Hers]:
    """Done, taken, or somebody was first."""
    closed = shut(data, event)
    if closed:
        return closed
    if event.how == "done":
        return stay(replace(data, last="task:" + "".join(event.known[:1])), say("colleague.done", what=event.ref))
    if event.how == "taken":
        return stay(data, say("colleague.taken", what=event.ref))
    if event.how == "undone":
        return stay(replace(data, last=""), say("colleague.undone", what=event.ref))
    return stay(data, say("colleague.refused", why=event.ref))


@flow.on_done(of=KeepNote)
def kept(data: Hers, event: Done) -> Step[Hers]:
    """Kept; or asked back whom it is about."""
    closed = shut(data, event)
    if closed:
        return closed
    if event.how == "lead":
        return goto(S.READY, without(data), say("colleague.for_the_lead"))
    if event.how in {"which", "nobody"}:
        words, kind, inbox = (*event.known[:3], "", "", "")[:3]
        asked = replace(data, words=words, kind=kind, inbox=inbox, people=event.known[3:])
        if event.how == "which":
            return goto(S.WHO, asked, say("colleague.which", lines=event.ref))
        return goto(S.WHO, asked, say("colleague.nobody"))
    done = replace(without(data), last="note:" + "".join(event.known[:1]))
    return goto(
        S.READY, done, say("colleague.kept" if event.how == "offered" else "colleague.kept_inside", who=event.ref)
    )


@flow.on_done(of=TakeBackNote)
def taken_back(data: Hers, event: Done) -> Step[Hers]:
    """It is gone, or a letter has it already."""
    words = "colleague.taken_back" if event.how == "back" else "colleague.in_the_letter"
    return shut(data, event) or stay(replace(data, last=""), say(words))


@flow.on_done(of=AskHuman)
def human(data: Hers, _: Done) -> Step[Hers]:
    """人工 said by a colleague: she is one."""
    return finish(data, say("colleague.hello"))


@flow.silence
def silent(data: Hers) -> Step[Hers]:
    """The list is old; a line that waits for its name is told of."""
    return finish(data, say("colleague.not_kept") if data.kind else Quiet("the numbers of an old list"))
