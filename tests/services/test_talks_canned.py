"""常用语: the house's and one's own, filled from the talk as far as the relative may know, and never sent half filled."""

from collections.abc import Callable

import pytest

from care.errors import Changed, Forbidden, Invalid, NotFound
from care.states import Role
from services.access import Viewer
from services.talks import answering, canned
from services.talks.forms import MoveCanned, RemoveCanned, WriteCanned
from storage.unit import Unit
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE

TOLD = "{称呼}，您好。{老人}住在 {房间}。"


@pytest.fixture
async def house(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


@pytest.fixture
async def desk(house: HomeUnderTest) -> Viewer:
    return await house.staff()


async def do(home: HomeUnderTest, work: Callable[[Unit], object]) -> None:
    home.clock.on(seconds=1)
    await home.database.write(work)


async def write(home: HomeUnderTest, who: Viewer, words: str, whose: str = "house") -> None:
    await do(home, lambda db: canned.write(db, who, WriteCanned(words=words, whose=whose), home.clock()))


async def words(home: HomeUnderTest, who: Viewer) -> list[str]:
    return [one.words for one in await home.database.read(lambda db: canned.listed(db, who))]


async def filled(home: HomeUnderTest, who: Viewer, openid: str) -> str:
    person = await home.person(openid)
    return (await home.database.read(lambda db: canned.for_talk(db, who, person)))[0].words


async def test_u7_the_house_s_words_and_one_s_own_stand_in_their_order(house: HomeUnderTest, desk: Viewer) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    for one in ("收到。", "我去看看。", "马上问。"):
        await write(house, desk, one)
    await write(house, carer, "我是三楼的周敏。", "own")
    assert await words(house, carer) == ["收到。", "我去看看。", "马上问。", "我是三楼的周敏。"]
    assert await words(house, desk) == ["收到。", "我去看看。", "马上问。"], "what is one's own nobody else sees"
    last = (await house.database.read(lambda db: canned.listed(db, desk)))[-1].id
    for _ in range(3):
        await do(house, lambda db: canned.move(db, desk, MoveCanned(reply=last, way="up"), house.clock()))
    assert await words(house, desk) == ["马上问。", "收到。", "我去看看。"]
    await do(house, lambda db: canned.remove(db, desk, RemoveCanned(reply=last), house.clock()))
    assert await words(house, desk) == ["收到。", "我去看看。"]


async def test_u7_f13_blanks_are_filled_from_the_talk_as_far_as_the_relative_is_told_of_the_days(
    house: HomeUnderTest, desk: Viewer
) -> None:
    await write(house, desk, TOLD)
    await house.hears("你好", "stranger")
    assert await filled(house, desk, "kin3") == "李静，您好。王桂兰住在 306。"
    assert (await filled(house, desk, "elder3")).endswith("您好。王桂兰住在 306。")
    assert await filled(house, desk, "stranger") == TOLD, "nobody we know: every blank is still to be written"
    await house.rows("UPDATE kinship SET scopes = 'billing' WHERE person_id = ?", await house.person("kin3"))
    assert await filled(house, desk, "kin3") == "李静，您好。{老人}住在 {房间}。"


async def test_u7_an_answer_with_an_open_blank_does_not_leave(house: HomeUnderTest, desk: Viewer) -> None:
    await house.hears("你好", "kin3")
    person = await house.person("kin3")
    with pytest.raises(Invalid, match=r"还有空没填：\{房间\}"):
        await house.database.write(
            lambda db: answering.answer(db, desk, person, "住在 {房间}。", "key-1", house.clock())
        )
    await house.database.write(lambda db: answering.answer(db, desk, person, "住在 306。", "key-1", house.clock()))
    assert [text for _, text in await house.send_all()] == ["住在 306。"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("  ", "请写一句话"),
        ("{电话}，您好", "没有「{电话}」这个空"),
        ("{称呼，您好", "大括号要成对"),
        ("好" * 301, "最多 300 个字"),
    ],
)
async def test_u7_words_that_cannot_be_used_are_refused(
    house: HomeUnderTest, desk: Viewer, text: str, told: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await write(house, desk, text)
    assert told in refused.value.sentence


async def test_u7_twice_the_same_and_more_than_anybody_finds_are_refused(house: HomeUnderTest, desk: Viewer) -> None:
    for number in range(canned.MOST):
        await write(house, desk, f"第 {number} 句")
    with pytest.raises(Invalid, match="再多就找不到了"):
        await write(house, desk, "还有一句")
    await write(house, desk, "第 0 句", "own")
    with pytest.raises(Invalid, match="已经有了"):
        await write(house, desk, "第 0 句", "own")


async def test_u7_p2_others_change_neither_the_house_s_nor_a_colleague_s(house: HomeUnderTest, desk: Viewer) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    with pytest.raises(Forbidden):
        await write(house, carer, "院里的话")
    await write(house, desk, "院里的话")
    await write(house, desk, "我的话", "own")
    shared, own = [one.id for one in await house.database.read(lambda db: canned.listed(db, desk))]
    for number, error in ((shared, Forbidden), (own, NotFound)):
        form = WriteCanned(words="改一改", reply=number)
        with pytest.raises(error):
            await do(house, lambda db, form=form: canned.write(db, carer, form, house.clock()))  # type: ignore[misc]


async def test_u7_two_who_change_one_sentence_the_second_reads_who_was_first(
    house: HomeUnderTest, desk: Viewer
) -> None:
    lead = await house.staff(Role.SUPERVISOR, "何志远", "he")
    await write(house, desk, "收到。")
    one = (await house.database.read(lambda db: canned.listed(db, desk)))[0]
    form = WriteCanned(words="收到了。", reply=one.id, drawn=one.drawn)
    await do(house, lambda db: canned.write(db, lead, form, house.clock()))
    with pytest.raises(Changed, match="何志远刚刚改过这一句") as late:
        await do(house, lambda db: canned.write(db, desk, form, house.clock()))
    with pytest.raises(Changed):
        await do(house, lambda db: canned.remove(db, desk, RemoveCanned(reply=one.id, drawn=one.drawn), house.clock()))
    again = WriteCanned(words="收到啦。", reply=one.id, drawn=late.value.revision)
    await do(house, lambda db: canned.write(db, desk, again, house.clock()))
    assert await words(house, desk) == ["收到啦。"]
