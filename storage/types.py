"""Column types and ids: UTC moments as whole microseconds, 63-bit ids made by the application, and how each column is
kept.
"""

import itertools
import random
import re
import threading
import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, Final, Literal

from sqlalchemy import BigInteger, CheckConstraint, Column, Dialect, ForeignKey, LargeBinary, String, Table, event
from sqlalchemy.orm import MappedColumn, mapped_column
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
Row = tuple[Any, ...]
"""What a driver gives: moments as whole microseconds."""
Kept = Literal["plain", "searchable", "sealed"]


def micros(moment: datetime) -> int:
    """Microseconds since 1970 UTC. Raises ValueError for a naive moment: a time without a zone is a bug."""
    if moment.tzinfo is None:
        message = f"a moment without a time zone: {moment!r}"
        raise ValueError(message)
    return (moment - EPOCH) // MICROSECOND


def moment(value: int) -> datetime:
    """The aware UTC moment of a stored number."""
    return EPOCH + value * MICROSECOND


def day_of(value: str | date) -> date:
    """A day as a raw statement gives it: SQLite keeps ISO text, PostgreSQL days."""
    return date.fromisoformat(value) if isinstance(value, str) else value


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored as microseconds UTC, so that every engine orders and compares it alike."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Refuse what is naive."""
        return None if value is None else micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ANN401, ARG002
        """Give back an aware moment."""
        return None if value is None else moment(value)


class Word(TypeDecorator[str]):
    """An open word: a purpose, a kind, a way. No CHECK knows it, so that a new subject needs no migration; what has not
    the shape of a word is refused on writing, and `jiashu doctor` lists what is there (engineering 2).
    """

    impl = String
    cache_ok = True
    shape: ClassVar["re.Pattern[str]"] = re.compile(r"[a-z][a-z0-9]*(?:[_-][a-z0-9]+)*")

    def fits(self, value: object) -> bool:
        """Whether a stored value is such a word."""
        most = self.impl_instance.length  # type: ignore[attr-defined]  # of String
        return isinstance(value, str) and len(value) <= most and self.shape.fullmatch(value) is not None

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Refuse what is no word."""
        if value is not None and not self.fits(value):
            message = f"no word for a column of words: {value!r}"
            raise ValueError(message)
        return value

    def coerce_compared_value(self, op: Any, value: object) -> TypeEngine[Any]:  # noqa: ANN401, ARG002
        """What is only looked for may be anything."""
        return String()


class Words(Word):
    """Several of them with a blank between two, or none."""

    cache_ok = True
    shape = re.compile(rf"(?:{Word.shape.pattern}(?: {Word.shape.pattern})*)?")


class Said(Word):
    """An open word that people say: a category, what happened."""

    cache_ok = True
    shape = re.compile(r"[\u4e00-\u9fff]+")


class _Ids:
    """42 bits of milliseconds since 2025 and 21 bits that start at random and count up."""

    START: Final = 1_735_689_600_000
    BITS: Final = 21

    def __init__(self) -> None:
        self._lock, self._latest, self._rising = threading.Lock(), 0, itertools.count()
        self._bits = random.Random().getrandbits  # noqa: S311  (seeded by the system; an id is no secret)

    def __call__(self) -> int:
        now = time.time_ns() // 1_000_000
        if now > self._latest:
            with self._lock:
                fresh = ((now - self.START) << self.BITS) | self._bits(self.BITS - 1)
                self._rising = itertools.count(max(next(self._rising), fresh))
                self._latest = max(now, self._latest)
        return next(self._rising)


def id_at(moment: datetime) -> int:
    """The ids made before a moment of machine time are smaller."""
    return (micros(moment) // 1000 - _Ids.START) << _Ids.BITS


new_id: Final = _Ids()
"""A new id: positive, 63 bits, rising within a process, and known before the row is written, since seals are bound to
it.
"""
_order: Final = itertools.count()


def column(
    kind: TypeEngine[Any] | type[TypeEngine[Any]] | TypeDecorator[Any],
    why: str,
    kept: Kept = "plain",
    **options: Any,  # noqa: ANN401  (what mapped_column takes)
) -> MappedColumn[Any]:
    """A column that says how it is kept and why; a test walks all of them."""
    return mapped_column(kind, info={"kept": kept, "why": why}, sort_order=next(_order), **options)


def closed(
    words: Iterable[Enum | str],
    kind: TypeEngine[Any] | type[TypeEngine[Any]],
    why: str,
    **options: Any,  # noqa: ANN401  (what mapped_column takes)
) -> MappedColumn[Any]:
    """A column of closed words (states, outcomes, levels): plain text or numbers, and a CHECK that is named after it.

    Null is allowed where the column is nullable. The CHECK compares with one word after the other: SQLite makes a
    temporary index of a list, anew for each row, which costs a third of the insert.
    """
    found = column(kind, why, **options)
    values = tuple(word.value if isinstance(word, Enum) else word for word in words)
    found.column.info["closed"] = values

    def checked(new: Column[Any], table: Table) -> None:
        listed = (f"'{value}'" if isinstance(value, str) else str(value) for value in values)
        table.append_constraint(CheckConstraint(" OR ".join(f"{new.name} = {one}" for one in listed), name=new.name))

    event.listen(found.column, "after_parent_attach", checked)
    return found


def link(target: str, why: str, *, dies: bool = False, **options: Any) -> MappedColumn[Any]:  # noqa: ANN401
    """A reference to another table's id, checked at COMMIT so that rows may be written in the order that is natural.
    `dies`: the row goes when the other one does.
    """
    return mapped_column(
        BigInteger,
        ForeignKey(target, deferrable=True, initially="DEFERRED", ondelete="CASCADE" if dies else None),
        info={"kept": "plain", "why": why},
        sort_order=next(_order),
        **options,
    )


def sealed(why: str, **options: Any) -> MappedColumn[Any]:  # noqa: ANN401
    """An encrypted column (P2)."""
    return column(LargeBinary, why, "sealed", **options)


def searchable(size: int, why: str, **options: Any) -> MappedColumn[Any]:  # noqa: ANN401
    """A text column that the house looks up by equality: never a name, a phone or a word of a person."""
    return column(String(size), why, "searchable", **options)
