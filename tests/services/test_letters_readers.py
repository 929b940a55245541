"""Which letters a relative finds, to the last one of a page, and to whom one leaves by itself (F14, F16)."""

from datetime import date, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from care.states import Role
from services.outgoing import sending, templates
from services.outgoing.forms import BindTemplate
from storage import tables
from storage.queries import letters as queries
from storage.queries import letters_pages
from storage.unit import Unit
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, writes

__all__ = ["house"]


@pytest.mark.parametrize(
    ("left", "seconds", "following", "leaves"),
    [(2, 1, True, True), (1, 1, True, False), (2, 0, True, False), (2, 1, False, False)],
)
async def test_f16_a_letter_never_takes_the_last_message_that_a_colleague_may_send(
    house: HomeUnderTest, left: int, seconds: int, following: bool, leaves: bool
) -> None:
    await house.hears("你好", "daughter")
    person, now = await house.person("daughter"), house.clock()

    def have(db: Unit) -> None:
        db.lock_persons(person)
        phone = db.query(tables.Follower).filter_by(person_id=person).one()
        phone.session_left, phone.session_until, phone.following = left, now + timedelta(seconds=seconds), following

    await house.database.write(have)
    assert await house.database.read(lambda db: queries.window_open(db, person, now)) is leaves


async def test_f16_a_daughter_abroad_has_her_own_zone_and_nobody_else_has_it(house: HomeUnderTest) -> None:
    daughter = await house.person("daughter")
    await house.rows("UPDATE person SET timezone = 'America/Los_Angeles' WHERE id = ?", daughter)
    zones = []
    for who in ("daughter", "niece"):
        person = await house.person(who)
        zones.append(await house.database.read(partial(queries.zone, person_id=person)))
    assert zones == [ZoneInfo("America/Los_Angeles"), None]


async def test_f14_the_newest_letter_of_each_elder_and_the_shelf_to_its_last_letter(
    house: HomeUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    written: list[tuple[int, date]] = []
    for sentence in ("上午折了六朵纸花。", "下午唱了一首老歌。"):
        begun = house.clock()
        written.insert(0, (await writes(house, carer, sentence=sentence), begun.date()))
        await evening(house)
        house.clock.on(days=1)
        house.clock.now = house.clock.now.replace(hour=8)
    person = await house.person("niece")

    async def newest(who: str) -> object:
        number = await house.person(who)
        return await house.database.store(lambda store: queries.newest(store, number, begun - timedelta(days=1)))

    assert await newest("niece") == [("王桂兰", written[0][1], written[0][0])]
    assert await newest("cousin") is None

    async def shelf(before: date | None = None) -> tuple[list[int], date | None]:
        rows, more = await house.database.read(lambda db: letters_pages.shelf(db, person, before))
        assert not any(read for *_, read in rows)
        return [row[0] for row in rows], more

    both = [number for number, _ in written]
    for size, pages in ((3, [both]), (2, [both]), (1, [both[:1], both[1:]])):
        monkeypatch.setattr(letters_pages, "SHELF", size)
        before: date | None = None
        for number, page in enumerate(pages):
            found, before = await shelf(before)
            assert found == page
            assert (before is None) is (number == len(pages) - 1)


async def test_u1_f16_a_relative_outside_the_window_is_told_by_a_card_that_opens_her_letter(
    house: HomeUnderTest,
) -> None:
    carer, director = (
        await house.staff(Role.CARER, "周敏", "zhou", "3"),
        await house.staff(Role.DIRECTOR, "沈国平", "shen"),
    )
    there = {
        "template_id": "T-letter",
        "title": "家书送达提醒",
        "content": "老人姓名:{{thing1.DATA}}\n时间:{{time2.DATA}}\n",
    }
    form = BindTemplate(kind="letter", template="T-letter", lines=frozenset({"thing1=elder", "time2=at"}))
    for openid in ("daughter", "niece"):
        await house.hears("你好", openid)
    house.clock.on(hours=49)
    house.clock.now = house.clock.now.replace(hour=2)
    await writes(house, carer)
    await evening(house)
    assert await house.one("SELECT count(*) FROM outbox WHERE purpose = 'letter'") == 0, "no window, no template"
    await house.database.write(lambda db: templates.bind(db, director, form, [there], house.clock()))
    house.clock.on(days=1)
    house.clock.now = house.clock.now.replace(hour=2)
    number = await writes(house, carer, sentence="下午唱了一首老歌。")
    await evening(house)
    claims = await house.database.store(lambda store: sending.claim(store, house.clock(), house.clock()))
    told = {claim.openid: claim.template for claim in claims}
    assert set(told) == {"daughter", "niece"}
    card = told["niece"]
    assert card is not None
    assert (card.data["thing1"], card.page) == ("王桂兰", f"/p/letters/{number}")
