"""What is filled in at the steps of a complaint; each form is the command of one service."""

from datetime import date

from services.form import Form


class TakeDown(Form, frozen=True, kw_only=True):
    """登记: what somebody said by telephone, at the desk or on paper; `at` is the time of the day, "" = now (F17)."""

    way: str = ""
    words: str = ""
    at: str = ""


class Assess(Form, frozen=True, kw_only=True):
    """评估: nature, level 1 … 4, whose responsibility, who answers for it, whom it is about (C5, C6)."""

    category: str
    level: int
    why: str = ""
    scope: str
    passed_to: str = ""
    owner: int
    accused: frozenset[int] = frozenset()


class Correct(Form, frozen=True, kw_only=True):
    """更正: the nature, the level, who answers for it and whom it is about, once they are known better; with a reason
    (D6).
    """

    category: str
    level: int
    owner: int
    accused: frozenset[int] = frozenset()
    why: str


class Inquire(Form, frozen=True, kw_only=True):
    """查明: what the inquiry found (C6)."""

    finding: str


class Propose(Form, frozen=True, kw_only=True):
    """方案: the cause, who sees to it, the measures with their day, and the words for the family (C7, C8)."""

    cause: str
    department: str
    responsible: int
    measures: str
    done_by: date | None
    reply: str = ""


class Interim(Form, frozen=True, kw_only=True):
    """中期回复: why it takes longer, and the day until which, at 18:00 of the home (C9)."""

    reply: str
    until: date | None


class Decide(Form, frozen=True, kw_only=True):
    """审批 of one proposal: `approve`, or back with what has to be changed (C8).

    Decided outside the house, by phone: `body` is the head office or who runs the house, `person` who spoke there,
    `why` what was said (C-3).
    """

    paper: int
    verdict: str
    why: str = ""
    body: str = ""
    person: str = ""


class Tell(Form, frozen=True, kw_only=True):
    """告知: how the result was told, and what the family said (C9)."""

    way: str
    note: str


class Hear(Form, frozen=True, kw_only=True):
    """征求意见, 回访: `accepted` or `declined`, and the words (C10, C11)."""

    word: str
    note: str


class Learn(Form, frozen=True, kw_only=True):
    """总结: what was learnt (C12)."""

    lesson: str


class AddEvidence(Form, frozen=True, kw_only=True):
    """证据: what the files show, in words (C6)."""

    what: str
