"""The book as acts: what each entry says, and by which service it is done."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from bot.sample import board, cases, chores, days, people, weeks
from bot.sample.play import Act, Play

Done = Callable[..., Any]
DOES: Final[Mapping[str, Done]] = {**people.DOES, **days.DOES, **cases.DOES}
"""By the word of an entry."""


def acts(book: Mapping[str, Any], play: Play) -> Iterable[Act]:
    """All of them, in no order."""
    yield from people.acts(book, play)
    yield from days.acts(book, play)
    yield from weeks.acts(book, play)
    yield from board.acts(book, play)
    yield from chores.acts(book, play)
    for entry in book.get("acts", ()):
        more = dict(entry)
        at, word = play.moment(more.pop("at")), more.pop("do")
        yield Act(at, f"{word} {more}", partial(DOES[word], play, **more))
