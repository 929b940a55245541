"""What who cried hears while nobody has ended it: whether somebody is on the way, and never more (F1, F2, A18)."""

import pytest

from services.emergencies import said
from tests.services.floors import House, house
from tests.services.heard import RINGS, says, unweighted

__all__ = ["house", "unweighted"]
pytestmark = pytest.mark.usefixtures("unweighted")
FALLEN = "已经在叫人。您别动，别自己起来。"
COMING = "有人来了，别动。"


async def goes(house: House) -> None:
    await house.look()
    (strip,) = house.strips("tang")
    await house.does("tang", "go", strip)


async def test_f2_an_elder_on_the_floor_is_told_to_keep_still_and_later_how_far_it_is(house: House) -> None:
    home = house.home
    assert await says(home, "我摔了，坐地上了", RINGS, kind="fall") == FALLEN
    assert await says(home, "腰使不上劲", RINGS, kind="fall") == "已经叫过人了。您别动，别怕。"
    assert await says(home, "这屋里也太黑了些") == "已经叫过人了。您别动，别怕。"
    await goes(house)
    assert await says(home, "快点", RINGS, kind="fall") == COMING
    assert await says(home, "好", intent="closing") == COMING
    assert await home.one("SELECT count(*) FROM alarm") == 1


async def test_f2_good_and_thanks_while_somebody_is_called_close_nothing(house: House) -> None:
    home = house.home
    await says(home, "胸口疼得厉害", RINGS, kind="breath")
    assert await says(home, "好", intent="closing") == "您等一等，还在叫人。"
    assert await says(home, "谢谢", intent="thanks") == "您等一等，还在叫人。"
    await says(home, "我妈喘不上气", RINGS, "niece", kind="breath")
    assert await says(home, "谢谢你们", openid="niece", intent="thanks") == "应该的。还在叫人，有人过去就告诉您。"
    assert "还在叫人，有人过去就告诉您" in await says(home, "她昨天就有点喘", openid="niece")


async def test_f2_a_relative_is_told_that_somebody_is_on_the_way_when_somebody_is(house: House) -> None:
    home = house.home
    assert "已经叫人去看" in await says(home, "我妈摔了", RINGS, "niece", kind="fall")
    await goes(house)
    assert await says(home, "谢谢你们", openid="niece", intent="thanks") == "应该的。已经有人过去了。"
    assert "已经有人过去了" in await says(home, "她右腿做过手术", openid="niece")


async def test_fault_a18_that_somebody_is_there_is_told_to_who_goes_and_ends_nothing(house: House) -> None:
    home = house.home
    await says(home, "我摔了", RINGS, kind="fall")
    assert await says(home, "护士来了") == "好，让来的人看看您。"
    await house.look()
    (strip,) = house.strips("tang")
    assert strip.calmed == "护士来了"


@pytest.mark.parametrize(
    "words",
    [
        *("怎么还没人来", "没人来了", "坏人来了", "小偷来了", "人来了吗", "我闺女说她明天来", "打我的人来了"),
        *("她来了我害怕", "护士来了骂我", "护士来了又走了", "家里人来了想出去吃饭", "电视看过了", "人到了晚上就难受"),
    ],
)
def test_fault_a18_other_words_of_coming_are_not_taken_for_it(words: str) -> None:
    assert not said.came(words)


@pytest.mark.parametrize(
    "words", ["有人来了", "来人了", "小王来了。", "护士已经到了", "扶上床了，谢谢", "来了来了 两个人来扶我了"]
)
def test_fault_a18_words_that_somebody_is_there(words: str) -> None:
    assert said.came(words)


async def test_fault_a18_no_need_with_thanks_is_told_to_who_goes(house: House) -> None:
    await says(house.home, "我摔了", RINGS, kind="fall")
    assert await says(house.home, "没事了，谢谢", intent="thanks") == "好，还是请人看看您。"
    await house.look()
    (strip,) = house.strips("tang")
    assert strip.calmed == "没事了，谢谢"


async def test_f5_after_an_accusation_nothing_that_is_said_aloud_speaks_of_it(house: House) -> None:
    home = house.home
    assert await says(home, "周敏掐我胳膊", RINGS, kind="abuse") == "您说的，我记下了。"
    for plea in ("别说是我讲的", "我怕她夜里再来", "算了，当我没说"):
        assert await says(home, plea) == "我知道了。您歇着。"
    assert await says(home, "昨天也是") == "我听着呢。"
    assert await home.one("SELECT count(*) FROM task WHERE role = 'carer'") == 0


@pytest.mark.parametrize(
    "words",
    [
        "我要投诉，你们别光说不做",
        "不能提水，帮我拿下",
        "别人都说我脸肿了",
        "我特别想跟我女儿说说话",
        "脚肿了，别告诉我儿子",
    ],
)
def test_f13_only_a_wish_for_silence_is_one(words: str) -> None:
    assert not said.is_secret(words)
    assert said.is_secret("你别告诉我闺女，她明天还上班")


async def test_f2_fire_after_a_fall_is_no_repeat_of_it(house: House) -> None:
    home = house.home
    assert await says(home, "我摔了", RINGS, kind="fall") == FALLEN
    assert await says(home, "屋里着火了", RINGS, kind="hazard") == "已经在叫人。急就按铃。"
    assert "人不在院里的话，请马上打 120" in await says(home, "我妈摔了", RINGS, "niece", kind="fall")
    assert "人不在院里的话，请马上打 120" in await says(home, "我爸在家摔了", RINGS, "niece", kind="fall")


async def test_f26_a_stranger_is_never_told_that_somebody_goes(house: House) -> None:
    await says(house.home, "救命", RINGS, "stranger", kind="cry")
    assert "过去" not in await says(house.home, "谢谢", openid="stranger", intent="thanks")


async def test_f2_a_new_danger_is_answered_as_what_it_is(house: House) -> None:
    home = house.home
    assert await says(home, "有烟味，呛", RINGS, kind="hazard") == "已经在叫人。急就按铃。"
    assert await says(home, "烟大了", RINGS, kind="hazard") == "已经叫过人了。急就按铃。"
    assert await says(home, "我绊倒了", RINGS, kind="fall") == FALLEN


async def test_f2_who_tells_of_another_elder_is_not_told_to_lie_still(house: House) -> None:
    assert await says(house.home, "隔壁老李摔了", RINGS, kind="fall") == "已经在叫人。急就按铃。"


async def test_f13_a_wish_for_silence_while_somebody_is_called_takes_nothing_back(house: House) -> None:
    await says(house.home, "胸口疼得厉害", RINGS, kind="breath")
    assert await says(house.home, "你别告诉我闺女，她明天还上班", intent="wrong") == "我知道了。您歇着。"
    await house.look()
    (strip,) = house.strips("tang")
    assert strip.calmed == ""


async def test_f5_an_elder_who_accused_somebody_hears_nothing_of_a_complaint(house: House) -> None:
    home = house.home
    assert await says(home, "周敏掐我胳膊", RINGS, kind="abuse") == "您说的，我记下了。"
    assert await says(home, "饭也不给我端来", intent="complaint") == "您说的，我记下了。"
    home.clock.on(hours=30)
    assert "来问您" in await says(home, "菜总是凉的", intent="complaint")
