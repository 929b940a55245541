"""An old couple with one WeChat: who speaks is asked once, a cry for help never waits, and nothing of the one is said
to the other (F3).
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from care.errors import Invalid
from care.triage import Audience
from conversations.events import Click, Text, Unfollowed
from services.emergencies import alarms, ringing
from services.families import binding
from services.families.forms import ConfirmBinding
from services.letters import letters
from services.talks import answering, silence
from services.talks.receive import receive_batch
from storage import tables
from storage.open import open_database
from storage.queries import talks as talk_queries
from storage.store import Store
from storage.types import Row
from tests.conftest import HomeUnderTest
from tests.services.couples import Couple, bound, couple, furnished

__all__ = ["couple", "furnished"]


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
    assert await couple.cries("我摔倒了") == "已经在叫人。您别动，别自己起来。"
    home = couple.home
    assert await home.rows("SELECT person_id FROM alarm") == [(couple.place,)]
    now = home.clock()
    strip = (await home.database.read(lambda db: ringing.open_alarms(db, home.ids.home_id, now)))[0]
    assert (strip.where.name, strip.where.place) == ("两人共用的手机", "王秀英或李建国，306 室")
    assert strip.where.bound  # it is nobody's stranger: it cannot be muted
    found = await home.database.read(lambda db: ringing.places(db, home.ids.home_id))
    assert replace(found["both"], floors=frozenset()) == strip.where
    assert found["both"].floors == {"3"}, "whose telephones ring while the database is away"
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
    assert (await home.one(flow, couple.wang), await home.one(flow, couple.li)) == (None, None), "she is asked nothing"
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


async def test_f3_a_restart_in_the_middle_forgets_nothing(couple: Couple) -> None:
    await couple.says("我腰疼，想找人看看")
    home = couple.home
    await home.database.close()
    again = open_database(
        home.settings.database.url, home.database.sealer, lambda store, batch: receive_batch(store, home.house, batch)
    )
    await again.start()
    receipt = await again.receive(home.envelope(Text("李建国"), "both"))
    holder = await again.read(lambda db: db.query(tables.Follower.person_id).filter_by(openid="both").scalar())
    await again.close()
    assert receipt.answer is not None
    assert "有人会来问您" in receipt.answer.text
    assert holder == couple.li


async def test_f3_a_batch_with_her_own_phone_and_the_common_one_keeps_the_two_apart(couple: Couple) -> None:
    home = couple.home
    code = (await home.database.write(lambda db: binding.invite(db, couple.desk, couple.number, home.clock())))[0]
    for words in (code, "本人", "王秀英"):
        await home.hears(words, "own")
    asked = int(await home.one("SELECT max(id) FROM application"))
    form = ConfirmBinding(phone_is="elder")
    await home.database.write(lambda db: binding.confirm(db, home.house, couple.desk, asked, form, home.clock()))
    await couple.says("我腰疼，想找人看看")
    said = (("own", "我腿也疼"), ("both", "1"), ("stranger", "你好"), ("own", "快来"))
    batch = [home.envelope(Text(words), openid) for openid, words in said[:3]]
    receipts = await home.database.store(lambda store: receive_batch(store, home.house, batch))
    assert [receipt.answer is not None for receipt in receipts] == [True, True, True]
    assert await couple.holder() == couple.wang
    theirs = await home.one("SELECT count(*) FROM inbox WHERE person_id = ? AND kind = 'text'", couple.wang)
    assert theirs >= 3  # what she wrote on her own, what waited, and the name
    await couple.answered("大夫就来")
    assert [openid for openid, words in await home.send_all() if "大夫" in words] == ["own"]


async def test_f3_who_has_one_phone_alone_is_asked_nothing_more_of_the_database(couple: Couple) -> None:
    home, asked = couple.home, list[str]()
    await home.hears("你好", "daughter")

    def work(store: Store) -> None:
        real = store._ask

        def ask(sql: str, values: Sequence[object]) -> list[Row]:
            asked.append(sql)
            return real(sql, values)

        store._ask = ask  # type: ignore[method-assign]
        try:
            receive_batch(store, home.house, [home.envelope(Text("你好"), "daughter")])
        finally:
            del store._ask

    await home.database.store(work)
    assert asked
    assert not [sql for sql in asked if "common_phone" in sql]
