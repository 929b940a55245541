"""The book as acts: what each entry says, and by which service it is done."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Final

from bot.sample import board, cases, chores, days, people, weeks
from bot.sample.stage import Act, Stage

Done = Callable[..., Any]
DOES: Final[Mapping[str, Done]] = {**people.DOES, **days.DOES, **cases.DOES}
"""By the word of an entry."""


def acts(book: Mapping[str, Any], stage: Stage) -> Iterable[Act]:
    """All of them, in no order."""
    yield from people.acts(book, stage)
    yield from days.acts(book, stage)
    yield from weeks.acts(book, stage)
    yield from board.acts(book, stage)
    yield from chores.acts(book, stage)
    for entry in book.get("acts", ()):
        more = dict(entry)
        at, word = stage.moment(more.pop("at")), more.pop("do")
        yield Act(at, f"{word} {more}", partial(DOES[word], stage, **more))
