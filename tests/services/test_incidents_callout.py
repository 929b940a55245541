"""The call-out list on a duty telephone: by a secret address, without a log-in (E4)."""

import pytest

from care.errors import Forbidden, NotFound
from services.access import Viewer
from services.incidents import callout
from tests.services.chains import Tower, tower

__all__ = ["tower"]


async def address(tower: Tower, who: Viewer) -> str:
    found = await tower.home.database.read(lambda db: callout.current(db, who))
    return found[0] if found else ""


async def test_e4_the_duty_phone_reads_whom_to_call_and_a_new_address_ends_the_old_one(tower: Tower) -> None:
    lead, now = tower.who["he"], tower.home.clock()
    assert await address(tower, lead) == "", "there is none until somebody makes it"
    await tower.write(lambda db, at: callout.make(db, lead, at))
    old = await address(tower, lead)
    found = await tower.home.database.read(lambda db: callout.of_token(db, old, now))
    assert {(one.name, one.number) for one in found.people} >= {("周敏", "13900000003"), ("沈国平", "13900000006")}
    assert found.plans["fall"].steps
    await tower.write(lambda db, at: callout.make(db, lead, at))
    new = await address(tower, lead)
    assert new != old
    for wrong in (old, "", "x", "\udcff"):
        with pytest.raises(NotFound):
            await tower.home.database.read(lambda db, w=wrong: callout.of_token(db, w, now))  # type: ignore[misc]
    await tower.write(lambda db, at: callout.end(db, lead, at))
    with pytest.raises(NotFound):
        await tower.home.database.read(lambda db: callout.of_token(db, new, now))
    await tower.write(lambda db, at: callout.make(db, lead, at))
    assert await address(tower, lead) not in {"", old, new}


async def test_e4_only_leads_make_and_see_the_address(tower: Tower) -> None:
    zhou = tower.who["zhou"]
    for work in (callout.make, callout.end):
        with pytest.raises(Forbidden):
            await tower.write(lambda db, now, w=work: w(db, zhou, now))
    with pytest.raises(Forbidden):
        await tower.home.database.read(lambda db: callout.current(db, zhou))
