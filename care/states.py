"""Closed words that databases keep: states, outcomes, stages and levels, each with a named CHECK (engineering 2).

The values are stored and never change. A word is added here and, with a migration, to the CHECK of its columns; open
words (purpose, kind, way, category) need neither. Others of the same kind stand with their rules: `care.stages`,
`care.severity`, `care.triage`, `care.sla`.
"""

from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

# -- people ----------------------------------------------------------------------------------------------------------


class PersonKind(StrEnum):
    """Who somebody is to the house; a guest is nobody we know yet, staff is a colleague on her own WeChat (F39)."""

    FAMILY = "family"
    ELDER = "elder"
    GUEST = "guest"
    STAFF = "staff"


class Binding(StrEnum):
    """Whose phone it is (F3)."""

    GUEST = "guest"
    OWN = "own"
    SHARED = "shared"
    HOUSE = "house"
    STAFF = "staff"


class Status(StrEnum):
    """How it stands with a resident (F8)."""

    LIVING = "在住"
    ON_LEAVE = "请假"
    IN_HOSPITAL = "住院"
    CRITICAL = "病危"
    MOVED_OUT = "退住"
    DIED = "去世"


AWAY: Final = frozenset({Status.ON_LEAVE, Status.IN_HOSPITAL, Status.MOVED_OUT, Status.DIED})
"""Who is not in the house: nobody is sent to their bed (F3). Who is critical is looked for there."""


class Sex(StrEnum):
    """奶奶 or 爷爷."""

    FEMALE = "女"
    MALE = "男"


class Allergy(StrEnum):
    """Whether somebody was asked about allergies, and what they said."""

    UNASKED = "unasked"
    NONE = "none"
    SOME = "some"


class Role(StrEnum):
    """What a member of staff does."""

    CARER = "carer"
    NURSE = "nurse"
    DESK = "desk"
    SUPERVISOR = "supervisor"
    DIRECTOR = "director"
    ADMIN = "admin"
    AUDITOR = "auditor"

    @property
    def words(self) -> str:
        """The word that people use."""
        return ROLES[self]


ROLES: Final[Mapping[Role, str]] = {
    Role.CARER: "护理",
    Role.NURSE: "护士",
    Role.DESK: "客服",
    Role.SUPERVISOR: "主管",
    Role.DIRECTOR: "院长",
    Role.ADMIN: "管理员",
    Role.AUDITOR: "审计",
}


class Verdict(StrEnum):
    """What a colleague says to a relative who asked to be bound."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


# -- messages --------------------------------------------------------------------------------------------------------


class Queue(StrEnum):
    """What waits behind what: each person has each queue once."""

    ALARM = "alarm"
    CONVERSATION = "conversation"
    NOTICE = "notice"
    SPOKEN = "spoken"


class OutboxState(StrEnum):
    """How far something that is to be sent has come; `held` by a restore until the director has confirmed."""

    PLANNED = "planned"
    WAITING = "waiting"
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    PARKED = "parked"
    REVIEW = "review"
    GIVEN_UP = "given_up"
    CANCELLED = "cancelled"
    HELD = "held"


class MassState(StrEnum):
    """How far a mass send has come: its people are joined, it waits for its call, the platform is asked, its end."""

    JOINING = "joining"
    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


class SmsKind(StrEnum):
    """Which of the texts that the company has approved an SMS has: that words wait behind an address, or that somebody
    shall call the house.
    """

    WORDS = "words"
    CALL = "call"


class SmsState(StrEnum):
    """How far an SMS has come: ordered, the company is asked, it took it, the phone has it; its other ends."""

    ORDERED = "ordered"
    SENDING = "sending"
    HANDED = "handed"
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DROPPED = "dropped"
    """Not sent: it was not needed any more."""


class HandOutcome(StrEnum):
    """What became of what a colleague was to say or print by hand."""

    SPOKEN = "spoken"
    PRINTED = "printed"
    ARRIVED = "arrived"
    """It reached them after all, by WeChat or by an SMS that was opened."""
    NOT_NEEDED = "not_needed"


class AnswerState(StrEnum):
    """Where the passive answer to a message is: none is due, in its row, or it left late by the outbox."""

    NONE = "none"
    STORED = "stored"
    OUTBOX = "outbox"


class MediaState(StrEnum):
    """Whether a photo or a voice was fetched before the platform forgot it."""

    WANTED = "wanted"
    KEPT = "kept"
    LOST = "lost"


# -- complaints and emergencies --------------------------------------------------------------------------------------


class Scope(StrEnum):
    """责任范围 (C5)."""

    OURS = "ours"
    PARTLY = "partly"
    NOT_OURS = "not_ours"


class ProposalKind(StrEnum):
    """What is handed in for a decision: a plan with the result, or an interim reply (C8, C9)."""

    PLAN = "plan"
    INTERIM = "interim"


class Decision(StrEnum):
    """What was decided about a proposal (C8)."""

    APPROVED = "approved"
    RETURNED = "returned"


class AccusedState(StrEnum):
    """Whether words accuse somebody: read from them or named, then decided by somebody above."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    LIFTED = "lifted"


class Reach(StrEnum):
    """Who may read words that accuse, until they are decided; `all` where nobody above is left."""

    LEAD = "lead"
    DESK = "desk"
    ALL = "all"


class EndedHow(StrEnum):
    """How an alarm ended: 已到, 误报, or a stranger's phone was muted."""

    ARRIVED = "arrived"
    FALSE = "false"
    MUTED = "muted"


class CallOutcome(StrEnum):
    """How a call to a colleague's phone ended. That somebody picked up proves nothing: a voicemail does so too; a key
    does (anchors-reach 1.2).
    """

    GO = "key_go"
    CANNOT = "key_cannot"
    NO_KEY = "answered_no_key"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    OFF = "off"
    REFUSED = "refused"
    THROTTLED = "throttled"
    UNKNOWN = "unknown"
    STOPPED = "stopped"


class CallWay(StrEnum):
    """How a colleague was asked to come to an alarm."""

    PHONE = "phone"
    SCREEN = "screen"


class TakeoverEnd(StrEnum):
    """How it ended that somebody heard what rings: handed over, taken over by another, the log-in ended, or too old."""

    OVER = "over"
    TAKEN = "taken"
    LEFT = "left"
    OLD = "old"


class DoubtCourse(StrEnum):
    """What is done with a message that may be an emergency: asked back, shown to a colleague, or, where the same was
    said before, somebody looks in (F26, F28).
    """

    ASKED = "asked"
    SHOWN = "shown"
    LOOKED = "looked"


class DoubtEnd(StrEnum):
    """How it was decided: 要, 不要, a new danger, silence, other words; or shown at once."""

    YES = "yes"
    NO = "no"
    RANG = "rang"
    SILENCE = "silence"
    OTHER = "other"
    SHOWN = "shown"


# -- letters, greetings, surveys -------------------------------------------------------------------------------------


class LetterState(StrEnum):
    """Whether families may read a letter; `held` until somebody has called them."""

    READY = "ready"
    HELD = "held"
    RELEASED = "released"
    WITHDRAWN = "withdrawn"


class Reaction(StrEnum):
    """What a relative says to a letter with one tap (U4)."""

    SEEN = "收到"
    THANKS = "谢谢"
    QUESTION = "有疑问"
    CALL = "请来电"


class PlanState(StrEnum):
    """What became of a greeting or a reminder; `skipped` has its reason."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"
    SENT = "sent"
    SKIPPED = "skipped"


class Score(IntEnum):
    """An answer of the questionnaire, 很不满意 to 很满意; 不清楚 is no row (M1)."""

    WORST = 1
    BAD = 2
    FAIR = 3
    GOOD = 4
    BEST = 5


class Launch(StrEnum):
    """What the machine begins to say by itself on a floor, each by an act of the director (F29)."""

    LETTERS = "letters"
    GREETINGS = "greetings"
    REMINDERS = "reminders"
    SURVEYS = "surveys"


# -- the rota --------------------------------------------------------------------------------------------------------


class RotaKind(StrEnum):
    """What was decided about a seat of the rota; who was asked fills it only by saying yes."""

    PUT = "put"
    REPLACE = "replace"
    REMOVE = "remove"
    SWAP = "swap"
    ASK = "ask"


class DayKind(StrEnum):
    """What a day of the calendar is; a day without a row is what its weekday says."""

    WORKDAY = "workday"
    HOLIDAY = "holiday"
    MAKEUP = "makeup"


class DaySource(StrEnum):
    """Where a day of the calendar comes from."""

    FILLED = "filled"
    HAND = "hand"


# -- tasks and notes -------------------------------------------------------------------------------------------------


class TaskEnd(StrEnum):
    """How a task ended: done, or not wanted any more."""

    DONE = "done"
    DROPPED = "dropped"


class NoteUse(StrEnum):
    """What becomes of a note about a resident: offered for the letter of its day, kept for staff, taken into a letter,
    or taken back by who wrote it.
    """

    OFFERED = "offered"
    INSIDE = "inside"
    USED = "used"
    TAKEN_BACK = "taken_back"
