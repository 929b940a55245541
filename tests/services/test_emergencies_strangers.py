"""Who cries, and whom the strip believes: residents who are not in the house, strangers, what names nobody (A7, S6,
W1).
"""

import pytest

from care.errors import Invalid
from services.accusations import accusations
from services.emergencies import ringing, unreadable
from services.emergencies.strip import NOBODY
from tests.services.floors import House, house
from understanding.cascade import triage

__all__ = ["house"]


@pytest.mark.parametrize("status", ["住院", "请假", "退住"])
async def test_fault_a7_who_is_not_in_the_house_is_told_whom_to_call_and_nobody_runs_to_an_empty_bed(
    house: House, status: str
) -> None:
    await house.home.rows("UPDATE resident SET status = ?", status)
    said = await house.cries("我摔了起不来")
    assert "120" in said
    assert status in said
    assert "按铃" not in said
    (alarm,) = house.strips("tang")
    assert alarm.where.away == status
    assert alarm.place.startswith(f"登记为{status}，不在 306 室 1 床")
    calls = dict(
        await house.home.rows("SELECT person_id, (due_at - made_at) / 60000000 FROM promise WHERE kind = 'call'")
    )
    assert calls == {await house.home.person("grandma"): 15, await house.home.person("niece"): 15}, (
        "who cried and her first contact are called"
    )
    await house.cries("我妈摔了", "niece")
    assert any("老人登记为" in strip.place for strip in house.strips("tang"))


async def test_fault_a7_who_is_at_home_in_the_house_hears_the_bell_as_before(house: House) -> None:
    assert await house.cries("我摔了起不来") == "已经在叫人。您别动，别自己起来。"
    assert [strip.place for strip in house.strips("tang")] == ["306 室 1 床"]
    await house.cries("我妈摔了", "niece")
    assert "老人在 306 室" in next(strip.place for strip in house.strips("tang") if strip.name == "孙玉")


async def test_fault_s6_residents_stand_above_strangers_and_a_phone_that_cries_often_is_one(house: House) -> None:
    for number in range(30):
        await house.cries("救命", f"stranger{number:02d}")
    for _ in range(40):
        await house.cries("救命啊", "stranger00")
    house.home.clock.on(minutes=1)
    await house.cries("我摔倒了")
    strips = house.strips("tang")
    assert strips[0].name == "王桂兰"
    assert len(strips) == 31
    assert not any(strip.where.bound for strip in strips[1:])
    assert next(strip.count for strip in strips if strip.openid == "stranger00") == 41


async def test_fault_s6_a_stranger_is_muted_with_a_reason_and_an_elder_never(house: House) -> None:
    await house.cries("救命", "stranger")
    await house.cries("我摔倒了")
    (elder, stranger) = house.strips("tang")
    with pytest.raises(Invalid, match="不能静音"):
        await house.does("tang", "muted", elder, "太吵")
    with pytest.raises(Invalid, match="一句理由"):
        await house.does("tang", "muted", stranger, " ")
    await house.does("tang", "muted", stranger, "反复乱发")
    await house.cries("救命救命", "stranger")
    house.board.ring("stranger", "k", triage("救命"), "救命", house.home.clock())
    assert [strip.name for strip in house.strips("tang")] == ["王桂兰"]
    assert (
        await house.home.one("SELECT count(*) FROM inbox WHERE person_id = ?", await house.home.person("stranger")) == 2
    ), "it is still read"
    house.home.clock.on(hours=25)
    house.board.muted = await house.home.database.read(
        lambda db: ringing.muted(db, house.home.ids.home_id, house.home.clock())
    )
    await house.cries("救命", "stranger")
    assert [strip.where.bound for strip in house.strips("tang")] == [False], "after a day it rings again"
    assert NOBODY.bound is False


async def test_fault_w1_what_names_nobody_rings_once_a_minute_and_is_shown_until_somebody_has_looked(
    house: House,
) -> None:
    home, ids = house.home, house.home.ids

    async def comes(key: str, words: str, most: int | None = None) -> None:
        heard = triage(words)
        await home.database.store(
            lambda store: unreadable.keep(
                store, ids.home_id, ids.account_id, key, b"<xml", words, heard, home.clock(), most
            )
        )

    for key in ("u:1", "u:1", "u:2"):
        await comes(key, "救命")
    await comes("u:3", "护工打我")
    home.clock.on(minutes=2)
    await comes("u:4", "救命")
    rows = await home.database.read(lambda db: unreadable.unseen(db, ids.home_id))
    assert [row.rings for row in rows].count(True) == 2
    assert len(rows) == 4
    assert {row.words for row in unreadable.seen_by(house.staff["tang"], rows)} == {"救命", ""}, (
        "words about a colleague are for the lead"
    )
    assert {row.words for row in unreadable.seen_by(house.staff["he"], rows)} == {"救命", "护工打我"}
    await home.database.write(
        lambda db: unreadable.take_note(db, house.staff["tang"], max(row.id for row in rows), home.clock())
    )
    assert await home.database.read(lambda db: unreadable.unseen(db, ids.home_id)) == []
    for number in range(5):
        await comes(f"u:p{number}", "x", 6)
    rows = await home.database.read(lambda db: unreadable.unseen(db, ids.home_id))
    assert len(rows) + rows[0].more == 5, "what is not kept any more is counted"
    assert (await home.database.read(lambda db: accusations.of_people(db, []))) == {}
