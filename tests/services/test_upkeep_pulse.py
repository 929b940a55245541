"""停机: a gap in the pulse is told until somebody takes note (F4)."""

from datetime import timedelta

import pytest

from care.errors import NotFound
from services.upkeep import pulse
from tests.conftest import HomeUnderTest


async def test_f4_a_gap_in_the_pulse_is_told_as_downtime_until_somebody_takes_note(home: HomeUnderTest) -> None:
    who, start = await home.staff(), home.clock()
    for seconds, gaps in ((0, 0), (10, 0), (100, 1)):
        now = start + timedelta(seconds=seconds)
        await home.database.store(lambda store, at=now: pulse.woke(store, home.ids.home_id, at))  # type: ignore[misc]
        assert len(await home.database.read(lambda db: pulse.unseen(db, home.ids.home_id))) == gaps
    (gap,) = await home.database.read(lambda db: pulse.unseen(db, home.ids.home_id))
    assert gap.to_at - gap.from_at == timedelta(seconds=90)
    await home.database.write(lambda db: pulse.take_note(db, who, gap.id, home.clock()))
    assert await home.database.read(lambda db: pulse.unseen(db, home.ids.home_id)) == []
    with pytest.raises(NotFound):
        await home.database.write(lambda db: pulse.take_note(db, who, 1, home.clock()))
