"""A message that says several things: each of them gets its end (issue of mixed messages; A12, A2)."""

import pytest
from msgspec.structs import replace

from care.states import Role
from conversations import events
from conversations.events import Asked, Option
from services.talks.reading import read
from tests import houses
from tests.conftest import HomeUnderTest
from tests.console.browsers import SCENE
from tests.services.reads import says
from understanding import cascade
from understanding.parts import cut

BOTH = "请给我妈买两包纸尿裤。另外周六下午三点我过去看她"


@pytest.fixture
async def furnished(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    await home.staff(Role.CARER, "周敏", "zhou", "3")
    await home.staff(Role.DESK, "陈晓雯", "chen")
    await home.staff(Role.SUPERVISOR, "刘慧", "liu")
    return home


async def filed(home: HomeUnderTest) -> list[str]:
    return [str(source) for (source,) in await home.rows("SELECT source FROM task ORDER BY id")]


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (BOTH, ["请给我妈买两包纸尿裤", "周六下午三点我过去看她"]),
        ("1、我妈的被子薄了 2、电视没声音 3、药快吃完了", ["我妈的被子薄了", "电视没声音", "药快吃完了"]),
        ("还有空床吗", []),
        ("我妈还有多少钱没交,还有人管她吗", []),
        ("好的。谢谢", []),
        ("约1.5小时到,3.5公里", []),
        ("甲" * 500 + "。另外问一下能停车吗", []),
    ],
)
def test_a_message_is_cut_where_something_else_begins(words: str, parts: list[str]) -> None:
    assert cut(words) == parts


async def test_a12_two_things_in_one_message_are_two_tasks_each_with_its_colleague(
    furnished: HomeUnderTest,
) -> None:
    answer = await says(furnished, BOTH, "kin3")
    assert sorted(await filed(furnished)) == ["request", "visit"]
    assert "代办" in answer
    assert "探视" in answer
    assert answer.count("急事请打") == 1, answer
    assert await furnished.one("SELECT count(*) FROM promise WHERE kept_at IS NULL") == 1, "one answer for both"


async def test_a_question_beside_a_matter_is_answered(furnished: HomeUnderTest) -> None:
    event = events.Text("请给我妈买两包纸尿裤。顺便问下你们院里能停车吗")
    found = read(event, furnished.house.names)
    asked = Asked((Option("more-address", "地址在哪", "门口有车位。", human=False),), sure=True)
    pushed = replace(
        furnished.envelope(event, "kin3"), heard=found.heard, read=found.read, look_up_part=lambda _: asked
    )
    receipt = await furnished.database.receive(pushed)
    assert receipt.answer is not None
    assert "代办" in receipt.answer.text
    assert "门口有车位。" in receipt.answer.text
    assert await filed(furnished) == ["request"]


async def test_a_grievance_comes_first_and_takes_its_own_words_with_it(furnished: HomeUnderTest) -> None:
    answer = await says(furnished, "给我回个电话。护工把我爸的棉裤又弄丢了，这是第三次了，太不负责任", "kin3")
    assert await furnished.one("SELECT count(*) FROM complaint") == 1
    assert "1 小时" in answer or "前" in answer
    assert set(await filed(furnished)) <= {"look"}, "a colleague may be shown it; nothing else is filed"


async def test_an_elder_hears_one_sentence_for_two_wishes(furnished: HomeUnderTest) -> None:
    answer = await says(furnished, "帮我把窗户关一下。另外跟我闺女说买点橘子来", "elder3")
    assert answer.count("。") <= 2, answer


def test_a_danger_told_between_two_matters_of_every_day_is_heard() -> None:
    found = cascade.read("周日我过去看他。等等，他说自己栽花坛里了，头上都是血起不来。顺便问下几点开门")
    whole = replace(found, parts=())
    assert cascade.decide(found, "family").level <= cascade.decide(whole, "family").level
    assert cascade.decide(found, "family").level <= 1


async def test_what_is_asked_aside_while_a_complaint_is_told_gets_its_end_and_the_story_goes_on(
    furnished: HomeUnderTest,
) -> None:
    await says(furnished, "护工把我爸的棉裤又弄丢了，这是第三次了，太不负责任", "kin3")
    answer = await says(furnished, "帮我约周六下午三点的探视", "kin3")
    assert "探视" in answer
    assert answer.endswith("您接着说。"), answer
    assert await filed(furnished) == ["visit"]
    assert await says(furnished, "上个月也丢过一回，问谁都说不知道", "kin3") == "这句也记下了。还有什么，您都说。"
    assert await filed(furnished) == ["visit"]


async def test_who_goes_on_talking_while_somebody_is_called_is_told_so(furnished: HomeUnderTest) -> None:
    await says(furnished, "我摔倒了，起不来", "elder3")
    assert "已经叫过人了" in await says(furnished, "这屋里也太黑了些", "elder3", intent="other")


async def test_fault_a12_what_an_enquirer_tells_of_their_elder_joins_the_enquiry(furnished: HomeUnderTest) -> None:
    assert "咨询入住的事记下了" in await says(furnished, "想给我妈找个地方住，后天就出院", "new", intent="lead")
    for told in ("脑梗，右边不能动", "屁股上有块压疮，不大", "就是有点高血压，别的没啥"):
        assert "这也记上了，一起交给前台" in await says(
            furnished, told, "new", intent="complaint" if "疮" in told else "other"
        )
    assert await filed(furnished) == ["lead"]
    assert "编号" in await says(furnished, "你们前台态度真差", "new", intent="complaint")
