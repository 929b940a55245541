"""A photo that is to be fetched, and what each side does with the file."""

from typing import Final

from sqlalchemy import select

from conversations import events
from services.media import media
from storage import tables
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.races.model import Stage, Turn
from tests.races.moments.home import START, Facts, in_store


async def _photo(home: HomeUnderTest, _: Facts) -> Facts:
    """A photo of the daughter is to be fetched."""
    await home.hears(events.Image("m1"), "daughter")
    home.clock.on(seconds=1)
    return {}


PHOTO: Final = Stage("photo", _photo, START)


def _wanted(_: Turn, db: Unit) -> media.Wanted:
    """What the fetcher holds of a file."""
    row, message = db.execute(
        select(tables.Media, tables.Inbox).join(tables.Inbox, tables.Inbox.id == tables.Media.inbox_id)
    ).one()
    return media.Wanted(row.id, row.person_id, row.inbox_id, row.media_id, row.tries, message.arrived_at)


SIDES: Final = (
    in_store("fetcher.wanted", lambda t, store: media.wanted(store, t.now) and None),
    in_store("fetcher.kept", lambda t, store: media.kept(store, t.seen, b"\xff\xd8\xff" + bytes([t.nth])), _wanted),
    in_store("fetcher.missed", lambda t, store: media.missed(store, t.seen, t.now, gone=True), _wanted),
)
