"""What there was for everybody goes into a letter by a tap, is read as a line of its own, and is no letter alone (A8,
U2).
"""

import pytest

from care.errors import Invalid
from care.states import Role
from services.access import Viewer
from services.letters import letters, shared
from services.letters.forms import WriteLetter
from services.residents.access import access_resident
from services.week import activities, menu
from services.week.forms import CancelActivity, PutActivity, SaveMenu
from storage.queries import letters as queries
from storage.queries import letters_pages
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, resident

__all__ = ["house"]
LUNCH, SINGING = "午餐：红烧鱼", "15:00 合唱（大厅）"


@pytest.fixture
async def carer(house: HomeUnderTest) -> Viewer:
    """A carer; today there is fish, and singing."""
    desk, day = await house.staff(), letters.today(house.settings.home, house.clock())

    def work(db: Unit) -> None:
        cells = {f"{day}-lunch": frozenset({"红烧鱼"})}
        menu.save(db, desk, SaveMenu(first=day, cells=cells), house.clock())
        activities.put(db, desk, PutActivity(day=day, begins="15:00", title="合唱", place="大厅"), house.clock())

    await house.database.write(work)
    return await house.staff(Role.CARER, "周敏", "zhou", "3")


async def writes(house: HomeUnderTest, who: Viewer, *lines: str, sentence: str = "今天给孙女折了一只纸鹤") -> int:
    day = letters.today(house.settings.home, house.clock())
    form = WriteLetter(ticked={"house": frozenset(lines)}, sentence=sentence)
    number = await resident(house)
    row = await house.database.write(lambda db: letters.write(db, who, number, day, form, house.clock()))
    return row.id


async def cancels(house: HomeUnderTest, who: Viewer) -> None:
    number = await house.one("SELECT id FROM activity")
    form = CancelActivity(activity=number, cancelled=True)
    await house.database.write(lambda db: activities.cancel(db, who, form, house.clock()))


async def offered(house: HomeUnderTest, who: Viewer) -> tuple[str, ...]:
    number, day = await resident(house), letters.today(house.settings.home, house.clock())

    def work(db: Unit) -> tuple[str, ...]:
        return shared.offered(db, access_resident(db, who, number), day, queries.of_day(db, number, day))

    return await house.database.read(work)


async def test_a8_what_was_ticked_stands_in_the_letter_and_what_was_not_does_not(
    house: HomeUnderTest, carer: Viewer
) -> None:
    assert await offered(house, carer) == (LUNCH, SINGING)
    number = await writes(house, carer, LUNCH)
    await evening(house)
    daughter = await house.person("niece")
    page = await house.database.read(lambda db: letters_pages.page(db, daughter, number))
    assert page is not None
    assert page.facts == [("今天院里", LUNCH)]


async def test_a8_the_notice_board_alone_is_no_letter(house: HomeUnderTest, carer: Viewer) -> None:
    with pytest.raises(Invalid, match="什么都没记"):
        await writes(house, carer, LUNCH, sentence="")


async def test_a8_a_line_that_was_changed_meanwhile_is_said_and_one_that_was_written_stays(
    house: HomeUnderTest, carer: Viewer
) -> None:
    await writes(house, carer, LUNCH, SINGING)
    await cancels(house, await house.staff(Role.DIRECTOR, "沈国平", "shen"))
    assert await offered(house, carer) == (LUNCH, SINGING), "what the letter has can be taken out of it"
    await writes(house, carer, LUNCH, SINGING, sentence="换了一句")
    await writes(house, carer, LUNCH)
    assert await offered(house, carer) == (LUNCH,)
    with pytest.raises(Invalid, match="「15:00 合唱（大厅）」刚刚改过或取消了"):
        await writes(house, carer, LUNCH, SINGING)
    house.clock.on(days=1)
    assert await offered(house, carer) == ()
