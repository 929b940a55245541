"""投诉: the story first, in any form; what is missing is asked afterwards, once, each skippable (C1, C2, practice F9).

The first word opens the case and starts the clock. Silence, 取消, 返回 or 不投诉了 ends the asking, never the case (A18).
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import (
    AddToComplaint,
    AskHuman,
    Effect,
    NoteOnComplaint,
    OpenComplaint,
    ShowProgress,
    Withdraw,
    say,
)
from conversations.engine import END, Flow, Step, finish, goto, stay
from conversations.events import Click, Done, Message, Other, Reply, Skipped, Text
from conversations.routing import Intent, Opening, of_words


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    STORY = "story"
    ABOUT = "about"
    WHEN = "when"
    NAME = "name"
    CALL = "call"


KNOWN = "（按登记）"
ELDER = "elder"
"""Among what is known: that who complains lives in the house, and somebody comes to hear the rest."""
HUSHED = "hushed"
"""Among what is known: that she accused somebody, who may stand beside the phone (F5)."""
ENOUGH = frozenset({"好了", "跳过", "不想说", "说完了", "没有了", "就这些", "没了", "完了", "讲完了"})


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the talk needs to go on; the story itself is in the case."""

    case: str | None = None
    about: str | None = None
    when: str | None = None
    name: str | None = None
    phone: str | None = None
    told: int = 0
    """How many messages of the story were kept."""
    demands: int = 0
    """How often somebody asked for an answer meanwhile."""
    outside: bool = False
    """Whether the last of them spoke of somebody outside of the house, for the first time."""
    rights: bool = False
    """Whether it was said that this is their right."""


flow = Flow("complaint", version=1, states=S, start=S.STORY, slots=Complaint, idle=timedelta(minutes=15))


FIELDS = {S.ABOUT: "about", S.WHEN: "occurred", S.NAME: "name", S.CALL: "contact"}


@flow.claims
def belongs(_: "Complaint", event: Message) -> bool:
    """Everything that is said belongs to the story, but the question how far it is (C15), and the word 问卷 alone
    (C-6).
    """
    return not (isinstance(event, Text) and of_words(event.body) in {Intent.PROGRESS, Intent.SURVEY, Intent.WITHDRAW})


_WITHDRAWS: Final = re.compile(
    r"^(?:算了|好了|行了|那)?[，,\s]*(?:那?我们?)?(?:就|也)?(?:不(?:想|要|用|打算)?(?:再|来)?(?:投诉|举报|追究)(?:你们)?了|不告(?:你们)?了|"
    r"(?:要|想|申请)?(?:撤诉|撤(?:销|回|掉|了)?(?:我的?|这个|那个|这件)?投诉|取消(?:我的?|这个|那个|这件)?投诉)|"
    r"(?:把)?(?:我的?|这个|那个|这件)?投诉(?:取消|撤销|撤回|撤掉|撤)(?:了|掉)?)(?:吧|了)?"
    r"(?:[，,\s]*(?:算了|就这样|谢谢(?:你们)?|没事了))?(?:吧|了)?[。.!！~]*$"
)
_OUTSIDE: Final = re.compile(
    r"(?<!\d)1234[56](?!\d)|曝光|媒体|记者|起诉|告你们|律师|法院|法庭|信访|消协|民政局|卫健委|报警(?!铃|器|按)|"
    r"(?:发|曝|上|放|传).{0,4}(?:网|抖音|小红书|微博|群)|(?:抖音|小红书|微博).{0,4}[发曝上]"
)
_DEMANDS: Final = re.compile(
    rf"投[诉述訴]|举报|说法|交代|答复|道歉|赔偿|退费|退钱|到底|有没有人管|谁(?:当班|值班|负责|管)|监控|"
    rf"院长|领导|主管|负责人|今[天晚].{{0,6}}[给必就要]|现在就|马上|立刻|套话|复制粘贴|机器人|{_OUTSIDE.pattern}"
)
"""Who says so while the story is told hears once more that it is registered, and until when."""
NOTED: Final = ("complaint.noted", "complaint.noted_too", "complaint.noted_all")
"""What is said to each message of the story, in turn: one sentence three times sounds deaf."""
DEMANDED: Final = ("complaint.demand_by", "complaint.demand_too", "complaint.demand_still")
"""The same for who asks for an answer while the story is told."""
_OUTBURST: Final = re.compile(
    r"(?=.*(?:你们|您们|到底|究竟|真是|真的|太|受够|忍无可忍|搞什么|干什么吃|有没有人管|还有没有人管|不像话|离谱|无语|[!！]))"
    r"^[，,\s]*(?:(?:我说|喂|哎|请问|你们?|您们?|这|这个|这是|到底|究竟|都|真的?|真是|太|是)[，,\s]*)*+"
    r"(?:怎么(?:回事|搞的|弄的|办事的|做事的|管的|当的)|怎么一回事|搞什么(?:名堂|鬼)?|干什么吃的|干什么吃|什么态度|什么意思|有没有人管|还有没有人管|气死我?|气人|过分|"
    r"服了(?:你们)?|够了|受够了|无语|离谱|不像话|欺负人|欺人太甚|忍无可忍)(?:了|啊|呀|呢|吧|吗|嘛)*[\s，,。.!！?？~…]*$"
)
"""Anger that does not say yet what it is about."""
SHORT: Final = 24
"""Signs of such a message, at most."""
LEAVES: Final = frozenset({"没事了", "没事儿了", "没事", "算了", "算了吧", "不说了"})
"""Said while the story is told: nothing more is asked."""


def withdraws(words: str) -> bool:
    """Whether somebody says that they complain no more, and nothing else; 不撤诉 and 别逼我撤诉 are none of it."""
    return _WITHDRAWS.match(words) is not None


def leaves(words: str) -> bool:
    """Whether somebody who tells their story wants to be asked no more."""
    return words.strip(" 。.!！") in LEAVES or withdraws(words.strip())


def is_outburst(words: str) -> bool:
    """Whether somebody is angry, and says nothing else."""
    return len(words) <= SHORT and _OUTBURST.match(words) is not None


OPENINGS: Final = (
    Opening(Intent.COMPLAINT, is_outburst, key="COMPLAINT", button="投诉"),
    Opening(Intent.WITHDRAW, withdraws),
)


def first(event: Message | Reply) -> int:
    """How much of the story the first message tells: nothing, where it is anger alone."""
    return 0 if isinstance(event, Text) and is_outburst(event.body) else 1


@flow.enters(on=Intent.COMPLAINT)
def begin(event: Message | Click) -> Step[Complaint]:
    """The message that contains the complaint is its first record; a tap on the menu has no words yet."""
    if isinstance(event, Click):
        return goto(S.STORY, Complaint(), say("complaint.tell_us"))
    return goto(S.STORY, Complaint(told=first(event)), OpenComplaint(event))


@flow.enters(on=Intent.WITHDRAW)
def withdraw(event: Message) -> Step[Complaint]:
    """A case is closed with its author by a colleague, never by the machine (C12)."""
    return finish(Complaint(), Withdraw(event))


@flow.on_done(of=Withdraw)
def stands(data: Complaint, event: Done) -> Step[Complaint]:
    """The words are in the case; without one there is nothing to take back."""
    if event.how == "none":
        return finish(data, say("complaint.nothing_open"))
    return finish(data, say("complaint.stands", number=event.ref))


@flow.on_done(of=OpenComplaint)
def opened(data: Complaint, event: Done) -> Step[Complaint]:
    """The number goes back at once; a story that belongs to an open case joins it. An elder is asked nothing here: what
    she says next is heard for itself, and belongs to the case where nothing else takes it.
    """
    data = replace(data, case=event.ref)
    for state, slot in ((S.ABOUT, "about"), (S.WHEN, "when"), (S.NAME, "name"), (S.CALL, "phone")):
        if slot in event.known:
            data = with_answer(data, state, KNOWN)
    if HUSHED in event.known:
        return finish(data, say("alarm.noted"))
    ends = finish if ELDER in event.known else stay
    if event.how == "overdue":
        return ends(data, say("complaint.joined_late", number=event.ref))
    key = "complaint.joined" if event.how == "joined" else "complaint.sorry_we_listen"
    if event.how != "joined" and not data.told:
        key = "complaint.what_happened"
    return ends(data, say(key, number=event.ref, by=event.due_at))


@flow.on_done(of=AskHuman)
def called(data: Complaint, event: Done) -> Step[Complaint]:
    """人工 in the middle of a complaint: the case stands, a colleague takes over."""
    if event.how == "overdue":
        return stay(data, say("desk.overdue"))
    return stay(data, say("complaint.human", number=data.case, by=event.due_at))


@flow.state(S.STORY, to=(S.ABOUT, S.WHEN, S.NAME, S.CALL, END))
def story(data: Complaint, event: Message) -> Step[Complaint]:
    """Each message is kept and says so; no question comes between two angry messages."""
    if isinstance(event, Text) and leaves(event.body):
        return left(data, event)
    if data.case is None:
        return stay(replace(data, told=first(event)), OpenComplaint(event))
    match event:
        case Text(body) if body.strip(" 。.!！") in ENOUGH:
            return ask_next(data, S.STORY)
        case Other():
            return stay(data, *keep(data, event), say("complaint.cannot_read_this_kind", number=data.case))
        case Text(body) if _DEMANDS.search(body):
            outside = not data.rights and _OUTSIDE.search(body) is not None
            data = replace(data, demands=data.demands + 1, outside=outside, rights=data.rights or outside)
            return stay(data, *keep(data, event), ShowProgress())
        case _:
            turn = max(data.told, 1)
            return stay(
                replace(data, told=turn % len(NOTED) + 1), *keep(data, event), say(NOTED[turn - 1], number=data.case)
            )


@flow.on_done(of=ShowProgress)
def stands_still(data: Complaint, event: Done) -> Step[Complaint]:
    """Until when; who names somebody outside hears that it is their right."""
    right = (say("complaint.outside"),) if data.outside else ()
    if event.due_at is None:
        return stay(data, say("complaint.demand", number=data.case), *right)
    key = DEMANDED[min(data.demands, len(DEMANDED)) - 1]
    return stay(data, say(key, number=data.case, by=event.due_at), *right)


@flow.state(S.ABOUT, ask="complaint.about", to=(S.WHEN, S.NAME, S.CALL, END), skippable=True)
def about(data: Complaint, event: Reply) -> Step[Complaint]:
    """Which elder it is about."""
    return answered(data, S.ABOUT, event)


@flow.state(S.WHEN, ask="complaint.when", to=(S.NAME, S.CALL, END), skippable=True)
def when(data: Complaint, event: Reply) -> Step[Complaint]:
    """When it happened, in the person's own words (C2)."""
    return answered(data, S.WHEN, event)


@flow.state(S.NAME, ask="complaint.name", to=(S.CALL, END), skippable=True)
def name(data: Complaint, event: Reply) -> Step[Complaint]:
    """The complainant's name; anonymous is allowed (C14)."""
    return answered(data, S.NAME, event)


@flow.state(S.CALL, ask="complaint.call", to=(END,), skippable=True)
def call(data: Complaint, event: Reply) -> Step[Complaint]:
    """A phone number, or 就在微信回我."""
    return answered(data, S.CALL, event)


@flow.silence
def stop_asking(data: Complaint) -> Step[Complaint]:
    """The case stands since the first word; only the asking ends (F9)."""
    return (
        finish(data, say("complaint.filed", number=data.case))
        if data.case
        else finish(data, say("complaint.nothing_yet"))
    )


@flow.cancel
@flow.first_back
def no_more(data: Complaint) -> Step[Complaint]:
    """取消, and 返回 before any question, end the asking; a registered complaint is only ever closed with its author."""
    if data.case is None:
        return finish(data, say("engine.cancelled"))
    return finish(data, say("complaint.stands", number=data.case))


def left(data: Complaint, event: Reply) -> Step[Complaint]:
    """没事了 ends the asking like 取消, and stands in the case."""
    step = no_more(data)
    return finish(data, *keep(data, event), *step.effects)


def answered(data: Complaint, state: S, event: Reply) -> Step[Complaint]:
    """Keep the answer as evidence and as a field, then ask what is still missing."""
    if isinstance(event, Skipped):
        return ask_next(data, state)
    words = event.body.strip() if isinstance(event, Text) else ""
    if leaves(words):
        return left(data, event)
    filled: tuple[Effect, ...] = (NoteOnComplaint(data.case, FIELDS[state], words),) if words and data.case else ()
    return ask_next(with_answer(data, state, words or "（见来信）"), state, *keep(data, event), *filled)


def with_answer(data: Complaint, state: S, words: str) -> Complaint:
    """The slots with one more answer."""
    match state:
        case S.ABOUT:
            return replace(data, about=words)
        case S.WHEN:
            return replace(data, when=words)
        case S.NAME:
            return replace(data, name=words)
        case _:
            return replace(data, phone=words)


def ask_next(data: Complaint, after: S, *effects: Effect) -> Step[Complaint]:
    """The next question in order that has no answer yet; without one the talk is over."""
    order = list(S)
    answers = {S.ABOUT: data.about, S.WHEN: data.when, S.NAME: data.name, S.CALL: data.phone}
    for state in order[order.index(after) + 1 :]:
        if answers[state] is None:
            return goto(state, data, *effects)
    return finish(data, *effects, say("complaint.filed", number=data.case))


def keep(data: Complaint, event: Reply) -> tuple[Effect, ...]:
    """Every message but a skip is evidence."""
    return () if isinstance(event, Skipped) or data.case is None else (AddToComplaint(data.case, event),)
