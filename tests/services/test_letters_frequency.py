"""Letters are announced as often and at the hour that each relative wants, by their own clock (N7)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from care import families
from storage.store import Store
from tests.conftest import HomeUnderTest, put
from tests.services.evenings import evening, house, writes

__all__ = ["house"]
SUNDAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("frequency", "day", "changed", "told"),
    [
        ("daily", 24, False, True),
        ("weekly", 22, False, True),
        ("weekly", 24, False, False),
        ("weekly", 24, True, True),
        ("changes", 22, False, False),
        ("changes", 22, True, True),
    ],
)
def test_n7_how_often_a_letter_is_announced(frequency: str, day: int, changed: bool, told: bool) -> None:
    assert families.announces(frequency, SUNDAY.replace(day=day), changed=changed) is told


def test_n7_an_hour_strikes_on_the_relatives_own_clock() -> None:
    now = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert families.at_hour(now, None, ZoneInfo("Asia/Shanghai")) == now
    assert families.at_hour(now, 20, ZoneInfo("Asia/Shanghai")) == datetime(2026, 11, 22, 12, tzinfo=UTC)
    assert families.at_hour(now, 9, ZoneInfo("Asia/Shanghai")) == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert families.at_hour(now, 10, ZoneInfo("Europe/London")) == datetime(2026, 11, 22, 10, tzinfo=UTC)


async def chooses(home: HomeUnderTest, openid: str, frequency: str, hour: int | None) -> None:
    person = await home.person(openid)

    def work(store: Store) -> None:
        store.lock_persons(person)
        put(store, "UPDATE kinship SET frequency = ?, hour = ? WHERE person_id = ?", frequency, hour, person)

    await home.database.store(work)


async def test_n7_a_relative_hears_of_a_letter_at_the_chosen_hour_and_not_of_each(house: HomeUnderTest) -> None:
    desk = await house.staff()
    await chooses(house, "daughter", "daily", 21)
    await chooses(house, "niece", "changes", None)
    for openid in ("daughter", "niece"):
        await house.hears("在吗", openid)
    await writes(house, desk)
    assert await evening(house) == 1
    heard = [words for _, words in await house.send_all() if "家书到了" in words]
    assert heard == []
    (planned,) = await house.rows("SELECT state, person_id FROM outbox WHERE purpose = 'letter'")
    assert planned == ("planned", await house.person("daughter"))
    house.clock.now = datetime(2026, 11, 22, 13, tzinfo=UTC)
    assert [openid for openid, words in await house.send_all() if "今天的家书到了" in words] == ["daughter"]


async def test_n7_who_hears_the_next_morning_is_told_of_which_day(house: HomeUnderTest) -> None:
    desk = await house.staff()
    await chooses(house, "daughter", "daily", 9)
    await house.hears("在吗", "daughter")
    await writes(house, desk)
    await evening(house)
    house.clock.now = datetime(2026, 11, 23, 1, 1, tzinfo=UTC)
    told = [words for openid, words in await house.send_all() if openid == "daughter" and "家书到了" in words]
    assert len(told) == 1
    assert "11月22日" in told[0]
    assert "今天" not in told[0]
