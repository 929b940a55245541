"""想怎样收到 on the phone of a relative (N7)."""

import re

import pytest

from care import notice
from care.errors import Changed
from services.families import notice as notices
from tests.conftest import HomeUnderTest
from tests.pages.test_door import Reader, reader, server
from tests.services.evenings import house

__all__ = ["house", "reader", "server"]
HERE = "/p/preferences"


@pytest.fixture(autouse=True)
async def _told_before(house: HomeUnderTest) -> None:
    for who in ("daughter", "grandma"):  # the notice is a story of its own
        await house.database.write(
            lambda db, o=who: notices.saw(db, o, notice.VERSION, house.clock())  # type: ignore[misc]
        )


async def sends(reader: Reader, **form: str | list[str]) -> tuple[int, str]:
    async with reader.client.post(reader.server.make_url(HERE), data=form) as answer:
        return answer.status, await answer.text()


def drawn(page: str) -> str:
    found = re.search(r'name="drawn" value="([^"]+)"', page)
    assert found
    return found[1]


async def test_n7_she_chooses_and_sees_it_again(house: HomeUnderTest, reader: Reader) -> None:
    assert await reader.enters(HERE, "daughter") == (303, HERE)
    _, _, page = await reader.get(HERE)
    assert "checked" not in page
    status, kept = await sends(reader, drawn=drawn(page), declines=["survey", "news"], hour_from="9", hour_until="")
    assert (status, "记下了" in kept, kept.count("checked")) == (200, True, 2)
    assert '<option value="9" selected>' in (await reader.get(HERE))[2]
    assert await house.rows("SELECT declines, hour_from, hour_until FROM person WHERE declines IS NOT NULL") == [
        ("news survey", 9, None)
    ]
    status, late = await sends(reader, drawn=drawn(page), hour_from="", hour_until="")
    assert Changed(who="有同事，或家属自己", what="改过这几项", revision="").sentence[:8] in late
    assert late.count("checked") == 2, "nothing is lost"
    status, wrong = await sends(reader, drawn=drawn(late), declines="alarm", hour_from="", hour_until="")
    assert "请从列出来的几项里选。" in wrong
    assert 'href="/p/preferences"' in (await reader.get("/p/letters"))[2]


async def test_n7_an_elder_is_told_that_it_is_for_relatives(reader: Reader) -> None:
    await reader.enters(HERE, "grandma")
    status, _, page = await reader.get(HERE)
    assert status == 409
    assert "绑定" in page
