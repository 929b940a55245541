"""A device of a room and a couple's phone are asked like an elder's own: once, aloud; silence rings (F26)."""

import pytest

from care.states import Role
from services.families.forms import ConfirmBinding
from services.talks import doubts
from tests.conftest import HomeUnderTest
from tests.services.couples import Couple, bound, couple, furnished, resident
from tests.services.heard import ASKED, RINGS, SHOWN, says, unweighted
from tests.services.test_emergencies import board_of

__all__ = ["couple", "furnished", "unweighted"]
pytestmark = pytest.mark.usefixtures("unweighted")
QUESTION = "您现在要人过去吗？\n要就说「要」，不要就说「不要」。"


@pytest.fixture
async def room(furnished: HomeUnderTest) -> HomeUnderTest:
    desk = await furnished.staff()
    await bound(furnished, desk, "both", ConfirmBinding(phone_is="room"))
    await furnished.send_all()
    furnished.clock.on(hours=1)
    assert await resident(furnished, "1")
    return furnished


async def passes(home: HomeUnderTest, **length: float) -> int:
    now = home.clock.on(**length)
    return await home.database.store(lambda store: doubts.act_on_silence(store, home.house, now))


async def test_f26_a_device_is_asked_as_itself_and_its_silence_rings_for_the_room(room: HomeUnderTest) -> None:
    nurse = await room.staff(Role.NURSE, "唐雨", "tang")
    room.house.recorded = frozenset({"您现在要人过去吗？"})
    assert await says(room, "头昏沉沉的", ASKED, "both", intent="askback") == QUESTION, "not 您是哪位"
    assert await room.send_all() == [("both", "您现在要人过去吗？")], "aloud"
    assert await passes(room, minutes=1) == 1
    (strip,) = (await board_of(room)).seen_by(nurse)
    assert (strip.level, strip.words) == (1, "头昏沉沉的")
    assert "306" in strip.place
    assert await room.send_all() == [("both", "已经在叫人。急就按铃。")]


async def test_f26_a_device_says_yes_and_no_without_a_name(room: HomeUnderTest) -> None:
    await says(room, "头昏沉沉的", ASKED, "both", intent="askback")
    assert await says(room, "不要", openid="both") == "好。不舒服就叫人。"
    assert await room.rows("SELECT role, floor FROM task") == [("nurse", "3")]
    room.clock.on(minutes=20)
    await says(room, "心里难受", ASKED, "both", intent="askback")
    assert await says(room, "要", openid="both") == "已经在叫人。急就按铃。"


async def test_f26_the_words_of_the_elders_menu_ring_at_a_device(room: HomeUnderTest) -> None:
    assert await says(room, "叫护士", openid="both") == "已经在叫人。急就按铃。"
    assert await says(room, "没事了", openid="both") == "好，还是请人看看您。"


async def test_f26_on_a_couples_phone_nobody_is_asked_for_a_name_before_somebody_may_come(couple: Couple) -> None:
    home = couple.home
    assert await says(home, "头有点昏", ASKED, "both", intent="askback") == QUESTION
    assert await says(home, "要", openid="both") == "已经在叫人。急就按铃。"
    assert await home.one("SELECT person_id FROM alarm") == couple.place


async def test_f26_what_is_shown_of_a_couple_goes_to_their_floor(couple: Couple) -> None:
    home = couple.home
    await says(home, "救命", RINGS, "both", kind="cry")
    home.clock.on(minutes=1)
    await says(home, "腿也不得劲", SHOWN, "both")
    assert await home.rows("SELECT role, floor FROM task") == [("nurse", "3")]
