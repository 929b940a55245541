"""A downtime that was seen, a backup that was restored, and what each side does about it."""

from datetime import timedelta
from typing import Final

from services.upkeep import epochs, pulse
from services.upkeep.forms import ConfirmEpoch
from storage import tables
from storage.store import Store
from storage.types import new_id
from tests.conftest import HomeUnderTest, put
from tests.races.model import Stage
from tests.races.moments.home import START, C, Facts, N, in_unit
from tests.races.moments.talks import ANSWERED


async def _downtime(home: HomeUnderTest, _: Facts) -> Facts:
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, home.clock()))
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, home.clock.on(minutes=5)))
    return {"downtime": await home.one("SELECT id FROM downtime")}


async def _restored(home: HomeUnderTest, facts: Facts) -> Facts:
    """A backup is restored, an answer and a greeting are held, the director has not confirmed."""
    epoch, now = new_id(), home.clock.on(minutes=1)

    def shut(store: Store) -> None:
        store.insert(tables.Epoch, id=epoch, home_id=home.ids.home_id, backup_at=now - timedelta(hours=1), began_at=now)
        put(
            store,
            "UPDATE outbox SET state = 'held', not_before = ? WHERE id = ?",
            now + timedelta(seconds=1),
            facts["outbox"],
        )

    await home.database.store(shut)
    home.clock.on(minutes=1)
    return {"epoch": epoch}


DOWNTIME: Final = Stage("downtime", _downtime, START)
RESTORED: Final = Stage("restored", _restored, ANSWERED)
SIDES: Final = (
    in_unit("downtime.seen", lambda t, db: pulse.take_note(db, t.who(N), t["downtime"], t.now)),
    in_unit(
        "restore.confirm",
        lambda t, db: epochs.confirm(db, t.who(C), t["epoch"], ConfirmEpoch(words=epochs.CONFIRM), t.now),
    ),
)
