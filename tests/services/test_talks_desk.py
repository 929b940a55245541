"""What colleagues do in a talk: answers, calls, forms sent twice, a phone number, and a machine that is silent beside
them.
"""

import re
from datetime import datetime, timedelta
from functools import partial

import pytest

from care.errors import Answered, Conflict, Invalid, NotFound, StaleForm
from care.states import Role
from conversations import events
from services.access import Viewer
from services.outgoing import outbox
from services.ports import Fate, Outcome
from services.talks import answering
from storage import tables
from storage.queries import talks
from storage.unit import Unit
from tests.conftest import START, HomeUnderTest
from tests.services.replies import reply


async def test_u7_a_call_without_a_case_is_in_the_thread(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我妈能吃粽子吗")
    person = await home.person()
    await home.database.write(lambda db: answering.log_call(db, who, person, "说了要切小", home.clock()))
    thread = await home.database.read(lambda db: talks.thread(db, who.sight, person))
    assert [bubble.side for bubble in thread.bubbles] == ["in", "bot", "call"]
    assert thread.clocks == []


async def test_a_form_sent_twice_is_one_message(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    assert await reply(home, who, "一", "same") is not None
    assert await reply(home, who, "一", "same") is None
    assert len(await home.send_all()) == 1


@pytest.mark.parametrize(("text", "sentence"), [("  \n", "先写几个字"), ("长" * 700, "太长了")])
async def test_words_that_cannot_be_sent_are_told_why(home: HomeUnderTest, text: str, sentence: str) -> None:
    who = await home.staff()
    await home.hears("你好")
    with pytest.raises(Invalid, match=sentence):
        await reply(home, who, text, "a")


async def test_chatwoot_12_the_machine_is_silent_while_a_colleague_is_in_the_talk(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "我来", "a")
    await home.send_all()
    home.clock.on(minutes=1)
    assert await home.hears("那药呢") == ""
    assert await home.one("SELECT count(*) FROM promise WHERE kind = 'reply' AND kept_at IS NULL") == 1
    person = await home.person()
    with pytest.raises(Invalid, match="没答"):
        await home.database.write(lambda db: answering.hand_back(db, who, person, home.clock()))
    home.clock.on(minutes=1)
    await reply(home, who, "药已经给了", "b")
    await home.send_all()
    for nod in ("谢谢", "可以", "好的"):
        assert await home.hears(nod) == ""
    assert "0571" in await home.hears(events.Click("CONTACT"))
    assert await home.one("SELECT count(*) FROM promise WHERE kept_at IS NULL") == 0
    await home.database.write(lambda db: answering.hand_back(db, who, person, home.clock()))
    handed = await home.rows("SELECT actor, subject FROM audit WHERE action = 'hand_back'")
    assert handed == [(f"staff:{who.id}", f"person:{person}")]
    assert "一定答复" in await home.hears("还有一个问题")


async def test_chatwoot_12_a_colleague_who_left_long_ago_no_longer_silences_the_machine(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "我来", "a")
    await home.send_all()
    home.clock.on(hours=13)
    assert "09:00 前回您" in await home.hears("有没有空床")
    assert await home.one("SELECT attended_by FROM conversation") is None


async def test_c13_who_asks_for_a_person_adds_nothing_to_the_complaint_that_is_open(home: HomeUnderTest) -> None:
    await home.hears("我要投诉，饭菜太凉了")
    lines = "SELECT count(*) FROM case_record"
    before = await home.one(lines)
    await home.hears("好了")
    await home.hears(events.Click("CONTACT"))
    await home.hears("转人工")
    assert await home.one(lines) == before, "a call for a human is no evidence"


async def test_c1_a_complaint_is_heard_even_beside_a_colleague(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "我来", "a")
    await home.send_all()
    home.clock.on(minutes=1)
    assert "请说说" in await home.hears(events.Click("COMPLAINT"))
    assert "编号 C261122-01" in await home.hears("护工对老人很凶")
    assert "记下了，您接着说" in await home.hears("天天这样")
    assert await home.one("SELECT count(*) FROM case_record") == 2


async def test_other_words_under_a_form_that_was_sent_are_not_lost_in_silence(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "第一稿", "same")
    with pytest.raises(Conflict):
        await reply(home, who, "改好的第二稿", "same")
    with pytest.raises(StaleForm):
        await reply(home, who, "没有钥匙", "")


async def test_p5_a_phone_number_is_shown_on_the_record(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    person = await home.person()
    with pytest.raises(NotFound):
        await home.database.write(lambda db: answering.show_phone(db, who, person, "回电话", home.clock()))

    def give(db: Unit) -> None:
        db.lock_persons(person)
        db.seal(db.get_one(tables.Person, person), "phone", "13800002107")

    await home.database.write(give)
    assert (
        await home.database.write(lambda db: answering.show_phone(db, who, person, "回电话", home.clock()))
        == "13800002107"
    )
    assert await home.one("SELECT count(*) FROM audit WHERE action = 'show_phone'") == 1


async def test_fault_d12_of_two_who_answer_one_family_the_second_reads_the_first_and_then_may_send(
    home: HomeUnderTest,
) -> None:
    chen, he = await home.staff(), await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.hears("能帮忙代收包裹吗")
    person = await home.person()

    async def drawn() -> str:
        return await home.database.read(lambda db: answering.revision_of(db, person))

    async def send(who: Viewer, text: str, key: str, drawn: str) -> int | None:
        return await home.database.write(
            lambda db: answering.answer(db, who, person, text, key, home.clock(), drawn=drawn)
        )

    before = await drawn()
    assert await send(chen, "可以代收。", "k1", before) is not None
    assert await send(chen, "放在护士站。", "k2", before) is not None, "who goes on is not held up by herself"
    with pytest.raises(Answered, match="陈晓雯刚刚回了对方") as told:
        await send(he, "我来回。", "k3", before)
    assert told.value.revision == await drawn()
    assert await send(he, "我来回。", "k3", told.value.revision) is not None
    assert await send(chen, "放在护士站。", "k2", before) is None, "what was sent is not said to be unsent"
    await home.database.write(lambda db: answering.log_call(db, he, person, "打通了", home.clock()))
    with pytest.raises(Answered, match="何志远刚刚给对方打过电话"):
        await send(chen, "再补一句。", "k4", told.value.revision)
    attends = await home.database.read(lambda db: answering.attends(db, person))
    assert attends
    assert attends.name == "陈晓雯"
    assert await home.database.read(lambda db: answering.colleagues(db, chen, [he.id])) == {he.id: "何志远"}


async def test_fault_d12_a_message_that_was_taken_back_holds_nobody_up(home: HomeUnderTest) -> None:
    chen, he = await home.staff(), await home.staff(Role.SUPERVISOR, "何志远", "he")
    await home.hears("能帮忙代收包裹吗")
    person = await home.person()
    row = await reply(home, chen, "可以代收。", "k1")
    assert row
    await home.database.write(lambda db: answering.take_back(db, chen, row, home.clock()))
    for drawn in ("0", "9" * 40, "²"):
        key = f"k{len(drawn)}{drawn == '0'}"
        work = partial(answering.answer, viewer=he, person_id=person, text="可以", form_key=key, drawn=drawn)
        assert await home.database.write(partial(work, now=home.clock())) is not None


async def test_fault_w4_signs_that_nobody_types_are_taken_out_of_an_answer_and_it_arrives(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    await reply(home, who, "第一行\x0b第二行\x00\ufffe\r\n第三行", "a")
    [(_, words)] = await home.send_all()
    assert words == "第一行第二行\n第三行"


@pytest.mark.parametrize(("words", "size"), [("汉" * 667, 2001), ("a" * 2001, 2001), ("😀" * 501, 2004)])
async def test_fault_w5_the_limit_is_told_in_what_the_platform_counts(
    home: HomeUnderTest, words: str, size: int
) -> None:
    who = await home.staff()
    await home.hears("你好")
    with pytest.raises(Invalid, match=f"一条最多 2000 字节.*现在 {size} 字节"):
        await reply(home, who, words, "a")
    assert await reply(home, who, "汉" * 666 + "ab", "b") is not None, "2,000 bytes are taken"


async def test_fault_t_what_is_told_to_be_too_long_by_is_what_must_go(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("你好")
    with pytest.raises(Invalid) as told:
        await reply(home, who, "汉" * 700, "a")
    many = int(re.search(r"大约要减 (\d+) 个汉字", str(told.value))[1])  # type: ignore[index]
    with pytest.raises(Invalid):
        await reply(home, who, "汉" * (700 - many + 1), "b")
    assert await reply(home, who, "汉" * (700 - many), "c") is not None


@pytest.mark.parametrize(
    ("session", "scene", "left", "beside"),
    [
        ((5, 1), (3, 1), (5, 1), 3),
        ((5, 0), (3, 1), (3, 1), 0),
        ((5, None), (3, 1), (3, 1), 0),
        ((0, 1), (3, 1), (3, 1), 0),
        ((5, 1), (3, 0), (5, 1), 0),
        ((5, 1), (3, None), (5, 1), 0),
        ((5, 1), (0, 1), (5, 1), 0),
        ((5, 0), (3, 0), (0, None), 0),
        ((0, 1), (0, 1), (0, None), 0),
    ],
)
def test_f11_what_may_still_be_sent_ends_at_its_moment(
    session: tuple[int, int | None], scene: tuple[int, int | None], left: tuple[int, int | None], beside: int
) -> None:
    """Seconds from now: a window that ends at this moment is over."""

    def at(seconds: int | None) -> datetime | None:
        return None if seconds is None else START + timedelta(seconds=seconds)

    window = talks.Window(
        following=True,
        session_left=session[0],
        session_until=at(session[1]),
        scene_left=scene[0],
        scene_until=at(scene[1]),
        heard_at=None,
    )
    assert window.left(START) == (left[0], at(left[1]))
    assert window.beside(START) == beside


async def test_fault_t_an_answer_that_left_by_the_outbox_stands_once_in_the_thread(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears("我妈能吃粽子吗")
    person = await home.person()

    async def sides() -> list[str]:
        thread = await home.database.read(lambda db: talks.thread(db, who.sight, person))
        return [bubble.side for bubble in thread.bubbles]

    assert await sides() == ["in", "bot"]
    number = await home.one("SELECT id FROM inbox")
    await home.database.store(lambda store: outbox.answer_late(store, [number], home.clock()))
    assert await sides() == ["in", "bot"]


async def test_fault_t_the_thread_says_what_became_of_each_message_and_why(home: HomeUnderTest) -> None:
    who = await home.staff()
    await home.hears(events.Image("m1"))
    await home.hears("我妈能吃粽子吗")
    await reply(home, who, "能吃一点。", "a")
    await home.send_all(lambda *_: Outcome(Fate.GIVEN_UP, "对方关掉了接收消息，只能打电话", code="48002"))
    home.clock.on(minutes=1)
    await home.hears("好")
    await reply(home, who, "切小了给她。", "b")
    await home.send_all()
    person = await home.person()
    thread = await home.database.read(lambda db: talks.thread(db, who.sight, person))
    lost, sent = (bubble for bubble in thread.bubbles if bubble.side == "out")
    assert (lost.text, lost.author, lost.state) == ("能吃一点。", "陈晓雯", "given_up")
    assert (lost.why, lost.code) == ("对方关掉了接收消息，只能打电话", "48002")
    assert (sent.text, sent.state, sent.why, sent.code) == ("切小了给她。", "sent", "", "")
    assert not any(bubble.aloud for bubble in thread.bubbles)
    photo, words, *_ = (bubble for bubble in thread.bubbles if bubble.side == "in")
    assert photo.media is not None
    assert (words.media, words.author, words.state) == (None, "", "")
    assert (thread.older, thread.before) == (0, None)
    assert thread.window.following
