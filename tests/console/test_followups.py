"""回访 in the console: pages and the ledger of a month (V1, C-8)."""

import pytest

from tests.console.browsers import Colleague, House, resident


async def test_c8_the_ledger_is_of_its_month_and_odd_pages_are_the_last_ones(
    house: House, colleagues: dict[str, Colleague]
) -> None:
    nurse, number = colleagues["tang"], await resident(house)
    talk = {
        "resident": str(number),
        "manner": "face",
        "outcome": "talked",
        "content": "good",
        "life": "好",
        "body": "好",
    }
    assert (await nurse.post("/followups", talk)).status == 200
    month = house.home.clock().strftime("%Y-%m")
    paper = await nurse.get(f"/followups/print?month={month}")
    assert "老人这个月" in paper
    assert "膝盖" not in paper
    for before in ("2020-01", "0001-01"):
        old = await nurse.get(f"/followups/print?month={before}")
        assert "这个月还没有回访过" in old
        assert "老人这个月" not in old, "figures of today belong to this month's sheet"
    assert "一共 1 次" in await nurse.get("/followups?page=3")


@pytest.mark.parametrize("path", ["/followups", "/tasks", "/appointments"])
async def test_fault_c11_a_page_that_cannot_be_is_an_empty_one(
    house: House, colleagues: dict[str, Colleague], path: str
) -> None:
    await resident(house)
    assert "<main" in await colleagues["shen"].get(f"{path}?page=999999999999999999")
