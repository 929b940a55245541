"""Several quick messages that are one: 「我妈」「刚才」「起不来了」. What was said a moment ago is kept in memory, so that a
danger that no piece tells alone is heard; it lowers nothing, and files nothing twice.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

from care.triage import Urgency
from conversations.routing import Intent
from services.talks.reading import Reading
from understanding.cascade import decide

WITHIN: Final = timedelta(seconds=60)
LONGEST: Final = 14
"""Signs of a piece: who writes more has said a sentence."""
TOGETHER: Final = 60
PEOPLE: Final = 1000
WHOLE: Final = -7.0
"""Log-odds of a danger below which words are whole: 刚才 has -4.6, 怎么收费 -9."""


class Quick:
    """By phone, the pieces of the last minute."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[datetime, str]] = OrderedDict()

    def before(self, phone: str, at: datetime, words: str) -> str:
        """What this phone has said in pieces up to this moment, before these words: who says the last piece again is
        heard as if it had been said once.
        """
        return self._before(phone, at).removesuffix(words)

    def _before(self, phone: str, at: datetime) -> str:
        said, words = self._kept.get(phone, (at, ""))
        return words if timedelta() <= at - said <= WITHIN else ""

    def remember(self, phone: str, found: Reading, at: datetime) -> None:
        """Keep a piece, with those before it; what was heard already, and a long sentence, begins anew. A complete
        message is no piece: it is not kept, and keeps nothing from being joined.
        """
        if found.words and tells_all(found):
            return
        before = self._before(phone, at)
        self._kept.pop(phone, None)
        if found.words and len(found.words) <= LONGEST and not _is_heard(found):
            self._kept[phone] = at, (before.removesuffix(found.words) + found.words)[-TOGETHER:]
        while self._kept and (len(self._kept) > PEOPLE or at - next(iter(self._kept.values()))[0] > WITHIN):
            self._kept.popitem(last=False)


def tells_all(found: Reading) -> bool:
    """Whether a message is a complete request and surely below the threshold of a danger: 谢谢, 怎么收费. What says too
    little (心里慌) is not, however small its odds are.
    """
    if found.read is None or found.intent != Intent.ASK:
        return True
    decision = decide(found.read, "family")
    return decision.odds < WHOLE and not decision.ask


def _is_heard(found: Reading) -> bool:
    """Whether somebody is called or asked by the words alone."""
    decision = None if found.read is None else decide(found.read, "family")
    return found.heard.rings or (decision is not None and (decision.level <= Urgency.P1 or decision.ask))
