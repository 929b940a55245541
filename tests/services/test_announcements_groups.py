"""名单, and activities and offers: to a group, and to who said that they want to hear of them (B1, B2, N6)."""

from datetime import timedelta

import pytest

from care.errors import Decided, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.announcements import announcements, groups
from services.announcements.forms import Announce, MakeGroup, PutPerson
from services.outgoing import masses
from services.residents import residents
from services.residents.forms import SetStatus
from storage.queries import announcements_groups as queries
from tests.conftest import HomeUnderTest
from tests.services.reads import says
from tests.services.test_announcements import ends, house, job, lead, writes

__all__ = ["house", "lead"]


async def made(home: HomeUnderTest, who: Viewer, name: str = "重点家庭") -> int:
    row = await home.database.write(lambda db: groups.make(db, who, MakeGroup(name=name), home.clock()).id)
    return int(row)


async def puts(home: HomeUnderTest, who: Viewer, openid: str, *numbers: int, wants: bool = False) -> None:
    person, form = await home.person(openid), PutPerson(groups=frozenset(numbers), wants=wants)
    await home.database.write(lambda db: groups.put(db, who, person, form, home.clock()))


async def listed(home: HomeUnderTest) -> dict[str, queries.Listed]:
    found = await home.database.read(lambda db: queries.everybody(db, home.ids.home_id))
    return {one.who.name: one for one in found}


async def test_n6_a_group_hears_what_is_said_to_it_and_nobody_else(house: HomeUnderTest, lead: Viewer) -> None:
    await house.hears("请问怎么收费", "asker")
    for who in ("kin3", "kin2"):
        await house.hears("你好", who)
    group = await made(house, lead)
    await puts(house, lead, "kin3", group)
    await puts(house, lead, "asker", group)
    await writes(house, lead, Announce(words="周六开放日，欢迎来看看。", group=group))
    await job(house, 3)
    found = await ends(house)
    assert {who for who, (_, purpose) in found.items() if purpose == "news"} == {"kin3", "asker"}
    assert {who for who, words in await house.send_all() if "开放日" in words} == {"kin3", "asker"}


async def test_b2_nobody_hears_of_offers_who_has_not_said_so(house: HomeUnderTest, lead: Viewer) -> None:
    for who in ("kin3", "kin2", "asker", "other"):
        await house.hears("你好", who)
    await puts(house, lead, "kin3", wants=True)
    await puts(house, lead, "asker", wants=True)
    form = Announce(words="春节团圆饭套餐八折。", offer=True)
    shown = await house.database.read(lambda db: announcements.preview(db, house.house, lead, form, house.clock()))
    assert len(shown) == 2
    await writes(house, lead, form)
    await job(house, 3)
    await house.send_all()
    found = await ends(house)
    told = {who: state for who, (state, purpose) in found.items() if purpose == "offer"}
    assert set(told) == {"kin3", "asker"}
    rows = await house.rows("SELECT state, code FROM outbox WHERE purpose = 'offer'")
    assert {tuple(row) for row in rows} == {("parked", masses.MASS)}, "their windows are open, and no message is used"


async def test_b2_who_wrote_unsubscribe_or_has_sorrow_hears_of_no_offer(house: HomeUnderTest, lead: Viewer) -> None:
    director = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    for who in ("kin3", "kin2"):
        await house.hears("你好", who)
        await puts(house, lead, who, wants=True)
    house.clock.on(minutes=5)
    assert "退订的事记下了" in await says(house, "退订", "kin2", "stop")
    assert (await listed(house))["何平"].stopped
    number = int(await house.one("SELECT id FROM resident WHERE room = '306'"))
    status = SetStatus(status="住院")
    await house.database.write(lambda db: residents.set_status(db, director, number, status, house.clock()))
    form = Announce(words="书画展周日开幕。", offer=True)
    (one,) = await house.database.read(lambda db: announcements.preview(db, house.house, lead, form, house.clock()))
    assert (one.who.name, one.not_said) == ("李静", "老人住院，不发欢快的话")
    await puts(house, lead, "kin2", wants=True)  # she was asked again, and wants it after all
    assert not (await listed(house))["何平"].stopped
    assert await house.one("SELECT count(*) FROM offer_consent WHERE ended_at IS NULL") == 2
    await puts(house, lead, "kin2", wants=True)
    assert await house.one("SELECT count(*) FROM offer_consent") == 3
    await puts(house, lead, "kin2")
    assert (await listed(house))["何平"].wants is None


async def test_b2_offers_are_for_families_alone_and_never_urgent(house: HomeUnderTest, lead: Viewer) -> None:
    for form in (
        Announce(words="八折。", offer=True, urgent=True),
        Announce(words="八折。", offer=True, whom="elder"),
    ):
        with pytest.raises(Invalid, match="只发给家属和咨询的人"):
            await writes(house, lead, form)
    with pytest.raises(Invalid, match="一位也没有"):
        await writes(house, lead, Announce(words="八折。", offer=True))
    floor = await house.staff(Role.SUPERVISOR, "唐姐", "tang", "3")
    with pytest.raises(Invalid, match="全院"):
        await writes(house, floor, Announce(words="八折。", offer=True))
    with pytest.raises(Invalid, match="全院"):
        await puts(house, floor, "kin3", wants=True)


async def test_n6_groups_have_names_of_their_own_and_go(house: HomeUnderTest, lead: Viewer) -> None:
    group = await made(house, lead)
    for name, words in (("重点家庭", "已经有一个"), (" ", "叫什么"), ("长" * 13, "12 个字")):
        with pytest.raises(Invalid, match=words):
            await made(house, lead, name)
    await puts(house, lead, "kin3", group)
    assert [
        (one.row.name, one.many) for one in await house.database.read(lambda db: queries.groups(db, house.ids.home_id))
    ] == [("重点家庭", 1)]
    later = house.clock() + timedelta(days=1)
    await house.hears("你好", "kin3")
    await writes(house, lead, Announce(words="明天有讲座。", group=group, at=later))
    await house.database.write(lambda db: groups.drop(db, lead, group, house.clock()))
    with pytest.raises(Decided):
        await house.database.write(lambda db: groups.drop(db, lead, group, house.clock()))
    with pytest.raises(Invalid, match="已经去掉"):
        await writes(house, lead, Announce(words="好", group=group))
    with pytest.raises(NotFound):
        await house.database.write(lambda db: groups.drop(db, lead, 7, house.clock()))
    assert (await listed(house))["李静"].groups == frozenset()
    for n in range(groups.MOST):
        await made(house, lead, f"第{n}")
    with pytest.raises(Invalid, match="先去掉"):
        await made(house, lead, "再来一个")
    with pytest.raises(NotFound):
        await house.database.write(lambda db: groups.put(db, lead, 7, PutPerson(), house.clock()))
