"""An old couple with one WeChat, and a device that stands in a room: who speaks is asked once, a cry for help never
waits, and nothing of the one is said to the other (F3).
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import msgspec
import pytest

from care.errors import Invalid
from care.triage import Audience, triage
from conversations.events import Click, Text, Unfollowed
from services.access import Viewer
from services.emergencies import alarms, ringing
from services.families import binding, phones
from services.families.forms import ChangePhone, ConfirmBinding
from services.letters import letters
from services.talks import answering, silence
from storage import tables
from storage.queries import families_phones as queries
from storage.queries import talks as talk_queries
from tests import houses
from tests.conftest import HomeUnderTest

SCENE = {
    "staff": [],
    "people": [],
    "residents": [
        ["306", "1", "王秀英", "女", "1944-10-14"],
        ["306", "2", "李建国", "男", "1941-03-02"],
        ["307", "1", "赵德厚", "男", "1939-05-20"],
    ],
}


@dataclass
class Couple:
    """The house, its desk, and the two with their phone."""

    home: HomeUnderTest
    desk: Viewer
    wang: int
    li: int
    place: int

    async def says(self, words: str) -> str:
        return await self.home.hears(words, "both")

    async def cries(self, words: str) -> str:
        heard = triage(words)
        envelope = msgspec.structs.replace(self.home.envelope(Text(words), "both"), heard=heard, meant=heard)
        receipt = await self.home.database.receive(envelope)
        return receipt.answer.text if receipt.answer else ""

    async def answered(self, words: str, key: str = "k") -> None:
        """A colleague writes to her."""
        now = self.home.clock()
        await self.home.database.write(lambda db: answering.answer(db, self.desk, self.wang, words, key, now, None))

    async def holder(self) -> int:
        return await self.home.person("both")


async def resident(home: HomeUnderTest, bed: str, room: str = "306") -> tuple[int, int]:
    return tuple((await home.rows("SELECT id, person_id FROM resident WHERE room = ? AND bed = ?", room, bed))[0])


async def bound(home: HomeUnderTest, desk: Viewer, openid: str, form: ConfirmBinding) -> binding.Bound:
    number, _ = await resident(home, "1")
    code = (await home.database.write(lambda db: binding.invite(db, desk, number, home.clock())))[0]
    for words in (code, "本人", "王秀英"):
        await home.hears(words, openid)
    asked = int(await home.one("SELECT max(id) FROM application"))
    found: binding.Bound = await home.database.write(
        lambda db: binding.confirm(db, home.house, desk, asked, form, home.clock())
    )
    return found


@pytest.fixture
async def furnished(home: HomeUnderTest) -> HomeUnderTest:
    await home.database.write(lambda db: houses.furnish(db, home.ids, SCENE, home.clock()))
    return home


@pytest.fixture
async def couple(furnished: HomeUnderTest) -> Couple:
    home, desk = furnished, await furnished.staff()
    (_, wang), (other, li) = await resident(home, "1"), await resident(home, "2")
    found = await bound(home, desk, "both", ConfirmBinding(phone_is="shared", other=other))
    assert found.elder
    assert found.openids == ("both",)
    left = await home.send_all()
    assert "王秀英、李建国，你们两位都能用" in left[-1][1]
    home.clock.on(hours=1)
    return Couple(home, desk, wang, li, found.person_id)


async def test_f3_the_words_are_kept_until_one_of_the_two_is_named_and_go_on_as_theirs(couple: Couple) -> None:
    assert await couple.says("我腰疼，想找人看看") == "您是王秀英还是李建国？回 1 或 2。"
    kept = await couple.home.one("SELECT max(id) FROM inbox")
    assert await couple.home.one("SELECT person_id FROM inbox WHERE id = ?", kept) == couple.place
    assert await couple.home.one("SELECT count(*) FROM promise WHERE kept_at IS NULL AND kind = 'reply'") == 0
    assert "有人会来问您" in await couple.says("2")
    assert await couple.holder() == couple.li
    assert await couple.home.one("SELECT person_id FROM inbox WHERE id = ?", kept) == couple.li
    owed = await couple.home.rows("SELECT person_id, inbox_id FROM promise WHERE kept_at IS NULL AND kind = 'reply'")
    assert owed == [(couple.li, kept)]
    assert await couple.home.one("SELECT flow FROM conversation WHERE person_id = ?", couple.place) is None
    assert "您是" not in await couple.says("还有，被子薄了")


@pytest.mark.parametrize(("minutes", "asks"), [(29, False), (31, True)])
async def test_f3_who_has_just_spoken_is_not_asked_again(couple: Couple, minutes: int, asks: bool) -> None:
    await couple.says("王秀英")
    couple.home.clock.on(minutes=minutes)
    assert ("您是王秀英还是李建国" in await couple.says("我想换床被子")) is asks
    assert (await couple.holder() == couple.wang) is not asks


async def test_f3_the_first_words_of_a_day_always_ask(couple: Couple) -> None:
    couple.home.clock.on(hours=6)
    now = couple.home.clock()
    zone = couple.home.house.home.zone
    local = now.astimezone(zone)
    couple.home.clock.on(seconds=(23 - local.hour) * 3600 + (50 - local.minute) * 60)
    await couple.says("王秀英")
    couple.home.clock.on(minutes=15)
    assert "您是王秀英还是李建国" in await couple.says("我睡不着")


async def test_f3_one_word_changes_who_speaks(couple: Couple) -> None:
    assert await couple.says("我是王秀英") == "好，您说。"
    assert await couple.holder() == couple.wang
    assert await couple.says("李建国") == "好，您说。"
    assert await couple.holder() == couple.li
    assert "您是王秀英还是李建国" in await couple.says("换人")
    assert await couple.holder() == couple.place
    assert await couple.says("1") == "好，您说。"
    assert await couple.holder() == couple.wang


@pytest.mark.parametrize("before", ["", "王秀英"])
async def test_f1_f3_a_cry_rings_at_once_for_both_and_never_waits_for_the_question(couple: Couple, before: str) -> None:
    if before:
        await couple.says(before)
    assert await couple.cries("我摔倒了") == "已经在叫人。急就按铃。"
    home = couple.home
    assert await home.rows("SELECT person_id FROM alarm") == [(couple.place,)]
    now = home.clock()
    strip = (await home.database.read(lambda db: ringing.open_alarms(db, home.ids.home_id, now)))[0]
    assert (strip.where.name, strip.where.place) == ("两人共用的手机", "王秀英或李建国，306 室")
    assert strip.where.bound  # it is nobody's stranger: it cannot be muted
    found = await home.database.read(lambda db: ringing.places(db, home.ids.home_id))
    assert found["both"] == strip.where
    assert "您是" not in await couple.says("在卫生间")  # while somebody comes nobody is asked anything
    nurse = await home.staff(login="zhou", name="周敏")
    await home.database.write(lambda db: alarms.go(db, home.house, nurse, "both", Audience.FLOOR, home.clock()))
    assert [openid for openid, words in await home.send_all() if "周敏" in words] == ["both"]
    await home.database.write(lambda db: alarms.arrive(db, nurse, "both", Audience.FLOOR, home.clock()))
    await home.database.write(lambda db: alarms.undo(db, nurse, "both", Audience.FLOOR, home.clock()))
    home.clock.on(seconds=5)
    await home.database.write(lambda db: alarms.arrive(db, nurse, "both", Audience.FLOOR, home.clock()))
    home.clock.on(minutes=21)
    assert "您是王秀英还是李建国" in await couple.says("我腰疼")


async def test_f3_what_is_queued_for_the_one_is_never_said_to_the_other(couple: Couple) -> None:
    home = couple.home
    await couple.says("王秀英")
    await couple.says("我腰疼，想找人看看")
    await couple.says("换人")
    await couple.says("2")
    await home.database.write(
        lambda db: answering.answer(
            db, couple.desk, couple.wang, "王奶奶，大夫下午来看您的腰", "k1", home.clock(), None
        )
    )
    assert await home.send_all() == []
    assert await home.rows("SELECT state FROM outbox WHERE staff_id IS NOT NULL") == [("parked",)]
    window = await home.database.read(lambda db: talk_queries.window(db, couple.wang))
    assert (window.known, window.following, window.left(home.clock())) == (True, True, (0, None))
    await couple.says("王秀英")
    assert await home.send_all() == [("both", "王奶奶，大夫下午来看您的腰")]
    await home.database.write(
        lambda db: answering.answer(db, couple.desk, couple.wang, "王奶奶，药放桌上了", "k2", home.clock(), None)
    )
    home.clock.on(minutes=31)  # she may have laid it down since: it waits
    assert await home.send_all() == []
    await couple.says("我想喝水")
    assert await home.send_all() == []
    await couple.says("1")
    assert await home.send_all() == [("both", "王奶奶，药放桌上了")]


async def test_f3_the_progress_of_a_complaint_and_a_running_talk_are_one_persons(couple: Couple) -> None:
    home = couple.home
    await couple.says("王秀英")
    assert "对不起" in await couple.says("饭天天是凉的，我要投诉")
    await couple.says("换人")
    await couple.says("2")
    told = await couple.says("进展")
    assert "投诉" not in told
    assert "C" not in told
    assert await home.rows("SELECT person_id FROM complaint") == [(couple.wang,)]
    flow = "SELECT flow FROM conversation WHERE person_id = ?"
    assert (await home.one(flow, couple.wang), await home.one(flow, couple.li)) == ("complaint", None)
    await couple.says("换人")
    await couple.says("1")
    assert "记下了" in await couple.says("昨天的菜也是")  # hers goes on where she left it
    assert await home.database.read(lambda db: db.query(tables.ComplaintRecord).count()) >= 2


async def test_c1_f3_a_complaint_that_waited_for_its_name_is_one_from_its_first_word(couple: Couple) -> None:
    home = couple.home
    assert "您是王秀英还是李建国" in await couple.says("饭天天是凉的，我要投诉")
    said = home.clock()
    home.clock.on(minutes=4)
    assert "对不起" in await couple.says("1")
    assert await home.rows("SELECT person_id FROM complaint") == [(couple.wang,)]
    begun = await home.database.read(lambda db: db.query(tables.Promise.made_at).filter_by(kind="first_feedback").one())
    assert begun[0] - said < timedelta(minutes=1)


async def test_q4_f3_who_does_not_say_who_it_was_is_answered_by_a_colleague(couple: Couple) -> None:
    home = couple.home
    await couple.says("我腰疼，想找人看看")
    assert "有人会来问您" in await couple.says("快点儿")
    assert await home.rows("SELECT person_id FROM promise WHERE kept_at IS NULL AND kind = 'reply'") == [
        (couple.place,)
    ]
    assert "您是" not in await couple.says("腰疼")  # asked once is enough
    assert await couple.says("李建国") == "好，您说。"
    await home.database.write(
        lambda db: answering.answer(db, couple.desk, couple.place, "护士这就过来", "k", home.clock(), None)
    )
    assert await home.send_all() == [("both", "护士这就过来")]  # said to the phone, whoever holds it


async def test_q4_f3_kept_words_that_nobody_names_get_a_clock(couple: Couple) -> None:
    await couple.says("我腰疼，想找人看看")
    couple.home.clock.on(minutes=12)
    now, house = couple.home.clock(), couple.home.house
    await couple.home.database.store(lambda store: silence.act_on_silence(store, house, now))
    owed = await couple.home.rows("SELECT person_id FROM promise WHERE kept_at IS NULL AND kind = 'reply'")
    assert owed == [(couple.place,)]


async def test_f3_the_window_belongs_to_the_phone(couple: Couple) -> None:
    home = couple.home
    await couple.says("王秀英")
    for number in range(2):
        await couple.answered(f"第{number}句", f"k{number}")
    await home.send_all()
    assert await home.one("SELECT session_left FROM follower WHERE openid = 'both'") == 3
    await home.hears(Click("CONTACT"), "both")
    home.clock.on(minutes=2)
    await couple.says("李建国")
    window = await home.database.read(lambda db: talk_queries.window(db, couple.li))
    assert window.left(home.clock())[0] == 5  # his words open it; hers wait
    assert (await home.database.read(lambda db: talk_queries.window(db, couple.wang))).left(home.clock())[0] == 0


async def test_f3_a_redelivered_name_is_answered_alike_and_moves_nothing_twice(couple: Couple) -> None:
    await couple.says("我腰疼，想找人看看")
    first = await couple.home.hears("1", "both", key="k-1")
    await couple.says("李建国")
    assert await couple.home.hears("1", "both", key="k-1") == first
    assert await couple.holder() == couple.li


async def test_f3_who_leaves_gets_nothing_more_and_says_so(couple: Couple) -> None:
    home = couple.home
    await couple.says("李建国")
    await home.database.write(
        lambda db: answering.answer(db, couple.desk, couple.wang, "王奶奶好", "k", home.clock(), None)
    )
    await home.send_all()
    await home.hears(Unfollowed(), "both")
    assert await home.rows("SELECT state FROM outbox WHERE staff_id IS NOT NULL") == [("given_up",)]
    assert await home.send_all() == []


async def test_f3_a_phone_of_two_opens_no_letters(couple: Couple) -> None:
    await couple.says("王秀英")
    assert "不放家书" in await couple.says("今天的家书")
    reads = await couple.home.database.read(lambda db: letters.who_reads(db, "both"))
    assert reads == couple.place


async def test_f8_f3_who_is_left_is_not_asked_for_the_dead(couple: Couple) -> None:
    await couple.home.rows("UPDATE resident SET status = '去世' WHERE bed = '2'")
    assert "有人会来问您" in await couple.says("我腰疼，想找人看看")
    assert await couple.holder() == couple.wang


async def test_f3_the_second_of_a_couple_must_be_chosen(furnished: HomeUnderTest) -> None:
    desk = await furnished.staff()
    with pytest.raises(Invalid, match="另一位是谁"):
        await bound(furnished, desk, "both", ConfirmBinding(phone_is="shared"))
    assert await furnished.one("SELECT verdict FROM application") is None


# -- a device of a room --------------------------------------------------------------------------------------------


@pytest.fixture
async def room(furnished: HomeUnderTest) -> Couple:
    home, desk = furnished, await furnished.staff()
    found = await bound(home, desk, "both", ConfirmBinding(phone_is="room"))
    (_, wang), (_, li) = await resident(home, "1"), await resident(home, "2")
    await home.send_all()
    home.clock.on(hours=1)
    return Couple(home, desk, wang, li, found.person_id)


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


async def test_f3_while_it_rings_nobody_changes_whose_phone_it_is(couple: Couple, change: Change) -> None:
    await couple.cries("我摔倒了")
    with pytest.raises(Invalid, match="还没结束"):
        await change("elder", 0)
    with pytest.raises(Invalid, match="是谁的手机"):
        await change("family", 0)
