"""A screen that hears alarms for a shift goes on hearing them while its colleague is with somebody (F1, F39)."""

from datetime import timedelta

import pytest

from care.states import Role, TakeoverEnd
from services.access import Viewer
from services.emergencies import receivers
from services.emergencies.forms import TakeOver
from services.staff import sessions, staff, stations
from settings.clock import wall
from storage.tables.staff import Station
from tests.conftest import HomeUnderTest
from tests.services.test_staff_stations import PLACE, at_station, session


async def _takes_over(home: HomeUnderTest, who: Viewer, number: int, *, heard: bool = True) -> None:
    house, now = home.house, home.clock()
    await home.database.write(lambda db: receivers.take_over(db, house, who, number, TakeOver(), now))
    if heard:
        await home.database.write(lambda db: receivers.heard(db, who, number, now, wall()))


async def _nurse(home: HomeUnderTest, *more: Viewer) -> tuple[Viewer, Station, str, int]:
    director, nurse = await home.staff(Role.DIRECTOR, "沈国平", "shen"), await home.staff(Role.NURSE, "唐雨", "tang")
    row, (token, *_) = await at_station(home, director, nurse, *more)
    found = await session(home, token)
    assert found is not None
    return nurse, row, token, found.id


async def test_f1_a_nurse_who_took_over_and_goes_to_a_bed_leaves_her_screen_hearing(home: HomeUnderTest) -> None:
    nurse, _, token, number = await _nurse(home)
    await _takes_over(home, nurse, number)
    home.clock.on(minutes=3)
    found = await session(home, token)
    assert found is not None
    assert found.left
    again = await home.database.read(lambda db: sessions.again(db, number, home.clock()))
    assert again is not None
    assert again.viewer == found.viewer, "its stream goes on"
    assert await home.database.write(lambda db: receivers.tidy(db, home.ids.home_id, home.clock())) == 0


@pytest.mark.parametrize("heard", [True, False])
async def test_f1_only_a_screen_that_was_heard_stays_and_a_locked_one_opens_nothing(
    home: HomeUnderTest, *, heard: bool
) -> None:
    nurse, row, token, number = await _nurse(home)
    await _takes_over(home, nurse, number, heard=heard)
    await home.database.write(lambda db: stations.lock(db, row, home.clock()))
    found = await session(home, token)
    assert (found is not None and found.left) is heard, "locked by hand it is veiled at once"


async def test_f1_who_comes_back_to_the_station_goes_on_hearing_and_another_ends_it(home: HomeUnderTest) -> None:
    zhou = await home.staff(Role.CARER, "周敏", "zhou")
    nurse, row, _, number = await _nurse(home)
    await home.rows("UPDATE staff SET pin = ? WHERE id = ?", staff.hashed_pin("274916"), zhou.id)
    await _takes_over(home, nurse, number)
    home.clock.on(minutes=5)
    token = await home.database.write(lambda db: stations.come(db, row, nurse.id, home.clock(), 12, PLACE))
    back = await session(home, token)
    assert back is not None
    assert not back.left
    assert await home.one("SELECT session_id FROM takeover WHERE ended_at IS NULL") == back.id
    home.clock.on(minutes=5)
    await home.database.write(lambda db: stations.come(db, row, zhou.id, home.clock(), 12, PLACE))
    await home.database.write(lambda db: receivers.tidy(db, home.ids.home_id, home.clock()))
    assert await home.one("SELECT ended_how FROM takeover") == TakeoverEnd.LEFT.value


async def test_f1_who_logs_in_again_in_the_same_browser_goes_on_hearing(home: HomeUnderTest) -> None:
    nurse = await home.staff(Role.NURSE, "唐雨", "tang")

    async def logs_in(before: str = "") -> str:
        who = await home.database.read(lambda db: staff.knock(db, "tang", PLACE[0], "", home.clock()))
        idle = timedelta(minutes=30)
        found = await home.database.write(lambda db: sessions.log_in(db, who, home.clock(), 12, "", idle, before))
        return found.session

    token = await logs_in()
    first = await session(home, token)
    assert first is not None
    await _takes_over(home, nurse, first.id)
    home.clock.on(minutes=40)
    elsewhere = await session(home, await logs_in())
    assert elsewhere is not None
    assert await home.one("SELECT session_id FROM takeover") == first.id, "a log-in at home takes no screen with it"
    back = await session(home, await logs_in(token))
    assert back is not None
    assert await home.one("SELECT session_id FROM takeover") == back.id
