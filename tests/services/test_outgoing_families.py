"""找得到每一家: reached is who wrote, opened, or talked; what was only sent does not count (practice 4.4; F45)."""

from datetime import timedelta

import pytest

from care.states import Role
from services.access import Viewer
from services.followups import followups
from services.followups.forms import WriteTalk
from services.letters import letters
from services.outgoing import today
from services.residents import residents
from services.residents.forms import Hush
from services.talks import answering
from storage import tables
from storage.queries import outgoing_families as queries
from storage.types import new_id
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE
from tests.services.evenings import evening, writes


@pytest.fixture
async def lead(home: HomeUnderTest) -> Viewer:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return await home.staff(Role.DIRECTOR, "沈国平", "shen")


async def reach(home: HomeUnderTest, who: Viewer) -> queries.Reach:
    return await home.database.read(lambda db: queries.reach(db, who.sight, home.clock()))


async def how(home: HomeUnderTest, who: Viewer) -> dict[str, str]:
    return {one.elder: one.how for one in (await reach(home, who)).all}


async def test_f45_each_way_of_really_reaching_a_family_counts_and_sending_does_not(
    home: HomeUnderTest, lead: Viewer
) -> None:
    assert await how(home, lead) == {"何秀英": "", "王桂兰": ""}
    person, now = await home.person("kin2"), home.clock()
    await home.database.write(lambda db: answering.answer(db, lead, person, "您好", "k", now))
    await home.send_all()
    assert (await reach(home, lead)).reached == 0, "that something was sent is no contact"
    await home.hears("你好", "angry")
    found = await reach(home, lead)
    assert (found.reached, found.families) == (1, 2)
    assert await how(home, lead) == {"何秀英": "", "王桂兰": "来信"}, "whoever of the family wrote"
    home.clock.on(hours=1)
    await home.database.write(lambda db: answering.log_call(db, lead, person, "都好", home.clock()))
    assert (await how(home, lead))["何秀英"] == "打过电话"
    home.clock.on(hours=1)
    elder = await home.one("SELECT id FROM resident WHERE room = '201'")
    form = WriteTalk(
        resident=elder, person=person, manner="phone", outcome="talked", content="good", life="好", body="好"
    )
    await home.database.write(lambda db: followups.write(db, home.house, lead, form, home.clock()))
    assert (await how(home, lead))["何秀英"] == "回访过"


async def test_f45_a_letter_that_was_opened_is_contact(home: HomeUnderTest, lead: Viewer) -> None:
    carer = await home.staff(Role.CARER, "周敏", "zhou", "3")
    number = await writes(home, carer)
    await evening(home)
    assert (await how(home, lead))["王桂兰"] == ""
    kin = await home.person("kin3")
    await home.database.write(lambda db: letters.opened(db, kin, number, home.clock()))
    assert (await how(home, lead))["王桂兰"] == "看了家书"


async def test_f45_the_longest_silence_comes_first_on_mondays_and_who_mourns_is_left_in_peace(
    home: HomeUnderTest, lead: Viewer
) -> None:
    assert (await reach(home, lead)).call == [], "who came today has not been silent"
    home.clock.on(days=5)
    await home.hears("你好", "kin3")
    home.clock.on(days=15)
    found = await reach(home, lead)
    assert [(one.elder, one.days) for one in found.call] == [("何秀英", 20), ("王桂兰", 15)]

    async def lines(day: int) -> list[str]:
        at = home.clock() + timedelta(days=(day - home.clock().weekday()) % 7)
        return [one.title for one in await home.database.read(lambda db: today.lines(db, lead, at))]

    assert await lines(0) == ["2 家两周没联系上"]
    assert await lines(1) == []
    elder = await home.one("SELECT id FROM resident WHERE room = '201'")
    await home.database.write(lambda db: residents.hush(db, lead, elder, Hush(on=True), home.clock()))
    assert [one.elder for one in (await reach(home, lead)).call] == ["王桂兰"]


async def test_f45_ten_calls_a_week_are_enough(home: HomeUnderTest, lead: Viewer) -> None:
    await home.database.write(lambda db: _families(db, home, 12))
    home.clock.on(days=30)
    found = await reach(home, lead)
    assert (len(found.call), found.waiting, found.families) == (10, 4, 14)


def _families(db: Unit, home: HomeUnderTest, many: int) -> None:
    """More residents with a daughter each, whom nobody has reached."""
    for n in range(many):
        elder = houses._person(db, home.ids, "elder", f"老人{n}", None, home.clock())
        entry = {"room": f"5{n:02d}", "bed": "1", "sex": "女", "born": "1940-01-01"}
        resident = houses._resident(db, home.ids, elder, entry, home.clock())
        person = houses._person(db, home.ids, "family", f"家属{n}", None, home.clock())
        tie = tables.Kinship(
            id=new_id(),
            home_id=home.ids.home_id,
            person_id=person.id,
            resident_id=resident.id,
            is_primary=True,
            scopes="daily",
            created_at=home.clock(),
        )
        db.seal(tie, "relation", "女儿")
        db.add(tie)


async def test_c14_whose_talk_is_hidden_stands_in_no_list_with_a_time(home: HomeUnderTest, lead: Viewer) -> None:
    desk = await home.staff()
    await home.hears("我要投诉陈晓雯，她骂我妈", "kin2")
    assert {one.elder for one in (await reach(home, lead)).all} == {"何秀英", "王桂兰"}
    found = await reach(home, desk)
    assert [one.elder for one in found.all] == ["王桂兰"], "who is accused does not learn that somebody wrote"


async def test_f45_ten_a_week_counts_the_calls_that_were_made_and_changes_alone_is_a_choice(
    home: HomeUnderTest, lead: Viewer
) -> None:
    home.clock.on(days=20)
    person = await home.person("kin2")
    await home.database.write(lambda db: answering.log_call(db, lead, person, "都好", home.clock()))
    home.clock.on(days=1)
    await home.rows("UPDATE kinship SET frequency = 'changes'")
    assert (await reach(home, lead)).call == [], "who wants to hear of changes alone is not called after two weeks"
    home.clock.on(days=45)
    assert len((await reach(home, lead)).call) == 1
