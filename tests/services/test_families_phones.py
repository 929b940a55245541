"""A device that stands in a room is a place: it asks who speaks, names nobody, and rings for all who live there; and a
colleague changes whose phone one is (F3).
"""

from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from care.errors import Changed, Invalid, NotFound
from care.states import Role
from services.emergencies import ringing
from services.families import binding, phones
from services.families.forms import ChangePhone, ConfirmBinding
from storage import tables
from storage.queries import families_phones as queries
from storage.queries import talks
from tests.conftest import HomeUnderTest
from tests.services.couples import Couple, bound, couple, furnished, resident

__all__ = ["couple", "furnished"]


@pytest.fixture
async def room(furnished: HomeUnderTest) -> Couple:
    home, desk = furnished, await furnished.staff()
    found = await bound(home, desk, "both", ConfirmBinding(phone_is="room"))
    (number, wang), (_, li) = await resident(home, "1"), await resident(home, "2")
    await home.send_all()
    home.clock.on(hours=1)
    return Couple(home, desk, wang, li, found.person_id, number)


async def test_f3_a_talk_of_the_device_itself_goes_on(room: Couple) -> None:
    assert "八位绑定码" in await room.says("绑定")
    assert "再看一遍" in await room.says("我不记得了")
    assert "您是哪位" not in await room.says("谢谢")


@pytest.mark.parametrize("name", ["李建国", "我是李建国", "2床", "二号床"])
async def test_f3_a_device_asks_who_speaks_and_writes_it_into_their_record(room: Couple, name: str) -> None:
    asked = await room.says("我腰疼，想找人看看")
    assert asked == "您是哪位？说名字，或说床号。"
    kept = await room.home.one("SELECT max(id) FROM inbox")
    told = await room.says(name)
    assert "有人会来问您" in told
    assert "李建国" not in asked + told
    assert await room.home.one("SELECT person_id FROM inbox WHERE id = ?", kept) == room.li
    assert await room.home.rows("SELECT person_id, inbox_id FROM promise WHERE kept_at IS NULL AND kind = 'reply'") == [
        (room.li, kept)
    ]
    assert await room.holder() == room.place  # the device stays a place: the next one is asked again
    assert "您是哪位" in await room.says("水凉了")


async def test_f3_unnamed_words_are_the_rooms(room: Couple) -> None:
    await room.says("我腰疼，想找人看看")
    assert "王" not in await room.says("不告诉你")
    assert await room.home.rows("SELECT person_id FROM promise WHERE kept_at IS NULL AND kind = 'reply'") == [
        (room.place,)
    ]


async def test_c1_f3_a_complaint_on_a_device_is_the_named_ones(room: Couple) -> None:
    await room.says("饭天天是凉的，我要投诉")
    assert "编号" not in await room.says("1床")
    assert await room.home.rows("SELECT person_id FROM complaint") == [(room.wang,)]
    assert "C" not in await room.says("进展")


async def test_f1_f3_a_cry_from_a_device_names_the_room_and_all_who_live_there(room: Couple) -> None:
    home = room.home
    assert "叫人" in await room.cries("救命")
    now = home.clock()
    strip = (await home.database.read(lambda db: ringing.open_alarms(db, home.ids.home_id, now)))[0]
    assert strip.where.name == "306 房的设备"
    assert strip.where.place == "306 室：王秀英（1 床）、李建国（2 床）"


async def test_f3_a_device_that_was_carried_into_another_room_is_bound_there(room: Couple) -> None:
    home = room.home
    await bound(home, room.desk, "both", ConfirmBinding(phone_is="room"), "307")
    assert await home.rows("SELECT room FROM common_phone") == [("307",)]
    await room.cries("救命")
    now = home.clock()
    strip = (await home.database.read(lambda db: ringing.open_alarms(db, home.ids.home_id, now)))[0]
    assert strip.where.place == "307 室：赵德厚（1 床）"


# -- changed by a colleague ----------------------------------------------------------------------------------------

Change = Callable[[str, int], Awaitable[tuple[str, str]]]


@pytest.fixture
def change(couple: Couple) -> Change:
    async def act(kind: str, other: int = 0) -> tuple[str, str]:
        home, (number, _) = couple.home, await resident(couple.home, "1")
        follower = await home.one("SELECT id FROM follower WHERE openid = 'both'")
        form = ChangePhone(phone_is=kind, other=other)
        found: tuple[str, str] = await home.database.write(
            lambda db: phones.change(db, couple.desk, number, follower, form, home.clock())
        )
        return found

    return act


async def test_f3_a_colleague_changes_whose_phone_it_is(couple: Couple, change: Change) -> None:
    home = couple.home
    await couple.says("李建国")
    assert await change("elder", 0) == ("both", "elder")
    assert await couple.holder() == couple.wang
    assert "您是" not in await couple.says("我腰疼，想找人看看")
    assert await change("room", 0) == ("both", "room")
    assert "您是哪位" in await couple.says("我腰疼")
    other, _ = await resident(home, "2")
    assert await change("shared", other) == ("both", "shared")
    assert "您是王秀英还是李建国" in await couple.says("我腰疼")
    number, _ = await resident(home, "1")

    def shown(db: object) -> list[tuple[str, str]]:
        row = db.get_one(tables.Resident, number)  # type: ignore[attr-defined]
        return [(one.kind, one.names) for one in queries.of_resident(db, row, home.clock())]  # type: ignore[arg-type]

    assert await home.database.read(shown) == [("shared", "王秀英、李建国")]


async def test_f3_an_own_phone_that_rings_is_not_changed_either(couple: Couple, change: Change) -> None:
    await change("elder", 0)
    await couple.cries("我摔倒了")
    with pytest.raises(Invalid, match="还没结束"):
        await change("room", 0)


async def test_f3_a_form_of_before_is_told_and_a_wrong_binding_is_mended_on_the_page(couple: Couple) -> None:
    home = couple.home
    follower = await home.one("SELECT id FROM follower WHERE openid = 'both'")
    form = ChangePhone(phone_is="room", drawn="old")
    with pytest.raises(Changed):
        await home.database.write(
            lambda db: phones.change(db, couple.desk, couple.number, follower, form, home.clock())
        )
    asked = await home.one("SELECT id FROM application")
    with pytest.raises(Invalid, match="「手机」里改"):
        await home.database.write(lambda db: binding.undo(db, couple.desk, asked, home.clock()))
    nurse = await home.staff(Role.NURSE, "周敏", "zhou")
    with pytest.raises(NotFound):
        await home.database.write(lambda db: phones.change(db, nurse, couple.number, follower, form, home.clock()))


async def test_f3_while_it_rings_nobody_changes_whose_phone_it_is(couple: Couple, change: Change) -> None:
    await couple.cries("我摔倒了")
    with pytest.raises(Invalid, match="还没结束"):
        await change("elder", 0)
    with pytest.raises(Invalid, match="是谁的手机"):
        await change("family", 0)


async def test_f3_the_talk_of_one_of_a_couple_and_that_of_their_phone_say_whose_it_is(couple: Couple) -> None:
    desk = await couple.home.staff(Role.DESK, "林可", "lin")
    for person in (couple.wang, couple.li, couple.place):
        seen = await couple.home.database.read(partial(talks.thread, sight=desk.sight, person_id=person))
        assert seen.phone_is.startswith("两人共用："), person
