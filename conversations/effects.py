"""What a flow wants done, as values; services carry them out in the same transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import ClassVar

from conversations.events import Message

Value = str | datetime | None
"""What a phrase may be filled with; a moment is told in the reader's own time zone."""


class Effect:
    """The root of all effects. `answers`: a Done or Refused comes back; `refusable`: a rule may say no."""

    __slots__ = ()
    answers: ClassVar[bool] = False
    refusable: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Say(Effect):
    """Say a phrase of the folder `phrases` to the person."""

    key: str
    params: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Quiet(Effect):
    """Say nothing, on purpose; `why` is for the reader of the flow and of the log."""

    why: str


@dataclass(frozen=True, slots=True)
class OpenComplaint(Effect):
    """Register a complaint with this message as its first record (C1, C2); Done.ref is the number, due_at the first
    feedback.
    """

    answers: ClassVar[bool] = True
    event: Message


@dataclass(frozen=True, slots=True)
class AddToComplaint(Effect):
    """Keep a message as a further record of a case."""

    complaint: str
    event: Message


@dataclass(frozen=True, slots=True)
class NoteOnComplaint(Effect):
    """Write an answer into a field of the case: about, occurred, name or contact (C2)."""

    complaint: str
    field: str
    text: str


@dataclass(frozen=True, slots=True)
class AskHuman(Effect):
    """Hand a message to the staff under a promised time (Q4, C13); Done.how is first, again or attended."""

    answers: ClassVar[bool] = True
    why: str


@dataclass(frozen=True, slots=True)
class FileMatter(Effect):
    """Make a task of this message under the name of its matter, or add it to the one that is open (A12, A17).

    Done.known is the name of the matter and whose it is, how: `new` or `added`, `guest` where nobody knows who asks
    after a resident, `mourning`, `elder`, `aloud` or `noted` for an elder who talks, `praise`, `enquiry` and `more` of
    a stranger who may come, `silent` beside a colleague where nobody waits for an answer.
    """

    answers: ClassVar[bool] = True
    intent: str


@dataclass(frozen=True, slots=True)
class Beside(Effect):
    """Who would hear an answer that asks for nothing: Done.how is `attended`, `elder` or `other`."""

    answers: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Withdraw(Effect):
    """不投诉了: the words go into the open case, which stays; Done.ref is its number, how `stands`, or `none` without
    one (A18).
    """

    answers: ClassVar[bool] = True
    event: Message


@dataclass(frozen=True, slots=True)
class TakeVerdict(Effect):
    """What the family says to a result or a follow-up: accepted, declined, call or unclear.

    Done.how tells what became of it, `which` or `which_again` for a number that was not offered, `none` when nobody
    asked; `nod` or `quiet` for a `nod` of which the same is true (C10, C11).
    """

    answers: ClassVar[bool] = True
    word: str
    nod: bool = False


@dataclass(frozen=True, slots=True)
class ShowProgress(Effect):
    """How far the person's open complaint is: Done.ref its number, how the step, due_at the next promise; `none`
    without one (C15).
    """

    answers: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class TryCode(Effect):
    """Whether a one-time code of a printed sheet is still good: Done.ref is the code, Refused `wrong` or `already`
    (F13).
    """

    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True
    code: str


@dataclass(frozen=True, slots=True)
class AskToBind(Effect):
    """Use the code up and ask a colleague to make sure who it is: Done.due_at is until when, Refused `wrong` when it is
    used by now.
    """

    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True
    code: str
    relation: str
    name: str


@dataclass(frozen=True, slots=True)
class ShowLetters(Effect):
    """The newest letters that this person may read: Done.ref their lines, how ready, earlier or none; Refused `unbound`
    (F16).
    """

    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class StartSurvey(Effect):
    """Whether there is a questionnaire for this person: Done.ref its id, known the questions; Refused `none` or `done`
    (M1).
    """

    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class KeepSurvey(Effect):
    """Keep a whole sheet, apart from who answered; Refused `done` when it was answered meanwhile."""

    answers: ClassVar[bool] = True
    refusable: ClassVar[bool] = True
    campaign: str
    marks: tuple[tuple[str, int], ...]
    wish: str


def say(key: str, **params: Value) -> Say:
    """The effect that speaks the phrase `key`."""
    return Say(key, params)
