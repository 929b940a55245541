"""A task that the machine writes in the transaction of a message, for a kind of colleague and not for one of them."""

from datetime import datetime

from care.matters import MACHINE
from storage.store import Store
from storage.tables.tasks import Task
from storage.types import new_id


def write(  # noqa: PLR0913  (a row is declared once, by keywords)
    store: Store,
    *,
    home_id: int,
    words: str,
    source: str,
    now: datetime,
    due_at: datetime,
    role: str = "",
    owner_id: int | None = None,
    floor: str = "",
    resident_id: int | None = None,
    talk_of: int | None = None,
) -> int:
    """Write it; gives its id. `words` say what is to be done, and what was said only where those may read it who get
    the task.
    """
    row_id = new_id()
    store.insert(
        Task,
        id=row_id,
        home_id=home_id,
        body=store.seal(Task, "body", row_id, words),
        resident_id=resident_id,
        talk_of=talk_of,
        case_id=None,
        owner_id=owner_id,
        role=role,
        floor=floor,
        due_at=due_at,
        source=source,
        made_by=MACHINE,
        made_at=now,
        ended_at=None,
        ended_by=None,
        ended_how=None,
    )
    store.audit(home_id, now, "machine", "add_task", f"task:{row_id}")
    store.hint("tasks")
    return row_id
