"""停机 in the console: told on the pages until somebody takes note (F4)."""

from datetime import timedelta

from services.upkeep import pulse
from tests.console.browsers import Desk


async def test_f4_downtime_is_told_until_somebody_takes_note(at_desk: Desk) -> None:
    home, now = at_desk.home, at_desk.home.clock()
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now))
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now + timedelta(minutes=10)))
    at_desk.board.downtimes = await home.database.read(lambda db: pulse.unseen(db, home.ids.home_id))
    assert "停机 16:00–16:10" in await at_desk.get("/chats")
    answer = await at_desk.post(f"/downtimes/{at_desk.board.downtimes[0].id}/seen")
    assert "停机" not in await answer.text()
    assert "停机" not in await at_desk.get("/alarms")
