"""Rows by the names of their columns, and what a batch knows of its people: asked once with their talks, kept true by
what it writes.
"""

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from storage import tables

R = TypeVar("R", bound=tuple[Any, ...])
"""A NamedTuple: a row by the names of its columns."""


def maker(row: type[R]) -> Callable[[Iterable[Any]], R]:
    """What makes a row by names of one by places."""
    made: Callable[[Iterable[Any]], R] = row._make  # type: ignore[attr-defined]  # each is a NamedTuple
    return made


class Question(NamedTuple, Generic[R]):
    """Open rows of one table about a person, in an order; the fields of `row` are its columns, among them the id.

    A batch asks it with the talks of its people.
    """

    table: type[tables.Base]
    row: type[R]
    open_while_null: str
    by: str
    newest_first: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """What is asked of each row."""
        found: tuple[str, ...] = self.row._fields  # type: ignore[attr-defined]  # as above
        return found

    def told(self, rows: str | None) -> list[R]:
        """The rows as `Store.listed` gives them inside another statement."""
        return [] if rows is None else _decoder(self.row).decode(rows)

    def sql(self, whose: str) -> str:
        """The question about one person, or about whom an expression names."""
        return (
            # names of ours
            f"SELECT {', '.join(self.columns)} FROM {self.table.__tablename__} WHERE person_id = {whose}"
            f" AND {self.open_while_null} IS NULL ORDER BY {self.by}{' DESC' if self.newest_first else ''}"
        )


@cache
def _decoder(row: type[R]) -> msgspec.json.Decoder[list[R]]:
    return msgspec.json.Decoder(list[row])  # type: ignore[valid-type]


class Known(Generic[R]):
    """What a batch has been told to its questions, kept true by what it writes."""

    def __init__(self, question: Question[R], rows: list[R]) -> None:
        self.question, self.rows = question, rows

    def insert(self, values: dict[str, Any]) -> None:
        """A new row."""
        if values.get(self.question.open_while_null) is None:
            self.rows.append(maker(self.question.row)(values.get(name) for name in self.question.columns))
            self._sort()

    def update(self, row_id: int, values: dict[str, Any]) -> bool:
        """A change of a row; False when it opens or closes one: then the question is to be asked anew."""
        columns, at = self.question.columns, self.question.columns.index("id")
        make = maker(self.question.row)
        if self.question.open_while_null in values:
            return False
        if not values.keys().isdisjoint(columns):
            now = [
                make(values.get(name, old) for name, old in zip(columns, row, strict=True))
                if row[at] == row_id
                else row
                for row in self.rows
            ]
            self.rows = now
            self._sort()
        return True

    def _sort(self) -> None:
        at = self.question.columns.index(self.question.by)
        self.rows.sort(key=lambda row: row[at], reverse=self.question.newest_first)
