"""A letter of a week on the phone of a relative (U2, U3, F15, F50)."""

import msgspec
import pytest

from care import notice
from care.states import Role
from services.families import notice as notices
from services.letters import weekly
from services.letters.forms import WithdrawLetter, WriteWeekly
from services.residents import residents
from services.residents.forms import SetStatus
from tests.conftest import HomeUnderTest
from tests.pages.test_door import Reader, reader, server
from tests.services.evenings import house, resident
from tests.services.test_letters_weekly import BED, at_letters, carer, goes, pens

__all__ = ["house", "reader", "server"]


@pytest.fixture
async def written(house: HomeUnderTest) -> int:
    row = await pens(house, await carer(house))
    at_letters(house)
    await goes(house)
    for who in ("daughter", "cousin"):  # the notice is a story of its own
        await house.database.write(
            lambda db, o=who: notices.saw(db, o, notice.VERSION, house.clock())  # type: ignore[misc]
        )
    return row.id


async def says(reader: Reader, number: int, **form: str) -> tuple[int, str]:
    async with reader.client.post(reader.server.make_url(f"/p/weeks/{number}"), data=form) as answer:
        return answer.status, await answer.text()


async def test_u2_she_reads_the_week_says_thank_you_and_asks(
    house: HomeUnderTest, reader: Reader, written: int
) -> None:
    assert await reader.enters(f"/p/weeks/{written}", "daughter") == (303, f"/p/weeks/{written}")
    _, _, page = await reader.get(f"/p/weeks/{written}")
    assert "妈妈的一周" in page
    assert "折纸花" in page
    assert "您怎么想" not in page
    assert "妈妈的一周" in (await reader.get("/p/letters"))[2]
    assert "记下了，谢谢您。" in (await says(reader, written, word="谢谢"))[1]
    assert "的每周家书］有疑问 p:weekly:" in (await says(reader, written, word="有疑问"))[1]
    assert (await says(reader, written, word="好"))[0] == 422
    still = (await reader.get(f"/p/weeks/{written}/still"))[2]
    assert f'data-as="{still}"' in (await reader.get(f"/p/weeks/{written}"))[2]
    who = await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    await house.database.write(lambda db: weekly.withdraw(db, who, written, WithdrawLetter(), house.clock()))
    assert (await reader.get(f"/p/weeks/{written}"))[0] == 404
    assert (await reader.get(f"/p/weeks/{written}/still"))[0] == 404


async def test_f15_who_may_not_read_it_sees_nothing(reader: Reader, written: int) -> None:
    await reader.enters(f"/p/weeks/{written}", "cousin")
    assert (await reader.get(f"/p/weeks/{written}"))[0] == 404
    assert (await says(reader, written, word="谢谢"))[0] == 404
    assert (await says(reader, written, opinion="让我看"))[0] == 404


async def test_f48_the_notice_stands_before_it(reader: Reader, written: int) -> None:
    await reader.enters(f"/p/weeks/{written}", "niece")
    assert "看过了" in (await reader.get(f"/p/weeks/{written}"))[2]
    assert await reader.reads_notice(f"/p/weeks/{written}") == (303, f"/p/weeks/{written}")


async def test_u3_under_news_from_hospital_she_says_what_she_thinks(house: HomeUnderTest, reader: Reader) -> None:
    who, lead = await carer(house), await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    number = await resident(house)
    await house.database.write(
        lambda db: residents.set_status(db, lead, number, SetStatus(status="住院"), house.clock())
    )
    form = msgspec.convert(
        {"day": house.clock().date(), "kind": "hospital", "ticked": BED, "sentence": "能坐起来喝粥了，小周陪着。"},
        WriteWeekly,
    )
    row = await house.database.write(lambda db: weekly.write(db, house.house, who, number, form, house.clock()))
    at_letters(house)
    await goes(house)
    await house.database.write(lambda db: notices.saw(db, "daughter", notice.VERSION, house.clock()))
    await reader.enters(f"/p/weeks/{row.id}", "daughter")
    assert "您怎么想" in (await reader.get(f"/p/weeks/{row.id}"))[2]
    assert "请写一句您的想法" in (await says(reader, row.id, opinion=" "))[1]
    told = (await says(reader, row.id, opinion="想转到市一院"))[1]
    assert "的住院情况］想转到市一院" in told
