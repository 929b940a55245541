"""A transaction for services: a SQLAlchemy session that knows the sealer, the person locks and what to tell after
COMMIT.
"""

import json
from collections.abc import Collection, Iterator
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Engine,
    Select,
    any_,
    cast,
    event,
    func,
    select,
)
from sqlalchemy.engine import ScalarResult
from sqlalchemy.orm import InstrumentedAttribute, ORMExecuteState, Session, UOWTransaction

from care.errors import OutOfOrder
from storage import tables
from storage.looked import Look
from storage.seal import Sealer
from storage.store import PersonNotLocked, Store
from storage.types import new_id

T = TypeVar("T")


class Unit(Session):
    """One transaction. In the writer it carries the `store` of the same connection; a reading one has none."""

    def __init__(self, engine: Engine | Connection, sealer: Sealer, store: Store | None = None) -> None:
        super().__init__(engine, expire_on_commit=False)
        self.sealer, self._store = sealer, store
        self.looks: list[Look] = []
        """What the doors let somebody see in this unit."""

    @property
    def store(self) -> Store:
        """The raw operations of this transaction. Raises RuntimeError in a reading unit."""
        if self._store is None:
            message = "a reading unit cannot write"
            raise RuntimeError(message)
        return self._store

    def look(self, home_id: int, staff_id: int, subject: str) -> None:
        """Somebody sees what is behind a door. An act has an audit row of its own; a question is noted here, and told
        when it was answered (S4).
        """
        if self._store is None:
            self.looks.append(Look(home_id, f"staff:{staff_id}", subject))

    def lock_persons(self, *persons: int) -> None:
        """Lock people before anything is changed for them."""
        self.store.lock_persons(*persons)

    def lock_whose(self, question: Select[int] | CompoundSelect[int]) -> None:
        """Lock whose a row is: asked without a lock and again under it, since a row may go over to another person."""
        while not (people := set(self.scalars(question))) <= self.store.locked:
            self.lock_persons(*people)

    def among(self, column: InstrumentedAttribute[int], numbers: Collection[int]) -> ColumnElement[bool]:
        """Whether a column has one of many numbers, as one value however many there are: no engine counts them against
        its limit of values, and PostgreSQL does not take a long list for all rows of a table that it knows little of.
        """
        if self.get_bind().dialect.name == "sqlite":
            each = func.json_each(json.dumps(list(numbers))).table_valued("value")
            return column.in_(select(each.c.value))
        return column == any_(cast(list(numbers), ARRAY(BigInteger)))

    def fresh(self, question: Select[T]) -> ScalarResult[T]:
        """Rows as they are now, whatever this unit read before."""
        return self.scalars(question.execution_options(populate_existing=True))

    def lock_row(self, question: Select[T]) -> T | None:
        """A row that belongs to nobody (a letter, a campaign, an entry), as it is now, locked until COMMIT.

        Before any person: who holds people never waits for such a row, so no circle can form. Raises OutOfOrder. `FOR
        NO KEY UPDATE`, since a relative who opens a letter refers to its row.
        """
        if self.store.locked:
            raise OutOfOrder
        return self.fresh(question.with_for_update(key_share=True)).first()

    def seal(self, row: tables.Base, name: str, value: str | None) -> None:
        """Put a value, sealed, into a column of a row whose id is set."""
        sealed = None if value is None else self.sealer.seal(row.__tablename__, name, row.id, value.encode())
        setattr(row, name, sealed)

    def open(self, row: tables.Base, name: str) -> str | None:
        """The words of a sealed column."""
        sealed: bytes | None = getattr(row, name)
        return None if sealed is None else self.sealer.open(row.__tablename__, name, row.id, sealed).decode()

    def words(self, row: tables.Base, name: str, otherwise: str = "") -> str:
        """The words of a sealed column, or what is shown where there are none."""
        return self.open(row, name) or otherwise


def _written(session: Session) -> Iterator[Any]:
    yield from session.new
    yield from (row for row in session.dirty if session.is_modified(row))
    yield from session.deleted


@event.listens_for(Unit, "before_flush")
def _persons_are_locked(session: Session, _flush: UOWTransaction, _instances: object) -> None:
    if not isinstance(session, Unit):
        return
    for row in _written(session):
        if isinstance(row, tables.Person) and row in session.new:
            row.id = row.id or new_id()
            session.lock_persons(row.id)
    for row in _written(session):
        person = row.id if isinstance(row, tables.Person) else getattr(row, "person_id", None)
        if person is not None and person not in session.store.locked:
            raise PersonNotLocked(row.__tablename__, person)


@event.listens_for(Unit, "do_orm_execute")
def _statements_too(state: ORMExecuteState) -> None:
    session = state.session
    if not (isinstance(session, Unit) and (state.is_insert or state.is_update or state.is_delete)):
        return
    mapper = state.bind_mapper
    if mapper is not None and "person_id" in mapper.local_table.columns and not session.store.locked:
        raise PersonNotLocked(str(mapper.local_table), "(a statement)")
