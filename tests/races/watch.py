"""How one side acts, and where its transaction is stopped.

The points, wrapped around the store and the unit of a play, so that the product has no line for them: `found` before
the first lock, `held` right after it, `written` before COMMIT.
"""

import asyncio
import random
from collections.abc import Sequence
from typing import Any, Final, Literal

from sqlalchemy.util import await_only

from care.errors import JiashuError
from storage.database import Database
from storage.store import Store
from storage.unit import Unit
from tests.races.model import Side, Turn

Told = tuple[str, str]
"""What a side was told: the class of the error and its sentence; "" when it went through, with what it gave where that
is yes or no.
"""
Point = Literal["found", "held", "written"]
SERVER: Final = "500"
"""What nobody may ever be told: an error that is not ours, or says that the house failed."""


class Watch:
    """Where one side of a play is stopped. Who never locks is stopped before its COMMIT."""

    def __init__(self, point: Point | None = None, dice: random.Random | None = None) -> None:
        self._point, self._dice = point, dice
        self.reached, self.go_on = asyncio.Event(), asyncio.Event()

    def at(self, point: Point) -> None:
        """The transaction is here. Called in its greenlet."""
        if self._dice is not None:
            await_only(asyncio.sleep(self._dice.random() * 0.004))
        if self._point is not None and not self.reached.is_set() and point in {self._point, "written"}:
            self.reached.set()
            await_only(self.go_on.wait())

    def follow(self, store: Store, db: Unit | None = None) -> None:
        """Stop at the points of this transaction; on SQLite there is nobody to wait for."""
        if not store.shared:
            return
        for name in ("lock_persons", "lock_free", "lock_phones"):
            self._wrap(store, name)
        if db is not None and hasattr(db, "hold"):
            self._wrap(db, "hold")
        commit = store.commit

        def last() -> None:
            store.flush()
            self.at("written")
            commit()

        setattr(store, "commit", last)  # noqa: B010  (mypy: a method is no attribute)

    def _wrap(self, whose: object, name: str) -> None:
        real = getattr(whose, name)

        def locks(*args: object) -> object:
            self.at("found")
            found = real(*args)
            self.at("held")
            return found

        setattr(whose, name, locks)


async def until(watch: Watch, task: "asyncio.Task[Any]") -> bool:
    """Whether a side is at its point, and not at its end."""
    reached = asyncio.create_task(watch.reached.wait())
    await asyncio.wait({reached, task}, return_when=asyncio.FIRST_COMPLETED)
    reached.cancel()
    return watch.reached.is_set()


async def act(database: Database, side: Side, turn: Turn, watch: Watch) -> Told:
    """One side acts; what it is told."""
    try:
        if side.how == "unit":

            def work(db: Unit) -> object:
                watch.follow(db.store, db)
                return side.does(turn, db)

            found = await database.write(work)
        elif side.how == "store":

            def raw(store: Store) -> object:
                watch.follow(store)
                return side.does(turn, store)

            found = await database.store(raw)
        else:
            found = await _arrives(database, side, turn, watch)
    except JiashuError as error:
        return (
            (type(error).__name__, error.sentence)
            if error.status < 500
            else (SERVER, f"{type(error).__name__}: {error.sentence}")
        )
    except Exception as error:  # whatever it is, nobody should see it
        return SERVER, f"{type(error).__name__}: {str(error)[:200]}"
    return "", str(found) if isinstance(found, bool) else ""


async def _arrives(database: Database, side: Side, turn: Turn, watch: Watch) -> object:
    handle = database.handle

    def watched(store: Store, batch: Sequence[Any]) -> Sequence[Any]:
        watch.follow(store)
        return handle(store, batch)

    database.handle = watched
    try:
        return await database.receive(side.does(turn, None))  # type: ignore[arg-type]
    finally:
        database.handle = handle
