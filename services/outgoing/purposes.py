"""Why something is sent: the word that is stored with it, and what follows from that. Each subject declares its own
(decision 3; engineering 8).

Sending knows purposes by what they say of themselves and no subject by name: a new one is a value in the subject's own
module.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from care.preferences import Declined
from care.ways import Last
from storage.store import Store

PULLED: Final = ("cancelled", "现在发不了，也不补发；对方在菜单里随时能看")


class Sent(NamedTuple):
    """A colleague's words that the platform took, and when they were written; aware moments. The person is locked."""

    row_id: int
    person_id: int
    staff_id: int
    written_at: datetime
    now: datetime
    how: str = "message"
    """By a message, or by a `call`, where a colleague read it out."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """One reason to send. Raises ValueError when another one has the same word."""

    name: str
    """The stored word: it stays what it is."""
    words: str = "消息"
    """What colleagues read for it."""
    machine: bool = False
    """A machine says it by itself: 静默 and a death stop it (F11). Answers, and a colleague's words, go on."""
    by_day: bool = False
    """Not in silent hours, even when it should have left before them (F16)."""
    parks: bool = True
    """Waits until the person writes again when it may not leave now; False: it expires (F2, F16)."""
    unsent: tuple[str, str] = PULLED
    """State and reason of what is not parked and cannot leave."""
    on_sent: Callable[[Store, Sent], None] | None = None
    """What a colleague's words keep by arriving."""
    template: str = ""
    """The kind of template message by which it goes when the window is shut (`care.templates`); none for a greeting,
    ever.
    """
    mass: bool = False
    """Whether it may leave by a mass send when the window is shut; its words to all are among the fields."""
    only_mass: bool = False
    """Never by a message of its own, even when the window is open: activities and offers (B2)."""
    topic: Declined | None = None
    """As what a relative may say that she does not want it (N7); None for what is never declined."""
    sms: bool = False
    """Whether an SMS says that something waits, when nothing of the account reaches them; never of a courtesy."""
    matter: str = ""
    """What such a message says that it is about; the words themselves stand behind it."""
    brief: str = "有答复"
    """The same in five signs at most, for a field of that kind."""
    to_many: bool = False
    """A colleague's words to many: to a family in mourning a person says them (F42)."""
    last: Last = Last.NONE
    """What is left when no way is open: a colleague telephones, or prints."""

    declared: bool = True
    """False for the word of a newer release, which only a stored row has."""

    def __post_init__(self) -> None:
        if self.declared and _declared.setdefault(self.name, self) is not self:
            message = f"two purposes are called {self.name}"
            raise ValueError(message)


_declared: Final[dict[str, Purpose]] = {}


def of(name: str) -> Purpose:
    """The purpose of a stored row; one that a newer release has written has the default properties."""
    return _declared.get(name) or Purpose(name, declared=False)


def words() -> dict[str, str]:
    """What colleagues read for each; a call of theirs that was written down was never sent."""
    return {name: purpose.words for name, purpose in _declared.items()} | {"call": "打过的电话"}


def of_machines() -> tuple[str, ...]:
    """The words of what machines say by themselves."""
    return tuple(sorted(name for name, purpose in _declared.items() if purpose.machine))


def to_many() -> tuple[str, ...]:
    """The words of what colleagues write to many."""
    return tuple(sorted(name for name, purpose in _declared.items() if purpose.to_many))


def reached(store: Store, home_id: int, purpose: Purpose, sent: Sent) -> None:
    """A colleague's words arrived, or were read out: what they keep by it is their purpose's to say."""
    if purpose.on_sent is not None:
        purpose.on_sent(store, sent)
    store.audit(home_id, sent.now, f"staff:{sent.staff_id}", "reach", f"person:{sent.person_id}")
