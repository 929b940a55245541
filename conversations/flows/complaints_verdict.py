"""征求意见、回访、进展: what the family says to a result, how it went since, and how far their complaint is (C10, C11, C15)."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from conversations.effects import AddToComplaint, AskHuman, Quiet, ShowProgress, TakeVerdict, say
from conversations.engine import END, Flow, Step, finish, goto, stay
from conversations.events import Click, Done, Message, Other, Text
from conversations.flows import talks
from conversations.routing import Intent, Opening, of_words


class S(StrEnum):
    """The values are stored: never rename one without a migration."""

    WHY = "why"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The case that the words belong to."""

    case: str | None = None


ENOUGH = frozenset({"好了", "说完了", "没有了", "就这些"})
flow = Flow("verdict", version=1, states=S, start=S.WHY, slots=Verdict, idle=timedelta(minutes=15))


VERDICTS: Final = {
    "1": "accepted",
    "认可": "accepted",
    "满意": "accepted",
    "2": "declined",
    "不认可": "declined",
    "不满意": "declined",
    "没好": "declined",
    "还没好": "declined",
    "3": "call",
    "请来电": "call",
    "又发生了": "call",
}
"""What is offered after a result (1 认可 2 不认可 3 请来电) and at a follow-up (1 好了 2 没好 3 又发生了)."""
UNCLEAR: Final = "unclear"
LONGEST_VERDICT: Final = max(map(len, VERDICTS))
_WIDE: Final = str.maketrans("１２３①②③", "123123")
_NUMBER: Final = re.compile(r"^\d{1,3}分?$")
_PROGRESS: Final = re.compile(
    r"^(?:我的|我那个|我那件|查(?:一)?下?|问(?:一)?下?|看看)*+(?:投诉)?(?:的)?(?:处理)?(?:进展|进度|到哪(?:一?步)?了?|得?怎么样了|有结果了?|结果出来了?)(?:怎么样|如何|"
    r"呢|吗|没有?)?[?？。]*$"
)


def verdict(body: str) -> str | None:
    """What a short answer says to a result: accepted, declined, call; None for other words."""
    words = body.strip().rstrip("。.!！、")
    return VERDICTS.get(words.translate(_WIDE)) if len(words) <= LONGEST_VERDICT else None


def is_other_number(event: Message) -> bool:
    """A number that was not offered: whether 5 is praise or a slip is asked, not guessed."""
    words = unicodedata.normalize("NFKC", event.body).strip(" 。.!！") if isinstance(event, Text) else ""
    return bool(_NUMBER.match(words)) and verdict(words) is None


def asks_how_far(words: str) -> bool:
    """Whether words ask how far a complaint is, and can ask nothing else."""
    return _PROGRESS.match(words) is not None and words not in {"怎么样了", "到哪了", "到哪"}


OPENINGS: Final = (
    Opening(Intent.VERDICT, lambda words: verdict(words) is not None),
    Opening(Intent.PROGRESS, asks_how_far),
)


@flow.enters(on=Intent.VERDICT)
def answer(event: Message | Click) -> Step[Verdict]:
    """1, 2, 3 or the word itself; without a question of ours it is a message like any other."""
    word = verdict(event.body) if isinstance(event, Text) else None
    return goto(S.WHY, Verdict(), TakeVerdict(word)) if word else finish(Verdict(), AskHuman("unanswered"))


def in_words(word: str) -> Callable[[Message], Step[Verdict]]:
    """The entry of a verdict that was read from natural words (A11)."""

    def begin(event: Message) -> Step[Verdict]:
        if is_other_number(event):
            return goto(S.WHY, Verdict(), TakeVerdict(UNCLEAR))
        nods = isinstance(event, Text) and of_words(event.body) in {Intent.CLOSING, Intent.THANKS}
        return goto(S.WHY, Verdict(), TakeVerdict(word, nod=nods))

    return begin


for _intent, _word in (
    (Intent.VERDICT_YES, "accepted"),
    (Intent.VERDICT_NO, "declined"),
    (Intent.VERDICT_CALL, "call"),
):
    flow.enters(on=_intent)(in_words(_word))


@flow.claims
def belongs(_: Verdict, event: Message) -> bool:
    """不投诉了 is no further reason (A18)."""
    return not (isinstance(event, Text) and of_words(event.body) == Intent.WITHDRAW)


@flow.enters(on=Intent.PROGRESS)
def progress(_: Message | Click) -> Step[Verdict]:
    """At any time, without anybody's help."""
    return finish(Verdict(), ShowProgress())


@flow.on_done(of=TakeVerdict)
def taken(data: Verdict, event: Done) -> Step[Verdict]:
    """Not accepted is a new round, and the next words say why."""
    match event.how:
        case "accepted" | "better":
            return finish(
                data, say("verdict.accepted" if event.how == "accepted" else "verdict.better", number=event.ref)
            )
        case "declined":
            return stay(
                replace(data, case=event.ref),
                say("verdict.declined", number=event.ref, by=event.due_at, lead="".join(event.known)),
            )
        case "again":
            return stay(
                replace(data, case=event.ref),
                say("verdict.again", number=event.ref, by=event.due_at, lead="".join(event.known)),
            )
        case "call":
            return finish(data, say("verdict.call", by=event.due_at))
        case "nod":
            return finish(data, say("desk.closing"))
        case "quiet":
            return finish(data, Quiet("a nod to a colleague"))
        case "which" | "which_again":
            return finish(data, say("verdict.which" if event.how == "which" else "verdict.which_again"))
        case _:
            return finish(data, AskHuman("unanswered"))


STEPS = {
    "new": "verdict.step_new",
    "checking": "verdict.step_checking",
    "deciding": "verdict.step_deciding",
    "telling": "verdict.step_telling",
    "asking": "verdict.step_asking",
    "following": "verdict.step_following",
}


@flow.on_done(of=ShowProgress)
def shown(data: Verdict, event: Done) -> Step[Verdict]:
    """Plain steps and the next promise; who inquires is not told."""
    if event.how not in STEPS:
        return finish(data, AskHuman("unanswered"))
    step = say(STEPS[event.how], number=event.ref)
    return finish(data, step) if event.due_at is None else finish(data, step, say("verdict.until", by=event.due_at))


flow.on_done(of=AskHuman)(talks.promised)


@flow.state(S.WHY, to=(END,))
def why(data: Verdict, event: Message) -> Step[Verdict]:
    """What is still wrong; every message belongs to the case."""
    if data.case is None:
        return finish(data, AskHuman("unanswered"))
    match event:
        case Text(body) if body.strip(" 。.!！") in ENOUGH:
            return finish(data, say("verdict.heard", number=data.case))
        case Other():
            return stay(
                data, AddToComplaint(data.case, event), say("complaint.cannot_read_this_kind", number=data.case)
            )
        case _:
            return stay(data, AddToComplaint(data.case, event), say("complaint.noted", number=data.case))


@flow.silence
def enough(data: Verdict) -> Step[Verdict]:
    """The round has begun with the first word; only the asking ends."""
    return finish(data, Quiet("the case goes on"))


@flow.cancel
def cancelled(data: Verdict) -> Step[Verdict]:
    """Nothing is taken back by 取消: the family has said that it is not content."""
    return finish(data, say("verdict.heard", number=data.case or ""))
