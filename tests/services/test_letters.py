"""家书: written, checked, released in the evening, read by who may, and what readers say to them (U1, U2, F12, F16,
F20).
"""

from datetime import timedelta

import pytest

from care.errors import Conflict, Decided, Invalid, NotFound
from care.states import Role
from conversations import events
from services.letters import letters
from services.letters import photos as photographs
from services.letters.forms import LetGo, WithdrawLetter
from services.letters.photos import Photo
from services.promises import clocks
from services.residents import residents
from services.residents.forms import Hush, SetStatus
from services.talks import answering
from storage.queries import letters as queries
from storage.queries import letters_pages
from storage.types import new_id
from tests.conftest import HomeUnderTest
from tests.services.evenings import evening, house, releases, resident, writes

__all__ = ["house"]
LETTER = events.Click("LETTER")


async def test_f16_letters_are_pulled_at_any_time_and_pushed_only_into_an_open_window(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    await house.hears("你好", "daughter")  # her window is open, the niece never wrote
    number = await writes(house, carer)
    assert "起可以看" in await house.hears(LETTER, "niece")
    assert await releases(house) == 0
    assert await evening(house) == 1
    assert [(who, words) for who, words in await house.send_all() if "家书" in words] == [
        ("daughter", "王桂兰今天的家书到了，（网页还没有配好，请问同事）")
    ]
    assert await evening(house) == 0
    assert "王桂兰，11月22日" in await house.hears(LETTER, "niece")
    assert "绑定" in await house.hears(LETTER, "stranger")
    assert "绑定" in await house.hears("今天的家书", "cousin")
    house.clock.on(days=1)
    assert "最近的在这里" in await house.hears("家书", "daughter")
    assert await house.one("SELECT count(*) FROM outbox WHERE purpose = 'letter' AND state = 'parked'") == 0
    assert number


async def test_f14_each_reader_sees_what_was_agreed_and_who_opened_is_known(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    number = await writes(house, carer, temperature="36.5", photos=[Photo(new_id(), "image/png", 9)])
    for openid in ("daughter", "niece"):
        person = await house.person(openid)
        with pytest.raises(NotFound):  # not yet released
            await house.database.write(
                lambda db, p=person: letters.opened(db, p, number, house.clock())  # type: ignore[misc]
            )
    await evening(house)
    pages = {}
    for openid in ("daughter", "niece"):
        pages[openid] = await house.database.write(
            lambda db, o=openid: letters.opened(  # type: ignore[misc]
                db, letters.who_reads(db, o), number, house.clock()
            )
        )
    assert (pages["daughter"].title, pages["niece"].title) == ("妈妈的一天", "王桂兰的一天")
    assert [name for name, _ in pages["daughter"].facts] == ["吃饭", "身体", "体温"]
    assert [name for name, _ in pages["niece"].facts] == ["吃饭"]
    assert [len(pages[who].photos) for who in ("daughter", "niece")] == [1, 0]
    for openid in ("cousin", "nobody"):
        with pytest.raises(NotFound):
            await house.database.write(
                lambda db, o=openid: letters.opened(  # type: ignore[misc]
                    db, letters.who_reads(db, o), number, house.clock()
                )
            )
    await house.database.write(
        lambda db: letters.react(db, letters.who_reads(db, "daughter"), number, "谢谢", house.clock())
    )
    with pytest.raises(Invalid):
        await house.database.write(
            lambda db: letters.react(db, letters.who_reads(db, "daughter"), number, "哈哈", house.clock())
        )
    board = await house.database.read(
        lambda db: queries.board(db, carer.sight, letters.today(house.settings.home, house.clock()))
    )
    mine = next(row for row in board if row.line.room == "306")
    assert (mine.readers, mine.read, mine.reactions) == (2, 2, ("谢谢",))


async def test_u4_bad_news_is_held_until_a_nurse_has_called(house: HomeUnderTest) -> None:
    carer, nurse = await house.staff(Role.CARER, "周敏", "zhou", "3"), await house.staff(Role.NURSE, "唐雨", "tang")
    number = await writes(house, carer, sentence="下午在走廊摔了一下，膝盖青了。")
    assert await evening(house) == 0
    for who, words in ((carer, "打过了"), (nurse, " ")):
        with pytest.raises(Invalid):
            await house.database.write(
                lambda db, w=who, t=words: letters.let_go(  # type: ignore[misc]
                    db, w, number, LetGo(called=t), house.clock()
                )
            )
    await house.database.write(
        lambda db: letters.let_go(db, nurse, number, LetGo(called="和李静说了，她明天来看"), house.clock())
    )
    trace = await house.rows("SELECT actor FROM audit WHERE action = 'let_go' AND subject = ?", f"letter:{number}")
    assert trace == [(f"staff:{nurse.id}",)]
    again = LetGo(called="再打一次")
    with pytest.raises(Decided, match="放行了这封家书"):
        await house.database.write(lambda db: letters.let_go(db, nurse, number, again, house.clock()))
    assert await evening(house) == 1
    await house.database.write(lambda db: letters.withdraw(db, nurse, number, WithdrawLetter(), house.clock()))
    with pytest.raises(Decided, match="收回了这封家书"):
        await house.database.write(lambda db: letters.let_go(db, nurse, number, again, house.clock()))


async def test_f12_a_letter_is_corrected_or_withdrawn_and_nobody_else_may_write_it(house: HomeUnderTest) -> None:
    carer, below = await house.staff(Role.CARER, "周敏", "zhou", "3"), await house.staff(Role.CARER, "孙兰", "sun", "2")
    with pytest.raises(NotFound):
        await writes(house, below)
    number = await writes(house, carer)
    await evening(house)
    page = await house.database.write(
        lambda db: letters.opened(db, letters.who_reads(db, "niece"), number, house.clock())
    )
    assert not page.corrected, "it is as it was written"
    assert await writes(house, carer, sentence="下午折的纸花，一共六朵。") == number
    page = await house.database.write(
        lambda db: letters.opened(db, letters.who_reads(db, "niece"), number, house.clock())
    )
    assert (page.corrected, page.sentence) == (True, "下午折的纸花，一共六朵。")
    await house.database.write(lambda db: letters.withdraw(db, carer, number, WithdrawLetter(), house.clock()))
    with pytest.raises(NotFound):
        await house.database.write(lambda db: letters.opened(db, letters.who_reads(db, "niece"), number, house.clock()))
    with pytest.raises(Conflict):
        await house.database.write(lambda db: letters.withdraw(db, carer, number, WithdrawLetter(), house.clock()))
    traces = await house.rows("SELECT actor, action FROM audit WHERE subject = ? ORDER BY id", f"letter:{number}")
    me = f"staff:{carer.id}"
    acts = [(me, "write_letter"), ("machine", "release_letters"), (me, "write_letter"), (me, "withdraw_letter")]
    assert traces == acts
    for room in ("301", "302", "303"):
        await writes(house, carer, room, sentence="今天吃得好睡得好。")
    with pytest.raises(Invalid, match="同一句话"):
        await writes(house, carer, "304", sentence="今天吃得好睡得好。")


async def test_l2_no_letter_about_who_is_in_hospital_hushed_or_dead(house: HomeUnderTest) -> None:
    carer, director = (
        await house.staff(Role.CARER, "周敏", "zhou", "3"),
        await house.staff(Role.DIRECTOR, "沈国平", "shen"),
    )
    await house.hears("你好", "daughter")
    number = await writes(house, carer)
    who = await resident(house)
    await house.database.write(lambda db: residents.hush(db, director, who, Hush(on=True), house.clock()))
    assert await evening(house) == 0
    assert await house.rows("SELECT state, held_why FROM letter WHERE id = ?", number) == [
        ("held", "老人现在静默中，没有发")
    ]
    await house.database.write(
        lambda db: residents.set_status(db, director, who, SetStatus(status="住院", name=""), house.clock())
    )
    with pytest.raises(Invalid, match="住院"):
        await writes(house, carer)
    assert await house.send_all() == []


async def test_f10_a_family_with_a_lawyer_gets_letters_that_a_lead_has_seen(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    await house.hears("你们把我妈摔了，我要投诉，找律师", "daughter")
    number = await writes(house, carer)
    assert await house.rows("SELECT state, held_why FROM letter WHERE id = ?", number) == [("held", "主管看过再发")]


async def test_f10_a_lawyer_in_the_afternoon_holds_the_letter_of_the_noon_and_a_lead_lets_it_go(
    house: HomeUnderTest,
) -> None:
    carer, nurse, lead = (
        await house.staff(Role.CARER, "周敏", "zhou", "3"),
        await house.staff(Role.NURSE, "唐雨", "tang"),
        await house.staff(Role.SUPERVISOR, "何志远", "he"),
    )
    number = await writes(house, carer)
    await house.hears("你们把我妈摔了，我要投诉，找律师", "daughter")
    assert await evening(house) == 0
    with pytest.raises(Invalid, match="主管看过"):
        await house.database.write(lambda db: letters.let_go(db, nurse, number, LetGo(called="打过了"), house.clock()))
    await house.database.write(lambda db: letters.let_go(db, lead, number, LetGo(called="看过，可以发"), house.clock()))
    assert await releases(house) == 1


async def test_u4_bad_news_written_after_the_release_takes_the_letter_back_until_the_call(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    number = await writes(house, carer)
    await evening(house)
    await writes(house, carer, sentence="傍晚摔了一跤，送医院了。", temperature="39.5")
    with pytest.raises(NotFound):
        await house.database.write(
            lambda db: letters.opened(db, letters.who_reads(db, "daughter"), number, house.clock())
        )
    assert await house.rows("SELECT state, held_why, corrected FROM letter") == [("held", "发热", 1)]


async def test_f16_nobody_is_woken_by_a_letter_and_none_is_parked_for_another_day(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    await house.hears("你好", "daughter")
    await house.hears("你好", "niece")
    await house.rows("UPDATE person SET timezone = 'Europe/London' WHERE id = ?", await house.person("niece"))
    await writes(house, carer)
    await evening(house)
    await house.rows("UPDATE follower SET session_left = 1 WHERE openid = 'daughter'")
    house.clock.on(hours=4, minutes=30)  # 22:00 in the house
    await writes(house, carer, "301")
    await releases(house)
    assert [who for who, words in await house.send_all() if "家书到了" in words] == [
        "niece"
    ]  # it is morning where she lives
    assert await house.rows("SELECT state, why FROM outbox WHERE purpose = 'letter' AND state <> 'sent'") == [
        ("cancelled", "现在发不了，也不补发；对方在菜单里随时能看")
    ]


async def test_l2_who_asks_for_letters_of_somebody_who_died_is_not_told_to_come_back_in_the_evening(
    house: HomeUnderTest,
) -> None:
    director = await house.staff(Role.DIRECTOR, "沈国平", "shen")
    who = await resident(house)
    await house.database.write(
        lambda db: residents.set_status(db, director, who, SetStatus(status="去世", name="王桂兰"), house.clock())
    )
    assert (
        await house.hears(LETTER, "niece")
        == "以前的家书都给您留着，想看的时候随时看。有事请直接说，或打 0571-8800-0101。"
    )


async def test_c13_a_wish_to_be_called_enters_the_talk_once_with_a_clock_and_opens_no_window(
    house: HomeUnderTest,
) -> None:
    said = events.Noted("［王桂兰 11月22日的家书］请来电")
    first = await house.hears(said, "niece", key="p:letter:1:请来电:niece")
    assert "前给您打电话" in first
    assert await house.hears(said, "niece", key="p:letter:1:请来电:niece") == first
    assert await house.rows("SELECT session_left, scene_left FROM follower WHERE openid = 'niece'") == [(0, 0)]
    assert await house.rows("SELECT kind FROM promise") == [("call",)]
    assert await house.hears("你们给我回个电话吧", "niece") == first, "asked twice, promised once"
    desk_staff, niece = await house.staff(Role.DESK), await house.person("niece")
    await house.database.write(lambda db: answering.answer(db, desk_staff, niece, "稍后打给您", "k1", house.clock()))
    await house.send_all()
    assert await house.rows("SELECT kept_at FROM promise") == [(None,)], "no message keeps it"
    house.clock.on(hours=2)
    await house.database.store(lambda store: clocks.look_at_promises(store, house.house, house.clock()))
    assert await house.send_all() == [
        ("niece", "说好的时间到了，还没回您，对不起。您的话还在等同事，19:00 前回您。急事请打 0571-8800-0101。")
    ]
    await house.database.write(lambda db: answering.log_call(db, desk_staff, niece, "说了今天的饭", house.clock()))
    assert await house.rows("SELECT DISTINCT kept_how FROM promise") == [("call",)]


async def test_u1_what_was_missed_for_days_is_not_sent_late(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    await writes(house, carer)
    house.clock.on(days=5)
    assert await evening(house) == 0
    assert "起可以看" in await house.hears(LETTER, "niece")


async def test_f20_checks_are_sentences_for_the_writer(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    for more, why in (
        ({"sentence": "", "ticked": {}}, "什么都没记"),
        ({"sentence": "好" * 301}, "300"),
        ({"temperature": "三十七"}, "体温请写数字"),
        ({"photos": [Photo(new_id(), "image/png", 9)] * 7}, "最多 6 张"),
    ):
        with pytest.raises(Invalid, match=why):
            await writes(house, carer, **more)
    for data, why in ((b"GIF89a", "JPG 和 PNG"), (b"\xff\xd8\xff" + bytes(7 * 1024 * 1024), "6 MB")):
        with pytest.raises(Invalid, match=why):
            photographs.take(data)
    assert photographs.take(b"\x89PNG\r\n\x1a\n") == "image/png"
    number = await writes(house, carer, photos=[photo := Photo(new_id(), "image/png", 9)])
    await house.database.write(lambda db: photographs.drop_photo(db, carer, number, photo.id, house.clock()))
    with pytest.raises(NotFound):
        await house.database.write(lambda db: photographs.drop_photo(db, carer, number, photo.id, house.clock()))
    assert letters.link("https://jia.example.cn/", 7) == '<a href="https://jia.example.cn/p/letters/7">打开家书</a>'
    assert (
        timedelta(0)
        < letters.release_at(house.settings.home, letters.today(house.settings.home, house.clock())) - house.clock()
        < timedelta(days=1)
    )


async def test_fault_t_f20_the_sentence_of_yesterday_is_not_written_again_today(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    await writes(house, carer)
    house.clock.on(days=1)
    with pytest.raises(Invalid, match="和昨天的一样"):
        await writes(house, carer)
    await writes(house, carer, sentence="下午在院子里走了走。")
    house.clock.on(days=1)
    assert await writes(house, carer), "what was said the day before yesterday may be said again"


async def test_fault_c2_a_relative_of_the_daily_scope_never_reads_a_sentence_of_the_body(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")

    async def reads(openid: str, number: int) -> str:
        page = await house.database.write(
            lambda db: letters.opened(db, letters.who_reads(db, openid), number, house.clock())
        )
        shelf, _ = await house.database.read(lambda db: letters_pages.shelf(db, letters.who_reads(db, openid)))
        assert [words for number_, _, _, words, _ in shelf if number_ == number] == [page.sentence]
        return page.sentence

    said = "中午换了新药，睡得沉"
    number = await writes(house, carer, sentence=said)
    await evening(house)
    assert (await reads("daughter", number), await reads("niece", number)) == (said, "")
    calm = "下午折的纸花，一共六朵。"
    await writes(house, carer, sentence=calm)
    assert (await reads("daughter", number), await reads("niece", number)) == (calm, calm)
    await writes(house, carer, sentence=calm, of_body=True)
    assert (await reads("daughter", number), await reads("niece", number)) == (calm, ""), "her writer says so"


async def test_fault_c7_a_letter_that_nobody_can_read_is_not_called_sent(house: HomeUnderTest) -> None:
    carer, today = await house.staff(Role.CARER, "周敏", "zhou", "3"), letters.today(house.settings.home, house.clock())

    async def why(room: str) -> str:
        board = await house.database.read(lambda db: queries.board(db, carer.sight, today))
        return next(row.unread_why for row in board if row.line.room == room)

    assert (await why("301"), await why("306")) == ("还没有家属绑定", "")
    await house.rows("UPDATE follower SET following = ? WHERE openid IN ('daughter', 'niece')", False)
    assert await why("306") == "家属还没绑微信，或取消了关注"


async def test_fault_c8_the_shelf_of_a_family_leads_to_every_letter(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")
    for n in range(letters_pages.SHELF + 3):
        await writes(house, carer, sentence=f"第{n}天，在院子里走了走。")
        house.clock.on(days=1)
    await house.rows("UPDATE letter SET state = 'released'")
    read: list[str] = []
    before = None
    while not read or before:
        page, before = await house.database.read(
            lambda db, day=before: letters_pages.shelf(db, letters.who_reads(db, "niece"), day)  # type: ignore[misc]
        )
        read += [words for _, _, _, words, _ in page]
    assert read == [f"第{n}天，在院子里走了走。" for n in reversed(range(letters_pages.SHELF + 3))]


async def test_fault_t_the_photos_of_another_letter_take_no_place_in_this_one(house: HomeUnderTest) -> None:
    carer = await house.staff(Role.CARER, "周敏", "zhou", "3")

    def photos(many: int) -> list[Photo]:
        return [Photo(new_id(), "image/png", 9) for _ in range(many)]

    await writes(house, carer, "301", "上午下了一盘棋。", photos(photographs.PHOTOS))
    await writes(house, carer, photos=photos(1))
    with pytest.raises(Invalid, match="张照片"):
        await writes(house, carer, photos=photos(photographs.PHOTOS))
    await writes(house, carer, photos=photos(photographs.PHOTOS - 1))
