"""停机 in the console: told on the pages until somebody takes note (F4)."""

import re
from datetime import timedelta

from care.states import Role
from services.upkeep import pulse
from tests.console.browsers import Desk, House


async def test_f4_downtime_is_told_until_somebody_takes_note(at_desk: Desk) -> None:
    home, now = at_desk.home, at_desk.home.clock()
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now))
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now + timedelta(minutes=10)))
    at_desk.board.downtimes = await home.database.read(lambda db: pulse.unseen(db, home.ids.home_id))
    assert "停机 16:00–16:10" in await at_desk.get("/chats")
    answer = await at_desk.post(f"/downtimes/{at_desk.board.downtimes[0].id}/seen")
    assert "停机" not in await answer.text()
    assert "停机" not in await at_desk.get("/alarms")


async def test_fault_s10_who_works_with_nobody_reads_of_a_downtime_and_cannot_put_it_away(house: House) -> None:
    home, now = house.home, house.home.clock()
    for role, login in ((Role.AUDITOR, "ma"), (Role.ADMIN, "guan"), (Role.CARER, "zhou")):
        await home.staff(role, login, login)
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now))
    await home.database.store(lambda store: pulse.woke(store, home.ids.home_id, now + timedelta(minutes=10)))
    house.board.downtimes = await home.database.read(lambda db: pulse.unseen(db, home.ids.home_id))
    path = f"/console/downtimes/{house.board.downtimes[0].id}/seen"
    for login, status in (("ma", 404), ("guan", 404), ("zhou", 200)):
        async with house.browser(login) as client:
            page = await (await client.get("/console/")).text()
            assert "停机 16:00–16:10" in page
            assert (path in page) == (status == 200)
            token = re.search(r'"X-CSRF": "([^"]+)"', page)
            assert token
            assert (await client.post(path, headers={"X-CSRF": token[1]})).status == status
    assert len(await home.rows("SELECT id FROM audit WHERE action = 'take_note'")) == 1
